"""The legend over a view: what the colours and symbols of names mean."""

import math
from collections.abc import Mapping, Sequence

from learnstrata.report.plot.boxes import EMPTY, Box
from learnstrata.report.plot.drawn import Drawn, Letters, group, path, text
from learnstrata.report.plot.given import Spec, Told
from learnstrata.report.plot.marks import Layer, value_of
from learnstrata.report.plot.shapes import symbol_box, symbol_path
from learnstrata.report.theme import CONFIG

__all__ = ["legend_of"]

AWAY = 18  # pixels over the view
BESIDE = 4  # between a symbol and its label
BETWEEN = 11  # two columns
ROW = 3  # between two rows
STROKE = 2  # around a symbol
UNDER = 5  # the title


def legend_of(layers: Sequence[Layer]) -> Drawn | None:
    """Draw the legend, where a layer asks for one."""
    shown = {
        name: one
        for layer in layers
        for name, one in layer.encoding.items()
        if isinstance(one.get("legend"), Mapping)
    }
    if not shown:
        return None
    given = next(iter(shown.values()))
    look = CONFIG["legend"]
    title = given["legend"].get("title")
    letters = Letters(look["titleColor"], 12.0, "left", "top")
    parts = [text([title], (0.0, 0.0), letters)] if title else []
    top = 12 + UNDER if title else 0
    entries = [
        _entry(name, shown, given["legend"]["symbolSize"], layers[-1].mark)
        for name in given["scale"]["domain"]
    ]
    parts.append(group(_placed(entries, given["legend"]["columns"]), 0.0, float(top)))
    width, height = (math.ceil(max(p.box[end] for p in parts)) for end in (2, 3))
    y = -AWAY - height
    return Drawn(group(parts, 0.0, y).element, Box(0.0, y, width, y + height))


def _entry(name: Told, shown: Mapping[str, Spec], size: float, mark: Spec) -> Drawn:
    """Draw a symbol with its name."""
    told = {
        channel: value_of({**one, "condition": None}, {one["field"]: name})
        for channel, one in shown.items()
    }
    colour, middle = told.get("color", mark.get("color")), _middle(size)
    look = {"fill": told.get("fill", colour if mark.get("filled") else None)}
    if not mark.get("filled"):
        look |= {"stroke": told.get("stroke", colour), "stroke-width": STROKE}
    shape = str(told.get("shape", "circle"))
    symbol = path(symbol_path(shape, size), look, EMPTY, at=(middle, middle))
    box = symbol_box(size, (middle, middle), shape).grown(STROKE)
    letters = Letters(CONFIG["legend"]["labelColor"], 12.0, "left")
    label = text([str(name)], (2 * middle + BESIDE, middle), letters)
    return group([Drawn(symbol.element, box), label])


def _middle(size: float) -> float:
    """Give where the middle of the symbols is."""
    return math.ceil(math.sqrt(size) + STROKE) / 2


def _placed(entries: Sequence[Drawn], columns: int) -> list[Drawn]:
    """Set entries in rows and columns."""
    wide = [
        max(math.ceil(one.box.x2) for one in entries[at::columns]) + BETWEEN
        for at in range(min(columns, len(entries)))
    ]
    found, down = [], 0.0
    for start in range(0, len(entries), columns):
        row = entries[start : start + columns]
        height = max(math.ceil(one.box.y2) for one in row)
        for at, one in enumerate(row):
            lower = 0.0 if start else (height - one.box.y2) / 2
            found.append(group([one], float(sum(wide[:at])), down + lower))
        down += height + ROW
    return found
