"""The verdict in one word, and what structureless tables are called."""

from dataclasses import replace

import numpy as np
import pytest

import structureless
from learnstrata.config.loading import load_config
from learnstrata.config.stages import Evidence
from learnstrata.segments.choice.sweep import Candidate
from learnstrata.segments.evidence.examination import verdict_of_matrix
from learnstrata.segments.evidence.verdict import MEANINGS, judge

GOOD = Candidate(
    k=4,
    inertia=1.0,
    silhouette=0.5,
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


def test_a_limit_is_met_by_what_is_told_of_it():
    found = judge(replace(GOOD, lowest_jaccard=0.7496), Evidence())  # told as 0.75
    assert found.word == "natural"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"silhouette_excess": 0.0499}, "reproducible"),
        ({"silhouette_p": 0.0501}, "reproducible"),
        ({"silhouette_excess": None, "silhouette_p": None}, "reproducible"),
        ({"lowest_jaccard": 0.749}, "constructive"),
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


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", structureless.STRUCTURELESS)
def test_a_structureless_table_is_never_called_natural(name, seed):
    rows = structureless.STRUCTURELESS[name](1_000, np.random.default_rng(seed))
    assert verdict_of_matrix(rows, config=CONFIG, rng=seed).word != "natural"


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", structureless.SEPARATED)
def test_groups_that_stand_apart_are_called_natural(name, seed):
    """Also those on a diagonal, though each column alone shows them."""
    rows = structureless.SEPARATED[name](1_000, np.random.default_rng(seed))
    assert verdict_of_matrix(rows, config=CONFIG, rng=seed).word == "natural"
