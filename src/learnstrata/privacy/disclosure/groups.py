"""Groups of counts wide enough that sums of published counts give no small one away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.privacy.disclosure.rounding import Rounding

__all__ = ["Added", "Relation", "protected"]

MOST_ROUNDS, MOST_JOINS = 40, 300
ANY = 1e12  # learners, or more than there are

Floats = npt.NDArray[np.float64]
Limits: TypeAlias = tuple[Floats, Floats]
Indices = npt.NDArray[np.intp]
Relation: TypeAlias = Literal["=", "<=", ">="]  # of the parts together to the total


class Asked(NamedTuple):
    """What is asked of groups, and how wide they may be for it.

    Attributes
    ----------
    room : float
        Of the base: values that are left of any count, at least.
    whole : float
        Of the counts under the base: left with every value.
    widest : float
        Times the base. Wider groups tell little: they are for the least that must be.
    """

    room: float
    whole: float
    widest: float


ASKED = (Asked(0.8, 0.998, 3.0), Asked(0.7, 0.99, 4.0), Asked(0.7, 0.99, 6.0))


class Added(NamedTuple):
    """Counts, by their places, that add up to a total, to no more or to no less."""

    parts: tuple[int, ...]
    total: int
    relation: Relation

    def holds(self, exact: npt.NDArray[np.int64]) -> bool:
        """Say whether it is true of counts: one that is not tells nobody anything."""
        rest = exact[self.total] - exact[list(self.parts)].sum()
        least, most = LEFT[self.relation]
        return bool(least <= rest <= most)


LEFT: Mapping[Relation, tuple[float, float]] = {  # of a total less its parts
    "=": (0.0, 0.0),
    "<=": (0.0, np.inf),
    ">=": (-np.inf, 0.0),
}


@dataclass(frozen=True)
class _Sums:
    """The sums as entries of a matrix: row, place of the count, +1 total or -1 part."""

    rows: Indices
    at: Indices
    signs: Floats
    left: tuple[Floats, Floats]

    @classmethod
    def of(cls, sums: Sequence[Added]) -> "_Sums":
        entries = [
            (row, place, sign)
            for row, one in enumerate(sums)
            for place, sign in ((one.total, 1.0), *((p, -1.0) for p in one.parts))
        ]
        rows, at, signs = zip(*entries, strict=True) if entries else ((), (), ())
        left = np.array([LEFT[one.relation] for one in sums]).reshape(-1, 2)
        return cls(
            np.array(rows, dtype=np.intp),
            np.array(at, dtype=np.intp),
            np.array(signs),
            (left[:, 0], left[:, 1]),
        )

    def implied(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Give what each entry's sum alone says of its count: from and to.

        ``left[0] <= total - parts <= left[1]``, each count within its limits.
        """
        least = np.where(self.signs > 0, low[self.at], -high[self.at])
        most = np.where(self.signs > 0, high[self.at], -low[self.at])
        n = len(self.left[0])
        rest_least = np.bincount(self.rows, least, n)[self.rows] - least
        rest_most = np.bincount(self.rows, most, n)[self.rows] - most
        above = self.left[1][self.rows] - rest_least
        below = self.left[0][self.rows] - rest_most
        up = self.signs > 0
        return np.where(up, below, -above), np.where(up, above, -below)

    def narrowed(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Give the limits that all sums together leave of every count."""
        low, high = low.copy(), high.copy()
        for _ in range(MOST_ROUNDS):
            start, end = self.implied(low, high)
            before = low.sum() - high.sum()
            np.maximum.at(low, self.at, start)
            np.minimum.at(high, self.at, end)
            if low.sum() - high.sum() == before:
                break
        return low, high


class _State(NamedTuple):
    """Groups so far, the limits they tell of each count, and what the sums leave.

    `fixed` are the places of counts that no group of ours tells.
    """

    rounding: Rounding
    told: Limits
    left: Limits
    fixed: frozenset[int]


def protected(
    rounding: Rounding,
    counts: Sequence[int],
    sums: Sequence[Added],
    unsaid: Sequence[int] = (),
    known: Mapping[int, tuple[int, int]] | None = None,
) -> Rounding:
    """Widen the groups of a rounding until the sums leave room for every count.

    Whoever knows the groups and which counts add up to which is left with seven tenths
    of the base of values for every count, and with all of them for 99 in 100 of those
    under the base.

    Parameters
    ----------
    rounding : Rounding
    counts : sequence of int
        Exact.
    sums : sequence of Added
        Places in `counts`.
    unsaid : sequence of int, default=()
        Places of counts that are not published, and only link sums.
    known : mapping of int to (int, int), default=None
        The least and the largest that another publication leaves of a count, by its
        place: that one cannot be widened, but keeps its room too.

    Returns
    -------
    Rounding
        With wider groups where it takes them. Counts in a wider group are told less
        exactly, wherever they stand.

    Notes
    -----
    Limits are passed from sum to sum until nothing moves, which is less than a linear
    programme finds; hence more room than is asked for. Where a sum leaves too little,
    the group of its largest count is joined to the next.

    Examples
    --------
    A hidden count is what is left of its total: of 40 less 31 there is not much.

    >>> rounding = Rounding(10, offset=1)
    >>> rounding.limits(40), rounding.limits(31)
    ((31, 40), (31, 40))
    >>> rounding.limits(61), rounding.limits(50)
    ((61, 70), (41, 50))
    >>> sums = [Added(parts=(1, 2), total=0, relation="=")]
    >>> wider = protected(rounding, [61, 52, 9], sums)
    >>> wider.limits(61), wider.limits(52)
    ((51, 70), (51, 70))
    """
    if not len(counts) or not sums:
        return rounding
    exact = np.asarray(counts, dtype=np.int64)
    matrix = _Sums.of([one for one in sums if one.holds(exact)])
    fixed = dict.fromkeys(unsaid, (0.0, ANY)) | dict(known or {})
    narrow = np.empty(0, dtype=np.intp)
    for asked in ASKED:
        for _ in range(MOST_JOINS):
            told = _limits(exact, rounding, fixed)
            left = matrix.narrowed(*told)
            state = _State(rounding, told, left, frozenset(fixed))
            narrow = _too_narrow(state.left, exact, rounding.base, asked)
            narrow = narrow[~np.isin(narrow, unsaid)]
            joined = (
                _widened(state, matrix, exact, place, asked.widest) for place in narrow
            )
            wider = next((one for one in joined if one), None)
            if wider is None:
                break
            rounding = wider
        if not len(narrow):
            break
    return rounding


def _limits(
    exact: npt.NDArray[np.int64],
    rounding: Rounding,
    fixed: Mapping[int, tuple[float, float]],
) -> tuple[Floats, Floats]:
    distinct, back = np.unique(exact, return_inverse=True)
    ends: Mapping[int, tuple[int, int]] = {
        int(n): rounding.limits(int(n)) for n in distinct
    }
    pairs = np.array([ends[int(n)] for n in distinct], dtype=np.float64)[back]
    for place, (low, high) in fixed.items():
        pairs[place] = low, high
    return pairs[:, 0], pairs[:, 1]


def _too_narrow(
    left: Limits, exact: npt.NDArray[np.int64], base: int, asked: "Asked"
) -> Indices:
    """Give the counts left with too few values, the narrowest first."""
    values = left[1] - left[0] + 1
    small = exact < base
    narrow = values < asked.room * base
    closed = np.flatnonzero(small & (values < base))
    spare = int((1 - asked.whole) * small.sum())
    worst = closed[np.argsort(values[closed], kind="stable")]
    narrow[worst[: max(len(worst) - spare, 0)]] = True
    found = np.flatnonzero(narrow)
    return found[np.argsort(values[found], kind="stable")]


def _widened(
    state: _State,
    matrix: _Sums,
    exact: npt.NDArray[np.int64],
    place: int,
    widest: float,
) -> Rounding | None:
    """Join the group of the largest count of the sum that says most of a count.

    Only of a count whose own group is what limits it; None where no group may be wider.
    """
    rounding, told, left, fixed = state
    start, end = matrix.implied(*left)
    own = np.flatnonzero(matrix.at == place)
    gains = start[own] - told[0][place], told[1][place] - end[own]
    from_below = gains[0].max() >= gains[1].max()
    tightest = int(own[np.argmax(np.maximum(*gains))])
    others = np.flatnonzero(matrix.rows == matrix.rows[tightest])
    others = others[others != tightest]
    for entry in others[np.argsort(-exact[matrix.at[others]], kind="stable")]:
        at = int(matrix.at[entry])
        if at in fixed:
            continue
        upwards = (matrix.signs[entry] == matrix.signs[tightest]) == from_below
        side = int(upwards)
        wider = rounding.joined(int(exact[at]), upwards=bool(upwards))
        low, high = wider.limits(int(exact[at]))
        free = left[side][at] == told[side][at]
        if free and wider != rounding and high - low < widest * rounding.base:
            return wider
    return None
