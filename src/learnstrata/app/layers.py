"""What the terminal shows of a store: versions, releases, plans, one learner."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learnstrata.app.prunings import removed_line
from learnstrata.forgetting import Access, Forgotten
from learnstrata.layer.lineage import Event
from learnstrata.layer.store.approvals import approvals_in
from learnstrata.layer.store.backups import Restored
from learnstrata.layer.store.membership import (
    history_of,
    kept_since,
    names_of_segments,
    sizes_over_time,
)
from learnstrata.layer.store.opening import Store
from learnstrata.layer.store.promotion import Promoted
from learnstrata.layer.store.tables import releases, versions
from learnstrata.layer.store.versions import AddedVersion
from learnstrata.layer.store.watch import monitoring_of
from learnstrata.refitting import Challenger, Plan
from learnstrata.wording.words import counted, listed

__all__ = [
    "access_as_json",
    "added_as_json",
    "history_as_json",
    "plan_as_json",
    "promoted_as_json",
    "show_access",
    "show_added",
    "show_approved",
    "show_backup",
    "show_dropped",
    "show_faults",
    "show_forgotten",
    "show_history",
    "show_members",
    "show_plan",
    "show_promoted",
    "show_restored",
    "show_stays",
    "stays_as_json",
]

HERE = "now"
LEAST_WIDTH = 8  # characters of what may wrap
MOST_WATCHED = 5  # last verdicts of monitoring that are shown
WORDS = ("Segment", "Who", "Why", "What became of it")  # headings of what may wrap


def _console() -> Console:
    return Console(highlight=False)


def _table(columns: Sequence[str], *, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        side = "right" if name in right else "left"
        plain = name not in WORDS
        least = None if plain else LEAST_WIDTH
        table.add_column(
            name, justify=side, overflow="fold", no_wrap=plain, min_width=least
        )
    return table


def _day(at: datetime | None) -> str:
    return HERE if at is None else f"{at:%Y-%m-%d}"


def _json(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return rows.with_columns(pl.col(pl.Datetime).dt.to_string("iso:strict")).to_dicts()


def added_as_json(added: AddedVersion) -> dict[str, Any]:
    """Give a version that was added."""
    events = [asdict(one) for one in added.events]
    return {"version": added.id, "is_new": added.is_new, "events": events}


def show_added(store: Store, added: AddedVersion, *, forgotten: int = 0) -> None:
    """Print a version that was added, and what became of each segment."""
    console = _console()
    if forgotten:
        console.print(
            f"{counted(forgotten, 'learner')} of it had been forgotten: the run folder "
            "was written anew without them. The table that it was made of is as it was."
        )
    state = "is" if added.is_new else "was there already: it is"
    console.print(
        f"The run {state} [bold]version {added.id}[/] of {escape(store.address)}"
    )
    _show_events(store, added.events, console)
    console.print(f"To use it: learnstrata promote {added.id}", soft_wrap=True)


def _show_events(store: Store, events: Sequence[Event], console: Console) -> None:
    with store.reading() as connection:
        names = names_of_segments(connection)
    heads = ("Id", "Segment", "What became of it", "In both", "Of then", "Of now")
    table = _table(heads, right=("Id", "In both", "Of then", "Of now"))
    for one in events:
        at = one.old if one.new is None else one.new
        told = one.event
        if one.event in {"split", "merged"}:
            other = one.old if one.event == "split" else one.new
            at = one.new if one.event == "split" else one.old
            told += f" {'from' if one.event == 'split' else 'into'} {other}"
        shares = (f"{s:.0%}" if s is not None else "" for s in (one.of_old, one.of_new))
        both = f"{one.in_both:,}" if one.in_both else ""
        table.add_row(str(at), escape(names.get(at or 0, "")), told, both, *shares)
    console.print(table)


def promoted_as_json(done: Promoted) -> dict[str, Any]:
    """Give a release."""
    return asdict(done)


def show_promoted(store: Store, done: Promoted) -> None:
    """Print a release: who joined, left and moved, and by which cause."""
    console = _console()
    console.print(
        f"Release [bold]{done.number}[/]: version {done.version} is used from now on "
        f"for {counted(done.learners, 'learner')} ({escape(store.address)})"
    )
    console.print(_moves_line(done))
    if done.kept:
        console.print(
            f"{counted(done.kept, 'learner')} stayed though another segment is nearer, "
            "by less than the margin."
        )


def _moves_line(done: Promoted) -> str:
    told = [f"{n:,} {cause}" for cause, n in done.causes.items()]
    why = f" ({', '.join(told)})" if told else ""
    return f"Joined {done.joined:,}, left {done.left:,}, moved {done.moved:,}{why}."


def show_approved(version: int, by: Sequence[str]) -> None:
    """Print who approved a version so far."""
    console = _console()
    console.print(f"Version {version} is approved by {escape(listed(by))}.")
    console.print(f"To use it: learnstrata promote {version}", soft_wrap=True)


def history_as_json(store: Store) -> dict[str, Any]:
    """Give the versions, releases and sizes of a store."""
    return {
        "store": store.address,
        "layer": store.id,
        "versions": [_plain(row) for row in _versions(store)],
        "approvals": [_plain(row) for row in approvals_in(store)],
        "releases": [_plain(row) for row in _releases(store)],
        "sizes": _json(sizes_over_time(store)),
        "monitoring": _json(monitoring_of(store)),
        "kept_since": _instant(_kept_since(store)),
    }


def _plain(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the database
    told = {k: v for k, v in row._mapping.items() if k != "model"}  # noqa: SLF001 - its name
    return {k: _instant(v) if isinstance(v, datetime) else v for k, v in told.items()}


def _versions(store: Store) -> Sequence[Any]:
    columns = [c for c in versions.c if c.name != "model"]
    with store.reading() as connection:
        return connection.execute(sa.select(*columns).order_by(versions.c.id)).all()


def _releases(store: Store) -> Sequence[Any]:
    with store.reading() as connection:
        return connection.execute(releases.select().order_by(releases.c.number)).all()


def show_history(store: Store) -> None:
    """Print versions and what became of their segments, then the releases."""
    console = _console()
    heads = ("Version", "Of", "Recipe", "Segments", "Learners", "Who", "Why")
    rows = _versions(store)
    table = _table(_said(heads, rows), right=("Version", "Segments", "Learners"))
    for row in rows:
        told = row.parameters
        table.add_row(
            *(str(row.id), _day(row.at), told["recipe"], str(told["k"])),
            *(f"{row.learners:,}", *_who(table, row)),
        )
    console.print(table)
    console.print()
    heads = ("Release", "Of", "What", "Version", "Learners", "Joined", "Left")
    heads += ("Moved", "Who", "Why")
    numbers = ("Release", "Version", "Learners", "Joined", "Left", "Moved")
    rows = _releases(store)
    table = _table(_said(heads, rows), right=numbers)
    for row in rows:
        counts = (row.learners, row.joined, row.left, row.moved)
        table.add_row(
            *(str(row.number), _day(row.at), row.kind, str(row.version)),
            *(f"{n:,}" for n in counts),
            *_who(table, row),
        )
    console.print(table)
    for row in approvals_in(store):
        why = f": {escape(row.why)}" if row.why else ""
        told = f"Version {row.version} was approved by {escape(row.who)}"
        console.print(f"{told} on {_day(row.at)}{why}")
    _show_kept(_kept_since(store), console)
    watched = monitoring_of(store).tail(MOST_WATCHED)
    for row in watched.iter_rows(named=True):
        found = f"{row['verdict']}, against version {row['version']}"
        console.print(f"Monitored {_day(row['at'])}: {found}")


def _said(heads: Sequence[str], rows: Sequence[Any]) -> Sequence[str]:
    """Leave the column of reasons out where nobody gave one."""
    return heads if any(row.why for row in rows) else heads[:-1]


def _who(table: Table, row: Any) -> tuple[str, ...]:  # noqa: ANN401 - as in `_plain`
    told = (escape(row.who), escape(row.why))
    return told if table.columns[-1].header == "Why" else told[:1]


def stays_as_json(store: Store, learner: str) -> dict[str, Any]:
    """Give the stays of a learner, and since when all are kept."""
    return {
        "learner": learner,
        "stays": _json(history_of(store, learner)),
        "kept_since": _instant(_kept_since(store)),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def show_stays(store: Store, learner: str) -> None:
    """Print the stays of a learner, and since when all are kept."""
    console = _console()
    _show_stays(history_of(store, learner), console)
    _show_kept(_kept_since(store), console)


def _kept_since(store: Store) -> datetime | None:
    with store.reading() as connection:
        return kept_since(connection)


def _show_kept(since: datetime | None, console: Console) -> None:
    if since is not None:
        told = f"Kept since {_day(since)}; what ended before is removed."
        console.print(told, soft_wrap=True)


def _show_stays(rows: pl.DataFrame, console: Console) -> None:
    table = _table(("Id", "Segment", "From", "To", "Came by"), right=("Id",))
    for row in rows.iter_rows(named=True):
        table.add_row(
            *(str(row["segment_id"]), escape(row["segment_name"])),
            *(_day(row["since"]), _day(row["until"]), row["cause"]),
        )
    console.print(table)


def show_members(rows: pl.DataFrame, path: Path) -> None:
    """Print how many are in which segment, and where the list is."""
    console = _console()
    table = _table(("Id", "Segment", "Learners"), right=("Id", "Learners"))
    by = ["segment_id", "segment_name"]
    for id_, name, n in rows.group_by(by).len().sort("segment_id").iter_rows():
        table.add_row(str(id_), escape(name), f"{n:,}")
    console.print(table)
    console.print(f"For you alone: {escape(str(path))}", soft_wrap=True)


def plan_as_json(
    version: int, plan: Plan, challenger: Challenger, folder: Path
) -> dict[str, Any]:
    """Give a plan of a refit."""
    return {
        "version": version,
        "against": challenger.against,
        "decision": plan.decision,
        "reason": plan.reason,
        "champion": asdict(challenger.champion),
        "challenger": asdict(challenger.challenger),
        "outcomes": [asdict(one) for one in challenger.outcomes],
        "promotion": promoted_as_json(plan.promotion),
        "events": [asdict(one) for one in plan.events],
        "shifts": plan.shifts.to_dicts(),
        "breaks": list(plan.breaks),
        "out": str(folder),
    }


def show_plan(
    version: int,
    plan: Plan,
    challenger: Challenger,
    folder: Path,
    *,
    promoted: Promoted | None,
) -> None:
    """Print what a refit would change, and what to do."""
    console = _console()
    console.print(f"[bold]{plan.decision.capitalize()}.[/] {escape(plan.reason)}")
    heads = ("Id", "Segment", "Now", "Then", "By learners", "By the cut")
    table = _table(heads, right=("Id", "Now", "Then", "By learners", "By the cut"))
    for row in plan.shifts.iter_rows(named=True):
        table.add_row(
            *(str(row["segment_id"]), escape(row["segment_name"])),
            *(f"{row['before']:,}", f"{row['after']:,}"),
            *(f"{row['by_learners']:+,}", f"{row['by_refit']:+,}"),
        )
    console.print(table)
    console.print(_moves_line(plan.promotion))
    console.print()
    console.print(_judged(challenger))
    console.print()
    for line in plan.breaks:
        console.print(f"[yellow]Breaks[/] {escape(line)}")
    console.print(f"Run folder: {escape(str(folder))}", soft_wrap=True)
    if promoted is None:
        anyway = "To use it all the same" if plan.decision == "hold" else "To use it"
        console.print(f"{anyway}: learnstrata promote {version}", soft_wrap=True)
    else:
        console.print(f"Promoted: release {promoted.number}.")


def _judged(challenger: Challenger) -> Table:
    """Put the two cuts of the new table beside each other."""
    heads = ("On the new table", "As now", "By the cut", "Difference (95 %)")
    table = _table(heads, right=heads[1:3])
    one, other = challenger.champion, challenger.challenger
    explained = f"{one.explained:.1%}", f"{other.explained:.1%}"
    table.add_row("Variance explained", *explained)
    table.add_row("Silhouette", *map(_decimals, (one.silhouette, other.silhouette)))
    found_again = map(_decimals, (one.jaccard, other.jaccard))
    table.add_row("Least stable segment", *found_again)
    for gain in challenger.outcomes:
        told = (_decimals(gain.champion), _decimals(gain.challenger))
        more = f"{gain.gain:+.3f} ({gain.low:+.3f}, {gain.high:+.3f})"
        table.add_row(f"Tells of {escape(gain.outcome)}", *told, more)
    return table


def _decimals(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def show_forgotten(done: Forgotten) -> None:
    """Print what was removed."""
    console = _console()
    console.print(f"Removed {counted(done.rows, 'row')} of the store.")
    for run in done.runs:
        console.print(f"Written anew without them: {escape(str(run))}", soft_wrap=True)
    for target, n in done.targets.items():
        console.print(f"{escape(target)}: {counted(n, 'row')}", soft_wrap=True)
    for line in (
        *done.kept,
        "Backups made before still hold them; a restore does not.",
    ):
        console.print(escape(line), soft_wrap=True)


def access_as_json(found: Access) -> dict[str, Any]:
    """Give what is held of a learner."""
    return {
        "stays": _json(found.stays),
        "versions": _json(found.versions),
        "runs": [str(run) for run in found.runs],
        "given_to": _json(found.given_to),
        "kept_since": _instant(found.since),
        "forgotten": _instant(found.forgotten),
    }


def show_access(found: Access) -> None:
    """Print what is held of a learner, and who was given it."""
    console = _console()
    if found.forgotten is not None:
        is_back = not (found.stays.is_empty() and found.versions.is_empty())
        told = (
            "something is held of them again"
            if is_back or found.runs
            else "nothing is held of them"
        )
        console.print(f"Forgotten on {_day(found.forgotten)}; {told}.")
        if not (is_back or found.runs):
            return
    _show_stays(found.stays, console)
    console.print(f"Versions that place them: {len(found.versions)}.")
    if found.runs:
        runs = listed([str(run) for run in found.runs])
        console.print(f"Run folders: {escape(runs)}.", soft_wrap=True)
    for row in found.given_to.iter_rows(named=True):
        was = "Given" if row["is_sure"] else "May have been given"
        told = f"{was} to {row['target']} on {_day(row['at'])}"
        told += f", in release {row['release']}" if row["release"] else ""
        console.print(escape(f"{told}."), soft_wrap=True)
    if found.given_to.is_empty():
        console.print("Nobody was given it by learnstrata publish.")
    _show_kept(found.since, console)


def show_dropped(address: str) -> None:
    """Print that a target is off the list."""
    told = f"{address} is off the list: forget and store prune do not go there."
    _console().print(escape(told), soft_wrap=True)


def show_faults(store: Store, faults: Sequence[str]) -> None:
    """Print what does not hold in a store."""
    console = _console()
    for one in faults:
        console.print(f"[red]Fault[/] {escape(one)}")
    if not faults:
        console.print(f"{escape(store.address)} is whole.")


def show_backup(path: Path) -> None:
    """Print where a backup is."""
    console = _console()
    console.print(
        f"For you alone: {escape(str(path))}. It names learners.", soft_wrap=True
    )


def show_restored(store: Store, done: Restored) -> None:
    """Print what was restored, and what was not."""
    back = done.forgotten
    told = f"; {counted(back, 'learner')} forgotten since left out" if back else ""
    console = _console()
    console.print(f"{escape(store.address)} is as the backup was{told}.")
    if done.pruned:
        console.print(removed_line(done.pruned), soft_wrap=True)
