"""Indices, their intervals and effects, worked out of counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.disclosure.derived import (
    index_high,
    index_low,
    index_of,
    share_effect,
)

COUNTS = st.tuples(*[st.integers(1, 200)] * 4).map(
    # with the value of the segment, the segment, all with the value, everybody
    lambda c: (c[0], c[0] + c[1], c[0] + c[2], c[0] + c[1] + c[2] + c[3])
)


def interval(*counts):
    return index_low(*counts), index_high(*counts)


def test_the_interval_of_an_index_holds_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(0)
    n, m, p, q = 200, 800, 0.3, 0.2
    truth = 100 * p / ((n * p + m * q) / (n + m))
    inside = 0
    for _ in range(2_000):
        a, b = int(rng.binomial(n, p)), int(rng.binomial(m, q))
        low, high = interval(a, n, a + b, n + m)
        inside += low <= truth <= high
    assert 0.93 <= inside / 2_000 <= 0.97


@given(COUNTS)
def test_an_index_lies_in_its_interval_and_its_effect_has_its_sign(counts):
    low, high = interval(*counts)
    index, effect = index_of(*counts), share_effect(*counts)
    assert low <= index * (1 + 1e-9)
    assert high >= index * (1 - 1e-9)
    assert np.sign(round(effect, 9)) == np.sign(round(index - 100, 9))


def test_a_value_that_nobody_else_has_has_an_interval():
    low, high = interval(30, 100, 30, 500)
    assert 100 < low < high <= 505
    assert interval(30, 100, 30, 100) == (100.0, 100.0)


def test_a_value_that_no_learner_of_the_segment_has_is_told_without_an_interval():
    assert index_of(0, 100, 30, 500) == 0.0
    assert interval(0, 100, 30, 500) == (None, None)
    assert share_effect(0, 100, 30, 500) == pytest.approx(-2 * np.arcsin(np.sqrt(0.06)))
