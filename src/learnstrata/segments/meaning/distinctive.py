"""What the card of a segment shows beside its profile.

An index chart of what is distinctive with its uncertainty, how pay and experience
spread against the rest, and how learners with older records have moved on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Pay
from learnstrata.learners.features.bins import inner_edges
from learnstrata.privacy.disclosure.rounding import in_tens
from learnstrata.segments.meaning.profiles import (
    NUMBERS,
    Profile,
    known_numbers,
    percentiles,
)

__all__ = [
    "Bin",
    "Card",
    "IndexRow",
    "Progression",
    "make_cards",
]

Z = 1.959964  # of a 95 % interval
UNIFORM_SD = 100 / np.sqrt(12)  # of percentile ranks of all learners
BINNED = ("pay", "years_of_experience")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One value of a category, or one number, of a segment against all learners.

    Attributes
    ----------
    kind : {"value", "number"}
    feature, value : str
        Category and its value; of a number `value` is empty.
    count : int
        Learners of the segment with the value, or of whom the number is known.
    estimate, low, high : float
        Of a value ``index = share / base * 100``, of a number the mean percentile rank
        of the segment among all (0..100), each with its 95 % interval.
    base : float
        What all learners have: 100 or 50.
    difference : float or None
        Of a number: median less that of all, in robust standard deviations of all
        (1.4826 times the median absolute deviation; None where that is 0).
    effect : float
        Distinctiveness: Cohen's h of the two shares, or mean rank less 50 in standard
        deviations of ranks. 0.2 is small, 0.5 medium, 0.8 large; the sign tells
        whether it is more or less than among all.
    """

    kind: Literal["value", "number"]
    feature: str
    value: str
    count: int
    estimate: float
    low: float
    high: float
    base: float
    difference: float | None
    effect: float


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin from `low` to below `high`, None where it is open.

    Shares are of learners counted in tens, of the segment and of all others; None where
    there are too few to tell.
    """

    low: float | None
    high: float | None
    segment: float | None
    rest: float | None


@dataclass(frozen=True, slots=True)
class Progression:
    """What older records tell of a segment; None where too few know.

    Attributes
    ----------
    n : int
        Learners with two records or more.
    n_growth, n_roles : int or None
        Of them, with believable pay in two pay years, and with a role that is named.
    growth, growth_of_all : float or None
        Median yearly growth of pay; 0.10 is 10 %.
    role_change, role_change_of_all : float or None
        Share whose records name more than one role.
    """

    n: int
    n_growth: int | None
    n_roles: int | None
    growth: float | None
    growth_of_all: float | None
    role_change: float | None
    role_change_of_all: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """What belongs on the card of one segment, beside its `Profile`.

    Attributes
    ----------
    segment : int
    index : tuple of IndexRow
        Most distinctive first.
    pay, years_of_experience : tuple of Bin
        Empty where not known of enough learners.
    progression : Progression or None
        None where too few have older records.
    """

    segment: int
    index: tuple[IndexRow, ...]
    pay: tuple[Bin, ...]
    years_of_experience: tuple[Bin, ...]
    progression: Progression | None


def make_cards(
    learners: pl.DataFrame,
    profiles: Sequence[Profile],
    *,
    pay: Pay,
    least: int = 10,
) -> tuple[Card, ...]:
    r"""Make the card of each segment.

    The interval of an index is that of a relative risk R of the segment against all
    others, :math:`\log R \pm 1.96 \sqrt{(1 - p)/a + (1 - q)/b}` with a of the
    segment's and b of the others' learners, put against the base of both. That of a
    mean rank is :math:`\pm 1.96 s / \sqrt n`.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run, with features and ``segment_id``. It is not changed.
    profiles : sequence of Profile
    pay : Pay
    least : int, default=10
        Fewer learners are not shown.

    Returns
    -------
    tuple of Card
        In the order of `profiles`.

    Notes
    -----
    Segments were made to differ in what they were clustered on: intervals say how
    exactly a difference is known, not that there is one.

    The bins are the same for all segments. One with fewer than `least` learners of the
    segment is hidden there, and likewise of all others; counts are rounded to tens, so
    that neither a bin nor the difference of two cards tells of few. Bounds of pay are
    preferred numbers about 26 % apart, those of experience whole years; the outer bins
    are open and begin where 1 % of all learners are left.

    References
    ----------
    .. [1] D. Katz, J. Baptista, S. P. Azen, M. C. Pike (1978), "Obtaining confidence
       intervals for the risk ratio in cohort studies", Biometrics 34(3): 469-474.
    .. [2] J. Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences".
    """
    label = learners["segment_id"].to_numpy()
    numbers = known_numbers(learners)
    ranks = {name: _standings(numbers[name]) for name in NUMBERS if name in numbers}
    once = _once(learners)
    of_all = _moved(once, least)
    edges = {
        name: inner_edges(values, pay=pay if name == "pay" else None)
        for name in BINNED
        if np.isfinite(values := numbers.get(name, np.empty(0))).any()
    }
    own = once["segment_id"].to_numpy()
    counted = known_numbers(once)
    return tuple(
        Card(
            segment=profile.id,
            index=_index(profile, ranks, label, len(learners), least),
            progression=_progression(once, profile.id, of_all, least),
            **{
                name: _bins(counted[name], own == profile.id, edges[name], least)
                if name in edges
                else ()
                for name in BINNED
            },
        )
        for profile in profiles
    )


def _once(learners: pl.DataFrame) -> pl.DataFrame:
    """Count a learner once in a segment, where the rows are records."""
    if "learner_id" not in learners.columns:
        return learners
    keys = ["learner_id", "segment_id"]
    return learners.unique(keys, keep="first", maintain_order=True)


@dataclass(frozen=True, slots=True)
class _Ranks:
    """A number of all learners: its percentile ranks (nan unknown) and standing."""

    ranks: Floats
    scaled: Floats


def _standings(numbers: Floats) -> _Ranks:
    known = np.isfinite(numbers)
    ranks, scaled = np.full((2, len(numbers)), np.nan)
    base = np.sort(numbers[known])
    if len(base):
        ranks[known] = 100 * percentiles(base, numbers[known])
        middle = np.median(base)
        spread = 1.4826 * np.median(np.abs(base - middle))
        if spread > 0:
            scaled[known] = (numbers[known] - middle) / spread
    return _Ranks(ranks, scaled)


def _index(
    profile: Profile,
    ranks: dict[str, _Ranks],
    label: npt.NDArray[np.int64],
    n: int,
    least: int,
) -> tuple[IndexRow, ...]:
    rows = [
        _value_row(feature, one.value, (one.count, one.base), profile.count, n)
        for feature, shares in profile.shares.items()
        for one in shares
        if one.count >= least
    ]
    own = label == profile.id
    rows += [
        row
        for name, found in ranks.items()
        if (row := _number_row(name, found.ranks[own], found.scaled[own], least))
    ]
    return tuple(sorted(rows, key=lambda row: -abs(row.effect)))


def _value_row(
    feature: str, value: str, seen: tuple[int, float], size: int, n: int
) -> IndexRow:
    """Put a share against the base; `seen` is the count and the share of all."""
    count, base = seen
    share = count / size
    others = round(base * n) - count
    low, high = _index_interval(count, size, others, n - size)
    return IndexRow(
        kind="value",
        feature=feature,
        value=value,
        count=count,
        estimate=100 * share / base,
        low=low,
        high=high,
        base=100.0,
        difference=None,
        effect=float(2 * (np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(base)))),
    )


def _index_interval(a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """Give the 95 % interval of the index of `a` of `n` against `b` of `m` more."""
    if m == 0:
        return 100.0, 100.0
    if b == 0:  # nobody else has it: half a learner does for a logarithm
        n, m = n + 1, m + 1
    half = 0.5 if b == 0 else 0.0
    p, q = (a + half) / n, (b + half) / m
    spread = np.sqrt(max(0.0, (1 - p) / (a + half) + (1 - q) / (b + half)))
    risks = p / q * np.exp(np.array([-Z, Z]) * spread)
    part = n / (n + m)
    low, high = 100 * risks / (part * risks + 1 - part)
    return float(low), float(high)


def _number_row(
    name: str, ranks: Floats, scaled: Floats, least: int
) -> IndexRow | None:
    known = ranks[np.isfinite(ranks)]
    if len(known) < max(least, 2):
        return None
    mean = float(known.mean())
    reach = Z * float(known.std(ddof=1)) / np.sqrt(len(known))
    placed = scaled[np.isfinite(scaled)]
    return IndexRow(
        kind="number",
        feature=name,
        value="",
        count=len(known),
        estimate=mean,
        low=max(0.0, float(mean - reach)),
        high=min(100.0, float(mean + reach)),
        base=50.0,
        difference=float(np.median(placed)) if len(placed) else None,
        effect=float((mean - 50) / UNIFORM_SD),
    )


def _bins(
    numbers: Floats, own: npt.NDArray[np.bool_], edges: Floats, least: int
) -> tuple[Bin, ...]:
    """Count the segment and the rest in the same bins for every segment."""
    known = np.isfinite(numbers)
    place = np.searchsorted(edges, numbers[known], side="right")
    size = len(edges) + 1
    counts = [np.bincount(place[own[known] == who], minlength=size) for who in (1, 0)]
    if min(n.sum() for n in counts) < least:
        return ()
    bounds = [None, *edges.tolist(), None]
    shares = [_tens_shares(n, least) for n in counts]
    return tuple(
        Bin(bounds[i], bounds[i + 1], shares[0][i], shares[1][i]) for i in range(size)
    )


def _tens_shares(counts: npt.NDArray[np.int64], least: int) -> list[float | None]:
    """Give shares of counts in tens; None where one is hidden.

    Examples
    --------
    >>> _tens_shares(np.array([0, 4, 36, 60]), 10)
    [0.0, None, 0.4, 0.6]
    """
    shares = in_tens(counts, least) / counts.sum()
    return [None if np.isnan(share) else float(share) for share in shares]


def _progression(
    once: pl.DataFrame, segment: int, of_all: Progression | None, least: int
) -> Progression | None:
    found = _moved(once.filter(pl.col("segment_id") == segment), least)
    if found is None or of_all is None:
        return None
    return Progression(
        n=found.n,
        n_growth=found.n_growth,
        n_roles=found.n_roles,
        growth=found.growth,
        growth_of_all=of_all.growth,
        role_change=found.role_change,
        role_change_of_all=of_all.role_change,
    )


def _moved(learners: pl.DataFrame, least: int) -> Progression | None:
    """Tell what older records say of these learners; None where too few have some."""
    if "n_records" not in learners.columns:
        return None
    older = learners.filter(pl.col("n_records") >= 2)
    if len(older) < least:
        return None
    growth, roles = older["pay_growth"].drop_nulls(), older["n_roles"].drop_nulls()
    roles = roles.filter(roles >= 1)
    changed = int((roles > 1).sum())
    parts = (changed, len(roles) - changed)
    told = len(roles) >= least and all(n == 0 or n >= least for n in parts)
    enough = len(growth) >= least
    median = float(np.expm1(np.median(growth.to_numpy()))) if enough else None
    share = changed / len(roles) if told else None
    return Progression(
        n=len(older),
        n_growth=len(growth) if enough else None,
        n_roles=len(roles) if told else None,
        growth=median,
        growth_of_all=median,
        role_change=share,
        role_change_of_all=share,
    )
