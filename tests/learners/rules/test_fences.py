import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from learnstrata.learners.rules.fences import extra_fences, heaped, log_fences


def outside(values):
    low, high = extra_fences(values)
    return [v for v in values if not low <= v <= high]


RNG = np.random.default_rng(8)
PLAIN_COLUMNS = {
    "scores": RNG.normal(50, 10, 300),
    "around zero": RNG.normal(0, 1, 300),
    "even": RNG.uniform(0, 100, 300),
    "waiting": RNG.exponential(4, 300),
    "skewed": RNG.lognormal(2, 2, 300),
    "skewed with zeros": RNG.lognormal(2, 1.5, 300) * (RNG.random(300) < 0.4),
    "skewed with both signs": RNG.lognormal(2, 1.5, 300) * RNG.choice([-1, 1], 300),
    "counts": RNG.poisson(0.3, 300).astype(float),
    "yes or no": (RNG.random(300) < 0.04).astype(float),
    "stars, mostly five": RNG.choice(
        [1.0, 2, 3, 4, 5], 300, p=[0.02, 0.02, 0.03, 0.03, 0.9]
    ),
    "zero to ten, mostly ten": RNG.choice(
        [0.0, 1, 5, 10], 300, p=[0.02, 0.02, 0.1, 0.86]
    ),
    "years": RNG.integers(1985, 2021, 300).astype(float),
    "hardly ever": (np.arange(300) == 7).astype(float),
    "negative": -RNG.lognormal(2, 1, 300),
}


@pytest.mark.parametrize("name", PLAIN_COLUMNS)
def test_what_columns_really_hold_is_believed(name):
    assert outside(PLAIN_COLUMNS[name].tolist()) == []


@pytest.mark.parametrize(
    ("name", "slip"),
    [
        ("scores", 1e12),
        ("scores", 999.0),
        ("scores", -999.0),
        ("around zero", 1e6),
        ("even", 1e5),
        ("skewed", 1e12),
        ("skewed with zeros", -1e9),
        ("counts", 1e5),
        ("yes or no", 1e9),
        ("stars, mostly five", 1e6),
        ("years", 20165.0),
        ("years", 0.0),
        ("negative", 1e9),
        ("negative", -1e9),
    ],
)
def test_one_value_far_from_all_others_is_not(name, slip):
    assert outside([*PLAIN_COLUMNS[name].tolist(), slip]) == [slip]


def test_a_value_that_several_hold_is_no_slip_where_it_is_zero():
    scores = PLAIN_COLUMNS["scores"].tolist()
    assert outside([*scores, 0.0]) == [0.0]
    assert outside([*scores, *[0.0] * 4]) == []


@pytest.mark.parametrize("values", [[], [1.0] * 11, [0.0] * 40, [float("nan")] * 40])
def test_few_values_or_none_but_zero_have_no_fences(values):
    assert extra_fences(values) is None


def test_fences_hold_against_slips_of_a_tenth():
    scores = PLAIN_COLUMNS["scores"].tolist()
    assert outside([*scores, *[1e12] * 30]) == [1e12] * 30


@given(
    st.lists(st.integers(-(10**9), 10**9).map(float), min_size=12, max_size=40),
    st.sampled_from([1e-3, 2.0, 1e4]),
)
def test_fences_follow_the_unit(values, unit):
    found = extra_fences(values)
    scaled = extra_fences([v * unit for v in values])
    if found is None or scaled is None:
        assert all(v * unit == 0 for v in values)
    else:
        expected = [end * unit for end in found]
        assert scaled == pytest.approx(
            expected, rel=1e-6, abs=1e-6 * max(map(abs, expected))
        )


def test_fences_of_logarithms_end_where_numbers_do():
    low, high = log_fences(np.array([1e-300, 1e-300, 1e300, 1e300]), reach=3.0)
    assert (low, high) == (0.0, pytest.approx(float("inf")))


# Heaps.


def naive_heaps(values, low, high, least, excess):
    found = []
    for value in sorted(set(values)):
        count = sum(v == value for v in values)
        around = sum(value / 1.5 <= v <= value * 1.5 for v in values) - count
        outside = value < low or value > high
        if outside and count >= least and count >= excess * around:
            found.append(value)
    return tuple(found)


@given(
    st.lists(st.sampled_from([1.0, 2.0, 2.5, 4.0, 7.0, 8.0, 50.0, 64.0]), max_size=60),
    st.sampled_from([(2.0, 8.0), (3.0, 3.0), (1.0, 64.0), (100.0, 200.0)]),
    st.integers(1, 6),
    st.sampled_from([0.5, 1.0, 3.0]),
)
def test_heaps_are_what_counting_one_by_one_finds(values, fence, least, excess):
    low, high = fence
    found = heaped(values, low=low, high=high, least=least, excess=excess)
    assert found == naive_heaps(values, low, high, least, excess)


def test_heaps_ignore_what_is_no_pay():
    values = [float("nan"), float("inf"), -2.0, 0.0] * 20
    assert heaped(values, low=1.0, high=2.0) == ()
