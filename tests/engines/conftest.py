"""Each engine, and one session of Spark for all tests that need it."""

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.engines.polars import PolarsEngine
from learnstrata.engines.protocol import Engine
from learnstrata.engines.sources import Source
from learnstrata.engines.spark import SparkEngine

ENGINES = ("polars", "duckdb", "spark")


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkEngine]:
    """A real session on two cores, started once."""
    pytest.importorskip("pyspark")
    # Code that is compiled once and little takes half the time of the best code.
    quick = "--driver-java-options -XX:TieredStopAtLevel=1 pyspark-shell"
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", quick)
    engine = SparkEngine(master="local[2]")
    yield engine
    engine.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn."""
    if request.param == "spark":
        yield request.getfixturevalue("spark")
        return
    engine = {"polars": PolarsEngine, "duckdb": DuckDBEngine}[request.param]()
    yield engine
    engine.close()


@pytest.fixture
def stored(tmp_path: Path):
    """Store a table as so many files of Parquet, and give their folder."""

    def store(table: pl.DataFrame, files: int = 1, *, name: str = "table") -> Source:
        folder = tmp_path / name
        folder.mkdir()
        size = -(-len(table) // files)
        for i in range(files):
            table[i * size : (i + 1) * size].write_parquet(folder / f"{i:03}.parquet")
        return Source.of(folder)

    return store
