"""Which engine a table is opened with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import narwhals as nw

from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.engines.memory import free_memory, needed_memory, refuse_too_large
from learnstrata.engines.polars import PolarsEngine
from learnstrata.engines.protocol import Engine, EngineName
from learnstrata.engines.sources import Source
from learnstrata.engines.spark import SparkEngine
from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.learners.lookups import Frame
from learnstrata.learners.sources.files import no_rows, read_source
from learnstrata.learners.sources.info import SourceInfo

__all__ = [
    "EngineChoice",
    "Opened",
    "choose_engine",
    "engine_of",
    "open_table",
    "refuse_too_large_text",
]

EngineChoice = Literal["auto", "polars", "duckdb", "spark"]
MAKE: Mapping[EngineName, Callable[[], Engine]] = {
    "polars": PolarsEngine,
    "duckdb": DuckDBEngine,
}
LABELS: Mapping[EngineName, str] = {
    "polars": "Polars",
    "duckdb": "DuckDB",
    "spark": "Spark",
}


class Opened(NamedTuple):
    """A table on its engine, and what it turned out to be."""

    engine: Engine
    frame: Frame
    info: SourceInfo


def open_table(
    table: str | Path | Source,
    engine: EngineChoice = "auto",
    *,
    master: str | None = None,
    remote: str | None = None,
) -> Opened:
    r"""Open a table with the engine that was asked for, or the one it calls for.

    Parameters
    ----------
    table : str, Path or Source
        A place as `Source.of` knows it.
    engine : {"auto", "polars", "duckdb", "spark"}, default="auto"
        As in `choose_engine`.
    master, remote : str, default=None
        Where Spark runs, as in `SparkEngine`.

    Raises
    ------
    SourceError
        If the table cannot be opened, the engine cannot be started, or the memory would
        not hold the learners.
    ParameterError
        If engine and address do not go together.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "learners.csv"
    ...     _ = path.write_text("email,ctc\na1,12\n")
    ...     opened = open_table(path)
    >>> opened.engine.name, opened.info.format
    ('polars', 'csv')
    """
    source = table if isinstance(table, Source) else Source.of(table)
    name = choose_engine(source, engine, elsewhere=bool(master or remote))
    spark = name == "spark"
    made = SparkEngine(master=master, remote=remote) if spark else MAKE[name]()
    try:
        return _opened(made, source)
    except BaseException:
        made.close()
        raise


def _opened(engine: Engine, source: Source) -> Opened:
    told = f"Read and cleaned by {LABELS[engine.name]}."
    if source.kind == "text":
        refuse_too_large_text(source)
        rows, info = read_source(source.where)
        notes = (*info.notes, told)
        return Opened(engine, engine.brought(rows), replace(info, notes=notes))
    frame = engine.opened(source)
    known = source.rows()
    n_rows = int(engine.sums(frame, [], [])["n"][0]) if known is None else known
    columns = frame.collect_schema().names()
    if not n_rows:
        raise SourceError(no_rows(source.shown, columns[1:]))
    refuse_too_large(n_rows, engine.name)
    notes = source.survey.notes if source.kind == "parquet" else ()
    info = SourceInfo(
        format="parquet" if source.kind in {"parquet", "remote"} else "table",
        rows=n_rows,
        columns=len(columns) - 1,
        files=max(1, len(source.files)),
        notes=(*notes, told),
    )
    return Opened(engine, frame, info)


def refuse_too_large_text(source: Source) -> None:
    """Refuse a text that would not fit, by its guessed rows; any engine reads it whole.

    Raises
    ------
    SourceError
    """
    if (rows := source.guessed_rows()) is not None:
        refuse_too_large(rows, guessed=True)


def engine_of(table: object) -> Engine | None:
    """Give the engine that a frame is on; None where it is in memory, or is no frame.

    Examples
    --------
    >>> import polars as pl
    >>> engine_of(pl.DataFrame()) is None
    True
    """
    native: Any = nw.to_native(table, pass_through=True)
    if nw.dependencies.is_duckdb_relation(native):
        return DuckDBEngine()
    of_spark = nw.dependencies.is_pyspark_dataframe(native)
    of_connect = nw.dependencies.is_pyspark_connect_dataframe(native)
    session: Any = native.sparkSession if of_spark or of_connect else None
    return None if session is None else SparkEngine(session=session)


def choose_engine(
    source: Source,
    engine: EngineChoice = "auto",
    *,
    elsewhere: bool = False,
    free: float | None = None,
) -> EngineName:
    """Choose the engine by where a table lies and how large it is.

    Databases behind JDBC and files elsewhere are for Spark, tables of a DuckDB file for
    DuckDB, other files for Polars; Parquet that would not fit into memory for DuckDB. A
    table of the catalogue of Spark has to be asked for.

    Parameters
    ----------
    source : Source
    engine : {"auto", "polars", "duckdb", "spark"}, default="auto"
        Anything but ``auto`` decides.
    elsewhere : bool, default=False
        An address of Spark was given.
    free : float, default=None
        Bytes of memory that there are; None asks the machine.

    Raises
    ------
    ParameterError
        If an address of Spark was given for another engine.

    Examples
    --------
    >>> choose_engine(Source("jdbc", "jdbc:postgresql://db/school", "learners"))
    'spark'
    """
    if elsewhere and engine not in {"auto", "spark"}:
        raise ParameterError(
            f"Got the engine {engine} and an address of Spark, expected one of them. "
            "Leave out --spark-master and --spark-remote, or take --engine spark."
        )
    if engine != "auto":
        return engine
    if elsewhere or source.kind in {"jdbc", "remote"}:
        return "spark"
    if source.kind == "table":
        return "duckdb" if source.files else "polars"
    free = free_memory() if free is None else free
    rows = source.rows()
    fits = rows is None or free is None or needed_memory(rows) <= free
    return "polars" if fits else "duckdb"
