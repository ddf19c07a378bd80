"""Outcomes are read as yes/no, numbers or a few answers, and told by segment."""

import numpy as np
import polars as pl
import pytest

from learnstrata.segments.meaning.outcome_values import (
    differing,
    outcome_by_segment,
    read_outcome,
)


def read(values, *, least=10, **columns):
    return read_outcome(pl.DataFrame({"y": values, **columns}), "y", least=least)


@pytest.mark.parametrize(
    ("values", "answer", "found"),
    [
        ([True, False, None, True], "yes", [1, 0, 1]),
        ([0, 1, None, 1], "yes", [0, 1, 1]),
        ([0.0, float("nan"), 1.0, None], "yes", [0, 1]),
        (["pass", "FAIL", " Pass ", "pass"], "pass", [1, 0, 1, 1]),
        (["left", "stayed", "", "left"], "stayed", [0, 1, 0]),
        (["completed", "not completed"], "completed", [1, 0]),
        (["active", "Inactive"], "active", [1, 0]),
        (["non-paying", "paying"], "paying", [0, 1]),
        (["completed", "not_completed"], "completed", [1, 0]),
        (["active", "dropped out"], "active", [1, 0]),
        (["Dropped_out", "studies"], "studies", [0, 1]),
    ],
)
def test_yes_and_no_come_as_words_truth_values_or_numbers(values, answer, found):
    told = read(values, least=1)
    assert (told.kind, told.answers) == ("yes/no", (answer,))
    assert told.Y[:, 0].tolist() == found
    assert told.known.sum() == len(found)


def test_numbers_are_numbers():
    told = read([1.5, None, 3.0])
    assert (told.kind, told.answers, told.Y.tolist()) == ("number", (), [[1.5], [3.0]])


def test_a_few_words_in_any_case_are_answers_the_most_frequent_first():
    told = read(["Pro"] * 30 + ["PRO"] * 10 + ["free"] * 20 + ["Team"] * 15 + [None])
    assert (told.kind, told.answers) == ("category", ("Pro", "free", "Team"))
    assert told.Y.sum(axis=0).tolist() == [40, 20, 15]
    assert (told.Y.sum(axis=1) == 1).all()


def test_what_few_say_is_not_called_by_its_name():
    told = read(["a"] * 40 + ["b"] * 20 + ["said by few"] * 9 + ["by fewer"] * 3)
    assert told.answers == ("a", "b", "Other")
    assert told.Y.sum(axis=0).tolist() == [40, 20, 12]


def test_few_learners_are_few_however_many_records_they_have():
    ids = [f"u{i}" for i in range(60)] + ["same"] * 30
    told = read(["a"] * 40 + ["b"] * 20 + ["of one"] * 30, learner_id=ids)
    assert told.answers == ("a", "b", "Other")


def test_of_two_words_one_that_one_learner_typed_often_is_not_named():
    ids = [f"u{i}" for i in range(60)] + ["same"] * 12
    told = read(["stayed"] * 60 + ["Priya said so"] * 12, learner_id=ids)
    assert (told.kind, told.answers) == ("yes/no", ("stayed",))
    assert told.Y[:, 0].sum() == 60


def test_a_spelling_is_that_of_most_learners_not_of_most_records():
    ids = [f"u{i}" for i in range(24)] + ["same"] * 30
    values = ["done"] * 12 + ["left"] * 12 + ["DONE"] * 30
    assert read(values, learner_id=ids).answers == ("done",)


def test_two_words_that_many_give_beside_some_of_few_are_answers():
    told = read(["a"] * 40 + ["b"] * 20 + ["c"] * 3)
    assert (told.kind, told.answers) == ("category", ("a", "b", "Other"))


def test_how_many_name_an_answer_is_asked_for():
    told = read(["a"] * 40 + ["b"] * 30 + ["c"] * 12, least=20)
    assert told.answers == ("a", "b", "Other")


@pytest.mark.parametrize(
    "values", [[f"id {i}" for i in range(50)], [f"w{i % 9}" for i in range(180)]]
)
def test_texts_of_many_answers_are_no_outcome(values):
    told = read(values)
    assert told.kind == ""
    assert "not 2 to 8 words that 10 learners or more give" in told.reason


def test_an_outcome_by_segment_is_that_of_polars():
    rng = np.random.default_rng(0)
    y = pl.Series("y", rng.normal(size=300)).set(
        pl.arange(0, 300, eager=True) < 7, None
    )
    segments = rng.integers(3, size=300)
    of_all, *groups = outcome_by_segment(
        read_outcome(y.to_frame(), "y"), segments, ids=np.array([1, 2, 3])
    )
    assert (of_all.segment_id, of_all.n) == (None, 293)
    table = y.to_frame().with_columns(s=segments).drop_nulls().group_by("s")
    means = dict(table.agg(pl.col("y").mean()).iter_rows())
    for one in groups:
        assert one.mean == pytest.approx(means[one.segment_id - 1])
        assert one.low < one.mean < one.high
    assert sum(one.n for one in groups) == of_all.n


def test_answers_are_counted_by_rows_and_by_learners():
    values = read(["x"] * 12 + ["y"] * 12 + ["z"] * 12)
    who = np.arange(36) // 2
    of_all, one = outcome_by_segment(
        values, np.zeros(36, dtype=int), ids=np.array([7]), who=who
    )
    assert [(a.answer, a.count, a.learners) for a in one.answers] == [
        *(("x", 12, 6), ("y", 12, 6), ("z", 12, 6)),
    ]
    assert (one.n, one.learners, of_all.learners) == (36, 18, 18)


def test_a_segment_of_one_has_a_mean_of_nobody():
    values = read([1.0, 2.0, 4.0])
    *_, last = outcome_by_segment(values, np.array([0, 0, 1]), ids=np.array([1, 2]))
    assert (last.n, last.mean, last.low) == (1, None, None)


def means(y, segments, **columns):
    values = read(y, **columns)
    ids = np.unique(segments)
    return outcome_by_segment(values, np.searchsorted(ids, segments), ids=ids)


def test_a_mean_that_is_shared_is_of_values_cut_at_the_ends_of_all():
    rng = np.random.default_rng(1)
    y = rng.normal(size=1_000)
    y[0] = 500
    of_all, *_ = means(y, np.repeat([1, 2], 500))
    ends = np.sort(y)[[10, -11]]
    assert of_all.mean > 0.4
    assert of_all.cut.mean == pytest.approx(np.clip(y, *ends).mean())
    assert of_all.cut.reach == pytest.approx(ends[1] - ends[0])
    assert of_all.cut.low < of_all.cut.mean < of_all.cut.high


@pytest.mark.parametrize(
    ("own", "is_told"),
    [
        ([0.0] * 59 + [734_512.0], False),  # one of them has all
        ([4.0] * 60, False),  # all have the same
        ([1.0] * 59 + [100.0], False),
        ([1.0, 3.0] * 30, True),
    ],
)
def test_of_a_mean_that_one_decides_nothing_is_shared(own, is_told):
    rest = np.random.default_rng(0).normal(2, 1, 400).tolist()
    *_, one = means(own + rest, np.repeat([2, 1], [60, 400]))
    assert one.mean is not None
    assert (one.cut is not None) == is_told


def test_a_mean_of_records_takes_each_learner_once():
    y, who = np.array([1.0, 2.0, 9.0] + [5.0] * 97), np.arange(100)
    who[3:] = 3
    values = read(y)
    of_all, _ = outcome_by_segment(
        values, np.zeros(100, dtype=int), ids=np.array([1]), who=who
    )
    assert (of_all.n, of_all.learners) == (100, 4)
    assert of_all.mean == (1 + 2 + 9 + 5) / 4
    assert of_all.high - of_all.low > 8  # of four, not of a hundred


def test_growth_is_told_as_the_share_that_people_read():
    table = pl.DataFrame({"pay_growth": np.linspace(0.05, 0.268, 101)})
    values = read_outcome(table, "pay_growth")
    of_all, _ = outcome_by_segment(values, np.zeros(101, dtype=int), ids=np.array([1]))
    assert of_all.mean == pytest.approx(np.expm1(0.159))
    assert of_all.cut.mean == pytest.approx(np.expm1(0.159))
    assert values.Y.mean() == pytest.approx(0.159)  # it is judged as it was made


def test_who_differs_is_counted_by_learners():
    who = np.repeat([0, 1, 2], [50, 3, 1])
    assert differing(read([1] * 50 + [0] * 4), who) == 1
    assert differing(read([7.5] * 50 + [1.0, 2.0, 3.0, 7.5]), who) == 1
