"""SVG made light: what is drawn, in as few letters as a page needs for it."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from learnstrata.report.theme import FONT

__all__ = ["SIZE", "lighten", "smallest_text"]

SIZE = "12px"  # of most texts: said once, for the whole drawing
DEFAULTS = {
    "opacity": "1",
    "stroke-width": "1",
    "font-family": FONT,
    "font-size": SIZE,
    "font-weight": "normal",
    "text-anchor": "start",
    "transform": "translate(0,0)",
}
# What those inside a group have of it, where they do not say otherwise.
SHARED = ("fill", "stroke", "stroke-width", "text-anchor", "font-size", "font-weight")
MANY = 3  # of a group, for one word of it to be shorter
DRAWN = ("d", "transform", "x", "y", "x2", "y2")
NUMBER = re.compile(r"-?\d*\.\d+")
SHIFT = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")
DOT = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")
_Drawn = tuple[list[tuple[str, str]], str]  # what it looks like, and its path
SLICES = 10  # of a cloud of dots: in one slice a colour would hide the next


def lighten(root: ET.Element) -> ET.Element:
    """Make a drawing light.

    Parameters
    ----------
    root : Element
        From `learnstrata.report.plot.views.draw_spec`. It is changed.

    Returns
    -------
    Element
        Looks the same: places are rounded to a tenth of a pixel, descriptions of marks
        are their ``<title>``, lines and dots that are alike are one path.

    Examples
    --------
    >>> raw = '<svg><g><path d="M0,2.04h3" stroke="red" opacity="1"/></g></svg>'
    >>> ET.tostring(lighten(ET.fromstring(raw))[0], encoding="unicode")
    '<path d="M0,2h3" stroke="red" />'
    """
    for one in root.iter():
        _clean(one)
    _gather(root)
    root.attrib |= {"font-family": FONT, "font-size": SIZE}
    return root


def smallest_text(one: ET.Element, size: str = SIZE) -> float:
    """Give the size of the smallest text of a light drawing, in its own pixels.

    Parameters
    ----------
    one : Element
    size : str
        What it has where it does not say.

    Returns
    -------
    float
        Infinite where there is no text.
    """
    own = one.get("font-size", size)
    if one.tag == "text":
        return float(own.removesuffix("px"))
    return min((smallest_text(part, own) for part in one), default=math.inf)


def _clean(one: ET.Element) -> None:
    """Leave out what says nothing, round the rest, make a description a title."""
    told = one.attrib.pop("aria-label", None)
    for name, value in [*one.attrib.items()]:
        if DEFAULTS.get(name) == value:
            del one.attrib[name]
        elif name in DRAWN:
            one.set(name, NUMBER.sub(lambda found: _rounded(found[0]), value))
    if "stroke" not in one.attrib and one.tag == "path":
        one.attrib.pop("stroke-width", None)
    if one.tag == "text":
        _place(one)
    if told:
        ET.SubElement(one, "title").text = told


def _rounded(number: str) -> str:
    return f"{round(float(number), 1) + 0.0:.6g}"


def _place(text: ET.Element) -> None:
    """Give a text that is only moved its place in fewer letters."""
    moved = SHIFT.fullmatch(text.get("transform", ""))
    if moved:
        del text.attrib["transform"]
        text.attrib |= {"x": moved[1], "y": moved[2]}


def _gather(parent: ET.Element) -> None:
    """Unwrap groups that only group, leave out what is not seen, join what is alike."""
    for one in parent:
        _gather(one)
    shown = [inner for one in parent for inner in _unwrapped(one) if _is_seen(inner)]
    parent[:] = [*_joined(shown)]
    if parent.tag == "g" and len(parent) >= MANY:
        _share(parent)


def _share(group: ET.Element) -> None:
    """Say once on a group what all in it say."""
    for name in SHARED:
        values = {one.get(name) for one in group}
        if len(values) == 1 and None not in values:
            group.set(name, group[0].attrib[name])
            for one in group:
                del one.attrib[name]


def _unwrapped(one: ET.Element) -> Iterable[ET.Element]:
    return [*one] if one.tag == "g" and not one.attrib else [one]


def _is_seen(one: ET.Element) -> bool:
    if one.tag == "path":
        return not {"fill", "stroke"}.isdisjoint(one.attrib)
    if one.tag == "text":
        return bool(one.text) or len(one) > 0
    return one.tag != "g" or len(one) > 0


def _joined(shown: Sequence[ET.Element]) -> Iterator[ET.Element]:
    for kind, run in groupby(shown, key=_kind):
        if kind == "line":
            yield from _as_paths(run, _line)
        elif kind == "dot":
            yield from _slices([*run])
        else:
            yield from run


def _kind(one: ET.Element) -> str:
    """Say what an element may be joined with: its like, where no text tells of it."""
    moved = SHIFT.fullmatch(one.get("transform", "translate(0,0)"))
    if len(one) or not moved:
        return ""
    if one.tag == "line" and "opacity" not in one.attrib:
        return "line"
    is_dot = "stroke" not in one.attrib and DOT.fullmatch(one.get("d", ""))
    return "dot" if is_dot else ""


def _slices(dots: Sequence[ET.Element]) -> Iterator[ET.Element]:
    size = max(len(dots) // SLICES, 1)
    for start in range(0, len(dots), size):
        part = sorted(dots[start : start + size], key=lambda dot: dot.get("fill", ""))
        yield from _as_paths(part, _dot)


def _as_paths(
    run: Iterable[ET.Element], draw: Callable[[ET.Element], _Drawn]
) -> Iterator[ET.Element]:
    """Draw elements that look alike as one path."""
    for look, group in groupby(map(draw, run), key=lambda drawn: drawn[0]):
        yield ET.Element("path", {"d": "".join(d for _, d in group), **dict(look)})


def _line(one: ET.Element) -> _Drawn:
    x, y = _moved(one)
    look = [pair for pair in one.attrib.items() if pair[0] not in DRAWN]
    return look, f"M{x},{y}l{one.get('x2', '0')},{one.get('y2', '0')}"


def _dot(one: ET.Element) -> _Drawn:
    """Draw a dot as the round end of a line that goes nowhere."""
    x, y = _moved(one)
    found = DOT.fullmatch(one.get("d", ""))
    width = 2 * float(found[1]) if found else 1.0
    look = [("stroke", one.get("fill", "")), ("stroke-width", f"{width:g}")]
    look += [("stroke-linecap", "round")]
    look += [("opacity", one.attrib["opacity"])] if "opacity" in one.attrib else []
    return look, f"M{x},{y}h0"


def _moved(one: ET.Element) -> tuple[str, str]:
    found = SHIFT.fullmatch(one.get("transform", ""))
    return (found[1], found[2]) if found else ("0", "0")
