"""Who could mentor whom: learners of each role, and the experienced among them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from learnstrata.learners.roles.unnamed import NO_ROLE

__all__ = ["EXPERIENCE", "MentorLevel", "MentorRole", "could_mentor", "count_mentors"]

YEARS = ("years_of_experience", "experience_imputed")
EXPERIENCE = frozenset({"title", "years_of_experience"})


@dataclass(frozen=True, slots=True)
class MentorLevel:
    """An experience band of a role, and how many in it are too new to mentor."""

    level: str
    demand: int


@dataclass(frozen=True, slots=True)
class MentorRole:
    """A role: its learners, those too new to mentor, and those who could.

    `demand` and `supply` are None where experience is not known; those of whom alone it
    is not known are in neither.
    """

    role: str
    learners: int
    demand: int | None
    supply: int | None
    levels: tuple[MentorLevel, ...] = ()


def could_mentor(years: float) -> pl.Expr:
    """Say who has so many years of experience; null where they are not known.

    Examples
    --------
    >>> frame = pl.DataFrame(
    ...     {"years_of_experience": [9.0, 3.0, 9.0], "experience_imputed": [0, 0, 1]}
    ... )
    >>> frame.select(could_mentor(8.0)).to_series().to_list()
    [True, False, None]
    """
    known = pl.col("experience_imputed") == 0
    enough = pl.when(known).then(pl.col("years_of_experience") >= years)
    return enough.alias("could_mentor")


def count_mentors(
    learners: pl.DataFrame,
    *,
    available: frozenset[str],
    bands: Sequence[str] = (),
    years: float = 8.0,
    no_role: Collection[str] = NO_ROLE,
) -> tuple[MentorRole, ...]:
    """Count who could mentor and be mentored in each named role, largest role first.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features.
    available : frozenset of str
        Standard columns the table holds.
    bands : sequence of str, default=()
        Experience bands from low to high: the levels of a role.
    years : float, default=8.0
        Of experience, from which a learner could mentor.
    no_role : collection of str
        Role groups that name no role.

    Returns
    -------
    tuple of MentorRole
        Empty where the table has no titles. Each role has every level.

    Examples
    --------
    >>> frame = pl.DataFrame({"role": ["Data", "Data", "Other"]})
    >>> count_mentors(frame, available=frozenset({"title"}))
    (MentorRole(role='Data', learners=2, demand=None, supply=None, levels=()),)
    """
    if "title" not in available:
        return ()
    wanted = ("role", "learner_id", "experience_band", *YEARS)
    told = learners.select(c for c in wanted if c in learners.columns)
    named = told.filter(~pl.col("role").is_in(list(no_role)))
    sizes = named.group_by("role").agg(learners=pl.len())
    rows = sizes.sort(["learners", "role"], descending=[True, False]).rows()
    if not available >= EXPERIENCE:
        return tuple(MentorRole(role, n, None, None) for role, n in rows)
    named = named.with_columns(could_mentor(years))
    of_role = _pairs(named, "role")
    of_level = _pairs(named, "role", "experience_band") if bands else {}
    return tuple(
        MentorRole(
            role,
            n,
            *of_role[role,],
            tuple(MentorLevel(b, of_level.get((role, b), (0, 0))[0]) for b in bands),
        )
        for role, n in rows
    )


def _pairs(named: pl.DataFrame, *by: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Count the distinct learners of each group who could not mentor, and who could."""
    supply = pl.col("could_mentor")
    if "learner_id" in named.columns:
        who = pl.col("learner_id")
        counts = [who.filter(one).n_unique() for one in (~supply, supply)]
    else:
        counts = [one.sum() for one in (~supply, supply)]
    demand, supplied = counts
    table = named.group_by(*by).agg(demand=demand, supply=supplied)
    return {
        tuple(map(str, row[:-2])): (int(row[-2]), int(row[-1])) for row in table.rows()
    }
