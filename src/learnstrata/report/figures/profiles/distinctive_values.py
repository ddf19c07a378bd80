"""What each segment has more or less often than all learners, with intervals."""

from dataclasses import dataclass

from learnstrata.report.figures.bins import capital, label_of
from learnstrata.report.figures.chart import Chart, Spec, numbers_of
from learnstrata.report.figures.profiles.panels import ROW, Dot, interval_panel, panels
from learnstrata.report.figures.profiles.role_index import times_of_all
from learnstrata.summary.contract import (
    DisclosedSummary,
    DistinctiveValue,
    Segment,
    Summary,
)
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

MOST = 7  # of a segment are drawn
LEAST_INDEX, MOST_INDEX = 25.0, 400.0  # beyond it an interval is drawn up to the edge


@dataclass(frozen=True, slots=True)
class _Told:
    """A value whose index is told."""

    row: DistinctiveValue
    index: float
    low: float
    high: float

    @property
    def what(self) -> str:
        return f"{capital(label_of(self.row.feature))}: {self.row.value}"


def _told(segment: Segment) -> list[_Told]:
    """List the values that are told, the most distinctive first."""
    found = [
        _Told(row, row.index, row.low, row.high)
        for row in segment.distinctive_values
        if row.index is not None and row.low is not None and row.high is not None
    ]
    found.sort(key=lambda one: (-abs(one.row.effect or 0.0), one.what))
    return found


def _draw(summary: DisclosedSummary) -> Spec:
    write = numbers_of(summary.settings)
    shown = [segment for segment in summary.segments if _told(segment)]
    return panels([_panel(segment, write) for segment in shown], 2, 26)


def _panel(segment: Segment, write: Numbers) -> Spec:
    dots = [_dot(one, write) for one in _told(segment)[:MOST]]
    edges = [LEAST_INDEX * 0.88, MOST_INDEX * 1.14]
    x: Spec = {
        "scale": {"type": "log", "domain": [*edges], "nice": False},
        "axis": {
            "title": "Index (100: as among all)",
            "values": [25, 50, 100, 200, 400],
        },
    }
    plain: Spec = {"title": None, "ticks": False, "domain": False, "labelLimit": 190}
    return interval_panel(
        segment,
        dots,
        x=x,
        y={"sort": None, "axis": plain},
        base=100,
        size=(285, ROW * len(dots)),
    )


def _dot(one: _Told, write: Numbers) -> Dot:
    at, low, high = (
        min(max(value, LEAST_INDEX), MOST_INDEX)
        for value in (one.index, one.low, one.high)
    )
    tip = (
        f"{one.what}: index {write.index(one.index)}, {write.index(one.low)} to "
        f"{write.index(one.high)} ({write.count(one.row.count)} learners)"
    )
    return Dot(one.what, at, low, high, tip)


def _title(summary: DisclosedSummary) -> str:
    """Name the value with the highest index of all that are drawn."""
    shown = [
        (one, segment) for segment in summary.segments for one in _told(segment)[:MOST]
    ]
    one, segment = max(shown, key=lambda pair: pair[0].index)
    return (
        f"{one.what.replace(': ', ' ', 1)} is {times_of_all(one.index)} as common in "
        f'"{segment.name}" as among all'
    )


def _table(summary: Summary) -> Table:
    return table_of(
        "Index (all: 100)",
        [(segment.name, one) for segment in summary.segments for one in _told(segment)],
        [
            column("Segment", lambda row: row[0]),
            column("What", lambda row: row[1].what),
            column("Learners", lambda row: row[1].row.count, "count"),
            column("Among all", lambda row: row[1].row.base_count, "count"),
            column("Index", lambda row: row[1].index, "index"),
            column("From", lambda row: row[1].low, "index"),
            column("To", lambda row: row[1].high, "index"),
            column("Strength", lambda row: row[1].row.effect, "number"),
        ],
        sheet="Distinctive values",
    )


def _note(_: DisclosedSummary) -> str:
    return (
        "Dot: share in the segment by share among all, times 100; line: the range that "
        f"holds the true value 95 times in 100. The {MOST} most distinctive of each "
        f"segment; below {LEAST_INDEX:.0f} and above {MOST_INDEX:.0f} at the edge."
    )


CHART = Chart(
    key="index",
    has=lambda summary: any(_told(segment) for segment in summary.segments),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
)
