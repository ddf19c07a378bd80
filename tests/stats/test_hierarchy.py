import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy.cluster.hierarchy import dendrogram, is_valid_linkage, linkage
from sklearn.metrics import adjusted_rand_score

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.hierarchy import branches, cut, ward, ward_weighted

matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 25), st.integers(1, 3)),
    elements=st.floats(-100, 100, width=32),
)


@pytest.fixture(name="X")
def matrix():
    return np.random.default_rng(0).normal(size=(120, 4))


def test_ward_is_scipys(X):
    assert ward(X) == pytest.approx(linkage(X, "ward"))


def test_unit_weights_give_scipys_linkage(X):
    assert ward_weighted(X, np.ones(len(X))) == pytest.approx(linkage(X, "ward"))


@given(matrices, st.integers(0, 99))
def test_heights_are_those_of_looking_at_every_pair(X, seed):
    sizes = np.random.default_rng(seed).integers(1, 9, len(X))
    found = ward_weighted(X, sizes)
    assert is_valid_linkage(found)
    assert np.all(np.diff(found[:, 2]) >= 0)
    total = np.square(found[:, 2]).sum() / 2
    spread = sizes @ np.square(X - np.average(X, axis=0, weights=sizes)).sum(axis=1)
    assert total == pytest.approx(spread, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_weighted_heights_agree_with_the_slow_search(seed):
    rng = np.random.default_rng(seed)
    X, sizes = rng.normal(size=(20, 3)), rng.integers(1, 9, 20)
    heights = np.sort(oracles_stats.naive_ward(X, sizes))
    assert ward_weighted(X, sizes)[:, 2] == pytest.approx(heights)


def test_replicated_rows_are_weighted_rows(X):
    times = np.random.default_rng(1).integers(1, 6, len(X))
    replicated = ward(np.repeat(X, times, axis=0))[:, 2]
    weighted = ward_weighted(X, times)
    assert replicated[replicated > 1e-9] == pytest.approx(weighted[:, 2])
    rows = np.repeat(np.arange(len(X)), times)
    whole = cut(ward(np.repeat(X, times, axis=0)), 6)
    assert adjusted_rand_score(cut(weighted, 6)[rows], whole) == 1


def test_scipy_draws_and_cuts_a_weighted_hierarchy(X):
    found = ward_weighted(X, np.arange(1, len(X) + 1))
    drawn = dendrogram(found, truncate_mode="lastp", p=9, no_plot=True)
    assert len(drawn["leaves"]) == 9
    assert found[-1, 3] == len(X)
    assert len(set(cut(found, 9).tolist())) == 9


def test_planted_clusters_are_cut_out():
    X, truth = oracles_stats.blobs(400, [[0, 0], [9, 0], [0, 9]], 2)
    assert adjusted_rand_score(truth, cut(ward(X), 3)) > 0.99
    assert adjusted_rand_score(truth, cut(ward_weighted(X, np.ones(400)), 3)) > 0.99


def test_cuts_are_nested_and_numbered_from_zero(X):
    tree = ward(X)
    assert set(cut(tree, 1).tolist()) == {0}
    coarse, fine = cut(tree, 4), cut(tree, 9)
    assert coarse.dtype == np.int32
    assert set(fine.tolist()) == set(range(9))
    assert all(len(set(coarse[fine == j].tolist())) == 1 for j in range(9))


def test_input_is_left_as_it_was(X):
    before, weights = X.copy(), np.arange(1.0, len(X) + 1)
    ward(X)
    ward_weighted(X, weights)
    assert np.array_equal(X, before)
    assert np.array_equal(weights, np.arange(1.0, len(X) + 1))


@pytest.mark.parametrize("give", [ward, lambda X: ward_weighted(X, np.ones(len(X)))])
def test_one_row_has_no_hierarchy(give):
    with pytest.raises(DegenerateError, match=r"shape \(1, 2\), expected 2 or more"):
        give(np.ones((1, 2)))


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, np.nan], [1.0, -1.0]])
def test_weights_must_be_positive_and_one_each(weights):
    with pytest.raises(ParameterError, match="expected 2 positive numbers"):
        ward_weighted([[0.0], [1.0]], weights)


@pytest.mark.parametrize("n_clusters", [0, 4])
def test_a_cut_has_no_more_clusters_than_leaves(n_clusters):
    with pytest.raises(
        ParameterError, match=f"Got n_clusters={n_clusters}, expected 1 to 3"
    ):
        cut(ward([[0.0], [1.0], [5.0]]), n_clusters)


def test_what_is_no_linkage_is_not_cut():
    with pytest.raises(DegenerateError, match=r"linkage of shape \(3, 2\)"):
        cut(np.ones((3, 2)), 2)


whole_rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=40
)


def naive_cut(linkage, n_clusters):
    """Undo the last merges: clusters as sets of leaves."""
    n_leaves = len(linkage) + 1
    sets = {leaf: {leaf} for leaf in range(n_leaves)}
    for row, (a, b, *_) in enumerate(linkage[: n_leaves - n_clusters]):
        sets[n_leaves + row] = sets.pop(int(a)) | sets.pop(int(b))
    return sets


@given(whole_rows, st.integers(1, 24))
def test_a_cut_undoes_the_last_merges_however_high_they_are(rows, n_clusters):
    linkage = ward(np.array(rows, dtype=float))
    n_clusters = min(n_clusters, len(rows))
    sets = naive_cut(linkage, n_clusters)
    labels, nodes = cut(linkage, n_clusters), branches(linkage, n_clusters)
    assert len(set(labels.tolist())) == n_clusters
    for node, leaves in sets.items():
        assert set(np.flatnonzero(nodes == node).tolist()) == leaves
        assert len(set(labels[list(leaves)].tolist())) == 1
    assert labels[0] == 0
    assert (np.diff(np.maximum.accumulate(labels)) <= 1).all()


@given(whole_rows, st.integers(2, 24))
def test_the_branches_are_the_leaves_that_scipy_draws(rows, n_leaves):
    linkage = ward(np.array(rows, dtype=float))
    n_leaves = min(n_leaves, len(rows))
    drawn = dendrogram(linkage, truncate_mode="lastp", p=n_leaves, no_plot=True)
    assert set(drawn["leaves"]) == set(branches(linkage, n_leaves).tolist())
