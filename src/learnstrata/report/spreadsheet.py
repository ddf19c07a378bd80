"""Sheets written as an Excel workbook: links, filters, headings that stay in sight."""

import datetime as dt
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from learnstrata.report.theme import ACCENT, MUTED
from learnstrata.wording.numbers import NOTHING, NumberKind, Numbers
from learnstrata.wording.tables import Cell, Table

__all__ = ["CONTENTS", "Cover", "Sheet", "number_format", "write_workbook"]

CONTENTS = "Contents"
NAME_LENGTH = 31  # of a sheet: Excel's limit
WIDEST, LINE = 60, 120  # letters of a column, of a line of text
MOST_FROZEN = 9  # rows: more would leave a small screen nothing to scroll
ARROW = 3  # letters that the arrow of a filter takes
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no zones; one for all, so that bytes repeat
WRITTEN = re.compile(r"-?([\d,]+)(?:\.(\d+))?(%?)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook.

    Attributes
    ----------
    name : str
        On its tab.
    title : str
        Over its first line.
    tables : tuple of Table
        Below each other; none where the text says all.
    part : str
        Of the contents.
    text, below : str
        What is said before and after the tables, in lines; may be empty.
    """

    name: str
    title: str
    tables: tuple[Table, ...]
    part: str = ""
    text: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """The first sheet: what the workbook is of, and how to read it."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook that is being written, its formats made once."""

    file: xlsxwriter.Workbook
    numbers: Numbers
    made: dict[str, Format]

    def look(self, number: str = "", **more: object) -> Format:
        """Give the format of a kind of cell."""
        key = f"{number}{more}"
        if key not in self.made:
            shown = {"num_format": number} if number else {}
            self.made[key] = self.file.add_format({"valign": "top", **shown, **more})
        return self.made[key]


def write_workbook(
    path: Path,
    sheets: Sequence[Sheet],
    numbers: Numbers,
    *,
    cover: Cover | None = None,
) -> None:
    """Write sheets as an Excel workbook.

    Each table is one of Excel's own: it has a filter, and its headings stay in sight.
    A number looks as the report writes it, and is whole behind that. A text that begins
    with ``=`` stays a text: a formula from a table must not run. The same sheets give
    the same bytes.

    Parameters
    ----------
    path : Path
        Written over.
    sheets : sequence of Sheet
    numbers : Numbers
    cover : Cover, default=None
        Put first, with the contents.
    """
    reserved = [CONTENTS] if cover else []
    names = _sheet_names([*reserved, *(one.name for one in sheets)])[len(reserved) :]
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    options |= {"in_memory": True}  # else a file for each of a hundred parts
    with xlsxwriter.Workbook(path, options) as file:
        file.set_properties({"created": CREATED})
        book = _Book(file, numbers, {})
        if cover:
            _fill_cover(book, cover, [*zip(names, sheets, strict=True)])
        for name, sheet in zip(names, sheets, strict=True):
            _fill(book, file.add_worksheet(name), sheet, linked=cover is not None)


def _fill_cover(book: _Book, cover: Cover, sheets: Sequence[tuple[str, Sheet]]) -> None:
    page = book.file.add_worksheet(CONTENTS)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 110)
    page.write_string(0, 0, cover.title, book.look(bold=True, font_size=16))
    row = 2
    for name, text in cover.facts:
        page.write_string(row, 0, name, book.look(bold=True))
        page.write_string(row, 1, text, book.look(text_wrap=True))
        row += 1
    part = ""
    for name, sheet in sheets:
        if sheet.part != part:
            part, row = sheet.part, row + 1
            page.write_string(row, 0, part, book.look(bold=True, font_size=13))
            row += 1
        _link(page, (row, 0), name, book)
        page.write_string(row, 1, _holds(sheet), book.look(text_wrap=True))
        row += 1
    _for_paper(page)


def _holds(sheet: Sheet) -> str:
    """Say what a sheet holds: its tables by their titles, with their rows."""
    alone = len(sheet.tables) == 1
    told = [_told(one, with_note=alone) for one in sheet.tables]
    asked = [] if sheet.title == sheet.name else [sheet.title]
    return " ".join([*asked, *told])


def _told(table: Table, *, with_note: bool) -> str:
    n = len(table.rows)
    text = f"{table.title} ({n:,} {'row' if n == 1 else 'rows'})."
    return f"{text} {table.note}" if with_note and table.note else text


def _link(page: Worksheet, at: tuple[int, int], name: str, book: _Book) -> None:
    quoted = name.replace("'", "''")
    look = book.look(font_color=ACCENT, underline=1)
    page.write_url(*at, f"internal:'{quoted}'!A1", look, name)


def _fill(book: _Book, page: Worksheet, sheet: Sheet, *, linked: bool) -> None:
    page.write_string(0, 0, sheet.title, book.look(bold=True, font_size=14))
    row = _say(book, page, 1, sheet.text)
    if linked:
        _link(page, (row, 0), CONTENTS, book)
        row += 1
    heads = []
    for table in sheet.tables:
        row += 1
        if table.title != sheet.title:
            page.write_string(row, 0, table.title, book.look(bold=True, font_size=12))
            row += 1
        row = _say(book, page, row, table.note)
        heads.append(row)
        row = _set(book, page, row, table) + 1
    _say(book, page, row + 1, sheet.below)
    _fit(book, page, sheet.tables)
    alone = len(heads) == 1 and heads[0] < MOST_FROZEN
    page.freeze_panes(heads[0] + 1 if alone else 1, 0)
    if alone:
        page.repeat_rows(0, heads[0])
    _for_paper(page)


def _say(book: _Book, page: Worksheet, row: int, text: str) -> int:
    """Write a text in lines over the width of a screen; give the row after it."""
    for line in chain(*(textwrap.wrap(part, LINE) for part in text.split("\n"))):
        page.write_string(row, 0, line, book.look(font_color=MUTED))
        row += 1
    return row


def _set(book: _Book, page: Worksheet, row: int, table: Table) -> int:
    """Write a table, its headings in this row; give the row after it."""
    if not table.rows:
        return row
    head = book.look(bold=True, text_wrap=True, bottom=1)
    headings = _unlike(table.headings(book.numbers))
    last = row + len(table.rows)
    columns = [{"header": one, "header_format": head} for one in headings]
    style = {"style": "Table Style Light 1", "columns": columns}
    page.add_table(row, 0, last, len(headings) - 1, style)
    kinds: list[NumberKind] = [one.kind for one in table.columns]
    shown = zip(table.rows, table.values(book.numbers), strict=True)
    for line, (cells, values) in enumerate(shown, start=row + 1):
        for place, (kind, cell, value) in enumerate(
            zip(kinds, cells, values, strict=True)
        ):
            _write(book, page, (line, place), kind, (cell, value))
    return last + 1


def _write(
    book: _Book,
    page: Worksheet,
    at: tuple[int, int],
    kind: NumberKind,
    pair: tuple[Cell, Cell],
) -> None:
    """Write a cell: its value, which looks as the report writes it."""
    cell, value = pair
    side = "left" if kind == "text" else "right"
    if isinstance(value, str):
        look = book.look(align=side, text_wrap=kind == "text")
        page.write_string(*at, value, look)
    elif value is None:
        page.write_string(*at, NOTHING, book.look(align=side, font_color=MUTED))
    else:
        text = book.numbers.write(cell, kind)
        shown = number_format(text)
        if value < 0 and not text.startswith("-"):
            shown = f"{shown};{shown}"  # Excel would put a minus before "0.00"
        page.write_number(*at, value, book.look(shown))


def number_format(text: str) -> str:
    """Give the format with which Excel writes a number as the report does.

    Examples
    --------
    >>> number_format("1,340"), number_format("34.9%"), number_format("0.80")
    ('#,##0', '0.0%', '0.00')
    >>> number_format("<0.1%")
    '"<0.1%"'
    """
    found = WRITTEN.fullmatch(text)
    if found is None:
        return f'"{text}"'
    whole, part, percent = found.groups()
    digits = f".{'0' * len(part)}" if part else ""
    return f"{'#,##0' if ',' in whole else '0'}{digits}{percent}"


def _unlike(headings: Iterable[str]) -> list[str]:
    """Make headings differ: Excel takes no two that are alike."""
    told: dict[str, str] = {}  # as Excel compares them: capital letters are no other
    for heading in headings:
        numbered = (f"{heading} ({n})" for n in count(2))
        free = (one for one in chain([heading], numbered) if one.lower() not in told)
        own = next(free)
        told[own.lower()] = own
    return [*told.values()]


def _fit(book: _Book, page: Worksheet, tables: Sequence[Table]) -> None:
    """Make columns as wide as what stands in them, headings in two lines or three."""
    widths: dict[int, int] = {}
    for table in tables:
        texts = [table.headings(book.numbers), *table.texts(book.numbers)]
        for place, column in enumerate(zip(*texts, strict=True)):
            heading, *cells = column
            words = [len(word) + ARROW for word in heading.split()]
            needed = max([*words, *map(len, cells), len(heading) // 2 + ARROW]) + 2
            widths[place] = min(max(widths.get(place, 9), needed), WIDEST)
    for place, width in widths.items():
        page.set_column(place, place, width)


def _for_paper(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)


def _sheet_names(titles: Iterable[str]) -> list[str]:
    """Make titles into names that Excel takes: short, plain, all different."""
    names: list[str] = []
    taken: set[str] = {"history"}  # Excel keeps this one to itself
    for title in titles:
        plain = title.translate(dict.fromkeys(map(ord, "[]:*?/\\"), "-")).strip(" '")
        name, times = plain[:NAME_LENGTH].strip(" '") or "Sheet", 1
        while name.lower() in taken:
            times += 1
            end = f" ({times})"
            name = plain[: NAME_LENGTH - len(end)].strip(" '") + end
        taken.add(name.lower())
        names.append(name)
    return names
