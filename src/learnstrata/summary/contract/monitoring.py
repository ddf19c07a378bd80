"""What monitoring found: a new table beside the run whose model it is read with."""

from typing import Annotated, Literal, TypeAlias

from learnstrata.privacy.disclosure.kinds import (
    Count,
    Fact,
    Label,
    Owner,
    Rows,
    Sentence,
    Setting,
    Share,
    Statistic,
    Word,
)
from learnstrata.summary.contract.model import Model, Number, OfCompanies
from learnstrata.summary.contract.previous import ComparedSegment, ShareChange

MONITORING_VERSION = 1

Advice: TypeAlias = Literal["keep", "watch", "refit"]
Looked: TypeAlias = Literal[
    "feature",  # what the model clusters on
    "segments",  # the share of each
    "distance",  # of each learner to the centre of their segment
    "unknown",  # values of a category that the model does not know
    "missing",  # values of a column
    "rule",  # learners of whom a rule of cleaning met the record
    "unusable",  # records that a rule of cleaning took for nobody's
    "pay",  # among learners of the same role, experience and company tier
]
PayMove: TypeAlias = Literal["inflation", "deflation", "mix", "none", "unknown"]


class Limits(Model):
    """The limits that the advice was held to, as they were configured."""

    alpha: Annotated[float, Setting()]
    watch_effect: Annotated[float, Setting()]
    refit_effect: Annotated[float, Setting()]
    watch_pay: Annotated[float, Setting()]
    refit_pay: Annotated[float, Setting()]


class Check(Model):
    """One thing that was looked at, then and now.

    `effect` is in standard deviations, of pay a part of it; `p` is corrected for all
    that was looked at. `old` and `new` are rates, where it is one.
    """

    looked: Annotated[Looked, Word()]
    name: Annotated[str, Label()]
    n_old: Annotated[int | None, Count("learners then, or records")]
    n_new: Annotated[int | None, Count("learners now, or records")]
    old: Annotated[Number, Share("learners then", "n_old")] = None
    new: Annotated[Number, Share("learners now", "n_new")] = None
    effect: Annotated[Number, Statistic("size of the move", 3)]
    floor: Annotated[Number, Statistic("one in 100 moves by chance is larger", 3)]
    shift: Annotated[Number, Statistic("direction and size of a number's move", 3)]
    psi: Annotated[Number, Statistic("population stability index", 3)]
    psi_floor: Annotated[Number, Statistic("one in 100 by chance is larger", 3)]
    p: Annotated[Number, Statistic("chance of such a move where there is none", 3)]
    advice: Annotated[Advice, Word()]


class SegmentNow(ComparedSegment):
    """A segment: `size` and `share` in the run, `size_new` and `share_new` now."""

    size_new: Annotated[int | None, Count("learners now")]
    share: Annotated[Number, Share("learners then", "size_old")]
    share_new: Annotated[Number, Share("learners now", "size_new")]


class PayNow(Model):
    """The change of typical pay, and its two parts, each a part of pay: 0.08 is 8 %.

    Typical pay is the geometric mean. `within` is the change among learners of the
    same `by`; `mix` what is left: other learners. The ends are of 95 % intervals.
    """

    n_old: Annotated[int | None, Count("learners then whose pay is known")]
    n_new: Annotated[int | None, Count("learners now whose pay is known")]
    companies: OfCompanies = None
    largest_share: Annotated[Number, Owner("of the largest company, then or now")] = (
        None
    )
    by: Annotated[tuple[str, ...], Word()]
    cells: Annotated[int | None, Count("groups of `by` that both have")]
    coverage: Annotated[Number, Statistic("share of learners in these groups", 2)]
    total: Annotated[Number, Statistic("change of typical pay", 2)]
    total_low: Annotated[Number, Statistic("change of typical pay", 2)]
    total_high: Annotated[Number, Statistic("change of typical pay", 2)]
    within: Annotated[Number, Statistic("change within groups", 2)]
    within_low: Annotated[Number, Statistic("change within groups", 2)]
    within_high: Annotated[Number, Statistic("change within groups", 2)]
    mix: Annotated[Number, Statistic("change of who is there", 2)]
    mix_low: Annotated[Number, Statistic("change of who is there", 2)]
    mix_high: Annotated[Number, Statistic("change of who is there", 2)]
    move: Annotated[PayMove, Word()]
    is_mixed: Annotated[bool, Fact("whether who is there changed pay as well")]


class Monitoring(Model):
    """A new table beside the run whose model it was read with.

    What was looked at is made of rounded counts, for its owner as for everybody, with
    effects in steps and p-values by their order alone. Sizes, values and pay are exact
    for the owner; what is told of them is in steps of `base` or more.
    """

    monitoring_version: Annotated[int, Setting()] = MONITORING_VERSION
    base: Annotated[int, Setting()]
    advice: Annotated[Advice, Word()]
    limits: Annotated[Limits, Rows()]
    as_of_old: Annotated[int, Fact("year that counts as now in the run")]
    as_of_new: Annotated[int, Fact("year that counts as now in the new table")]
    size_old: Annotated[int | None, Count("learners of the run")]
    size_new: Annotated[int | None, Count("learners of the new table")]
    records_new: Annotated[int | None, Count("records of the new table")]
    in_both: Annotated[Number, Statistic("of the smaller table, who are in both", 2)]
    is_followed: Annotated[bool, Fact("whether learners have ids in both")]
    checks: Annotated[tuple[Check, ...], Rows()]
    segments: Annotated[tuple[SegmentNow, ...], Rows()]
    values: Annotated[tuple[ShareChange, ...], Rows()]
    pay: Annotated[PayNow | None, Rows()]
    notes: Annotated[tuple[str, ...], Sentence()] = ()
    sentences: Annotated[tuple[str, ...], Sentence()] = ()

    def checks_of(self, *looked: Looked) -> tuple[Check, ...]:
        """Give what was looked at of these kinds."""
        return tuple(one for one in self.checks if one.looked in looked)

    @property
    def moved(self) -> tuple[Check, ...]:
        """What moved beyond chance and its limit, the largest moves first."""
        found = [one for one in self.checks if one.advice != "keep"]
        return tuple(sorted(found, key=lambda one: -self.times_limit(one)))

    def times_limit(self, check: Check) -> float:
        """Give an effect as a multiple of the limit from which it is watched."""
        asked = self.limits
        limit = asked.watch_pay if check.looked == "pay" else asked.watch_effect
        return (check.effect or 0.0) / limit
