"""What a file of learner records turned out to be."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["WANTED", "Compression", "SourceInfo", "first_line"]

WANTED = "Expected CSV, TSV, Parquet or .xlsx"
Compression = Literal["gzip", "zstd"]


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a file turned out to be.

    Attributes
    ----------
    format : {"csv", "parquet", "excel"}
        ``csv`` is any delimited text.
    rows, columns : int
        Size of the table; the header is no row.
    encoding, delimiter, compression, sheet : str or None
        Where the format has one.
    files : int
        Parquet files of a folder.
    replaced : int
        Byte sequences that broke the encoding and stand as U+FFFD in the table.
    """

    format: Literal["csv", "parquet", "excel"]
    rows: int
    columns: int
    encoding: str | None = None
    delimiter: str | None = None
    compression: Compression | None = None
    sheet: str | None = None
    files: int = 1
    replaced: int = 0


def first_line(error: BaseException) -> str:
    """Give the first line of what an error says, without its full stop."""
    return str(error).strip().split("\n", 1)[0].rstrip(".")[:200]
