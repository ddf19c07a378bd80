"""Intervals of rates and means: SciPy's own, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from learnstrata.exceptions import ParameterError
from learnstrata.stats.intervals import mean_interval, wilson


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_wilsons_interval_is_that_of_scipy(n, rate):
    count = round(rate * n)
    told = stats.binomtest(count, n).proportion_ci(method="wilson")
    assert wilson(count, n) == pytest.approx((told.low, told.high), abs=1e-6)
    low, high = wilson(count, n)
    assert 0 <= low <= count / n <= high <= 1


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_the_interval_of_a_mean_is_that_of_scipy(values):
    y, n = np.array(values), len(values)
    scale = y.std(ddof=1) / np.sqrt(n)
    if scale == 0:
        return
    told = stats.t.interval(0.95, n - 1, loc=y.mean(), scale=scale)
    found = mean_interval(y.mean(), y.std(ddof=1), n)
    assert found == pytest.approx(told, rel=1e-6, abs=1e-6 * scale)


@pytest.mark.parametrize(("count", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_a_part_that_is_none_of_the_whole_is_refused(count, n):
    with pytest.raises(ParameterError, match="expected a part of one or more"):
        wilson(count, n)


def test_one_value_has_no_interval():
    with pytest.raises(ParameterError, match="expected 2 or more: one has no spread"):
        mean_interval(1.0, 0.0, 1)


def test_both_hold_the_truth_in_95_of_100_samples():
    rng = np.random.default_rng(0)
    rates = rng.uniform(0.1, 0.9, 2000)  # at one rate it is 93 % to 97 %
    held = []
    for rate, count in zip(rates, rng.binomial(60, rates), strict=True):
        low, high = wilson(int(count), 60)
        held.append(low <= rate <= high)
    of_means = []
    for y in rng.normal(5, 2, (2000, 20)):
        low, high = mean_interval(y.mean(), y.std(ddof=1), 20)
        of_means.append(low <= 5 <= high)
    for told in (held, of_means):  # three standard errors of 2,000 samples: 1.5 points
        assert np.mean(told) == pytest.approx(0.95, abs=0.016)
