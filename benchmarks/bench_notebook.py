"""The original analysis against `learnstrata run --recipe notebook`, on one table.

Prints wall time and peak memory of both, each in a process of its own, and the ratios.

    python benchmarks/bench_notebook.py --learners 153443
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from learnstrata.learners.demo import make_learners

ORIGINAL = Path(__file__).resolve().parents[1] / "tests" / "original.py"
MEGABYTE = 2**20


def measure(command: list[str]) -> tuple[float, float]:
    """Run a command; give its seconds and the peak of its memory in MB."""
    start, peak = time.perf_counter(), 0
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(member.memory_info().rss for member in family))
        except psutil.NoSuchProcess:
            continue
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{command[:4]} failed with code {process.returncode}")
    return time.perf_counter() - start, peak / MEGABYTE


def main() -> None:
    """Make the table, run both, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=153_443)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = str(Path(folder) / "learners.csv")
        make_learners(arguments.learners, rng=arguments.seed).write_csv(table)
        run = [sys.executable, "-m", "learnstrata", "run", table, "--quiet"]
        notebook = [*run, "--recipe", "notebook", "--as-of", "2026"]
        commands = {
            "original analysis": [sys.executable, str(ORIGINAL), table],
            "recipe notebook": [*notebook, "--out", f"{folder}/notebook"],
            "recipe robust": [*run, "--out", f"{folder}/robust"],
        }
        results = {name: measure(command) for name, command in commands.items()}
    for name, (seconds, memory) in results.items():
        print(f"{name:<20} {seconds:8.1f} s {memory:8.0f} MB")
    base, ours = results["original analysis"], results["recipe notebook"]
    print(f"original / notebook: {base[0] / ours[0]:.1f} times the time")
    print(f"original / notebook: {base[1] / ours[1]:.1f} times the memory")


if __name__ == "__main__":
    main()
