"""Spark as an engine: many machines, or the cores and the disk of one."""

import logging
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property, reduce
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.disk.stopping import handlers_kept
from learnstrata.engines.memory import free_memory
from learnstrata.engines.protocol import Engine, first_words, numbered
from learnstrata.engines.sources import Source
from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.learners.lookups import Frame, collected
from learnstrata.learners.sources.files import read_learners
from learnstrata.wording.addresses import shown_address

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["SparkEngine"]

LOCAL = "local[*]"
HERE = ("local", "spark://127.0.0.1", "spark://localhost")
GIGABYTE = 2**30
SHARE_OF_MEMORY = 0.5  # for the JVM, where it runs on this machine
CHATTY = "DataFrameQueryContextLogger"  # prints what it raises as well
SETTINGS: Mapping[str, str] = {
    "spark.app.name": "learnstrata",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.maxResultSize": "0",  # the learners; their size is looked at before
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A larger method than this is never compiled by HotSpot.
    "spark.sql.codegen.hugeMethodLimit": "8000",
}
ON_LOOPBACK: Mapping[str, str] = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
NO_PYSPARK = (
    "The engine spark needs pyspark, which is not installed: pip install "
    "'learnstrata[spark]'. It needs Java 17 or newer as well."
)
NO_CONNECT = (
    "Spark Connect (--spark-remote) needs more of pyspark than is installed: pip "
    "install 'pyspark[connect]'."
)
NO_JAVA = (
    "Spark needs Java 17 or newer, and there is no java on this machine. Install it "
    "(Debian: apt install openjdk-17-jre-headless), set JAVA_HOME, or give a Spark "
    "that runs elsewhere: --spark-remote sc://HOST."
)
ENDED = (
    "Spark ended while it worked ({}). Nothing was written. Run again; if it ends "
    "again, give it more memory (--conf spark.driver.memory of spark-submit) or "
    "another master."
)
TYPES: Mapping[pl.DataType, str] = {
    pl.String(): "string",
    pl.Int64(): "bigint",
    pl.Float64(): "double",
}
SIGNS_OF_DEATH = (
    "Answer from Java side is empty",
    "Connection refused",
    "Connection reset",
    "SparkContext was shut down",
    "stopped SparkContext",
    "while sending or receiving",
    "UNAVAILABLE",
)


class SparkEngine(Engine):
    """A session of Spark; what is checkpointed is kept by its executors.

    Parameters
    ----------
    master : str, default=None
        Address of a cluster, such as ``spark://HOST:7077``; None is this machine, or
        what spark-submit says.
    remote : str, default=None
        Address of a server of Spark Connect, such as ``sc://HOST``.
    session : SparkSession, default=None
        One that is there already; it is not ended.
    """

    name = "spark"
    libraries = frozenset({"pyspark", "py4j", "grpc", "narwhals"})

    def __init__(
        self,
        *,
        master: str | None = None,
        remote: str | None = None,
        session: "SparkSession | None" = None,
    ) -> None:
        if master and remote:
            raise ParameterError(
                "Got --spark-master and --spark-remote, expected one of them: a master "
                "starts a session here, a remote has one. Leave out the other."
            )
        self._master, self._remote, self._given = master, remote, session
        self._kept: list[DataFrame] = []

    @cached_property
    def session(self) -> "SparkSession":
        """The session, started when it is first needed."""
        _refuse_without_pyspark()
        if self._given is not None:
            return self._given
        return _remote(self._remote) if self._remote else _started(self._master)

    def opened(self, source: Source) -> Frame:
        """Open a file, a folder, an address of files, a table, a database."""
        if source.kind == "text":
            return self.brought(read_learners(source.where))
        with self.told():
            return nw.from_native(self._table(source))

    def brought(self, table: pl.DataFrame) -> Frame:
        """Send a table from memory to the executors."""
        with self.told():
            rows = self.session.createDataFrame(numbered(table).to_arrow())
            return nw.from_native(rows)

    def taken(self, table: IntoFrame) -> Frame:
        """Take a frame of this session, numbered where it has no ``record``."""
        rows: Any = nw.to_native(table, pass_through=True)
        with self.told():
            return nw.from_native(_numbered(rows, self._keep))

    def _table(self, source: Source) -> "DataFrame":
        read = self.session.read
        if source.kind == "parquet":
            base = source.where if Path(source.where).is_dir() else None
            based = read.option("basePath", base) if base else read
            return _in_order(
                _placed(based.parquet(*map(str, files)), casts)
                for files, casts in source.survey.runs()
            )
        if source.kind == "remote":
            return _in_order([_placed(read.parquet(source.where), {})])
        if source.kind == "jdbc":
            return _numbered(read.jdbc(source.where, source.table), self._keep)
        if source.files:
            raise SourceError(
                f"Spark does not read the DuckDB file {source.where}. Take --engine "
                "duckdb."
            )
        return _numbered(read.table(source.table), self._keep)

    def checkpoint(self, frame: Frame) -> Frame:
        """Keep a frame in the memory and on the disks of the executors.

        What a lost executor held is computed again from where it came from.
        """
        with self.told():
            return nw.from_native(self._keep(frame.to_native()))

    def _keep(self, table: "DataFrame") -> "DataFrame":
        from pyspark.storagelevel import StorageLevel

        self._kept.append(table.persist(StorageLevel.MEMORY_AND_DISK))
        return self._kept[-1]

    def write(self, frame: Frame, folder: Path) -> None:
        """Write a frame into a folder that driver and executors see by one path."""
        with self.told():
            frame.to_native().write.mode("error").parquet(str(folder.absolute()))

    def part(self, frame: Frame, place: int, n_parts: int) -> Frame:
        """Give the records of a part."""
        ids = "coalesce(learner_id, cast(record AS string))"
        own = f"pmod(xxhash64({ids}), {n_parts}) = {place}"
        return nw.from_native(frame.to_native().where(own))

    def close(self) -> None:
        """Let go what is kept; end the session, where this engine started it."""
        while self._given is not None and self._kept:
            with suppress(SourceError), self.told():  # one that ended keeps nothing
                self._kept.pop().unpersist()
        if self._given is None and "session" in self.__dict__:
            with self.told():
                self.session.stop()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what Spark says into one line of ours, and say it once."""
        root = logging.getLogger()
        is_first = _is_not_of_py4j not in root.filters
        root.addFilter(_is_not_of_py4j)
        try:
            with super().told():
                yield
        finally:
            if is_first:
                root.removeFilter(_is_not_of_py4j)

    def said(self, error: Exception) -> str:
        """Tell a session that died from work that it refuses."""
        text = f"{type(error).__name__}: {error}"
        if any(sign in text for sign in SIGNS_OF_DEATH) or isinstance(error, OSError):
            return ENDED.format(first_words(error) or type(error).__name__)
        return super().said(error)


def _is_not_of_py4j(record: logging.LogRecord) -> bool:
    return "py4j" not in Path(record.pathname).parts


def _refuse_without_pyspark() -> None:
    try:
        import pyspark
    except ImportError as error:
        raise SourceError(NO_PYSPARK) from error
    with warnings.catch_warnings():
        # It loads this when it first needs a type, and warns of a pandas we do not use.
        warnings.simplefilter("ignore", FutureWarning)
        import pyspark.testing.utils  # noqa: F401 - loaded for what it does
    logging.getLogger(CHATTY).setLevel(logging.CRITICAL)


def _started(master: str | None) -> "SparkSession":
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    if not _has_java():
        raise SourceError(NO_JAVA)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ  # spark-submit says where it runs
    here = master.startswith(HERE) if master else not submitted
    if here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {**SETTINGS, **(ON_LOOPBACK if here else {})}
    if here:
        settings["spark.driver.memory"] = _driver_memory()
    builder = SparkSession.builder.config(map=dict(settings))
    if master is not None or not submitted:
        builder = builder.master(master or LOCAL)
    try:
        with handlers_kept():
            return builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise SourceError(
            f"Spark did not start: {first_words(error)}. It needs Java 17 or newer "
            f"and a master that answers ({shown_address(master or LOCAL)})."
        ) from error


def _remote(address: str | None) -> "SparkSession":
    from pyspark.sql import SparkSession

    try:
        return SparkSession.builder.remote(str(address)).getOrCreate()
    except ImportError as error:
        raise SourceError(NO_CONNECT) from error
    except Exception as error:
        raise SourceError(
            f"No Spark Connect at {shown_address(str(address))}: {first_words(error)}. "
            "Expected an address such as sc://HOST:15002."
        ) from error


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java", path=f"{home}/bin" if home else None))


def _driver_memory() -> str:
    free = free_memory() or 2 * GIGABYTE
    return f"{max(1, int(SHARE_OF_MEMORY * free / GIGABYTE))}g"


def _placed(table: "DataFrame", casts: Mapping[str, pl.DataType]) -> "DataFrame":
    """Add the file of each row and its place in that; cast what differs from others."""
    from pyspark.sql import functions as f

    place = (f.col("_metadata.file_path"), f.col("_metadata.row_index"))
    read = table.withColumns({"_file": place[0], "_row": place[1]})
    typed = {
        name: f.col(f"`{name}`").cast(TYPES[dtype]) if dtype in TYPES else f.lit(None)
        for name, dtype in casts.items()
    }
    return _without_record(read.withColumns(typed) if typed else read)


def _in_order(tables: "Iterable[DataFrame]") -> "DataFrame":
    """Add the number of each row, by the place of its file and its place in that."""
    from pyspark.sql import functions as f

    read = reduce(lambda above, below: above.unionByName(below), tables)
    counted = collected(
        nw.from_native(read.groupBy("_file").agg(f.count("*").alias("_rows")))
    )
    paths = counted["_file"].to_list()
    order = sorted(range(len(paths)), key=lambda i: _path_of(paths[i]))
    firsts = counted[order].select(
        "_file", _first=pl.col("_rows").cum_sum() - pl.col("_rows")
    )
    small = f.broadcast(read.sparkSession.createDataFrame(firsts.to_arrow()))
    numbered = read.join(small, on="_file", how="left")
    own = [name for name in read.columns if name not in {"_file", "_row"}]
    return numbered.select((f.col("_first") + f.col("_row")).alias("record"), *own)


def _path_of(address: str) -> PurePosixPath:
    return PurePosixPath(unquote(urlparse(address).path))


def _numbered(
    table: "DataFrame", keep: Callable[["DataFrame"], "DataFrame"]
) -> "DataFrame":
    """Add the number of each row in the order of their content, where it has none.

    Sorted in parts, each row is given its part and its place there; how many rows the
    parts before have is added.
    """
    from pyspark.sql import functions as f
    from pyspark.sql.types import IntegralType

    types = {field.name: field.dataType for field in table.schema.fields}
    if isinstance(types.get("record"), IntegralType):
        return table
    table = _without_record(table)
    ordered = table.sort(*(f.col(f"`{c}`") for c in table.columns))
    placed = keep(ordered.withColumn("_place", f.monotonically_increasing_id()))
    part = f.shiftright("_place", 33).alias("_part")
    counted = collected(
        nw.from_native(placed.groupBy(part).agg(f.count("*").alias("n")))
    )
    firsts = counted.sort("_part").select(
        "_part", _first=pl.col("n").cum_sum() - pl.col("n")
    )
    small = f.broadcast(table.sparkSession.createDataFrame(firsts.to_arrow()))
    joined = placed.withColumn("_part", part).join(small, on="_part", how="left")
    place = f.col("_place") - f.shiftleft("_part", 33)
    return joined.select((f.col("_first") + place).alias("record"), *table.columns)


def _without_record(table: "DataFrame") -> "DataFrame":
    """Give a column of the user that has the name of our number another."""
    own = next((c for c in table.columns if c.lower() == "record"), None)
    return table if own is None else table.withColumnRenamed(own, "record_")
