"""Elements of SVG, each with the box that it takes."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree as ET

from learnstrata.report.plot.boxes import EMPTY, Box, around
from learnstrata.report.plot.given import Spec, Told
from learnstrata.report.plot.lettering import LINE, lowered, width_of

__all__ = ["Drawn", "Letters", "group", "line", "path", "text"]

ANCHORS = {"left": "start", "center": "middle", "right": "end"}


class Drawn(NamedTuple):
    """What is drawn, and the box around it."""

    element: ET.Element
    box: Box = EMPTY


class Letters(NamedTuple):
    """How a text is written."""

    colour: str
    size: float = 12.0
    align: str = "center"
    baseline: str = "middle"
    weight: str = "normal"


def group(parts: Sequence[Drawn], x: float = 0.0, y: float = 0.0) -> Drawn:
    """Put parts together, and move them."""
    moved = {"transform": f"translate({x:.6g},{y:.6g})"} if x or y else {}
    found = ET.Element("g", moved)
    found.extend(part.element for part in parts)
    return Drawn(found, around(part.box for part in parts).moved(x, y))


def line(x: float, y: float, dx: float, dy: float, look: Spec) -> Drawn:
    """Draw a straight line from a place by so much."""
    at = {"transform": f"translate({x!r},{y!r})", "x2": repr(dx), "y2": repr(dy)}
    width = float(look.get("stroke-width", 1))
    box = Box(min(x, x + dx), min(y, y + dy), max(x, x + dx), max(y, y + dy))
    return Drawn(ET.Element("line", at | _attributes(look)), box.grown(width))


def path(
    d: str, look: Spec, box: Box, *, at: tuple[float, float] | None = None
) -> Drawn:
    """Draw an outline, the box without its stroke told."""
    moved = {"transform": f"translate({at[0]!r},{at[1]!r})"} if at else {}
    width = float(look.get("stroke-width", 1)) if look.get("stroke") else 0.0
    return Drawn(
        ET.Element("path", {**moved, "d": d} | _attributes(look)), box.grown(width)
    )


def text(
    lines: Sequence[str],
    at: tuple[float, float],
    letters: Letters,
    *,
    angle: float = 0,
    look: Spec = MappingProxyType({}),
) -> Drawn:
    """Write lines of text at a place, turned by so many degrees about it."""
    (x, y), down = at, lowered(letters.baseline, letters.size)
    box, place = _box_of(lines, at, letters), f"translate({x!r},{y + down!r})"
    if angle:
        place = f"translate({x!r},{y!r}) rotate({angle:g})"
        place += f" translate(0,{down})" if down else ""
        box = box.turned(angle, x, y)
    found = ET.Element(
        "text",
        {
            "text-anchor": ANCHORS[letters.align],
            "transform": place,
            "font-size": f"{letters.size:g}px",
            "font-weight": letters.weight,
            "fill": letters.colour,
        }
        | _attributes(look),
    )
    _write(found, lines, letters.size + LINE)
    return Drawn(found, box)


def _box_of(lines: Sequence[str], at: tuple[float, float], letters: Letters) -> Box:
    """Give the room that lines take, before they are turned."""
    is_bold = letters.weight == "bold"
    wide = max(width_of(one, letters.size, bold=is_bold) for one in lines)
    left = at[0] - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[letters.align]
    top = at[1] + lowered(letters.baseline, letters.size) - round(0.8 * letters.size)
    tall = letters.size + (len(lines) - 1) * (letters.size + LINE)
    return Box(left, top, left + wide, top + tall)


def _write(element: ET.Element, lines: Sequence[str], height: float) -> None:
    if len(lines) == 1:
        element.text = lines[0]
        return
    for number, words in enumerate(lines):
        below = {"x": "0", "dy": f"{height:g}"} if number else {}
        ET.SubElement(element, "tspan", below).text = words


def _attributes(look: Spec) -> dict[str, str]:
    return {name: _told(value) for name, value in look.items() if value is not None}


def _told(value: Told) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
