import re
from decimal import Decimal

import hypothesis.strategies as st
import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings

from learnstrata.config.stages import Pay
from learnstrata.learners.schema.amounts import (
    flag,
    money,
    number,
    tidied,
    year,
)


def read(how, texts, **options):
    """Give the number of each text, or "fault"."""
    frame = nw.from_native(pl.DataFrame({"text": texts}, schema={"text": pl.String}))
    tidy = tidied(nw.col("text")).str.to_lowercase()
    amount = how(tidy, **options)
    value = nw.when(amount.readable).then(amount.value)
    told = frame.select(value=value, ok=amount.readable).rows()
    return [value if ok else "fault" for value, ok in told]


def indian(whole):
    """Group digits the Indian way: three, then twos."""
    head, tail = str(whole)[:-3], str(whole)[-3:]
    pairs = []
    while head:
        head, pair = head[:-2], head[-2:]
        pairs.insert(0, pair)
    return ",".join([*pairs, tail])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,00,000", 1_200_000),
        ("1,200,000", 1_200_000),
        ("1200000", 1_200_000),
        ("1200000.50", 1_200_000.5),
        ("₹ 12,00,000", 1_200_000),
        ("₹12,00,000/-", 1_200_000),
        ("Rs. 12,00,000 per annum", 1_200_000),
        ("INR 12 lakh", 1_200_000),
        ("12 LPA", 1_200_000),
        ("12LPA", 1_200_000),
        ("12 l.p.a.", 1_200_000),
        ("12.5 lakh", 1_250_000),
        ("12 lakhs", 1_200_000),
        ("12 lacs pa", 1_200_000),
        ("4.35 lakh", 435_000),
        ("1.2 cr", 12_000_000),
        ("1.2 crore", 12_000_000),
        ("1.2 Cr.", 12_000_000),
        ("450k", 450_000),
        ("450 K", 450_000),
        ("0.5 m", 500_000),
        ("2 million", 2_000_000),
        ("1e6", 1_000_000),
        ("1.5E+6", 1_500_000),
        ("  12\t00000 ", "fault"),
        ("  1200000 ", 1_200_000),
        ("12\N{NO-BREAK SPACE}LPA", 1_200_000),
        ("50k per month", 600_000),
        ("50,000 p.m.", 600_000),
        ("50000/month", 600_000),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        (".5 cr", 5_000_000),
        ("about 12", "fault"),
        ("12-15 LPA", "fault"),
        ("12,5", "fault"),
        ("1,20,0000", "fault"),
        ("0,123", "fault"),
        ("1.200.000", "fault"),
        ("1 200 000", "fault"),
        ("12+ LPA", "fault"),
        ("12 LPA fixed", "fault"),
        ("LPA", "fault"),
        ("abc", "fault"),
        ("inf", "fault"),
        ("1e400", "fault"),
        ("9" * 41, "fault"),
        ("12 %", "fault"),
        ("12\n13", "fault"),
        ("١٢", "fault"),
    ],
)
def test_pay_is_read_where_it_is_certain(text, expected):
    assert read(money, [text], pay=Pay()) == [expected]


@pytest.mark.parametrize(
    ("currency", "text", "expected"),
    [
        ("USD", "$120,000", 120_000),
        ("USD", "US$ 120k", 120_000),
        ("USD", "120,000 USD", 120_000),
        ("CAD", "$120,000", 120_000),
        ("EUR", "€ 60k", 60_000),
        ("EUR", "60000 €", 60_000),
        ("GBP", "£60,000 per year", 60_000),
        ("CHF", "CHF 90,000", 90_000),
        ("INR", "$120,000", "fault"),
        ("USD", "₹12,00,000", "fault"),
        ("GBP", "60000 EUR", "fault"),
    ],
)
def test_sign_of_another_currency_is_not_read(currency, text, expected):
    assert read(money, [text], pay=Pay(currency=currency)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.35", 435_000 * 12),
        ("4.35 pa", 435_000),
        ("50k", 50_000 * 12),
        ("50k a month", 50_000 * 12),
        ("12 LPA", 1_200_000),
        ("12 lakh", 1_200_000 * 12),
    ],
)
def test_what_a_text_says_of_its_unit_and_period_goes_first(text, expected):
    assert read(money, [text], pay=Pay(unit=100_000, period="month")) == [expected]


amounts = st.integers(0, 10**12)
decimals = st.sampled_from(["", ".0", ".25", ".50", ".125"])


units = st.sampled_from(
    [
        *(("", 1), ("/-", 1), (" pa", 1), (" p.m.", 12), ("k", 1e3), (" LPA", 1e5)),
        *((" lakhs", 1e5), (" mn", 1e6), (" crore per annum", 1e7)),
    ]
)
groupings = st.sampled_from([str, indian, "{:,}".format])
signs = st.sampled_from(["", "₹", "Rs ", "INR "])


@settings(max_examples=30)  # each has many texts
@given(st.lists(st.tuples(amounts, decimals, groupings, signs, units), min_size=1))
def test_written_pay_is_read_back(written):
    texts = [f"{s}{group(n)}{d}{words}" for n, d, group, s, (words, _) in written]
    expected = [float(f"{n}{d}") * factor for n, d, _, _, (_, factor) in written]
    assert read(money, texts, pay=Pay()) == pytest.approx(expected, rel=1e-12)


def naive_number(text):
    """Read digits whose commas are where Western or Indian grouping puts them."""
    if not re.fullmatch(r"[+-]?[0-9,]*\.?[0-9]*(e[+-]?[0-9]+)?", text, re.ASCII):
        return None
    if not re.search("[0-9]", text.split("e")[0]):
        return None
    whole = re.match(r"[+-]?([0-9,]*)", text)[1]
    digits = whole.replace(",", "")
    if whole != digits and ("e" in text or not digits or digits.startswith("0")):
        return None
    if whole not in {digits, indian(digits), f"{int(digits or 0):,}"}:
        return None
    return Decimal(text.replace(",", ""))


@given(st.lists(st.text(st.sampled_from("0123,,.+-e "), max_size=9), max_size=30))
def test_numbers_agree_with_a_naive_reader(texts):
    for text, got in zip(texts, read(number, texts), strict=True):
        expected = naive_number(" ".join(text.split()))
        if expected is None:
            assert got == "fault"
        elif got != "fault":
            assert got == float(expected)
        else:  # more exponent digits than are taken for certain
            assert re.search(r"e[+-]?[0-9]{3}|[0-9]{41}|^[+-]?\.e?|\.e", text)


@pytest.mark.parametrize(
    ("text", "expected"), [("12 lpa", "fault"), ("450k", "fault"), ("₹ 5", "fault")]
)
def test_plain_numbers_have_no_units(text, expected):
    assert read(number, [text]) == [expected]


def test_plain_numbers_may_bear_the_currency_of_the_table():
    assert read(number, ["₹ 5", "$5"], currency="INR") == [5, "fault"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016", 2016),
        ("2016.0", 2016),
        ("2,016", 2016),
        ("91", 91),
        ("20165", 20165),
        ("2031", 2031),
        ("-3", -3),
        ("6/7/2017 11:33:27", 2017),
        ("2021-05-01", 2021),
        ("2021-05-01 00:00:00.000000", 2021),
        ("2017-06-07T11:33:27.123456+0530", 2017),
        ("7 June 1999", 1999),
        ("05.2017", 2017),
        ("2016/17", 2016),
        ("2017-2019", "fault"),
        ("1/1/1850", "fault"),
        ("1/1/17", "fault"),
        ("before 2010", "fault"),
        ("2010?", "fault"),
        ("soon", "fault"),
        ("12 2.017", "fault"),
    ],
)
def test_year_is_read_where_it_is_certain(text, expected):
    assert read(year, [text]) == [expected]


@given(st.datetimes())
def test_year_of_a_written_date_is_its_year_or_a_fault(moment):
    for text in (
        moment.isoformat(" "),
        moment.strftime("%d/%m/") + f"{moment.year:04}",
    ):
        [got] = read(year, [text])
        assert got in {moment.year, "fault"}
        assert (got == "fault") == (not 1900 <= moment.year <= 2099)


def test_flags_are_numbers():
    texts = ["yes", "No", "TRUE", "false", "y", "maybe"]
    assert read(flag, texts) == [1, 0, 1, 0, "fault", "fault"]
