import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import kmeans, threads
from learnstrata.stats.refits import overlap
from learnstrata.stats.stability import (
    agreement,
    best_jaccard,
    bootstrap_cuts,
    bootstrap_jaccard,
    crosstab,
    flows,
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
    found = best_jaccard(overlap(before, after, k))
    assert found == pytest.approx(expected)


@given(st.integers(1, 50), st.integers(1, 4), st.integers(0, 99))
def test_cuts_of_resamples_are_compared_as_sets_and_noise_is_no_cluster(n, k, seed):
    rng = np.random.default_rng(seed)
    labels, again = rng.integers(-1, k, size=(2, n))
    labels[0] = k - 1
    drawn = []
    found = bootstrap_cuts(
        labels, lambda rows, _: drawn.append(rows) or again[rows], rng=seed
    )
    assert all(len(np.unique(rows)) == len(rows) <= n for rows in drawn)
    expected = [oracles_stats.naive_jaccard(labels[r], again[r], k) for r in drawn]
    assert found == pytest.approx(np.mean(expected, axis=0))


def test_a_cut_without_a_cluster_is_refused():
    with pytest.raises(ParameterError, match="Got labels without a cluster, expected"):
        bootstrap_cuts([-1, -1], lambda rows, _: rows, rng=0)


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


def test_a_result_says_how_it_was_made():
    X, _ = oracles_stats.blobs(300, THREE, 2)
    fit = kmeans.fit(X, 3, rng=0)
    found = bootstrap_jaccard(X, fit, n_resamples=4, n_rows=90, start="fresh", rng=0)
    assert (found.start, found.n_rows, found.n_resamples) == ("fresh", 90, 4)
    assert bootstrap_jaccard(X, fit, n_resamples=1, rng=0).start == "fitted"


def test_planted_clusters_are_recovered_and_a_cluster_seldom_drawn_dissolves():
    X = np.vstack([oracles_stats.blobs(600, THREE[:2], 0)[0], [[900.0, 900.0]]])
    fit = kmeans.fit(X, 3, rng=0)
    found = bootstrap_jaccard(X, fit, n_resamples=100, rng=0)
    assert found.recovered[:2].tolist() == [1, 1]
    assert found.dissolved[:2].tolist() == [0, 0]
    # a row is left out of a resample with chance 1/e, and is its own cluster otherwise
    assert found.dissolved[2] == pytest.approx(np.exp(-1), abs=0.15)
    assert found.recovered[2] == pytest.approx(1 - found.dissolved[2])
    assert found.per_cluster[2] == pytest.approx(found.recovered[2])


@pytest.mark.parametrize("start", ["fitted", "fresh"])
def test_centers_of_refits_stand_in_the_order_of_the_fit(start):
    X, _ = oracles_stats.blobs(900, THREE, 0)
    fit = kmeans.fit(X, 3, rng=0)
    found = bootstrap_jaccard(X, fit, n_resamples=6, start=start, rng=0)
    assert found.centers.shape == (6, 3, 2)
    assert np.abs(found.centers - fit.centers).max() < 0.5


def test_names_of_the_fitted_clusters_do_not_matter():
    X, _ = oracles_stats.blobs(500, THREE, 3, spread=4)
    fit = kmeans.fit(X, 3, rng=0)
    order = np.array([2, 0, 1])
    renamed = kmeans.KMeansFit(
        fit.centers[order], np.argsort(order)[fit.labels], fit.inertia, fit.n_iter
    )
    found, other = (
        bootstrap_jaccard(X, f, start="fresh", rng=1) for f in (fit, renamed)
    )
    assert other.per_cluster == pytest.approx(found.per_cluster[order])
    assert other.centers == pytest.approx(found.centers[:, order])


@pytest.mark.parametrize("start", ["fitted", "fresh"])
def test_scale_does_not_matter_to_jaccard(start):
    X, _ = oracles_stats.blobs(500, THREE, 3, spread=4)
    fit = kmeans.fit(X, 3, rng=0)
    larger = kmeans.KMeansFit(8 * fit.centers, fit.labels, 64 * fit.inertia, fit.n_iter)
    found = bootstrap_jaccard(X, fit, start=start, rng=1)
    scaled = bootstrap_jaccard(8 * X, larger, start=start, rng=1)
    assert scaled.per_cluster == pytest.approx(found.per_cluster)


@pytest.mark.parametrize("start", ["fitted", "fresh"])
def test_the_number_of_workers_does_not_matter(start, monkeypatch):
    X, _ = oracles_stats.blobs(700, THREE, 3, spread=4)
    fit = kmeans.fit(X, 4, rng=0)
    results = []
    for n_workers in (1, 3):
        monkeypatch.setattr(threads.os, "cpu_count", lambda n=n_workers: n)
        found = bootstrap_jaccard(X, fit, start=start, rng=5)
        results.append(found.centers.tobytes())
    assert results[0] == results[1]


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
    with pytest.raises(ParameterError, match=words):
        flows({2: a, 3: b})


def made_fit(X, labels):
    labels = np.asarray(labels, dtype=np.int32)
    centers = np.array([X[labels == j].mean(axis=0) for j in range(labels.max() + 1)])
    return kmeans.KMeansFit(centers, labels, 0.0, 1)


@pytest.mark.parametrize(
    ("X", "labels", "words"),
    [
        (np.eye(4), [0, 0, 0, 0], "Got 1 clusters of 4 rows, expected 2 to 3"),
        (np.eye(4), [0, 1, 2, 3], "Got 4 clusters of 4 rows, expected 2 to 3"),
        (np.ones((4, 2)), [0, 0, 1, 1], "Got X of 4 identical rows, expected rows"),
    ],
)
def test_what_is_always_found_again_is_refused(X, labels, words):
    fit = made_fit(X, labels)
    with pytest.raises(DegenerateError, match=words):
        bootstrap_jaccard(X, fit, rng=0)


def test_fewer_rows_drawn_than_clusters_are_refused():
    X = np.arange(20.0).reshape(10, 2)
    with pytest.raises(ParameterError, match="Got n_rows=3, expected 4 or more"):
        bootstrap_jaccard(X, kmeans.fit(X, 4, rng=0), n_rows=3, rng=0)


@given(labels)
def test_flows_are_counted_as_sets(pair):
    a, b = (np.array(some) for some in pair)
    found = flows({4: b, 3: a})
    expected = {
        (s, t): len(set(np.flatnonzero(a == s)) & set(np.flatnonzero(b == t)))
        for s in set(pair[0])
        for t in set(pair[1])
    }
    assert {(f.source, f.target): f.count for f in found} == {
        key: count for key, count in expected.items() if count
    }
    for flow in found:
        assert flow.k == 3
        assert flow.share_of_source == flow.count / np.sum(a == flow.source)
        assert flow.share_of_target == flow.count / np.sum(b == flow.target)


def test_flows_lead_from_each_k_to_the_next_and_keep_every_row():
    X, _ = oracles_stats.blobs(400, THREE, 0, spread=5)
    fits = kmeans.sweep(X, [5, 2, 3], rng=0)
    found = flows({k: fit.labels for k, fit in fits.items()})
    assert [k for k in (2, 3, 5) if any(f.k == k for f in found)] == [2, 3]
    for k in (2, 3):
        assert sum(f.count for f in found if f.k == k) == 400
    shares = {(f.k, f.source): 0.0 for f in found}
    for flow in found:
        shares[flow.k, flow.source] += flow.share_of_source
    assert list(shares.values()) == pytest.approx([1.0] * 5)


def test_one_labeling_flows_nowhere():
    with pytest.raises(ParameterError, match="Got 1 labelings, expected 2 or more"):
        flows({2: [0, 1]})
