import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from learnstrata.config.stages import Numbers, Pay
from learnstrata.exceptions import SchemaError
from learnstrata.learners.schema.columns import reading_of


def reading(kind, values, *, pay=None, numbers=None):
    return reading_of(
        pl.DataFrame({"in": values}, strict=False),
        {"x": "in"},
        kinds={"x": kind},
        pay=pay or Pay(),
        numbers=numbers,
    )


def values(kind, cells, **options):
    return reading(kind, cells, **options).frame.lazy().collect("polars")["value:x"]


class TestHints:
    def test_a_point_that_could_be_either_is_told_with_what_to_say(self):
        found = reading("pay", ["26.000 €", "45.000 €"], pay=Pay(currency="EUR"))
        assert found.hints == {
            "x": "A value such as 45.000 could be 45 or 45,000, and no other value of "
            'the column tells which. Say decimal = "," in [pay] of the configuration '
            'if it is 45,000, decimal = "." if it is 45'
        }

    def test_a_comma_that_could_be_either_is_told_the_other_way_round(self):
        hint = reading("experience", ["1,200"]).hints["x"]
        assert hint.startswith("A value such as 45,000 could be 45 or 45,000, and no")
        assert 'Say decimal = "." in [numbers] of the configuration if it is' in hint

    @pytest.mark.parametrize(
        ("others", "words"),
        [
            (["1.234.567", "45.5"], "the other values of the column contradict each"),
            (["45.000"] * 50 + ["45.5"], "too few others of the column tell which"),
        ],
    )
    def test_why_the_column_does_not_tell_is_told(self, others, words):
        assert words in reading("pay", ["45.000", *others]).hints["x"]

    def test_what_was_taken_for_granted_is_noted(self):
        assert reading("pay", ["75,000"]).notes == {
            "x": "A comma before three digits parts the thousands: 45,000 is 45000. If "
            'it is 45, say decimal = "," in [pay] of the configuration'
        }

    def test_settled_columns_need_no_words(self):
        found = reading("pay", ["1.234.567", "45.000"])
        assert (found.hints, found.notes) == ({}, {})
        told = reading("pay", ["45.000"], numbers=Numbers(decimal=","))
        assert (told.hints, told.notes) == ({}, {})


class TestCurrencies:
    def test_several_currencies_are_refused_with_their_counts(self):
        with pytest.raises(
            SchemaError,
            match=r"Column 'in', read as x, holds values in several currencies, or in "
            r"another than INR: 5 in \$, 3 in EUR, 1 in INR, 2 that name none\. Say "
            r'which one is kept, as currency = "USD" in \[pay\] of the configuration; '
            r"values in others are then set aside\.",
        ):
            reading("pay", ["$5"] * 5 + ["€ 5"] * 3 + ["Rs 5"] + ["5"] * 2)

    def test_one_currency_that_nobody_named_is_refused_too(self):
        with pytest.raises(SchemaError, match=r"INR: 2 in EUR\. Say .* = \"EUR\""):
            reading("pay", ["26.000 €", "12 Euro"])

    def test_the_chosen_currency_is_kept_and_the_others_are_not_read(self):
        usd = Pay(currency="usd")
        cells = ["$75,000.00", "75 USD", "80 eur", "US$ 5", "C$ 7"]
        assert values("pay", cells, pay=usd).to_list() == [75_000, 75, None, 5, None]
        assert reading("pay", cells, pay=usd).hints == {
            "x": "Values in another currency than USD are not read: 1 in CAD, 1 in EUR"
        }

    def test_a_sign_that_many_share_is_that_of_the_table(self):
        cad = Pay(currency="CAD")
        assert values("pay", ["$5", "C$6", "5 CAD"], pay=cad).to_list() == [5, 6, 5]

    def test_a_stray_sign_among_hundreds_refuses_no_table(self):
        found = values("pay", ["1200"] * 200 + ["$5"])
        assert found.to_list() == [1200] * 200 + [None]


class TestIds:
    @pytest.mark.parametrize(
        "cells",
        [
            ["1.23457E+11", "1.23458E+11", "a"],
            ["1,23457E+11", "123456789012", "123456789013"],
        ],
    )
    def test_ids_that_lost_their_digits_are_refused(self, cells):
        with pytest.raises(
            SchemaError,
            match=r"Column 'in', read as x, holds \d ids such as '1[.,]2345\dE\+11', "
            "whose digits are lost. A spreadsheet did that: format the column as text",
        ):
            reading("id", cells)

    def test_a_single_odd_id_among_names_is_an_id(self):
        assert values("id", ["1E+05", "ann", "bob"]).to_list() == [
            "1E+05",
            "ann",
            "bob",
        ]

    @pytest.mark.parametrize("engine", [pl.DataFrame, pd.DataFrame])
    def test_ids_beyond_what_floats_tell_apart_are_refused(self, engine):
        table = engine({"in": [1e17, 2.0, None]})
        with pytest.raises(SchemaError, match=r"holds 1 numbers above 2\^53, where"):
            reading_of(table, {"x": "in"}, kinds={"x": "id"}, pay=Pay())

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            (["123.0", "124.0", None], ["123", "124", None]),
            (["123.0", "v1.0"], ["123.0", "v1.0"]),
            ([123.0, None, 123456789012.0], ["123", None, "123456789012"]),
            (["0012", "1e5"], ["0012", "1e5"]),
        ],
    )
    def test_ids_keep_their_digits_and_lose_only_what_a_float_added(
        self, cells, expected
    ):
        assert values("id", cells).to_list() == expected


def test_columns_of_every_engine_are_settled_alike():
    table = {
        "record": [0, 1, 2, 3],
        "ctc": ["26.000", "1.234.567", None, "10 - 12 k"],
        "yoe": ["Less than 1 year", "1,5", "20+", "?!"],
        "year": ["43922", "43831", "43132", None],
        "score": ["85%", "90%", None, "12,5%"],
    }
    kinds = {"ctc": "pay", "yoe": "experience", "year": "year", "score": "number"}
    arrow = pa.table(table)
    with duckdb.connect() as connection:
        natives = [
            *(pl.DataFrame(table), pl.LazyFrame(table), pd.DataFrame(table), arrow),
            connection.from_arrow(arrow),
        ]
        done = []
        for native in natives:
            mapping = {name: name for name in kinds}
            read = reading_of(native, mapping, kinds=kinds, pay=Pay()).frame
            done.append(read.lazy().collect("polars").sort("record").to_dict())
    as_lists = [{name: list(column) for name, column in one.items()} for one in done]
    assert as_lists[0]["value:ctc"] == [26_000, 1_234_567, None, 11_000]
    assert as_lists[0]["middle:ctc"] == [False, False, False, True]
    assert as_lists[0]["value:yoe"] == [0.5, 1.5, 20, None]
    assert as_lists[0]["fault:yoe"] == [False, False, False, True]
    assert as_lists[0]["value:year"] == [2020, 2020, 2018, None]
    assert as_lists[0]["value:score"] == [85, 90, None, 12.5]
    assert all(one == as_lists[0] for one in as_lists)


def test_numbers_that_are_read_as_days_or_seconds_are_noted():
    days = reading("year", ["43922", "43500"])
    assert days.notes == {
        "x": "Numbers that are no years are read as days of Excel (43922 is in 2020)"
    }
    assert reading("year", ["2019", "2020"]).notes == {}
