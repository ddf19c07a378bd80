"""Whom a table names."""

import polars as pl
import pytest

from learnstrata.exceptions import SchemaError
from learnstrata.learners.identities import names_in, with_tidied

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


def test_a_column_whose_name_is_a_pattern_is_that_column():
    table = pl.DataFrame({"^e.*$": ["Acme"], "employer": ["Bath"]})
    assert names_in(table, {"company": "^e.*$"}).rows() == [("company", "Acme")]


def test_a_name_that_cleaning_leaves_as_it_is_stands_once():
    table = pl.DataFrame({"employer": ["Acme", "zeta"]})
    given = names_in(table, {"company": "employer"})
    tidied = pl.DataFrame({"kind": ["company"] * 2, "name": ["acme", "zeta"]})
    assert with_tidied(given, tidied)["name"].to_list() == ["Acme", "zeta", "acme"]
