"""A learner is forgotten: in the store, in run folders, in what was published.

Of them a tombstone is left, by which they are known when they come again
(`learnstrata.layer.store.deletions`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from learnstrata.disk.staging import clear_stale
from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.facade import load
from learnstrata.layer.contents import refuse_foreign
from learnstrata.layer.databases import lasting_address
from learnstrata.layer.places import folder_of_run
from learnstrata.layer.store.deletions import (
    WITH_LEARNERS,
    bury,
    erase,
    list_down,
    scrubbed,
    tombstones_of,
)
from learnstrata.layer.store.frames import frame_of
from learnstrata.layer.store.membership import kept_since, stays_of
from learnstrata.layer.store.opening import Store
from learnstrata.layer.store.tables import (
    members,
    membership,
    publications,
    versions,
)

if TYPE_CHECKING:
    from learnstrata.layer.publishing.forgetting import Forgotten as GoneFrom

__all__ = ["Access", "Forgotten", "access", "forget", "forget_in_run", "known_runs"]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed of learners.

    Attributes
    ----------
    rows : int
        Of the store.
    runs : tuple of Path
        Run folders that held them, written anew without them.
    targets : dict of str to int
        Rows of each target that they were published to.
    kept : tuple of str
        What is out of reach and may hold them still.
    """

    rows: int
    runs: tuple[Path, ...]
    targets: dict[str, int]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """What is held of a learner, and who was given it.

    Attributes
    ----------
    stays : polars.DataFrame
        ``segment_id``, ``segment_name``, ``since``, ``until``, ``cause``.
    versions : polars.DataFrame
        What each version says of them.
    runs : tuple of Path
        Run folders that name them.
    given_to : polars.DataFrame
        ``target``, ``release`` and ``at`` of each publication that they were in.
    since : datetime or None
        What ended before then may have been removed of stays, versions and
        publications; None is nothing.
    """

    stays: pl.DataFrame
    versions: pl.DataFrame
    runs: tuple[Path, ...]
    given_to: pl.DataFrame
    since: datetime | None = None


def known_runs(store: Store) -> tuple[Path, ...]:
    """Give the run folders that the versions of a store were added from."""
    c = versions.c
    with store.reading() as connection:
        found = connection.scalars(sa.select(c.folder).where(c.folder.is_not(None)))
        return tuple(dict.fromkeys(map(Path, found)))


def forget(
    store: Store,
    learners: Sequence[str],
    *,
    key: bytes,
    who: str,
    runs: Iterable[str | Path] = (),
    targets: Iterable[str] = (),
) -> Forgotten:
    """Remove learners from all that is known to hold them.

    Parameters
    ----------
    store : Store
    learners : sequence of str
        Ids as they stand in the table.
    key : bytes of length 32 or more
        Under which their tombstones are written.
    who : str
    runs : iterable of path, default=()
        Run folders besides those that the store knows.
    targets : iterable of str, default=()
        Addresses of targets besides those that the store knows.

    Returns
    -------
    Forgotten

    Notes
    -----
    The tombstones are written first: if it ends before all is removed, doing it again
    removes the rest, and nobody comes back meanwhile.
    """
    ids = list(dict.fromkeys(learners))
    tombstones = tombstones_of(pl.Series(ids, dtype=pl.String), key).to_list()
    list_down(tombstones)
    gone = _gone_from_targets(store, targets, ids)
    folders = dict.fromkeys([*known_runs(store), *map(Path, runs)])
    held = tuple(one for one in folders if _is_there(one) and forget_in_run(one, ids))
    with store.writing() as connection:
        bury(connection, tombstones, who=who)
        rows = erase(connection, ids)
    scrubbed(store.engine, WITH_LEARNERS)
    return Forgotten(
        rows,
        held,
        {one.address: one.rows for one in gone},
        tuple(dict.fromkeys(one.kept for one in gone if one.kept)),
    )


def _gone_from_targets(
    store: Store, targets: Iterable[str], ids: Sequence[str]
) -> "list[GoneFrom]":
    """Remove learners from targets: those that are given, and all that are known.

    A publication that was killed may be the only one to a target that is known, and a
    target may have been taken away since: there is nobody to remove then.
    """
    from learnstrata.layer.publications import targets_of
    from learnstrata.layer.publishing.forgetting import Forgotten as GoneFrom
    from learnstrata.layer.publishing.forgetting import forget_in

    # What is kept has no password; what is given may have one.
    given = {lasting_address(one): one for one in targets}
    found = [forget_in(one, ids) for one in given.values()]
    for known in sorted(set(targets_of(store)) - given.keys()):
        try:
            found.append(forget_in(known, ids))
        except SourceError:
            kept = f"{known} holds no publication; what was taken from it may."
            found.append(GoneFrom(known, 0, kept))
    return found


def _is_there(folder: Path) -> bool:
    """Say whether a run is there, once it is cleared of what a killed one left."""
    clear_stale(folder_of_run(folder))
    return folder.exists()


def forget_in_run(folder: str | Path, learners: Sequence[str]) -> bool:
    """Write a run folder anew without learners; say if any of them was in it.

    Parameters
    ----------
    folder : path
    learners : sequence of str

    Raises
    ------
    OutputError
        If it holds what is not of a run, which would be lost.
    """
    run = folder_of_run(folder)
    found = load(run)
    less = found.without(learners)
    if less is found:
        return False
    refuse_foreign(run)
    less.save(run, overwrite=True)
    return True


def access(store: Store, learner: str) -> Access:
    """Say what is held of a learner, and who was given it.

    Parameters
    ----------
    store : Store
    learner : str

    Raises
    ------
    ParameterError
        If nothing is held of them.
    """
    with store.reading() as connection:
        stays = stays_of(connection, learner)
        told = frame_of(
            connection, members.select().where(members.c.learner_id == learner)
        )
        given = frame_of(connection, _given(learner))
        since = kept_since(connection)
    runs = tuple(one for one in known_runs(store) if one.exists() and _in(one, learner))
    if stays.is_empty() and told.is_empty() and not runs:
        raise ParameterError(
            f"Nothing is held of {learner!r}. Ids are those of the table, letter by "
            "letter."
        )
    return Access(stays, told, runs, given, since)


def _given(learner: str) -> sa.Select[*tuple[Any, ...]]:
    c, p = membership.c, publications.c
    was_in = (c.since <= p.release) & (c.until.is_(None) | (c.until > p.release))
    return (
        sa.select(p.target, p.release, p.at)
        .select_from(publications.join(membership, was_in))
        .where(c.learner_id == learner)
        .order_by(p.id)
    )


def _in(run: Path, learner: str) -> bool:
    path = run / "private" / "segments.parquet"
    if not path.exists():
        return False
    rows = pl.scan_parquet(path).filter(pl.col("learner_id") == learner)
    return bool(rows.select(pl.len()).collect().item())
