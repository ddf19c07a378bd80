"""Outlines of marks, as the paths of SVG."""

import math
from collections.abc import Iterable

from learnstrata.report.plot.boxes import Box

__all__ = [
    "bar_path",
    "line_path",
    "rounded_path",
    "symbol_box",
    "symbol_path",
    "trail_path",
]

BEND = 0.448084975506  # of a corner: where the handle of a curve is, from its end
TALL = math.sqrt(3) / 2  # of a triangle of width 1
Point = tuple[float, float]


def number(value: float) -> str:
    """Write a place, to a tenth of a pixel."""
    return f"{round(value, 1) + 0.0:.6g}"


def _at(*values: float) -> str:
    return ",".join(map(number, values))


def bar_path(x: float, y: float, width: float, height: float) -> str:
    """Give a rectangle."""
    return f"M{_at(x, y)}h{number(width)}v{number(height)}h{number(-width)}Z"


def rounded_path(box: tuple[float, float, float, float], radii: Iterable[float]) -> str:
    """Give a rectangle with round corners.

    Parameters
    ----------
    box : (float, float, float, float)
        x, y, width, height.
    radii : iterable of float
        Of the corners, from the left upper one clockwise.
    """
    x, y, width, height = box
    most = min(width, height) / 2
    a, b, c, d = (min(one, most) for one in radii)
    right, low = x + width, y + height
    return (
        f"M{_at(x + a, y)}L{_at(right - b, y)}"
        f"C{_at(right - b * BEND, y, right, y + b * BEND, right, y + b)}"
        f"L{_at(right, low - c)}"
        f"C{_at(right, low - c * BEND, right - c * BEND, low, right - c, low)}"
        f"L{_at(x + d, low)}C{_at(x + d * BEND, low, x, low - d * BEND, x, low - d)}"
        f"L{_at(x, y + a)}C{_at(x, y + a * BEND, x + a * BEND, y, x + a, y)}Z"
    )


def symbol_path(shape: str, size: float) -> str:
    """Give a symbol around 0, its size told as the area of the square around it."""
    r = math.sqrt(size) / 2
    n, p = number(-r), number(r)
    if shape == "circle":
        return f"M{p},0A{p},{p},0,1,1,{n},0A{p},{p},0,1,1,{p},0"
    if shape == "square":
        return bar_path(-r, -r, 2 * r, 2 * r)
    if shape == "diamond":
        return f"M{n},0L0,{n}L{p},0L0,{p}Z"
    if shape == "stroke":
        return f"M{n},0L{p},0"
    if shape == "triangle-up":
        return f"M0,{number(-r * TALL)}L{_at(-r, r * TALL)}L{_at(r, r * TALL)}Z"
    return _cross(r)


def symbol_box(size: float, at: Point, shape: str = "circle") -> Box:
    """Give the box around a symbol."""
    (x, y), r = at, math.sqrt(size) / 2
    tall = {"stroke": 0.0, "triangle-up": r * TALL}.get(shape, r)
    return Box(x - r, y - tall, x + r, y + tall)


def _cross(r: float) -> str:
    s = r / 2.5
    turns = [(-r, -s), (-r, s), (-s, s), (-s, r), (s, r), (s, s), (r, s), (r, -s)]
    return line_path([*turns, (s, -s), (s, -r), (-s, -r), (-s, -s)]) + "Z"


def line_path(points: Iterable[Point]) -> str:
    """Give the line through points."""
    return "M" + "L".join(_at(*point) for point in points)


def trail_path(points: Iterable[tuple[float, float, float]]) -> str:
    """Give the outline of a line through points (x, y, width)."""
    path, before = "", None
    for x, y, width in points:
        if before is not None:
            path += _stretch(before, (x, y, width / 2))
        before = (x, y, width / 2)
    return path


def _stretch(start: tuple[float, float, float], end: tuple[float, float, float]) -> str:
    """Give one stretch of a trail, with round ends."""
    (x1, y1, r1), (x2, y2, r2) = start, end
    length = math.hypot(x2 - x1, y2 - y1)
    ux, uy = (y1 - y2) / length, (x2 - x1) / length
    return (
        f"M{_at(x1 - ux * r1, y1 - uy * r1)}L{_at(x2 - ux * r2, y2 - uy * r2)}"
        f"A{_at(r2, r2)},0,1,1,{_at(x2 + ux * r2, y2 + uy * r2)}"
        f"L{_at(x1 + ux * r1, y1 + uy * r1)}"
        f"A{_at(r1, r1)},0,1,1,{_at(x1 - ux * r1, y1 - uy * r1)}Z"
    )
