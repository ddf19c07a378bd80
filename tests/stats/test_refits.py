import numpy as np
import pytest

import oracles_stats
from learnstrata.exceptions import DegenerateError
from learnstrata.stats import kmeans
from learnstrata.stats.refits import (
    check_clusters,
    continued,
    drawn,
    fresh,
    labels_of,
    overlap,
    prepared,
)
from learnstrata.stats.stability import crosstab


@pytest.mark.parametrize("n", [2000, 30_000])  # under and over twice the coreset
def test_twenty_fresh_starts_come_near_the_full_fit(n):
    X = oracles_stats.pay_like_matrix(n, 0)
    points, rng = prepared(X), np.random.default_rng(0)
    for k in (3, 5):
        centers = points.restored(fresh(points, k, n_starts=20, rng=rng))
        best = kmeans.fit(X, k, rng=0).inertia
        assert kmeans.polish(X, centers).inertia <= 1.02 * best


def test_a_repeated_row_counts_as_often_as_it_was_drawn():
    X = oracles_stats.pay_like_matrix(300, 1)
    counts = np.random.default_rng(0).multinomial(300, np.full(300, 1 / 300))
    rows = np.flatnonzero(counts)
    points = prepared(X)
    light = drawn(points, rows, counts[rows])
    heavy = drawn(points, np.repeat(rows, counts[rows]))
    start = points.scaled(X[:3])
    assert continued(light, start) == pytest.approx(continued(heavy, start), abs=1e-5)


def test_labels_are_the_nearest_centers():
    X, _ = oracles_stats.blobs(200, [[0, 0], [5, 0]], 0)
    points, centers = prepared(X), np.array([[1.0, 0.0], [4.0, 1.0]])
    found = labels_of(points, points.scaled(centers))
    assert np.array_equal(found, kmeans.nearest(X, centers))


def test_overlap_is_the_crosstab_with_empty_clusters_kept():
    a, b = np.array([0, 2, 2, 0]), np.array([2, 0, 2, 2])
    assert overlap(a, b, 3)[np.ix_([0, 2], [0, 2])].tolist() == crosstab(a, b).tolist()
    assert overlap(a, b, 3).sum(axis=0).tolist() == [1, 0, 3]


def test_identical_rows_are_refused():
    with pytest.raises(DegenerateError, match="Got X of 3 identical rows, expected"):
        prepared(np.full((3, 2), 7.0))


@pytest.mark.parametrize("k", [0, 1, 5, 6])
def test_clusters_that_say_nothing_are_refused(k):
    with pytest.raises(DegenerateError, match=f"Got {k} clusters of 5 rows, expected"):
        check_clusters(k, 5)
