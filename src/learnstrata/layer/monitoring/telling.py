"""What may be told of monitoring: counts rounded, no small group, no single learner.

Rates and effects are told in steps of ten learners or more, which one learner hardly
moves; p-values by their order alone; pay by the rule of pay, for both tables.
"""

from dataclasses import dataclass

from learnstrata.layer.monitoring.samples import Newer, Paid, Run, Sample
from learnstrata.layer.pairs import WIDER
from learnstrata.privacy.disclosure.groups import Added, protected
from learnstrata.privacy.disclosure.rounding import LEAST_WHOLE, Rounding
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.summary.contract.monitoring import (
    Check,
    Monitoring,
    PayNow,
    SegmentNow,
)
from learnstrata.summary.contract.previous import ShareChange
from learnstrata.summary.contract.results import DisclosedSummary

__all__ = ["Told", "coarse", "told_of"]

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
DECIDING = 10  # learners that a step does not tell apart
P_ENDS = (0.001, 0.01, 0.05, 0.1, 1.0)
RATES = ("unknown", "missing", "rule", "unusable")
OF_PAY = tuple(
    f"{name}{end}"
    for name in ("total", "within", "mix")
    for end in ("", "_low", "_high")
)


@dataclass(frozen=True, slots=True)
class Told:
    """How numbers of a new table are told.

    Attributes
    ----------
    rounding : Rounding
        Of counts of the new table.
    run : DisclosedSummary
        What the run tells of itself: its counts are told no second time otherwise.
    pay_rule : PayRule
    paid : tuple of Paid
        Of the run, and of the new table.
    """

    rounding: Rounding
    run: DisclosedSummary
    pay_rule: PayRule
    paid: tuple[Paid, Paid]

    @classmethod
    def of(cls, run: Run, old: Sample, new: Newer, *, key: bytes) -> "Told":
        """Draw how the counts of a new table are rounded, with room in their sum."""
        settings = run.exact.settings
        drawn = Rounding.drawn(settings.base, key=key, content=new.content)
        ids = new.sample.learners["segment_id"].value_counts()
        sizes = [int(n) for n in ids.sort("segment_id")["count"]]
        parts = tuple(range(1, len(sizes) + 1))
        sums = [Added(parts, 0, "=")]
        return cls(
            rounding=protected(drawn, [sum(sizes), *sizes], sums),
            run=run.told,
            pay_rule=PayRule(
                settings.min_learners,
                settings.min_companies,
                settings.max_company_share,
            ),
            paid=(old.paid, new.sample.paid),
        )

    @property
    def pay_is_told(self) -> bool:
        """Whether pay of both tables is of enough learners and companies."""
        return all(
            one.learners >= LEAST_WHOLE
            and self.pay_rule.allows(one.learners, one.companies, one.largest_share)
            for one in self.paid
        )


def coarse(value: float | None, n: float) -> float | None:
    """Give a rate or an effect of `n` learners in steps that hide a learner.

    A step is 10 / n or more, and 0.01 at the least.

    Examples
    --------
    >>> coarse(0.2781, 5_000), coarse(0.2781, 400), coarse(0.2781, 60)
    (0.28, 0.3, 0.2)
    """
    if value is None:
        return None
    step = _step(n)
    return round(round(value / step) * step, 2) + 0.0


def _coarse_rate(value: float, n: float) -> float:
    """Give a rate as `coarse` does; one that is there never reads as none."""
    return max(coarse(value, n) or 0.0, _step(n))


def _step(n: float) -> float:
    return next((one for one in STEPS if one >= DECIDING / n), STEPS[-1])


def told_of(exact: Monitoring, how: Told) -> Monitoring:
    """Make what may be told out of what monitoring found.

    Parameters
    ----------
    exact : Monitoring
        It is not changed.
    how : Told
    """
    count, size = how.rounding.count, how.run.segmented
    smaller = min(exact.size_old or 1, exact.size_new or 1)
    small = {one.id for one in exact.segments} - {one.id for one in how.run.segments}
    return exact.model_copy(
        update={
            "size_old": size,
            "size_new": count(exact.size_new or 0),
            "records_new": count(exact.records_new or 0),
            # In wider steps: comparisons of the runs count the same learners.
            "in_both": coarse(exact.in_both, smaller / WIDER),
            "checks": tuple(_check(one, exact, how) for one in exact.checks),
            "segments": tuple(
                _segment(one, exact, how)
                for one in exact.segments
                if one.id not in small
            ),
            "values": tuple(
                told for one in exact.values if (told := _value(one, exact)) is not None
            ),
            "pay": _pay(exact.pay, how) if exact.pay else None,
        }
    )


def _check(one: Check, exact: Monitoring, how: Told) -> Check:
    n, base = min(one.n_old or 1, one.n_new or 1), exact.base
    hidden = one.looked == "pay" and not how.pay_is_told
    update: dict[str, object] = {
        name: None if hidden else coarse(getattr(one, name), n)
        for name in ("effect", "floor", "shift", "psi", "psi_floor")
    }
    update |= {
        "n_old": how.run.segmented if one.n_old == exact.size_old else None,
        "n_new": how.rounding.count(one.n_new or 0),
        "p": next(end for end in P_ENDS if (one.p or 0.0) <= end),
    }
    if one.looked in RATES:
        update |= _rates(one, n, base)
    return one.model_copy(update=update)


def _rates(one: Check, n: int, base: int) -> dict[str, object]:
    """Tell rates of enough learners; an effect of few would give their number away."""
    parts = {
        "old": (one.old or 0.0) * (one.n_old or 0),
        "new": (one.new or 0.0) * (one.n_new or 0),
    }
    told = {
        name: _coarse_rate(getattr(one, name), n) if round(part) >= base else None
        for name, part in parts.items()
    }
    if None in told.values():
        told |= dict.fromkeys(("effect", "shift", "psi"))
    return dict(told)


def _segment(one: SegmentNow, exact: Monitoring, how: Told) -> SegmentNow:
    told = how.run.segment(one.id)
    now, whole = one.size_new or 0, exact.size_new or 0
    return one.model_copy(
        update={
            "size": told.size if told else None,
            "share": told.share if told else None,
            "size_new": how.rounding.count(now),
            "share_new": how.rounding.share(now, whole) if now else None,
        }
    )


def _value(one: ShareChange, exact: Monitoring) -> ShareChange | None:
    """Tell the shares of a value; None of one that few have in either table."""
    n = min(exact.size_old or 1, exact.size_new or 1)
    if max(one.n_old or 0, one.n_new or 0) < exact.base:
        return None
    few = {
        "old": (one.n_old or 0) < exact.base,
        "new": (one.n_new or 0) < exact.base,
    }
    shares = {
        name: None if is_few else _coarse_rate(getattr(one, name), n)
        for name, is_few in few.items()
    }
    return one.model_copy(update={**shares, "n_old": None, "n_new": None})


def _pay(pay: PayNow, how: Told) -> PayNow:
    nothing: dict[str, object] = {
        "companies": None,
        "largest_share": None,
        "cells": None,
    }
    if not how.pay_is_told:
        hidden = dict.fromkeys((*OF_PAY, "coverage", "n_old", "n_new"))
        unsaid = {"move": "unknown", "is_mixed": False}
        return pay.model_copy(update={**nothing, **hidden, **unsaid})
    n = min(pay.n_old or 1, pay.n_new or 1)
    told = {name: coarse(getattr(pay, name), n) for name in (*OF_PAY, "coverage")}
    counts = {"n_old": None, "n_new": how.rounding.count(pay.n_new or 0)}
    return pay.model_copy(update={**nothing, **told, **counts})
