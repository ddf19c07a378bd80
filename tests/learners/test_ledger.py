from decimal import Decimal

import duckdb
import narwhals as nw
import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from learnstrata.learners.ledger import (
    LEDGER,
    SEGMENTED,
    STATES,
    entries_in,
    number_text,
    unscaled,
)

ODD = [1e-7, -1e-7, 1e-6, 1.5e-5, 1e-5, 1e-4, 1e-3, 0.5, 1e7, -123456789.125, 1e15]
ODD += [-2.5e15, 1e15 + 0.5, 9.99e15, 1e16, 1.25e17, 1e300, 1e-300, 0.0, -0.0, 200.0]
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def as_java_writes(text):
    """Write the digits of a number as ``Double.toString`` does, with its E."""
    value = Decimal(text)
    sign, digits, _ = value.as_tuple()
    written = "".join(map(str, digits)).rstrip("0")
    return f"{'-' * sign}{written[0]}.{written[1:] or '0'}E{value.adjusted()}"


def told(frame, text):
    return (
        nw.from_native(frame)
        .select(text=text)
        .lazy()
        .collect("polars")["text"]
        .to_native()
    )


@settings(max_examples=8, deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=50))
@example(ODD)
def test_every_engine_writes_a_number_the_same(numbers):
    frame = pl.DataFrame({"x": numbers})
    number = number_text(nw.col("x"))
    polars = told(frame, number)
    assert told(duckdb.from_arrow(frame.to_arrow()), number).equals(polars)
    scaled = frame.with_columns(ours=polars)  # whole numbers are not read as texts
    scaled = scaled.filter((pl.col("x") % 1 != 0) | (pl.col("x").abs() >= 1e15))
    size = pl.col("x").abs()  # within, Java writes no E
    scaled = scaled.filter((size < 1e-3) | (size >= 1e7))
    java = [as_java_writes(text) for text in scaled["ours"]]
    java = scaled.with_columns(java=pl.Series(java, dtype=pl.String))
    found = told(java, unscaled(nw.col("x"), nw.col("java")))
    assert found.to_list() == scaled["ours"].to_list()
    assert [float(text) for text in polars] == numbers


def test_java_is_written_here_as_java_writes():
    found = [as_java_writes(x) for x in ("1e-7", "0.0001", "-1.25e-5", "200000000.5")]
    assert found == ["1.0E-7", "1.0E-4", "-1.25E-5", "2.000000005E8"]


def test_each_state_is_there_once_and_those_of_a_learner_come_first():
    assert len(set(STATES)) == len(STATES)
    assert STATES[: len(SEGMENTED)] == SEGMENTED


def test_entries_are_what_the_rules_found_one_by_one():
    listed = [
        (0, "current", None, None, None, None),
        (
            1,
            "repaired",
            "two_digit_year; heaped_pay",
            "start_year; pay",
            "98.0; 2e8",
            "1998.0; missing",
        ),
        (
            2,
            "history",
            "older_record; implausible_pay",
            "record; pay",
            "2; 5.0",
            "1; missing",
        ),
        (3, "quarantined", "no_learner_id", "record", None, None),
        (4, "current", "crowded_id", "learner_id", "a", "a"),
    ]
    schema = {name: pl.Int64 if name == "record" else pl.String for name in LEDGER}
    found = entries_in(pl.DataFrame(listed, schema=schema, orient="row"))
    assert found.select("record", "rule", "column", "is_lost").rows() == [
        (1, "two_digit_year", "start_year", False),
        (1, "heaped_pay", "pay", True),
        (2, "older_record", "record", False),
        (2, "implausible_pay", "pay", True),
        (3, "no_learner_id", "record", False),
        (4, "crowded_id", "learner_id", False),
    ]


def test_a_ledger_without_rules_has_no_entries():
    schema = {name: pl.Int64 if name == "record" else pl.String for name in LEDGER}
    row = [(0, "current", None, None, None, None)]
    assert entries_in(pl.DataFrame(row, schema=schema, orient="row")).is_empty()
