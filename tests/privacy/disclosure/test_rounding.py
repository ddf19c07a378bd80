import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.disclosure.rounding import in_tens, rounded_number, rounded_pay

UNIT = 1e5
PAYS = st.floats(1.0, 1e10)


@given(PAYS)
def test_pay_moves_by_no_more_than_a_step(pay):
    (found,) = rounded_pay([pay], UNIT)
    assert abs(found - pay) <= max(2.5 * max(0.01 * pay, 0.1 * UNIT) / 2, 0.1 * UNIT)


@given(PAYS, PAYS)
def test_of_two_pays_the_larger_never_becomes_the_smaller(one, other):
    low, high = rounded_pay(sorted([one, other]), UNIT)
    assert low <= high


@given(PAYS)
def test_rounded_pay_stays_as_it_is(pay):
    once = rounded_pay([pay], UNIT)
    assert rounded_pay(once, UNIT) == pytest.approx(once, rel=1e-12)


@pytest.mark.parametrize(
    ("pay", "found"),
    [
        (1.0, 10_000.0),
        (804_321.0, 800_000.0),
        (995_000.0, 1_000_000.0),
        (1_012_345.0, 1_020_000.0),
        (3_427_000.0, 3_450_000.0),
        (8_030_000.0, 8_000_000.0),
    ],
)
def test_pay_is_rounded_to_a_tenth_of_the_unit_or_one_per_cent(pay, found):
    assert rounded_pay([pay], UNIT).tolist() == [found]


def test_pay_that_is_not_known_stays_unknown_and_the_input_as_it_was():
    pay = np.array([np.nan, 804_321.0])
    assert np.isnan(rounded_pay(pay, UNIT)).tolist() == [True, False]
    assert pay[1] == 804_321.0


@given(st.lists(st.integers(0, 10_000)), st.sampled_from([10, 20, 50]))
def test_counts_are_hidden_from_one_to_below_the_least_and_else_in_tens(counts, least):
    for count, found in zip(counts, in_tens(counts, least), strict=True):
        if 0 < count < least:
            assert np.isnan(found)
        else:
            assert found % 10 == 0
            assert abs(found - count) <= 5


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("pay", 804_321.0, 800_000.0),
        ("company_pay", 3_427_000.0, 3_450_000.0),
        ("company_learners", 127.0, 130.0),
        ("company_learners", 3_593.0, 3_600.0),
        ("years_of_experience", 7.25, 7.25),
        ("pay", 0.0, 0.0),
    ],
)
def test_a_number_is_rounded_by_what_it_is_of(name, value, found):
    assert rounded_number(name, value, UNIT) == found
