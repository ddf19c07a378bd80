"""Who could mentor whom: learners of each role, and the experienced among them."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from learnstrata.learners.roles.unnamed import NO_ROLE

__all__ = ["MENTOR_YEARS", "MentorRole", "count_mentors"]

MENTOR_YEARS = 8.0  # of experience, for a mentor


@dataclass(frozen=True, slots=True)
class MentorRole:
    """A role: its learners, and those with `MENTOR_YEARS` or more.

    `seniors` is None where experience is not known.
    """

    role: str
    learners: int
    seniors: int | None


def count_mentors(
    learners: pl.DataFrame,
    *,
    available: frozenset[str],
    no_role: Collection[str] = NO_ROLE,
) -> tuple[MentorRole, ...]:
    """Count the learners and the seniors of each role that is named, largest first.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features.
    available : frozenset of str
        Standard columns the table holds.
    no_role : collection of str
        Role groups that name no role.

    Returns
    -------
    tuple of MentorRole
        Empty where the table has no titles.

    Examples
    --------
    >>> frame = pl.DataFrame({"role": ["Data", "Data", "Other"]})
    >>> count_mentors(frame, available=frozenset({"title"}))
    (MentorRole(role='Data', learners=2, seniors=None),)
    """
    if "title" not in available:
        return ()
    seniors = pl.lit(None, pl.Int64)
    if "years_of_experience" in available:
        enough = pl.col("years_of_experience") >= MENTOR_YEARS
        known = pl.col("experience_imputed") == 0
        seniors = (enough & known).sum().cast(pl.Int64)
        if "learner_id" in learners.columns:
            senior = pl.col("learner_id").filter(enough & known)
            seniors = senior.n_unique().cast(pl.Int64)
    rows = (
        learners.filter(~pl.col("role").is_in(list(no_role)))
        .group_by("role")
        .agg(pl.len().alias("learners"), seniors.alias("seniors"))
        .sort(["learners", "role"], descending=[True, False])
    )
    return tuple(MentorRole(*row) for row in rows.rows())
