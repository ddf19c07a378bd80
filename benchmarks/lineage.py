"""How well a refit's segments are matched to those of before, where the truth is known.

    python benchmarks/lineage.py

Generated refits: learners leave and join, some change their segment at random, numbers
are drawn anew, and in most of them one segment is split, merged, new or gone. And real
ones: the demo table cut again under other seeds, and again from parts of its learners.
"""

import argparse
from collections import Counter

import numpy as np
import polars as pl

from learnstrata.config.loading import load_config
from learnstrata.layer.lineage import Event, lineage_of
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import prepare_learners
from learnstrata.stats import kmeans

KINDS = ("none", "split", "merged", "new", "retired")
Truth = set[tuple[str, int]]


def generated(
    rng: np.random.Generator,
) -> tuple[pl.DataFrame, pl.DataFrame, int, Truth, dict[int, int]]:
    """Give old and new members, segments of the new, what happened, who stays."""
    k, n = int(rng.integers(3, 9)), int(rng.integers(1_500, 12_000))
    shares = rng.dirichlet(np.full(k, 4.0))
    old = rng.choice(k, size=n, p=shares)
    new, joined = old.copy(), int(n * rng.uniform(0, 0.3))
    kind, at = str(rng.choice(KINDS)), int(rng.integers(k))
    truth: Truth = set()
    fate = {i: i for i in range(k)}
    if kind == "split":
        part = rng.random(n) < rng.uniform(0.25, 0.42)
        new[(old == at) & part] = k
        truth.add(("split", at))
    elif kind == "merged":
        sizes = np.bincount(old, minlength=k)
        small, large = np.argsort(sizes)[[0, -1]]
        new[old == small] = large
        truth.add(("merged", int(small)))
        del fate[int(small)]
    elif kind == "retired" and k > 3:  # in halves, it would be split and merged
        others = [i for i in range(k) if i != at]
        gone = old == at
        new[gone] = rng.choice(others, size=int(gone.sum()))
        truth.add(("retired", at))
        del fate[at]
    stays = rng.random(n) > rng.uniform(0, 0.3)
    strays = rng.random(n) < rng.uniform(0, 0.12)
    new[strays] = rng.choice(np.unique(new), size=int(strays.sum()))
    later = rng.choice(np.unique(new), size=joined)
    if kind == "new":
        later[: joined // 2] = k
        later = np.append(later, np.full(50, k))
        truth.add(("new", k))
    values, codes = np.unique(np.append(new[stays], later), return_inverse=True)
    order = rng.permutation(len(values)) + 1
    numbers = dict(zip(values.tolist(), order.tolist(), strict=True))
    if kind == "new":
        truth = {("new", numbers[k])}
    ids = pl.Series(np.arange(n)).cast(pl.String)
    fresh = pl.Series(np.arange(n, n + len(later))).cast(pl.String)
    before = pl.DataFrame({"learner_id": ids, "segment": old + 1})
    after = pl.DataFrame(
        {
            "learner_id": pl.concat([ids.filter(pl.Series(stays)), fresh]),
            "number": order[codes],
        }
    )
    lasting = {i + 1: numbers[j] for i, j in fate.items() if j in numbers}
    told = {(e, i if e == "new" else i + 1) for e, i in truth}
    return before, after, len(numbers), told, lasting


def events_of(found: tuple[Event, ...]) -> Truth:
    """Give the events that are no continuation, as the truth names them."""
    split = {e.old for e in found if e.event == "split"}
    told: Truth = set()
    for e in found:
        if e.event == "new" and e.number is not None:
            told.add(("new", e.number))
        elif e.event in {"split", "merged"} and e.old is not None:
            told.add((e.event, e.old))
        elif e.event == "retired" and e.old is not None and e.old not in split:
            told.add(("retired", e.old))
    return told


def score(refits: int, seed: int) -> None:
    """Print F1 of events, and names that moved to another segment."""
    counts: Counter[str] = Counter()
    for rng in np.random.default_rng(seed).spawn(refits):
        old, new, k, truth, lasting = generated(rng)
        found = lineage_of(old, new, k=k)
        told = events_of(found)
        counts["right"] += len(told & truth)
        counts["told"] += len(told)
        counts["true"] += len(truth)
        counts["false alone"] += bool(not truth and told)
        counts["quiet"] += not truth
        stays = {e.old: e.number for e in found if e.event == "continued"}
        counts["moved"] += sum(lasting.get(i or 0) != j for i, j in stays.items())
        counts["lost"] += sum(i not in stays for i in lasting)
        counts["lasting"] += len(lasting)
    f1 = 2 * counts["right"] / (counts["told"] + counts["true"])
    print(f"{refits:,} generated refits: F1 of events {f1:.3f}")
    print(f"  ids that went to another segment: {counts['moved']}")
    lost = f"{counts['lost']} of {counts['lasting']:,}"
    print(f"  segments that lived on without their id: {lost}")
    share = counts["false alone"] / max(counts["quiet"], 1)
    print(f"  told where nothing happened: {share:.1%} of {counts['quiet']} refits")


def resampled(times: int, seed: int, k: int) -> None:
    """Print what is told of the demo table cut again: by seeds, and of fewer."""
    learners = make_learners(8_000, rng=seed)
    X = prepare_learners(learners, load_config()).prepared.matrix.X
    ids = pl.Series(np.arange(len(X))).cast(pl.String)
    first = kmeans.fit(X, k, rng=seed)
    old = pl.DataFrame(
        {"learner_id": ids, "segment": first.labels.astype(np.int64) + 1}
    )
    other, changed = 0, 0
    for rng in np.random.default_rng(seed).spawn(times):
        again = kmeans.fit(X, k, rng=rng)
        new = pl.DataFrame(
            {"learner_id": ids, "number": again.labels.astype(np.int64) + 1}
        )
        found = lineage_of(old, new, k=k)
        other += any(e.event != "continued" or e.old != e.number for e in found)
        rows = np.sort(rng.permutation(len(X))[: len(X) * 9 // 10])
        part = kmeans.fit(X[rows], k, rng=rng)
        new = pl.DataFrame(
            {"learner_id": ids[rows], "number": part.labels.astype(np.int64) + 1}
        )
        changed += any(e.event != "continued" for e in lineage_of(old, new, k=k))
    print(f"{len(X):,} learners of the demo table, k = {k}, {times} times:")
    print(f"  other ids under another seed: {other}")
    print(f"  events on 9 of 10 learners: {changed}")


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refits", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    score(asked.refits, asked.seed)
    for k in (3, 4, 5):
        resampled(asked.times, asked.seed, k)


if __name__ == "__main__":
    main()
