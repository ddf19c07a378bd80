"""What the segments are worth: outcomes in words, on cards and as tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from learnstrata.report.figures.bins import capital
from learnstrata.segments.meaning.outcome_values import GROWTH
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.outcomes import (
    Outcome,
    OutcomeGroup,
    RuleBands,
    Skill,
)
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.summary.outcomes import outcome_name, own_first, skill_text
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = [
    "OutcomeSection",
    "answer_title",
    "is_growth",
    "mean_text",
    "mean_title",
    "outcome_line",
    "outcome_section",
    "rule_limits",
    "skills",
    "skills_beside",
]

MOST_ANSWERS = 3  # of several are told on a card
TOLD = "Share of the outcome that is told, on held-out learners (95 % interval)"
READ = (
    "Each learner is predicted by what others of the same cell have; below 0 is worse "
    "than to say the mean of all. Rules have about as many cells as there are "
    "segments, finer rules as there are sub-segments. They are cut at quantiles, "
    "without a look at the outcome; a missing value is a band of its own. What is "
    "shared is in coarse steps, and 90% stands for all from there on."
)
KINDS = {
    "segments": "segments",
    "rules": "rules",
    "together": "both together",
    "sub-segments": "sub-segments",
    "finer rules": "finer rules",
}


@dataclass(frozen=True, slots=True)
class OutcomeSection:
    """What stands beside the chart of outcomes; a table may have no rows."""

    sentences: tuple[str, ...]
    skills: Table
    limits: Table


def outcome_section(summary: DisclosedSummary) -> OutcomeSection:
    """Give the sentences of consequence, and the numbers behind them."""
    return OutcomeSection(
        summary.words.outcomes, skills_beside(summary), rule_limits(summary)
    )


def answer_title(outcome: Outcome, answer: str) -> str:
    """Say which answer's share is told; an outcome of ours is one by its name.

    Parameters
    ----------
    outcome : Outcome
    answer : str
    """
    if outcome.is_ours:
        return outcome_name(outcome)
    return f'{outcome_name(outcome)} "{answer}"'


def mean_title(outcome: Outcome) -> str:
    """Name a mean: that of growth is geometric, and not the median that cards tell.

    Parameters
    ----------
    outcome : Outcome
    """
    if not is_growth(outcome):
        return f"{outcome_name(outcome)}, mean"
    return f"Average {outcome.label} a year (geometric mean)"


def is_growth(outcome: Outcome) -> bool:
    """Say whether it is our own growth of pay.

    Parameters
    ----------
    outcome : Outcome
    """
    return outcome.is_ours and outcome.outcome == GROWTH


def mean_text(outcome: Outcome, value: float | None, write: Numbers) -> str:
    """Write a mean of an outcome: growth in percents, all else as it is.

    Parameters
    ----------
    outcome : Outcome
    value : float or None
    write : Numbers
    """
    return write.share(value) if is_growth(outcome) else write.plain(value)


def outcome_line(summary: DisclosedSummary, segment: Segment) -> str:
    """Tell the outcomes of a segment in one line, those its progression tells left out.

    Parameters
    ----------
    summary : DisclosedSummary
    segment : Segment
    """
    told = [
        line
        for one in summary.outcomes
        if not one.is_ours or segment.progression is None
        if (line := _line(one, segment, summary.settings.numbers))
    ]
    return f"{'. '.join(told)}." if told else ""


def _line(outcome: Outcome, segment: Segment, write: Numbers) -> str:
    own, of_all = outcome.of_segment(segment.id), outcome.of_all
    if own is None or of_all is None:
        return ""
    if outcome.kind == "number":
        return _mean_line(outcome, own, of_all, write)
    pairs = ((own.answer(base.place), base) for base in of_all.answers)
    rates = [
        (answer, base)
        for answer, base in pairs
        if answer and answer.share is not None and base.share is not None
    ]
    if outcome.kind == "yes/no":
        for answer, base in rates:
            ends = _ends(write.share(answer.low), write.share(answer.high), answer.low)
            share, of_base = write.share(answer.share), write.share(base.share)
            title = answer_title(outcome, answer.answer)
            return f"{title}: {share} ({ends}all: {of_base})"
        return ""
    rates.sort(key=lambda pair: -abs((pair[0].share or 0) - (pair[1].share or 0)))
    parts = [
        f"{answer.answer} {write.share(answer.share)} (all: {write.share(base.share)})"
        for answer, base in rates[:MOST_ANSWERS]
    ]
    return f"{outcome_name(outcome)}: {listed(parts)}" if parts else ""


def _mean_line(
    outcome: Outcome, own: OutcomeGroup, of_all: OutcomeGroup, write: Numbers
) -> str:
    if own.mean is None or of_all.mean is None:
        return ""
    mean, low, high, base = (
        mean_text(outcome, value, write)
        for value in (own.mean, own.low, own.high, of_all.mean)
    )
    ends = _ends(low, high, own.low)
    if is_growth(outcome):
        return f"{mean_title(outcome)}: {mean} ({ends}all: {base})"
    return f"{outcome_name(outcome)}: {mean} on average ({ends}all: {base})"


def _ends(low: str, high: str, known: float | None) -> str:
    return "" if known is None else f"{low} to {high}; "


def skills(summary: Summary) -> Table:
    """Give how much of each outcome is told, by what, and against what."""
    return table_of(
        TOLD,
        list(_skills(summary)),
        (
            column("Outcome", lambda row: outcome_name(row[0])),
            column("Told by", lambda row: capital(KINDS[row[1].by])),
            column("Cells", lambda row: str(row[1].n_cells or "")),
            column("Learners", lambda row: row[0].n_with, "count"),
            column("Share told", lambda row: _plain(row[1].estimate), "share"),
            column("From", lambda row: _plain(row[1].low), "share"),
            column("To", lambda row: _plain(row[1].high), "share"),
        ),
        sheet="Segments or rules",
        note=READ,
    )


def skills_beside(summary: Summary) -> Table:
    """Give the same with a row an outcome, what tells of it beside each other."""
    there = {one.by for outcome in summary.outcomes for one in outcome.skills}
    return table_of(
        TOLD,
        [one for one in own_first(summary) if one.skills],
        (
            column("Outcome", outcome_name),
            *(
                column(capital(name), _skill_of(by))
                for by, name in KINDS.items()
                if by in there
            ),
        ),
        note=READ,
    )


def _skill_of(by: str) -> Callable[[Outcome], str]:
    def told(outcome: Outcome) -> str:
        one = outcome.skill(by)
        if one is None:
            return ""
        at, low, high = map(skill_text, (one.estimate, one.low, one.high))
        return f"{at} ({low} to {high})"

    return told


def _plain(value: float | None) -> float | None:
    """Give 0 for minus nothing."""
    return None if value is None else value or 0.0


def _skills(summary: Summary) -> Iterator[tuple[Outcome, Skill]]:
    for outcome in own_first(summary):
        found = {one.by: one for one in outcome.skills}
        yield from ((outcome, found[by]) for by in KINDS if by in found)


def rule_limits(summary: Summary) -> Table:
    """Give where the rules are cut, so that they can be used; the same for outcomes."""
    rules = next((one.rules for one in summary.outcomes if one.rules), ())
    write = summary.settings.numbers
    return table_of(
        "Where the rules are cut",
        rules,
        (
            column("Rules", lambda row: capital(KINDS[row.by])),
            column("Feature", lambda row: capital(row.label)),
            column("Bands", lambda row: str(row.n_bands)),
            column("Upper limit of each but the last", lambda row: _limits(row, write)),
        ),
        sheet="Limits of the rules",
    )


def _limits(rule: RuleBands, write: Numbers) -> str:
    told = [one for one in rule.limits if one is not None]
    if rule.limits_of in {"pay", "company_pay"}:
        return ", ".join(write.pay_text(one) for one in told)
    if rule.limits_of == "years_of_experience":
        return ", ".join(f"{write.years(one)} years" for one in told)
    if rule.limits_of:
        return ", ".join(write.statistic(one) for one in told)
    return ", ".join(write.plain(one) for one in told)
