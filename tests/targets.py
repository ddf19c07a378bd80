"""What consumers read from a target, each by its own plain means."""

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import psycopg

from learnstrata.layer.publishing.content import as_csv, ordered
from learnstrata.layer.releases import MEMBERS

COLUMNS = ", ".join(MEMBERS)


def rows(target, statement):
    """Run a statement as whoever holds the database would, without our code."""
    return [tuple(row) for row in _run(str(target), statement)]


def _run(target, statement):
    if target.startswith("sqlite:///"):
        path = target.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection, connection:
            return connection.execute(statement).fetchall()
    with psycopg.connect(target) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


def frame_of(found, schema):
    return pl.DataFrame(found, schema=schema, orient="row")


def held(target):
    """Read who is where now: the bytes of it in one order."""
    if "://" not in str(target):
        return as_csv(
            ordered(pl.read_parquet(Path(target) / "segment_membership.parquet"))
        )
    found = rows(target, f"SELECT {COLUMNS} FROM segment_membership")  # noqa: S608
    return as_csv(ordered(frame_of(found, MEMBERS)))


def signed(target):
    """Read all rows that ever began or ended, in the order of publications."""
    if "://" not in str(target):
        files = sorted((Path(target) / "segment_deltas_v1").glob("*.parquet"))
        frame = pl.concat([pl.read_parquet(file) for file in files])
        return frame.sort("publication", "sign").rows()
    columns = f"publication, release, sign, {COLUMNS}"
    statement = f"SELECT {columns} FROM segment_deltas_v1 ORDER BY publication, sign"  # noqa: S608
    return rows(target, statement)


def replayed(target, *, until=None):
    """Replay the deltas as a consumer does: take away what ended, add what began."""
    there = {}
    for publication, _, sign, *row in signed(target):
        if until is not None and publication > until:
            break
        if sign < 0:
            assert there.pop(row[0]) == row
        else:
            assert row[0] not in there
            there[row[0]] = row
    return as_csv(ordered(frame_of([*there.values()], MEMBERS)))


def told(release):
    """Give the bytes that a target should hold of a release."""
    return as_csv(ordered(release.members))


def files_of(target):
    """Give every file in which a target keeps what it holds."""
    if target.startswith("postgresql"):
        rows(target, "CHECKPOINT")
        (place,), (oid,) = rows(
            target,
            "SELECT current_setting('data_directory') UNION ALL "
            "SELECT oid::text FROM pg_database WHERE datname = current_database()",
        )
        return [*(Path(place) / "base" / oid).iterdir()]
    path = Path(target.removeprefix("sqlite:///"))
    if path.is_dir():
        return [one for one in path.rglob("*") if one.is_file()]
    return [*path.parent.glob(f"{path.name}*")]


def said_in(target, text):
    """Name the files of a target in which a text stands."""
    return [one.name for one in files_of(target) if text.encode() in one.read_bytes()]
