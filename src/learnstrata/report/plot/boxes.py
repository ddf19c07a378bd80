"""Boxes around what is drawn, for all to find room."""

import math
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["EMPTY", "Box", "around"]


class Box(NamedTuple):
    """The ends of something drawn, in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float

    def grown(self, by: float) -> "Box":
        """Give the box with so much room around it."""
        return Box(self.x1 - by, self.y1 - by, self.x2 + by, self.y2 + by)

    def moved(self, dx: float, dy: float) -> "Box":
        """Give the box at another place."""
        return Box(self.x1 + dx, self.y1 + dy, self.x2 + dx, self.y2 + dy)

    def turned(self, angle: float, x: float, y: float) -> "Box":
        """Give the box around this one, turned by so many degrees about a point."""
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        corners = [
            (x + (a - x) * cos - (b - y) * sin, y + (a - x) * sin + (b - y) * cos)
            for a in (self.x1, self.x2)
            for b in (self.y1, self.y2)
        ]
        return Box(
            *(min(axis) for axis in zip(*corners, strict=True)),
            *(max(axis) for axis in zip(*corners, strict=True)),
        )


EMPTY = Box(math.inf, math.inf, -math.inf, -math.inf)


def around(boxes: Iterable[Box]) -> Box:
    """Give the box around all of these.

    Examples
    --------
    >>> around([Box(0, 0, 1, 1), Box(2, -1, 3, 0)])
    Box(x1=0, y1=-1, x2=3, y2=1)
    """
    found = [EMPTY, *boxes]
    return Box(
        min(one.x1 for one in found),
        min(one.y1 for one in found),
        max(one.x2 for one in found),
        max(one.y2 for one in found),
    )
