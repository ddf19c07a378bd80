import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, pairwise_distances
from threadpoolctl import threadpool_limits

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.kmeans import (
    assign,
    fit,
    nearest,
    polish,
    quantised,
    settle,
    sketch,
    sweep,
)

PLANTED = [[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9], [9, 9, 9]]

matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(8, 40), st.integers(1, 3)),
    elements=st.integers(-400, 400).map(lambda value: value / 4),
).filter(lambda X: len(np.unique(X, axis=0)) >= 6)


def reference(X, k):
    with threadpool_limits(1):
        return KMeans(n_clusters=k, random_state=42, n_init=20).fit(X)


@pytest.mark.parametrize("seed", [0, 2])
def test_no_k_of_a_sweep_is_worse_than_twenty_starts(seed):
    X = oracles_stats.pay_like_matrix(3000, seed)
    fits = sweep(X, range(2, 11), rng=seed)
    for k, found in fits.items():
        assert found.inertia <= 1.0005 * reference(X, k).inertia_
        assert found.inertia == pytest.approx(
            np.square(X - found.centers[found.labels]).sum()
        )


def test_a_sweep_over_a_coreset_is_as_good():
    X = oracles_stats.pay_like_matrix(22_000, 3)
    for k, found in sweep(X, [3, 6], rng=0).items():
        assert found.inertia <= 1.0005 * reference(X, k).inertia_


def test_more_clusters_never_have_more_inertia():
    X = oracles_stats.pay_like_matrix(2000, 2)
    inertias = [found.inertia for found in sweep(X, range(1, 12), rng=0).values()]
    assert np.all(np.diff(inertias) < 0)


def test_a_sweep_takes_scattered_k_in_any_order():
    X, _ = oracles_stats.blobs(300, PLANTED, 0)
    assert list(sweep(X, [7, 1, 3, 3], rng=0)) == [1, 3, 7]


@pytest.mark.parametrize("n", [400, 25_000])
def test_planted_clusters_are_found(n):
    X, truth = oracles_stats.blobs(n, PLANTED, 4)
    assert adjusted_rand_score(truth, fit(X, 5, rng=0).labels) > 0.99
    assert adjusted_rand_score(truth, sweep(X, [4, 5, 6], rng=0)[5].labels) > 0.99


def test_a_fit_is_no_worse_than_its_warm_start():
    X = oracles_stats.pay_like_matrix(5000, 5)
    warm = reference(X, 7).cluster_centers_
    found = fit(X, 7, n_starts=1, rng=0, warm=[warm])
    assert found.inertia <= polish(X, warm).inertia * (1 + 1e-6)


@settings(max_examples=25)
@given(matrices, st.integers(1, 6), st.integers(0, 99))
def test_labels_are_the_assignment_and_centres_the_means(X, k, seed):
    found = fit(X, k, n_starts=2, rng=seed)
    assert np.array_equal(assign(X, found.centers).labels, found.labels)
    assert set(found.labels.tolist()) == set(range(k))
    for j in range(k):
        assert found.centers[j] == pytest.approx(X[found.labels == j].mean(axis=0))


@settings(max_examples=25)
@given(matrices, st.integers(1, 6), st.sampled_from([1e-3, 1e6]), st.floats(-1e3, 1e3))
def test_scale_and_place_do_not_matter_to_a_polish(X, k, scale, shift):
    start = np.unique(X, axis=0)[:k]
    here, there = polish(X, start), polish(scale * X + shift, scale * start + shift)
    assert there.inertia == pytest.approx(
        scale**2 * here.inertia, rel=1e-3, abs=1e-6 * scale**2
    )


def test_clusters_are_numbered_by_size():
    X, _ = oracles_stats.blobs(900, PLANTED, 6)
    sizes = np.bincount(fit(X, 5, rng=1).labels)
    assert np.array_equal(sizes, np.sort(sizes)[::-1])


def test_clusters_of_one_size_are_numbered_by_their_centres():
    X = np.array([[5.0, 1.0], [5.0, 1.2], [0.0, 9.0], [0.0, 9.2], [5.0, 0.0], [5, 0.2]])
    found = polish(X, X[[0, 2, 4]])
    assert found.centers == pytest.approx(np.array([[0, 9.1], [5, 0.1], [5, 1.1]]))


def test_the_same_seed_gives_the_same_bytes():
    X = oracles_stats.pay_like_matrix(3000, 7)
    once, again = (sweep(X, [2, 5], rng=3) for _ in range(2))
    assert all(
        once[k].centers.tobytes() == again[k].centers.tobytes()
        and once[k].labels.tobytes() == again[k].labels.tobytes()
        for k in once
    )


def test_input_is_left_as_it_was():
    X = oracles_stats.pay_like_matrix(500, 8)
    before, centers = X.copy(), X[:3].copy()
    sweep(X, [2, 3], rng=0)
    polish(X, centers)
    assert np.array_equal(X, before)
    assert np.array_equal(centers, before[:3])


def test_a_centre_without_rows_moves_to_the_farthest_row():
    X = np.array([[0.0], [1.0], [2.0], [50.0]])
    found = polish(X, [[1.0], [900.0], [-900.0]])
    assert np.bincount(found.labels).tolist() == [2, 1, 1]


def test_a_polish_stops_where_it_is_told():
    X = oracles_stats.pay_like_matrix(3000, 9)
    assert polish(X, X[:6], max_iter=2).n_iter == 2
    assert polish(X, X[:6], max_iter=1).inertia > polish(X, X[:6]).inertia


@pytest.mark.parametrize("k", [1, 2, 300])
def test_assignment_agrees_with_all_distances(k):
    rng = np.random.default_rng(k)
    X, centers = rng.normal(size=(3000, 4)), rng.normal(size=(k, 4))
    found = assign(X, centers)
    order = np.argsort(pairwise_distances(X, centers), axis=1)
    nearest = np.sort(pairwise_distances(X, centers), axis=1)
    assert np.array_equal(found.labels, order[:, 0])
    assert found.distance == pytest.approx(nearest[:, 0])
    if k > 1:
        assert np.array_equal(found.second_labels, order[:, 1])
        assert found.second_distance == pytest.approx(nearest[:, 1])
    else:
        assert set(found.second_labels.tolist()) == {-1}
        assert np.isinf(found.second_distance).all()


@pytest.mark.parametrize(
    ("X", "k", "words"),
    [
        (np.ones((9, 2)), 2, "1 distinct rows, expected 2 or more"),
        (np.eye(3)[np.arange(30) % 3], 4, "3 distinct rows, expected 4 or more"),
        (np.eye(3), 4, "Got X with 3 rows, expected 4 or more"),
        (np.array([[0.0], [np.nan]]), 1, "nan or infinity in 1 rows"),
    ],
)
def test_too_few_rows_and_gaps_are_refused(X, k, words):
    for give in (lambda: fit(X, k, rng=0), lambda: sweep(X, [k], rng=0)):
        with pytest.raises(DegenerateError, match=words):
            give()


@pytest.mark.parametrize(
    ("give", "words"),
    [
        (lambda X: fit(X, 0, rng=0), "Got n_clusters=0"),
        (lambda X: fit(X, 2, n_starts=0, rng=0), "Got n_starts=0"),
        (lambda X: sweep(X, [], rng=0), "Got no k_values"),
        (lambda X: sweep(X, [0, 2], rng=0), "Got k_values=0"),
        (lambda X: polish(X, X[:2], max_iter=0), "Got max_iter=0"),
        (lambda X: polish(X, [[1.0]]), r"centers of shape \(1, 1\)"),
        (lambda X: assign(X, [[np.nan, 0.0]]), "expected finite numbers of shape"),
        (lambda X: fit(X, 2, rng=0, warm=[X[:3]]), r"shape \(3, 2\).* \(2, 2\)"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(give, words):
    with pytest.raises(ParameterError, match=words):
        give(np.arange(20.0).reshape(10, 2))


@pytest.mark.parametrize("k", [2, 4, 6])
def test_a_sketch_of_an_even_table_is_nearly_as_good_as_twenty_starts(k):
    X = np.random.default_rng(k).random((2000, 3))
    assert sketch(X, [k], rng=0)[k].inertia <= 1.01 * reference(X, k).inertia_


def test_a_sketch_finds_planted_clusters():
    X, truth = oracles_stats.blobs(2000, PLANTED, 5)
    assert adjusted_rand_score(truth, sketch(X, [5], rng=0)[5].labels) > 0.99


def test_labels_and_inertia_of_a_sketch_are_those_of_its_centres():
    X = oracles_stats.pay_like_matrix(2000, 6)
    X[0, 0] = 1e5
    for k, found in sketch(X, [6, 1, 3, 3], rng=0).items():
        gaps = pairwise_distances(X, found.centers)
        assert found.centers.shape == (k, X.shape[1])
        assert np.array_equal(found.labels, gaps.argmin(axis=1))
        assert found.inertia == pytest.approx(np.square(gaps.min(axis=1)).sum())
        assert np.all(np.diff(np.bincount(found.labels, minlength=k)) <= 0)


def test_a_sketch_gives_rising_k_and_the_same_bytes_for_a_seed():
    X = oracles_stats.pay_like_matrix(1000, 7)
    before = X.copy()
    once, again = (sketch(X, [5, 2], n_starts=2, rng=3) for _ in range(2))
    assert list(once) == [2, 5]
    assert all(
        once[k].centers.tobytes() == again[k].centers.tobytes()
        and once[k].labels.tobytes() == again[k].labels.tobytes()
        for k in once
    )
    assert np.array_equal(X, before)


def test_a_sketch_of_as_many_clusters_as_distinct_rows_has_no_inertia():
    X = np.array([[0.1, 7.0], [3.3, 2.0], [9.7, 1.3]])[np.arange(300) % 3]
    found = sketch(X, [3], rng=0)[3]
    assert found.inertia == pytest.approx(0, abs=1e-20)
    assert np.bincount(found.labels).tolist() == [100, 100, 100]


@pytest.mark.parametrize(
    ("give", "error", "words"),
    [
        (lambda: sketch(np.eye(3), [], rng=0), ParameterError, "Got no k_values"),
        (lambda: sketch(np.eye(3), [0], rng=0), ParameterError, "Got k_values=0"),
        (
            lambda: sketch(np.eye(3), [1], n_starts=0, rng=0),
            ParameterError,
            "Got n_starts=0",
        ),
        (lambda: sketch(np.eye(3), [4], rng=0), DegenerateError, "3 rows, expected 4"),
        (
            lambda: sketch(np.ones((9, 2)), [2], rng=0),
            DegenerateError,
            "1 distinct rows, expected 2 or more",
        ),
        (lambda: sketch([[np.nan]], [1], rng=0), DegenerateError, "nan or infinity"),
    ],
)
def test_sketches_that_cannot_be_are_refused(give, error, words):
    with pytest.raises(error, match=words):
        give()


few_kinds = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 60), st.integers(1, 3)),
    elements=st.integers(0, 4).map(float),
)


@given(few_kinds, st.integers(1, 12))
def test_centres_that_stand_for_all_rows_each_have_one(X, n_centers):
    centers = quantised(X, n_centers, rng=0)
    assert 1 <= len(centers) <= n_centers
    assert set(nearest(X, centers).tolist()) == set(range(len(centers)))
    if n_centers >= len(np.unique(X, axis=0)):
        assert np.array_equal(centers, np.unique(X, axis=0))


def test_settled_centres_are_those_of_lloyd_over_all_rows():
    X = oracles_stats.pay_like_matrix(30_000, 4)
    begun = fit(X[::20], 5, rng=0).centers
    found, slow = settle(X, begun, tolerance=0, max_iter=300), polish(X, begun)
    assert found.inertia == pytest.approx(slow.inertia, rel=1e-9)
    assert found.centers == pytest.approx(slow.centers, abs=1e-9)
    assert np.array_equal(found.labels, slow.labels)
    assert np.array_equal(found.labels, assign(X, found.centers).labels)


def test_settling_ends_where_a_pass_hardly_gains():
    X = oracles_stats.pay_like_matrix(30_000, 5)
    begun = fit(X[::20], 5, rng=0).centers
    found, most = settle(X, begun), settle(X, begun, max_iter=3)
    assert most.n_iter == 3 < found.n_iter < 15
    whole = polish(X, begun)
    assert whole.inertia <= found.inertia <= (1 + 2e-5) * whole.inertia


def test_single_precision_settles_as_the_same_numbers_in_double():
    X = oracles_stats.pay_like_matrix(4_000, 6).astype(np.float32)
    before, begun = X.copy(), fit(X, 4, rng=0).centers
    single, double = settle(X, begun), settle(X.astype(np.float64), begun)
    assert np.array_equal(single.centers, double.centers)
    assert single.inertia == double.inertia
    assert np.array_equal(X, before)


def test_a_centre_without_rows_stays_where_it_is():
    found = settle([[0.0], [1.0], [2.0]], [[1.0], [50.0]])
    assert found.centers.tolist() == [[1.0], [50.0]]


@pytest.mark.parametrize(
    ("X", "centers", "error", "words"),
    [
        ([[np.inf]], [[1.0]], DegenerateError, "nan or infinity in 1 rows"),
        ([[1.0]], [[1.0, 2.0]], ParameterError, "Got centers of shape"),
    ],
)
def test_what_cannot_settle_is_refused(X, centers, error, words):
    with pytest.raises(error, match=words):
        settle(X, centers)
    with pytest.raises(ParameterError, match="Got max_iter=0"):
        settle([[1.0]], [[1.0]], max_iter=0)
