"""A desk: a table and its run, a store in which it is used, and who was given it.

What stands on it can be kept and put back, and is told in parts, so that each part can
be held against what it was before a command and what it is after.
"""

import hashlib
import json
import os
import shutil
import time
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple
from unittest.mock import patch

import polars as pl
import psycopg
import sqlalchemy as sa

import learnstrata as ls
from commands import command
from cut_off import Ended
from learnstrata.layer.store import tables
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.frames import frame_of
from learnstrata.layer.store.opening import open_store
from learnstrata.privacy.keys import read_key
from targets import held, replayed, rows, signed

LEARNERS = 400
FAULT = 2  # code of a command that says what was in the way
NAMES = ("versions", "segments", "version_segments", "lineage", "members")
NAMES += ("releases", "membership", "deletions")
OF_VERSIONS = ("version", "parent", "born")
CONFIG = """[evidence]
level = "none"
[selection]
k = 4
k_min = 4
k_max = 4
starts = 2
splits = 0
[layer]
min_gain = -1.0
max_moved = 1.0
min_jaccard = 0.0
min_shared = 0.0
"""


class Desk:
    """Files in a folder, and in PostgreSQL a database, if an address of one is given.

    `server` is of the server, and a database ``desk`` is made there.
    """

    def __init__(self, place, server=None):
        self.folder, self.kept, self.server = place / "desk", place / "kept", server
        self.store = self.target = server and server.replace("/postgres?", "/desk?")
        if server is None:
            self.store = f"sqlite:///{self.folder / 'store.db'}"
            self.target = f"sqlite:///{self.folder / 'crm.db'}"
        self.copies = self.folder / "copies"  # a target that is a folder
        self.new, self.quarter = self.folder / "q.csv", self.folder / "quarter"
        self.two = []

    def set_up(self):
        """Let a first version be used and published."""
        self.folder.mkdir(parents=True)
        table = ls.make_learners(LEARNERS, rng=3)
        table.write_csv(self.folder / "t.csv")
        ids = table["email_hash"].unique(maintain_order=True)
        stays = pl.col("email_hash").is_in(ids[LEARNERS // 10 :].implode())
        table.filter(stays).write_csv(self.new)
        (self.folder / "c.toml").write_text(CONFIG)
        if self.server:
            self._on_server("CREATE DATABASE desk")
        config, run = self.folder / "c.toml", self.folder / "run"
        asked = ("--config", config, "--out", run, "--quiet")
        done("run", self.folder / "t.csv", *asked)
        done("store", "add", run, "--store", self.store, "--quiet")
        done("promote", "1", "--store", self.store, "--quiet")
        for target in (self.target, self.copies):
            done("publish", "--to", target, "--store", self.store, "--quiet")
        there = pl.read_parquet(run / "private" / "segments.parquet")["learner_id"]
        stay = pl.read_csv(self.new, infer_schema=False)["email_hash"]
        self.two = sorted(set(there) & set(stay))[:2]  # who ask to be forgotten
        shutil.rmtree(run)  # the second one is enough to write anew

    def commands(self):
        """Give the words of the commands, each for what the one before leaves."""
        where = ("--out", self.quarter, "--overwrite", "--promote", "--json")
        who = (word for one in self.two for word in ("--learner", one))
        return {
            "refit": ("refit", self.new, *where, "--store", self.store),
            "publish": ("publish", "--to", self.target, "--store", self.store),
            "forget": ("forget", *who, "--store", self.store),
        }

    def keep(self, name):
        """Keep all as it is now."""
        shutil.copytree(self.folder, self.kept / name)
        if self.server:
            self._alone()
            self._on_server(f"CREATE DATABASE kept_{name} TEMPLATE desk")

    def put_back(self, name):
        """Have all be as it was when it was kept."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept / name, self.folder)
        if self.server:
            self._on_server("DROP DATABASE desk WITH (FORCE)")
            self._on_server(f"CREATE DATABASE desk TEMPLATE kept_{name}")

    def clear(self):
        """Take away what was made on the server."""
        if self.server:
            kept = [f"kept_{one.name}" for one in self.kept.glob("*")]
            for name in ("desk", *kept):
                self._on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def settle(self):
        """Wait until the server has ended what somebody began who is gone."""
        at_work = f"SELECT 1 {BACKENDS} AND state <> 'idle'"
        while self.server and self._on_server(at_work):
            time.sleep(0.005)

    def _alone(self):
        """End all connections to the desk, and wait until they are gone."""
        while self.server and self._on_server(f"SELECT 1 {BACKENDS}"):
            self.end_backends()
            time.sleep(0.005)

    def end_backends(self, _=None):
        """Have the server end all connections to the desk."""
        self._on_server(f"SELECT pg_terminate_backend(pid) {BACKENDS}")

    def _on_server(self, statement):
        with psycopg.connect(self.server, autocommit=True) as server:
            found = server.execute(statement)
            return found.fetchall() if found.description else []

    def faults(self):
        """Look through the store as ``store check`` does."""
        with self._opened() as store:
            return faults_in(store, key=read_key(self.folder / "keys" / "key"))

    def parts(self):
        """Tell all that stands there, in parts that are whole or absent."""
        found = {f"table {n}": rows for n, rows in self._of_store().items()}
        found |= {"target": told_by(self.target), "copies": told_by(self.copies)}
        return found | {"run": of_run(self.quarter)}

    def log(self):
        """Tell what the store says was done, in order; none of it is ever unsaid."""
        with self._opened() as store, store.reading() as connection:
            rows = {n: connection.execute(LOGS[n]).all() for n in LOGS}
        return {name: [tuple(row) for row in told] for name, told in rows.items()}

    def left(self):
        """Name what is only there while something is written."""
        return sorted(one.name for one in self.folder.rglob(".*"))

    def untouched(self, name):
        """Say whether each file is as it was when it was kept."""
        return bytes_in(self.folder) == bytes_in(self.kept / name)

    @contextmanager
    def _opened(self):
        store = open_store(self.store, make=False)
        try:
            yield store
        finally:
            store.close()

    def _of_store(self):
        with self._opened() as store, store.reading() as connection:
            found = {n: frame_of(connection, TABLES[n].select()) for n in NAMES}
        # PostgreSQL does not give the number of a version again that was not added.
        ids = {old: n for n, old in enumerate(sorted(found["versions"]["id"]), start=1)}
        return {n: _told(n, frame, ids) for n, frame in found.items()}


MAKES = {"refit": "table releases", "publish": "target", "forget": "run"}
TABLES = tables.metadata.tables
LOGS = {
    "versions": sa.select(tables.versions.c.id, tables.versions.c.digest),
    "releases": sa.select(tables.releases.c.number, tables.releases.c.version),
    "plans": sa.select(tables.decisions.c.id, tables.decisions.c.version),
    "publications": sa.select(tables.publications.c.id, tables.publications.c.release),
}
LOGS = {name: asked.order_by(sa.text("1")) for name, asked in LOGS.items()}
NEWEST = "SELECT release FROM segment_releases_v1 ORDER BY publication DESC LIMIT 1"
BACKENDS = "FROM pg_stat_activity WHERE datname = 'desk'"


def _told(name, frame, ids):
    own = [*OF_VERSIONS, *(["id"] if name == "versions" else [])]
    numbered = [c for c in own if c in frame.columns]
    less = ["at", *(["id"] if name == "lineage" else [])]
    renumbered = frame.with_columns(
        pl.col(c).replace_strict(ids, default=None) for c in numbered
    )
    rows = renumbered.drop(less, strict=False).rows()
    return sorted(json.dumps(row, default=str) for row in rows)


def told_by(target):
    """Tell what a target holds; its views and its deltas must not disagree."""
    there, deltas = held(target), signed(target)
    assert there == replayed(target)
    if "://" in str(target):
        (seen,) = rows(target, "SELECT DISTINCT release FROM segment_membership")
        assert seen == rows(target, NEWEST)[0]
    return [there, *map(str, sorted(deltas, key=str))]


def bytes_in(folder):
    """Give the bytes of each file; what SQLite keeps beside a file is its own."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in files
        if not one.name.endswith("-shm")
    }


def of_run(folder):
    """Give a digest of each file of a run folder; None where there is none.

    The summary says when it was made.
    """
    if not folder.exists():
        return None
    assert ls.load(folder).members.height > 0
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    return {
        str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in files
        if one.name not in {"summary.json", "results.json"}
    }


def done(*words):
    """Run a command here; it ends well."""
    found = command(*words)
    assert found.returncode == 0, found.stderr
    return found.stdout


@contextmanager
def desk_in(place, server=None):
    """Give a desk; commands that are run meanwhile use its key."""
    desk = Desk(place, server)
    with patch.dict(
        os.environ, {"LEARNSTRATA_KEY_FILE": str(desk.folder / "keys" / "key")}
    ):
        desk.set_up()
        try:
            yield desk
        finally:
            desk.clear()


class Cut(NamedTuple):
    """What was there after a command that was cut off, and after it was done again.

    Attributes
    ----------
    ended : Ended
    is_partly : bool
        Some of it was done and some not.
    faults : list of str
        What does not hold after it.
    again : list of str
        What is not as if it had never been cut off, once it was done again.
    """

    ended: Ended
    is_partly: bool
    faults: list[str]
    again: list[str]


class Trial:
    """A command on a desk, to be cut off again and again.

    `before` and `after` are the parts of the desk, `seconds` what it takes.
    """

    def __init__(self, desk, run, name, *, times=1):
        self.desk, self.run, self.name = desk, run, name
        self.words = desk.commands()[name]
        desk.keep(name)
        self.before = desk.parts()
        ended = [self._begun() for _ in range(times)]
        assert {one.code for one in ended} == {0}, ended
        self.seconds = median(one.seconds for one in ended)
        self.after = desk.parts()
        done = MAKES[name]
        assert self.before[done] != self.after[done], "it did nothing"

    def _begun(self, **how):
        self.desk.put_back(self.name)
        return self.run(*self.words, **how)

    def cut(self, **how):
        """Cut the command off, look at what is there, do it again and look once more.

        Where each byte is as it was, doing it again is doing it for the first time.
        """
        ended = self._begun(**how)
        self.desk.settle()
        there, log = self.desk.parts(), self.desk.log()
        faults = self.desk.faults()
        faults += [
            f"{part} is neither as before nor as after"
            for part, told in there.items()
            if told not in (self.before[part], self.after[part])
        ]
        # a fault tells what is done so far, and that not all is
        if ended.stdout and ended.code != FAULT and there != self.after:
            faults.append("it was told as done, and is not")
        is_partly = there not in (self.before, self.after)
        if there == self.before and self.desk.untouched(self.name):
            return Cut(ended, is_partly, faults, [])
        return Cut(ended, is_partly, faults, self._again(log))

    def _again(self, log):
        found = command(*self.words)
        there = self.desk.parts()
        return [
            *([found.stderr or "a fault"] if found.returncode else []),
            *(f"{part} differs" for part in there if there[part] != self.after[part]),
            *(f"{name} is left" for name in self.desk.left()),
            *(
                f"{name} are gone"
                for name, told in self.desk.log().items()
                if told[: len(log[name])] != log[name]
            ),
        ]

    def ended_well(self):
        """Leave the desk as the command leaves it."""
        assert self._begun().code == 0
        self.desk.settle()
