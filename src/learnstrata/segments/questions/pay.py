"""How pay goes with experience: of all, and by role."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.learners.factors import factor_codes
from learnstrata.learners.history import newest_first, once_each
from learnstrata.stats.ordered import ascending, grouped, midranks
from learnstrata.wording.words import EVERYBODY

__all__ = ["PayWithExperience", "RoleWithExperience", "relate_pay_to_experience"]

YEARS = ("years_of_experience", "experience_imputed")
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer]


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
    wanted = ("learner_id", "pay_year", "record", "role", "pay", *YEARS)
    told = learners.select(c for c in wanted if c in learners.columns)
    known = told.filter(pl.col("experience_imputed") == 0, pl.col("pay").is_not_null())
    known = once_each(newest_first(known))
    if len(known) < least:
        return None
    years, pay = (known[c].cast(pl.Float64).to_numpy() for c in (YEARS[0], "pay"))
    codes, names = np.zeros(len(known), dtype=np.int64), [EVERYBODY]
    (correlation,) = _spearman(years, pay, codes, 1)
    if "title" in available:
        codes, names = factor_codes(known["role"])
    rows = zip(
        names,
        np.bincount(codes, minlength=len(names)).tolist(),
        _spearman(years, pay, codes, len(names)),
        strict=True,
    )
    roles = [RoleWithExperience(*row) for row in rows if row[1] >= least]
    return PayWithExperience(
        learners=len(known),
        correlation=correlation,
        by_role=tuple(sorted(roles, key=lambda row: (-row.learners, row.role))),
    )


def _spearman(a: Floats, b: Floats, codes: Codes, n_groups: int) -> list[float | None]:
    """Correlate the ranks of two numbers in each group; None where one is the same."""
    middle = np.bincount(codes, minlength=n_groups)[codes] / 2
    x, y = (_ranks(values, codes, n_groups) - middle for values in (a, b))
    products = (x * y, x * x, y * y)
    xy, xx, yy = (np.bincount(codes, one, minlength=n_groups) for one in products)
    return [
        float(both / np.sqrt(one * other)) if one > 0 and other > 0 else None
        for both, one, other in zip(xy, xx, yy, strict=True)
    ]


def _ranks(values: Floats, codes: Codes, n_groups: int) -> Floats:
    """Rank numbers within their groups, equal ones alike."""
    ordered, rows = ascending(values)
    groups = grouped(codes[rows], n_groups)
    ordered, rows = ordered[groups.places], rows[groups.places]
    ranks = np.empty(len(values))
    for part in groups.slices():
        ranks[rows[part]] = midranks(ordered[part])
    return ranks
