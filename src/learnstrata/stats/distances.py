"""Sums of distances from rows to clusters, for many labelings in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.stats.inputs import Floats, Integers
from learnstrata.stats.threads import workers

__all__ = ["distance_sums"]

Singles: TypeAlias = npt.NDArray[np.float32]
Reals: TypeAlias = npt.NDArray[np.floating]

BLOCK_ROWS = 512  # a square of single distances then fits in one megabyte of cache
EXACT_ROWS = 512  # so few rows do not average out what single precision loses
SYMMETRIC_BYTES = 128_000_000
MOST_CUTS = 64


def distance_sums(
    X: Floats,
    codes: Sequence[Integers],
    *,
    rows: Integers | None = None,
    block_rows: int = BLOCK_ROWS,
) -> list[Floats]:
    """Sum the Euclidean distances from rows to all rows of each cluster.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Features.
    codes : sequence of arrays of shape (n_samples,)
        Clusters numbered from 0, one array for each labeling.
    rows : array of int, default=None
        Rows to sum for, each against all of `X`. ``None`` takes all and computes each
        distance once.
    block_rows : int, default=512
        Side of the squares of distances held at a time.

    Returns
    -------
    list of arrays of shape (n_rows, n_clusters)
        One for each labeling; a row's distance to itself is exactly 0.

    Notes
    -----
    Rows are sorted by what all labelings together tell apart, so that a square of
    distances meets few clusters and its sums are thin products; each square is
    centred on rows of one cluster, and computed in float32; in float64 where `X` has
    at most 512 rows.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [9.0], [10.0]])
    >>> (sums,) = distance_sums(X, [np.array([0, 0, 1, 1])])
    >>> sums.round(3).tolist()
    [[1.0, 19.0], [1.0, 17.0], [17.0, 1.0], [19.0, 1.0]]
    """
    grid = _Grid.of(X, list(codes), block_rows)
    if rows is None and grid.symmetric_bytes <= SYMMETRIC_BYTES:
        sums = _symmetric_sums(grid)
    else:
        every = np.arange(len(X)) if rows is None else rows
        sums = _one_sided_sums(grid, every, block_rows)
    return np.split(sums * grid.scale, grid.edges, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """Neighbouring rows, the groups that they fall into, and the clusters of those."""

    rows: slice
    member: Singles
    clusters: Singles


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Rows in an order that keeps equal labels together, cut into tiles.

    `rows` are centred and divided by `scale`, so that float32 holds them; `place` is
    where each row of the matrix went; `finest` is the label of each row in the labeling
    of most clusters; `edges` are the columns at which the clusters of the second and
    later labelings begin.
    """

    rows: Floats
    scale: float
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
        scale = float(np.max(np.abs(centred))) or 1.0
        centred /= scale
        edges = np.cumsum([code.max() + 1 for code in codes])
        columns = np.column_stack(codes)[order]
        columns[:, 1:] += edges[:-1]
        tiles = [
            _tile(columns[rows], rows, int(edges[-1]))
            for rows in _stretches(finest[order], block_rows)
        ]
        return cls(centred[order], scale, place, finest[order], tiles, edges[:-1])

    @property
    def dtype(self) -> type[np.floating]:
        return np.float64 if len(self.rows) <= EXACT_ROWS else np.float32

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
    sums = np.empty((len(grid.rows), starts[-1]), dtype=grid.dtype)

    def fill(i: int) -> None:
        tile = grid.tiles[i]
        origin = grid.rows[tile.rows].mean(axis=0)
        left = _left(grid.rows[tile.rows] - origin, grid.dtype)
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
        left = _left(grid.rows[at] - origin, grid.dtype)
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


def _left(rows: Floats, dtype: type[np.floating]) -> Reals:
    norms = np.einsum("ij,ij->i", rows, rows)
    return np.column_stack([-2 * rows, norms, np.ones(len(rows))]).astype(dtype)


def _distances(left: Reals, rows: Floats) -> Reals:
    norms = np.einsum("ij,ij->i", rows, rows)
    right = np.column_stack([rows, np.ones(len(rows)), norms]).astype(left.dtype)
    squares = left @ right.T
    np.maximum(squares, 0, out=squares)
    return np.sqrt(squares, out=squares)
