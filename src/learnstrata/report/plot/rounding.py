"""Numbers on axes: where ticks are, and how they are written."""

import math
from collections.abc import Callable

__all__ = ["format_of", "nice", "rounded", "ticks_of", "told"]

STEPS = ((math.sqrt(50), 10), (math.sqrt(10), 5), (math.sqrt(2), 2))
Write = Callable[[float], str]
PREFIXES = {-3: "m", 0: "", 3: "k", 6: "M", 9: "G"}


def rounded(value: float) -> int:
    """Round to whole pixels, halves up."""
    return math.floor(value + 0.5)


def _step(low: float, high: float, count: float) -> float:
    """Give the round step that comes nearest to so many ticks; under 0: 1 / step."""
    raw = (high - low) / max(count, 1e-9)
    power = math.floor(math.log10(raw))
    error = raw / 10.0**power
    factor = next((factor for least, factor in STEPS if error >= least), 1)
    return factor * 10.0**power if power >= 0 else -(10.0**-power) / factor


def ticks_of(low: float, high: float, count: float) -> list[float]:
    """Give round values within two ends, about so many.

    Examples
    --------
    >>> ticks_of(0.1, 1.0, 5)
    [0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if low == high:
        return [low]
    step = _step(low, high, count)
    put = (lambda place: place * step) if step > 0 else (lambda place: place / -step)
    first, last = (
        rounded(end / step if step > 0 else end * -step) for end in (low, high)
    )
    first, last = first + (put(first) < low), last - (put(last) > high)
    return [put(place) for place in range(first, last + 1)]


def nice(low: float, high: float, count: int = 10) -> tuple[float, float]:
    """Move two ends outwards to round values."""
    before = 0.0
    for _ in range(10):
        step = _step(low, high, count) if low < high else 0.0
        if step in {0.0, before}:
            break
        if step > 0:
            low, high = math.floor(low / step) * step, math.ceil(high / step) * step
        else:
            low, high = math.ceil(low * step) / step, math.floor(high * step) / step
        before = step
    return low, high


def told(value: float) -> str:
    """Write a number as it stands, thousands apart.

    Examples
    --------
    >>> told(5.0), told(1000), told(0.25)
    ('5', '1,000', '0.25')
    """
    return f"{value:,.12g}" if value >= 1000 else f"{value:.12g}"


def format_of(pattern: str, ends: tuple[float, float], count: float) -> Write:
    """Give how the ticks of an axis are written.

    Parameters
    ----------
    pattern : str
        Of the few that the charts use: empty, ``d``, ``,d``, ``~g``, ``~s``, ``%`` or
        ``f``, the last two with a precision or not.
    ends : (float, float)
    count : float
        About how many ticks there are: the step between them gives the decimals.

    Examples
    --------
    >>> [format_of("", (0.0, 1.0), 5)(0.2), format_of(".0%", (0.0, 1.0), 5)(0.2)]
    ['0.2', '20%']
    """
    low, high = ends
    step = _step(low, high, count) if low < high else 1.0
    digits = max(0, -math.floor(math.log10(1 / -step if step < 0 else step) + 1e-12))
    if pattern == "~s":
        return _prefixed(max(abs(low), abs(high)))
    if pattern == "~g":
        return lambda value: _signed(f"{value:.12g}")
    if pattern in {"d", ",d"}:
        return lambda value: _signed(f"{rounded(value):{pattern}}")
    kind, given = pattern[-1:] or "f", pattern[1:-1]
    if kind == "%":
        places = int(given) if given else max(digits - 2, 0)
        return lambda value: _signed(f"{value:.{places}%}")
    places = int(given) if given else digits
    comma = "" if given else ","
    return lambda value: _signed(f"{value:{comma}.{places}f}")


def _signed(text: str) -> str:
    """Write minus as such, where anything but zeros follows."""
    is_zero = not any(letter in "123456789" for letter in text)
    return text.removeprefix("-") if is_zero else text.replace("-", "\N{MINUS SIGN}")


def _prefixed(most: float) -> Write:
    """Write thousands as k, millions as M."""
    power = min(max(3 * math.floor(math.log10(most) / 3), -3), 9) if most else 0
    return lambda value: _signed(f"{value / 10.0**power:.12g}") + PREFIXES[power]
