"""Lloyd's algorithm for many runs at once, in float32: the search behind k-means."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.stats.assignment import least_of
from learnstrata.stats.inputs import Floats, Integers
from learnstrata.stats.threads import Mapper, workers

__all__ = ["Points", "Runs", "Singles", "lloyd", "nearest_two", "squared_distances"]

Singles: TypeAlias = npt.NDArray[np.float32]

BLOCK_CELLS = 400_000  # distances at a time: they stay in the processor's cache
SURE_ROUNDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Rows prepared for the search: centred, scaled, in float32, and a column of ones.

    With the ones, one product gives distances with the norms of the centres in them,
    and another gives the sums of the clusters with their weights.

    Attributes
    ----------
    rows : array of shape (n_samples, n_features + 1), float32
    weighted : array of the same shape
        Rows times their weights.
    norms, weights : array of shape (n_samples,), float32
        Squared length and weight of every row.
    origin : array of shape (n_features,)
        What was subtracted.
    scale : float
        What was divided by: the largest value.
    """

    rows: Singles
    weighted: Singles
    norms: Singles
    weights: Singles
    origin: Floats
    scale: float

    @classmethod
    def of(cls, X: Floats, weights: npt.ArrayLike | None = None) -> "Points":
        """Prepare `X`, each row counted `weights` times."""
        origin = X.mean(axis=0)
        scale = float(np.max(np.abs(X - origin))) or 1.0
        rows = np.ones((len(X), X.shape[1] + 1), dtype=np.float32)
        rows[:, :-1] = (X - origin) / scale
        norms = np.einsum("ij,ij->i", rows[:, :-1], rows[:, :-1])
        if weights is None:
            ones = np.ones(len(X), dtype=np.float32)
            return cls(rows, rows, norms, ones, origin, scale)
        light = np.asarray(weights, dtype=np.float32)
        return cls(rows, rows * light[:, None], norms, light, origin, scale)

    @property
    def total(self) -> float:
        """Weighted sum of the squared lengths."""
        return float(np.sum(self.norms * self.weights, dtype=np.float64))

    def scaled(self, centers: npt.ArrayLike) -> Singles:
        """Bring centres to the scale of the rows."""
        moved = (np.asarray(centers, dtype=np.float64) - self.origin) / self.scale
        return moved.astype(np.float32)

    def restored(self, centers: Singles) -> Floats:
        """Bring centres back to the scale of `X`."""
        return centers.astype(np.float64) * self.scale + self.origin

    def coreset(self, size: int, rng: np.random.Generator) -> "Points":
        """Draw about `size` rows that stand for all of them, by weights.

        Half of a row's chance is equal for all, half grows with its squared distance
        from the mean; rows far enough out are taken surely. A potential on the coreset
        is an unbiased estimate of the potential on all rows.
        """
        if len(self.rows) <= 2 * size:
            return self
        chance = self._chances(size)
        steps = np.cumsum(chance) + rng.random()
        drawn = np.flatnonzero(np.floor(steps) > np.floor(steps - chance))
        weights = (self.weights[drawn] / chance[drawn]).astype(np.float32)
        rows = self.rows[drawn]
        weighted: Singles = rows * weights[:, None]
        return Points(
            rows, weighted, self.norms[drawn], weights, self.origin, self.scale
        )

    def _chances(self, size: int) -> Floats:
        share = self.weights / np.sum(self.weights, dtype=np.float64)
        share += self.weights * self.norms / (self.total or 1.0)
        chance = size * share / share.sum()
        for _ in range(SURE_ROUNDS):
            sure = chance >= 1
            rest = (size - sure.sum()) / max(share[~sure].sum(), 1e-300)
            chance = np.where(sure, 1.0, rest * share)
        return np.minimum(chance, 1.0)


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

    def best(self, n_runs: int, *, apart: float = 0.0) -> "Runs":
        """Keep the `n_runs` of lowest potential, one of those nearer than `apart`."""
        order = np.argsort(self.potential, kind="stable")
        ranked = self.potential[order]
        new = np.diff(ranked, prepend=-np.inf) >= apart * np.abs(ranked)
        order = order[new][:n_runs]
        return Runs(self.centers[order], self.potential[order])


def lloyd(
    points: Points,
    starts: Singles,
    *,
    max_iter: int,
    tolerance: float = 1e-6,
    bar: float = np.inf,
    patience: float = 1e9,
) -> Runs:
    """Improve every start with Lloyd's steps, carried on by Nesterov's momentum.

    A run ends when a step gains less than `tolerance` of its potential, or when
    `patience` more steps of the same gain would not bring it under the best potential
    known. Momentum restarts where a potential rises; it takes about half the steps.

    Parameters
    ----------
    points : Points
    starts : array of shape (n_runs, n_clusters, n_features), float32
        Centres in the scale of `points`.
    max_iter : int
        Steps at most.
    tolerance : float, default=1e-6
        Relative gain under which a run has converged.
    bar : float, default=inf
        A potential that is reached already.
    patience : float, default=1e9
        Steps of equal gain a run is trusted to have before it.

    Returns
    -------
    Runs
        Each potential is that of the centres before the last step.
    """
    ahead: Singles = starts
    centers = starts.copy()
    potential = np.full(len(starts), np.inf)
    speed = np.zeros(len(starts))
    active = np.arange(len(starts))
    floor = 1e-7 * points.total
    with workers() as each:
        for _ in range(max_iter):
            moved, after = _step(points, ahead, each)
            gain = potential[active] - after
            speed = np.where(gain < 0, 0.0, speed + 1)
            carry = (np.maximum(speed - 1, 0) / (speed + 2)).astype(np.float32)
            push = np.multiply(
                carry[:, None, None], moved - centers[active], dtype=np.float32
            )
            potential[active], centers[active] = after, moved
            known = min(bar, potential.min())
            settled = (gain >= 0) & (gain <= tolerance * np.maximum(after, floor))
            go = ~settled & (after - patience * np.abs(gain) <= known)
            push += moved
            active, speed, ahead = active[go], speed[go], push[go]
            if not len(active):
                break
    return Runs(centers, potential)


def _step(points: Points, centers: Singles, each: Mapper) -> tuple[Singles, Floats]:
    n_runs, n_clusters, n_features = centers.shape
    flat = _augmented(centers.reshape(-1, n_features))

    def sums_of(block: slice) -> tuple[Singles, Floats]:
        squares = (flat @ points.rows[block].T).reshape(n_runs, n_clusters, -1)
        least = squares.min(axis=1)
        member = np.equal(squares, least[:, None], out=squares, casting="unsafe")
        sums = member.reshape(len(flat), -1) @ points.weighted[block]
        return sums, (least * points.weights[block]).sum(axis=1, dtype=np.float64)

    sums = np.zeros((len(flat), n_features + 1))
    potential = np.full(n_runs, points.total)
    blocks = list(_blocks(len(points.rows), len(flat)))
    spread = each if len(blocks) > 1 else map  # one block is not worth a worker
    for some, least in spread(sums_of, blocks):
        sums += some
        potential += least
    held = sums[:, -1:] > 0
    sums[:, :-1] /= np.where(held, sums[:, -1:], 1)
    moved = np.where(held, sums[:, :-1].astype(np.float32), flat[:, :-1] / -2)
    return moved.reshape(centers.shape), potential


def squared_distances(points: Points, centers: Singles) -> Singles:
    """Give squared distances, a row for each centre, a column for each row."""
    squares = _augmented(centers) @ points.rows.T
    squares += points.norms
    return np.maximum(squares, 0, out=squares)


def nearest_two(points: Points, centers: Singles) -> tuple[Integers, Singles, Singles]:
    """Give the nearest centre of each row, and both smallest squared distances."""
    squares = squared_distances(points, centers)
    labels = least_of(squares)
    every = np.arange(len(labels))
    nearest = squares[labels, every]
    squares[labels, every] = np.inf
    return labels, nearest, squares.min(axis=0)


def _augmented(flat: Singles) -> Singles:
    return np.column_stack([-2 * flat, np.einsum("ij,ij->i", flat, flat)])


def _blocks(n_rows: int, width: int) -> Iterator[slice]:
    size = max(256, BLOCK_CELLS // width)
    return (slice(first, first + size) for first in range(0, n_rows, size))
