"""Pay inflation told apart from a change of who is there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Monitoring as Limits
from learnstrata.exceptions import DegenerateError
from learnstrata.layer.monitoring.counting import coarse
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.stats.inputs import Floats
from learnstrata.stats.standardisation import MeanChange, change_within
from learnstrata.summary.contract.monitoring import Check, PayMove, PayNow

__all__ = ["PayFound", "compare_pay", "pay_now"]

# What peers share, the finest first: taken is the first that enough learners are in.
PEERS: tuple[tuple[str, ...], ...] = (
    ("role_family", "experience", "tier"),
    ("role_family", "experience"),
    ("experience", "tier"),
    ("experience",),
    (),
)
LEAST_COVERAGE = 0.8  # of the learners, in cells that both tables have
LEAST_PAID = 50
REACH = 1.345  # robust deviations: slips that cleaning let pass decide nothing (Huber)
Z = 1.959964  # of a 95 % interval
SURE = 2.5758  # standard errors: one in 100 is beyond
YEARS, LEVEL = "years_of_experience", "company_level"


@dataclass(frozen=True, slots=True)
class PayFound:
    """The change of log pay, and what learners of one cell share."""

    change: MeanChange
    by: tuple[str, ...]


def compare_pay(
    old: pl.DataFrame, new: pl.DataFrame, model: FeatureModel
) -> PayFound | None:
    """Part the change of log pay into one among peers and one of who is there.

    Peers have the same role family, experience band and company tier, as far as both
    tables tell and most learners have peers in the other; within these the years of
    experience and the level of the company are held equal as well.

    Parameters
    ----------
    old, new : polars.DataFrame
        ``pay`` and what of the others is known, one row a learner.
    model : FeatureModel
        Of the bands of experience.

    Returns
    -------
    PayFound or None
        None where pay is not there, or known of under 50 learners.
    """
    if not all("pay" in one.columns for one in (old, new)):
        return None
    sides = [one.filter(pl.col("pay") > 0) for one in (old, new)]
    if min(map(len, sides)) < LEAST_PAID:
        return None
    for by in PEERS:
        if not all(set(_columns(by)) <= set(one.columns) for one in sides):
            continue
        found = _compared(sides, by, model)
        if found is not None and (found.coverage >= LEAST_COVERAGE or not by):
            return PayFound(found, by)
    return None


def _columns(by: Sequence[str]) -> list[str]:
    return [YEARS if name == "experience" else name for name in by]


def _compared(
    sides: Sequence[pl.DataFrame], by: Sequence[str], model: FeatureModel
) -> MeanChange | None:
    pays = [np.log(one["pay"].cast(pl.Float64).to_numpy()) for one in sides]
    cells = _cells(sides, by, model)
    others = [_others(one, sides) for one in sides]
    try:
        return change_within(
            pays[0],
            pays[1],
            (cells[: len(sides[0])], cells[len(sides[0]) :]),
            (others[0], others[1]) if others[0].shape[1] else None,
            reach=REACH,
        )
    except DegenerateError:  # cells so fine that no spread is left in them
        return None


def _cells(
    sides: Sequence[pl.DataFrame], by: Sequence[str], model: FeatureModel
) -> npt.NDArray[np.int64]:
    """Give the cells of both tables one numbering."""
    if not by:
        return np.zeros(sum(map(len, sides)), dtype=np.int64)
    texts = [
        one.select(
            pl.concat_str(
                [_value(name, model).fill_null("") for name in by], separator="\x1f"
            ).alias("cell")
        )["cell"]
        for one in sides
    ]
    return pl.concat(texts).rank("dense").cast(pl.Int64).to_numpy()


def _value(name: str, model: FeatureModel) -> pl.Expr:
    if name != "experience":
        return pl.col(name).cast(pl.String)
    years = pl.col(YEARS).cast(pl.Float64)
    over = [(years > limit).cast(pl.Int64) for limit in model.experience_bands]
    return pl.sum_horizontal(pl.lit(0), *over).cast(pl.String)


def _others(side: pl.DataFrame, sides: Sequence[pl.DataFrame]) -> Floats:
    """Give the numbers in which peers of one cell still differ."""
    there = [n for n in (YEARS, LEVEL) if all(n in one.columns for one in sides)]
    columns = [pl.col(n).cast(pl.Float64).fill_nan(None) for n in there]
    told = side.select(columns)
    filled = told.with_columns(pl.all().fill_null(strategy="mean")).fill_null(0.0)
    if YEARS in there:
        filled = filled.with_columns(pl.col(YEARS).clip(0.0).log1p())
    return filled.to_numpy().reshape(len(side), len(there))


def pay_now(found: PayFound, check: Check, limits: Limits) -> PayNow:
    """Tell a change of pay as a part of pay, with what it is called.

    Parameters
    ----------
    found : PayFound
    check : Check
        Of pay: it says whether the change among peers is beyond chance.
    limits : Limits

    Notes
    -----
    Who is there changed pay where the mix is beyond chance by itself and, as it is
    told, as large as is watched. It raises no alarm of its own: the features do. Of pay
    that may not be told (a check without an effect) nothing is said.
    """
    change = found.change
    mix, error = change.mix, change.mix_error
    surely = abs(mix) > 0 and (not error or abs(mix) / error >= SURE)
    size = coarse(abs(float(np.expm1(mix))), min(check.n_old or 1, check.n_new or 1))
    is_known = check.effect is not None
    is_mixed = is_known and surely and (size or 0.0) >= limits.watch_pay
    parts = {
        **_told("total", change.total, change.total_error),
        **_told("within", change.within, change.within_error),
        **_told("mix", mix, error),
    }
    told = {
        "n_old": change.n_old,
        "n_new": change.n_new,
        "by": found.by,
        "cells": change.cells,
        "coverage": change.coverage,
        "move": _move(change.within, check, is_mixed=is_mixed),
        "is_mixed": is_mixed,
    }
    return PayNow.model_validate({**told, **parts})


def _move(within: float, check: Check, *, is_mixed: bool) -> PayMove:
    if check.effect is None:
        return "unknown"
    if check.advice != "keep":
        return "inflation" if within > 0 else "deflation"
    return "mix" if is_mixed else "none"


def _told(name: str, change: float, error: float) -> dict[str, float]:
    ends = {"": change, "_low": change - Z * error, "_high": change + Z * error}
    return {f"{name}{end}": float(np.expm1(value)) for end, value in ends.items()}
