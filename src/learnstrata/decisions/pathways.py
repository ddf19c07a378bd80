"""Which learning pathway a segment calls for, decided on what it needs.

A need has three sides: the stage of a career, what holds pay back or carries it, and
what else parts the segment from the rest. Two segments share a programme only if their
needs are the same, and a programme is named after its need.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.summary.cohorts import cohort_of
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.pay import CohortPart
from learnstrata.summary.contract.results import Results
from learnstrata.wording.words import listed

__all__ = ["Need", "evidence_of", "need_of"]

STAGES = {"Early": "Early career", "Mid": "Mid career", "Senior": "Senior"}
YEARS = "years_of_experience"
LOW, HIGH = 0.40, 0.60  # mean ranks: under and from which a segment is low and high
BEHIND = 0.25  # by how much pay stands lower among all than experience does
MORE = 1.5  # times the share of all that is paid like half their experience
FAR = 20.0  # of a mean rank from the middle: a number of the user's that parts it
MOSTLY, COMMON = 0.5, 150.0  # share and index of a value that parts a segment
BETTER = {
    "pay": "better paid",
    YEARS: "more experienced",
    "company_pay": "at better-paying employers",
}
CATCH_UP = "catch up in pay"
EMPLOYER = "reach better-paying employers"
TOP_EMPLOYER = "reach the best-paying employers"
NEXT_LEVEL = "take on the next level"
LEAD = "lead and mentor others"
GROW = {
    "Early career": "build the basics of the role",
    "Mid career": "widen the role",
    "Senior": "choose a field to go deep in",
}


class Need(NamedTuple):
    """What a segment needs; each side is empty where the table does not tell it."""

    stage: str
    focus: str
    about: str

    @property
    def programme(self) -> str:
        """The name of the pathway: one for each need, and another for any other."""
        head = ": ".join(filter(None, (self.stage, self.focus)))
        head = head[:1].upper() + head[1:]
        if not head:
            return f"Programme for {self.about}" if self.about else "General programme"
        return f"{head}, {self.about}" if self.about else head


def need_of(segment: Segment, results: Results) -> Need:
    """Say what a segment needs.

    The stage is the experience band of half or more, else the place of experience among
    all. The focus is the first of these that is so:

    1. pay stands far lower among all than experience (mean ranks 25 points apart or
       more), or 1.5 times as many as of all are paid like someone with half their
       experience: catch up in pay;
    2. employers pay little (mean rank under 40): reach better-paying employers;
    3. pay is high (60 or more) at employers in the middle: reach the best-paying ones;
    4. pay or employers are high: take on the next level; for seniors, lead others;
    5. else what the stage calls for.

    Last comes what else parts it: a role, category or number of the user's that is far
    from that of all.

    Parameters
    ----------
    segment : Segment
    results : Results
        Of which it is one.
    """
    stage = _stage(segment)
    focus = _focus(segment, results, stage)
    return Need(
        stage, focus, "" if results.is_one_segment else _about(segment, results)
    )


def _place(segment: Segment, feature: str) -> float | None:
    """Give the mean rank of a number among all, as exactly as it is published."""
    found = segment.number(feature)
    return None if found is None or found.rank is None else round(found.rank, 2)


def _stage(segment: Segment) -> str:
    bands = segment.category("experience_band")
    band = max(bands, key=lambda one: one.count or 0, default=None)
    if band and (band.share or 0.0) >= MOSTLY and band.value in STAGES:
        return STAGES[band.value]
    years = _place(segment, YEARS)
    if years is None:
        return ""
    early, mid, senior = STAGES.values()
    return early if years < LOW else senior if years >= HIGH else mid


def _focus(segment: Segment, results: Results, stage: str) -> str:
    pay, employer = _place(segment, "pay"), _place(segment, "company_pay")
    if pay is None:
        return GROW.get(stage, "")
    if _is_behind(segment, results):
        return CATCH_UP
    if employer is not None and employer < LOW:
        return EMPLOYER
    if pay >= HIGH and employer is not None and employer < HIGH:
        return TOP_EMPLOYER
    if pay >= HIGH or (employer or 0.0) >= HIGH:
        return LEAD if stage == STAGES["Senior"] else NEXT_LEVEL
    return GROW.get(stage, "")


def _is_behind(segment: Segment, results: Results) -> bool:
    """Say whether pay is far lower in a segment than its experience would have it."""
    pay, years = _place(segment, "pay"), _place(segment, YEARS)
    if pay is not None and years is not None and round(years - pay, 2) >= BEHIND:
        return True
    stalled, part = cohort_of(results, "stalled"), _stalled(segment, results)
    if stalled is None or part is None or None in (stalled.share, part.share, part.low):
        return False
    of_all, own, low = stalled.share or 0.0, part.share or 0.0, part.low or 0.0
    return low > of_all and own >= MORE * of_all


def _stalled(segment: Segment, results: Results) -> CohortPart | None:
    found = cohort_of(results, "stalled")
    parts = found.by_segment if found else ()
    return next((one for one in parts if one.segment_id == segment.id), None)


def _about(segment: Segment, results: Results) -> str:
    """Name the role, category or number of the user's that parts it most, if any."""
    found = [*_numbers(segment), *_values(segment, results.settings.no_role)]
    return max(found, default=(0.0, ""))[1]


def _numbers(segment: Segment) -> Iterator[tuple[float, str]]:
    for one in segment.distinctive_numbers:
        if is_extra(one.feature) and one.rank is not None:
            apart = round(one.rank, 0) - 50
            if abs(apart) >= FAR:
                side = "higher" if apart > 0 else "lower"
                yield abs(apart) / 100, f"{side} {feature_of(one.feature).label}"


def _values(segment: Segment, no_role: Sequence[str]) -> Iterator[tuple[float, str]]:
    for category in segment.categories:
        if category.name != "role" and not is_extra(category.name):
            continue
        for one in category.values:
            share, index = one.share, one.index
            if share and index and share >= MOSTLY and index >= COMMON:
                label = feature_of(category.name).label
                own = is_extra(category.name)
                if one.value in {*no_role, OTHER}:
                    continue
                word = f"mostly {label} {one.value}" if own else f"mostly {one.value}"
                yield (share - (one.base or 0.0)) / 2, word


def evidence_of(segment: Segment, results: Results) -> str:
    """Say the numbers that decide a pathway: places among all, and medians.

    Parameters
    ----------
    segment : Segment
    results : Results
    """
    told = [] if results.is_one_segment else _places(segment, results)
    told = told or _medians(segment, results)
    write = results.settings.numbers
    return "; ".join(told) or f"{write.count(segment.size)} {results.settings.units}"


def _places(segment: Segment, results: Results) -> list[str]:
    """Say above how many of all a learner of the segment stands on average."""
    write = results.settings.numbers
    placed = [
        f"{word} than {write.share(place)}"
        for feature, word in BETTER.items()
        if (place := _place(segment, feature)) is not None
    ]
    placed += [
        f"more {feature_of(one.feature).label} than {one.rank:.0f}%"
        for one in segment.distinctive_numbers
        if is_extra(one.feature) and one.rank is not None
    ]
    told = [f"on average {listed(placed)} of all"] if placed else []
    part, stalled = _stalled(segment, results), cohort_of(results, "stalled")
    if part and stalled and part.share is not None and stalled.share is not None:
        told.append(
            f"paid like half their experience: {write.share(part.share)} of "
            f"{write.count(part.assessed)} assessed (all: {write.share(stalled.share)})"
        )
    return told


def _medians(segment: Segment, results: Results) -> list[str]:
    write, whole = results.settings.numbers, results.is_one_segment
    years, pay = segment.number(YEARS), segment.number("pay")
    told = []
    if years and years.p50 is not None:
        noun = "year" if years.p50 == 1 else "years"
        beside = "" if whole else f" (all: {write.years(years.base)})"
        told.append(f"median experience {write.years(years.p50)} {noun}{beside}")
    if pay and pay.p50 is not None:
        beside = "" if whole else f" (all: {write.pay_text(pay.base)})"
        told.append(f"median pay {write.pay_text(pay.p50)}{beside}")
    return told
