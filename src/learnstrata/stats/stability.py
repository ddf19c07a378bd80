"""Stability of clusters and rows under resampling, and agreement of labelings."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError
from learnstrata.stats.inputs import (
    Floats,
    Integers,
    codes_of,
    finite_matrix,
    positive,
)
from learnstrata.stats.kmeans import KMeansFit
from learnstrata.stats.lloyd import Points, Singles
from learnstrata.stats.refits import (
    check_clusters,
    continued,
    drawn,
    fresh,
    labels_of,
    matched,
    overlap,
    prepared,
)
from learnstrata.stats.threads import workers

__all__ = [
    "DISSOLVED",
    "RECOVERED",
    "Agreement",
    "Flow",
    "JaccardResult",
    "Start",
    "adjusted_rand",
    "agreement",
    "agreement_of",
    "best_jaccard",
    "bootstrap_cuts",
    "bootstrap_jaccard",
    "crosstab",
    "flows",
]

Start: TypeAlias = Literal["fitted", "fresh"]

RECOVERED = 0.75  # from which a cluster counts as found again
DISSOLVED = 0.5  # up to which it counts as gone


@dataclass(frozen=True, slots=True, eq=False)
class JaccardResult:
    """Bootstrap stability of the clusters of one fit.

    Attributes
    ----------
    per_cluster : array of shape (n_clusters,)
        Mean Jaccard similarity, 0 to 1; more is better.
    lowest : float
        That of the least stable cluster.
    n_resamples : int
        Refits.
    recovered, dissolved : array of shape (n_clusters,)
        Share of the resamples in which the similarity was 0.75 or more, and 0.5 or
        less.
    start : {"fitted", "fresh"}
        Where the refits began.
    n_rows : int
        Rows drawn for each.
    centers : array of shape (n_resamples, n_clusters, n_features)
        Centres of the refits; centre j is the one matched to fitted cluster j, so that
        the most drawn rows keep their cluster.
    """

    per_cluster: Floats
    lowest: float
    n_resamples: int
    recovered: Floats
    dissolved: Floats
    start: Start
    n_rows: int
    centers: Floats


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two labelings of the same rows agree.

    Attributes
    ----------
    ari : float
        Adjusted Rand index: 1 for the same clusters, 0 expected by chance.
    nmi : float
        Mutual information over the mean of the two entropies, 0 to 1.
    """

    ari: float
    nmi: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Rows that a cluster of one labeling hands to a cluster of the next.

    Attributes
    ----------
    k : int
        Key of the labeling that the rows come from.
    source, target : int or str
        Label before, and label in the labeling of the next larger key.
    count : int
        Rows, 1 or more.
    share_of_source, share_of_target : float
        Of all rows of either cluster, over 0 to 1.
    """

    k: int
    source: int | str
    target: int | str
    count: int
    share_of_source: float
    share_of_target: float


def bootstrap_jaccard(
    X: npt.ArrayLike,
    fit: KMeansFit,
    *,
    n_resamples: int = 20,
    n_rows: int | None = None,
    start: Start = "fitted",
    rng: np.random.Generator | int,
) -> JaccardResult:
    """Refit on resamples, and see how well each cluster is found again.

    A cluster, cut down to the rows drawn, is compared with the refit cluster most like
    it: ``|A & B| / |A | B|`` over distinct rows, averaged over the resamples; 0 to 1,
    more is better.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows that were fitted.
    fit : KMeansFit
        The solution to test.
    n_resamples : int, default=20
        Refits.
    n_rows : int, default=None
        Rows drawn with replacement for each; ``None`` draws as many as there are.
    start : {"fitted", "fresh"}, default="fitted"
        Refit from the fitted centres, or from the best of four k-means++ starts, which
        also shows whether the optimum is found again.
    rng : Generator or int
        Source of the draws; each resample gets a source of its own, so that the result
        does not depend on the number of workers.

    Returns
    -------
    JaccardResult
        A cluster of which no row was drawn counts 0 in that resample.

    Raises
    ------
    DegenerateError
        If `X` is not finite, all its rows are the same, or `fit` has 1 cluster or as
        many as rows.
    ParameterError
        If `fit` is of other rows, a count is under 1, or fewer rows would be drawn than
        there are clusters.

    Notes
    -----
    The reading of clusterboot in the R package fpc, with its two thresholds: a cluster
    is recovered at 0.75 (there: above it) and dissolved at 0.5, rows count once in the
    comparison, and a cluster of which no row was drawn counts 0. Unlike its default,
    which drops repeated rows before the refit, they weigh in the refit as often as they
    were drawn, as with its ``multipleboot=TRUE``.

    Read: under 0.60 unstable, to 0.75 doubtful, over 0.75 stable, over 0.85 highly
    stable. Stable is not natural: uniform noise in two features, cut in four, scores
    0.97 (docs/methods/jaccard.md). Compare with structureless data.

    References
    ----------
    .. [1] C. Hennig (2007). "Cluster-wise assessment of cluster stability".
       Computational Statistics & Data Analysis 52(1): 258-271.

    Examples
    --------
    >>> import numpy as np
    >>> from learnstrata.stats import kmeans
    >>> X = np.random.default_rng(0).normal([[0.0], [9.0]], size=(2, 50)).reshape(-1, 1)
    >>> found = bootstrap_jaccard(X, kmeans.fit(X, 2, rng=0), rng=0)
    >>> found.lowest, found.recovered.tolist(), found.centers.shape
    (1.0, [1.0, 1.0], (20, 2, 1))
    """
    matrix = finite_matrix(X)
    size = _checked_resampling(matrix, fit, n_rows)
    if start not in get_args(Start):
        raise ParameterError(f"Got start={start!r}, expected 'fitted' or 'fresh'.")
    points = prepared(matrix)
    sources = np.random.default_rng(rng).spawn(positive("n_resamples", n_resamples))
    with workers() as each:
        found = list(each(partial(_resample, points, fit, size, start), sources))
    similarity = np.stack([jaccard for jaccard, _ in found])
    per_cluster = similarity.mean(axis=0)
    return JaccardResult(
        per_cluster=per_cluster,
        lowest=float(per_cluster.min()),
        n_resamples=n_resamples,
        recovered=np.mean(similarity >= RECOVERED, axis=0),
        dissolved=np.mean(similarity <= DISSOLVED, axis=0),
        start=start,
        n_rows=size,
        centers=points.restored(np.stack([centers for _, centers in found])),
    )


def _checked_resampling(X: Floats, fit: KMeansFit, n_rows: int | None) -> int:
    k = len(fit.centers)
    if len(fit.labels) != len(X) or fit.centers.shape[1] != X.shape[1]:
        raise ParameterError(
            f"Got a fit of {len(fit.labels)} rows and {fit.centers.shape[1]} features, "
            f"expected {X.shape}: those of X. Pass the rows that were fitted."
        )
    check_clusters(k, len(X))
    size = len(X) if n_rows is None else n_rows
    if size < k:
        raise ParameterError(
            f"Got n_rows={size}, expected {k} or more: one for each cluster."
        )
    return size


def _resample(
    points: Points, fit: KMeansFit, size: int, start: Start, rng: np.random.Generator
) -> tuple[Floats, Singles]:
    """Refit on rows drawn once; give the similarities and the matched centres."""
    n, k = len(points.rows), len(fit.centers)
    counts = np.bincount(rng.integers(n, size=size), minlength=n)
    rows = np.flatnonzero(counts)
    some = drawn(points, rows, counts[rows])
    if start == "fitted":
        centers = continued(some, points.scaled(fit.centers))
    else:
        centers = fresh(some, k, rng=rng)
    shared = overlap(fit.labels[rows], labels_of(some, centers), k)
    return best_jaccard(shared), centers[matched(shared)]


def best_jaccard(shared: npt.NDArray[np.intp], among: int | None = None) -> Floats:
    """Give the Jaccard similarity of each cluster with the one most like it.

    Parameters
    ----------
    shared : array of shape (n_clusters, n_others)
        Rows in both.
    among : int, default=None
        Only the first so many of the others are compared.

    Examples
    --------
    >>> best_jaccard(np.array([[8, 2], [0, 10]])).round(2).tolist()
    [0.8, 0.83]
    """
    union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
    return (shared / np.maximum(union, 1))[:, :among].max(axis=1)


def bootstrap_cuts(
    labels: npt.ArrayLike,
    cut: Callable[[Integers, np.random.Generator], npt.ArrayLike],
    *,
    n_resamples: int = 3,
    rng: np.random.Generator | int,
) -> Floats:
    """Cut resamples anew by any algorithm, and see how well each cluster is found.

    A cluster, cut down to the rows drawn, is compared with the new cluster most like
    it: ``|A & B| / |A | B|``, averaged over the resamples; 0 to 1, more is better.

    Parameters
    ----------
    labels : array-like of int, shape (n_samples,)
        The cut to test, clusters numbered from 0; -1 is no cluster.
    cut : callable
        Of row numbers and a generator: labels of these rows, -1 for no cluster.
    n_resamples : int, default=3
        Times as many rows as there are are drawn with replacement; each row drawn is
        cut once, however often it was drawn.
    rng : Generator or int

    Returns
    -------
    array of shape (n_clusters,)
        A cluster of which no row was drawn counts 0 in that resample.

    Raises
    ------
    ParameterError
        If no row is in a cluster, or `n_resamples` is under 1.

    References
    ----------
    .. [1] C. Hennig (2007). "Cluster-wise assessment of cluster stability".
       Computational Statistics & Data Analysis 52(1): 258-271.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.repeat([0.0, 9.0], 50)
    >>> bootstrap_cuts(X > 5, lambda rows, rng: X[rows] > 5, rng=0).tolist()
    [1.0, 1.0]
    """
    codes = np.asarray(labels).astype(np.intp)
    if codes.max(initial=-1) < 0:
        raise ParameterError(
            "Got labels without a cluster, expected rows of one or more: there is "
            "nothing to find again."
        )
    found = []
    for source in np.random.default_rng(rng).spawn(
        positive("n_resamples", n_resamples)
    ):
        rows = np.unique(source.integers(len(codes), size=len(codes)))
        again = np.asarray(cut(rows, source)).astype(np.intp)
        k = int(1 + max(codes.max(), again.max()))
        # one place more, for rows in no cluster: they fill a union, and match nothing
        shared = overlap(codes[rows] % (k + 1), again % (k + 1), k + 1)
        found.append(best_jaccard(shared, among=k)[: codes.max() + 1])
    return np.mean(found, axis=0)


def flows(labelings: Mapping[int, npt.ArrayLike]) -> list[Flow]:
    """Count how the clusters of each labeling split into those of the next.

    The edges of a clustering tree: a cluster that hands all its rows to one, or splits
    into clusters that have no other source, is nested; one that draws from many is cut
    across.

    Parameters
    ----------
    labelings : mapping of int to array-like of shape (n_samples,)
        Labels of the same rows by number of clusters.

    Returns
    -------
    list of Flow
        In rising order of k, source and target; pairs without rows are left out.

    Raises
    ------
    ParameterError
        If there are fewer than two labelings, or they differ in length or are empty.

    References
    ----------
    .. [1] L. Zappia, A. Oshlack (2018). "Clustering trees: a visualization for
       evaluating clusterings at multiple resolutions". GigaScience 7(7): giy083.

    Examples
    --------
    >>> for flow in flows({2: [0, 0, 1, 1], 3: [0, 0, 1, 2]}):
    ...     print(flow.source, flow.target, flow.share_of_source, flow.share_of_target)
    0 0 1.0 1.0
    1 1 0.5 1.0
    1 2 0.5 1.0
    """
    if len(labelings) < 2:
        raise ParameterError(
            f"Got {len(labelings)} labelings, expected 2 or more: flows lead from one "
            "to the next."
        )
    return [
        flow
        for k, after in pairwise(sorted(labelings))
        for flow in _flows_between(k, labelings[k], labelings[after])
    ]


def _flows_between(k: int, a: npt.ArrayLike, b: npt.ArrayLike) -> Iterator[Flow]:
    table = crosstab(a, b)
    sources, targets = np.unique(a).tolist(), np.unique(b).tolist()
    of_source = table / table.sum(axis=1, keepdims=True)
    of_target = table / table.sum(axis=0)
    for i, j in np.argwhere(table):
        yield Flow(
            k=k,
            source=sources[i],
            target=targets[j],
            count=int(table[i, j]),
            share_of_source=float(of_source[i, j]),
            share_of_target=float(of_target[i, j]),
        )


def agreement(a: npt.ArrayLike, b: npt.ArrayLike) -> Agreement:
    """Compare two labelings, whatever their clusters are called.

    Parameters
    ----------
    a, b : array-like of shape (n_samples,)
        Labels of the same rows.

    Returns
    -------
    Agreement
        The adjusted Rand index and the normalised mutual information.

    Raises
    ------
    ParameterError
        If the labelings differ in length, or are empty.

    References
    ----------
    .. [1] L. Hubert, P. Arabie (1985). "Comparing partitions". Journal of
       Classification 2(1): 193-218.

    Examples
    --------
    >>> agreement([0, 0, 1, 1], [5, 5, 3, 3])
    Agreement(ari=1.0, nmi=1.0)
    """
    return agreement_of(crosstab(a, b))


def agreement_of(table: npt.NDArray[np.intp]) -> Agreement:
    """Compare two labelings by their cross-table, as `agreement` does.

    Parameters
    ----------
    table : array of shape (n_a, n_b)
        Rows with each pair of labels; no label is without rows.

    Examples
    --------
    >>> agreement_of(np.array([[5, 0], [0, 5]]))
    Agreement(ari=1.0, nmi=1.0)
    """
    return Agreement(adjusted_rand(table), _normalised_information(table))


def crosstab(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Count rows by pair of labels.

    Parameters
    ----------
    a, b : array-like of shape (n_samples,)
        Labels of the same rows.

    Returns
    -------
    array of int, shape (labels of `a`, labels of `b`)
        Both in sorted order.

    Raises
    ------
    ParameterError
        If the labelings differ in length, or are empty.

    Examples
    --------
    >>> crosstab([0, 0, 1], ["x", "y", "y"]).tolist()
    [[1, 1], [0, 1]]
    """
    first = np.asarray(a)
    if first.ndim != 1 or not len(first):
        raise ParameterError(
            f"Got labels of shape {first.shape}, expected one for each row, and a row."
        )
    rows, n_rows = codes_of(first, len(first))
    columns, n_columns = codes_of(b, len(first))
    counts = np.bincount(rows * n_columns + columns, minlength=n_rows * n_columns)
    return counts.reshape(n_rows, n_columns)


def adjusted_rand(table: npt.NDArray[np.intp] | Floats) -> float:
    """Give the adjusted Rand index of two labelings from their cross-table.

    Parameters
    ----------
    table : array of shape (n_a, n_b)
        Rows with label a in the one labeling and b in the other, or their weight.

    Returns
    -------
    float
        1 for equal labelings, about 0 for unrelated ones.

    References
    ----------
    .. [1] L. Hubert, P. Arabie (1985). "Comparing partitions". Journal of
       Classification 2(1): 193-218.

    Examples
    --------
    >>> adjusted_rand(np.array([[5, 0], [0, 5]])), adjusted_rand(np.array([[4], [4]]))
    (1.0, 0.0)
    """
    counts = table.astype(np.float64)
    together = _pairs(counts)
    in_a, in_b = _pairs(counts.sum(axis=1)), _pairs(counts.sum(axis=0))
    expected = in_a * in_b / max(_pairs(counts.sum()), 1.0)
    most = (in_a + in_b) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _pairs(counts: npt.ArrayLike) -> float:
    values = np.asarray(counts)
    return float(np.sum(values * (values - 1)) / 2)


def _normalised_information(table: npt.NDArray[np.intp]) -> float:
    if table.shape == (1, 1):
        return 1.0
    share = table / table.sum()
    in_a, in_b = share.sum(axis=1), share.sum(axis=0)
    entropies = _entropy(in_a) + _entropy(in_b)
    information = entropies - _entropy(share[share > 0])
    return float(np.clip(2 * information / entropies, 0.0, 1.0))


def _entropy(share: Floats) -> float:
    return float(-np.sum(share * np.log(share)))
