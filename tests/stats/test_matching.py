"""Clusters of two labelings matched: the obvious search over all pairings agrees."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from learnstrata.exceptions import ParameterError
from learnstrata.stats.matching import match_clusters

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 4))
TABLES = arrays.arrays(np.int64, SHAPES, elements=st.integers(0, 60))


def jaccard(table, i, j):
    either = table[i].sum() + table[:, j].sum() - table[i, j]
    return table[i, j] / either if either else 0.0


@given(TABLES)
def test_pairs_have_the_largest_overlap_of_all_pairings(table):
    found = match_clusters(table, least=-1)
    rows, columns = table.shape
    if rows > columns:
        table = table.T
    best = max(
        sum(jaccard(table, i, j) for i, j in enumerate(order))
        for order in permutations(range(table.shape[1]), table.shape[0])
    )
    assert sum(found.jaccard[i, j] for i, j in found.pairs) == pytest.approx(best)


@given(TABLES)
@example(np.array([[2, 5, 0, 0], [0, 2, 0, 0]]))  # two small ones sum to more
def test_a_pair_is_over_the_least_or_mutual_and_each_cluster_is_in_one(table):
    found = match_clusters(table)
    for i, j in found.pairs:
        assert jaccard(table, i, j) > 0.5 or is_mutual(table, i, j)
    for side in zip(*found.pairs, strict=True):
        assert len(set(side)) == len(side)
    overlaps = {
        (i, j)
        for i in range(table.shape[0])
        for j in range(table.shape[1])
        if jaccard(table, i, j) > 0.5
    }
    assert overlaps <= set(found.pairs)


def is_mutual(table, i, j):
    """Say whether each has more of the other than any third one has."""
    others = [*np.delete(table[i], j), *np.delete(table[:, j], i)]
    shares = sorted([table[i, j] / table[i].sum(), table[i, j] / table[:, j].sum()])
    return table[i, j] > max(others, default=0) and shares[0] > 0.4 and shares[1] > 0.5


def test_the_larger_part_of_a_split_goes_on_and_equal_parts_do_not():
    assert match_clusters(np.array([[45, 40, 15]])).pairs == ((0, 0),)
    assert match_clusters(np.array([[39, 36, 25]])).pairs == ()
    assert match_clusters(np.array([[45, 45]])).pairs == ()


@given(TABLES)
def test_labels_that_are_swapped_are_matched_alike(table):
    turned = match_clusters(table.T)
    assert {(j, i) for i, j in match_clusters(table).pairs} == set(turned.pairs)


def test_a_home_has_most_of_a_cluster_or_there_is_none():
    found = match_clusters(np.array([[6, 5], [4, 5], [0, 1]]))
    assert (found.home_of_column(0), found.home_of_column(1)) == (0, None)
    assert (found.home_of_row(0), found.home_of_row(1), found.home_of_row(2)) == (
        (0, 1, 1)
    )


def test_the_table_is_not_changed():
    table = np.array([[3, 1], [0, 9]])
    match_clusters(table)
    assert table.tolist() == [[3, 1], [0, 9]]


@pytest.mark.parametrize("table", [[1, 2], [[1, -2]]])
def test_what_is_no_table_of_counts_is_refused(table):
    with pytest.raises(ParameterError, match="expected rows and columns of counts"):
        match_clusters(np.array(table))
