"""What is said of a cohort: how many it has, who is meant, and which groups stand out.

The questions, the actions and the section on pay take their sentences from here, and
with them the one definition that each cohort carries.
"""

from collections.abc import Iterable, Sequence

from learnstrata.segments.pay.cohorts import CohortKey
from learnstrata.stats.intervals import wilson
from learnstrata.summary.contract.pay import Cohort, CohortPart
from learnstrata.summary.contract.results import Results
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.words import EVERYBODY, listed

__all__ = [
    "cohort_of",
    "cohort_sentence",
    "defined",
    "members_in_words",
    "named_parts",
    "standing_out",
    "standing_out_in_words",
    "whole",
]

CLEAR = 3.0  # standard deviations: of 18 equal roles one is named in 3 tables of 100
MOST_NAMED = 3


def cohort_of(results: Results, key: CohortKey) -> Cohort | None:
    """Give a cohort by its key; None where the results have none."""
    return next((one for one in results.cohorts if one.key == key), None)


def cohort_sentence(cohort: Cohort, write: Numbers) -> str:
    """Say how many learners are in a cohort, and what growth it is held to.

    Parameters
    ----------
    cohort : Cohort
    write : Numbers
    """
    if cohort.reason:
        return f"{cohort.title}: not assessed, because {cohort.reason}."
    told = f"{cohort.title}: {members_in_words(cohort, write)}."
    if cohort.typical_growth is None:
        return told
    return f"{told} Pay typically grows {write.growth(cohort.typical_growth)} a year."


def members_in_words(cohort: Cohort, write: Numbers) -> str:
    """Write how many of those assessed are in a cohort, with the share."""
    share = "" if cohort.share is None else f" ({write.share(cohort.share)})"
    return (
        f"{write.count(cohort.learners)} of the {write.count(cohort.assessed)} "
        f"learners who could be assessed{share}"
    )


def defined(cohort: Cohort) -> str:
    """Say who is meant, in the words of the definition."""
    return f"Who is meant: {cohort.definition[:1].lower()}{cohort.definition[1:]}"


def whole(cohort: Cohort) -> CohortPart:
    """Give all of a cohort, as a part of it is told."""
    return CohortPart(
        value=EVERYBODY,
        assessed=cohort.assessed,
        learners=cohort.learners,
        share=cohort.share,
        low=cohort.low,
        high=cohort.high,
    )


def named_parts(parts: Iterable[CohortPart], results: Results) -> list[CohortPart]:
    """Leave out the roles that name none."""
    return [one for one in parts if one.value not in results.settings.no_role]


def standing_out(
    parts: Sequence[CohortPart], cohort: Cohort
) -> tuple[list[CohortPart], list[CohortPart]]:
    """Give the parts whose share is clearly above, and clearly below, that of all.

    Clearly is by three standard deviations, so that one of many equal parts is hardly
    ever named. Largest and smallest share first.
    """
    if cohort.share is None:
        return [], []
    over: list[CohortPart] = []
    under: list[CohortPart] = []
    for one in parts:
        if one.low is None or not one.assessed:  # rounding leaves too much open
            continue
        inside = min(one.learners or 0, one.assessed)  # both are rounded
        low, high = wilson(inside, one.assessed, z=CLEAR)
        over += [one] if low > cohort.share else []
        under += [one] if high < cohort.share else []
    over.sort(key=lambda one: (-(one.share or 0), one.value))
    under.sort(key=lambda one: (one.share or 0, one.value))
    return over, under


def standing_out_in_words(
    parts: Sequence[CohortPart], cohort: Cohort, write: Numbers, *, of: str
) -> str:
    """Name the parts with clearly more and clearly less of a cohort than all.

    Parameters
    ----------
    parts : sequence of CohortPart
    cohort : Cohort
    write : Numbers
    of : str
        What a part is, in the singular.

    Returns
    -------
    str
        Empty where there are no two parts of which a share is told.
    """
    if sum(one.share is not None for one in parts) < 2:
        return ""
    over, under = standing_out(parts, cohort)
    told = [
        f"clearly {word} that of all in {_named(found, write)}"
        for word, found in (("above", over), ("below", under))
        if found
    ]
    if not told:
        return f"No {of} differs clearly from all in its share."
    return f"The share is {listed(told)}."


def _named(found: Sequence[CohortPart], write: Numbers) -> str:
    names = [f"{one.value} ({write.share(one.share)})" for one in found[:MOST_NAMED]]
    rest = len(found) - len(names)
    return listed([*names, *([f"{rest} more"] if rest else [])])
