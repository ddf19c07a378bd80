"""Bands: usual limits that fit stay, others come from the table, given ones stay."""

import itertools

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.config.loading import load_config
from learnstrata.learners.features.bands import (
    EXPERIENCE,
    bands_of_experience,
    bands_of_pay,
)

RELATIVE = ("Less experience", "Medium experience", "More experience")
NAMES = ("Low", "Average", "High", "Very high")


def table(column, values, **more):
    ids = [f"l{i}" for i in range(len(values))]
    values = pl.Series(list(values), dtype=pl.Float64)
    return nw.from_native(pl.DataFrame({"learner_id": ids, column: values, **more}))


def of_years(years, **given_):
    found = bands_of_experience(
        table("years_of_experience", years), load_config(**given_)
    )
    return found.limits, found.names, found.origin


def of_pay(amounts, **given_):
    found = bands_of_pay(table("pay", amounts), load_config(**given_))
    return found.limits, found.names, found.origin


def shares(values, limits):
    place = np.searchsorted(limits, values, side="left")
    return np.bincount(place, minlength=len(limits) + 1) / len(values)


def test_usual_limits_that_tell_learners_apart_are_kept():
    years = [1] * 50 + [4] * 30 + [9] * 20
    assert of_years(years) == ((2.0, 6.0), ("Early", "Mid", "Senior"), "default")
    pay = [4e5] * 50 + [1e6] * 30 + [2e6] * 12 + [5e6] * 8
    assert of_pay(pay) == ((5.0, 15.0, 30.0), NAMES, "currency")


@pytest.mark.parametrize(
    ("early", "kept"), [(5, True), (4, False), (60, True), (61, False)]
)
def test_a_band_of_5_to_60_percent_fits_and_no_other(early, kept):
    late = (100 - early) // 2
    first = [i % 3 for i in range(early)]
    years = first + [4] * (100 - early - late) + [9] * late
    assert (of_years(years)[2] == "default") == kept


def test_teachers_paid_by_the_hour_in_euros_get_bands_of_their_own():
    rng = np.random.default_rng(0)
    pay = np.round(np.exp(rng.normal(np.log(26), 0.25, 1500)), 1)
    limits, names, origin = of_pay(pay, pay={"currency": "EUR"})
    assert limits == (0.022, 0.026, 0.031)
    assert (names, origin) == (NAMES, "table")
    assert shares(pay / 1000, limits).min() > 0.2
    years = rng.integers(5, 36, 1500)
    limits, names, origin = of_years(years)
    assert (names, origin) == (RELATIVE, "table")
    assert all(limit == int(limit) for limit in limits)
    assert shares(years, limits).min() > 0.28


def test_pay_in_rupees_that_its_usual_limits_do_not_fit_is_cut_by_the_table():
    rng = np.random.default_rng(1)
    pay = np.exp(rng.normal(np.log(6e6), 0.4, 2000))  # 60 LPA
    limits, _, origin = of_pay(pay)
    assert origin == "table"
    assert limits == tuple(float(f"{limit:.2g}") for limit in limits)
    assert shares(pay / 1e5, limits).min() > 0.2


def test_learners_who_are_all_alike_are_one_band():
    assert of_years([4] * 200) == ((), ("All",), "table")
    assert of_pay([5e4] * 200, pay={"currency": "USD"}) == ((), ("All",), "table")


def test_bands_of_the_table_that_are_no_better_are_not_taken():
    """85 % have one value, so every cut leaves them in one band."""
    years = [4] * 170 + [1] * 25 + [9] * 5
    assert of_years(years)[::2] == (EXPERIENCE, "default")
    late = [9] * 170 + [10] * 15 + [20] * 15  # all are one band by the usual limits
    limits, _, origin = of_years(late)
    assert origin == "table"
    assert shares(late, limits).max() == pytest.approx(0.85)


def test_a_cut_with_fewer_bands_is_taken_where_none_then_holds_most():
    years = [7] * 80 + [8] * 78 + [9] * 21 + [10] * 21
    limits, _, origin = of_years(years)
    assert origin == "table"
    assert shares(years, limits).max() <= 0.60


def test_where_limits_would_be_the_same_there_are_fewer_bands():
    years = [3] * 90 + [4] * 110
    assert of_years(years) == ((3.0,), RELATIVE[::2], "table")
    pay = [50_000] * 150 + [51_000] * 15 + [90_000] * 150 + [95_000] * 80
    limits, names, _ = of_pay(pay, pay={"currency": "USD"})
    assert limits == (50.0, 90.0)
    assert names == ("Low", "Average", "Very high")


def test_limits_that_are_given_are_kept_whatever_they_hold():
    given_ = {"experience_bands": [40, 50]}
    assert of_years([4] * 200, **given_)[::2] == ((40.0, 50.0), "configuration")
    pay = {"bands": [5, 15, 30], "currency": "EUR"}
    assert of_pay([26.0] * 200, pay=pay) == ((5.0, 15.0, 30.0), NAMES, "configuration")


def test_under_100_learners_give_no_limits():
    late = [20 + i % 10 for i in range(99)]
    assert of_years(late)[::2] == (EXPERIENCE, "default")
    assert of_years([*late, 29])[2] == "table"
    assert of_pay([26.0 + i for i in range(99)], pay={"currency": "EUR"})[0] == ()
    assert len(of_pay([26.0 + i for i in range(100)], pay={"currency": "EUR"})[0]) == 3


def test_a_learner_of_many_records_is_one_of_the_hundred():
    rows = table("years_of_experience", [20.0 + i % 10 for i in range(300)])
    one = rows.with_columns(learner_id=nw.lit("l0"))
    assert bands_of_experience(one, load_config()).origin == "default"
    assert bands_of_experience(rows, load_config()).origin == "table"


def test_what_is_not_known_counts_for_no_band():
    known = [1] * 50 + [4] * 30 + [9] * 20
    assert of_years([*known, *[None] * 900]) == of_years(known)


def test_without_fitting_the_usual_limits_stand_whatever_they_hold():
    fixed = {"fit_bands": False}
    assert of_years([40] * 200, **fixed)[::2] == (EXPERIENCE, "default")
    assert of_pay([9e7] * 200, **fixed)[::2] == ((5.0, 15.0, 30.0), "currency")
    quartiles = of_pay([26.0] * 100, pay={"currency": "EUR"}, **fixed)
    assert quartiles == ((0.026,), ("Band 1", "Band 2"), "table")
    few = of_pay([26.0 + i for i in range(99)], pay={"currency": "EUR"}, **fixed)
    assert few == ((), ("All",), "table")
    assert load_config("notebook").fit_bands is False


def test_names_of_another_number_decide_how_many_bands_there_are():
    names = {"experience_band_names": ["a", "b", "c", "d", "e"]}
    limits, found, origin = of_years(range(200), **names)
    assert (len(limits), found, origin) == (4, ("a", "b", "c", "d", "e"), "table")
    few = of_years(range(50), **names)
    assert few == (EXPERIENCE, ("Band 1", "Band 2", "Band 3"), "default")


@given(st.lists(st.integers(0, 60), min_size=100, max_size=300))
def test_bands_always_cut_and_every_one_of_the_table_holds_some(years):
    limits, names, origin = of_years(years)
    assert len(names) == len(limits) + 1
    assert all(low < high for low, high in itertools.pairwise(limits))
    held, usual = shares(years, limits), shares(years, EXPERIENCE)
    if origin == "table":
        assert held.min() >= 0.05
        assert held.max() <= 0.60 or held.max() < usual.max() or names == ("All",)
    elif usual.min() < 0.05 or usual.max() > 0.60:
        assert held.max() > 0.60  # no cut is better


def test_engines_agree(frame):
    years = [20.0 + i % 10 for i in range(120)]
    rows = {"learner_id": [f"l{i}" for i in range(120)], "years_of_experience": years}
    found = bands_of_experience(nw.from_native(frame(rows)), load_config())
    assert found == bands_of_experience(
        table("years_of_experience", years), load_config()
    )
