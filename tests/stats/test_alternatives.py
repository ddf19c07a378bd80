"""Other ways to cut the same rows."""

import sys
import warnings

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import alternatives as other

PLANTED = np.repeat([0, 1, 2], [300, 200, 100])


@pytest.fixture(scope="module")
def blobs():
    centers = np.array([[0.0, 0, 0], [12, 0, 3], [0, 12, -3]])
    rng = np.random.default_rng(4)
    return centers[PLANTED] + rng.normal(size=(len(PLANTED), 3))


def latent(X, k, rng):
    pytest.importorskip("stepmix", reason="stepmix is not installed")
    return other.latent_class(X, np.empty((len(X), 0), int), k, rng=rng).labels


CUTS = {
    "gaussian mixture": lambda X, k, rng: other.gaussian_mixture(X, k, rng=rng).labels,
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


def test_the_mixture_looks_only_at_components_that_hold_enough(blobs):
    flat = np.column_stack([blobs, 1e-3 * blobs[:, ::-1] ** 2])
    assert other.gaussian_mixture(flat, 3, rng=0).n_columns == 2
    assert other.gaussian_mixture(blobs, 3, explained=1.0, rng=0).n_columns == 3


def test_a_mixture_that_does_not_converge_says_so_and_does_not_warn(blobs, monkeypatch):
    assert other.gaussian_mixture(blobs, 3, rng=0).converged
    monkeypatch.setattr(other, "STEPS", 1)
    assert not other.gaussian_mixture(blobs, 3, rng=0).converged


def test_latent_classes_that_do_not_converge_say_so_and_do_not_warn(blobs, monkeypatch):
    pytest.importorskip("stepmix", reason="stepmix is not installed")
    monkeypatch.setattr(other, "STEPS", 1)
    none = np.empty((len(blobs), 0), int)
    assert not other.latent_class(blobs, none, 3, rng=0).converged


@pytest.mark.parametrize("reached", [True, False])
def test_a_fit_is_quiet_without_a_filter_that_other_threads_would_see(reached):
    class Kind:
        def fit(self):
            self.filters = list(warnings.filters)
            self.converged_ = reached
            if not self.converged_:
                warnings.warn("It does not converge.", ConvergenceWarning, stacklevel=1)

    before, model = list(warnings.filters), other._quiet(Kind)()
    model.fit()
    assert (model.filters, model.reached) == (before, reached)


def test_a_category_of_the_mixture_does_not_make_a_spike():
    rng = np.random.default_rng(2)
    numbers = rng.normal(size=(600, 2)) + 8 * (np.arange(600) % 2)[:, None]
    one_hot = 0.5 * np.eye(6)[rng.integers(0, 6, 600)]
    found = other.gaussian_mixture(np.column_stack([numbers, one_hot]), 2, rng=0)
    assert adjusted_rand_score(found.labels, np.arange(600) % 2) >= 0.99


def test_rows_without_a_dense_group_are_in_none():
    X = np.random.default_rng(0).uniform(size=(40, 3))
    assert set(other.hdbscan(X, min_cluster_size=30)) == {-1}
    assert set(other.hdbscan(X, min_cluster_size=99)) == {-1}


def test_latent_classes_rest_on_categories_whatever_their_codes():
    pytest.importorskip("stepmix", reason="stepmix is not installed")
    rng = np.random.default_rng(1)
    truth = np.arange(800) % 2
    codes = np.where(rng.random((800, 4)) < 0.95, truth[:, None], 1 - truth[:, None])
    constant = np.ones((800, 1))
    for shown in (codes, 7 - 5 * codes):
        found = other.latent_class(constant, shown, 2, rng=0)
        assert found.n_columns == 4
        assert found.converged
        assert adjusted_rand_score(found.labels, truth) >= 0.9


def test_latent_classes_do_not_depend_on_the_scale_of_numbers(blobs):
    pytest.importorskip("stepmix", reason="stepmix is not installed")
    none = np.empty((len(blobs), 0), dtype=int)
    small = other.latent_class(blobs, none, 3, rng=0).labels
    large = other.latent_class(blobs * [1, 1e3, 1e-3] + 5, none, 3, rng=0).labels
    assert np.array_equal(small, large)


def test_latent_classes_refuse_what_they_cannot_read(blobs):
    pytest.importorskip("stepmix", reason="stepmix is not installed")
    none = np.empty((len(blobs), 0), dtype=int)
    with pytest.raises(ParameterError, match="expected two tables of the same rows"):
        other.latent_class(blobs, none[:-1], 2, rng=0)
    with pytest.raises(ParameterError, match="of kind float64, expected whole numbers"):
        other.latent_class(blobs, blobs, 2, rng=0)
    with pytest.raises(DegenerateError, match="no column that varies, expected one or"):
        other.latent_class(np.ones((9, 1)), np.ones((9, 2), dtype=int), 2, rng=0)


def test_without_stepmix_latent_classes_say_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "stepmix", None)
    assert not other.has_stepmix()
    with pytest.raises(ParameterError, match=r"pip install 'learnstrata\[latent\]'"):
        other.latent_class([[1.0]], [[1]], 1, rng=0)


@pytest.mark.parametrize("name", ["gaussian mixture", "ward"])
def test_too_few_distinct_rows_are_refused(name):
    with pytest.raises(DegenerateError, match="2 distinct rows, expected 3 or more"):
        CUTS[name](np.repeat([[0.0], [1.0]], 9, axis=0), 3, 0)
    with pytest.raises(ParameterError, match="Got n_clusters=0, expected 1 or more"):
        CUTS[name]([[0.0], [1.0]], 0, 0)


def test_bad_settings_are_refused(blobs):
    with pytest.raises(ParameterError, match="explained=0, expected a share over 0"):
        other.gaussian_mixture(blobs, 3, explained=0, rng=0)
    with pytest.raises(ParameterError, match="min_cluster_size=1, expected 2 or more"):
        other.hdbscan(blobs, min_cluster_size=1)
    with pytest.raises(ParameterError, match="Got min_samples=0, expected 1 or more"):
        other.hdbscan(blobs, min_cluster_size=5, min_samples=0)
