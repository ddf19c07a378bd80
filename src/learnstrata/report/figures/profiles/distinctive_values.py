"""What each segment has more or less often than all learners, with intervals."""

from learnstrata.report.figures.bins import capital, label_of
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row
from learnstrata.report.figures.profiles.panels import (
    ROW,
    Told,
    columns_of,
    interval_panel,
    panels,
)
from learnstrata.report.figures.profiles.role_index import (
    is_distinctive,
    none_distinctive,
    times_of_all,
)
from learnstrata.report.figures.vega import thin_note
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.results import DisclosedSummary, Settings, Summary
from learnstrata.wording.tables import Table, table_of

__all__ = ["CHART"]

EXTENT = 168  # pixels of the labels, so that panels stand below each other
MOST = 7  # of a segment are drawn
LEAST_INDEX, MOST_INDEX = 25.0, 400.0  # beyond it an interval is drawn up to the edge


def _told(segment: Segment) -> list[Told]:
    """List the values that are told, the most distinctive first."""
    found = [
        Told(
            segment,
            row.feature,
            f"{capital(label_of(row.feature))}: {row.value}",
            row.index,
            row.low,
            row.high,
            row.count,
            row.effect,
        )
        for row in segment.distinctive_values
        if row.index is not None and row.low is not None and row.high is not None
    ]
    return sorted(found, key=lambda one: (-abs(one.effect or 0.0), one.what))


def _draw(summary: DisclosedSummary) -> Spec:
    shown = [segment for segment in summary.segments if _told(segment)]
    return panels([_panel(segment, summary.settings) for segment in shown], 2, 26)


def _panel(segment: Segment, settings: Settings) -> Spec:
    rows = [_row(one, settings) for one in _told(segment)[:MOST]]
    edges = [LEAST_INDEX * 0.88, MOST_INDEX * 1.14]
    x: Spec = {
        "scale": {"type": "log", "domain": [*edges], "nice": False},
        "axis": {
            "title": "Index (100: as among all)",
            "values": [25, 50, 100, 200, 400],
        },
    }
    plain: Spec = {"title": None, "ticks": False, "domain": False, "labelLimit": 190}
    plain["minExtent"] = EXTENT
    return interval_panel(
        segment,
        rows,
        x=x,
        y={"sort": None, "axis": plain},
        base=100,
        size=(285, ROW * len(rows)),
    )


def _row(one: Told, settings: Settings) -> Row:
    write = settings.numbers
    tip = (
        f"{one.what}: index {write.index(one.at)}, {write.index(one.low)} to "
        f"{write.index(one.high)} ({write.count(one.count)} {settings.units})"
    )
    return one.drawn(LEAST_INDEX, MOST_INDEX, tip)


def _title(summary: DisclosedSummary) -> str:
    """Name the value that is most certainly out of proportion of all that are drawn.

    Not of what the segments were cut on: such values say again how that was done.
    """
    drawn = [one for segment in summary.segments for one in _told(segment)[:MOST]]
    free = [one for one in drawn if not summary.is_cut_on(one.feature)]
    found = [one for one in free if is_distinctive(one.at, one.low)]
    if not free:
        return "How common each value is of what the segments were cut on"
    if not found:
        cut = len(free) < len(drawn)
        return none_distinctive("value that was not cut on" if cut else "value")
    best = max(found, key=lambda one: one.low)
    return (
        f"{best.what.replace(': ', ' ', 1)} is {times_of_all(best.at)} as common in "
        f'"{best.segment.name}" as among all'
    )


def _table(summary: Summary) -> Table:
    return table_of(
        "Index (all: 100)",
        [one for segment in summary.segments for one in _told(segment)],
        columns_of(summary, "What", "Index", "index"),
        sheet="Distinctive values",
    )


def _note(summary: DisclosedSummary) -> str:
    shown = [one for segment in summary.segments for one in _told(segment)[:MOST]]
    counts = [one.count for one in shown]
    return (
        "Dot: share in the segment by share among all, times 100; line: the range that "
        f"holds the true value 95 times in 100, rounding included. The {MOST} most "
        f"distinctive of each segment; below {LEAST_INDEX:.0f} and above "
        f"{MOST_INDEX:.0f} at the edge. Values of what the segments were cut on, bands "
        "and tiers too, differ by that alone."
        f"{thin_note(counts, summary.settings.units)}"
    )


CHART = Chart(
    key="index",
    has=lambda summary: (
        not summary.is_one_segment
        and any(_told(segment) for segment in summary.segments)
    ),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
)
