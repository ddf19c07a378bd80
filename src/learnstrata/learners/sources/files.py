"""Files become frames: CSV, Parquet and Excel, told apart by what is in them.

Text cells stay text, row order stays, and a file that cannot be read whole is refused:
a table with silently shifted or lost cells is worse than none.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.sources.decoding import as_utf8
from learnstrata.learners.sources.delimited import Text, read_delimited
from learnstrata.learners.sources.grid import tabled
from learnstrata.learners.sources.info import WANTED, Compression, SourceInfo
from learnstrata.learners.sources.packing import is_workbook, unpacked
from learnstrata.learners.sources.parquet import (
    read_folder,
    read_parquet,
    scan_folder,
    scan_parquet,
)
from learnstrata.learners.sources.streams import read_once, shown
from learnstrata.learners.sources.workbook import read_excel
from learnstrata.wording.words import counted

__all__ = [
    "SourceInfo",
    "no_rows",
    "over_lines_note",
    "read_learners",
    "read_source",
    "scan_source",
]

PARQUET = b"PAR1"
DUCKDB = b"DUCK"  # behind a checksum of eight bytes


def read_learners(path: str | Path, *, sheet: str | None = None) -> pl.DataFrame:
    r"""Read a file of learner records as it stands.

    Parameters
    ----------
    path : str or Path
        Delimited text (``,`` ``;`` tab ``|``; UTF-8, UTF-16 or cp1252; plain, gzip or
        zstd), a Parquet file or a folder of them, or an Excel workbook. What a file is
        shows from its content, not from its name. ``-`` is standard input; pipes are
        read once.
    sheet : str, default=None
        Sheet of a workbook; ``None`` takes the first visible one that holds a table.

    Returns
    -------
    polars.DataFrame
        Rows in the order of the file. Cells of text files and workbooks are text, null
        where nothing stands; Parquet keeps its types. Words such as NA are read where
        the columns are (`learnstrata.learners.schema.missing`).

    Raises
    ------
    SourceError
        If the file is not there, is no table, has lines of unequal length, or it is
        not sure where a cell ends.

    Notes
    -----
    Text without a byte order mark that is not UTF-8 is taken for cp1252: other one-byte
    encodings give other letters in names, though the same groups. 205,843 x 7 cells of
    CSV (22 MB) take under a second; stray quotation marks need the slow reader, five
    times as long.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "learners.csv"
    ...     _ = path.write_text("email_hash;ctc\na1;12,00,000\nb2;\n")
    ...     read_learners(path).rows()
    [('a1', '12,00,000'), ('b2', None)]
    """
    return read_source(path, sheet=sheet)[0]


def read_source(
    path: str | Path, *, sheet: str | None = None
) -> tuple[pl.DataFrame, SourceInfo]:
    r"""Read a file of learner records, and tell what kind of file it is.

    Parameters
    ----------
    path, sheet
        As in `read_learners`.

    Returns
    -------
    tuple of polars.DataFrame and SourceInfo
        The second may be given to `learnstrata.segment`, for the report.

    Raises
    ------
    SourceError
        As `read_learners`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "learners.csv"
    ...     _ = path.write_text("Learners 2021\n\nemail,ctc\na1,12\nemail,ctc\nb2,9\n")
    ...     table, info = read_source(path)
    >>> len(table), info.header_line, info.left_out
    (2, 3, ('title lines', 'repeated headers'))
    """
    path = Path(path)
    try:
        table, info = _read(path, sheet)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(
            f"Cannot read {shown(path)}: {reason}. Check the path and your rights to "
            "it."
        ) from error
    except MemoryError as error:
        raise SourceError(
            f"{shown(path)} does not fit into memory. Split the file."
        ) from error
    if not table.height:
        raise SourceError(no_rows(shown(path), table.columns))
    return table, info


def no_rows(where: str | Path, columns: Sequence[str]) -> str:
    """Say that a table has columns alone."""
    return (
        f"{where} has a header of {len(columns):,} columns and no rows: "
        f"{preview(columns)}. Expected one row a record."
    )


def scan_source(
    path: str | Path, *, sheet: str | None = None
) -> tuple[pl.LazyFrame | pl.DataFrame, SourceInfo]:
    """Open a file of learner records whose columns are read once, when they are used.

    Parameters
    ----------
    path, sheet
        As in `read_learners`.

    Returns
    -------
    tuple of polars frame and SourceInfo
        Lazy for Parquet of the same columns; all else is read as by `read_source`.

    Raises
    ------
    SourceError
        As `read_source`. A Parquet file that is broken within is told where it is used.
    """
    target, found = Path(path), None
    with contextlib.suppress(OSError):  # that of reading it says more
        if sheet is None and target.is_dir():
            found = scan_folder(target)
        if sheet is None and target.is_file():
            with target.open("rb") as file:
                is_parquet = file.read(len(PARQUET)) == PARQUET
            found = scan_parquet(target, target.read_bytes()) if is_parquet else None
    return found or read_source(path, sheet=sheet)


def _read(path: Path, sheet: str | None) -> tuple[pl.DataFrame, SourceInfo]:
    if path.is_dir():
        _refuse_sheet(path, sheet)
        return read_folder(path)
    data = read_once(path)
    path, kind = shown(path), _kind(shown(path), data)
    if kind == "excel":
        return read_excel(path, data, sheet)
    _refuse_sheet(path, sheet)
    if kind == "parquet":
        return read_parquet(path, data)
    return _read_text(path, data, None if kind == "text" else kind)


def _refuse_sheet(path: Path, sheet: str | None) -> None:
    if sheet is not None:
        raise SourceError(
            f"Got sheet={sheet!r}, but {path} is no Excel workbook. Leave it out."
        )


def _kind(path: Path, data: bytes) -> Literal["parquet", "excel", "text"] | Compression:
    if not data:
        raise SourceError(f"{path} is empty (0 bytes). {WANTED}.")
    if data.startswith(PARQUET):
        return "parquet"
    if data.startswith(b"PK\x03\x04"):
        return "excel" if is_workbook(path, data) else "zip"
    if data[8:12] == DUCKDB:
        raise SourceError(
            f"{path} is a database of DuckDB, expected one of its tables: learnstrata "
            f"run {path}#TABLE, or a table of it exported to Parquet."
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(_about_old_office(path, data))
    if data.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zstd" if data.startswith(b"\x28\xb5\x2f\xfd") else "text"


def _about_old_office(path: Path, data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return f"{path} is an encrypted workbook. Save it without a password."
    return f"{path} looks like an old Office file (.xls). Save it as .xlsx or CSV."


def _read_text(
    path: Path, packed: bytes, compression: Compression | None
) -> tuple[pl.DataFrame, SourceInfo]:
    data, encoding, replaced = as_utf8(path, unpacked(path, packed, compression))
    if not data.strip():
        raise SourceError(f"{path} is empty: it holds nothing but spaces. {WANTED}.")
    text = read_delimited(path, data)
    found = tabled(text.grid)
    info = SourceInfo(
        format="csv",
        rows=found.table.height,
        columns=found.table.width,
        encoding=encoding,
        delimiter=text.delimiter,
        compression=compression,
        replaced=replaced,
        header_line=text.grid.header_line,
        lines=text.lines,
        left_out=found.left_out,
        notes=(*_text_notes(text, encoding, replaced), *found.notes),
    )
    return found.table, info


def _text_notes(text: Text, encoding: str, replaced: int) -> Iterator[str]:
    """Say what of a text was read by a rule that it does not state itself."""
    if encoding == "cp1252":
        yield "The text is not UTF-8; it was read as cp1252: look at accents."
    if replaced:
        yield (
            f"{counted(replaced, 'sequence')} of bytes broke the encoding and "
            f"{'stands' if replaced == 1 else 'stand'} as \ufffd."
        )
    if text.over_lines:
        yield over_lines_note(text.over_lines, len(text.grid.cells), text.lines)


def over_lines_note(records: int, rows: int, lines: int) -> str:
    """Say that records go over several lines.

    Parameters
    ----------
    records : int
        That do.
    rows : int
        Below the header.
    lines : int
        Of the text.
    """
    goes = "record goes" if records == 1 else "records go"
    return (
        f"{records:,} {goes} over several lines, in quotation marks: "
        f"the header and {counted(rows, 'row')} stand on {lines:,} lines."
    )
