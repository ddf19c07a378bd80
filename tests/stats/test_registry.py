"""No index sees what it should not: one test a property, over all of them."""

from dataclasses import replace

import numpy as np
import pytest

import oracles_stats
from indices import INDICES, Case
from learnstrata.exceptions import DegenerateError
from learnstrata.stats import kmeans

ROUNDING = {"rel": 1e-4, "abs": 1e-5}


def case(seed):
    """Give three groups that touch, their best cut, and the groups themselves."""
    X, truth = oracles_stats.blobs(300, [[0, 0, 0], [4, 0, 0], [0, 4, 0]], seed)
    return Case(X, kmeans.fit(X, 3, rng=0).labels, truth)


def renamed(labels, rng):
    return rng.permutation(labels.max() + 1)[labels]


def reordered(found, rng):
    order = rng.permutation(len(found.X))
    return Case(found.X[order], found.labels[order], found.other[order])


def turned(X, rng):
    return X @ np.linalg.qr(rng.normal(size=(X.shape[1],) * 2))[0]


CHANGES = {
    "names": lambda found, rng: Case(
        found.X, renamed(found.labels, rng), renamed(found.other, rng)
    ),
    "order": reordered,
    "shift": lambda found, rng: replace(found, X=found.X + rng.normal(0, 10, 3)),
    "rotation": lambda found, rng: replace(found, X=turned(found.X, rng)),
    "scale": lambda found, rng: replace(found, X=found.X * rng.uniform(0.01, 100)),
    "duplication": lambda found, _: Case(
        np.vstack([found.X, found.X]),
        np.tile(found.labels, 2),
        np.tile(found.other, 2),
    ),
}
SEEDS = range(3)


def both(index, change, seed):
    """Score a case as it is, and changed."""
    before, rng = case(seed), np.random.default_rng(seed)
    after = CHANGES[change](before, rng)
    factor = (after.X.std() / before.X.std()) ** index.power if change == "scale" else 1
    return index.score(before, seed) * factor, index.score(after, seed)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_an_index_moves_no_more_than_is_written(index, change):
    if change in index.moved:
        moved = [np.subtract(*both(index, change, seed)) for seed in SEEDS]
        assert np.abs(moved).max() > 0.01  # what is written to move, does
        return
    for seed in SEEDS:
        before, after = both(index, change, seed)
        if change in index.tolerance:
            assert abs(after - before) <= index.tolerance[change]
        else:
            assert after == pytest.approx(before, **ROUNDING)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_clear_groups_score_at_the_better_end(index):
    clear, truth = oracles_stats.blobs(300, [[0, 0, 0], [9, 0, 0], [0, 9, 0]], 0)
    even = np.random.default_rng(0).uniform(
        clear.min(axis=0), clear.max(axis=0), (300, 3)
    )
    right = index.score(Case(clear, truth, truth), 0)
    wrong = index.score(Case(even, np.arange(300) % 3, truth), 0)
    assert right > wrong if index.best == "highest" else right < wrong


@pytest.mark.parametrize("name", INDICES)
def test_identical_rows_are_refused_by_all_that_look_at_them(name):
    halves = np.arange(40) % 2
    same = Case(np.full((40, 2), 0.1), halves, halves)
    if name in {"inertia", "adjusted_rand", "normalised_information", "dip"}:
        expected = 0 if name in {"inertia", "dip"} else 1
        assert INDICES[name].score(same, 0) == pytest.approx(expected, abs=1e-12)
        return
    with pytest.raises(DegenerateError, match="identical rows|distinct rows|are equal"):
        INDICES[name].score(same, 0)


def test_the_same_seed_scores_the_same_and_leaves_the_case():
    found, again = case(0), case(0)
    for index in INDICES.values():
        assert index.score(found, 5) == index.score(found, 5)
    assert np.array_equal(found.X, again.X)
    assert np.array_equal(found.labels, again.labels)
