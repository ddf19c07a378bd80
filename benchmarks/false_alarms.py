"""How often the verdict says "natural" of tables without clusters.

Run: python benchmarks/false_alarms.py [--rows 3000] [--seeds 20]

Prints, for each family of tables, how often each word was given; families with
separated groups come last. Seeds are 0, 1, 2, ...; the exit code is 1 after a false
alarm.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from learnstrata.segments.evidence.examination import verdict_of_matrix

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from structureless import SEPARATED, STRUCTURELESS

WORDS = ("natural", "reproducible", "constructive")


def verdict_of(X: npt.NDArray[np.float64], seed: int) -> str:
    """Judge a table by the default recipe, in one word."""
    return verdict_of_matrix(X, rng=seed).word


def main() -> int:
    """Judge every family under every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    print(f"{options.rows:,} rows, seeds 0..{options.seeds - 1}\n")
    print(f"| table | {' | '.join(WORDS)} |\n|---|---|---|---|")
    alarms = 0
    for name, table in (STRUCTURELESS | SEPARATED).items():
        given = Counter(
            verdict_of(table(options.rows, np.random.default_rng(seed)), seed)
            for seed in range(options.seeds)
        )
        cells = " | ".join(str(given[word]) for word in WORDS)
        print(f"| {name} | {cells} |", flush=True)
        alarms += given["natural"] if name in STRUCTURELESS else 0
    print(f"\nfalse alarms: {alarms} of {options.seeds * len(STRUCTURELESS)}")
    return int(alarms > 0)


if __name__ == "__main__":
    sys.exit(main())
