"""Small tables beside sentences, and the words of sentences."""

import polars as pl

from learnstrata.config.loading import load_config
from learnstrata.learners.roles.unnamed import NO_ROLE, unnamed_roles
from learnstrata.segments.questions.finding import Column, table_of
from learnstrata.wording.words import counted, listed


def test_a_table_gives_its_rows_as_a_frame():
    table = table_of(
        "Pay", [("Role", "text"), ("Median", "pay")], [["QA", None], ["Data", 2.5]]
    )
    assert table.columns == (Column("Role", "text"), Column("Median", "pay"))
    expected = pl.DataFrame({"Role": ["QA", "Data"], "Median": [None, 2.5]})
    assert table.frame().equals(expected)


def test_a_table_without_rows_keeps_its_headings():
    table = table_of("None", [("Role", "text"), ("Median", "pay")], [])
    assert table.frame().columns == ["Role", "Median"]
    assert table.frame().is_empty()


def test_a_late_number_after_many_nulls_is_kept():
    rows = [["QA", None]] * 150 + [["Data", 2.5]]
    frame = table_of("Pay", [("Role", "text"), ("Median", "pay")], rows).frame()
    assert frame["Median"].to_list() == [None] * 150 + [2.5]


def test_words_are_joined_and_counted_as_a_sentence_does():
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [counted(n, "segment") for n in (0, 1, 2, 1500)] == [
        "0 segments",
        "1 segment",
        "2 segments",
        "1,500 segments",
    ]


def test_role_groups_that_name_no_role_are_those_of_the_recipe():
    assert unnamed_roles(load_config("robust")) == NO_ROLE
    assert set(unnamed_roles(load_config("notebook"))) == {
        *NO_ROLE,
        "Unknown_Role",
        "Other_Role",
    }
