"""What the terminal shows of two runs beside each other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
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
from learnstrata.summary.previous import agreement_sentence
from learnstrata.wording.numbers import NOTHING, Numbers

__all__ = ["comparison_as_json", "show_comparison"]

NOT_SET = "not set"
SAID = {"continued": "", "same name": ""}  # what is no news of a segment


def comparison_as_json(found: Comparison, folder: Path | None) -> dict[str, Any]:
    """Give what may be told of two runs, and where it was written."""
    return {**found.told.model_dump(), "out": str(folder) if folder else None}


def show_comparison(found: Comparison, write: Numbers, folder: Path | None) -> None:
    """Print what is new: sentences, a row for each segment, settings that differ."""
    console, previous = Console(highlight=False), found.told
    write = replace(write, base=previous.base)
    for sentence in (*previous.sentences, *previous.names):
        console.print(escape(sentence))
    console.print(_table(previous, write))
    if previous.by_learner:
        console.print(escape(agreement_sentence(previous)))
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


def _table(previous: Previous, write: Numbers) -> Table:
    """Make a table with a row for each segment, then and now."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Segment", overflow="fold")
    for heading in ("Size", "Stayed", f"Pay ({write.unit})", "Years"):
        table.add_column(heading, justify="right", no_wrap=True)
    for pair in previous.pairs:
        kept = write.share(pair.of_old)
        pay = _median(pair.numbers, "pay", write.pay)
        years = _median(pair.numbers, "years_of_experience", write.years)
        name = escape(_name(pair, previous))
        table.add_row(name, _sizes(pair, write), kept, pay, years)
    return table


def _name(pair: SegmentPair, previous: Previous) -> str:
    """Name a segment, and what became of it; once where it kept its name."""
    both = previous.old(pair.old_id), previous.new(pair.new_id)
    names = dict.fromkeys(one.name for one in both if one is not None)
    fate = SAID.get(pair.fate, f" ({pair.fate})")
    return f"{', now '.join(names)}{fate}"


def _sizes(pair: SegmentPair, write: Numbers) -> str:
    sizes = [(pair.old_id, pair.size_old), (pair.new_id, pair.size_new)]
    told = [NOTHING if i is None else write.count(size) for i, size in sizes]
    return " to ".join(told)


def _median(
    changes: Sequence[NumberChange],
    feature: str,
    write: Callable[[float | None], str],
) -> str:
    change = next((one for one in changes if one.feature == feature), None)
    if change is None:
        return NOTHING
    return " to ".join(dict.fromkeys([write(change.old), write(change.new)]))


def _settings(changes: Sequence[SettingChange]) -> Iterator[str]:
    for one in changes:
        yield f"{one.setting}: {one.old or NOT_SET}, now {one.new or NOT_SET}"
