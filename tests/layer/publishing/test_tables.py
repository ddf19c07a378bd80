"""A database as a target: shapes of others, lost connections, full disks, readers."""

import os
import re
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from learnstrata.exceptions import OutputError
from learnstrata.layer.publishing import tables
from learnstrata.layer.publishing.publication import publish
from learnstrata.layer.publishing.views import VIEWS
from publishers import LEARNERS, publishers
from released import chain, first_release, release_of, stamped, store_of
from targets import held, replayed, rows, told

READS = 1_000
KILLS = 10


def path_of(address):
    return Path(address.removeprefix("sqlite:///"))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            "CREATE TABLE segment_membership (a TEXT)",
            "has a table 'segment_membership'",
        ),
        ("CREATE VIEW segments_v1 AS SELECT 1 AS a", "has a view 'segments_v1'"),
        (
            "CREATE TABLE segments_v1 (publication BIGINT, segment_id TEXT)",
            "a table 'segments_v1' of another shape: .*'segment_id' differs",
        ),
    ],
)
def test_a_table_of_somebodys_own_is_refused_and_left_as_it_is(base, made, message):
    rows(base, made)
    with pytest.raises(OutputError, match=message):
        publish(first_release(20, np.random.default_rng(0)), base)
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        rows(base, "SELECT * FROM segment_releases_v1")


def test_a_target_that_lacks_one_of_its_tables_is_refused(base):
    old, new = chain(20, [3], np.random.default_rng(1))
    publish(old, base)
    rows(base, "DROP VIEW segment_sizes_product")
    rows(base, "DROP VIEW segment_membership_careers")
    rows(base, "DROP TABLE segments_v1")
    with pytest.raises(OutputError, match=r"and lacks \['segments_v1'\]"):
        publish(new, base)
    assert held(base) == told(old)


def test_a_view_that_was_dropped_is_made_again(base):
    old, new = chain(20, [3], np.random.default_rng(2))
    publish(old, base)
    rows(base, "DROP VIEW segment_membership_mentoring")
    publish(new, base)
    for view in VIEWS:
        assert rows(base, f"SELECT count(*) FROM {view}")  # noqa: S608


def test_a_server_that_is_not_there_is_one_message(free_port):
    address = f"postgresql://someone:secret@127.0.0.1:{free_port}/x"
    with pytest.raises(OutputError, match="refused: ") as found:
        publish(first_release(20, np.random.default_rng(3)), address)
    assert str(found.value).count("\n") == 0
    assert "secret" not in str(found.value)


@pytest.fixture
def free_port():
    """A port on which nobody listens."""
    import socket

    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_whoever_may_not_write_is_told_so(database):
    rows(database, "CREATE ROLE reads_only LOGIN")
    try:
        mine = database.replace("postgresql://postgres:@", "postgresql://reads_only:@")
        assert mine != database
        with pytest.raises(OutputError, match="permission denied for schema public"):
            publish(first_release(20, np.random.default_rng(4)), mine)
    finally:
        rows(database, "DROP ROLE reads_only")


def test_a_role_reads_the_view_that_it_is_granted_and_nothing_else(database):
    release = first_release(40, np.random.default_rng(5))
    found = publish(release, database, roles={"mentoring": 'team "m"'})
    assert 'GRANT SELECT ON "public".segment_membership_mentoring' in found.grants[1]
    roles = ('team "m"', "careers", "product")
    made = [role.replace('"', '""') for role in roles]
    try:
        for role in made:
            rows(database, f'CREATE ROLE "{role}"')
        for statement in found.grants:
            rows(database, statement)
        with psycopg.connect(database) as connection:
            connection.execute(f'SET ROLE "{made[0]}"')
            (n,) = connection.execute(
                "SELECT count(*) FROM segment_membership_mentoring"
            ).fetchone()
            assert n == 40
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM segment_membership")
    finally:
        for role in made:
            rows(database, f'DROP OWNED BY "{role}"')
            rows(database, f'DROP ROLE "{role}"')


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_texts_come_through_whatever_the_database_writes_them_in(postgres, encoding):
    name = f"of_{encoding.lower()}"
    options = f"ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'"
    address = postgres.replace("/postgres?", f"/{name}?") + "&client_encoding=utf8"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} {options}")
        try:
            release = first_release(30, np.random.default_rng(13))
            publish(release, address.removesuffix("&client_encoding=utf8"))
            assert held(address) == told(release)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_id_that_the_database_cannot_hold_is_one_message(database):
    made = first_release(20, np.random.default_rng(14), odd=False).members
    ids = pl.Series("learner_id", ["nul \0 in it", *made["learner_id"][1:]])
    with pytest.raises(OutputError, match="refused: .*0x00") as said:
        publish(release_of(made.with_columns(ids)), database)
    assert str(said.value).count("\n") == 0


def test_sqlite_and_folders_have_roles_of_their_own_system(tmp_path):
    release = first_release(20, np.random.default_rng(6))
    address = f"sqlite:///{tmp_path / 'new' / 'target.db'}"
    assert publish(release, address).grants == ()
    mode = stat.S_IMODE(path_of(address).stat().st_mode)
    assert mode == 0o600
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["target.db"]


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("notes, and more of them", encoding="utf-8")
    with pytest.raises(OutputError, match="file is not a database"):
        publish(first_release(20, np.random.default_rng(7)), f"sqlite:///{path}")
    assert path.read_text(encoding="utf-8") == "notes, and more of them"


@pytest.fixture
def little_room():
    """Let every file of SQLite hold so many pages and no more."""

    def limit(connection, _):
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA max_page_count=60")

    sa.event.listen(sa.Engine, "connect", limit)
    yield
    sa.event.remove(sa.Engine, "connect", limit)


@pytest.mark.usefixtures("little_room")
def test_a_full_disk_leaves_what_was_there(tmp_path):
    address = f"sqlite:///{tmp_path / 'target.db'}"
    old, new = chain(1_000, [1_000], np.random.default_rng(8))
    publish(old, address)
    with pytest.raises(
        OutputError, match=re.escape(str(tmp_path / "target.db"))
    ) as said:
        publish(new, address)
    assert "is full" in str(said.value)
    assert held(address) == told(old)
    large = first_release(5_000, np.random.default_rng(9))
    with pytest.raises(
        OutputError, match=re.escape(f"{tmp_path / 'other.db'} refused")
    ):
        publish(large, f"sqlite:///{tmp_path / 'other.db'}")
    assert {one.name for one in tmp_path.iterdir()} <= {
        "target.db",
        "target.db-wal",
        "target.db-shm",
    }


ENDS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
ENDS += "WHERE datname = current_database() AND pid <> pg_backend_pid()"


def ended_before(step, monkeypatch, database):
    """Have the server end the connection before a step of the publication."""
    ours = getattr(tables, step)

    def stepping(*arguments):
        rows(database, ENDS)
        return ours(*arguments)

    monkeypatch.setattr(tables, step, stepping)


@pytest.mark.parametrize("step", ["load", "_begin", "_note"])
def test_a_lost_connection_leaves_what_was_there(database, monkeypatch, step):
    old, new = chain(200, [50], np.random.default_rng(10))
    publish(old, database)
    ended_before(step, monkeypatch, database)
    with pytest.raises(OutputError, match="refused: .*(terminat|closed)") as said:
        publish(new, database)
    assert str(said.value).count("\n") == 0
    monkeypatch.undo()
    assert held(database) == told(old)
    assert publish(new, database).mode == "full"
    assert held(database) == replayed(database) == told(new)


def test_a_commit_whose_answer_is_lost_is_looked_for(database, monkeypatch):
    """It was carried out: the publication is told as done."""
    release = first_release(30, np.random.default_rng(11))

    lost = []

    def commit(_, connection):
        connection.commit()
        if not lost:
            lost.append(connection)
            raise psycopg.OperationalError("connection lost")

    monkeypatch.setattr(sa.engine.default.DefaultDialect, "do_commit", commit)
    found = publish(release, database)
    assert (found.release, found.mode) == (1, "full")
    monkeypatch.undo()
    assert held(database) == told(release)


SEEN = """SELECT count(*), count(DISTINCT role_family), min(since), max(since),
min(release), max(release) FROM segment_membership"""


def read_often(address, seen, done):
    connect = sqlite3.connect if "sqlite" in address else psycopg.connect
    place = str(path_of(address)) if "sqlite" in address else address
    with closing(connect(place)) as connection:
        for _ in range(READS):
            seen.append(connection.execute(SEEN).fetchone())
            connection.rollback()
    done.set()


def test_readers_never_see_two_releases_mixed(base):
    releases = [stamped(number, 200 + number) for number in range(1, 200)]
    store, seen, done = store_of(releases), [], threading.Event()
    publish(releases[0], base)
    reader = threading.Thread(target=read_often, args=(base, seen, done))
    reader.start()
    for release in releases[1:]:
        publish(release, base, earlier=store if release.number % 2 else None)
        if done.is_set():
            break
    reader.join()
    assert len(seen) == READS
    assert len({*seen}) > 2
    for n, families, first, last, low, high in seen:
        assert (n, families) == (200 + first, 1)
        assert first == last == low == high


def publish_each(address, numbers, refused):
    for number in numbers:
        try:
            publish(stamped(number, 100 + number), address)
        except OutputError as error:
            refused.append(str(error))


def test_of_publishers_at_once_one_follows_the_other_and_none_goes_back(base):
    """From the first on, where there is no table and no file yet."""
    refused = []
    threads = [
        threading.Thread(target=publish_each, args=(base, range(n, 25, 4), refused))
        for n in (1, 2, 3, 4)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert held(base) == replayed(base) == told(stamped(24, 124))
    numbers = [n for (n,) in rows(base, ORDER)]
    assert numbers == sorted(numbers)
    assert len(numbers) + len(refused) == 24
    assert all("this is the older one" in one for one in refused)


ORDER = "SELECT release FROM segment_releases_v1 ORDER BY publication"


@pytest.mark.skipif(os.name != "posix", reason="processes are forked")
def test_a_publisher_that_is_killed_leaves_one_whole_release(base):
    """What it answered is there; of what it had begun all or nothing."""
    rng, number = np.random.default_rng(12), 1
    publish(stamped(number, LEARNERS), base)
    with publishers(base) as killed:
        for _ in range(KILLS):
            answered = max(number, killed(number + 1, rng.uniform(0, 0.4)))
            number = release_held(base, {answered, answered + 1})
    last = stamped(number + 1, LEARNERS)
    publish(last, base)
    assert held(base) == replayed(base) == told(last)


def release_held(address, possible):
    """Read which release a target holds, whole; it is one of these."""
    there = {told(stamped(number, LEARNERS)): number for number in possible}
    return there[held(address)]
