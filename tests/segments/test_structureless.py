"""A run's statistics beside those of structureless tables."""

import numpy as np
import pytest

from learnstrata.config import Evidence
from learnstrata.segments.structureless import (
    NullTables,
    bootstrap_nulls,
    draw_nulls,
    gap_beside,
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
    return draw_nulls(tables, K)


def test_the_same_tables_come_again_and_in_order(tables):
    first = tables.each(lambda table, _: table.sum())
    assert tables.each(lambda table, _: table.sum()) == first
    assert tables.each(lambda table, _: table.sum(), first=4) == first[:4]
    assert len(set(first)) == 9


def test_a_null_table_has_the_size_of_the_sample(tables):
    assert tables.sample.shape == (400, 3)
    assert set(tables.each(lambda table, _: table.shape)) == {(400, 3)}


def test_the_null_of_the_silhouette_is_that_of_its_tables(tables, drawn):
    def obvious(table, rng):
        fits = kmeans.sketch(table, (1, *K), rng=rng)
        return [validity.silhouette(table, [fits[k].labels])[0].mean for k in K]

    np.testing.assert_allclose(drawn.silhouettes, tables.each(obvious), atol=1e-7)


def test_planted_groups_stand_above_their_null(X, drawn):
    fits = kmeans.sweep(X, K, rng=0)
    scores = validity.silhouette(X, [fit.labels for fit in fits.values()])
    beside = dict(zip(K, drawn.beside([s.mean for s in scores]), strict=True))
    assert beside[4].p_value == 0.1
    assert beside[4].excess > 0.1
    assert beside[4].excess == pytest.approx(
        scores[2].mean - drawn.silhouettes[:, 2].mean()
    )


def test_a_structureless_table_does_not_stand_above_its_null():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(800, 3)).astype(np.float32)
    null = draw_nulls(NullTables.of(X, (), draws=9, rows=800, rng=rng), K)
    fits = kmeans.sketch(X, K, rng=0)
    scores = validity.silhouette(X, [fit.labels for fit in fits.values()])
    assert all(abs(b.excess) < 0.03 for b in null.beside([s.mean for s in scores]))


def test_the_gap_finds_the_planted_number_and_its_null_does_not(drawn):
    own, beside, hopkins = gap_beside(drawn, references=4, rng=np.random.default_rng(0))
    assert own.k == 4
    assert own.k_values == (1, *K)
    assert beside[4].observed == pytest.approx(own.gap[3])
    assert beside[4].excess > 0.3
    assert 0 <= hopkins.observed <= 1
    assert len(hopkins.draws) == 9


def test_the_bootstrap_has_a_null_for_each_k_asked_for(X, tables):
    evidence = Evidence(jaccard_draws=4, jaccard_resamples=3)
    fits = kmeans.sweep(X, [3, 4], rng=0)
    found = bootstrap_nulls(tables, fits, evidence, rng=np.random.default_rng(0))
    assert set(found) == {3, 4}
    assert all(len(beside.draws) == 4 for beside in found.values())
    assert found[4].observed > 0.95
    assert found[4].excess > 0.1


def test_whole_categories_are_drawn(X):
    hot = np.eye(3, dtype=np.float32)[np.random.default_rng(1).integers(3, size=800)]
    both = np.column_stack([X, hot])
    tables = NullTables.of(
        both, [(3, 4, 5)], draws=2, rows=300, rng=np.random.default_rng(0)
    )
    for block in tables.each(lambda table, _: table[:, 3:]):
        assert set(block.sum(axis=1)) == {1.0}
