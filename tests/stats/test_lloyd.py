import numpy as np
import pytest

import oracles_stats
from learnstrata.stats.lloyd import Points, Runs, lloyd, nearest_two, squared_distances


def restored_inertia(X, centers):
    return np.square(X[:, None] - centers).sum(axis=2).min(axis=1).sum()


def test_squared_distances_are_those_of_the_rows():
    X = np.random.default_rng(0).normal(50, 3, size=(40, 3))
    points = Points.of(X)
    squares = squared_distances(points, points.scaled(X[:5])) * points.scale**2
    expected = np.square(X[None] - X[:5, None]).sum(axis=2)
    assert squares == pytest.approx(expected, abs=1e-4)


def test_scaling_and_restoring_centres_are_inverse():
    X = np.random.default_rng(0).normal(1e6, 1e3, size=(40, 3))
    points = Points.of(X)
    assert points.restored(points.scaled(X[:4])) == pytest.approx(X[:4], rel=1e-7)


def test_every_run_ends_at_a_fixed_point_no_worse_than_its_start():
    X = oracles_stats.pay_like_matrix(3000, 1)
    points = Points.of(X)
    starts = np.stack([points.rows[i : i + 4, :-1] for i in range(0, 60, 4)])
    runs = lloyd(points, starts, max_iter=300, tolerance=1e-9)
    for start, end in zip(starts, runs.centers, strict=True):
        labels, _, _ = nearest_two(points, end)
        means = [X[labels == j].mean(axis=0) for j in range(4) if (labels == j).any()]
        at_end = restored_inertia(X, points.restored(end))
        assert at_end <= restored_inertia(X, points.restored(start))
        assert restored_inertia(X, np.array(means)) == pytest.approx(at_end, rel=1e-4)


def test_weights_are_repetitions():
    X, _ = oracles_stats.blobs(300, [[0, 0], [3, 1], [5, 5]], 2)
    times = np.random.default_rng(2).integers(1, 4, len(X))
    weighted, repeated = Points.of(X, times), Points.of(np.repeat(X, times, axis=0))
    ends = [
        points.restored(lloyd(points, points.scaled(X[:3])[None], max_iter=100).centers)
        for points in (weighted, repeated)
    ]
    assert ends[0] == pytest.approx(ends[1], abs=1e-3)


def test_hopeless_runs_are_given_up():
    X, _ = oracles_stats.blobs(500, [[0, 0], [20, 0], [0, 20]], 3, spread=0.5)
    points = Points.of(X)
    good = points.scaled([[0, 0], [20, 0], [0, 20]])
    bad = points.scaled([[20, 0], [20.1, 0], [20.2, 0.1]])  # two blobs share a centre
    runs = lloyd(points, np.stack([good, bad]), max_iter=50, patience=1)
    assert runs.best(1).centers[0] == pytest.approx(runs.centers[0])
    assert runs.potential[1] > runs.potential[0]
    patient = lloyd(points, bad[None], max_iter=50)
    assert runs.potential[1] > 1.001 * patient.potential[0]


def test_a_coreset_keeps_far_rows_and_estimates_the_potential():
    X = oracles_stats.pay_like_matrix(20_000, 4)
    points = Points.of(X)
    core = points.coreset(3000, np.random.default_rng(0))
    far = np.sort(points.norms)[-20:]
    assert len(core.rows) == pytest.approx(3000, abs=2)
    assert np.isin(far, core.norms).all()
    assert core.total == pytest.approx(points.total, rel=0.05)
    assert core.weights.sum() == pytest.approx(20_000, rel=0.05)


def test_a_small_matrix_is_its_own_coreset():
    points = Points.of(np.arange(20.0).reshape(10, 2))
    assert points.coreset(5, np.random.default_rng(0)) is points


def test_runs_that_are_not_apart_count_once():
    runs = Runs(
        np.zeros((4, 1, 1), dtype=np.float32), np.array([3.0, 1.0, 1.0001, 2.0])
    )
    assert runs.best(3).potential.tolist() == [1.0, 1.0001, 2.0]
    assert runs.best(3, apart=0.01).potential.tolist() == [1.0, 2.0, 3.0]
