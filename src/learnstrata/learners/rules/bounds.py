"""What the cleaning rules take from a table: read once, then kept with the model."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Cleaning, Config
from learnstrata.learners.lookups import Frame, collected
from learnstrata.learners.rules.fences import (
    OUTER_FENCE,
    extra_fences,
    heaped,
    log_fences,
)
from learnstrata.learners.rules.identity import shared_ids
from learnstrata.learners.rules.years import find_now
from learnstrata.learners.schema.register import extra_name

__all__ = ["Limits", "find_limits"]

INNER_FENCE = 1.5
MOST = 1e100  # whose square is still a number


@dataclass(frozen=True, slots=True)
class Limits:
    """What the cleaning rules take from the table they were fitted on.

    Attributes
    ----------
    as_of : int
        The year that counts as now.
    pay_low, pay_high : float
        Outer fences of pay, currency units a year; 0 and infinity switch them off.
    pay_typical : tuple of float
        5 % and 95 % quantiles of pay: where a pay in another unit would have to land.
    heaped_pay : tuple of float
        Pay values of the tails that are typed, not earned.
    start_year_fill : float or None
        Stands in for a missing start year, where the recipe asks for it.
    extras : mapping of str to tuple of float
        Least and greatest value that is believed of each extra column of numbers.
    no_ids : tuple of str
        Words that stand in the place of an id, as they are typed: no learner has them.
    crowd : int
        Records from which on an id is noted, for it has far more than any other; 0
        where none has.
    """

    as_of: int
    pay_low: float = 0.0
    pay_high: float = math.inf
    pay_typical: tuple[float, float] = (0.0, math.inf)
    heaped_pay: tuple[float, ...] = ()
    start_year_fill: float | None = None
    extras: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    no_ids: tuple[str, ...] = ()
    crowd: int = 0


def find_limits(records: IntoFrame, config: Config) -> Limits:
    """Read from a table what the cleaning rules need to know of it.

    Parameters
    ----------
    records : data frame in the standard columns
    config : Config

    Returns
    -------
    Limits
        The same for any order of the records.

    Raises
    ------
    SchemaError
        If most values of a column of years are no years, or the year that counts as now
        cannot be told from the table and is not given.
    """
    frame, rules = nw.from_native(records), config.cleaning
    as_of = find_now(frame, config)
    own = _extra_numbers(frame, config) if rules.suspect_extras else ()
    table = _collected(frame, ("pay", "start_year", *own))
    pay = table.get("pay", np.empty(0))
    pay = pay[np.isfinite(pay) & (pay > 0)]
    fences = _pay_fences(pay) if rules.suspect_pay and len(pay) else {}
    no_ids, crowd = shared_ids(frame)
    return Limits(
        as_of=as_of,
        start_year_fill=_start_year_fill(table, rules, as_of),
        extras={name: _extra_fences(table[name]) for name in own},
        no_ids=no_ids,
        crowd=crowd,
        **fences,
    )


def _extra_numbers(frame: Frame, config: Config) -> tuple[str, ...]:
    """List the columns of the user's own that are numbers."""
    columns, schema = config.columns, frame.collect_schema()
    names = map(extra_name, (*columns.numeric, *columns.outcome))
    return tuple(n for n in names if n in schema and schema[n].is_numeric())


def _collected(
    frame: Frame, wanted: Iterable[str]
) -> dict[str, npt.NDArray[np.float64]]:
    there = set(frame.collect_schema().names())
    names = [name for name in wanted if name in there]
    if not names:
        return {}
    table = collected(frame.select(nw.col(n).cast(nw.Float64) for n in names))
    return {name: table[name].to_numpy().astype(np.float64) for name in names}


def _pay_fences(pay: npt.NDArray[np.float64]) -> dict[str, Any]:
    low, high = map(float, np.quantile(pay, [0.05, 0.95]))
    outer = log_fences(pay, reach=OUTER_FENCE)
    inner = log_fences(pay, reach=INNER_FENCE)
    return {
        "pay_low": outer[0],
        "pay_high": outer[1],
        "pay_typical": (low, high),
        "heaped_pay": heaped(pay, low=inner[0], high=inner[1]),
    }


def _extra_fences(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Give the fences of an extra; where it has none, values can still be too large."""
    low, high = extra_fences(values) or (-MOST, MOST)
    return max(low, -MOST), min(high, MOST)


def _start_year_fill(
    table: Mapping[str, npt.NDArray[np.float64]], rules: Cleaning, as_of: int
) -> float | None:
    if rules.impute_start_year == "none" or "start_year" not in table:
        return None
    years = table["start_year"]
    valid = years[(years >= rules.first_year) & (years <= as_of)]
    return float(np.median(valid)) if len(valid) else None
