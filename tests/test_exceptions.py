import re

import pytest

from learnstrata import exceptions
from learnstrata.exceptions import (
    ConfigError,
    DataError,
    DegenerateError,
    LearnstrataError,
    OutputError,
    ParameterError,
    PrivacyError,
    SchemaError,
    SourceError,
    nearest,
    preview,
)

TREE = {
    DataError: (LearnstrataError, ValueError),
    SourceError: (DataError,),
    SchemaError: (DataError,),
    DegenerateError: (DataError,),
    ParameterError: (LearnstrataError, ValueError),
    ConfigError: (ParameterError,),
    PrivacyError: (LearnstrataError, PermissionError),
    OutputError: (LearnstrataError, OSError),
}


@pytest.mark.parametrize(("error", "parents"), TREE.items())
def test_each_error_is_also_a_built_in(error, parents):
    assert error.__bases__ == parents


def test_tree_in_the_docstring_names_every_error():
    errors = {name for name in exceptions.__all__ if name.endswith("Error")}
    assert errors == {error.__name__ for error in (*TREE, LearnstrataError)}
    drawn = set(re.findall(r"\w+Error", exceptions.__doc__ or ""))
    assert drawn == errors


def test_missing_columns_are_named_beside_those_that_are_there():
    error = SchemaError.missing({"tier", "compnay"}, ["company", "pay"])
    assert isinstance(error, SchemaError)
    assert str(error) == (
        "Missing columns ['compnay', 'tier']; the table has ['company', 'pay']. "
        "Did you mean 'company' for 'compnay'? Map them in [columns] of the "
        "configuration."
    )


def test_one_missing_column_is_told_with_the_nearest():
    assert "Did you mean 'ctc'?" in str(SchemaError.missing(["ctcc"], ["ctc", "pay"]))


def test_missing_columns_without_a_likely_one_get_no_hint():
    assert "Did you mean" not in str(SchemaError.missing(["tier"], ["zzz"]))


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("Compny", ["pay", "company"], "company"),
        ("CTC", ["ctc"], "ctc"),
        ("ctc", ["CTC", "other"], "CTC"),
        ("robst", ("notebook", "robust"), "robust"),
        ("xyz", ["company"], None),
        ("company", [], None),
    ],
)
def test_nearest_name_is_found_whatever_its_case(name, known, found):
    assert nearest(name, known) == found


def test_preview_lists_all_names_of_a_small_table():
    assert preview(["a", "b"]) == "['a', 'b']"
    assert preview([]) == "[]"


def test_preview_is_cut_where_a_table_has_thousands():
    told = preview([f"c{i}" for i in range(2_030)])
    assert told.endswith("'c29'] and 2,000 more")
    assert preview(["x" * 100, "y", "z"], most=2) == f"['{'x' * 60}', 'y'] and 1 more"
