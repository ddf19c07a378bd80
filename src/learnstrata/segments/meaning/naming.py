"""Names of segments, made from their numbers, and those of the user over them.

A name says the one or two features that part a segment most from the rest, in words
of direction (`learnstrata.segments.meaning.traits`). Segments of one name are told
apart by the next feature in which they differ.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from learnstrata.exceptions import ParameterError
from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.meaning.profiles import Profile
from learnstrata.segments.meaning.traits import YEARS, Trait, Traits, traits_of

__all__ = [
    "MIXED",
    "SegmentName",
    "given_names",
    "name_segments",
    "telling_words",
    "unique_names",
]

ALL_LEARNERS, MIXED = "All learners", "Mixed"
OF_SIZE = re.compile(
    r"fewer than \d+|larger|smaller|(\d+\w\w )?largest|smallest|(segment|part) \d+"
)
TOLD = 0.05  # of an effect: a feature that parts less is not what a segment is
SECOND = 0.12  # of an effect: from here a second feature is in the name
MOST_TOLD = 4  # features that are told to part a group, beside its name
ALIKE = 0.08  # of effects: second features that part a group nearly alike
APART = 0.03  # between ranks that tell two segments apart; less is chance
SIZED = 3  # times the learners it takes to be told: sizes that differ as shown, too
WIDE = 0.10  # a gap that what segments were cut on need not have been looked for
# Where the names of a number that two segments share begin to be the stronger ones.
OUTER = (1 / 3, 2 / 3)

LONGEST_NAME = 80  # letters of a name that the user gives


@dataclass(frozen=True, slots=True)
class SegmentName:
    """The name of a segment; `by_numbers` is ours, `name` another if one was given."""

    by_numbers: str
    name: str


def name_segments(
    profiles: Sequence[Profile],
    bands: Sequence[str],
    *,
    cut_on: Collection[str] = (),
    no_role: Collection[str] = NO_ROLE,
    overrides: Mapping[int | str, str] | None = None,
    rule: PayRule | None = None,
) -> tuple[SegmentName, ...]:
    """Name each segment.

    Parameters
    ----------
    profiles : sequence of Profile
    bands : sequence of str
        Experience bands from low to high.
    cut_on : collection of str, default=()
        Numbers and categories the segments were cut on, the first for a name; those
        that come earlier come earlier in it. Empty takes all.
    no_role : collection of str
        Role groups that name no role: no name mentions them.
    overrides : mapping of int or str to str, default=None
        Names to give to segments instead of ours, by id or by our name. An id may mean
        another segment after a refit; our name says what the segment is.
    rule : PayRule, default=None
        What a name must stand for; ``None`` takes ten learners, three companies, 60 %.

    Returns
    -------
    tuple of SegmentName
        By segment. One segment alone is called "All learners".

    Raises
    ------
    ParameterError
        If an override names no segment, is empty, or makes two segments alike, or a
        segment gets two names.

    Notes
    -----
    Named again on 20 bootstrap samples, 94.0 % of the names of 385 segments stayed, of
    at most five segments 96.6 % (`benchmarks/names.py`: six demo tables of 5,000, three
    tables of 3,000 with columns of the user's alone, one with both, 12,000 rows of a
    pay survey, k from 2 to 8). In the worst of the 77 segmentations 70 % stayed: where
    two features part a segment equally well, or a segment stands at the boundary of
    two words, its name still flips.
    """
    rule = rule or PayRule()
    told = [
        traits_of(profile, bands, cut_on=cut_on, no_role=no_role, rule=rule)
        for profile in profiles
    ]
    given = [ALL_LEARNERS] if len(told) == 1 else unique_names(told)
    final = given_names(given, overrides or {})
    return tuple(map(SegmentName, given, final))


def unique_names(told: Sequence[Traits], *, noun: str = "segment") -> list[str]:
    """Name groups by what parts each most; add what tells apart where two are alike.

    Parameters
    ----------
    told : sequence of Traits
    noun : str, default="segment"
        What a group is called that nothing tells apart from another: "Segment 2".

    Returns
    -------
    list of str
    """
    words = [_chosen(one) for one in told]
    used: list[set[str]] = [set() for _ in told]
    while alike := _alike(words):
        parted = [_part(ids, told, words, used) for ids in alike]
        if not any(parted):
            break
    for ids in _alike(words):
        _by_size(ids, told, words, noun)
    return [_joined(one) for one in words]


def telling_words(told: Traits) -> tuple[str, ...]:
    """Give all that clearly parts a group from the rest, the strongest first.

    Parameters
    ----------
    told : Traits
    """
    ranked = sorted(told.cut, key=lambda one: -one.effect)
    driver = [one for one in ranked[:1] if one.effect >= TOLD]
    more = [one for one in ranked[1:MOST_TOLD] if one.effect >= SECOND]
    return () if told.few else tuple(one.words for one in (*driver, *more))


def _chosen(told: Traits) -> dict[str, str]:
    """Give the words of the driver and of the next feature that parts as clearly."""
    if told.few:
        return {"few": f"fewer than {told.least}"}
    names = {one.feature for one in _telling(told.cut)}
    return {one.feature: one.words for one in told.cut if one.feature in names}


def _telling(order: Sequence[Trait]) -> list[Trait]:
    """Give the driver and a second feature, if one parts the group clearly.

    Of those that part it nearly alike the first in the order is the second: which of
    their effects is the largest, the sample decides.
    """
    ranked = sorted(order, key=lambda one: -one.effect)
    if not ranked or ranked[0].effect < TOLD:
        return []
    rest = [
        one
        for one in order
        if one is not ranked[0] and one.effect >= SECOND and not one.is_middling
    ]
    least = max((one.effect for one in rest), default=0.0) - ALIKE
    return [ranked[0], *[one for one in rest if one.effect >= least][:1]]


def _alike(words: Sequence[Mapping[str, str]]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for i, one in enumerate(words):
        groups.setdefault(_joined(one).casefold(), []).append(i)
    return [ids for ids in groups.values() if len(ids) > 1]


def _part(
    ids: Sequence[int],
    told: Sequence[Traits],
    words: list[dict[str, str]],
    used: list[set[str]],
) -> bool:
    """Add to segments of one name the feature in which they differ most."""
    open_ = [
        name
        for name in dict.fromkeys(one.feature for i in ids for one in told[i].every)
        if not any(name in used[i] for i in ids)
    ]
    cut = [name for name in open_ if any(told[i].is_cut(name) for i in ids)]
    for names, least in ((cut, WIDE), (open_, WIDE), (open_, APART)):
        gaps = {name: _difference([told[i].find(name) for i in ids]) for name in names}
        best = max(gaps, key=lambda name: round(gaps[name], 6), default="")
        if best and gaps[best] >= least:
            texts = _told_apart([told[i].find(best) for i in ids])
            for i, text in zip(ids, texts, strict=True):
                used[i].add(best)
                _add(words[i], best, text)
            return True
    return False


def _add(words: dict[str, str], feature: str, text: str) -> None:
    """Add words to a name, in the place of others of the same number; a stage stays."""
    if text:
        stays = feature == YEARS and feature in words
        words[f"{feature} besides" if stays else feature] = text


def _difference(traits: Sequence[Trait | None]) -> float:
    """Say how far segments are apart in a feature; 0 where that is not known of all."""
    known = [one for one in traits if one is not None]
    if not known or (known[0].rank is not None and len(known) < len(traits)):
        return 0.0
    if known[0].rank is not None:
        ranks = sorted(one.rank or 0.0 for one in known)
        return max(b - a for a, b in pairwise(ranks))
    values = [one.words if one is not None else "" for one in traits]
    return max(one.effect for one in known) if len({*values}) > 1 else 0.0


def _told_apart(traits: Sequence[Trait | None]) -> list[str]:
    """Give each segment its words in a feature: a number is cut at its widest gap."""
    known = [one for one in traits if one is not None]
    if known[0].rank is None:
        return [one.words if one is not None else "" for one in traits]
    ranks = sorted(one.rank or 0.0 for one in known)
    at = max(range(1, len(ranks)), key=lambda i: (ranks[i] - ranks[i - 1], -i))
    low, high = _steps(ranks[:at], ranks[at:])
    return [
        one.called(high if (one.rank or 0.0) >= ranks[at] else low)
        for one in traits
        if one is not None
    ]


def _steps(below: Sequence[float], above: Sequence[float]) -> tuple[int, int]:
    """Give the steps of two groups by their ranks, each true against all.

    Examples
    --------
    >>> _steps([0.4], [0.6]), _steps([0.55], [0.6]), _steps([0.8], [0.95])
    ((1, 3), (2, 3), (3, 4))
    """
    if above[-1] <= OUTER[0]:
        return 0, 1
    if below[0] >= OUTER[1]:
        return 3, 4
    return (1 if below[-1] <= 0.5 else 2), (3 if above[0] >= 0.5 else 2)


def _by_size(
    ids: Sequence[int], told: Sequence[Traits], words: list[dict[str, str]], noun: str
) -> None:
    """Tell apart by size what nothing else does; by number where sizes are alike."""
    ranked = sorted(ids, key=lambda i: (-told[i].count, told[i].content))
    gaps = [told[a].count - told[b].count for a, b in pairwise(ranked)]
    if min(gaps) < SIZED * max(told[i].least for i in ids):
        for i in ids:
            words[i][f"size {len(words[i])}"] = f"{noun} {i + 1}"
        return
    sizes = ["larger", "smaller"]
    if len(ids) > 2:
        middle = [f"{_ordinal(n)} largest" for n in range(2, len(ids))]
        sizes = ["largest", *middle, "smallest"]
    for i, size in zip(ranked, sizes, strict=True):
        words[i][f"size {len(words[i])}"] = size


def _ordinal(n: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{n}{'th' if 10 < n % 100 < 14 else ends.get(n % 10, 'th')}"


def _joined(words: Mapping[str, str]) -> str:
    """Join words to a name; two of the user's numbers that stand alike share them.

    Examples
    --------
    >>> _joined({"extra:english": "high english", "extra:logic": "high logic"})
    'High english and logic'
    >>> _joined({"extra:a": "high math score", "extra:b": "high art score"})
    'High math and art scores'
    """
    told: list[str] = []
    way = ""
    for feature, text in words.items():
        first, _, rest = text.partition(" ")
        if is_extra(feature) and first == way and rest:
            told[-1] = _both(told[-1], rest)
            way = ""
            continue
        way = first if is_extra(feature) and rest else ""
        told.append(text)
    name = ", ".join(told)
    return name[:1].upper() + name[1:] if name else MIXED


def _both(one: str, other: str) -> str:
    """Say two labels as one: what they end in is said once."""
    *first, end = one.split(" ")
    *second, last = other.split(" ")
    if second and len(first) > 1 and end == last:
        many = end if end.endswith("s") else f"{end}s"
        return f"{' '.join(first)} and {' '.join(second)} {many}"
    return f"{one} and {other}"


def given_names(
    ours: Sequence[str],
    overrides: Mapping[int | str, str],
    *,
    now: Sequence[str] = (),
) -> list[str]:
    """Lay the names of the user over those that segments have.

    Parameters
    ----------
    ours : sequence of str
        Names made from numbers, by segment.
    overrides : mapping of int or str to str
        Names by id, by our name, or by the name that a segment has now.
    now : sequence of str, default=()
        Names that segments have and keep where none is given; empty takes ours.

    Raises
    ------
    ParameterError
        If an override names no segment, is empty, or makes two segments alike, or a
        segment gets two names.

    Examples
    --------
    >>> given_names(["Early career", "Senior"], {2: "Veterans"})
    ['Early career', 'Veterans']
    """
    now = now or ours
    ids = {str(i): i for i in range(1, len(ours) + 1)}
    ids |= {name: i for names in (ours, now) for i, name in enumerate(names, start=1)}
    if unknown := sorted(str(key) for key in overrides if str(key) not in ids):
        raise ParameterError(
            f"Got names for the segments {unknown}, but the segments are 1 to "
            f"{len(now)}: {list(now)}. Name only segments that are there, by their "
            "number or by the name they have."
        )
    if empty := sorted(str(key) for key, name in overrides.items() if not name.strip()):
        raise ParameterError(
            f"Got an empty name for the segments {empty}, expected words. "
            "Give a name, or leave the segment out to keep the one it has."
        )
    odd = (key for key, name in overrides.items() if not _is_name(name))
    if long := sorted(map(str, odd)):
        raise ParameterError(
            f"Got a name of more than {LONGEST_NAME} letters, or with some that cannot "
            f"be printed, for the segments {long}. Give a short one, on one line."
        )
    given = {ids[str(key)]: name for key, name in overrides.items()}
    if len(given) < len(overrides):
        _refuse_twice([(ids[str(key)], name) for key, name in overrides.items()])
    final = [given.get(i, name).strip() for i, name in enumerate(now, start=1)]
    _refuse_alike(final)
    return final


def _is_name(name: str) -> bool:
    return len(name.strip()) <= LONGEST_NAME and name.strip().isprintable()


def _refuse_twice(given: Sequence[tuple[int, str]]) -> None:
    times = Counter(i for i, _ in given)
    twice = min(i for i, n in times.items() if n > 1)
    both = [name for i, name in given if i == twice]
    raise ParameterError(
        f"Got the names {both} for segment {twice}, expected one: it is named by its "
        "number and by the name it has. Keep one of them."
    )


def _refuse_alike(names: Sequence[str]) -> None:
    times = Counter(name.casefold() for name in names)
    if twice := sorted({name for name in names if times[name.casefold()] > 1}):
        alike = [i for i, name in enumerate(names, start=1) if name in twice]
        raise ParameterError(
            f"Got the name {twice[0]!r} for more than one of the segments {alike}, "
            "expected a name of its own for each. Change one of them."
        )
