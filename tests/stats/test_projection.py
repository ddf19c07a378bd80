"""Principal components, against scikit-learn."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn.decomposition import PCA

from learnstrata.stats.projection import principal_components

matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(4, 40), st.integers(1, 5)),
    elements=st.floats(-100, 100, width=16),
)


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(2)
    return rng.normal(size=(300, 5)) @ np.diag([5, 3, 2, 1, 0.5]) + 40


def test_equals_scikit_learn_up_to_the_sign(X):
    found, expected = principal_components(X), PCA(2).fit(X)
    assert found.explained == pytest.approx(expected.explained_variance_ratio_)
    turned = np.sign((found.loadings * expected.components_.T).sum(axis=0))
    assert found.loadings == pytest.approx(expected.components_.T * turned)
    assert found.scores == pytest.approx(expected.transform(X) * turned)


def test_single_precision_gives_nearly_the_same(X):
    single = principal_components(X.astype(np.float32))
    assert single.scores == pytest.approx(principal_components(X).scores, abs=1e-2)


def test_whole_numbers_are_centred_exactly():
    X = np.array([[0, 0], [1, 0], [0, 1], [3, 3]])
    found, expected = principal_components(X), principal_components(X.astype(float))
    assert found.scores == pytest.approx(expected.scores)
    assert found.scores.mean(axis=0) == pytest.approx(0)


def test_the_order_of_rows_does_not_turn_the_map(X):
    order = np.random.default_rng(1).permutation(len(X))
    found = principal_components(X[order])
    assert found.scores == pytest.approx(principal_components(X).scores[order])


def test_the_largest_loading_is_positive(X):
    loadings = principal_components(X, n_components=4).loadings
    assert (loadings[np.abs(loadings).argmax(axis=0), range(4)] > 0).all()
    assert np.linalg.norm(loadings, axis=0) == pytest.approx(1)


@given(matrices)
def test_shares_are_ordered_and_at_most_one(X):
    found = principal_components(X)
    assert found.scores.shape == (len(X), 2)
    assert found.explained[0] >= found.explained[1] >= -1e-9
    assert found.explained.sum() <= 1 + 1e-9


def test_missing_components_have_score_zero():
    found = principal_components([[1.0], [2.0], [6.0]])
    assert found.scores[:, 1].tolist() == [0.0, 0.0, 0.0]
    assert found.loadings.shape == (1, 2)
    assert found.explained.tolist() == [1.0, 0.0]


def test_rows_without_variance_explain_nothing():
    found = principal_components(np.ones((5, 3)))
    assert found.explained.tolist() == [0.0, 0.0]
    assert not found.scores.any()


def test_the_rows_are_left_alone(X):
    before = X.copy()
    principal_components(X)
    assert np.array_equal(X, before)
