"""What the segments are worth, from a run to the contract, and its sentences."""

from dataclasses import asdict
from typing import get_args

from learnstrata.learners.features.register import feature_of, plain_name
from learnstrata.learners.schema.register import own_name
from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure import derived
from learnstrata.privacy.disclosure.rounding import MOST_SKILL
from learnstrata.segments.meaning import outcomes
from learnstrata.segments.meaning.outcome_values import OutcomeOf
from learnstrata.segments.meaning.outcomes import COARSE, FINE, TOGETHER
from learnstrata.summary.contract.outcomes import (
    LimitsOf,
    Outcome,
    OutcomeAnswer,
    OutcomeGroup,
    RuleBands,
    Skill,
    SkillDifference,
)
from learnstrata.summary.contract.results import Results
from learnstrata.wording.numbers import as_share
from learnstrata.wording.words import counted, listed

__all__ = [
    "build_outcomes",
    "outcome_name",
    "outcome_sentence",
    "own_first",
    "rules_in_words",
    "skill_text",
]

COMPANY_PAY: LimitsOf = "company_pay"
KNOWN: tuple[LimitsOf, ...] = get_args(LimitsOf)[1:]


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
        differing=one.differing,
        deciding=one.deciding,
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
            place=place,
            **asdict(answer),
            share=derived.rate_of(answer.count, one.n),
            low=derived.rate_low(answer.count, one.n),
            high=derived.rate_high(answer.count, one.n),
        )
        for place, answer in enumerate(one.answers, start=1)
    )
    return OutcomeGroup(
        segment_id=one.segment_id,
        n=one.n,
        learners=one.learners,
        mean=one.mean,
        low=one.low,
        high=one.high,
        cut_mean=one.cut.mean if one.cut else None,
        cut_low=one.cut.low if one.cut else None,
        cut_high=one.cut.high if one.cut else None,
        spread=one.cut.spread if one.cut else None,
        reach=one.cut.reach if one.cut else None,
        answers=answers,
    )


def _bands(run: Run, rule: outcomes.RuleBands) -> RuleBands:
    """Give bands with what decides whether their limits are told: whose pay it is."""
    own, feature = rule.bands, feature_of(rule.bands.feature)
    paid = [
        one
        for one in run.base.description.distributions
        if one.feature == "pay" and feature.is_money
    ]
    plain = plain_name(own.feature)
    is_level = feature.is_money and plain != "pay"  # of a company: as companies' pay
    return RuleBands(
        by="rules" if rule.by == "rules" else "finer rules",
        feature=own_name(own.feature),
        label=feature_of(plain).label,
        limits_of=COMPANY_PAY if is_level else plain if plain in KNOWN else "",
        n_bands=own.n_bands,
        n_known=own.n_known,
        learners=rule.learners,
        companies=paid[0].companies if paid else None,
        largest_share=paid[0].largest_share if paid else None,
        spread=_spread_of(run, plain),
        limits=own.limits,
    )


def _spread_of(run: Run, feature: str) -> float | None:
    """Give the distance of the quartiles of all, by which its quartiles are told."""
    told = (one.typical.get(feature) for one in run.meaning.profiles)
    return next((one.spread for one in told if one), None)


def own_first(results: Results) -> list[Outcome]:
    """List the outcomes, those of the user's before ours.

    Parameters
    ----------
    results : Results
    """
    return sorted(results.outcomes, key=lambda one: one.is_ours)


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
    found, of = outcome.n_with, outcome.n_learners
    told = f"{name}: {_consequence(outcome)}."
    if found is None or found == of:
        return told
    return f"{told} It is known of {write.count(found)} of {write.count(of)} {units}."


def _consequence(outcome: Outcome) -> str:
    if outcome.verdict == "nothing":
        return _nothing(outcome)
    pair = COARSE if outcome.verdict in {*COARSE, "as well"} else FINE
    cells, rules = pair
    apart = _apart(outcome, pair)
    if _is_tied(outcome, pair):
        told, advice = _alike(outcome, pair)
    elif outcome.verdict == rules:
        told = f"they tell {_told(outcome, rules)} of it, {_short(outcome, cells)}"
        advice = f"use {_rules(outcome, rules)}"
    else:
        told = f"they tell {_told(outcome, cells)} of it, {_short(outcome, rules)}"
        advice = f"use the {_cells(outcome, cells)}"
    if pair == FINE:
        told = f"{told}{apart}; {_short(outcome, 'segments')}"
    else:
        told = f"{told}{apart}{_adds(outcome)}"
    return f"{advice}: {told}"


def _is_tied(outcome: Outcome, pair: tuple[str, str]) -> bool:
    """Say whether neither is better by what is told, which is coarser than what is."""
    if outcome.verdict not in pair or len({_told(outcome, by) for by in pair}) == 1:
        return True
    ends = _ends(outcome, pair)
    return ends is not None and ends[0] <= 0


def _alike(outcome: Outcome, pair: tuple[str, str]) -> tuple[str, str]:
    """Give what both tell, and the advice that neither is better."""
    cells, rules = pair
    each = [_told(outcome, by) for by in pair]
    told = f"{each[0]} of it each" if each[0] == each[1] else f"{listed(each)} of it"
    both = f"the {_cells(outcome, cells)} and {_rules(outcome, rules)}"
    return f"they tell {told}", f"{both} do as well as each other"


def _nothing(outcome: Outcome) -> str:
    """Say that neither is of use, and whether there is anything at all."""
    found = [one for one in outcome.skills if one.by != TOGETHER]
    if all((one.low or 0.0) < 0 for one in found):
        return "neither segments nor rules tell more of it than chance"
    if all(_told(outcome, one.by) == "nothing" for one in found):
        return "neither segments nor rules tell more than next to nothing of it"
    told = [f"{_kind(outcome, one.by)} {_told(outcome, one.by)}" for one in found]
    return (
        "neither segments nor rules tell enough of it to say who: of all differences "
        f"{listed(told)}"
    )


def _kind(outcome: Outcome, by: str) -> str:
    """Name cells in short, such as "the 4 segments" or "rules of 4 cells"."""
    if by in {COARSE[1], FINE[1]}:
        return f"rules of {counted(_n_cells(outcome, by), 'cell')}"
    return f"the {_cells(outcome, by)}"


def _short(outcome: Outcome, by: str) -> str:
    return f"{_kind(outcome, by)} {_told(outcome, by)}"


def _n_cells(outcome: Outcome, by: str) -> int:
    found = outcome.skill(by)
    return found.n_cells if found else 0


def _cells(outcome: Outcome, by: str) -> str:
    return counted(_n_cells(outcome, by), by.removesuffix("s"))


def _rules(outcome: Outcome, by: str) -> str:
    words = rules_in_words(outcome, by)
    return f"{_kind(outcome, by)} ({words})" if words else _kind(outcome, by)


def rules_in_words(outcome: Outcome, by: str) -> str:
    """Say what rules are made of, such as "3 bands of pay by 2 of experience".

    Parameters
    ----------
    outcome : Outcome
    by : str
        Which rules.
    """
    told: list[str] = []
    for one in outcome.rules:
        if one.by == by:
            noun = "band" if one.limits or one.n_bands == 1 else "value"
            same = told and noun == "band"
            n = f"{one.n_bands}" if same else counted(one.n_bands, noun)
            told.append(f"{n} of {one.label}")
    return " by ".join(told)


def _told(outcome: Outcome, by: str) -> str:
    found = outcome.skill(by)
    estimate = (found.estimate if found else None) or 0.0
    return skill_text(estimate) if estimate >= 0.0005 else "nothing"


def skill_text(value: float | None) -> str:
    """Write how much of an outcome is told; the most that is shared stands for more.

    Examples
    --------
    >>> skill_text(0.145), skill_text(0.15), skill_text(0.9), skill_text(-0.0)
    ('14.5%', '15%', '90% or more', '0%')
    """
    if value == MOST_SKILL:
        return f"{value:.0%} or more"
    return as_share((value or 0.0) + 0.0).replace(".0%", "%")


def _apart(outcome: Outcome, pair: tuple[str, str]) -> str:
    """Say how far apart two skills are, in points, with their interval."""
    ends = _ends(outcome, pair)
    if ends is None:
        return ""
    told = f"{_points(ends[0])} to {_in_points(ends[1])}"
    if outcome.verdict not in pair:
        return f" (a difference of {told}, which can be chance)"
    if _is_tied(outcome, pair):
        return f" (a difference of {told})"
    return f" ({told} less)"


def _ends(outcome: Outcome, pair: tuple[str, str]) -> tuple[float, float] | None:
    """Give the interval of how much better the better is; None where it is not told."""
    found = outcome.difference(*pair)
    if found is None or found.low is None or found.high is None:
        return None
    low, high = found.low, found.high
    return (-high, -low) if outcome.verdict == pair[1] else (low, high)


def _points(value: float) -> str:
    return f"{100 * value + 0.0:.1f}".replace("-0.0", "0.0").removesuffix(".0")


def _in_points(value: float) -> str:
    told = _points(value)
    return f"{told} {'point' if told == '1' else 'points'}"


def _adds(outcome: Outcome) -> str:
    """Say what the other cells add to those to use."""
    best = outcome.verdict
    if best not in COARSE or _is_tied(outcome, COARSE):
        return ""
    other = next(by for by in COARSE if by != best)
    found = outcome.difference(TOGETHER, best)
    if found is None or found.low is None or found.estimate is None:
        return ""
    if found.low < 0:
        return f". The {other} add nothing to them beyond chance"
    if _points(found.estimate) == "0":
        return ""
    return f". The {other} add {_in_points(found.estimate)} to them"
