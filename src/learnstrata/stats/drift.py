"""Drift: whether two samples are of one law, how far apart they are, what chance makes.

Every effect is on one scale, standard deviations, whatever the column holds, so that
one limit serves all of them; beside it stands what samples of one law reach by chance.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.inputs import Floats

__all__ = ["Drift", "category_drift", "holm", "number_drift", "rate_drift"]

Side: TypeAlias = Literal["left", "right"]
BINS = 10
LEAST_EXPECTED = 5.0  # rows of a cell, for the law of chi-square to hold (Cochran)
BEYOND = 0.01  # of the samples of one law that are beyond their floor


@dataclass(frozen=True, slots=True)
class Drift:
    """How two samples differ.

    Attributes
    ----------
    n_old, n_new : int
        Values in each.
    effect : float
        Standard deviations, 0 for none; **less is better**. Of 0/1 values it is
        ``|q - p| / sqrt(m (1 - m))`` with the share m of both, of a number about the
        difference of means in standard deviations, less what chance adds to it.
    floor : float
        One in 100 pairs of samples of one law have a larger `effect`.
    p : float
        Of samples of one law, those that differ by as much, 0..1.
    psi : float
        Population stability index of the same bins: the convention of scoring.
    psi_floor : float
        One in 100 pairs of samples of one law have a larger `psi`.
    shift : float or None
        Of a number: how much higher the new values are, in standard deviations of
        normal scores; below 0 they are lower. None of categories.
    """

    n_old: int
    n_new: int
    effect: float
    floor: float
    p: float
    psi: float
    psi_floor: float
    shift: float | None = None


def number_drift(old: npt.ArrayLike, new: npt.ArrayLike, *, bins: int = BINS) -> Drift:
    r"""Compare two samples of a number.

    With the shares :math:`p_b, q_b` of the samples in bins between the deciles of the
    old one, and :math:`m_b` those of both together,

    .. math::
        e^2 = \max\left(0,\; \sum_b \frac{(q_b - p_b)^2}{m_b}
        - (B - 1)\left(\tfrac{1}{n} + \tfrac{1}{m}\right)\right)

    0 or more; **less is better**. It is about the difference of the means in standard
    deviations where the law only moves, and sees a change of spread as well. No tail
    weighs more than its share, and a logarithm changes nothing.

    Parameters
    ----------
    old, new : array-like of shape (n,) and (m,)
        Finite numbers, one or more in each.
    bins : int, default=10
        2 or more; fewer are left where values are tied.

    Returns
    -------
    Drift
        `p` is that of the Kolmogorov-Smirnov test.

    Raises
    ------
    DegenerateError
        If a sample is empty or holds what is no finite number.
    ParameterError
        If there are fewer than two bins.

    Notes
    -----
    The test takes the values as independent draws. Of tied values (whole years, pay in
    round thousands) its p-value is too large. Anderson-Darling's would weigh the tails
    more, but SciPy's p-value of it ends at 0.001, too coarse to be corrected for many
    columns.

    References
    ----------
    .. [1] D. Yang, J. E. Dalton (2012), "A unified approach to measuring the effect
       size between two groups", SAS Global Forum, paper 335.
    .. [2] B. Yurdakul (2018), "Statistical Properties of Population Stability Index",
       Western Michigan University.
    .. [3] F. J. Massey (1951), "The Kolmogorov-Smirnov Test for Goodness of Fit",
       Journal of the American Statistical Association 46(253): 68-78.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = number_drift(rng.normal(size=5_000), rng.normal(0.2, size=5_000))
    >>> round(found.effect, 1), round(found.shift, 1), found.p < 1e-6
    (0.2, 0.2, True)
    >>> round(found.floor, 2)
    0.07
    """
    from scipy import stats

    if bins < 2:
        raise ParameterError(f"Got bins={bins}, expected 2 or more.")
    before, after = _finite("old", old), _finite("new", new)
    counts = _binned(before, after, bins)
    found: Any = stats.ks_2samp(before, after, method="asymp")
    shift = _shift(before, after)
    return _drift(*counts, p=float(found.pvalue), shift=shift)


def category_drift(
    old: npt.ArrayLike,
    new: npt.ArrayLike,
    *,
    errors: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
) -> Drift:
    """Compare two samples of a category, by the counts of its values.

    The effect is that of `number_drift`, with a bin for each value: of 0/1 values the
    difference of the shares in standard deviations.

    Parameters
    ----------
    old, new : array-like of shape (n_values,)
        How many have each value, in the same order.
    errors : tuple of array-like of shape (n_values,), default=None
        Variance that rounding adds to each count, of which no move is made; ``None`` is
        of exact counts.

    Returns
    -------
    Drift
        `p` is that of Pearson's chi-square test, without a correction for continuity.
        Where counts have errors, each cell is divided by its whole variance.

    Raises
    ------
    DegenerateError
        If the counts are not of the same values, below 0, or of nobody.

    Notes
    -----
    Values of which a sample would be expected to have fewer than five are one value: a
    change among them alone is not seen.

    References
    ----------
    .. [1] W. G. Cochran (1954), "Some Methods for Strengthening the Common chi-square
       Tests", Biometrics 10(4): 417-451.

    Examples
    --------
    >>> found = category_drift([500, 500], [600, 400])
    >>> round(found.effect, 1), found.p < 0.001, found.shift is None
    (0.2, True, True)
    """
    from scipy.special import chdtrc

    counts = _counts(old, new)
    given = [np.zeros_like(counts[0])] * 2 if errors is None else errors
    before, after, *more = _gathered(*counts, *(np.asarray(v, float) for v in given))
    n, m = before.sum(), after.sum()
    blur = more[0] / n**2 + more[1] / m**2
    found = _drift(before, after, p=1.0, blur=blur)
    if len(before) < 2:
        return found
    noise = 1 / n + 1 / m
    both = (before + after) / (n + m)
    gap = after / m - before / n
    square = float((gap**2 / (both * noise + blur)).sum())
    return replace(found, p=float(chdtrc(len(before) - 1, square)))


def rate_drift(
    old: tuple[float, float], new: tuple[float, float], *, error: float = 0.0
) -> Drift:
    """Compare a rate in two samples.

    Parameters
    ----------
    old, new : tuple of float
        With the property, and all: 0 to all, and 1 or more.
    error : float, default=0
        Variance that rounding adds to the difference of the rates.

    Returns
    -------
    Drift
        `p` is that of Fisher's exact test of the nearest whole counts; with an `error`,
        that of the normal test of the difference where it is larger.

    Raises
    ------
    DegenerateError
        If a count is not one of the whole.

    References
    ----------
    .. [1] R. A. Fisher (1935), "The Logic of Inductive Inference", Journal of the Royal
       Statistical Society 98(1): 39-82.

    Examples
    --------
    >>> found = rate_drift((10, 1_000), (40, 1_000))
    >>> round(found.effect, 2), found.p < 0.001
    (0.19, True)
    """
    from scipy import stats
    from scipy.special import chdtrc

    table = [[count, n - count] for count, n in (old, new)]
    before, after = _counts(*table)
    whole = [np.rint(one).astype(int) for one in (before, after)]
    exact: Any = stats.fisher_exact([[*whole[0]], [*whole[1]]])
    p = min(float(exact.pvalue), 1.0)
    found = _drift(before, after, p=p, blur=np.full(2, error))
    if not error:
        return found
    noise = 1 / before.sum() + 1 / after.sum() + _blurred(before, after, error)
    normal = float(chdtrc(1, _square(before, after) / noise))
    return replace(found, p=max(p, normal))


def holm(p: npt.ArrayLike) -> Floats:
    """Correct p-values of several tests, so that any false alarm has their level.

    With the p-values in rising order the i-th of k is multiplied by ``k - i + 1``, and
    none is less than one before it; 1 at the most. Whatever the tests have to do with
    each other, the chance that one under a level is false is that level at most.

    Parameters
    ----------
    p : array-like of shape (n_tests,)
        0..1.

    Returns
    -------
    array of shape (n_tests,)

    Raises
    ------
    ParameterError
        If one is none.

    References
    ----------
    .. [1] S. Holm (1979), "A Simple Sequentially Rejective Multiple Test Procedure",
       Scandinavian Journal of Statistics 6(2): 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ParameterError("Got a p-value that is none, expected numbers of 0 to 1.")
    order = np.argsort(values, kind="stable")
    raised = (len(values) - np.arange(len(values))) * values[order]
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return adjusted


def _finite(name: str, values: npt.ArrayLike) -> Floats:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or not len(given) or not np.isfinite(given).all():
        raise DegenerateError(
            f"Got {name} of shape {given.shape} with {(~np.isfinite(given)).sum():,} "
            "values that are no finite number, expected one or more numbers and no "
            "others. Leave out what is missing."
        )
    return given


def _counts(old: npt.ArrayLike, new: npt.ArrayLike) -> tuple[Floats, Floats]:
    before, after = (np.asarray(one, dtype=np.float64) for one in (old, new))
    alike = before.ndim == 1 and before.shape == after.shape
    if not alike or min(before.sum(), after.sum()) < 1 or (before < 0).any():
        raise DegenerateError(
            f"Got counts of shape {before.shape} and {after.shape} with the sums "
            f"{before.sum():g} and {after.sum():g}, expected counts of the same "
            "values, of one or more rows in each sample. Count both over them."
        )
    if (after < 0).any():
        raise DegenerateError("Got a count below 0. Count the part among all.")
    return before, after


def _binned(old: Floats, new: Floats, bins: int) -> tuple[Floats, Floats]:
    """Count both samples between the quantiles of the old one.

    A value that many share can be on either side of an edge: the side that leaves more
    bins tells more.
    """
    edges = np.unique(np.quantile(old, np.arange(1, bins) / bins))
    sides: tuple[Side, ...] = ("left", "right")
    found = [(_between(edges, old, side), _between(edges, new, side)) for side in sides]
    before, after = max(found, key=_filled)
    kept = before + after > 0
    gathered = _gathered(before[kept], after[kept])
    return gathered[0], gathered[1]


def _filled(counts: tuple[Floats, Floats]) -> int:
    return int((counts[0] + counts[1] > 0).sum())


def _between(edges: Floats, values: Floats, side: Side) -> Floats:
    at = np.searchsorted(edges, values, side=side)
    return np.bincount(at, minlength=len(edges) + 1).astype(np.float64)


def _gathered(old: Floats, new: Floats, *more: Floats) -> tuple[Floats, ...]:
    """Make one cell of those of which a sample is expected to have few.

    What `more` has of the cells is added up as they are.
    """
    both, n = old + new, old.sum() + new.sum()
    least = LEAST_EXPECTED * n / min(old.sum(), new.sum())
    few = both < least
    if not few.any():
        return old, new, *more
    if both[few].sum() < least and not few.all():  # still few: with the next
        few[np.argmin(np.where(few, np.inf, both))] = True
    return tuple(np.append(one[~few], one[few].sum()) for one in (old, new, *more))


def _square(old: Floats, new: Floats) -> float:
    """Give the squared distance of two samples, of what both have together."""
    n, m = old.sum(), new.sum()
    there = old + new > 0
    gap = (new / m - old / n)[there]
    return float((gap**2 / ((old + new) / (n + m))[there]).sum())


def _blurred(old: Floats, new: Floats, blur: npt.ArrayLike) -> float:
    """Give what rounding adds to the squared distance of two samples."""
    there = old + new > 0
    share = ((old + new) / (old.sum() + new.sum()))[there]
    return float((np.broadcast_to(blur, old.shape)[there] / share).sum())


def _drift(
    old: Floats,
    new: Floats,
    *,
    p: float,
    shift: float | None = None,
    blur: npt.ArrayLike = 0.0,
) -> Drift:
    """Tell how far two samples are apart, less what chance and rounding make."""
    from scipy.special import chdtri

    n, m, df = float(old.sum()), float(new.sum()), len(old) - 1
    noise = 1 / n + 1 / m
    by_chance = df * noise + (_blurred(old, new, blur) if df else 0.0)
    most = float(chdtri(df, BEYOND)) / df * by_chance if df else 0.0
    return Drift(
        n_old=int(n),
        n_new=int(m),
        effect=math.sqrt(max(_square(old, new) - by_chance, 0.0)),
        floor=math.sqrt(max(most - by_chance, 0.0)),
        p=p,
        psi=_psi(old, new),
        psi_floor=most,
        shift=shift,
    )


def _psi(old: Floats, new: Floats) -> float:
    """Give ``sum (q - p) log(q / p)``, half a row more in each bin."""
    p, q = ((one + 0.5) / (one.sum() + 0.5 * len(one)) for one in (old, new))
    return float(((q - p) * np.log(q / p)).sum())


def _shift(old: Floats, new: Floats) -> float:
    """Give how much higher new values are, in deviations of normal scores."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    both = np.concatenate([old, new])
    scores = ndtri(rankdata(both) / (len(both) + 1))
    before, after = scores[: len(old)], scores[len(old) :]
    spread = math.sqrt((before.var() * len(old) + after.var() * len(new)) / len(both))
    return float(after.mean() - before.mean()) / spread if spread > 0 else 0.0
