"""Segments that one category is are said to be it."""

import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.pipeline import prepare_learners
from learnstrata.segments.meaning.categories import find_same


def learners(right, n=600, seed=0):
    """Give a tier that is the segment of so many, and a role that is of nobody."""
    rng = np.random.default_rng(seed)
    segment = rng.integers(3, size=n)
    tier = np.where(rng.random(n) < right, segment, rng.integers(3, size=n))
    role = rng.integers(4, size=n)
    return pl.DataFrame(
        {
            "segment_id": segment + 1,
            "tier": [f"Tier {i}" for i in tier],
            "role": [f"role {i}" if i else None for i in role],
        }
    )


def test_a_category_that_is_the_segments_is_found():
    found = find_same(learners(1.0))
    assert (found.feature, found.nmi) == ("tier", pytest.approx(1.0))


@pytest.mark.parametrize(("right", "told"), [(0.98, True), (0.8, False), (0.0, False)])
def test_it_has_to_tell_nearly_all(right, told):
    assert (find_same(learners(right)) is not None) is told


def test_of_one_segment_no_category_tells_it():
    assert find_same(learners(1.0).with_columns(segment_id=pl.lit(1))) is None


def test_bands_of_a_number_are_asked_as_well():
    table = learners(1.0).rename({"tier": "pay_band"})
    assert find_same(table).feature == "pay_band"


def test_a_missing_value_is_a_value_of_its_own():
    table = learners(1.0).with_columns(
        tier=pl.when(pl.col("tier") != "Tier 2").then("tier")
    )
    assert find_same(table).nmi == pytest.approx(1.0)


def test_extra_categories_weigh_half_in_sum_and_numbers_one_each():
    rng = np.random.default_rng(0)
    table = pl.DataFrame(
        {
            "learner_id": [f"u{i}" for i in range(400)],
            "city": rng.choice(["a", "b", "c"], 400),
            "track": rng.choice(["x", "y"], 400),
            "score": rng.normal(size=400),
        }
    )
    config = load_config(
        columns={
            "learner": "learner_id",
            "categorical": ["city", "track"],
            "numeric": ["score"],
        }
    )
    matrix = prepare_learners(table, config).prepared.matrix
    spread = dict(zip(matrix.columns, matrix.X.var(axis=0), strict=True))
    assert spread.pop("extra:score") == pytest.approx(1.0, rel=1e-4)
    assert sum(spread.values()) == pytest.approx(0.25, rel=1e-4)
    cities = sum(v for name, v in spread.items() if name.startswith("extra:city"))
    assert cities == pytest.approx(0.125, rel=1e-4)
