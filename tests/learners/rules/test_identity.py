import narwhals as nw
import polars as pl
import pytest

from learnstrata.learners.rules.identity import shared_ids


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
    found = shared(frame, _0=15, Test=9, Unknown=10, **others)
    assert found == (("0", "Test", "Unknown"), 0)


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


def test_a_table_without_ids_shares_none():
    assert shared_ids(nw.from_native(pl.DataFrame({"pay": [1.0]}))) == ((), 0)
    none = pl.DataFrame({"learner_id": [None]}, schema={"learner_id": pl.String})
    assert shared_ids(nw.from_native(none)) == ((), 0)
