"""Whom a run must not name, and what is no name."""

from dataclasses import replace

import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.exceptions import SchemaError
from learnstrata.layer.names import names_in, names_of_run, with_allowed

MAPPING = {"learner_id": "id", "company": "employer"}


def told(names):
    return {kind: set(names.filter(kind=kind)["name"]) for kind in names["kind"]}


def test_a_table_without_a_column_of_names_is_refused():
    with pytest.raises(SchemaError, match="employer"):
        names_in(pl.DataFrame({"id": [1]}), MAPPING)


def test_a_company_that_is_not_given_is_no_name():
    table = pl.DataFrame({"id": ["a", "b"], "employer": ["Acme", None]})
    assert told(names_in(table, MAPPING)) == {
        "company": {"Acme"},
        "learner": {"a", "b"},
    }


def test_words_for_missing_name_nobody():
    table = pl.DataFrame({"id": ["a", "?"], "employer": ["Acme", "Unknown"]})
    assert told(names_in(table, MAPPING)) == {"company": {"Acme"}, "learner": {"a"}}


def test_names_are_those_of_the_table_and_of_the_tidied_records(small_table, small_run):
    found = told(names_of_run(small_table, small_run))
    assert set(small_table["company_hash"].drop_nulls()) <= found["company"]
    assert set(small_run.base.records["company"].drop_nulls()) - {""} <= (
        found["company"] | {small_run.config.cleaning.missing_company}
    )
    assert found["learner"] == set(small_table["email_hash"])
    assert small_run.config.cleaning.missing_company not in found["company"]


def test_nothing_is_allowed_unasked(small_table, small_run):
    config = load_config("robust", names={1: "Those at Zorblatt"})
    named = names_of_run(small_table, replace(small_run, config=config))
    assert set(named["kind"]) == {"company", "learner"}


def test_what_is_allowed_twice_stands_once():
    table = pl.DataFrame({"id": ["a"], "employer": ["Bath"]})
    names = with_allowed(names_in(table, MAPPING), ["Bath", "Bath"])
    assert names.rows() == [("company", "Bath"), ("learner", "a"), ("allowed", "Bath")]


def test_a_single_text_is_allowed_as_it_is():
    table = pl.DataFrame({"employer": ["Bath"]})
    names = with_allowed(names_in(table, {"company": "employer"}), "Bath")
    assert names.filter(kind="allowed")["name"].to_list() == ["Bath"]


def test_a_column_whose_name_is_a_pattern_is_that_column():
    table = pl.DataFrame({"^e.*$": ["Acme"], "employer": ["Bath"]})
    assert names_in(table, {"company": "^e.*$"}).rows() == [("company", "Acme")]
