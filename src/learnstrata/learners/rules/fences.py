"""How far a number may lie from the others of its column and still be believed.

Arrays in, limits out. Fences are Tukey's outer ones, three interquartile ranges beyond
the quartiles.
"""

import math

import numpy as np
import numpy.typing as npt

__all__ = ["OUTER_FENCE", "extra_fences", "fences_of", "heaped", "log_fences"]

Floats = npt.NDArray[np.float64]

OUTER_FENCE = 3.0
LEAST_RATIO = 2.0  # of the quartiles, however close they are
# Where half of all are equal there are no quartiles to speak of.
LEAST_RATIO_OF_EQUALS = 10.0
MOST_SPREAD = 100.0  # of logarithms; beyond it the fences are out of all reach anyway
LEAST_VALUES = 12  # fewer tell no quartiles
SEVERAL_SHARE = 0.01  # of the values: what so many hold is no slip
SEVERAL = 3


def log_fences(
    values: Floats, *, reach: float, least_ratio: float = LEAST_RATIO
) -> tuple[float, float]:
    """Give the fences of positive numbers, set by their logarithms.

    Parameters
    ----------
    values : array of shape (n_values,)
        Positive and finite, one at least.
    reach : float
        Interquartile ranges beyond the quartiles.
    least_ratio : float, default=2.0
        Least ratio of the quartiles: half of all pays may be equal.

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> found = log_fences(np.array([100.0, 100.0, 200.0, 200.0]), reach=3.0)
    >>> [round(fence, 1) for fence in found]
    [12.5, 1600.0]
    """
    q1, q3 = map(float, np.quantile(values, [0.25, 0.75]))
    return fences_of(q1, q3, reach=reach, least_ratio=least_ratio)


def fences_of(
    q1: float, q3: float, *, reach: float, least_ratio: float = LEAST_RATIO
) -> tuple[float, float]:
    """Give the `log_fences` of numbers whose quartiles are known.

    Examples
    --------
    >>> [round(fence, 1) for fence in fences_of(100.0, 200.0, reach=3.0)]
    [12.5, 1600.0]
    """
    # Half of all may be equal, and the other half have hundreds of digits.
    ratio = max(math.log(q3) - math.log(q1), math.log(least_ratio))
    beyond = math.exp(min(ratio, MOST_SPREAD) * reach)
    return q1 / beyond, q3 * beyond


def extra_fences(values: npt.ArrayLike) -> tuple[float, float] | None:
    """Give the range in which values of a column of unknown meaning are believed.

    The outer fences of the numbers themselves or of their logarithms, whichever lie
    farther out: a skewed column is judged by the second, one around zero by the first.
    Zero is believed where several values are zero, and where several have one sign the
    other takes several, too: 3 values, or 1 %.

    Parameters
    ----------
    values : array-like of shape (n_values,)
        nan is ignored.

    Returns
    -------
    tuple of float, or None
        None where there are fewer than 12 values, or all are zero.

    Notes
    -----
    Of 500 draws of 300 values it sets aside one value in 100,000 or none of normal,
    uniform, exponential, Poisson, negative binomial, binary, 1-to-5 and log-normal
    columns (sigma up to 2, with and without zeros); 0.2 % of Student's t with 5 degrees
    of freedom far from zero, and of Pareto tails 0.4 % (exponent 2) and 0.9 % (1).

    Examples
    --------
    >>> scores = [50.0, 43.0, 57.0, 60.0, 40.0, 55.0] * 5
    >>> [round(fence) for fence in extra_fences([*scores, 1e12])]
    [1, 456]
    """
    given = np.asarray(values, dtype=np.float64)
    given = given[np.isfinite(given)]
    sizes = np.abs(given[given != 0])
    if len(given) < LEAST_VALUES or not len(sizes):
        return None
    low, high = _plain_fences(given)
    equal = float(np.quantile(sizes, 0.25)) == float(np.quantile(sizes, 0.75))
    ratio = LEAST_RATIO_OF_EQUALS if equal else LEAST_RATIO
    near, far = log_fences(sizes, reach=OUTER_FENCE, least_ratio=ratio)
    several = max(SEVERAL, SEVERAL_SHARE * len(given))
    zeros, below, above = (
        bool(n >= several)
        for n in ((given == 0).sum(), (given < 0).sum(), (given > 0).sum())
    )
    lows = [low, near if above and not below else -far, *([0.0] if zeros else [])]
    highs = [high, -near if below and not above else far, *([0.0] if zeros else [])]
    return min(lows), max(highs)


def _plain_fences(values: Floats) -> tuple[float, float]:
    q1, middle, q3 = map(float, np.quantile(values, [0.25, 0.5, 0.75]))
    reach = OUTER_FENCE * ((q3 - q1) or abs(middle))
    return q1 - reach, q3 + reach


def heaped(
    values: npt.ArrayLike,
    *,
    low: float,
    high: float,
    least: int = 10,
    excess: float = 3.0,
) -> tuple[float, ...]:
    """Find values of the tails that far more records hold than their surroundings.

    A value ``v`` outside ``low..high`` is heaped where at least `least` records hold it
    and ``count(v) >= excess * (count of other values within a factor of 1.5)``. People
    round their pay, so round values are common everywhere; a typed ceiling is alone.

    Parameters
    ----------
    values : array-like of shape (n_records,)
        Positive numbers; nan is ignored.
    low, high : float
        Between them values are not looked at: rounding is normal there.
    least : int, default=10
        Fewer records are no heap.
    excess : float, default=3.0
        How many times the surroundings a heap must be.

    Returns
    -------
    tuple of float
        The heaped values, ascending.

    Examples
    --------
    >>> heaped([5e5] * 50 + [2e8] * 30 + [1.9e8, 2.1e8], low=1e5, high=1e7)
    (200000000.0,)
    """
    given = np.asarray(values, dtype=np.float64)
    given = given[np.isfinite(given) & (given > 0)]
    distinct, counts = np.unique(given, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    first = np.searchsorted(distinct, distinct / 1.5, side="left")
    with np.errstate(over="ignore"):  # nothing is above infinity
        last = np.searchsorted(distinct, distinct * 1.5, side="right")
    around = before[last] - before[first] - counts
    outside = (distinct < low) | (distinct > high)
    found = outside & (counts >= least) & (counts >= excess * around)
    return tuple(float(value) for value in distinct[found])
