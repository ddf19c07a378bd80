"""How a hold-out would show that an action worked, from the outcomes a table has.

An outcome of the user's that is yes or no comes first, then pay that grew, then another
role. A trial on pay takes a year, so its share today is of records one year apart where
enough are known. The numbers are those of the results, so that whoever has these can
redo them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from learnstrata.stats.power import size_per_arm
from learnstrata.summary.contract.decisions import Span, Target, Trial
from learnstrata.summary.contract.meaning import Progression, Segment
from learnstrata.summary.contract.model import Number
from learnstrata.summary.contract.results import Results
from learnstrata.summary.outcomes import own_first

__all__ = [
    "HELD_OUT",
    "IN_ARM",
    "LEAST_ONE_YEAR",
    "RECORD",
    "hold_out",
    "horizon_of",
    "measure_of",
    "trial_of",
]

LEAST_ONE_YEAR = 100  # learners with two pays one year apart, to go by them alone
HELD_OUT = "hold-out"
IN_ARM = f'whose column "arm" says "{HELD_OUT}"'
ONE_YEAR: Span = "one year apart"
ANY_YEARS: Span = "one or more years apart"
OTHER_ROLE = "named another role"
ALL = "all of whom it is known"
OWN = "learners of the segment of whom it is known"
RECORD = (
    "The table has no outcome to judge it by: keep pay with its year and export the "
    "table again in a year, or name a yes/no column as an outcome in [columns]."
)
UNDATED = "No time can be set: the table has no outcome and no dates."


def trial_of(
    results: Results, segment: Segment | None = None, *, told: Trial | None = None
) -> Trial | None:
    """Give the trial of an action for a segment, or for whom no past of theirs tells.

    A cohort that is chosen for its low pay has grown less by choice: it is held to all.

    Parameters
    ----------
    results : Results
    segment : Segment, default=None
        Its own past is taken where enough of it is known.
    told : Trial, default=None
        Of the disclosed form: the trial goes by the same past.

    Returns
    -------
    Trial or None
        None where the table has no outcome.
    """
    for past in _pasts(results, segment):
        if past.base is not None and (past.is_like(told) if told else past.is_enough):
            change = results.settings.configured.decisions.change
            return Trial(
                **past._asdict(), change=change, per_arm=_per_arm(past.base, change)
            )
    return None


class _Past(NamedTuple):
    """An outcome, of whom it is known, and how many of them have it."""

    outcome: str
    whom: str
    span: Span
    whole: int | None
    known: int | None
    met: int | None
    base: Number

    @property
    def is_enough(self) -> bool:
        """Whether enough are known, where there is another past to go by."""
        return self.span != ONE_YEAR or (self.known or 0) >= LEAST_ONE_YEAR

    def is_like(self, told: Trial) -> bool:
        """Say whether a trial goes by the same past."""
        return self[:3] == (told.outcome, told.whom, told.span)


def _pasts(results: Results, segment: Segment | None) -> Iterator[_Past]:
    yield from _own_outcomes(results, segment)
    whose = segment or next(iter(results.segments), None)
    if whose and (found := whose.progression):
        size = segment.size if segment and results.settings.unit == "learner" else None
        every = (*_pay_grown(found, results, size), *_other_role(found, results, size))
        yield from (one for one in every if segment or one.whom == ALL)


def _own_outcomes(results: Results, segment: Segment | None) -> Iterator[_Past]:
    for one in own_first(results):
        if one.is_ours or one.kind != "yes/no":
            continue
        groups = [(ALL, results.segmented, one.of_all)]
        if segment:
            groups.insert(0, (OWN, segment.size, one.of_segment(segment.id)))
        for whom, whole, group in groups:
            answer = group.answer(1) if group else None
            if group and answer:
                name = f"{one.label}: {answer.answer}"
                counts = (whole, group.n, answer.count, answer.share)
                yield _Past(name, whom, "", *counts)


def _pay_grown(
    found: Progression, results: Results, size: int | None
) -> Iterator[_Past]:
    """Give pay that grew from one year to the next, then over any years."""
    grown = results.settings.configured.decisions.grown
    name = f"pay grown by {100 * grown:g} % a year or more"
    learners = results.input.learners
    own = (found.n_one_year, found.n_grown_one_year, found.grown_one_year)
    of_all = (
        *(found.n_one_year_of_all, found.n_grown_one_year_of_all),
        found.grown_one_year_of_all,
    )
    yield _Past(name, OWN, ONE_YEAR, size, *own)
    yield _Past(name, ALL, ONE_YEAR, learners, *of_all)
    own = (found.n_growth, found.n_grown, found.grown)
    of_all = (found.n_growth_of_all, found.n_grown_of_all, found.grown_of_all)
    yield _Past(name, OWN, ANY_YEARS, size, *own)
    yield _Past(name, ALL, ANY_YEARS, learners, *of_all)


def _other_role(
    found: Progression, results: Results, size: int | None
) -> Iterator[_Past]:
    own = (size, found.n_roles, found.n_changed, found.role_change)
    yield _Past(OTHER_ROLE, OWN, "", *own)
    of_all = (found.n_roles_of_all, found.n_changed_of_all, found.role_change_of_all)
    yield _Past(OTHER_ROLE, ALL, "", results.input.learners, *of_all)


def _per_arm(base: float, change: float) -> int | None:
    """Give what a change in either direction takes, as far as both are possible."""
    ends = [round(base + change, 9), round(base - change, 9)]
    there = [size_per_arm(base, one) for one in ends if 0 <= one <= 1]
    return max(there, default=None)


def measure_of(trial: Trial | None, *, also: str = "") -> str:
    """Say what is compared with what, or what to record so that it can be.

    Parameters
    ----------
    trial : Trial or None
    also : str, default=""
        What shows earlier that the action runs.
    """
    if trial is None:
        return f"{also} {RECORD}".strip()
    told = (
        f"Share of learners with the outcome ({trial.outcome}), against a hold-out "
        "drawn at random."
    )
    return f"{told} {also}".strip()


def hold_out(target: Target) -> str:
    """Say how many of a target to leave alone, so that the others can be compared.

    Parameters
    ----------
    target : Target
    """
    if target.trial is None:
        return "Keep a random half of them out"
    if target.is_enough:
        return f"Leave alone the {target.trial.per_arm:,} {IN_ARM}"
    return f"Leave alone the random half {IN_ARM}"


def horizon_of(trial: Trial | None) -> str:
    """Say how long it takes until the outcome can be seen, and why.

    Parameters
    ----------
    trial : Trial or None
    """
    if trial is None:
        return UNDATED
    if trial.span:
        if trial.span == ONE_YEAR:
            return "One year, since pay is dated by the year."
        return (
            "One year at least, since pay is dated by the year; today's share is of "
            f"records {trial.span} (under {LEAST_ONE_YEAR} learners have some one year "
            "apart)."
        )
    if trial.outcome == OTHER_ROLE:
        return "Until the next export with newer records: roles have no date."
    return "As long as the outcome takes to be recorded: the table does not date it."
