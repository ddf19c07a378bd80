"""Whom a run must not name, and what is no name."""

import polars as pl

from learnstrata.layer.names import with_allowed
from learnstrata.learners.identities import names_in

MAPPING = {"learner_id": "id", "company": "employer"}


def told(names):
    return {kind: set(names.filter(kind=kind)["name"]) for kind in names["kind"]}


def test_names_are_those_of_the_table_and_of_the_tidied_records(small_table, small_run):
    found = told(small_run.base.names)
    assert set(small_table["company_hash"].drop_nulls()) <= found["company"]
    assert set(small_run.base.learners["company"].drop_nulls()) - {""} <= (
        found["company"] | {small_run.config.cleaning.missing_company}
    )
    assert found["learner"] == set(small_table["email_hash"])
    assert small_run.config.cleaning.missing_company not in found["company"]


def test_nothing_is_allowed_unasked(small_run):
    assert set(small_run.base.names["kind"]) == {"company", "learner"}


def test_what_is_allowed_twice_stands_once():
    table = pl.DataFrame({"id": ["a"], "employer": ["Bath"]})
    names = with_allowed(names_in(table, MAPPING), ["Bath", "Bath"])
    assert names.rows() == [("company", "Bath"), ("learner", "a"), ("allowed", "Bath")]


def test_a_single_text_is_allowed_as_it_is():
    table = pl.DataFrame({"employer": ["Bath"]})
    names = with_allowed(names_in(table, {"company": "employer"}), "Bath")
    assert names.filter(kind="allowed")["name"].to_list() == ["Bath"]
