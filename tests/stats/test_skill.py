"""Skill on held-out rows: the slow version, and resamples of the right spread."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.exceptions import ParameterError
from learnstrata.stats.skill import _resampled, held_out_losses, resampled_skills


def naive_losses(Y, groups, fold):
    """Predict each row by the mean of the others' rows of its group."""
    found = []
    for i in range(len(Y)):
        others = [j for j in range(len(Y)) if fold[j] != fold[i]]
        own = [Y[j] for j in others if groups[j] == groups[i]]
        mean = np.mean(own or [Y[j] for j in others], axis=0)
        found.append(((Y[i] - mean) ** 2).sum())
    return found


def naive_sums_of_effects(Y, first, second, fold):
    """Regress on columns of 0 and 1 for each group, outside of the fold of each row."""
    X = np.column_stack([first[:, None] == np.arange(4), second[:, None] == range(3)])
    found = np.zeros(len(Y))
    for f in np.unique(fold):
        train, held = fold != f, fold == f
        mean = Y[train].mean(axis=0)
        effects = np.linalg.lstsq(X[train].astype(float), Y[train] - mean)[0]
        told = np.clip(mean + X[held] @ effects, Y.min(axis=0), Y.max(axis=0))
        found[held] = ((Y[held] - told) ** 2).sum(axis=1)
    return found


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 3))
def test_losses_equal_the_slow_version(seed, n_groups, width):
    rng = np.random.default_rng(seed)
    Y, groups = rng.normal(size=(30, width)), rng.integers(n_groups, size=30)
    fold = rng.permutation(30) % 3
    found = held_out_losses(Y, groups, fold=fold)
    np.testing.assert_allclose(found, naive_losses(Y, groups, fold))


@given(st.integers(0, 10**6))
def test_two_groupings_predict_as_a_regression_on_both(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(4, size=60), rng.integers(3, size=60)
    first[:4], second[:3] = range(4), range(3)
    Y, fold = rng.normal(size=(60, 2)), rng.permutation(60) % 4
    found = held_out_losses(Y, first, second, fold=fold)
    np.testing.assert_allclose(found, naive_sums_of_effects(Y, first, second, fold))


def test_without_a_grouping_the_mean_of_the_others_is_predicted():
    Y, fold = np.arange(8.0)[:, None], np.arange(8) % 2
    told = held_out_losses(Y, np.zeros(8, dtype=int), fold=fold)
    assert held_out_losses(Y, fold=fold).tolist() == told.tolist()


def test_a_second_grouping_of_which_a_group_is_in_one_fold_alone_is_no_harm():
    Y, fold = np.array([[0.0], [1.0]] * 10), np.arange(20) % 4
    first, second = np.arange(20) % 2, np.zeros(20, dtype=int)
    second[4] = 1
    losses = held_out_losses(Y, first, second, fold=fold)
    assert losses.max() < 0.02  # as if the group of nobody had no effect


def test_more_than_two_groupings_are_refused():
    codes = np.zeros(4, dtype=int)
    with pytest.raises(ParameterError, match="Got 3 groupings, expected two at most"):
        held_out_losses(np.zeros((4, 1)), codes, codes, codes, fold=np.arange(4))


def test_resamples_have_the_spread_of_plain_ones():
    rng = np.random.default_rng(0)
    loss = rng.exponential(size=(400, 2))
    ours = _resampled(loss, 4000, rng).std(axis=0)
    plain = [loss[rng.integers(400, size=400)].sum(axis=0) for _ in range(4000)]
    np.testing.assert_allclose(ours, np.std(plain, axis=0), rtol=0.08)


def test_many_rows_are_resampled_in_bunches_to_the_same_spread():
    rng = np.random.default_rng(0)
    loss = rng.exponential(size=(60_000, 1))
    ours = _resampled(loss, 400, rng)
    assert ours.mean() == pytest.approx(loss.sum(), rel=0.002)
    assert ours.std() == pytest.approx(loss.std() * np.sqrt(60_000), rel=0.15)


def test_differences_are_of_the_same_resamples():
    rng = np.random.default_rng(0)
    losses = np.repeat(rng.exponential(size=(300, 1)), 2, axis=1)
    drawn = resampled_skills(losses, np.full(300, 1.5), n_resamples=200, rng=rng)
    assert drawn.difference(0, 1) == (0.0, 0.0, 0.0)
    estimate, low, high = drawn.skill(0)
    assert low < estimate < high
    assert estimate == pytest.approx(1 - losses[:, 0].sum() / 450)


def test_rows_of_one_are_drawn_together():
    rng = np.random.default_rng(0)
    losses, base = rng.random((200, 2)), 1 + rng.random(200)
    who = np.arange(200) // 4
    together = resampled_skills(losses, base, n_resamples=100, who=who, rng=_rng())
    sums = losses.reshape(50, 4, 2).sum(axis=1), base.reshape(50, 4).sum(axis=1)
    summed = resampled_skills(*sums, n_resamples=100, rng=_rng())
    np.testing.assert_allclose(together.draws, summed.draws)
    np.testing.assert_allclose(together.found, summed.found)


def _rng():
    return np.random.default_rng(5)
