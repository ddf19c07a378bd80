import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import distances, kmeans
from learnstrata.stats.validity import (
    METRICS,
    calinski_harabasz,
    davies_bouldin,
    inertia,
    silhouette,
    silhouette_simplified,
    silhouette_squared,
)

CHANGES = {
    "names": lambda X, labels, rng: (
        X,
        rng.permutation(labels.max() + 1)[labels] * 7 - 3,
    ),
    "order": lambda X, labels, rng: shuffled(rng.permutation(len(X)), X, labels),
    "shift": lambda X, labels, rng: (X + rng.normal(0, 10, X.shape[1]), labels),
    "rotation": lambda X, labels, rng: (
        X @ np.linalg.qr(rng.normal(size=(X.shape[1],) * 2))[0],
        labels,
    ),
}
VARIANTS = {
    silhouette_squared: oracles_stats.naive_squared_silhouette,
    silhouette_simplified: oracles_stats.naive_simplified_silhouette,
}
COMPARING = [silhouette, *VARIANTS, calinski_harabasz, davies_bouldin]


def shuffled(order, X, labels):
    return X[order], labels[order]


@st.composite
def labelled(draw):
    n, d = draw(st.integers(6, 40)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    k = draw(st.integers(2, 4))
    labels = np.concatenate([np.arange(k), rng.integers(k, size=n - k)])
    return rng.normal(size=(n, d)) + labels[:, None], labels, rng


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
@given(case=labelled())
def test_a_metric_does_not_see_what_it_should_not(metric, change, case):
    X, labels, rng = case
    before = metric(X, labels)
    after = metric(*change(X, labels, rng))
    assert after == pytest.approx(before, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
@given(case=labelled(), factor=st.floats(1e-4, 1e4))
def test_scaling_all_features_scales_a_metric_by_its_power(metric, case, factor):
    X, labels, _ = case
    expected = metric(X, labels) * factor**metric.power
    assert metric(factor * X, labels) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
@given(case=labelled())
def test_doubling_the_table_does_to_a_metric_what_is_written(metric, case):
    X, labels, _ = case
    X, labels = np.vstack([X, X + 1]), np.tile(labels, 2)  # none alone in its cluster
    n, k, smallest = len(X), labels.max() + 1, np.bincount(labels).min()
    before = metric(X, labels)
    after = metric(np.vstack([X, X]), np.tile(labels, 2))
    if metric.doubled == "grows":
        assert 2 * (1 - 1e-9) <= after / before <= (2 * n - k) / (n - k) * (1 + 1e-9)
    else:
        allowed = 1 / (2 * smallest - 1) if metric.doubled == "near" else 0
        assert abs(after - before) <= allowed + 1e-5


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_the_better_labeling_scores_at_the_better_end(metric):
    X, truth = oracles_stats.blobs(300, [[0, 0], [9, 0], [0, 9]], 0)
    right, wrong = metric(X, truth), metric(X, np.arange(300) % 3)
    assert right > wrong if metric.best == "highest" else right < wrong


def test_only_inertia_is_defined_for_one_cluster():
    assert [name for name in METRICS if METRICS[name].one_cluster] == ["inertia"]
    assert inertia([[0.0], [2.0]], [0, 0]) == 2
    assert inertia([[0.0], [2.0]], [0, 1]) == inertia(np.ones((3, 1)), [0, 0, 1]) == 0


def test_doubled_rows_double_the_inertia():
    X = np.random.default_rng(0).normal(size=(30, 2))
    labels = np.arange(30) % 3
    doubled = inertia(np.vstack([X, X]), np.tile(labels, 2))
    assert doubled == pytest.approx(2 * inertia(X, labels))


@given(labelled())
def test_silhouette_is_the_definition(case):
    X, labels, _ = case
    (found,) = silhouette(X, [labels])
    expected = oracles_stats.naive_silhouette(X, labels)
    assert found.values == pytest.approx(expected, abs=2e-5)
    assert found.mean == pytest.approx(found.values.mean())
    assert np.all(np.abs(found.values) <= 1)


def test_rows_that_nearly_touch_keep_their_silhouette_in_a_small_table():
    X = np.array([[0.0], [1e-4], [2e-4], [1.0], [4.0], [4.0001]])
    labels = np.array([0, 1, 0, 1, 1, 0])
    (found,) = silhouette(X, [labels])
    expected = oracles_stats.naive_silhouette(X, labels)
    assert found.values == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("variant", VARIANTS)
@given(labelled())
def test_a_variant_is_its_definition(variant, case):
    X, labels, _ = case
    (found,) = variant(X, [labels])
    assert found.values == pytest.approx(VARIANTS[variant](X, labels), abs=1e-9)
    assert found.mean == pytest.approx(found.values.mean())
    assert np.all(np.abs(found.values) <= 1)


def test_squared_silhouettes_are_those_of_scikit_learn():
    X = oracles_stats.pay_like_matrix(1500, 0)
    labelings = [np.digitize(X[:, 1], np.linspace(-2, 2, k)) for k in (2, 4, 8)]
    found = silhouette_squared(X, labelings)
    for one, labels in zip(found, labelings, strict=True):
        expected = metrics.silhouette_score(X, labels, metric="sqeuclidean")
        assert one.mean == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("variant", VARIANTS)
def test_rows_of_a_variant_are_scored_as_in_the_whole_table(variant):
    X = oracles_stats.pay_like_matrix(9000, 2)  # more than one band
    labels = np.digitize(X[:, 1], [-0.5, 0.5])
    rows = np.random.default_rng(0).permutation(9000)[:500]
    (whole,), (some,) = variant(X, [labels]), variant(X, [labels], rows=rows)
    assert some.values == pytest.approx(whole.values[rows], abs=1e-12)
    assert whole.standard_error == 0
    error = some.values.std(ddof=1) * np.sqrt((1 - 500 / 9000) / 500)
    assert some.standard_error == pytest.approx(error)


def test_after_k_means_no_row_has_a_simplified_silhouette_under_zero():
    X, _ = oracles_stats.blobs(500, [[0, 0], [2, 0]], 0)
    (found,) = silhouette_simplified(X, [kmeans.fit(X, 4, rng=0).labels])
    assert found.values.min() >= 0


@pytest.mark.parametrize("block_rows", [7, 64, None])
@pytest.mark.parametrize("memory", [0, 10**9])
def test_silhouettes_are_those_of_scikit_learn(block_rows, memory, monkeypatch):
    monkeypatch.setattr(distances, "SYMMETRIC_BYTES", memory)
    X = oracles_stats.pay_like_matrix(1500, 0)
    rng = np.random.default_rng(0)
    nested = [np.digitize(X[:, 1], np.linspace(-2, 2, k)) for k in (2, 4, 8)]
    labelings = [*nested, rng.integers(9, size=1500), rng.integers(40, size=1500)]
    for found, labels in zip(
        silhouette(X, labelings, block_rows=block_rows), labelings, strict=True
    ):
        expected = metrics.silhouette_samples(X, labels)
        assert found.values == pytest.approx(expected, abs=2e-5)
        assert found.mean == pytest.approx(expected.mean(), abs=2e-6)
        assert found.standard_error == 0
        means = [expected[labels == label].mean() for label in np.unique(labels)]
        assert found.per_cluster == pytest.approx(means, abs=1e-5)


def test_tight_clusters_far_from_the_centre_keep_their_precision():
    X, labels = oracles_stats.blobs(900, [[1e4, 0], [-1e4, 1e4]], 1, spread=1e-2)
    halves = 2 * labels + (X[:, 0] > np.where(labels, -1e4, 1e4))
    (found,) = silhouette(X, [halves])
    assert found.mean == pytest.approx(metrics.silhouette_score(X, halves), abs=1e-4)


def test_sampled_rows_are_scored_against_all_rows():
    X = oracles_stats.pay_like_matrix(1200, 2)
    labels = np.digitize(X[:, 1], [-0.5, 0.5])
    rows = np.random.default_rng(0).permutation(1200)[:300]
    (found,) = silhouette(X, [labels], rows=rows)
    expected = metrics.silhouette_samples(X, labels)[rows]
    assert found.values == pytest.approx(expected, abs=2e-5)
    assert np.array_equal(found.rows, rows)
    error = expected.std(ddof=1) * np.sqrt((1 - 300 / 1200) / 300)
    assert found.standard_error == pytest.approx(error, rel=1e-4)


def test_the_standard_error_is_the_spread_of_sampled_means():
    X, labels = oracles_stats.blobs(800, [[0, 0], [3, 0], [0, 4]], 3)
    rng = np.random.default_rng(0)
    sampled = [
        silhouette(X, [labels], rows=rng.choice(800, 200, replace=False))[0]
        for _ in range(60)
    ]
    spread = np.std([found.mean for found in sampled])
    assert np.mean([s.standard_error for s in sampled]) == pytest.approx(
        spread, rel=0.3
    )


def test_a_cluster_without_a_scored_row_has_no_mean():
    X = np.arange(6.0)[:, None]
    (found,) = silhouette(X, [[0, 0, 1, 1, 2, 2]], rows=[0, 2])
    assert np.isnan(found.per_cluster).tolist() == [False, False, True]


def test_a_row_alone_scores_zero():
    X = np.array([[0.0], [1.0], [9.0]])
    assert silhouette(X, [[0, 0, 1]])[0].values[2] == 0


@pytest.mark.parametrize("score", [silhouette, *VARIANTS])
def test_equal_rows_in_different_clusters_score_zero(score):
    X = np.array([[0.0]] * 4 + [[9.0]] * 2)
    (found,) = score(X, [[0, 0, 1, 1, 2, 2]])
    assert found.values.tolist() == [0, 0, 0, 0, 1, 1]


def test_silhouettes_have_the_same_bytes_again():
    X = oracles_stats.pay_like_matrix(2000, 4)
    labels = np.digitize(X[:, 1], [-0.5, 0.5])
    once, again = (silhouette(X, [labels])[0].values for _ in range(2))
    assert once.tobytes() == again.tobytes()


@given(labelled())
def test_indices_of_sums_are_those_of_scikit_learn(case):
    X, labels, _ = case
    other = labels % 2
    ch, db = calinski_harabasz(X, [labels, other]), davies_bouldin(X, [labels, other])
    for i, some in enumerate((labels, other)):
        assert ch[i] == pytest.approx(metrics.calinski_harabasz_score(X, some))
        assert db[i] == pytest.approx(metrics.davies_bouldin_score(X, some))


def test_clusters_without_spread_are_infinitely_separated():
    X = np.repeat([[0.0], [5.0]], 3, axis=0)
    labels = np.repeat([0, 1], 3)
    assert calinski_harabasz(X, [labels])[0] == np.inf
    assert davies_bouldin(X, [labels])[0] == 0


def test_clusters_with_one_mean_are_passed_over_as_by_scikit_learn():
    X = np.array([[-1.0], [1.0], [-2.0], [2.0]])
    labels = [0, 0, 1, 1]
    expected = metrics.davies_bouldin_score(X, labels)
    assert davies_bouldin(X, [labels])[0] == pytest.approx(expected)


def test_input_is_left_as_it_was():
    X = np.random.default_rng(0).normal(size=(60, 3))
    labels = np.arange(60) % 4
    before, names = X.copy(), labels.copy()
    for metric in METRICS.values():
        metric(X, labels)
    assert np.array_equal(X, before)
    assert np.array_equal(labels, names)


@pytest.mark.parametrize("score", COMPARING)
def test_identical_rows_are_refused(score):
    with pytest.raises(DegenerateError, match="Got X of 5 identical rows, expected"):
        score(np.full((5, 2), 0.1), [[0, 0, 1, 1, 1]])


@pytest.mark.parametrize("score", COMPARING)
@pytest.mark.parametrize(
    ("labels", "error", "words"),
    [
        ([0] * 5, DegenerateError, "Got 1 clusters of 5 rows, expected 2 to 4"),
        ([0, 1, 2, 3, 4], DegenerateError, "Got 5 clusters of 5 rows"),
        ([0, 1], ParameterError, r"shape \(2,\), expected \(5,\)"),
        (range(6), ParameterError, r"shape \(6,\), expected \(5,\)"),
    ],
)
def test_labels_that_cannot_be_scored_are_refused(score, labels, error, words):
    with pytest.raises(error, match=words):
        score(np.arange(10.0).reshape(5, 2), [labels])


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_gaps_are_refused(metric):
    with pytest.raises(DegenerateError, match="nan or infinity in 1 rows"):
        metric([[0.0], [1.0], [np.inf]], [0, 0, 1])


@pytest.mark.parametrize("score", COMPARING)
def test_no_labeling_is_refused(score):
    with pytest.raises(ParameterError, match="Got no labelings"):
        score(np.eye(3), [])


@pytest.mark.parametrize("score", [silhouette, *VARIANTS])
@pytest.mark.parametrize("rows", [[], [-1], [5], [0.5], [[0]], [True]])
def test_rows_that_are_not_there_are_refused(score, rows):
    with pytest.raises(ParameterError, match="row numbers from 0 to 4"):
        score(np.arange(5.0)[:, None], [[0, 0, 1, 1, 1]], rows=rows)
