"""Learners who were forgotten stay forgotten: of them a keyed tombstone is left.

A tombstone is a hash under the owner's key: with the key an id can be known again when
it comes in another table or an old backup, without it nothing can be told of anybody.
"""

import hmac
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from learnstrata.exceptions import OutputError, PrivacyError
from learnstrata.layer.databases import (
    PATIENCE,
    POSTGRES,
    cleaned_file,
    said_by,
    shown,
)
from learnstrata.layer.store.frames import add_rows
from learnstrata.layer.store.membership import first_kept
from learnstrata.layer.store.opening import now
from learnstrata.layer.store.tables import (
    deletions,
    layer,
    members,
    membership,
    releases,
    version_segments,
    versions,
)
from learnstrata.privacy.hashing import siphash
from learnstrata.privacy.keys import key_path, secret_of
from learnstrata.segments.model.model import SegmentModel

__all__ = [
    "WITH_LEARNERS",
    "bury",
    "erase",
    "forgotten_among",
    "held_of",
    "key_checked",
    "list_down",
    "listed",
    "refuse_other_key",
    "scrubbed",
    "tombstones_in",
    "tombstones_of",
    "without_forgotten",
]

WITH_LEARNERS = ("members", "membership", "versions")  # tables that tell of somebody
PURPOSE = "tombstones of learners"
HALVES = (b"one", b"two")
DIGITS = 32
CHECK = b"the key of these tombstones"
CHECK_DIGITS = 64
AT_HAND = sa.Table(
    "learners_at_hand",
    sa.MetaData(),
    sa.Column("learner_id", sa.Text, primary_key=True),
    prefixes=["TEMPORARY"],
)


def key_checked(key: bytes) -> str:
    """Give what a key is known by, without telling it: 64 hex digits.

    Parameters
    ----------
    key : bytes of length 32 or more

    Examples
    --------
    >>> len(key_checked(b"k" * 32)), key_checked(b"k" * 32) == key_checked(b"j" * 32)
    (64, False)
    """
    return hmac.digest(secret_of(key, PURPOSE), CHECK, "sha256").hex()


def refuse_other_key(connection: sa.Connection, key: bytes) -> None:
    """Refuse a key under which those who were forgotten are not known.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    key : bytes of length 32 or more

    Raises
    ------
    PrivacyError
        If tombstones of the store, or those beside the key, are of another one.
    """
    own = connection.scalar(sa.select(layer.c.key_check))
    known = {own} if own else set()
    known |= {one for one in _list().split() if len(one) == CHECK_DIGITS}
    if known - {key_checked(key)}:
        raise PrivacyError(
            "Learners were forgotten under another key than this one, by which nobody "
            "of them would be known: they would come back. Give that key: --key-file, "
            "or LEARNSTRATA_KEY_FILE."
        )


def tombstones_of(learners: pl.Series, key: bytes) -> pl.Series:
    """Give the tombstone of each learner: 32 hex digits.

    Parameters
    ----------
    learners : polars.Series of strings
    key : bytes of length 32 or more

    Examples
    --------
    >>> ids = pl.Series(["a", "b", "a"])
    >>> first, second, again = tombstones_of(ids, b"k" * 32)
    >>> len(first), first == again, first == second
    (32, True, False)
    """
    secret = secret_of(key, PURPOSE)
    halves = [
        siphash(learners, hmac.digest(secret, half, "sha256")[:16]) for half in HALVES
    ]
    digits = np.stack(halves, axis=1).astype(">u8").tobytes().hex()
    told = np.frombuffer(digits.encode(), dtype=f"S{DIGITS}")
    return pl.Series("tombstone", told).cast(pl.String)


def tombstones_in(connection: sa.Connection) -> set[str]:
    """Give the tombstones of a store."""
    return set(connection.scalars(sa.select(deletions.c.tombstone)))


def without_forgotten(
    connection: sa.Connection, learners: pl.DataFrame, key: bytes | None
) -> pl.DataFrame:
    """Leave out learners who were forgotten.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    learners : polars.DataFrame
        With ``learner_id``.
    key : bytes or None

    Raises
    ------
    PrivacyError
        If somebody was forgotten and there is no key by which to know them, or another.
    """
    gone = tombstones_in(connection) | listed()
    if not gone:
        return learners
    if key is None:
        raise PrivacyError(
            f"{len(gone):,} learners were forgotten, and without the key nobody can "
            "tell whether this table holds them. Give the key: --key-file."
        )
    refuse_other_key(connection, key)
    found = tombstones_of(learners["learner_id"].cast(pl.String), key)
    return learners.filter(~found.is_in(list(gone)))


def forgotten_among(
    connection: sa.Connection, learners: pl.DataFrame, key: bytes | None
) -> list[str]:
    """Give the ids of those who were forgotten and are there again.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    learners : polars.DataFrame
        With ``learner_id``.
    key : bytes or None

    Raises
    ------
    PrivacyError
        As for `without_forgotten`.
    """
    kept = without_forgotten(connection, learners, key)
    gone = learners.join(kept, on="learner_id", how="anti")
    return gone["learner_id"].cast(pl.String).unique(maintain_order=True).to_list()


def bury(
    connection: sa.Connection,
    tombstones: Iterable[str],
    *,
    key: bytes | None,
    who: str,
    at: object = None,
) -> None:
    """Write down tombstones, each once; with the first one, what its key is known by.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        That writes.
    tombstones : iterable of str
    key : bytes or None
        That they are made with; None where it is not at hand.
    who : str
    at : datetime, default=None
        ``None`` is now.

    Raises
    ------
    PrivacyError
        If those that are there are of another key.
    """
    new = sorted(set(tombstones) - tombstones_in(connection))
    if key is not None:
        refuse_other_key(connection, key)
        connection.execute(layer.update().values(key_check=key_checked(key)))
    if new:
        connection.execute(
            deletions.insert(),
            [{"tombstone": one, "at": at or now(), "who": who} for one in new],
        )


def list_path() -> Path:
    """Say where tombstones are kept besides the store: beside the key.

    A store that is restored from before a deletion does not know of it; this file does.
    """
    return key_path().with_name("forgotten")


def listed() -> set[str]:
    """Give the tombstones that are kept beside the key."""
    return {one for one in _list().split() if len(one) == DIGITS}


def _list() -> str:
    path = list_path()
    return path.read_text("ascii") if path.exists() else ""


def list_down(tombstones: Iterable[str], key: bytes) -> None:
    """Add tombstones to those beside the key, and what the key is known by."""
    told = {*tombstones, key_checked(key)}
    new = sorted(told - set(_list().split()))
    if not new:
        return
    path, last = list_path(), _list()[-1:]
    is_cut = last not in {"", "\n"}  # a disk that was full took a part of a line
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(opened, "a", encoding="ascii") as file:
        file.write("".join(f"{one}\n" for one in ["", *new][not is_cut :]))
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _at_hand(
    connection: sa.Connection, learners: Collection[str]
) -> Iterator[sa.Select[Any]]:
    """Give learners, however many, as a query to look in."""
    ids = pl.DataFrame({"learner_id": pl.Series(sorted({*learners}), dtype=pl.String)})
    AT_HAND.create(connection, checkfirst=False)
    add_rows(connection, AT_HAND, ids)
    yield sa.select(AT_HAND.c.learner_id)
    AT_HAND.drop(connection, checkfirst=False)


def held_of(connection: sa.Connection, learners: Collection[str]) -> set[str]:
    """Give those of some learners of whom a store has rows.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    learners : collection of str
    """
    with _at_hand(connection, learners) as asked:
        parts = [
            sa.select(table.c.learner_id).where(table.c.learner_id.in_(asked))
            for table in (membership, members)
        ]
        return set(connection.scalars(sa.union(*parts)))


def erase(connection: sa.Connection, learners: Collection[str]) -> int:
    """Delete all rows and codes of learners; count the others again.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        That writes.
    learners : collection of str

    Returns
    -------
    int
        Rows that are gone.
    """
    gone = 0
    with _at_hand(connection, learners) as asked:
        _without_codes(connection, asked)
        for table in (membership, members):
            is_of = table.c.learner_id.in_(asked)
            gone += connection.execute(table.delete().where(is_of)).rowcount
    if gone:
        _count_again(connection)
    return gone


def _count_again(connection: sa.Connection) -> None:
    """Count the learners of versions and releases from the rows that are left.

    Of those that were pruned no rows are left, and the counts stay.
    """
    of_version = _counted(members).where(members.c.version == versions.c.id)
    kept = versions.c.pruned.is_(None)
    connection.execute(
        versions.update().where(kept).values(learners=of_version.scalar_subquery())
    )
    own = _counted(members).where(
        members.c.version == version_segments.c.version,
        members.c.number == version_segments.c.number,
    )
    connection.execute(
        version_segments.update()
        .where(version_segments.c.version.in_(sa.select(versions.c.id).where(kept)))
        .values(learners=own.scalar_subquery())
    )
    first = first_kept(connection)
    for name, one in counts_of_release().items():
        counted = releases.update().where(is_counted(name, first))
        connection.execute(counted.values({name: one.scalar_subquery()}))


def _counted(table: sa.Table) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(table)


def is_counted(name: str, first: int) -> sa.ColumnElement[bool]:
    """Tell the releases whose count of a name the stays that are kept give.

    Who left in the first release that is kept left one that is not.
    """
    number = releases.c.number
    return number > first if name == "left" else number >= first


def counts_of_release() -> dict[str, sa.Select[int]]:
    """Give the counts of a release, by its number, from the stays."""
    c, number = membership.c, releases.c.number
    stays = _counted(membership)
    came = stays.where(c.since == number)
    return {
        "learners": stays.where(
            c.since <= number, c.until.is_(None) | (c.until > number)
        ),
        "joined": came.where(c.cause == "joined"),
        "moved": came.where(c.cause != "joined"),
        "left": stays.where(c.until == number, c.end_cause == "left"),
    }


def _without_codes(connection: sa.Connection, learners: sa.Select[Any]) -> None:
    """Take the codes of learners out of the models of the store."""
    c = members.c
    asked = sa.select(c.version, c.member_code).where(
        c.learner_id.in_(learners), c.member_code.is_not(None)
    )
    codes: dict[int, list[int]] = {}
    for version, code in connection.execute(asked):
        codes.setdefault(version, []).append(code)
    for version, own in codes.items():
        text = connection.scalar(
            sa.select(versions.c.model).where(versions.c.id == version)
        )
        model = SegmentModel.from_json(text or "").without_members(own)
        connection.execute(
            versions.update()
            .where(versions.c.id == version)
            .values(model=model.to_json())
        )


def scrubbed(engine: sa.Engine, tables: Iterable[str] = ()) -> None:
    """Have a database write over what was deleted: in its log and in free pages.

    Of PostgreSQL these are the tables; its own log of changes is the server's, which
    writes over it in its time.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    tables : iterable of str, default=()
        Of PostgreSQL, which of them.

    Raises
    ------
    OutputError
        If the database refuses, or somebody reads from it all the while.
    """
    is_file = engine.dialect.name != POSTGRES
    try:
        fault = cleaned_file(engine) if is_file else _written_anew(engine, tables)
    except DBAPIError as error:
        fault = said_by(error)
    if fault:
        raise OutputError(
            f"The rows are removed from {shown(engine)}, but the room they lay in is "
            f"not cleaned yet: {fault}. See that there is room and that nobody reads "
            "from it, and do it again."
        )


def _written_anew(engine: sa.Engine, tables: Iterable[str]) -> str:
    """Have PostgreSQL write tables anew; what is in the way raises."""
    with engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.exec_driver_sql(f"SET lock_timeout = '{PATIENCE}s'")
        for name in tables:
            alone.exec_driver_sql(f'VACUUM (FULL) "{name}"')
    return ""
