"""What the terminal shows of two runs beside each other."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learnstrata.layer.compare import Comparison
from learnstrata.summary.contract.previous import (
    NumberChange,
    Previous,
    SegmentPair,
    SettingChange,
)
from learnstrata.summary.previous import number_text
from learnstrata.wording.numbers import NOTHING, Numbers

__all__ = ["comparison_as_json", "show_comparison"]

MOST_SETTINGS = 12
LONGEST_VALUE = 40
SHOWN = ("pay", "years_of_experience")
HEADINGS = ("Before", "Now", "", "Size", "Shared", "Pay", "Experience")


def comparison_as_json(found: Comparison, folder: Path | None) -> dict[str, Any]:
    """Give what may be told of two runs, and where it was written."""
    return {**found.told.model_dump(), "out": str(folder) if folder else None}


def show_comparison(found: Comparison, write: Numbers, folder: Path | None) -> None:
    """Print what is new: sentences, a row for each segment, settings that differ."""
    console, previous = Console(highlight=False), found.told
    for sentence in (*previous.sentences, *previous.names):
        console.print(escape(sentence))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for row in _rows(previous, write):
        table.add_row(*map(escape, row))
    console.print(table)
    for line in _settings(previous.settings):
        console.print(f"[dim]Setting:[/] {escape(line)}", soft_wrap=True)
    if folder is not None:
        _show_files(found, folder, console)


def _show_files(found: Comparison, folder: Path, console: Console) -> None:
    shared = folder / "share" / "comparison.json"
    console.print(f"To share: [bold]{escape(str(shared))}[/]", soft_wrap=True)
    if found.movers is not None:
        own = folder / "private" / "movers.csv"
        console.print(f"For you alone: {escape(str(own))}", soft_wrap=True)


def _rows(previous: Previous, write: Numbers) -> Iterator[Sequence[str]]:
    for pair in previous.pairs:
        old, new = previous.old(pair.old_id), previous.new(pair.new_id)
        yield (
            old.name if old else NOTHING,
            new.name if new else NOTHING,
            pair.fate,
            _sizes(pair, write),
            _shared(pair, write),
            *(_median(pair.numbers, feature, write) for feature in SHOWN),
        )


def _sizes(pair: SegmentPair, write: Numbers) -> str:
    sizes = [(pair.old_id, pair.size_old), (pair.new_id, pair.size_new)]
    told = [NOTHING if i is None else write.count(size) for i, size in sizes]
    return " > ".join(told)


def _shared(pair: SegmentPair, write: Numbers) -> str:
    """Say how much of either segment is in the other, of learners in both runs."""
    if pair.old_id is None or pair.new_id is None or pair.of_old is None:
        return NOTHING
    return f"{write.share(pair.of_old)} / {write.share(pair.of_new)}"


def _median(changes: Sequence[NumberChange], feature: str, write: Numbers) -> str:
    change = next((one for one in changes if one.feature == feature), None)
    if change is None:
        return NOTHING
    then, now = number_text(change, write)
    return then if then == now else f"{_bare(then, now)} > {now}"


def _bare(then: str, now: str) -> str:
    """Leave out a unit that is said once."""
    number, _, unit = then.partition(" ")
    return number if unit and now.endswith(f" {unit}") else then


def _settings(changes: Sequence[SettingChange]) -> Iterator[str]:
    for one in changes[:MOST_SETTINGS]:
        old, new = (_short(text) for text in (one.old, one.new))
        yield f"{one.setting}: {old} > {new}"
    if (more := len(changes) - MOST_SETTINGS) > 0:
        yield f"and {more:,} more"


def _short(text: str) -> str:
    told = text or "not set"
    return told if len(told) <= LONGEST_VALUE else f"{told[:LONGEST_VALUE]}..."
