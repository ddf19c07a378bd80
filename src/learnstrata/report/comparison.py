"""The segments side by side: one table, a column for each segment on the page."""

from collections.abc import Callable, Iterable

from learnstrata.decisions.playbook import programmes_of
from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.report.figures.bins import (
    capital,
    label_of,
    number_text,
    own_numbers,
    unit_of,
)
from learnstrata.report.figures.profiles.role_index import is_distinctive
from learnstrata.report.outcomes import is_growth, mean_text
from learnstrata.report.sureness import jaccard_of
from learnstrata.summary.contract.meaning import (
    DistinctiveValue,
    Segment,
)
from learnstrata.summary.contract.outcomes import Outcome
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.summary.outcomes import outcome_name, own_first
from learnstrata.wording.numbers import NOTHING, as_number
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = ["comparison", "same_by_construction"]

OVERLAP = "Overlap with itself in halves, mean"
MOST_DISTINCTIVE = 3  # roles or values of a segment
MOST_OWN = 3  # numbers of the user's
MOST_OUTCOMES = 3
MORE_COMMON = {  # by whether the segments were cut on it
    False: "Most distinctive",
    True: "More common by the cut",
}
NUMBERS = ("pay", "years_of_experience")

Told = Callable[[Segment], str | None]


def comparison(summary: Summary) -> Table:
    """Set the segments side by side, a row each: the page turns it.

    Parameters
    ----------
    summary : Summary

    Returns
    -------
    Table
        Texts, but for sizes; what no segment has is left out.
    """
    numbers = (*NUMBERS, *own_numbers(summary)[:MOST_OWN])
    programmes = programmes_of(summary)
    outcomes = [one for one in own_first(summary) if not is_growth(one)]
    outcomes = outcomes[:MOST_OUTCOMES]
    table = table_of(
        "The segments side by side",
        summary.segments,
        (
            column("Segment", lambda one: f"{one.id} {one.name}"),
            column(summary.settings.units.capitalize(), lambda one: one.size, "count"),
            column("Share of all", lambda one: one.share, "share"),
            *(
                column(_heading(name, summary), _median_of(summary, name))
                for name in numbers
            ),
            column("Company tiers", lambda one: _tiers(summary, one)),
            *(
                column(
                    f"{heading}, times as common as among all",
                    lambda one, cut=cut: _distinctive(summary, one, cut=cut),
                )
                for cut, heading in MORE_COMMON.items()
            ),
            column("Pay growth a year, median", lambda one: _growth(summary, one)),
            *(
                column(capital(outcome_name(one)), _outcome_of(summary, one))
                for one in outcomes
            ),
            column(OVERLAP, lambda one: _stable(summary, one)),
            column("Programme", lambda one: programmes.get(one.id)),
        ),
        sheet="Side by side",
    )
    return table.without_empty(*(one.heading for one in table.columns[3:]))


def _heading(name: str, summary: Summary) -> str:
    unit = unit_of(name, summary.settings.numbers)
    return (
        f"{capital(label_of(name))}{f', {unit}' if unit else ''}: median (middle half)"
    )


def _median_of(summary: Summary, name: str) -> Told:
    write = summary.settings.numbers

    def told(segment: Segment) -> str | None:
        one = segment.number(name)
        if one is None or one.p50 is None:
            return None
        low, middle, high = (
            number_text(value, name, write) for value in (one.p25, one.p50, one.p75)
        )
        return middle if NOTHING in (low, high) else f"{middle} ({low} to {high})"

    return told


def _tiers(summary: Summary, segment: Segment) -> str | None:
    shares = sorted(segment.category("tier"), key=lambda one: one.value)
    told = [one for one in shares if one.share is not None]
    write = summary.settings.numbers
    return _lines(f"{one.value} {write.share(one.share)}" for one in told) or None


def _lines(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _distinctive(summary: Summary, segment: Segment, *, cut: bool) -> str | None:
    """List what the segment has clearly more often than all, the clearest first.

    Of what the segments were cut on, or of all else. Rows above tell of bands and
    tiers.
    """
    hidden = {*summary.settings.no_role, OTHER}
    found = [
        one
        for one in segment.distinctive_values
        if summary.is_cut_on(one.feature) == cut
        and not feature_of(one.feature).of
        and one.value not in hidden
        and one.index is not None
        and is_distinctive(one.index, one.low or 0.0)
    ]
    found.sort(key=lambda one: (-abs(one.effect or 0.0), one.value))
    return _lines(map(_times, found[:MOST_DISTINCTIVE])) or None


def _times(one: DistinctiveValue) -> str:
    value = one.value
    if is_extra(one.feature):
        value = f"{capital(label_of(one.feature))} {value}"
    return f"{value} {as_number((one.index or 0.0) / 100, 1)}"


def _growth(summary: Summary, segment: Segment) -> str | None:
    """Give the median of growth, which cards and questions tell as well."""
    found = segment.progression
    if found is None or found.growth is None:
        return None
    return summary.settings.numbers.growth(found.growth)


def _outcome_of(summary: Summary, outcome: Outcome) -> Told:
    write = summary.settings.numbers

    def told(segment: Segment) -> str | None:
        group = outcome.of_segment(segment.id)
        if group is None:
            return None
        if outcome.kind == "number":
            found = mean_text(outcome, group.mean, write)
            return None if group.mean is None else found
        answers = [one for one in group.answers if one.share is not None]
        if outcome.kind == "yes/no":
            return write.share(answers[0].share) if answers else None
        answers.sort(key=lambda one: -(one.share or 0.0))
        return (
            _lines(f"{one.answer} {write.share(one.share)}" for one in answers) or None
        )

    return told


def _stable(summary: Summary, segment: Segment) -> str | None:
    row = jaccard_of(summary, segment.id)
    return summary.settings.numbers.share(row.jaccard) if row else None


def same_by_construction(summary: DisclosedSummary) -> str:
    """Say once in what segments differ because they were cut on it.

    What they were not cut on may differ by chance: verdicts of outcomes say whether.
    """
    told = listed([one.label for one in summary.features.used])
    if not told or summary.is_one_segment:
        return ""
    said = (
        f"The segments were cut on {told}: that they differ in these follows from the "
        "cut."
    )
    grows = any(_growth(summary, one) for one in summary.segments)
    used = {one.name for one in summary.features.used}
    if grows and summary.is_cut_on("pay_growth") and "pay_growth" not in used:
        said += " So may it be with pay growth, which ends in today's pay."
    return said
