"""Companies under aliases: pay by role, concentration of learners, mix of tiers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Pay
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.privacy.disclosure.cells import CellRule, count_cells, suppress
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.segments.pay.benchmarks import (
    counted_by,
    lacking,
    paid_once,
    rolled_up,
    sizes_of,
)

__all__ = ["CompanyViews", "company_views", "gini"]

NEEDS = ("company", "tier", "pay")
TOP = 10
Alias = Callable[[str], str] | Mapping[str, str]

_COMPANIES = {
    "alias": pl.String,
    "tier": pl.String,
    "learners": pl.Int64,
    "p25": pl.Float64,
    "p50": pl.Float64,
    "p75": pl.Float64,
}
_ROLES = {
    "alias": pl.String,
    "role_family": pl.String,
    "learners": pl.Int64,
    "p50": pl.Float64,
    "rest": pl.Float64,
    "elsewhere": pl.Float64,
    "ratio": pl.Float64,
}
_TIERS = {
    "tier": pl.String,
    "companies": pl.Int64,
    "learners": pl.Int64,
    "share": pl.Float64,
    "p50": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class CompanyViews:
    """Companies without their names.

    Attributes
    ----------
    companies : polars.DataFrame
        The largest companies, by alias: ``alias``, ``tier``, ``learners`` (to two
        digits), ``p25``, ``p50``, ``p75`` of pay in currency units a year.
    roles : polars.DataFrame
        Roles with enough paid learners at one of them: ``alias``, ``role_family``,
        ``learners`` (to two digits), ``p50``, ``rest`` (median of everybody else at the
        company, null where they are too few), ``elsewhere`` (median of the role at all
        other companies) and ``ratio`` of the role's pay here and there.
    tiers : polars.DataFrame
        ``tier``, ``companies``, ``learners``, ``share`` of the learners whose company
        is known, ``p50``; tiers too small to show are not there.
    gini : float or None
        Of learners over companies: 0 all equal, near 1 all at one.
    top_share : float or None
        Share of learners at the ten largest companies; None with ten or fewer.
    n_companies, n_learners : int
        Companies, and learners whose company is known.
    reason : str
        Why there is nothing, or no role; empty where both are there.
    """

    companies: pl.DataFrame = field(repr=False)
    roles: pl.DataFrame = field(repr=False)
    tiers: pl.DataFrame = field(repr=False)
    gini: float | None
    top_share: float | None
    n_companies: int
    n_learners: int
    reason: str = ""

    @property
    def sentence(self) -> str:
        """Say how learners spread over companies."""
        if self.gini is None:
            return f"Companies cannot be compared: {self.reason}."
        spread = (
            f"{self.n_learners:,} learners are at {self.n_companies:,} companies "
            f"(Gini {self.gini:.2f})"
        )
        if self.top_share is None:
            return f"{spread}."
        return f"{spread}; the {TOP} largest have {self.top_share:.1%} of them."


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
    pay: Pay,
    most: int = 10,
    no_company: str = "",
    rule: CellRule | None = None,
) -> CompanyViews:
    """View the largest companies under aliases, and how learners spread over all.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. It is not changed.
    alias : callable or mapping of str to str
        What to call a company. Asked only for the companies that are shown, in the
        order of their names, so that a counter gives aliases that tell no size.
    pay : Pay
    most : int, default=10
        Companies shown at most, of those with enough paid learners.
    no_company : str, default=""
        Category of a missing company.
    rule : CellRule, optional
        How many learners are enough (10), and what cells of several companies must
        hold.

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
    A cell of one company cannot have three companies: only the least number of learners
    applies to it. Medians and quartiles are rounded, counts have two digits, and a role
    from which a smaller one could be worked out is left out as well. An alias
    hides a name, not a size: whoever knows which company is by far the largest will
    recognise it. Show these views to people who may know, or ask for fewer companies.

    Where a company has the role nearly to itself, `elsewhere` follows the rule of every
    cell (`learnstrata.privacy.disclosure.cells.CellRule`) and is null.

    Examples
    --------
    >>> frame = pl.DataFrame({
    ...     "role_family": "Data", "tier": "Tier 1",
    ...     "company": ["acme"] * 12 + ["zeta"] * 4, "pay": [1e6] * 16,
    ... })
    >>> found = company_views(frame, alias={"acme": "Company A"}, pay=Pay())
    >>> found.companies.select("alias", "learners", "p50").row(0), found.gini
    (('Company A', 12, 1000000.0), 0.25)
    """
    if most < 1:
        raise ParameterError(f"Got most={most}, expected 1 or more companies.")
    rule = rule or CellRule()
    if reason := lacking(learners, NEEDS):
        return _nothing(reason)
    if no_titles := lacking(learners, ("role_family",)):
        learners = learners.drop("role_family", strict=False)
    placed = _placed_once(learners, no_company)
    if placed.is_empty():
        return _nothing("no company is known")
    sizes = placed.group_by("company").len()["len"].to_numpy()
    paid = paid_once(learners, no_company=no_company)
    paid = paid.filter(pl.col("company").is_not_null())
    top = _largest(paid, most, rule.learners)
    named = _aliases(top, alias, placed["company"])
    at_top = paid.join(named, on="company")
    unit = pay.per_shown_unit
    ranked = np.sort(sizes)[::-1]
    return CompanyViews(
        companies=_companies(at_top, unit),
        roles=_no_roles() if no_titles else _roles(at_top, paid, unit, rule),
        tiers=_tiers(placed, paid, unit, rule),
        gini=gini(sizes),
        top_share=float(ranked[:TOP].sum() / len(placed)) if len(sizes) > TOP else None,
        n_companies=len(sizes),
        n_learners=len(placed),
        reason=no_titles,
    )


def _nothing(reason: str) -> CompanyViews:
    return CompanyViews(
        companies=pl.DataFrame(schema=_COMPANIES),
        roles=_no_roles(),
        tiers=pl.DataFrame(schema=_TIERS),
        gini=None,
        top_share=None,
        n_companies=0,
        n_learners=0,
        reason=reason,
    )


def _no_roles() -> pl.DataFrame:
    return pl.DataFrame(schema=_ROLES)


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
    ranked = sizes.sort(["len", "company"], descending=[True, False])
    return sorted(ranked["company"].head(most).to_list())


def _aliases(top: list[str], alias: Alias, companies: pl.Series) -> pl.DataFrame:
    if isinstance(alias, Mapping):
        if lacks := [name for name in top if name not in alias]:
            raise ParameterError(
                f"Got no alias for {len(lacks)} of the {len(top)} companies shown, "
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
    names = set(companies.unique().str.to_lowercase().to_list())
    if told := [name for name in given if name.lower() in names]:
        raise ParameterError(
            f"Got {len(told)} alias(es) that are the name of a company of the table, "
            "expected names that stand for nobody, such as 'Company A'."
        )
    schema = {"company": pl.String, "alias": pl.String}
    return pl.DataFrame({"company": top, "alias": given}, schema=schema)


def _companies(at_top: pl.DataFrame, unit: float) -> pl.DataFrame:
    amount = pl.col("pay").cast(pl.Float64)
    quartiles = {"p25": 0.25, "p50": 0.5, "p75": 0.75}
    rows = at_top.group_by("alias").agg(
        pl.col("tier").sort().first(),
        pl.len().cast(pl.Int64).alias("learners"),
        *(amount.quantile(q, "linear").alias(name) for name, q in quartiles.items()),
    )
    return _shared(rows, tuple(quartiles), unit).select(list(_COMPANIES)).sort("alias")


def _shared(rows: pl.DataFrame, amounts: tuple[str, ...], unit: float) -> pl.DataFrame:
    """Round what is shown of a single company."""
    rounded = {
        c: rounded_pay(rows[c].fill_null(unit).to_numpy(), unit) for c in amounts
    }
    return rows.with_columns(
        pl.col("learners").round_sig_figs(2),
        *(
            pl.when(pl.col(c).is_not_null()).then(pl.Series(values)).alias(c)
            for c, values in rounded.items()
        ),
    )


def _shown_roles(own: pl.DataFrame, rule: CellRule) -> pl.DataFrame:
    """Count and pay the roles of one company, as far as none gives another away."""
    counts = count_cells(own, ["role_family"], company=None)
    whole = pl.col("role_family").is_null()  # a company is shown with its size
    shown = suppress(counts, ["role_family"], rule=rule, known=whole)
    return shown.cut(
        own.group_by("alias", "company", "role_family").agg(
            pl.len().cast(pl.Int64).alias("learners"), p50=pl.col("pay").median()
        )
    )


def _beside(cells: pl.DataFrame, at_top: pl.DataFrame, rule: CellRule) -> pl.DataFrame:
    """Add the median of all others at the company, where they are enough."""
    rest = []
    for alias, role in cells.select("alias", "role_family").rows():
        here, other = pl.col("alias") == alias, pl.col("role_family") != role
        others = at_top.filter(here, other)["pay"]
        rest.append(others.median() if len(others) >= rule.learners else None)
    return cells.with_columns(pl.Series("rest", rest, pl.Float64))


def _roles(
    at_top: pl.DataFrame, paid: pl.DataFrame, unit: float, rule: CellRule
) -> pl.DataFrame:
    """Compare the roles of each company with the same roles at all others."""
    cells = [_shown_roles(own, rule) for _, own in at_top.group_by("alias")]
    cells = pl.concat(cells) if cells else _no_roles()
    cells = cells.filter(~pl.col("role_family").is_in(list(NO_ROLE)))
    cells = cells.sort("alias", "role_family")
    if cells.is_empty():
        return _no_roles()
    cells = _beside(cells, at_top, rule)
    roles = paid.select("role_family", "company", "pay")
    roles = roles.filter(pl.col("role_family").is_in(cells["role_family"].to_list()))
    each = counted_by(roles, ["role_family"])
    at = cells.select("alias", "company").unique().sort("alias")
    elsewhere = [
        _elsewhere(roles, each, company, rule).with_columns(alias=pl.lit(alias))
        for alias, company in at.rows()
    ]
    cells = cells.join(pl.concat(elsewhere), on=["alias", "role_family"], how="left")
    cells = _shared(cells, ("p50", "rest", "elsewhere"), unit)
    cells = cells.with_columns(ratio=(pl.col("p50") / pl.col("elsewhere")).round(2))
    return cells.select(list(_ROLES)).sort(
        ["alias", "p50", "role_family"], descending=[False, True, False]
    )


def _elsewhere(
    roles: pl.DataFrame, each: pl.DataFrame, company: str, rule: CellRule
) -> pl.DataFrame:
    others, by = pl.col("company") != company, ["role_family"]
    medians = roles.filter(others).group_by(by).agg(elsewhere=pl.col("pay").median())
    return _ruled(medians, rolled_up(each.filter(others), by), "elsewhere", rule)


def _ruled(
    medians: pl.DataFrame, sizes: pl.DataFrame, amount: str, rule: CellRule
) -> pl.DataFrame:
    """Take out the amounts of cells that may not be shown."""
    key = medians.columns[0]
    both = medians.join(sizes, on=key).sort(key)
    shown = rule.reasons().is_null()
    return both.select(key, pl.when(shown).then(amount).alias(amount))


def _tiers(
    placed: pl.DataFrame, paid: pl.DataFrame, unit: float, rule: CellRule
) -> pl.DataFrame:
    sizes = sizes_of(placed, ["tier"]).sort("tier")
    every = len(sizes)
    sizes = sizes.filter(rule.reasons().is_null())
    if every - len(sizes) == 1:  # what is left of the total would give it away
        sizes = sizes.sort("learners", "tier").tail(-1)
    medians = paid.group_by("tier").agg(p50=pl.col("pay").median().cast(pl.Float64))
    medians = medians.with_columns(p50=pl.Series(rounded_pay(medians["p50"], unit)))
    medians = _ruled(medians, sizes_of(paid, ["tier"]), "p50", rule)
    return (
        sizes.join(medians, on="tier", how="left")
        .with_columns(share=pl.col("learners") / len(placed))
        .select(list(_TIERS))
        .sort("tier")
    )
