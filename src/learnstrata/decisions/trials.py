"""How a hold-out would show that an action worked, from the outcomes a table has.

An outcome of the user's that is yes or no comes first, then pay that grew, then another
role. A trial on pay takes a year, so its share today is of records one year apart where
enough are known. The numbers are those of the results, so that whoever has these can
redo them.
"""

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from learnstrata.stats.power import change_seen, size_per_arm
from learnstrata.summary.contract.decisions import LotOf, Span, Trial
from learnstrata.summary.contract.meaning import Progression, Segment
from learnstrata.summary.contract.model import Number
from learnstrata.summary.contract.results import Results
from learnstrata.summary.outcomes import own_first

__all__ = [
    "ALL",
    "HELD_OUT",
    "IN_ARM",
    "ITS_OWN",
    "LEAST_KNOWN",
    "OTHER_ROLE",
    "OWN",
    "TOGETHER",
    "WHOLE",
    "first_drawn",
    "hold_out",
    "horizon_of",
    "learners_of",
    "measure_of",
    "shown_by_halves",
    "trial_of",
    "trials_of_segments",
]

LEAST_KNOWN = 100  # learners, to go by what is known of a segment, or of one year alone
HELD_OUT = "hold-out"
IN_ARM = f'whose column "arm" says "{HELD_OUT}"'
ONE_YEAR: Span = "one year apart"
ANY_YEARS: Span = "one or more years apart"
OTHER_ROLE = "named another role"
ALL = "all of whom it is known"
OWN = "learners of the segment of whom it is known"
WHOLE: LotOf = "the whole list"
ITS_OWN: LotOf = "this segment"
TOGETHER: LotOf = "small segments together"


def trial_of(
    results: Results,
    segment: Segment | None = None,
    *,
    lot: int | None = None,
    told: Trial | None = None,
) -> Trial | None:
    """Give the trial of an action for a segment, or for whom no past of theirs tells.

    A cohort that is chosen for its low pay has grown less by choice: it is held to all.

    Parameters
    ----------
    results : Results
    segment : Segment, default=None
        Its own past is taken where enough of it is known.
    lot : int, default=None
        Learners that a lot is drawn from; those of the segment, where there is one.
    told : Trial, default=None
        Of the disclosed form: the trial goes by the same past and draws the same lot.

    Returns
    -------
    Trial or None
        None where the table has no outcome. Its `base` is None where too few are known
        for a share of rounded counts.
    """
    change = results.settings.configured.decisions.change
    past = _past(list(_pasts(results, segment)), told)
    if past is None:
        return None
    if told and told.base is None:
        past = past._replace(base=None)  # what is counted alone for teams is so for all
    per_arm = None if past.base is None else _per_arm(past.base, change)
    return Trial(
        **past._asdict(),
        change=change,
        per_arm=told.per_arm if told else per_arm,
        lot_of=told.lot_of if told else ITS_OWN if segment else WHOLE,
        lot=told.lot if told else learners_of(segment, results) if segment else lot,
    )


def trials_of_segments(results: Results) -> dict[int, Trial | None]:
    """Give the trial of each segment that gets a programme of its own.

    Segments that are too small for both arms have one lot together.

    Parameters
    ----------
    results : Results
    """
    own = {one.id: trial_of(results, one) for one in results.segments}
    small = [i for i, one in own.items() if one and one.per_arm and not one.is_drawn]
    if len(small) < 2:
        return own
    lot = sum((one.lot or 0) for i in small if (one := own[i]))
    of_all = trial_of(results, lot=min(lot, results.input.learners or lot))
    if of_all is None:
        return own
    together = of_all.model_copy(update={"lot_of": TOGETHER})
    return own | dict.fromkeys(small, together)


def learners_of(segment: Segment, results: Results) -> int | None:
    """Count the learners of a segment; where records are segmented, those told of.

    Parameters
    ----------
    segment : Segment
    results : Results
    """
    if results.settings.unit == "learner":
        return segment.size
    return max((one.n for one in segment.typical if one.n), default=None)


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
        is_last = self.whom == ALL and self.span != ONE_YEAR
        return is_last or (self.known or 0) >= LEAST_KNOWN

    def is_like(self, told: Trial) -> bool:
        """Say whether a trial goes by the same past."""
        return self[:3] == (told.outcome, told.whom, told.span)


def _past(pasts: Sequence[_Past], told: Trial | None) -> _Past | None:
    """Take the first past of which enough is known, else one that is counted alone."""
    if told:
        return next((one for one in pasts if one.is_like(told)), None)
    enough = (one for one in pasts if one.base is not None and one.is_enough)
    few = [one for one in pasts if one.known and one.whom == ALL]
    return next(enough, None) or max(few, key=lambda one: one.known or 0, default=None)


def _pasts(results: Results, segment: Segment | None) -> Iterator[_Past]:
    yield from _own_outcomes(results, segment)
    whose = segment or next(iter(results.segments), None)
    if whose and (found := whose.progression):
        size = learners_of(segment, results) if segment else None
        every = (*_pay_grown(found, results, size), *_other_role(found, results, size))
        yield from (one for one in every if segment or one.whom == ALL)


def _own_outcomes(results: Results, segment: Segment | None) -> Iterator[_Past]:
    by = "" if results.settings.unit == "learner" else ", by record"
    for one in own_first(results):
        if one.is_ours or one.kind != "yes/no":
            continue
        groups = [(ALL, results.segmented, one.of_all)]
        if segment:
            groups.insert(0, (OWN, segment.size, one.of_segment(segment.id)))
        for whom, whole, group in groups:
            answer = group.answer(1) if group else None
            if group and answer:
                name = f"{one.label}: {answer.answer}{by}"
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
    """Give what a change in either direction takes, as far as both are possible.

    The share today is an estimate: two digits are all that it can tell.
    """
    ends = [round(base + change, 9), round(base - change, 9)]
    there = [size_per_arm(base, one) for one in ends if 0 <= one <= 1]
    return _two_digits(max(there)) if there else None


def _two_digits(n: int) -> int:
    exact = Decimal(n)
    place = Decimal(1).scaleb(max(0, exact.adjusted() - 1))
    return int(exact.quantize(place, rounding=ROUND_CEILING))


def shown_by_halves(trial: Trial) -> float | None:
    """Give the least change that half of a lot against the other half would show.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    float or None
        Up or down, whichever is more, as far as both are possible; None where none is.
    """
    half = (trial.lot or 0) // 2
    if trial.base is None or half < 2:
        return None
    seen = [change_seen(trial.base, half, down=down) for down in (False, True)]
    return max((one for one in seen if one is not None), default=None)


def first_drawn(trials: Sequence[Trial | None]) -> Trial | None:
    """Give the first trial whose lot is drawn; the first one where none is.

    Parameters
    ----------
    trials : sequence of Trial or None
    """
    told = [one for one in trials if one]
    return next((one for one in told if one.is_drawn), next(iter(told), None))


def measure_of(trial: Trial | None, results: Results, *, also: str = "") -> str:
    """Say what is compared with what, or what to record so that it can be.

    Parameters
    ----------
    trial : Trial or None
    results : Results
        What the table has says what to record.
    also : str, default=""
        What shows earlier that the action runs, as a sentence.
    """
    if trial is None:
        return f"{also} {_to_record(results)}".strip()
    beside = (
        "against a hold-out drawn at random."
        if trial.is_drawn
        else "beside those without the action: too few are known to say it today."
        if trial.base is None
        else "beside today's share: there are too few for a hold-out."
        if trial.per_arm
        else "beside today's share."
    )
    told = f"Share of learners with the outcome ({trial.outcome}), {beside}"
    return f"{told} Before that: {also[:1].lower()}{also[1:]}" if also else told


def _to_record(results: Results) -> str:
    name = "name a yes/no column as an outcome in [columns]"
    if not results.has("pay"):
        return f"The table has no outcome to judge it by: {name}."
    keep = "" if results.has("pay_year") else "keep pay with its year and "
    return (
        f"The table has no outcome to judge it by: {keep}export the table again in a "
        f"year, or {name}."
    )


def hold_out(trial: Trial | None) -> str:
    """Say how many of a list to leave alone; nothing where no lot is drawn.

    Parameters
    ----------
    trial : Trial or None
    """
    if trial is None or not trial.is_drawn:
        return ""
    those = f"the {trial.per_arm:,}"
    if trial.lot_of == TOGETHER:
        those = "those"
    return f"Leave alone {those} {IN_ARM}"


def horizon_of(trial: Trial | None, results: Results) -> str:
    """Say how long it takes until the outcome can be seen, and why.

    Parameters
    ----------
    trial : Trial or None
    results : Results
    """
    if trial is None:
        return _undated(results)
    if trial.span:
        if trial.span == ONE_YEAR or trial.base is None:
            return "One year, since pay is dated by the year."
        return (
            "One year at least, since pay is dated by the year; today's share is of "
            f"records {trial.span} (under {LEAST_KNOWN} learners have some one year "
            "apart)."
        )
    if trial.outcome == OTHER_ROLE:
        return "Until the next export with newer records: roles have no date."
    return "As long as the outcome takes to be recorded: the table does not date it."


def _undated(results: Results) -> str:
    if results.has("pay", "pay_year"):
        return (
            "No time can be set: the table has no outcome, and too few have pay of two "
            "years."
        )
    if results.has("pay_year"):
        return "No time can be set: the table has no outcome, and no pay beside years."
    return "No time can be set: the table has no outcome and no dates."
