"""What is used changes by releases: each move has one cause, borders do not flap."""

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest

from layer.store.planted import groups, planted
from learnstrata.exceptions import ParameterError
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.membership import (
    flows,
    history_of,
    members_at,
    migration_matrix,
    moves,
    names_of_segments,
    sizes_over_time,
)
from learnstrata.layer.store.promotion import planned, promote, roll_back
from learnstrata.layer.store.versions import add_version

WHO = {"who": "a tester"}
OLD = groups(50, 50)


def added(store, run, **more):
    return add_version(store, run, **WHO, **more).id


def used(store, run, **more):
    return promote(store, added(store, run), **WHO, **more)


def moved_to_two(*ids):
    return {**OLD, **dict.fromkeys(ids, 2)}


def test_all_join_in_the_first_release(store):
    done = used(store, planted(OLD))
    assert (done.number, done.joined, done.left, done.moved) == (1, 100, 0, 0)
    assert members_at(store)["segment_id"].value_counts().sort("segment_id").rows() == [
        (1, 50),
        (2, 50),
    ]


def test_who_joins_leaves_and_moves_is_counted_exactly(store):
    used(store, planted(OLD))
    new = moved_to_two("l0000", "l0001")
    new |= {"new1": 1, "new2": 2}
    del new["l0099"]
    done = used(store, planted(new))
    assert (done.joined, done.left, done.moved) == (2, 1, 2)
    rows = moves(store, 1, 2)
    assert rows["learner_id"].to_list() == ["l0000", "l0001", "l0099", "new1", "new2"]
    assert rows["cause"].to_list() == ["refit", "refit", "left", "joined", "joined"]
    assert faults_in(store) == []


def test_who_changed_moves_since_they_changed_and_others_by_the_refit(store):
    used(store, planted(OLD))
    new = planted(moved_to_two("l0000", "l0001"), said={"l0000": 7})
    done = used(store, new)
    assert done.causes == {"learner changed": 1, "refit": 1}


def test_what_the_model_in_use_says_goes_before_what_the_table_says(store):
    used(store, planted(OLD))
    new = planted(moved_to_two("l0000", "l0001"), said={"l0000": 7, "l0001": 7})
    told = pl.DataFrame({"learner_id": ["l0000", "l0001"], "segment_id": [1, 2]})
    version = added(store, new, by_parent=told)
    done = promote(store, version, **WHO)
    assert done.causes == {"learner changed": 1, "refit": 1}
    causes = dict(moves(store, 1, 2).select("learner_id", "cause").iter_rows())
    assert causes == {"l0000": "refit", "l0001": "learner changed"}


def test_a_correction_is_the_cause_of_all_its_moves(store):
    used(store, planted(OLD))
    done = used(store, planted(moved_to_two("l0000")), correction=True)
    assert (done.kind, done.causes) == ("correction", {"correction": 1})


def test_who_is_near_the_border_stays_where_they_are(store):
    used(store, planted(OLD))
    ids = [f"l{i:04}" for i in range(4)]
    new = planted(
        moved_to_two(*ids),
        second=dict.fromkeys(ids, 1),
        margin={"l0000": 0.01, "l0001": 0.049, "l0002": 0.05, "l0003": 0.3},
    )
    version = added(store, new)
    assert planned(store, version, min_margin=0.0)[0].moved == 4
    done = promote(store, version, **WHO)
    assert (done.moved, done.kept) == (2, 2)
    here = dict(members_at(store).select("learner_id", "segment_id").iter_rows())
    assert [here[i] for i in ids] == [1, 1, 2, 2]


def test_nobody_stays_in_a_segment_that_is_gone(store):
    used(store, planted(groups(30, 60)))
    one = planted(
        dict.fromkeys(groups(30, 60), 1),
        second=dict.fromkeys(groups(30, 60), None),
        margin=0.0,
    )
    done = used(store, one)
    assert (done.moved, done.kept) == (30, 0)


def test_a_plan_is_what_promoting_does(store):
    used(store, planted(OLD))
    version = added(store, planted(moved_to_two("l0003", "l0004")))
    plan, _ = planned(store, version)
    assert plan == promote(store, version, **WHO)


def test_going_back_puts_each_learner_where_they_were(store):
    used(store, planted(OLD))
    before = members_at(store)
    new = moved_to_two("l0000") | {"new": 1}
    used(store, planted(new))
    done = roll_back(store, **WHO)
    assert (done.kind, done.version, done.left) == ("rollback", 1, 1)
    assert members_at(store).drop("since").equals(before.drop("since"))
    assert faults_in(store) == []
    assert history_of(store, "l0000")["segment_id"].to_list() == [1, 2, 1]


def test_there_is_no_way_back_from_the_first_version(store):
    used(store, planted(OLD))
    with pytest.raises(ParameterError, match="No other version was used before"):
        roll_back(store, **WHO)


def test_what_is_current_is_not_promoted_again(store):
    used(store, planted(OLD))
    with pytest.raises(ParameterError, match="current already"):
        promote(store, 1, **WHO)


def test_a_version_that_is_not_there_is_refused_with_those_that_are(store):
    used(store, planted(OLD))
    with pytest.raises(ParameterError, match=r"no version 7; there are \[1\]"):
        promote(store, 7, **WHO)


def test_membership_is_told_as_of_a_day(store):
    used(store, planted(OLD))
    today = members_at(store)
    assert members_at(store, datetime.now(UTC).date() + timedelta(days=1)).equals(today)
    with pytest.raises(ParameterError, match="the first is of"):
        members_at(store, date(2020, 1, 1))


def test_counts_are_the_same_everywhere(store):
    used(store, planted(OLD))
    used(store, planted(moved_to_two("l0000", "l0001") | {"new": 2}))
    rows = members_at(store)
    sizes = sizes_over_time(store).filter(release=2)
    by = rows.group_by("segment_id").len().sort("segment_id")
    assert sizes.select("segment_id", "learners").rows() == by.rows()
    matrix = migration_matrix(store, 1, 2)
    after = matrix.group_by("new_segment").agg(pl.sum("learners")).sort("new_segment")
    assert after.rows() == by.rows()
    assert flows(store, 1, 2)["learners"].sum() == len(moves(store, 1, 2)) == 3


def test_steps_between_add_up_to_the_whole(store):
    used(store, planted(OLD))
    used(store, planted(moved_to_two("l0000", "l0001")))
    used(store, planted(moved_to_two("l0001", "l0002")))
    whole = moves(store, 1, 3)
    assert whole["learner_id"].to_list() == ["l0001", "l0002"]


def test_a_learner_who_was_never_there_has_no_history(store):
    used(store, planted(OLD))
    with pytest.raises(ParameterError, match="no learner 'nobody'"):
        history_of(store, "nobody")


def test_where_another_version_is_in_use_now_its_parent_tells_nothing(store):
    used(store, planted(OLD))
    told = pl.DataFrame({"learner_id": ["l0000"], "segment_id": [2]})
    late = added(store, planted(moved_to_two("l0000", "l0001")), by_parent=told)
    used(store, planted(moved_to_two("l0001")))
    assert promote(store, late, **WHO).causes == {"refit": 1}


def test_two_candidates_name_a_segment_alike_and_only_one_keeps_the_name(store):
    ids = groups(6, 6)
    promote(store, add_version(store, planted(ids), **WHO).id, **WHO)
    apart = [{**ids, "l0000": 3}, {**ids, "l0001": 3}]
    names = ["Group 1", "Group 2", "Newcomers"]
    one, other = (
        add_version(store, planted(some, names=names), **WHO).id for some in apart
    )
    promote(store, one, **WHO)
    promote(store, other, **WHO)
    with store.reading() as connection:
        found = names_of_segments(connection)
    told = sorted(name for name in found.values() if name.startswith("New"))
    assert told == ["Newcomers", "Newcomers (2)"]


def test_who_is_kept_by_the_margin_and_leaves_later_is_moved_by_the_refit(store):
    ids = groups(5, 5)
    nearer = {**ids, "l0000": 2}
    border = {"second": {"l0000": 1}, "margin": {"l0000": 0.01}}
    promote(store, add_version(store, planted(ids), **WHO).id, **WHO)
    kept = promote(
        store, add_version(store, planted(nearer, **border), **WHO).id, **WHO
    )
    assert (kept.kept, kept.moved) == (1, 0)
    again = planted(nearer, said={"l0001": 7})
    asked = again.learners.select("learner_id", "segment_id")
    version = add_version(store, again, **WHO, by_parent=asked, parent=2).id
    done = promote(store, version, **WHO)
    assert done.causes == {"refit": 1}


def test_who_is_kept_sees_the_nearer_segment_as_the_second(store):
    ids = groups(5, 5)
    border = {"second": {"l0000": 1}, "margin": {"l0000": 0.04}}
    promote(store, add_version(store, planted(ids), **WHO).id, **WHO)
    nearer = planted({**ids, "l0000": 2}, **border)
    promote(store, add_version(store, nearer, **WHO).id, **WHO)
    row = members_at(store).row(0, named=True)
    told = [row[c] for c in ("segment_id", "second_segment_id", "margin")]
    assert told == [1, 2, -0.04]


def test_a_correction_keeps_nobody_where_the_table_was_wrong(store):
    ids = groups(5, 5)
    promote(store, add_version(store, planted(ids), **WHO).id, **WHO)
    border = {"second": {"l0000": 1}, "margin": {"l0000": 0.04}}
    version = add_version(store, planted({**ids, "l0000": 2}, **border), **WHO).id
    done = promote(store, version, **WHO, correction=True)
    assert (done.kept, done.causes) == (0, {"correction": 1})


def test_going_back_again_goes_on_backwards(store):
    for n in (5, 6, 7):
        version = add_version(store, planted(groups(5, n)), **WHO).id
        promote(store, version, **WHO)
    assert [roll_back(store, **WHO).version for _ in range(2)] == [2, 1]
    with pytest.raises(ParameterError, match="No other version"):
        roll_back(store, **WHO)
    promote(store, 3, **WHO)
    assert roll_back(store, **WHO).version == 1


def test_a_plan_made_before_another_release_is_no_plan(store):
    one, two, three = (
        add_version(store, planted(groups(5, n)), **WHO).id for n in (5, 6, 7)
    )
    promote(store, one, **WHO)
    number = planned(store, two)[0].number
    promote(store, three, **WHO)
    with pytest.raises(ParameterError, match="Another version was promoted since"):
        promote(store, two, **WHO, number=number)
    run = planted(groups(5, 8))
    asked = run.learners.select("learner_id", "segment_id")
    with pytest.raises(ParameterError, match="was promoted while version 1 was asked"):
        add_version(store, run, **WHO, by_parent=asked, parent=one)


def test_a_time_of_another_zone_is_the_same_moment(store):
    promote(store, add_version(store, planted(groups(5, 5)), **WHO).id, **WHO)
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    now = datetime.now(UTC).astimezone(elsewhere)
    assert len(members_at(store, now + timedelta(minutes=1))) == 10
    with pytest.raises(ParameterError, match="No release was current"):
        members_at(store, now - timedelta(hours=2))
