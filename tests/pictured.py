"""Two drawings held against each other: each text and each outline, where it stands."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

NEAR = 0.35  # pixels: less is not seen
LOOKS = ("fill", "stroke", "stroke-width", "opacity", "stroke-dasharray")
LOOKS += ("stroke-linecap", "text-anchor", "font-size", "font-weight")
PLAIN = {"stroke-width": "1", "opacity": "1", "font-weight": "normal"}
PLAIN |= {"text-anchor": "start", "fill": "none", "font-size": "12px"}
NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
MOVE = re.compile(r"(\w+)\(([^)]*)\)")
STEP = re.compile(r"([MLhvCAZ])([^MLhvCAZ]*)")

Matrix = tuple[float, float, float, float, float, float]


class Mark(NamedTuple):
    """A text or an outline: what it says, how it looks, and where it is."""

    kind: str
    says: str
    look: tuple[tuple[str, str], ...]
    at: tuple[float, ...]

    def is_like(self, other: "Mark") -> bool:
        same = self[:3] == other[:3] and len(self.at) == len(other.at)
        return same and all(
            abs(a - b) <= NEAR for a, b in zip(self.at, other.at, strict=True)
        )


def differences(one: ET.Element, other: ET.Element) -> list[str]:
    """List what only one of two drawings has, and where their sizes differ."""
    sizes = [drawing.get("viewBox") for drawing in (one, other)]
    told = [] if sizes[0] == sizes[1] else [f"sizes {sizes}"]
    left = [*marks_of(other)]
    for mark in marks_of(one):
        same = next((n for n, two in enumerate(left) if mark.is_like(two)), None)
        if same is None:
            told.append(f"only in the first: {mark}")
        else:
            left.pop(same)
    return [*told, *(f"only in the second: {mark}" for mark in left)]


def marks_of(drawing: ET.Element) -> Iterator[Mark]:
    """Give all that is seen of a drawing."""
    return _marks(drawing, (1, 0, 0, 1, 0, 0), {})


def _marks(one: ET.Element, before: Matrix, look: dict[str, str]) -> Iterator[Mark]:
    place = _moved(one.get("transform", ""), before)
    look = look | {name: one.attrib[name] for name in LOOKS if name in one.attrib}
    tag = one.tag.rpartition("}")[2]
    seen = one.get("opacity") != "0" and one.get("display") != "none"
    if tag == "text" and seen and "".join(one.itertext()):
        says = "|".join(filter(None, one.itertext()))
        yield Mark(tag, says, _looks(look), (*place[4:], *place[:2]))
    if tag == "line" or (tag == "path" and {"fill", "stroke"} & {*one.attrib}):
        points = [_at(place, *point) for point in _outline(one, tag)]
        points = sorted(points) if len(points) == 2 else points
        flat = tuple(value for point in points for value in point)
        says = one.get("aria-label", "") if tag == "path" else ""
        yield Mark("path", says, _looks(look, but=("font", "text")), flat)
    if tag not in {"clipPath", "text"}:
        for inner in one:
            yield from _marks(inner, place, look)


def _looks(
    look: dict[str, str], *, but: tuple[str, ...] = ()
) -> tuple[tuple[str, str], ...]:
    kept = {
        n: v for n, v in look.items() if PLAIN.get(n) != v and not n.startswith(but)
    }
    if "stroke" not in kept:
        kept.pop("stroke-width", None)
    return tuple(sorted((n, _short(v)) for n, v in kept.items()))


def _short(value: str) -> str:
    return f"{float(value):.4g}" if NUMBER.fullmatch(value) else value


def _moved(steps: str, before: Matrix) -> Matrix:
    a, b, c, d, e, f = before
    for name, told in MOVE.findall(steps):
        x, *rest = map(float, NUMBER.findall(told))
        if name == "translate":
            e, f = e + a * x + c * rest[0], f + b * x + d * rest[0]
        else:
            cos, sin = math.cos(math.radians(x)), math.sin(math.radians(x))
            a, b, c, d = (
                a * cos + c * sin,
                b * cos + d * sin,
                c * cos - a * sin,
                d * cos - b * sin,
            )
    return a, b, c, d, e, f


def _at(place: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = place
    return a * x + c * y + e, b * x + d * y + f


def _outline(one: ET.Element, tag: str) -> Iterator[tuple[float, float]]:
    if tag == "line":
        yield from [(0, 0), (float(one.get("x2", 0)), float(one.get("y2", 0)))]
        return
    x = y = 0.0
    for name, told in STEP.findall(one.get("d", "")):
        values = [float(value) for value in NUMBER.findall(told)]
        if name in "hv":
            x, y = (x + values[0], y) if name == "h" else (x, y + values[0])
            yield x, y
        for n in range(5 if name == "A" else 0, len(values) - (name in "hv"), 2):
            x, y = values[n], values[n + 1]
            yield x, y
