"""Axes of a view: grid, ticks, labels, line and title."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learnstrata.report.plot.boxes import Box, around
from learnstrata.report.plot.drawn import Drawn, Letters, group, line, text
from learnstrata.report.plot.given import Spec, Told
from learnstrata.report.plot.lettering import lines_of, shortened
from learnstrata.report.plot.rounding import format_of, rounded, ticks_of, told
from learnstrata.report.plot.scales import Bands, Place, Scale
from learnstrata.report.theme import AXIS

__all__ = ["Axis"]

TICK = 5  # pixels
APART = 40  # pixels between two ticks, where their number is not told
SPLIT = "split(datum.label, ' | ')"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of a view.

    Attributes
    ----------
    name : str
        ``x`` or ``y``.
    given : dict
        What the layers say of it.
    scale : Scale or Bands
    size : (float, float)
        Of the view.
    is_above : bool
        Whether it is drawn over the marks.
    """

    name: str
    given: Spec
    scale: Place
    size: tuple[float, float]
    is_above: bool = False

    @property
    def is_x(self) -> bool:
        """Whether it runs from left to right."""
        return self.name == "x"

    @property
    def is_top(self) -> bool:
        """Whether it stands over the view."""
        return self.given.get("orient") == "top"

    @property
    def _length(self) -> float:
        return self.size[0] if self.is_x else self.size[1]

    @property
    def _place(self) -> tuple[float, float]:
        return (0.0, 0.0 if self.is_top else self.size[1]) if self.is_x else (0.0, 0.0)

    def grid(self) -> Drawn | None:
        """Draw lines across the view, where the axis is of numbers."""
        if not self.given.get("grid", isinstance(self.scale, Scale)):
            return None
        look = {"stroke": AXIS["gridColor"]}
        width, height = self.size
        lines = [
            line(at, 0.0, 0.0, -height, look)
            if self.is_x
            else line(0.0, at, width, 0.0, look)
            for at in self._ticks_at()
        ]
        x, y = self._place
        return group([Drawn(one.element) for one in lines], x + 0.5, y + 0.5)

    def drawn(self) -> Drawn:
        """Draw the axis beside the view."""
        ticks, labels = self._ticks(), self._labels()
        found = around(part.box for part in (*ticks, *labels))
        out = max(self.given.get("minExtent", 0), self._outwards(found))
        parts = [group(ticks), group(labels)]
        if self.given.get("domain", True):
            parts.append(Drawn(self._domain().element))
        reach = Box(0.0, 0.0, 0.0, 0.0)
        if out:
            reach = Box(0, min(-out, 0), 0, 0) if self.is_top else Box(0, 0, 0, out)
            reach = reach if self.is_x else Box(-out, 0, 0, 0)
        parts += self._title(out)
        x, y = self._place
        made = group(parts, x + 0.5, y + 0.5)
        inside = around([reach, *(p.box for p in parts)])
        return Drawn(made.element, inside.moved(x, y))

    def _outwards(self, box: Box) -> float:
        if box.x1 == math.inf:
            return 0.0
        if not self.is_x:
            return -box.x1
        return -box.y1 if self.is_top else box.y2

    def _values(self) -> Sequence[Told]:
        if isinstance(self.scale, Bands):
            return self.scale.names
        low, high = sorted(self.scale.ends)
        if "values" not in self.given:
            return ticks_of(low, high, self._count(self.scale))
        first, last = sorted(self.scale.pixels)
        inside = (math.floor(first), math.ceil(last))
        return [
            v for v in self.given["values"] if inside[0] <= self.scale(v) <= inside[1]
        ]

    def _count(self, scale: Scale) -> float:
        """Give about how many ticks there are."""
        if "values" in self.given:
            return len(self.given["values"])
        count = self.given.get("tickCount", math.ceil(self._length / APART))
        if least := self.given.get("tickMinStep"):
            low, high = sorted(scale.ends)
            count = min(count, math.floor((high - low) / least or 1) + 1)
        return count

    def _ticks_at(self) -> list[float]:
        return [float(rounded(self.scale(value))) for value in self._values()]

    def _has_ticks(self) -> bool:
        return self.given.get("ticks", True)

    def _ticks(self) -> list[Drawn]:
        if not self._has_ticks():
            return []
        look, out = {"stroke": AXIS["tickColor"]}, -TICK if self.is_top else TICK
        return [
            line(at, 0.0, 0.0, float(out), look)
            if self.is_x
            else line(0.0, at, -5.0, 0.0, look)
            for at in self._ticks_at()
        ]

    def _domain(self) -> Drawn:
        look = {"stroke": AXIS["domainColor"]}
        if self.is_x:
            return line(0.0, 0.0, float(self._length), 0.0, look)
        return line(0.0, 0.0, 0.0, float(self._length), look)

    def _labels(self) -> list[Drawn]:
        if not self.given.get("labels", True):
            return []
        values = self._values()
        written = map(self._writer(), values)
        labels = [
            self._label(self.scale(value), label)
            for value, label in zip(values, written, strict=True)
        ]
        overlaps = self.given.get("labelOverlap", isinstance(self.scale, Scale))
        return _parted(labels) if overlaps else labels

    def _writer(self) -> Callable[[Told], Told]:
        """Give how values become labels."""
        given, scale = self.given, self.scale
        if isinstance(scale, Bands):
            if given.get("labelExpr") == SPLIT:
                return lambda name: str(name).split(" | ")
            limit, size = given.get("labelLimit", 0), given.get("labelFontSize", 12)
            return lambda name: shortened(str(name), size, limit)
        if scale.is_log:
            return told
        low, high = sorted(scale.ends)
        return format_of(given.get("format", ""), (low, high), self._count(scale))

    def _label(self, at: float, label: Told) -> Drawn:
        size, angle = (
            self.given.get("labelFontSize", 12),
            self.given.get("labelAngle", 0),
        )
        out = (TICK if self._has_ticks() else 0) + self.given.get("labelPadding", 5)
        at -= 0.5 if isinstance(self.scale, Bands) and self.scale.is_filled else 0
        letters = Letters(AXIS["labelColor"], float(size), "right")
        lines = lines_of(label)
        if not self.is_x:
            return text(lines, (-float(out), at), letters)
        if self.is_top:
            letters = letters._replace(
                baseline="bottom", align="left" if angle else "center"
            )
            return text(lines, (at, -float(out)), letters, angle=angle % 360)
        letters = letters._replace(baseline="top", align=self._flush(at))
        return text(lines, (at, float(out)), letters)

    def _flush(self, at: float) -> str:
        """Keep the first and the last label of numbers within the view."""
        if isinstance(self.scale, Bands):
            return "center"
        if abs(at) < 1:
            return "left"
        return "right" if abs(at - self._length) < 1 else "center"

    def _title(self, out: float) -> list[Drawn]:
        title, size = (
            self.given.get("title"),
            float(self.given.get("titleFontSize", 12)),
        )
        if not title:
            return []
        letters = Letters(
            AXIS["titleColor"], size, self.given.get("titleAlign", "center"), "bottom"
        )
        middle, away = self._length / 2, out + AXIS["titlePadding"]
        lines = lines_of(title)
        if not self.is_x:
            angle = self.given.get("titleAngle", -90)
            place = self.given.get("titleX", -away), self.given.get("titleY", middle)
            return [text(lines, place, letters, angle=angle)]
        if self.is_top:
            return [text(lines, (middle, -away), letters)]
        return [text(lines, (middle, away), letters._replace(baseline="top"))]


def _parted(labels: list[Drawn]) -> list[Drawn]:
    """Leave out every other label until none stands over the next."""
    shown = labels
    while len(shown) > 2 and any(map(_touch, shown, shown[1:])):
        shown = shown[::2]
    if len(shown) > 1 and any(map(_touch, shown, shown[1:])):
        shown = shown[:1]
    return shown


def _touch(one: Drawn, other: Drawn) -> bool:
    a, b = one.box, other.box
    return max(b.x1 - a.x2, a.x1 - b.x2, b.y1 - a.y2, a.y1 - b.y2) < 0
