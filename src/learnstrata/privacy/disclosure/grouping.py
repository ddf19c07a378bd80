"""How published counts were grouped, read off counts and what was told of them."""

from collections.abc import Mapping
from itertools import pairwise, product

from learnstrata.privacy.disclosure.rounding import Rounding

__all__ = ["rounding_seen"]

Told = Mapping[int, int | None]
# Groups below and above that one may be joined to, the fewest first.
WIDER = sorted(product(range(6), repeat=2), key=sum)


def rounding_seen(told: Told, base: int) -> Rounding | None:
    """Find how counts were grouped, from counts and what was told of each.

    Parameters
    ----------
    told : mapping of int to (int or None)
        Count -> what was told of it; None for one under the base.
    base : int

    Returns
    -------
    Rounding or None
        One that tells these counts so; None where none does.

    Notes
    -----
    Of few counts several offsets may be left: the first is taken. Where a group that
    was joined holds one of the counts alone, the nearest neighbours that explain what
    was told of it are taken.

    Examples
    --------
    >>> rounding = Rounding(10, offset=4).joined(30, upwards=True)
    >>> told = {n: rounding.count(n) for n in range(80)}
    >>> rounding_seen(told, 10) == rounding
    True
    """
    drawn = (Rounding(base, offset) for offset in range(base))
    found = (_widened(one, told) for one in drawn if not _parts(one, told))
    return next((one for one in found if _tells(one, told)), None)


def _tells(rounding: Rounding, told: Told) -> bool:
    return all(rounding.count(n) == count for n, count in told.items())


def _parts(rounding: Rounding, told: Told) -> bool:
    """Say whether counts of one group were told as two."""
    of: dict[int, int | None] = {}
    starts = ((rounding.limits(n)[0], count) for n, count in told.items())
    return any(of.setdefault(start, count) != count for start, count in starts)


def _widened(rounding: Rounding, told: Told) -> Rounding:
    """Join groups of which counts were told alike, then those told otherwise."""
    counts = sorted(n for n, one in told.items() if one is not None)
    for n, after in pairwise(counts):
        while told[n] == told[after] and rounding.limits(n)[1] < after:
            rounding = rounding.joined(n, upwards=True)
    for n in counts:
        if rounding.count(n) != told[n]:
            wider = (_joined(rounding, n, *by) for by in WIDER)
            fits = (one for one in wider if one.count(n) == told[n])
            rounding = next(fits, rounding)
    return rounding


def _joined(rounding: Rounding, n: int, down: int, up: int) -> Rounding:
    for upwards in [False] * down + [True] * up:
        rounding = rounding.joined(n, upwards=upwards)
    return rounding
