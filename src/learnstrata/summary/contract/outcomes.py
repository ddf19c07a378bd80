"""Results on what the segments are worth: outcomes, and segments against rules."""

from collections.abc import Callable
from typing import Annotated, Literal

from learnstrata.learners.features.register import feature_of
from learnstrata.privacy.disclosure.derived import rate_high, rate_low
from learnstrata.privacy.disclosure.kinds import (
    Coarse,
    Count,
    Derived,
    Fact,
    Label,
    Mean,
    Owner,
    Rows,
    Sentence,
    Share,
    Typical,
    Word,
)
from learnstrata.segments.meaning.outcomes import OUR_OUTCOMES, Verdict
from learnstrata.summary.contract.model import (
    SEGMENT_ID,
    Largest,
    Model,
    Number,
    OfCompanies,
    of_rate,
)

LEAST_MEAN = 20  # learners a mean of an outcome takes: of fewer one decides too much
WITH = "learners of the group with the outcome"

SkillBy = Literal["segments", "sub-segments", "rules", "finer rules", "together"]
# The feature by which limits are rounded; none of a column of the user's.
LimitsOf = Literal[
    "",
    "pay",
    "company_pay",
    "years_of_experience",
    "recent_pay_update",
    "years_since_pay_update",
    "company_mean_experience",
    "company_learners",
    "pay_growth",
    "seniority",
]


def _of_rate(of: str, how: Callable[..., float | None], end: int) -> Derived:
    """Declare an end of the interval of a rate, worked out of its counts."""
    return of_rate(of, how, ("count", "n"), end=end)


class OutcomeAnswer(Model):
    """How many of a group give an answer: yes, or one of several."""

    place: Annotated[int, Fact("answer, numbered from 1 alike in all groups")]
    answer: Annotated[str, Label()]
    count: Annotated[int | None, Count("learners with the answer", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `count`")]
    share: Annotated[Number, Share("learners with the answer", "n", "count")]
    low: Annotated[Number, _of_rate("95 % from (Wilson)", rate_low, -1)]
    high: Annotated[Number, _of_rate("95 % to (Wilson)", rate_high, 1)]


class OutcomeGroup(Model):
    """An outcome of a segment, or of all: the mean of a number, or shares of answers.

    `segment_id` is null of all. Of a growth the mean is the geometric one. What is
    shared of a mean is of values cut at the first and the last hundredth of all;
    `answers` that few give are left out.
    """

    segment_id: Annotated[int | None, SEGMENT_ID]
    n: Annotated[int | None, Count(WITH, "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `n`")]
    mean: Annotated[Number, Mean(WITH, "cut_mean", least=LEAST_MEAN)]
    low: Annotated[Number, Mean("95 % from (t)", "cut_low", least=LEAST_MEAN)]
    high: Annotated[Number, Mean("95 % to (t)", "cut_high", least=LEAST_MEAN)]
    cut_mean: Annotated[Number, Owner("`mean` of values cut at the ends of all")]
    cut_low: Annotated[Number, Owner("`low` of these")]
    cut_high: Annotated[Number, Owner("`high` of these")]
    spread: Annotated[Number, Owner("distance of the quartiles of all")]
    reach: Annotated[Number, Owner("distance of the ends at which values are cut")]
    answers: Annotated[tuple[OutcomeAnswer, ...], Rows(least="count")]

    def answer(self, place: int) -> OutcomeAnswer | None:
        """Give how many give an answer; None where that is not told."""
        return next((one for one in self.answers if one.place == place), None)


class RuleBands(Model):
    """A feature that rules cut into bands, with the upper limit of all but the last.

    `limits` are as people read the feature; a category has none.
    """

    by: Annotated[Literal["rules", "finer rules"], Word()]
    feature: Annotated[str, Label()]
    label: Annotated[str, Label()]
    limits_of: Annotated[LimitsOf, Word()]
    n_bands: Annotated[int, Fact("bands, without that of the missing")]
    n_known: Annotated[int | None, Count("learners of whom it is known", "learners")]
    learners: Annotated[int | None, Owner("distinct learners of `n_known`")]
    companies: OfCompanies
    largest_share: Largest
    spread: Annotated[Number, Owner("distance of the quartiles of all")]
    limits: Annotated[
        tuple[Number, ...],
        Typical("learners of whom it is known", 0.05, "n_known", "limits_of"),
    ]


class Skill(Model):
    """Share of an outcome's variance that cells tell, with its 95 % interval.

    `n_cells` is without the cells of missing values, and 0 of segments and rules
    together, whose effects are added up. A shared 0.9 stands for 0.9 and more.
    """

    by: Annotated[SkillBy, Word()]
    n_cells: Annotated[int, Fact("cells of all learners segmented")]
    estimate: Annotated[Number, Coarse("held-out learners", "deciding")]
    low: Annotated[Number, Coarse("held-out learners", "deciding", -1)]
    high: Annotated[Number, Coarse("held-out learners", "deciding", 1)]


class SkillDifference(Model):
    """A skill less another one, with its paired 95 % interval."""

    by: Annotated[SkillBy, Word()]
    less: Annotated[SkillBy, Word()]
    estimate: Annotated[Number, Coarse("held-out learners", "deciding")]
    low: Annotated[Number, Coarse("held-out learners", "deciding", -1)]
    high: Annotated[Number, Coarse("held-out learners", "deciding", 1)]


class Outcome(Model):
    """An outcome by segment, and whether segments or rules tell more of it.

    `outcome` is ours, or a column as the user calls it; `label` is of one alone.
    `verdict` names the cells to use; `reason` says why nothing was compared.
    """

    outcome: Annotated[str, Label()]
    label: Annotated[str, Label()]
    kind: Annotated[Literal["number", "yes/no", "category", ""], Word()]
    n_learners: Annotated[int | None, Count("learners segmented")]
    n_with: Annotated[int | None, Count("learners with the outcome", "with_learners")]
    with_learners: Annotated[int | None, Owner("distinct learners of `n_with`")]
    differing: Annotated[int | None, Owner("of these with another value than most")]
    deciding: Annotated[int | None, Owner("learners that decide a skill")]
    of_all: Annotated[OutcomeGroup | None, Rows()]
    by_segment: Annotated[tuple[OutcomeGroup, ...], Rows()]
    rules: Annotated[tuple[RuleBands, ...], Rows()]
    skills: Annotated[tuple[Skill, ...], Rows()]
    differences: Annotated[tuple[SkillDifference, ...], Rows()]
    verdict: Annotated[Verdict, Word()]
    reason: Annotated[str, Sentence()]

    @property
    def is_ours(self) -> bool:
        """Whether it is one of ours, and no column of the user's that is called so."""
        ours = self.outcome in OUR_OUTCOMES
        return ours and self.label == feature_of(self.outcome).label

    def skill(self, by: str) -> Skill | None:
        """Give the skill of cells of a kind; None where there are none."""
        return next((one for one in self.skills if one.by == by), None)

    def difference(self, by: str, less: str) -> SkillDifference | None:
        """Give a skill less another; None where one of them is not there."""
        found = (d for d in self.differences if (d.by, d.less) == (by, less))
        return next(found, None)

    def of_segment(self, segment_id: int) -> OutcomeGroup | None:
        """Give the outcome of a segment; None where it is not told."""
        return next((g for g in self.by_segment if g.segment_id == segment_id), None)
