import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import adjusted_rand_score

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import kmeans, threads
from learnstrata.stats.refits import fresh, labels_of, overlap, prepared
from learnstrata.stats.replication import (
    CORESET,
    _halves,
    _weakest,
    cut_halves,
    lower_quartile,
)

THREE = [[0, 0], [12, 0], [0, 12]]


def halved(X, k_values, **options):
    """Halve a table, and look for the clusters of a fit to all rows."""
    X = np.asarray(X, dtype=np.float64)
    cuts = {k: kmeans.fit(X, k, rng=0).labels for k in k_values}
    return cut_halves(X, cuts, **options)


@given(st.integers(2, 40), st.integers(1, 5), st.integers(0, 999))
def test_the_weakest_cluster_is_that_of_the_pairs(n, k, seed):
    labels, predicted = np.random.default_rng(seed).integers(k, size=(2, n))
    expected = oracles_stats.naive_prediction_strength(labels, predicted)
    assert _weakest(overlap(labels, predicted, k)) == pytest.approx(expected)


def test_values_are_those_of_both_cuts_over_all_rows():
    X, _ = oracles_stats.blobs(120, THREE, 0, spread=5)
    cut = kmeans.fit(X, 4, rng=0).labels
    points = prepared(X)
    found = cut_halves(X, {4: cut}, n_splits=3, rng=7)[4]
    splits = np.random.default_rng(7).spawn(3)
    for i, split in enumerate(splits):
        rows, halves = _halves(points, split)
        source = split.spawn(3)[2]  # of k = 2, 3 and 4
        centers = [fresh(half, 4, coreset=CORESET, rng=source) for half in halves]
        first, second = (
            oracles_stats.naive_prediction_strength(
                labels_of(half, own), labels_of(half, other)
            )
            for half, own, other in zip(halves, centers, centers[::-1], strict=True)
        )
        assert found.strength[i] == pytest.approx((first + second) / 2)
        cuts = [np.concatenate([labels_of(h, c) for h in halves]) for c in centers]
        assert found.agreement[i] == pytest.approx(adjusted_rand_score(*cuts))
        for half, labels in enumerate(cuts):
            again = 2 * i + half
            assert found.jaccard[again] == pytest.approx(
                naive_jaccard(cut[rows], labels)
            )
    error = found.strength.std(ddof=1) / np.sqrt(3)
    assert found.strength_error == pytest.approx(error)


def naive_jaccard(cut, labels):
    return [
        max(
            np.sum((cut == j) & (labels == i)) / np.sum((cut == j) | (labels == i))
            for i in range(4)
        )
        for j in range(4)
    ]


def test_the_centres_of_a_half_are_those_of_the_given_clusters():
    X, _ = oracles_stats.blobs(200, THREE, 0, spread=3)
    found = halved(X, [3], n_splits=2, rng=7)[3]
    assert found.centers.shape == (4, 3, 2)
    assert np.abs(found.centers - kmeans.fit(X, 3, rng=0).centers).max() < 2


def test_segments_can_be_numbered_anew():
    X, _ = oracles_stats.blobs(200, THREE, 0, spread=4)
    cut = kmeans.fit(X, 3, rng=0).labels
    order = np.array([2, 0, 1])
    other = np.argsort(order)[cut]  # its cluster j is cluster order[j] of the first
    plain, moved = (cut_halves(X, {3: labels}, rng=1)[3] for labels in (cut, other))
    again = plain.renumbered(order)
    assert np.array_equal(again.jaccard, moved.jaccard)
    assert np.array_equal(again.centers, moved.centers)
    assert np.array_equal(again.agreement, plain.agreement)


def test_three_of_four_reach_the_lower_quartile():
    assert lower_quartile(np.arange(5.0)[:, None] * [1, 10]).tolist() == [1, 10]


def test_the_halves_share_the_rows_between_them():
    X = np.arange(21.0)[:, None]
    order, (first, second) = _halves(prepared(X), np.random.default_rng(0))
    rows = np.concatenate([first.rows[:, 0], second.rows[:, 0]])
    assert (len(first.rows), len(second.rows)) == (10, 11)
    assert np.array_equal(np.sort(order), np.arange(21))
    assert np.sort(rows) == pytest.approx((X[:, 0] - 10) / 10, abs=1e-6)


def test_planted_clusters_are_predicted_and_cuts_through_them_are_not():
    X, _ = oracles_stats.blobs(1200, THREE, 0)
    found = halved(X, range(2, 6), rng=0)
    assert list(found) == [found[k].k for k in found] == [2, 3, 4, 5]
    assert found[3].strength.mean() == 1
    assert found[4].strength.mean() < 0.8
    assert found[5].strength.mean() < 0.8


def test_all_k_are_tried_on_the_same_halves():
    X, _ = oracles_stats.blobs(300, THREE, 1)
    alone, among = (halved(X, ks, rng=3)[3] for ks in ([3], [2, 3]))
    assert alone.strength == pytest.approx(among.strength)


def test_scale_does_not_matter_to_halved():
    X, _ = oracles_stats.blobs(300, THREE, 2, spread=5)
    once, scaled = (halved(c * X, [2, 4], rng=3) for c in (1, 8))
    for k in (2, 4):
        assert scaled[k].strength == pytest.approx(once[k].strength)


def test_a_doubled_table_keeps_its_planted_clusters():
    X, _ = oracles_stats.blobs(300, THREE, 2)
    assert halved(np.vstack([X, X]), [3], rng=0)[3].strength.mean() == 1


def test_row_order_moves_the_strength_no_more_than_the_seed_does():
    X, _ = oracles_stats.blobs(600, THREE, 2, spread=5)
    order = np.random.default_rng(0).permutation(600)
    once, moved = (halved(x, [3], rng=3)[3].strength.mean() for x in (X, X[order]))
    assert moved == pytest.approx(once, abs=0.1)


def test_the_number_of_workers_does_not_matter_and_the_input_is_left(monkeypatch):
    X, _ = oracles_stats.blobs(400, THREE, 3, spread=5)
    before, results = X.copy(), []
    for n_workers in (1, 3):
        monkeypatch.setattr(threads.os, "cpu_count", lambda n=n_workers: n)
        found = halved(X, [2, 3, 4], rng=0)
        results.append([found[k].strength.tobytes() for k in found])
    assert results[0] == results[1]
    assert np.array_equal(X, before)


@pytest.mark.parametrize(
    ("X", "ks", "error", "words"),
    [
        (
            np.eye(8),
            [],
            ParameterError,
            r"cuts at k=\[\], expected one or more numbers",
        ),
        (np.eye(8), [1, 2], ParameterError, "one cluster always predicts itself"),
        (np.eye(8), [4], DegenerateError, "Got 4 clusters of 4 rows, expected 2 to 3"),
        (np.eye(8), [9], DegenerateError, "Got 9 clusters of 4 rows"),
        (np.ones((8, 2)), [2], DegenerateError, "Got X of 8 identical rows"),
        (
            np.repeat(np.eye(2), 20, axis=0),
            [3],
            DegenerateError,
            "a half of X with 2 distinct rows, expected 3 or more",
        ),
        ([[0.0], [np.nan]], [2], DegenerateError, "nan or infinity in 1 rows"),
    ],
)
def test_what_cannot_be_predicted_is_refused(X, ks, error, words):
    cuts = {k: np.zeros(len(X), dtype=int) for k in ks}
    with pytest.raises(error, match=words):
        cut_halves(X, cuts, rng=0)


def test_one_split_is_refused():
    X, _ = oracles_stats.blobs(40, THREE, 0)
    words = "Got n_splits=1, expected 2 or more: one split has no"
    with pytest.raises(ParameterError, match=words):
        halved(X, [2], n_splits=1, rng=0)


def test_splits_that_are_continued_are_those_of_one_call():
    X, _ = oracles_stats.blobs(200, THREE, 1, spread=5)
    cuts = {k: kmeans.fit(X, k, rng=0).labels for k in (2, 4)}
    whole = cut_halves(X, cuts, n_splits=6, rng=3)
    some = cut_halves(X, cuts, n_splits=6, enough=lambda found: found.k == 4, rng=3)
    assert {k: found.n_splits for k, found in some.items()} == {2: 6, 4: 2}
    rest = cut_halves(X, cuts, n_splits=6, known=some, rng=3)
    for k, found in whole.items():
        assert np.array_equal(rest[k].agreement, found.agreement)
        assert np.array_equal(rest[k].centers, found.centers)
        assert np.array_equal(some[k].jaccard, found.jaccard[: 2 * some[k].n_splits])
