"""Names that stay with a segment from run to run, unless its numbers say otherwise.

A segment that continues keeps the name of the one it continues. A name stays no longer
when a part of it is not true of the segment any more: "higher pay" where the median is
not above that of all, "early career" where most have another stage, a role or another
value that is not more common there than among all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from learnstrata.learners.features.register import feature_of, spoken, steps_of
from learnstrata.segments.meaning.naming import OF_SIZE
from learnstrata.segments.meaning.traits import EARLY_TO_MID, STAGES
from learnstrata.summary.contract.meaning import Segment, TypicalNumber
from learnstrata.summary.contract.results import Results

__all__ = ["Succession", "belied_in", "names_that_stay"]

MIDDLE = 2  # of the steps of a number
CENTRAL = (0.25, 0.75)  # places of the median that are in the middle of all


@dataclass(frozen=True, slots=True)
class Succession:
    """The names of segments in a run that follows another.

    Attributes
    ----------
    names : dict of int to str
        By the id of each new segment.
    notes : tuple of str
        Which names of before did not stay, and why.
    """

    names: dict[int, str]
    notes: tuple[str, ...] = ()


def names_that_stay(
    old: Results, new: Results, continued: Iterable[tuple[int, int]]
) -> Succession:
    """Say what the segments of a run are called, given those of an earlier one.

    A name that the configuration of the new run gives comes first. Two segments never
    share a name: where one that stays would be the name of another, it does not stay.

    Parameters
    ----------
    old, new : Results
        Exact.
    continued : iterable of (int, int)
        Ids of the segments that continue, in the old and the new run.

    Returns
    -------
    Succession
    """
    own = {one.id: one.name for one in new.segments}
    stays: dict[int, str] = {}
    notes: list[str] = []
    for before, after in _pairs(old, new, continued):
        if before.name == after.name or after.name != after.name_by_numbers:
            continue
        if belied := belied_in(before, after):
            notes.append(
                f'"{before.name}" is now called "{after.name}": "{belied}" is no '
                "longer true of it."
            )
        else:
            stays[after.id] = before.name
    while taken := _taken(own | stays, stays):
        notes.append(
            f'"{stays[taken]}" is now called "{own[taken]}": another segment would '
            "have the same name."
        )
        del stays[taken]
    return Succession(own | stays, tuple(notes))


def _pairs(
    old: Results, new: Results, continued: Iterable[tuple[int, int]]
) -> Iterator[tuple[Segment, Segment]]:
    for i, j in continued:
        before, after = old.segment(i), new.segment(j)
        if before is not None and after is not None:
            yield before, after


def _taken(names: Mapping[int, str], stays: Mapping[int, str]) -> int | None:
    """Give a segment that would keep a name which another has too."""
    times = Counter(name.casefold() for name in names.values())
    return next((i for i, name in stays.items() if times[name.casefold()] > 1), None)


def belied_in(before: Segment, after: Segment) -> str:
    """Give the part of a name that a segment's numbers now contradict; else nothing.

    Parameters
    ----------
    before : Segment
        Whose name it is: both the name it bears and the one made from its numbers, by
        which a name of the user's is judged.
    after : Segment
        The segment that continues it.
    """
    parts = dict.fromkeys(
        part
        for name in (before.name, before.name_by_numbers)
        for part in name.lower().split(", ")
    )
    return next((part for part in parts if _is_belied(part, after)), "")


def _is_belied(part: str, segment: Segment) -> bool:
    if OF_SIZE.fullmatch(part):
        number = part.removeprefix("segment ")
        return number.isdecimal() and int(number) != segment.id
    for one in segment.typical:
        steps = [step.lower() for step in steps_of(one.feature)]
        if part in steps:
            return _is_elsewhere(one, steps.index(part))
    return _is_other_stage(part, segment) or _is_uncommon(part, segment)


def _is_elsewhere(one: TypicalNumber, step: int) -> bool:
    """Say whether a number no longer stands where a step has it."""
    if step == MIDDLE:
        low, high = CENTRAL
        return one.percentile is not None and not low <= one.percentile <= high
    if one.p50 is None or one.base is None:
        return False
    return one.p50 >= one.base if step < MIDDLE else one.p50 <= one.base


def _is_other_stage(part: str, segment: Segment) -> bool:
    """Say whether most of a segment have another stage than a part of its name says."""
    bands = segment.category("experience_band")
    words = {one.value: STAGES.get(one.value, one.value).lower() for one in bands}
    told = "early career to mid career" if part == EARLY_TO_MID else part
    named = {word for word in words.values() if word in told.split(" to ")}
    most = max(bands, key=lambda one: one.count or 0, default=None)
    return bool(named) and most is not None and words[most.value] not in named


def _is_uncommon(part: str, segment: Segment) -> bool:
    """Say whether a value in a name is no more common in a segment than among all."""
    return any(
        (one.index or 100.0) <= 100.0
        for category in segment.categories
        for one in category.values
        if part in _said(category.name, one.value)
    )


def _said(category: str, value: str) -> tuple[str, str]:
    label = spoken(feature_of(category).label)
    return value.lower(), f"{label} {value}".lower()
