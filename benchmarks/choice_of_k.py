"""How often the rule of k finds planted groups, and sees some where there are none.

Run: python benchmarks/choice_of_k.py [--seeds 20] [--rows 3000] [--only ring]

Prints, by the default recipe: for each family with planted groups the share of tables
whose number is found, and the mean adjusted Rand index of the cut; for each family
without groups how often each word is said; of the tables called repeatable, how often
two fits on new halves agree; and how often the same number comes out on two thirds of
the rows and under other seeds.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from learnstrata.config.loading import load_config
from learnstrata.segments.choice.sweep import Dossier, select
from learnstrata.segments.evidence.verdict import judge
from learnstrata.stats import kmeans
from learnstrata.stats.stability import agreement

# the families are those of the tests
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from planted import PLANTED
from structureless import BLOCK, STRUCTURELESS, categories_beside_a_cloud

WORDS = ("natural", "repeatable", "arbitrary", "undivided")
CONFIG = load_config(evidence={"level": "none"})
OTHER_SEEDS = 5
Table = npt.NDArray[np.float32]
CATEGORIES = "categories beside a cloud"
WITHOUT = {**STRUCTURELESS, CATEGORIES: categories_beside_a_cloud}


@dataclass(frozen=True)
class Found:
    """What the rule said of one table."""

    k: int
    word: str
    is_settled: bool
    labels: npt.NDArray[np.int32]


def found_in(X: Table, seed: int, name: str) -> Found:
    """Choose k for a table by the default recipe, and judge the cut."""
    dossier = _dossier(X, seed, name)
    labels = np.zeros(len(X), dtype=np.int32)
    if dossier.k > 1:
        labels = kmeans.nearest(X, dossier.fits[dossier.k].centers)
    word = judge(dossier, CONFIG.selection.rule).word
    return Found(dossier.k, word, dossier.choice.is_settled, labels)


def _dossier(X: Table, seed: int, name: str) -> Dossier:
    return select(
        X,
        CONFIG.selection,
        rng=seed,
        evidence=CONFIG.evidence,
        least=CONFIG.privacy.learners,
        blocks=[BLOCK] if name == CATEGORIES else [],
    )


def halves_agree(X: Table, new: Table, k: int, rng: np.random.Generator) -> float:
    """Cut two halves of new rows of the population, and compare both cuts on X."""
    cuts = [
        kmeans.nearest(X, kmeans.fit(half, k, rng=rng).centers)
        for half in np.array_split(new, 2)
    ]
    return agreement(*cuts).ari


def recurs(X: Table, found: Found, name: str, rng: np.random.Generator) -> bool:
    """Say whether the same k comes out again, or the report says it may not."""
    if not found.is_settled:
        return True
    some = rng.permutation(len(X))[: 2 * len(X) // 3]
    again = [_dossier(X[some], 0, name).k]
    again += [_dossier(X, seed, name).k for seed in range(1000, 1000 + OTHER_SEEDS)]
    return set(again) == {found.k}


def tables(
    seeds: int, rows: int, only: str, *, skip: bool
) -> Iterator[tuple[str, int, Table, npt.NDArray[np.integer] | None, Table]]:
    """Draw every table: family, seed, matrix, planted groups, and as many new rows."""
    for name, (family, ks, n) in ({} if skip else PLANTED).items():
        for k in ks:
            for seed in range(seeds):
                if only in name:
                    X, y = family(k, n, np.random.default_rng([seed, k]))
                    yield f"{name}, {k}", seed, X.astype(np.float32), y, X[:0]
    for name, family in WITHOUT.items():
        for seed in range(seeds):
            if only in name:
                both = family(2 * rows, np.random.default_rng(seed)).astype(np.float32)
                yield name, seed, both[:rows], None, both[rows:]


def main() -> int:
    """Choose k for every table and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", default="", help="families with this in their name")
    parser.add_argument("--skip-planted", action="store_true")
    parser.add_argument(
        "--again", type=int, default=2, help="seeds whose choice is made again"
    )
    options = parser.parse_args()
    print(f"seeds 0..{options.seeds - 1}; {options.rows:,} rows without groups\n")
    print(f"| family | right k | Rand | {' | '.join(WORDS)} | k | settled |")
    print("|---" * (5 + len(WORDS)) + "|")
    said: dict[str, list[tuple[Found, bool | None, float | None]]] = {}
    agreed: list[float] = []
    again: list[bool] = []
    for name, seed, X, y, new in tables(
        options.seeds, options.rows, options.only, skip=options.skip_planted
    ):
        found = found_in(X, seed, name)
        rng = np.random.default_rng([seed, 1])
        if found.word == "repeatable" and y is None:
            agreed.append(halves_agree(X, new, found.k, rng))
        if seed < options.again:
            again.append(recurs(X, found, name, rng))
        is_right = None if y is None else found.k == len(np.unique(y))
        ari = None if y is None else agreement(found.labels, y).ari
        said.setdefault(name, []).append((found, is_right, ari))
        if len(said[name]) == options.seeds:
            print(_row(name, said[name]), flush=True)
    _totals(said, agreed, again)
    return 0


def _row(name: str, said: list[tuple[Found, bool | None, float | None]]) -> str:
    words = Counter(found.word for found, *_ in said)
    ks = Counter(found.k for found, *_ in said)
    right = [one for _, one, _ in said if one is not None]
    aris = [one for *_, one in said if one is not None]
    cells = [
        f"{sum(right)} of {len(right)}" if right else "",
        f"{np.mean(aris):.3f}" if aris else "",
        *(str(words[word]) for word in WORDS),
        ", ".join(f"{k}: {n}" for k, n in sorted(ks.items())),
        str(sum(found.is_settled for found, *_ in said)),
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _totals(
    said: dict[str, list[tuple[Found, bool | None, float | None]]],
    agreed: list[float],
    again: list[bool],
) -> None:
    each = [one for rows in said.values() for one in rows]
    right = [one for _, one, _ in each if one is not None]
    aris = [one for *_, one in each if one is not None]
    alarms = [
        found.word == "natural" for found, is_right, _ in each if is_right is None
    ]
    if right:
        print(f"\nplanted: right k in {sum(right)} of {len(right)}", end="")
        print(f", mean adjusted Rand index {np.mean(aris):.3f}")
    if alarms:
        print(f"without groups: natural in {sum(alarms)} of {len(alarms)}")
    if agreed:
        alike = sum(one >= 0.8 for one in agreed)
        print(f"repeatable: new halves agree (0.8) in {alike} of {len(agreed)}")
    if again:
        print(
            f"the same k again, or said not to be settled: {sum(again)} of {len(again)}"
        )


if __name__ == "__main__":
    sys.exit(main())
