"""Cells of peers by role, experience and tier, whose pay leans on wider ones.

Of a few peers the median says little. What is left of log pay, without the typical gap
of an experience and of a tier, is shrunken from all down to the cells, one key at a
time, and the gaps are put back.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.learners.factors import factor_codes
from learnstrata.stats.ordered import Ascending, ascending, grouped, quantiles

__all__ = ["KEYS", "PeerCells", "Shrunken", "peer_cells"]

KEYS = ("role_family", "stage", "tier")
OFFSET_TAU = (
    30.0  # learners at which a role's own tier gap weighs as much as all roles'
)
TAU_RANGE = (5.0, 50.0)
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer]


class Cut(NamedTuple):
    """A cut of learners into cells, in the order of their keys.

    Attributes
    ----------
    codes : array of shape (n_learners,)
        Cell of each, from 0; none is empty.
    sizes, rows : array of shape (n_cells,)
        Learners of each cell, and the row of one of them.
    """

    codes: Codes
    sizes: Codes
    rows: Codes

    def quantiles(self, of: Ascending, at: Sequence[float]) -> Floats:
        """Give quantiles of sorted numbers in each cell."""
        groups = grouped(self.codes[of.rows], len(self.sizes))
        return quantiles(of.values[groups.places], at, groups.bounds)

    def medians(self, of: Ascending) -> Floats:
        """Give the median of sorted numbers in each cell."""
        return self.quantiles(of, (0.5,))[:, 0]


class Shrunken(NamedTuple):
    """Quantiles of log pay of cells: of their own learners by their weight, 0..1."""

    quantiles: Floats
    weight: Floats
    tau: float


class PeerCells(NamedTuple):
    """Learners with known pay, cut by role, then by stage, then by tier.

    Attributes
    ----------
    paid : polars.DataFrame
    levels : tuple of Cut
        All in one, by role, by role and stage, by all three.
    stage_gap, tier_gap : array of shape (n_learners,)
        In log pay: of a stage over roles, and of a tier in a role.
    """

    paid: pl.DataFrame
    levels: tuple[Cut, ...]
    stage_gap: Floats
    tier_gap: Floats

    def keys(self, depth: int) -> pl.DataFrame:
        """Give the keys of the cells of a level, in their order."""
        return self.paid.select(KEYS[:depth] or pl.lit(0).alias("_all"))[
            self.levels[depth].rows
        ]

    def shrunken(
        self, depth: int, at: Sequence[float], tau: float | None = None
    ) -> Shrunken:
        """Give quantiles of log pay of each cell of a level, shrunken to the wider.

        Parameters
        ----------
        depth : int
            Keys that tell the cells apart, 0 to 3.
        at : sequence of float
            Quantiles, with the median.
        tau : float, optional
            Learners at which a cell weighs as much as the wider one; by default
            estimated at each level.
        """
        stage = self.stage_gap if depth > 1 else np.zeros(len(self.stage_gap))
        gap = stage + self.tier_gap if depth > 2 else stage
        rest = ascending(self.paid["log_pay"].to_numpy() - gap)
        middle = list(at).index(0.5)
        found, used = self.levels[0].quantiles(rest, at), 0.0
        weight = np.ones(len(found))
        for wide, cut in zip(self.levels[:depth], self.levels[1:], strict=False):
            own, wider = cut.quantiles(rest, at), found[wide.codes[cut.rows]]
            apart = own[:, middle] - wider[:, middle]
            used = tau or _estimated_tau(rest, cut, own[:, middle], apart)
            weight = cut.sizes / (cut.sizes + used)
            found = weight[:, None] * own + (1 - weight[:, None]) * wider
        return Shrunken(found + gap[self.levels[depth].rows][:, None], weight, used)


def peer_cells(paid: pl.DataFrame) -> PeerCells:
    """Cut learners by `KEYS` and find the gaps of stages and tiers.

    Parameters
    ----------
    paid : polars.DataFrame
        With `KEYS`, of which none is missing, and ``log_pay``.
    """
    role, stage, tier = (_coded(paid[key]) for key in KEYS)
    levels = (
        _cut(np.zeros(len(paid), dtype=np.int64)),
        _cut(role),
        _cut(role, stage),
        _cut(role, stage, tier),
    )
    log_pay = paid["log_pay"].to_numpy()
    ordered = ascending(log_pay)
    of_role, of_both = (level.medians(ordered)[level.codes] for level in levels[1:3])
    of_stage = _cut(stage)
    stage_gap = of_stage.medians(ascending(log_pay - of_role))[of_stage.codes]
    tier_gap = _tier_gaps(log_pay - of_both, _cut(tier), _cut(role, tier))
    return PeerCells(paid, levels, stage_gap, tier_gap)


def _tier_gaps(rest: Floats, of_tier: Cut, of_both: Cut) -> Floats:
    """Give the gap of a tier, moved to that of the role by how many tell of it."""
    gap = of_tier.medians(ascending(rest))[of_tier.codes]
    own, n = of_both.medians(ascending(rest - gap)), of_both.sizes
    return gap + (own * n / (n + OFFSET_TAU))[of_both.codes]


def _coded(column: pl.Series) -> Codes:
    if column.dtype.is_integer():
        return (column - column.min()).cast(pl.Int32).to_numpy()
    return factor_codes(column)[0]


def _cut(*codes: Codes) -> Cut:
    """Cross codes into cells without gaps, the first code foremost."""
    crossed = codes[0].astype(np.int64)
    for own in codes[1:]:
        crossed = crossed * (int(own.max(initial=0)) + 1) + own
    counts = np.bincount(crossed)
    there = np.flatnonzero(counts)
    place = np.zeros(len(counts), dtype=np.min_scalar_type(len(there)))
    place[there] = np.arange(len(there))
    rows = np.zeros(len(counts), dtype=np.int64)
    rows[crossed[::-1]] = np.arange(len(crossed))[::-1]
    return Cut(place[crossed], counts[there], rows[there])


def _estimated_tau(rest: Ascending, cut: Cut, own: Floats, apart: Floats) -> float:
    """Give the learners at which a cell says as much as the wider one."""
    low, high = TAU_RANGE
    if not len(own):
        return high
    spread = np.abs(rest.values - own[cut.codes[rest.rows]])
    n = cut.sizes.astype(np.float64)
    # Cells of one learner have no spread of their own; weighed by n they hardly count.
    v = np.pi / 2 * (1.4826 * float(np.median(spread))) ** 2
    between = (n @ apart**2 - len(apart) * v) / n.sum()
    return float(np.clip(v / between, low, high)) if between > 0 else high
