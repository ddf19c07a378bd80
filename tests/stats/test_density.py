"""Dense groups beside those of scikit-learn."""

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

from learnstrata.stats.density import _spanned, groups, reaches


@pytest.mark.parametrize("seed", range(6))
def test_scikit_learn_finds_the_same_groups(seed):
    """Edges as long as the reach of one row are ties, which either breaks its way."""
    X = _table(seed)
    theirs = HDBSCAN(min_cluster_size=25, min_samples=8, copy=True).fit(X).labels_
    ours = groups(X, reaches(X, 8), 25)
    assert ours.max() == theirs.max()
    assert adjusted_rand_score(theirs, ours) > 0.99
    assert np.mean((ours == -1) != (theirs == -1)) < 0.01


def test_edges_span_the_rows_at_the_least_length():
    X = _table(0)[:300]
    reach = reaches(X, 5)
    far = np.maximum(cdist(X, X), np.maximum.outer(reach, reach))
    np.fill_diagonal(far, 0)
    least = np.sort(minimum_spanning_tree(far).data)
    np.testing.assert_allclose(np.sort(_spanned(X, reach)[1]), least)


def test_reach_is_the_distance_to_a_neighbour():
    X = np.random.default_rng(0).normal(size=(300, 5)).repeat(2, axis=0)
    far, _ = NearestNeighbors(n_neighbors=7).fit(X).kneighbors(X)
    np.testing.assert_allclose(reaches(X, 7), far[:, -1], atol=1e-12)
    assert not reaches(X, 2).any()


def _table(seed):
    rng = np.random.default_rng(seed)
    means = rng.normal(0, 4, (5, 4))
    noise = rng.normal(0, rng.uniform(0.3, 1.5), (900, 4))
    return means[rng.integers(5, size=900)] + noise
