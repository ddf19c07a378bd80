"""Segments are matched by the learners of both versions, whatever their numbers."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from learnstrata.layer.lineage import events_in, lineage_of

TABLES = arrays(
    np.int64,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.integers(0, 200),
)


def kinds(counts, ids=None):
    ids = ids or list(range(1, len(counts) + 1))
    return [(e.event, e.old, e.number) for e in events_in(np.array(counts), ids)]


def test_most_of_both_makes_a_segment_continue():
    assert kinds([[90, 5], [4, 80]]) == [("continued", 1, 1), ("continued", 2, 2)]


def test_a_part_that_goes_its_own_way_is_split_off():
    assert kinds([[60, 40]]) == [("continued", 1, 1), ("split", 1, 2)]


def test_halves_continue_in_neither():
    assert kinds([[50, 50]]) == [
        ("split", 1, 1),
        ("split", 1, 2),
        ("retired", 1, None),
    ]


def test_a_segment_that_goes_into_another_is_merged():
    assert kinds([[100], [40]]) == [("continued", 1, 1), ("merged", 2, 1)]


def test_who_was_in_none_makes_a_new_segment():
    assert kinds([[80, 0]]) == [("continued", 1, 1), ("new", None, 2)]


def test_a_segment_that_scatters_is_gone():
    found = kinds([[90, 0, 0], [0, 90, 0], [0, 0, 90], [12, 12, 12]])
    assert found[-1] == ("retired", 4, None)


def test_nobody_of_before_makes_all_segments_new():
    empty = pl.DataFrame(schema={"learner_id": pl.String, "segment": pl.Int64})
    new = pl.DataFrame({"learner_id": ["a", "b"], "number": [1, 2]})
    assert [e.event for e in lineage_of(empty, new, k=2)] == ["new", "new"]


def test_evidence_is_of_the_learners_in_both():
    old = pl.DataFrame({"learner_id": [*"abcdx"], "segment": [5, 5, 5, 5, 5]})
    new = pl.DataFrame({"learner_id": [*"abcdy"], "number": [1, 1, 1, 2, 2]})
    stays, split = lineage_of(old, new, k=2)
    assert (stays.in_both, stays.of_old, stays.of_new, stays.jaccard) == (
        3,
        pytest.approx(0.75),
        1.0,
        pytest.approx(0.75),
    )
    assert (split.event, split.in_both) == ("split", 1)


@given(TABLES)
def test_each_segment_has_one_fate_and_no_id_goes_to_two(counts):
    found = events_in(counts, list(range(1, len(counts) + 1)))
    fresh = [e.number for e in found if e.event in {"continued", "split", "new"}]
    assert len(fresh) == len(set(fresh))
    stays = [e.old for e in found if e.event == "continued"]
    gone = [e.old for e in found if e.event in {"merged", "retired"}]
    assert len(stays) == len(set(stays))
    assert sorted([*stays, *gone]) == list(range(1, len(counts) + 1))


@given(TABLES, st.randoms(use_true_random=False))
def test_the_numbers_of_the_new_segments_decide_nothing(counts, random):
    order = list(range(counts.shape[1]))
    random.shuffle(order)
    ids = list(range(1, len(counts) + 1))
    turned = {
        (e.event, e.old, None if e.number is None else order[e.number - 1])
        for e in events_in(counts[:, order], ids)
        if e.event == "continued"
    }
    plain = {
        (e.event, e.old, None if e.number is None else e.number - 1)
        for e in events_in(counts, ids)
        if e.event == "continued"
    }
    assert turned == plain
