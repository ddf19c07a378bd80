"""The tables of a run as files: a sheet each in a workbook, or a CSV file each."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from learnstrata.report.actions import actions
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.learners.numbers import described_numbers
from learnstrata.report.outcomes import rule_limits, skills
from learnstrata.report.pay import pay_tables
from learnstrata.report.quality import quality_tables, role_families, rounding
from learnstrata.report.questions import question_tables
from learnstrata.report.segment_sheets import segment_sheets
from learnstrata.report.trust import tables_of as trust_tables
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Cell, Column, Table

__all__ = ["workbook_tables", "write_csv", "write_workbook"]

SHEET_NAME_LENGTH = 31  # Excel's limit
WIDEST = 460  # pixels of a column
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no zones; one for all, so that bytes repeat
PLAIN = re.compile(r"[^a-z0-9]+")


def workbook_tables(summary: Summary) -> tuple[Table, ...]:
    """Give the tables of the workbook, the first of which says what the others are.

    Parameters
    ----------
    summary : Summary
        Disclosed, to be shared; or exact, for the owner: the same tables. This is the
        one thing of the report that takes exact results.

    Returns
    -------
    tuple of Table
        Each has rows and a sheet of its own: those of charts, sections and questions
        as the page has them, and some that the page has no room for.
    """
    either = cast("DisclosedSummary", summary)  # tables read what both forms have
    drawn = [chart.table(either) for chart in CHARTS if chart.has(either)]
    made = (
        *segment_sheets(summary),
        *drawn,
        *pay_tables(summary),
        *trust_tables(summary),
        skills(summary),
        rule_limits(summary),
        actions(summary),
        *question_tables(summary),
        *quality_tables(summary),
        role_families(summary),
        described_numbers(summary),
    )
    sheets: dict[str, Table] = {}
    for table in made:
        if table.sheet and table.rows:
            sheets.setdefault(table.sheet, table)  # the page shows some twice
    tables = tuple(sheets.values())
    return (_about(summary, tables), *tables)


def _about(summary: Summary, tables: Sequence[Table]) -> Table:
    """Say how to read the workbook, and what stands on each sheet."""
    run = summary.settings
    version = run.versions.get("learnstrata", "")
    recipe = f"recipe {run.recipe}, version {run.recipe_version}, seed {run.seed}"
    read = (
        *_rounded(summary),
        ("Pay", f"In {run.money.unit} a year."),
        ("Made by", f"learnstrata {version}, {recipe}"),
    )
    sheets = tuple(
        (table.sheet, f"{table.title}. {table.note}".strip()) for table in tables
    )
    columns = (Column("About"), Column("What it means"))
    return Table("About", columns, (*read, *sheets), sheet="About")


def _rounded(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Say what was done to the numbers."""
    if not isinstance(summary, DisclosedSummary):
        return (("Numbers", "Exact: for the owner of the run, not to be shared."),)
    return (
        ("Counts", rounding(summary)),
        ("An empty cell", "Not known, or hidden."),
        ("Hidden", summary.words.pay_rule),
    )


def write_workbook(path: Path, tables: Sequence[Table], numbers: Numbers) -> None:
    """Write tables as sheets of an Excel workbook, headers frozen, columns fitted.

    Numbers are formatted by what they are: counts, shares, pay in its unit. A text that
    begins with ``=`` stays a text: a formula from a table must not run. The same tables
    give the same bytes.

    Parameters
    ----------
    path : Path
        Written over.
    tables : sequence of Table
        From `workbook_tables`; one without a sheet is named by its title.
    numbers : Numbers
    """
    names = _sheet_names(table.sheet or table.title for table in tables)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": CREATED})
        kinds = {text for table in tables for text in table.formats() if text}
        formats = _Formats(
            head=book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
            word=book.add_format({"align": "right"}),
            number={text: book.add_format({"num_format": text}) for text in kinds},
        )
        for name, table in zip(names, tables, strict=True):
            _fill(book.add_worksheet(name), table, numbers, formats)


@dataclass(frozen=True, slots=True)
class _Formats:
    """Formats of a workbook: of headings, of words among numbers, of numbers."""

    head: Format
    word: Format
    number: dict[str, Format]


def _fill(sheet: Worksheet, table: Table, numbers: Numbers, formats: _Formats) -> None:
    for place, heading in enumerate(table.headings(numbers)):
        sheet.write_string(0, place, heading, formats.head)
    columns = list(zip(table.columns, table.formats(), strict=True))
    for line, row in enumerate(table.values(numbers), start=1):
        for place, (cell, (column, kind)) in enumerate(zip(row, columns, strict=True)):
            if isinstance(cell, str):
                word = formats.word if column.is_number else None
                sheet.write_string(line, place, cell, word)
            elif cell is not None:
                sheet.write_number(line, place, cell, formats.number.get(kind))
    sheet.freeze_panes(1, 0)
    sheet.autofit(WIDEST)


def write_csv(folder: Path, tables: Sequence[Table], numbers: Numbers) -> list[Path]:
    """Write tables as CSV files of their values: pay in its unit, shares 0..1.

    Parameters
    ----------
    folder : Path
        Made if it is not there; files of the same names are written over.
    tables, numbers
        As in `write_workbook`.

    Returns
    -------
    list of Path
        A file a table, named by its sheet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = _sheet_names(table.sheet or table.title for table in tables)
    written: list[Path] = []
    for name, table in zip(names, tables, strict=True):
        path = folder / f"{PLAIN.sub('-', name.lower()).strip('-')}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            lines: list[tuple[Cell, ...]] = [table.headings(numbers)]
            csv.writer(file).writerows([*lines, *table.values(numbers)])
        written.append(path)
    return written


def _sheet_names(titles: Iterable[str]) -> list[str]:
    """Make titles into names that Excel takes: short, plain, all different."""
    names: list[str] = []
    taken: set[str] = {"history"}  # Excel keeps this one to itself
    for title in titles:
        plain = title.translate(dict.fromkeys(map(ord, "[]:*?/\\"), "-")).strip(" '")
        name, times = plain[:SHEET_NAME_LENGTH].strip(" '") or "Sheet", 1
        while name.lower() in taken:
            times += 1
            end = f" ({times})"
            name = plain[: SHEET_NAME_LENGTH - len(end)].strip(" '") + end
        taken.add(name.lower())
        names.append(name)
    return names
