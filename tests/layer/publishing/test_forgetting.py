"""Nothing of a learner who is forgotten is left in a target, of any publication."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import psycopg
import pytest

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.publishing import forgetting
from learnstrata.layer.publishing.content import without
from learnstrata.layer.publishing.forgetting import forget_in
from learnstrata.layer.publishing.publication import publish
from released import chain, first_release, release_of, store_of
from targets import held, replayed, rows, said_in, told

GONE = ["learner-0000011", "learner-0000014"]


def published(target):
    """Publish releases in all of which the learners are, and whose rows change."""
    releases = chain(120, [60, 60, 60], np.random.default_rng(1), odd=False)
    for one in releases:
        publish(one, target, earlier=store_of(releases))
    return releases


def test_no_file_of_a_target_has_the_id_of_a_forgotten_learner(target):
    releases = published(target)
    there = [one for one in GONE if said_in(target, one)]
    assert there == GONE or "members" in target  # Parquet may pack what is alike
    again = sum(
        len({row for one in releases for row in one.members.rows() if row[0] == i})
        for i in GONE
    )
    found = forget_in(target, [*GONE, "nobody"])
    assert found.rows >= len(GONE)
    assert found.rows <= again
    assert found.kept
    for one in GONE:
        assert not said_in(target, one)
    left = release_of(without(releases[-1].members, GONE), 4)
    assert held(target) == replayed(target) == told(left)
    for number, one in enumerate(releases, start=1):
        assert replayed(target, until=number) == told(
            release_of(without(one.members, GONE), number)
        )


def test_sizes_are_counted_without_the_forgotten_and_the_next_release_compares_all(
    target,
):
    releases = published(target)
    forget_in(target, GONE)
    for number, one in enumerate(releases, start=1):
        left = release_of(without(one.members, GONE), number)
        sizes = dict(left.segments.select("segment_id", "learners").rows())
        assert sizes_in(target, number) == sizes
    after = release_of(without(releases[-1].members, GONE), 5)
    found = publish(after, target, earlier=store_of(releases))
    assert found.why == "Learners were removed from the target since."
    assert (found.added, found.removed, found.changed) == (0, 0, 0)


def sizes_in(target, publication):
    """Read the sizes of segments in a publication: they add up to its learners."""
    learners = table(target, "segment_releases_v1", ["publication", "learners"])
    every = table(target, "segments_v1", ["publication", "segment_id", "learners"])
    found = {i: n for p, i, n in every if p == publication}
    assert dict(learners)[publication] == sum(found.values())
    return found


def table(target, name, columns):
    if "://" in target:
        return rows(target, f"SELECT {', '.join(columns)} FROM {name}")  # noqa: S608
    return pl.read_parquet(Path(target) / f"{name}.parquet").select(columns).rows()


def test_forgetting_again_removes_nobody(target):
    published(target)
    forget_in(target, GONE)
    before = held(target)
    assert forget_in(target, GONE).rows == 0
    assert held(target) == before


def test_where_nothing_was_published_nobody_can_be_forgotten(target, tmp_path):
    with pytest.raises(SourceError, match="holds no publication of the contract"):
        forget_in(target, GONE)
    assert not [*tmp_path.glob("*")]


def test_a_reader_of_sqlite_keeps_its_log_and_that_is_said(tmp_path, monkeypatch):
    from learnstrata.layer import databases

    monkeypatch.setattr(databases, "PATIENCE", 0.05)
    path = tmp_path / "target.db"
    target = f"sqlite:///{path}"
    publish(first_release(40, np.random.default_rng(2), odd=False), target)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM segment_membership").fetchone()
        with pytest.raises(OutputError, match="1 rows are removed .* not cleaned yet"):
            forget_in(target, GONE[:1])
    assert forget_in(target, GONE[:1]).rows == 0
    assert not said_in(target, GONE[0])


def test_a_reader_of_postgres_keeps_the_table_and_that_is_said(database, monkeypatch):
    monkeypatch.setattr(forgetting, "PATIENCE", 0.2)
    publish(first_release(40, np.random.default_rng(3), odd=False), database)
    with psycopg.connect(database) as reader:
        reader.execute("SELECT count(*) FROM segment_membership")
        with pytest.raises(OutputError, match="1 rows are removed .* lock timeout"):
            forget_in(database, GONE[:1])
    assert forget_in(database, GONE[:1]).rows == 0
    assert not said_in(database, GONE[0])


def test_whoever_does_not_own_the_table_is_told_that_it_is_not_cleaned(database):
    """PostgreSQL says so in a warning alone, and leaves the rows where they lay."""
    publish(first_release(40, np.random.default_rng(4), odd=False), database)
    tables = "segment_membership_v1, segments_v1, segment_releases_v1"
    rows(database, "CREATE ROLE clerk LOGIN")
    try:
        rows(database, f"GRANT SELECT, UPDATE, DELETE ON {tables} TO clerk")
        clerk = database.replace("//postgres:", "//clerk:")
        with pytest.raises(OutputError, match="this role does not own the table"):
            forget_in(clerk, GONE[:1])
    finally:
        rows(database, "DROP OWNED BY clerk")
        rows(database, "DROP ROLE clerk")
    forget_in(database, GONE[:1])
    assert not said_in(database, GONE[0])


def test_a_folder_says_of_itself_what_it_holds_after(tmp_path):
    target = str(tmp_path / "members")
    releases = published(target)
    forget_in(target, GONE)
    manifest = json.loads((tmp_path / "members" / "manifest.json").read_text())
    assert manifest["digest"] is None
    assert manifest["learners"] == releases[-1].members.height - len(
        {*GONE} & {*releases[-1].members["learner_id"]}
    )
