"""What parts a segment from the rest: each feature with its effect and its words.

An effect is the same for numbers and categories: by how much more often than not a
learner of the segment has more of a number than one of the rest, or, of a category,
half of the difference of the two shares. 0 is no difference, 0.5 a feature that parts
them wholly.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from learnstrata.learners.features.bands import RELATIVE
from learnstrata.learners.features.companies import TIERS, UNRATED
from learnstrata.learners.features.register import (
    feature_of,
    idea_of,
    spoken,
    steps_of,
    steps_within,
)
from learnstrata.learners.schema.register import is_extra
from learnstrata.privacy.disclosure.pooling import OTHER
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.meaning.profiles import AMOUNTS, Profile, Share, Typical

__all__ = ["YEARS", "Trait", "Traits", "traits_of"]

YEARS = "years_of_experience"
STAGES = {"Early": "early career", "Mid": "mid career", "Senior": "senior"}
EARLY_TO_MID = "early to mid career"
NEAR_TIE = 0.20  # of those who state their experience: nearer bands are both named
MIDDLING = 0.75  # of an effect: to be in the middle says less than to be at an end
LEAST_SHARE, LEAST_INDEX = 0.30, 150.0  # of a value that is in a name
MOST_LETTERS = 28  # of a label or a value of the user's in a name
# From which mean rank a number is called highest.
TOP: Mapping[str, float] = {"pay": 0.92, "company_pay": 0.75}
BANDS = ("pay_band", "experience_band")  # of numbers that are told themselves


@dataclass(frozen=True, slots=True)
class Trait:
    """A feature of a group.

    Attributes
    ----------
    feature : str
    words : str
    effect : float
        0..0.5: how far it parts the group from the rest.
    rank : float or None
        Mean rank among all, 0..1; None of a category.
    steps : tuple of str
        What a group is called by where it stands; empty of a category.
    side : int
        -1, 0 or 1: whether the median is below, at or above that of all.
    """

    feature: str
    words: str
    effect: float
    rank: float | None = None
    steps: tuple[str, ...] = ()
    side: int = 0

    @property
    def is_middling(self) -> bool:
        """Whether its words say no more than that the group is in the middle."""
        return self.rank is not None and self.words == self.steps[2]

    def called(self, step: int) -> str:
        """Give the words of a step, of the middle one if the median belies it."""
        belied = (step < 2 and self.side >= 0) or (step > 2 and self.side <= 0)
        return self.steps[2 if belied else step]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a name is made of: nothing of few, and no pay that tells of a company.

    Attributes
    ----------
    cut, others : tuple of Trait
        Of what the group was cut on, and of all else that describes it.
    count : int
    content : tuple
        What orders groups of the same size, whatever their number.
    least : int
        Learners it takes to be told.
    few : bool
        Whether the group has fewer.
    """

    cut: tuple[Trait, ...]
    others: tuple[Trait, ...] = ()
    count: int = 0
    content: tuple[tuple[str, float], ...] = ()
    least: int = 10
    few: bool = False

    @property
    def every(self) -> tuple[Trait, ...]:
        """All traits, those of what was cut on first; none of a group of few."""
        return () if self.few else (*self.cut, *self.others)

    def find(self, feature: str) -> Trait | None:
        """Give the trait of a feature; None where the group has none."""
        return next((one for one in self.every if one.feature == feature), None)

    def is_cut(self, feature: str) -> bool:
        """Say whether the group was cut on a feature."""
        return any(one.feature == feature for one in self.cut)


def traits_of(
    profile: Profile,
    bands: Sequence[str],
    *,
    cut_on: Collection[str] = (),
    no_role: Collection[str] = (),
    rule: PayRule | None = None,
    within: bool = False,
) -> Traits:
    r"""Say how far each feature parts a group from the rest, and in which words.

    Of a number with mean rank :math:`r` in a group of share :math:`s`, of the learners
    who have it, the effect is
    :math:`(r - s/2)/(1 - s) - 1/2`, the chance of a learner of the group to have more
    than one of the rest, less a half. A group in the middle is told as such where the
    share in the middle half parts it more than that. Of a value with shares :math:`p`
    and :math:`q` in the group and in the rest, it is :math:`(p - q)/2`.

    Parameters
    ----------
    profile : Profile
    bands : sequence of str
        Experience bands from low to high.
    cut_on : collection of str, default=()
        Empty takes everything.
    no_role : collection of str
    rule : PayRule, default=None
    within : bool, default=False
        Of a part of a segment: in words that compare, and name no segment.
    """
    rule = rule or PayRule()
    made = [
        *_numbers(profile, bands, rule, within=within),
        *_categories(profile, {*no_role, OTHER, UNRATED}, rule.learners, within=within),
    ]
    given = list(cut_on)
    place = {name: i for i, name in enumerate(given)}
    cut = [one for one in made if not given or one.feature in place]
    cut.sort(key=lambda one: (one.feature != YEARS, place.get(one.feature, 0)))
    there = {one.feature for one in cut}
    ideas = set(map(idea_of, there))
    cut = [one for one in cut if not _says_again(one.feature, there)]
    others = [one for one in made if idea_of(one.feature) not in ideas]
    return Traits(
        cut=tuple(cut),
        others=tuple(others),
        count=profile.count,
        content=tuple((name, one.p50) for name, one in profile.typical.items()),
        least=rule.learners,
        few=profile.count < rule.learners,
    )


def _says_again(feature: str, there: Collection[str]) -> bool:
    """Say whether a feature is the band or tier of one that is there."""
    found = feature_of(feature)
    return found.kind == "category" and found.of in there


def _numbers(
    profile: Profile, bands: Sequence[str], rule: PayRule, *, within: bool
) -> Iterator[Trait]:
    for name, one in profile.typical.items():
        if not _may_be_told(name, one, rule):
            continue
        steps = _steps(name, within=within)
        effect, step = _placed(name, one)
        words = steps[step]
        if name == YEARS and not within:
            stage = _stage(profile.shares, bands, rule.learners)
            words = words if _belies(stage, step, bands) else stage or words
        side = int(np.sign(one.p50 - one.base))
        yield Trait(name, words, round(effect, 6), one.rank, steps, side)


def _steps(name: str, *, within: bool) -> tuple[str, ...]:
    """Give what a number is called by; of a part of a segment nothing is outermost."""
    if not within:
        return tuple(_short(step) for step in steps_of(name))
    low, middle, high = (_short(step) for step in steps_within(name))
    return (low, low, middle, high, high)


def _may_be_told(name: str, one: Typical, rule: PayRule) -> bool:
    if name not in AMOUNTS:
        return one.n >= rule.learners
    return rule.allows(one.n, one.companies, one.largest_share)


def _placed(name: str, one: Typical) -> tuple[float, int]:
    """Give the effect of a number, and the step that its group is called by."""
    share = one.n / one.base_n  # of those who have the number, as ranks are
    rest = 1.0 - share
    if rest <= 0:
        return 0.0, 2
    side = min(max((one.rank - 0.5) / rest, -0.5), 0.5)
    outside = min(max((one.base_central - share * one.central) / rest, 0.0), 1.0)
    middle = MIDDLING * (one.central - outside) / 2
    if middle > abs(side):
        return middle, 2
    if (one.p50 - one.base) * side <= 0:  # the median is not on this side of all
        return max(middle, 0.0), 2
    if side < 0:
        return -side, 1
    return side, 4 if one.rank >= TOP.get(name, 1.0) else 3


def _categories(
    profile: Profile, unnamed: Collection[str], least: int, *, within: bool
) -> Iterator[Trait]:
    for name, shares in profile.shares.items():
        told = [one for one in shares if _is_told(one, unnamed, least)]
        if told and name not in BANDS:
            best = max(told, key=lambda one: (_apart(one, profile.share), one.value))
            effect = round(_apart(best, profile.share), 6)
            yield Trait(name, _valued(name, best.value, within=within), effect)


def _is_told(one: Share, unnamed: Collection[str], least: int) -> bool:
    enough = one.share >= LEAST_SHARE and one.index >= LEAST_INDEX
    return enough and one.learners >= least and one.value not in unnamed


def _apart(one: Share, share: float) -> float:
    """Give half of the difference of a share in the group and in the rest."""
    if share >= 1:
        return 0.0
    rest = (one.base - share * one.share) / (1 - share)
    return (one.share - min(max(rest, 0.0), 1.0)) / 2


def _valued(name: str, value: str, *, within: bool) -> str:
    if name == "tier" and value in TIERS:
        place = TIERS.index(value)
        steps = _steps("company_pay", within=within)
        return steps[4 if place == len(TIERS) - 1 else 1 + place]
    if is_extra(name):
        value = f"{_short(spoken(feature_of(name).label))} {_short(value)}"
    return f"more often {value}" if within else value


def _short(text: str) -> str:
    """Shorten a text of the user's for a name."""
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 3] + "..."


def _belies(stage: str, step: int, bands: Sequence[str]) -> bool:
    """Say whether a stage is the first of all where most have more experience.

    So it is where nearly all learners of the table are in one band.
    """
    ends = [STAGES.get(band, band) for band in (bands[:1], bands[-1:]) for band in band]
    first = stage == ends[0] if ends else False
    last = stage == ends[-1] if ends else False
    return (first and step > 2) or (last and step < 2)


def _stage(
    shares: Mapping[str, Sequence[Share]], bands: Sequence[str], least: int = 10
) -> str:
    """Name the career stage: the band of most learners, or two that are near a tie."""
    told = _stage_bands(shares, bands, least)
    words = [STAGES.get(band, band) for band in told]
    if words == ["early career", "mid career"]:
        return EARLY_TO_MID
    return " to ".join(words)


def _stage_bands(
    shares: Mapping[str, Sequence[Share]], bands: Sequence[str], least: int
) -> list[str]:
    """Give the experience band of most who state one, or the two near a tie.

    Two only where they are neighbours: what lies between them is then no other band.
    """
    if len(bands) == 1 or {*bands} & {*RELATIVE.values()}:  # they tell no stage
        return []
    found = {one.value: one.count for one in shares.get("experience_band", ())}
    top = max(found, key=lambda band: found[band], default="")
    if not top or found[top] < least:
        return []
    if top not in bands:
        return [top]
    place = bands.index(top)
    near = found[top] - NEAR_TIE * sum(found.values())
    rivals = [
        i for i, band in enumerate(bands) if i != place and found.get(band, 0) > near
    ]
    if [abs(i - place) for i in rivals] != [1]:
        return [top]
    return [bands[i] for i in sorted((place, rivals[0]))]
