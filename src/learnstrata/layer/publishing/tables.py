"""A database as a target: one transaction a publication, whole or absent."""

from contextlib import ExitStack
from dataclasses import replace
from typing import Any, cast

import polars as pl
import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from learnstrata.exceptions import OutputError
from learnstrata.layer.databases import PATIENCE, POSTGRES, reading, shown, writing
from learnstrata.layer.publishing.content import Content, as_csv, differences
from learnstrata.layer.publishing.contract import (
    INCOMING,
    MEMBERSHIP,
    OUTGOING,
    RELEASES,
    SIZES,
    STAGES,
)
from learnstrata.layer.publishing.shape import held_in, prepare
from learnstrata.layer.publishing.terms import (
    Asked,
    Changes,
    Publication,
    Published,
    plan_of,
)
from learnstrata.layer.publishing.views import grants_of
from learnstrata.layer.releases import MEMBERS

__all__ = ["load", "locked", "publish_in"]

LOCK = 0x5E69_0001  # of PostgreSQL: one publication at a time
VALID = MEMBERSHIP.c.to_publication.is_(None)


class _MisfitError(Exception):
    """The rows of a target are not those that its release has."""


def publish_in(
    engine: sa.Engine, content: Content, asked: Asked, *, name: str = ""
) -> Published:
    """Make a database hold a release.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        From `learnstrata.layer.databases.database_of`.
    content : Content
    asked : Asked
    name : str, default=""
        By which messages and the result call the database.

    Raises
    ------
    OutputError
        If the database cannot be reached or refuses, has tables of another shape or
        another layer's releases: then it is as it was.
    """
    name, done = name or shown(engine), None
    try:
        with ExitStack() as until_valid, writing(engine) as connection:
            locked(connection)
            published = _published(connection, content, asked, name)
            until_valid.enter_context(asked.allowed("locked"))
            done = published
    except OutputError:
        if done is None or not _is_there(engine, done, content):
            raise
    return done


def _is_there(engine: sa.Engine, done: Published, content: Content) -> bool:
    """Look whether a commit whose answer was lost was carried out."""
    try:
        with reading(engine) as connection:
            held = held_in(connection)
    except OutputError as error:
        raise OutputError(
            f"The connection to {done.address} was lost while release {done.release} "
            "was made valid, and whether it is there could not be seen. Publish it "
            "again: what is there already is not written twice."
        ) from error
    return held is not None and held.digest == content.digest


def locked(connection: sa.Connection) -> None:
    """Wait until no other publication is at work, and have commits reach the disk.

    SQLite does both by how its transactions begin.
    """
    if connection.dialect.name == POSTGRES:
        _set(connection, "lock_timeout", f"{PATIENCE}s")
        setting = sa.func.current_setting("synchronous_commit")
        if connection.execute(sa.select(setting)).scalar_one() == "off":
            _set(connection, "synchronous_commit", "on")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))


def _set(connection: sa.Connection, name: str, value: str) -> None:
    """Set what holds until the transaction ends."""
    connection.execute(sa.select(sa.func.set_config(name, value, sa.true())))


def _published(
    connection: sa.Connection, content: Content, asked: Asked, name: str
) -> Published:
    prepare(connection, name)
    coming, changes = plan_of(held_in(connection), content, asked, shown=name), None
    if coming.base is not None:
        changes = _fitted(connection, coming, coming.base)
        if changes is None:
            why = "Rows of the target had been changed by others."
            coming = replace(coming, mode="full", why=why)
    if coming.mode == "full":
        changes = _in_full(connection, coming)
    if coming.mode != "unchanged":
        _note(connection, coming)
    grants = _grants(connection, asked)
    return coming.done(name, changes or Changes(), grants)


def _grants(connection: sa.Connection, asked: Asked) -> tuple[str, ...]:
    if connection.dialect.name != POSTGRES:
        return ()
    schema = connection.execute(sa.select(sa.func.current_schema())).scalar_one()
    return grants_of(asked.roles, schema=schema)


def _fitted(
    connection: sa.Connection, coming: Publication, base: pl.DataFrame
) -> Changes | None:
    """Write a delta; None, and nothing is written, where it does not fit."""
    delta = differences(base, coming.content.members)
    try:
        with connection.begin_nested():
            return _by_delta(connection, coming, delta)
    except _MisfitError:
        return None


def _by_delta(
    connection: sa.Connection, coming: Publication, delta: pl.DataFrame
) -> Changes:
    """Write the rows that differ from the release before alone."""
    gone, new = (delta.filter(sign=sign).drop("sign") for sign in (-1, 1))
    STAGES.create_all(connection)
    load(connection, OUTGOING, gone.select("learner_id"))
    load(connection, INCOMING, new)
    _end(connection, coming, MEMBERSHIP.c.learner_id.in_(sa.select(OUTGOING)))
    _begin(connection, coming)
    found = _changes(connection, coming)
    told = found.began, found.ended, _valid(connection)
    if told != (new.height, gone.height, coming.content.members.height):
        raise _MisfitError
    return found


def _in_full(connection: sa.Connection, coming: Publication) -> Changes:
    """Write all members, where they differ from those that are there."""
    if coming.number == 1:
        first = pl.lit(1, pl.Int64).alias("from_publication")
        load(connection, MEMBERSHIP, coming.content.members.with_columns(first))
    else:
        _merge(connection, coming)
    _refuse_meddling(_valid(connection), coming.content.members.height)
    return _changes(connection, coming)


def _merge(connection: sa.Connection, coming: Publication) -> None:
    """Let rows end that are not to be, and those begin that are not there."""
    STAGES.create_all(connection, [INCOMING])
    load(connection, INCOMING, coming.content.members)
    same = sa.and_(
        MEMBERSHIP.c.learner_id == INCOMING.c.learner_id,
        *(
            MEMBERSHIP.c[name].is_not_distinct_from(INCOMING.c[name])
            for name in MEMBERS
            if name != "learner_id"
        ),
    )
    kept = sa.select(INCOMING.c.learner_id).where(same).correlate(MEMBERSHIP)
    _end(connection, coming, ~kept.exists())
    _begin(connection, coming)


def _refuse_meddling(found: int, expected: int) -> None:
    if found != expected:
        raise OutputError(
            f"The target would hold {found:,} learners, expected {expected:,}: "
            "somebody else changes its tables. Nothing was written. Take away their "
            "right to, then publish again."
        )


def _end(
    connection: sa.Connection, coming: Publication, which: sa.ColumnElement[bool]
) -> None:
    """Let rows that are valid end with a publication."""
    ended = sa.update(MEMBERSHIP).where(VALID, which)
    connection.execute(ended.values(to_publication=coming.number))


def _begin(connection: sa.Connection, coming: Publication) -> None:
    """Let the incoming rows begin of learners who have none that is valid."""
    has_one = sa.select(MEMBERSHIP.c.learner_id).where(
        VALID, MEMBERSHIP.c.learner_id == INCOMING.c.learner_id
    )
    rows = sa.select(sa.literal(coming.number, sa.BigInteger), *INCOMING.c).where(
        ~has_one.correlate(INCOMING).exists()
    )
    columns = ["from_publication", *(column.name for column in INCOMING.c)]
    connection.execute(sa.insert(MEMBERSHIP).from_select(columns, rows))


def _valid(connection: sa.Connection) -> int:
    return _count(connection, MEMBERSHIP, VALID)


def _changes(connection: sa.Connection, coming: Publication) -> Changes:
    """Count the rows that began and ended with a publication."""
    ended, began = MEMBERSHIP.alias("ended"), MEMBERSHIP.alias("began")
    of_began = began.c.from_publication == coming.number
    of_ended = ended.c.to_publication == coming.number
    same = began.c.learner_id == ended.c.learner_id
    both = ended.join(began, sa.and_(of_began, of_ended, same))
    return Changes(
        _count(connection, began, of_began),
        _count(connection, ended, of_ended),
        _count(connection, both, sa.true()),
    )


def _count(
    connection: sa.Connection, rows: sa.FromClause, which: sa.ColumnElement[bool]
) -> int:
    counted = sa.select(sa.func.count()).select_from(rows).where(which)
    return connection.execute(counted).scalar_one()


def _note(connection: sa.Connection, coming: Publication) -> None:
    """Write down which release it is, and the sizes of its segments."""
    if sizes := coming.sizes():
        connection.execute(sa.insert(SIZES).values(sizes))
    connection.execute(sa.insert(RELEASES), coming.row())


def load(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    """Fill a table, as fast as the database takes it.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    table : sqlalchemy.Table
    frame : polars.DataFrame
        Its columns are columns of the table.
    """
    if frame.is_empty():
        return
    columns = ", ".join(frame.columns)
    if connection.dialect.name == POSTGRES:
        _copy(connection, f"COPY {table.name} ({columns})", frame)
        return
    marks = ", ".join("?" * frame.width)
    insert = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of ours
    connection.exec_driver_sql(insert, frame.rows())


def _copy(connection: sa.Connection, copy: str, frame: pl.DataFrame) -> None:
    driver = cast("Any", connection.connection.driver_connection)
    statement = f"{copy} FROM STDIN (FORMAT csv, ENCODING 'UTF8')"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copying:
            copying.write(as_csv(frame, header=False))
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise DBAPIError(statement, None, error) from error
