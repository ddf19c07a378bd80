"""A run's statistics beside those of structureless tables."""

import numpy as np
import pytest

from learnstrata.segments.choice.nulls import (
    NullTables,
    draw_nulls,
    gap_beside,
    halve_nulls,
)
from learnstrata.stats import kmeans, validity

K = (2, 3, 4)


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(2)
    centers = np.array([[0, 0, 0], [7, 0, 0], [0, 7, 0], [7, 7, 7]])
    return (centers[rng.integers(4, size=800)] + rng.normal(size=(800, 3))).astype(
        np.float32
    )


@pytest.fixture(scope="module")
def tables(X):
    rng = np.random.default_rng(5)
    return NullTables.of(X, (), draws=9, rows=400, rng=rng)


@pytest.fixture(scope="module")
def drawn(tables):
    return draw_nulls(tables, K, rng=np.random.default_rng(6))


def test_the_same_tables_come_again_and_in_order(tables):
    first = tables.each(lambda table, _: table.sum())
    assert tables.each(lambda table, _: table.sum()) == first
    assert tables.each(lambda table, _: table.sum(), first=4) == first[:4]
    assert len(set(first)) == 9


def test_a_null_table_has_the_size_of_the_sample(tables):
    assert tables.sample.shape == (400, 3)
    assert set(tables.each(lambda table, _: table.shape)) == {(400, 3)}


def test_sample_and_tables_are_measured_in_the_same_way(tables, drawn):
    def obvious(table, rng):
        fits = kmeans.sketch(table, (1, *K), rng=rng)
        return [validity.silhouette(table, [fits[k].labels])[0].mean for k in K]

    own = obvious(tables.sample, np.random.default_rng(6))
    for i, k in enumerate(K):
        beside = drawn.silhouettes()[k]
        assert beside.observed == pytest.approx(own[i], abs=1e-7)
        null = sorted(each[i] for each in tables.each(obvious))
        np.testing.assert_allclose(beside.draws, null, atol=1e-7)


def test_planted_groups_stand_above_their_null(drawn):
    beside = drawn.silhouettes()[4]
    assert beside.p_value == 0.1
    assert beside.excess > 0.1


@pytest.fixture(scope="module")
def p_values():
    """Give p-values of 60 Gaussians: 0.6 on average where both sides are alike."""
    found = {"silhouette": [], "agreement": [], "jaccard": []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(600, 2)).astype(np.float32)
        tables = NullTables.of(X, (), draws=4, rows=100, rng=rng)
        drawn = draw_nulls(tables, [2], rng=rng)
        found["silhouette"].append(drawn.silhouettes()[2].p_value)
        halves = halve_nulls(tables, 2, n_splits=2, rng=rng)
        found["agreement"].append(halves.agreement.p_value)
        found["jaccard"].append(halves.jaccard.p_value)
    return found


@pytest.mark.parametrize("statistic", ["silhouette", "agreement", "jaccard"])
def test_p_values_of_structureless_tables_are_even(p_values, statistic):
    error = np.std([0.2, 0.4, 0.6, 0.8, 1.0]) / np.sqrt(60)
    assert np.mean(p_values[statistic]) == pytest.approx(0.6, abs=3 * error)


def test_the_gap_finds_the_planted_number_and_its_null_does_not(drawn):
    own, beside = gap_beside(drawn, references=4, rng=np.random.default_rng(0))
    assert own.k == 4
    assert own.k_values == (1, *K)
    assert beside[4].observed == pytest.approx(own.gap[3])
    assert beside[4].excess > 0.3
    assert 0 <= drawn.tendency().observed <= 1
    assert len(drawn.tendency().draws) == 9


def test_halves_of_planted_groups_agree_more_than_those_of_their_null(tables):
    found = halve_nulls(tables, 4, n_splits=3, rng=np.random.default_rng(0))
    for beside in (found.agreement, found.jaccard):
        assert len(beside.draws) == 9
        assert beside.observed > 0.95
        assert beside.excess > 0.1


def of_distinct(n_distinct):
    X = np.zeros((600, 2), dtype=np.float32)
    X[:, 0] = np.arange(600) % n_distinct
    return NullTables.of(X, (), draws=3, rows=500, rng=np.random.default_rng(0))


def test_more_clusters_than_a_table_can_hold_are_left_out():
    tables = of_distinct(7)
    assert tables.distinct == 7
    drawn = draw_nulls(tables, range(2, 11), rng=np.random.default_rng(0))
    assert set(drawn.silhouettes()) == set(range(2, 7))
    own, beside = gap_beside(drawn, references=2, rng=np.random.default_rng(0))
    assert own.k_values == tuple(beside) == tuple(range(1, 7))
    assert halve_nulls(tables, 3, n_splits=2, rng=np.random.default_rng(0)) is not None
    assert halve_nulls(tables, 4, n_splits=2, rng=np.random.default_rng(0)) is None
    assert drawn.tendency() is None


@pytest.mark.parametrize("n_distinct", [1, 2])
def test_tables_that_cannot_be_cut_have_nothing_beside_them(n_distinct):
    tables = of_distinct(n_distinct)
    drawn = draw_nulls(tables, [2, 3], rng=np.random.default_rng(0))
    assert drawn.silhouettes() == {}
    rng = np.random.default_rng(0)
    assert gap_beside(drawn, references=2, rng=rng) == (None, {})
    assert halve_nulls(tables, 2, n_splits=2, rng=rng) is None


def test_whole_categories_are_drawn(X):
    hot = np.eye(3, dtype=np.float32)[np.random.default_rng(1).integers(3, size=800)]
    both = np.column_stack([X, hot])
    tables = NullTables.of(
        both, [(3, 4, 5)], draws=2, rows=300, rng=np.random.default_rng(0)
    )
    for block in tables.each(lambda table, _: table[:, 3:]):
        assert set(block.sum(axis=1)) == {1.0}
