import itertools
import subprocess
import sys

import numpy as np
import pytest
from scipy.optimize import linprog

from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.attack import (
    bounds,
    check_totals,
    is_exposed,
    reach,
    with_totals,
)


def random_table(shape, seed, most=8):
    return with_totals(np.random.default_rng(seed).integers(0, most, shape))


def every_sum(shape):
    """All lines of a table over all its counts, one dense row a line."""
    rows = []
    for axis, size in enumerate(shape):
        others = [range(n) for a, n in enumerate(shape) if a != axis]
        for fixed in itertools.product(*others):
            row = np.zeros(shape)
            line = list(fixed)
            line.insert(axis, slice(None))
            row[tuple(line)] = [*[1] * (size - 1), -1]
            rows.append(row.ravel())
    return np.array(rows)


def naive_bounds(table, hidden):
    """Two programmes a hidden count, over all counts, with SciPy."""
    sums = every_sum(table.shape)
    limits = [
        (0, None) if h else (t, t)
        for t, h in zip(table.ravel(), hidden.ravel(), strict=True)
    ]
    low, high = table.astype(float), table.astype(float)
    for place in np.flatnonzero(hidden):
        for sign, side in ((1, low), (-1, high)):
            goal = np.zeros(table.size)
            goal[place] = sign
            found = linprog(goal, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=limits)
            side.flat[place] = np.inf if found.status == 3 else sign * found.fun
    return np.ceil(low - 1e-6), np.floor(high + 1e-6)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (3, 2, 3)])
@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_those_of_a_programme_over_the_whole_table(shape, seed):
    table = random_table(shape, seed)
    hidden = np.random.default_rng(seed + 100).random(table.shape) < 0.4
    for found, known in zip(
        bounds(table, hidden), naive_bounds(table, hidden), strict=True
    ):
        np.testing.assert_array_equal(found, known)


def test_bounds_are_what_trying_every_table_gives():
    table = with_totals([[2, 1, 3], [1, 2, 0], [4, 1, 2]])
    hidden = np.zeros_like(table, dtype=bool)
    hidden[:2, :2] = hidden[2, 1:3] = hidden[0, 2] = True
    guesses = np.indices((8,) * int(hidden.sum()), dtype=np.int8)
    guesses = guesses.reshape(len(guesses), -1)
    tried = np.tile(table[:3, :3, None].astype(np.int8), guesses.shape[1])
    tried[hidden[:3, :3]] = guesses
    fits = guesses[
        :,
        (tried.sum(axis=1, dtype=np.int8) == table[:3, 3:]).all(axis=0)
        & (tried.sum(axis=0, dtype=np.int8) == table[3, :3, None]).all(axis=0),
    ]
    low, high = bounds(table, hidden)
    assert fits.shape[1] > 1
    np.testing.assert_array_equal(low[hidden], fits.min(axis=1))
    np.testing.assert_array_equal(high[hidden], fits.max(axis=1))


def test_the_attacker_does_not_look_at_hidden_counts():
    table = random_table((5, 4), 3)
    hidden = np.random.default_rng(1).random(table.shape) < 0.4
    blind = np.where(hidden, -99, table)
    for seen, unseen in zip(bounds(table, hidden), bounds(blind, hidden), strict=True):
        np.testing.assert_array_equal(seen[hidden], unseen[hidden])


def test_a_table_that_hides_everything_has_no_upper_bound():
    table = random_table((2, 2), 1)
    low, high = bounds(table, np.ones_like(table, dtype=bool))
    assert (low == 0).all()
    assert np.isinf(high).all()


def test_nothing_hidden_leaves_the_counts_themselves():
    table = random_table((3, 3), 2)
    low, high = bounds(table, np.zeros_like(table, dtype=bool))
    np.testing.assert_array_equal(low, table)
    np.testing.assert_array_equal(high, table)


def test_impossible_tables_are_refused():
    table = with_totals([[1, 2], [3, 4]])
    hidden = np.zeros((3, 3), dtype=bool)
    hidden[:2, :2] = True
    table[2, 0] = 50
    with pytest.raises(ParameterError, match="No counts fit what is shown"):
        bounds(table, hidden)
    with pytest.raises(ParameterError, match="do not add up to the totals"):
        check_totals(table)
    with pytest.raises(ParameterError, match="Got a count of -1"):
        check_totals(with_totals([[1, -1]]))
    with pytest.raises(ParameterError, match=r"shape \(3, 3\) and flags of shape \(2"):
        bounds(table, hidden[:2])


@pytest.mark.parametrize(
    ("low", "high", "truth", "exposed", "both"),
    [
        (5, 5, 5, True, True),
        (4, 6, 5, False, False),
        (5, 6, 5, False, True),
        (90, 110, 100, True, True),
        (89, 110, 100, False, True),
        (89, 111, 100, False, False),
        (85, 104, 100, True, True),
        (0, 1, 1, False, True),
        (0, np.inf, 700, False, False),
        (700, np.inf, 700, False, True),
    ],
)
def test_a_count_is_exposed_within_a_tenth(low, high, truth, exposed, both):
    ends = np.array([low], float), np.array([high], float), np.array([truth])
    assert is_exposed(*ends).tolist() == [exposed]
    assert is_exposed(*ends, both_sides=True).tolist() == [both]


def test_reach_is_the_first_whole_number_beyond_a_tenth():
    assert reach([0, 1, 9, 10, 29, 30, 100]).tolist() == [1, 1, 1, 2, 3, 4, 11]
    assert reach([10, 30], within=0.3).tolist() == [4, 10]


def test_the_solver_prints_nothing():
    code = (
        "from learnstrata.privacy.disclosure.attack import bounds, with_totals; "
        "bounds(with_totals([[1, 2], [3, 4]]), [[1, 1, 0], [1, 1, 0], [0, 0, 0]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
