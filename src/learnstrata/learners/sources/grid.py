"""Lines of cells become a table: where its header is, and which lines are no records.

People write a title above a table, totals below it, and the header again where two
exports were joined. What is left out is told, with its line.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.schema.register import COLUMNS, folded
from learnstrata.learners.schema.totals import TOTALS
from learnstrata.learners.sources.info import LeftOut

__all__ = [
    "HEAD_LINES",
    "MOST_SUMS",
    "Grid",
    "Tabled",
    "below",
    "column_names",
    "find_header",
    "no_records",
    "note_above",
    "note_of",
    "refuse_unnamed",
    "tabled",
    "two_lines",
]

HEAD_LINES = 30  # given ones, among which the header must be
MOST_SUMS = 10  # lines of totals below a table
NUMBER = re.compile(r"[^\w\s]{0,3}\s?[+-]?[0-9][0-9.,\s]*\s?[^\w\s]{0,3}")
SUMS = re.compile(
    rf"(?:(?:grand|sub|overall)[\s-]*)?(?:{'|'.join(TOTALS)}|count|min(?:imum)?"
    r"|max(?:imum)?)\b[\s:=(]*[0-9., ]*\)?\.?",
    re.IGNORECASE,
)
SHOWN = 60  # letters of a line that a note shows
MOST_LINES = 5  # that a note names


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a file from the header on.

    Attributes
    ----------
    path : Path
        For messages.
    header : tuple of str
        As typed; "" where a column has no name.
    header_line : int
        Of the file, from 1.
    cells : polars.DataFrame
        Text, one column a name; "" or null where nothing stands.
    lines : array of int
        On which line of the file each row begins.
    above : tuple of str
        What stands above the header.
    headings : tuple of int
        Places of rows that are headings of the rows below them, not records.
    """

    path: Path
    header: tuple[str, ...]
    header_line: int
    cells: pl.DataFrame
    lines: npt.NDArray[np.int64]
    above: tuple[str, ...] = ()
    headings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table, the kinds of lines that were left out of it, and what to say of them."""

    table: pl.DataFrame
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Find the row that names the columns, below what may stand above a table.

    It is the first row with two names that a column of learners usually has; else the
    first one that fills more than half of the columns, if it holds no number; else the
    first row there is.

    Parameters
    ----------
    rows : sequence of rows of str
        The first ones of a file.

    Returns
    -------
    int
        Its place among `rows`.

    Examples
    --------
    >>> find_header([["Learners"], [], ["id", "pay"], ["a", "1"]])
    2
    """
    known = (place for place, row in enumerate(rows) if _known_names(row) >= 2)
    if (place := next(known, None)) is not None:
        return place
    given = [sum(map(bool, map(str.strip, row))) for row in rows]
    wide = next((p for p, n in enumerate(given) if n > max(given) / 2), 0)
    first = next((p for p, n in enumerate(given) if n), 0)
    return wide if _are_texts(rows[wide]) else first


def refuse_unnamed(path: Path, rows: Sequence[Sequence[str]], place: int) -> None:
    """Refuse a header that cannot be found, or that stands on two lines.

    Parameters
    ----------
    path : Path
        For messages.
    rows : sequence of rows of str
        The first ones of a file.
    place : int
        Of the header among them, from `find_header`.

    Raises
    ------
    SourceError
    """
    rows = [[cell.strip() for cell in row] for row in rows]
    given = [sum(map(bool, row)) for row in rows]
    if given[place] == 1 and max(given) >= 3:
        title = next(filter(None, rows[place]))
        raise SourceError(
            f"{path} begins with {title[:SHOWN]!r} alone, and no line below it names "
            "the columns. The names of the columns must come first."
        )
    gaps = [c for c, cell in enumerate(rows[place]) if not cell]
    if place and given[place - 1] >= 2 and _cells_at(gaps, rows[place - 1]):
        raise two_lines(path, rows[place - 1])
    below = next((row for row in rows[place + 1 :] if any(row)), [])
    usual = set[str]().union(*_usual_names())
    if any(folded(cell) in usual for cell in _cells_at(gaps, below)):
        raise two_lines(path, rows[place])


def _known_names(row: Sequence[str]) -> int:
    """Count the standard columns that cells of a row are usual names of."""
    cells = [folded(cell) for cell in map(str.strip, row) if cell]
    if not _are_texts(row) or len(set(cells)) < len(cells):
        return 0
    return sum(not names.isdisjoint(cells) for names in _usual_names())


@cache
def _usual_names() -> list[set[str]]:
    return [set(map(folded, known.aliases)) for known in COLUMNS.values()]


def _are_texts(row: Sequence[str]) -> bool:
    return not any(NUMBER.fullmatch(cell.strip()) for cell in row)


def _cells_at(places: Sequence[int], row: Sequence[str]) -> list[str]:
    return [row[place] for place in places if place < len(row) and row[place]]


def two_lines(path: Path, row: Sequence[str]) -> SourceError:
    """Give the refusal of a header that stands on two lines."""
    return SourceError(
        f"{path} names its columns on two lines or more, the first of them "
        f"{preview([cell for cell in row if cell], 10)}. Put all names on one line "
        "above the records."
    )


def column_names(path: Path, header: Sequence[str]) -> list[str]:
    """Give the columns of a header their names; nameless ones as pandas calls them.

    Raises
    ------
    SourceError
        If no column has a name, or two have the same.
    """
    given = [name.strip() for name in header]
    if not any(given):
        raise SourceError(
            f"{path} begins with a line of {len(given):,} empty column names. The "
            "names of the columns must come first."
        )
    counts = Counter(filter(None, given))
    if twice := [name for name, count in counts.items() if count > 1]:
        raise SourceError(
            f"{path} has several columns of the same name: {preview(twice)}. Rename or "
            "drop them."
        )
    # The name that pandas gives to the index it saved without one, and to a second.
    spare = (f"Unnamed: {place}" for place in range(len(given)))
    free = [f"{name}.1" if name in counts else name for name in spare]
    return [name or free[place] for place, name in enumerate(given)]


def tabled(grid: Grid) -> Tabled:
    """Make a table of a grid: records alone, cells without anything null.

    Columns without a name and without a value are dropped.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    Tabled

    Raises
    ------
    SourceError
        As `column_names`.
    """
    names = column_names(grid.path, grid.header)
    cells = grid.cells.rename(dict(zip(grid.cells.columns, names, strict=True)))
    blank, again = no_records(cells, grid.header)
    headings = np.zeros(len(cells), dtype=bool)
    headings[list(grid.headings)] = True
    out = blank | again | headings
    remarks, sums = below(cells, out)
    out[[*remarks, *sums]] = True
    places: dict[LeftOut, list[int]] = {
        "blank lines": np.flatnonzero(blank).tolist(),
        "repeated headers": np.flatnonzero(again).tolist(),
        "headings": np.flatnonzero(headings & ~blank).tolist(),
        "totals": sorted(sums),
        "footers": sorted(remarks),
    }
    table = _given_columns(cells.filter(~out) if out.any() else cells, grid.header)
    titles: list[LeftOut] = ["title lines"] if grid.above else []
    kinds: list[LeftOut] = [kind for kind, found in places.items() if found]
    notes = [
        note_of(kind, grid.lines[places[kind]].tolist(), cells.row(places[kind][0]))
        for kind in kinds
    ]
    above = [note_above(grid.header_line, grid.above)] if grid.above else []
    return Tabled(table, (*titles, *kinds), (*above, *notes))


def no_records(
    cells: pl.DataFrame, header: Sequence[str]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell the rows that are blank, and those that say the header again.

    Parameters
    ----------
    cells : polars.DataFrame
        Text.
    header : sequence of str
        As typed.
    """
    blank = _all(cells, [""] * len(header))
    return blank, _all(cells, [name.strip() for name in header], fold=True)


def _all(
    cells: pl.DataFrame, wanted: Sequence[str], *, fold: bool = False
) -> npt.NDArray[np.bool_]:
    """Tell the rows that hold just these texts, spaces around them (and case) aside."""
    same = np.arange(len(cells))
    for name, text in zip(cells.columns, wanted, strict=True):
        if not len(same):
            break
        held = cells[name].gather(same).fill_null("").str.strip_chars()
        held = held.str.to_lowercase() if fold else held
        same = same[(held == (text.lower() if fold else text)).to_numpy()]
    found = np.zeros(len(cells), dtype=bool)
    found[same] = True
    return found


def below(
    cells: pl.DataFrame, out: npt.NDArray[np.bool_]
) -> tuple[list[int], list[int]]:
    """Find what stands below a table: remarks after a gap, and lines of totals.

    No more than `MOST_SUMS` rows at the end, and the one before them, are looked at.

    Parameters
    ----------
    cells : polars.DataFrame
        Text.
    out : array of bool
        Rows that are known to be no records.

    Returns
    -------
    tuple of list of int
        Places of the remarks, and of the totals, the last first.
    """
    remarks: list[int] = []
    sums: list[int] = []
    places = np.flatnonzero(~out)[::-1][:MOST_SUMS].tolist()
    for place in places:
        row = [(cell or "").strip() for cell in cells.row(place)]
        if _is_sum(row):
            sums.append(place)
        elif not sums and _is_remark(row):
            remarks.append(place)
        else:
            break
    gaps = [n for n, place in enumerate(remarks) if place and out[place - 1]]
    return remarks[: max(gaps, default=-1) + 1], sums


def _is_remark(row: Sequence[str]) -> bool:
    """Tell a line that holds several words in its first cell, and nothing beside."""
    return len(row) >= 3 and " " in row[0] and not any(row[1:])


def _is_sum(row: Sequence[str]) -> bool:
    """Tell a line of totals: such a word, then numbers alone, and something empty."""
    given = [cell for cell in row if cell]
    if len(given) < 2 or len(given) == len(row):
        return False
    word, *others = given
    return bool(SUMS.fullmatch(word)) and all(map(NUMBER.fullmatch, others))


def _given_columns(table: pl.DataFrame, header: Sequence[str]) -> pl.DataFrame:
    """Make empty cells null; drop columns without a name and without a value."""
    table = table.with_columns(pl.when(pl.all() != "").then(pl.all()))
    empty = [
        name
        for name, typed in zip(table.columns, header, strict=True)
        if not typed.strip() and table[name].null_count() == len(table)
    ]
    return table.drop(empty)


def note_above(header_line: int, above: Sequence[str]) -> str:
    """Say on which line the header is, and what was left out above it."""
    told = "; ".join(repr(text[:SHOWN]) for text in above[:3])
    return (
        f"The names of the columns stand on line {header_line:,}; what is above "
        f"them was left out: {told}."
    )


def note_of(kind: LeftOut, lines: Sequence[int], first: Sequence[str | None]) -> str:
    """Say which lines are no records, and why.

    Parameters
    ----------
    kind : str
    lines : sequence of int
        Of the file.
    first : sequence of str or None
        The cells of the first of them.
    """
    where, several = _lines(lines), len(lines) > 1
    if kind == "blank lines":
        return f"{where} {'hold' if several else 'holds'} no value: no record."
    if kind == "repeated headers":
        return f"{where} {'repeat' if several else 'repeats'} the header: no record."
    row = next(cell for cell in first if cell and cell.strip())
    what = {
        "totals": "sums up the records",
        "headings": "is a heading between the records",
        "footers": "stands below the records",
    }[kind]
    if several:
        what = what.replace("is a heading", "are headings")
        what = what.replace("sums", "sum").replace("stands", "stand")
    return f"{where} {what} ({row.strip()[:SHOWN]!r}): no record."


def _lines(numbers: Sequence[int]) -> str:
    """Name lines: ``Line 7``, ``Lines 7 and 9``, ``12 lines (the first is 7)``."""
    told = [f"{number:,}" for number in sorted(numbers)]
    if len(told) == 1:
        return f"Line {told[0]}"
    if len(told) <= MOST_LINES:
        return f"Lines {', '.join(told[:-1])} and {told[-1]}"
    return f"{len(told):,} lines (the first is {told[0]})"
