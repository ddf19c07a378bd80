"""What the terminal shows of a publication."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape

from learnstrata.layer.publishing.terms import Published
from learnstrata.wording.words import counted, listed

__all__ = ["published_as_json", "show_published"]


def published_as_json(found: Published) -> dict[str, Any]:
    """Give what came of a publication."""
    return {**asdict(found), "grants": [*found.grants]}


def show_published(found: Published) -> None:
    """Print what a target holds now, what changed there, and who could be let in."""
    console = Console(highlight=False)
    console.print(
        f"[bold]{escape(found.address)}[/] holds release {found.release} (version "
        f"{found.version}): {counted(found.learners, 'learner')}.",
        soft_wrap=True,
    )
    console.print(f"[dim]{_mode(found)}:[/] {escape(found.why)}", soft_wrap=True)
    if found.mode != "unchanged":
        console.print(f"{_changes(found)}.", soft_wrap=True)
    if found.grants:
        console.print("[dim]To let audiences read, the owner of the database runs:[/]")
    for statement in found.grants:
        console.print(f"  {escape(statement)}", soft_wrap=True)


def _mode(found: Published) -> str:
    return "Unchanged" if found.mode == "unchanged" else f"Published ({found.mode})"


def _changes(found: Published) -> str:
    kinds = {name: getattr(found, name) for name in ("added", "removed", "changed")}
    told = listed([f"{n:,} {name}" for name, n in kinds.items() if n])
    return f"Rows: {told}" if told else "No row is another"
