"""Where a k-means run may begin: fresh draws, and moves from a solution at hand."""

import numpy as np

from learnstrata.stats.inputs import Floats, Integers
from learnstrata.stats.lloyd import Points, Singles, nearest_two, squared_distances

__all__ = ["grown", "merged", "seeded", "swapped"]

CANDIDATES = 64
MOST = 20


def seeded(
    points: Points, n_clusters: int, *, n_runs: int, rng: np.random.Generator
) -> Singles:
    """Draw centres by greedy k-means++, for several runs at once.

    Each next centre is the best of ``2 + log(n_clusters)`` rows drawn with chances
    proportional to their squared distance from the centres so far.

    Returns
    -------
    array of shape (n_runs, n_clusters, n_features), float32

    References
    ----------
    .. [1] D. Arthur, S. Vassilvitskii (2007). "k-means++: the advantages of careful
       seeding". SODA: 1027-1035.
    """
    n_tries = 2 + int(np.log(n_clusters))
    every = np.arange(n_runs)
    centers = np.empty((n_runs, n_clusters, len(points.origin)), dtype=np.float32)
    centers[:, 0] = points.rows[_drawn(points.weights, rng.random(n_runs)), :-1]
    costs = squared_distances(points, centers[:, 0]) * points.weights
    for j in range(1, n_clusters):
        tries = rng.random((n_runs, n_tries))
        rows = np.stack([_drawn(costs[run], tries[run]) for run in every])
        found = squared_distances(points, points.rows[rows.ravel(), :-1])
        found *= points.weights
        after = np.minimum(found.reshape(n_runs, n_tries, -1), costs[:, None])
        best = after.sum(axis=2).argmin(axis=1)
        centers[:, j] = points.rows[rows[every, best], :-1]
        costs = after[every, best]
    return centers


def grown(points: Points, centers: Singles, *, rng: np.random.Generator) -> Singles:
    """Add to the centres the row that best splits each cluster: a start for each."""
    rows, _ = _splits(points, centers, rng)
    return np.stack([np.vstack([centers, row]) for row in rows[:MOST]])


def merged(points: Points, centers: Singles) -> Singles:
    """Leave out each of the five centres that cost least to lose: a start for each."""
    dropped = np.argsort(_losses(points, centers), kind="stable")[:5]
    return np.stack([np.delete(centers, j, axis=0) for j in dropped])


def swapped(points: Points, centers: Singles, *, rng: np.random.Generator) -> Singles:
    """Move a centre that costs little to lose to where it splits another cluster."""
    rows, owners = _splits(points, centers, rng)
    order = np.argsort(_losses(points, centers), kind="stable")
    starts = [
        np.vstack([np.delete(centers, dropped, axis=0), row])
        for row, owner in zip(rows, owners, strict=True)
        for dropped in order[order != owner][:2]
    ]
    return np.stack(starts[:MOST])


def _splits(
    points: Points, centers: Singles, rng: np.random.Generator
) -> tuple[Singles, Integers]:
    """Give the best of some drawn rows in each cluster, the largest gain first."""
    labels, nearest, _ = nearest_two(points, centers)
    half = rng.random((2, CANDIDATES // 2))
    far = _drawn(nearest * points.weights, half[0])
    drawn = np.concatenate([far, _drawn(points.weights, half[1])])
    saved = nearest - squared_distances(points, points.rows[drawn, :-1])
    gains = np.maximum(saved, 0) @ points.weights
    order = np.argsort(-gains, kind="stable")
    _, first = np.unique(labels[drawn[order]], return_index=True)
    chosen = drawn[order[np.sort(first)]]
    return points.rows[chosen, :-1], labels[chosen]


def _losses(points: Points, centers: Singles) -> Floats:
    labels, nearest, second = nearest_two(points, centers)
    costs = (second - nearest) * points.weights
    return np.bincount(labels, costs, minlength=len(centers)).astype(np.float64)


def _drawn(chances: Singles, uniform: Floats) -> Integers:
    steps = np.cumsum(chances, dtype=np.float64)
    rows = np.searchsorted(steps, uniform * steps[-1], side="right")
    return np.minimum(rows, len(chances) - 1)
