"""Marks of a layer: bars, lines, symbols and texts at the places of their rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from learnstrata.report import theme
from learnstrata.report.plot.boxes import Box, around
from learnstrata.report.plot.drawn import Drawn, Letters, line, path, text
from learnstrata.report.plot.given import Row, Spec, Told
from learnstrata.report.plot.lettering import lines_of
from learnstrata.report.plot.scales import Bands, Place, Scale
from learnstrata.report.plot.shapes import (
    bar_path,
    line_path,
    rounded_path,
    symbol_box,
    symbol_path,
    trail_path,
)

__all__ = ["Layer", "drawn_of", "passes", "value_of"]

FAINT = 0.7  # opacity of symbols and ticks, where none is told
SYMBOLS = {"point", "circle"}
EQUAL = re.compile(r"datum\.(\w+) == '([^']*)'")
LOOKS = {"strokeDash": "stroke-dasharray", "strokeCap": "stroke-linecap"}


@dataclass(frozen=True, slots=True)
class Layer:
    """A mark, how it encodes its rows, and the scales of its view."""

    mark: Spec
    encoding: Mapping[str, Spec]
    rows: Sequence[Row]
    scales: Mapping[str, Place]
    size: tuple[float, float]
    ranges: Mapping[str, tuple[float, float]]

    def told(self, row: Row, name: str, default: Told = None) -> Told:
        """Give what a channel, or else the mark, says of a row."""
        if name in self.encoding:
            return value_of(self.encoding[name], row, self.ranges.get(name))
        return self.mark.get(name, default)

    def at(self, row: Row, axis: str) -> float:
        """Give the place of a row on an axis that the layer encodes, in pixels."""
        channel, moved = self.encoding[axis], self.mark.get(f"{axis[0]}Offset", 0)
        if "value" in channel:
            return channel["value"] + moved
        value = row[channel["field"]] if "field" in channel else channel["datum"]
        return self.scales[axis[0]](value) + moved


def passes(layer: Spec, row: Row) -> bool:
    """Say whether a row has all that its places on scales of numbers take."""
    for step in layer.get("transform", ()):
        if "filter" in step and row.get(step["filter"][14:-1]) is None:
            return False
    return all(
        row.get(one["field"]) is not None
        for name, one in layer["encoding"].items()
        if name in {"x", "y", "size"} and one.get("type") == "quantitative"
    )


def value_of(channel: Spec, row: Row, ends: tuple[float, float] | None = None) -> Told:
    """Give what a channel says of a row: a colour, a size, a text."""
    if _holds(channel.get("condition"), row):
        return channel["condition"]["value"]
    if "field" not in channel:
        return channel["value"]
    value: Told = row.get(channel["field"])
    scale: Told = channel.get("scale")
    if not scale:
        return value
    if channel["type"] == "quantitative":
        low, high = ends or (0.0, 1.0)
        first, last = scale["range"]
        return first + (value - low) / ((high - low) or 1) * (last - first)
    names = [*scale["domain"], value]  # one that is not named has the next colour
    return scale["range"][names.index(value) % len(scale["range"])]


def _holds(condition: Spec | None, row: Row) -> bool:
    if not condition:
        return False
    if found := EQUAL.fullmatch(condition["test"]):
        return row.get(found[1]) == found[2]
    return bool(row.get(condition["test"].removeprefix("datum.")))


def drawn_of(layer: Layer) -> list[Drawn]:
    """Draw a layer, its marks in the order of its rows."""
    draw = DRAWN[layer.mark["type"]]
    return [*draw(layer)]


def _look(layer: Layer, row: Row, *, is_filled: bool) -> dict[str, Told]:
    """Give fill and stroke of a mark."""
    colour = layer.told(row, "color")
    fill = layer.told(row, "fill", colour if is_filled else None)
    stroke = layer.told(row, "stroke", None if is_filled else colour)
    look = {"fill": fill, "stroke": stroke}
    if stroke:
        look["stroke-width"] = layer.told(row, "strokeWidth", 1)
    look |= {new: layer.mark[old] for old, new in LOOKS.items() if old in layer.mark}
    faint = FAINT if layer.mark["type"] in {*SYMBOLS, "tick"} else None
    look["opacity"] = layer.told(row, "opacity", faint)
    return {name: value for name, value in look.items() if value is not None}


def _titled(layer: Layer, row: Row, drawn: Drawn) -> Drawn:
    if layer.mark.get("aria", True) and "description" in layer.encoding:
        told = layer.told(row, "description")
        drawn.element.set("aria-label", str(told))
    return drawn


def _symbols(layer: Layer) -> Iterator[Drawn]:
    is_filled = bool(layer.mark.get("filled")) or layer.mark["type"] == "circle"
    for row in layer.rows:
        x, y = layer.at(row, "x"), layer.at(row, "y")
        shape, size = layer.told(row, "shape", "circle"), layer.told(row, "size", 30)
        look = _look(layer, row, is_filled=is_filled)
        if look.get("stroke"):
            look["stroke-width"] = layer.told(row, "strokeWidth", 2)
        found = path(
            symbol_path(shape, size), look, symbol_box(size, (x, y)), at=(x, y)
        )
        yield _titled(layer, row, found)


def _texts(layer: Layer) -> Iterator[Drawn]:
    mark = layer.mark
    look = {name: mark[name] for name in ("stroke",) if name in mark}
    if look:
        look["stroke-width"] = mark.get("strokeWidth", 1)
    dx, dy = mark.get("dx", 0), mark.get("dy", 0)
    middle = dict(zip("xy", (side / 2 for side in layer.size), strict=True))
    for row in layer.rows:
        x, y = (
            layer.at(row, axis) if axis in layer.encoding else half
            for axis, half in middle.items()
        )
        letters = Letters(
            layer.told(row, "color", theme.INK),
            mark.get("fontSize", 12),
            mark.get("align", "center"),
            mark.get("baseline", "middle"),
            mark.get("fontWeight", "normal"),
        )
        lines = lines_of(layer.told(row, "text"))
        yield text(lines, (x + dx, y + dy), letters, look=look)


def _rules(layer: Layer) -> Iterator[Drawn]:
    """Draw lines between two ends, or from one end of the view to the other."""
    width, height = layer.size
    for row in layer.rows:
        x, dx = _stretch(layer, row, "x", whole=(width, -width))
        y, dy = _stretch(layer, row, "y", whole=(0.0, height))
        yield line(x, y, dx, dy, _look(layer, row, is_filled=False))


def _stretch(
    layer: Layer, row: Row, axis: str, *, whole: tuple[float, float]
) -> tuple[float, float]:
    if axis not in layer.encoding:
        return whole
    at, other = layer.at(row, axis), f"{axis}2"
    return at, layer.at(row, other) - at if other in layer.encoding else 0.0


def _bars(layer: Layer) -> Iterator[Drawn]:
    for row in layer.rows:
        (x, width), (y, height) = _reach(layer, row, "x"), _reach(layer, row, "y")
        look = _look(layer, row, is_filled=True)
        if layer.mark["type"] == "tick":
            look.pop("stroke", None)
        found = path(
            _outline(layer, (x, y, width, height)),
            look,
            Box(x, y, x + width, y + height),
        )
        yield _titled(layer, row, found)


def _outline(layer: Layer, box: tuple[float, float, float, float]) -> str:
    if radius := layer.mark.get("cornerRadius", 0):
        return rounded_path(box, [radius] * 4)
    if end := layer.mark.get("cornerRadiusEnd", 0):
        return rounded_path(box, [0, end, end, 0])
    return bar_path(*box)


def _reach(layer: Layer, row: Row, axis: str) -> tuple[float, float]:
    """Give where a bar begins on an axis, and how far it goes."""
    mark, scale = layer.mark, layer.scales.get(axis)
    if axis not in layer.encoding:
        return 0.0, layer.size["xy".index(axis)]
    at, other = layer.at(row, axis), f"{axis}2"
    side = mark.get("width" if axis == "x" else "height")
    if mark["type"] == "tick" and _is_thin(layer, axis):
        side = mark["thickness"]
    elif isinstance(scale, Scale) and mark["type"] != "tick":
        to = layer.at(row, other) if other in layer.encoding else scale(scale.ground)
        return min(at, to), abs(to - at)
    if side is None:
        side = scale.width if isinstance(scale, Bands) else 0.0
    return at - side / 2, side


def _is_thin(layer: Layer, axis: str) -> bool:
    """Say whether a tick is as thin on this axis as its line."""
    if orient := layer.mark.get("orient"):
        return (orient == "vertical") == (axis == "x")
    return isinstance(layer.scales[axis], Scale)


def _lines(layer: Layer) -> Iterator[Drawn]:
    for rows in _series(layer):
        points = [(layer.at(row, "x"), layer.at(row, "y")) for row in rows]
        look = _look(layer, rows[0], is_filled=False)
        xs, ys = zip(*points, strict=True)
        yield path(line_path(points), look, Box(min(xs), min(ys), max(xs), max(ys)))


def _trails(layer: Layer) -> Iterator[Drawn]:
    for rows in _series(layer):
        points = [
            (layer.at(row, "x"), layer.at(row, "y"), layer.told(row, "size"))
            for row in rows
        ]
        look = _look(layer, rows[0], is_filled=True)
        box = around(Box(x, y, x, y).grown(width / 2) for x, y, width in points)
        yield path(trail_path(points), look, box)


def _series(layer: Layer) -> list[list[Row]]:
    """Give the rows of each line, in its order."""
    names = [
        one["field"]
        for name, one in layer.encoding.items()
        if name in {"detail", "color"} and "field" in one
    ]
    by = layer.encoding.get("order", layer.encoding["x"])["field"]
    found: dict[tuple[Told, ...], list[Row]] = {}
    for row in layer.rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return [sorted(rows, key=lambda row: row[by]) for rows in found.values()]


DRAWN: Mapping[str, Callable[[Layer], Iterator[Drawn]]] = {
    **dict.fromkeys(("point", "circle"), _symbols),
    **dict.fromkeys(("bar", "rect", "tick"), _bars),
    "text": _texts,
    "rule": _rules,
    "line": _lines,
    "trail": _trails,
}
