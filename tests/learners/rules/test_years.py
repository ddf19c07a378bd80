from dataclasses import replace
from datetime import UTC, datetime

import narwhals as nw
import pytest

from learnstrata.config.loading import load_config
from learnstrata.exceptions import SchemaError
from learnstrata.learners.rules.years import Later, find_now, moved_now

CONFIG = load_config("robust")
CLOCK = datetime.now(tz=UTC).year


def now(frame, config=CONFIG, **columns):
    n = len(next(iter(columns.values())))
    native = nw.from_native(frame({"record": list(range(n)), **columns}))
    typed = (
        nw.col(c).cast(nw.String if c == "learner_id" else nw.Float64) for c in columns
    )
    return find_now(native.with_columns(*typed), config)


def test_now_is_the_newest_pay_year_that_enough_learners_share(frame):
    years = [*[2018.0] * 20, *[2020.0] * 20]
    assert now(frame, pay_year=[*years, 2025.0, 2025.0, None]) == 2020
    assert now(frame, pay_year=[*years, *[2021.0] * 3]) == 2021


def test_records_of_one_learner_are_one_slip(frame):
    years = [*[2018.0] * 20, *[2020.0] * 20, *[2025.0] * 6]
    ids = [*map(str, range(40)), *["x"] * 6]
    assert now(frame, pay_year=years, learner_id=ids) == 2020


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        (
            [2016, 2017, 2018, 2019, 2019, 2020, 2020, 2018, 2017, 2016, 2016, 2025],
            2020,
        ),
        ([2017, 2019, 2020], 2020),  # nothing is shared
        ([2019], 2019),
        ([2019, 2019, 2020], 2019),
        ([2019] * 2_000 + [2020] * 9, 2019),
        ([2019] * 2_000 + [2020] * 11, 2020),
        ([2019] * 50_000 + [2020] * 30, 2020),  # the first days of January
        ([2019] * 50_000 + [2020] * 29, 2019),
        ([2019, 2019, CLOCK + 1, CLOCK + 1], 2019),
        ([2019, 2019, 20165, 3], 2019),
        ([19, 19, 18, 17], 2019),
        ([98, 98, 2001, 2001], 2001),
    ],
)
def test_a_few_slips_move_nobody_and_a_new_year_does(years, expected):
    import polars as pl

    table = pl.DataFrame({"pay_year": [float(y) for y in years]})
    assert find_now(nw.from_native(table), CONFIG) == expected


def test_without_pay_years_now_is_that_of_start_years(frame):
    assert now(frame, start_year=[1998.0, 2017.0, 2017.0, 20165.0]) == 2017
    years = {"pay_year": [None, None], "start_year": [2016.0, 2016.0]}
    assert now(frame, **years) == 2016


def test_now_can_be_given_or_taken_from_the_clock(frame):
    years = {"pay_year": [2019.0, 2018.0]}
    assert now(frame, replace(CONFIG, as_of=2011), **years) == 2011
    assert now(frame, replace(CONFIG, as_of="clock"), **years) == CLOCK
    assert now(frame, learner_id=["a"]) == CLOCK


def test_years_that_tell_no_now_are_refused(frame):
    with pytest.raises(
        SchemaError, match=r"no plausible year .* as_of = 2021 .*--as-of"
    ):
        now(frame, start_year=[3.0, None], pay_year=[0.0, None])


@pytest.mark.parametrize("column", ["pay_year", "start_year"])
def test_a_column_of_no_years_is_refused_with_examples(frame, column):
    days = [43922.0, 43922.0, 43923.0, 2020.0, None]
    with pytest.raises(
        SchemaError,
        match=rf"column {column} \((year of pay|start year)\) of which most values are "
        r"no years, such as \['43922', '43923'\]\. Expected .* Map another column",
    ):
        now(frame, **{column: days})
    assert now(frame, **{column: [*days, *[2020.0] * 3]}) == 2020


def test_the_original_analysis_refuses_no_years(frame):
    config = load_config("notebook", as_of=2021)
    assert now(frame, config, pay_year=[43922.0] * 5) == 2021


def test_two_digit_start_years_are_years(frame):
    assert now(frame, start_year=[91.0, 92.0, 93.0, 2015.0, 2015.0]) == 2015


def test_years_before_the_first_possible_one_are_no_years(frame):
    # A number that a workbook shows as a date: day 2019 of Excel is in 1905.
    with pytest.raises(SchemaError, match=r"no years, such as \['1905'\]"):
        now(frame, pay_year=[1905.0] * 4 + [2020.0])


def test_a_table_that_starts_after_all_pay_is_refused(frame):
    # Seconds since 2001 are read as seconds of Unix, 31 years too early.
    pay, starts = [1989.0] * 5, [2010.0, 2011.0, 2012.0, 1980.0, None]
    with pytest.raises(SchemaError, match=r"start years are after 1989, .* --as-of"):
        now(frame, pay_year=pay, start_year=starts)
    assert now(frame, pay_year=pay, start_year=[1980.0] * 3 + starts[:2]) == 1989
    config = replace(CONFIG, as_of=2021)
    assert now(frame, config, pay_year=pay, start_year=starts) == 2021


@pytest.mark.parametrize(
    ("as_of", "years", "expected"),
    [
        ("table", [2022, 2022, 2019], Later(2022, 2022, 0)),
        ("table", [2022], Later(2022, 2022, 0)),
        ("table", [2019, 2019, 2022], Later(2021, 2022, 1)),
        ("table", [2019, 2019, 2019], Later(2021, 2021, 0)),
        ("table", [20165, 3, 0], Later(2021, 2021, 0)),
        ("table", [None], Later(2021, 2021, 0)),
        (2020, [2022, 2022], Later(2021, 2022, 2)),
        (2022, [2022, 2022], Later(2022, 2022, 0)),
        ("clock", [2022, 2022], Later(CLOCK, CLOCK, 0)),
    ],
)
def test_a_later_table_moves_the_year_on_and_never_back(frame, as_of, years, expected):
    table = frame({"pay_year": [None if y is None else float(y) for y in years]})
    native = nw.from_native(table).with_columns(nw.col("pay_year").cast(nw.Float64))
    config = replace(CONFIG, as_of=as_of)
    assert moved_now(native, config, as_of=2021) == expected
