"""What the segments are, from a run to the contract."""

from collections.abc import Iterator
from dataclasses import asdict

from learnstrata.learners.features.register import ends_of, feature_of, shown_name
from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure import derived
from learnstrata.segments.meaning import conditions, contributions
from learnstrata.segments.meaning.distinctive import Card, Spread
from learnstrata.segments.meaning.profiles import Profile, Typical
from learnstrata.summary.contract.meaning import (
    BandCell,
    BandRow,
    Bands,
    Category,
    CategoryShare,
    Condition,
    DistinctiveNumber,
    DistinctiveValue,
    Progression,
    Pull,
    RuleAccuracy,
    Segment,
    SegmentBin,
    SegmentDistribution,
    SegmentRule,
    TypicalNumber,
)

__all__ = ["build_bands", "build_rules", "build_segments", "typical_number"]

FOR_NAMES = ("central", "base_central", "base_n")


def build_segments(run: Run) -> tuple[Segment, ...]:
    """Give every segment, the small ones as well, in the order of their ids.

    Parameters
    ----------
    run : Run
    """
    meaning, columns = run.meaning, run.base.prepared.matrix.columns
    rules = {rule.segment: rule for rule in meaning.rules.rules}
    least = run.config.privacy.learners
    n, parts = len(meaning.learners), zip(meaning.profiles, meaning.cards, strict=True)
    return tuple(
        Segment(
            id=profile.id,
            name=meaning.names[i].name,
            name_by_numbers=meaning.names[i].by_numbers,
            size=profile.count,
            learners=profile.learners,
            share=profile.share,
            typical=tuple(_typical(profile)),
            categories=tuple(_categories(profile)),
            center=dict(zip(columns, meaning.model.centers[i], strict=True)),
            rule=_rule(rules.get(profile.id)),
            pulls=tuple(_pull(pull, profile, least) for pull in meaning.pulls[i]),
            progression=_progression(card),
            distributions=tuple(_distribution(one) for one in card.spreads),
            distinctive_values=_values(profile, n),
            distinctive_numbers=tuple(map(DistinctiveNumber.of, card.ranks)),
        )
        for i, (profile, card) in enumerate(parts)
    )


def _typical(profile: Profile) -> Iterator[TypicalNumber]:
    for feature, one in profile.typical.items():
        yield typical_number(feature, one)


def typical_number(feature: str, one: Typical) -> TypicalNumber:
    """Give a number of a group, without what only its name is made of."""
    told = {name: v for name, v in asdict(one).items() if name not in FOR_NAMES}
    return TypicalNumber(feature=feature, **told)


def _categories(profile: Profile) -> Iterator[Category]:
    for name, shares in profile.shares.items():
        values = tuple(map(CategoryShare.of, shares))
        yield Category(name=name, values=values)


def _rule(rule: conditions.Rule | None) -> SegmentRule | None:
    if rule is None:
        return None
    return SegmentRule(
        text=rule.text,
        paths=tuple(tuple(map(_condition, path)) for path in rule.paths),
        coverage=rule.coverage,
        precision=rule.precision,
        n_segment=rule.n_segment,
        n_caught=rule.n_caught,
    )


def _condition(one: conditions.Condition) -> Condition:
    named = isinstance(one.value, str)
    return Condition(
        feature=one.feature,
        op=one.op,
        threshold=None if named else float(one.value),
        value=str(one.value) if named else "",
        or_missing=one.or_missing,
    )


def _pull(pull: contributions.MeanPull, profile: Profile, least: int) -> Pull:
    return Pull(
        feature=pull.feature,
        label=feature_of(pull.feature).label,
        told=_told(pull, profile, least),
        mean=pull.mean,
        share=pull.share,
    )


def _told(pull: contributions.MeanPull, profile: Profile, least: int) -> str:
    """Say which way a feature pulls; a value only if enough of the segment have it."""
    label = feature_of(pull.feature).label
    if pull.value:
        found = profile.shares.get(pull.feature, ())
        held = next((one.learners for one in found if one.value == pull.value), 0)
        return f"{label} {pull.value}" if held >= least else label
    if pull.side == "between":
        return f"{feature_of(shown_name(pull.feature)).label} in between"
    more, less = ends_of(pull.feature)
    return {"more": more, "less": less}.get(pull.side, label)


def _progression(card: Card) -> Progression | None:
    found, of_all = card.progression, card.progression_of_all
    if found is None or of_all is None:
        return None
    return Progression(
        n=found.n,
        n_growth=found.n_growth,
        growth=found.growth,
        n_growth_of_all=of_all.n_growth,
        growth_of_all=of_all.growth,
        n_grown=found.n_grown,
        grown=found.grown,
        n_grown_of_all=of_all.n_grown,
        grown_of_all=of_all.grown,
        n_one_year=found.n_one_year,
        n_grown_one_year=found.n_grown_one_year,
        grown_one_year=found.grown_one_year,
        n_one_year_of_all=of_all.n_one_year,
        n_grown_one_year_of_all=of_all.n_grown_one_year,
        grown_one_year_of_all=of_all.grown_one_year,
        n_roles=found.n_roles,
        n_changed=found.n_changed,
        role_change=found.role_change,
        n_roles_of_all=of_all.n_roles,
        n_changed_of_all=of_all.n_changed,
        role_change_of_all=of_all.role_change,
    )


def _distribution(one: Spread) -> SegmentDistribution:
    return SegmentDistribution(
        feature=one.feature,
        n_segment=one.n_segment,
        n_all=one.n_all,
        learners=one.learners,
        bins=tuple(
            SegmentBin(
                low=part.low,
                high=part.high,
                segment=part.segment,
                of_all=part.of_all,
                learners=part.learners,
                share=part.segment / one.n_segment if one.n_segment else None,
                share_of_all=part.of_all / one.n_all if one.n_all else None,
            )
            for part in one.bins
        ),
    )


def _values(profile: Profile, n: int) -> tuple[DistinctiveValue, ...]:
    """Give every value of every category, the most distinctive first."""
    rows = [
        DistinctiveValue(
            feature=feature,
            value=one.value,
            count=one.count,
            base_count=one.base_count,
            learners=one.learners,
            base_learners=one.base_learners,
            index=derived.index_of(*counts),
            low=derived.index_low(*counts),
            high=derived.index_high(*counts),
            effect=derived.share_effect(*counts),
        )
        for feature, shares in profile.shares.items()
        for one in shares
        for counts in [(one.count, profile.count, one.base_count, n)]
    ]
    return tuple(sorted(rows, key=lambda row: -abs(row.effect or 0.0)))


def build_bands(run: Run) -> Bands | None:
    """Cross rule-based with learned segments; None where a band is not known.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.comparison
    if found is None:
        return None
    rows = []
    for i, (rule, line) in enumerate(zip(found.rules, found.counts, strict=True)):
        experience, pay = rule.split(" / ", 1)
        cells = zip(found.segments, line, found.learners[i], strict=True)
        rows.append(
            BandRow(
                rule=rule,
                experience_band=experience,
                pay_band=pay,
                learners=sum(line),
                distinct_learners=found.learners_of_rules[i],
                cells=tuple(
                    BandCell(segment_id=segment, count=count, learners=learners)
                    for segment, count, learners in cells
                ),
            )
        )
    guessed = sum(max(line) for line in found.counts)
    return Bands(
        n_learners=found.n_learners,
        ari=found.ari,
        nmi=found.nmi,
        guessed=guessed / found.n_learners,
        rows=tuple(rows),
    )


def build_rules(run: Run) -> RuleAccuracy:
    """Say how well the rules tell the segments apart; no shares where there are none.

    Parameters
    ----------
    run : Run
    """
    found = run.meaning.rules
    told = not found.reason
    return RuleAccuracy(
        fidelity=found.fidelity if told else None,
        stated=found.stated if told else None,
        baseline=found.baseline if told else None,
        n_train=found.n_train,
        n_held_out=found.n_held_out,
        without=found.without,
        reason=found.reason,
    )
