"""What the terminal shows: progress, a short summary, what a check found."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from learnstrata.exceptions import preview
from learnstrata.learners.schema.register import column_label
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.words import counted, listed

if TYPE_CHECKING:
    from learnstrata.learners.quality import ColumnCheck, TableCheck
    from learnstrata.learners.sources.info import SourceInfo
    from learnstrata.privacy.leaks.scanning import Narrow, ScanReport
    from learnstrata.segments.meaning.contributions import Explanation
    from learnstrata.segments.pay.percentile import PayPercentile
    from learnstrata.summary.contract.learners import Source
    from learnstrata.summary.contract.results import DisclosedSummary, ExactSummary

__all__ = [
    "assignment_as_json",
    "check_as_json",
    "explanation_as_json",
    "progress",
    "rounding_line",
    "run_as_json",
    "scan_as_json",
    "show_assignment",
    "show_check",
    "show_explanation",
    "show_percentile",
    "show_reading",
    "show_run",
    "show_scan",
    "source_as_json",
    "told_sheets",
]

Sizes: TypeAlias = Mapping[tuple[int, str], int]  # learners by id and name
DOING = {
    "read": "Reading the table",
    "recognise": "Recognising columns",
    "clean": "Cleaning records into learners",
    "features": "Making features",
    "describe": "Describing the learners",
    "tendency": "Testing for cluster tendency",
    "select": "Trying every number of segments",
    "fit": "Fitting all learners",
    "hierarchy": "Growing Ward's hierarchy",
    "evidence": "Gathering the evidence",
    "profile": "Profiling and naming segments",
    "explain": "Explaining the segments",
    "benchmarks": "Benchmarking pay",
    "answer": "Answering the decision questions",
    "write": "Writing and searching the files",
}

# Headings of what may wrap.
WORDS = ("Segment", "Standard name", "Column", "File", "Place", "Text")
WORDS += ("Because of", "Towards")
COLUMN_HEADINGS = ("Standard name", "Column", "Missing", "Unreadable", "Distinct")
COLUMN_HEADINGS += ("Median", "Range")
LEAST_COLUMNS = 3  # of the table of columns, however wide the names are
MOST_LEAKS = 20
LONGEST_TEXT = 60


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[str], None]]:
    """Show a bar over the stages on the terminal's error stream; give what moves it."""
    console = Console(stderr=True, highlight=False)
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=28, complete_style="green", finished_style="green"),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(DOING))
        begun: list[str] = []

        def watch(stage: str) -> None:
            bar.update(task, description=DOING[stage], completed=len(begun))
            begun.append(stage)

        yield watch


def show_run(exact: "ExactSummary", summary: "DisclosedSummary", folder: Path) -> None:
    """Print the segments, how they were chosen, and where the files are.

    Whoever runs may know how many there are in all; all else is what may be shared.
    """
    from learnstrata.report.cards import without_card
    from learnstrata.report.sureness import short_verdict

    console = Console(highlight=False)
    settings, write = summary.settings, summary.settings.numbers
    console.print(
        f"[bold]{exact.input.segmented:,} {settings.units}[/] from "
        f"{exact.input.records:,} records ({_states(summary, write)}), as of "
        f"{settings.as_of}"
    )
    if exact.input.source:
        _show_source(exact.input.source, console)
    console.print(_segment_table(summary, write))
    if told := rounding_line(summary.rounding_error, "private/summary.json"):
        console.print(f"[dim]{told}[/]")
    left_out = without_card(summary)
    if left_out:
        console.print(f"[yellow]Left out:[/] {left_out}")
    for sentence in summary.previous.sentences if summary.previous else ():
        console.print(f"[dim]New:[/] {escape(sentence)}")
    console.print(f"[dim]Choice of k:[/] {escape(summary.selection.reason)}")
    verdict = short_verdict(summary)
    if verdict:
        console.print(f"[dim]Verdict:[/] {escape(verdict)}")
    _show_notes(exact.every_note, console)
    spent = exact.timings
    slowest = sorted(spent, key=lambda stage: -spent[stage])[:3]
    told = ", ".join(f"{stage} {spent[stage]:.1f} s" for stage in slowest)
    console.print(f"[dim]Computed in {sum(spent.values()):.1f} s (most: {told})[/]")
    share, private = folder / "share", folder / "private"
    page = _short(share / "report.html")
    console.print(f"Report:   [bold]{page}[/]", soft_wrap=True)
    console.print(f"To share: {_short(share)} (names nobody)", soft_wrap=True)
    console.print(
        f"Private:  {_short(private)} (names learners, exact numbers)", soft_wrap=True
    )


def show_reading(source: "SourceInfo", notes: Sequence[str] = ()) -> None:
    """Say on the error stream how a table was read, as a run and a check do.

    Parameters
    ----------
    source : "SourceInfo"
    notes : sequence of str, default=()
        What was taken for granted of its numbers.
    """
    console = Console(stderr=True, highlight=False)
    _show_source(source, console)
    _show_notes(notes, console)


def source_as_json(source: "SourceInfo | None") -> dict[str, Any]:
    """Give what kind of file a table was read from; null where none was."""
    return {"source": asdict(source) if source else None}


def _show_notes(notes: Iterable[str], console: Console) -> None:
    for note in notes:
        console.print(f"[yellow]Note:[/] {escape(note)}")


def _show_source(source: "SourceInfo | Source", console: Console) -> None:
    """Say what was read of the file, to whoever holds it."""
    if source.sheet is not None:
        told = f"{source.sheet!r}, {source.sheet_number} of {source.sheets}"
        console.print(f"[dim]Sheet:[/] {escape(told)}")
    if told := told_sheets(source):
        console.print(f"[yellow]Note:[/] {escape(told)}")
    _show_notes(source.notes, console)


def told_sheets(source: "SourceInfo | Source") -> str:
    """Say which other sheets could have been meant; empty where none could."""
    if not source.other_sheets:
        return ""
    others = listed([repr(name) for name in source.other_sheets])
    return f"tables stand on other sheets too: {others}; --sheet reads one of them."


def _states(summary: "DisclosedSummary", write: Numbers) -> str:
    ledger = summary.ledger
    states = {
        "repaired": ledger.repaired,
        "with a value set aside": ledger.set_aside,
        "history": ledger.history,
        "quarantined": ledger.quarantined,
    }
    told = [
        f"{_roughly(n, summary.rounding_error, write.base)} {state}"
        for state, n in states.items()
        if n is not None
    ]
    return ", ".join(told) or f"{write.count(None)} of them changed"


def _roughly(n: int, error: int, step: int) -> str:
    """Write a rounded count; one that rounding may have doubled as a limit above.

    Examples
    --------
    >>> _roughly(690, 20, 10), _roughly(40, 20, 10), _roughly(40, 0, 10)
    ('690', 'under 70', '40')
    """
    return f"under {n + error + step:,}" if n <= 2 * error else f"{n:,}"


def rounding_line(error: int, exact: str) -> str:
    """Say that the counts of a screen are rounded, and where the exact ones are.

    Parameters
    ----------
    error : int
        Most that a count is off by; of 0 nothing is said.
    exact : str
        File of the exact ones.
    """
    if not error:
        return ""
    return (
        f"Sizes and counts are rounded as in what is shared, by {error} at most; "
        f"{exact} has them exactly."
    )


def _segment_table(summary: "DisclosedSummary", write: Numbers) -> Table:
    table = _plain_table("", "Segment", "Size", "Share", f"Pay ({write.unit})", "Years")
    for segment in summary.segments:
        pay = segment.number("pay")
        years = segment.number("years_of_experience")
        table.add_row(
            str(segment.id),
            f"[bold]{escape(segment.name)}[/]",
            write.count(segment.size),
            write.share(segment.share),
            write.pay(pay.p50 if pay else None),
            write.years(years.p50 if years else None),
        )
    return table


def _plain_table(*headings: str) -> Table:
    """Make a table whose words may wrap and whose numbers may not."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        if heading in WORDS:
            table.add_column(heading, overflow="fold")
        else:
            table.add_column(heading, justify="right", no_wrap=True)
    return table


def run_as_json(
    exact: "ExactSummary", summary: "DisclosedSummary", folder: Path
) -> dict[str, Any]:
    """Give the main results of a run as one JSON object; the totals are exact."""
    settings, evidence = summary.settings, summary.evidence
    totals = {
        name: getattr(exact.input, name)
        for name in ("records", "learners", "segmented")
    }
    return {
        "schema_version": summary.schema_version,
        "recipe": settings.recipe,
        "seed": settings.seed,
        "as_of": settings.as_of,
        "input": summary.input.model_dump(mode="json") | totals | _source_of(exact),
        "ledger": summary.ledger.model_dump(mode="json"),
        "notes": list(exact.every_note),
        "k": summary.selection.k,
        "runner_up": summary.selection.runner_up,
        "verdict": evidence.verdict.word if evidence else None,
        "segments": [
            {"id": s.id, "name": s.name, "size": s.size, "share": s.share}
            for s in summary.segments
        ],
        "small_segments": summary.small_segments,
        "new": list(summary.previous.sentences) if summary.previous else None,
        "out": str(folder),
        "report": str(folder / "share" / "report.html"),
        "share": str(folder / "share"),
        "private": str(folder / "private"),
        "seconds": sum(exact.timings.values()),
    }


def _source_of(exact: "ExactSummary") -> dict[str, Any]:
    source = exact.input.source
    return {"source": source.model_dump(mode="json") if source else None}


def scan_as_json(
    found: "ScanReport", names: pl.DataFrame, folder: Path
) -> dict[str, Any]:
    """Give what a scan found as one JSON object."""
    return {
        "run": str(folder),
        **_looked_for(names, folder),
        "narrow": asdict(found.narrow),
        "clean": not found.leaks,
        "findings": len(found.leaks),
        "leaks": [asdict(leak) for leak in found.leaks],
    }


def show_scan(found: "ScanReport", names: pl.DataFrame, folder: Path) -> None:
    """Print what a scan found, at most 20 rows of it, or that all is clean."""
    console, leaks = Console(highlight=False), found.leaks
    n = _looked_for(names, folder)
    among = (
        f"in {n['files']} files of {_short(folder / 'share')} "
        f"({n['companies']:,} names of companies and {n['learners']:,} ids of learners "
        "looked for)"
    )
    if not leaks:
        console.print(f"[green]Clean:[/] nobody is named {among}", soft_wrap=True)
        _show_narrow(found.narrow, console)
        return
    table = _plain_table("File", "Place", "Kind", "Text", "Times")
    for leak in leaks[:MOST_LEAKS]:
        row = (leak.file, leak.place, leak.kind, leak.text[:LONGEST_TEXT])
        table.add_row(*map(escape, row), f"{leak.times:,}")
    console.print(table)
    rest = len(leaks) - MOST_LEAKS
    if rest > 0:
        console.print(f"[dim]and {rest:,} more (all of them: --json)[/]")
    told = "1 finding" if len(leaks) == 1 else f"{len(leaks):,} findings"
    console.print(f"[red]{told}[/] {among}", soft_wrap=True)
    _show_narrow(found.narrow, console)


def _show_narrow(narrow: "Narrow", console: Console) -> None:
    """Say which names are such ordinary words that only fields of them were read."""
    counts = ((narrow.companies, "names"), (narrow.learners, "ids"))
    told = [f"{n:,} {word}" for n, word in counts if n]
    if told:
        console.print(
            f"[dim]{' and '.join(told)} may be any word or number: looked for only "
            "in fields of companies and learners[/]",
            soft_wrap=True,
        )


def _looked_for(names: pl.DataFrame, folder: Path) -> dict[str, int]:
    files = [item for item in (folder / "share").rglob("*") if item.is_file()]
    kinds = dict(names["kind"].value_counts().iter_rows())
    return {
        "files": len(files),
        "companies": kinds.get("company", 0),
        "learners": kinds.get("learner", 0),
    }


def check_as_json(found: "TableCheck", source: "SourceInfo") -> dict[str, Any]:
    """Give what a check found, and what kind of file it was, as one JSON object."""
    return found.as_dict() | source_as_json(source)


def show_check(found: "TableCheck", source: "SourceInfo") -> None:
    """Print what was recognised in a table, what it lacks, and its quality."""
    console = Console(highlight=False)
    learners = f", {found.learners:,} learners" if found.learners is not None else ""
    lines = f"{source.lines:,} lines" if source.lines else None
    details = [source.format, source.encoding, source.compression, lines]
    told = ", ".join(escape(str(detail)) for detail in details if detail)
    console.print(f"[bold]{found.rows:,} records{learners}[/] [dim]({told})[/]")
    _show_source(source, console)
    if found.columns:
        console.print(_column_table(found, console))
    for sentence in _counted(found):
        what, told = sentence.split(": ", 1)
        console.print(f"[dim]{what}:[/] {escape(told)}")
    for one in found.candidates:
        told = escape(f"{one.column!r} ({', '.join(one.signs)})")
        console.print(f"[yellow]Learner id?[/] Perhaps {told}.", soft_wrap=True)
    for standard, lost in found.missing.items():
        name = escape(column_label(standard))
        console.print(f"[yellow]Not there:[/] {name}; {escape(lost)}.")
    if not found.columns and found.unused:
        told = escape(preview(found.unused))
        console.print(f"[yellow]Nothing is recognised:[/] the table has {told}.")
    _show_notes(found.notes, console)
    for sentence in found.problems:
        console.print(f"[red]Problem:[/] {escape(sentence)}", soft_wrap=True)
    console.print(_verdict(found))


def _counted(found: "TableCheck") -> list[str]:
    """Say how many records repeat others, and what cleaning costs."""
    told: list[str] = []
    if found.repeats:
        told.append(
            f"Records: {found.repeats:,} ({found.repeats_share:.1%}) repeat an earlier "
            "one in every column that is read."
        )
    each = found.records_per_learner
    if each is not None:
        told.append(f"Records: {each:.2f} a learner.")
    cost = found.cleaning
    if cost is not None:
        told.append(
            f"Cleaning: {counted(cost.lost_rows, 'record')} "
            f"({cost.lost_rows_share:.1%}) and "
            f"{counted(cost.lost_learners, 'learner')} "
            f"({cost.lost_learners_share:.1%}) lost; a value set aside in "
            f"{counted(cost.emptied_rows, 'record')} ({cost.emptied_rows_share:.1%}) "
            f"of {counted(cost.emptied_learners, 'learner')} "
            f"({cost.emptied_learners_share:.1%})."
        )
    if cost is not None and cost.rules:
        rules = (f"{rule} {n:,}" for rule, n in cost.rules.items())
        told.append(f"By rule: {', '.join(rules)}.")
    return told


def _verdict(found: "TableCheck") -> str:
    kinds = "1 kind" if len(found.usable) == 1 else f"{len(found.usable)} kinds"
    features = escape(", ".join(map(column_label, found.usable)))
    if not found.ok:
        there = f": there is {features}" if features else ""
        return f"[red]Cannot run yet[/]{there}."
    return f"[green]Ready to run[/] on {kinds} of values: {features}."


def _column_table(found: "TableCheck", console: Console) -> Table:
    """Make the widest table of columns that the terminal has room for."""
    rows = [_column_row(column) for column in found.columns]
    for width in range(len(COLUMN_HEADINGS), LEAST_COLUMNS - 1, -1):
        table = _filled(rows, width)
        _keep_words_whole(table, rows)
        needed = Measurement.get(console, console.options.update(width=1_000), table)
        if needed.minimum <= console.width:
            return table
    return _filled(rows, LEAST_COLUMNS)


def _filled(rows: Sequence[Sequence[str]], width: int) -> Table:
    table = _plain_table(*COLUMN_HEADINGS[:width])
    for row in rows:
        table.add_row(*row[:width])
    return table


def _keep_words_whole(table: Table, rows: Sequence[Sequence[str]]) -> None:
    """Let the user's names wrap between words, not in them, and nothing else wrap."""
    for place, column in enumerate(table.columns):
        texts = [COLUMN_HEADINGS[place], *(row[place] for row in rows)]
        if COLUMN_HEADINGS[place] == "Column":
            texts = [word for text in texts for word in text.split()]
        column.min_width = max(map(cell_len, texts))


def _column_row(column: "ColumnCheck") -> list[str]:
    middle = column.quantiles.get("50%")
    spread = f"{_number(column.minimum)} to {_number(column.maximum)}"
    return [
        escape(column_label(column.name)),
        escape(column.column),
        f"{column.null_share:.1%}",
        f"{column.faults:,}" if column.faults else "-",
        f"{column.distinct:,}",
        _number(middle),
        spread if middle is not None else "-",
    ]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    whole = float(value).is_integer()
    plain = whole and 1000 <= value <= 3000  # a year, most likely
    return f"{value:.0f}" if plain else f"{value:,.0f}" if whole else f"{value:,.1f}"


def assignment_as_json(sizes: Sizes, path: Path) -> dict[str, Any]:
    """Give the sizes of an assignment as one JSON object."""
    assigned = sum(sizes.values())
    return {"out": str(path), "assigned": assigned, "segments": _sizes(sizes)}


def show_assignment(sizes: Sizes, path: Path) -> None:
    """Print how many learners went to each segment."""
    assigned = sum(sizes.values())
    console = Console(highlight=False)
    table = _plain_table("", "Segment", "Size", "Share")
    for row in _sizes(sizes):
        share = f"{row['count'] / assigned:.1%}"
        name = escape(row["name"])
        table.add_row(str(row["id"]), name, f"{row['count']:,}", share)
    console.print(table)
    console.print(f"Segments: [bold]{_short(path)}[/]", soft_wrap=True)


def _sizes(sizes: Sizes) -> list[dict[str, Any]]:
    return [
        {"id": number, "name": name, "count": n}
        for (number, name), n in sorted(sizes.items())
    ]


def explanation_as_json(
    found: "Explanation", learner: str, names: Sequence[str]
) -> dict[str, Any]:
    """Give why a learner is in their segment as one JSON object."""
    own, other = _told_segments(found, names)
    return {
        "learner": learner,
        "segment": own,
        "next_segment": other,
        "margin": found.margin,
        "pulls": [asdict(pull) for pull in found.pulls],
        "sentence": found.sentence,
    }


def show_explanation(found: "Explanation", learner: str, names: Sequence[str]) -> None:
    """Print what pulls a learner to their segment and what to the next."""
    console = Console(highlight=False)
    own, other = (
        escape(f"{s['id']} {s['name']}") for s in _told_segments(found, names)
    )
    console.print(f"{escape(learner)} is in [bold]{own}[/], nearer than to {other}.")
    table = _plain_table("Because of", "Pull", "Share", "Towards")
    for pull in found.pulls:
        towards = own if pull.contribution > 0 else other if pull.contribution else "-"
        told = escape(pull.told), f"{pull.contribution:+.3f}", f"{pull.share:.1%}"
        table.add_row(*told, towards)
    table.add_row("[dim]Together: how much nearer[/]", f"{found.margin:+.3f}", "", "")
    console.print(table)
    console.print(
        "[dim]Pulls are differences of squared distances and add up exactly.[/]"
    )


def _told_segments(
    found: "Explanation", names: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    ids = (found.segment, found.next_segment)
    own, other = ({"id": number, "name": names[number - 1]} for number in ids)
    return own, other


def show_percentile(found: "PayPercentile") -> None:
    """Print the place of a pay, and whether the nearest peers could not answer."""
    console = Console(highlight=False)
    console.print(escape(found.sentence))
    if found.reading:
        console.print(f"[dim]{escape(found.reading)}[/]")
    if found.level != "cell":
        console.print(
            "[yellow]Note:[/] the group of that role, tier and experience may not be "
            f"shown, so a wider one answers: {found.level}."
        )
    if found.warning:
        console.print(f"[yellow]Warning:[/] {escape(found.warning)}")


def _short(path: Path) -> str:
    here = Path.cwd()
    return escape(str(path.relative_to(here) if path.is_relative_to(here) else path))
