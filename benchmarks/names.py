"""How often segments keep their names on bootstrap samples of the same learners.

Run as ``python benchmarks/names.py [TABLE.parquet]``: prints, for each table and each k
from 2 to 8, the share of names that are the same on 20 samples, and which were not. A
table given is one of pay, `learner = "rowNumber"`, of which 12,000 rows are drawn.
"""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from learnstrata.config.loading import load_config
from learnstrata.config.stages import Config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import prepare_learners
from learnstrata.runs import Base
from learnstrata.segments.meaning.naming import name_segments
from learnstrata.segments.meaning.profiles import cut_on, profile_segments
from learnstrata.stats import kmeans

K_VALUES = range(2, 9)
SAMPLES = 20
NUMBERS = ["English", "Logical", "hours_a_week"]
CITIES = ["Pune", "Delhi", "Goa", "Agra", "Kochi"]


def own_columns(n: int, seed: int) -> pl.DataFrame:
    """Give learners in four groups, known by two scores, hours and a city."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, n)
    english = 500 + 100 * np.isin(group, [1, 3]) + rng.normal(0, 60, n)
    logical = 500 + 100 * np.isin(group, [1, 2]) + rng.normal(0, 60, n)
    hours = np.exp(rng.normal(2 + (group == 2), 0.7, n))
    home = np.array(CITIES[:4])[group]
    city = np.where(rng.random(n) < 0.5, home, rng.choice(CITIES, n))
    return pl.DataFrame(
        {
            "learner_id": [f"l{i}" for i in range(n)],
            "English": english.round(),
            "Logical": logical.round(),
            "hours_a_week": hours.round(1),
            "city": city.tolist(),
        }
    )


def tables(given: list[str]) -> Iterator[tuple[str, pl.DataFrame, Config]]:
    """Give each table with its name and its configuration."""
    plain: dict[str, Any] = {"evidence": {"level": "none"}}
    for seed in range(1, 7):
        yield f"demo {seed}", make_learners(5_000, rng=seed), load_config(**plain)
    own = {"numeric": NUMBERS, "categorical": ["city"]}
    for seed in range(3):
        yield f"own {seed}", own_columns(3_000, seed), load_config(columns=own, **plain)
    demo = make_learners(4_000, rng=9)
    extra = own_columns(len(demo), 5).select("English", "city")
    both = {"numeric": ["English"], "categorical": ["city"]}
    yield "both", demo.hstack(extra), load_config(columns=both, **plain)
    for path in given:
        survey = pl.read_parquet(path).sample(12_000, seed=1)
        yield path, survey, load_config(columns={"learner": "rowNumber"}, **plain)


def names_of(base: Base, labels: np.ndarray, rows: np.ndarray) -> list:
    """Name the segments of a sample of learners."""
    ids = pl.Series("segment_id", labels[rows].astype(np.int64) + 1)
    features, n = base.prepared.features, int(labels.max()) + 1
    profiles = profile_segments(
        base.learners[rows].with_columns(ids), features, n_segments=n
    )
    bands = features.experience_band_names
    return [one.name for one in name_segments(profiles, bands, cut_on=cut_on(features))]


def main() -> None:
    """Print the shares, by table and of all."""
    kept: list[tuple[int, float]] = []
    for name, table, config in tables(sys.argv[1:]):
        base = prepare_learners(table, config)
        X = base.prepared.matrix.X
        draws = np.random.default_rng(1).integers(0, len(X), (SAMPLES, len(X)))
        shares = []
        for k in K_VALUES:
            labels = kmeans.fit(X, k, n_starts=6, rng=0).labels
            ours = names_of(base, labels, np.arange(len(X)))
            again = [names_of(base, labels, rows) for rows in draws]
            shares.append(float(np.mean(np.array(again) == np.array(ours))))
            kept.append((k, shares[-1]))
        print(f"{name:12}", *(f"{share:.3f}" for share in shares))
    for most in (5, 8):
        told = [(k, share) for k, share in kept if k <= most]
        mean = sum(k * share for k, share in told) / sum(k for k, _ in told)
        worst = min(share for _, share in told)
        print(f"of all names, k to {most}: {mean:.3f}; worst {worst:.3f}")


if __name__ == "__main__":
    main()
