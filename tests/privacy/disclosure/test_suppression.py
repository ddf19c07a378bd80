import numpy as np
import pytest

from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.attack import bounds, is_exposed, with_totals
from learnstrata.privacy.disclosure.suppression import protect

SHAPES = [(18, 4, 3), (18, 12), (6, 4, 3), (18, 4), (12, 3, 3)]


def pay_table(seed):
    """Learners by role, tier and experience: few large cells, many small ones."""
    rng = np.random.default_rng(seed)
    shape = SHAPES[seed % len(SHAPES)]
    chance = np.ones(())
    for size in shape:
        weights = 1 / np.arange(1, size + 1) ** rng.uniform(0.6, 1.6)
        chance = np.multiply.outer(chance, rng.permutation(weights))
    chance = chance * rng.lognormal(0, 0.8, shape)
    learners = int(10 ** rng.uniform(3.3, 5))
    counts = rng.multinomial(learners, (chance / chance.sum()).ravel())
    return with_totals(counts.reshape(shape))


def primary(table):
    return (table > 0) & (table < 10)


def primary_of_companies(seed):
    """A table whose counts are employed: what companies forbid is primary as well."""
    table = pay_table(seed)
    rng = np.random.default_rng(seed + 1_000)
    inner = table[tuple(slice(-1) for _ in table.shape)]
    most = rng.choice([2, 6, 40], inner.shape)
    chances = 1 / np.arange(1, 41) ** rng.uniform(0.5, 3.0)
    each = np.zeros((40, *table.shape), dtype=np.int64)
    for cell in zip(*np.nonzero(inner), strict=True):
        here = chances[: most[cell]] / chances[: most[cell]].sum()
        counts = rng.multinomial(inner[cell], here)
        each[(rng.permutation(40)[: most[cell]], *cell)] = counts
    staff = np.stack(
        [with_totals(c[tuple(slice(-1) for _ in table.shape)]) for c in each]
    )
    few = (staff > 0).sum(axis=0) < 3
    giant = staff.max(axis=0) > 0.6 * table
    return table, primary(table), (table >= 10) & (few | giant)


def exposed(table, hidden, **options):
    low, high = bounds(table, hidden)
    assert (low <= table).all()
    assert (high >= table).all()
    return hidden & is_exposed(low, high, table, **options)


@pytest.mark.parametrize("companies", [False, True])
@pytest.mark.parametrize("seed", range(50))
def test_the_attacker_finds_no_hidden_cell_within_a_tenth(seed, companies):
    table, small, owned = primary_of_companies(seed)
    assert owned.any()
    first = small | owned if companies else small
    hidden = protect(table, first)
    assert hidden[first].all()
    assert not exposed(table, hidden).any()
    assert not (first & exposed(table, hidden, both_sides=True)).any()
    assert not hidden[table == 0].any()


def test_hiding_the_small_cells_alone_is_broken_on_most_of_these_tables():
    tables = [pay_table(seed) for seed in range(50)]
    broken = [exposed(table, primary(table)).any() for table in tables]
    assert sum(broken) > 25


def test_a_table_without_small_cells_is_shown_whole():
    table = with_totals([[20, 30], [40, 50]])
    assert not protect(table, primary(table)).any()


def test_the_only_cell_of_a_row_takes_its_total_along():
    table = with_totals([[5, 0, 0], [40, 50, 60], [20, 30, 70]])
    hidden = protect(table, primary(table))
    assert hidden[0, 0]
    assert hidden[0, 3]
    assert not exposed(table, hidden).any()


def test_small_cells_are_hidden_with_small_helpers_not_with_totals():
    table = with_totals([[5, 20, 400], [30, 12, 600], [250, 500, 900]])
    hidden = protect(table, primary(table))
    assert np.argwhere(hidden).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize("within", [0.05, 0.3, 0.6])
def test_protection_can_be_asked_to_reach_further(within):
    table = pay_table(3)
    small = primary(table)
    hidden = protect(table, small, within=within)
    assert not exposed(table, hidden, within=within).any()


def test_a_total_can_be_what_must_be_hidden():
    table = with_totals([[12, 30, 40], [25, 50, 60], [35, 70, 20]])
    first = np.zeros_like(table, dtype=bool)
    first[0, 3] = True
    hidden = protect(table, first)
    assert hidden.sum() >= 4
    assert not exposed(table, hidden).any()


def test_neither_table_nor_flags_are_changed_and_the_answer_is_always_the_same():
    table = pay_table(7)
    flags = primary(table)
    before = table.copy(), flags.copy()
    first = protect(table, flags)
    np.testing.assert_array_equal(first, protect(table, flags))
    np.testing.assert_array_equal(table, before[0])
    np.testing.assert_array_equal(flags, before[1])


def test_tables_that_make_no_sense_are_refused():
    table = with_totals([[5, 0], [40, 50]])
    with pytest.raises(ParameterError, match="nobody is in it"):
        protect(table, table == 0)
    table[2, 2] += 1
    with pytest.raises(ParameterError, match="do not add up"):
        protect(table, primary(table))


def test_only_what_the_rule_hides_need_be_out_of_reach():
    rng = np.random.default_rng(4)
    table = with_totals(rng.integers(1, 4000, size=(5, 6)))
    table = with_totals(np.where(rng.random((5, 6)) < 0.15, 3, table[:5, :6]))
    small = primary(table)
    whole, few = protect(table, small), protect(table, small, others=False)
    low, high = bounds(table, few)
    assert not (small & is_exposed(low, high, table)).any()
    assert few.sum() < whole.sum()
