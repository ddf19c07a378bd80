"""Groups of counts wide enough that sums of published counts give no small one away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.privacy.disclosure.rounding import Rounding

__all__ = ["Added", "Relation", "protected"]

ROOM = 0.7  # of the base: values that are left of any count, at least
OPEN = 0.99  # of the counts under the base: left with every value
MOST_ROUNDS = 40
ANY = 1e12  # learners, or more than there are
WIDEST = 3  # times the base: wider groups would tell nothing

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Relation: TypeAlias = Literal["=", "<=", ">="]  # of the parts together to the total


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


def protected(
    rounding: Rounding,
    counts: Sequence[int],
    sums: Sequence[Added],
    unsaid: Sequence[int] = (),
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
    for _ in range(MOST_ROUNDS):
        low, high = _limits(exact, rounding)
        low[list(unsaid)], high[list(unsaid)] = 0.0, ANY
        narrow = _too_narrow(matrix.narrowed(low, high), exact, rounding.base)
        narrow = narrow[~np.isin(narrow, unsaid)]
        if not len(narrow):
            return rounding
        wider = rounding
        for place in narrow:
            wider = _widened(wider, matrix, (low, high), exact, place)
        if wider == rounding:
            return rounding
        rounding = wider
    return rounding


def _limits(exact: npt.NDArray[np.int64], rounding: Rounding) -> tuple[Floats, Floats]:
    distinct, back = np.unique(exact, return_inverse=True)
    ends: Mapping[int, tuple[int, int]] = {
        int(n): rounding.limits(int(n)) for n in distinct
    }
    pairs = np.array([ends[int(n)] for n in distinct], dtype=np.float64)[back]
    return pairs[:, 0], pairs[:, 1]


def _too_narrow(
    limits: tuple[Floats, Floats], exact: npt.NDArray[np.int64], base: int
) -> Indices:
    """Give the counts left with too few values, the narrowest first."""
    left = limits[1] - limits[0] + 1
    small = exact < base
    narrow = left < ROOM * base
    closed = np.flatnonzero(small & (left < base))
    spare = int((1 - OPEN) * small.sum())
    worst = closed[np.argsort(left[closed], kind="stable")]
    narrow[worst[: max(len(worst) - spare, 0)]] = True
    found = np.flatnonzero(narrow)
    return found[np.argsort(left[found], kind="stable")]


def _widened(
    rounding: Rounding,
    matrix: _Sums,
    limits: tuple[Floats, Floats],
    exact: npt.NDArray[np.int64],
    place: int,
) -> Rounding:
    """Join the group of the largest count of the sum that says most of a count."""
    start, end = matrix.implied(*limits)
    own = np.flatnonzero(matrix.at == place)
    gain_low = start[own] - limits[0][place]
    gain_high = limits[1][place] - end[own]
    tightest = int(own[np.argmax(np.maximum(gain_low, gain_high))])
    from_below = gain_low.max() >= gain_high.max()
    others = np.flatnonzero(matrix.rows == matrix.rows[tightest])
    others = others[others != tightest]
    for entry in others[np.argsort(-exact[matrix.at[others]], kind="stable")]:
        n = int(exact[matrix.at[entry]])
        same = matrix.signs[entry] == matrix.signs[tightest]
        wider = rounding.joined(n, upwards=bool(same == from_below))
        low, high = wider.limits(n)
        if wider != rounding and high - low < WIDEST * rounding.base:
            return wider
    return rounding
