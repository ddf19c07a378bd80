"""What the terminal shows of what is kept too long, and of its removal."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape

from learnstrata.layer.store.retention import Due
from learnstrata.pruning import Pruning
from learnstrata.wording.words import counted, listed

__all__ = [
    "due_as_json",
    "pruning_as_json",
    "removed_line",
    "show_due",
    "show_pruned",
    "show_removed",
]


def due_as_json(due: Due | None) -> dict[str, Any] | None:
    """Give what is due, or was, of a store; null where nothing says how long."""
    if due is None:
        return None
    return {**asdict(due), "before": f"{due.before:%Y-%m-%dT%H:%M:%SZ}"}


def pruning_as_json(found: Pruning) -> dict[str, Any]:
    """Give what is kept too long, or what was removed of it."""
    return {
        "store": due_as_json(found.store),
        "runs": [str(one) for one in found.runs],
        "removed": [str(one) for one in found.removed],
        "targets": dict(found.targets),
        "kept": [*found.kept],
        "faults": [*found.faults],
    }


def removed_line(due: Due) -> str:
    """Say in a line what was removed of a store.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> removed_line(Due(datetime(2026, 3, 1, tzinfo=UTC), 4, 12, (1,), 800))
    'Not in use since 2026-03-01: 12 ended stays and 800 learners of version 1 removed.'
    """
    return f"Not in use since {due.before:%Y-%m-%d}: {_of(due)} removed."


def _of(due: Due) -> str:
    told = [counted(due.stays, "ended stay")] if due.stays else []
    if due.versions:
        noun = "version" if len(due.versions) == 1 else "versions"
        which = listed([str(one) for one in due.versions])
        told.append(f"{counted(due.members, 'learner')} of {noun} {which}")
    return listed(told) or "nothing"


def show_pruned(due: Due | None) -> None:
    """Print what was removed of a store after a release, if anything was."""
    if due:
        more = "Runs and targets hold them still: learnstrata store prune --runs"
        Console(highlight=False).print(f"{removed_line(due)} {more}", soft_wrap=True)


def show_due(found: Pruning) -> None:
    """Print what is due to be removed."""
    due, console = found.store, Console(highlight=False)
    console.print(
        f"Not in use since {due.before:%Y-%m-%d}: {_of(due)}.", soft_wrap=True
    )
    for target, n in found.targets.items():
        console.print(f"{escape(target)}: {counted(n, 'ended row')}.", soft_wrap=True)
    for run in found.runs:
        told = f"A run folder holds such learners: {escape(str(run))} (--runs)"
        console.print(told, soft_wrap=True)


def show_removed(found: Pruning) -> None:
    """Print what was removed, what holds such learners still, and what is not."""
    console = Console(highlight=False)
    lines = [removed_line(found.store)]
    lines += [
        f"{one}: {counted(n, 'row')} removed." for one, n in found.targets.items()
    ]
    lines += [f"Removed: {one}" for one in found.removed]
    lines += [f"Holds such learners still (--runs): {one}" for one in found.runs]
    lines += found.kept
    lines += ["Backups made before still hold them; a restore does not."]
    for line in lines:
        console.print(escape(line), soft_wrap=True)
