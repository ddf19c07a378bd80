"""The share of refits that keep a row: what it is, whatever it is computed in."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import constancy, kmeans, threads
from learnstrata.stats.constancy import coassignment
from learnstrata.stats.stability import bootstrap_jaccard

THREE = [[0, 0], [12, 0], [0, 12]]


def test_a_row_alone_gets_what_it_gets_among_others():
    X, _ = oracles_stats.blobs(300, THREE, 3, spread=4)
    fit = kmeans.fit(X, 3, rng=0)
    centers = bootstrap_jaccard(X, fit, n_rows=60, rng=0).centers
    shares = coassignment(X, centers, fit.labels)
    for i in range(0, 300, 29):
        assert coassignment(X[i : i + 1], centers, fit.labels[i : i + 1]) == shares[i]


@given(st.integers(6, 60), st.integers(2, 4), st.integers(1, 5), st.integers(0, 99))
def test_coassignment_is_the_definition(n, k, n_refits, seed):
    rng = np.random.default_rng(seed)
    X, labels = rng.normal(size=(n, 3)), rng.integers(k, size=n)
    centers = rng.normal(size=(n_refits, k, 3))
    expected = oracles_stats.naive_coassignment(X, centers, labels)
    found = coassignment(X, centers, labels)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("centers", "labels", "words"),
    [
        (np.zeros((2, 2)), [0, 0, 1], r"centers of shape \(2, 2\), expected finite"),
        (np.zeros((2, 2, 1)), [0, 0, 1], r"centers of shape \(2, 2, 1\)"),
        (np.zeros((0, 2, 3)), [0, 0, 1], r"centers of shape \(0, 2, 3\)"),
        (np.full((1, 2, 3), np.nan), [0, 0, 1], r"centers of shape \(1, 2, 3\)"),
        (np.zeros((2, 2, 3)), [0, 1], r"labels of shape \(2,\)"),
        (np.zeros((2, 2, 3)), [0, 1, 2], "whole numbers from 0 to 1"),
        (np.zeros((2, 2, 3)), [0, 1, -1], "whole numbers from 0 to 1"),
        (np.zeros((2, 2, 3)), [0, 1, 0.5], "whole numbers from 0 to 1"),
    ],
)
def test_centers_and_labels_must_fit(centers, labels, words):
    with pytest.raises(ParameterError, match=words):
        coassignment(np.eye(3), centers, labels)


@pytest.mark.parametrize("seed", range(3))
def test_rows_too_near_a_border_for_single_precision_are_told_apart(seed):
    rng = np.random.default_rng(seed)
    steps, aside = rng.integers(-8, 9, 400), rng.integers(-4096, 4097, 400)
    X = np.column_stack([steps * 2.0**-14, aside])
    centers = np.array([[[4097.0, 0.0], [-4097.0, 0.0]]] * 3)
    shares = coassignment(X, centers, np.zeros(400, dtype=int))
    assert shares.tolist() == (steps >= 0).astype(float).tolist()


def test_workers_blocks_and_the_precision_of_the_input_change_nothing(monkeypatch):
    X, _ = oracles_stats.blobs(900, THREE, 3, spread=4)
    X = X.astype(np.float32)
    fit = kmeans.fit(X, 4, rng=0)
    centers = bootstrap_jaccard(X, fit, n_rows=90, rng=5).centers
    once = coassignment(X, centers, fit.labels)
    assert np.array_equal(coassignment(X.astype(float), centers, fit.labels), once)
    monkeypatch.setattr(constancy, "ROWS_AT_ONCE", 100)
    monkeypatch.setattr(constancy, "BLOCK_CELLS", 1)
    for n_workers in (1, 3):
        monkeypatch.setattr(threads.os, "cpu_count", lambda n=n_workers: n)
        assert np.array_equal(coassignment(X, centers, fit.labels), once)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_rows_that_are_not_finite_are_refused(kind):
    for odd in (np.nan, np.inf):
        X = np.array([[0.0], [odd]], dtype=kind)
        with pytest.raises(DegenerateError, match="nan or infinity in 1 rows of X"):
            coassignment(X, [[[0.0]]], [0, 0])


def test_coassignment_follows_rows_names_and_scale():
    X, _ = oracles_stats.blobs(600, THREE, 3, spread=4)
    fit = kmeans.fit(X, 3, rng=0)
    centers = bootstrap_jaccard(X, fit, start="fresh", rng=0).centers
    shares = coassignment(X, centers, fit.labels)
    order, names = np.random.default_rng(0).permutation(600), np.array([2, 0, 1])
    moved = coassignment(X[order], centers, fit.labels[order])
    renamed = coassignment(X, centers[:, names], np.argsort(names)[fit.labels])
    scaled = coassignment(8 * X, 8 * centers, fit.labels)
    doubled = coassignment(np.vstack([X, X]), centers, np.tile(fit.labels, 2))
    assert np.array_equal(moved, shares[order])
    assert np.array_equal(renamed, shares)
    assert np.array_equal(scaled, shares)
    assert np.array_equal(doubled, np.tile(shares, 2))


def test_rows_near_a_border_change_their_cluster_more_often():
    X, _ = oracles_stats.blobs(1500, THREE, 4, spread=4)
    fit = kmeans.fit(X, 3, rng=0)
    centers = bootstrap_jaccard(X, fit, n_rows=150, rng=0).centers
    shares = coassignment(X, centers, fit.labels)
    found = kmeans.assign(X, fit.centers)
    margin = found.second_distance - found.distance
    near = margin < np.quantile(margin, 0.1)
    assert shares[near].mean() < 0.9
    assert shares[~near].mean() > 0.99


def test_coassignment_leaves_its_input():
    X, _ = oracles_stats.blobs(60, THREE, 0)
    centers, labels = X[:6].reshape(2, 3, 2).copy(), np.arange(60) % 3
    before = X.copy(), centers.copy(), labels.copy()
    coassignment(X, centers, labels)
    for now, then in zip((X, centers, labels), before, strict=True):
        assert np.array_equal(now, then)
