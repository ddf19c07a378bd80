"""Files become frames: CSV, Parquet and Excel, told apart by what is in them.

Text cells stay text, row order stays, and a file that cannot be read whole is refused:
a table with silently shifted or lost cells is worse than none.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from learnstrata.exceptions import SourceError, nearest, preview
from learnstrata.learners.sources.delimited import (
    column_names,
    read_delimited,
    with_nulls,
)

__all__ = ["SourceInfo", "read_learners", "read_source"]

FOREIGN = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF-": "a PDF document",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!\x1a": "a RAR archive",
    b"\xfd7zXZ": "an xz archive",
    b"BZh91AY": "a bzip2 archive",
    b"SQLite format 3": "a SQLite database",
    b"ARROW1": "an Arrow IPC (Feather) file",
    b"Obj\x01": "an Avro file",
    b"\x89HDF": "an HDF5 file",
    b"$FL2": "an SPSS file",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"\x7fELF": "a program",
}
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


def read_learners(path: str | Path, *, sheet: str | None = None) -> pl.DataFrame:
    r"""Read a file of learner records as it stands.

    Parameters
    ----------
    path : str or Path
        Delimited text (``,`` ``;`` tab ``|``; UTF-8, UTF-16 or cp1252; plain, gzip or
        zstd), a Parquet file or a folder of them, or an Excel workbook. What a file is
        shows from its content, not from its name.
    sheet : str, default=None
        Sheet of a workbook; ``None`` takes the first.

    Returns
    -------
    polars.DataFrame
        Rows in the order of the file. Cells of text files and workbooks are text, with
        `NULL_MARKERS` as null; Parquet keeps its types.

    Raises
    ------
    SourceError
        If the file is not there, is no table, or has lines of unequal length.

    Notes
    -----
    Text without a byte order mark that is not UTF-8 is taken for cp1252: other one-byte
    encodings give other letters in names, though the same groups. 205,843 x 7 cells of
    CSV (22 MB) take about 0.2 s; stray quotation marks need the slow reader, 1.5 s.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "learners.csv"
    ...     _ = path.write_text("email_hash;ctc\na1;12,00,000\nb2;NA\n")
    ...     read_learners(path).rows()
    [('a1', '12,00,000'), ('b2', None)]
    """
    return read_source(path, sheet=sheet)[0]


def read_source(
    path: str | Path, *, sheet: str | None = None
) -> tuple[pl.DataFrame, SourceInfo]:
    """Read a file of learner records, and tell what kind of file it is.

    Parameters
    ----------
    path, sheet
        As in `read_learners`.

    Returns
    -------
    tuple of polars.DataFrame and SourceInfo

    Raises
    ------
    SourceError
        As `read_learners`.
    """
    path = Path(path)
    try:
        _refuse_absent(path)
        table, info = _read(path, sheet)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(
            f"Cannot read {path}: {reason}. Check the path and your rights to it."
        ) from error
    except MemoryError as error:
        raise SourceError(
            f"{path} does not fit into memory. Split the file."
        ) from error
    if not table.height:
        raise SourceError(
            f"{path} has a header of {table.width:,} columns and no rows: "
            f"{preview(table.columns)}. Expected one row a record."
        )
    return table, info


def _refuse_absent(path: Path) -> None:
    if path.exists():
        return
    folder = path.parent
    if not folder.is_dir():
        raise SourceError(f"There is no {path}: the folder {folder} does not exist.")
    near = nearest(path.name, (entry.name for entry in folder.iterdir()))
    hint = f" Did you mean {near!r}?" if near else ""
    raise SourceError(f"There is no {path.name} in {folder}.{hint}")


def _read(path: Path, sheet: str | None) -> tuple[pl.DataFrame, SourceInfo]:
    kind = "folder" if path.is_dir() else _kind(path)
    if sheet is not None and kind != "excel":
        raise SourceError(
            f"Got sheet={sheet!r}, but {path} is no Excel workbook. Leave it out."
        )
    if kind in {"folder", "parquet"}:
        return _read_parquet(path)
    if kind == "excel":
        return _read_excel(path, sheet)
    return _read_text(path, kind)


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise SourceError(f"{path} is empty (0 bytes). {WANTED}.")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(_about_old_office(path))
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zstd" if head.startswith(b"\x28\xb5\x2f\xfd") else "text"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{path} is a broken workbook or zip archive ({error}). Save it or "
            "download it again."
        ) from error
    if any(name.startswith("xl/workbook.") for name in names):
        return "excel"
    raise SourceError(
        f"{path} looks like a zip archive with {preview(names, 5)}. Unpack it and give "
        "the table inside."
    )


def _about_old_office(path: Path) -> str:
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        return f"{path} is an encrypted workbook. Save it without a password."
    return f"{path} looks like an old Office file (.xls). Save it as .xlsx or CSV."


def _read_parquet(path: Path) -> tuple[pl.DataFrame, SourceInfo]:
    files = _parquet_files(path) if path.is_dir() else [path]
    in_folders = any("=" in file.relative_to(path).parent.name for file in files)
    try:
        table = pl.read_parquet(files, hive_partitioning=in_folders)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise SourceError(
            f"{path} cannot be read as Parquet: {_first_line(error)}. The file may be "
            "cut off, or the files of the folder may have different columns."
        ) from error
    return table, SourceInfo("parquet", *table.shape, files=len(files))


def _parquet_files(folder: Path) -> list[Path]:
    files = [
        file
        for file in sorted(folder.rglob("*.parquet"))
        if file.is_file()
        and not any(p.startswith(("_", ".")) for p in file.relative_to(folder).parts)
    ]
    if not files:
        there = sorted(entry.name for entry in folder.iterdir())
        raise SourceError(
            f"The folder {folder} has no .parquet files; it has {preview(there, 10)}. "
            "Give one file, or a folder of Parquet files."
        )
    return files


def _read_excel(path: Path, sheet: str | None) -> tuple[pl.DataFrame, SourceInfo]:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        there = book.sheet_names
        name = sheet if sheet is not None else there[0]
        if name not in there:
            raise SourceError(f"{path} has no sheet {name!r}; it has {preview(there)}.")
        cells = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise SourceError(
            f"{path} cannot be read as an Excel workbook: {_first_line(error)}. Open "
            "it in Excel and save it again as .xlsx, or as CSV."
        ) from error
    # Formatted but empty rows and columns belong to the sheet, not to the table.
    cells = cells.filter(~pl.all_horizontal(pl.all().is_null()))
    cells = cells.select(s.name for s in cells if s.null_count() < cells.height)
    if cells.is_empty():
        raise SourceError(f"The sheet {name!r} of {path} is empty. {WANTED}.")
    table = cells.slice(1)
    table.columns = column_names(path, [cell or "" for cell in cells.row(0)])
    table = with_nulls(table)
    return table, SourceInfo("excel", *table.shape, sheet=name)


def _read_text(path: Path, kind: str) -> tuple[pl.DataFrame, SourceInfo]:
    compression: Compression | None = None
    if kind == "gzip" or kind == "zstd":  # noqa: PLR1714 - narrows the type
        compression = kind
    data, encoding, replaced = _as_utf8(path, _unpacked(path, compression))
    if not data.strip():
        raise SourceError(f"{path} is empty: it holds nothing but spaces. {WANTED}.")
    table, delimiter = read_delimited(path, data)
    info = SourceInfo(
        format="csv",
        rows=table.height,
        columns=table.width,
        encoding=encoding,
        delimiter=delimiter,
        compression=compression,
        replaced=replaced,
    )
    return table, info


def _unpacked(path: Path, compression: Compression | None) -> bytes:
    packed = path.read_bytes()
    if compression is None:
        return packed
    import zstandard

    try:
        if compression == "gzip":
            return gzip.decompress(packed)
        return b"".join(_zstd_frames(packed))
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise SourceError(
            f"{path} is a broken {compression} file ({error}). Pack it or download it "
            "again."
        ) from error


def _zstd_frames(packed: bytes) -> Iterator[bytes]:
    import zstandard

    while packed:
        frame = zstandard.ZstdDecompressor().decompressobj()
        yield frame.decompress(packed)
        if not frame.eof:  # the library itself takes a cut file for a whole one
            raise EOFError("it ends before its last frame does")
        packed = frame.unused_data


def _as_utf8(path: Path, data: bytes) -> tuple[bytes, str, int]:
    """Give the text as UTF-8, the encoding it had, and how many sequences broke it."""
    if data.startswith(b"\xef\xbb\xbf"):
        return _utf8(path, data[3:])
    encoding = _wide_encoding(data)
    if encoding is None:
        _refuse_binary(path, data)
        return _utf8(path, data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path} begins as {encoding} but breaks at byte {error.start:,}. Save it "
            "as UTF-8."
        ) from error
    if "\0" in text:
        raise SourceError(f"{path} holds NUL bytes, so it is not text. {WANTED}.")
    return text.removeprefix("\ufeff").encode(), encoding, 0


def _wide_encoding(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    first, second = data[:4096:2].count(0), data[1:4096:2].count(0)
    half = len(data[:4096]) // 2
    if second > 0.3 * half and first < 0.05 * half:
        return "utf-16-le"
    if first > 0.3 * half and second < 0.05 * half:
        return "utf-16-be"
    return None


def _refuse_binary(path: Path, data: bytes) -> None:
    names = [name for magic, name in FOREIGN.items() if data.startswith(magic)]
    start = b"".join(data[:512].split()).lower()
    if data[257:262] == b"ustar":
        names.append("a tar archive")
    if data.startswith((b"PK\x03\x04", b"PAR1", b"\x1f\x8b")):
        names.append("a packed Parquet file, workbook or archive")
    if start.startswith((b"<!doctypehtml", b"<html")):
        names.append("an HTML page")
    if start.startswith((b"{", b"[{", b"<?xml")):
        names.append("XML" if start.startswith(b"<") else "JSON")
    if names:
        raise SourceError(f"{path} looks like {names[0]}. {WANTED}.")
    head = data[:4096]
    control = sum(head.count(byte) for byte in (*range(2, 9), *range(14, 27)))
    if data.count(0) or control > 0.02 * len(head):
        what = "NUL bytes" if data.count(0) else "control characters"
        raise SourceError(f"{path} holds {what}, so it is not text. {WANTED}.")


def _utf8(path: Path, data: bytes) -> tuple[bytes, str, int]:
    if data.isascii():
        return data, "utf-8", 0
    try:
        data.decode()
    except UnicodeDecodeError:
        return _damaged_utf8(data) or (_cp1252(path, data), "cp1252", 0)
    return data, "utf-8", 0


def _damaged_utf8(data: bytes) -> tuple[bytes, str, int] | None:
    """Keep UTF-8 with a few broken sequences; cp1252 has next to no whole ones."""
    whole = np.frombuffer(data.decode("utf-8", "ignore").encode(), np.uint8)
    repaired = data.decode("utf-8", "replace").encode()
    broken = repaired.count(b"\xef\xbf\xbd") - data.count(b"\xef\xbf\xbd")
    if np.count_nonzero(whole >= 0xC0) > broken:
        return repaired, "utf-8", broken
    return None


def _cp1252(path: Path, data: bytes) -> bytes:
    try:
        return data.decode("cp1252").encode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{path} is not text in UTF-8, UTF-16 or cp1252: byte "
            f"0x{data[error.start]:02x} on line {line:,}. Save it as UTF-8."
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")[:200]
