"""Files become frames: CSV, Parquet and Excel, told apart by what is in them.

Text cells stay text, row order stays, and a file that cannot be read whole is refused:
a table with silently shifted or lost cells is worse than none.
"""

import zipfile
from pathlib import Path

import polars as pl

from learnstrata.exceptions import SourceError, nearest, preview
from learnstrata.learners.sources.decoding import as_utf8
from learnstrata.learners.sources.delimited import read_delimited
from learnstrata.learners.sources.info import WANTED, Compression, SourceInfo
from learnstrata.learners.sources.packing import unpacked
from learnstrata.learners.sources.parquet import read_parquet
from learnstrata.learners.sources.workbook import read_excel

__all__ = ["SourceInfo", "read_learners", "read_source"]


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
        return read_parquet(path)
    if kind == "excel":
        return read_excel(path, sheet)
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


def _read_text(path: Path, kind: str) -> tuple[pl.DataFrame, SourceInfo]:
    compression: Compression | None = None
    if kind == "gzip" or kind == "zstd":  # noqa: PLR1714 - narrows the type
        compression = kind
    data, encoding, replaced = as_utf8(path, unpacked(path, compression))
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
