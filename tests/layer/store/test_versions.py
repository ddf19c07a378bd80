"""Versions: lasting ids, names that move with their segment, what became of each."""

import polars as pl
import sqlalchemy as sa

from layer.store.planted import groups, planted
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.tables import segments
from learnstrata.layer.store.versions import add_version

WHO = {"who": "a tester"}


def used(store, run):
    added = add_version(store, run, **WHO)
    promote(store, added.id, **WHO)
    return added


def names_in(store):
    with store.reading() as connection:
        return dict(connection.execute(sa.select(segments.c.id, segments.c.name)).all())


def told(added):
    return sorted(
        ((e.event, e.old or 0, e.new or 0) for e in added.events), key=lambda e: e[2]
    )


def test_the_same_run_is_the_same_version(store):
    run = planted(groups(40, 60))
    first, again = (add_version(store, run, **WHO) for _ in range(2))
    assert (first.is_new, again.is_new) == (True, False)
    assert first.id == again.id
    assert told(first) == told(again)


def test_segments_of_the_first_version_are_new_and_numbered_in_order(store):
    added = add_version(store, planted(groups(40, 60)), **WHO)
    assert told(added) == [("new", 0, 1), ("new", 0, 2)]


def test_a_segment_keeps_id_and_name_whatever_its_number(store):
    old = groups(40, 60)
    used(store, planted(old, names=["Early", "Late"]))
    turned = planted({i: 3 - n for i, n in old.items()}, names=["Fine", "New"])
    added = used(store, turned)
    assert told(added) == [("continued", 1, 1), ("continued", 2, 2)]
    assert [e.number for e in added.events] == [1, 2]
    assert {e.old for e in added.events if e.number == 1} == {2}
    assert names_in(store) == {1: "Early", 2: "Late"}


def test_a_split_leaves_the_larger_part_its_id(store):
    used(store, planted(groups(100, 60)))
    split = {
        i: n if n == 2 else (1 if i < "l0060" else 3)
        for i, n in groups(100, 60).items()
    }
    added = used(store, planted(split))
    assert told(added) == [("continued", 1, 1), ("continued", 2, 2), ("split", 1, 3)]
    event = next(e for e in added.events if e.event == "split")
    assert (event.in_both, event.of_old, event.of_new) == (40, 0.4, 1.0)


def test_a_merged_segment_goes_into_one_that_lives_on(store):
    used(store, planted(groups(60, 40, 50)))
    merged = {i: {1: 1, 2: 1, 3: 2}[n] for i, n in groups(60, 40, 50).items()}
    added = used(store, planted(merged))
    assert ("merged", 2, 1) in told(added)


def test_an_id_is_never_used_twice(store):
    used(store, planted(groups(50, 50), names=["A", "B"]))
    used(store, planted(groups(50, 50, shift=500), names=["A", "B"]))
    third = used(store, planted(groups(49, 51), names=["A", "B"]))
    assert {e.new for e in third.events if e.event == "new"} == {5, 6}
    names = names_in(store)
    assert len(names) == len(set(names.values())) == 6


def test_a_name_that_a_segment_has_does_not_become_that_of_another(store):
    used(store, planted(groups(50, 50), names=["A", "B"]))
    both = {**groups(50, 50), **groups(0, 0, 60, shift=900)}
    used(store, planted(both, names=["B", "C", "A"]))
    assert names_in(store) == {1: "A", 2: "B", 3: "A (2)"}


def test_a_version_without_parent_data_is_told_by_nobody_in_common(store):
    used(store, planted(groups(30, 30)))
    added = add_version(store, planted(groups(30, 30, shift=700)), **WHO)
    assert {e.event for e in added.events} == {"new", "retired"}


def test_no_input_is_changed(store):
    run = planted(groups(30, 30))
    before = run.learners.clone()
    add_version(store, run, **WHO)
    assert before.equals(run.learners)
    assert isinstance(before, pl.DataFrame)
