import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import adjusted_rand_score

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import threads
from learnstrata.stats.refits import fresh, labels_of, overlap, prepared
from learnstrata.stats.replication import _halves, _weakest, prediction_strength

THREE = [[0, 0], [12, 0], [0, 12]]


@given(st.integers(2, 40), st.integers(1, 5), st.integers(0, 999))
def test_the_weakest_cluster_is_that_of_the_pairs(n, k, seed):
    labels, predicted = np.random.default_rng(seed).integers(k, size=(2, n))
    expected = oracles_stats.naive_prediction_strength(labels, predicted)
    assert _weakest(overlap(labels, predicted, k)) == pytest.approx(expected)


def test_values_are_those_of_pairs_in_both_directions():
    X, _ = oracles_stats.blobs(120, THREE, 0, spread=5)
    points = prepared(X)
    found = prediction_strength(X, [4], n_splits=3, rng=7)[4]
    splits = np.random.default_rng(7).spawn(3)
    for value, agreement, split in zip(
        found.values, found.agreement, splits, strict=True
    ):
        halves = _halves(points, split)
        (source,) = split.spawn(1)
        centers = [fresh(half, 4, rng=source) for half in halves]
        first, second = (
            oracles_stats.naive_prediction_strength(
                labels_of(half, own), labels_of(half, other)
            )
            for half, own, other in zip(halves, centers, centers[::-1], strict=True)
        )
        assert value == pytest.approx((first + second) / 2)
        cuts = [np.concatenate([labels_of(h, c) for h in halves]) for c in centers]
        assert agreement == pytest.approx(adjusted_rand_score(*cuts))
    assert found.mean == pytest.approx(found.values.mean())
    assert found.lower_quartile == pytest.approx(np.quantile(found.agreement, 0.25))
    assert found.standard_error == pytest.approx(found.values.std(ddof=1) / np.sqrt(3))


def test_the_halves_share_the_rows_between_them():
    X = np.arange(21.0)[:, None]
    first, second = _halves(prepared(X), np.random.default_rng(0))
    rows = np.concatenate([first.rows[:, 0], second.rows[:, 0]])
    assert (len(first.rows), len(second.rows)) == (10, 11)
    assert np.sort(rows) == pytest.approx((X[:, 0] - 10) / 10, abs=1e-6)


def test_planted_clusters_are_predicted_and_cuts_through_them_are_not():
    X, _ = oracles_stats.blobs(1200, THREE, 0)
    found = prediction_strength(X, range(2, 6), rng=0)
    assert list(found) == [found[k].k for k in found] == [2, 3, 4, 5]
    assert found[3].mean == 1
    assert found[4].mean < 0.8
    assert found[5].mean < 0.8


def test_all_k_are_tried_on_the_same_halves():
    X, _ = oracles_stats.blobs(300, THREE, 1)
    alone, among = (prediction_strength(X, ks, rng=3)[3] for ks in ([3], [2, 3]))
    assert alone.values == pytest.approx(among.values)


def test_scale_does_not_matter_to_prediction_strength():
    X, _ = oracles_stats.blobs(300, THREE, 2, spread=5)
    once, scaled = (prediction_strength(c * X, [2, 4], rng=3) for c in (1, 8))
    for k in (2, 4):
        assert scaled[k].values == pytest.approx(once[k].values)


def test_a_doubled_table_keeps_its_planted_clusters():
    X, _ = oracles_stats.blobs(300, THREE, 2)
    assert prediction_strength(np.vstack([X, X]), [3], rng=0)[3].mean == 1


def test_row_order_moves_the_strength_no_more_than_the_seed_does():
    X, _ = oracles_stats.blobs(600, THREE, 2, spread=5)
    order = np.random.default_rng(0).permutation(600)
    once, moved = (prediction_strength(x, [3], rng=3)[3].mean for x in (X, X[order]))
    assert moved == pytest.approx(once, abs=0.1)


def test_the_number_of_workers_does_not_matter_and_the_input_is_left(monkeypatch):
    X, _ = oracles_stats.blobs(400, THREE, 3, spread=5)
    before, results = X.copy(), []
    for n_workers in (1, 3):
        monkeypatch.setattr(threads.os, "cpu_count", lambda n=n_workers: n)
        found = prediction_strength(X, [2, 3, 4], rng=0)
        results.append([found[k].values.tobytes() for k in found])
    assert results[0] == results[1]
    assert np.array_equal(X, before)


@pytest.mark.parametrize(
    ("X", "ks", "error", "words"),
    [
        (np.eye(8), [], ParameterError, r"k_values=\[\], expected one or more numbers"),
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
    with pytest.raises(error, match=words):
        prediction_strength(X, ks, rng=0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_splits": 1}, "Got n_splits=1, expected 2 or more: one split has no"),
        ({"n_starts": 0}, "Got n_starts=0, expected 1 or more"),
    ],
)
def test_counts_must_make_sense(options, words):
    X, _ = oracles_stats.blobs(40, THREE, 0)
    with pytest.raises(ParameterError, match=words):
        prediction_strength(X, [2], rng=0, **options)
