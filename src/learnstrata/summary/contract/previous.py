"""What is new since an earlier run: two runs beside each other."""

from typing import Annotated, Literal, TypeAlias

from learnstrata.privacy.disclosure.kinds import (
    Count,
    Fact,
    Label,
    Rows,
    Sentence,
    Setting,
    Share,
    Statistic,
    Typical,
    Word,
)
from learnstrata.privacy.disclosure.rounding import LEAST_WHOLE
from learnstrata.summary.contract.model import SEGMENT_ID, Model, Number, Segments

COMPARISON_VERSION = 1

Fate: TypeAlias = Literal[
    "continued",  # most of both segments are the same learners
    "split",  # most of the new one comes from an old one that lives on in another
    "merged",  # most of the old one is in a new one that continues another
    "new",  # no old segment has most of it
    "retired",  # no new segment has most of it
    "same name",  # learners could not be followed: alike by name alone
    "unmatched",  # learners could not be followed, and no other has its name
]


class ComparedSegment(Model):
    """A segment of one run."""

    id: Segments
    name: Annotated[str, Label()]
    size: Annotated[int | None, Count("learners of the segment, as its run tells them")]


class NumberChange(Model):
    """The median of a number, then and now, each as its run tells it."""

    feature: Annotated[str, Label()]
    n_old: Annotated[int | None, Count("learners then of whom it is known")]
    n_new: Annotated[int | None, Count("learners now of whom it is known")]
    old: Annotated[Number, Typical("learners then", 0.5, "n_old")]
    new: Annotated[Number, Typical("learners now", 0.5, "n_new")]
    effect: Annotated[
        Number,
        Statistic("difference in standard deviations, of quartiles as told", 2),
    ] = None
    is_beyond_noise: Annotated[
        bool | None, Fact("of quartiles as told, whether two samples differ as much")
    ] = None


class ShareChange(Model):
    """The share of a value of a category, then and now, each as its run tells it."""

    category: Annotated[str, Label()]
    value: Annotated[str, Label()]
    n_old: Annotated[int | None, Count("learners then with the value")]
    n_new: Annotated[int | None, Count("learners now with the value")]
    old: Annotated[Number, Share("learners then with the value", "size_old", "n_old")]
    new: Annotated[Number, Share("learners now with the value", "size_new", "n_new")]


class SegmentPair(Model):
    """What became of a segment: an old one, a new one, or both."""

    old_id: Annotated[int | None, SEGMENT_ID]
    new_id: Annotated[int | None, SEGMENT_ID]
    fate: Annotated[Fate, Word()]
    size_old: Annotated[int | None, Count("learners of the old one")]
    size_new: Annotated[int | None, Count("learners of the new one")]
    count: Annotated[int | None, Count("learners of both segments")] = None
    of_old: Annotated[
        Number, Share("all learners of the old one", "size_old", "count")
    ] = None
    of_new: Annotated[
        Number, Share("all learners of the new one", "size_new", "count")
    ] = None
    numbers: Annotated[tuple[NumberChange, ...], Rows()]
    shares: Annotated[tuple[ShareChange, ...], Rows()]


class Migration(Model):
    """Learners of an old segment in a new one."""

    old_id: Segments
    new_id: Segments
    count: Annotated[int | None, Count("learners of both segments")]


class SettingChange(Model):
    """A setting that the runs do not share: it may explain what differs."""

    setting: Annotated[str, Word()]
    old: Annotated[str, Label()]
    new: Annotated[str, Label()]


class Previous(Model):
    """What is new since an earlier run.

    Sizes, numbers and shares are as the two runs tell them; who went where is counted
    over the learners that both have, where both keep their private part, and rounded to
    `base`.
    """

    comparison_version: Annotated[int, Setting()] = COMPARISON_VERSION
    base: Annotated[int, Setting()]
    by_learner: Annotated[bool, Fact("whether learners could be followed")]
    why_not: Annotated[str, Word()]
    k_old: Annotated[int, Fact("segments of the earlier run")]
    k_new: Annotated[int, Fact("segments of this run")]
    size_old: Annotated[int | None, Count("learners of the earlier run, segmented")]
    size_new: Annotated[int | None, Count("learners of this run, segmented")]
    in_both: Annotated[int | None, Count("learners in both runs")]
    joined: Annotated[int | None, Count("learners in this run alone")]
    left: Annotated[int | None, Count("learners in the earlier run alone")]
    moved: Annotated[
        int | None, Count("of those in both, not in the segment that continues theirs")
    ]
    share_moved: Annotated[Number, Share("of those in both", "in_both", "moved")]
    agreement: Annotated[
        Number,
        Statistic(
            "adjusted Rand index over learners in both, of counts as told, with movers "
            "of whom no cell tells spread evenly",
            2,
            "in_both",
            least=LEAST_WHOLE,
        ),
    ]
    old_segments: Annotated[tuple[ComparedSegment, ...], Rows()]
    new_segments: Annotated[tuple[ComparedSegment, ...], Rows()]
    pairs: Annotated[tuple[SegmentPair, ...], Rows()]
    migrations: Annotated[tuple[Migration, ...], Rows()]
    numbers: Annotated[tuple[NumberChange, ...], Rows()]
    shares: Annotated[tuple[ShareChange, ...], Rows()]
    settings: Annotated[tuple[SettingChange, ...], Rows()]
    names: Annotated[tuple[str, ...], Sentence()] = ()
    sentences: Annotated[tuple[str, ...], Sentence()] = ()

    def old(self, segment_id: int | None) -> ComparedSegment | None:
        """Give a segment of the earlier run; None where it is not told."""
        return next((s for s in self.old_segments if s.id == segment_id), None)

    def new(self, segment_id: int | None) -> ComparedSegment | None:
        """Give a segment of this run; None where it is not told."""
        return next((s for s in self.new_segments if s.id == segment_id), None)
