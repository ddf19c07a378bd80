"""What a file of learner records turned out to be."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["WANTED", "Compression", "LeftOut", "SourceInfo", "first_line"]

WANTED = "Expected CSV, TSV, Parquet or .xlsx"
Compression = Literal["gzip", "zstd", "zip"]
LeftOut = Literal[
    "title lines", "blank lines", "repeated headers", "totals", "footers", "headings"
]


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a file turned out to be.

    Attributes
    ----------
    format : {"csv", "parquet", "excel", "table"}
        ``csv`` is any delimited text, ``table`` one of a database.
    rows, columns : int
        Size of the table; the header is no row.
    encoding, delimiter, compression, sheet : str or None
        Where the format has one.
    files : int
        Parquet files of a folder.
    replaced : int
        Byte sequences that broke the encoding and stand as U+FFFD in the table.
    sheet_number, sheets : int or None
        Place of the sheet in its workbook, from 1, and how many sheets that has.
    other_sheets : tuple of str
        Further visible sheets that hold a table.
    header_line : int or None
        Line of the file, or row of the sheet, that names the columns, from 1.
    lines : int or None
        Lines of a text. They are `rows`, the header, and what `notes` tell of.
    left_out : tuple of str
        Kinds of lines that are no records.
    notes : tuple of str
        What is worth a look, for whoever holds the file: they may name anybody.
    """

    format: Literal["csv", "parquet", "excel", "table"]
    rows: int
    columns: int
    encoding: str | None = None
    delimiter: str | None = None
    compression: Compression | None = None
    sheet: str | None = None
    files: int = 1
    replaced: int = 0
    sheet_number: int | None = None
    sheets: int | None = None
    other_sheets: tuple[str, ...] = ()
    header_line: int | None = None
    lines: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def first_line(error: BaseException) -> str:
    """Give the first line of what an error says, without its full stop."""
    return str(error).strip().split("\n", 1)[0].rstrip(".")[:200]
