"""A sheet of an Excel workbook becomes a frame of text cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from learnstrata.exceptions import SourceError, nearest, preview
from learnstrata.learners.schema.register import COLUMNS, folded
from learnstrata.learners.sources.grid import (
    HEAD_LINES,
    Grid,
    find_header,
    refuse_unnamed,
    tabled,
    two_lines,
)
from learnstrata.learners.sources.info import WANTED, SourceInfo, first_line
from learnstrata.learners.sources.sheets import (
    Area,
    Marks,
    Sheet,
    marks_of,
    sheets_of,
)
from learnstrata.wording.words import counted

__all__ = ["read_excel"]

LONG_NUMBER = "^-?[0-9]{16,}$"  # Excel keeps 15 digits
MOSTLY = 0.5  # of the cells of a column without results: it is not read
Places = Mapping[int, Sequence[int]]  # rows by column, counted in a frame


def read_excel(
    path: Path, data: bytes, sheet: str | None
) -> tuple[pl.DataFrame, SourceInfo]:
    """Read a sheet of a workbook: the first visible one with a table, or a named one.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
    sheet : str or None

    Raises
    ------
    SourceError
        If the workbook is broken, has no such sheet or no table, its header is not on
        one line, or a column is formulas that nobody has computed.
    """
    import fastexcel

    try:
        book = _Book.opened(path, data)
        chosen, others = book.named(sheet) if sheet is not None else book.first()
        grid, notes = _grid(path, chosen, _marks(path, data, chosen))
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, KeyError) as error:
        raise SourceError(
            f"{path} cannot be read as an Excel workbook: {first_line(error)}. Open "
            "it in Excel and save it again as .xlsx, or as CSV."
        ) from error
    found = tabled(grid)
    info = SourceInfo(
        format="excel",
        rows=found.table.height,
        columns=found.table.width,
        sheet=chosen.sheet.name,
        sheet_number=chosen.sheet.number,
        sheets=book.size,
        other_sheets=others,
        header_line=grid.header_line,
        left_out=found.left_out,
        notes=(*found.notes, *notes),
    )
    return found.table, info


@dataclass(frozen=True, slots=True)
class _Cells:
    """The values of a sheet from its first row on; `left` is their first column."""

    sheet: Sheet
    frame: pl.DataFrame
    left: int
    is_visible: bool

    @property
    def is_table(self) -> bool:
        """Whether it is more than a title or a text: two rows and two columns."""
        return self.frame.height >= 2 and self.frame.width >= 2


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook that is open, and its worksheets."""

    path: Path
    book: Any
    sheets: Sequence[Sheet]
    size: int

    @classmethod
    def opened(cls, path: Path, data: bytes) -> "_Book":
        """Open a workbook; of a binary one (.xlsb) only the names are known yet."""
        import fastexcel

        book = fastexcel.read_excel(data)
        if b"xl/workbook.xml" in data:
            sheets = sheets_of(path, data)
        else:
            names = enumerate(book.sheet_names, start=1)
            sheets = [Sheet(name, place, True, "") for place, name in names]  # noqa: FBT003 - visible as far as is known
        return cls(path, book, sheets, len(book.sheet_names))

    def named(self, name: str) -> tuple[_Cells, tuple[str, ...]]:
        """Read the sheet of a name, hidden or not."""
        there = [one.name for one in self.sheets]
        if name not in there:
            near = nearest(name, there)
            hint = f" Did you mean {near!r}?" if near else ""
            raise SourceError(
                f"{self.path} has no sheet {name!r}; it has {preview(there)}.{hint}"
            )
        cells = self._cells(self.sheets[there.index(name)])
        if not cells.frame.height:
            raise SourceError(f"The sheet {name!r} of {self.path} is empty. {WANTED}.")
        return cells, ()

    def first(self) -> tuple[_Cells, tuple[str, ...]]:
        """Read the first visible sheet that holds a table, and name the others."""
        read = [self._cells(one) for one in self.sheets if one.is_visible]
        visible = [one for one in read if one.is_visible]
        tables = [one for one in visible if one.is_table]
        shown = [one.sheet.name for one in visible]
        hidden = [one.name for one in self.sheets if one.name not in shown]
        if not (tables or hidden):  # what is odd about the text says more
            tables = [one for one in visible if one.frame.height]
        if not tables:
            more = f" Hidden are {preview(hidden, 10)}: name one of them."
            raise SourceError(
                f"{self.path} has no visible sheet that holds a table; the visible "
                f"ones, {preview(shown, 10)}, are empty or hold one row or one column."
                f"{more if hidden else ''}"
            )
        return tables[0], tuple(one.sheet.name for one in tables[1:])

    def _cells(self, sheet: Sheet) -> _Cells:
        loaded = self.book.load_sheet(
            sheet.name, header_row=None, skip_rows=0, dtypes="string"
        )
        is_visible = loaded.visible == "visible"
        if not loaded.width:
            return _Cells(sheet, pl.DataFrame(), 0, is_visible)
        left = loaded.available_columns()[0].absolute_index
        frame = loaded.to_polars()
        frame.columns = [f"column_{place}" for place in range(frame.width)]
        return _Cells(sheet, frame, left, is_visible)


def _marks(path: Path, data: bytes, cells: _Cells) -> Marks:
    """Find what stands in a sheet beside values, where that is known."""
    if not cells.sheet.part:
        return Marks()
    long = [
        cells.left + place
        for place, column in enumerate(cells.frame)
        if column.str.contains(LONG_NUMBER).any()
    ]
    return marks_of(path, data, cells.sheet, numbers_in=long)


def _grid(path: Path, cells: _Cells, marks: Marks) -> tuple[Grid, list[str]]:
    """Find the table among the cells of a sheet, and say what is odd about them."""
    frame = cells.frame
    where = Path(f"{path}, sheet {cells.sheet.name!r}")
    head, before = _head(frame)
    found = find_header(head)
    refuse_unnamed(where, head, found)
    top = before[found]
    header = [cell or "" for cell in frame.row(top)]
    _refuse_deep_header(where, frame, top, marks.merged)
    below = _Below(frame, top, cells.left, header)
    uncomputed = below.places(marks.uncomputed)
    below.refuse_mostly(where, uncomputed)
    rounded = below.long(marks.numbers)
    below.refuse_rounded(where, rounded)
    frame, headings = _filled(below.without(uncomputed), top, cells.left, marks.merged)
    told = [
        *below.notes(uncomputed, "formulas without saved results"),
        *below.notes(below.places(marks.errors), "errors, such as #REF!"),
        *below.notes(rounded, "numbers of over 15 digits", "rounded by Excel"),
    ]
    above = [next(filter(None, row), "") for row in head[:found]]
    grid = Grid(
        path=where,
        header=tuple(header),
        header_line=top + 1,
        cells=frame.slice(top + 1),
        lines=np.arange(top + 2, frame.height + 1, dtype=np.int64),
        above=tuple(filter(None, above)),
        headings=tuple(row - top - 1 for row in headings),
    )
    return grid, told


def _head(frame: pl.DataFrame) -> tuple[list[list[str]], list[int]]:
    """Give the first rows that hold anything, and where they are."""
    given = frame.select(pl.any_horizontal(pl.all().is_not_null()))[:, 0].arg_true()
    places = given.head(HEAD_LINES).to_list()
    return [[(cell or "").strip() for cell in frame.row(p)] for p in places], places


def _refuse_deep_header(
    path: Path, frame: pl.DataFrame, top: int, merged: Sequence[Area]
) -> None:
    """Refuse names that go over several rows, where the next one has names as well."""
    deep = any(one.top <= top < one.bottom for one in merged)
    if deep and top + 1 < frame.height and any(frame.row(top + 1)):
        raise two_lines(path, [cell or "" for cell in frame.row(top)])


@dataclass(frozen=True, slots=True)
class _Below:
    """What stands in a frame below its header, by column."""

    frame: pl.DataFrame
    top: int
    left: int
    header: Sequence[str]

    def places(self, cells: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
        """Sort cells of the sheet by the column of the frame."""
        found: dict[int, list[int]] = {}
        for row, column in sorted(cells):
            place = column - self.left
            if self.top < row < self.frame.height and 0 <= place < self.frame.width:
                found.setdefault(place, []).append(row)
        return found

    def refuse_mostly(self, path: Path, uncomputed: Places) -> None:
        """Refuse a column whose values nobody has computed."""
        for place, rows in uncomputed.items():
            column = self.without({place: rows})[:, place].slice(self.top + 1)
            computed = len(column) - column.null_count()
            if len(rows) >= MOSTLY * (len(rows) + computed):
                raise SourceError(
                    f"{path}: {counted(len(rows), 'cell')} of the column "
                    f"{self.header[place]!r} {_hold(rows)} formulas without saved "
                    "results. Open and save the workbook in Excel, or delete the "
                    "column."
                )

    def without(self, places: Places) -> pl.DataFrame:
        """Give the frame with some cells made null."""
        columns = [
            self.frame[:, place].scatter(list(rows), None)
            for place, rows in places.items()
        ]
        return self.frame.with_columns(columns)

    def long(self, numbers: Iterable[tuple[int, int]]) -> Places:
        """Keep the numbers that have more digits than Excel keeps."""
        found: dict[int, list[int]] = {}
        for place, rows in self.places(numbers).items():
            is_long = self.frame[:, place].gather(rows).str.contains(LONG_NUMBER)
            kept = [row for row, yes in zip(rows, is_long, strict=True) if yes]
            found |= {place: kept} if kept else {}
        return found

    def refuse_rounded(self, path: Path, rounded: Places) -> None:
        """Refuse ids of which the last digits are lost: they name other learners."""
        known = set(map(folded, COLUMNS["learner_id"].aliases))
        for place, rows in rounded.items():
            if folded(self.header[place]) in known:
                raise SourceError(
                    f"{path}: {counted(len(rows), 'id')} in the column "
                    f"{self.header[place]!r} are numbers of over 15 digits. Excel has "
                    "rounded them: different learners may have become one. Export the "
                    "column as text."
                )

    def notes(
        self, places: Places, what: str, so: str = "taken as missing"
    ) -> Iterator[str]:
        """Say in which columns cells hold something that is no value."""
        for place, rows in places.items():
            cells, name = counted(len(rows), "cell"), self.header[place]
            yield (
                f"{cells} of the column {name!r} {_hold(rows)} {what}: {so} (the first "
                f"on line {rows[0] + 1:,})."
            )


def _hold(cells: Sequence[int]) -> str:
    return "holds" if len(cells) == 1 else "hold"


def _filled(
    frame: pl.DataFrame, top: int, left: int, merged: Sequence[Area]
) -> tuple[pl.DataFrame, list[int]]:
    """Give every cell of a merged area its value; find rows that are one heading."""
    headings: list[int] = []
    values: dict[int, dict[int, str | None]] = {}
    for area in merged:
        columns = range(
            max(area.left - left, 0), min(area.right - left + 1, frame.width)
        )
        rows = range(area.top, min(area.bottom + 1, frame.height))
        if area.top <= top or not (columns and rows):
            continue
        value: str | None = frame[area.top, columns[0]]
        if _is_heading(frame.row(area.top), columns, rows):
            headings.append(area.top)
        elif value is not None:
            for column in columns:
                values.setdefault(column, {}).update(dict.fromkeys(rows, value))
    filled = [
        frame[:, column].scatter(list(told), list(told.values()))
        for column, told in values.items()
    ]
    return frame.with_columns(filled), headings


def _is_heading(row: Sequence[str | None], columns: range, rows: range) -> bool:
    """Tell an area of one row that has half of the columns, with nothing beside it."""
    others = [cell for place, cell in enumerate(row) if place not in columns]
    wide = len(columns) > 1 and 2 * len(columns) >= len(row)
    return len(rows) == 1 and wide and not any(others)
