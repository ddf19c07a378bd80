"""The verdict in one word, and what structureless tables are called."""

from dataclasses import replace

import numpy as np
import pytest

from learnstrata.config import Evidence, load_config
from learnstrata.segments.selection import Candidate
from learnstrata.segments.trust import verdict_of_matrix
from learnstrata.segments.verdict import MEANINGS, judge

GOOD = Candidate(
    k=4,
    inertia=1.0,
    silhouette=0.5,
    calinski_harabasz=100.0,
    davies_bouldin=1.0,
    smallest_share=0.2,
    largest_share=0.3,
    lowest_jaccard=0.95,
    silhouette_excess=0.2,
    silhouette_p=0.05,
)
# Small samples: the sweep is judged as in a run, a study of 20 seeds is in benchmarks/.
CONFIG = load_config(
    selection={"k_max": 5, "resamples": 8, "starts": 4},
    evidence={"draws": 19, "rows": 500},
)


def test_stable_and_separated_is_natural():
    found = judge(GOOD, Evidence())
    assert found.word == "natural"
    assert all(ground.met for ground in found.grounds)
    assert found.sentence == MEANINGS["natural"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"silhouette_excess": 0.0499}, "reproducible"),
        ({"silhouette_p": 0.0501}, "reproducible"),
        ({"silhouette_excess": None, "silhouette_p": None}, "reproducible"),
        ({"lowest_jaccard": 0.7499}, "constructive"),
        ({"lowest_jaccard": None}, "constructive"),
        ({"objections": ("smallest segment 1%, under 2%",)}, "constructive"),
    ],
)
def test_each_condition_counts(change, word):
    found = judge(replace(GOOD, **change), Evidence())
    assert found.word == word
    assert not all(ground.met for ground in found.grounds)


def test_limits_are_those_of_the_configuration():
    strict = Evidence(min_excess=0.3, min_jaccard=0.96, max_p=0.01)
    assert judge(GOOD, strict).word == "constructive"
    assert judge(GOOD, replace(strict, min_jaccard=0.9)).word == "reproducible"
    words = judge(GOOD, strict).rule
    assert all(text in words for text in ("0.3 above", "Jaccard of 0.96", "of 0.01"))


def uniform(rng):
    return rng.random((1_000, 3))


def one_gaussian(rng):
    return rng.normal(size=(1_000, 3)) @ rng.normal(size=(3, 3))


def log_normal_pay(rng):
    return rng.lognormal(13.5, 0.8, size=(1_000, 1)) / 1e6


def whole_years_rounded_pay(rng):
    years = np.minimum(rng.gamma(2.0, 3.5, 1_000).astype(int), 40)
    pay = np.exp(13.2 + 0.5 * np.log1p(years) + rng.normal(0, 0.6, 1_000))
    return np.column_stack([np.log1p(years), np.log(np.maximum(pay.round(-5), 1e5))])


def gaussian_with_outliers(rng):
    rows = rng.normal(size=(1_000, 3))
    rows[0] *= 50
    return rows


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    "make",
    [
        uniform,
        one_gaussian,
        log_normal_pay,
        whole_years_rounded_pay,
        gaussian_with_outliers,
    ],
)
def test_a_structureless_table_is_never_called_natural(make, seed):
    rows = make(np.random.default_rng(seed))
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    assert verdict_of_matrix(scaled, config=CONFIG, rng=seed).word != "natural"


@pytest.mark.parametrize("seed", [0, 1])
def test_groups_that_stand_apart_are_called_natural(seed):
    rng = np.random.default_rng(seed)
    centers = np.array([[0, 0, 0], [6, 0, 0], [0, 6, 0], [6, 6, 6]])
    rows = centers[rng.integers(4, size=1_000)] + rng.normal(size=(1_000, 3))
    found = verdict_of_matrix(rows / rows.std(axis=0), config=CONFIG, rng=seed)
    assert found.word == "natural"


def test_groups_on_a_diagonal_are_natural_though_each_margin_shows_them():
    rng = np.random.default_rng(0)
    rows = np.repeat([[0, 0], [6, 6], [12, 12]], 330, axis=0) + rng.normal(
        size=(990, 2)
    )
    found = verdict_of_matrix(rows / rows.std(axis=0), config=CONFIG, rng=0)
    assert found.word == "natural"
