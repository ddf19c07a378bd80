"""Whether outcomes are judged rightly: the measured figures of the page on outcomes.

Run: python benchmarks/outcomes.py [--tables 500] [--seeds 40]

Prints how far rates and means by segment are off and how often their intervals hold
the truth, how often intervals of differences hold 0 where there is none, and what is
said to be used where segments, sub-segments, rules or nothing decide an outcome.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from learnstrata.privacy.disclosure.derived import rate_high, rate_low
from learnstrata.segments.meaning.outcome_values import (
    OutcomeOf,
    outcome_by_segment,
    read_outcome,
)
from learnstrata.segments.meaning.outcomes import OutcomeWorth, judge_outcomes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from tables import say, table

from decided import KINDS, PLANTED, planted

SIZES = (120, 600, 3_000)
SHARES = np.array([0.4, 0.3, 0.2, 0.1])  # of segments
Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]
Ends = tuple[float, float, float]  # estimate, low, high


class Law(NamedTuple):
    """How outcomes are drawn: the truth of each segment, and a draw around it."""

    name: str
    truth: np.ndarray
    draw: Draw


def rate(*truth: float) -> Law:
    """Give a yes/no outcome of these rates."""
    rates = np.array(truth)
    name = f"rates {', '.join(f'{one:.0%}' for one in truth)}"
    return Law(
        name, rates, lambda rng, s: (rng.random(len(s)) < rates[s]).astype(float)
    )


MEANS = np.array([1.0, 1.5, 2.0, 3.0])
LAWS = (
    rate(0.2, 0.35, 0.5, 0.65),
    rate(0.02, 0.04, 0.06, 0.1),
    Law("means, normal", MEANS, lambda rng, s: rng.normal(MEANS[s], 1)),
    Law(
        "means, lognormal (sigma 1)",
        MEANS,
        lambda rng, s: MEANS[s] * rng.lognormal(-0.5, 1, len(s)),
    ),
)


def estimates(law: Law, n: int, tables: int) -> Iterator[list[Ends]]:
    """Draw tables; give estimate and interval of each segment."""
    rng = np.random.default_rng(n)
    for _ in range(tables):
        segments = rng.choice(4, n, p=SHARES)
        values = read_outcome(pl.DataFrame({"y": law.draw(rng, segments)}), "y")
        _, *told = outcome_by_segment(values, segments, ids=np.arange(4))
        yield [_ends(one) for one in told]


def _ends(one: OutcomeOf) -> Ends:
    if one.answers:
        count, n = one.answers[0].count, one.n
        low, high = rate_low(count, n), rate_high(count, n)
        return count / n if n else np.nan, low or 0.0, 1.0 if high is None else high
    mean, low, high = one.mean, one.low, one.high
    if mean is None or low is None or high is None:
        return np.nan, -np.inf, np.inf
    return mean, low, high


def print_intervals(tables: int) -> None:
    """Print bias and coverage, by law and size, over segments and of the smallest."""
    rows = []
    for law in LAWS:
        for n in SIZES:
            found = np.array([*estimates(law, n, tables)])
            held = (found[..., 1] <= law.truth) & (law.truth <= found[..., 2])
            apart = found[:, 3, 0] - found[:, 0, 0]
            off = np.nanmean(apart) - (law.truth[3] - law.truth[0])
            error = np.nanstd(apart) / np.sqrt(tables)
            rows.append(
                [
                    law.name,
                    f"{n:,}",
                    f"{off:+.4f} +- {2 * error:.4f}",
                    f"{held.mean():.1%}",
                    f"{held[:, 3].mean():.1%}",
                ]
            )
    heads = "outcome | learners | bias of the largest difference (two errors)"
    table(f"{heads} | intervals hold | those of the segment of 10 %", rows)


def judged(decided: str, kind: str, n: int, seed: int) -> OutcomeWorth:
    """Judge an outcome that was planted."""
    made = planted(decided, kind, n=n, seed=seed)
    (found,) = judge_outcomes(made.learners, made.model, outcomes=["y"], rng=seed)
    return found


def print_verdicts(seeds: int) -> None:
    """Print what is said to be used, by what decides and the number of learners."""
    rows = []
    for decided in PLANTED:
        for n in (300, 1_000, 5_000):
            told = Counter(
                judged(decided, kind, n, seed).verdict
                for kind in KINDS
                for seed in range(seeds)
            )
            of = seeds * len(KINDS)
            rest = ", ".join(
                f"{word} {count / of:.0%}"
                for word, count in told.most_common()
                if word != decided
            )
            rows.append([decided, f"{n:,}", f"{told[decided] / of:.0%}", rest])
    table("decided by | learners | told so | else", rows)


def print_differences(tables: int) -> None:
    """Print how often the interval of a difference that is none holds 0."""
    rows = []
    for n in (300, 1_000, 5_000):
        held = [_alike(n, seed) for seed in range(tables)]
        rows.append([f"{n:,}", f"{np.mean(held):.1%}"])
    table("learners | interval of no difference holds 0", rows)


def _alike(n: int, seed: int) -> bool:
    """Judge segments and rules that tell equally much, each of its own half."""
    rng = np.random.default_rng(seed)
    made = planted("nothing", "number", n=n, seed=seed)
    first, (a, b) = rng.integers(4, size=n), rng.normal(size=(2, n))
    second = 2 * (a > np.median(a)) + (b > np.median(b))
    columns = {
        "segment_id": first + 1,
        "extra:a": a,
        "extra:b": b,
        "y": first + second + rng.normal(size=n),
    }
    learners = made.learners.drop("subsegment_id").with_columns(
        pl.Series(name, values) for name, values in columns.items()
    )
    alike = replace(made, learners=learners)
    (found,) = judge_outcomes(alike.learners, alike.model, outcomes=["y"], rng=seed)
    apart = next(
        d for d in found.differences if (d.by, d.less) == ("segments", "rules")
    )
    return apart.low <= 0 <= apart.high


def main(args: Sequence[str] | None = None) -> None:
    """Print every table of the page on outcomes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=40)
    given = parser.parse_args(args)
    say("Intervals of rates and means")
    print_intervals(given.tables)
    say("What decides")
    print_verdicts(given.seeds)
    say("Segments and rules that tell equally much")
    print_differences(given.tables)


if __name__ == "__main__":
    main()
