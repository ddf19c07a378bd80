"""What the card of a segment shows beside its profile.

Where it stands in each number with the uncertainty, how pay and experience spread
against all, and how learners with older records have moved on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Pay
from learnstrata.learners.features.bins import inner_edges
from learnstrata.segments.meaning.profiles import (
    NUMBERS,
    Profile,
    known_numbers,
    percentiles,
)

__all__ = ["Bin", "Card", "Progression", "Rank", "Spread", "make_cards"]

Z = 1.959964  # of a 95 % interval
UNIFORM_SD = 100 / np.sqrt(12)  # of percentile ranks of all learners
BINNED = ("pay", "years_of_experience")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a segment stands among all learners in a number: 50 is the middle.

    Attributes
    ----------
    feature : str
    count : int
        Learners of the segment of whom the number is known, each once.
    rank, low, high : float or None
        Mean percentile rank of the segment among all, 0..100, with its 95 % interval;
        None for the interval of one learner.
    difference : float or None
        Median less that of all, in robust standard deviations of all (1.4826 times the
        median absolute deviation; None where that is 0).
    effect : float
        Mean rank less 50 in standard deviations of ranks. 0.2 is small, 0.5 medium, 0.8
        large; the sign tells whether it is more or less than among all.
    """

    feature: str
    count: int
    rank: float
    low: float | None
    high: float | None
    difference: float | None
    effect: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Learners from `low` to below `high`, None where it is open."""

    low: float | None
    high: float | None
    segment: int
    of_all: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A number of a segment and of all others, in bins that all segments share.

    Attributes
    ----------
    feature : str
    n_segment, n_all : int
        Of whom it is known; a learner of several records counts once in a segment.
    bins : tuple of Bin
    """

    feature: str
    n_segment: int
    n_all: int
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Progression:
    """What older records tell of some learners.

    Attributes
    ----------
    n : int
        Learners with two records or more.
    n_growth : int
        Of them, with believable pay in two pay years.
    growth : float or None
        Median yearly growth of pay; 0.10 is 10 %.
    n_roles, n_changed : int
        Of them, with a role that is named, and with more than one.
    """

    n: int
    n_growth: int
    growth: float | None
    n_roles: int
    n_changed: int

    @property
    def role_change(self) -> float | None:
        """Share whose records name more than one role."""
        return self.n_changed / self.n_roles if self.n_roles else None


@dataclass(frozen=True, slots=True)
class Card:
    """What belongs on the card of one segment, beside its `Profile`.

    Attributes
    ----------
    segment : int
    ranks : tuple of Rank
        Most distinctive first.
    spreads : tuple of Spread
        Of pay and of experience, where they are known.
    progression, progression_of_all : Progression or None
        None where no learner has older records.
    """

    segment: int
    ranks: tuple[Rank, ...]
    spreads: tuple[Spread, ...]
    progression: Progression | None
    progression_of_all: Progression | None


def make_cards(
    learners: pl.DataFrame, profiles: Sequence[Profile], *, pay: Pay
) -> tuple[Card, ...]:
    r"""Make the card of each segment, exactly.

    The interval of a mean rank is :math:`\pm 1.96 s / \sqrt n`.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run, with features and ``segment_id``. It is not changed.
    profiles : sequence of Profile
    pay : Pay

    Returns
    -------
    tuple of Card
        In the order of `profiles`.

    Notes
    -----
    Segments were made to differ in what they were clustered on: intervals say how
    exactly a difference is known, not that there is one.

    The bins are the same for all segments. Bounds of pay are preferred numbers about
    26 % apart, those of experience whole years; the outer bins are open and begin where
    1 % of all learners are left.
    """
    label = learners["segment_id"].to_numpy()
    numbers = known_numbers(learners)
    placed = {name: _placed(numbers[name]) for name in NUMBERS if name in numbers}
    once = _once(learners)
    own, of_all = once["segment_id"].to_numpy(), _moved(once)
    counted = known_numbers(once)
    edges = {
        name: inner_edges(values, pay=pay if name == "pay" else None)
        for name in BINNED
        if np.isfinite(values := numbers.get(name, np.empty(0))).any()
    }
    return tuple(
        Card(
            segment=profile.id,
            ranks=_ordered(placed, profile, label == profile.id),
            spreads=tuple(
                _spread(name, counted[name], own == profile.id, bounds)
                for name, bounds in edges.items()
            ),
            progression=of_all and _moved(once.filter(segment_id=profile.id)),
            progression_of_all=of_all,
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
class _Placed:
    """A number of all learners: percentile ranks and deviations, nan where unknown."""

    ranks: Floats
    scaled: Floats


def _placed(numbers: Floats) -> _Placed:
    known = np.isfinite(numbers)
    ranks, scaled = np.full((2, len(numbers)), np.nan)
    base = np.sort(numbers[known])
    if len(base):
        ranks[known] = 100 * percentiles(base, numbers[known])
        middle = np.median(base)
        spread = 1.4826 * np.median(np.abs(base - middle))
        if spread > 0:
            scaled[known] = (numbers[known] - middle) / spread
    return _Placed(ranks, scaled)


def _ordered(
    placed: dict[str, _Placed], profile: Profile, own: npt.NDArray[np.bool_]
) -> tuple[Rank, ...]:
    rows = [
        _rank(name, one.n, placed[name].ranks[own], placed[name].scaled[own])
        for name, one in profile.typical.items()
    ]
    return tuple(sorted(rows, key=lambda row: -abs(row.effect)))


def _rank(name: str, n: int, ranks: Floats, scaled: Floats) -> Rank:
    known, middle = ranks[np.isfinite(ranks)], scaled[np.isfinite(scaled)]
    mean, low, high = float(known.mean()), None, None
    if len(known) > 1:
        reach = Z * float(known.std(ddof=1)) / np.sqrt(len(known))
        low, high = max(0.0, float(mean - reach)), min(100.0, float(mean + reach))
    return Rank(
        feature=name,
        count=n,
        rank=mean,
        low=low,
        high=high,
        difference=float(np.median(middle)) if len(middle) else None,
        effect=float((mean - 50) / UNIFORM_SD),
    )


def _spread(
    name: str, numbers: Floats, own: npt.NDArray[np.bool_], edges: Floats
) -> Spread:
    """Count the segment and all in the same bins for every segment."""
    known = np.isfinite(numbers)
    place = np.searchsorted(edges, numbers[known], side="right")
    counts = [
        np.bincount(place[own[known] == who], minlength=len(edges) + 1)
        for who in (True, False)
    ]
    segment, rest = (one.tolist() for one in counts)
    of_all = [a + b for a, b in zip(segment, rest, strict=True)]
    lows, highs = [None, *edges.tolist()], [*edges.tolist(), None]
    bins = tuple(map(Bin, lows, highs, segment, of_all))
    return Spread(name, sum(segment), sum(of_all), bins)


def _moved(learners: pl.DataFrame) -> Progression | None:
    """Tell what older records say of these learners; None where the table has none."""
    if "n_records" not in learners.columns:
        return None
    older = learners.filter(pl.col("n_records") >= 2)
    growth, roles = older["pay_growth"].drop_nulls(), older["n_roles"].drop_nulls()
    roles = roles.filter(roles >= 1)
    known = growth.to_numpy()
    return Progression(
        n=len(older),
        n_growth=len(growth),
        growth=float(np.expm1(np.median(known))) if len(known) else None,
        n_roles=len(roles),
        n_changed=int((roles > 1).sum()),
    )
