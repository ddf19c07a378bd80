"""Validity of clusters: silhouettes in one pass over distances, and indices of sums."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.inputs import (
    Floats,
    Integers,
    codes_of,
    finite_matrix,
    positive,
)
from learnstrata.stats.threads import workers

__all__ = [
    "METRICS",
    "SilhouetteResult",
    "calinski_harabasz",
    "davies_bouldin",
    "inertia",
    "silhouette",
]

Singles: TypeAlias = npt.NDArray[np.float32]

BLOCK_ROWS = 512  # a square of single distances then fits in one megabyte of cache
SYMMETRIC_BYTES = 128_000_000
MOST_CUTS = 64


@dataclass(frozen=True, slots=True, eq=False)
class SilhouetteResult:
    """Silhouette of one labeling.

    Attributes
    ----------
    mean : float
        -1 to 1; more is better.
    standard_error : float
        Of the mean, for sampled rows; 0 where all rows are scored.
    values : array of shape (n_scored,)
        Silhouette of each scored row.
    rows : array of shape (n_scored,)
        Which rows those are.
    per_cluster : array of shape (n_clusters,)
        Mean of each cluster in sorted order of the labels; nan for a cluster of which
        no row was scored.
    """

    mean: float
    standard_error: float
    values: Floats
    rows: Integers
    per_cluster: Floats


def silhouette(
    X: npt.ArrayLike,
    labelings: Sequence[npt.ArrayLike],
    *,
    rows: npt.ArrayLike | None = None,
    block_rows: int | None = None,
) -> list[SilhouetteResult]:
    """Score several labelings of the same rows from one pass over their distances.

    ``s = (b - a) / max(a, b)``: `a` is the mean Euclidean distance of a row to the
    other rows of its cluster, `b` the least mean distance to the rows of another
    cluster. A row alone in its cluster scores 0.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features that the labels were made from.
    labelings : sequence of array-like of shape (n_samples,)
        Labels, one array for each clustering.
    rows : array-like of int, default=None
        Row numbers to score, each against all rows of `X`. ``None`` scores all and
        computes each distance once.
    block_rows : int, default=None
        Side of the squares of distances held at a time, 512.

    Returns
    -------
    list of SilhouetteResult
        One for each labeling.

    Raises
    ------
    DegenerateError
        If `X` is not finite, or a labeling has 1 cluster or only clusters of one row.
    ParameterError
        If there is no labeling, or labels or rows do not fit `X`.

    Notes
    -----
    Rows are sorted by what all labelings together tell apart, so that a square of
    distances meets few clusters and its sums are thin products; each square is
    centred on rows of one cluster, and computed in float32. Means differ from those of
    scikit-learn by less than 1e-8 on 30,000 x 26, single values by 2e-6.

    Silhouette rewards outliers: on log-normal pay with 0.3 % typed ceilings, k = 2 with
    a cluster of 94 in 30,000 rows scores 0.86, k = 3 to 10 score 0.15 to 0.19. Read it
    beside the smallest share.

    References
    ----------
    .. [1] P. J. Rousseeuw (1987). "Silhouettes: a graphical aid to the interpretation
       and validation of cluster analysis". Journal of Computational and Applied
       Mathematics 20: 53-65.

    Examples
    --------
    >>> X = [[0.0], [1.0], [9.0], [10.0]]
    >>> fine, poor = silhouette(X, [[0, 0, 1, 1], [0, 1, 0, 1]])
    >>> round(fine.mean, 3), round(poor.mean, 3)
    (0.889, -0.444)
    """
    matrix = finite_matrix(X, least=2)
    codes = _stacked_codes(labelings, len(matrix))
    size = BLOCK_ROWS if block_rows is None else positive("block_rows", block_rows)
    grid = _Grid.of(matrix, codes, size)
    scored = np.arange(len(matrix)) if rows is None else _row_numbers(rows, len(matrix))
    if rows is None and grid.symmetric_bytes <= SYMMETRIC_BYTES:
        sums = _symmetric_sums(grid)
    else:
        sums = _one_sided_sums(grid, scored, size)
    return [
        _result(some, code[scored], np.bincount(code), scored)
        for some, code in zip(np.split(sums, grid.edges, axis=1), codes, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """Neighbouring rows, the groups that they fall into, and the clusters of those."""

    rows: slice
    member: Singles
    clusters: Singles


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Rows in an order that keeps equal labels together, cut into tiles.

    `place` is where each row of the matrix went; `finest` is the label of each row in
    the labeling of most clusters; `edges` are the columns at which the clusters of the
    second and later labelings begin.
    """

    rows: Floats
    place: Integers
    finest: Integers
    tiles: list[_Tile]
    edges: Integers

    @classmethod
    def of(cls, X: Floats, codes: list[Integers], block_rows: int) -> "_Grid":
        finest = max(codes, key=np.max)
        order = np.lexsort((*codes, finest))
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        centred = X - X.mean(axis=0)
        centred /= np.max(np.abs(centred)) or 1.0
        edges = np.cumsum([code.max() + 1 for code in codes])
        columns = np.column_stack(codes)[order]
        columns[:, 1:] += edges[:-1]
        tiles = [
            _tile(columns[rows], rows, int(edges[-1]))
            for rows in _stretches(finest[order], block_rows)
        ]
        return cls(centred[order], place, finest[order], tiles, edges[:-1])

    @property
    def symmetric_bytes(self) -> int:
        return 4 * len(self.rows) * sum(len(tile.clusters) for tile in self.tiles)


def _stretches(labels: Integers, most: int) -> list[slice]:
    """Cut sorted rows into stretches of one label: their rows lie near each other."""
    cuts = np.arange(0, len(labels), most)
    changes = np.flatnonzero(np.diff(labels)) + 1
    if len(changes) <= MOST_CUTS:
        cuts = np.union1d(cuts, changes)
    return [slice(a, b) for a, b in pairwise([*cuts.tolist(), len(labels)])]


def _tile(columns: Integers, rows: slice, n_clusters: int) -> _Tile:
    """Group the rows by equal labels, or where that is no gain, by single clusters."""
    new = np.any(np.diff(columns, axis=0, prepend=-1) != 0, axis=1)
    if new.sum() > n_clusters:
        return _Tile(
            rows, _one_hot(columns, n_clusters), np.eye(n_clusters, dtype=np.float32)
        )
    member = _one_hot((np.cumsum(new) - 1)[:, None], int(new.sum()))
    return _Tile(rows, member, _one_hot(columns[new], n_clusters))


def _one_hot(columns: Integers, width: int) -> Singles:
    hot = np.zeros((len(columns), width), dtype=np.float32)
    hot[np.arange(len(columns))[:, None], columns] = 1
    return hot


def _symmetric_sums(grid: _Grid) -> Floats:
    """Sum the distances of every row by cluster, each pair computed once.

    Every tile has columns of its own, so that no two workers write the same place, and
    no sum depends on who came first.
    """
    starts = np.cumsum([0, *(len(tile.clusters) for tile in grid.tiles)])
    columns = [slice(a, b) for a, b in pairwise(starts)]
    sums = np.empty((len(grid.rows), starts[-1]), dtype=np.float32)

    def fill(i: int) -> None:
        tile = grid.tiles[i]
        origin = grid.rows[tile.rows].mean(axis=0)
        left = _left(grid.rows[tile.rows] - origin)
        for j in range(i, len(grid.tiles)):
            other = grid.tiles[j]
            distances = _distances(left, grid.rows[other.rows] - origin)
            if j == i:
                np.fill_diagonal(distances, 0)
            else:
                sums[other.rows, columns[i]] = (tile.member.T @ distances).T
            sums[tile.rows, columns[j]] = distances @ other.member

    with workers() as each:
        list(each(fill, range(len(grid.tiles))))
    clusters = np.vstack([tile.clusters for tile in grid.tiles]).astype(np.float64)
    in_order = np.vstack([sums[tile.rows] @ clusters for tile in grid.tiles])
    return in_order[grid.place]


def _one_sided_sums(grid: _Grid, scored: Integers, block_rows: int) -> Floats:
    """Sum the distances of some rows to all rows by cluster."""
    places = grid.place[scored]
    order = np.argsort(places, kind="stable")
    stretches = _stretches(grid.finest[places[order]], block_rows)
    bands = [order[stretch] for stretch in stretches]
    sums = np.empty((len(scored), grid.tiles[0].clusters.shape[1]))

    def fill(band: Integers) -> None:
        at = places[band]
        origin = grid.rows[at].mean(axis=0)
        left = _left(grid.rows[at] - origin)
        total = np.zeros((len(band), sums.shape[1]))
        for tile in grid.tiles:
            distances = _distances(left, grid.rows[tile.rows] - origin)
            own = np.flatnonzero((at >= tile.rows.start) & (at < tile.rows.stop))
            distances[own, at[own] - tile.rows.start] = 0
            total += distances @ tile.member @ tile.clusters
        sums[band] = total

    with workers() as each:
        list(each(fill, bands))
    return sums


def _left(rows: Floats) -> Singles:
    norms = np.einsum("ij,ij->i", rows, rows)
    return np.column_stack([-2 * rows, norms, np.ones(len(rows))]).astype(np.float32)


def _distances(left: Singles, rows: Floats) -> Singles:
    norms = np.einsum("ij,ij->i", rows, rows)
    right = np.column_stack([rows, np.ones(len(rows)), norms]).astype(np.float32)
    squares = left @ right.T
    np.maximum(squares, 0, out=squares)
    return np.sqrt(squares, out=squares)


def _result(
    sums: Floats, labels: Integers, sizes: Integers, rows: Integers
) -> SilhouetteResult:
    every = np.arange(len(labels))
    own = sizes[labels]
    within = sums[every, labels] / np.maximum(own - 1, 1)
    means = sums / sizes
    means[every, labels] = np.inf
    beyond = means.min(axis=1)
    larger = np.maximum(within, beyond)
    valid = (own > 1) & (larger > 0)
    values = np.where(valid, (beyond - within) / np.where(valid, larger, 1), 0)
    counts = np.bincount(labels, minlength=len(sizes))
    totals = np.bincount(labels, values, minlength=len(sizes))
    return SilhouetteResult(
        mean=float(values.mean()),
        standard_error=_standard_error(values, int(sizes.sum())),
        values=values,
        rows=rows,
        per_cluster=np.divide(
            totals, counts, out=np.full(len(sizes), np.nan), where=counts > 0
        ),
    )


def _standard_error(values: Floats, n_samples: int) -> float:
    """Give the error of a mean of rows drawn without replacement."""
    left_out = max(0.0, 1 - len(values) / n_samples)
    if left_out == 0 or len(values) < 2:
        return 0.0
    return float(values.std(ddof=1) * np.sqrt(left_out / len(values)))


def calinski_harabasz(X: npt.ArrayLike, labelings: Sequence[npt.ArrayLike]) -> Floats:
    """Ratio of the spread between clusters to the spread within, for each labeling.

    ``(B / (k - 1)) / (W / (n - k))``, from 0 up; more is better. Infinite where no
    cluster has any spread.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    labelings : sequence of array-like of shape (n_samples,)
        Labels, one array for each clustering.

    Returns
    -------
    array of shape (n_labelings,)

    Raises
    ------
    DegenerateError
        If `X` is not finite, or a labeling has 1 cluster or only clusters of one row.
    ParameterError
        If there is no labeling, or labels do not fit `X`.

    References
    ----------
    .. [1] T. Caliński, J. Harabasz (1974). "A dendrite method for cluster analysis".
       Communications in Statistics 3(1): 1-27.

    Examples
    --------
    >>> calinski_harabasz([[0.0], [2.0], [9.0], [11.0]], [[0, 0, 1, 1]]).tolist()
    [40.5]
    """
    matrix = finite_matrix(X, least=2)
    centred = matrix - matrix.mean(axis=0)
    codes = _stacked_codes(labelings, len(matrix))
    return np.array([_calinski_harabasz(centred, code) for code in codes])


def _calinski_harabasz(X: Floats, labels: Integers) -> float:
    means, sizes = _means(X, labels)
    between = float(sizes @ np.einsum("ij,ij->i", means, means))
    within = float(np.square(X - means[labels]).sum())
    k = len(sizes)
    return (between / (k - 1)) / (within / (len(X) - k)) if within > 0 else np.inf


def davies_bouldin(X: npt.ArrayLike, labelings: Sequence[npt.ArrayLike]) -> Floats:
    """Mean likeness of each cluster to the one most like it, for each labeling.

    ``mean_i max_j (s_i + s_j) / d_ij``: `s` is the mean distance of the rows of a
    cluster to its mean, `d` the distance of two means. From 0 up; less is better.
    Clusters with the same mean are passed over.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    labelings : sequence of array-like of shape (n_samples,)
        Labels, one array for each clustering.

    Returns
    -------
    array of shape (n_labelings,)

    Raises
    ------
    DegenerateError
        If `X` is not finite, or a labeling has 1 cluster or only clusters of one row.
    ParameterError
        If there is no labeling, or labels do not fit `X`.

    References
    ----------
    .. [1] D. L. Davies, D. W. Bouldin (1979). "A cluster separation measure". IEEE
       Transactions on Pattern Analysis and Machine Intelligence 1(2): 224-227.

    Examples
    --------
    >>> davies_bouldin([[0.0], [2.0], [9.0], [11.0]], [[0, 0, 1, 1]]).round(3).tolist()
    [0.222]
    """
    matrix = finite_matrix(X, least=2)
    centred = matrix - matrix.mean(axis=0)
    codes = _stacked_codes(labelings, len(matrix))
    return np.array([_davies_bouldin(centred, code) for code in codes])


def _davies_bouldin(X: Floats, labels: Integers) -> float:
    means, sizes = _means(X, labels)
    gaps = np.sqrt(np.square(X - means[labels]).sum(axis=1))
    spread = np.bincount(labels, gaps) / sizes
    apart = np.sqrt(np.square(means[:, None] - means).sum(axis=2))
    apart[apart == 0] = np.inf
    return float(((spread[:, None] + spread) / apart).max(axis=1).mean())


def inertia(X: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Sum the squared distances of the rows to the mean of their cluster.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    labels : array-like of shape (n_samples,)
        Cluster of each row; one cluster is allowed.

    Returns
    -------
    float
        From 0 up; less is better, and more clusters give less.

    Raises
    ------
    DegenerateError
        If `X` is not finite.
    ParameterError
        If there is not one label for each row.

    Examples
    --------
    >>> inertia([[0.0], [2.0], [9.0]], [0, 0, 1])
    2.0
    """
    matrix = finite_matrix(X)
    codes, _ = codes_of(labels, len(matrix))
    means, _ = _means(matrix, codes)
    return float(np.square(matrix - means[codes]).sum())


def _means(X: Floats, labels: Integers) -> tuple[Floats, Integers]:
    sizes = np.bincount(labels)
    of_row = csr_array((np.ones(len(X)), labels, np.arange(len(X) + 1)))
    return (of_row.T @ X) / sizes[:, None], sizes


def _stacked_codes(
    labelings: Sequence[npt.ArrayLike], n_samples: int
) -> list[Integers]:
    if not len(labelings):
        raise ParameterError("Got no labelings, expected one array of labels or more.")
    return list(_checked_codes(labelings, n_samples))


def _checked_codes(
    labelings: Sequence[npt.ArrayLike], n_samples: int
) -> Iterator[Integers]:
    for labels in labelings:
        codes, k = codes_of(labels, n_samples)
        if not 2 <= k <= n_samples - 1:
            raise DegenerateError(
                f"Got {k} clusters of {n_samples} rows, expected 2 to {n_samples - 1}: "
                "validity compares rows of one cluster with rows of others."
            )
        yield codes


def _row_numbers(rows: npt.ArrayLike, n_samples: int) -> Integers:
    numbers = np.asarray(rows)
    whole = numbers.ndim == 1 and numbers.size and numbers.dtype.kind in "iu"
    if not whole or numbers.min() < 0 or numbers.max() >= n_samples:
        raise ParameterError(
            f"Got rows of shape {numbers.shape} and type {numbers.dtype}, expected one "
            f"or more row numbers from 0 to {n_samples - 1}."
        )
    return numbers.astype(np.intp)


def _silhouette_mean(X: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    return silhouette(X, [labels])[0].mean


def _calinski_harabasz_score(X: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    return float(calinski_harabasz(X, [labels])[0])


def _davies_bouldin_score(X: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    return float(davies_bouldin(X, [labels])[0])


METRICS: dict[str, Callable[[npt.ArrayLike, npt.ArrayLike], float]] = {
    "silhouette": _silhouette_mean,
    "calinski_harabasz": _calinski_harabasz_score,
    "davies_bouldin": _davies_bouldin_score,
    "inertia": inertia,
}
