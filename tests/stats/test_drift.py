"""Drift of numbers, categories and rates: SciPy's tests, simulated laws, properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.drift import category_drift, holm, number_drift, rate_drift


def normal(n, shift=0.0, spread=1.0, seed=0):
    return np.random.default_rng([seed, n]).normal(shift, spread, n)


def test_the_p_value_of_a_number_is_that_of_kolmogorov_and_smirnov():
    old, new = normal(300), normal(500, 0.1, seed=1)
    expected = stats.ks_2samp(old, new, method="asymp").pvalue
    assert number_drift(old, new).p == pytest.approx(expected)


@pytest.mark.parametrize("counts", [([40, 60, 9], [70, 50, 12]), ([8, 90], [30, 55])])
def test_the_p_value_of_a_category_is_that_of_pearsons_test(counts):
    expected = stats.chi2_contingency(counts, correction=False)
    assert category_drift(*counts).p == pytest.approx(expected.pvalue)


def test_the_p_value_of_a_rate_is_that_of_fishers_exact_test():
    expected = stats.fisher_exact([[3, 97], [14, 186]]).pvalue
    assert rate_drift((3, 100), (14, 200)).p == pytest.approx(expected)


def test_the_effect_of_two_values_is_their_difference_in_standard_deviations():
    n, old, new = 10**7, 0.30, 0.40  # so many that chance adds nothing
    found = category_drift([n * old, n * (1 - old)], [n * new, n * (1 - new)])
    both = (old + new) / 2
    assert found.effect == pytest.approx(0.1 / math.sqrt(both * (1 - both)), rel=1e-4)


@pytest.mark.parametrize("shift", [0.2, -0.5])
def test_the_effect_of_a_number_that_moves_is_about_its_move(shift):
    found = number_drift(normal(40_000), normal(40_000, shift, seed=1))
    assert found.effect == pytest.approx(abs(shift), abs=0.03)
    assert found.shift == pytest.approx(shift, abs=0.03)


def test_a_spread_that_changed_is_an_effect_without_a_direction():
    found = number_drift(normal(20_000), normal(20_000, spread=1.5, seed=1))
    assert found.effect > 0.25
    assert abs(found.shift) < 0.03
    assert found.p < 1e-6


@pytest.mark.parametrize(("n", "m"), [(200, 200), (5_000, 200), (2_000, 2_000)])
def test_one_in_100_pairs_of_samples_of_one_law_is_beyond_the_floors(n, m):
    rng = np.random.default_rng(5)
    beyond = []
    for _ in range(600):
        found = number_drift(rng.lognormal(size=n), rng.lognormal(size=m))
        beyond.append((found.effect > found.floor, found.psi > found.psi_floor))
    effect, psi = np.mean(beyond, axis=0)
    assert effect <= 0.025
    assert psi <= 0.03


def test_the_floor_of_the_index_is_that_of_chi_square():
    found = number_drift(normal(5_000), normal(20_000, seed=1))
    expected = stats.chi2.ppf(0.99, 9) * (1 / 5_000 + 1 / 20_000)
    assert found.psi_floor == pytest.approx(expected)
    few = number_drift(normal(200), normal(10**5, seed=1)).psi_floor
    assert few == pytest.approx(0.108, abs=0.002)  # 0.1 as a fixed limit is noise here


def test_p_values_of_one_law_are_spread_evenly_or_larger():
    rng = np.random.default_rng(3)
    found = [
        [
            number_drift(rng.normal(size=300), rng.normal(size=400)).p,
            category_drift(rng.multinomial(300, law), rng.multinomial(400, law)).p,
            rate_drift((rng.binomial(300, 0.1), 300), (rng.binomial(400, 0.1), 400)).p,
        ]
        for law in [[0.5, 0.3, 0.15, 0.05]] * 800
    ]
    for level in (0.01, 0.05, 0.2):
        assert (np.array(found) < level).mean(axis=0).max() <= level * 1.35 + 0.005


def test_p_values_of_rounded_counts_are_spread_evenly_or_larger():
    rng = np.random.default_rng(6)
    law, n, m, found = [0.5, 0.3, 0.15, 0.05], 300, 400, []
    off = [np.full(4, 99 / 12)] * 2  # of groups of ten
    for _ in range(800):
        old, new = (rng.multinomial(size, law) // 10 * 10 + 4.5 for size in (n, m))
        noise = (99 / 12) * (1 / n**2 + 1 / m**2)
        pair = (old[2], n), (new[2], m)
        ps = (category_drift(old, new, errors=off).p, rate_drift(*pair, error=noise).p)
        found.append(ps)
    for level in (0.01, 0.05, 0.2):
        assert (np.array(found) < level).mean(axis=0).max() <= level * 1.35 + 0.005


def test_errors_of_counts_are_chance_and_none_are_pearsons_test():
    counts = [400, 300, 100], [300, 380, 90]
    exact = category_drift(*counts)
    assert category_drift(*counts, errors=([0] * 3, [0] * 3)) == exact
    off = category_drift(*counts, errors=([99 / 12] * 3, [99 / 12] * 3))
    assert off.effect < exact.effect
    assert off.p > exact.p
    assert off.floor > exact.floor
    assert off.psi == exact.psi


@given(st.integers(1, 40), st.integers(0, 9))
def test_no_unit_no_logarithm_and_no_order_changes_the_drift(times, seed):
    rng = np.random.default_rng(seed)
    old, new = rng.lognormal(size=150), rng.lognormal(0.3, size=170)
    found = number_drift(old, new)
    for change in (lambda x: x * times, np.log, lambda x: x[rng.permutation(len(x))]):
        other = number_drift(change(old), change(new))
        assert other.p == pytest.approx(found.p)
        assert other.shift == pytest.approx(found.shift)
        assert other.effect == pytest.approx(found.effect, abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2))
def test_a_category_compared_with_itself_does_not_move(pairs):
    old = np.array([a for a, _ in pairs])
    if not old.sum():
        return
    found = category_drift(old, old)
    assert (found.effect, found.p) == (0, 1)
    assert found.psi == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("common", [0.0, 1.0])
def test_a_number_that_nearly_all_share_is_cut_beside_it(common):
    old = np.r_[np.full(950, common), np.full(50, 1 - common)]
    new = np.r_[np.full(800, common), np.full(200, 1 - common)]
    expected = category_drift([950, 50], [800, 200]).effect
    assert number_drift(old, new).effect == pytest.approx(expected)


def test_values_of_few_are_taken_together():
    rare = [1] * 20
    found = category_drift([500, 480, *rare], [490, 490, *rare[::-1]])
    assert found.floor == category_drift([500, 480, 20], [490, 490, 20]).floor


def test_holm_is_the_slow_rule_step_by_step():
    rng = np.random.default_rng(2)
    p = rng.random(30) ** 3
    expected = np.empty(30)
    most = 0.0
    for step, place in enumerate(np.argsort(p)):
        most = max(most, min(1.0, (30 - step) * p[place]))
        expected[place] = most
    np.testing.assert_allclose(holm(p), expected)
    assert holm([]).tolist() == []


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: number_drift([], [1.0]), DegenerateError, "Got old of shape (0,)"),
        (
            lambda: number_drift([1.0], [1.0, math.nan]),
            DegenerateError,
            "Got new of shape (2,) with 1 values that are no finite number",
        ),
        (lambda: number_drift([1.0], [1.0], bins=1), ParameterError, "bins=1"),
        (lambda: category_drift([1, 2], [1]), DegenerateError, "the same values"),
        (lambda: category_drift([0, 0], [1, 2]), DegenerateError, "one or more rows"),
        (lambda: rate_drift((5, 3), (1, 3)), DegenerateError, "counts"),
        (lambda: holm([0.2, 1.2]), ParameterError, "expected numbers of 0 to 1"),
    ],
)
def test_what_cannot_be_compared_is_one_message(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
