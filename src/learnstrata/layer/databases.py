"""Databases that we write to: SQLite or PostgreSQL, reached alike.

A transaction that writes begins as one: of two writers the second waits, and neither
fails in the middle because it had begun by reading.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, make_url

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.wording.addresses import shown_address

__all__ = [
    "address_of",
    "cleaned_file",
    "database_of",
    "is_address_of_database",
    "lasting_address",
    "reading",
    "said_by",
    "shown",
    "told",
    "writing",
]

SQLITE, POSTGRES = "sqlite", "postgresql"
DRIVERS = {SQLITE: "sqlite+pysqlite", POSTGRES: "postgresql+psycopg"}
KNOWN = "sqlite:///FILE or postgresql://HOST/DATABASE"
PATIENCE = 60  # seconds that a writer waits for another
CONNECT = 10  # seconds
BEGIN = "learnstrata_begin"  # option of a connection: how SQLite begins


def is_address_of_database(text: str) -> bool:
    """Say whether a text is the address of a database of a kind that we know.

    Examples
    --------
    >>> is_address_of_database("sqlite:///runs/store.db"), is_address_of_database("out")
    (True, False)
    """
    return text.split(":", 1)[0].split("+", 1)[0] in DRIVERS and ":" in text


def address_of(text: str) -> URL:
    """Read the address of a database; a path alone is a file of SQLite.

    Parameters
    ----------
    text : str

    Raises
    ------
    SourceError
        If it is none, or of another kind.

    Examples
    --------
    >>> str(address_of("runs/store.db"))
    'sqlite+pysqlite:///runs/store.db'
    """
    if "://" not in text and not is_address_of_database(text):
        return URL.create(DRIVERS[SQLITE], database=os.fspath(text))
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        raise _no_address(text) from None
    kind = url.drivername.split("+", 1)[0]
    if kind == "postgres":
        kind = POSTGRES
    if kind not in DRIVERS:
        raise _no_address(text)
    if not url.database or (kind == SQLITE and url.database == ":memory:"):
        raise SourceError(f"{shown_address(text)} names no database. Give {KNOWN}.")
    return url.set(drivername=DRIVERS[kind])


def _no_address(text: str) -> SourceError:
    return SourceError(f"Got {shown_address(text)!r}, expected {KNOWN}.")


def lasting_address(text: str | Path) -> str:
    """Give the address of a target as it is kept: from anywhere, without a password.

    Examples
    --------
    >>> lasting_address("postgresql://u:secret@db/crm")
    'postgresql://u@db/crm'
    """
    if "://" not in str(text):
        return str(Path(text).absolute())
    url = address_of(str(text))
    kind, database = url.get_backend_name(), url.database
    if kind == SQLITE:
        database = str(Path(database or "").absolute())
    kept = {k: v for k, v in url.query.items() if "pass" not in k.lower()}
    plain = URL.create(kind, url.username, None, url.host, url.port, database, kept)
    return plain.render_as_string(hide_password=False)


def database_of(address: str | URL) -> sa.Engine:
    """Make the engine of a database; nothing is opened yet.

    Parameters
    ----------
    address : str or sqlalchemy.engine.URL
        As for `address_of`.

    Raises
    ------
    SourceError
    """
    url = address_of(address) if isinstance(address, str) else address
    if url.get_backend_name() == POSTGRES:
        # None is kept: a server may end what nothing is asked for, as while a fit runs.
        limits = {"connect_timeout": CONNECT}
        return sa.create_engine(url, connect_args=limits, poolclass=sa.NullPool)
    engine = sa.create_engine(url, connect_args={"timeout": PATIENCE})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - of the driver
    connection.isolation_level = None  # transactions begin where we say
    for setting in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what was acknowledged is on the disk
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten
        f"busy_timeout={PATIENCE * 1000}",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: sa.Connection) -> None:
    how = connection.get_execution_options().get(BEGIN, "BEGIN")
    connection.exec_driver_sql(how)


@contextlib.contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection whose transaction is whole or absent, and alone in writing.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        From `database_of`.

    Raises
    ------
    OutputError
        If the database cannot be reached or refuses: then nothing was written.
    """
    with told(engine), engine.connect() as connection:
        writer = connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        with writer.begin() as transaction:
            yield writer
            with _answered(engine):
                transaction.commit()


@contextlib.contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees one state of the database from first to last.

    Raises
    ------
    OutputError
        If the database cannot be reached.
    """
    with told(engine), engine.connect() as connection:
        if engine.dialect.name == POSTGRES:
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextlib.contextmanager
def told(engine: sa.Engine) -> Iterator[None]:
    """Turn what a database says into one message of ours.

    Raises
    ------
    OutputError
    """
    try:
        yield
    except exc.DBAPIError as error:
        raise OutputError(
            f"The database {shown(engine)} refused: {said_by(error)}. Nothing was "
            "written to it. See that it is reachable, has room and lets this user "
            "write."
        ) from error


@contextlib.contextmanager
def _answered(engine: sa.Engine) -> Iterator[None]:
    """Say of a commit whose answer was lost that nobody knows what became of it."""
    try:
        yield
    except exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise OutputError(
            f"The connection to {shown(engine)} was lost while what was written was "
            f"made valid ({said_by(error)}), and whether it is there is not known. "
            "Look, and do it again if it is not."
        ) from error


def said_by(error: exc.DBAPIError) -> str:
    """Give what a database said, in one line without its end."""
    said = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    return said[0].rstrip(".")


def cleaned_file(engine: sa.Engine) -> str:
    """Leave nothing in free pages of SQLite nor in its log; say what was in the way.

    Parameters
    ----------
    engine : sqlalchemy.Engine

    Returns
    -------
    str
        Empty where it is done.
    """
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        driver.execute("VACUUM")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    finally:
        connection.close()
    return "somebody reads from it" if busy else ""


def shown(engine: sa.Engine) -> str:
    """Give the address of a database as messages show it: without who gets in."""
    url = engine.url
    if url.get_backend_name() == SQLITE:
        return str(Path(url.database or ""))
    place = f"{url.host}:{url.port}" if url.port else f"{url.host or 'localhost'}"
    return f"postgresql://{place}/{url.database}"
