"""Delimited text becomes a frame of text cells, whole or not at all.

Fast where every line has the fields of the header and every quotation is proper; else
record by record with the standard library, which also tells the line that is at fault.
"""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import SourceError, preview

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["NULL_MARKERS", "column_names", "read_delimited", "with_nulls"]

# What pandas reads as missing; tables saved by it say so in these words.
NULL_MARKERS = (
    *("", "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None"),
    *("<NA>", "#N/A", "#N/A N/A", "#NA", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
)

DELIMITERS = (",", ";", "\t", "|")
OTHER_DELIMITERS = (*":^~¦§#!&*", "\x01", "\x1e", "\x1f", " ")
HEAD = 1 << 20  # bytes that tell the delimiter and the header
BLOCK = 1 << 22  # bytes scanned at once, so that masks stay small
SAMPLE = 20  # records that tell the delimiter
END = "\x1dend"  # a record of our own, to see that the last quotation was closed


def read_delimited(path: Path, data: bytes) -> tuple[pl.DataFrame, str]:
    """Read delimited text in UTF-8.

    Parameters
    ----------
    path : Path
        Where it came from, for messages.
    data : bytes
        The text, not empty. Not changed.

    Returns
    -------
    tuple of polars.DataFrame and str
        Cells as text with `NULL_MARKERS` as null, blank lines left out; the delimiter.

    Raises
    ------
    SourceError
        If lines differ in length, a quotation stays open, names repeat, or the fields
        are separated by something else than ``,`` ``;`` tab or ``|``.
    """
    data, layout = _layout(path, data)
    return with_nulls(_parsed(data, layout)), layout.delimiter


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a text is cut into cells, and what to call it in messages."""

    path: Path
    delimiter: str
    header: tuple[str, ...]
    skipped: int  # lines before the header that are no part of the table

    @property
    def width(self) -> int:
        return len(self.header)


def _layout(path: Path, data: bytes) -> tuple[bytes, _Layout]:
    """Give the data from its header on, and the layout that its first lines show."""
    named = re.match(rb'"?sep=([,;|\t])"?\r?\n', data)
    if named:  # the line by which Excel tells itself the delimiter
        data = data[named.end() :]
    head = data[: max(HEAD, data.find(b"\n", HEAD) + 1)].decode("utf-8", "ignore")
    delimiters = (named[1].decode(),) if named else DELIMITERS
    samples = {delimiter: _sample(head, delimiter) for delimiter in delimiters}
    delimiter = max(samples, key=lambda d: _regularity(samples[d]))
    records = samples[delimiter]
    if len(records[0]) == 1:
        _refuse_other_delimiter(path, records)
    names = column_names(path, records[0])
    return data, _Layout(path, delimiter, tuple(names), skipped=1 if named else 0)


def _sample(head: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    # A cell beyond the reader's limit ends the sample: what came before it must do.
    with suppress(csv.Error):
        records.extend(islice(filter(_is_given, reader), SAMPLE))
    return records or [[""]]


def _is_given(record: list[str]) -> bool:
    return len(record) > 1 or bool("".join(record).strip())


def _regularity(records: list[list[str]]) -> tuple[bool, float, int]:
    width = len(records[0])
    same = sum(len(record) == width for record in records)
    return width > 1, same / len(records), width


def _refuse_other_delimiter(path: Path, records: list[list[str]]) -> None:
    lines = [record[0] for record in records if len(record) == 1]
    for char in OTHER_DELIMITERS:
        counts = {line.strip().count(char) for line in lines}
        if len(counts) == 1 and counts.pop() > 0:
            raise SourceError(
                f"{path} has one column, {lines[0][:60]!r}, which looks separated by "
                f"{char!r}. Expected ',', ';', tab or '|'."
            )


def column_names(path: Path, header: Sequence[str]) -> list[str]:
    """Give the columns of a header their names; nameless ones as pandas calls them."""
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


def _parsed(data: bytes, layout: _Layout) -> pl.DataFrame:
    """Read the fast way where the text is beyond doubt, else record by record."""
    rows = _rows_if_regular(data, layout)
    if rows is not None:
        try:
            table = pl.read_csv(data, separator=layout.delimiter, infer_schema=False)
        except pl.exceptions.PolarsError:
            table = pl.DataFrame()
        if table.shape == (rows, layout.width):
            table.columns = list(layout.header)
            return table
    records = _records(data.decode(), layout)
    schema = dict.fromkeys(layout.header, pl.String)
    return pl.DataFrame(records[1:], schema=schema, orient="row")


def _rows_if_regular(data: bytes, layout: _Layout) -> int | None:
    """Count the rows if every line has all fields and every quotation is proper."""
    if layout.width == 1 or data.count(b"\r") != data.count(b"\r\n"):
        return None
    quotes = _places(data, b'"')
    if not _are_proper(data, quotes, layout.delimiter):
        return None
    ends = _places(data, layout.delimiter.encode() + b"\n")
    if len(quotes):
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    lines = np.flatnonzero(np.frombuffer(data, np.uint8)[ends] == ord("\n"))
    if not data.endswith(b"\n"):
        lines = np.append(lines, len(ends))
    regular = len(lines) and (np.diff(lines, prepend=-1) == layout.width).all()
    return len(lines) - 1 if regular else None


def _places(data: bytes, wanted: bytes) -> npt.NDArray[np.int64]:
    found = []
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


def _records(text: str, layout: _Layout) -> list[list[str]]:
    """Read with the standard library, which forgives what RFC 4180 does not allow."""
    reader = _reader(text, layout)
    try:
        records = list(reader)
    except csv.Error as error:
        raise SourceError(
            f"{layout.path}, line {reader.line_num + layout.skipped:,}: a field of "
            f"more than {csv.field_size_limit():,} characters. A quotation mark before "
            "it is probably not closed."
        ) from error
    if records.pop() != [END]:
        raise SourceError(
            f"{layout.path}, line {_line_of(len(records), text, layout):,}: a "
            'quotation mark (") is opened and never closed. Close it, or double it '
            "where it belongs to the text."
        )
    widths = np.fromiter(map(len, records), np.int64, len(records))
    odd = np.flatnonzero(widths != layout.width)
    ragged = [place for place in odd.tolist() if _is_given(records[place])]
    if ragged:
        line = _line_of(ragged[0], text, layout)
        _refuse_ragged(layout, line, int(widths[ragged[0]]), len(ragged))
    return list(filter(_is_given, records))


def _reader(text: str, layout: _Layout) -> "Reader":
    lines = io.StringIO(f"{text}\n{END}", newline="")
    return csv.reader(lines, delimiter=layout.delimiter)


def _line_of(place: int, text: str, layout: _Layout) -> int:
    """Give the line on which the record at `place` begins."""
    reader = _reader(text, layout)
    deque(islice(reader, place), maxlen=0)
    return reader.line_num + 1 + layout.skipped


def _refuse_ragged(layout: _Layout, line: int, got: int, number: int) -> NoReturn:
    more = f" (the first of {number:,} such lines)" if number > 1 else ""
    hint = (
        "Text that holds the delimiter needs quotation marks around it."
        if got > layout.width
        else "The line may be cut off, or a quotation mark in it not closed."
    )
    raise SourceError(
        f"{layout.path}, line {line:,}: got {got:,} fields, expected {layout.width:,} "
        f"as in the header{more}. {hint}"
    )


def with_nulls(table: pl.DataFrame) -> pl.DataFrame:
    """Make the cells that say "missing" null, in a frame of text."""
    given = ~pl.all().is_in(list(NULL_MARKERS))
    return table.with_columns(pl.when(given).then(pl.all()))
