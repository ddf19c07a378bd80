"""Delimited text becomes a grid of text cells, whole or not at all.

Fast where every line has the fields of the header and every quotation is proper; else
record by record with the standard library, which also tells the line that is at fault.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.grid import (
    HEAD_LINES,
    Grid,
    column_names,
    find_header,
    refuse_unnamed,
)
from learnstrata.learners.sources.quotes import Quotes

__all__ = [
    "HEAD",
    "SURE",
    "Layout",
    "Text",
    "ends_if_regular",
    "layout_of",
    "lines_of",
    "places",
    "read_delimited",
    "refuse_unsure",
]

DELIMITERS = (",", ";", "\t", "|")
OTHER_DELIMITERS = (*":^~¦§#!&*", "\x01", "\x1e", "\x1f", " ")
HEAD = 1 << 20  # bytes that tell the delimiter and the header
BLOCK = 1 << 22  # bytes scanned at once, so that masks stay small
SURE = 500  # records that tell which columns hold numbers
NAMED_DELIMITER = re.compile(rb'"?sep=([,;|\t])"?(?:\r\n|\n|\r)', re.IGNORECASE)
LINE_END = re.compile(rb"\r\n|\n|\r")
END = "\x1dend"  # a record of our own, to see that the last quotation was closed


@dataclass(frozen=True, slots=True)
class Text:
    """Delimited text as read.

    Attributes
    ----------
    grid : Grid
    delimiter : str
    lines : int
        Of the whole text.
    over_lines : int
        Records whose fields go over several lines.
    """

    grid: Grid
    delimiter: str
    lines: int
    over_lines: int


def read_delimited(path: Path, data: bytes) -> Text:
    """Read delimited text in UTF-8.

    Parameters
    ----------
    path : Path
        Where it came from, for messages.
    data : bytes
        The text, not empty. Not changed.

    Returns
    -------
    Text
        Cells as text; lines without any field are blank rows.

    Raises
    ------
    SourceError
        If lines differ in length, it is not sure where a quotation ends, names repeat,
        or the fields are separated by something else than ``,`` ``;`` tab or ``|``.
    """
    body, layout = layout_of(path, data)
    fast = _read_if_regular(body, layout)
    if fast is not None:
        return fast
    records = _records(body.decode(), layout)
    layout, records = _with_even_ends(layout, records)
    _refuse_ragged(layout, records)
    width = layout.width
    rows = [one.cells if one.is_given else [""] * width for one in records]
    schema = {f"column_{place}": pl.String for place in range(width)}
    frame = pl.DataFrame(rows[1:], schema=schema, orient="row")
    numbers = np.array([one.line for one in records[1:]], dtype=np.int64)
    over_lines = sum(one.lines > 1 for one in records[1:])
    lines = records[-1].line + records[-1].lines - 1
    return Text(_grid(layout, frame, numbers), layout.delimiter, lines, over_lines)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is cut into cells, and what to call it in messages.

    Attributes
    ----------
    path : Path
    delimiter : str
    header : tuple of str
        As typed.
    skipped : int
        Lines before the header that are no part of the table.
    above : tuple of str
        What stands on them.
    """

    path: Path
    delimiter: str
    header: tuple[str, ...]
    skipped: int
    above: tuple[str, ...]

    @property
    def width(self) -> int:
        """Fields of the header."""
        return len(self.header)


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells of a record, the line it begins on, and how many lines it has."""

    cells: list[str]
    line: int
    lines: int

    @property
    def is_given(self) -> bool:
        return any(map(str.strip, self.cells))


def _grid(layout: Layout, cells: pl.DataFrame, lines: npt.NDArray[np.int64]) -> Grid:
    return Grid(
        path=layout.path,
        header=layout.header,
        header_line=layout.skipped + 1,
        cells=cells,
        lines=lines,
        above=layout.above,
    )


def layout_of(path: Path, data: bytes) -> tuple[bytes, Layout]:
    """Give the data from its header on, and the layout that its first lines show.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        In UTF-8; no more than `HEAD` bytes and the line on which they end tell it.

    Raises
    ------
    SourceError
        If the header cannot be found, or names columns twice.
    """
    named = NAMED_DELIMITER.match(data)
    if named:  # the line by which Excel tells itself the delimiter
        data = data[named.end() :]
    head = data[: max(HEAD, data.find(b"\n", HEAD) + 1)].decode("utf-8", "ignore")
    delimiters = (named[1].decode(),) if named else DELIMITERS
    samples = [_sample(head, delimiter) for delimiter in delimiters]
    chosen = max(samples, key=_regularity)
    if len(chosen.header) == 1:
        _refuse_other_delimiter(path, chosen.cells)
    refuse_unnamed(path, chosen.cells, chosen.place)
    column_names(path, chosen.header)
    skipped = chosen.lines[chosen.place]
    above = [next(filter(None, map(str.strip, row)), "") for row in chosen.above]
    layout = Layout(
        path=path,
        delimiter=chosen.delimiter,
        header=tuple(chosen.header),
        skipped=skipped + (1 if named else 0),
        above=tuple(filter(None, above)),
    )
    return _without_lines(data, skipped), layout


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first records of a text, cut by a delimiter, and which of them is the header.

    `lines` counts the lines before each of them.
    """

    delimiter: str
    cells: list[list[str]]
    lines: list[int]
    place: int

    @property
    def header(self) -> list[str]:
        return self.cells[self.place]

    @property
    def above(self) -> list[list[str]]:
        return self.cells[: self.place]


def _sample(head: str, delimiter: str) -> _Sample:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    cells: list[list[str]] = []
    lines: list[int] = []
    before = 0
    # A cell beyond the reader's limit ends the sample: what came before it must do.
    with suppress(csv.Error):
        for record in islice(reader, 10 * HEAD_LINES):
            if any(map(str.strip, record)):
                cells.append(record)
                lines.append(before)
            before = reader.line_num
            if len(cells) == HEAD_LINES:
                break
    if not cells:
        return _Sample(delimiter, [[""]], [0], 0)
    return _Sample(delimiter, cells, lines, find_header(cells))


def _without_lines(data: bytes, number: int) -> bytes:
    ends = LINE_END.finditer(data)
    last = next(islice(ends, number - 1, None), None) if number else None
    return data[last.end() :] if last else data


def _regularity(sample: _Sample) -> tuple[bool, float, int]:
    width = len(sample.header)
    same = sum(len(record) == width for record in sample.cells[sample.place :])
    return width > 1, same / len(sample.cells), width


def _refuse_other_delimiter(path: Path, records: list[list[str]]) -> None:
    lines = [record[0] for record in records if len(record) == 1]
    for char in OTHER_DELIMITERS:
        counts = {line.strip().count(char) for line in lines}
        if len(counts) == 1 and counts.pop() > 0:
            raise SourceError(
                f"{path} has one column, {lines[0][:60]!r}, which looks separated by "
                f"{char!r}. Expected ',', ';', tab or '|'."
            )


def _read_if_regular(data: bytes, layout: Layout) -> Text | None:
    """Read the fast way where the text is beyond doubt."""
    ends = ends_if_regular(data, layout)
    if ends is None:
        return None
    try:
        table = pl.read_csv(data, separator=layout.delimiter, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    if table.shape != (len(ends) - 1, layout.width):
        return None
    lines, last = lines_of(data, ends, first=layout.skipped + 1)
    deep = np.flatnonzero(np.diff(lines, append=last + 1) > 1)
    quotes = Quotes(layout.path, layout.delimiter, layout.width)
    if len(deep):
        quotes = quotes.with_numbers(table.head(SURE).fill_null("").rows())
    refuse_unsure(data, ends, (quotes, deep, lines), is_first=True)
    grid = _grid(layout, table, lines[1:])
    return Text(grid, layout.delimiter, last, int(np.count_nonzero(deep)))


def lines_of(
    data: bytes, ends: npt.NDArray[np.int64], *, first: int
) -> tuple[npt.NDArray[np.int64], int]:
    """Give the line on which each record begins, and the last line of all.

    Parameters
    ----------
    data : bytes
        Whole records.
    ends : array of int
        Where each of them ends, from `ends_if_regular`.
    first : int
        The line on which the data begin.
    """
    line_ends = places(data, b"\n")
    lines = first + np.searchsorted(line_ends, np.append(0, ends[:-1] + 1))
    return lines, first + int(np.searchsorted(line_ends, ends[-1]))


def refuse_unsure(
    data: bytes,
    ends: npt.NDArray[np.int64],
    deep: tuple[Quotes, npt.NDArray[np.int64], npt.NDArray[np.int64]],
    *,
    is_first: bool,
) -> None:
    """Refuse records over several lines that are not sure to be one record.

    Parameters
    ----------
    data : bytes
        Whole records.
    ends : array of int
        Where each of them ends.
    deep : tuple of Quotes, array of int, array of int
        The rules; which records go over several lines; where each record begins.
    is_first : bool
        The first of the records is the header.

    Raises
    ------
    SourceError
    """
    quotes, rows, lines = deep
    for row in rows.tolist():
        start = int(ends[row - 1]) + 1 if row else 0
        raw = data[start : int(ends[row])].decode()
        quotes.refuse_unsure(raw, int(lines[row]), is_header=is_first and not row)


def ends_if_regular(data: bytes, layout: Layout) -> npt.NDArray[np.int64] | None:
    """Give where each row ends, if all have all fields and quotations are proper.

    Parameters
    ----------
    data : bytes
        Whole records in UTF-8.
    layout : Layout
    """
    if layout.width == 1 or data.count(b"\r") != data.count(b"\r\n"):
        return None
    quotes = places(data, b'"')
    if not _are_proper(data, quotes, layout.delimiter):
        return None
    ends = places(data, layout.delimiter.encode() + b"\n")
    if len(quotes):
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    is_line = np.ones(len(ends), dtype=bool)
    inside = ends < len(data)
    is_line[inside] = np.frombuffer(data, np.uint8)[ends[inside]] == ord("\n")
    lines = np.flatnonzero(is_line)
    regular = len(lines) and (np.diff(lines, prepend=-1) == layout.width).all()
    return ends[lines] if regular else None


def places(data: bytes, wanted: bytes) -> npt.NDArray[np.int64]:
    """Give where some bytes stand in others."""
    found = [np.empty(0, dtype=np.int64)]
    for start in range(0, len(data), BLOCK):
        size = min(BLOCK, len(data) - start)
        block = np.frombuffer(data, np.uint8, count=size, offset=start)
        hit = block == wanted[0]
        for byte in wanted[1:]:
            hit |= block == byte
        found.append(np.flatnonzero(hit) + start)
    return np.concatenate(found)


def _are_proper(data: bytes, quotes: npt.NDArray[np.int64], delimiter: str) -> bool:
    """Tell whether quotations open at the start of a field and close at its end."""
    if len(quotes) % 2:
        return False
    text = np.frombuffer(data, np.uint8)
    at_edge = np.zeros(256, dtype=bool)
    at_edge[[ord(delimiter), ord("\n"), ord("\r"), ord('"')]] = True
    opened, closed = quotes[0::2], quotes[1::2]
    before = at_edge[text[np.maximum(opened - 1, 0)]] | (opened == 0)
    last = len(text) - 1
    after = at_edge[text[np.minimum(closed + 1, last)]] | (closed == last)
    return bool(before.all() and after.all())


class _Lines:
    """The lines of a text; remembers those taken since it was last asked."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(f"{text}\n{END}", newline="")
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        return line

    def lines_taken(self) -> list[str]:
        """Give the lines taken since the last call."""
        taken, self.taken = self.taken, []
        return taken


def _records(text: str, layout: Layout) -> list[_Record]:
    """Read with the standard library, which forgives what RFC 4180 does not allow."""
    records: list[_Record] = []
    raws: dict[int, str] = {}
    lines = _Lines(text.rstrip("\r\n"))
    reader = csv.reader(lines, delimiter=layout.delimiter)
    line = layout.skipped + 1
    try:
        for cells in reader:
            taken = lines.lines_taken()
            raw = "".join(taken)
            if '"' in raw:
                raws[len(records)] = raw
            records.append(_Record(cells, line, len(taken)))
            line += len(taken)
    except csv.Error as error:
        raise SourceError(
            f"{layout.path}, line {line:,}: a field of more than "
            f"{csv.field_size_limit():,} characters begins there. A quotation mark "
            "before it is probably not closed."
        ) from error
    _refuse_unsure(records, raws, layout)
    return records[:-1]  # without the line of our own


def _refuse_unsure(
    records: Sequence[_Record], raws: Mapping[int, str], layout: Layout
) -> None:
    """Refuse quotations that do not say for certain what they hold."""
    plain = (
        one.cells
        for place, one in enumerate(records)
        if place and one.lines == 1 and len(one.cells) == layout.width
    )
    quotes = Quotes(layout.path, layout.delimiter, layout.width)
    quotes = quotes.with_numbers(list(islice(plain, SURE)))
    for place, raw in raws.items():
        quotes.refuse_unsure(raw, records[place].line, is_header=not place)


def _with_even_ends(
    layout: Layout, records: list[_Record]
) -> tuple[Layout, list[_Record]]:
    """Forgive a delimiter at the end of every line but the header's, or of it alone."""
    header, *others = records
    given = [one for one in others if one.is_given]
    widths = {len(one.cells) for one in given}
    ended = [one for one in given if _is_one_too_long(one, layout)]
    if len(ended) > len(given) / 2:
        odd = [one for one in given if not _is_one_too_long(one, layout)]
        if odd:  # an unquoted delimiter may have moved the cells of such a line
            _refuse_width(layout, odd[0], len(odd))
        cut = [replace(one, cells=one.cells[: layout.width]) for one in others]
        return layout, [header, *cut]
    if widths == {layout.width - 1} and not layout.header[-1].strip():
        return replace(layout, header=layout.header[:-1]), records
    return layout, records


def _is_one_too_long(record: _Record, layout: Layout) -> bool:
    return len(record.cells) == layout.width + 1 and not record.cells[-1].strip()


def _refuse_ragged(layout: Layout, records: Sequence[_Record]) -> None:
    widths = np.fromiter((len(one.cells) for one in records[1:]), np.int64)
    odd = np.flatnonzero(widths != layout.width) + 1
    ragged = [records[place] for place in odd.tolist() if records[place].is_given]
    if ragged:
        _refuse_width(layout, ragged[0], len(ragged))


def _refuse_width(layout: Layout, record: _Record, number: int) -> NoReturn:
    got = len(record.cells)
    more = f" (the first of {number:,} such lines)" if number > 1 else ""
    hint = (
        "Text that holds the delimiter needs quotation marks around it."
        if got > layout.width
        else "The line may be cut off, or a quotation mark in it not closed."
    )
    raise SourceError(
        f"{layout.path}, line {record.line:,}: got {got:,} fields, expected "
        f"{layout.width:,} as in the header{more}. {hint}"
    )
