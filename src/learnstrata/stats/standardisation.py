"""A change of a mean, parted into one within cells and one of who is in which cell."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError
from learnstrata.stats.inputs import Floats

__all__ = ["MeanChange", "change_within"]

LEAST = 1e-9  # of a sum of squares: less is rounding
CLOSE = 1e-7  # steps of the slope from which on it stays
MOST_ROUNDS = 50
NORMAL_MAD = 0.6745  # of a normal law, in its standard deviations


@dataclass(frozen=True, slots=True)
class MeanChange:
    """A change of a mean and its two parts: ``total = within + mix``.

    Attributes
    ----------
    n_old, n_new : int
    total, within, mix : float
        In the unit of the values: of all, among rows of the same cell and the same
        other values, and what is left: other rows.
    total_error, within_error, mix_error : float
        Standard errors.
    cells : int
        Cells that both samples have.
    coverage : float
        Share of the rows in them, of the sample that has less, 0..1.
    """

    n_old: int
    n_new: int
    total: float
    within: float
    mix: float
    total_error: float
    within_error: float
    mix_error: float
    cells: int
    coverage: float

    @property
    def p(self) -> float:
        """P-value of no change within cells."""
        if not self.within_error:
            return 1.0 if not self.within else 0.0
        return math.erfc(abs(self.within) / self.within_error / math.sqrt(2))


def change_within(
    old: npt.ArrayLike,
    new: npt.ArrayLike,
    cells: tuple[npt.ArrayLike, npt.ArrayLike],
    others: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    *,
    reach: float | None = None,
) -> MeanChange:
    r"""Part the change of a mean into one within cells and one of their mix.

    The change within is b of the least squares fit

    .. math:: y_i = \mu_{c(i)} + b\, t_i + x_i' \gamma + e_i

    with t = 1 in the new sample. Without further values x it is the mean of the changes
    of the cells, each weighed by :math:`n_c m_c / (n_c + m_c)`. The mix is the change
    of the mean of :math:`\mu_{c(i)} + x_i' \gamma`; both add up to the whole change.

    Parameters
    ----------
    old, new : array-like of shape (n,) and (m,)
        Values, such as the logarithm of pay.
    cells : tuple of array-like of shape (n,) and (m,)
        The cell of each row; any integers.
    others : tuple of array-like of shape (n, d) and (m, d), default=None
        Numbers in which rows of a cell still differ.
    reach : float, default=None
        Rows further from their fit than so many robust standard deviations are pulled
        in to there (Huber's estimate; 1.345 loses 5 % where the law is normal): means
        and changes are those of the values so tempered. ``None`` tempers nothing.

    Returns
    -------
    MeanChange

    Raises
    ------
    DegenerateError
        If the arrays do not go together, no cell has rows of both samples, or no row is
        left to tell the spread from.

    Notes
    -----
    Standard errors are those of White (1980), for spreads that differ between cells.
    Assumed are independent rows, and a change that is the same in all cells: where it
    differs, b is its mean over the cells that both have many rows of. What is not among
    cells and other values, such as skill, stays in within. Rows of a cell that one
    sample alone has count to the mix.

    References
    ----------
    .. [1] E. M. Kitagawa (1955), "Components of a Difference Between Two Rates",
       Journal of the American Statistical Association 50(272): 1168-1194.
    .. [2] A. S. Blinder (1973), "Wage Discrimination: Reduced Form and Structural
       Estimates", Journal of Human Resources 8(4): 436-455.
    .. [3] R. Oaxaca (1973), "Male-Female Wage Differentials in Urban Labor Markets",
       International Economic Review 14(3): 693-709.
    .. [4] P. J. Huber (1981), "Robust Statistics", Wiley, ch. 7.
    .. [5] H. White (1980), "A Heteroskedasticity-Consistent Covariance Matrix Estimator
       and a Direct Test for Heteroskedasticity", Econometrica 48(4): 817-838.

    Examples
    --------
    Pay rises by 0.1 in both cells, and the cell that is paid better grows:

    >>> found = change_within(
    ...     [1.0, 1.0, 1.0, 3.0], [1.1, 3.1, 3.1, 3.1], ([0, 0, 0, 1], [0, 1, 1, 1])
    ... )
    >>> round(found.total, 6), round(found.within, 6), round(found.mix, 6)
    (1.1, 0.1, 1.0)
    """
    y, t = _joined(old, new)
    codes, n_cells = _coded(cells, len(y))
    X = t[:, None] if others is None else np.column_stack([t, _rows(others, len(y))])
    cells_of = _Cells(codes, n_cells)
    inner = np.column_stack([cells_of.centered(x) for x in X.T])
    fit = _fit(y, inner, cells_of, reach)
    is_new = t > 0
    total = _gap(fit.values, is_new)
    mix_error = _gap_error(fit.fitted - fit.slope * t, is_new)
    both = _in_both(codes, is_new, n_cells)
    return MeanChange(
        n_old=int((~is_new).sum()),
        n_new=int(is_new.sum()),
        total=total,
        within=fit.slope,
        mix=total - fit.slope,
        total_error=math.hypot(fit.error, mix_error),
        within_error=fit.error,
        mix_error=mix_error,
        cells=int(both.sum()),
        coverage=float(min(both[codes[is_new]].mean(), both[codes[~is_new]].mean())),
    )


def _joined(old: npt.ArrayLike, new: npt.ArrayLike) -> tuple[Floats, Floats]:
    parts = [np.asarray(one, dtype=np.float64) for one in (old, new)]
    if any(one.ndim != 1 or not len(one) for one in parts):
        raise DegenerateError(
            f"Got values of shape {parts[0].shape} and {parts[1].shape}, expected one "
            "or more in each sample. Leave out what is missing."
        )
    y = np.concatenate(parts)
    if not np.isfinite(y).all():
        raise DegenerateError("Got values that are no finite numbers. Leave them out.")
    return y, np.repeat([0.0, 1.0], [len(one) for one in parts])


def _coded(
    cells: tuple[npt.ArrayLike, npt.ArrayLike], n: int
) -> tuple[npt.NDArray[np.intp], int]:
    both = np.concatenate([np.asarray(one) for one in cells])
    if both.shape != (n,):
        raise DegenerateError(
            f"Got cells of shape {both.shape}, expected ({n},): one for each row."
        )
    distinct, codes = np.unique(both, return_inverse=True)
    return codes, len(distinct)


def _rows(others: tuple[npt.ArrayLike, npt.ArrayLike], n: int) -> Floats:
    rows = np.vstack([np.asarray(one, dtype=np.float64) for one in others])
    if len(rows) != n or not np.isfinite(rows).all():
        raise DegenerateError(
            f"Got {len(rows):,} rows of other values, expected {n:,} of finite numbers."
        )
    return rows


@dataclass(frozen=True, slots=True)
class _Cells:
    """Which of the cells each row is in."""

    codes: npt.NDArray[np.intp]
    n: int

    def centered(self, values: Floats) -> Floats:
        """Give values less the mean of their cell."""
        means = np.bincount(self.codes, values, self.n) / self.sizes
        return values - means[self.codes]

    @property
    def sizes(self) -> npt.NDArray[np.intp]:
        """Rows in each."""
        return np.bincount(self.codes, minlength=self.n)


@dataclass(frozen=True, slots=True)
class _Fit:
    """The slope of the new sample, its standard error, and the values it is of."""

    slope: float
    error: float
    fitted: Floats
    values: Floats


def _fit(y: Floats, inner: Floats, cells: _Cells, reach: float | None) -> _Fit:
    """Fit slopes within cells; temper what is far from its fit until it stays."""
    if (inner[:, 0] ** 2).sum() < LEAST:
        raise DegenerateError(
            "Got no cell that both samples have, expected one or more. Make the cells "
            "coarser."
        )
    left = len(y) - cells.n - int(np.linalg.matrix_rank(inner))
    if left < 1:
        raise DegenerateError(
            f"Got {len(y):,} rows in {cells.n:,} cells, expected more rows than cells. "
            "Make the cells coarser."
        )
    values, slopes, before = y, np.zeros(inner.shape[1]), np.inf
    fitted, within = y, 1.0
    for _ in range(MOST_ROUNDS):
        gap = cells.centered(values)
        slopes = np.linalg.lstsq(inner, gap, rcond=None)[0]
        fitted = values - (gap - inner @ slopes)
        if reach is None or abs(slopes[0] - before) < CLOSE:
            break
        before, far = slopes[0], reach * _scale(y - fitted, cells, left)
        values = fitted + np.clip(y - fitted, -far, far)
        within = float((np.abs(y - fitted) <= far).mean())
    error = _error(inner, values - fitted, left) / within
    return _Fit(float(slopes[0]), error, fitted, values)


def _error(inner: Floats, residuals: Floats, left: int) -> float:
    """Give the standard error of the first slope, whatever the spread of each row."""
    t, others = inner[:, 0], inner[:, 1:]
    own = t - others @ np.linalg.lstsq(others, t, rcond=None)[0]
    square = float((own**2).sum())
    if square < LEAST:  # another number is the new sample itself
        return math.inf
    spread = float(((own * residuals) ** 2).sum()) * len(residuals) / left
    return math.sqrt(spread) / square


def _scale(residuals: Floats, cells: _Cells, left: int) -> float:
    """Give the robust standard deviation of rows that share their cell."""
    shared = np.abs(residuals[(cells.sizes > 1)[cells.codes]])
    lost = math.sqrt(len(shared) / min(max(left, 1), len(shared))) if len(shared) else 1
    return float(np.median(shared)) / NORMAL_MAD * lost if len(shared) else 0.0


def _gap(values: Floats, is_new: npt.NDArray[np.bool_]) -> float:
    return float(values[is_new].mean() - values[~is_new].mean())


def _gap_error(values: Floats, is_new: npt.NDArray[np.bool_]) -> float:
    parts = (values[is_new], values[~is_new])
    return math.sqrt(sum(float(one.var()) / len(one) for one in parts))


def _in_both(
    codes: npt.NDArray[np.intp], is_new: npt.NDArray[np.bool_], n_cells: int
) -> npt.NDArray[np.bool_]:
    new = np.bincount(codes[is_new], minlength=n_cells)
    return (new > 0) & (np.bincount(codes[~is_new], minlength=n_cells) > 0)
