import pytest

from learnstrata.wording.numbers import (
    NOTHING,
    Money,
    as_count,
    as_index,
    as_number,
    as_share,
    as_years,
    text_table,
)

LPA = Money(100_000.0, "LPA")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0%"),
        (0.00049, "<0.1%"),
        (0.0005, "0.1%"),
        (0.5, "50.0%"),
        (0.9994, "99.9%"),
        (0.9995, ">99.9%"),
        (1.0, "100%"),
        (None, NOTHING),
    ],
)
def test_a_share_that_is_there_never_reads_as_nothing_nor_a_part_as_all(value, text):
    assert as_share(value) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "0.0"),
        (17_307.0, "0.17"),
        (99_999.0, "1.00"),
        (100_000.0, "1.0"),
        (1_350_000.0, "13.5"),
        (99_990_000.0, "999.9"),
        (200_000_000.0, "2,000"),
        (None, NOTHING),
    ],
)
def test_money_is_written_in_the_unit_of_the_summary(amount, text):
    assert LPA.number(amount) == text


def test_money_outside_india_is_in_thousands_of_its_currency():
    money = Money.of({"per_pay_unit": 1_000.0, "pay_unit": "k USD"})
    assert money.text(85_400.0) == "85.4 k USD"
    assert money.text(None) == NOTHING


def test_counts_years_numbers_and_indices_have_separators_and_no_minus_nothing():
    assert as_count(205843) == "205,843"
    assert as_years(3593.0) == "3,593"
    assert as_years(12.5) == "12.5"
    assert as_number(-0.001) == "0.00"
    assert as_number(-0.56) == "-0.56"
    assert as_index(1121.3) == "1,121"


@pytest.mark.parametrize("write", [as_count, as_years, as_number, as_index, as_share])
def test_what_is_not_known_is_a_dash(write):
    assert write(None) == NOTHING


def test_a_table_formats_each_column_by_its_kind_and_names_the_unit_of_pay():
    table = text_table(
        "Title",
        [("Name", "text"), ("Pay", "pay"), ("Share", "share"), ("Years", "years")],
        [("a", 450_000.0, 0.25, 2.5), ("b", None, 0.0, None)],
        LPA,
    )
    assert table.headings == (
        ("Name", False),
        ("Pay (LPA)", True),
        ("Share", True),
        ("Years", True),
    )
    assert table.rows == (
        ("a", "4.5", "25.0%", "2.5"),
        ("b", NOTHING, "0%", NOTHING),
    )
