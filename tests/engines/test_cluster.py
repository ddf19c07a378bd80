"""A real cluster of Spark on this machine: master, two workers, one of them ended.

Run by `make test-cluster`: it takes minutes and some gigabytes, so no other run does.
"""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.engines.centers import Moved, Space, move_centers
from learnstrata.engines.polars import PolarsEngine
from learnstrata.engines.protocol import Engine
from learnstrata.engines.sources import Source
from learnstrata.engines.spark import SparkEngine
from learnstrata.learners.cleaning import clean
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.lookups import collected, on_grid
from learnstrata.learners.roles.families import add_roles
from learnstrata.learners.rules.bounds import find_limits
from learnstrata.learners.schema.standard import recognise, standardise

pytestmark = pytest.mark.cluster

MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
SPACE = Space({"log_pay": 0, "years": 1}, {})
START = np.array([[13.0, 4.0], [14.0, 4.0], [14.5, 12.0]])


class Daemon:
    """A process of Spark, started by the name of its class."""

    def __init__(self, name: str, *options: str, log: Path) -> None:
        import pyspark

        home = Path(pyspark.__file__).parent
        settings = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_IP": "127.0.0.1"}
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [home / "bin" / "spark-class", name, "--host", "127.0.0.1", *options],
                env=os.environ | settings,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def said(self, pattern: str, seconds: float = 90) -> str:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := re.search(pattern, self.log.read_text(errors="replace")):
                return found[found.lastindex or 0]
            time.sleep(0.2)
        raise AssertionError(f"{pattern} is not in {self.log.read_text()[-2000:]}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, how)
            self.process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[tuple[str, list[Daemon]]]:
    """Give the address of a master, and its two workers."""
    place = tmp_path_factory.mktemp("cluster")
    ports = ("--port", "0", "--webui-port", "0")
    master = Daemon(MASTER, *ports, log=place / "master.log")
    workers: list[Daemon] = []
    try:
        address = master.said(r"Starting Spark master at (spark://[\d.]+:\d+)")
        for i in range(2):
            size = ("--cores", "1", "--memory", "1g", "--work-dir", str(place / f"{i}"))
            worker = Daemon(WORKER, *size, *ports, address, log=place / f"{i}.log")
            worker.said("Successfully registered with master")
            workers.append(worker)
        yield address, workers
    finally:
        for daemon in (*workers, master):
            daemon.end()


def path(
    engine: Engine, source: Source, midway: Callable[[], object] = lambda: None
) -> tuple[pl.DataFrame, Moved]:
    """Clean a table and move centres over its learners."""
    config = load_config("robust", as_of=2021)
    opened = engine.opened(source)
    names = [c for c in opened.collect_schema().names() if c != "record"]
    mapping = recognise(names, config.columns, record=config.record)
    read = standardise(
        opened.to_native(),
        mapping,
        columns=config.columns,
        pay=config.pay,
        record=config.record,
    )
    read = engine.checkpoint(nw.from_native(read)).to_native()
    limits = find_limits(read, config)
    cleaned = clean(add_roles(read), config, limits)
    units = engine.checkpoint(nw.from_native(cleaned.units))
    states = collected(
        nw.from_native(cleaned.ledger).group_by("state", "rule").agg(nw.len())
    )
    known = units.filter(~nw.col("pay").is_null()).with_columns(
        log_pay=on_grid(nw.col("pay").log(), 30),
        years=nw.coalesce(nw.col("years_of_experience"), nw.lit(0.0)),
    )
    midway()
    return states.sort("state", "rule"), move_centers(engine, known, SPACE, START)


def end_at_work(engine: SparkEngine, worker: Daemon) -> None:
    """End a worker without a word, once it is at work again."""
    tracker = engine.session.sparkContext.statusTracker()

    def watch() -> None:
        seen: set[int] = set()
        while len(seen) < 3:
            seen |= set(tracker.getActiveJobsIds())
            time.sleep(0.02)
        worker.end(signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def test_a_worker_that_is_lost_changes_nothing(cluster, stored, monkeypatch):
    address, workers = cluster
    source = stored(make_learners(3_000, rng=7), 4)
    expected = path(PolarsEngine(), source)
    small = "--conf spark.executor.memory=768m --conf spark.sql.shuffle.partitions=4"
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", f"{small} pyspark-shell")
    engine = SparkEngine(master=address)
    found = path(engine, source, lambda: end_at_work(engine, workers[1]))
    lost = workers[1].process.poll()
    engine.close()
    assert lost == -signal.SIGKILL, "the work ended before the worker"
    assert found[0].equals(expected[0])
    assert found[1].centers.tobytes() == expected[1].centers.tobytes()
    assert found[1].sizes.tolist() == expected[1].sizes.tolist()
    assert found[1].inertia == expected[1].inertia
