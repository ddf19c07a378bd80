"""A table of learners that has columns of the user's alone, with planted groups."""

from functools import cache

import numpy as np
import polars as pl

from learnstrata.config.loading import load_config
from learnstrata.config.stages import Config
from learnstrata.pipeline import prepare_learners
from learnstrata.runs import Base
from learnstrata.segments.meaning.naming import SegmentName, name_segments
from learnstrata.segments.meaning.profiles import Profile, cut_on, profile_segments

NUMBERS = ["English_score", "Logical_score", "hours"]
CATEGORIES = ["city"]
CITIES = ("Pune", "Delhi", "Kochi")
N = 1_200


def own_table(*, seed: int = 0) -> tuple[pl.DataFrame, np.ndarray]:
    """Give a table and the group of each learner, 0 to 3.

    Group 0 has high English and Logical scores, 1 works many hours, 2 lives in Goa, 3
    has low English and Logical scores; all else is chance.
    """
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, N)
    both = np.select([group == 0, group == 3], [120.0, -120.0], 0.0)
    home = np.where(group == 2, rng.random(N) < 0.9, rng.random(N) < 0.05)
    table = pl.DataFrame(
        {
            "learner_id": [f"L{i:05d}" for i in range(N)],
            "English_score": (500 + both + rng.normal(0, 40, N)).round(),
            "Logical_score": (480 + both + rng.normal(0, 40, N)).round(),
            "hours": (6 + 9 * (group == 1) + rng.normal(0, 2, N)).round(1),
            "city": np.where(home, "Goa", rng.choice(CITIES, N)).tolist(),
        }
    )
    return table, group


def own_config(**more: object) -> Config:
    """Give a configuration that clusters on these columns, all of the same weight."""
    columns = {"numeric": NUMBERS, "categorical": CATEGORIES}
    features = {"city": {"columns": CATEGORIES, "weight": 1.0}}
    none = {"level": "none"}
    return load_config(columns=columns, features=features, evidence=none, **more)


@cache
def own_base() -> Base:
    """Give the learners of `own_table` with their features."""
    return prepare_learners(own_table()[0], own_config())


def planted() -> np.ndarray:
    """Give the group of each learner of `own_base`, whose order is another."""
    table, group = own_table()
    place = dict(zip(table["learner_id"].to_list(), group.tolist(), strict=True))
    return np.array([place[one] for one in own_base().learners["learner_id"]])


def profiled(base: Base, labels: np.ndarray) -> tuple[Profile, ...]:
    """Describe groups counted from 0."""
    ids = pl.Series("segment_id", np.asarray(labels, dtype=np.int64) + 1)
    learners = base.learners.with_columns(ids)
    n = int(labels.max()) + 1
    return profile_segments(learners, base.prepared.features, n_segments=n)


def names_of(base: Base, labels: np.ndarray) -> list[str]:
    """Name groups counted from 0."""
    bands = own_config().experience_band_names
    found: tuple[SegmentName, ...] = name_segments(
        profiled(base, labels), bands, cut_on=cut_on(base.prepared.features)
    )
    return [one.name for one in found]
