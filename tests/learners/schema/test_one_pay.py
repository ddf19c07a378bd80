"""One pay as somebody typed it."""

import pytest

from learnstrata.config.stages import Numbers, Pay
from learnstrata.exceptions import ParameterError
from learnstrata.learners.schema.one_pay import read_pay


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("₹ 12,00,000", "", 1_200_000),
        ("100k a month", "", 1_200_000),
        ("10-12 LPA", "INR", 1_100_000),
        ("$75k", "USD", 75_000),
        ("€ 45.000,50", "EUR", 45_000.5),
        ("1.2 crore", "INR", 12_000_000),
    ],
)
def test_a_pay_says_its_own_unit_in_its_own_currency(text, currency, amount):
    assert read_pay(text, Pay(currency=currency)).amount == amount


def test_a_number_alone_is_in_units_a_year_whatever_the_column_is_in():
    assert read_pay("1200000", Pay(unit=100_000, period="month")).amount == 1_200_000


def test_a_mark_is_read_where_the_run_says_how():
    with pytest.raises(ParameterError, match="read in one way alone, such as '75k'"):
        read_pay("45.000", Pay(currency="EUR"))
    told = Numbers(decimal=",")
    assert read_pay("45.000", Pay(currency="EUR"), numbers=told).amount == 45_000


@pytest.mark.parametrize("text", ["", "abc", "€5"])
def test_what_is_no_pay_of_the_currency_is_refused(text):
    with pytest.raises(ParameterError, match="expected an amount of USD a year"):
        read_pay(text, Pay(currency="USD"))


@pytest.mark.parametrize("text", ["12LPA", "12 lakh", "1.2 Crore USD", "10-12 lakhs"])
def test_a_currency_is_not_read_in_the_words_of_another(text):
    with pytest.raises(ParameterError, match="USD is not counted in lakh or crore"):
        read_pay(text, Pay(currency="USD"))
    assert read_pay(text.replace("USD", ""), Pay(currency="PKR")).amount >= 1_100_000


@pytest.mark.parametrize("text", ["75k", "0.075 million", "75 thousand", "$75,000 pa"])
def test_words_that_every_currency_is_counted_in_are_read(text):
    assert read_pay(text, Pay(currency="USD")).amount == 75_000


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("12", 1_200_000, "LPA"),
        ("2,999.9", 299_990_000, "LPA"),
        ("3,000", 3_000, "INR"),
        ("1 a month", 1_200_000, "LPA"),
        ("10-12", 1_100_000, "LPA"),
    ],
)
def test_a_number_alone_is_in_the_shown_unit_up_to_a_limit(text, amount, unit):
    found = read_pay(text, Pay(), units_from=3_000.0)
    assert found.amount == amount
    assert found.told == (
        f"{text} is read in {unit}: a number alone is in LPA under 3,000, else in INR."
    )


@pytest.mark.parametrize("text", ["₹12", "12/-", "12 INR"])
def test_a_number_with_its_currency_is_in_units_a_year(text):
    assert read_pay(text, Pay(), units_from=3_000.0) == (12.0, "")
