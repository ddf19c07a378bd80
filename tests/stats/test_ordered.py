"""Ranks and quantiles of sorted numbers, against NumPy and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from learnstrata.stats.ordered import ascending, grouped, midranks, quantiles

numbers = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=40).map(np.array)


@given(values=numbers)
def test_rows_say_where_each_number_stood(values):
    found = ascending(values)
    assert np.all(np.diff(found.values) >= 0)
    np.testing.assert_array_equal(values[found.rows], found.values)
    assert sorted(found.rows) == list(range(len(values)))


@given(values=numbers)
def test_midranks_are_mean_ranks_less_a_half(values):
    ordered = np.sort(values)
    np.testing.assert_array_equal(midranks(ordered), rankdata(ordered) - 0.5)


@given(values=numbers, at=st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_quantiles_are_those_of_numpy(values, at):
    expected = np.quantile(values, at)
    found = quantiles(np.sort(values), at)
    np.testing.assert_allclose(found, expected[None, :], atol=1e-12)


@pytest.mark.parametrize("n_groups", [3, 300, 70_000])
def test_groups_keep_their_order_however_many_there_are(n_groups):
    rng = np.random.default_rng(n_groups)
    codes = rng.integers(n_groups, size=500)
    found = grouped(codes, n_groups)
    slices = found.slices()
    assert len(slices) == n_groups
    for code in np.unique(codes):
        own = found.places[slices[code]]
        np.testing.assert_array_equal(own, np.flatnonzero(codes == code))


def test_quantiles_of_groups_are_those_of_each_alone():
    rng = np.random.default_rng(1)
    values, codes = rng.normal(size=200), np.repeat([0, 1, 2], [1, 2, 197])
    ordered, rows = ascending(values)
    groups = grouped(codes[rows], 3)
    found = quantiles(ordered[groups.places], [0.1, 0.5, 0.95], groups.bounds)
    for code in range(3):
        own = np.quantile(values[codes == code], [0.1, 0.5, 0.95])
        np.testing.assert_allclose(found[code], own)
