"""Companies under aliases: pay by role, concentration of learners, mix of tiers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.employers import counted_by, rolled_up
from learnstrata.learners.factors import as_factor, factor_codes
from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.pay.benchmarks import lacking, paid_once
from learnstrata.stats.ordered import ascending, grouped
from learnstrata.wording.words import EVERYBODY

__all__ = [
    "COMPARED",
    "LEAST_SPREAD",
    "MOST_OF_ONE",
    "TOP",
    "CompanyRole",
    "CompanyTier",
    "CompanyView",
    "CompanyViews",
    "RoleInCompanies",
    "company_views",
    "gini",
    "role_in_companies",
]

NEEDS = ("company", "tier", "pay")
PAID = ("company", "tier", "role_family", "pay")
TOP = 10
LEAST_SPREAD = 2 * TOP  # companies of a tier whose concentration is told
COMPARED = "Data science"  # the role that the question on companies asks for
MOST_OF_ONE = 0.5  # of a tier at its largest company, to tell how the others spread
Alias = Callable[[str], str] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompanyRole:
    """A role at a company: paid learners and their median pay.

    `rest` is the median of everybody else there, `elsewhere` that of the role at all
    other companies; None where they are too few to compare with.
    """

    role_family: str
    learners: int
    p50: float
    rest: float | None
    elsewhere: float | None

    @property
    def to_rest(self) -> float | None:
        """Pay of the role over that of the rest of the company."""
        return None if self.rest is None else self.p50 / self.rest

    @property
    def to_elsewhere(self) -> float | None:
        """Pay of the role over that of the role at other companies."""
        return None if self.elsewhere is None else self.p50 / self.elsewhere


@dataclass(frozen=True, slots=True)
class CompanyView:
    """A company under its alias: paid learners and quartiles of pay.

    `to_others` is its median pay over that of all who are paid elsewhere, None where
    they are too few to compare with. Roles are those with enough paid learners.
    """

    alias: str
    tier: str
    learners: int
    p25: float
    p50: float
    p75: float
    to_others: float | None
    roles: tuple[CompanyRole, ...]


@dataclass(frozen=True, slots=True)
class CompanyTier:
    """A company tier: companies, learners, and the median of those who are paid.

    `largest_share` is the share of its largest company among its learners, `gini` and
    `top_share` tell how they spread over its companies, as `CompanyViews` has it of
    all; None of fewer than `LEAST_SPREAD` companies, of which the largest are most of
    what there is, where one company has more than half, of whose size they would tell,
    and of those that are too small for a tier.
    """

    tier: str
    companies: int
    learners: int
    largest_share: float
    n_paid: int
    p50: float | None
    gini: float | None = None
    top_share: float | None = None


@dataclass(frozen=True, slots=True)
class CompanyViews:
    """Companies without their names.

    Attributes
    ----------
    largest : tuple of CompanyView
        The largest companies, by alias.
    tiers : tuple of CompanyTier
    gini : float or None
        Of learners over companies: 0 all equal, near 1 all at one.
    top_share : float or None
        Share of learners at the ten largest companies; None with ten or fewer.
    n_companies, n_learners : int
        Companies, and learners whose company is known.
    reason : str
        Why there is nothing, or no role; empty where both are there.
    """

    largest: tuple[CompanyView, ...]
    tiers: tuple[CompanyTier, ...]
    gini: float | None
    top_share: float | None
    n_companies: int
    n_learners: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoleInCompanies:
    """A role beside everybody else, within the large companies that have both.

    `companies` have enough learners of both, `higher` of them pay the role more by the
    median; `typical` is the median ratio, None without such a company.
    """

    role_family: str
    companies: int
    higher: int
    typical: float | None


def role_in_companies(views: CompanyViews, role_family: str) -> RoleInCompanies:
    """Compare a role with the rest of each large company, and count the companies.

    Parameters
    ----------
    views : CompanyViews
    role_family : str
    """
    ratios = [
        role.to_rest
        for view in views.largest
        for role in view.roles
        if role.role_family == role_family and role.to_rest is not None
    ]
    return RoleInCompanies(
        role_family=role_family,
        companies=len(ratios),
        higher=sum(ratio > 1 for ratio in ratios),
        typical=median(ratios) if ratios else None,
    )


def gini(sizes: npt.ArrayLike) -> float:
    r"""Give the Gini coefficient of sizes.

    :math:`\sum_i \sum_j |x_i - x_j| / (2 n^2 \bar x)`, in 0 (all equal) to
    ``1 - 1 / n`` (all in one).

    Parameters
    ----------
    sizes : array-like of shape (n,)
        Not negative.

    Raises
    ------
    DegenerateError
        If there are no sizes, one is negative or not finite, or all are 0.

    References
    ----------
    .. [1] C. Gini (1912), "Variabilita e mutabilita". The sorted form used here is in
       F. Cowell (2011), "Measuring Inequality", Oxford University Press.

    Examples
    --------
    >>> gini([2, 2, 2]), gini([0, 0, 3])
    (0.0, 0.6666666666666666)
    """
    x = np.sort(np.asarray(sizes, dtype=np.float64).ravel())
    if not (len(x) and np.isfinite(x).all() and x[0] >= 0 and x[-1] > 0):
        raise DegenerateError(
            f"Got {len(x):,} sizes, expected one or more finite numbers, none negative "
            "and not all 0. Count learners of companies that have some."
        )
    n = len(x)
    return float((2 * np.arange(1, n + 1) - n - 1) @ x / (n * x.sum()))


def company_views(
    learners: pl.DataFrame,
    *,
    alias: Alias,
    most: int = 10,
    no_company: str = "",
    rule: PayRule | None = None,
    paid: pl.DataFrame | None = None,
) -> CompanyViews:
    """View the largest companies under aliases, and how learners spread over all.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. It is not changed.
    alias : callable or mapping of str to str
        What to call a company. Asked only for the companies that are viewed, in the
        order of their names, so that a counter gives aliases that tell no size.
    most : int, default=10
        Companies viewed at most, of those with enough paid learners.
    no_company : str, default=""
        Category of a missing company.
    rule : PayRule, optional
        How many learners are enough for a company, a role and what they are compared
        with (10), and what else is asked of pay at several companies.
    paid : polars.DataFrame, optional
        What `learnstrata.segments.pay.benchmarks.paid_once` gives of `learners`, where
        it is there already.

    Returns
    -------
    CompanyViews
        With the reason where the table has no companies or no pay, and so nothing, or
        no titles, and so no roles.

    Raises
    ------
    ParameterError
        If `most` is not positive, a company has no alias, two have the same, or an
        alias is the name of a company of the table.

    Notes
    -----
    Numbers are exact. A ratio of two medians needs enough learners on either side:
    that of a role to other companies needs what the rule asks of every cell of pay
    there, so a role that one company has nearly to itself has none.

    An alias hides a name, not a size: whoever knows which company is by far the largest
    will recognise it by its learners.

    Examples
    --------
    >>> frame = pl.DataFrame({
    ...     "role_family": "Data", "tier": "Tier 1",
    ...     "company": ["acme"] * 12 + ["zeta"] * 4, "pay": [1e6] * 16,
    ... })
    >>> found = company_views(frame, alias={"acme": "Company A"})
    >>> found.largest[0].alias, found.largest[0].learners, found.gini
    ('Company A', 12, 0.25)
    """
    if most < 1:
        raise ParameterError(f"Got most={most}, expected 1 or more companies.")
    rule = rule or PayRule()
    if reason := lacking(learners, NEEDS):
        return CompanyViews((), (), None, None, 0, 0, reason)
    placed = _placed_once(learners, no_company)
    if placed.is_empty():
        return CompanyViews((), (), None, None, 0, 0, "no company is known")
    no_titles = lacking(learners, ("role_family",))
    if no_titles:
        learners = learners.drop("role_family", strict=False)
    paid = paid_once(learners, no_company=no_company) if paid is None else paid
    paid = paid.select(c for c in PAID if c in paid.columns).drop_nulls("company")
    named = _aliases(_largest(paid, most, rule.learners), alias, placed["company"])
    each = counted_by(placed, ["tier"])
    sizes = each.group_by("company").agg(pl.col("n").sum())["n"]
    sizes = sizes.sort(descending=True).to_numpy()
    everybody = _everybody(paid)
    return CompanyViews(
        largest=tuple(
            _view(everybody, company, name, rule)
            for name, company in sorted((n, c) for c, n in named.items())
        ),
        tiers=_tiers(each, paid),
        gini=gini(sizes),
        top_share=float(sizes[:TOP].sum() / len(placed)) if len(sizes) > TOP else None,
        n_companies=len(sizes),
        n_learners=len(placed),
        reason=no_titles,
    )


def _placed_once(learners: pl.DataFrame, no_company: str) -> pl.DataFrame:
    """Give each learner whose company is known, once."""
    wanted = ("learner_id", "pay_year", "record", "company", "tier")
    placed = learners.select(c for c in wanted if c in learners.columns).filter(
        pl.col("company").is_not_null(), pl.col("company") != no_company
    )
    if "learner_id" not in placed.columns or placed["learner_id"].is_unique().all():
        return placed
    by = [c for c in wanted[1:] if c in placed.columns]
    placed = placed.sort(by, descending=[c == "pay_year" for c in by])
    return placed.unique("learner_id", keep="first", maintain_order=True)


def _largest(paid: pl.DataFrame, most: int, least: int) -> list[str]:
    sizes = paid.group_by("company").len().filter(pl.col("len") >= least)
    sizes = sizes.with_columns(pl.col("company").cast(pl.String))
    ranked = sizes.sort(["len", "company"], descending=[True, False])
    return sorted(ranked["company"].head(most).to_list())


def _aliases(top: list[str], alias: Alias, companies: pl.Series) -> dict[str, str]:
    if isinstance(alias, Mapping):
        if lacks := [name for name in top if name not in alias]:
            raise ParameterError(
                f"Got no alias for {len(lacks)} of the {len(top)} companies viewed, "
                "expected one for each. Pass a function, or ask for fewer companies."
            )
        given = [alias[name] for name in top]
    else:
        given = [alias(name) for name in top]
    if len(set(given)) < len(given):
        raise ParameterError(
            f"Got {len(set(given))} different aliases for {len(given)} companies, "
            "expected one of its own for each."
        )
    names = companies.unique().cast(pl.String).str.to_lowercase()
    taken = set(names.filter(names.is_in([name.lower() for name in given])))
    if told := [name for name in given if name.lower() in taken]:
        raise ParameterError(
            f"Got {len(told)} alias(es) that are the name of a company of the table, "
            "expected names that stand for nobody, such as 'Company A'."
        )
    return dict(zip(top, given, strict=True))


class _Everybody(NamedTuple):
    """Paid learners; their pay, ascending in each role, and at which company it is."""

    paid: pl.DataFrame
    each: pl.DataFrame
    pay: npt.NDArray[np.float64]
    companies: npt.NDArray[np.int32]
    of_roles: Mapping[str, slice]


def _everybody(paid: pl.DataFrame) -> _Everybody:
    """Put pay in order, so that the median without a company takes no search."""
    titled = "role_family" in paid.columns
    everyone = pl.repeat(EVERYBODY, len(paid), eager=True)
    roles = paid["role_family"] if titled else everyone
    codes, names = factor_codes(roles)
    pay, rows = ascending(paid["pay"].cast(pl.Float64).to_numpy())
    groups = grouped(codes[rows], len(names))
    factor = as_factor(paid["company"])
    companies, _ = factor_codes(factor)
    return _Everybody(
        paid=paid.with_columns(factor),
        each=counted_by(paid, ["role_family"] if titled else []),
        pay=pay[groups.places],
        companies=companies[rows][groups.places],
        of_roles=dict(zip(names, groups.slices(), strict=True)) if titled else {},
    )


def _view(
    everybody: _Everybody, company: str, alias: str, rule: PayRule
) -> CompanyView:
    own = everybody.paid.filter(pl.col("company") == company)
    here = everybody.companies == own["company"].to_physical()[0]
    p25, p50, p75 = (
        float(q) for q in np.quantile(own["pay"].to_numpy(), [0.25, 0.5, 0.75])
    )
    beside = _median(everybody.pay[~here], rule.learners)
    return CompanyView(
        alias=alias,
        tier=own["tier"].cast(pl.String).sort()[0],
        learners=len(own),
        p25=p25,
        p50=p50,
        p75=p75,
        to_others=None if beside is None else p50 / beside,
        roles=_roles(own, everybody, here, rule),
    )


def _median(pay: npt.NDArray[np.float64], least: int) -> float | None:
    """Give the median of enough pays to compare with."""
    return float(np.median(pay)) if len(pay) >= least else None


def _roles(
    own: pl.DataFrame,
    everybody: _Everybody,
    here: npt.NDArray[np.bool_],
    rule: PayRule,
) -> tuple[CompanyRole, ...]:
    """Compare each role of a company with the rest of it and with other companies."""
    if "role_family" not in own.columns:
        return ()
    sizes = own.group_by("role_family").len().filter(pl.col("len") >= rule.learners)
    named = sorted(set(sizes["role_family"]).difference(NO_ROLE))
    others = everybody.each.filter(
        pl.col("company") != own["company"][0], pl.col("role_family").is_in(named)
    )
    enough = rolled_up(others, ["role_family"]).filter(rule.met())["role_family"]
    elsewhere = {
        role: float(np.median(everybody.pay[part][~here[part]]))
        for role, part in everybody.of_roles.items()
        if role in set(enough)
    }
    return tuple(
        CompanyRole(
            role_family=role,
            learners=len(there := own.filter(pl.col("role_family") == role)["pay"]),
            p50=float(np.median(there.to_numpy())),
            rest=_median(
                own.filter(pl.col("role_family") != role)["pay"].to_numpy(),
                rule.learners,
            ),
            elsewhere=elsewhere.get(role),
        )
        for role in named
    )


def _tiers(each: pl.DataFrame, paid: pl.DataFrame) -> tuple[CompanyTier, ...]:
    medians = paid.group_by("tier").agg(
        n_paid=pl.len(), p50=pl.col("pay").median().cast(pl.Float64)
    )
    rows = (
        rolled_up(each, ["tier"])
        .join(medians, on="tier", how="left")
        .with_columns(pl.col("n_paid").fill_null(0))
        .select(
            *("tier", "companies", "learners", "largest_share", "n_paid", "p50"),
        )
        .sort("tier")
    )
    spread = _concentration(each)
    none = (None, None)
    return tuple(
        CompanyTier(
            **row,
            gini=spread.get(row["tier"], none)[0],
            top_share=spread.get(row["tier"], none)[1],
        )
        for row in rows.iter_rows(named=True)
    )


def _concentration(each: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Give the Gini and the share of the ten largest companies of each tier."""
    largest_first = each.sort("n", descending=True)
    of = {
        str(key[0]): one["n"].to_numpy()
        for key, one in largest_first.group_by("tier", maintain_order=True)
    }
    return {
        tier: (gini(n), float(n[:TOP].sum() / n.sum()))
        for tier, n in of.items()
        if len(n) >= LEAST_SPREAD and tier != UNRATED and n[0] <= MOST_OF_ONE * n.sum()
    }
