"""Results that the decision questions ask for."""

from typing import Annotated, Literal

from learnstrata.privacy.disclosure.kinds import (
    Count,
    Fact,
    Label,
    Rows,
    Setting,
    Share,
    Statistic,
    Word,
)
from learnstrata.summary.contract.model import Model, Number


class RoleWithExperience(Model):
    """How pay goes with experience in a role."""

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners of the role, both known")]
    correlation: Annotated[Number, Statistic("rank correlation", 2, "learners", 2)]


class PayWithExperience(Model):
    """How pay goes with experience; who is paid far less is a cohort."""

    learners: Annotated[int | None, Count("learners of whom both are known")]
    correlation: Annotated[Number, Statistic("rank correlation", 2, "learners", 2)]
    by_role: Annotated[
        tuple[RoleWithExperience, ...], Rows(("-learners", "role"), "learners")
    ]


class Explained(Model):
    """Share of the differences in something that the segments explain, 0..1."""

    what: Annotated[Literal["pay", "experience", "role"], Word()]
    share: Annotated[Number, Statistic("learners of whom it is known", digits=2)]


class MentorLevel(Model):
    """An experience band of a role, and how many in it are too new to mentor."""

    level: Annotated[str, Label()]
    demand: Annotated[int | None, Count("learners of the band too new to mentor")]


class MentorRole(Model):
    """A role, who wants a mentor in it and who could be one.

    Those whose experience is not known are in neither.
    """

    role: Annotated[str, Label()]
    learners: Annotated[int | None, Count("learners of the role")]
    share: Annotated[Number, Share("learners of the role", "segmented", "learners")]
    demand: Annotated[int | None, Count("of them, too new to mentor")]
    supply: Annotated[int | None, Count("of them, with enough years to mentor")]
    levels: Annotated[tuple[MentorLevel, ...], Rows()]

    def per_mentor(self, *, error: int = 0) -> float | None:
        """Give the learners for each who could mentor; None where few could.

        Parameters
        ----------
        error : int, default=0
            Most that a count can be off by: with as many decimals as it leaves, one or
            none, and None where it leaves no whole number.
        """
        if self.demand is None or not self.supply or self.supply <= error:
            return None
        told = self.demand / self.supply
        if error == 0:
            return told
        least = max(self.demand - error, 0) / (self.supply + error)
        most = (self.demand + error) / (self.supply - error)
        moved = max(told - least, most - told)
        if moved > 0.5:
            return None
        return round(told, 1 if moved <= 0.05 else 0)

    def gap(self, mentees: int, *, error: int = 0) -> int | None:
        """Give how many mentors are lacking, below 0 how many are to spare.

        Parameters
        ----------
        mentees : int
            Learners that one mentor takes.
        error : int, default=0
            Most that a count can be off by: a gap that it leaves open is None.
        """
        if self.demand is None or self.supply is None:
            return None
        gap = -(-self.demand // mentees) - self.supply
        return None if abs(gap) < error * (1 + 1 / mentees) else gap


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
    pay_with_experience: Annotated[PayWithExperience | None, Rows()]
    in_companies: Annotated[RoleInCompanies | None, Rows()] = None
    mentor_roles: Annotated[
        tuple[MentorRole, ...], Rows(("-learners", "role"), "learners")
    ]
    mentor_years: Annotated[float, Setting()]
    mentees: Annotated[int, Setting()]
