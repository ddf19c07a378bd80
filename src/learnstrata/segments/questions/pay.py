"""How pay goes with experience: of all, and by role."""

from dataclasses import dataclass

import polars as pl

from learnstrata.learners.history import newest_first, once_each
from learnstrata.wording.words import EVERYBODY

__all__ = ["PayWithExperience", "RoleWithExperience", "relate_pay_to_experience"]


@dataclass(frozen=True, slots=True)
class RoleWithExperience:
    """Learners of a role of whom pay and experience are known, and how both go."""

    role: str
    learners: int
    correlation: float | None


@dataclass(frozen=True, slots=True)
class PayWithExperience:
    """How pay goes with experience.

    Who is paid like someone with half their experience is a cohort:
    `learnstrata.segments.pay.cohorts`.

    Attributes
    ----------
    learners : int
        Of whom both are known.
    correlation : float or None
        Spearman's, of pay and years; None where one of them does not vary.
    by_role : tuple of RoleWithExperience
        Roles with enough learners, the largest first; of a table without titles all.
    """

    learners: int
    correlation: float | None
    by_role: tuple[RoleWithExperience, ...]


def relate_pay_to_experience(
    learners: pl.DataFrame, *, available: frozenset[str], least: int = 10
) -> PayWithExperience | None:
    """Say how pay goes with experience, of all and by role.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. What was filled in does not count.
    available : frozenset of str
        Standard columns the table holds.
    least : int, default=10
        Learners it takes to answer, and to tell of a role.

    Returns
    -------
    PayWithExperience or None
        None where both are known of fewer than `least`.
    """
    if not {"pay", "years_of_experience"} <= available:
        return None
    known = learners.filter(
        pl.col("experience_imputed") == 0, pl.col("pay").is_not_null()
    )
    known = once_each(newest_first(known))
    if len(known) < least:
        return None
    peers = pl.col("role") if "title" in available else pl.lit(EVERYBODY)
    rows = known.group_by(peers.alias("peers")).agg(*_related())
    roles = [RoleWithExperience(*row) for row in rows.rows() if row[1] >= least]
    everyone, correlation = known.select(*_related()).row(0)
    return PayWithExperience(
        learners=everyone,
        correlation=correlation,
        by_role=tuple(sorted(roles, key=lambda row: (-row.learners, row.role))),
    )


def _related() -> tuple[pl.Expr, pl.Expr]:
    rho = pl.corr("years_of_experience", "pay", method="spearman").fill_nan(None)
    return pl.len().alias("learners"), rho.alias("correlation")
