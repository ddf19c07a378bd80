"""Halves of a table: whether the other one would be cut the same way."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.inputs import Floats, finite_matrix, positive
from learnstrata.stats.lloyd import Points
from learnstrata.stats.refits import (
    check_clusters,
    drawn,
    fresh,
    labels_of,
    overlap,
    prepared,
)
from learnstrata.stats.stability import adjusted_rand
from learnstrata.stats.threads import workers

__all__ = ["PredictionStrength", "prediction_strength"]

Halves: TypeAlias = tuple[Points, Points]


@dataclass(frozen=True, slots=True, eq=False)
class PredictionStrength:
    """How well the clusters of one half of the rows predict those of the other.

    Attributes
    ----------
    k : int
        Number of clusters.
    mean : float
        0 to 1; more is better. Over the splits.
    standard_error : float
        Of the mean over the splits; the splits share their rows, so that it says how
        far other splits would move the mean, not how far another table would.
    values : array of shape (n_splits,)
        Of each split, the mean of its two directions.
    agreement : array of shape (n_splits,)
        Adjusted Rand index of the cuts of both halves, over the rows of both; at most
        1, and about 0 for cuts that have nothing in common.
    """

    k: int
    mean: float
    standard_error: float
    values: Floats
    agreement: Floats

    @property
    def lower_quartile(self) -> float:
        """Give the agreement that three of four splits reach."""
        return float(np.quantile(self.agreement, 0.25))


def prediction_strength(
    X: npt.ArrayLike,
    k_values: Iterable[int],
    *,
    n_splits: int = 5,
    n_starts: int = 4,
    rng: np.random.Generator | int,
) -> dict[int, PredictionStrength]:
    """Cluster both halves of the rows, and see which pairs the other half keeps.

    ``min_j sum_i m_ij (m_ij - 1) / (n_j (n_j - 1))``: `n_j` rows of the test half are
    in its own cluster j, and `m_ij` of them lie nearest to centre i of the training
    half. It is the share of the pairs of a cluster that stay together, of the worst
    cluster; 0 to 1, more is better. Each half is the test half once.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    k_values : iterable of int
        Numbers of clusters, 2 or more; all are tried on the same halves.
    n_splits : int, default=5
        Random splits into halves, 2 or more.
    n_starts : int, default=4
        Fresh k-means++ starts of each fit.
    rng : Generator or int
        Source of the splits and starts.

    Returns
    -------
    dict of int to PredictionStrength
        In rising order of k.

    Raises
    ------
    DegenerateError
        If `X` is not finite, or a half has no more rows than the largest k, or fewer
        distinct ones.
    ParameterError
        If there is no k, or one under 2, or a count is too small.

    Notes
    -----
    A test cluster of one row has no pairs and counts 1, as in the R package fpc; one
    without rows is passed over. Tibshirani and Walther take the largest k above 0.8 to
    0.9 for the number of clusters. Pairs favour large clusters: where a tenth of a
    cluster goes elsewhere, 0.81 to 0.82 of its pairs remain.

    It fails where cuts are stable without being gaps: see the numbers of structureless
    tables in docs/methods/prediction-strength.md.

    References
    ----------
    .. [1] R. Tibshirani, G. Walther (2005). "Cluster validation by prediction
       strength". Journal of Computational and Graphical Statistics 14(3): 511-528.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal([[0.0], [9.0]], size=(2, 50)).reshape(-1, 1)
    >>> prediction_strength(X, [2], rng=0)[2].mean
    1.0
    """
    matrix = finite_matrix(X)
    ks = _checked(k_values, len(matrix) // 2)
    if n_splits < 2:
        raise ParameterError(
            f"Got n_splits={n_splits}, expected 2 or more: one split has no spread."
        )
    points, n_starts = prepared(matrix), positive("n_starts", n_starts)
    values = []
    with workers() as each:
        for split in np.random.default_rng(rng).spawn(n_splits):
            compared = partial(_compared, _halves(points, split), n_starts)
            values.append(list(each(compared, ks, split.spawn(len(ks)))))
    by_k = np.moveaxis(np.array(values), 1, 0)  # k x splits x what was found
    return {k: _over_splits(k, found) for k, found in zip(ks, by_k, strict=True)}


def _checked(k_values: Iterable[int], n_half: int) -> list[int]:
    ks = sorted(set(k_values))
    if not ks or ks[0] < 2:
        raise ParameterError(
            f"Got k_values={ks}, expected one or more numbers from 2: one cluster "
            "always predicts itself."
        )
    check_clusters(ks[-1], n_half)
    return ks


def _halves(points: Points, rng: np.random.Generator) -> Halves:
    order = rng.permutation(len(points.rows))
    middle = len(order) // 2
    # rows in their own order are read faster, and a half has no order
    first, second = np.sort(order[:middle]), np.sort(order[middle:])
    return drawn(points, first), drawn(points, second)


def _compared(
    halves: Halves, n_starts: int, k: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Give the prediction strength of two halves, and the agreement of their cuts."""
    centers = [fresh(half, k, n_starts=n_starts, rng=rng) for half in halves]
    tables = []
    for half, own, others in zip(halves, centers, reversed(centers), strict=True):
        labels = labels_of(half, own)
        if len(np.unique(labels)) < k:
            _check_distinct(half, k)
        tables.append(overlap(labels, labels_of(half, others), k))
    strength = sum(map(_weakest, tables)) / 2
    return strength, adjusted_rand(tables[0] + tables[1].T)


def _weakest(table: npt.NDArray[np.intp]) -> float:
    """Give the least share of a cluster's pairs that the prediction keeps."""
    shared = table.astype(np.float64)
    sizes = shared.sum(axis=1)
    kept = (shared * (shared - 1)).sum(axis=1)
    paired = sizes > 1
    return float(np.min(kept[paired] / (sizes * (sizes - 1))[paired], initial=1.0))


def _check_distinct(half: Points, k: int) -> None:
    n_distinct = len(np.unique(half.rows, axis=0))
    if n_distinct < k:
        raise DegenerateError(
            f"Got a half of X with {n_distinct} distinct rows, expected {k} or more: "
            "one for each cluster. Ask for fewer clusters."
        )


def _over_splits(k: int, found: Floats) -> PredictionStrength:
    values, agreement = found.T
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    return PredictionStrength(k, float(values.mean()), error, values, agreement)
