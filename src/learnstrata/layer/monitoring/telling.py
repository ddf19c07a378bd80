"""What may be told of monitoring: counts rounded, no small group, no single learner.

What was looked at is made of told counts already, and told as it is; pay follows the
rule of pay, for both tables.
"""

from dataclasses import dataclass

from learnstrata.layer.monitoring.counting import Groups, coarse, rounding_as_told
from learnstrata.layer.monitoring.samples import Newer, Paid, Run, Sample
from learnstrata.layer.pairs import WIDER
from learnstrata.privacy.disclosure.groups import Added, protected
from learnstrata.privacy.disclosure.rounding import LEAST_WHOLE, Rounding, share_of
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.summary.contract.monitoring import Monitoring, PayNow, SegmentNow
from learnstrata.summary.contract.previous import ShareChange
from learnstrata.summary.contract.results import DisclosedSummary

__all__ = ["Told", "told_of"]

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
    groups : Groups
        By which the counts of both tables are told.
    sizes : tuple of int or None
        Learners of both tables, as told.
    run : DisclosedSummary
        What the run tells of itself: its counts are told no second time otherwise.
    pay_rule : PayRule
    paid : tuple of Paid
        Of the run, and of the new table.
    """

    groups: Groups
    sizes: tuple[int | None, int | None]
    run: DisclosedSummary
    pay_rule: PayRule
    paid: tuple[Paid, Paid]

    @classmethod
    def of(cls, run: Run, old: Sample, new: Newer, *, key: bytes) -> "Told":
        """Draw how the counts of a new table are rounded, with room in their sum."""
        settings = run.exact.settings
        drawn = Rounding.drawn(settings.base, key=key, content=new.content)
        ids = new.sample.learners["segment_id"]
        places = range(1, len(run.model.centers) + 1)
        sizes = [int((ids == one).sum()) for one in places]
        parts = tuple(range(1, len(sizes) + 1))
        sums = [Added(parts, 0, "=")]
        groups = Groups(
            old=rounding_as_told(run.exact, run.told),
            new=protected(drawn, [sum(sizes), *sizes], sums),
            sizes=(old.n, new.sample.n),
        )
        return cls(
            groups=groups,
            sizes=groups.told(*groups.sizes),
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

    def value(self, one: ShareChange) -> ShareChange:
        """Tell the shares of a value in both tables; None of few."""
        counts = (one.n_old or 0, one.n_new or 0)
        old, new = self.groups.rates(counts, self.sizes)
        return one.model_copy(
            update={"old": old, "new": new, "n_old": None, "n_new": None}
        )


def told_of(exact: Monitoring, how: Told) -> Monitoring:
    """Make what may be told out of what monitoring found.

    Parameters
    ----------
    exact : Monitoring
        It is not changed.
    how : Told
    """
    old, new = how.sizes
    smaller = min(old or 1, new or 1)
    small = {one.id for one in exact.segments} - {one.id for one in how.run.segments}
    return exact.model_copy(
        update={
            "size_old": how.run.segmented,
            "size_new": new,
            "records_new": how.groups.size(exact.records_new or 0),
            # In wider steps: comparisons of the runs count the same learners.
            "in_both": coarse(exact.in_both, smaller / WIDER),
            "segments": tuple(
                _segment(one, new, how) for one in exact.segments if one.id not in small
            ),
            "values": tuple(how.value(one) for one in exact.values),
            "pay": _pay(exact.pay, how) if exact.pay else None,
        }
    )


def _segment(one: SegmentNow, whole: int | None, how: Told) -> SegmentNow:
    told, now = how.run.segment(one.id), how.groups.size(one.size_new or 0)
    return one.model_copy(
        update={
            "size": told.size if told else None,
            "share": told.share if told else None,
            "size_new": now,
            "share_new": share_of(now, whole, error=WIDER * how.groups.new.base // 2),
        }
    )


def _pay(pay: PayNow, how: Told) -> PayNow:
    nothing: dict[str, object] = {
        "companies": None,
        "largest_share": None,
        "cells": None,
    }
    if not how.pay_is_told:
        hidden = dict.fromkeys((*OF_PAY, "coverage", "n_old", "n_new"))
        unsaid = {"move": "unknown", "is_mixed": False, "by": ()}
        return pay.model_copy(update={**nothing, **hidden, **unsaid})
    of = how.groups.told(pay.n_old or 0, pay.n_new or 0)
    n = min(one or 1 for one in of)
    told = {name: coarse(getattr(pay, name), n) for name in (*OF_PAY, "coverage")}
    counts = {"n_old": None, "n_new": of[1]}
    return pay.model_copy(update={**nothing, **told, **counts})
