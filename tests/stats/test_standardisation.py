"""A change of a mean in two parts: a regression with dummies, simulated populations."""

import numpy as np
import pytest

from learnstrata.exceptions import DegenerateError
from learnstrata.stats.standardisation import change_within


def drawn(n, rng, *, cells, rise=0.0, weights=None, slope=0.0, move=0.0):
    """Draw pay of learners of several cells, with a number in which they differ."""
    at = rng.choice(cells, size=n, p=weights)
    x = rng.normal(move, 1.0, n)
    levels = np.linspace(0, 1.5, cells)[at]
    return levels + rise + slope * x + rng.normal(0, 0.5, n), at, x


def by_dummies(y, t, cells, x=None):
    """Fit the same by ordinary least squares with a dummy a cell."""
    dummies = np.eye(cells.max() + 1)[cells]
    X = np.column_stack([t, dummies[:, dummies.sum(axis=0) > 0]])
    X = X if x is None else np.column_stack([X, x])
    slopes = np.linalg.lstsq(X, y, rcond=None)[0]
    left, bread = y - X @ slopes, np.linalg.inv(X.T @ X)
    meat = X.T @ (X * left[:, None] ** 2) * len(y) / (len(y) - X.shape[1])
    return slopes[0], np.sqrt((bread @ meat @ bread)[0, 0])


@pytest.mark.parametrize("with_x", [False, True])
def test_the_change_within_is_that_of_a_regression_with_a_dummy_a_cell(with_x):
    rng = np.random.default_rng(1)
    old, at, x = drawn(200, rng, cells=7, slope=0.2)
    new, at_new, x_new = drawn(300, rng, cells=7, rise=0.1, slope=0.2, move=0.5)
    others = (x[:, None], x_new[:, None]) if with_x else None
    found = change_within(old, new, (at, at_new), others)
    t = np.repeat([0.0, 1.0], [200, 300])
    expected = by_dummies(
        np.r_[old, new], t, np.r_[at, at_new], np.r_[x, x_new] if with_x else None
    )
    assert (found.within, found.within_error) == pytest.approx(expected)
    assert found.within + found.mix == pytest.approx(found.total)
    assert found.total == pytest.approx(new.mean() - old.mean())


def test_without_other_values_it_is_the_weighed_mean_of_the_changes_of_cells():
    rng = np.random.default_rng(4)
    old, at, _ = drawn(150, rng, cells=5)
    new, at_new, _ = drawn(120, rng, cells=5, rise=0.2)
    parts = [
        (
            (at == c).sum()
            * (at_new == c).sum()
            / ((at == c).sum() + (at_new == c).sum()),
            new[at_new == c].mean() - old[at == c].mean(),
        )
        for c in range(5)
    ]
    weights, changes = np.array(parts).T
    found = change_within(old, new, (at, at_new))
    assert found.within == pytest.approx((weights * changes).sum() / weights.sum())


@pytest.mark.parametrize("rise", [0.0, 0.077])
def test_a_rise_and_a_change_of_mix_are_told_apart_and_their_intervals_hold_them(rise):
    rng = np.random.default_rng(8)
    weights = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.1])
    level = np.linspace(0, 1.5, 6)
    mix = level @ weights[::-1] - level @ weights
    held = []
    for _ in range(300):
        old, at, x = drawn(400, rng, cells=6, weights=weights, slope=0.2)
        new, at_new, x_new = drawn(
            400, rng, cells=6, weights=weights[::-1], rise=rise, slope=0.2, move=0.3
        )
        found = change_within(old, new, (at, at_new), (x[:, None], x_new[:, None]))
        held.append(
            (
                abs(found.within - rise) < 1.96 * found.within_error,
                abs(found.mix - mix - 0.06) < 1.96 * found.mix_error,
                abs(found.total - mix - 0.06 - rise) < 1.96 * found.total_error,
            )
        )
    assert np.mean(held, axis=0).min() > 0.92
    assert np.mean(held, axis=0).max() < 0.985


def test_rows_of_a_cell_that_one_sample_alone_has_count_to_the_mix():
    rng = np.random.default_rng(2)
    y, at, _ = drawn(400, rng, cells=3)
    new = np.r_[y, np.full(100, 9.0)]
    found = change_within(y, new, (at, np.r_[at, np.full(100, 8)]))
    assert found.within == pytest.approx(0, abs=1e-12)
    assert found.mix == pytest.approx(found.total)
    assert found.cells == 3
    assert found.coverage == pytest.approx(0.8)


def test_the_p_value_is_that_of_the_change_within():
    rng = np.random.default_rng(3)
    old, at, _ = drawn(800, rng, cells=3)
    new, at_new, _ = drawn(800, rng, cells=3, rise=0.2)
    assert change_within(old, new, (at, at_new)).p < 1e-6
    again, at_again, _ = drawn(800, rng, cells=3)
    assert change_within(old, again, (at, at_again)).p > 0.01


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([1.0, 2.0], [1.0], ([0, 0], [1])), "no cell that both samples have"),
        (([1.0], [], ([0], [])), "one or more in each sample"),
        (([1.0], [np.nan], ([0], [0])), "no finite numbers"),
        (([1.0], [2.0], ([0], [0])), "expected more rows than cells"),
        (([1.0, 2.0], [2.0], ([0], [0])), "one for each row"),
        (([1.0], [2.0], ([0], [0]), ([[1.0]], [[np.inf]])), "finite numbers"),
    ],
)
def test_what_cannot_be_parted_is_one_message(arrays, message):
    with pytest.raises(DegenerateError) as caught:
        change_within(*arrays)
    assert message in str(caught.value)
