"""Scales: from values of the data to places in pixels, and to looks."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from learnstrata.report.plot.given import Row, Spec, Told
from learnstrata.report.plot.rounding import nice

__all__ = ["Bands", "Place", "Scale", "scale_of"]


FILLING = {"bar", "rect", "rule", "tick"}


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of numbers: even, or in powers of ten."""

    ends: tuple[float, float]
    pixels: tuple[float, float]
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """Give the place of a value."""
        low, high = map(self._even, self.ends)
        part = (self._even(value) - low) / (high - low) if high != low else 0.5
        return self.pixels[0] * (1 - part) + self.pixels[1] * part

    @property
    def ground(self) -> float:
        """Where bars begin: at 0, or at the first end."""
        low, high = self.ends
        return 0.0 if low <= 0 <= high else low

    def _even(self, value: float) -> float:
        return math.log10(value) if self.is_log else value


@dataclass(frozen=True, slots=True)
class Bands:
    """A scale of names, each with as much room."""

    names: tuple[Told, ...]
    length: float
    inner: float = 0.0  # part of the room that is left free between two
    is_filled: bool = False  # by what is drawn, rather than points in the middle

    def __call__(self, name: Told) -> float:
        """Give the middle of the room of a name; 0 where it has none."""
        if name not in self.names:
            return 0.0
        return (self.names.index(name) + 0.5) * self.length / max(len(self.names), 1)

    @property
    def width(self) -> float:
        """Of what fills the room."""
        return self.length / max(len(self.names), 1) * (1 - self.inner)


Place = Scale | Bands


def scale_of(
    channels: Sequence[tuple[Spec, str, Sequence[Row]]], length: float, *, axis: str
) -> Place:
    """Give the scale that all layers of a view share.

    Parameters
    ----------
    channels : sequence of (dict, str, sequence of dict)
        How each layer encodes the axis, the kind of its mark, and its rows.
    length : float
        Pixels.
    axis : str
        ``x`` or ``y``.
    """
    given: dict[str, Told] = {}
    for channel, _, _ in channels:
        given = {**(channel.get("scale") or {}), **given}
    if channels[0][0]["type"] != "quantitative":
        inner = given.get("paddingInner", 0.0)
        is_filled = any(kind in FILLING for _, kind, _ in channels)
        return Bands(tuple(_names(channels, given)), length, inner, is_filled)
    return _numbers(channels, given, (0.0, length) if axis == "x" else (length, 0.0))


def _names(
    channels: Sequence[tuple[Spec, str, Sequence[Row]]], given: Row
) -> Iterable[Told]:
    if "domain" in given:
        return given["domain"]
    every = dict.fromkeys(
        row[one["field"]] for one, _, rows in channels for row in rows
    )
    sorts = [one["sort"] for one, _, _ in channels if "sort" in one]
    if not sorts:
        return sorted(every)
    order = sorts[0] or []
    return [*(n for n in order if n in every), *(n for n in every if n not in order)]


def _numbers(
    channels: Sequence[tuple[Spec, str, Sequence[Row]]],
    given: Row,
    pixels: tuple[float, float],
) -> Scale:
    is_log = given.get("type") == "log"
    low, high = given.get("domain") or _ends(channels)
    if given.get("zero", not is_log and _from_zero(channels[0])):
        low, high = min(low, 0.0), max(high, 0.0)
    if padding := given.get("padding", 0):
        span = abs(pixels[1] - pixels[0])
        middle, part = (low + high) / 2, span / (span - 2 * padding)
        low, high = middle + (low - middle) * part, middle + (high - middle) * part
    own = [one.get("scale") or {} for one, _, _ in channels]
    if given.get("nice", any("domain" not in one for one in own)):
        low, high = nice(low, high)
    if given.get("reverse"):
        pixels = pixels[1], pixels[0]
    return Scale((low, high), pixels, is_log)


def _from_zero(first: tuple[Spec, str, Sequence[Row]]) -> bool:
    """Say whether an axis has 0 on it, where nothing is told; lines run along x."""
    channel, kind, _ = first
    along = channel["axis_name"] == "x" and kind in {"line", "trail"}
    return "domain" not in (channel.get("scale") or {}) and not along


def _ends(
    channels: Sequence[tuple[Spec, str, Sequence[Row]]],
) -> tuple[float, float]:
    values = [
        row[one[name]]
        for one, _, rows in channels
        for name in ("field", "beside")
        if name in one
        for row in rows
        if row.get(one[name]) is not None
    ]
    return (min(values), max(values)) if values else (0.0, 0.0)
