"""Where each segment stands among all learners in each number, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

from learnstrata.report.figures.bins import capital, label_of
from learnstrata.report.figures.chart import Chart, Spec, numbers_of
from learnstrata.report.figures.profiles.panels import ROW, Dot, interval_panel, panels
from learnstrata.summary.contract import (
    DisclosedSummary,
    DistinctiveNumber,
    Segment,
    Summary,
)
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

MIDDLE = 50
PANELS = 4  # beside each other


@dataclass(frozen=True, slots=True)
class _Told:
    """A number whose place among all is told."""

    row: DistinctiveNumber
    rank: float
    low: float
    high: float

    @property
    def what(self) -> str:
        return label_of(self.row.feature)


def _told(segment: Segment) -> list[_Told]:
    """List the numbers that are told, the one farthest from the middle first."""
    found = [
        _Told(row, row.rank, row.low, row.high)
        for row in segment.distinctive_numbers
        if row.rank is not None and row.low is not None and row.high is not None
    ]
    found.sort(key=lambda one: (-abs(one.rank - MIDDLE), one.what))
    return found


def _draw(summary: DisclosedSummary) -> Spec:
    write = numbers_of(summary.settings)
    shown = [segment for segment in summary.segments if _told(segment)]
    names = _names(shown)
    return panels(
        [
            _panel(segment, names, write, first=place % PANELS == 0)
            for place, segment in enumerate(shown)
        ],
        PANELS,
        18,
    )


def _names(segments: Sequence[Segment]) -> list[str]:
    """List the numbers, first the one that sets some segment farthest apart."""
    far: dict[str, float] = {}
    for one in (told for segment in segments for told in _told(segment)):
        gap = abs(one.rank - MIDDLE)
        far[capital(one.what)] = max(gap, far.get(capital(one.what), 0.0))
    return sorted(far, key=lambda name: (-far[name], name))


def _panel(
    segment: Segment, names: Sequence[str], write: Numbers, *, first: bool
) -> Spec:
    x: Spec = {
        "scale": {"domain": [0, 100], "nice": False},
        "axis": {
            "title": "Place among all (middle: 50)",
            "values": [*range(0, 101, 25)],
        },
    }
    plain: Spec = {"title": None, "ticks": False, "domain": False, "labels": first}
    return interval_panel(
        segment,
        [_dot(one, write) for one in _told(segment)],
        x=x,
        y={"scale": {"domain": [*names]}, "axis": plain},
        base=MIDDLE,
        size=(170, ROW * len(names)),
    )


def _dot(one: _Told, write: Numbers) -> Dot:
    tip = (
        f"{capital(one.what)}: {write.index(one.rank)} of 100, "
        f"{write.statistic(one.low)} to {write.statistic(one.high)} "
        f"({write.count(one.row.count)} learners)"
    )
    return Dot(capital(one.what), one.rank, one.low, one.high, tip)


def _title(summary: DisclosedSummary) -> str:
    """Name the segment that stands farthest from the middle in a number."""
    shown = [(one, part) for part in summary.segments for one in _told(part)]
    one, segment = max(shown, key=lambda pair: abs(pair[0].rank - MIDDLE))
    way = "high" if one.rank > MIDDLE else "low"
    place = numbers_of(summary.settings).index(one.rank)
    return (
        f'"{segment.name}" stands out by {way} {one.what}: its '
        f"{summary.settings.units} come in at {place} of 100 on average when all are "
        "lined up"
    )


def _table(summary: Summary) -> Table:
    return table_of(
        f"Place among all (middle: {MIDDLE})",
        [(segment.name, one) for segment in summary.segments for one in _told(segment)],
        [
            column("Segment", lambda row: row[0]),
            column("Number", lambda row: capital(row[1].what)),
            column("Learners", lambda row: row[1].row.count, "count"),
            column("Place", lambda row: row[1].rank, "index"),
            column("From", lambda row: row[1].low, "statistic"),
            column("To", lambda row: row[1].high, "statistic"),
            column("Strength", lambda row: row[1].row.effect, "number"),
        ],
        sheet="Distinctive numbers",
    )


def _note(summary: DisclosedSummary) -> str:
    units = summary.settings.units
    return (
        f"Dot: where the {units} of the segment stand on average when all {units} are "
        "lined up by the number, 0 the lowest and 100 the highest; line: the range "
        "that holds the true value 95 times in 100."
    )


CHART = Chart(
    key="places",
    has=lambda summary: any(_told(segment) for segment in summary.segments),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
)
