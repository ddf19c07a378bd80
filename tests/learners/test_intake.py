"""From the user's table to learners, and rare categories to "Other"."""

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from learnstrata.config.loading import load_config
from learnstrata.exceptions import (
    DataError,
    DegenerateError,
    ParameterError,
    SchemaError,
)
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.factors import as_text
from learnstrata.learners.intake import (
    clean_table,
    in_order_of_content,
    newest_unit,
    read_table,
    units_of,
    without_rare,
)
from learnstrata.learners.rules.bounds import find_limits
from learnstrata.learners.rules.identity import sums_of

CONFIG = load_config()


@pytest.fixture(scope="module")
def table():
    return read_table(make_learners(300, rng=4), CONFIG)[0]


def test_columns_are_ours_and_the_mapping_says_whose_they_were():
    table, mapping, _ = read_table(make_learners(50, rng=1), CONFIG)
    assert mapping["pay"] == "ctc"
    assert {"learner_id", "pay", "title", "company"} <= set(table.columns)


def test_units_know_how_their_learners_moved_on(table):
    units = units_of(clean_table(table, CONFIG, find_limits(table, CONFIG)))
    assert units["record"].is_sorted()
    assert units["learner_id"].is_unique().all()
    assert {"n_records", "n_roles", "pay_growth", "role_family"} <= set(units.columns)


def test_of_a_learner_the_newest_record_is_taken(table):
    config, limits = load_config("notebook", as_of=2026), find_limits(table, CONFIG)
    whole = sums_of(nw.from_native(table), table.columns, record=config.record)
    several = table.filter(pl.len().over("learner_id") > 1)["learner_id"].unique()
    for name in several.sort().head(5):
        unit = newest_unit(table, config, limits, learner=name, whole=whole)
        assert len(unit) == 1
        own = table.filter(learner_id=name)
        assert unit["pay_year"][0] == own["pay_year"].max()


def test_a_learner_who_is_not_there_is_refused(table):
    limits = find_limits(table, CONFIG)
    with pytest.raises(ParameterError, match="Got learner 'nobody', expected one of"):
        newest_unit(table, CONFIG, limits, learner="nobody", whole={})


def test_a_table_of_nothing_usable_is_refused(table):
    poor = table.with_columns(learner_id=pl.lit(None, dtype=pl.String))
    with pytest.raises(DegenerateError, match="None of the .* records can be used"):
        clean_table(poor, CONFIG, find_limits(table, CONFIG))


def test_what_few_hold_is_other_and_our_own_words_stay(small_run):
    learners = as_text(small_run.base.prepared.learners).with_columns(
        pl.when(pl.int_range(pl.len()) < 9)
        .then(pl.lit("0170 1234567"))
        .otherwise(pl.lit("chess"))
        .alias("extra:club"),
        role=pl.when(pl.int_range(pl.len()) < 9)
        .then(pl.lit("Personal assistant of"))
        .otherwise("role"),
        tier=pl.when(pl.int_range(pl.len()) < 3)
        .then(pl.lit("Unrated"))
        .otherwise(pl.lit("Tier 1")),
    )
    config = load_config(columns={"categorical": ["club"]})
    found = as_text(without_rare(learners, config, least=10))
    assert "Personal assistant of" not in found["role"].to_list()
    assert set(found["tier"]) == {"Unrated", "Tier 1"}
    assert set(found["extra:club"]) == {"chess", "Other"}
    assert found.drop("role", "role_family", "title", "extra:club").equals(
        learners.drop("role", "role_family", "title", "extra:club")
    )


@pytest.mark.parametrize("recipe", ["small_run", "notebook_run"])
def test_no_category_of_a_run_is_of_few_learners(request, recipe):
    done = request.getfixturevalue(recipe)
    least = done.config.privacy.learners
    for column in ("role", "role_family", "title", "tier"):
        held = done.meaning.learners.group_by(column).agg(
            pl.col("learner_id").n_unique().alias("n")
        )
        few = set(held.drop_nulls().filter(pl.col("n") < least)[column])
        assert few <= {"Other", "Not stated", "Unmapped", "Unrated", "Other_Role"}


def test_no_order_of_the_rows_is_left_in_the_order_of_the_learners(table):
    units = units_of(clean_table(table, CONFIG, find_limits(table, CONFIG)))
    mapping = dict.fromkeys(["learner_id", "company", "title", "pay"], "theirs")
    ordered, rows = in_order_of_content(units, mapping, CONFIG)
    assert ordered["record"].to_list() == list(range(len(units)))
    assert ordered["learner_id"].is_sorted()
    again = ordered.with_columns(record=rows).sort("record")
    assert again.equals(units)


def test_the_original_draws_by_the_rows_of_the_input(table):
    config = load_config("notebook", as_of=2026)
    units = units_of(clean_table(table, config, find_limits(table, config)))
    ordered, rows = in_order_of_content(units, {"learner_id": "id"}, config)
    assert ordered.equals(units)
    assert rows.equals(units["record"])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "Got NoneType, expected a data frame"),
        ([1, 2], "Got list, expected a data frame"),
        (pl.Series([1]), "Got Series, expected a data frame"),
        ("learners.csv", "Got the text 'learners.csv', expected a data frame. Read"),
        (pl.DataFrame(), "Got no column of learner ids"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "repeated column names"),
        (pd.DataFrame([[1, 2]]), "Got column names that are no text"),
        (pl.scan_csv("/no/such.csv"), "The table cannot be read: No such file"),
        (
            pl.LazyFrame({"learner_id": ["x"], "pay": ["no"], "title": ["a"]}).cast(
                {"pay": pl.Int64}
            ),
            "The table cannot be read: conversion from",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_our_words(given, told):
    with pytest.raises(DataError, match=told):
        read_table(given, CONFIG)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [([4, 4], "0 empty and 1 repeated"), ([7, None], "1 empty and 0 repeated")],
)
def test_rows_without_an_order_need_a_number_each(numbers, told):
    table = pa.table(
        {
            "record": pa.array(numbers, pa.int64()),
            "learner_id": ["a", "b"],
            "pay": [1e6, 2e6],
            "title": ["x", "y"],
        }
    )
    with pytest.raises(SchemaError, match=f"a column record with {told} numbers"):
        read_table(duckdb.from_arrow(table), CONFIG)


def with_unreadable(n):
    """Give a hundred learners; the experience of some is in words."""
    years = ["a long time" if i < n else str(i % 30) for i in range(100)]
    ids, pay = [f"l{i}" for i in range(100)], [str(500_000 + i) for i in range(100)]
    return pl.DataFrame({"learner": ids, "ctc": pay, "yoe": years})


def test_column_that_lost_over_half_of_its_values_is_refused():
    assert read_table(with_unreadable(50), CONFIG).records["experience"].count() == 50
    with pytest.raises(
        SchemaError,
        match=r"^experience \(column 'yoe'\) cannot be read in 51 of the 100 records "
        r"that have it\. Map another column\. Examples: learnstrata check\.$",
    ):
        read_table(with_unreadable(51), CONFIG)


def test_few_unreadable_values_refuse_no_table():
    found = read_table(with_unreadable(9).head(9), CONFIG)
    assert found.records["experience"].null_count() == 9


def test_what_was_taken_for_granted_of_a_number_is_noted():
    table = with_unreadable(0).with_columns(ctc=pl.lit("500,000"))
    [note] = read_table(table, CONFIG).notes
    assert note.startswith("pay: A comma before three digits parts the thousands: ")


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("began", [2012 + i % 9 for i in range(60)], "]. Name it"),
        ("mail_hash", [f"6de0a4{i:06}" for i in range(60)], "Perhaps 'mail_hash'?"),
    ],
)
def test_only_a_column_whose_values_could_be_ids_is_suggested(column, values, told):
    table = pl.DataFrame({column: values, "ctc": [1e6] * 60, "title": ["SRE"] * 60})
    with pytest.raises(SchemaError) as refused:
        read_table(table, load_config())
    assert told in str(refused.value)
