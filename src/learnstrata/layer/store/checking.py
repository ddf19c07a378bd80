"""What has to hold in a store, looked for in all of it."""

from collections.abc import Iterator

import sqlalchemy as sa

from learnstrata.layer.databases import SQLITE
from learnstrata.layer.store.deletions import (
    counts_of_release,
    is_counted,
    listed,
    refuse_other_key,
    tombstones_in,
    tombstones_of,
)
from learnstrata.layer.store.frames import frame_of
from learnstrata.layer.store.membership import first_kept
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.retention import due_in, limit_of
from learnstrata.layer.store.tables import (
    members,
    membership,
    releases,
    version_segments,
    versions,
)

__all__ = ["faults_in"]


def faults_in(store: Store, *, key: bytes | None = None) -> list[str]:
    """Look for what does not hold in a store.

    Parameters
    ----------
    store : Store
    key : bytes, default=None
        With it, nobody who was forgotten may be there.

    Returns
    -------
    list of str
        A sentence each; empty for a store that is whole.

    Raises
    ------
    PrivacyError
        If learners were forgotten under another key.
    """
    with store.reading() as connection:
        return [
            *_of_database(connection),
            *_of_stays(connection),
            *_of_counts(connection),
            *_of_retention(connection),
            *_of_forgotten(connection, key),
        ]


def _of_database(connection: sa.Connection) -> Iterator[str]:
    if connection.dialect.name != SQLITE:
        return
    for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if line != "ok":
            yield f"The file is damaged: {line}."
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        yield f"A row of {row[0]} points to one of {row[2]} that is not there."


def _of_stays(connection: sa.Connection) -> Iterator[str]:
    """Look for a learner who is in two segments at once, or leaves before coming."""
    c = membership.c
    following = sa.func.lead(c.since).over(partition_by=c.learner_id, order_by=c.since)
    stays = sa.select(c.since, c.until, following.label("following")).subquery()
    odd = {
        "end before they begin": stays.c.until <= stays.c.since,
        "overlap with the next": (stays.c.following.is_not(None))
        & (stays.c.until.is_(None) | (stays.c.until > stays.c.following)),
    }
    for what, holds in odd.items():
        n = _count(connection, sa.select(sa.func.count()).where(holds))
        if n:
            yield f"{n:,} stays of learners {what}."


def _of_counts(connection: sa.Connection) -> Iterator[str]:
    first = first_kept(connection)
    for name, counted in counts_of_release().items():
        told = releases.c[name]
        rows = connection.execute(
            sa.select(
                releases.c.number, told, counted.scalar_subquery().label("found")
            ).where(is_counted(name, first))
        )
        for number, n, found in rows:
            if n != found:
                yield f"Release {number} says {name} {n:,}, its stays {found:,}."
    of_version = (
        sa.select(sa.func.count())
        .select_from(members)
        .where(members.c.version == versions.c.id)
    )
    rows = connection.execute(
        sa.select(
            versions.c.id, versions.c.learners, of_version.scalar_subquery()
        ).where(versions.c.pruned.is_(None))
    )
    for version, n, found in rows:
        if n != found:
            yield f"Version {version} says {n:,} learners and has {found:,}."
    yield from _of_segments(connection)


def _of_segments(connection: sa.Connection) -> Iterator[str]:
    c = version_segments.c
    sums = sa.select(c.version, sa.func.sum(c.learners)).group_by(c.version)
    told = dict(connection.execute(sums).all())
    for version, n in connection.execute(sa.select(versions.c.id, versions.c.learners)):
        if told.get(version, 0) != n:
            found = told.get(version, 0)
            yield f"Segments of version {version} say {found:,} learners, it {n:,}."


def _of_retention(connection: sa.Connection) -> Iterator[str]:
    """Look for who was to be removed, and for who was and is there nonetheless."""
    before = limit_of(connection, now())
    if before is not None and (due := due_in(connection, before)):
        yield (
            f"{due.stays:,} stays and {due.members:,} rows of versions were last in "
            f"use before {before:%Y-%m-%d} and are not to be kept: learnstrata store "
            "prune."
        )
    first = first_kept(connection)
    pruned = sa.select(versions.c.id).where(versions.c.pruned.is_not(None))
    back = {
        "stays": (membership, (membership.c.until <= first) & (first > 1)),
        "rows of versions": (members, members.c.version.in_(pruned)),
    }
    for what, (table, which) in back.items():
        n = _count(
            connection, sa.select(sa.func.count()).select_from(table).where(which)
        )
        if n:
            yield f"{n:,} {what} are there that were removed, as retention_days asks."


def _of_forgotten(connection: sa.Connection, key: bytes | None) -> Iterator[str]:
    gone = tombstones_in(connection) | listed()
    if key is None or not gone:
        return
    refuse_other_key(connection, key)
    ids = frame_of(connection, sa.select(members.c.learner_id).distinct())["learner_id"]
    back = int(tombstones_of(ids, key).is_in(list(gone)).sum())
    if back:
        yield f"{back:,} learners who were forgotten are there."


def _count(connection: sa.Connection, query: sa.Select[int]) -> int:
    return int(connection.scalar(query) or 0)
