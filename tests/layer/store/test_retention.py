"""What is no more in use goes after its time; what is in use stays, whatever came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from layer.store.planted import groups, planted
from learnstrata.config.stages import Layer
from learnstrata.exceptions import ParameterError
from learnstrata.layer.publications import publish_release
from learnstrata.layer.store.approvals import approve
from learnstrata.layer.store.backups import back_up, restore
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.deletions import bury, erase, tombstones_of
from learnstrata.layer.store.membership import (
    history_of,
    members_at,
    migration_matrix,
    moves,
    sizes_over_time,
)
from learnstrata.layer.store.opening import now, open_store
from learnstrata.layer.store.promotion import promote, roll_back
from learnstrata.layer.store.retention import due_of, prune
from learnstrata.layer.store.tables import (
    members,
    membership,
    prunings,
    releases,
    versions,
)
from learnstrata.layer.store.versions import add_version
from learnstrata.segments.model.model import SegmentModel
from targets import held, said_in, told

WHO = {"who": "a tester"}
KEY = bytes(range(32))
DAYS = 100
QUARTER = timedelta(days=60)


def under(run, *, days=DAYS, codes=True):
    """Give the run with a limit, its model holding the code of each learner."""
    config = replace(run.model.config, layer=Layer(retention_days=days))
    own = run.learners["member_code"].to_numpy().astype("<i8").tobytes()
    model = replace(run.model, config=config, members=own if codes else b"")
    return replace(run, model=model)


def used(store, numbers, **more):
    version = add_version(store, under(planted(numbers), **more), **WHO).id
    return promote(store, version, **WHO)


def dated(store, *, last=timedelta(0), step=QUARTER):
    """Date releases and versions back: the last one `last` ago, the others before."""
    with store.writing() as connection:
        numbers = connection.execute(
            sa.select(releases.c.number, releases.c.version).order_by("number")
        ).all()
        for back, row in enumerate(reversed(numbers)):
            at = now() - last - back * step
            for table, which in (
                (releases, releases.c.number == row.number),
                (versions, versions.c.id == row.version),
            ):
                connection.execute(table.update().where(which).values(at=at))


@pytest.fixture
def layer(store):
    """Four releases, sixty days apart: of the first two all is too old."""
    ids = groups(30, 30)
    for i in range(4):
        new = {**ids, **{f"only-in-{i}-{j}": 1 for j in range(3)}, "l0000": 1 + i % 2}
        used(store, new)
    dated(store)
    return store


def counts(store, table, which=None):
    with store.reading() as connection:
        asked = sa.select(sa.func.count()).select_from(table)
        return connection.scalar(asked if which is None else asked.where(which))


def test_what_is_due_is_told_and_then_gone_and_the_rest_is_as_it_was(layer):
    now_, third = members_at(layer), moves(layer, 3, 4)
    at = now()
    due = due_of(layer, at=at)
    # Stays of release 1 that ended in release 2, 120 days ago: of four learners.
    assert (due.release, due.stays, due.versions, due.members) == (2, 4, (1,), 63)
    assert faults_in(layer) == [
        "4 stays and 63 rows of versions were last in use before "
        f"{due.before:%Y-%m-%d} and are not to be kept: learnstrata store prune."
    ]
    assert prune(layer, at=at, **WHO) == due
    assert not due_of(layer, at=at)
    assert faults_in(layer) == []
    assert members_at(layer).equals(now_)
    assert moves(layer, 3, 4).equals(third)
    assert counts(layer, membership, membership.c.until <= 2) == 0
    assert counts(layer, members, members.c.version == 1) == 0
    with layer.reading() as connection:
        (row,) = connection.execute(prunings.select()).all()
        texts = dict(
            connection.execute(sa.select(versions.c.id, versions.c.model)).all()
        )
    assert (row.stays, row.members, row.who) == (4, 63, "a tester")
    own = {i: len(SegmentModel.from_json(one).members) // 8 for i, one in texts.items()}
    assert own == {1: 0, 2: 63, 3: 63, 4: 63}


def test_releases_keep_their_counts_and_sizes_begin_where_all_is_kept(layer):
    with layer.reading() as connection:
        before = connection.execute(releases.select().order_by("number")).all()
    sizes = sizes_over_time(layer)
    prune(layer, **WHO)
    with layer.reading() as connection:
        assert connection.execute(releases.select().order_by("number")).all() == before
    assert sizes_over_time(layer).equals(sizes.filter(pl.col("release") >= 2))


def test_what_was_before_is_refused_and_never_told_in_part(layer):
    first = datetime.now(UTC).date() - 3 * QUARTER
    assert len(members_at(layer, first)) == 63
    prune(layer, **WHO)
    said = r"Release 1, of version 1, is not kept any more.*Kept is release 2, of"
    for asked in (
        lambda: members_at(layer, first),
        lambda: moves(layer, 1, 4),
        lambda: migration_matrix(layer, 1, 2),
        lambda: roll_back(layer, 1, **WHO),
    ):
        with pytest.raises(ParameterError, match=said):
            asked()
    gone = r"learners of version 1 were removed on .* cannot be used any more"
    for refused in (promote, approve):
        with pytest.raises(ParameterError, match=f"{gone}. Fit a new one"):
            refused(layer, 1, who="somebody else")
    with pytest.raises(ParameterError, match="keeps all since .* alone"):
        history_of(layer, "only-in-0-1")
    assert history_of(layer, "l0000")["segment_id"].to_list() == [2, 1, 2]
    assert roll_back(layer, 2, **WHO).learners == 63
    assert faults_in(layer) == []


def test_the_run_of_a_version_that_went_is_not_added_again(layer):
    run = under(planted({**groups(30, 30), "late": 1}))
    version = add_version(layer, run, **WHO).id
    with layer.writing() as connection:
        old = {"at": now() - timedelta(days=DAYS + 1)}
        connection.execute(
            versions.update().where(versions.c.id == version).values(old)
        )
    assert prune(layer, **WHO).versions == (1, version)  # never used, added long ago
    with pytest.raises(ParameterError, match="Make a run of a table of now"):
        add_version(layer, run, **WHO)


def test_what_is_used_and_the_way_back_stay_however_old(store):
    used(store, groups(20, 20))
    before = members_at(store).drop("since")
    used(store, groups(10, 20))
    dated(store, last=timedelta(days=4_000))
    assert not due_of(store)
    assert not prune(store, **WHO)
    roll_back(store, **WHO)
    assert members_at(store).drop("since").equals(before)


def test_nothing_is_removed_where_nothing_says_for_how_long(store):
    with pytest.raises(ParameterError, match="has no retention_days"):
        due_of(store)
    for n in (20, 21, 22):
        used(store, groups(n), days=None)
    dated(store, last=timedelta(days=9_000))
    assert prune(store, **WHO) is None
    with pytest.raises(ParameterError, match=r"Set it under \[layer\]"):
        due_of(store)
    assert faults_in(store) == []


def test_a_limit_before_all_time_keeps_all(store):
    for n in (20, 21, 22):
        used(store, groups(n), days=10**9)
    dated(store, last=timedelta(days=9_000))
    assert not due_of(store)


def test_no_byte_of_who_went_is_left_in_the_files(layer, address):
    with layer.engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.exec_driver_sql("ANALYZE")  # as a server does by itself
    assert said_in(address, "only-in-0-1")
    prune(layer, **WHO)
    assert not said_in(address, "only-in-0-1")
    assert said_in(address, "only-in-3-1")


def test_who_is_forgotten_later_is_counted_where_rows_are_left(layer):
    prune(layer, **WHO)
    with layer.reading() as connection:
        before = connection.execute(releases.select().order_by("number")).all()
    with layer.writing() as connection:
        bury(connection, tombstones_of(pl.Series(["l0001"]), KEY), key=KEY, who="dpo")
        erase(connection, ["l0001"])
    assert faults_in(layer, key=KEY) == []
    with layer.reading() as connection:
        after = connection.execute(releases.select().order_by("number")).all()
    lost = [
        one.learners - other.learners for one, other in zip(before, after, strict=True)
    ]
    assert lost == [0, 1, 1, 1]
    assert [one.left for one in after] == [one.left for one in before]


def test_a_backup_does_not_bring_back_what_went(layer, tmp_path):
    backup = back_up(layer, tmp_path / "all.backup")
    now_ = members_at(layer)
    prune(layer, **WHO)
    with layer.writing() as connection:  # as if the limit had come later
        connection.execute(prunings.update().values(before=now() - timedelta(days=50)))
    found = restore(layer, backup, key=KEY, overwrite=True)
    assert found.pruned.versions == (1, 2)
    assert members_at(layer).equals(now_)
    assert faults_in(layer) == []


def test_another_store_goes_by_the_configuration_that_comes_with_a_backup(
    layer, tmp_path
):
    backup = back_up(layer, tmp_path / "all.backup")
    other = open_store(tmp_path / "other.db")
    assert restore(other, backup, key=KEY).pruned.versions == (1,)
    assert faults_in(other) == []
    other.close()


def test_a_target_of_a_release_that_went_is_filled_anew(layer, tmp_path):
    target = f"sqlite:///{tmp_path}/crm.db"
    publish_release(layer, target, version=1)
    prune(layer, **WHO)
    done = publish_release(layer, target)
    assert (done.mode, done.why) == ("full", "Release 1 is no longer in the store.")
    with pytest.raises(ParameterError, match="Release 1, of version 1, is not kept"):
        publish_release(layer, target, version=1, allow_older=True)
    assert held(target) == told(release_now(layer))


def release_now(store):
    from learnstrata.layer.store.membership import last_release, release_of

    with store.reading() as connection:
        return release_of(store, connection, last_release(connection))


def act(store, what, seed):
    """Use a new version, add one that nobody uses, or go back."""
    rng = np.random.default_rng(seed)
    some = rng.permutation(30)[:24]
    numbers = {f"l{i:04}": int(n) for i, n in zip(some, rng.integers(1, 3, 24))}  # noqa: B905
    numbers |= {"first": 1, "second": 2}
    if what == "use":
        used(store, numbers)
    elif what == "add":
        add_version(store, under(planted(numbers)), **WHO)
    elif other := used_before(store):
        roll_back(store, other, **WHO)


def used_before(store):
    """Give the version that was used last besides the current one."""
    asked = sa.select(releases.c.version).order_by(releases.c.number.desc())
    with store.reading() as connection:
        used = connection.scalars(asked).all()
    return next((version for version in used if version != used[0]), None)


def rows_kept(store, before):
    """Say by each row alone whether it is to be kept: the slow and obvious way."""
    with store.reading() as connection:
        made = connection.execute(releases.select().order_by("number")).all()
        stays = connection.execute(membership.select()).all()
        rows = connection.execute(sa.select(members.c.version, members.c.learner_id))
        rows, added = (
            rows.all(),
            dict(connection.execute(sa.select(versions.c.id, versions.c.at)).all()),
        )
    at = {one.number: one.at for one in made}
    two = made[-2:]
    ended = {
        one.version: at.get(one.number + 1, datetime.max.replace(tzinfo=UTC))
        for one in made
    }
    kept_stays = {
        (one.learner_id, one.since)
        for one in stays
        if one.until is None
        or at[one.until] >= before
        or any(one.since <= own.number < one.until for own in two)
    }
    kept_rows = {
        tuple(row)
        for row in rows
        if row.version in {own.version for own in two}
        or ended.get(row.version, added[row.version]) >= before
    }
    return kept_stays, kept_rows


def rows_of(store):
    with store.reading() as connection:
        stays = connection.execute(
            sa.select(membership.c.learner_id, membership.c.since)
        )
        rows = connection.execute(sa.select(members.c.version, members.c.learner_id))
        return {tuple(one) for one in stays}, {tuple(one) for one in rows}


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["use", "use", "add", "back"]), st.integers(0, 99)),
        min_size=2,
        max_size=8,
    ),
    last=st.integers(0, 150),
    step=st.integers(0, 120),
)
def test_whatever_came_a_pruned_store_is_whole_and_goes_on(
    tmp_path_factory, steps, last, step
):
    store = open_store(tmp_path_factory.mktemp("any") / "store.db")
    for i, (what, seed) in enumerate([("use", 0), *steps]):
        act(store, what, [i, seed])
    dated(store, last=timedelta(days=last), step=timedelta(days=step))
    here, at = members_at(store), now()
    due = due_of(store, at=at)
    kept = rows_kept(store, due.before)
    assert prune(store, at=at, **WHO) == due
    assert rows_of(store) == kept
    assert faults_in(store) == []
    assert members_at(store).equals(here)
    if other := used_before(store):
        roll_back(store, other, **WHO)
        roll_back(store, used_before(store), **WHO)
        assert members_at(store).drop("since").equals(here.drop("since"))
    act(store, "use", [99])
    prune(store, **WHO)
    assert faults_in(store) == []
    store.close()
