"""How constantly rows keep their cluster: the share of refits that agree on each."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError
from learnstrata.stats.inputs import Floats, Integers, finite_rows
from learnstrata.stats.threads import workers

__all__ = ["coassignment"]

ROWS_AT_ONCE = 32_768  # that a worker takes
BLOCK_CELLS = 200_000  # distances at a time: they stay in the processor's cache


def coassignment(
    X: npt.ArrayLike, centers: npt.ArrayLike, labels: npt.ArrayLike
) -> npt.NDArray[np.float32]:
    """Give the share of refits in which each row keeps its cluster.

    The share of the refits whose nearest centre to the row is the one matched to its
    label; 0 to 1, more is surer.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows, those that were fitted or others on the same scale.
    centers : array-like of shape (n_refits, n_clusters, n_features)
        Matched centres, such as `learnstrata.stats.stability.JaccardResult.centers`.
    labels : array-like of int, shape (n_samples,)
        Cluster of each row, 0 to ``n_clusters - 1``.

    Returns
    -------
    array of shape (n_samples,), float32

    Raises
    ------
    DegenerateError
        If `X` is not finite.
    ParameterError
        If `centers` or `labels` do not fit.

    Notes
    -----
    It shows how near a row is to a border, and how far borders move; refits of as many
    rows as there are hardly move them, so that most rows score 1. A row of which two
    centres are equally near counts for both.

    Examples
    --------
    >>> centers = [[[0.0], [4.0]], [[0.0], [6.0]]]
    >>> coassignment([[1.0], [2.5], [5.0]], centers, [0, 0, 1]).tolist()
    [1.0, 0.5, 1.0]
    """
    matrix = finite_rows(X)
    refits = _Refits(_checked_centers(centers, matrix.shape[1]))
    codes = _checked_labels(labels, len(matrix), refits.n_clusters)
    blocks = [
        slice(first, first + ROWS_AT_ONCE)
        for first in range(0, len(matrix), ROWS_AT_ONCE)
    ]
    with workers() as each:
        found = list(each(lambda at: refits.shares(matrix[at], codes[at]), blocks))
    return np.concatenate(found)


class _Refits:
    """Centres of refits, compared in single precision and, where that is close, anew.

    A squared distance in single precision is off by less than its number of terms times
    the size of a step at its size (Higham 2002, section 3.1).

    Parameters
    ----------
    centers : array of shape (n_refits, n_clusters, n_features)
    """

    def __init__(self, centers: Floats) -> None:
        self.n_refits, self.n_clusters, n_features = centers.shape
        self._origin = centers.mean(axis=(0, 1))  # a row alone rounds as among many
        self._centers = (centers - self._origin).reshape(-1, n_features)
        self._norms = np.einsum("ij,ij->i", self._centers, self._centers)
        # A row with a 1 behind it, times this, is its squared distance less its own.
        both = np.column_stack([-2 * self._centers, self._norms])
        self._short = both.astype(np.float32)
        self._step = 8 * (n_features + 4) * np.finfo(np.float32).eps

    def shares(
        self, X: npt.NDArray[np.floating], labels: Integers
    ) -> npt.NDArray[np.float32]:
        """Give what `coassignment` tells of a few thousand rows, in this thread."""
        size = max(256, BLOCK_CELLS // len(self._centers))
        deep = np.empty((min(size, len(X)), X.shape[1]))
        short = np.ones((len(deep), X.shape[1] + 1), dtype=np.float32)
        room = np.empty((len(self._centers), len(deep)), dtype=np.float32)
        kept = np.empty(len(X), dtype=np.intp)
        for label, rows in _blocks_of_one_label(labels, size):
            n = len(rows)
            np.subtract(X[rows], self._origin, out=deep[:n])
            short[:n, :-1] = deep[:n]
            squares = np.matmul(self._short, short[:n].T, out=room[:, :n])
            kept[rows] = self._agreeing(deep[:n], squares, label)
        return (kept / self.n_refits).astype(np.float32)

    def _agreeing(
        self, rows: Floats, squares: npt.NDArray[np.float32], label: int
    ) -> Integers:
        """Count the refits that put each row in the cluster of a label."""
        gaps = self._gaps(squares, label)
        kept: Integers = np.count_nonzero(gaps >= 0, axis=0)
        size = np.einsum("ij,ij->i", rows, rows) + self._norms.max()
        close = np.flatnonzero(np.abs(gaps).min(axis=0) <= 2 * self._step * size)
        if len(close):
            anew = self._norms[:, None] - 2 * (self._centers @ rows[close].T)
            kept[close] = np.count_nonzero(self._gaps(anew, label) >= 0, axis=0)
        return kept

    def _gaps(
        self, squares: npt.NDArray[np.floating], label: int
    ) -> npt.NDArray[np.floating]:
        """Say how much nearer the own centre of each refit is than all others."""
        each = squares.reshape(self.n_refits, self.n_clusters, -1)
        own = each[:, label].copy()
        each[:, label] = np.inf
        return each.min(axis=1) - own


def _checked_centers(centers: npt.ArrayLike, n_features: int) -> Floats:
    stack = np.asarray(centers, dtype=np.float64)
    fits = stack.ndim == 3 and stack.size and stack.shape[2] == n_features
    if not fits or not np.isfinite(stack).all():
        raise ParameterError(
            f"Got centers of shape {stack.shape}, expected finite numbers of shape "
            f"(n_refits, n_clusters, {n_features}): one column for each feature of X."
        )
    return stack


def _checked_labels(labels: npt.ArrayLike, n_rows: int, k: int) -> Integers:
    codes = np.asarray(labels)
    whole = codes.shape == (n_rows,) and codes.dtype.kind in "iu"
    if not whole or codes.min() < 0 or codes.max() >= k:
        raise ParameterError(
            f"Got labels of shape {codes.shape} and type {codes.dtype}, expected "
            f"({n_rows},) whole numbers from 0 to {k - 1}: the places of the centers."
        )
    return codes


def _blocks_of_one_label(labels: Integers, size: int) -> Iterator[tuple[int, Integers]]:
    order = np.argsort(labels, kind="stable")
    edges = np.cumsum([0, *np.bincount(labels)])
    for label, (first, last) in enumerate(pairwise(edges.tolist())):
        for begin in range(first, last, size):
            yield label, order[begin : min(begin + size, last)]
