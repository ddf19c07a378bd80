"""How much groups tell of an outcome, on rows that they were not averaged over."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError

__all__ = ["Drawn", "held_out_losses", "resampled_skills"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

BLOCK = 2_000_000  # random draws held at once
UNITS = 2_000  # more rows are resampled in random bunches, as many as this


@dataclass(frozen=True, slots=True)
class Drawn:
    """Skills, and those of bootstrap resamples.

    Attributes
    ----------
    found : array of shape (n_predictors,)
    draws : array of shape (n_resamples, n_predictors)
    """

    found: Floats
    draws: Floats

    def skill(self, j: int) -> tuple[float, float, float]:
        """Give a skill and its 95 % interval."""
        return self._told(float(self.found[j]), self.draws[:, j])

    def difference(self, j: int, less: int) -> tuple[float, float, float]:
        """Give a skill less another one of the same rows, and its 95 % interval."""
        apart = self.draws[:, j] - self.draws[:, less]
        return self._told(float(self.found[j] - self.found[less]), apart)

    @staticmethod
    def _told(estimate: float, draws: Floats) -> tuple[float, float, float]:
        low, high = np.quantile(draws, [0.025, 0.975])
        return estimate, float(low), float(high)


def held_out_losses(Y: Floats, *codes: Codes, fold: Codes) -> Floats:
    r"""Give the squared error of each row, predicted from the other folds.

    One grouping predicts the mean of the row's group. Two predict the sum of an effect
    of each, :math:`\bar y + a_{g(i)} + b_{h(i)}`, by least squares. Without any, the
    mean of all is predicted.

    Parameters
    ----------
    Y : array of shape (n_rows, n_columns)
        A number in one column, yes/no as 0 and 1, or each answer of several as a column
        of 0 and 1: the error is summed over the columns.
    *codes : array of int, shape (n_rows,)
        Group of each row, from 0; at most two groupings.
    fold : array of int, shape (n_rows,)
        From 0.

    Returns
    -------
    array of shape (n_rows,)

    Raises
    ------
    ParameterError
        If there are more than two groupings.

    Notes
    -----
    A group of which nobody is in the other folds is predicted by the mean of all.

    Examples
    --------
    >>> Y, fold = np.array([[1.0], [3.0], [1.0], [3.0]]), np.array([0, 0, 1, 1])
    >>> held_out_losses(Y, np.array([0, 1, 0, 1]), fold=fold).tolist()
    [0.0, 0.0, 0.0, 0.0]
    >>> held_out_losses(Y, fold=fold).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if len(codes) > 2:
        raise ParameterError(
            f"Got {len(codes)} groupings, expected two at most. Cross some of them "
            "into one."
        )
    n_folds = int(fold.max()) + 1
    overall = _others(Y, np.zeros(len(Y), dtype=np.int64), fold, n_folds)
    means = (overall.total / np.maximum(overall.count, 1))[:, 0]
    if not codes:
        predicted = means[fold]
    elif len(codes) == 1:
        predicted = _group_means(Y, codes[0], fold, means)[fold, codes[0]]
    else:
        first, second = _effects(Y, codes[0], codes[1], fold, means)
        summed = means[fold] + first[fold, codes[0]] + second[fold, codes[1]]
        # The sum of two effects can be beyond what anybody has.
        predicted = np.clip(summed, Y.min(axis=0), Y.max(axis=0))
    return np.square(Y - predicted).sum(axis=1)


@dataclass(frozen=True, slots=True)
class _Others:
    """Rows and sums of each group outside of each fold."""

    count: Floats  # folds x groups x 1
    total: Floats  # folds x groups x columns


def _others(Y: Floats, codes: Codes, fold: Codes, n_folds: int) -> _Others:
    n_groups = int(codes.max()) + 1
    cell, size = fold * n_groups + codes, n_folds * n_groups
    count = np.bincount(cell, minlength=size).reshape(n_folds, n_groups, 1)
    sums = [np.bincount(cell, column, minlength=size) for column in Y.T]
    total = np.column_stack(sums).reshape(n_folds, n_groups, -1)
    return _Others(
        (count.sum(axis=0) - count).astype(np.float64), total.sum(axis=0) - total
    )


def _group_means(Y: Floats, codes: Codes, fold: Codes, means: Floats) -> Floats:
    """Give the mean of each group outside of each fold; of none, that of all."""
    known = _others(Y, codes, fold, len(means))
    own = known.total / np.maximum(known.count, 1)
    return np.where(known.count > 0, own, means[:, None, :])


def _effects(
    Y: Floats, first: Codes, second: Codes, fold: Codes, means: Floats
) -> tuple[Floats, Floats]:
    """Fit the effects of two groupings outside of each fold; 0 of a group of none."""
    n_folds = len(means)
    one, two = (_others(Y, codes, fold, n_folds) for codes in (first, second))
    n_first, n_second = one.count.shape[1], two.count.shape[1]
    cell = (fold * n_first + first) * n_second + second
    shape = (n_folds, n_first, n_second)
    both = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    both = (both.sum(axis=0) - both).astype(np.float64)
    found = [
        _least_squares(
            both[f],
            np.concatenate([one.total[f], two.total[f]])
            - np.concatenate([one.count[f], two.count[f]]) * means[f],
        )
        for f in range(n_folds)
    ]
    effects = np.stack(found)
    return effects[:, :n_first], effects[:, n_first:]


def _least_squares(both: Floats, right: Floats) -> Floats:
    """Solve the normal equations of two groupings, from their cross-table."""
    upper = np.hstack([np.diag(both.sum(axis=1)), both])
    lower = np.hstack([both.T, np.diag(both.sum(axis=0))])
    found, *_ = np.linalg.lstsq(np.vstack([upper, lower]), right, rcond=1e-10)
    return np.asarray(found, dtype=np.float64)


def resampled_skills(
    losses: Floats,
    base: Floats,
    *,
    n_resamples: int,
    who: Codes | None = None,
    rng: np.random.Generator,
) -> Drawn:
    r"""Give skills, :math:`1 - \sum loss / \sum base`, and those of resamples.

    At most 1, more is better, 0 tells nothing: out-of-sample :math:`R^2` of a number,
    the Brier skill of yes/no and of several answers.

    Parameters
    ----------
    losses : array of shape (n_rows, n_predictors)
        Of `held_out_losses`, over the same folds.
    base : array of shape (n_rows,)
        The same without a grouping.
    n_resamples : int
    who : array of int, shape (n_rows,), default=None
        Rows of one are drawn together, from 0; None where each row is one.
    rng : numpy.random.Generator

    Notes
    -----
    All predictors are resampled together, so that their differences are paired. The
    predictions stay as they are. More than 2,000 rows are drawn in random bunches,
    whose sums have the same spread.

    References
    ----------
    .. [1] G. W. Brier (1950), "Verification of forecasts expressed in terms of
       probability", Monthly Weather Review 78(1): 1-3.
    .. [2] B. Efron, R. J. Tibshirani (1993), "An Introduction to the Bootstrap".

    Examples
    --------
    >>> drawn = resampled_skills(np.full((10, 1), 0.5), np.ones(10), n_resamples=100,
    ...                          rng=np.random.default_rng(0))
    >>> drawn.skill(0)
    (0.5, 0.5, 0.5)
    """
    loss = np.column_stack([base, losses]).astype(np.float64)
    if who is not None:
        _, place = np.unique(who, return_inverse=True)
        summed = [np.bincount(place, one) for one in loss.T]
        loss = np.column_stack(summed).astype(np.float64)
    sums = _resampled(loss, n_resamples, rng)
    return Drawn(
        found=1 - losses.sum(axis=0) / base.sum(), draws=1 - sums[:, 1:] / sums[:, :1]
    )


def _resampled(loss: Floats, n_resamples: int, rng: np.random.Generator) -> Floats:
    """Sum the losses of resamples, each a row of weights over the rows."""
    bunch = rng.permutation(len(loss)) % UNITS
    sums_of = np.column_stack([np.bincount(bunch, column) for column in loss.T])
    n = len(sums_of)
    step, sums = max(1, BLOCK // n), []
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        drawn = rng.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        sums.append(weights @ sums_of)
    return np.concatenate(sums)
