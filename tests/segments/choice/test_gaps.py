"""Groups that stand apart are counted, and cuts of one group are not."""

import numpy as np
import pytest

import structureless
from learnstrata.segments.choice.gaps import (
    Border,
    Parting,
    find_borders,
    find_partings,
    renumbered,
)
from learnstrata.stats import kmeans

APART = Parting(p_value=0.0, depth=4.0, same_cut=1.0)


def most_parted(found):
    return max((k for k, one in found.items() if one.is_parted), default=1)


def partings(X, *, k_max=6, ordered=None, seed=0):
    X = X.astype(np.float32)
    fits = kmeans.sweep(X, range(2, k_max + 1), n_starts=8, rng=seed)
    return find_partings(
        X,
        {k: fit.labels for k, fit in fits.items()},
        ordered=range(X.shape[1]) if ordered is None else ordered,
        n_starts=8,
        rng=np.random.default_rng(seed),
    )


def groups(k, rng, n=3_000):
    """Give groups around points that lie six deviations apart or more."""
    corners = np.array([[0, 0, 0], [6, 0, 0], [0, 6, 0], [0, 0, 6], [6, 6, 0]])[:k]
    return corners[rng.integers(k, size=n)] + rng.normal(size=(n, 3))


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_as_many_groups_are_counted_as_there_are(k):
    X = groups(k, np.random.default_rng(k))
    assert most_parted(partings(X)) == k


@pytest.mark.parametrize("name", structureless.STRUCTURELESS)
def test_a_table_without_groups_has_one(name):
    X = structureless.STRUCTURELESS[name](3_000, np.random.default_rng(1))
    assert most_parted(partings(X)) == 1


def test_arcs_of_a_ring_are_one_group():
    rng = np.random.default_rng(3)
    angle = rng.uniform(0, 2 * np.pi, 10_000)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    found = partings(ring + 0.15 * rng.normal(size=ring.shape))
    assert any(one.p_value < 0.01 for one in found.values())
    assert most_parted(found) == 1


@pytest.mark.parametrize(
    "change",
    [{"p_value": 0.011}, {"depth": 1.49}, {"same_cut": 0.89}],
)
def test_each_condition_counts(change):
    values = {name: getattr(APART, name) for name in Parting.__slots__}
    assert most_parted({2: APART}) == 2
    other = Parting(**(values | change))
    assert most_parted({2: APART, 3: other}) == 2


def test_columns_that_are_left_out_have_no_part_in_it():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(2_000, 2)) + [0, 9] * rng.integers(2, size=(2_000, 1))
    assert most_parted(partings(X)) == 2
    assert most_parted(partings(X, ordered=[0])) == 1
    assert partings(X, ordered=[]) == {}


def test_few_distinct_rows_end_the_search():
    X = np.repeat(np.arange(3.0), 40)[:, None] + np.zeros((120, 1))
    found = find_partings(
        X.astype(np.float32),
        {k: np.arange(120) % k for k in (2, 3, 4, 5)},
        ordered=[0],
        n_starts=2,
        rng=np.random.default_rng(0),
    )
    assert set(found) <= {2, 3}


def test_the_p_values_of_borders_are_those_of_holm():
    X = groups(4, np.random.default_rng(2), n=400) * [1, 0.5, 0.4]
    labels = kmeans.fit(X, 4, rng=0).labels
    found = find_borders(X.astype(np.float32), labels, rng=np.random.default_rng(0))
    assert [border.cluster for border in found] == [0, 1, 2, 3]
    pairs = {frozenset((b.cluster, b.neighbour)): b for b in found}.values()
    raw = [border.dip.p_value for border in pairs]
    expected = [
        max(min(p * sum(q >= p for q in raw), 1) for p in raw if p <= own)
        for own in raw
    ]
    assert [border.p_value for border in pairs] == pytest.approx(expected)


def test_the_verdict_of_a_parting_is_that_of_its_borders():
    X = groups(3, np.random.default_rng(3))
    for one in partings(X).values():
        assert one.p_value == max(border.p_value for border in one.borders)
        assert one.depth == min(border.depth for border in one.borders)
        gaps = all(border.is_gap for border in one.borders)
        assert one.is_parted == (gaps and one.same_cut >= 0.9)


def test_a_gap_needs_a_valley_and_few_between():
    assert Border(0, 1, None, 0.01, 1.5).is_gap
    assert not Border(0, 1, None, 0.0101, 1.5).is_gap
    assert not Border(0, 1, None, 0.01, 1.49).is_gap


def test_borders_bear_the_numbers_of_the_cut_they_are_told_of():
    labels = np.repeat([0, 1, 2], 50)
    borders = [Border(0, 1, None, 0.5, 1.0), Border(1, 2, None, 0.2, 3.0)]
    found = renumbered(borders, labels, np.repeat([2, 0, 1], 50))
    assert [(one.cluster, one.neighbour) for one in found] == [(0, 1), (2, 0)]
    assert found[1].p_value == 0.5


def test_clusters_that_do_not_differ_in_the_features_have_no_gap():
    rng = np.random.default_rng(0)
    X = groups(2, rng, n=600).astype(np.float32)
    found = find_borders(X, rng.integers(2, size=600), rng=rng)
    assert not any(border.is_gap for border in found)
