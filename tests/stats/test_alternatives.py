"""Other ways to cut the same rows."""

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import alternatives as other
from learnstrata.stats import mixtures

PLANTED = np.repeat([0, 1, 2], [300, 200, 100])


@pytest.fixture(scope="module")
def blobs():
    centers = np.array([[0.0, 0, 0], [12, 0, 3], [0, 12, -3]])
    rng = np.random.default_rng(4)
    return centers[PLANTED] + rng.normal(size=(len(PLANTED), 3))


def latent(X, k, rng):
    return mixtures.latent_class(X, np.empty((len(X), 0), int), k, rng=rng).labels


CUTS = {
    "gaussian mixture": lambda X, k, rng: (
        mixtures.gaussian_mixture(X, k, rng=rng).labels
    ),
    "ward": lambda X, k, rng: other.ward_over_micro(X, k, rng=rng),
    "hdbscan": lambda X, _k, _rng: other.hdbscan(X, min_cluster_size=50),
    "latent class": latent,
}


@pytest.fixture(params=CUTS)
def cut(request):
    return CUTS[request.param]


def test_planted_groups_are_found(cut, blobs):
    assert adjusted_rand_score(cut(blobs, 3, 1), PLANTED) >= 0.9


def test_the_same_seed_cuts_alike_and_changes_nothing(cut, blobs):
    before = blobs.copy()
    assert np.array_equal(cut(blobs, 3, 7), cut(blobs, 3, 7))
    assert np.array_equal(blobs, before)


def test_every_row_gets_a_label(cut, blobs):
    labels = cut(blobs, 3, 1)
    assert labels.shape == (len(blobs),)
    assert labels.dtype == np.int32
    assert labels.min() >= -1


def test_ward_over_micro_clusters_of_one_row_is_ward(blobs):
    X = np.random.default_rng(0).normal(size=(60, 2))
    many = np.repeat(X, 5, axis=0)
    found = other.ward_over_micro(many, 6, n_micro=60, rng=1)
    ward = AgglomerativeClustering(6).fit_predict(many)
    assert adjusted_rand_score(found, ward) == pytest.approx(1.0)
    assert adjusted_rand_score(
        other.ward_over_micro(blobs, 3, n_micro=20, rng=1), PLANTED
    ) == pytest.approx(1.0)


def test_ward_of_fewer_micro_clusters_than_clusters_still_gives_the_clusters(blobs):
    assert other.ward_over_micro(blobs, 7, n_micro=2, rng=1).max() == 6
    assert other.ward_over_micro([[1.0]] * 20, 1, rng=1).tolist() == [0] * 20


def test_rows_without_a_dense_group_are_in_none():
    X = np.random.default_rng(0).uniform(size=(40, 3))
    assert set(other.hdbscan(X, min_cluster_size=30)) == {-1}
    assert set(other.hdbscan(X, min_cluster_size=99)) == {-1}


@pytest.mark.parametrize("name", ["gaussian mixture", "ward"])
def test_too_few_distinct_rows_are_refused(name):
    with pytest.raises(DegenerateError, match="2 distinct rows, expected 3 or more"):
        CUTS[name](np.repeat([[0.0], [1.0]], 9, axis=0), 3, 0)
    with pytest.raises(ParameterError, match="Got n_clusters=0, expected 1 or more"):
        CUTS[name]([[0.0], [1.0]], 0, 0)


def test_bad_settings_are_refused(blobs):
    with pytest.raises(ParameterError, match="explained=0, expected a share over 0"):
        mixtures.gaussian_mixture(blobs, 3, explained=0, rng=0)
    with pytest.raises(ParameterError, match="min_cluster_size=1, expected 2 or more"):
        other.hdbscan(blobs, min_cluster_size=1)
    with pytest.raises(ParameterError, match="Got min_samples=0, expected 1 or more"):
        other.hdbscan(blobs, min_cluster_size=5, min_samples=0)
