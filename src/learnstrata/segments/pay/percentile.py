"""Where one pay stands among peers: a percentile for counsellors.

A group that is hidden never answers; the next wider one does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from learnstrata.config.stages import Pay
from learnstrata.exceptions import DegenerateError, ParameterError, nearest, preview
from learnstrata.privacy.disclosure.cells import CellRule
from learnstrata.segments.pay.benchmarks import (
    KNOTS,
    Benchmarks,
    Level,
    money,
)

__all__ = ["Standing", "from_shared", "where_stands"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pay stands.

    Attributes
    ----------
    percentile : float
        0..100; 50 is the median.
    bound : {"", "at most", "at least"}
        Set where the pay is beyond the outermost quantile that may be stored.
    level : {"cell", "role and experience", "role", "all"}
        The group that answered.
    group : str
        That group in words.
    sentence : str
    """

    percentile: float
    bound: Literal["", "at most", "at least"]
    level: Level
    group: str
    sentence: str


def where_stands(
    benchmarks: Benchmarks,
    *,
    role_family: str,
    tier: str,
    experience_band: str,
    pay: float,
) -> Standing:
    """Give the percentile of a pay among peers.

    The cell of role, tier and experience answers; where it is hidden or empty that of
    role and experience does, then the role, then all. Between stored quantiles the
    percentile is interpolated on log pay; a pay at several of them gets 50 if the
    median is among them, else their mean.

    Parameters
    ----------
    benchmarks : Benchmarks
    role_family, tier, experience_band : str
    pay : float
        Currency units a year.

    Returns
    -------
    Standing
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
    wanted = {
        "role_family": role_family,
        "tier": tier,
        "experience_band": experience_band,
    }
    if benchmarks.reason:
        raise DegenerateError(
            f"Got no pay benchmarks ({benchmarks.reason}), expected cells to compare "
            "with. Give a table with titles, companies and pay."
        )
    for column, value in wanted.items():
        _refuse_unknown(column, value, benchmarks)
    level, row = _answering(benchmarks, wanted)
    percentile, bound = _percentile(row, pay)
    group = _in_words(level, wanted)
    place = {"": "about", "at most": "or below", "at least": "or above"}[bound]
    sentence = (
        f"{money(pay, benchmarks.pay)} is at {place} the {_ordinal(percentile)} "
        f"percentile of the pay of {group}."
    )
    return Standing(percentile, bound, level, group, sentence)


def from_shared(values: Mapping[str, Any], *, pay: Pay, rule: CellRule) -> Benchmarks:
    """Make benchmarks that can answer from what was shared of them.

    Parameters
    ----------
    values : mapping
        ``benchmarks`` of a summary: shown cells and wider groups alone.
    pay : Pay
    rule : CellRule

    Returns
    -------
    Benchmarks
        It answers as the benchmarks it was shared from, and knows nothing hidden.
    """
    cells, wider = (
        pl.DataFrame(values[part], infer_schema_length=None).with_columns(
            hidden=pl.lit(value=False)
        )
        for part in ("cells", "wider")
    )
    none = "no group could be shown"
    return Benchmarks(
        cells=cells,
        wider=wider,
        tau=values["tau"] or 0.0,
        n_learners=values["n_learners"] or 0,
        n_left_out=values["n_left_out"] or 0,
        pay=pay,
        rule=rule,
        reason=values["reason"] or ("" if values["cells"] else none),
    )


def _refuse_unknown(column: str, value: str, benchmarks: Benchmarks) -> None:
    frames = (benchmarks.cells, benchmarks.wider)
    there = [frame[column].drop_nulls() for frame in frames if column in frame.columns]
    known = sorted({value for values in there for value in values})
    if value not in known:
        near = nearest(value, known)
        raise ParameterError(
            f"Got {column}={value!r}, expected one of {preview(known)}."
            + (f" Perhaps {near!r}?" if near else "")
        )


def _answering(
    benchmarks: Benchmarks, wanted: dict[str, str]
) -> tuple[Level, dict[str, Any]]:
    """Give the narrowest group that is not hidden."""
    keys: dict[Level, tuple[str, ...]] = {
        "cell": tuple(wanted),
        "role and experience": ("role_family", "experience_band"),
        "role": ("role_family",),
        "all": (),
    }
    for level, columns in keys.items():
        frame = benchmarks.cells
        if level != "cell":
            frame = benchmarks.wider.filter(pl.col("level") == level)
        shown = frame.filter(
            ~pl.col("hidden"), *(pl.col(c) == wanted[c] for c in columns)
        )
        if not shown.is_empty():
            return level, shown.row(0, named=True)
    raise DegenerateError(
        f"Got no group of {benchmarks.rule.learners} learners and "
        f"{benchmarks.rule.companies} companies that may be shown, "
        "expected at least all learners to be one. Give a larger table."
    )


def _percentile(
    row: dict[str, Any], pay: float
) -> tuple[float, Literal["", "at most", "at least"]]:
    stored = [(row[k], 100 * q) for k, q in KNOTS.items() if row[k] is not None]
    if pay < stored[0][0]:
        return stored[0][1], "at most"
    if pay > stored[-1][0]:
        return stored[-1][1], "at least"
    runs: dict[float, list[float]] = {}
    for at, percent in stored:
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
