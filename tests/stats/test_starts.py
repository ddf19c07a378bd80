import numpy as np
import pytest

import oracles_stats
from learnstrata.stats.lloyd import Points, lloyd, nearest_two
from learnstrata.stats.starts import grown, merged, seeded, swapped


@pytest.fixture
def points():
    X, _ = oracles_stats.blobs(600, [[0, 0], [9, 0], [0, 9], [9, 9]], 0)
    return Points.of(X)


def n_blobs_reached(start):
    return len(np.unique(np.sign(start), axis=0))


def test_seeds_are_rows_and_reach_every_far_blob(points):
    starts = seeded(points, 4, n_runs=6, rng=np.random.default_rng(1))
    rows = {row.tobytes() for row in points.rows[:, :-1]}
    assert {center.tobytes() for start in starts for center in start} <= rows
    assert all(n_blobs_reached(start) == 4 for start in starts)


def test_rows_without_weight_are_never_seeds():
    X = np.arange(40.0)[:, None]
    points = Points.of(X, (X[:, 0] < 20).astype(float))
    starts = seeded(points, 5, n_runs=4, rng=np.random.default_rng(1))
    assert points.restored(starts).max() < 19.5


def test_growing_splits_each_cluster_once(points):
    pair = points.scaled([[0.0, 4.5], [9.0, 4.5]])
    starts = grown(points, pair, rng=np.random.default_rng(0))
    labels, _, _ = nearest_two(points, pair)
    assert starts.shape == (2, 3, 2)
    assert all(np.array_equal(start[:2], pair) for start in starts)
    added = [
        np.flatnonzero((points.rows[:, :-1] == s[2]).all(axis=1))[0] for s in starts
    ]
    assert sorted(labels[added]) == [0, 1]


def test_merging_first_leaves_out_the_centre_that_costs_least(points):
    five = points.scaled([[0, 0], [9, 0], [0, 9], [9, 9], [9.5, 9.0]])
    starts = merged(points, five)
    assert starts.shape == (5, 4, 2)
    assert n_blobs_reached(starts[0]) == 4


def test_a_swap_escapes_from_two_centres_in_one_blob(points):
    stuck = points.scaled([[-0.5, 0], [0.5, 0], [9, 4.5], [0, 9]])
    starts = swapped(points, stuck, rng=np.random.default_rng(0))
    assert starts.shape[1:] == stuck.shape
    ends = lloyd(points, starts, max_iter=50).best(1)
    assert n_blobs_reached(ends.centers[0]) == 4


def test_moves_leave_the_centres_as_they_were(points):
    centers = points.scaled([[0.0, 4.5], [9.0, 4.5], [1.0, 1.0]])
    before = centers.copy()
    rng = np.random.default_rng(0)
    grown(points, centers, rng=rng)[:] = 0
    merged(points, centers)[:] = 0
    swapped(points, centers, rng=rng)[:] = 0
    assert np.array_equal(centers, before)
