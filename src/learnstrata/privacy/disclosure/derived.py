"""Numbers worked out of published counts, so that they tell no more than those do."""

import math
from collections.abc import Sequence

from learnstrata.privacy.disclosure.kinds import Derived

__all__ = [
    "index_high",
    "index_low",
    "index_of",
    "part_of",
    "share_effect",
    "share_high",
    "share_interval",
    "share_low",
    "worked_out",
]

Z = 1.959964  # of a 95 % interval
LEAST, MOST = 0.8, 1.25  # of a told index: what rounding may make of it


def worked_out(
    kind: Derived, told: Sequence[int], limits: Sequence[tuple[int, int]]
) -> float | None:
    """Work a number out of rounded counts; None where they say too little of it.

    Parameters
    ----------
    kind : Derived
    told : sequence of int
        Counts as told, in the order of ``kind.fields``.
    limits : sequence of (int, int)
        The least and the largest count that is told as each.
    """
    signed = list(zip(kind.signs, limits, strict=True))
    ends = {0: [*told]} | {
        end: [high if sign == end else low for sign, (low, high) in signed]
        for end in (-1, 1)
    }
    index = {end: kind.index(*counts) for end, counts in ends.items()}
    own, least, most = index[0], index[-1], index[1]
    if own is None or least is None or most is None:
        return None
    if not LEAST * own <= least <= most <= MOST * own:
        return None
    found = kind.how(*ends[kind.end])
    if found is None or kind.end == 0:
        return found
    return min(found, least) if kind.end < 0 else max(found, most)


def index_of(count: int, size: int, base: int, total: int) -> float | None:
    """Give ``share / base * 100``: 100 is as common as among all.

    Parameters
    ----------
    count, size : int
        Learners of a segment with a value, and all of the segment.
    base, total : int
        Learners of the table with the value, and all of the table.

    Examples
    --------
    >>> index_of(60, 100, 300, 1000)
    200.0
    """
    if not (size and base and total):
        return None
    return 100 * (min(count, size, base) / size) / (base / total)


def share_effect(count: int, size: int, base: int, total: int) -> float | None:
    r"""Give Cohen's h of two shares, :math:`2 \arcsin\sqrt p - 2 \arcsin\sqrt q`.

    0.2 is small, 0.5 medium, 0.8 large; the sign tells more or less than among all.

    References
    ----------
    .. [1] J. Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences".

    Examples
    --------
    >>> round(share_effect(60, 100, 300, 1000), 2)
    0.61
    """
    if not (size and total):
        return None
    p, q = min(count / size, 1.0), min(base / total, 1.0)
    return 2 * (math.asin(math.sqrt(p)) - math.asin(math.sqrt(q)))


def index_low(count: int, size: int, base: int, total: int) -> float | None:
    """Give the lower end of the 95 % interval of `index_of`."""
    return _interval(count, size, base, total)[0]


def index_high(count: int, size: int, base: int, total: int) -> float | None:
    """Give the upper end of the 95 % interval of `index_of`."""
    return _interval(count, size, base, total)[1]


def _interval(
    count: int, size: int, base: int, total: int
) -> tuple[float | None, float | None]:
    r"""Give the interval of a relative risk against all others, put against the base.

    :math:`\log R \pm 1.96 \sqrt{(1 - p)/a + (1 - q)/b}` with a of the segment's and b
    of the others' learners (Katz et al. 1978, Biometrics 34(3): 469-474).
    """
    if not (count and size and base and total):
        return None, None
    others, rest = max(base - count, 0), max(total - size, 0)
    if rest == 0:
        return 100.0, 100.0
    half = 0.0 if others else 0.5  # nobody else has it: half a learner for a logarithm
    more = 0 if others else 1
    n, m = size + more, rest + more
    p, q = min((count + half) / n, 1.0), min((others + half) / m, 1.0)
    spread = math.sqrt(max(0.0, (1 - p) / (count + half) + (1 - q) / (others + half)))
    part = n / (n + m)
    ends = []
    for sign in (-1, 1):
        risk = p / q * math.exp(sign * Z * spread)
        ends.append(100 * risk / (part * risk + 1 - part))
    return ends[0], ends[1]


def part_of(count: int, whole: int) -> float | None:
    """Give ``count / whole``; None of nobody."""
    return min(count / whole, 1.0) if whole else None


def share_low(count: int, whole: int) -> float | None:
    """Give the lower end of the 95 % interval of a share."""
    return share_interval(count, whole)[0]


def share_high(count: int, whole: int) -> float | None:
    """Give the upper end of the 95 % interval of a share."""
    return share_interval(count, whole)[1]


def share_interval(
    count: int, whole: int, *, z: float = Z
) -> tuple[float | None, float | None]:
    r"""Give Wilson's interval of a share, 0..1; of nobody there is none.

    :math:`\frac{p + z^2/2n \pm z \sqrt{p(1 - p)/n + z^2/4n^2}}{1 + z^2/n}`.

    Parameters
    ----------
    count, whole : int
        The part, and all.
    z : float
        Standard deviations at either side: 1.96 holds the truth 95 times in 100, 3
        holds it 997 times in 1,000.

    References
    ----------
    .. [1] E. B. Wilson (1927), "Probable inference, the law of succession, and
       statistical inference", JASA 22(158): 209-212.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(20, 100)]
    [0.133, 0.289]
    """
    p = part_of(count, whole)
    if p is None:
        return None, None
    by = z**2 / whole
    half = z * math.sqrt(p * (1 - p) / whole + by / (4 * whole))
    low, high = ((p + by / 2 + sign * half) / (1 + by) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)
