"""Indices, their intervals and effects, worked out of counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.disclosure.derived import (
    index_high,
    index_low,
    index_of,
    rate_high,
    rate_low,
    rate_of,
    share_effect,
    worked_out,
)
from learnstrata.privacy.disclosure.kinds import Derived
from learnstrata.privacy.disclosure.rounding import Rounding

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


def derived(how, end, *counts, rounding):
    fields = ("count", "size", "base_count", "segmented")
    kind = Derived("", how, fields, signs=(1, -1, -1, 1), index=index_of, end=end)
    told = [rounding.count(n) for n in counts]
    return worked_out(kind, told, [rounding.limits(n) for n in counts])


@given(COUNTS, st.integers(1, 40), st.integers(0, 9))
def test_a_told_index_is_near_the_true_one_and_its_interval_holds_both(
    counts, times, offset
):
    counts, rounding = [10 + times * n for n in counts], Rounding(10, offset=offset)
    told = derived(index_of, 0, *counts, rounding=rounding)
    if told is None:
        return
    low = derived(index_low, -1, *counts, rounding=rounding)
    high = derived(index_high, 1, *counts, rounding=rounding)
    true = index_of(*counts)
    assert 0.8 * told <= true <= 1.25 * told
    assert low <= min(told, true)
    assert max(told, true) <= high
    assert low <= index_low(*counts) * (1 + 1e-9)
    assert index_high(*counts) * (1 - 1e-9) <= high


@pytest.mark.parametrize(
    ("counts", "is_told"),
    [((20, 60, 80, 300), False), ((200, 600, 800, 3000), True)],
)
def test_what_rounding_leaves_open_is_hidden_with_all_that_goes_with_it(
    counts, is_told
):
    for how, end in [
        (index_of, 0),
        (index_low, -1),
        (index_high, 1),
        (share_effect, 0),
    ]:
        found = derived(how, end, *counts, rounding=Rounding(10, offset=4))
        assert (found is not None) == is_told


def test_a_share_of_nobody_has_no_interval():
    assert rate_of(0, 0) is rate_low(0, 0) is rate_high(0, 0) is None


@given(st.integers(0, 400), st.integers(1, 800), st.integers(0, 9))
def test_a_told_interval_holds_the_exact_one(count, more, offset):
    rounding = Rounding(10, offset=offset)
    counts = (count, count + more)
    told, limits = (
        [rounding.count(n) for n in counts],
        [rounding.limits(n) for n in counts],
    )
    if None in told:
        return
    ends = []
    for how, end in ((rate_low, -1), (rate_high, 1)):
        kind = Derived("", how, ("", ""), signs=(1, -1), index=rate_of, end=end)
        ends.append(worked_out(kind, told, limits))
    if None in ends:
        return
    low, high = rate_low(*counts), rate_high(*counts)
    assert ends[0] <= low + 1e-9
    assert high - 1e-9 <= ends[1]
