"""Rows drawn from every cluster, and the mean of all of them."""

import numpy as np
import pytest

from learnstrata.exceptions import ParameterError
from learnstrata.stats.strata import draw_each, stratified_mean

LABELS = np.repeat([0, 1, 2], [9_000, 970, 30])


def test_every_cluster_is_drawn_as_its_share_or_as_the_least_asked_for():
    rows = draw_each(LABELS, 1_000, least=50, rng=0)
    assert np.bincount(LABELS[rows]).tolist() == [900, 97, 30]
    assert (np.diff(rows) > 0).all()


def test_all_rows_are_taken_where_there_are_no_more():
    assert draw_each([4, 4, 7], 3, rng=0).tolist() == [0, 1, 2]


def test_a_cluster_of_one_row_is_always_there():
    labels = np.r_[np.zeros(5_000, dtype=int), 1]
    assert all(draw_each(labels, 20, least=5, rng=seed)[-1] == 5_000 for seed in (1, 2))


def test_the_mean_is_that_of_all_rows_and_its_error_the_spread_of_it():
    values = np.random.default_rng(0).normal(LABELS * 5.0, 1 + LABELS)
    found = []
    for seed in range(200):
        rows = draw_each(LABELS, 500, least=20, rng=seed)
        found.append(stratified_mean(values[rows], LABELS[rows], np.bincount(LABELS)))
    means, errors = np.transpose(found)
    assert np.mean(means) == pytest.approx(values.mean(), abs=4 * means.std() / 14)
    assert errors.mean() == pytest.approx(means.std(), rel=0.2)


def test_all_rows_have_no_error():
    values = np.arange(4.0)
    assert stratified_mean(values, [0, 0, 1, 1], [2, 2]) == (1.5, 0.0)


@pytest.mark.parametrize("sizes", [[2, 5], [1, 2], [2, 2, 3]])
def test_clusters_that_were_not_drawn_or_too_often_are_refused(sizes):
    with pytest.raises(ParameterError, match="rows drawn of clusters of .* draw_each"):
        stratified_mean([1.0, 2.0], [0, 0], sizes)


def test_sizes_under_one_are_refused():
    with pytest.raises(ParameterError, match="Got least=0, expected 1 or more"):
        draw_each([0, 1], 2, least=0, rng=0)
