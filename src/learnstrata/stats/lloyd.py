"""Lloyd's algorithm for many runs at once, in float32: the search behind k-means."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.stats.inputs import Floats

__all__ = ["Points", "Runs", "lloyd", "nearest_two", "race", "seed_centers"]

Singles = npt.NDArray[np.float32]

BLOCK_CELLS = 400_000


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Rows prepared for the search: centred, in float32, with a column of ones.

    The ones make one product give distances with the norms of the centres in them, and
    another give the sums of the clusters with their weights.

    Attributes
    ----------
    rows : array of shape (n_samples, n_features + 1), float32
    norms : array of shape (n_samples,), float32
        Squared length of every row.
    weights : array of shape (n_samples,), float32, or None
    origin : array of shape (n_features,)
        What was subtracted.
    """

    rows: Singles
    norms: Singles
    weights: Singles | None
    origin: Floats

    @classmethod
    def of(cls, X: Floats, weights: Floats | None = None) -> "Points":
        """Prepare `X`."""
        origin = X.mean(axis=0)
        rows = np.ones((len(X), X.shape[1] + 1), dtype=np.float32)
        rows[:, :-1] = X - origin
        norms = np.einsum("ij,ij->i", rows, rows) - 1
        light = None if weights is None else weights.astype(np.float32)
        return cls(rows, norms, light, origin)

    @property
    def total(self) -> float:
        """Weighted sum of the squared lengths."""
        weights = 1.0 if self.weights is None else self.weights
        return float(np.sum(self.norms * weights, dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Centres of several runs, and the sum of squared distances of each.

    Attributes
    ----------
    centers : array of shape (n_runs, n_clusters, n_features), float32
    potential : array of shape (n_runs,)
    """

    centers: Singles
    potential: Floats

    def best(self, n_runs: int) -> "Runs":
        """Keep the `n_runs` runs of lowest potential."""
        order = np.argsort(self.potential, kind="stable")[:n_runs]
        return Runs(self.centers[order], self.potential[order])


def lloyd(
    points: Points, starts: Singles, *, max_iter: int, tolerance: float = 1e-6
) -> Runs:
    """Improve every start until a step gains less than `tolerance` of its potential.

    Parameters
    ----------
    points : Points
    starts : array of shape (n_runs, n_clusters, n_features), float32
        Centres relative to ``points.origin``.
    max_iter : int
        Steps at most.
    tolerance : float, default=1e-6
        Relative gain under which a run has converged.

    Returns
    -------
    Runs
        The potential is that of the centres before the last step: never too low.
    """
    centers = starts.copy()
    potential = np.full(len(starts), np.inf)
    active = np.arange(len(starts))
    for _ in range(max_iter):
        moved, after = _step(points, centers[active])
        before, potential[active] = potential[active], after
        centers[active] = moved
        active = active[~(before - after <= tolerance * after)]
        if not len(active):
            break
    return Runs(centers, potential)


def _step(points: Points, centers: Singles) -> tuple[Singles, Floats]:
    n_runs, n_clusters, n_features = centers.shape
    flat = _augmented(centers.reshape(-1, n_features))
    sums = np.zeros((len(flat), n_features + 1))
    potential = np.full(n_runs, points.total)
    for block in _blocks(len(points.rows), len(flat)):
        rows = points.rows[block]
        squares = (flat @ rows.T).reshape(n_runs, n_clusters, -1)
        least = squares.min(axis=1)
        member = np.equal(squares, least[:, None], out=squares, casting="unsafe")
        if points.weights is not None:
            member *= points.weights[block]
            least *= points.weights[block]
        sums += member.reshape(len(flat), -1) @ rows
        potential += least.sum(axis=1, dtype=np.float64)
    held = sums[:, -1:] > 0
    means = np.divide(sums[:, :-1], sums[:, -1:], where=held, out=sums[:, :-1])
    moved = np.where(held, means, centers.reshape(-1, n_features))
    return moved.astype(np.float32).reshape(centers.shape), potential


def _augmented(flat: Singles) -> Singles:
    return np.column_stack([-2 * flat, np.einsum("ij,ij->i", flat, flat)])


def _blocks(n_rows: int, width: int) -> Iterator[slice]:
    size = max(256, BLOCK_CELLS // width)
    return (slice(first, first + size) for first in range(0, n_rows, size))
