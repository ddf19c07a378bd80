import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics

import oracles_stats
from learnstrata.exceptions import ParameterError
from learnstrata.stats import kmeans
from learnstrata.stats.stability import (
    _best_jaccard,
    agreement,
    bootstrap_jaccard,
    crosstab,
)

THREE = [[0, 0], [12, 0], [0, 12]]

labels = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)]
    )
)


@given(labels)
def test_agreement_is_that_of_scikit_learn(pair):
    found = agreement(*pair)
    assert found.ari == pytest.approx(metrics.adjusted_rand_score(*pair))
    assert found.nmi == pytest.approx(
        metrics.normalized_mutual_info_score(*pair), abs=1e-9
    )


@given(labels)
def test_agreement_has_no_direction(pair):
    there, back = agreement(*pair), agreement(*pair[::-1])
    assert there.ari == pytest.approx(back.ari)
    assert there.nmi == pytest.approx(back.nmi)


def test_agreement_of_many_rows_does_not_overflow():
    a, b = np.arange(400_000) % 3, np.arange(400_000) % 2
    assert agreement(a, a).ari == 1
    assert agreement(a, b).ari == pytest.approx(0, abs=1e-4)


def test_rows_are_counted_by_pair_of_labels():
    table = crosstab([2, 0, 2, 2], ["b", "a", "a", "b"])
    assert table.tolist() == [[1, 0], [1, 2]]


@given(st.integers(1, 50), st.integers(1, 5), st.integers(0, 99))
def test_jaccard_is_that_of_sets(n, k, seed):
    rng = np.random.default_rng(seed)
    before, after = rng.integers(k, size=(2, n))
    expected = oracles_stats.naive_jaccard(before, after, k)
    assert _best_jaccard(before, after, k) == pytest.approx(expected)


@pytest.mark.parametrize("start", ["fitted", "fresh"])
def test_planted_clusters_are_stable(start):
    X, _ = oracles_stats.blobs(900, THREE, 0)
    planted = bootstrap_jaccard(X, kmeans.fit(X, 3, rng=0), start=start, rng=0)
    assert planted.per_cluster == pytest.approx(np.ones(3))


def test_cuts_of_one_blob_are_unstable_and_only_fresh_starts_show_it():
    blob, _ = oracles_stats.blobs(900, [[0, 0]], 0)
    fit = kmeans.fit(blob, 5, rng=0)
    fresh = bootstrap_jaccard(blob, fit, start="fresh", rng=0)
    assert fresh.lowest == fresh.per_cluster.min() < 0.75
    assert bootstrap_jaccard(blob, fit, start="fitted", rng=0).lowest > 0.85


def test_the_least_stable_cluster_is_the_cut_one():
    X, truth = oracles_stats.blobs(1200, THREE, 1)
    fit = kmeans.fit(X, 4, rng=0)
    found = bootstrap_jaccard(X, fit, start="fresh", rng=0)
    blob = [np.bincount(truth[fit.labels == j]).argmax() for j in range(4)]
    whole = [j for j in range(4) if blob.count(blob[j]) == 1]
    assert found.per_cluster[whole] == pytest.approx(np.ones(2), abs=0.35)
    assert int(found.per_cluster.argmin()) not in whole


def test_fewer_rows_may_be_drawn():
    X, _ = oracles_stats.blobs(3000, THREE, 2)
    found = bootstrap_jaccard(X, kmeans.fit(X, 3, rng=0), n_rows=200, rng=0)
    assert found.lowest > 0.95
    assert found.n_resamples == 20


def test_a_cluster_that_is_never_drawn_counts_nothing():
    X = np.vstack([np.random.default_rng(0).normal(size=(2000, 1)), [[1e3]]])
    fit = kmeans.fit(X, 2, rng=0)
    found = bootstrap_jaccard(X, fit, n_resamples=3, n_rows=5, rng=0)
    assert found.per_cluster[1] == found.lowest == 0


def test_the_same_seed_gives_the_same_bytes_and_leaves_the_input():
    X, _ = oracles_stats.blobs(400, THREE, 3, spread=4)
    before, fit = X.copy(), kmeans.fit(X, 4, rng=0)
    once, again = (bootstrap_jaccard(X, fit, rng=5) for _ in range(2))
    assert once.per_cluster.tobytes() == again.per_cluster.tobytes()
    assert np.array_equal(X, before)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_resamples": 0}, "Got n_resamples=0"),
        ({"n_rows": 0}, "Got n_rows=0"),
        ({"start": "warm"}, "Got start='warm', expected 'fitted' or 'fresh'"),
    ],
)
def test_options_must_make_sense(options, words):
    X = np.arange(20.0).reshape(10, 2)
    with pytest.raises(ParameterError, match=words):
        bootstrap_jaccard(X, kmeans.fit(X, 2, rng=0), rng=0, **options)


def test_a_fit_of_other_rows_is_refused():
    X = np.arange(20.0).reshape(10, 2)
    with pytest.raises(ParameterError, match=r"Got a fit of 9 rows and 2 features"):
        bootstrap_jaccard(X, kmeans.fit(X[:9], 2, rng=0), rng=0)


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ([0, 1], [0], r"shape \(1,\), expected \(2,\)"),
        ([], [], r"shape \(0,\), expected one for each row"),
    ],
)
def test_labelings_of_other_rows_are_refused(a, b, words):
    with pytest.raises(ParameterError, match=words):
        agreement(a, b)
