import narwhals as nw
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.facade import check_table
from learnstrata.learners.rules.identity import NO_NAMES, shared_ids
from learnstrata.learners.schema.missing import MISSING
from learnstrata.learners.schema.totals import TOTALS


def shared(frame, **counts):
    ids = [
        name.strip("_").replace("_", " ")
        for name, n in counts.items()
        for _ in range(n)
    ]
    table = frame({"record": list(range(len(ids))), "learner_id": ids})
    return shared_ids(nw.from_native(table))


def test_a_word_that_far_more_records_have_is_nobodys_id(frame):
    others = {f"l{i}": 1 + i % 3 for i in range(20)}
    found = shared(frame, _0=15, Test=9, Guest=10, **others)
    assert found == (("0", "Guest", "Test"), 0)


@pytest.mark.parametrize(
    "word",
    ["*****", "------", "________", "(none)", "[Unknown]", "-na-", "No ID", "0.00"],
)
def test_marks_alone_and_words_within_marks_are_nobodys_id(frame, word):
    ids = [word] * 15 + [f"#{i}" for i in range(20)]
    table = frame({"record": list(range(len(ids))), "learner_id": ids})
    assert shared_ids(nw.from_native(table)) == ((word,), 0)
    table = frame({"record": [0, 1, 2], "learner_id": [word, "#1", "#2"]})
    assert shared_ids(nw.from_native(table)) == ((), 0)


def test_an_id_like_all_others_is_an_id(frame):
    others = {f"l{i}": 1 + i % 3 for i in range(20)}
    assert shared(frame, _0=4, test=8, **others) == ((), 0)


@pytest.mark.parametrize(
    ("counts", "crowd"),
    [({"a": 40, "b": 8}, 40), ({"a": 39, "b": 8}, 0), ({"a": 9, "b": 1}, 0)],
)
def test_a_real_id_is_noted_from_five_times_the_next(frame, counts, crowd):
    assert shared(frame, **counts) == ((), crowd)


def test_no_word_is_in_two_lists():
    assert set(NO_NAMES).isdisjoint(MISSING)
    assert set(NO_NAMES).isdisjoint(TOTALS)


def test_an_id_of_zero_is_that_of_a_learner_in_a_table_that_counts_from_it():
    n = range(40)
    table = {
        "user_id": n,
        "ctc": [500_000 + 1000 * i for i in n],
        "company": ["a"] * 40,
    }
    found = check_table(pl.DataFrame(table), load_config(as_of=2021))
    assert found.learners == 40
    assert found.cleaning is not None
    assert found.cleaning.lost_rows == 0


def test_a_table_without_ids_shares_none():
    assert shared_ids(nw.from_native(pl.DataFrame({"pay": [1.0]}))) == ((), 0)
    none = pl.DataFrame({"learner_id": [None]}, schema={"learner_id": pl.String})
    assert shared_ids(nw.from_native(none)) == ((), 0)
