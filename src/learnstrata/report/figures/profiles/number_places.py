"""Where each segment stands among all learners in each number, with intervals."""

from collections.abc import Sequence

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
from learnstrata.report.figures.vega import thin_note
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.results import DisclosedSummary, Settings, Summary
from learnstrata.wording.tables import Table, table_of

__all__ = ["CHART"]

MIDDLE = 50
LITTLE = 5.8  # places: an effect of 0.2, under which nothing stands out
PANELS = 4  # beside each other


def _told(segment: Segment) -> list[Told]:
    """List the numbers that are told, the one farthest from the middle first."""
    found = [
        Told(
            segment,
            row.feature,
            capital(label_of(row.feature)),
            row.rank,
            row.low,
            row.high,
            row.count,
            row.effect,
        )
        for row in segment.distinctive_numbers
        if row.rank is not None and row.low is not None and row.high is not None
    ]
    return sorted(found, key=lambda one: (-abs(one.at - MIDDLE), one.what))


def _draw(summary: DisclosedSummary) -> Spec:
    shown = [segment for segment in summary.segments if _told(segment)]
    names = _names(shown)
    return panels(
        [
            _panel(segment, names, summary.settings, first=place % PANELS == 0)
            for place, segment in enumerate(shown)
        ],
        PANELS,
        18,
    )


def _names(segments: Sequence[Segment]) -> list[str]:
    """List the numbers, first the one that sets some segment farthest apart."""
    told = [one for segment in segments for one in _told(segment)]
    told.sort(key=lambda one: (-abs(one.at - MIDDLE), one.what))
    return list(dict.fromkeys(one.what for one in told))


def _panel(
    segment: Segment, names: Sequence[str], settings: Settings, *, first: bool
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
        [_row(one, settings) for one in _told(segment)],
        x=x,
        y={"scale": {"domain": [*names]}, "axis": plain},
        base=MIDDLE,
        size=(170, ROW * len(names)),
    )


def _row(one: Told, settings: Settings) -> Row:
    write = settings.numbers
    tip = (
        f"{one.what}: {write.statistic(one.at)} of 100, {write.statistic(one.low)} to "
        f"{write.statistic(one.high)} ({write.count(one.count)} {settings.units})"
    )
    return one.drawn(0, 100, tip)


def _title(summary: DisclosedSummary) -> str:
    """Name the segment that is farthest from the middle in what was not cut on."""
    told = [
        one
        for segment in summary.segments
        for one in _told(segment)
        if not summary.is_cut_on(one.feature)
    ]
    if not told:
        return "Where each segment stands in the numbers that they were cut on"
    told = [one for one in told if abs(one.at - MIDDLE) >= LITTLE]
    if not told:
        return "No segment stands clearly apart in a number that was not cut on"
    far = max(told, key=lambda one: abs(one.at - MIDDLE))
    place, units = summary.settings.numbers.statistic(far.at), summary.settings.units
    return (
        f'"{far.segment.name}" stands out by {"high" if far.at > MIDDLE else "low"} '
        f"{label_of(far.feature)}: its {units} come in at {place} of 100 "
        "on average when all are lined up"
    )


def _table(summary: Summary) -> Table:
    return table_of(
        f"Place among all (middle: {MIDDLE})",
        [one for segment in summary.segments for one in _told(segment)],
        columns_of(summary, "Number", "Place", "statistic"),
        sheet="Distinctive numbers",
    )


def _note(summary: DisclosedSummary) -> str:
    units = summary.settings.units
    counts = [one.count for segment in summary.segments for one in _told(segment)]
    return (
        f"Dot: where the {units} of the segment stand on average when all {units} are "
        "lined up by the number, 0 the lowest and 100 the highest; line: the range "
        f"that holds the true value 95 times in 100.{thin_note(counts, units)}"
    )


CHART = Chart(
    key="places",
    has=lambda summary: (
        not summary.is_one_segment
        and any(_told(segment) for segment in summary.segments)
    ),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
    section="segments",
)
