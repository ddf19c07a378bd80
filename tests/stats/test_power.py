"""Learners an arm needs and the inverse: simulated trials, the arcsine formula."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from learnstrata.exceptions import ParameterError
from learnstrata.stats.power import change_seen, size_per_arm

PAIRS = [(0.30, 0.35), (0.10, 0.15), (0.05, 0.15), (0.65, 0.70), (0.45, 0.65)]


def power_of(n, base, changed, *, trials=40_000):
    """Simulate trials, and test each with the pooled variance."""
    rng = np.random.default_rng(11)
    one, other = (rng.binomial(n, p, trials) / n for p in (base, changed))
    middle = (one + other) / 2
    deviation = np.sqrt(2 * middle * (1 - middle) / n)
    return np.mean(np.abs(one - other) > stats.norm.ppf(0.975) * deviation)


@pytest.mark.parametrize(("base", "changed"), PAIRS)
def test_four_of_five_simulated_trials_see_the_change(base, changed):
    n = size_per_arm(base, changed)
    assert power_of(n, base, changed) == pytest.approx(0.80, abs=0.02)
    assert power_of(round(0.7 * n), base, changed) < 0.75


@pytest.mark.parametrize("base", [0.1, 0.4, 0.9])
def test_without_a_change_one_trial_in_20_sees_one(base):
    n = size_per_arm(base, base + 0.05)
    assert power_of(n, base, base) == pytest.approx(0.05, abs=0.006)


@given(st.floats(0.15, 0.75), st.sampled_from([0.02, 0.05, 0.10]))
def test_it_is_near_the_formula_of_arcsines(base, change):
    h = 2 * (math.asin(math.sqrt(base + change)) - math.asin(math.sqrt(base)))
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.80)
    assert size_per_arm(base, base + change) == pytest.approx(
        2 * (z / h) ** 2, rel=0.03
    )


@given(st.floats(0, 1), st.floats(0, 1))
def test_it_is_the_same_both_ways_and_for_the_opposite(base, changed):
    if abs(base - changed) < 0.001:
        return
    n = size_per_arm(base, changed)
    assert n == size_per_arm(changed, base)
    assert size_per_arm(1 - base, 1 - changed) == pytest.approx(n, abs=1, rel=1e-6)
    assert n >= 2


def test_more_power_and_less_doubt_take_more():
    usual = size_per_arm(0.3, 0.35)
    assert size_per_arm(0.3, 0.35, power=0.9) > usual
    assert size_per_arm(0.3, 0.35, alpha=0.01) > usual
    assert size_per_arm(0.3, 0.4) < usual


@pytest.mark.parametrize(("base", "n"), [(0.757, 55), (0.3, 200), (0.5, 1000)])
@pytest.mark.parametrize("down", [False, True])
def test_four_of_five_simulated_trials_see_the_least_change(base, n, down):
    change = change_seen(base, n, down=down)
    changed = base - change if down else base + change
    assert power_of(n, base, changed) == pytest.approx(0.80, abs=0.025)
    half = base + (changed - base) / 2
    assert power_of(n, base, half) < 0.4


@given(st.floats(0, 1), st.integers(2, 100_000), st.booleans())
def test_the_least_change_takes_as_many_as_there_are(base, n, down):
    change, end = change_seen(base, n, down=down), 0.0 if down else 1.0
    if change is None:
        assert abs(base - end) < 1e-8 or size_per_arm(base, end) >= n
        return
    changed = base - change if down else base + change
    inside = min(max(changed, 0.0), 1.0)
    assert size_per_arm(base, inside) == pytest.approx(n, abs=1, rel=1e-4)


@pytest.mark.parametrize("given", [(-0.1, 50), (1.1, 50), (0.3, 1)])
def test_a_least_change_of_no_rate_or_no_group_is_refused(given):
    with pytest.raises(ParameterError, match="groups of 2 or more"):
        change_seen(*given)
    with pytest.raises(ParameterError, match="expected both between 0 and 1"):
        change_seen(0.3, 50, power=1.0)


@pytest.mark.parametrize("rates", [(0.3, 0.3), (-0.1, 0.3), (0.3, 1.2)])
def test_rates_that_are_none_or_do_not_differ_are_refused(rates):
    with pytest.raises(ParameterError, match="expected two that differ, from 0 to 1"):
        size_per_arm(*rates)


@pytest.mark.parametrize("chances", [{"power": 1.0}, {"alpha": 0.0}])
def test_chances_of_none_or_all_are_refused(chances):
    with pytest.raises(ParameterError, match="expected both between 0 and 1"):
        size_per_arm(0.3, 0.4, **chances)
