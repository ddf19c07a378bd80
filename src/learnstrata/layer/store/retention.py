"""What a store says of learners and is no more in use is kept for a time, then removed.

A version is in use until another is; a stay until it ends. What is in use, and what a
rollback returns to, is kept whole, however old. Of the rest the counts stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from learnstrata.exceptions import ParameterError
from learnstrata.layer.store.approvals import policy_of
from learnstrata.layer.store.deletions import WITH_LEARNERS, scrubbed
from learnstrata.layer.store.membership import (
    first_kept,
    last_release,
)
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.tables import (
    members,
    membership,
    prunings,
    releases,
    versions,
)
from learnstrata.layer.store.versions import model_of

__all__ = ["Due", "due_in", "due_of", "limit_of", "prune", "remove"]

EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """What a store holds of learners and is not to keep any more.

    Attributes
    ----------
    before : datetime
        What was last in use before then goes, in UTC.
    release : int
        The first release of which all is kept.
    stays : int
        That ended, at the latest in that release.
    versions : tuple of int
        Whose learners go.
    members : int
        Rows of these learners.
    """

    before: datetime
    release: int
    stays: int
    versions: tuple[int, ...]
    members: int

    def __bool__(self) -> bool:
        """Say whether anything is due."""
        return bool(self.stays or self.versions)


def limit_of(connection: sa.Connection, at: datetime) -> datetime | None:
    """Give the moment before which nothing is kept; None where all is kept.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    at : datetime
        That counts as now, in UTC.
    """
    last = last_release(connection)
    days = None if last is None else policy_of(connection, last.version).retention_days
    if days is None:
        return None
    return EVER if days > (at - EVER).days else at - timedelta(days=days)


def due_of(store: Store, *, at: datetime | None = None) -> Due:
    """Say what of a store is due to be removed.

    Parameters
    ----------
    store : Store
    at : datetime, default=None
        That counts as now; ``None`` is now.

    Raises
    ------
    ParameterError
        If the version promoted last does not say how long learners are kept.
    """
    with store.reading() as connection:
        before = limit_of(connection, at or now())
        if before is None:
            raise ParameterError(
                "Nothing says how long learners are kept: the version promoted last "
                "has no retention_days. Set it under [layer] in the configuration of a "
                "run, and promote that run."
            )
        return due_in(connection, before)


def prune(store: Store, *, who: str, at: datetime | None = None) -> Due | None:
    """Remove what a store is not to keep any more, in one transaction.

    Parameters
    ----------
    store : Store
    who : str
        For the record.
    at : datetime, default=None
        That counts as now; ``None`` is now.

    Returns
    -------
    Due or None
        What was removed; None where nothing says how long learners are kept.

    Raises
    ------
    OutputError
        If the rows are removed, but the room they lay in could not be cleaned.
    """
    with store.writing() as connection:
        before = limit_of(connection, at or now())
        done = None if before is None else remove(connection, before, who=who)
    if done:
        scrubbed(store.engine, WITH_LEARNERS)
    return done


def due_in(connection: sa.Connection, before: datetime) -> Due:
    """Say what of a store was last in use before a moment.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    before : datetime
        In UTC.
    """
    made = connection.execute(releases.select().order_by(releases.c.number)).all()
    kept = _kept_by(connection)
    older = max((one.number for one in made if one.at < before), default=1)
    first = min([older, *(one.number for one in kept)])
    stays = _count(connection, membership, membership.c.until <= first)
    gone, were_used = _versions_due(connection, made, kept, before)
    if not (stays or were_used):
        first = 1
    return Due(
        before,
        max(first, first_kept(connection)),
        stays,
        gone,
        _count(connection, members, members.c.version.in_(gone)),
    )


def _kept_by(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Give the releases that are kept whole: what is used, and what was before it."""
    last = last_release(connection)
    if last is None:
        return []
    c = releases.c
    before = releases.select().where(c.version != last.version)
    back = connection.execute(before.order_by(c.number.desc()).limit(1)).one_or_none()
    return [last] if back is None else [last, back]


def _versions_due(
    connection: sa.Connection,
    made: Sequence[sa.Row[Any]],
    kept: Sequence[sa.Row[Any]],
    before: datetime,
) -> tuple[tuple[int, ...], bool]:
    """Give versions that were last in use before; say whether any was ever used."""
    ended = {one.version: after.at for one, after in pairwise(made)}
    safe = {one.version for one in kept}
    c = versions.c
    there = sa.select(c.id, c.at).where(c.pruned.is_(None)).order_by(c.id)
    gone = tuple(
        id_
        for id_, added in connection.execute(there)
        if id_ not in safe and ended.get(id_, added) < before
    )
    return gone, any(one in ended for one in gone)


def _count(
    connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]
) -> int:
    counted = sa.select(sa.func.count()).select_from(table).where(which)
    return int(connection.scalar(counted) or 0)


def remove(connection: sa.Connection, before: datetime, *, who: str) -> Due:
    """Remove what was last in use before a moment, and write down that it was.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        That writes.
    before : datetime
        In UTC.
    who : str
    """
    due = due_in(connection, before)
    if not due:
        return due
    at = now()
    connection.execute(membership.delete().where(membership.c.until <= due.release))
    connection.execute(members.delete().where(members.c.version.in_(due.versions)))
    for one in due.versions:
        model = replace(model_of(connection, one), members=b"")
        connection.execute(
            versions.update()
            .where(versions.c.id == one)
            .values(pruned=at, model=model.to_json())
        )
    row = {"before": before, "release": due.release if due.release > 1 else None}
    row |= {"stays": due.stays, "members": due.members, "who": who, "at": at}
    connection.execute(prunings.insert().values(**row))
    return due
