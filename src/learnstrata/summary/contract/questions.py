"""Results that the decision questions ask for."""

from typing import Annotated, Literal

from learnstrata.privacy.disclosure.kinds import (
    Amount,
    Count,
    Fact,
    Label,
    Rows,
    Setting,
    Share,
    Statistic,
    Word,
)
from learnstrata.summary.contract.model import Largest, Model, Number, OfCompanies


class LaggingRole(Model):
    """Experienced learners of a role whose pay lags."""

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners of the role, both known")]
    experienced: Annotated[int | None, Count("of them with the longest experience")]
    lagging: Annotated[int | None, Count("of those in the lowest quarter of pay")]
    share: Annotated[Number, Share("lagging of experienced", "experienced", "lagging")]
    correlation: Annotated[Number, Statistic("rank correlation", 2, "learners", 2)]


class LaggingPay(Model):
    """Pay that does not rise with experience."""

    learners: Annotated[int | None, Count("learners of whom both are known")]
    experienced_from: Annotated[Number, Statistic("years of the longest quarter", 2)]
    experienced: Annotated[int | None, Count("learners with the longest experience")]
    lagging: Annotated[int | None, Count("of them in the lowest quarter of pay")]
    share: Annotated[Number, Share("lagging of experienced", "experienced", "lagging")]
    correlation: Annotated[Number, Statistic("rank correlation", 2, "learners", 2)]
    by_role: Annotated[tuple[LaggingRole, ...], Rows(("-share", "role"), "experienced")]


class EntryRole(Model):
    """Entry-level learners of a role family and level."""

    role_family: Annotated[str, Label()]
    level: Annotated[str, Word()]
    learners: Annotated[int | None, Count("paid entry-level learners")]
    companies: OfCompanies
    largest_share: Largest
    p50: Annotated[Number, Amount("paid entry-level learners", 0.5)]
    p90: Annotated[Number, Amount("paid entry-level learners", 0.9)]
    high: Annotated[int | None, Count("of them unusually high")]


class EntryLevelPay(Model):
    """Entry-level titles with unusually high pay."""

    learners: Annotated[int | None, Count("paid learners with an entry-level title")]
    companies: OfCompanies
    largest_share: Largest
    p50: Annotated[Number, Amount("paid entry-level learners", 0.5)]
    limit: Annotated[Number, Statistic("pay that is unusually high", digits=2)]
    high: Annotated[int | None, Count("of them unusually high")]
    share: Annotated[Number, Share("unusually high", "learners", "high")]
    by_role: Annotated[
        tuple[EntryRole, ...], Rows(("-learners", "role_family"), "learners")
    ]


class Explained(Model):
    """Share of the differences in something that the segments explain, 0..1."""

    what: Annotated[Literal["pay", "experience", "role"], Word()]
    share: Annotated[Number, Statistic("learners of whom it is known", digits=2)]


class MentorRole(Model):
    """A role, and who could mentor in it."""

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners of the role")]
    share: Annotated[Number, Share("learners of the role", "segmented", "learners")]
    seniors: Annotated[int | None, Count("of them with enough years to mentor")]


class RoleInCompanies(Model):
    """A role beside everybody else, within the largest companies that have both."""

    role_family: Annotated[str, Label()]
    companies: Annotated[int, Fact("large companies with enough learners of both")]
    higher: Annotated[int, Fact("of them with a higher median pay of the role")]
    typical: Annotated[
        Number, Statistic("median of its pay over the rest's", 2, places=1)
    ]


class Questions(Model):
    """What the decision questions need beside the other results."""

    explained: Annotated[tuple[Explained, ...], Rows(("-share", "what"))]
    lagging_pay: Annotated[LaggingPay | None, Rows()]
    entry_level: Annotated[EntryLevelPay | None, Rows()]
    in_companies: Annotated[RoleInCompanies | None, Rows()] = None
    mentor_roles: Annotated[
        tuple[MentorRole, ...], Rows(("-learners", "role"), "learners")
    ]
    mentor_years: Annotated[float, Setting()]
