"""Halvings that stop once it is known which k the rule takes."""

from dataclasses import replace

import numpy as np
import pytest

from learnstrata.config.stages import Rule, Selection
from learnstrata.segments.choice.candidates import measured, with_halves
from learnstrata.segments.choice.halvings import (
    FIRST,
    Halving,
    choose_on_halves,
    is_lost,
)
from learnstrata.segments.choice.rule import Limits, choose
from learnstrata.stats import kmeans
from learnstrata.stats.replication import Halves, lower_quartile

RULE = Rule(criterion="k", min_agreement=0.8, min_jaccard=0.6)
CONFIG = Selection(k_max=6, splits=20, half_rows=400, rule=RULE)


def halving_of(seed, config=CONFIG):
    """Cut a table with three wide groups at every k."""
    rng = np.random.default_rng(seed)
    groups = rng.normal([[0, 0], [6, 0], [0, 6]], 1.8, size=(200, 3, 2))
    sample = groups.reshape(-1, 2).astype(np.float32)
    fits = kmeans.sketch(sample, range(2, 7), rng=rng)
    cuts = {k: fit.labels for k, fit in fits.items()}
    candidates = measured(sample, sample, fits, config, rng)
    return Halving(sample, cuts, config, rng), candidates


@pytest.mark.parametrize("seed", range(4))
def test_the_k_taken_is_that_of_all_halvings(seed):
    halving, candidates = halving_of(seed)
    limits = Limits(600)
    whole = choose(with_halves(candidates, halving.halves()), CONFIG, limits=limits)
    choice, halves = choose_on_halves(candidates, halving, CONFIG, limits=limits)
    assert choice.k == whole.k
    assert choice.chosen == whole.chosen
    assert choice.chosen.halvings == CONFIG.splits
    assert min(found.n_splits for found in halves.values()) >= FIRST
    assert sum(found.n_splits for found in halves.values()) < 5 * CONFIG.splits


def test_an_order_by_stability_compares_all_halvings():
    config = replace(CONFIG, rule=replace(RULE, criterion="lowest_jaccard"))
    halving, candidates = halving_of(0, config)
    _, halves = choose_on_halves(candidates, halving, config, limits=Limits(600))
    assert {found.n_splits for found in halves.values()} == {CONFIG.splits}


def test_who_halves_again_has_the_same_halves():
    halving, _ = halving_of(1, replace(CONFIG, splits=2))
    once, twice = halving.halves(), halving.halves()
    assert all(np.array_equal(once[k].centers, twice[k].centers) for k in once)


@pytest.mark.parametrize(("failed", "lost"), [(5, False), (6, True)])
def test_a_k_is_lost_once_the_rest_cannot_lift_its_lower_quartile(failed, lost):
    agreement = np.r_[np.full(failed, 0.79), 0.9]
    found = Halves(2, agreement, agreement, np.ones((14, 2)), np.ones((14, 2, 1)))
    assert is_lost(CONFIG, found) is lost
    best = np.r_[agreement, np.ones(CONFIG.splits - len(agreement))]
    assert (lower_quartile(best) < RULE.min_agreement) is np.bool_(lost)


def test_a_segment_that_is_not_found_again_loses_its_k():
    jaccard = np.column_stack([np.ones(16), np.r_[np.full(11, 0.4), np.ones(5)]])
    found = Halves(2, np.ones(8), np.ones(8), jaccard, np.ones((16, 2, 1)))
    assert is_lost(CONFIG, found)
    best = np.vstack([jaccard, np.ones((24, 2))])
    assert lower_quartile(best).min() < RULE.min_jaccard
