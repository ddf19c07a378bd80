"""Bands of experience and pay: where each ends, what it is called, who set it.

The limits that a currency (or experience) usually has are kept where they tell the
learners of a table apart, else the table itself gives them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Config, Pay
from learnstrata.learners.lookups import Frame, collected
from learnstrata.wording.words import EVERYBODY

__all__ = [
    "EXPERIENCE",
    "RELATIVE",
    "Banding",
    "Origin",
    "banded",
    "bands_of_experience",
    "bands_of_pay",
]

Floats = npt.NDArray[np.float64]
Origin = Literal["default", "currency", "configuration", "table"]
EXPERIENCE = (2.0, 6.0)  # years
# A stage is one of every table: limits of a table alone have other names.
RELATIVE = {
    "Early": "Less experience",
    "Mid": "Medium experience",
    "Senior": "More experience",
}
OF_CURRENCY = {"INR": (5.0, 15.0, 30.0)}  # in the unit pay is shown in
LEAST_SHARE, MOST_SHARE = 0.05, 0.60  # of those known: a band that tells learners apart
LEAST_KNOWN = 100  # learners of whom limits are taken from a table
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Banding:
    """Bands of a number.

    Attributes
    ----------
    limits : tuple of float
        Upper limits, inclusive, of all bands but the last.
    names : tuple of str
        One more than limits, from low to high.
    origin : {"default", "currency", "configuration", "table"}
        Who set the limits.
    """

    limits: tuple[float, ...]
    names: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class _Usual:
    """Limits that are there before the table is looked at; None where it gives them."""

    limits: tuple[float, ...] | None
    names: tuple[str, ...]
    origin: Origin

    @property
    def banding(self) -> Banding:
        """The bands by these limits; by none all are one."""
        if self.limits is None:
            return Banding((), (EVERYBODY,), self.origin)
        return Banding(self.limits, _named(self.names, self.limits), self.origin)


def bands_of_experience(frame: Frame, config: Config) -> Banding:
    """Give the bands of experience of a table.

    Bands are named after career stages by limits that are usual or given alone.

    Parameters
    ----------
    frame : narwhals frame
        Learners with ``years_of_experience``, null where unknown.
    config : Config
        Its own limits are kept whatever they hold.
    """
    origin: Origin = "configuration" if config.experience_bands else "default"
    limits = config.experience_bands or EXPERIENCE
    usual = _Usual(limits, config.experience_band_names, origin)
    if config.experience_bands or not config.fit_bands:
        return usual.banding
    values, n = _known(frame, "years_of_experience")
    found = _fitted(values, usual, n_learners=n, rounded=np.rint)
    if found.origin != "table":
        return found
    return replace(found, names=tuple(RELATIVE.get(one, one) for one in found.names))


def bands_of_pay(frame: Frame, config: Config) -> Banding:
    """Give the bands of pay of a table, in the unit pay is shown in.

    Parameters
    ----------
    frame : narwhals frame
        Learners with ``pay``, null where unknown.
    config : Config
        Its own limits are kept whatever they hold.
    """
    pay = config.pay
    if pay.bands:
        return _Usual(pay.bands, pay.band_names, "configuration").banding
    own = OF_CURRENCY.get(pay.code)
    usual = _Usual(own, pay.band_names, "currency" if own else "table")
    if not config.fit_bands:
        return usual.banding if own else _quartered(frame, pay)
    values, n = _known(frame, "pay")
    return _fitted(
        values / pay.per_shown_unit, usual, n_learners=n, rounded=_two_digits
    )


def _known(frame: Frame, column: str) -> tuple[Floats, int]:
    """Give the known values of a column, and how many learners have one."""
    who = [c for c in ("learner_id",) if c in frame.collect_schema().names()]
    known = collected(frame.select(column, *who).filter(~nw.col(column).is_null()))
    n = known["learner_id"].n_unique() if who else len(known)
    values = known[column].cast(float).to_numpy()
    return values[np.isfinite(values)], n


def _fitted(
    values: Floats,
    usual: _Usual,
    *,
    n_learners: int,
    rounded: Callable[[Floats], Floats],
) -> Banding:
    """Keep usual limits that tell the learners apart, else take better quantiles.

    As many bands as there are names, each of as nearly equally many learners as round
    limits allow; where two are the same, or a band holds under 5 % or over 60 %, one
    band fewer. Where every cut leaves over 60 % in one band, the one whose largest
    band is smallest is taken, unless that of the usual limits is no larger.
    """
    names = usual.names
    whole = usual.limits is not None and len(names) == len(usual.limits) + 1
    if n_learners < LEAST_KNOWN or (whole and _tells_apart(values, usual.limits or ())):
        return usual.banding
    possible = np.unique(rounded(values))
    reached = np.searchsorted(np.sort(values), possible, side="right") / len(values)
    cuts: list[tuple[float, Banding]] = []
    for n in range(len(names), 1, -1) if len(possible) else ():
        # Many learners may have one value: the limit that cuts off the nearest share.
        wanted = np.arange(1, n)[:, None] / n
        at = np.abs(reached - wanted).argmin(axis=1)
        limits = tuple(possible[at].tolist())
        shares = _shares(values, limits)
        if len(set(limits)) == len(limits) and min(shares) >= LEAST_SHARE:
            cuts.append((max(shares), Banding(limits, _fewer(names, n), "table")))
    if not cuts:
        return Banding((), (EVERYBODY,), "table")
    even = next((cut for cut in cuts if cut[0] <= MOST_SHARE), None)
    largest, found = even or min(cuts, key=lambda cut: cut[0])
    beaten = not whole or largest < max(_shares(values, usual.limits or ()))
    return found if even or beaten else usual.banding


def _tells_apart(values: Floats, limits: Sequence[float]) -> bool:
    shares = _shares(values, limits)
    return min(shares) >= LEAST_SHARE and max(shares) <= MOST_SHARE


def _shares(values: Floats, limits: Sequence[float]) -> list[float]:
    """Give the share of the values in each band."""
    place = np.searchsorted(np.asarray(limits), values, side="left")
    return (np.bincount(place, minlength=len(limits) + 1) / len(values)).tolist()


def _two_digits(values: Floats) -> Floats:
    """Round positive numbers to two significant digits, each once.

    Examples
    --------
    >>> _two_digits(np.array([187.3, 0.01234, 189.0])).tolist()
    [0.012, 190.0]
    """
    values = values[values > 0]
    power = 10.0 ** (np.floor(np.log10(values)) - 1)
    near = np.unique(np.rint(values / power) * power)
    # Times a power, 0.012 is a bit more or less.
    return np.unique([float(f"{value:.2g}") for value in near])


def _fewer(names: Sequence[str], n: int) -> tuple[str, ...]:
    """Keep `n` names from the lowest to the highest, the ends always.

    Examples
    --------
    >>> _fewer(("Low", "Average", "High", "Very high"), 3), _fewer(("a", "b", "c"), 2)
    (('Low', 'Average', 'Very high'), ('a', 'c'))
    """
    last = len(names) - 1
    return tuple(names[i * last // (n - 1)] for i in range(n))


def _named(names: tuple[str, ...], limits: Sequence[float]) -> tuple[str, ...]:
    """Give the names, or numbers where they are not as many as the bands."""
    if len(names) == len(limits) + 1:
        return names
    return tuple(f"Band {i + 1}" for i in range(len(limits) + 1))


def _quartered(frame: Frame, pay: Pay) -> Banding:
    """Cut at the quartiles of a table of enough, whatever each band then holds."""
    values, n = _known(frame, "pay")
    if n < LEAST_KNOWN:
        return Banding((), (EVERYBODY,), "table")
    quartiles = pl.Series(values / pay.per_shown_unit).quantile
    found = {float(f"{quartiles(q) or 0.0:.2g}") for q in QUARTILES}
    limits = tuple(sorted(found))
    return Banding(limits, _named(pay.band_names, limits), "table")


def banded(value: nw.Expr, limits: Sequence[float], names: Sequence[str]) -> nw.Expr:
    """Name the band of a number; a limit belongs to the band below it."""
    band = nw.lit(names[len(limits)])
    for limit, name in reversed(list(zip(limits, names, strict=False))):
        band = nw.when(value <= limit).then(nw.lit(name)).otherwise(band)
    return nw.when(~value.is_null()).then(band)
