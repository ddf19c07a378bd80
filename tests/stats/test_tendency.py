import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import oracles_stats
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.tendency import hopkins, hopkins_original

matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(20, 60), st.integers(1, 4)),
    elements=st.floats(-1e3, 1e3, width=32),
).filter(lambda X: len(np.unique(X, axis=0)) >= 10)


@given(matrices, st.integers(0, 99))
def test_the_statistic_is_a_proportion(X, seed):
    result = hopkins(X, rng=seed)
    assert 0 <= result.statistic <= 1
    assert 0 <= result.spread <= 0.5


@given(matrices, st.integers(0, 99), st.sampled_from([0.25, 2.0, 1024.0]))
def test_a_common_scale_does_not_matter(X, seed, scale):
    scaled = hopkins(scale * X, rng=seed).statistic
    assert scaled == pytest.approx(hopkins(X, rng=seed).statistic, rel=1e-6)


@pytest.mark.parametrize("d", [1, 3, 16])
def test_agrees_with_the_formula_by_tree_and_by_product(d):
    X = np.unique(np.random.default_rng(d).normal(size=(90, d)), axis=0)
    mean, spread = oracles_stats.naive_hopkins(X, 9, 5, draws=3)
    result = hopkins(X, n_draws=3, rng=5)
    assert result.statistic == pytest.approx(mean, rel=1e-5)
    assert result.spread == pytest.approx(spread, rel=1e-3)


def test_repeated_rows_and_constant_features_do_not_matter():
    X = np.random.default_rng(1).normal(size=(100, 2))
    padded = np.column_stack([np.vstack([X, X[:40]]), np.ones(140)])
    result = hopkins(padded, rng=1)
    assert result == hopkins(X, rng=1)
    assert (result.n_rows, result.n_features, result.variant) == (100, 2, "power_d")


def test_probes_are_at_most_a_tenth_of_the_distinct_rows():
    X = np.random.default_rng(1).normal(size=(205, 2))
    assert hopkins(X, rng=1).n_probes == 20
    assert hopkins(X, n_probes=7, rng=1).n_probes == 7


def test_even_points_blobs_and_grids_are_told_apart():
    rng = np.random.default_rng(3)
    grid = np.stack(np.meshgrid(range(30), range(30)), axis=-1).reshape(-1, 2)
    clustered, _ = oracles_stats.blobs(2000, [[0, 0], [30, 30]], 1)
    assert hopkins(rng.uniform(size=(4000, 2)), rng=0).statistic == pytest.approx(
        0.5, abs=0.05
    )
    assert hopkins(clustered, rng=0).statistic > 0.95
    assert hopkins(grid, rng=0).statistic < 0.35


@pytest.mark.parametrize(("n", "d"), [(60, 2), (900, 5), (3000, 20)])
def test_the_original_is_the_function_of_notebooks(n, d):
    X = np.random.default_rng(n).normal(size=(n, d)).round(1)
    expected = oracles_stats.notebook_hopkins(X)
    assert hopkins_original(X).statistic == pytest.approx(expected, abs=1e-4)


def test_the_original_calls_one_gaussian_clustered():
    X = np.random.default_rng(0).normal(size=(3000, 5))
    result = hopkins_original(X, sample_size=150, seed=1)
    assert result.statistic > 0.7
    assert (result.n_probes, result.spread, result.variant) == (150, 0.0, "original")


def test_input_is_left_as_it_was():
    X = np.random.default_rng(0).normal(size=(50, 2))
    before = X.copy()
    hopkins(X, rng=0)
    hopkins_original(X)
    assert np.array_equal(X, before)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (np.ones((50, 2)), "1 distinct rows, expected 10 or more"),
        (np.eye(4)[np.arange(40) % 4], "4 distinct rows"),
        (np.full((50, 2), np.nan), "nan or infinity in 50 rows"),
    ],
)
def test_degenerate_input_is_refused(X, words):
    with pytest.raises(DegenerateError, match=words):
        hopkins(X, rng=0)


def test_the_original_refuses_equal_rows():
    with pytest.raises(DegenerateError, match="All rows of X are equal"):
        hopkins_original(np.ones((50, 2)))


@pytest.mark.parametrize("option", ["n_probes", "n_draws"])
def test_counts_must_be_positive(option):
    X = np.arange(40.0).reshape(20, 2)
    with pytest.raises(ParameterError, match=f"Got {option}=0"):
        hopkins(X, rng=0, **{option: 0})
