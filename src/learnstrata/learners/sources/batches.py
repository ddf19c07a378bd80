"""A long text is read in batches of whole records, and kept on disk as Parquet.

Its cells and all that is told of it are those of the reader that holds it whole
(`learnstrata.learners.sources.files.read_source`). What that settles by all of a text
is settled here by the parts: a text is regular if each batch is, a column is empty if
it is in each, and what stands below a table is told by its last rows. A text of which
not all is beyond doubt is left to that reader, which also says what is at fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.decoding import MARKS, as_utf8
from learnstrata.learners.sources.delimited import (
    HEAD,
    SURE,
    Layout,
    ends_if_regular,
    layout_of,
    lines_of,
    places,
    refuse_unsure,
)
from learnstrata.learners.sources.files import over_lines_note
from learnstrata.learners.sources.grid import (
    MOST_SUMS,
    below,
    column_names,
    no_records,
    note_above,
    note_of,
)
from learnstrata.learners.sources.info import LeftOut, SourceInfo
from learnstrata.learners.sources.quotes import Quotes

__all__ = ["Kept", "keep_text"]

BATCH = 1 << 24  # bytes of a text that are read at once
SPARE = 1 << 16  # bytes of a line by which Excel tells itself the delimiter, and more
LONGEST = 1 << 26  # bytes of a record; a longer one is no record, but an open quotation


@dataclass(frozen=True, slots=True)
class Kept:
    """A text of which each cell is kept on disk.

    Attributes
    ----------
    files : tuple of Path
        Parquet files, in the order of their rows: text, null where nothing stands.
    empty : tuple of str
        Columns of the files without a name and without a value: none of the table.
    info : SourceInfo
    """

    files: tuple[Path, ...]
    empty: tuple[str, ...]
    info: SourceInfo

    def frame(self) -> pl.LazyFrame:
        """Give the table, as the other reader does."""
        table = pl.scan_parquet(list(self.files), hive_partitioning=False, glob=False)
        return table.drop(self.empty)


class _DoubtError(Exception):
    """Something that this reader does not decide."""


def keep_text(path: Path, folder: Path, *, batch: int | None = None) -> Kept | None:
    """Read a delimited text batch by batch, and keep its records as Parquet.

    Parameters
    ----------
    path : Path
        A file, not packed.
    folder : Path
        That is there, for the owner alone.
    batch : int, default=None
        Bytes of it that are read at once; ``None`` is 16 MB.

    Returns
    -------
    Kept or None
        None if it takes the reader that holds all of a text: it is not UTF-8, has other
        fields on some lines, quotation marks that are not proper, or no records.

    Raises
    ------
    OSError
        If it cannot be read, or the folder takes no more.
    """
    try:
        with path.open("rb") as file:
            return _kept(path, file, folder, batch or BATCH)
    except (_DoubtError, SourceError, pl.exceptions.PolarsError):
        return None


def _kept(path: Path, file: BinaryIO, folder: Path, batch: int) -> Kept:
    head = file.read(HEAD + SPARE) + file.readline(LONGEST)
    _refuse(len(head) > HEAD + SPARE and not head.endswith(b"\n"))
    text, encoding, replaced = as_utf8(path, head)
    _refuse(encoding != "utf-8" or replaced > 0 or b"\0" in text)
    _refuse(len(head) - len(text) > SPARE // 2)
    body, layout = layout_of(path, text)
    found = _Table(layout, folder)
    for data, ends in _batches(file, body, layout, batch):
        found.add(data, ends)
    return found.closed()


def _refuse(is_so: bool) -> None:  # noqa: FBT001 - a condition, not an option
    if is_so:
        raise _DoubtError


def _batches(
    file: BinaryIO, start: bytes, layout: Layout, size: int
) -> Iterator[tuple[bytes, npt.NDArray[np.int64]]]:
    """Give whole records, and where each ends; at first enough to tell the numbers."""
    held, rest, wanted = start, b"", SURE + 1
    while True:
        more = file.read(size)
        rest += more
        cut = rest.rfind(b"\n") + 1 if more else len(rest)
        held, rest = held + _checked(rest[:cut]), rest[cut:]
        data = _whole(held) if more else held
        ends = _ends(data, layout)
        if len(ends) >= wanted or (not more and len(data)):
            yield data, ends
            held, wanted = held[len(data) :], 1
        _refuse(len(held) > LONGEST + 4 * size or len(rest) > LONGEST + size)
        if not more:
            return


def _checked(data: bytes) -> bytes:
    """Take lines of UTF-8, without marks of the byte order at their starts."""
    try:
        data.decode()
    except UnicodeDecodeError:
        raise _DoubtError from None
    _refuse(b"\0" in data)
    return MARKS.sub(b"", data) if b"\xef\xbb\xbf" in data else data


def _whole(data: bytes) -> bytes:
    """Give the lines up to the last that ends outside of quotation marks."""
    ends, quotes = places(data, b"\n"), places(data, b'"')
    ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return data[: int(ends[-1]) + 1] if len(ends) else b""


def _ends(data: bytes, layout: Layout) -> npt.NDArray[np.int64]:
    if not data:
        return np.empty(0, dtype=np.int64)
    ends = ends_if_regular(data, layout)
    if ends is None:
        raise _DoubtError
    return ends


def _plain(cells: pl.DataFrame) -> list[tuple[str, ...]]:
    return cells.head(SURE).fill_null("").rows()


@dataclass
class _Table:
    """A table that grows by batches; of each kind of line that is no record, where.

    The last rows are held back: what is below a table shows at its end.
    """

    layout: Layout
    folder: Path
    head: bytes = b""
    rows: int = 0
    over_lines: int = 0
    blank: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    files: list[Path] = field(default_factory=list)
    kept: int = 0

    def __post_init__(self) -> None:
        self.names = column_names(self.layout.path, self.layout.header)
        layout = self.layout
        self.quotes = Quotes(layout.path, layout.delimiter, layout.width)
        self.line = layout.skipped + 1
        self.tail = pl.DataFrame(schema=dict.fromkeys(self.names, pl.String))
        self.tail_lines = np.empty(0, dtype=np.int64)
        self.tail_out = np.empty(0, dtype=bool)

    def add(self, data: bytes, ends: npt.NDArray[np.int64]) -> None:
        """Take a batch; the first begins with the header."""
        is_first = not self.head
        if is_first:
            self.head = data[: int(ends[0]) + 1]
        cells = self._parsed(data if is_first else self.head + data)
        lines, last = lines_of(data, ends, first=self.line)
        _refuse(len(cells) != len(lines) - is_first)
        deep = np.flatnonzero(np.diff(lines, append=last + 1) > 1)
        if is_first:
            self.quotes = self.quotes.with_numbers(_plain(cells))
        refuse_unsure(data, ends, (self.quotes, deep, lines), is_first=is_first)
        self.line, self.rows = last + 1, self.rows + len(cells)
        self.over_lines += len(deep) - int(is_first and 0 in deep)
        self._take(cells, lines[1:] if is_first else lines)

    def _parsed(self, data: bytes) -> pl.DataFrame:
        mark = self.layout.delimiter
        cells = pl.read_csv(data, separator=mark, infer_schema=False)
        _refuse(cells.width != self.layout.width)
        return cells.rename(dict(zip(cells.columns, self.names, strict=True)))

    def _take(self, cells: pl.DataFrame, lines: npt.NDArray[np.int64]) -> None:
        """Write the rows that the end of the table cannot change."""
        blank, again = no_records(cells, self.layout.header)
        self.blank += lines[blank].tolist()
        self.again += lines[again].tolist()
        self.tail = pl.concat([self.tail, cells])
        self.tail_lines = np.concatenate([self.tail_lines, lines])
        self.tail_out = np.concatenate([self.tail_out, blank | again])
        records = np.flatnonzero(~self.tail_out)
        if len(records) > MOST_SUMS:
            cut = int(records[-MOST_SUMS - 1])
            self._write(self.tail[:cut].filter(~self.tail_out[:cut]))
            self.tail, self.tail_lines = self.tail[cut:], self.tail_lines[cut:]
            self.tail_out = self.tail_out[cut:]

    def _write(self, cells: pl.DataFrame) -> None:
        if not len(cells):
            return
        cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
        self.given |= {c.name for c in cells if c.null_count() < len(c)}
        self.files.append(self.folder / f"batch-{len(self.files):06}.parquet")
        cells.write_parquet(self.files[-1], compression="lz4")
        self.kept += len(cells)

    def closed(self) -> Kept:
        """Take what is left, but for what stands below the table."""
        out = self.tail_out.copy()
        remarks, sums = below(self.tail, out)
        ends: dict[LeftOut, list[int]] = {
            "totals": sorted(sums),
            "footers": sorted(remarks),
        }
        lines: dict[LeftOut, list[int]] = {
            "blank lines": self.blank,
            "repeated headers": self.again,
        }
        told: dict[LeftOut, str] = {
            kind: note_of(kind, at, ()) for kind, at in lines.items() if at
        }
        told |= {kind: self._note(kind, at) for kind, at in ends.items() if at}
        out[[*remarks, *sums]] = True
        self._write(self.tail.filter(~out))
        _refuse(not self.kept)
        empty = [
            name
            for name, typed in zip(self.names, self.layout.header, strict=True)
            if not typed.strip() and name not in self.given
        ]
        return Kept(tuple(self.files), tuple(empty), self._info(told, len(empty)))

    def _note(self, kind: LeftOut, at: list[int]) -> str:
        return note_of(kind, self.tail_lines[at].tolist(), self.tail.row(at[0]))

    def _info(self, told: dict[LeftOut, str], n_empty: int) -> SourceInfo:
        layout = self.layout
        line, last = layout.skipped + 1, self.line - 1
        over, titles = self.over_lines, tuple[LeftOut, ...]()
        notes = [over_lines_note(over, self.rows, last)] if over else []
        if layout.above:
            titles = ("title lines",)
            notes.append(note_above(line, layout.above))
        return SourceInfo(
            format="csv",
            rows=self.kept,
            columns=len(self.names) - n_empty,
            encoding="utf-8",
            delimiter=layout.delimiter,
            header_line=line,
            lines=last,
            left_out=(*titles, *told),
            notes=(*notes, *told.values()),
        )
