"""Which learning pathway a segment calls for, decided on what it needs.

A need has three sides: the stage of a career, what holds pay back or carries it, and
what else parts the segment from the others. Two segments share a programme only if
their needs are the same, and a programme is named after its need. A segment is held
against the learners outside of it: one of most learners is the middle of all, whatever
it needs.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from learnstrata.learners.features.bands import EXPERIENCE
from learnstrata.learners.features.register import feature_of, spoken
from learnstrata.learners.roles.titles import NOT_STATED
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.privacy.disclosure.rounding import (
    LEAST_WHOLE,
    ends_of,
    share_of,
    significant,
)
from learnstrata.summary.cohorts import cohort_of
from learnstrata.summary.contract.meaning import (
    Category,
    CategoryShare,
    Segment,
    TypicalNumber,
)
from learnstrata.summary.contract.pay import CohortPart
from learnstrata.summary.contract.results import Results
from learnstrata.wording.words import listed

__all__ = ["Need", "evidence_of", "need_of", "stage_limits"]

STAGES = {"Early": "Early career", "Mid": "Mid career", "Senior": "Senior"}
YEARS = "years_of_experience"
LOW, HIGH = 0.40, 0.60  # places: under and from which a segment is low and high
BEHIND = 0.30  # by how much pay stands lower among the others than experience does
MORE = 1.5  # times the share of the others that is paid like half their experience
FAR = 0.20  # of a place from the middle: a number of the user's that parts it
MOSTLY, COMMON = 0.5, 1.5  # share, and times that of the others, of a value that parts
ALL = 0.995  # share that reads 100 %
LARGEST = 0.95  # share of all: of the others too few are left to be held against
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

    The stage is where the median experience lies between limits that are the same for
    every table (`stage_limits`). A place is the share of the learners outside of the
    segment that one of it has more than, on average; of a number, of those who have it.
    The focus is the first of these that is so:

    1. pay stands far lower than experience (places 30 points apart or more), or 1.5
       times as many as of the others are paid like someone with half their experience:
       catch up in pay;
    2. employers pay little (place under 40): reach better-paying employers;
    3. pay is high (60 or more) at employers in the middle: reach the best-paying ones;
    4. pay or employers are high: take on the next level; for seniors, lead others;
    5. else what the stage calls for.

    Last comes what else parts it: a role, category or number of the user's that is far
    from that of the others.

    Parameters
    ----------
    segment : Segment
    results : Results
        Of which it is one.
    """
    stage = _stage(segment, results)
    focus = _focus(segment, results, stage)
    return Need(
        stage, focus, "" if results.is_one_segment else _about(segment, results)
    )


def stage_limits(results: Results) -> tuple[float, float]:
    """Give up to which median experience a segment is early and mid career, in years.

    Those of the bands that are named after stages: they are usual ones or given. Bands
    of other names, as where the table itself cuts experience, change no stage.

    Parameters
    ----------
    results : Results
    """
    bands = results.bands_of("experience_band")
    if tuple(one.name for one in bands) != tuple(STAGES):
        return EXPERIENCE
    early, mid = (one.high for one in bands[:2])
    return EXPERIENCE if early is None or mid is None else (early, mid)


def _stage(segment: Segment, results: Results) -> str:
    years = segment.number(YEARS)
    if years is None or years.p50 is None:
        return ""
    limits = stage_limits(results)
    return [*STAGES.values()][sum(years.p50 > limit for limit in limits)]


def _place(segment: Segment, feature: str, results: Results) -> float | None:
    """Give the place of a number among the others who have it.

    It is a half and what the mean ranks, of whoever has the number, are apart: as exact
    in a segment of nearly all as in a small one. Ranks are taken as they are published.
    """
    own, others = segment.number(feature), _ranks_beside(segment, feature, results)
    rank = _rank(own)
    if own is None or own.n is None or rank is None:
        return None
    n = sum(others.values())
    if own.n > LARGEST * (own.n + n):
        return None
    beside = sum(rank * n for rank, n in others.items()) / n
    return min(max(round(0.5 + rank - beside, 2), 0.01), 0.99)  # never all, nor none


def _ranks_beside(segment: Segment, feature: str, results: Results) -> Counter[float]:
    """Count the learners outside of a segment by the mean rank of theirs."""
    found = Counter[float]()
    for one in results.segments:
        number = one.number(feature) if one.id != segment.id else None
        rank = _rank(number)
        if number is not None and rank is not None:
            found[rank] += number.n or 0
    return found


def _rank(number: TypicalNumber | None) -> float | None:
    if number is None or number.rank is None:
        return None
    return round(significant(number.rank, 2), 2)


def _focus(segment: Segment, results: Results, stage: str) -> str:
    pay, employer = (_place(segment, one, results) for one in ("pay", "company_pay"))
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
    pay, years = (_place(segment, one, results) for one in ("pay", YEARS))
    if pay is not None and years is not None and round(years - pay, 2) >= BEHIND:
        return True
    part, others = _stalled(segment, results), _stalled_others(segment, results)
    if others is None or part is None or part.share is None or part.low is None:
        return False
    return part.low > others and part.share >= MORE * others


def _stalled(segment: Segment, results: Results) -> CohortPart | None:
    found = cohort_of(results, "stalled")
    parts = found.by_segment if found else ()
    return next((one for one in parts if one.segment_id == segment.id), None)


def _stalled_others(segment: Segment, results: Results) -> float | None:
    """Give the share of those assessed outside of a segment that are in the cohort."""
    every, part = cohort_of(results, "stalled"), _stalled(segment, results)
    if every is None or part is None or every.share is None or part.share is None:
        return None
    n, own = every.assessed or 0, part.assessed or 0
    if own > LARGEST * n:
        return None
    error = 2 * results.rounding_error  # of a difference of two counts
    inside = max((every.learners or 0) - (part.learners or 0), 0)
    return share_of(inside, n - own, error=error)


def _about(segment: Segment, results: Results) -> str:
    """Name the role, category or number of the user's that parts it most, if any."""
    found = [*_numbers(segment, results), *_values(segment, results)]
    return max(found, default=(0.0, ""))[1]


def _numbers(segment: Segment, results: Results) -> Iterator[tuple[float, str]]:
    for feature, place in _own_places(segment, results):
        apart = round(place - 0.5, 2)
        if abs(apart) >= FAR:
            side = "higher" if apart > 0 else "lower"
            yield abs(apart), f"{side} {_label(feature)}"


def _own_places(segment: Segment, results: Results) -> Iterator[tuple[str, float]]:
    """Give the places of numbers of the user's."""
    for feature in (one.feature for one in segment.distinctive_numbers):
        place = _place(segment, feature, results) if is_extra(feature) else None
        if place is not None:
            yield feature, place


def _values(segment: Segment, results: Results) -> Iterator[tuple[float, str]]:
    unnamed = {*results.settings.no_role, OTHER}
    for category in segment.categories:
        own = is_extra(category.name)
        if category.name != "role" and not own:
            continue
        label = f"{_label(category.name)} " if own else ""
        for one in _held(category, segment, results):
            if one.value not in unnamed and one.parts:
                mostly = "" if (one.share or 0.0) >= ALL else "mostly "
                yield (one.least - one.most) / 2, f"{mostly}{label}{one.value}"


def _label(feature: str) -> str:
    return spoken(feature_of(feature).label)


class _Held(NamedTuple):
    """How many have a value, of who has one: here, and among the others.

    `share` and `others` are as they may be told, None where rounding leaves them open;
    `least` is the least that it may be here, `most` the most there.
    """

    value: str
    share: float | None
    others: float | None
    least: float
    most: float

    @property
    def parts(self) -> bool:
        """Whether most have it here and far fewer there, however counts are off."""
        return self.least >= max(MOSTLY, COMMON * self.most)


def _held(category: Category, segment: Segment, results: Results) -> Iterator[_Held]:
    """Give who holds each value of a category."""
    stated = _stated(category, results)
    own = _known(category, segment, results)
    others = sum(one.base_count or 0 for one in stated) - own
    if others <= 0 or own > LARGEST * (own + others):
        return
    error = results.rounding_error
    for one in stated:
        rest = max((one.base_count or 0) - (one.count or 0), 0)
        if one.count is not None and own >= LEAST_WHOLE:
            yield _Held(
                one.value,
                share_of(one.count, own, error=error),
                share_of(rest, others, error=2 * error),
                ends_of(one.count, own, error=error)[0],
                ends_of(rest, others, error=2 * error)[1],
            )


def _known(category: Category, segment: Segment, results: Results) -> int:
    """Count how many of a segment have a value: where counts are hidden, at most."""
    stated, most = _stated(category, results), results.settings.base - 1
    told = sum(most if one.count is None else one.count for one in stated)
    unstated = sum(one.count or 0 for one in category.values if one not in stated)
    return told if segment.size is None else min(told, segment.size - unstated)


def _stated(category: Category, results: Results) -> list[CategoryShare]:
    """Give the values of a category, but for what stands for a missing title."""
    missing = {NOT_STATED, results.settings.configured.cleaning.missing_title}
    if category.name != "role":
        return [*category.values]
    return [one for one in category.values if one.value not in missing]


def evidence_of(segment: Segment, results: Results) -> str:
    """Say the numbers that decide a pathway: places among the others, and medians.

    Parameters
    ----------
    segment : Segment
    results : Results
    """
    told = [] if results.is_one_segment else _places(segment, results)
    told = told or _medians(segment, results) or _mostly(segment, results)
    write = results.settings.numbers
    return "; ".join(told) or f"{write.count(segment.size)} {results.settings.units}"


def _places(segment: Segment, results: Results) -> list[str]:
    """Say above how many of the others a learner of the segment stands on average."""
    write = results.settings.numbers
    placed = [
        f"{word} than {write.share(place)}"
        for feature, word in BETTER.items()
        if (place := _place(segment, feature, results)) is not None
    ]
    placed += [
        f"more {_label(feature)} than {write.share(place)}"
        for feature, place in _own_places(segment, results)
    ]
    told = [f"on average {listed(placed)} of the others"] if placed else []
    part, others = _stalled(segment, results), _stalled_others(segment, results)
    if part and others is not None:
        told.append(
            f"paid like half their experience: {write.share(part.share)} of "
            f"{write.count(part.assessed)} assessed (others: {write.share(others)})"
        )
    return told


def _mostly(segment: Segment, results: Results) -> list[str]:
    """Give the values of categories that most have, and far fewer of the others."""
    if results.is_one_segment:
        return []
    write, unnamed = results.settings.numbers, {*results.settings.no_role, OTHER}
    return [
        f"mostly {_label(category.name)} {one.value}"
        if one.share is None or one.others is None
        else f"{_label(category.name)} {one.value}: {write.share(one.share)} "
        f"(others: {write.share(one.others)})"
        for category in segment.categories
        if is_extra(category.name) or category.name == "role"
        for one in _held(category, segment, results)
        if one.value not in unnamed and one.parts
    ]


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
