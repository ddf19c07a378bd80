"""Rows drawn from every cluster, and the mean of all of them told from such rows."""

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError
from learnstrata.stats.inputs import Floats, Integers, codes_of, positive

__all__ = ["draw_each", "stratified_mean"]


def draw_each(
    labels: npt.ArrayLike,
    size: int,
    *,
    least: int = 50,
    rng: np.random.Generator | int,
) -> Integers:
    """Draw row numbers from every cluster, as many as its share, but some at least.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        One label a row.
    size : int
        Rows wanted in all; all are taken where there are no more. Small clusters add to
        it.
    least : int, default=50
        Rows wanted of each cluster; all of it where it has no more.
    rng : Generator or int
        Source of the draw.

    Returns
    -------
    array of int
        Distinct, in rising order.

    Raises
    ------
    ParameterError
        If `size` or `least` is under 1, or there is no row.

    Examples
    --------
    >>> draw_each(["a"] * 90 + ["b"], 10, least=2, rng=0)[-1:].tolist()
    [90]
    """
    size, least = positive("size", size), positive("least", least)
    codes, n_clusters = codes_of(labels, positive("rows", len(np.asarray(labels))))
    if size >= len(codes):
        return np.arange(len(codes))
    rng = np.random.default_rng(rng)
    drawn = []
    for j in range(n_clusters):
        rows = np.flatnonzero(codes == j)
        wanted = max(least, round(size * len(rows) / len(codes)))
        some = rng.choice(rows, size=min(wanted, len(rows)), replace=False)
        drawn.append(some)
    return np.sort(np.concatenate(drawn))


def stratified_mean(
    values: npt.ArrayLike, labels: npt.ArrayLike, sizes: npt.ArrayLike
) -> tuple[float, float]:
    """Give the mean of all rows, and its standard error, from rows of each cluster.

    ``sum_j W_j m_j`` with ``W_j`` the share of cluster j and ``m_j`` the mean of its
    drawn rows; its variance is ``sum_j W_j^2 (1 - n_j / N_j) s_j^2 / n_j``.

    Parameters
    ----------
    values : array-like of shape (n_drawn,)
        Of rows drawn without replacement.
    labels : array-like of int, shape (n_drawn,)
        Cluster of each, from 0.
    sizes : array-like of int, shape (n_clusters,)
        Rows of each cluster, drawn or not.

    Returns
    -------
    float, float
        The error is 0 where all rows were drawn.

    Raises
    ------
    ParameterError
        If of a cluster no row was drawn, or more than it has.

    Notes
    -----
    A single row drawn of a larger cluster tells nothing of its spread and adds no
    error: draw more.

    References
    ----------
    .. [1] W. G. Cochran (1977). "Sampling Techniques", 3rd ed., Wiley, ch. 5.

    Examples
    --------
    >>> mean, error = stratified_mean([1.0, 2.0, 5.0], [0, 0, 1], [90, 10])
    >>> round(mean, 3), round(error, 3)
    (1.85, 0.445)
    """
    codes = np.asarray(labels)
    whole: Floats = np.asarray(sizes, dtype=np.float64)
    counts = np.bincount(codes, minlength=len(whole))
    if len(counts) != len(whole) or np.any(counts < 1) or np.any(counts > whole):
        raise ParameterError(
            f"Got {counts.tolist()} rows drawn of clusters of {whole.tolist()}, "
            "expected one or more of each, and no more than it has. Draw with "
            "draw_each."
        )
    given = np.asarray(values, dtype=np.float64)
    means = np.bincount(codes, given) / counts
    squares = np.bincount(codes, np.square(given - means[codes]))
    variances = squares / np.maximum(counts - 1, 1)
    share = whole / whole.sum()
    error = np.sqrt(np.sum(share**2 * (1 - counts / whole) * variances / counts))
    return float(share @ means), float(error)
