"""Hopkins of a run's own matrix, by both variants."""

import numpy as np
import pytest

from learnstrata.config.loading import load_config
from learnstrata.segments.choice.tendency import find_tendency
from learnstrata.stats.tendency import hopkins_original


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(2).normal(size=(400, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("recipe", "variant"), [("robust", "power_d"), ("notebook", "original")]
)
def test_the_variant_of_the_recipe_is_reported(X, recipe, variant):
    found = find_tendency(X, load_config(recipe), rng=7)
    assert found.reported == getattr(found, variant)
    assert 0 <= found.power_d.statistic <= 1
    assert found.power_d.statistic != found.original.statistic


def test_the_original_is_that_of_the_sample_with_the_seed_of_the_run(X):
    config = load_config("notebook")
    found = find_tendency(X, config, rng=config.seed)
    rows = np.random.RandomState(config.seed).choice(400, 400, replace=False)
    expected = hopkins_original(X[rows], sample_size=2_000, seed=config.seed)
    assert found.original == expected


def test_the_same_seed_gives_the_same_statistic(X):
    config = load_config("robust")
    assert find_tendency(X, config, rng=3) == find_tendency(X, config, rng=3)
