"""Who is in which segment: now, at a time, of a learner, between two releases.

A learner's stays are intervals of releases, from the one in which they came into a
segment up to, not with, the one in which they left it.
"""

from datetime import date, datetime, time
from typing import Any

import polars as pl
import sqlalchemy as sa

from learnstrata.exceptions import ParameterError
from learnstrata.layer.releases import MEMBERS, SEGMENTS, Release
from learnstrata.layer.store.frames import frame_of
from learnstrata.layer.store.opening import Store
from learnstrata.layer.store.tables import (
    members,
    membership,
    prunings,
    releases,
    segments,
    version_segments,
)

__all__ = [
    "current_stays",
    "first_kept",
    "flows",
    "history_of",
    "kept_since",
    "last_release",
    "members_at",
    "migration_matrix",
    "moves",
    "names_of_segments",
    "placed_by",
    "release_at",
    "release_before",
    "release_of",
    "released_names",
    "segment_of_number",
    "sizes_over_time",
    "stays_in",
    "stays_of",
]

JOINED, LEFT = "joined", "left"


def last_release(connection: sa.Connection) -> sa.Row[Any] | None:
    """Give the release that is current; None where nothing was released."""
    newest = releases.select().order_by(releases.c.number.desc()).limit(1)
    return connection.execute(newest).one_or_none()


def release_at(connection: sa.Connection, when: date | datetime | None) -> sa.Row[Any]:
    """Give the release that was current at a time; of a day, at its end.

    Raises
    ------
    ParameterError
        If there was none.
    """
    asked = releases.select().order_by(releases.c.number.desc()).limit(1)
    if when is not None:
        if not isinstance(when, datetime):
            when = datetime.combine(when, time.max)
        asked = asked.where(releases.c.at <= when)
    found = connection.execute(asked).one_or_none()
    if found is None:
        first = connection.scalar(sa.select(sa.func.min(releases.c.at)))
        told = (
            "nothing was released yet"
            if first is None
            else f"the first is of {first:%Y-%m-%d}"
        )
        raise ParameterError(
            f"No release was current then: {told}. Promote a version first: "
            "learnstrata promote VERSION."
        )
    return found


def release_before(
    connection: sa.Connection, last: sa.Row[Any], version: int | None = None
) -> sa.Row[Any] | None:
    """Give the release that a rollback returns to; None where there is none.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    last : sqlalchemy.Row
        The release that is current.
    version : int, default=None
        ``None`` is the one that was used before the current one.
    """
    before = _way_back(connection) if version is None else version
    c = releases.c
    earlier = releases.select().where(c.version != last.version, c.version == before)
    found = connection.execute(earlier.order_by(releases.c.number.desc()).limit(1))
    return found.one_or_none()


def _way_back(connection: sa.Connection) -> int | None:
    """Give the version that was used before the current one was promoted.

    Whoever goes back again goes on backwards: what was taken back is no version before.
    """
    way: list[int] = []
    asked = sa.select(releases.c.kind, releases.c.version).order_by("number")
    for kind, version in connection.execute(asked):
        if kind == "rollback":
            while way and way[-1] != version:
                way.pop()
        if not way or way[-1] != version:
            way.append(version)
    return way[-2] if len(way) > 1 else None


def first_kept(connection: sa.Connection) -> int:
    """Give the number of the first release of which all is kept: 1, until pruned."""
    return connection.scalar(sa.select(sa.func.max(prunings.c.release))) or 1


def kept_since(connection: sa.Connection) -> datetime | None:
    """Give when the first release was made of which all is kept; None: all are."""
    pruned = sa.select(sa.func.max(prunings.c.release)).scalar_subquery()
    return connection.scalar(
        sa.select(releases.c.at).where(releases.c.number == pruned)
    )


def _refuse_pruned(connection: sa.Connection, number: int) -> None:
    """Refuse a release of which only a part is left."""
    since = kept_since(connection)
    first = first_kept(connection)
    if since is None or number >= first:
        return
    version = connection.scalar(
        sa.select(releases.c.version).where(releases.c.number == number)
    )
    raise ParameterError(
        f"Release {number}, of version {version}, is not kept any more: who was in it "
        f"was removed, as retention_days asks. Kept is release {first}, of "
        f"{since:%Y-%m-%d}, and what came after."
    )


def is_in(number: int) -> sa.ColumnElement[bool]:
    """Tell the stays that a release has."""
    return (membership.c.since <= number) & (
        membership.c.until.is_(None) | (membership.c.until > number)
    )


def stays_in(connection: sa.Connection, number: int) -> pl.DataFrame:
    """Give ``learner_id``, ``segment`` and ``since`` of all who are in a release.

    Raises
    ------
    ParameterError
        If stays of it were removed, since they are not to be kept so long.
    """
    _refuse_pruned(connection, number)
    c = membership.c
    return frame_of(
        connection,
        sa.select(c.learner_id, c.segment, c.since).where(is_in(number)),
    )


def current_stays(connection: sa.Connection) -> pl.DataFrame:
    """Give ``learner_id``, ``segment`` and ``since`` of all who are in a segment."""
    c = membership.c
    open_ = sa.select(c.learner_id, c.segment, c.since).where(c.until.is_(None))
    return frame_of(connection, open_)


def names_of_segments(connection: sa.Connection) -> dict[int, str]:
    """Give the name of each segment that there is or was, by its id."""
    asked = sa.select(segments.c.id, segments.c.name)
    return dict(connection.execute(asked).all())


def placed_by(connection: sa.Connection, version: int) -> pl.DataFrame:
    """Give where the model of a version put its learners, whoever was kept elsewhere.

    Returns
    -------
    polars.DataFrame
        ``learner_id`` and ``segment``, its id.
    """
    c, own = members.c, version_segments.c
    return frame_of(
        connection,
        sa.select(c.learner_id, own.segment)
        .join(version_segments, (own.version == c.version) & (own.number == c.number))
        .where(c.version == version),
    )


def released_names(connection: sa.Connection) -> dict[int, str]:
    """Give the name of each segment of a version that is or was used, by its id."""
    c = version_segments.c
    used = sa.select(c.segment).where(c.version.in_(sa.select(releases.c.version)))
    asked = sa.select(segments.c.id, segments.c.name).where(segments.c.id.in_(used))
    return dict(connection.execute(asked).all())


def segment_of_number(connection: sa.Connection, version: int) -> dict[int, int]:
    """Give the id of each segment of a version, by its number in the model."""
    c = version_segments.c
    asked = sa.select(c.number, c.segment).where(c.version == version)
    return dict(connection.execute(asked).all())


def members_at(store: Store, when: date | datetime | None = None) -> pl.DataFrame:
    """Give who is in which segment, now or as it was at a time.

    Parameters
    ----------
    store : Store
    when : date or datetime, default=None
        ``None`` is now.

    Returns
    -------
    polars.DataFrame
        `learnstrata.layer.releases.MEMBERS`.
    """
    with store.reading() as connection:
        return release_of(store, connection, release_at(connection, when)).members


def release_of(store: Store, connection: sa.Connection, row: sa.Row[Any]) -> Release:
    """Give a release as it is published.

    Parameters
    ----------
    store : Store
    connection : sqlalchemy.Connection
    row : sqlalchemy.Row
        Of the table of releases.
    """
    stays = stays_in(connection, row.number).rename({"segment": "segment_id"})
    known = frame_of(connection, sa.select(segments.c.id, segments.c.name))
    names = known.rename({"id": "segment_id", "name": "segment_name"})
    told = _told(connection, row.version)
    rows = (
        stays.join(names, on="segment_id", how="left")
        .join(told, on="learner_id", how="left")
        .with_columns(_only_own(c) for c in ("subsegment_id", "subsegment_name"))
        .with_columns(_seen_from_own())
        .sort("learner_id")
        .select(pl.col(name).cast(kind) for name, kind in MEMBERS.items())
    )
    sizes = (
        rows.group_by("segment_id")
        .agg(learners=pl.len())
        .join(names, on="segment_id")
        .select(pl.col(name).cast(kind) for name, kind in SEGMENTS.items())
        .sort("segment_id")
    )
    return Release(store.id, row.number, row.version, row.at, sizes, rows)


def _only_own(column: str) -> pl.Expr:
    """Tell the part of a segment to those alone whom the model puts in that segment."""
    own = pl.col("segment_id") == pl.col("model_segment_id")
    return pl.when(own).then(pl.col(column)).alias(column)


def _seen_from_own() -> list[pl.Expr]:
    """Tell the second segment and the margin from the segment that a learner is in.

    Who was kept though another is nearer has that one as the second, by less than
    nothing.
    """
    kept = pl.col("segment_id") == pl.col("second_segment_id")
    second = pl.when(kept).then("model_segment_id").otherwise("second_segment_id")
    margin = pl.when(kept).then(-pl.col("margin")).otherwise("margin")
    return [second.alias("second_segment_id"), margin.alias("margin")]


def _told(connection: sa.Connection, version: int) -> pl.DataFrame:
    """Give what a version says of its learners, besides where they are."""
    c, own = members.c, version_segments.alias("own")
    other = version_segments.alias("other")
    rows = frame_of(
        connection,
        sa.select(
            *(c.learner_id, c.number, c.subsegment_id),
            *(c.margin, c.confidence, c.standing, c.role_family),
            own.c.segment.label("model_segment_id"),
            other.c.segment.label("second_segment_id"),
        )
        .join(own, (own.c.version == c.version) & (own.c.number == c.number))
        .join(
            other,
            (other.c.version == c.version) & (other.c.number == c.second_number),
            isouter=True,
        )
        .where(c.version == version),
    )
    parts = _part_names(connection, version)
    return rows.join(parts, on="subsegment_id", how="left")


def _part_names(connection: sa.Connection, version: int) -> pl.DataFrame:
    c = version_segments.c
    found = connection.execute(
        sa.select(c.number, segments.c.name, c.parts)
        .join(segments, segments.c.id == c.segment)
        .where(c.version == version)
    )
    rows = [
        (f"{number}.{j}", f"{name}: {part}")
        for number, name, parts in found
        for j, part in enumerate(parts, start=1)
    ]
    schema = {"subsegment_id": pl.String, "subsegment_name": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def history_of(store: Store, learner: str) -> pl.DataFrame:
    """Give the stays of a learner that are kept, the first one first.

    Stays that ended before `kept_since` may have been removed.

    Parameters
    ----------
    store : Store
    learner : str
        The id as it stands in the table.

    Returns
    -------
    polars.DataFrame
        ``segment_id``, ``segment_name``, ``since`` and ``until`` (times, in UTC;
        ``until`` is null for where they are), ``cause`` and ``end_cause``.

    Raises
    ------
    ParameterError
        If the store has no such learner.
    """
    with store.reading() as connection:
        found, since = stays_of(connection, learner), kept_since(connection)
    if found.is_empty():
        kept = "" if since is None else f", and keeps all since {since:%Y-%m-%d} alone"
        raise ParameterError(
            f"The store has no learner {learner!r}{kept}. Ids are those of the table "
            "that was segmented, letter by letter."
        )
    return found


def stays_of(connection: sa.Connection, learner: str) -> pl.DataFrame:
    """Give the stays of a learner as `history_of`, none of who is not there."""
    c, begun, ended = membership.c, releases.alias("begun"), releases.alias("ended")
    return frame_of(
        connection,
        sa.select(
            segments.c.id.label("segment_id"),
            segments.c.name.label("segment_name"),
            begun.c.at.label("since"),
            ended.c.at.label("until"),
            c.cause,
            c.end_cause,
        )
        .join(segments, segments.c.id == c.segment)
        .join(begun, begun.c.number == c.since)
        .join(ended, ended.c.number == c.until, isouter=True)
        .where(c.learner_id == learner)
        .order_by(c.since),
    )


def moves(store: Store, old: int, new: int) -> pl.DataFrame:
    """List who joined, left or moved between two releases, each with one cause.

    Parameters
    ----------
    store : Store
    old, new : int
        Numbers of releases, the earlier one first.

    Returns
    -------
    polars.DataFrame
        ``learner_id``, ``old_segment``, ``new_segment`` (ids; null of who joined or
        left) and ``cause``: that of the last step, where there were several.
    """
    c = membership.c
    with store.reading() as connection:
        before, after = (stays_in(connection, number) for number in (old, new))
        causes = frame_of(
            connection,
            sa.select(c.learner_id, c.cause).where(is_in(new)),
        )
        ends = frame_of(
            connection,
            sa.select(c.learner_id, c.end_cause, c.until).where(
                c.until > old, c.until <= new
            ),
        )
    last = ends.sort("until").unique("learner_id", keep="last").drop("until")
    both = before.select("learner_id", old_segment="segment").join(
        after.select("learner_id", new_segment="segment"),
        on="learner_id",
        how="full",
        coalesce=True,
    )
    changed = both.filter(pl.col("old_segment").ne_missing(pl.col("new_segment")))
    return (
        changed.join(causes, on="learner_id", how="left")
        .join(last, on="learner_id", how="left")
        .with_columns(cause=pl.coalesce("cause", "end_cause"))
        .sort("learner_id")
        .select("learner_id", "old_segment", "new_segment", "cause")
    )


def flows(store: Store, old: int, new: int) -> pl.DataFrame:
    """Count who joined, left and moved between two releases, by segment and cause.

    Returns
    -------
    polars.DataFrame
        ``old_segment``, ``new_segment``, ``cause``, ``learners``.
    """
    by = ["old_segment", "new_segment", "cause"]
    return moves(store, old, new).group_by(by).agg(learners=pl.len()).sort(by)


def migration_matrix(store: Store, old: int, new: int) -> pl.DataFrame:
    """Count learners by their segment in two releases, those who stayed as well.

    Returns
    -------
    polars.DataFrame
        ``old_segment``, ``new_segment`` (null of who was not there), ``learners``.
    """
    with store.reading() as connection:
        before, after = (stays_in(connection, number) for number in (old, new))
    by = ["old_segment", "new_segment"]
    return (
        before.select("learner_id", old_segment="segment")
        .join(
            after.select("learner_id", new_segment="segment"),
            on="learner_id",
            how="full",
            coalesce=True,
        )
        .group_by(by)
        .agg(learners=pl.len())
        .sort(by)
    )


def sizes_over_time(store: Store) -> pl.DataFrame:
    """Count the learners of each segment in each release that is kept whole.

    Returns
    -------
    polars.DataFrame
        ``release``, ``at``, ``segment_id``, ``segment_name``, ``learners``.
    """
    c, r = membership.c, releases.c
    joined = (r.number >= c.since) & (c.until.is_(None) | (r.number < c.until))
    query = (
        sa.select(
            r.number.label("release"),
            r.at,
            segments.c.id.label("segment_id"),
            segments.c.name.label("segment_name"),
            sa.func.count().label("learners"),
        )
        .select_from(releases)
        .join(membership, joined)
        .join(segments, segments.c.id == c.segment)
        .group_by(r.number, r.at, segments.c.id, segments.c.name)
        .order_by(r.number, segments.c.id)
    )
    with store.reading() as connection:
        kept = r.number >= first_kept(connection)
        return frame_of(connection, query.where(kept))
