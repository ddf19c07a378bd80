"""Four processes that write to one store at once: versions, approvals, promotions.

Run: python benchmarks/writers.py [--writers 4] [--writes 300] [--only sqlite|postgres]

Each writer adds a version, approves it, writes down what monitoring found of it, and
promotes it, again and again. Counts the writers that failed, the answers that the store
does not hold, gaps in the numbers of releases, and what `store check` finds.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from blas import kernel  # noqa: E402
from servers import postgres  # noqa: E402
from tables import table  # noqa: E402

from layer.store.writing import missing, written  # noqa: E402
from learnstrata.layer.store.opening import open_store  # noqa: E402

HEAD = "database | writes | seconds | writers that failed | answers lost | faults"


def row(place: Path, database: str, address: str, how: dict[str, int]) -> list[object]:
    """Let writers write to one database; count what is there."""
    folder = place / database.lower()
    folder.mkdir()
    open_store(address).close()
    start = time.perf_counter()
    codes, answers = written(address, folder, **how)
    seconds = time.perf_counter() - start
    store = open_store(address, make=False)
    lost, faults = missing(store, answers)
    store.close()
    told = {kind: len(of) for kind, of in answers.items()}
    print(f"{database}: answered {told}, lost {lost}, faults {faults}")
    n = sum(told.values())
    failed = sum(code != 0 for code in codes)
    return [database, n, f"{seconds:.0f}", failed, sum(lost.values()), len(faults)]


def main() -> None:
    """Measure both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--writes", type=int, default=300)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args()
    print(kernel())
    how = {"writers": asked.writers, "times": asked.writes}
    with tempfile.TemporaryDirectory(prefix="writers-") as name:
        place = Path(name)
        with postgres(place) as server:
            where = {
                "SQLite": f"sqlite:///{place / 'store.db'}",
                "PostgreSQL": server.address,
            }
            rows = [
                row(place, database, address, how)
                for database, address in where.items()
                if database.lower().startswith(asked.only or "")
            ]
    table(HEAD, rows)


if __name__ == "__main__":
    main()
