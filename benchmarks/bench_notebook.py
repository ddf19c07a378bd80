"""The original analysis against `learnstrata run --recipe notebook`, on one table.

Prints wall and CPU time and peak memory of both, each in a process of its own, and
the ratios.

    python benchmarks/bench_notebook.py --learners 153443
"""

import argparse
import compileall
import sys
import tempfile
from pathlib import Path

from blas import kernel
from measuring import measure

import learnstrata
from learnstrata.learners.demo.tables import make_learners

ORIGINAL = Path(__file__).resolve().parents[1] / "tests" / "original.py"


def main() -> None:
    """Make the table, run both, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=153_443)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    for folder in learnstrata.__path__:  # as a package is once it is installed
        compileall.compile_dir(folder, quiet=2)
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
    print(kernel())
    for name, cost in results.items():
        print(
            f"{name:<20} {cost.wall:8.1f} s wall {cost.cpu:8.1f} s CPU "
            f"{cost.memory:8.0f} MB"
        )
    base, ours = results["original analysis"], results["recipe notebook"]
    print(f"original / notebook: {base.wall / ours.wall:.1f} times the time")
    print(f"original / notebook: {base.cpu / ours.cpu:.1f} times the CPU time")
    print(f"original / notebook: {base.memory / ours.memory:.1f} times the memory")


if __name__ == "__main__":
    main()
