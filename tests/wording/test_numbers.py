import pytest

from learnstrata.wording.numbers import (
    NOTHING,
    Numbers,
    as_count,
    as_index,
    as_number,
    as_share,
    as_years,
)

LPA = Numbers(100_000.0, "LPA", 10)


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
    assert LPA.pay(amount) == text


def test_money_outside_india_is_in_thousands_of_its_currency():
    money = Numbers(1_000.0, "k USD", 10)
    assert money.pay_text(85_400.0) == "85.4 k USD"
    assert money.pay_text(None) == NOTHING


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2494, "0.249"), (0.9, "0.9"), (1_234.0, "1,230"), (1.3e-08, "<0.0001")],
)
def test_a_statistic_has_its_digits_and_never_those_of_a_machine(value, text):
    write = Numbers(1.0, "USD", 10)
    assert write.statistic(value) == text
    assert write.statistic(-value) == (f">-{text[1:]}" if "<" in text else f"-{text}")
