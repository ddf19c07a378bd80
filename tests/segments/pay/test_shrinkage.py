"""Shrunken quantiles against a slow version that looks at one cell after another."""

import numpy as np
import polars as pl
import pytest

from learnstrata.segments.pay.shrinkage import (
    KEYS,
    OFFSET_TAU,
    TAU_RANGE,
    peer_cells,
)

AT = (0.1, 0.5, 0.9)


@pytest.fixture(scope="module")
def paid():
    rng = np.random.default_rng(3)
    n = 900
    stage, tier = rng.integers(3, size=n), rng.integers(4, size=n)
    role = np.minimum(rng.geometric(0.4, size=n), 6)
    log_pay = 13 + 0.2 * role + 0.3 * stage - 0.2 * tier + rng.normal(0, 0.5, n)
    return pl.DataFrame(
        {
            "role_family": [f"r{i}" for i in role],
            "stage": stage,
            "tier": [f"t{i}" for i in tier],
            "log_pay": log_pay.round(2),
        }
    )


def of_cells(rows, keys, measure):
    """Give a measure of the rows of each cell to every row of it."""
    cells = {}
    for i, row in enumerate(rows):
        cells.setdefault(tuple(row[k] for k in keys), []).append(i)
    return {cell: (own, measure(own)) for cell, own in cells.items()}


def spread_out(cells, n):
    found = np.empty(n)
    for own, value in cells.values():
        found[own] = value
    return found


def gaps(rows, log_pay):
    def median(values, *keys):
        cells = of_cells(rows, keys, lambda own: np.median(values[own]))
        return spread_out(cells, len(rows))

    stage = median(log_pay - median(log_pay, "role_family"), "stage")
    rest = log_pay - median(log_pay, "role_family", "stage")
    tier = median(rest, "tier")
    own = median(rest - tier, "role_family", "tier")
    n = spread_out(of_cells(rows, ("role_family", "tier"), len), len(rows))
    return stage, tier + own * n / (n + OFFSET_TAU)


def estimated(residual, cells, wider):
    size, apart, spread = [], [], np.empty(len(residual))
    for cell, (own, (_, median, _)) in cells.items():
        size.append(len(own))
        apart.append(median - wider[cell[:-1]][1])
        spread[own] = np.abs(residual[own] - median)
    n, d = np.array(size), np.array(apart)
    v = np.pi / 2 * (1.4826 * np.median(spread)) ** 2
    between = (n @ d**2 - len(d) * v) / n.sum()
    return np.clip(v / between, *TAU_RANGE) if between > 0 else TAU_RANGE[1]


def naive(paid, depth, tau):
    rows, log_pay = paid.to_dicts(), paid["log_pay"].to_numpy()
    stage, tier = gaps(rows, log_pay)
    gap = {0: 0 * stage, 1: 0 * stage, 2: stage, 3: stage + tier}[depth]
    residual, found = log_pay - gap, {(): np.quantile(log_pay - gap, AT)}
    for level in range(1, depth + 1):
        cells = of_cells(rows, KEYS[:level], lambda own: np.quantile(residual[own], AT))
        used = tau or estimated(residual, cells, found)
        found = {
            cell: (len(own) * value + used * found[cell[:-1]]) / (len(own) + used)
            for cell, (own, value) in cells.items()
        }
    first = of_cells(rows, KEYS[:depth], lambda own: gap[own[0]])
    return {cell: value + first[cell][1] for cell, value in found.items()}


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("tau", [None, 7.0])
def test_quantiles_equal_the_slow_version(paid, depth, tau):
    cells, expected = peer_cells(paid), naive(paid, depth, tau)
    found = cells.shrunken(depth, AT, tau)
    keys = cells.keys(depth).rows() if depth else [()]
    assert keys == sorted(keys)
    assert set(keys) == set(expected)
    for key, row in zip(keys, found.quantiles, strict=True):
        np.testing.assert_allclose(row, expected[key], rtol=1e-9)


def test_factors_are_cut_as_their_text_is(paid):
    text = pl.col("role_family", "tier")
    levels = pl.Enum(["none", "t3", "t2", "t1", "t0", *(f"r{i}" for i in range(9))])
    one, other = (peer_cells(t) for t in (paid, paid.with_columns(text.cast(levels))))
    for depth in range(4):
        np.testing.assert_array_equal(
            np.sort(one.shrunken(depth, AT).quantiles, axis=0),
            np.sort(other.shrunken(depth, AT).quantiles, axis=0),
        )


def test_nobody_has_no_cells(paid):
    assert peer_cells(paid.head(0)).keys(3).is_empty()
    assert peer_cells(paid.head(0)).shrunken(3, AT).quantiles.shape == (0, 3)
