"""All that is looked at of two samples, corrected together, and the advice it gives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Monitoring as Limits
from learnstrata.layer.monitoring.pay import PayFound
from learnstrata.layer.monitoring.samples import Sample
from learnstrata.segments.model.model import SegmentModel
from learnstrata.stats.drift import (
    Drift,
    category_drift,
    holm,
    number_drift,
    rate_drift,
)
from learnstrata.stats.inputs import Floats
from learnstrata.summary.contract.monitoring import Advice, Check, Looked

__all__ = ["advice_of", "advised", "look"]

SURE = 2.5758  # standard errors: one in 100 is beyond
OF_ALL = ""  # the name of what has no column of its own


@dataclass(frozen=True, slots=True)
class _Found:
    """One thing that was looked at, before it is corrected for the others.

    `rates` are those of then and now, where it is one.
    """

    looked: Looked
    name: str
    drift: Drift
    rates: tuple[float, float] | None = None


def look(
    old: Sample, new: Sample, model: SegmentModel, pay: PayFound | None, limits: Limits
) -> tuple[Check, ...]:
    """Compare everything that is looked at, and correct for how much that is.

    Parameters
    ----------
    old, new : Sample
        Of the run, and of the new table.
    model : SegmentModel
    pay : PayFound or None
        None where pay cannot be compared.
    limits : Limits

    Returns
    -------
    tuple of Check
        Their p-values are corrected by Holm's rule over all of them.
    """
    found = [*_compared(old, new, model)]
    if pay is not None:
        found.append(_Found("pay", OF_ALL, _drift_of_pay(pay)))
    adjusted = holm([one.drift.p for one in found])
    return tuple(
        _check(replace(one, drift=replace(one.drift, p=float(p))), limits)
        for one, p in zip(found, adjusted, strict=True)
    )


def _compared(old: Sample, new: Sample, model: SegmentModel) -> Iterator[_Found]:
    categories = model.features.categories
    for name in model.features.columns:
        compare = _of_category if name in categories else _of_number
        found = compare(old.learners[name], new.learners[name])
        if found is not None:
            yield _Found("feature", name, found)
    if len(model.centers) > 1:
        sides = (one.learners["segment_id"] for one in (old, new))
        counts = [_sizes(ids, len(model.centers)) for ids in sides]
        yield _Found("segments", OF_ALL, category_drift(*counts))
    distances = [one.learners["distance"].to_numpy() for one in (old, new)]
    yield _Found("distance", OF_ALL, number_drift(*distances))
    yield from _rates("unknown", old.unknown, new.unknown, (old.n, new.n))
    both = old.missing.keys() & new.missing.keys()  # what the model is not made of
    gaps = [{name: one.missing[name] for name in both} for one in (old, new)]
    yield from _rates("missing", gaps[0], gaps[1], (old.n, new.n))
    yield from _rates("rule", old.rules, new.rules, (old.n, new.n))
    records = (old.records, new.records)
    yield from _rates("unusable", old.unusable, new.unusable, records)


def _of_number(old: pl.Series, new: pl.Series) -> Drift | None:
    """Compare a number over the learners of whom it is known."""
    known = [_known(one) for one in (old, new)]
    if not all(len(one) for one in known):
        return None
    return number_drift(*known)


def _known(values: pl.Series) -> Floats:
    return values.cast(pl.Float64).fill_nan(None).drop_nulls().to_numpy()


def _of_category(old: pl.Series, new: pl.Series) -> Drift | None:
    texts = [one.cast(pl.String).drop_nulls() for one in (old, new)]
    if not all(len(one) for one in texts):
        return None
    of = [dict(one.value_counts(name="n").iter_rows()) for one in texts]
    values = sorted({*of[0], *of[1]})
    return category_drift(*([one.get(v, 0) for v in values] for one in of))


def _sizes(ids: pl.Series, k: int) -> npt.NDArray[np.intp]:
    return np.bincount(ids.to_numpy(), minlength=k + 1)[1:]


def _rates(
    looked: Looked,
    old: Mapping[str, int],
    new: Mapping[str, int],
    wholes: tuple[int, int],
) -> Iterator[_Found]:
    """Compare the rates of each name that either sample has any of."""
    for name in sorted(old.keys() | new.keys()):
        parts = (old.get(name, 0), new.get(name, 0))
        if not any(parts) or not all(wholes):
            continue
        pairs = [*zip(parts, wholes, strict=True)]
        rates = (parts[0] / wholes[0], parts[1] / wholes[1])
        yield _Found(looked, name, rate_drift(*pairs), rates)


def _drift_of_pay(pay: PayFound) -> Drift:
    """Tell the change of pay among peers as one of the things that were looked at."""
    found = pay.change
    return Drift(
        n_old=found.n_old,
        n_new=found.n_new,
        effect=abs(float(np.expm1(found.within))),
        floor=float(np.expm1(SURE * found.within_error)),
        p=found.p,
        psi=0.0,
        psi_floor=0.0,
        shift=float(np.expm1(found.within)),
    )


def _check(found: _Found, limits: Limits) -> Check:
    drift, rates = found.drift, found.rates or (None, None)
    is_pay = found.looked == "pay"
    return Check(
        looked=found.looked,
        name=found.name,
        n_old=drift.n_old,
        n_new=drift.n_new,
        old=rates[0],
        new=rates[1],
        effect=drift.effect,
        floor=drift.floor,
        shift=drift.shift,
        psi=None if is_pay else drift.psi,
        psi_floor=None if is_pay else drift.psi_floor,
        p=drift.p,
        advice=advice_of(drift, limits, is_pay=is_pay),
    )


def advice_of(drift: Drift, limits: Limits, *, is_pay: bool = False) -> Advice:
    """Say what a move asks for: nothing that chance explains asks for anything.

    Parameters
    ----------
    drift : Drift
        Its p-value corrected.
    limits : Limits
    is_pay : bool, default=False
        Whether the effect is a part of pay.
    """
    watch = limits.watch_pay if is_pay else limits.watch_effect
    refit = limits.refit_pay if is_pay else limits.refit_effect
    if drift.p >= limits.alpha or drift.effect < watch:
        return "keep"
    return "refit" if drift.effect >= refit else "watch"


def advised(checks: Sequence[Check]) -> Advice:
    """Give the gravest advice of all that was looked at."""
    found = {one.advice for one in checks}
    return "refit" if "refit" in found else "watch" if "watch" in found else "keep"
