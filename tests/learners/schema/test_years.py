from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from learnstrata.config.stages import Pay
from learnstrata.learners.schema.columns import reading_of


def reading(values):
    return reading_of(
        pl.DataFrame({"in": values}, strict=False),
        {"x": "in"},
        kinds={"x": "year"},
        pay=Pay(),
    )


def read(values):
    """Give the year of each cell, or "fault"."""
    table = reading(values).frame.lazy().collect("polars")
    told = table.select("value:x", "fault:x").rows()
    return ["fault" if fault else value for value, fault in told]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016", 2016),
        ("2016.0", 2016),
        ("2,016", 2016),
        ("91", 91),
        ("2031", 2031),
        ("-3", -3),
        ("20165", "fault"),
        ("6/7/2017 11:33:27", 2017),
        ("2021-05-01", 2021),
        ("2021-05-01 00:00:00.000000", 2021),
        ("2020-04-15 20:19:00", 2020),
        ("2017-06-07T11:33:27.123456+0530", 2017),
        ("2020-04-15T10:00:00Z", 2020),
        ("2020-04-15T10:00:00+02:00", 2020),
        ("15.04.2020", 2020),
        ("04/15/2020", 2020),
        ("7 June 1999", 1999),
        ("Apr 2020", 2020),
        ("05.2017", 2017),
        ("2020 Q2", 2020),
        ("2020Q2", 2020),
        ("2016/17", 2016),
        ("FY2020-21", 2020),
        ("20200415", 2020),
        ("15042020", 2020),
        ("04152020", 2020),
        ("20200415101500", 2020),
        ("20204515", "fault"),
        ("6/1/12 0:00", 2012),
        ("12/31/99 11:59 PM", 1999),
        ("15.04.20", 2020),
        ("Apr-20", 2020),
        ("1-Apr-20", 2020),
        ("Apr '20", 2020),
        ("20-Apr", "fault"),
        ("2017-2019", "fault"),
        ("1/1/1850", "fault"),
        ("before 2010", "fault"),
        ("2010?", "fault"),
        ("2010s", "fault"),
        ("2010's", "fault"),
        ("pre-2010", "fault"),
        ("2010 or earlier", "fault"),
        ("prior to 2010", "fault"),
        ("the 2010s", "fault"),
        ("2015+", "fault"),
        ("not 2010", "fault"),
        ("ca. 2010", "fault"),
        ("≤2010", "fault"),
        ("2020-04-15 10:00 EST", 2020),
        ("20200415-2015", "fault"),
        ("20200415T2015Z", "fault"),
        ("soon", "fault"),
        ("12 2.017", "fault"),
    ],
)
def test_year_is_read_where_it_is_certain(text, expected):
    assert read([text]) == [expected]


@settings(max_examples=15)
@given(st.datetimes())
def test_year_of_a_written_date_is_its_year_or_a_fault(moment):
    texts = [moment.isoformat(" "), moment.strftime("%d/%m/") + f"{moment.year:04}"]
    for text in texts:
        [got] = read([text])
        assert got in {moment.year, "fault"}
        assert (got == "fault") == (not 1900 <= moment.year <= 2099)


NUMBERS = {
    "days of Excel": lambda day: (day - datetime(1899, 12, 30, tzinfo=UTC)).days,
    "seconds": lambda day: int(day.timestamp()),
    "milliseconds": lambda day: int(day.timestamp()) * 1000,
    "microseconds": lambda day: int(day.timestamp()) * 10**6,
    "nanoseconds": lambda day: int(day.timestamp()) * 10**9,
    "months": lambda day: int(day.strftime("%Y%m")),
    "dates": lambda day: int(day.strftime("%Y%m%d")),
    "dates from the day on": lambda day: int(day.strftime("%d%m%Y")),
}


@settings(max_examples=25)
@given(
    st.lists(
        st.datetimes(
            datetime(1981, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
            datetime(2060, 12, 31, 23, 59, 59),  # noqa: DTZ001
            timezones=st.just(UTC),
        ),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(sorted(NUMBERS)),
)
def test_numbers_of_any_calendar_are_read_where_the_column_holds_them(moments, form):
    numbers = [NUMBERS[form](moment) for moment in moments]
    expected = [moment.year for moment in moments]
    assert read(numbers) == expected
    assert read([str(number) for number in numbers]) == expected
    assert read([f"{number}.0" for number in numbers]) == expected


def test_every_new_year_of_a_day_of_excel_is_met():
    days = [datetime(1960, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(36_890)]
    assert days[-1].year == 2060
    numbers = [NUMBERS["days of Excel"](day) for day in days]
    assert read(numbers) == [day.year for day in days]


def test_days_of_excel_may_have_a_time():
    assert read(["43922.5", "43831.25"]) == [2020, 2020]
    assert read([43922.5, 43831.25]) == [2020, 2020]


def test_a_year_with_a_fraction_is_that_year_in_a_number_as_in_a_text():
    assert read([2016.5, 98.5]) == read(["2016.5", "98.5"]) == [2016, "fault"]


def test_days_of_excel_are_read_beside_years_where_there_are_many():
    assert read(["2019", "43922", "2020", "1-Apr-20"]) == [2019, 2020, 2020, 2020]


def test_a_single_number_among_years_is_no_day_of_excel():
    found = reading(["2019"] * 60 + ["43922"])
    assert read(["2019"] * 60 + ["43922"])[-1] == "fault"
    assert found.hints["x"].startswith("Numbers that could be days of Excel or seconds")


def test_numbers_are_no_days_where_the_rest_are_no_years():
    assert read(["43922", "43831", "99999", "88888"]) == ["fault"] * 4


def test_short_dates_with_hyphens_are_read_where_the_column_tells():
    assert read(["12-06-01", "11-15-02"]) == [2001, 2002]
    assert read(["99-06-01", "11-05-02"]) == [1999, 2011]
    assert read(["12-06-01", "11-05-02"]) == ["fault", "fault"]
    assert "may begin or end with its year" in reading(["12-06-01"]).hints["x"]


def test_short_dates_that_cannot_end_with_the_year_begin_with_it():
    assert read(["99/06/01", "98/05/02"]) == [1999, 1998]


def test_numbers_that_are_no_years_are_faults_in_any_column():
    assert read([1e160, float("inf"), float("nan"), 2019.0, -0.0]) == [
        *("fault", "fault", None, 2019, 0),
    ]


def test_decimals_of_a_year_are_a_part_of_it():
    assert read([2016.04, 2016.9, 2016.0, 5.2017, 9999.5]) == [
        *(2016, 2016, 2016),
        "fault",
        9999,
    ]
    assert read(["2016.04", "2016.9"]) == [2016, 2016]


def test_a_date_is_past_so_its_last_number_is_no_year_to_come():
    days = [
        f"{year:02d}/04/{day:02d}" for year in range(11, 20) for day in range(1, 31)
    ]
    assert read(days) == [2000 + year for year in range(11, 20) for _ in range(30)]
    ends = [
        f"{day:02d}/04/{year:02d}" for year in range(11, 20) for day in range(1, 31)
    ]
    assert read(ends) == [2000 + year for year in range(11, 20) for _ in range(30)]
