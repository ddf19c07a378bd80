"""The place of one pay among peers: a percentile for counsellors.

A group whose pay is hidden never answers; the next wider one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from learnstrata.exceptions import DegenerateError, ParameterError, nearest, preview
from learnstrata.learners.rules.fences import OUTER_FENCE, fences_of
from learnstrata.segments.pay.benchmarks import KNOTS
from learnstrata.wording.fragments import paragraph
from learnstrata.wording.numbers import Numbers

__all__ = [
    "WAYS",
    "Fence",
    "PayPercentile",
    "PeerBenchmarks",
    "PeerCell",
    "fence_of",
    "find_percentile",
    "units_from",
]

Level = Literal["cell", "role and experience", "role", "all"]
Bound = Literal["", "at most", "at least"]
PEERS: dict[Level, tuple[str, ...]] = {
    "cell": ("role_family", "tier", "experience_band"),
    "role and experience": ("role_family", "experience_band"),
    "role": ("role_family",),
    "all": (),
}


LEAST_OWN = 50  # paid learners whose own quartiles say how far a pay may lie
TIMES = 10.0  # the outermost quantile told: what no wide spread makes usual
Way = Literal["own", "role", "every role", "all"]
WAYS: dict[Way, str] = {  # by whose quartile range a pay is far
    "own": "by the spread of their own pay",
    "role": "by the spread of pay in larger groups of the role, as they are few",
    "every role": "by the spread of pay in larger groups of any role, as they are few",
    "all": "by the spread of the pay of all, as they are few",
}


class PeerCell(Protocol):
    """Quantiles of pay (`KNOTS`) of some peers, None where they are hidden."""

    @property
    def level(self) -> Level:
        """Which of its columns are given."""
        ...

    @property
    def role_family(self) -> str | None:
        """Role family; None of all."""
        ...

    @property
    def learners(self) -> int | None:
        """Paid learners; None of few."""
        ...

    @property
    def p25(self) -> float | None:
        """Lower quartile; None where it is hidden."""
        ...

    @property
    def p75(self) -> float | None:
        """Upper quartile; None where it is hidden."""
        ...

    @property
    def p50(self) -> float | None:
        """Median; None where the whole cell is hidden."""
        ...


class PeerBenchmarks(Protocol):
    """Benchmarks as they may be shown, such as those of a disclosed summary."""

    @property
    def reason(self) -> str:
        """Why there are no cells; empty where there are."""
        ...

    @property
    def cells(self) -> Sequence[PeerCell]:
        """Pay by role family, tier and experience band."""
        ...

    @property
    def wider(self) -> Sequence[PeerCell]:
        """Pay of role and experience, of each role, and of all."""
        ...


class Fence(NamedTuple):
    """Between what a pay is like that of peers, and whose spread says so."""

    low: float
    high: float
    way: Way


@dataclass(frozen=True, slots=True)
class PayPercentile:
    """The place of a pay among peers.

    Attributes
    ----------
    percentile : float
        0..100; 50 is the median.
    bound : {"", "at most", "at least"}
        Set where the pay is beyond the outermost quantile that is shown.
    level : {"cell", "role and experience", "role", "all"}
        The group that answered.
    group : str
        That group in words.
    sentence : str
    warning : str
        Why the pay may be a slip; empty where it is like that of the group.
    reading : str
        How the pay was read, where it was typed as a number alone; else empty.
    """

    percentile: float
    bound: Bound
    level: Level
    group: str
    sentence: str
    warning: str = ""
    reading: str = ""

    def _repr_html_(self) -> str:
        wider = "The narrower group may not be shown, so a wider one answers."
        notes = [wider] if self.level != "cell" else []
        told = filter(None, [self.reading, *notes, self.warning])
        return paragraph(self.sentence, strong=True) + "".join(map(paragraph, told))


def find_percentile(
    benchmarks: PeerBenchmarks,
    *,
    role_family: str,
    tier: str,
    experience_band: str,
    pay: float,
    write: Numbers,
) -> PayPercentile:
    """Give the percentile of a pay among peers.

    The cell of role, tier and experience answers; where it is hidden or empty that of
    role and experience does, then the role, then all. Between shown quantiles the
    percentile is interpolated on log pay; a pay at several of them gets 50 if the
    median is among them, else their mean.

    Parameters
    ----------
    benchmarks : PeerBenchmarks
        As they may be shown: a disclosed summary has them.
    role_family, tier, experience_band : str
    pay : float
        Currency units a year.
    write : Numbers
        How pay is written.

    Returns
    -------
    PayPercentile
        Its percentile is in 0..100, never falls as `pay` rises, and is 50 at the
        (rounded) median.

    Raises
    ------
    ParameterError
        If `pay` is not a positive number, or no learner has that role family, tier or
        experience band.
    DegenerateError
        If every group that could answer is hidden.
    """
    if not (np.isfinite(pay) and pay > 0):
        raise ParameterError(
            f"Got pay={pay}, expected a positive amount in currency units a year."
        )
    if benchmarks.reason:
        raise DegenerateError(
            f"Got no pay benchmarks ({benchmarks.reason}), expected cells to compare "
            "with. Give a table with titles, companies and pay."
        )
    rows = (*benchmarks.cells, *benchmarks.wider)
    wanted = dict(zip(PEERS["cell"], (role_family, tier, experience_band), strict=True))
    wanted = {column: _known(column, value, rows) for column, value in wanted.items()}
    cell = _answering(rows, wanted)
    percentile, bound = _percentile(cell, pay)
    group = _in_words(cell.level, wanted)
    place = {"": "about", "at most": "or below", "at least": "or above"}[bound]
    sentence = (
        f"{write.pay_text(pay)} is at {place} the {_ordinal(percentile)} percentile of "
        f"the pay of {group}."
    )
    warning = _far_out(pay, fence_of(cell, rows), group, write)
    return PayPercentile(percentile, bound, cell.level, group, sentence, warning)


def units_from(benchmarks: PeerBenchmarks, write: Numbers) -> float:
    """Give the number from which a pay typed alone is in currency units.

    Half way, on a log scale, between the two readings of the median of all: what is
    nearer to it is meant. Of one digit; 0 where no median is shown.

    Parameters
    ----------
    benchmarks : PeerBenchmarks
    write : Numbers
        With the shown unit.
    """
    rows = (*benchmarks.cells, *benchmarks.wider)
    shown = [(row.learners or 0, row.p50) for row in rows if row.p50 is not None]
    if not shown:
        return 0.0
    _, median = max(shown)
    return float(f"{median / np.sqrt(write.per):.1g}")


def fence_of(cell: PeerCell, rows: Sequence[PeerCell]) -> Fence | None:
    """Give the outer fences of the pay of a group; None where nothing tells them.

    They are no further than ten times the outermost quantile that is shown.

    Of a group of under 50 the quartiles are those of a few: beside its median it then
    takes the quartile range of the larger groups of its role at the same level, on
    average over their learners; of those of all roles where the role has none; of all
    learners where no role has.

    Parameters
    ----------
    cell : PeerCell
        Whose median is shown.
    rows : sequence of PeerCell
        All groups.
    """
    if _spread(cell) is not None and cell.p25 is not None and cell.p75 is not None:
        return _fence(cell, cell.p25, cell.p75, "own")
    alike = [row for row in rows if row.level == cell.level]
    of_role = [row for row in alike if row.role_family == cell.role_family]
    everybody = [row for row in rows if row.level == "all"]
    ways: dict[Way, list[PeerCell]] = {
        "role": of_role,
        "every role": alike,
        "all": everybody,
    }
    for way, groups in ways.items():
        spread = _pooled(groups)
        if spread is not None and cell.p50 is not None:
            half = float(np.exp(spread / 2))
            return _fence(cell, cell.p50 / half, cell.p50 * half, way)
    return None


def _fence(cell: PeerCell, low: float, high: float, way: Way) -> Fence:
    """Give the outer fences of two quartiles, cut at a multiple of what is shown."""
    first, last = fences_of(low, high, reach=OUTER_FENCE)
    shown = [at for knot in KNOTS if (at := getattr(cell, knot)) is not None]
    return Fence(max(first, shown[0] / TIMES), min(last, shown[-1] * TIMES), way)


def _spread(cell: PeerCell) -> float | None:
    """Give the quartile range of log pay of a group of enough."""
    few = (cell.learners or 0) < LEAST_OWN
    if few or cell.p25 is None or cell.p75 is None:
        return None
    return float(np.log(cell.p75) - np.log(cell.p25))


def _pooled(groups: Sequence[PeerCell]) -> float | None:
    known = [(spread, n.learners) for n in groups if (spread := _spread(n)) is not None]
    if not known:
        return None
    spreads, learners = zip(*known, strict=True)
    return float(np.average(spreads, weights=learners))


def _far_out(pay: float, fence: Fence | None, group: str, write: Numbers) -> str:
    """Say that a pay lies beyond the outer fences of a group, as a slip would."""
    if fence is None or fence.low <= pay <= fence.high:
        return ""
    return (
        f"A pay of {write.pay_text(pay)} is far outside what is paid to {group}: "
        f"beyond {write.pay_text(fence.low)} to {write.pay_text(fence.high)} "
        f"({WAYS[fence.way]}). Is its unit right?"
    )


def _known(column: str, value: str, rows: Sequence[PeerCell]) -> str:
    """Give a choice as the benchmarks write it; small and capital letters are alike."""
    known = sorted({getattr(row, column) for row in rows} - {None})
    alike = [one for one in known if one.casefold() == value.casefold()]
    if value in known or len(alike) == 1:
        return value if value in known else alike[0]
    near = nearest(value, known)
    raise ParameterError(
        f"Got {column}={value!r}, expected one of {preview(known)}."
        + (f" Perhaps {near!r}?" if near else "")
    )


def _answering(rows: Sequence[PeerCell], wanted: dict[str, str]) -> PeerCell:
    """Give the narrowest group that is not hidden."""
    shown = [row for row in rows if row.p50 is not None]
    for level, columns in PEERS.items():
        for row in shown:
            if row.level == level and all(
                getattr(row, c) == wanted[c] for c in columns
            ):
                return row
    raise DegenerateError(
        "Got no group of peers whose pay may be shown, expected at least all learners "
        "to be one. Give a larger table."
    )


def _percentile(cell: PeerCell, pay: float) -> tuple[float, Bound]:
    known = [(getattr(cell, knot), 100 * q) for knot, q in KNOTS.items()]
    shown = [(amount, percent) for amount, percent in known if amount is not None]
    if pay < shown[0][0]:
        return shown[0][1], "at most"
    if pay > shown[-1][0]:
        return shown[-1][1], "at least"
    runs: dict[float, list[float]] = {}
    for at, percent in shown:
        runs.setdefault(at, []).append(percent)
    # Heaped pay puts several quantiles on one value.
    percents = [50.0 if 50.0 in p else float(np.mean(p)) for p in runs.values()]
    return float(np.interp(np.log(pay), np.log(list(runs)), percents)), ""


def _in_words(level: Level, wanted: dict[str, str]) -> str:
    role, tier, band = wanted.values()
    return {
        "cell": f"{role}, {tier}, {band}",
        "role and experience": f"{role}, {band}, all company tiers",
        "role": f"{role}, any experience and company tier",
        "all": "all learners",
    }[level]


def _ordinal(number: float) -> str:
    n = round(number)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{'th' if n % 100 in {11, 12, 13} else ending}"
