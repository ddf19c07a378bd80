"""Results on what the segments are: profiles, rules, bands, outcomes."""

from collections.abc import Callable
from typing import Annotated, Literal

from learnstrata.privacy.disclosure.derived import (
    index_high,
    index_low,
    index_of,
    share_effect,
)
from learnstrata.privacy.disclosure.kinds import (
    Count,
    Derived,
    Edge,
    Fact,
    Label,
    Owner,
    Rows,
    Sentence,
    Share,
    Statistic,
    Typical,
    Word,
)
from learnstrata.privacy.disclosure.rounding import LEAST_WHOLE
from learnstrata.summary.contract.model import (
    SEGMENT_ID,
    Largest,
    Model,
    Number,
    OfCompanies,
    Segments,
)


class TypicalNumber(Model):
    """Quartiles of a number in a segment and their place among all."""

    feature: Annotated[str, Label()]
    n: Annotated[int | None, Count("learners of the segment of whom it is known")]
    companies: OfCompanies
    largest_share: Largest
    p25: Annotated[Number, Typical("learners of the segment", 0.25)]
    p50: Annotated[Number, Typical("learners of the segment", 0.5)]
    p75: Annotated[Number, Typical("learners of the segment", 0.75)]
    base: Annotated[Number, Typical("all learners of whom it is known", 0.5)]
    spread: Annotated[Number, Owner("distance of the quartiles of all")]
    percentile: Annotated[Number, Statistic("place of the median", 2, "n", 2)]
    rank: Annotated[Number, Statistic("mean rank among all", 2, "n")]


def _of_counts(of: str, how: Callable[..., float | None], end: int = 0) -> Derived:
    """Declare what is worked out of a value's counts in a segment and among all."""
    fields = ("count", "size", "base_count", "segmented")
    return Derived(of, how, fields, signs=(1, -1, -1, 1), index=index_of, end=end)


class CategoryShare(Model):
    """One value of a category in a segment, against all learners."""

    value: Annotated[str, Label()]
    count: Annotated[
        int | None, Count("learners of the segment with the value", "learners")
    ]
    base_count: Annotated[
        int | None, Count("all learners with the value", "base_learners")
    ]
    learners: Annotated[int | None, Owner("distinct learners of `count`")]
    base_learners: Annotated[int | None, Owner("distinct learners of `base_count`")]
    share: Annotated[Number, Share("learners with the value", "size", "count")]
    base: Annotated[Number, Share("all with the value", "segmented", "base_count")]
    index: Annotated[Number, _of_counts("share / base * 100", index_of)]


class Category(Model):
    """A category of a segment: its values, most frequent first."""

    name: Annotated[str, Label()]
    values: Annotated[
        tuple[CategoryShare, ...],
        Rows(("-count", "-base_count", "value"), "base_count"),
    ]


class Condition(Model):
    """One condition of a rule, in the units of the column."""

    feature: Annotated[str, Label()]
    op: Annotated[Literal[">", "<=", "=", "!="], Word()]
    threshold: Annotated[Number, Edge("condition")]
    value: Annotated[str, Label()]
    or_missing: Annotated[bool, Fact("condition")]


class SegmentRule(Model):
    """A rule that tells a segment apart, and how well, on held-out learners."""

    text: Annotated[str, Label()]
    paths: Annotated[tuple[tuple[Condition, ...], ...], Rows()]
    coverage: Annotated[Number, Share("caught of the segment, held out", "n_segment")]
    precision: Annotated[Number, Share("of the segment of those caught", "n_caught")]
    n_segment: Annotated[int | None, Count("held-out learners of the segment")]
    n_caught: Annotated[int | None, Count("held-out learners caught")]


class Pull(Model):
    """How much a feature decides who is in a segment and not in the next.

    `told` says which way, as "more experience".
    """

    feature: Annotated[str, Label()]
    label: Annotated[str, Label()]
    told: Annotated[str, Label()]
    mean: Annotated[Number, Statistic("learners of the segment", digits=2)]
    share: Annotated[Number, Statistic("learners of the segment", digits=2)]


class Progression(Model):
    """What older records tell of a segment."""

    n: Annotated[int | None, Count("learners with older records")]
    n_growth: Annotated[int | None, Count("of them with pay in two years")]
    growth: Annotated[Number, Typical("of them", 0.5, "n_growth", "pay_growth")]
    n_grown: Annotated[int | None, Count("of these, with pay that grew enough")]
    grown: Annotated[Number, Share("whose pay grew enough", "n_growth", "n_grown")]
    n_growth_of_all: Annotated[int | None, Count("all with pay in two years")]
    growth_of_all: Annotated[
        Number, Typical("all of them", 0.5, "n_growth_of_all", "pay_growth")
    ]
    n_grown_of_all: Annotated[int | None, Count("all with pay that grew enough")]
    grown_of_all: Annotated[
        Number, Share("all, whose pay grew enough", "n_growth_of_all", "n_grown_of_all")
    ]
    n_one_year: Annotated[
        int | None, Count("with pay in two years, one year apart alone")
    ]
    n_grown_one_year: Annotated[
        int | None, Count("of these, with pay that grew enough")
    ]
    grown_one_year: Annotated[
        Number,
        Share("whose pay grew enough in a year", "n_one_year", "n_grown_one_year"),
    ]
    n_one_year_of_all: Annotated[
        int | None, Count("all with pay in two years, one year apart alone")
    ]
    n_grown_one_year_of_all: Annotated[
        int | None, Count("of these of all, with pay that grew enough")
    ]
    grown_one_year_of_all: Annotated[
        Number,
        Share(
            "all, whose pay grew enough in a year",
            "n_one_year_of_all",
            "n_grown_one_year_of_all",
        ),
    ]
    n_roles: Annotated[int | None, Count("of them with a role that is named")]
    n_changed: Annotated[int | None, Count("of them with more than one role")]
    role_change: Annotated[Number, Share("more than one role", "n_roles", "n_changed")]
    n_roles_of_all: Annotated[int | None, Count("all with a role that is named")]
    n_changed_of_all: Annotated[int | None, Count("all with more than one role")]
    role_change_of_all: Annotated[
        Number, Share("all, more than one role", "n_roles_of_all", "n_changed_of_all")
    ]


class SegmentBin(Model):
    """A bin of a number in a segment, against all learners."""

    low: Annotated[Number, Edge("bin")]
    high: Annotated[Number, Edge("bin")]
    segment: Annotated[int | None, Count("learners of the segment in the bin")]
    of_all: Annotated[int | None, Count("all learners in the bin", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `of_all`")]
    share: Annotated[Number, Share("of the segment", "n_segment", "segment")]
    share_of_all: Annotated[Number, Share("of all", "n_all", "of_all")]


class SegmentDistribution(Model):
    """A number of a segment in bins that are the same for all segments."""

    feature: Annotated[str, Label()]
    n_segment: Annotated[int | None, Count("learners of the segment, known")]
    n_all: Annotated[int | None, Count("all learners, known", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `n_all`")]
    bins: Annotated[tuple[SegmentBin, ...], Rows()]


class DistinctiveValue(Model):
    """A value of a category that a segment has more or less often than all learners."""

    feature: Annotated[str, Label()]
    value: Annotated[str, Label()]
    count: Annotated[
        int | None, Count("learners of the segment with the value", "learners")
    ]
    base_count: Annotated[
        int | None, Count("all learners with the value", "base_learners")
    ]
    learners: Annotated[int | None, Owner("distinct learners of `count`")]
    base_learners: Annotated[int | None, Owner("distinct learners of `base_count`")]
    index: Annotated[Number, _of_counts("index", index_of)]
    low: Annotated[Number, _of_counts("95 % from", index_low, end=-1)]
    high: Annotated[Number, _of_counts("95 % to", index_high, end=1)]
    effect: Annotated[Number, _of_counts("Cohen's h", share_effect)]


class DistinctiveNumber(Model):
    """Where a segment stands among all learners in a number: 50 is the middle."""

    feature: Annotated[str, Label()]
    count: Annotated[int | None, Count("learners of the segment, known")]
    rank: Annotated[Number, Statistic("mean rank among all, 0..100", 2, "count")]
    low: Annotated[Number, Statistic("95 % from", 2, "count")]
    high: Annotated[Number, Statistic("95 % to", 2, "count")]
    difference: Annotated[
        Number, Statistic("of medians, in robust deviations", 2, "count")
    ]
    effect: Annotated[Number, Statistic("rank less 50, in deviations", 2, "count")]


class Segment(Model):
    """One segment."""

    id: Segments
    name: Annotated[str, Label()]
    name_by_numbers: Annotated[str, Label()]
    size: Annotated[int | None, Count("learners of the segment", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of the segment")]
    share: Annotated[Number, Share("learners of the segment", "segmented", "size")]
    typical: Annotated[tuple[TypicalNumber, ...], Rows(least="n")]
    categories: Annotated[tuple[Category, ...], Rows()]
    center: Annotated[dict[str, Number], Owner("centre, by matrix column")]
    rule: Annotated[SegmentRule | None, Rows()]
    pulls: Annotated[tuple[Pull, ...], Rows(("-share", "feature"))]
    progression: Annotated[Progression | None, Rows()]
    distributions: Annotated[tuple[SegmentDistribution, ...], Rows()]
    distinctive_values: Annotated[
        tuple[DistinctiveValue, ...],
        Rows(("-|effect", "feature", "value"), least="base_count"),
    ]
    distinctive_numbers: Annotated[
        tuple[DistinctiveNumber, ...], Rows(("-|effect", "feature"), least="count")
    ]

    def number(self, feature: str) -> TypicalNumber | None:
        """Give the quartiles of a number; None where the table has none."""
        return next((one for one in self.typical if one.feature == feature), None)

    def category(self, name: str) -> tuple[CategoryShare, ...]:
        """Give the values of a category; empty where the table has none."""
        return next((one.values for one in self.categories if one.name == name), ())

    def distribution(self, feature: str) -> SegmentDistribution | None:
        """Give the bins of a number; None where there are none."""
        found = (one for one in self.distributions if one.feature == feature)
        return next(found, None)


class BandCell(Model):
    """Learners of a rule-based segment in a learned one."""

    segment_id: Segments
    count: Annotated[int | None, Count("learners of both", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `count`")]


class BandRow(Model):
    """A rule-based segment: experience band and pay band."""

    rule: Annotated[str, Label()]
    experience_band: Annotated[str, Label()]
    pay_band: Annotated[str, Label()]
    learners: Annotated[
        int | None, Count("learners of the rule-based segment", "distinct_learners")
    ]
    distinct_learners: Annotated[int | None, Owner("distinct learners of `learners`")]
    cells: Annotated[tuple[BandCell, ...], Rows()]


BOTH = Statistic("learners with both", 2, "n_learners", least=LEAST_WHOLE)


class Bands(Model):
    """Rule-based segments against the learned ones."""

    n_learners: Annotated[int | None, Count("learners with pay and experience")]
    ari: Annotated[Number, BOTH]
    nmi: Annotated[Number, BOTH]
    guessed: Annotated[Number, BOTH]
    rows: Annotated[tuple[BandRow, ...], Rows(least="learners")]


class RuleAccuracy(Model):
    """How well one rule a segment tells the segments apart, on held-out learners."""

    fidelity: Annotated[Number, Statistic("held-out learners", digits=2)]
    stated: Annotated[Number, Statistic("held-out learners", digits=2)]
    baseline: Annotated[Number, Statistic("held-out learners", digits=2)]
    n_train: Annotated[int | None, Count("learners the tree is grown on")]
    n_held_out: Annotated[int | None, Count("held-out learners")]
    without: Annotated[tuple[int | None, ...], SEGMENT_ID]
    reason: Annotated[str, Sentence()]
