"""The map: learners on the two directions in which they differ most."""

import json
from collections.abc import Sequence

from learnstrata.learners.features.register import FEATURES
from learnstrata.report import theme
from learnstrata.report.figures.bins import capital
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row, domain, layer, layered
from learnstrata.report.figures.vega import (
    PAPER,
    field,
    mark,
    segment_colours,
    segment_label,
)
from learnstrata.summary.contract.choice import Axis, Point
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = ["CHART", "direction", "draw_map"]

WIDTH, HEIGHT = 540, 250
TEXT = 17  # pixels, so that a telephone shows the map whole
LYING: Row = {"titleAngle": 0, "titleAlign": "left", "titleX": 0, "titleY": -10}
NEARLY_ALL = 0.9  # of the differences: the map then hides little
# What more and less of it is called, by the label that an axis bears.
ENDS = {one.label: one.ends for one in FEATURES.values() if one.ends}


def draw_map(summary: DisclosedSummary, points: int | None = None) -> Spec:
    """Draw points in the colours of their segments, and the numbers of these.

    Parameters
    ----------
    summary : DisclosedSummary
    points : int, default=None
        As many at most; ``None`` draws them all.
    """
    shown, segments = summary.map.points[:points], summary.segments
    ways = [direction(axis) for axis in summary.map.axes[:2]]
    across, upwards = [*ways, "", ""][:2]
    x = field(
        "x", "Q", **_axis(across and f"{across} \u2192", [point.x for point in shown])
    )
    y = field(
        "y",
        "Q",
        **_axis(upwards and f"\u2191 {upwards}", [one.y for one in shown], LYING),
    )
    colour, name = segment_colours(segments), _named(segments)
    at: Row = {"x": x, "y": y, "tooltip": name}
    middles = _rows(summary.map.middles)
    dot = mark("point", filled=True, size=12, opacity=0.55)
    number = mark("text", fontWeight="bold", fontSize=TEXT)
    text = field("segment", "N")
    layers = [
        _cloud(shown, dot, {**at, "color": colour}),
        layer(middles, _badge(), **at, color=colour),
        layer(middles, number, **at, color=_inks(segments), text=text),
    ]
    whole = layered(layers, width=WIDTH, height=HEIGHT)
    return {**whole, "resolve": {"scale": {"color": "independent"}}}


def _cloud(points: Sequence[Point], dot: Spec, look: Row) -> Spec:
    """Give the layer of all points; their places are lists, a third of the letters."""
    lists: Row = {
        "x": [one.x for one in points],
        "y": [one.y for one in points],
        "segment": [one.segment_id for one in points],
    }
    return {**layer([lists], dot, **look), "transform": [{"flatten": [*lists]}]}


def _badge() -> Spec:
    return mark("point", filled=True, size=420, opacity=1, stroke=PAPER, strokeWidth=2)


def _rows(points: Sequence[Point]) -> list[Row]:
    return [{"x": one.x, "y": one.y, "segment": one.segment_id} for one in points]


def _inks(segments: Sequence[Segment]) -> Spec:
    """Encode the ink that is read on the colour of each segment."""
    scale: Spec = {
        "domain": [one.id for one in segments],
        "range": [theme.ink_on(theme.segment_colour(one.id)) for one in segments],
    }
    return field("segment", "N", scale=scale, legend=None)


def _named(segments: Sequence[Segment]) -> Spec:
    """Give an expression for the label of a point's segment: no copy a point."""
    labels = json.dumps({str(one.id): segment_label(one) for one in segments})
    return {"value": {"expr": f"{labels}[datum.segment]"}}


def _axis(title: str, places: Sequence[float], look: Row | None = None) -> Spec:
    """Give title and scale of an axis: what grows along it, an arrow tells the way."""
    bare: Spec = {"labels": False, "ticks": False, "grid": True, "tickCount": 8}
    low, high = min(places), max(places)
    room = 0.04 * (high - low) or 1.0
    return {
        "axis": {"title": title, "titleFontSize": TEXT, **bare, **(look or {})},
        "scale": domain(low - room, high + room),
    }


def direction(axis: Axis) -> str:
    """Say what grows along an axis of the map.

    Examples
    --------
    >>> direction(Axis(explained=0.5, more=("pay",), less=("experience",), loadings={}))
    'Higher pay, less experience'
    >>> direction(Axis(explained=0.5, more=("role: Backend",), less=(), loadings={}))
    'More role: Backend'
    """
    more = [_end(label, 0) or f"more {label}" for label in axis.more]
    less = [_end(label, 1) or f"less {label}" for label in axis.less]
    return capital(", ".join(dict.fromkeys([*more, *less])))


def _end(label: str, which: int) -> str:
    ends = ENDS.get(label, ())
    return ends[which] if ends else ""


def _title(summary: DisclosedSummary) -> str:
    """Say in what learners differ most: what the axes of the map are made of."""
    axes = [[*axis.more, *axis.less] for axis in summary.map.axes[:2]]
    first, second = [*axes, [], []][:2]
    then = [label for label in dict.fromkeys(second) if label not in first]
    if not first:
        return f"{capital(summary.settings.units)} who are alike lie near each other"
    told = f"{capital(summary.settings.units)} differ most in {listed(first)}"
    return f"{told}, then in {listed(then)}" if then else told


def _table(summary: Summary) -> Table:
    names = {one.id: one.name for one in summary.segments}
    return table_of(
        "The middle of each segment on the map",
        summary.map.middles,
        [
            column("Segment", lambda row: names.get(row.segment_id, "")),
            column("Across", lambda row: row.x, "number"),
            column("Upwards", lambda row: row.y, "number"),
        ],
    )


def _note(summary: DisclosedSummary) -> str:
    """Say how to read the map, and what it cannot show."""
    write = summary.settings.numbers
    ways = [
        f"{way}: {made_of[:1].lower()}{made_of[1:]}."
        for way, axis in zip(
            ("To the right", "Upwards"), summary.map.axes, strict=False
        )
        if (made_of := direction(axis))
    ]
    return " ".join([*ways, _of_points(summary, write), _limits(summary, write)])


def _of_points(summary: DisclosedSummary, write: Numbers) -> str:
    found, unit = summary.map, summary.settings.unit
    return (
        f"Each of the {write.count(len(found.points))} points is a {unit}, "
        f"{write.share(found.share)} of all; it is moved a little at random "
        f"({write.number(found.blur)} of the spread, typically) so that it is "
        "nobody's place. Numbers stand in the middle of the points of their segment."
    )


def _limits(summary: DisclosedSummary, write: Numbers) -> str:
    shown = sum(axis.explained or 0.0 for axis in summary.map.axes[:2])
    told = (
        f"The map shows {write.share(shown)} of the differences between "
        f"{summary.settings.units}"
    )
    if shown < NEARLY_ALL:
        told += ": segments that overlap here may be apart in what it leaves out"
    return f"{told}."


CHART = Chart(
    key="map",
    has=lambda summary: len(summary.map.points) > 0,
    spec=draw_map,
    title=_title,
    table=_table,
    note=_note,
    is_numbered=True,
)
