import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import ks_2samp, spearmanr

import oracles_nulls
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.nulls import CopulaNull, monte_carlo

MIXED = [[1, 0.7, 0.5, -0.6], [0.7, 1, 0.4, -0.3], [0.5, 0.4, 1, -0.5]]
ROLES = [0.5, 0.25, 0.15, 0.1]


def heaped_table(n, seed):
    """Whole years, rounded pay, a flag and a measure, correlated."""
    rng = np.random.default_rng(seed)
    z = rng.multivariate_normal(np.zeros(4), [*MIXED, [-0.6, -0.3, -0.5, 1]], n)
    years, pay = np.floor(3 * np.exp(z[:, 0])), np.round(np.exp(13 + z[:, 1]), -5)
    return np.column_stack([years, pay, z[:, 2] > 0.5, z[:, 3]]).astype(float)


def table_with_roles(n, seed):
    """One-hot roles, of weight 0.7, that pay differently; pay and a measure."""
    rng = np.random.default_rng(seed)
    role = rng.choice(4, n, p=ROLES)
    pay = rng.normal(np.array([0.0, 2.0, -1.0, 1.0])[role], 1)
    return np.column_stack([pay, 0.7 * np.eye(4)[role], rng.normal(size=n)])


def test_every_drawn_value_is_one_of_the_column_and_as_frequent():
    X = heaped_table(2000, 0)
    drawn = CopulaNull.of(X).draw(2000, rng=1)
    for own, new in zip(X.T, drawn.T, strict=True):
        assert np.isin(new, own).all()
        assert ks_2samp(own, new).statistic <= 2 / 2000
    values, counts = np.unique(X[:, 0], return_counts=True)
    found = [(drawn[:, 0] == value).sum() for value in values]
    assert np.abs(found - counts).max() <= 2


def test_rank_correlations_are_kept_by_ties_and_flags_too():
    X = heaped_table(4000, 2)
    drawn = CopulaNull.of(X).draw(100_000, rng=0)
    gaps = np.abs(spearmanr(X).statistic - spearmanr(drawn).statistic)
    assert gaps.max() < 0.02
    for i, j in [(0, 1), (0, 2), (2, 3)]:
        of_null = oracles_nulls.score_correlation(drawn[:, i], drawn[:, j])
        of_table = oracles_nulls.score_correlation(X[:, i], X[:, j])
        assert of_null == pytest.approx(of_table, abs=0.02)


@pytest.mark.parametrize("behind", [-0.6, 0.3, 0.8])
def test_two_flags_give_back_the_correlation_of_the_normals_behind_them(behind):
    rng = np.random.default_rng(3)
    z = rng.multivariate_normal([0, 0], [[1, behind], [behind, 1]], 40_000)
    null = CopulaNull.of((z > [0.0, 0.7]).astype(float))
    assert (null.root @ null.root.T)[0, 1] == pytest.approx(behind, abs=0.03)


def test_patterns_of_a_block_stay_whole_with_their_shares_and_their_pay():
    X = table_with_roles(5000, 4)
    drawn = CopulaNull.of(X, blocks=[[1, 2, 3, 4]]).draw(5000, rng=0)
    block = drawn[:, 1:5]
    assert set(map(tuple, block.tolist())) == set(map(tuple, X[:, 1:5].tolist()))
    assert block.sum(axis=0) == pytest.approx(X[:, 1:5].sum(axis=0), abs=1.5)
    own, new = (
        oracles_nulls.variance_between(t[:, 0], t[:, 1:5].argmax(axis=1))
        for t in (X, drawn)
    )
    assert own > 0.5
    assert new == pytest.approx(own, abs=0.08)


def test_equal_rows_of_a_block_are_one_pattern_wherever_they_stand():
    rng = np.random.default_rng(5)
    block = 0.5 * (np.eye(23) - 1 / 23)[rng.integers(23, size=1007)]
    X = np.column_stack([rng.normal(size=1007), block])
    null = CopulaNull.of(X, blocks=[range(1, 24)])
    patterns = null.variables[1]
    changes = (np.diff(patterns, axis=0) != 0).any(axis=1).sum()
    assert changes == 22


def test_blocks_without_a_column_beside_them_are_drawn_too():
    one_hot = np.eye(3)[np.arange(90) % 3]
    drawn = CopulaNull.of(one_hot, blocks=[[0, 1, 2]]).draw(30, rng=0)
    assert drawn.sum(axis=0).tolist() == [10, 10, 10]


def test_groups_that_show_in_no_single_column_are_lost():
    rng = np.random.default_rng(6)
    X = rng.integers(2, size=(4000, 3)).astype(float)
    X[:, 2] = np.logical_xor(X[:, 0], X[:, 1])
    drawn = CopulaNull.of(X).draw(4000, rng=0)
    odd = (drawn.sum(axis=1) % 2 == 1).mean()
    assert (X.sum(axis=1) % 2).max() == 0
    assert odd == pytest.approx(0.5, abs=0.04)


def test_groups_that_margins_show_are_kept():
    rng = np.random.default_rng(7)
    X = 6.0 * rng.integers(2, size=(2000, 2)) + rng.normal(size=(2000, 2))
    drawn = CopulaNull.of(X).draw(2000, rng=0)
    corners = np.bincount((drawn > 3) @ [1, 2], minlength=4) / 2000
    assert corners == pytest.approx(0.25, abs=0.04)


def test_constant_and_repeated_columns_survive():
    x = np.random.default_rng(8).normal(size=(1000, 1))
    X = np.column_stack([x, x, np.full(1000, 7.0), -x])
    drawn = CopulaNull.of(X).draw(3000, rng=0)
    assert set(drawn[:, 2].tolist()) == {7.0}
    ranks = spearmanr(drawn[:, [0, 1, 3]]).statistic
    assert ranks == pytest.approx(
        np.array([[1, 1, -1], [1, 1, -1], [-1, -1, 1]]), abs=1e-3
    )


def test_a_constant_column_is_independent_of_the_others():
    X = np.column_stack([heaped_table(500, 9), np.ones(500)])
    null = CopulaNull.of(X)
    assert (null.root @ null.root.T)[4].tolist() == pytest.approx([0, 0, 0, 0, 1])


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter_to_the_fit(seed):
    X = table_with_roles(300, 10)
    order = np.random.default_rng(seed).permutation(300)
    one, other = (CopulaNull.of(t, blocks=[[1, 2, 3, 4]]) for t in (X, X[order]))
    for a, b in zip(one.variables, other.variables, strict=True):
        assert np.array_equal(a, b)
    assert one.root @ one.root.T == pytest.approx(other.root @ other.root.T)


def test_a_monotone_change_of_a_column_changes_nothing_but_its_values():
    X = np.random.default_rng(11).normal(size=(400, 3)) @ np.tri(3)
    changed = X.copy()
    changed[:, 1] = np.exp(3 * X[:, 1])
    one, other = CopulaNull.of(X), CopulaNull.of(changed)
    assert np.array_equal(one.root, other.root)


def test_the_same_seed_draws_the_same_bytes_and_another_does_not():
    X = heaped_table(300, 12)
    draws = [CopulaNull.of(X).draw(100, rng=seed) for seed in (1, 1, 2)]
    assert draws[0].tobytes() == draws[1].tobytes() != draws[2].tobytes()


def test_input_is_left_as_it_was():
    X = table_with_roles(300, 13)
    before = X.copy()
    null = CopulaNull.of(X, blocks=[[1, 2, 3, 4]])
    null.draw(50, rng=0)[:] = 0
    assert np.array_equal(X, before)
    assert all(len(values) == 300 for values in null.variables)


def test_fewer_and_more_rows_than_the_table_has_can_be_drawn():
    X = heaped_table(200, 14)
    null = CopulaNull.of(X)
    assert null.draw(1, rng=0).shape == (1, 4)
    many = null.draw(20_000, rng=0)
    assert many.shape == (20_000, null.n_features)
    assert many.mean(axis=0) == pytest.approx(X.mean(axis=0), rel=0.01, abs=0.01)


@pytest.mark.parametrize("blocks", [[[0, 1], [1]], [[5]], [[-1]], [[2, 2]]])
def test_blocks_that_do_not_fit_are_refused(blocks):
    with pytest.raises(ParameterError, match="each column in one block at most"):
        CopulaNull.of(np.eye(5), blocks=blocks)


def test_tables_too_short_or_with_gaps_and_empty_draws_are_refused():
    with pytest.raises(DegenerateError, match="expected 2 or more rows"):
        CopulaNull.of([[1.0, 2.0]])
    with pytest.raises(DegenerateError, match="nan or infinity in 1 rows"):
        CopulaNull.of([[1.0], [np.nan]])
    with pytest.raises(ParameterError, match="Got n_rows=0"):
        CopulaNull.of(np.eye(3)).draw(0, rng=0)


@given(st.integers(-5, 5), st.lists(st.integers(-5, 5), min_size=1, max_size=30))
def test_the_p_value_counts_draws_as_large_as_the_table(observed, draws):
    found = monte_carlo(observed, draws)
    as_large = 1  # the table itself
    for draw in draws:
        as_large += draw >= observed
    assert found.p_value == pytest.approx(as_large / (1 + len(draws)))
    assert found.excess == pytest.approx(observed - sum(draws) / len(draws))
    assert found.draws == tuple(sorted(draws))
    assert min(draws) <= found.low <= found.high <= max(draws)


def test_the_spread_is_a_standard_deviation_and_none_of_one_draw():
    assert monte_carlo(0, [1.0, 2.0, 3.0]).spread == 1
    assert monte_carlo(0, [1.0]).spread == 0


def test_p_values_of_a_statistic_without_structure_are_even():
    rng = np.random.default_rng(15)
    values = rng.normal(size=(2000, 20))
    p = [monte_carlo(row[0], row[1:]).p_value for row in values]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(0.5, abs=0.035)


@pytest.mark.parametrize(
    ("observed", "draws"),
    [(0.5, []), (np.nan, [1.0]), (0.5, [np.inf]), (0.5, [0.1, np.nan])],
)
def test_no_draws_and_gaps_have_no_p_value(observed, draws):
    with pytest.raises(ParameterError, match="finite numbers and one draw or more"):
        monte_carlo(observed, draws)


def test_rows_out_of_more_vary_as_those_of_a_sample():
    X = np.random.default_rng(0).normal(size=(500, 2))
    null = CopulaNull.of(X)
    means = [null.draw(50, out_of=500, rng=seed)[:, 0].mean() for seed in range(400)]
    expected = X[:, 0].std() * np.sqrt((1 - 50 / 500) / 50)
    assert np.std(means) == pytest.approx(expected, rel=0.15)
    whole = [null.draw(50, rng=seed)[:, 0].mean() for seed in range(100)]
    assert np.std(whole) < expected / 5


def test_all_rows_out_of_as_many_are_the_whole_table():
    null = CopulaNull.of(np.random.default_rng(0).normal(size=(60, 3)))
    some, every = null.draw(60, out_of=60, rng=4), null.draw(60, rng=4)
    assert np.array_equal(some, every)
    assert null.n_rows == 60


def test_more_rows_than_the_table_has_are_refused():
    null = CopulaNull.of(np.eye(3))
    with pytest.raises(ParameterError, match="Got n_rows=9 out_of=8, expected no more"):
        null.draw(9, out_of=8, rng=0)
