"""Results on pay: benchmarks, cohorts, companies."""

from typing import Annotated, Literal

from learnstrata.privacy.disclosure.derived import rate_high, rate_low
from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Count,
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
from learnstrata.segments.pay.cohorts import CohortKey
from learnstrata.segments.pay.companies import TOP
from learnstrata.summary.contract.model import (
    SEGMENT_ID,
    Largest,
    Model,
    Number,
    OfCompanies,
    of_rate,
)


class PayCell(Model):
    """Pay of a role family, company tier and experience band; None stands for all."""

    level: Annotated[Literal["cell", "role and experience", "role", "all"], Word()]
    role_family: Annotated[str | None, Label()]
    tier: Annotated[str | None, Label()]
    experience_band: Annotated[str | None, Label()]
    learners: Annotated[int | None, Count("paid learners of the cell")]
    companies: OfCompanies
    largest_share: Largest
    p05: Annotated[Number, Amount("paid learners of the cell", 0.05)]
    p10: Annotated[Number, Amount("paid learners of the cell", 0.1)]
    p25: Annotated[Number, Amount("paid learners of the cell", 0.25)]
    p50: Annotated[Number, Amount("paid learners of the cell", 0.5)]
    p75: Annotated[Number, Amount("paid learners of the cell", 0.75)]
    p90: Annotated[Number, Amount("paid learners of the cell", 0.9)]
    p95: Annotated[Number, Amount("paid learners of the cell", 0.95)]
    shrunk: Annotated[bool | None, Fact("whether it leans on wider groups")]
    weight: Annotated[Number, Owner("weight of its own learners, 0..1")]

    @property
    def shown(self) -> bool:
        """Whether its pay is there."""
        return self.p50 is not None


class Benchmarks(Model):
    """Pay by role family, company tier and experience band."""

    reason: Annotated[str, Sentence()]
    tau: Annotated[Number, Statistic("learners a wider group weighs as much as", 2)]
    n_learners: Annotated[int | None, Count("learners with pay and experience")]
    n_left_out: Annotated[int | None, Count("learners without one of them")]
    cells: Annotated[tuple[PayCell, ...], Rows()]
    wider: Annotated[tuple[PayCell, ...], Rows()]


OF_COHORT = ("learners", "assessed")


class CohortPart(Model):
    """A segment, role or tier of a cohort."""

    value: Annotated[str, Label()]
    segment_id: Annotated[int | None, SEGMENT_ID] = None
    assessed: Annotated[int | None, Count("learners of the part assessed")]
    learners: Annotated[int | None, Count("learners of the part in the cohort")]
    share: Annotated[Number, Share("learners in the cohort", "assessed", "learners")]
    low: Annotated[Number, of_rate("95 % from", rate_low, OF_COHORT, end=-1)]
    high: Annotated[Number, of_rate("95 % to", rate_high, OF_COHORT, end=1)]


class Cohort(Model):
    """Learners whose pay stands out from their peers, by counts."""

    key: Annotated[CohortKey, Word()]
    title: Annotated[str, Word()]
    definition: Annotated[str, Sentence()]
    assessed: Annotated[int | None, Count("learners the definition was tried on")]
    learners: Annotated[int | None, Count("learners in the cohort")]
    share: Annotated[Number, Share("learners in the cohort", "assessed", "learners")]
    low: Annotated[Number, of_rate("95 % from", rate_low, OF_COHORT, end=-1)]
    high: Annotated[Number, of_rate("95 % to", rate_high, OF_COHORT, end=1)]
    n_growth: Annotated[int | None, Count("peers with pay in two years")]
    typical_growth: Annotated[
        Number, Typical("peers with pay in two years", 0.5, "n_growth", "pay_growth")
    ]
    by_segment: Annotated[tuple[CohortPart, ...], Rows(("-share", "value"), "assessed")]
    by_role: Annotated[tuple[CohortPart, ...], Rows(("-share", "value"), "assessed")]
    by_tier: Annotated[tuple[CohortPart, ...], Rows(("-share", "value"), "assessed")]
    reason: Annotated[str, Sentence()]


class CompanyRole(Model):
    """A role at a large company: its pay there beside the rest and elsewhere."""

    role_family: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of the role there")]
    p50: Annotated[Number, Owner("median pay of the role there")]
    rest: Annotated[Number, Owner("median pay of everybody else there")]
    elsewhere: Annotated[Number, Owner("median pay of the role at other companies")]
    to_rest: Annotated[Number, Statistic("its pay over the rest's", 2, "learners", 1)]
    to_elsewhere: Annotated[
        Number, Statistic("its pay over elsewhere", 2, "learners", 1)
    ]


class CompanyView(Model):
    """One of the largest companies, under an alias."""

    alias: Annotated[str, Word()]
    tier: Annotated[str, Label()]
    learners: Annotated[int | None, Count("paid learners of the company")]
    size: Annotated[str, Word()]
    p25: Annotated[Number, Owner("lower quartile of pay")]
    p50: Annotated[Number, Owner("median pay")]
    p75: Annotated[Number, Owner("upper quartile of pay")]
    to_others: Annotated[
        Number, Statistic("its pay over all others'", 2, "learners", 1)
    ]
    roles: Annotated[tuple[CompanyRole, ...], Rows(("-to_elsewhere", "role_family"))]


class CompanyTier(Model):
    """A company tier."""

    tier: Annotated[str, Label()]
    companies: Annotated[int | None, Count("companies of the tier")]
    learners: Annotated[int | None, Count("learners whose company is of the tier")]
    largest_share: Largest
    gini: Annotated[
        Number,
        Statistic("learners of the tier over its companies", 2, "learners", places=1),
    ]
    top_share: Annotated[
        Number, Share(f"learners of the tier at its {TOP} largest", "learners")
    ]
    n_paid: Annotated[int | None, Count("paid learners of the tier")]
    p50: Annotated[Number, Amount("paid learners of the tier", 0.5, "n_paid")]


class Companies(Model):
    """How learners spread over companies."""

    reason: Annotated[str, Sentence()]
    n_companies: Annotated[int | None, Count("companies")]
    n_learners: Annotated[int | None, Count("learners whose company is known")]
    gini: Annotated[Number, Statistic("learners over companies", digits=2)]
    top_share: Annotated[Number, Share(f"learners at the {TOP} largest", "n_learners")]
    largest: Annotated[tuple[CompanyView, ...], Rows(("alias",))]
    tiers: Annotated[tuple[CompanyTier, ...], Rows(least="learners")]
