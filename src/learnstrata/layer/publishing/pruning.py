"""Removing from a target what ended long ago: rows of learners that are kept no longer.

A publication in which such a row was valid cannot be told any more, and has no digest
from then on. Those since then are as they were, and so are their deltas.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from learnstrata.layer.databases import reading, writing
from learnstrata.layer.databases import shown as shown_in
from learnstrata.layer.publishing.contract import MEMBERSHIP, RELEASES
from learnstrata.layer.publishing.folders import (
    State,
    in_both_forms,
    read_deltas,
    read_grants,
    write_state,
)
from learnstrata.layer.publishing.forgetting import (
    KEPT_BY_DISK,
    cleaned,
    opened_target,
    published_in,
    refuse_no_target,
)
from learnstrata.layer.publishing.places import as_database
from learnstrata.layer.publishing.tables import locked
from learnstrata.layer.publishing.terms import in_utc

__all__ = ["Pruned", "ended_in", "prune_in"]

Valid = tuple[int, int]  # publications: from, and the first in which it is not any more


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed from a target, or would be.

    Attributes
    ----------
    address : str
        Of the target, without what lets somebody in.
    rows : int
        Rows of learners that had ended.
    kept : str
        What is out of reach and may hold them still; empty where there was nothing.
    """

    address: str
    rows: int
    kept: str


def ended_in(target: str | Path, before: datetime) -> Pruned:
    """Count the rows of a target that ended before a moment.

    Parameters
    ----------
    target : str or path
        As for `learnstrata.layer.publishing.publication.publish`.
    before : datetime
        In UTC.

    Returns
    -------
    Pruned
        As `prune_in` would give it.

    Raises
    ------
    SourceError
        If nothing was ever published there.
    OutputError
        If the target cannot be reached.
    """
    url = as_database(str(target))
    if url is None:
        state, deltas = _read_folder(Path(target).absolute())
        ended = _ended_rows(deltas, _last_before(_made_in(state), before))
        return Pruned(str(Path(target).absolute()), ended.height, "")
    with opened_target(url) as engine, reading(engine) as connection:
        which = _is_ended(_last_in(connection, before, shown_in(engine)))
        counted = sa.select(sa.func.count()).select_from(MEMBERSHIP).where(which)
        rows = connection.execute(counted).scalar_one()
        return Pruned(shown_in(engine), rows, "")


def prune_in(target: str | Path, before: datetime) -> Pruned:
    """Remove from a target the rows that ended before a moment.

    A row ended when the release was made that let it end; where older releases were
    published again, not before those that were published earlier. Rows that are valid
    stay, and so do sizes and counts. The next publication is a delta as ever.

    Parameters
    ----------
    target : str or path
        As for `learnstrata.layer.publishing.publication.publish`.
    before : datetime
        In UTC.

    Returns
    -------
    Pruned

    Raises
    ------
    SourceError
        If nothing was ever published there.
    OutputError
        If the target cannot be reached or written to; the message says whether the rows
        are gone and only what they lay in is not yet overwritten. Then do it again.

    Notes
    -----
    What they lay in is overwritten as
    `learnstrata.layer.publishing.forgetting.forget_in` does.
    """
    url = as_database(str(target))
    if url is None:
        return _prune_folder(Path(target).absolute(), before)
    with opened_target(url) as engine:
        return _prune_database(engine, before)


def _last_before(made: Iterable[tuple[int, datetime]], before: datetime) -> int:
    """Give the last publication that is older; 0 where none is.

    None was before the one before it, whatever release it took over.
    """
    numbers, times = zip(*sorted(made), strict=True)
    latest = accumulate(map(in_utc, times), max)
    older = (n for n, at in zip(numbers, latest, strict=True) if at < before)
    return max(older, default=0)


def _told_no_more(spans: Collection[Valid]) -> list[int]:
    """Give the publications in which any of the rows was valid."""
    return sorted({n for begun, ended in spans for n in range(begun, ended)})


def _last_in(connection: sa.Connection, before: datetime, shown: str) -> int:
    refuse_no_target(connection, shown)
    made = connection.execute(sa.select(RELEASES.c.publication, RELEASES.c.at))
    rows = [(one.publication, one.at) for one in made]
    return _last_before(rows, before) if rows else 0


def _is_ended(last: int) -> sa.ColumnElement[bool]:
    return MEMBERSHIP.c.to_publication <= last


def _prune_database(engine: sa.Engine, before: datetime) -> Pruned:
    shown, c = shown_in(engine), MEMBERSHIP.c
    with writing(engine) as connection:
        locked(connection)
        which = _is_ended(_last_in(connection, before, shown))
        spans = sa.select(c.from_publication, c.to_publication).where(which).distinct()
        gone = [(begun, ended) for begun, ended in connection.execute(spans)]
        rows = connection.execute(sa.delete(MEMBERSHIP).where(which)).rowcount
        harmed = RELEASES.c.publication.in_(_told_no_more(gone))
        connection.execute(sa.update(RELEASES).where(harmed).values(digest=None))
    return Pruned(shown, rows, cleaned(engine, rows))


def _read_folder(target: Path) -> tuple[State, dict[str, pl.DataFrame]]:
    state = published_in(target)
    return state, read_deltas(target, state)


def _made_in(state: State) -> list[tuple[int, datetime]]:
    return state.releases.select("publication", "at").rows()


def _ended_rows(deltas: dict[str, pl.DataFrame], last: int) -> pl.DataFrame:
    """Give ``learner_id``, ``nth``, ``begun`` and ``ended`` of rows that ended by then.

    A learner's rows follow one another, so the n-th that begins is the n-th that ends.
    """
    numbered = _numbered(pl.concat(deltas.values()))
    begun = numbered.filter(sign=1).select("learner_id", "nth", begun="publication")
    ended = numbered.filter(pl.col("sign") == -1, pl.col("publication") <= last)
    ends = ended.select("learner_id", "nth", ended="publication")
    return ends.join(begun, on=["learner_id", "nth"])


def _numbered(signed: pl.DataFrame) -> pl.DataFrame:
    """Add ``nth``: which of the rows of the learner begins or ends."""
    order = pl.int_range(pl.len()).over("learner_id", "sign", order_by="publication")
    return signed.with_columns(nth=order)


def _prune_folder(target: Path, before: datetime) -> Pruned:
    state, deltas = _read_folder(target)
    ended = _ended_rows(deltas, _last_before(_made_in(state), before))
    if ended.is_empty():
        return Pruned(str(target), 0, "")
    spans = ended.select("begun", "ended").unique().rows()
    harmed = pl.col("publication").is_in(_told_no_more(spans))
    digest = pl.when(~harmed).then("digest").alias("digest")
    left = replace(state, releases=state.releases.with_columns(digest))
    files = {}
    for name, frame in _without(deltas, ended).items():
        files |= in_both_forms(name, frame)
    write_state(target, left, files, grants=read_grants(target))
    return Pruned(str(target), ended.height, KEPT_BY_DISK)


def _without(
    deltas: dict[str, pl.DataFrame], ended: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Take rows out of the deltas in which they began and ended."""
    by, order = ["learner_id", "nth"], ["publication", "sign", "learner_id"]
    every = _numbered(pl.concat(deltas.values()))
    rows = every.join(ended, on=by, how="anti").drop("nth").sort(order)
    numbers = {name: int(name.rpartition("/")[2]) for name in deltas}
    return {name: rows.filter(publication=number) for name, number in numbers.items()}
