"""A backup is all of a store; nobody who was forgotten comes back with it."""

import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa

from layer.store.planted import groups, planted
from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.layer.store.backups import back_up, restore
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.deletions import bury, erase, scrubbed, tombstones_of
from learnstrata.layer.store.membership import members_at, sizes_over_time
from learnstrata.layer.store.opening import open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.tables import versions
from learnstrata.layer.store.versions import add_version
from learnstrata.privacy.keys import random_key
from learnstrata.segments.model.model import SegmentModel
from learnstrata.segments.model.stored import codes_of_members

WHO = {"who": "a tester"}
KEY = bytes(range(32))


@pytest.fixture
def filled(store):
    for run in (planted(groups(50, 50)), planted(groups(40, 60))):
        promote(store, add_version(store, run, **WHO).id, **WHO)
    return store


@pytest.fixture
def backup(filled, tmp_path):
    return back_up(filled, tmp_path / "all.backup")


@pytest.fixture
def other(tmp_path):
    opened = open_store(tmp_path / "other.db")
    yield opened
    opened.close()


def forgotten(store, learner):
    import polars as pl

    with store.writing() as connection:
        bury(connection, tombstones_of(pl.Series([learner]), KEY), key=KEY, who="dpo")
        return erase(connection, [learner])


def test_another_database_is_restored_from_a_backup(filled, backup, other):
    assert restore(other, backup, key=KEY).forgotten == 0
    assert members_at(other).equals(members_at(filled))
    assert sizes_over_time(other).equals(sizes_over_time(filled))
    assert faults_in(other) == []
    added = add_version(other, planted(groups(30, 70)), **WHO, key=KEY)
    assert added.id == 3


def test_a_backup_is_for_its_owner_alone(backup):
    assert backup.stat().st_mode & 0o777 == 0o600


def test_who_was_forgotten_does_not_come_back_with_a_backup(filled, backup):
    assert forgotten(filled, "l0007") == 3
    assert restore(filled, backup, key=KEY, overwrite=True).forgotten == 1
    assert "l0007" not in members_at(filled)["learner_id"]
    assert faults_in(filled, key=KEY) == []


def test_who_was_forgotten_does_not_come_back_with_a_run(filled):
    forgotten(filled, "l0007")
    run = planted(groups(45, 55))
    added = add_version(filled, run, **WHO, key=KEY)
    promote(filled, added.id, **WHO)
    assert "l0007" not in members_at(filled)["learner_id"]
    assert faults_in(filled, key=KEY) == []


def with_codes(run):
    """Give a run whose model holds the code of each of its learners."""
    codes = run.learners["member_code"].to_numpy().astype("<i8").tobytes()
    return replace(run, model=replace(run.model, members=codes))


def codes_in(store):
    """Give the codes of learners that the models of a store hold."""
    with store.reading() as connection:
        texts = connection.scalars(sa.select(versions.c.model)).all()
    models = [SegmentModel.from_json(text) for text in texts]
    return [set(codes_of_members(one.members).tolist()) for one in models]


def test_their_code_is_in_no_model_and_comes_back_neither_way(store, tmp_path):
    first, second = (with_codes(planted(groups(*n))) for n in ((50, 50), (40, 60)))
    promote(store, add_version(store, first, **WHO).id, **WHO)
    backup = back_up(store, tmp_path / "codes.backup")
    forgotten(store, "l0007")
    assert [7 in codes for codes in codes_in(store)] == [False]
    add_version(store, second, **WHO, key=KEY)
    assert [(7 in codes, len(codes)) for codes in codes_in(store)] == [(False, 99)] * 2
    restore(store, backup, key=KEY, overwrite=True)
    assert [7 in codes for codes in codes_in(store)] == [False]


def test_without_the_key_nothing_is_restored_or_added(filled, backup):
    forgotten(filled, "l0007")
    with pytest.raises(ParameterError, match="without the key"):
        restore(filled, backup, key=None, overwrite=True)
    assert len(members_at(filled)) == 99


def test_another_key_makes_another_tombstone():
    import polars as pl

    ids = pl.Series(["l0007"])
    one, other = (tombstones_of(ids, key)[0] for key in (KEY, random_key()))
    assert one != other


def test_a_store_that_holds_versions_is_not_replaced_unasked(filled, backup):
    with pytest.raises(ParameterError, match="--overwrite"):
        restore(filled, backup, key=KEY)


def test_a_damaged_backup_is_refused_and_nothing_changes(filled, backup, tmp_path):
    before = members_at(filled)
    bad = tmp_path / "bad.backup"
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[:-1] if name == "members.parquet" else content)
    with pytest.raises(SourceError, match="damaged: members"):
        restore(filled, bad, key=KEY, overwrite=True)
    assert members_at(filled).equals(before)


def test_what_is_no_backup_is_refused(filled, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("no backup")
    with pytest.raises(SourceError, match="is no backup"):
        restore(filled, note, key=KEY, overwrite=True)


def test_no_byte_of_a_forgotten_learner_is_left_in_the_files(tmp_path):
    path = tmp_path / "own.db"
    store = open_store(path)
    ids = {f"learner-{i:04}-of-the-table": 1 + i % 2 for i in range(200)}
    promote(store, add_version(store, planted(ids), **WHO).id, **WHO)
    gone = "learner-0042-of-the-table"
    assert forgotten(store, gone) == 2
    scrubbed(store.engine)
    for file in tmp_path.glob("own.db*"):
        assert gone.encode() not in file.read_bytes(), file
    store.close()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE releases SET learners = learners + 1 WHERE number = 1",
        "UPDATE versions SET learners = learners - 1 WHERE id = 1",
        "DELETE FROM membership WHERE learner_id = 'l0001' AND since = 1",
        "UPDATE version_segments SET learners = learners + 1 WHERE version = 1",
        "UPDATE membership SET until = since WHERE learner_id = 'l0001'",
    ],
)
def test_what_does_not_hold_is_found(filled, harm):
    assert faults_in(filled) == []
    with filled.writing() as connection:
        connection.exec_driver_sql(harm)
    assert faults_in(filled)


def test_tables_of_somebody_else_beside_a_store_stay(store, tmp_path):
    add_version(store, planted(groups(5, 5)), **WHO)
    back_up(store, tmp_path / "all.backup")
    theirs = sa.text("create table customers (name text)")
    with store.writing() as connection:
        connection.execute(theirs)
        connection.execute(sa.text("insert into customers values ('x')"))
    restore(store, tmp_path / "all.backup", key=None, overwrite=True)
    with store.reading() as connection:
        told = connection.scalars(sa.text("select name from customers")).all()
    assert told == ["x"]
