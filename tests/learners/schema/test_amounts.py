import re
from fractions import Fraction

import hypothesis.strategies as st
import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings

from dirt import says_nothing
from learnstrata.config.stages import Numbers, Pay
from learnstrata.learners.schema.amounts import flag
from learnstrata.learners.schema.columns import reading_of
from learnstrata.learners.schema.numerals import COMMA, POINT, Style, styles_of


def read(kind, texts, *, pay=None, numbers=None):
    """Give the number of each text; "fault", and "~" before what is of a range."""
    found = reading_of(
        pl.DataFrame({"in": texts}, schema={"in": pl.String}),
        {"x": "in"},
        kinds={"x": kind},
        pay=pay or Pay(),
        numbers=numbers,
    )
    table = found.frame.lazy().collect("polars").to_native()
    told = table.select("value:x", "fault:x", "middle:x").rows()
    return [
        "fault" if fault else f"~{value:g}" if middle else value
        for value, fault, middle in told
    ]


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
        ("45K INR", 45_000),
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
        ("50 per hour", "fault"),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        (".5 cr", 5_000_000),
        ("12,5 LPA", 1_250_000),
        ("1.200.000", 1_200_000),
        ("1 200 000", 1_200_000),
        ("1\N{THIN SPACE}200\N{NARROW NO-BREAK SPACE}000", 1_200_000),
        ("1'200'000", 1_200_000),
        ("1\N{RIGHT SINGLE QUOTATION MARK}200", 1_200),
        ("0,123", 0.123),
        ("12-15 LPA", "~1.35e+06"),
        ("12 \N{EN DASH} 15 LPA", "~1.35e+06"),
        ("50k to ₹60k", "~55000"),
        ("between 10 and 12 lakh", "~1.1e+06"),
        ("50 lakh - 1.5 cr", "~1e+07"),
        ("5,00,000/- to 6,00,000/-", "~550000"),
        ("12+ LPA", "~1.2e+06"),
        ("> 20 LPA", "~2e+06"),
        ("20 LPA or more", "~2e+06"),
        ("<1 lakh", "~50000"),
        ("up to 50k", "~25000"),
        ("<0", "fault"),
        ("15-12 LPA", "fault"),
        ("500-1 lakh", "fault"),
        ("04-2020", "fault"),
        ("1-2-3", "fault"),
        ("about 12", "fault"),
        ("1,20,0000", "fault"),
        ("(1,200)", "fault"),
        ("12 LPA fixed", "fault"),
        ("LPA", "fault"),
        ("abc", "fault"),
        ("inf", "fault"),
        ("1e400", "fault"),
        ("9" * 41, "fault"),
        ("9" * 99, "fault"),
        ("12 %", "fault"),
        ("5 years", "fault"),
        ("12\n13", "fault"),
        ("١٢", "fault"),
    ],
)
def test_pay_is_read_where_it_is_certain(text, expected):
    assert read("pay", [text]) == [expected]


@pytest.mark.parametrize(
    ("currency", "text", "expected"),
    [
        ("USD", "$120,000", 120_000),
        ("USD", "US$ 120k", 120_000),
        ("USD", "120,000 USD", 120_000),
        ("USD", "$75,000 USD", 75_000),
        ("USD", "75000 USD/year", 75_000),
        ("CAD", "$120,000", 120_000),
        ("EUR", "€ 60k", 60_000),
        ("EUR", "60000 €", 60_000),
        ("GBP", "£60,000 per year", 60_000),
        ("CHF", "CHF 90'000", 90_000),
        ("XAF", "XAF 90 000", 90_000),
        ("INR", "$120,000", "fault"),
        ("USD", "₹12,00,000", "fault"),
        ("USD", "C$ 5", "fault"),
        ("GBP", "60000 EUR", "fault"),
    ],
)
def test_sign_of_another_currency_is_not_read(currency, text, expected):
    assert read("pay", [text], pay=Pay(currency=currency)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.35", 435_000 * 12),
        ("4", 400_000 * 12),
        ("4.35 pa", 435_000),
        ("50k", 50_000 * 12),
        ("50k a month", 50_000 * 12),
        ("12 LPA", 1_200_000),
        ("12 lakh", 1_200_000 * 12),
    ],
)
def test_what_a_text_says_of_its_unit_and_period_goes_first(text, expected):
    assert read("pay", [text], pay=Pay(unit=100_000, period="month")) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 years", 5),
        ("1 yr", 1),
        ("5Y", 5),
        ("18 months", 1.5),
        ("1 year 6 months", 1.5),
        ("11 yrs, 3 mos", 11.25),
        ("5.5 years of experience", 5.5),
        ("2,5", 2.5),
        ("Less than 1 year", "~0.5"),
        ("<1", "~0.5"),
        ("More than 50 years", "~50"),
        ("20+", "~20"),
        ("20+ years", "~20"),
        (">20", "~20"),
        ("≥ 10", "~10"),
        ("10 or more", "~10"),
        ("10 or more years", "~10"),
        ("2 - 4 years", "~3"),
        ("11 to 15 years", "~13"),
        ("6 months - 1 year", "~0.75"),
        ("4 - 2 years", "fault"),
        ("about 3", "fault"),
        ("450k", "fault"),
        ("₹ 5", "fault"),
        ("12 lpa", "fault"),
        ("1,200", "fault"),  # 1,200 years are none, and 1.2 is a guess
    ],
)
def test_experience_is_read_in_years(text, expected):
    assert read("experience", [text]) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("75k", 75_000),
        ("1.2 million", 1_200_000),
        ("₹ 5", 5),
        ("5 years", 5),
        ("18 months", 1.5),
        ("yes", 1),
        ("FALSE", 0),
        ("20+", "~20"),
        ("2 - 4", "~3"),
        ("85%", 85),
        ("5 m", "fault"),  # million, metres, months
        ("12 lpa", "fault"),
        ("maybe", "fault"),
    ],
)
def test_extra_numbers_are_read_with_what_may_stand_around_them(text, expected):
    assert read("number", [text]) == [expected]


def test_percent_is_read_where_the_whole_column_is_in_percent():
    assert read("number", ["85%", "90 %", "12.5%"]) == [85, 90, 12.5]
    assert read("number", ["85%", "90", "12.5"]) == ["fault", 90, 12.5]
    assert read("number", ["85%"] * 19 + ["0.9"]) == [85] * 19 + ["fault"]


def test_ranges_are_categories_of_an_outcome_and_no_numbers():
    texts = ["0-10", "20+", "<1", "5"]
    found = reading_of(
        pl.DataFrame({"in": texts}),
        {"x": "in"},
        kinds={"x": "outcome"},
        pay=Pay(),
    )
    assert found.frame.lazy().collect("polars")["value:x"].to_list() == texts


class TestMarks:
    @pytest.mark.parametrize(
        ("others", "expected"),
        [
            (["1.234.567"], 45_000),
            (["12,5"], 45_000),
            (["1.234,5"], 45_000),
            (["1 234,50"], 45_000),
            (["45.5"], 45),
            (["1,234.5"], 45),
            (["12,00,000"], 45),
            (["0.125"], 45),
            ([], "fault"),
            (["26.000", "7"], "fault"),
            (["1.234.567", "45.5"], "fault"),
            (["12,5", "12.5"], "fault"),
        ],
    )
    def test_other_values_of_the_column_tell_what_a_point_is(self, others, expected):
        pay = Pay(currency="EUR")
        assert read("pay", ["45.000", *others], pay=pay)[0] == expected
        assert read("number", [*others, "45.000"], pay=pay)[-1] == expected

    def test_values_that_are_certain_by_themselves_are_read_in_a_mixed_column(self):
        texts = ["1.234.567", "45.5", "12,5", "1,234.5", "7"]
        assert read("pay", texts) == [1_234_567, 45.5, 12.5, 1234.5, 7]

    def test_a_slip_does_not_change_the_others(self):
        usd = Pay(currency="USD")
        texts = ["75,000"] * 150 + ["12,5"]
        assert read("pay", texts, pay=usd) == [75_000] * 150 + ["fault"]
        texts = ["1,234.5"] * 150 + ["12,5", "45.000"]
        assert read("pay", texts, pay=usd) == [1234.5] * 150 + ["fault", 45]

    def test_few_decimals_do_not_make_thousands_to_units(self):
        texts = ["45.000"] * 50 + ["45.5"]
        assert read("pay", texts) == ["fault"] * 50 + [45.5]
        assert read("pay", ["45.000"] * 10 + ["45.5"]) == [45] * 10 + [45.5]

    @pytest.mark.parametrize(
        ("currency", "others", "expected"),
        [
            ("", [], 75_000),
            ("USD", ["7"], 75_000),
            ("EUR", [], "fault"),
            ("USD", ["45.000"], "fault"),
        ],
    )
    def test_commas_alone_part_thousands_where_nobody_writes_decimal_commas(
        self, currency, others, expected
    ):
        pay = Pay(currency=currency)
        assert read("pay", ["75,000", *others], pay=pay)[0] == expected

    def test_commas_are_not_taken_for_thousands_beside_decimal_commas(self):
        table = pl.DataFrame({"ctc": ["75,000", "82,500"], "yoe": ["1,5", "2,5"]})
        found = reading_of(
            table,
            {"pay": "ctc", "experience": "yoe"},
            kinds={"pay": "pay", "experience": "experience"},
            pay=Pay(),
        )
        done = found.frame.lazy().collect("polars")
        assert done["value:pay"].to_list() == [None, None]
        assert done["value:experience"].to_list() == [1.5, 2.5]

    @pytest.mark.parametrize(
        ("told", "texts", "expected"),
        [
            (Numbers(decimal=","), ["45.000", "45.5"], [45_000, "fault"]),
            (Numbers(decimal="."), ["45.000", "12,5"], [45, "fault"]),
            (Numbers(thousands="."), ["45.000"], [45_000]),
            (Numbers(thousands=","), ["75,000", "45.000"], [75_000, 45]),
            (Numbers(thousands=" "), ["45.000", "45,000"], [45, 45]),
            (Numbers(",", " "), ["1 200,5", "45.000"], [1200.5, "fault"]),
            (Numbers(".", "'"), ["1'200.5", "1,200"], [1200.5, "fault"]),
        ],
    )
    def test_settings_decide_where_they_are_given(self, told, texts, expected):
        assert read("number", texts, numbers=told) == expected
        assert read("pay", texts, numbers=told) == expected
        own = Pay(decimal=told.decimal, thousands=told.thousands)
        other = Numbers(decimal="." if told.decimal == "," else ",")
        assert read("pay", texts, pay=own, numbers=other) == expected


WRITERS = {
    "us": (Style(".", ","), "{:,}".format),
    "india": (Style(".", ","), indian),
    "plain": (Style(".", ","), str),
    "germany": (Style(",", "."), lambda n: f"{n:,}".replace(",", ".")),
    "france": (Style(",", " "), lambda n: f"{n:,}".replace(",", "\N{THIN SPACE}")),
    "switzerland": (Style(".", "'"), lambda n: f"{n:,}".replace(",", "'")),
}
UNITS = [
    *(("", 1), ("/-", 1), (" pa", 1), (" p.m.", 12), ("k", 1000), (" LPA", 10**5)),
    *((" lakhs", 10**5), (" mn", 10**6), (" crore per annum", 10**7)),
]
written = st.lists(
    st.tuples(
        st.integers(0, 10**8),
        st.sampled_from(["", "0", "5", "25", "125", "0000"]),
        st.sampled_from(["", "₹", "Rs ", "INR "]),
        st.sampled_from(UNITS),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=25)  # each has many texts
@given(written, st.sampled_from(sorted(WRITERS)))
def test_written_pay_is_read_back_in_a_column_of_its_style(cells, writer):
    style, group = WRITERS[writer]
    # One value that only this writer writes so settles the column.
    known = f"{group(1_234_567)}{style.decimal}5"
    texts, expected = [known], [1_234_567.5]
    for whole, decimals, sign, (words, factor) in cells:
        tail = style.decimal + decimals if decimals else ""
        texts.append(f"{sign}{group(whole)}{tail}{words}")
        expected.append(float(Fraction(f"{whole}.{decimals or 0}") * factor))
    texts *= 2
    found = read("pay", texts)
    assert found == pytest.approx(expected * 2, rel=1e-12)


def naive_numeral(text, decimal, marks):
    """Read digits grouped in threes (or by commas as in India), slowly."""
    power = re.fullmatch(r"(.*?)e([+-]?[0-9]{1,2})", text, re.ASCII)
    mantissa, exponent = (power[1], int(power[2])) if power else (text, 0)
    sign = -1 if mantissa.startswith("-") else 1
    mantissa = mantissa[1:] if mantissa[:1] in {"-", "+"} else mantissa
    whole, mark, part = mantissa.partition(decimal)
    if mantissa.endswith(".") and whole.rstrip(".").isdecimal() and not power:
        return sign * Fraction(mantissa[:-1]) if mantissa[:-1].isdecimal() else None
    if (mark and not part.isdecimal()) or not (whole or part):
        return None
    digits = re.sub("[,.' ]", "", whole)
    if whole and not digits.isdecimal():
        return None
    if whole != digits:
        ways = [f"{int(digits):,}".replace(",", m) for m in marks]
        ways += [indian(digits)] if "," in marks else []
        if whole not in ways or power or digits.startswith("0"):
            return None
    if not whole and power:
        return None
    return sign * Fraction(f"{digits or 0}.{part or 0}") * Fraction(10) ** exponent


@settings(max_examples=40)
@given(
    st.lists(st.text(st.sampled_from("01234,,..-+e' "), max_size=9), max_size=30),
    st.sampled_from([POINT, COMMA, Style(",", " "), Style(".", "'")]),
)
def test_numerals_agree_with_a_naive_reader(texts, style):
    told = Numbers(
        style.decimal, style.thousands if len(style.thousands) == 1 else None
    )
    assert styles_of(told) == (style,)
    for text, got in zip(texts, read("number", texts, numbers=told), strict=True):
        tidy = " ".join(text.split())
        expected = naive_numeral(tidy, style.decimal, style.thousands)
        if got is None:
            assert says_nothing(tidy)
        elif isinstance(got, str):
            # Ranges and open ends have tests of their own.
            assert expected is None or abs(expected) > 10**15
        else:
            assert expected is not None
            assert got == pytest.approx(float(expected), rel=1e-12)


@settings(max_examples=15)
@given(st.lists(st.floats(-1e15, 1e15).map(lambda x: round(x, 3)), min_size=1))
def test_numbers_that_python_writes_are_read_back(numbers):
    texts = [f"{x:.4f}" for x in numbers]
    assert read("number", texts) == pytest.approx(numbers, rel=1e-12)


@pytest.mark.parametrize("kind", ["pay", "experience", "number"])
def test_what_is_beyond_all_plausible_numbers_is_not_read(kind):
    texts = ["1e15", "1e16", "-1e16", "-0"]
    assert read(kind, texts) == [1e15, "fault", "fault", 0]
    frame = pl.DataFrame({"in": [1e160, -1e16, 1e15, -0.0, float("nan")]})
    found = reading_of(frame, {"x": "in"}, kinds={"x": kind}, pay=Pay())
    done = found.frame.lazy().collect("polars")
    assert done["value:x"].to_list() == [None, None, 1e15, 0.0, None]
    assert done["fault:x"].to_list() == [True, True, False, False, False]
    assert str(done["value:x"][3]) == "0.0"


def test_flags_are_numbers():
    frame = nw.from_native(pl.DataFrame({"t": ["yes", "no", "true", "false", "y"]}))
    told = flag(nw.col("t"))
    rows = frame.select(ok=told.readable, value=told.value).rows()
    assert rows == [(True, 1), (True, 0), (True, 1), (True, 0), (False, 0)]
