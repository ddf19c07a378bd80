"""Quick k-means for resampling: the search without the last polish, and its labels."""

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError
from learnstrata.stats.assignment import least_of
from learnstrata.stats.inputs import Floats, Integers
from learnstrata.stats.lloyd import Points, Singles, lloyd, squared_distances
from learnstrata.stats.starts import seeded

__all__ = [
    "check_clusters",
    "continued",
    "drawn",
    "fresh",
    "labels_of",
    "matched",
    "overlap",
    "prepared",
]

CORESET = 1_250
LEAST_A_CLUSTER = 50  # rows of a coreset
APART = 1e-3  # drafts nearer than this share of the potential count as one
ROUGH = 1e-5


def prepared(X: Floats) -> Points:
    """Prepare the rows that all refits share.

    Raises
    ------
    DegenerateError
        If all rows are the same.
    """
    if not np.ptp(X, axis=0).any():  # their mean may round away from them
        raise DegenerateError(
            f"Got X of {len(X)} identical rows, expected rows that differ: there is "
            "nothing to find again."
        )
    return Points.of(X)


def check_clusters(n_clusters: int, n_rows: int) -> None:
    """Refuse a number of clusters of which nothing can be asked.

    Raises
    ------
    DegenerateError
        If there is one cluster, one for each row, or more.
    """
    if not 2 <= n_clusters <= n_rows - 1:
        raise DegenerateError(
            f"Got {n_clusters} clusters of {n_rows} rows, expected 2 to {n_rows - 1}: "
            "one cluster, or clusters of single rows, are always found again."
        )


def drawn(
    points: Points, rows: Integers, weights: npt.NDArray[np.integer] | None = None
) -> Points:
    """Give some of the rows, each counted `weights` times, on the scale of all."""
    some = points.rows[rows]
    norms = points.norms[rows]
    if weights is None:
        light = np.ones(len(rows), dtype=np.float32)
        return Points(some, some, norms, light, points.origin, points.scale)
    light = weights.astype(np.float32)
    weighted: Singles = some * light[:, None]
    return Points(some, weighted, norms, light, points.origin, points.scale)


def continued(points: Points, centers: Singles) -> Singles:
    """Take Lloyd's steps from given centres until they hardly gain."""
    return lloyd(points, centers[None], max_iter=300).centers[0]


def fresh(
    points: Points,
    n_clusters: int,
    *,
    n_starts: int = 4,
    coreset: int = CORESET,
    rng: np.random.Generator,
) -> Singles:
    """Find centres from fresh greedy k-means++ starts.

    The starts run on a weighted coreset of so many rows; the best two that differ go on
    over all rows, and the better is kept.
    """
    some = points.coreset(max(coreset, LEAST_A_CLUSTER * n_clusters), rng)
    starts = seeded(some, n_clusters, n_runs=n_starts, rng=rng)
    drafts = lloyd(some, starts, max_iter=300, tolerance=ROUGH).best(2, apart=APART)
    runs = lloyd(points, drafts.centers, max_iter=300, tolerance=ROUGH, patience=10)
    return runs.best(1).centers[0]


def labels_of(points: Points, centers: Singles) -> Integers:
    """Give the nearest centre of each row."""
    return least_of(squared_distances(points, centers))


def matched(shared: npt.NDArray[np.intp]) -> Integers:
    """Give each cluster another one, so that the most rows are in both of a pair.

    Parameters
    ----------
    shared : array of shape (n_clusters, n_clusters)
        Rows in both, as `overlap` counts them.

    Examples
    --------
    >>> import numpy as np
    >>> matched(np.array([[1, 8], [6, 5]])).tolist()
    [1, 0]
    """
    from scipy.optimize import linear_sum_assignment

    return linear_sum_assignment(shared, maximize=True)[1]


def overlap(a: Integers, b: Integers, n_clusters: int) -> npt.NDArray[np.intp]:
    """Count rows by pair of labels, both numbered from 0.

    Examples
    --------
    >>> import numpy as np
    >>> overlap(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    pairs = a.astype(np.intp) * n_clusters + b
    counts = np.bincount(pairs, minlength=n_clusters**2)
    return counts.reshape(n_clusters, n_clusters)
