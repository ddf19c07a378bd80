"""All that is looked at of two samples, corrected together, and the advice it gives."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TypeAlias

import numpy as np
import polars as pl

from learnstrata.config.stages import Monitoring as Limits
from learnstrata.layer.monitoring.counting import Groups, coarse
from learnstrata.layer.monitoring.pay import PayFound
from learnstrata.layer.monitoring.samples import Sample
from learnstrata.privacy.disclosure.rounding import LEAST_WHOLE
from learnstrata.segments.model.model import SegmentModel
from learnstrata.stats.drift import Drift, holm, number_drift
from learnstrata.stats.inputs import Floats
from learnstrata.summary.contract.monitoring import Advice, Check, Looked

__all__ = ["advice_of", "advised", "look"]

SURE = 2.5758  # standard errors: one in 100 is beyond
OF_ALL = ""  # the name of what has no column of its own
P_ENDS = (0.001, 0.01, 0.05, 0.1, 1.0)
OF_BINS = ("psi", "psi_floor")
STEPPED = ("effect", "floor", "shift", *OF_BINS)
Sizes: TypeAlias = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class _Found:
    """One thing that was looked at, before it is corrected for the others.

    `drift` is None where nothing can be compared, or may be told of it; `rates` are
    those of then and now, where it is one; `of` are the learners that they are of. Both
    are as told. What is hidden in both tables is not tested.
    """

    looked: Looked
    name: str
    drift: Drift | None
    of: Sizes
    rates: tuple[float | None, float | None] = (None, None)
    is_tested: bool = True

    @property
    def p(self) -> float:
        """The p-value; in steps where it is not made of told counts."""
        if self.drift is None:
            return 1.0
        is_counted = self.looked not in {"distance", "pay"} and self.drift.shift is None
        return self.drift.p if is_counted else _stepped(self.drift.p)


def look(
    samples: tuple[Sample, Sample],
    model: SegmentModel,
    pay: PayFound | None,
    limits: Limits,
    *,
    groups: Groups,
) -> tuple[Check, ...]:
    """Compare everything that is looked at, and correct for how much that is.

    What is looked at follows from the model and its columns, not from what is in the
    tables. What is made of counts is made of their groups; all else is told in steps of
    ten learners, and the advice follows from what is told.

    Parameters
    ----------
    samples : tuple of Sample
        Of the run, and of the new table.
    model : SegmentModel
    pay : PayFound or None
        None where pay cannot be compared, or may not be told.
    limits : Limits
    groups : Groups
        By which counts of both are told.

    Returns
    -------
    tuple of Check
        As they may be told. Their p-values are corrected by Holm's rule over all that
        is tested: a rate of few in both tables is not.
    """
    found = [*_compared(*samples, model, groups)]
    if all("pay" in one.learners.columns for one in samples):
        of = (None, None)
        if pay is not None:
            of = groups.told(pay.change.n_old, pay.change.n_new)
        drift = None if pay is None else _drift_of_pay(pay)
        found.append(_Found("pay", OF_ALL, drift, of))
    tested = [one.drift is not None and one.is_tested for one in found]
    adjusted = iter(holm([one.p for one in compress(found, tested)]).tolist())
    return tuple(
        _check(one, next(adjusted) if is_tested else 1.0, limits)
        for one, is_tested in zip(found, tested, strict=True)
    )


def _stepped(p: float) -> float:
    """Raise a p-value to the next quarter of a power of ten.

    Examples
    --------
    >>> round(_stepped(0.0021), 5), round(_stepped(0.4), 5), _stepped(0.0)
    (0.00316, 0.56234, 0.0)
    """
    return 10.0 ** (math.ceil(4 * math.log10(p) - 1e-9) / 4) if p > 0 else 0.0


def _compared(
    old: Sample, new: Sample, model: SegmentModel, groups: Groups
) -> Iterator[_Found]:
    categories = model.features.categories
    for name in model.features.columns:
        compare = _of_category if name in categories else _of_number
        sides = (old.learners[name], new.learners[name])
        yield _Found("feature", name, *compare(*sides, groups))
    sizes = groups.told(old.n, new.n)
    if len(model.centers) > 1:
        ids = (one.learners["segment_id"] for one in (old, new))
        counts = [_counted(one, len(model.centers)) for one in ids]
        yield _Found("segments", OF_ALL, groups.category(*counts), sizes)
    distances = [one.learners["distance"].to_numpy() for one in (old, new)]
    yield _Found("distance", OF_ALL, number_drift(*distances), sizes)
    both = old.missing.keys() & new.missing.keys()  # what the model is not made of
    gaps = [{name: one.missing[name] for name in both} for one in (old, new)]
    rates = _Rates(groups, (old.n, new.n))
    yield from rates.of("unknown", old.unknown, new.unknown)
    yield from rates.of("missing", *gaps)
    yield from rates.of("rule", old.rules, new.rules)
    records = _Rates(groups, (old.records, new.records))
    yield from records.of("unusable", old.unusable, new.unusable)


@dataclass(frozen=True, slots=True)
class _Rates:
    """Rates of the same wholes: of learners, or of records."""

    groups: Groups
    wholes: tuple[int, int]

    def of(
        self, looked: Looked, old: Mapping[str, int], new: Mapping[str, int]
    ) -> Iterator[_Found]:
        """Compare the rates of each name, whoever has it."""
        told = self.groups.told(*self.wholes)
        for name in sorted(old.keys() | new.keys()):
            parts = (old.get(name, 0), new.get(name, 0))
            drift = self.groups.rate(parts, self.wholes)
            rates = self.groups.rates(parts, told)
            is_tested = max(parts) >= self.groups.new.base
            yield _Found(looked, name, drift, told, rates, is_tested)


def _of_number(
    old: pl.Series, new: pl.Series, groups: Groups
) -> tuple[Drift | None, Sizes]:
    """Compare a number over the learners of whom it is known."""
    known = [_known(one) for one in (old, new)]
    of = groups.told(*map(len, known))
    few = min(one or 0 for one in of) < LEAST_WHOLE
    return None if few else number_drift(*known), of


def _known(values: pl.Series) -> Floats:
    return values.cast(pl.Float64).fill_nan(None).drop_nulls().to_numpy()


def _of_category(
    old: pl.Series, new: pl.Series, groups: Groups
) -> tuple[Drift | None, Sizes]:
    texts = [one.cast(pl.String).drop_nulls() for one in (old, new)]
    of = [dict(one.value_counts(name="n").iter_rows()) for one in texts]
    values = sorted({*of[0], *of[1]})
    counts = [[one.get(v, 0) for v in values] for one in of]
    return groups.category(*counts), groups.told(*map(sum, counts))


def _counted(ids: pl.Series, k: int) -> list[int]:
    return np.bincount(ids.to_numpy(), minlength=k + 1)[1:].tolist()


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


def _check(found: _Found, p: float, limits: Limits) -> Check:
    """Tell a thing that was looked at, and the advice that follows from that."""
    is_pay, n = found.looked == "pay", min(one or 1 for one in found.of)
    told = dict.fromkeys(STEPPED, None) | {
        name: coarse(getattr(found.drift, name), n)
        for name in STEPPED
        if found.drift is not None and not (is_pay and name in OF_BINS)
    }
    ends = sorted({*P_ENDS, limits.alpha})
    least = next(end for end in ends if p <= end)
    return Check(
        looked=found.looked,
        name=found.name,
        n_old=found.of[0],
        n_new=found.of[1],
        old=found.rates[0],
        new=found.rates[1],
        p=least,
        advice=advice_of(told["effect"] or 0.0, least, limits, is_pay=is_pay),
        **told,
    )


def advice_of(
    effect: float, p: float, limits: Limits, *, is_pay: bool = False
) -> Advice:
    """Say what a move asks for: nothing that chance explains asks for anything.

    Parameters
    ----------
    effect : float
        As it is told.
    p : float
        Corrected, and as it is told.
    limits : Limits
    is_pay : bool, default=False
        Whether the effect is a part of pay.
    """
    watch = limits.watch_pay if is_pay else limits.watch_effect
    refit = limits.refit_pay if is_pay else limits.refit_effect
    if p > limits.alpha or effect < watch:
        return "keep"
    return "refit" if effect >= refit else "watch"


def advised(checks: Sequence[Check]) -> Advice:
    """Give the gravest advice of all that was looked at."""
    found = {one.advice for one in checks}
    return "refit" if "refit" in found else "watch" if "watch" in found else "keep"
