"""Names as columns: none that a text holds is passed over, most others are."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.leaks.pieces import Piece
from learnstrata.privacy.leaks.scanning import scan
from learnstrata.privacy.leaks.searching import Search
from learnstrata.privacy.leaks.spellings import ROWS, can_stand, letters_in, words_in
from learnstrata.privacy.leaks.tokens import joined, words_of

WORDS = st.sampled_from(["acme", "zorblatt", "PhonePe", "tata", "KPMGNow", "99acres"])
MARKS = st.sampled_from([" ", "-", "", " & ", ". "])
NAMES = st.lists(st.tuples(WORDS, MARKS), min_size=1, max_size=4).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)
ANY = st.text(st.sampled_from("aB é-Я7.ß @"), max_size=12)


def found(names, text):
    search = Search(pl.Series(names), pl.Series([], dtype=pl.String), [Piece("", text)])
    return [hit.text for hit in search.hits(Piece("", text))]


@given(st.lists(ANY, max_size=6))
def test_words_of_a_column_are_those_of_each_name(names):
    column = pl.Series(names, dtype=pl.String)
    assert words_in(column).to_list() == [" ".join(words_of(name)) for name in names]
    assert letters_in(column).to_list() == [joined(name) for name in names]


@given(NAMES, st.sampled_from([str, str.upper, str.title, joined]))
def test_a_name_is_found_however_it_is_written(name, written):
    others = [f"Nobody{letter} Stores" for letter in "abcdef"]
    assert found([name, *others], f"Most are at {written(name)}, some not.")


def test_a_name_that_no_text_begins_and_ends_with_is_not_looked_at():
    runs = pl.Series(["acme", "corp", "data", "systems"])
    names = pl.Series(["Acme Corp", "Acme Foods", "Big Data", "DataSystems", "Acmes"])
    assert can_stand(names, runs).to_list() == [True, False, False, True, False]


def test_columns_of_names_are_not_changed():
    names = pl.Series(["Zürich 7 LPA", "7 LPA"])
    Search(names, names, [Piece("", "Zurich")])
    assert names.to_list() == ["Zürich 7 LPA", "7 LPA"]


@pytest.mark.parametrize("at", [0, ROWS - 1, ROWS, ROWS + 2])
def test_an_id_is_found_wherever_it_stands_among_many(tmp_path, at):
    ids = [f"a{number:015d}" for number in range(ROWS + 3)]
    ids[at] = "5f2b9c1e77aa40d1"
    (tmp_path / "a.json").write_text(json.dumps({"note": "of 5f2b9c1e77aa40d1"}))
    (leak,) = scan(tmp_path, companies=[], learners=ids).leaks
    assert (leak.kind, leak.text) == ("learner id", "5f2b9c1e77aa40d1")


def test_ids_of_fields_alone_are_counted_whether_they_stand_there_or_not(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"learner_id": ["A7"]}))
    learners = ["a7", "A7", "12345", "12-34", "anna", "Я7", "5f2b9c1e77aa40d1"]
    report = scan(tmp_path, companies=["7", "x", "X Ltd", "Acme"], learners=learners)
    assert [leak.text for leak in report.leaks] == ["A7"]
    assert (report.narrow.companies, report.narrow.learners) == (2, 5)
