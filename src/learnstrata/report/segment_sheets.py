"""Sheets of the workbook that tell what the segments are, beside those of charts."""

from dataclasses import dataclass

from learnstrata.learners.features.register import feature_of
from learnstrata.report.figures.bins import (
    bin_text,
    cut_word,
    feature_title,
    number_kind,
    own_numbers,
)
from learnstrata.summary.contract.meaning import Segment, TypicalNumber
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.numbers import NumberKind
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["segment_sheets"]

DRAWN = ("pay", "years_of_experience")  # charts give their quartiles
DRAWN_CATEGORY = "role"
LOGGED = "pay_growth"  # its medians are on a log scale; the progression has percents


def segment_sheets(summary: Summary) -> tuple[Table, ...]:
    """Give the sheets that tell what the segments are.

    Parameters
    ----------
    summary : Summary

    Returns
    -------
    tuple of Table
        One without rows is of something that the table of learners lacks.
    """
    return (
        _segments(summary),
        _quartiles(summary, "Pay levels by segment", "pay"),
        _quartiles(summary, "Other numbers by segment", "statistic"),
        _own_bins(summary),
        _categories(summary),
        _rules(summary),
        _accuracy(summary),
        _pulls(summary),
        _progression(summary),
    )


def _segments(summary: Summary) -> Table:
    units = summary.settings.units.capitalize()
    features = dict.fromkeys(
        one.feature
        for segment in summary.segments
        for one in segment.typical
        if one.feature != LOGGED
    )
    medians = [
        column(
            f"Median {feature_of(name).label}",
            lambda segment, name=name: _median(segment, name),
            number_kind(name),
        )
        for name in features
    ]
    return table_of(
        "Segments and their medians",
        summary.segments,
        (
            column("Segment", lambda one: str(one.id)),
            column("Name", lambda one: one.name),
            column(units, lambda one: one.size, "count"),
            column("Share", lambda one: one.share, "share"),
            *medians,
            column("In words", lambda one: summary.words.descriptions.get(one.id)),
        ),
        sheet="Segments",
    )


def _median(segment: Segment, name: str) -> float | None:
    found = segment.number(name)
    return found.p50 if found else None


@dataclass(frozen=True, slots=True)
class _Row:
    """A number of a segment."""

    segment: Segment
    number: TypicalNumber


def _quartiles(summary: Summary, title: str, kind: NumberKind) -> Table:
    """Give the middle half of the numbers of a kind that no chart shows."""
    rows = [
        _Row(segment, number)
        for segment in summary.segments
        for number in segment.typical
        if number.feature not in (*DRAWN, LOGGED, *own_numbers(summary))
        and feature_of(number.feature).is_money == (kind == "pay")
    ]
    return table_of(
        title,
        rows,
        (
            column("Segment", lambda row: row.segment.name),
            column("Number", lambda row: feature_of(row.number.feature).label),
            column("Known for", lambda row: row.number.n, "count"),
            column("Lower quartile", lambda row: row.number.p25, kind),
            column("Median", lambda row: row.number.p50, kind),
            column("Upper quartile", lambda row: row.number.p75, kind),
            column("Median of all", lambda row: row.number.base, kind),
        ),
        sheet=title,
    )


def _own_bins(summary: Summary) -> Table:
    """Give the user's numbers in bins that are the same for all segments."""
    write, own = summary.settings.numbers, own_numbers(summary)
    return table_of(
        f"Own numbers in bins: shares of {summary.settings.units}",
        [
            (segment.name, name, part)
            for name in own
            for segment in summary.segments
            for found in [segment.distribution(name)]
            for part in (found.bins if found else ())
        ],
        (
            column("Segment", lambda row: row[0]),
            column("Number", lambda row: feature_title(row[1], write)),
            column("From to", lambda row: bin_text(row[2], row[1], write)),
            column("In the segment", lambda row: row[2].segment, "count"),
            column("Share of the segment", lambda row: row[2].share, "share"),
            column("Of all", lambda row: row[2].of_all, "count"),
            column("Share of all", lambda row: row[2].share_of_all, "share"),
        ),
        sheet="Own numbers in bins",
    )


def _categories(summary: Summary) -> Table:
    """Give every value of every category, beside its share of all."""
    rows = [
        (segment, category, one)
        for segment in summary.segments
        for category in segment.categories
        if category.name != DRAWN_CATEGORY
        for one in category.values
    ]
    return table_of(
        "Categories of each segment, and index (all: 100)",
        rows,
        (
            column("Segment", lambda row: row[0].name),
            column("Category", lambda row: feature_of(row[1].name).label),
            column("Value", lambda row: row[2].value),
            column("By construction", lambda row: cut_word(summary, row[1].name)),
            column("Learners", lambda row: row[2].count, "count"),
            column("Share", lambda row: row[2].share, "share"),
            column("Among all", lambda row: row[2].base_count, "count"),
            column("Share of all", lambda row: row[2].base, "share"),
            column("Index", lambda row: row[2].index, "index"),
        ),
        sheet="Categories by segment",
    )


def _rules(summary: Summary) -> Table:
    """Give the rule of each segment in words, and how well it catches it."""
    return table_of(
        "Rules in words, on learners they were not made on",
        [(one, one.rule) for one in summary.segments if one.rule],
        (
            column("Segment", lambda row: row[0].name),
            column("Rule", lambda row: row[1].text),
            column("Coverage", lambda row: row[1].coverage, "share"),
            column("Precision", lambda row: row[1].precision, "share"),
            column(
                "Held-out learners of the segment",
                lambda row: row[1].n_segment,
                "count",
            ),
            column("Held-out learners caught", lambda row: row[1].n_caught, "count"),
        ),
        sheet="Rules",
    )


def _accuracy(summary: Summary) -> Table:
    """Give how many learners the rules place right, and what guessing would."""
    found = summary.rules
    ways = {
        "Rules on the cards": found.stated,
        "The whole tree that they are taken from": found.fidelity,
        "Calling everybody the largest segment": found.baseline,
    }
    return table_of(
        "Held-out learners that rules place right",
        () if found.reason else ways.items(),
        (
            column("Way", lambda pair: pair[0]),
            column("Share placed right", lambda pair: pair[1], "share"),
            column("Held-out learners", lambda _: found.n_held_out, "count"),
        ),
        sheet="Accuracy of rules",
    )


def _pulls(summary: Summary) -> Table:
    return table_of(
        "What puts learners into their segment and not into the next",
        [(one, pull) for one in summary.segments for pull in one.pulls],
        (
            column("Segment", lambda pair: pair[0].name),
            column("Feature", lambda pair: pair[1].label),
            column("Which way", lambda pair: pair[1].told),
            column("Share", lambda pair: pair[1].share, "share"),
        ),
        sheet="What decides",
    )


def _progression(summary: Summary) -> Table:
    """Give how learners with older records moved on, beside all who have them."""
    return table_of(
        "Pay growth from the oldest to the newest pay, and change of role, of learners "
        "with older records",
        [(one, one.progression) for one in summary.segments if one.progression],
        (
            column("Segment", lambda row: row[0].name),
            column("With older records", lambda row: row[1].n, "count"),
            column("Pay growth known for", lambda row: row[1].n_growth, "count"),
            column("Median growth a year", lambda row: row[1].growth, "growth"),
            column("Of all", lambda row: row[1].growth_of_all, "growth"),
            column("Roles known for", lambda row: row[1].n_roles, "count"),
            column("Named more than one", lambda row: row[1].role_change, "share"),
            column(
                "Of all, more than one", lambda row: row[1].role_change_of_all, "share"
            ),
        ),
        sheet="Progression",
    )
