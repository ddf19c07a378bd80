"""What is kept of learners longer than it may leaves the store, runs and targets.

The store goes by the ``retention_days`` of the version promoted last
(`learnstrata.layer.store.retention`); runs and targets follow the store.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from learnstrata.disk.placing import put_new, sync
from learnstrata.disk.staging import staging_beside
from learnstrata.disk.stopping import stoppable
from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.contents import refuse_removal
from learnstrata.layer.models import load_model
from learnstrata.layer.publishing.pruning import ended_in, prune_in
from learnstrata.layer.store.deletions import WITH_LEARNERS, scrubbed
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.retention import Due, due_of
from learnstrata.layer.store.retention import prune as prune_store
from learnstrata.layer.store.tables import versions
from learnstrata.layer.store.versions import is_same_model
from learnstrata.layer.targets import in_targets
from learnstrata.segments.model.model import SegmentModel

__all__ = ["Pruning", "outlook", "prune", "remove_run"]


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is kept longer than it may, or what was removed of it.

    Attributes
    ----------
    store : Due
    runs : tuple of Path
        Run folders of versions whose learners the store does not keep; they hold them.
    removed : tuple of Path
        Run folders that were removed.
    targets : dict of str to int
        Rows of each target that was published to.
    kept : tuple of str
        What is out of reach and may hold them still.
    faults : tuple of str
        Why a run or a target is as it was: a sentence or two each.
    """

    store: Due
    runs: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    targets: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def outlook(store: Store, *, targets: Iterable[str] = ()) -> Pruning:
    """Say what `prune` would remove; nothing changes.

    Parameters
    ----------
    store : Store
    targets : iterable of str, default=()
        Addresses of targets besides those that the store knows.

    Raises
    ------
    ParameterError
        If the version promoted last does not say how long learners are kept.
    """
    due = due_of(store)
    found, faults = in_targets(store, partial(ended_in, before=due.before), targets)
    folders = _folders(store, due.versions)
    counts = {one.address: one.rows for one in found}
    return Pruning(due, runs=folders, targets=counts, faults=faults)


def prune(
    store: Store, *, who: str, runs: bool = False, targets: Iterable[str] = ()
) -> Pruning:
    """Remove what is kept of learners longer than it may.

    Parameters
    ----------
    store : Store
    who : str
        For the record.
    runs : bool, default=False
        Remove the run folders of versions whose learners are not kept, too.
    targets : iterable of str, default=()
        Addresses of targets besides those that the store knows.

    Returns
    -------
    Pruning

    Raises
    ------
    ParameterError
        If the version promoted last does not say how long learners are kept.
    OutputError
        If the store cannot be written to, or cleaned.

    Notes
    -----
    The store is first, so that nothing is published or restored from it meanwhile. What
    cannot be reached is told in `faults`; doing it again removes the rest.
    """
    at = now()
    due = due_of(store, at=at)
    done = prune_store(store, who=who, at=at) or due
    if not done:  # another may have ended between removing and cleaning
        scrubbed(store.engine, WITH_LEARNERS)
    folders = _folders(store)
    removed, of_runs = _removed(folders) if runs else ((), ())
    remove = partial(prune_in, before=done.before)
    found, of_targets = in_targets(store, remove, targets)
    return Pruning(
        done,
        tuple(one for one in folders if one not in removed),
        removed,
        {one.address: one.rows for one in found},
        tuple(dict.fromkeys(one.kept for one in found if one.kept and one.rows)),
        (*of_runs, *of_targets),
    )


def _folders(store: Store, due: Sequence[int] = ()) -> tuple[Path, ...]:
    """Give the run folders that hold versions whose learners are not kept."""
    c = versions.c
    asked = sa.select(c.id, c.folder, c.model, c.pruned).where(c.folder.is_not(None))
    with store.reading() as connection:
        rows = connection.execute(asked.order_by(c.id)).all()
    gone = {one.id for one in rows if one.pruned is not None} | {*due}
    folders = dict.fromkeys(Path(one.folder) for one in rows if one.id in gone)
    return tuple(one for one in folders if _holds_gone(one, rows, gone))


def _holds_gone(folder: Path, rows: Sequence[Any], gone: set[int]) -> bool:
    """Say whether what a folder holds is of versions that are gone, and of no other."""
    try:
        found = load_model(folder)
    except SourceError:
        return False
    own = (one for one in rows if Path(one.folder) == folder)
    same = {
        one.id for one in own if is_same_model(found, SegmentModel.from_json(one.model))
    }
    return bool(same) and same <= gone


def _removed(folders: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    gone, faults = [], []
    for one in folders:
        try:
            remove_run(one)
            gone.append(one)
        except OutputError as error:
            faults.append(str(error))
    return tuple(gone), tuple(faults)


def remove_run(folder: Path) -> None:
    """Remove a run folder: at every moment it is whole, or not there.

    Parameters
    ----------
    folder : Path
        Absolute.

    Raises
    ------
    OutputError
        If it holds what is not of a run, or cannot be removed. It is left as it is.
    """
    refuse_removal(folder, folder)
    try:
        with staging_beside(folder) as staging, stoppable() as stops, stops.held():
            aside = staging / folder.name
            put_new(folder, aside)
            try:
                refuse_removal(aside, folder)  # what came meanwhile
            except OutputError:
                put_new(aside, folder)
                raise
            sync(folder.parent)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            f"Could not remove {folder}: {error.strerror or error}. Remove it yourself."
        ) from None
