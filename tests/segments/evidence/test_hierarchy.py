"""Ward's hierarchy beside k-means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from learnstrata.config.stages import Hierarchy
from learnstrata.segments.evidence.hierarchy import LEAVES, grow_tree
from learnstrata.stats import kmeans


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(3)
    centers = rng.normal(scale=9, size=(3, 2))
    return (centers[rng.integers(0, 3, 600)] + rng.normal(size=(600, 2))).astype("f4")


def test_agreement_equals_that_of_scikit_learns_ward(blobs):
    fit = kmeans.fit(blobs, 3, rng=1)
    found = grow_tree(blobs, fit, Hierarchy(sample=600, micro_clusters=60), rng=1)
    ward = AgglomerativeClustering(3).fit_predict(blobs)
    assert found.n_rows == 600
    assert found.ari_with_kmeans == pytest.approx(adjusted_rand_score(ward, fit.labels))
    assert found.ari_all >= 0.95
    assert 3 <= found.n_micro <= 60


def test_the_drawn_leaves_hold_every_learner(small_run):
    tree = small_run.clusters.tree
    branches = tree.branches
    assert len(branches.leaf_sizes) == len(branches.leaf_segments) <= LEAVES
    assert sum(branches.leaf_sizes) == len(small_run.meaning.learners)
    assert set(branches.leaf_segments) <= {p.id for p in small_run.meaning.profiles}
    assert len(branches.x) == len(branches.y) == len(branches.leaf_sizes) - 1
    assert all(len(x) == 4 for x in branches.x)


def test_the_same_seed_grows_the_same_tree(blobs):
    fit = kmeans.fit(blobs, 3, rng=1)
    config = Hierarchy(sample=200, micro_clusters=30)
    assert grow_tree(blobs, fit, config, rng=4) == grow_tree(blobs, fit, config, rng=4)


def test_few_distinct_rows_still_make_a_tree():
    X = np.repeat(np.eye(4, dtype=np.float32), 10, axis=0)
    fit = kmeans.fit(X, 3, rng=1)
    found = grow_tree(X, fit, Hierarchy(), rng=1)
    assert found.n_micro == 4
    assert sum(found.branches.leaf_sizes) == 40


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=5, max_size=90
    ).filter(lambda rows: len(set(rows)) > 3)
)
def test_rows_that_are_equally_near_make_a_tree_that_can_be_drawn(rows):
    X = np.array(rows, dtype=np.float32)
    fit = kmeans.fit(X, 3, rng=1)
    tree = grow_tree(X, fit, Hierarchy(micro_clusters=60), rng=1)
    branches = tree.branches
    assert tree.n_micro == len(set(rows))
    assert len(branches.leaf_sizes) == min(LEAVES, tree.n_micro)
    assert sum(branches.leaf_sizes) == len(rows)
    assert set(branches.leaf_segments) <= {1, 2, 3}


def test_dust_between_rows_makes_no_leaves():
    rng = np.random.default_rng(0)
    X = np.repeat(np.eye(5, dtype=np.float64), 20, axis=0)
    dusty = (X + 1e-12 * rng.normal(size=X.shape)).astype(np.float32)
    fit = kmeans.fit(dusty, 3, rng=1)
    found = grow_tree(dusty, fit, Hierarchy(micro_clusters=40), rng=1)
    assert 2 <= found.n_micro <= 40
    assert sum(found.branches.leaf_sizes) == 100


def test_a_sample_of_fewer_rows_than_segments_is_cut_into_single_ones(blobs):
    fit = kmeans.fit(blobs, 3, rng=1)
    found = grow_tree(blobs, fit, Hierarchy(sample=2, micro_clusters=2), rng=1)
    assert found.n_rows == found.n_micro == 2
