"""A learner is forgotten: in the store, in run folders, in what was published.

Of them a tombstone is left, by which they are known when they come again
(`learnstrata.layer.store.deletions`).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from learnstrata.disk.staging import clear_stale
from learnstrata.exceptions import (
    LearnstrataError,
    ParameterError,
    SourceError,
    preview,
)
from learnstrata.facade import load
from learnstrata.layer.contents import refuse_foreign
from learnstrata.layer.databases import lasting_address
from learnstrata.layer.places import folder_of_run
from learnstrata.layer.store.deletions import (
    WITH_LEARNERS,
    bury,
    erase,
    forgotten_among,
    held_of,
    list_down,
    listed,
    refuse_other_key,
    scrubbed,
    tombstones_in,
    tombstones_of,
)
from learnstrata.layer.store.frames import frame_of
from learnstrata.layer.store.membership import kept_since, stays_of
from learnstrata.layer.store.opening import Store
from learnstrata.layer.store.tables import (
    deletions,
    members,
    membership,
    publications,
    versions,
)
from learnstrata.layer.store.versions import RunContent, read_run
from learnstrata.layer.targets import in_targets
from learnstrata.wording.words import counted

if TYPE_CHECKING:
    from learnstrata.layer.publishing.forgetting import Forgotten as GoneFrom

__all__ = [
    "Access",
    "Forgotten",
    "access",
    "forget",
    "forget_again",
    "forget_in_run",
    "known_runs",
]


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
    faults : tuple of str
        Why something holds them that was to be cleared: a sentence or two each.
    """

    rows: int
    runs: tuple[Path, ...]
    targets: dict[str, int]
    kept: tuple[str, ...]
    faults: tuple[str, ...] = ()


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
        ``target``, and ``release`` and ``at`` of the last publication there that they
        were in; off ``is_sure``, it was cut off, or its release is not there any more
        since a restore, and they may have been given or not.
    since : datetime or None
        What ended before then may have been removed of stays, versions and
        publications; None is nothing.
    forgotten : datetime or None
        When they were forgotten; what is held of them came back since.
    """

    stays: pl.DataFrame
    versions: pl.DataFrame
    runs: tuple[Path, ...]
    given_to: pl.DataFrame
    since: datetime | None = None
    forgotten: datetime | None = None


def known_runs(store: Store) -> tuple[Path, ...]:
    """Give the run folders that the versions of a store were added from."""
    c = versions.c
    with store.reading() as connection:
        found = connection.scalars(sa.select(c.folder).where(c.folder.is_not(None)))
        return tuple(dict.fromkeys(map(Path, found)))


def forget(  # noqa: PLR0913 - whom, where else, and as what
    store: Store,
    learners: Sequence[str],
    *,
    key: bytes,
    who: str,
    runs: Iterable[str | Path] = (),
    targets: Iterable[str] = (),
    even_unknown: bool = False,
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
    even_unknown : bool, default=False
        Write a tombstone of a learner of whom nothing is held, too, as of somebody who
        objects ahead.

    Returns
    -------
    Forgotten

    Raises
    ------
    ParameterError
        If nothing is held of one of them; then nothing was done.
    PrivacyError
        If others were forgotten under another key.
    OutputError
        If the store cannot be written to.

    Notes
    -----
    The tombstones are written first and the store follows, so that nothing is published
    or restored from it meanwhile; then run folders, then targets. What cannot be
    reached is told in `faults`; doing it again removes the rest.
    """
    ids, runs = list(dict.fromkeys(learners)), tuple(runs)
    given = {lasting_address(one): one for one in targets}
    tombstones = tombstones_of(pl.Series(ids, dtype=pl.String), key).to_list()
    folders = tuple(dict.fromkeys([*known_runs(store), *map(Path, runs)]))
    with store.reading() as connection:
        refuse_other_key(connection, key)
        gone = tombstones_in(connection) | listed()
    if not even_unknown:
        new = {i for i, one in zip(ids, tombstones, strict=True) if one not in gone}
        _refuse_unknown(store, new, folders, given.values())
    list_down(tombstones, key)
    with store.writing() as connection:
        bury(connection, tombstones, key=key, who=who)
        rows = erase(connection, ids)
    faults = _tried(partial(scrubbed, store.engine, WITH_LEARNERS))
    held, of_runs = _gone_from_runs(folders, ids, given={*map(Path, runs)})
    found, of_targets = in_targets(
        store, partial(_gone_from, ids=ids, given=given.keys()), given.values()
    )
    return Forgotten(
        rows,
        held,
        {one.address: one.rows for one in found},
        tuple(dict.fromkeys(one.kept for one in found if one.kept)),
        (*faults, *of_runs, *of_targets),
    )


def _tried(act: Callable[[], object]) -> tuple[str, ...]:
    """Do something; give what was in the way."""
    try:
        act()
    except LearnstrataError as error:
        return (str(error),)
    return ()


def _refuse_unknown(
    store: Store, ids: set[str], runs: Sequence[Path], targets: Iterable[str]
) -> None:
    """Refuse learners of whom nothing is held: their ids may be mistyped."""
    from learnstrata.layer.publishing.forgetting import who_is_in

    with store.reading() as connection:
        left = ids - held_of(connection, ids)
    for run in runs:
        left -= _in(run, left) if left else set()
    if not left:
        return
    found, faults = in_targets(store, partial(who_is_in, learner_ids=left), targets)
    left = left.difference(*found)
    if left:
        looked = f"{counted(len(runs), 'run folder')} and "
        looked += counted(len(found), "target")
        more = f" Not looked into: {' '.join(faults)}" if faults else ""
        raise ParameterError(
            f"Nothing is held of {preview(sorted(left))} in the store, {looked}. Ids "
            "are those of the table, letter by letter. Nothing was removed. To record "
            f"an objection of somebody not there yet: --even-unknown.{more}"
        )


def _gone_from_runs(
    folders: Iterable[Path], ids: Sequence[str], *, given: Collection[Path]
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Remove learners from run folders; say which could not be written."""
    held, faults = [], []
    for one in folders:
        try:
            if (_is_there(one) or one in given) and forget_in_run(one, ids):
                held.append(one)
        except LearnstrataError as error:
            faults.append(str(error))
    return tuple(held), tuple(faults)


def _gone_from(
    target: str, *, ids: Sequence[str], given: Collection[str]
) -> "GoneFrom":
    """Remove learners from a target.

    A publication that was killed may be the only one to a target that is known, and a
    target may have been taken away since: there is nobody to remove then.
    """
    from learnstrata.layer.publishing.forgetting import Forgotten as GoneFrom
    from learnstrata.layer.publishing.forgetting import forget_in

    try:
        return forget_in(target, ids)
    except SourceError:
        if lasting_address(target) in given:
            raise
        kept = f"{target} holds no publication; what was taken from it may."
        return GoneFrom(target, 0, kept)


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


def forget_again(
    store: Store, run: RunContent, *, key: bytes | None
) -> tuple[RunContent, int]:
    """Write a run folder anew without those who were forgotten; say how many were in.

    Parameters
    ----------
    store : Store
    run : RunContent
        As `learnstrata.layer.store.versions.read_run` gives it.
    key : bytes or None

    Returns
    -------
    RunContent
        What the folder holds from then on.
    int

    Raises
    ------
    PrivacyError
        If somebody was forgotten and there is no key by which to know them, or another.
    """
    with store.reading() as connection:
        gone = forgotten_among(connection, run.learners, key)
    if not gone or run.folder is None:
        return run, len(gone)
    forget_in_run(run.folder, gone)
    return read_run(run.folder), len(gone)


def access(store: Store, learner: str, *, key: bytes | None = None) -> Access:
    """Say what is held of a learner, and who was given it.

    Parameters
    ----------
    store : Store
    learner : str
    key : bytes of length 32 or more, default=None
        By which it is known that they were forgotten, and when.

    Raises
    ------
    ParameterError
        If nothing is held of them, and they were not forgotten.
    """
    with store.reading() as connection:
        stays = stays_of(connection, learner)
        told = frame_of(
            connection, members.select().where(members.c.learner_id == learner)
        )
        given = _given(connection, learner)
        since = kept_since(connection)
        forgotten = None if key is None else _forgotten_at(connection, learner, key)
    runs = tuple(one for one in known_runs(store) if _in(one, {learner}))
    if stays.is_empty() and told.is_empty() and not runs and forgotten is None:
        raise ParameterError(
            f"Nothing is held of {learner!r}. Ids are those of the table, letter by "
            "letter."
        )
    return Access(stays, told, runs, given, since, forgotten)


def _forgotten_at(
    connection: sa.Connection, learner: str, key: bytes
) -> datetime | None:
    """Give when a learner was forgotten, by the store."""
    (own,) = tombstones_of(pl.Series([learner]), key)
    c = deletions.c
    return connection.scalar(sa.select(c.at).where(c.tombstone == own))


def _given(connection: sa.Connection, learner: str) -> pl.DataFrame:
    """Give the last publication to each target that a learner was in.

    One that was cut off counts where no other is known.
    """
    c, p = membership.c, publications.c
    was_in = (c.since <= p.release) & (c.until.is_(None) | (c.until > p.release))
    was_in |= p.release.is_(None)  # a restore took it back: nobody knows who was in it
    address = sa.func.coalesce(p.address, p.target).label("target")
    asked = (
        sa.select(address, p.release, p.at, p.id, p.mode)
        .select_from(publications.join(membership, was_in))
        .where(c.learner_id == learner)
    )
    is_sure = (pl.col("mode") != "begun") & pl.col("release").is_not_null()
    found = frame_of(connection, asked).with_columns(is_sure=is_sure)
    last = found.sort("is_sure", "id").group_by("target").last().sort("id")
    return last.select("target", "release", "at", "is_sure")


def _in(run: Path, learners: Collection[str]) -> set[str]:
    """Give those of some learners whom a run folder names."""
    path = folder_of_run(run) / "private" / "segments.parquet"
    if not path.exists():
        return set()
    is_one = pl.col("learner_id").is_in(sorted(learners))
    rows = pl.scan_parquet(path).filter(is_one).select("learner_id").collect()
    return set(rows["learner_id"])
