"""Bins that are read at a glance and whose bounds tell of nobody."""

import numpy as np
import numpy.typing as npt

from learnstrata.config.stages import Pay

__all__ = ["even_edges", "inner_edges"]

TAIL = 0.01  # of learners at either end that share the open bins
NO_PAY = 1e-9  # currency units: what is less has no digits to be cut at
TENTHS = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0)  # ISO 3, series R10
BROAD = (1.0, 2.0, 5.0)
MOST_EVEN = 14  # bounds of a number of the user's
SKEWED = 100.0  # from its low to its high end: bounds are then 1, 2, 5, 10 and so on
WHOLE = 60  # a range of more whole numbers is cut at broad ones

Floats = npt.NDArray[np.float64]


def inner_edges(values: npt.ArrayLike, *, pay: Pay | None = None) -> Floats:
    """Give the inner bounds of bins; the outer bins are open.

    They begin where 1 % of the learners are left at either end, so that no bound is
    near a least or greatest value.

    Parameters
    ----------
    values : array-like of shape (n,)
        nan where unknown.
    pay : Pay, default=None
        Of amounts of pay: bounds are preferred numbers, about 26 % apart, of its unit.
        ``None`` takes whole numbers, or 1, 2, 5, 10 and so on where these would be over
        60.

    Examples
    --------
    >>> inner_edges([0.0, 1.0, 2.0, 3.0, 4.0]).tolist()
    [1.0, 2.0, 3.0]
    >>> inner_edges(np.linspace(4e5, 2e6, 99), pay=Pay()).tolist()
    [500000.0, 630000.0, 800000.0, 1000000.0, 1250000.0, 1600000.0]
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if pay is not None:
        known = known[known > NO_PAY]
    if not len(known):
        return np.empty(0)
    low, high = np.quantile(known, [TAIL, 1 - TAIL])
    unit = 1.0 if pay is None else pay.per_shown_unit
    if pay is None and high - low <= WHOLE:
        return np.arange(np.floor(low) + 1, np.floor(high) + 1)
    if pay is None:
        return _preferred(max(low, 1.0), high, BROAD)
    edges = _preferred(low / unit, high / unit) * unit
    return edges[(edges >= low) & (edges <= high)]  # times a unit, 1.6 is a bit more


def even_edges(values: npt.ArrayLike) -> Floats:
    """Give the inner bounds of bins of any number, of which nothing is known.

    They are multiples of 1, 2 or 5 times a power of ten, 14 at most, or these numbers
    themselves where all values are above 0 and over a hundredfold apart; as those of
    `inner_edges` they leave 1 % of the learners at either end.

    Parameters
    ----------
    values : array-like of shape (n,)
        nan where unknown.

    Examples
    --------
    >>> even_edges(np.linspace(300, 700, 101)).tolist()
    [350.0, 400.0, 450.0, 500.0, 550.0, 600.0, 650.0]
    >>> even_edges([0.0, 0.1, 0.15, 0.3]).tolist()
    [0.05, 0.1, 0.15, 0.2, 0.25]
    >>> even_edges([0.0, 1.0, 1.0]).tolist(), even_edges([3.0, 3.0]).tolist()
    ([1.0], [])
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return np.empty(0)
    low, high = np.quantile(known, [TAIL, 1 - TAIL])
    if not high > low:
        return np.empty(0)
    if low > 0 and high / low > SKEWED:
        return _preferred(low, high, BROAD)
    power = 10.0 ** np.floor(np.log10((high - low) / MOST_EVEN))
    step = next(
        times * power
        for times in (1, 2, 5, 10)
        if (high - low) / (times * power) <= MOST_EVEN
    )
    whole = bool(np.all(known == np.round(known)))
    step = max(step, 1.0) if whole else step  # nothing lies between whole numbers
    first, last = np.floor(low / step) + 1, np.ceil(high / step) - 1
    last = np.floor(high / step) if whole else last
    return np.round(np.arange(first, last + 1) * step, 12)


def _preferred(low: float, high: float, steps: tuple[float, ...] = TENTHS) -> Floats:
    """Give the preferred numbers from `low` to `high`.

    Examples
    --------
    >>> _preferred(4.5, 21.0).tolist()
    [5.0, 6.3, 8.0, 10.0, 12.5, 16.0, 20.0]
    """
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    powers = range(first, last + 1)
    series = np.array([float(f"{step}e{power}") for power in powers for step in steps])
    return series[(series >= low) & (series <= high)]
