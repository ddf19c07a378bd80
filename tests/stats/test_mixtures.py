"""Mixture models, fitted by EM and read as partitions."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import mixtures

PLANTED = np.repeat([0, 1, 2], [300, 200, 100])


@pytest.fixture(scope="module")
def blobs():
    centers = np.array([[0.0, 0, 0], [12, 0, 3], [0, 12, -3]])
    rng = np.random.default_rng(4)
    return centers[PLANTED] + rng.normal(size=(len(PLANTED), 3))


def test_the_log_density_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)) + 2 * rng.integers(
        3, size=(400, 1)
    )
    model = GaussianMixture(3, reg_covar=0.1, random_state=0, tol=1e-6).fit(X)
    gaussians = mixtures._Gaussians(3, 0.1)
    rows = gaussians.of(X)
    logs = gaussians.maximise(model.predict_proba(X).T @ rows) @ rows.T
    expected = model._estimate_log_prob(X) + np.log(model.weights_)
    assert pytest.approx(expected, abs=0.05) == logs.T
    assert np.logaddexp.reduce(logs).mean() == pytest.approx(model.score(X), abs=1e-4)


def test_the_log_density_of_classes_is_that_of_their_variables():
    rng = np.random.default_rng(2)
    number, code = rng.normal(size=200), rng.integers(3, size=200)
    hot = np.eye(3)[code]
    members = rng.dirichlet([1, 1], 200).T
    rows = np.column_stack([number, number**2, hot, np.ones(200)])
    logs = mixtures._Classes(1, (3,)).maximise(members @ rows) @ rows.T
    for j, own in enumerate(members):
        mean = np.average(number, weights=own)
        variance = np.average((number - mean) ** 2, weights=own) + 1e-6
        chance = np.average(hot, axis=0, weights=own)[code]
        normal = np.exp(-((number - mean) ** 2) / variance / 2)
        density = own.mean() * normal / np.sqrt(2 * np.pi * variance) * chance
        assert np.exp(logs[j]) == pytest.approx(density)


def test_the_mixture_looks_only_at_components_that_hold_enough(blobs):
    flat = np.column_stack([blobs, 1e-3 * blobs[:, ::-1] ** 2])
    assert mixtures.gaussian_mixture(flat, 3, rng=0).n_columns == 2
    assert mixtures.gaussian_mixture(blobs, 3, explained=1.0, rng=0).n_columns == 3


def test_a_mixture_that_does_not_converge_says_so(blobs, monkeypatch):
    assert mixtures.gaussian_mixture(blobs, 3, rng=0).converged
    monkeypatch.setattr(mixtures, "STEPS", 1)
    assert not mixtures.gaussian_mixture(blobs, 3, rng=0).converged


def test_latent_classes_that_do_not_converge_say_so(blobs, monkeypatch):
    monkeypatch.setattr(mixtures, "STEPS", 1)
    none = np.empty((len(blobs), 0), int)
    assert not mixtures.latent_class(blobs, none, 3, rng=0).converged


def test_a_category_of_the_mixture_does_not_make_a_spike():
    rng = np.random.default_rng(2)
    numbers = rng.normal(size=(600, 2)) + 8 * (np.arange(600) % 2)[:, None]
    one_hot = 0.5 * np.eye(6)[rng.integers(0, 6, 600)]
    found = mixtures.gaussian_mixture(np.column_stack([numbers, one_hot]), 2, rng=0)
    assert adjusted_rand_score(found.labels, np.arange(600) % 2) >= 0.99


def test_latent_classes_rest_on_categories_whatever_their_codes():
    rng = np.random.default_rng(1)
    truth = np.arange(800) % 2
    codes = np.where(rng.random((800, 4)) < 0.95, truth[:, None], 1 - truth[:, None])
    constant = np.ones((800, 1))
    for shown in (codes, 7 - 5 * codes):
        found = mixtures.latent_class(constant, shown, 2, rng=0)
        assert found.n_columns == 4
        assert found.converged
        assert adjusted_rand_score(found.labels, truth) >= 0.9


def test_latent_classes_do_not_depend_on_the_scale_of_numbers(blobs):
    none = np.empty((len(blobs), 0), dtype=int)
    small = mixtures.latent_class(blobs, none, 3, rng=0).labels
    large = mixtures.latent_class(blobs * [1, 1e3, 1e-3] + 5, none, 3, rng=0).labels
    assert np.array_equal(small, large)


def test_latent_classes_refuse_what_they_cannot_read(blobs):
    none = np.empty((len(blobs), 0), dtype=int)
    with pytest.raises(ParameterError, match="expected two tables of the same rows"):
        mixtures.latent_class(blobs, none[:-1], 2, rng=0)
    with pytest.raises(ParameterError, match="of kind float64, expected whole numbers"):
        mixtures.latent_class(blobs, blobs, 2, rng=0)
    with pytest.raises(DegenerateError, match="no column that varies, expected one or"):
        mixtures.latent_class(np.ones((9, 1)), np.ones((9, 2), dtype=int), 2, rng=0)
