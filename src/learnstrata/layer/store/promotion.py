"""A version becomes what is used: promoted, updated, or taken back.

Who is near the border of two segments does not change from one to the other and back
at each refit: a learner leaves the segment that they are in only where another is
nearer by a margin. How many that keeps is told with the release.
"""

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from learnstrata.exceptions import ParameterError
from learnstrata.layer.store.approvals import policy_of, refuse_unapproved
from learnstrata.layer.store.frames import add_rows, frame_of
from learnstrata.layer.store.membership import (
    JOINED,
    LEFT,
    current_stays,
    last_release,
    names_of_segments,
    placed_by,
    release_before,
    released_names,
    segment_of_number,
    stays_in,
)
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.tables import (
    members,
    membership,
    releases,
    segments,
    version_segments,
)
from learnstrata.layer.store.versions import free_name, kept_version, version_of

__all__ = ["Promoted", "planned", "promote", "roll_back"]

CHANGED, REFIT, CORRECTION, ROLLBACK = (
    "learner changed",
    "refit",
    "correction",
    "rollback",
)
Kind = Literal["promotion", "correction", "rollback"]


@dataclass(frozen=True, slots=True)
class Promoted:
    """A release that was made, or that is planned.

    Attributes
    ----------
    number, version : int
    kind : str
    learners : int
        Who is in a segment from now on.
    joined, left, moved : int
        Since the release before.
    kept : int
        Learners who stay though another segment is nearer, by less than the margin.
    causes : dict of str to int
        Learners who moved, by the one cause of it.
    """

    number: int
    version: int
    kind: Kind
    learners: int
    joined: int
    left: int
    moved: int
    kept: int
    causes: dict[str, int]


def promote(  # noqa: PLR0913 - what, by whom, why, and how it was planned
    store: Store,
    version: int,
    *,
    who: str,
    why: str = "",
    correction: bool = False,
    min_margin: float | None = None,
    number: int | None = None,
) -> Promoted:
    """Make a version what is used.

    Parameters
    ----------
    store : Store
    version : int
    who, why : str
    correction : bool, default=False
        Whether the table was wrong before, and nobody changed.
    min_margin : float, default=None
        Share of the distance to the second centre by which another segment is nearer
        before a learner leaves the one they are in; 0 lets all go. ``None`` is as the
        version promoted last is configured; 0 for a correction.
    number : int, default=None
        Of the release, as it was planned; ``None`` is whichever comes.

    Returns
    -------
    Promoted

    Raises
    ------
    ParameterError
        If there is no such version, its learners are not kept any more, it is current
        already, too few approved it, or another release came since it was planned.
    """
    with store.writing() as connection:
        last = last_release(connection)
        if last is not None and last.version == version:
            raise ParameterError(f"Version {version} is current already.")
        if number is not None and number != (1 if last is None else last.number + 1):
            raise ParameterError(
                f"Another version was promoted since release {number} was planned. "
                "Refit again: what would move is another now."
            )
        policy = policy_of(connection, version)
        refuse_unapproved(connection, version, who, least=policy.approvals)
        if min_margin is None:
            min_margin = 0.0 if correction else policy.min_margin
        _name_apart(connection, version)
        current = current_stays(connection)
        plan, state = _plan(
            connection,
            version,
            current,
            correction=correction,
            min_margin=min_margin,
        )
        _release(connection, plan, (state, current), (who, why))
    return plan


def _name_apart(connection: sa.Connection, version: int) -> None:
    """Give a segment another name where one that was used since it was named has it."""
    used = released_names(connection)
    taken = {name.casefold() for name in used.values()}
    names = names_of_segments(connection)
    for segment in segment_of_number(connection, version).values():
        if segment not in used and names[segment].casefold() in taken:
            name = free_name(names[segment], taken)
            taken.add(name.casefold())
            changed = segments.update().where(segments.c.id == segment)
            connection.execute(changed.values(name=name))


def planned(
    store: Store, version: int, *, min_margin: float | None = None
) -> tuple[Promoted, pl.DataFrame]:
    """Say what promoting a version would do, without doing it.

    Returns
    -------
    Promoted
    polars.DataFrame
        ``learner_id``, ``segment``, ``old`` and ``cause`` of all who would be in it.
    """
    with store.reading() as connection:
        if min_margin is None:
            min_margin = policy_of(connection, version).min_margin
        current = current_stays(connection)
        return _plan(connection, version, current, min_margin=min_margin)


def roll_back(
    store: Store, version: int | None = None, *, who: str, why: str = ""
) -> Promoted:
    """Make a version of before what is used again, each learner where they were.

    Parameters
    ----------
    store : Store
    version : int, default=None
        ``None`` is the one that was used before the current one.
    who, why : str

    Raises
    ------
    ParameterError
        If that version was never used, is current already, or who was in it is not
        kept any more.
    """
    with store.writing() as connection:
        row = _release_before(connection, version)
        was = stays_in(connection, row.number).select("learner_id", "segment")
        current = current_stays(connection)
        state = _with_cause(_with_old(was, current), pl.lit(ROLLBACK))
        plan = _summed(connection, row.version, "rollback", state, current, kept=0)
        _release(connection, plan, (state, current), (who, why))
    return plan


def _release_before(connection: sa.Connection, version: int | None) -> sa.Row[Any]:
    last = last_release(connection)
    if last is None:
        raise ParameterError("Nothing was released yet, so there is no way back.")
    if version is not None:
        version_of(connection, version)
    row = release_before(connection, last, version)
    if row is None:
        told = f"Version {version} was never used before version"
        if version is None:
            told = "No other version was used before version"
        elif version == last.version:
            told = "There is no way back to what is current: version"
        raise ParameterError(
            f"{told} {last.version}. learnstrata history shows the releases."
        )
    return row


def _plan(
    connection: sa.Connection,
    version: int,
    current: pl.DataFrame,
    *,
    correction: bool = False,
    min_margin: float,
) -> tuple[Promoted, pl.DataFrame]:
    last = last_release(connection)
    fresh = _fresh(connection, version, last)
    known = fresh["segment"].unique()
    own = _with_old(fresh, current)
    is_near = (
        pl.col("old").is_in(known.implode())
        & (pl.col("second") == pl.col("old"))
        & (pl.col("margin") < min_margin)
    )
    stays = (pl.col("segment") != pl.col("old")) & is_near.fill_null(value=False)
    held = (
        own.with_columns(kept=stays.fill_null(value=False))
        .with_columns(segment=pl.when("kept").then("old").otherwise("segment"))
        .join(_said_before(connection, last), on="learner_id", how="left")
    )
    cause = pl.lit(CORRECTION) if correction else _cause()
    state = _with_cause(held, cause)
    kind: Kind = "correction" if correction else "promotion"
    kept = int(held["kept"].sum())
    return _summed(connection, version, kind, state, current, kept=kept), state


def _fresh(
    connection: sa.Connection, version: int, last: sa.Row[Any] | None
) -> pl.DataFrame:
    """Give where a version puts its learners, by the ids of segments.

    Where the model of its parent puts them tells nothing once another is in use.
    """
    c, own = members.c, version_segments.alias("own")
    second, parent = version_segments.alias("second"), version_segments.alias("parent")
    parents = kept_version(connection, version).parent
    is_used = last is not None and last.version == parents
    return frame_of(
        connection,
        sa.select(
            c.learner_id,
            own.c.segment.label("segment"),
            second.c.segment.label("second"),
            c.margin,
            c.values_digest,
            parent.c.segment.label("by_parent"),
        )
        .join(own, (own.c.version == c.version) & (own.c.number == c.number))
        .join(
            second,
            (second.c.version == c.version) & (second.c.number == c.second_number),
            isouter=True,
        )
        .join(
            parent,
            (parent.c.version == (parents if is_used else 0))
            & (parent.c.number == c.number_by_parent),
            isouter=True,
        )
        .where(c.version == version),
    )


def _said_before(connection: sa.Connection, last: sa.Row[Any] | None) -> pl.DataFrame:
    """Give what was said of each learner before, and where the model of then put them.

    Who was kept by the margin is in another segment than that.
    """
    version = 0 if last is None else last.version
    c = members.c
    asked = sa.select(c.learner_id, c.values_digest.label("was"))
    said = frame_of(connection, asked.where(c.version == version))
    placed = placed_by(connection, version).rename({"segment": "was_in"})
    return said.join(placed, on="learner_id", how="left")


def _cause() -> pl.Expr:
    """Tell why a learner moves: they changed, or the segmentation did.

    Where the model of before was asked, it is what it says of them now: the learner
    changed if it puts them elsewhere than then. Else it is whether the table says
    anything else of them than before.
    """
    by_values = pl.col("was").ne_missing(pl.col("values_digest"))
    by_model = pl.col("by_parent") != pl.col("was_in")
    changed = pl.coalesce(by_model, by_values)
    return pl.when(changed).then(pl.lit(CHANGED)).otherwise(pl.lit(REFIT))


def _with_old(fresh: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """Add ``old``: the segment that learners are in, null of who is in none."""
    before = current.select("learner_id", old="segment")
    return fresh.join(before, on="learner_id", how="left")


def _with_cause(both: pl.DataFrame, cause: pl.Expr) -> pl.DataFrame:
    """Give ``learner_id``, ``segment``, ``old`` and ``cause`` (null of who stays)."""
    moved = pl.col("segment") != pl.col("old")
    told = pl.when(pl.col("old").is_null()).then(pl.lit(JOINED)).when(moved).then(cause)
    return both.select("learner_id", "segment", "old", cause=told)


def _summed(
    connection: sa.Connection,
    version: int,
    kind: Kind,
    state: pl.DataFrame,
    current: pl.DataFrame,
    *,
    kept: int,
) -> Promoted:
    last = last_release(connection)
    causes = dict(state["cause"].drop_nulls().value_counts(sort=True).iter_rows())
    joined = causes.pop(JOINED, 0)
    left = current.join(state, on="learner_id", how="anti")
    return Promoted(
        number=1 if last is None else last.number + 1,
        version=version,
        kind=kind,
        learners=len(state),
        joined=joined,
        left=len(left),
        moved=sum(causes.values()),
        kept=kept,
        causes=causes,
    )


def _release(
    connection: sa.Connection,
    plan: Promoted,
    rows: tuple[pl.DataFrame, pl.DataFrame],
    said: tuple[str, str],
) -> None:
    """Write a release: who left a segment in it, and who came into one."""
    state, current = rows
    connection.execute(
        releases.insert().values(
            number=plan.number,
            version=plan.version,
            kind=plan.kind,
            at=now(),
            who=said[0],
            why=said[1],
            learners=plan.learners,
            joined=plan.joined,
            left=plan.left,
            moved=plan.moved,
            kept=plan.kept,
        )
    )
    ended = current.join(
        state.select("learner_id", "cause", new="segment"), on="learner_id", how="left"
    ).filter(pl.col("new").ne_missing(pl.col("segment")))
    _end(connection, ended.with_columns(pl.col("cause").fill_null(LEFT)), plan.number)
    begun = state.drop_nulls("cause").select(
        "learner_id",
        pl.lit(plan.number, dtype=pl.Int64).alias("since"),
        "segment",
        "cause",
    )
    add_rows(connection, membership, begun)


def _end(connection: sa.Connection, rows: pl.DataFrame, number: int) -> None:
    """End stays with a release."""
    if rows.is_empty():
        return
    c = membership.c
    ending = (
        membership.update()
        .where(
            c.learner_id == sa.bindparam("learner"),
            c.since == sa.bindparam("begun"),
        )
        .values(until=number, end_cause=sa.bindparam("why"))
    )
    told = rows.select(learner="learner_id", begun="since", why="cause")
    for part in told.iter_slices(50_000):
        connection.execute(ending, part.to_dicts())
