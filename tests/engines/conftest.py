"""Each engine in turn, and tables stored for them."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.engines.polars import PolarsEngine
from learnstrata.engines.protocol import Engine
from learnstrata.engines.sources import Source

ENGINES = ("polars", "duckdb", "spark")


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
