"""Numbers made coarse enough to be shared: counts, shares of them, and pay."""

import hashlib
import hmac
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

__all__ = [
    "AMOUNTS",
    "LEAST_WHOLE",
    "MOST_SKILL",
    "Rounding",
    "coarse_skill",
    "ends_of",
    "rounded_pay",
    "share_of",
    "significant",
    "steps_of_pay",
]

AMOUNTS = ("pay", "company_pay")
LEAST_WHOLE, FINE_WHOLE = 50, 1_000  # learners a share, and a tenth of a percent, take
MOST_MOVED = 0.03  # of a whole: by how much rounding may move a share that is told
OF_A_LEARNER = 2.0  # times 1 / n: by how much, about, one of n moves their median
LEAST_STEP = 0.05  # of the spread of a number of the user's
SKILL_STEPS = (0.01, 0.02, 0.05, 0.1)
MOST_SKILL = 0.9  # above, a skill would tell the few that are no exception
DECIDING = 10  # learners whose answers a told skill does not tell apart
NEXT_TO_NOTHING = 0.0004  # a share that rounds to none: some have it


@dataclass(frozen=True, slots=True)
class Rounding:
    """One rounding of every count of a run: parts and totals, tables and sentences.

    Counts under `base` are not told apart. From there on they share a value with their
    neighbours: the first ``base + offset`` counts are one group, all others groups of
    `base`, each told by the multiple of `base` nearest its middle. Where the groups
    begin is drawn from the key and the content of the table: the same table gives the
    same bytes, a nearly equal one has other groups, so that two runs do not tell of the
    learner they differ by.

    Attributes
    ----------
    base : int
    offset : int
        0 to ``base - 1``.
    joined_at : frozenset of int
        Counts at which a group would begin that is one with the group before.
    shift : float
        By how much of a step pay is moved before it is rounded, -0.5 to below 0.5.

    References
    ----------
    .. [1] A. Hundepool et al. (2012), "Statistical Disclosure Control", Wiley, ch. 5.

    Examples
    --------
    >>> rounding = Rounding(10, offset=4)
    >>> [rounding.count(n) for n in (0, 9, 10, 23, 24, 33, 153_443)]
    [None, None, 20, 20, 30, 30, 153440]
    >>> rounding.share(512, 2_000), rounding.share(101, 400), rounding.share(51, 200)
    (0.255, 0.25, None)
    """

    base: int = 10
    offset: int = 0
    joined_at: frozenset[int] = frozenset()
    shift: float = 0.0

    @classmethod
    def drawn(cls, base: int, *, key: bytes, content: bytes) -> "Rounding":
        """Draw the offset of a run.

        Parameters
        ----------
        base : int
        key : bytes
            Kept outside of every run.
        content : bytes
            Digest of the table.
        """
        told = b"offset of the rounding" + content
        digest = hmac.new(key, told, hashlib.sha256).digest()
        offset, moved = (int.from_bytes(digest[i : i + 8], "big") for i in (0, 8))
        return cls(base, offset % base, shift=moved / 2**64 - 0.5)

    def pay(self, amount: float, unit: float, *, n: float) -> float:
        """Give a pay of `n` learners as it is told, moved by the shift of the run.

        Examples
        --------
        >>> rounding = Rounding()
        >>> [rounding.pay(873_210.0, 100_000.0, n=n) for n in (2_000, 50, 20)]
        [870000.0, 850000.0, 900000.0]
        """
        return float(rounded_pay([amount], unit, n=n, shift=self.shift)[0])

    def number(
        self, value: float, spread: float, *, n: float, reach: float = 0.0
    ) -> float:
        """Give a number of `n` learners as it is told, in steps of its spread.

        One of `n` learners moves their median by about 1 / n of the spread, which a
        step of 2 / n hides; a step is a twentieth of it at the least, 1, 2 or 5 times a
        power of ten, and moved by the shift of the run.

        Parameters
        ----------
        value : float
        spread : float
            Distance of the quartiles of all learners.
        n : int
        reach : float
            Of a mean, the distance of the ends at which values are cut, of which one
            learner moves it by 1 / n; larger than `spread`, or 0. One of both is
            above 0.

        Examples
        --------
        >>> rounding = Rounding()
        >>> [rounding.number(497.3, 100.0, n=n) for n in (2_000, 20)]
        [495.0, 500.0]
        >>> rounding.number(2015.0, 3.0, n=500), rounding.number(0.3337, 0.2, n=500)
        (2015.0, 0.33)
        """
        moved = max(spread, reach) * OF_A_LEARNER / n
        step = float(_steps(np.array(max(LEAST_STEP * spread, moved))))
        return round(float(np.rint(value / step + self.shift) * step), 12) + 0.0

    def count(self, n: float) -> int | None:
        """Give the told value of a count; None for one under the base."""
        if n < self.base:
            return None
        low, high = self.limits(int(n))
        return self.base * int((low + high) / 2 / self.base + 0.5)

    def limits(self, n: int) -> tuple[int, int]:
        """Give the least and the largest count that is told as this one.

        Examples
        --------
        >>> rounding = Rounding(10, offset=4)
        >>> rounding.limits(3), rounding.limits(20), rounding.limits(30)
        ((0, 9), (10, 23), (24, 33))
        """
        if n < self.base:
            return 0, self.base - 1
        start = self._start(n)
        while start in self.joined_at:
            start = self._start(start - 1)
        end = self._end(n)
        while end + 1 in self.joined_at:
            end = self._end(end + 1)
        return start, end

    def _start(self, n: int) -> int:
        """Give where the group of a count begins, before any are joined."""
        second = 2 * self.base + self.offset
        if n < second:
            return self.base
        return second + (n - second) // self.base * self.base

    def _end(self, n: int) -> int:
        start = self._start(n)
        width = self.base + self.offset if start == self.base else self.base
        return start + width - 1

    def joined(self, n: int, *, upwards: bool) -> "Rounding":
        """Join the group of a count to the next, or to the one before.

        The group under the base stays as it is, and so does the rounding then.

        Examples
        --------
        >>> Rounding(10, offset=4).joined(30, upwards=True).limits(30)
        (24, 43)
        """
        start, end = self.limits(n)
        at = end + 1 if upwards else start
        if at <= self.base:
            return self
        return replace(self, joined_at=self.joined_at | {at})

    def wider(self, times: int, *, most: int) -> "Rounding":
        """Join groups, `times` of them each, of the counts up to `most`.

        The groups begin where some of these begin: both together tell no more than the
        finer alone.

        Examples
        --------
        >>> wide = Rounding(10, offset=4).wider(5, most=900)
        >>> wide.limits(9), wide.limits(10), wide.limits(800)
        ((0, 9), (10, 63), (764, 813))
        """
        starts = range(2 * self.base + self.offset, most + 1, self.base)
        joined = {at for i, at in enumerate(starts, start=1) if i % times}
        return replace(self, joined_at=self.joined_at | joined)

    def share(self, part: float, whole: float) -> float | None:
        """Give a part of a whole, of told counts, no finer than the whole allows.

        A tenth of a percent of more than 1,000, whole percents of fewer, nothing of
        fewer than 50: as they are told, so that a share says no more than they do. Nor
        anything where other counts that are told as these have a share that is more
        than three points away.
        """
        share = share_of(self.count(part), self.count(whole))
        ends = _ends(self.limits(int(part)), self.limits(int(whole)))
        return share if share is None or _is_near(share, ends) else None


def share_of(told: int | None, of: int | None, *, error: int = 0) -> float | None:
    """Give a share of two told counts; one that is there is never none.

    Parameters
    ----------
    told, of : int or None
    error : int, default=0
        Most that a count can be off by: a share that this moves by more than three
        points is None.

    Examples
    --------
    >>> share_of(510, 2_000), share_of(50, 153_440), share_of(None, 200)
    (0.255, 0.0004, None)
    >>> share_of(50, 400, error=10), share_of(50, 200, error=10)
    (0.12, None)
    """
    if told is None or of is None or of < LEAST_WHOLE:
        return None
    share = min(told / of, 1.0)
    if not _is_near(share, ends_of(told, of, error=error)):
        return None
    if of <= FINE_WHOLE:
        return round(share, 2)
    return max(round(share, 3), NEXT_TO_NOTHING) if told else 0.0


def ends_of(part: int, whole: int, *, error: int) -> tuple[float, float]:
    """Give the least and the most that a share may be, of counts that are off.

    Parameters
    ----------
    part, whole : int
        As told.
    error : int
        Most that a count can be off by.

    Examples
    --------
    >>> ends_of(50, 200, error=10), ends_of(50, 200, error=0)
    ((0.19047619047619047, 0.3157894736842105), (0.25, 0.25))
    """
    counts = [(max(n - error, 0), n + error) for n in (part, whole)]
    return _ends(*counts)


def _ends(part: tuple[int, int], whole: tuple[int, int]) -> tuple[float, float]:
    return min(part[0] / whole[1], 1.0), min(part[1] / max(whole[0], 1), 1.0)


def _is_near(share: float, ends: tuple[float, float]) -> bool:
    """Say whether a told share is within three points of whatever it may be."""
    least, most = ends
    return max(share - least, most - share) <= MOST_MOVED


def coarse_skill(value: float, n: float, *, end: int = 0) -> float:
    """Give a skill that `n` learners decide, or a difference of two, as it is told.

    One learner moves it by some 1 / n: a step of 10 / n, and 0.1 at most, does not tell
    a few apart. Above 0.9 each exception would show, so 0.9 stands for all of that.

    Parameters
    ----------
    value : float
    n : float
    end : int, default=0
        The nearest step (0), the one below (-1) or above (1).

    Examples
    --------
    >>> [coarse_skill(value, 300) for value in (1.0, 0.973, 0.62, 0.012)]
    [0.9, 0.9, 0.6, 0.0]
    >>> coarse_skill(0.148, 5_000), coarse_skill(-0.013, 600, end=-1)
    (0.15, -0.02)
    """
    step = next((one for one in SKILL_STEPS if one >= DECIDING / n), SKILL_STEPS[-1])
    rounded = {0: round, -1: math.floor, 1: math.ceil}[end]
    nearer = 1e-9 * end
    told = round(rounded(value / step - nearer) * step, 2) + 0.0
    if told >= MOST_SKILL and value <= MOST_SKILL and end == 0:
        return round(MOST_SKILL - step, 2)  # the cap is of what is above alone
    return min(max(told, -MOST_SKILL), MOST_SKILL)


def significant(value: float, digits: int) -> float:
    """Round to significant digits.

    Examples
    --------
    >>> significant(0.22774, 3), significant(236906.7, 3), significant(0.0, 2)
    (0.228, 237000.0, 0.0)
    """
    return float(f"{value:.{digits}g}")


def rounded_pay(
    pay: npt.ArrayLike, unit: float, *, n: float = math.inf, shift: float = 0.0
) -> Floats:
    """Round pay of `n` learners to 0.1 units, 1 % or 2 / n, whichever is coarsest.

    The step is the next 1, 2 or 5 times a power of ten, so that a larger pay never
    becomes the smaller one. One of `n` learners moves their median by about 1 / n of
    it, which a step of 2 / n hides; the error of sampling is larger, 1 / sqrt(n). A
    `shift` moves where it is cut, as a part of a step.

    Examples
    --------
    >>> rounded_pay([804_321.0, 3_427_000.0], 100_000.0).tolist()
    [800000.0, 3450000.0]
    """
    values = np.asarray(pay, dtype=np.float64)
    step = steps_of_pay(values, unit, n=n)
    return np.maximum(np.rint(values / step + shift), 1.0) * step


def steps_of_pay(pay: npt.ArrayLike, unit: float, *, n: float = math.inf) -> Floats:
    """Give the step that pay of `n` learners is rounded in (`rounded_pay`).

    Examples
    --------
    >>> steps_of_pay([804_321.0, 3_427_000.0], 100_000.0).tolist()
    [10000.0, 50000.0]
    """
    values = np.asarray(pay, dtype=np.float64)
    return _steps(np.maximum(values * max(0.01, OF_A_LEARNER / n), 0.1 * unit))


def _steps(least: Floats) -> Floats:
    """Give the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(least) + 1e-9)
    times = np.array([1.0, 2.0, 5.0, 10.0])
    at = np.searchsorted(times, least / power * (1 - 1e-9), side="left")
    return power * times[np.minimum(at, 3)]
