"""What the terminal shows of a new table beside a run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learnstrata.layer.monitoring.findings import Monitored
from learnstrata.summary.contract.monitoring import Check, Monitoring
from learnstrata.summary.monitoring import check_name, percent
from learnstrata.wording.numbers import NOTHING, Numbers, as_number

__all__ = ["monitoring_as_json", "show_monitoring"]

COLOURS = {"keep": "green", "watch": "yellow", "refit": "red"}
MOST_QUIET = 5  # of what did not move, rows that are shown besides


def monitoring_as_json(found: Monitored, folder: Path | None) -> dict[str, Any]:
    """Give what may be told of a new table, and where it was written."""
    return {
        **found.told.model_dump(mode="json"),
        "out": str(folder) if folder else None,
    }


def show_monitoring(found: Monitored, folder: Path | None) -> None:
    """Print the advice, why, what was looked at, and the segments then and now."""
    console, told = Console(highlight=False), found.told
    write = replace(found.write, base=told.base)
    lead, *rest = told.sentences
    colour = COLOURS[told.advice]
    console.print(f"[bold {colour}]{told.advice.upper()}[/] {escape(lead)}")
    for sentence in rest:
        console.print(escape(sentence))
    console.print(_moves(told))
    console.print(_segments(told, write))
    for note in told.notes:
        console.print(f"[dim]Note:[/] {escape(note)}", soft_wrap=True)
    if folder is not None:
        _show_files(folder, console)


def _show_files(folder: Path, console: Console) -> None:
    shared = folder / "share" / "monitoring.html"
    own = folder / "private" / "monitoring.json"
    console.print(f"To share: [bold]{escape(str(shared))}[/]", soft_wrap=True)
    console.print(f"For you alone: {escape(str(own))}", soft_wrap=True)


def _moves(told: Monitoring) -> Table:
    """Make a table of what moved, and of what came nearest to it."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Looked at", overflow="fold")
    for heading in ("Then", "Now", "Move", "Chance", "p", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    still = [one for one in told.checks if one.advice == "keep"]
    still.sort(key=lambda one: -told.times_limit(one))
    for one in (*told.moved, *still[:MOST_QUIET]):
        table.add_row(*_row(one))
    return table


def _row(one: Check) -> list[str]:
    if one.looked == "pay":
        move, floor = percent(one.shift), percent(one.floor)
    else:
        move, floor = as_number(one.effect), as_number(one.floor)
    rates = [NOTHING if rate is None else percent(rate) for rate in (one.old, one.new)]
    at = "" if one.p is None else f"<={one.p:g}" if one.p < 1 else ">0.1"
    colour = COLOURS[one.advice]
    advice = "" if one.advice == "keep" else f"[{colour}]{one.advice}[/]"
    return [escape(check_name(one)), *rates, move, floor, at, advice]


def _segments(told: Monitoring, write: Numbers) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("Segment", overflow="fold")
    for heading in ("Then", "Now", "Learners now"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in told.segments:
        shares = (write.share(one.share), write.share(one.share_new))
        table.add_row(escape(one.name), *shares, write.count(one.size_new))
    return table
