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
from learnstrata.learners.features.bins import even_edges, inner_edges
from learnstrata.learners.history import newest_first, once_each, yearly_growth
from learnstrata.learners.schema.register import is_extra
from learnstrata.segments.meaning.profiles import (
    Profile,
    known_numbers,
    percentiles,
)
from learnstrata.stats.ordered import ascending, grouped, midranks

__all__ = ["Bin", "Card", "Progression", "Rank", "Spread", "make_cards"]

Z = 1.959964  # of a 95 % interval
UNIFORM_SD = 100 / np.sqrt(12)  # of percentile ranks of all learners
EQUAL = 1e-9  # of a logarithm: pay that grew by the limit itself has grown
BINNED = ("pay", "years_of_experience")
WHO = ("learner_id", "segment_id")
MOVES = ("n_records", "pay_growth", "years_between", "n_roles")

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
    """Learners from `low` to below `high`, None where it is open.

    Attributes
    ----------
    low, high : float or None
    segment, of_all : int
        Of a segment, and of all of them; a learner counts once in each.
    learners : int
        Distinct learners of `of_all`.
    """

    low: float | None
    high: float | None
    segment: int
    of_all: int
    learners: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A number of a segment and of all others, in bins that all segments share.

    Attributes
    ----------
    feature : str
    n_segment, n_all : int
        Of whom it is known; a learner of several records counts once in a segment.
    learners : int
        Distinct learners of `n_all`.
    bins : tuple of Bin
    """

    feature: str
    n_segment: int
    n_all: int
    learners: int
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
    n_grown : int
        Of those with pay in two years, with pay that grew enough a year.
    n_one_year, n_grown_one_year : int
        The same two of those whose oldest and newest pay lie one year apart.
    n_roles, n_changed : int
        Of them, with a role that is named, and with more than one.
    """

    n: int
    n_growth: int
    growth: float | None
    n_grown: int
    n_one_year: int
    n_grown_one_year: int
    n_roles: int
    n_changed: int

    @property
    def grown(self) -> float | None:
        """Share whose pay grew enough."""
        return self.n_grown / self.n_growth if self.n_growth else None

    @property
    def grown_one_year(self) -> float | None:
        """Share whose pay grew enough from one year to the next."""
        return self.n_grown_one_year / self.n_one_year if self.n_one_year else None

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
        Of pay, of experience and of numbers of the user's, where they are known.
    progression, progression_of_all : Progression or None
        None where no learner has older records.
    """

    segment: int
    ranks: tuple[Rank, ...]
    spreads: tuple[Spread, ...]
    progression: Progression | None
    progression_of_all: Progression | None


def make_cards(
    learners: pl.DataFrame,
    profiles: Sequence[Profile],
    *,
    pay: Pay,
    grown: float = 0.10,
) -> tuple[Card, ...]:
    r"""Make the card of each segment, exactly.

    The interval of a mean rank is :math:`\pm 1.96 s / \sqrt n`.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run, with features and ``segment_id``. It is not changed.
    profiles : sequence of Profile
    pay : Pay
    grown : float, default=0.10
        Share a year from which pay has grown enough.

    Returns
    -------
    tuple of Card
        In the order of `profiles`.

    Notes
    -----
    Segments were made to differ in what they were clustered on: intervals say how
    exactly a difference is known, not that there is one.

    The bins are the same for all segments. Bounds of pay are preferred numbers about
    26 % apart, those of experience whole years, those of a number of the user's round
    ones; the outer bins are open and begin where 1 % of all learners are left.
    """
    ordered = newest_first(learners)
    ranks, spreads = _numbers_of(ordered, profiles, pay)
    moves = ordered.select(c for c in (*WHO, *MOVES) if c in ordered.columns)
    of_all = _moved(once_each(moves), grown)
    return tuple(
        Card(
            segment=profile.id,
            ranks=tuple(sorted(ranks[i], key=lambda row: -abs(row.effect))),
            spreads=tuple(of_segments[i] for of_segments in spreads),
            progression=of_all and _moved(_members(moves, profile.id), grown),
            progression_of_all=of_all,
        )
        for i, profile in enumerate(profiles)
    )


def _numbers_of(
    ordered: pl.DataFrame, profiles: Sequence[Profile], pay: Pay
) -> tuple[list[list[Rank]], list[list[Spread]]]:
    """Give the ranks of each segment, and the spreads of all, one list a number."""
    numbers = tuple(dict.fromkeys(name for one in profiles for name in one.typical))
    who = ordered.select(c for c in WHO if c in ordered.columns)
    ranks: list[list[Rank]] = [[] for _ in profiles]
    spreads: dict[str, list[Spread]] = {}
    for name, values in known_numbers(ordered, numbers):
        if not np.isfinite(values).any():
            continue
        placed = _placed(who, values)  # of one number at a time: columns are long
        for own, profile in zip(ranks, profiles, strict=True):
            if typical := profile.typical.get(name):
                own.append(_rank(name, typical.n, placed, profile.id))
        if name in BINNED or is_extra(name):
            bounds = _edges(name, placed.base, pay)
            spreads[name] = [_spread(name, placed, p.id, bounds) for p in profiles]
    wanted = (*BINNED, *filter(is_extra, numbers))
    return ranks, [spreads[name] for name in wanted if name in spreads]


def _edges(name: str, base: Floats, pay: Pay) -> Floats:
    if is_extra(name):
        return even_edges(base)
    return inner_edges(base, pay=pay if name == "pay" else None)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A known number, one row a learner and segment, ascending in each segment.

    `base` has one row a learner, sorted; `who` says whose a value is where a learner
    may have several rows. The spread is 0 where all are the same.
    """

    base: Floats
    values: Floats
    ranks: Floats
    parts: Sequence[slice]
    middle: float
    spread: float
    who: pl.DataFrame | None

    def of(self, segment: int) -> slice:
        """Give where the learners of a segment stand."""
        return self.parts[segment] if segment < len(self.parts) else slice(0, 0)


def _placed(who: pl.DataFrame, numbers: Floats) -> _Placed:
    there, known = np.isfinite(numbers), who.with_columns(value=numbers)
    known = known if there.all() else known.filter(there)
    own = once_each(known, "segment_id")
    ordered, rows = ascending(own["value"].to_numpy())
    segment = own["segment_id"].cast(pl.UInt16).to_numpy()[rows]
    groups = grouped(segment, int(segment.max()) + 1)
    several = "learner_id" in known.columns
    base = np.sort(once_each(known)["value"].to_numpy()) if several else ordered
    ranks = percentiles(base, ordered) if several else midranks(base) / len(base)
    middle = float(np.median(base))
    return _Placed(
        base=base,
        values=ordered[groups.places],
        ranks=100 * ranks[groups.places],
        parts=groups.slices(),
        middle=middle,
        spread=1.4826 * float(np.median(np.abs(base - middle))),
        who=own[rows[groups.places]].select("learner_id") if several else None,
    )


def _rank(name: str, n: int, number: _Placed, segment: int) -> Rank:
    own = number.of(segment)
    ranks, mean = number.ranks[own], float(number.ranks[own].mean())
    low, high, apart = None, None, None
    if len(ranks) > 1:
        reach = Z * float(ranks.std(ddof=1)) / np.sqrt(len(ranks))
        low, high = max(0.0, float(mean - reach)), min(100.0, float(mean + reach))
    if number.spread > 0:
        apart = (float(np.median(number.values[own])) - number.middle) / number.spread
    return Rank(
        feature=name,
        count=n,
        rank=mean,
        low=low,
        high=high,
        difference=apart,
        effect=float((mean - 50) / UNIFORM_SD),
    )


def _spread(name: str, number: _Placed, segment: int, edges: Floats) -> Spread:
    """Count the segment and all in the same bins for every segment."""
    counts = [_binned(number.values[part], edges) for part in number.parts]
    of_all = np.sum(counts, axis=0).tolist()
    own = _binned(number.values[number.of(segment)], edges).tolist()
    distinct = _distinct(number, edges)
    lows, highs = [None, *edges.tolist()], [*edges.tolist(), None]
    bins = tuple(map(Bin, lows, highs, own, of_all, distinct))
    return Spread(name, sum(own), sum(of_all), len(number.base), bins)


def _binned(ordered: Floats, edges: Floats) -> npt.NDArray[np.intp]:
    """Count ascending numbers from each edge to below the next."""
    below = np.searchsorted(ordered, edges, side="left")
    return np.diff(below, prepend=0, append=len(ordered))


def _distinct(number: _Placed, edges: Floats) -> list[int]:
    """Count the distinct learners in each bin."""
    if number.who is None:
        return _binned(number.base, edges).tolist()
    place = np.searchsorted(edges, number.values, side="right")
    once = once_each(number.who.with_columns(place=place), "place")["place"]
    return np.bincount(once.to_numpy(), minlength=len(edges) + 1).tolist()


def _members(ordered: pl.DataFrame, segment: int) -> pl.DataFrame:
    return once_each(ordered.filter(segment_id=segment))


def _moved(learners: pl.DataFrame, grown: float) -> Progression | None:
    """Tell what older records say of these learners; None where the table has none."""
    if "n_records" not in learners.columns:
        return None
    older = learners.filter(pl.col("n_records") >= 2)
    paid = older.drop_nulls("pay_growth")
    growth, roles = paid["pay_growth"].to_numpy(), older["n_roles"].drop_nulls()
    roles = roles.filter(roles >= 1)
    enough = growth >= np.log1p(grown) - EQUAL
    one_year = paid["years_between"].eq_missing(1).to_numpy()
    return Progression(
        n=len(older),
        n_growth=len(growth),
        growth=float(yearly_growth(np.median(growth))) if len(growth) else None,
        n_grown=int(enough.sum()),
        n_one_year=int(one_year.sum()),
        n_grown_one_year=int((enough & one_year).sum()),
        n_roles=len(roles),
        n_changed=int((roles > 1).sum()),
    )
