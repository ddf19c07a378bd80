"""Which engine a table is opened with."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import narwhals as nw
from narwhals.typing import IntoFrame

from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.engines.memory import free_memory, needed_memory
from learnstrata.engines.polars import PolarsEngine
from learnstrata.engines.protocol import Engine, EngineName
from learnstrata.engines.sources import Source
from learnstrata.engines.spark import SparkEngine
from learnstrata.exceptions import ParameterError
from learnstrata.learners.lookups import Frame

__all__ = ["EngineChoice", "Opened", "choose_engine", "open_table"]

EngineChoice = Literal["auto", "polars", "duckdb", "spark"]
MAKE: Mapping[EngineName, Callable[[], Engine]] = {
    "polars": PolarsEngine,
    "duckdb": DuckDBEngine,
}
OF_LIBRARY: Mapping[nw.Implementation, EngineName] = {
    nw.Implementation.DUCKDB: "duckdb",
    nw.Implementation.PYSPARK: "spark",
    nw.Implementation.PYSPARK_CONNECT: "spark",
}


class Opened(NamedTuple):
    """A table on its engine; the source is None where a frame was given."""

    engine: Engine
    frame: Frame
    source: Source | None


def open_table(
    table: str | Path | IntoFrame,
    engine: EngineChoice = "auto",
    *,
    master: str | None = None,
    remote: str | None = None,
) -> Opened:
    """Open a table with the engine that was asked for, or the one it calls for.

    Parameters
    ----------
    table : str, Path or data frame
        A place as `Source.of` knows it, or a frame of any library; a frame of DuckDB or
        Spark stays where it is.
    engine : {"auto", "polars", "duckdb", "spark"}, default="auto"
        As in `choose_engine`.
    master, remote : str, default=None
        Where Spark runs, as in `SparkEngine`.

    Raises
    ------
    SourceError
        If the table cannot be opened, or the engine cannot be started.
    ParameterError
        If engine and table, or engine and address do not go together.

    Examples
    --------
    >>> import polars as pl
    >>> opened = open_table(pl.DataFrame({"ctc": [1.0]}))
    >>> opened.engine.name, opened.source is None
    ('polars', True)
    """
    if not isinstance(table, str | Path):
        return _of_frame(table, engine)
    source = Source.of(table)
    name = choose_engine(source, engine, elsewhere=bool(master or remote))
    made = (
        SparkEngine(master=master, remote=remote) if name == "spark" else MAKE[name]()
    )
    return Opened(made, made.opened(source), source)


def choose_engine(
    source: Source,
    engine: EngineChoice = "auto",
    *,
    elsewhere: bool = False,
    free: float | None = None,
) -> EngineName:
    """Choose the engine by where a table lies and how large it is.

    Databases behind JDBC, tables of a catalogue and files elsewhere are for Spark,
    tables of a DuckDB file for DuckDB, other files for Polars; Parquet that would not
    fit into memory for DuckDB.

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
        return "duckdb" if source.files else "spark"
    free = free_memory() if free is None else free
    rows = source.rows()
    fits = rows is None or free is None or needed_memory(rows) <= free
    return "polars" if fits else "duckdb"


def _of_frame(table: IntoFrame, engine: EngineChoice) -> Opened:
    frame: Frame = nw.from_native(table)
    own = OF_LIBRARY.get(frame.implementation, "polars")
    if engine not in {"auto", own}:
        raise ParameterError(
            f"Got a frame of {frame.implementation.value} and the engine {engine}, "
            f"expected {own} or auto: a frame stays where it is."
        )
    native = frame.to_native()
    if own == "spark":
        spark = SparkEngine(session=native.sparkSession)
        return Opened(spark, spark.taken(native), None)
    if own == "duckdb":
        duckdb = DuckDBEngine()
        return Opened(duckdb, duckdb.taken(native), None)
    return Opened(PolarsEngine(), frame, None)
