"""What the segments are, from a run to the contract."""

from collections.abc import Iterator
from dataclasses import asdict

from learnstrata.pipeline import Run
from learnstrata.segments.meaning import conditions, contributions, outcomes
from learnstrata.segments.meaning.distinctive import Card, IndexRow
from learnstrata.segments.meaning.profiles import Profile
from learnstrata.summary.contract import (
    BandCell,
    BandRow,
    Bands,
    Category,
    CategoryShare,
    Condition,
    DistinctiveNumber,
    DistinctiveValue,
    Outcome,
    Progression,
    Pull,
    RuleAccuracy,
    Segment,
    SegmentBin,
    SegmentDistribution,
    SegmentRule,
    Skill,
    TypicalNumber,
)
from learnstrata.summary.learners import label_of

__all__ = ["build_bands", "build_outcomes", "build_rules", "build_segments"]


def build_segments(run: Run) -> tuple[Segment, ...]:
    """Give every segment, the small ones as well, in the order of their ids.

    Parameters
    ----------
    run : Run
    """
    meaning, columns = run.meaning, run.base.prepared.matrix.columns
    rules = {rule.segment: rule for rule in meaning.rules.rules}
    parts = zip(
        meaning.profiles,
        meaning.cards,
        meaning.pulls,
        meaning.model.centers,
        strict=True,
    )
    n = len(meaning.learners)
    return tuple(
        Segment(
            id=profile.id,
            name=profile.name,
            name_by_numbers=profile.name_by_numbers,
            size=profile.count,
            share=profile.share,
            typical=tuple(_typical(profile)),
            categories=tuple(_categories(profile, n)),
            center=dict(zip(columns, center, strict=True)),
            rule=_rule(rules.get(profile.id)),
            pulls=tuple(_pull(pull) for pull in pulls),
            progression=_progression(card),
            distributions=tuple(_distributions(card, profile, n)),
            distinctive_values=tuple(
                _value(row, profile, n) for row in card.index if row.kind == "value"
            ),
            distinctive_numbers=tuple(
                _number(row) for row in card.index if row.kind == "number"
            ),
        )
        for profile, card, pulls, center in parts
    )


def _typical(profile: Profile) -> Iterator[TypicalNumber]:
    for feature, one in profile.typical.items():
        values = asdict(one)
        del values["mean"]
        yield TypicalNumber(
            feature=feature, companies=None, largest_share=None, **values
        )


def _categories(profile: Profile, n: int) -> Iterator[Category]:
    for name, shares in profile.shares.items():
        values = tuple(
            CategoryShare(
                value=one.value,
                count=one.count,
                base_count=round(one.base * n),
                share=one.share,
                base=one.base,
                index=one.index,
            )
            for one in shares
        )
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


def _pull(pull: contributions.MeanPull) -> Pull:
    return Pull(
        feature=pull.feature,
        label=label_of(pull.feature),
        mean=pull.mean,
        share=pull.share,
    )


def _progression(card: Card) -> Progression | None:
    found = card.progression
    if found is None:
        return None
    changed = (found.role_change or 0) * (found.n_roles or 0)
    return Progression(
        n=found.n,
        n_growth=found.n_growth,
        growth=found.growth,
        n_growth_of_all=None,
        growth_of_all=found.growth_of_all,
        n_roles=found.n_roles,
        n_changed=round(changed),
        role_change=found.role_change,
        n_roles_of_all=None,
        n_changed_of_all=None,
        role_change_of_all=found.role_change_of_all,
    )


def _distributions(
    card: Card, profile: Profile, n: int
) -> Iterator[SegmentDistribution]:
    spreads = {"pay": card.pay, "years_of_experience": card.years_of_experience}
    for feature, bins in spreads.items():
        if bins:
            own, rest = profile.count, n - profile.count
            yield SegmentDistribution(
                feature=feature,
                n_segment=own,
                n_rest=rest,
                bins=tuple(
                    SegmentBin(
                        low=one.low,
                        high=one.high,
                        segment=round((one.segment or 0) * own),
                        rest=round((one.rest or 0) * rest),
                        share=one.segment,
                        share_of_rest=one.rest,
                    )
                    for one in bins
                ),
            )


def _value(row: IndexRow, profile: Profile, n: int) -> DistinctiveValue:
    base = next(s.base for s in profile.shares[row.feature] if s.value == row.value)
    return DistinctiveValue(
        feature=row.feature,
        value=row.value,
        count=row.count,
        base_count=round(base * n),
        index=row.estimate,
        low=row.low,
        high=row.high,
        effect=row.effect,
    )


def _number(row: IndexRow) -> DistinctiveNumber:
    return DistinctiveNumber(
        feature=row.feature,
        count=row.count,
        rank=row.estimate,
        low=row.low,
        high=row.high,
        difference=row.difference,
        effect=row.effect,
    )


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
    for rule, line in zip(found.rules, found.counts, strict=True):
        experience, pay = rule.split(" / ", 1)
        cells = zip(found.segments, line, strict=True)
        rows.append(
            BandRow(
                rule=rule,
                experience_band=experience,
                pay_band=pay,
                learners=sum(line),
                cells=tuple(BandCell(segment_id=i, count=count) for i, count in cells),
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


def build_outcomes(run: Run) -> tuple[Outcome, ...]:
    """Compare learned with rule-based segments, one row an outcome.

    Parameters
    ----------
    run : Run
    """
    return tuple(
        Outcome(
            outcome=one.outcome,
            kind=one.kind,
            n_learners=one.n_learners,
            n_with=one.n_with,
            n_segments=one.n_segments,
            n_rules=one.n_rules,
            learned=_skill(one.learned),
            rules=_skill(one.rules),
            difference=_skill(one.difference),
            verdict=one.verdict,
            reason=one.reason,
        )
        for one in run.meaning.values
    )


def _skill(one: outcomes.Skill | None) -> Skill | None:
    return None if one is None else Skill(**asdict(one))
