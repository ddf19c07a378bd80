import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.disclosure.rounding import (
    Rounding,
    rounded_pay,
    share_of,
)

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


@pytest.mark.parametrize(
    ("n", "found"),
    [(200, 870_000.0), (50, 850_000.0), (20, 900_000.0), (10, 800_000.0)],
)
def test_pay_of_few_is_rounded_so_that_one_of_them_hardly_moves_it(n, found):
    assert rounded_pay([873_210.0], UNIT, n=n).tolist() == [found]


def test_pay_that_is_not_known_stays_unknown_and_the_input_as_it_was():
    pay = np.array([np.nan, 804_321.0])
    assert np.isnan(rounded_pay(pay, UNIT)).tolist() == [True, False]
    assert pay[1] == 804_321.0


@pytest.mark.parametrize("base", [5, 10, 25])
@given(st.data())
def test_a_told_count_stands_for_as_many_counts_as_the_base_at_least(base, data):
    offset = data.draw(st.integers(0, base - 1))
    rounding = Rounding(base, offset)
    groups = {}
    for n in range(40 * base):
        groups.setdefault(rounding.count(n), []).append(n)
    assert groups.pop(None) == list(range(base))
    whole = list(groups.items())[:-1]  # the last one is cut off by the range
    assert all(len(counts) >= base for _, counts in whole)
    assert all(told % base == 0 for told, _ in whole)
    assert all(abs(told - n) < 1.5 * base for told, ns in whole for n in ns)
    assert list(groups) == sorted(groups)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=1, max_size=64))
def test_the_offset_is_the_same_for_the_same_key_and_table(key, content):
    first = Rounding.drawn(10, key=key, content=content)
    assert first == Rounding.drawn(10, key=key, content=content)
    assert 0 <= first.offset < 10


def test_offsets_of_many_tables_are_spread_evenly():
    key = b"k" * 32
    drawn = [
        Rounding.drawn(10, key=key, content=str(i).encode()).offset
        for i in range(10_000)
    ]
    counts = np.bincount(drawn, minlength=10)
    assert counts.min() > 850
    assert counts.max() < 1150


@given(st.integers(0, 9), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_is_of_told_counts_and_as_fine_as_its_whole_allows(offset, a, b):
    part, whole = sorted((a, b))
    rounding = Rounding(10, offset)
    share = rounding.share(part, whole)
    told, of = rounding.count(part), rounding.count(whole)
    if told is None or of < 50:
        assert share is None
        return
    exact = round(min(told / of, 1.0), 3 if of > 1000 else 2)
    (least, most), (low, high) = rounding.limits(part), rounding.limits(whole)
    moved = max(exact - least / high, min(most / low, 1.0) - exact)
    assert share == (exact or 0.0004 if moved <= 0.03 else None)


def test_a_share_that_rounding_makes_false_is_not_told():
    """26 of 180 are 14 %; with the groups 20 to 49 and 170 to 189 they are told as 17.

    Of 18,000 the same groups move a share by little.
    """
    rounding = Rounding(10, joined_at=frozenset({30, 40, 180}))
    assert (rounding.count(26), rounding.count(180)) == (30, 180)
    assert rounding.share(26, 180) is None
    assert rounding.share(2_600, 18_000) == 0.144
    assert share_of(30, 180, error=15) is None
    assert share_of(30, 180) == 0.17
