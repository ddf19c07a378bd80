"""Parquet becomes a frame: one file, or a folder of them.

Bytes are read before they are parsed. Mapped into memory, a file that is written anew
meanwhile would end the process.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.sources.info import SourceInfo, first_line

__all__ = [
    "parquet_files",
    "read_folder",
    "read_parquet",
    "scan_folder",
    "scan_parquet",
]

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
MOST_EXACT = 2**53  # beyond it, floats do not hold every whole number
VERSIONED = {"_delta_log": "Delta", ".hoodie": "Hudi"}
TABLES = {".csv", ".tsv", ".txt", ".xlsx", ".gz", ".zst", ".zip", ".pq", ".parq"}
Levels = Mapping[str, str | None]


def read_parquet(path: Path, data: bytes) -> tuple[pl.DataFrame, SourceInfo]:
    """Read one Parquet file; levels of its path such as ``year=2020`` are columns.

    Parameters
    ----------
    path : Path
        As it was given.
    data : bytes

    Raises
    ------
    SourceError
        If it is broken, or its path and it contradict each other.
    """
    levels, held = _levels(path, path), _parsed(path, data)
    table = _typed(_with_levels(path, held, levels), list(levels))
    notes = _notes(levels, [held])
    return table, SourceInfo("parquet", *table.shape, notes=notes)


def scan_parquet(path: Path, data: bytes) -> tuple[pl.LazyFrame, SourceInfo] | None:
    """Open one Parquet file without reading its columns.

    Parameters
    ----------
    path, data
        As for `read_parquet`.

    Returns
    -------
    tuple of polars.LazyFrame and SourceInfo, or None
        None if it takes `read_parquet`: its path holds values, it is broken, or it has
        no rows.
    """
    return None if _levels(path, path) else _scanned([data])


def scan_folder(folder: Path) -> tuple[pl.LazyFrame, SourceInfo] | None:
    """Open all Parquet files of a folder as `scan_parquet` opens one.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of polars.LazyFrame and SourceInfo, or None
        None if it takes `read_folder`: beside what holds for one file, its files differ
        in columns or types.

    Raises
    ------
    SourceError
        If it has no Parquet file.
    """
    files = parquet_files(folder)
    if any(_levels(file, folder) for file in files):
        return None
    found = _scanned([file.read_bytes() for file in files])
    if found is None:
        return None
    notes = tuple(_unread(folder, files))
    return found[0], replace(found[1], files=len(files), notes=notes)


def _scanned(held: Sequence[bytes]) -> tuple[pl.LazyFrame, SourceInfo] | None:
    try:
        tables = [
            pl.scan_parquet(io.BytesIO(data), hive_partitioning=False) for data in held
        ]
        schemas = [[*table.collect_schema().items()] for table in tables]
        if any(schema != schemas[0] for schema in schemas):
            return None
        table = pl.concat(tables)
        rows = table.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    return (table, SourceInfo("parquet", rows, len(schemas[0]))) if rows else None


def read_folder(folder: Path) -> tuple[pl.DataFrame, SourceInfo]:
    """Read all Parquet files of a folder and of those in it, in the order of names.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    SourceError
        If there is none, one is broken, or they differ in columns, types or levels.
    """
    files = parquet_files(folder)
    levels = {file: _levels(file, folder) for file in files}
    first = files[0]
    for file in files:
        if levels[file].keys() != levels[first].keys():
            raise SourceError(
                f"{folder} is divided in two ways: {first.relative_to(folder)} by "
                f"{list(levels[first])}, {file.relative_to(folder)} by "
                f"{list(levels[file])}. Give files that are divided alike."
            )
    held = {file: _parsed(file, file.read_bytes()) for file in files}
    notes = _notes(levels[first], held.values())
    tables = {file: _with_levels(file, held[file], levels[file]) for file in files}
    table = _typed(_joined(folder, tables), list(levels[first]))
    info = SourceInfo(
        format="parquet",
        rows=table.height,
        columns=table.width,
        files=len(files),
        notes=(*notes, *_unread(folder, files)),
    )
    return table, info


def parquet_files(folder: Path) -> list[Path]:
    """List the Parquet files of a folder and of those in it, in the order of names.

    Raises
    ------
    SourceError
        If there is none, or they are not all the rows of a table.
    """
    for log, kind in VERSIONED.items():
        if (folder / log).is_dir():
            raise SourceError(
                f"{folder} is a {kind} table, whose files hold what was deleted as "
                "well. Write its current rows as plain Parquet."
            )
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() == ".parquet"
        and file.is_file()
        and not any(p.startswith(("_", ".")) for p in file.relative_to(folder).parts)
    ]
    if not files:
        there = sorted(entry.name for entry in folder.iterdir())
        raise SourceError(
            f"The folder {folder} has no .parquet files; it has {preview(there, 10)}. "
            "Give one file, or a folder of Parquet files."
        )
    return files


def _parsed(path: Path, data: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(data), hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise SourceError(
            f"{path} cannot be read as Parquet: {first_line(error)}. The file may be "
            "cut off, or still being written."
        ) from error


def _levels(file: Path, given: Path) -> Levels:
    """Read every level of a path that names a column and its value."""
    levels: dict[str, str | None] = {}
    for part in file.parent.parts:
        name, sign, value = part.partition("=")
        if not (name and sign):
            continue
        name, told = unquote(name), None if value == NO_VALUE else unquote(value)
        if levels.setdefault(name, told) != told:
            raise SourceError(
                f"The path of {file} says {name}={levels[name]} and {name}={told}. "
                f"Expected one value of each column below {given}."
            )
    return levels


def _with_levels(file: Path, table: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    """Add what the path says as columns of text; the file must say the same."""
    for name, value in levels.items():
        if name not in table.columns:
            table = table.with_columns(pl.lit(value, dtype=pl.String).alias(name))
            continue
        held = table[name].unique()
        other = [one for one in held.to_list() if not _is_same(one, value)]
        if other:
            raise SourceError(
                f"{file} holds {name} = {other[0]!r}, but its path says "
                f"{name}={value}. Move the file, or drop the column."
            )
    return table


def _is_same(held: object, told: str | None) -> bool:
    if held is None or told is None:
        return held is None and told is None
    return str(held) == told or str(held).removesuffix(".0") == told


def _typed(table: pl.DataFrame, levels: Sequence[str]) -> pl.DataFrame:
    """Make whole numbers of the levels of a path that are nothing else."""
    whole = [
        name
        for name in levels
        if table[name].dtype == pl.String
        and all(map(WHOLE_NUMBER.fullmatch, table[name].drop_nulls().unique()))
    ]
    return table.with_columns(pl.col(whole).cast(pl.Int64)) if whole else table


def _joined(folder: Path, tables: Mapping[Path, pl.DataFrame]) -> pl.DataFrame:
    """Put tables one below another that have the same columns of the same types."""
    first = next(iter(tables))
    names = tables[first].columns
    for file, table in tables.items():
        if set(table.columns) != set(names):
            raise SourceError(
                f"{folder} cannot be read as Parquet: {first.relative_to(folder)} has "
                f"{preview(names, 10)}, {file.relative_to(folder)} has "
                f"{preview(table.columns, 10)}. Give files of the same columns."
            )
    ordered = [table.select(names) for table in tables.values()]
    types = {name: _type_of(folder, name, ordered) for name in names}
    try:
        return pl.concat([table.select(_as_types(types)) for table in ordered])
    except pl.exceptions.PolarsError as error:
        raise SourceError(
            f"{folder} cannot be read as Parquet: {first_line(error)}."
        ) from error


def _as_types(types: Mapping[str, pl.DataType]) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in types.items()]


def _type_of(folder: Path, name: str, tables: Sequence[pl.DataFrame]) -> pl.DataType:
    """Give the one type of a column in all files, where nothing is lost by it."""
    types = {table[name].dtype for table in tables} - {pl.Null()}
    if len(types) < 2:
        return next(iter(types), pl.String())
    texts = (pl.String, pl.Categorical, pl.Enum)
    if all(isinstance(one, texts) for one in types):
        return pl.String()
    if all(one.is_integer() for one in types):
        return pl.Int64()
    if all(one.is_numeric() and not one.is_decimal() for one in types) and all(
        _fits(table[name]) for table in tables
    ):
        return pl.Float64()
    raise SourceError(
        f"{folder} cannot be read as Parquet: {name!r} is of the types "
        f"{sorted(map(str, types))} in its files. Write it as one type."
    )


def _fits(values: pl.Series) -> bool:
    """Tell whether floats hold every value as it is."""
    if not values.dtype.is_integer():
        return True
    least, most = values.min(), values.max()
    ends = [int(end) for end in (least, most) if isinstance(end, int)]
    return all(abs(end) <= MOST_EXACT for end in ends)


def _unread(folder: Path, files: Sequence[Path]) -> Iterator[str]:
    """Name the files of a folder that are no Parquet and could be tables."""
    others = [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in TABLES and file.is_file() and file not in files
    ]
    if others:
        yield f"Of a folder only .parquet is read; not read: {preview(others, 5)}."


def _notes(levels: Levels, held: Iterable[pl.DataFrame]) -> tuple[str, ...]:
    """Say which columns not every file holds itself."""
    names = [set(table.columns) for table in held]
    added = [level for level in levels if not all(level in one for one in names)]
    if not added:
        return ()
    return (f"From the names of folders, not from the files: {', '.join(added)}.",)
