"""What the segments are worth, from a run to the contract, and its sentences."""

from dataclasses import asdict

from learnstrata.learners.features.register import feature_of, plain_name
from learnstrata.learners.schema.register import own_name
from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure import derived
from learnstrata.segments.meaning import outcomes
from learnstrata.segments.meaning.outcome_values import OutcomeOf
from learnstrata.segments.meaning.outcomes import COARSE, FINE, TOGETHER
from learnstrata.summary.contract.outcomes import (
    Outcome,
    OutcomeAnswer,
    OutcomeGroup,
    RuleBands,
    Skill,
    SkillDifference,
)
from learnstrata.summary.contract.results import Results
from learnstrata.wording.words import counted

__all__ = ["build_outcomes", "outcome_name", "outcome_sentence", "rules_in_words"]

COMPANY_PAY = "company_pay"


def build_outcomes(run: Run) -> tuple[Outcome, ...]:
    """Tell outcomes by segment, and segments against rules, one row an outcome.

    Parameters
    ----------
    run : Run
    """
    return tuple(_outcome(run, one) for one in run.meaning.values)


def _outcome(run: Run, one: outcomes.OutcomeWorth) -> Outcome:
    return Outcome(
        outcome=own_name(one.outcome),
        label=feature_of(one.outcome).label,
        kind=one.kind,
        n_learners=one.n_learners,
        n_with=one.n_with,
        with_learners=one.with_learners,
        of_all=_group(one.of_all) if one.of_all else None,
        by_segment=tuple(map(_group, one.by_segment)),
        rules=tuple(_bands(run, rule) for rule in one.rules),
        skills=tuple(Skill.of(skill) for skill in one.skills),
        differences=tuple(SkillDifference.of(apart) for apart in one.differences),
        verdict=one.verdict,
        reason=one.reason,
    )


def _group(one: OutcomeOf) -> OutcomeGroup:
    answers = tuple(
        OutcomeAnswer(
            **asdict(answer),
            share=derived.rate_of(answer.count, one.n),
            low=derived.rate_low(answer.count, one.n),
            high=derived.rate_high(answer.count, one.n),
        )
        for answer in one.answers
    )
    return OutcomeGroup(
        segment_id=one.segment_id,
        n=one.n,
        learners=one.learners,
        mean=one.mean,
        low=one.low,
        high=one.high,
        answers=answers,
    )


def _bands(run: Run, rule: outcomes.RuleBands) -> RuleBands:
    """Give bands with what decides whether their limits are told: whose pay it is."""
    own, feature = rule.bands, feature_of(rule.bands.feature)
    paid = [one for one in run.base.description.distributions if one.feature == "pay"]
    plain = plain_name(own.feature)
    is_level = feature.is_money and plain != "pay"  # of a company: as companies' pay
    return RuleBands(
        by="rules" if rule.by == "rules" else "finer rules",
        feature=own_name(own.feature),
        label=feature_of(plain).label,
        limits_of=COMPANY_PAY
        if is_level
        else ""
        if plain != own_name(plain)
        else plain,
        n_bands=own.n_bands,
        n_known=own.n_known,
        companies=paid[0].companies if paid else None,
        largest_share=paid[0].largest_share if paid else None,
        limits=own.limits,
    )


def outcome_name(outcome: Outcome) -> str:
    """Name an outcome at the head of a sentence; a name of the user's as it is."""
    own = outcome.label == outcome.outcome
    return outcome.label if own else outcome.label[:1].upper() + outcome.label[1:]


def outcome_sentence(outcome: Outcome, results: Results) -> str:
    """Say what to use for an outcome, segments or rules, and what says so.

    Parameters
    ----------
    outcome : Outcome
    results : Results
        Of which it is one.
    """
    name = outcome_name(outcome)
    if not outcome.skills:
        return f"{name}: segments and rules are not compared. {outcome.reason}"
    write, units = results.settings.numbers, results.settings.units
    who = (
        f" {write.count(outcome.n_with)} of {write.count(outcome.n_learners)} {units} "
        "have it."
        if outcome.n_with is not None
        else ""
    )
    return f"{name}: {_consequence(outcome)}{who}"


def _consequence(outcome: Outcome) -> str:
    segments, rules = (_tells(outcome, by) for by in COARSE)
    of_segments, of_rules = (_told(outcome.skill(by)) for by in COARSE)
    if outcome.verdict == "nothing":
        return (
            "neither segments nor rules tell enough of it to go by, or more than "
            f"chance: {segments} of it, {rules[0].lower()}{rules[1:]}."
        )
    if outcome.verdict in COARSE:
        better, worse = (segments, f"{_rules(outcome, 'rules')} {of_rules}")
        if outcome.verdict == "rules":
            better = f"{rules[:1].upper()}{rules[1:]}"
            worse = f"the {_cells(outcome, 'segments')} {of_segments}"
        return (
            f"use the {outcome.verdict}. {better} of it, {worse}"
            f"{_apart(outcome, COARSE)}{_adds(outcome)}."
        )
    if outcome.verdict == "as well":
        return (
            f"segments and rules do as well as each other. {segments} of it, "
            f"{_rules(outcome, 'rules')} {of_rules}{_apart(outcome, COARSE)}."
        )
    return _finer(outcome, of_segments)


def _finer(outcome: Outcome, of_segments: str) -> str:
    """Say what to use where finer cells tell more than segments or rules do."""
    parts = _tells(outcome, "sub-segments")
    rules = f"{_rules(outcome, 'finer rules')} {_told(outcome.skill('finer rules'))}"
    advice = {
        "sub-segments": "use the sub-segments",
        "finer rules": "use rules of as many cells as there are sub-segments",
    }
    alike = "sub-segments and rules of as many cells do as well as each other"
    return (
        f"{advice.get(outcome.verdict, alike)}. {parts} of it, {rules}"
        f"{_apart(outcome, FINE)}, and the {_cells(outcome, 'segments')} alone "
        f"{of_segments}."
    )


def _tells(outcome: Outcome, by: str) -> str:
    cells = _rules(outcome, by) if "rules" in by else _cells(outcome, by)
    return f"{cells} tell {_told(outcome.skill(by))}"


def _cells(outcome: Outcome, by: str) -> str:
    found = outcome.skill(by)
    return counted(found.n_cells if found else 0, by.removesuffix("s"))


def _rules(outcome: Outcome, by: str) -> str:
    found = outcome.skill(by)
    cells = counted(found.n_cells if found else 0, "cell")
    words = rules_in_words(outcome, by)
    return f"rules of {cells} ({words})" if words else f"rules of {cells}"


def rules_in_words(outcome: Outcome, by: str) -> str:
    """Say what rules are made of, such as "3 bands of pay by 2 of experience"."""
    told = []
    for one in outcome.rules:
        if one.by == by:
            noun = "band" if one.limits or one.n_bands == 1 else "value"
            n = counted(one.n_bands, noun) if not told else f"{one.n_bands}"
            told.append(f"{n} of {one.label}")
    return " by ".join(told)


def _told(skill: Skill | None) -> str:
    estimate = (skill.estimate if skill else None) or 0.0
    return f"{estimate:.1%}" if estimate >= 0.0005 else "nothing"


def _apart(outcome: Outcome, pair: tuple[str, str]) -> str:
    """Say how far apart two skills are, in points, with their interval."""
    found = outcome.difference(*pair)
    if found is None or found.low is None or found.high is None:
        return ""
    low, high = found.low, found.high
    if high < 0:
        low, high = -high, -low
    told = f"{_points(low)} to {_points(high)} points"
    return (
        f" (the difference, {told}, can be chance)" if low <= 0 else f" ({told} more)"
    )


def _points(value: float) -> str:
    return f"{100 * value:.1f}".replace("-0.0", "0.0")


def _adds(outcome: Outcome) -> str:
    """Say what the other cells add to those to use."""
    best = outcome.verdict
    other = next(by for by in COARSE if by != best)
    found = outcome.difference(TOGETHER, best)
    if found is None or found.low is None or found.estimate is None:
        return ""
    if found.low <= 0:
        return f"; {other} add nothing to them beyond chance"
    return f"; {other} add {_points(found.estimate)} points to them"
