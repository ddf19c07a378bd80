"""DuckDB as an engine: one machine and its disk."""

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.engines.memory import free_memory
from learnstrata.engines.protocol import Engine, first_words, numbered
from learnstrata.engines.sources import Source
from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.lookups import Frame
from learnstrata.learners.sources.files import read_learners
from learnstrata.learners.sources.parquet import Survey
from learnstrata.learners.sources.streams import refuse_absent

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

__all__ = ["DuckDBEngine"]

SHARE_OF_MEMORY = 0.2  # of what is free; the rest is for the learners
LEAST_MEMORY = 1e9
ATTACHED = "learners_of"
TABLES = f"""
    SELECT if(schema = 'main', name, schema || '.' || name) FROM (
        SELECT schema_name AS schema, table_name AS name, database_name
        FROM duckdb_tables() UNION ALL
        SELECT schema_name, view_name, database_name
        FROM duckdb_views() WHERE NOT internal
    ) WHERE database_name = '{ATTACHED}' ORDER BY ALL
"""  # noqa: S608 - no text of the user
INTEGERS = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER")
TIMES = ("TIME_NS", "TIME WITH TIME ZONE")  # which narwhals does not know
MARK = '"'  # around a name
TYPES: Mapping[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
}
TO_MICROSECONDS = {"ns": "// 1000", "us": "", "ms": "* 1000"}


class DuckDBEngine(Engine):
    """DuckDB in this process; what does not fit into memory goes to disk.

    Parameters
    ----------
    memory : str, default=None
        Most memory, such as ``"4GB"``; None is a part of what is free.
    """

    name = "duckdb"
    libraries = frozenset({"duckdb", "_duckdb", "narwhals"})

    def __init__(self, *, memory: str | None = None) -> None:
        self._memory = memory
        self._held = ExitStack()

    @cached_property
    def connection(self) -> "DuckDBPyConnection":
        """The database of this engine, in memory and under no name."""
        import duckdb

        spilled = tempfile.TemporaryDirectory(prefix="learnstrata-")
        settings: dict[str, Any] = {"temp_directory": self._held.enter_context(spilled)}
        free = free_memory()
        if self._memory is not None:
            settings["memory_limit"] = self._memory
        elif free is not None:
            most = max(LEAST_MEMORY, SHARE_OF_MEMORY * free)
            settings["memory_limit"] = f"{most / 1e6:.0f}MB"
        return self._held.enter_context(duckdb.connect(config=settings))

    def opened(self, source: Source) -> Frame:
        """Open a file, a folder of Parquet, or a table of a DuckDB file."""
        if source.kind == "text":
            return self.brought(read_learners(source.where))
        with self.told():
            return nw.from_native(self._relation(source))

    def brought(self, table: pl.DataFrame) -> Frame:
        """Take a table from memory, which stays where it is."""
        with self.told():
            rows = self.connection.from_arrow(numbered(table).to_arrow())
            return nw.from_native(rows)

    def taken(self, table: IntoFrame) -> Frame:
        """Take a relation of any connection, numbered where it has no ``record``."""
        relation: Any = nw.to_native(table, pass_through=True)
        with self.told():
            return nw.from_native(_numbered(relation))

    def _relation(self, source: Source) -> "DuckDBPyRelation":
        to = self.connection
        if source.kind == "parquet":
            return _in_order(to.sql(_of_files(source.survey)))
        if source.kind == "table" and source.files:
            return self._table(source)
        if source.kind == "table":
            refuse_absent(Path(source.table))
        raise SourceError(
            f"DuckDB reads files, folders and tables of a DuckDB file, got "
            f"{source.shown}. Take --engine spark, or name the file: FILE.duckdb#TABLE."
        )

    def _table(self, source: Source) -> "DuckDBPyRelation":
        import duckdb

        to, place = self.connection, _quoted(source.where, "'")
        try:
            to.execute(f"ATTACH IF NOT EXISTS {place} AS {ATTACHED} (READ_ONLY)")
        except duckdb.Error as error:
            raise SourceError(
                f"{source.where} cannot be opened as a database of DuckDB: "
                f"{first_words(error).rstrip('.!')}. It may be cut off, held by "
                "another program, or of another version of DuckDB: copy it anew, or "
                "export the table to Parquet."
            ) from error
        try:
            return _numbered(to.table(f"{ATTACHED}.{source.table}"))
        except duckdb.CatalogException as error:
            there = [name for (name,) in to.execute(TABLES).fetchall()]
            raise SourceError(
                f"There is no table {source.table} in {source.where}, expected one of "
                f"{preview(there)}. Name it behind #."
                if there
                else f"{source.where} has no tables. Give another database."
            ) from error

    def checkpoint(self, frame: Frame) -> Frame:
        """Keep a frame as a temporary table of its own connection, until the end."""
        name, relation = f"kept_{uuid4().hex}", frame.to_native()
        with self.told():
            relation.query("rows", f"CREATE TEMP TABLE {name} AS FROM rows")
            self._held.callback(_dropped, relation, name)
            return nw.from_native(relation.query("rows", f"FROM {name}"))

    def write(self, frame: Frame, folder: Path) -> None:
        """Write a frame into one file of a folder."""
        folder.mkdir(parents=True)
        with self.told():
            file = str(folder / "part-0.parquet")
            frame.to_native().write_parquet(file, compression="zstd")

    def part(self, frame: Frame, place: int, n_parts: int) -> Frame:
        """Give the records of a part."""
        ids = "coalesce(learner_id, record::VARCHAR)"
        own = f"hash({ids}) % {n_parts} = {place}"
        return nw.from_native(frame.to_native().filter(own))

    def close(self) -> None:
        """End the own connection, and remove what is kept in others and on disk."""
        self._held.close()

    def said(self, error: Exception) -> str:
        """Say that memory or disk was full in the words of the user."""
        if type(error).__name__ == "OutOfMemoryException":
            return (
                f"DuckDB needs more memory than it may have: {first_words(error)}. "
                "Close other programs, or take --engine spark."
            )
        return super().said(error)


def _of_files(found: Survey) -> str:
    """Read files in their order, each column as the one type of all of them."""
    levels = "hive_partitioning = true, hive_types_autocast = false"
    parts = []
    for files, casts in found.runs():
        listed = ", ".join(_quoted(str(file), "'") for file in files)
        typed = _replaced(
            {
                name: _typed(name, dtype)
                for name, dtype in (_durations(found, files[0]) | casts).items()
            }
        )
        parts.append(f"(FROM read_parquet([{listed}], {levels}) SELECT *{typed})")
    return " UNION ALL BY NAME ".join(parts)


def _replaced(columns: Mapping[str, str]) -> str:
    """Say behind a star what some columns are to be instead."""
    listed = ", ".join(f"{told} AS {_quoted(c, MARK)}" for c, told in columns.items())
    return f" REPLACE ({listed})" if listed else ""


def _durations(found: Survey, file: Path) -> dict[str, pl.DataType]:
    """Give the columns of durations, which are whole numbers to DuckDB."""
    own = found.schemas[file].items()
    return {name: dtype for name, dtype in own if dtype == pl.Duration}


def _typed(name: str, dtype: pl.DataType) -> str:
    column = _quoted(name, MARK)
    if isinstance(dtype, pl.Duration):
        return f"to_microseconds({column} {TO_MICROSECONDS[dtype.time_unit]})"
    return f"CAST({column} AS {TYPES[dtype]})" if dtype in TYPES else "NULL"


def _dropped(relation: "DuckDBPyRelation", name: str) -> None:
    """Drop a table from the connection of a relation, unless that was closed before."""
    import duckdb

    with suppress(duckdb.Error):
        relation.query("rows", f"DROP TABLE IF EXISTS {name}")


def _in_order(relation: "DuckDBPyRelation") -> "DuckDBPyRelation":
    """Add the number of each row as they come, which is the order of the files."""
    return relation.project(_with_number(relation, ""))


def _numbered(relation: "DuckDBPyRelation") -> "DuckDBPyRelation":
    """Add the number of each row in the order of content, where it has none."""
    types = dict(zip(relation.columns, map(str, relation.dtypes), strict=True))
    if types.get("record") in INTEGERS:
        return relation
    order = ", ".join(_quoted(column, MARK) for column in relation.columns)
    return relation.project(_with_number(relation, f"ORDER BY {order}"))


def _with_number(relation: "DuckDBPyRelation", order: str) -> str:
    """Put our number first; a column of the user with its name gets another."""
    own = next((c for c in relation.columns if c.lower() == "record"), None)
    renamed = "" if own is None else f" RENAME ({_quoted(own, MARK)} AS record_)"
    types = zip(relation.columns, map(str, relation.dtypes), strict=True)
    times = {
        name: f"CAST({_quoted(name, MARK)} AS TIME)"
        for name, dtype in types
        if dtype in TIMES and name != own
    }
    rest = f"*{_replaced(times)}{renamed}"
    return f"row_number() OVER ({order}) - 1 AS record, {rest}"


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace(mark, 2 * mark) + mark
