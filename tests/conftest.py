"""One table, every engine."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

# No test times anything: a slow machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

Table = dict[str, list[Any]]


def _duckdb_relation(table: Table) -> Any:
    duckdb = pytest.importorskip("duckdb")
    arrow = pytest.importorskip("pyarrow")
    return duckdb.from_arrow(arrow.table(table))


def _engine_frame(engine: str) -> Callable[[Table], Any]:
    if engine == "duckdb":
        return _duckdb_relation
    return pytest.importorskip(engine).DataFrame


@pytest.fixture(params=["polars", "pandas", "duckdb"])
def frame(request: pytest.FixtureRequest) -> Callable[[Table], Any]:
    """Build a native frame of the engine under test from a dict of lists.

    DuckDB keeps no row order: give its tables a column ``record``.
    """
    return _engine_frame(request.param)
