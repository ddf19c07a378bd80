"""Parquet becomes a frame: one file, or a folder of them.

Bytes are read before they are parsed. Mapped into memory, a file that is written anew
meanwhile would end the process.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import polars.selectors as cs

from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.sources.info import SourceInfo, first_line

__all__ = [
    "Survey",
    "count_rows",
    "parquet_files",
    "read_folder",
    "read_parquet",
    "scan_folder",
    "scan_parquet",
    "survey",
]

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
MOST_EXACT = 2**53  # beyond it, floats do not hold every whole number
VERSIONED = {"_delta_log": "Delta", ".hoodie": "Hudi"}
TABLES = {".csv", ".tsv", ".txt", ".xlsx", ".gz", ".zst", ".zip", ".pq", ".parq"}
Levels = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Survey:
    """What the footers of Parquet files say, where that is one table.

    Attributes
    ----------
    schemas : mapping of Path to mapping of str to polars data type
        What each file has, with the levels of its path.
    types : mapping of str to polars data type
        The one type of each column in all files, in the order of the first.
    notes : tuple of str
        As in `SourceInfo`.
    """

    schemas: Mapping[Path, Mapping[str, pl.DataType]]
    types: Mapping[str, pl.DataType]
    notes: tuple[str, ...]

    def casts(self, file: Path) -> dict[str, pl.DataType]:
        """Give the columns of a file that are to become of another type, and that.

        It is text, whole numbers or floats; or any, where the file holds nulls alone.
        """
        own = self.schemas[file].items()
        return {name: self.types[name] for name, at in own if at != self.types[name]}

    def runs(self) -> list[tuple[list[Path], dict[str, pl.DataType]]]:
        """Give the files that stand together and need the same casts, and those."""
        alike = groupby(self.schemas, key=self.casts)
        return [(list(files), casts) for casts, files in alike]


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
    whole = _with_levels(path, held.lazy(), levels).collect()
    table = _typed(whole, list(levels))
    notes = _notes(levels, [held.columns])
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
    held = {file: _parsed(file, file.read_bytes()).lazy() for file in files}
    found, tables = _surveyed(folder, held)
    table = _typed(_joined(folder, found, tables), list(_levels(files[0], folder)))
    info = SourceInfo(
        format="parquet",
        rows=table.height,
        columns=table.width,
        files=len(files),
        notes=found.notes,
    )
    return table, info


def survey(given: Path, files: Sequence[Path]) -> Survey:
    """Look through the footers of files that are to be read as one table.

    Parameters
    ----------
    given : Path
        The folder, or the one file.
    files : sequence of Path

    Raises
    ------
    SourceError
        As `read_folder`. What is broken behind a footer is told where it is read.
    """
    return _surveyed(given, {file: _lazily(file) for file in files})[0]


def count_rows(files: Sequence[Path]) -> int:
    """Count the rows of Parquet files by their footers.

    Raises
    ------
    SourceError
        If one is broken or cannot be opened.
    """
    try:
        return _n_rows(list(files))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return sum(_rows_of(file) for file in files)  # which names the one at fault


def _rows_of(file: Path) -> int:
    with _told(file):
        return _n_rows([file])


def _n_rows(files: list[Path]) -> int:
    table = pl.scan_parquet(files, hive_partitioning=False, glob=False)
    return int(table.select(pl.len()).collect().item())


def _lazily(file: Path) -> pl.LazyFrame:
    with _told(file):
        table = pl.scan_parquet(file, hive_partitioning=False, glob=False)
        table.collect_schema()
        return table


def _surveyed(
    given: Path, held: Mapping[Path, pl.LazyFrame]
) -> tuple[Survey, dict[Path, pl.LazyFrame]]:
    """Find the one type of each column; add the levels of the paths to the files."""
    levels = {file: _levels(file, given) for file in held}
    first = next(iter(held))
    for file in held:
        if levels[file].keys() != levels[first].keys():
            raise SourceError(
                f"{given} is divided in two ways: {first.relative_to(given)} by "
                f"{list(levels[first])}, {file.relative_to(given)} by "
                f"{list(levels[file])}. Give files that are divided alike."
            )
    names = [table.collect_schema().names() for table in held.values()]
    tables = {file: _with_levels(file, held[file], levels[file]) for file in held}
    schemas = {file: table.collect_schema() for file, table in tables.items()}
    notes = (*_notes(levels[first], names), *_unread(given, list(held)))
    types = _types(given, schemas, tables)
    return Survey(schemas=schemas, types=types, notes=notes), tables


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
    named = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() == ".parquet"
        and not file.is_dir()
        and not any(p.startswith(("_", ".")) for p in file.relative_to(folder).parts)
    ]
    files = [file for file in named if _is_there(file)]
    if not files:
        there = sorted(entry.name for entry in folder.iterdir())
        raise SourceError(
            f"The folder {folder} has no .parquet files; it has {preview(there, 10)}. "
            "Give one file, or a folder of Parquet files."
        )
    return files


def _is_there(file: Path) -> bool:
    """Refuse what has the name of a file and is none: its rows would be missed."""
    if file.is_file():
        return True
    got = f"leads to {file.readlink()}, which is" if file.is_symlink() else "is"
    raise SourceError(
        f"{file} {got} no file. Expected a Parquet file: bring it back, or remove the "
        "name from the folder."
    )


def _parsed(path: Path, data: bytes) -> pl.DataFrame:
    with _told(path):
        return pl.read_parquet(io.BytesIO(data), hive_partitioning=False)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say which file is broken or cannot be opened."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise SourceError(
            f"{path} cannot be read as Parquet: {first_line(error)}. The file may be "
            "cut off, or still being written."
        ) from error
    except OSError as error:
        raise SourceError(
            f"Cannot read {path}: {error.strerror or first_line(error)}. Check the "
            "path and your rights to it."
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


def _with_levels(file: Path, table: pl.LazyFrame, levels: Levels) -> pl.LazyFrame:
    """Add what the path says as columns of text; the file must say the same."""
    names = table.collect_schema().names()
    for name, value in levels.items():
        if name not in names:
            table = table.with_columns(pl.lit(value, dtype=pl.String).alias(name))
            continue
        with _told(file):
            held = table.select(_column(name).unique()).collect().to_series()
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


def _joined(
    folder: Path, found: Survey, tables: Mapping[Path, pl.LazyFrame]
) -> pl.DataFrame:
    """Put tables one below another, their columns of the types that were found."""
    typed = [_column(name).cast(dtype) for name, dtype in found.types.items()]
    try:
        return pl.concat([table.select(typed) for table in tables.values()]).collect()
    except pl.exceptions.PolarsError as error:
        raise SourceError(
            f"{folder} cannot be read as Parquet: {first_line(error)}."
        ) from error


def _types(
    folder: Path,
    schemas: Mapping[Path, pl.Schema],
    tables: Mapping[Path, pl.LazyFrame],
) -> dict[str, pl.DataType]:
    """Give the one type of each column; all files must have the same columns."""
    first = next(iter(schemas))
    names = schemas[first].names()
    for file, schema in schemas.items():
        if set(schema) != set(names):
            raise SourceError(
                f"{folder} cannot be read as Parquet: {first.relative_to(folder)} has "
                f"{preview(names, 10)}, {file.relative_to(folder)} has "
                f"{preview(schema.names(), 10)}. Give files of the same columns."
            )
    held = {
        name: {file: schema[name] for file, schema in schemas.items()} for name in names
    }
    return {name: _type_of(folder, name, held[name], tables) for name in names}


def _type_of(
    folder: Path,
    name: str,
    held: Mapping[Path, pl.DataType],
    tables: Mapping[Path, pl.LazyFrame],
) -> pl.DataType:
    """Give the one type of a column in all files, where nothing is lost by it."""
    types = set(held.values()) - {pl.Null()}
    if len(types) < 2:
        return next(iter(types), pl.String())
    texts = (pl.String, pl.Categorical, pl.Enum)
    if all(isinstance(one, texts) for one in types):
        return pl.String()
    if all(one.is_integer() for one in types):
        return pl.Int64()
    if all(one.is_numeric() and not one.is_decimal() for one in types) and all(
        _fits(file, name, tables[file])
        for file, dtype in held.items()
        if dtype.is_integer()
    ):
        return pl.Float64()
    raise SourceError(
        f"{folder} cannot be read as Parquet: {name!r} is of the types "
        f"{sorted(map(str, types))} in its files. Write it as one type."
    )


def _fits(file: Path, name: str, table: pl.LazyFrame) -> bool:
    """Tell whether floats hold every whole number of a column as it is."""
    column = _column(name)
    with _told(file):
        ends = table.select(least=column.min(), most=column.max()).collect().row(0)
    return all(end is None or abs(end) <= MOST_EXACT for end in ends)


def _column(name: str) -> pl.Expr:
    """Name a column literally: names such as ``^a$`` and ``*`` would be patterns."""
    return cs.by_name(name).as_expr()


def _unread(folder: Path, files: Sequence[Path]) -> Iterator[str]:
    """Name what could be tables in a folder, and is not read."""
    others = [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if (file.suffix.lower() in TABLES and file.is_file() and file not in files)
        or (file.is_symlink() and file.is_dir())  # which is not gone into
    ]
    if others:
        yield f"Of a folder only .parquet is read; not read: {preview(others, 5)}."


def _notes(levels: Levels, held: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Say which columns not every file holds itself."""
    names = list(map(set, held))
    added = [level for level in levels if not all(level in one for one in names)]
    if not added:
        return ()
    return (f"From the names of folders, not from the files: {', '.join(added)}.",)
