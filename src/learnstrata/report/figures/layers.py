"""Layers of a chart, and the heat map that several charts are."""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from learnstrata.report.figures.chart import Spec
from learnstrata.report.figures.vega import PAPER, field, mark, values

__all__ = ["Row", "at_least", "domain", "heat_map", "layer", "layered", "rule_at"]

Row = dict[str, JsonValue]

TIP = {"description": field("tip", "N")}  # becomes the tooltip


def layer(rows: Iterable[Row] | None, drawn: Spec, **encoding: JsonValue) -> Spec:
    """Give one layer: its rows (None takes those of the whole chart), mark, encoding.

    Examples
    --------
    >>> layer(None, {"type": "rule"}, x={"field": "k"})
    {'mark': {'type': 'rule'}, 'encoding': {'x': {'field': 'k'}}}
    """
    data: Spec = {} if rows is None else {"data": values(rows)}
    return {**data, "mark": drawn, "encoding": encoding}


def layered(
    layers: Sequence[Spec],
    *,
    width: float,
    height: float,
    rows: Iterable[Row] | None = None,
    title: str | list[JsonValue] = "",
) -> Spec:
    """Give layers as one chart, bottom layer first; `rows` are of those without own."""
    data: Spec = {} if rows is None else {"data": values(rows)}
    named: Spec = {"title": title} if title else {}
    return {**named, **data, "layer": [*layers], "width": width, "height": height}


def rule_at(
    rows: Iterable[Row], *, colour: str, dash: Sequence[int], **at: str
) -> Spec:
    """Draw dashed lines at the values of a field of these rows.

    Examples
    --------
    >>> rule_at([{"x": 1}], colour="red", dash=[4, 3], x="x")["encoding"]
    {'x': {'field': 'x', 'type': 'quantitative'}}
    """
    drawn = mark("rule", strokeDash=[*dash], color=colour)
    return layer(rows, drawn, **{axis: field(name, "Q") for axis, name in at.items()})


def domain(low: float, high: float, *, reverse: bool = False) -> Spec:
    """Give a scale that runs from one value to another and no further."""
    turned: Spec = {"reverse": True} if reverse else {}
    return {"domain": [low, high], "nice": False, "zero": False, **turned}


def at_least(
    values: Sequence[float], span: float, *, within: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Give the ends of an axis that is never shorter than a span of its statistic.

    Values that differ by less than can matter must not look far apart.

    Examples
    --------
    >>> at_least([0.2, 0.8], 0.1), at_least([0.99999, 1.0], 0.25, within=(0, 1))
    ((0.2, 0.8), (0.75, 1))
    """
    low, high = min(values), max(values)
    missing = max(span - (high - low), 0.0) / 2
    if not missing:
        return low, high
    first, last = within or (low - span, high + span)
    low = round(min(max(low - missing, first), last - span), 12)
    return low, round(low + span, 12) if low + span < last else last


def heat_map(
    cells: Iterable[Row],
    *,
    rows: Sequence[str],
    columns: Sequence[str | int],
    x_title: str | None,
    cell: tuple[int, int],
    slant: int = 0,
) -> Spec:
    """Draw cells whose colour (``fill``, ``ink``), ``text`` and ``tip`` are given.

    Parameters
    ----------
    cells : iterable of dict
        Each with its ``row`` and ``column``.
    rows, columns : sequence
        In the order drawn.
    x_title : str or None
        Over the columns.
    cell : tuple of int
        Width and height of a cell in pixels.
    slant : int
        Degrees by which the names of columns are turned.
    """
    bare: Row = {"ticks": False, "domain": False, "labelPadding": 6}
    x_axis: Row = {**bare, "title": x_title, "orient": "top", "labelAngle": slant}
    place: Row = {
        "x": field("column", "N", sort=[*columns], axis=x_axis),
        "y": field("row", "N", scale={"domain": [*rows]}, axis={**bare, "title": None}),
    }
    fill, ink = field("fill", "N", scale=None), field("ink", "N", scale=None)
    box = mark("rect", stroke=PAPER, strokeWidth=2, aria=True)
    width, height = cell
    return layered(
        [
            layer(None, box, **place, color=fill, **TIP),
            layer(None, mark("text"), **place, color=ink, text=field("text", "N")),
        ],
        rows=cells,
        width=width * len(columns),
        height=height * len(rows),
    )
