"""Pay by role family, company tier and experience band.

A thin cell borrows from wider ones; a cell that could tell of somebody is hidden, by
the one rule of `learnstrata.privacy.disclosure.cells.CellRule`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.config.stages import Pay
from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.cells import MEASURES, CellRule
from learnstrata.privacy.disclosure.rounding import rounded_pay

__all__ = [
    "Benchmarks",
    "counted_by",
    "lacking",
    "money",
    "paid_once",
    "pay_benchmarks",
    "peer_medians",
    "rolled_up",
    "sizes_of",
    "why_hidden",
]

KNOTS = {
    "p05": 0.05,
    "p10": 0.1,
    "p25": 0.25,
    "p50": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p95": 0.95,
}
QUARTILES = ("p25", "p50", "p75")
BEYOND = 5  # learners beyond the outer knots: a 5th percentile of 10 is their minimum
THIN = 0.5  # below it a cell leans on wider groups more than on its own learners
OFFSET_TAU = (
    30.0  # learners at which a role's own tier gap weighs as much as all roles'
)
TAU_RANGE = (5.0, 50.0)
NEEDS = ("role_family", "company", "tier", "experience_band", "pay")
USED = (
    *NEEDS,
    *("learner_id", "record", "pay_year", "pay_imputed", "experience_imputed"),
    *("years_of_experience", "pay_growth", "segment_id", "segment_name"),
)

Floats = npt.NDArray[np.float64]
Level = Literal["cell", "role and experience", "role", "all"]


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """Pay of learners by role family, company tier and experience band.

    Attributes
    ----------
    cells : polars.DataFrame
        One row a cell that has learners: ``role_family``, ``tier``,
        ``experience_band``, ``learners``, ``companies``, ``largest_share``, the
        quantiles ``p05`` to ``p95`` in currency units a year (null in hidden cells; the
        outer ones also in cells too small for them), ``shrunk``, ``weight`` (0..1, of
        the cell's own learners), ``hidden`` and ``why_hidden``. Counts of hidden cells
        are in it: it is private. `shown` is not.
    wider : polars.DataFrame
        The same for role and experience, role, and all, told by ``level``.
    tau : float
        Learners at which a cell weighs as much as what is wider.
    n_learners, n_left_out : int
        Counted, and without a believable pay or a known experience.
    pay : Pay
    rule : CellRule
        By which cells are hidden.
    reason : str
        Why there are no cells; empty where there are.
    """

    cells: pl.DataFrame = field(repr=False)
    wider: pl.DataFrame = field(repr=False)
    tau: float
    n_learners: int
    n_left_out: int
    pay: Pay
    rule: CellRule = field(default_factory=CellRule)
    reason: str = ""

    def shown(self) -> pl.DataFrame:
        """Give the cells that may be shared.

        Beside totals only after `learnstrata.segments.pay.shared.guarded`, or a hidden
        count is what is left of its total.
        """
        private = ("largest_share", "hidden", "why_hidden")
        return self.cells.filter(~pl.col("hidden")).drop(private)

    @property
    def sentence(self) -> str:
        """Say how much is shown."""
        if self.reason:
            return f"There are no pay benchmarks: {self.reason}."
        shown = self.cells.filter(~pl.col("hidden"))
        thin = int(shown["shrunk"].sum())
        told = (
            f"Pay is shown for {len(shown):,} of {len(self.cells):,} combinations of "
            f"role, company tier and experience that have learners; {thin:,} of those "
            "shown are thin and lean on wider groups."
        )
        if not self.tells_all:
            return told
        return (
            f"{told} {self.n_learners:,} learners are counted, {self.n_left_out:,} are "
            "not: their pay or experience is not known."
        )

    @property
    def tells_all(self) -> bool:
        """Whether the number of all learners counted may be told."""
        everyone = self.wider.filter(pl.col("level") == "all", ~pl.col("hidden"))
        return not everyone.is_empty()


def why_hidden(
    learners: int, companies: int, largest_share: float, *, rule: CellRule | None = None
) -> str:
    """Say why a cell of pay may not be shown; empty where it may.

    Examples
    --------
    >>> why_hidden(40, 2, 0.5)
    'too few companies'
    >>> why_hidden(40, 8, 0.2)
    ''
    """
    cell = (learners, companies, largest_share)
    one = pl.DataFrame([cell], list(MEASURES), orient="row")
    return one.select(_reasons(rule or CellRule())).item()


def _reasons(rule: CellRule) -> pl.Expr:
    return rule.reasons().fill_null("").alias("why_hidden")


def pay_benchmarks(
    learners: pl.DataFrame,
    *,
    pay: Pay,
    no_company: str = "",
    tau: float | None = None,
    rule: CellRule | None = None,
    paid: pl.DataFrame | None = None,
) -> Benchmarks:
    r"""Give quartiles of pay by role family, company tier and experience band.

    A log quantile of a cell is shrunken: ``w * own + (1 - w) * wider`` with
    ``w = n / (n + tau)``, in 0..1. The wider cell is that of role and experience moved
    by the typical gap of the tier in this role; that one is shrunken likewise towards
    the role moved by the gap of the experience band, and the role towards all.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. It is not changed.
    pay : Pay
    no_company : str, default=""
        Category of a missing company; empty where it stays missing.
    tau : float, optional
        Learners at which a cell weighs as much as the wider one. By default estimated
        at every level by empirical Bayes: ``tau = v / A``, where
        :math:`v = \frac{\pi}{2} s^2` is the variance of the median of one learner (s
        from the median absolute deviation within cells) and
        :math:`A = (\sum n_i d_i^2 - K v) / \sum n_i` the variance between the K cells,
        d their own median less the wider one; kept within 5..50.
    rule : CellRule, optional
        What a cell must hold to be shown.
    paid : polars.DataFrame, optional
        What `paid_once` gives of `learners`, where it is there already.

    Returns
    -------
    Benchmarks
        Without cells and with the reason where the table has no titles, companies or
        pay.

    Raises
    ------
    ParameterError
        If `tau` is not a positive number.

    Notes
    -----
    A learner counts once, with the newest pay. Pay that is missing, imputed or set
    aside as suspect does not count, nor does a learner whose experience is not known.

    A learner whose company is not known counts as a learner and not as a company; for
    the share of the largest company all of them are taken to work there. A cell of
    unknown companies is therefore never shown.

    Pay is rounded to 0.1 of the shown unit or 1 % (up to the next 1, 2 or 5), whichever
    is coarser; there is no minimum and no maximum. A 10th or 5th percentile and its
    counterpart are stored only where five learners are beyond them.

    Five 5 % samples of a table of 149,785 learners, against the medians of the other
    learners: the mean absolute error of the log median in cells of 3 to 29 learners was
    0.166 raw and 0.095 shrunken; of 30 to 99 learners 0.096 and 0.074. Without the gap
    of the tier it was 0.167 and 0.093: shrinking across tiers helps nobody.

    References
    ----------
    .. [1] B. Efron, C. Morris (1975), "Data analysis using Stein's estimator and its
       generalizations", JASA 70(350): 311-319.

    Examples
    --------
    >>> rows = [("Data", "Tier 1", "Mid", f"c{i % 4}", 1e6 + 1e4 * i)
    ...         for i in range(41)]
    >>> names = ["role_family", "tier", "experience_band", "company", "pay"]
    >>> found = pay_benchmarks(pl.DataFrame(rows, names, orient="row"), pay=Pay())
    >>> found.shown().select("learners", "companies", "p25", "p50", "p75").row(0)
    (41, 4, 1100000.0, 1200000.0, 1300000.0)
    """
    _check_tau(tau)
    rule = rule or CellRule()
    if reason := lacking(learners, NEEDS):
        return _nothing(pay, reason, learners)
    paid = paid_once(learners, no_company=no_company) if paid is None else paid
    paid = paid.with_columns(
        stage=pl.col("experience_band"),
        company=pl.col("company").cast(pl.Categorical).to_physical(),
    )
    if paid.is_empty():
        return _nothing(pay, "no learner has a known pay and experience", learners)
    paid = _with_offsets(paid)
    both = pl.col("stage_gap") + pl.col("tier_gap")
    keys = ["role_family", "stage", "tier"]
    each = counted_by(paid, keys).with_columns(_all=pl.lit(0))
    cells, at = _level(paid, each, keys, both, tau)
    wider = [
        _level(paid, each, ["role_family", "stage"], pl.col("stage_gap"), tau)[0],
        _level(paid, each, ["role_family"], pl.lit(0.0), tau)[0],
        _level(paid, each, [], pl.lit(0.0), tau)[0],
    ]
    names: tuple[Level, ...] = ("role and experience", "role", "all")
    wide = [
        _finished(frame, pay, rule).with_columns(level=pl.lit(name))
        for frame, name in zip(wider, names, strict=True)
    ]
    distinct = _distinct_learners(learners)
    return Benchmarks(
        cells=_ordered(_finished(cells, pay, rule), paid),
        wider=pl.concat(wide, how="diagonal").rename({"stage": "experience_band"}),
        tau=at,
        n_learners=len(paid),
        n_left_out=distinct - len(paid),
        pay=pay,
        rule=rule,
    )


def _check_tau(tau: float | None) -> None:
    if tau is not None and not (np.isfinite(tau) and tau > 0):
        raise ParameterError(
            f"Got tau={tau}, expected a positive number of learners. Leave it out to "
            "estimate it from the table."
        )


def lacking(learners: pl.DataFrame, needs: Sequence[str]) -> str:
    """Say which of the columns a table lacks, or has without a value; empty if none."""
    words = {"role_family": "titles", "company": "companies", "tier": "company tiers"}
    words |= {"experience_band": "experience", "years_of_experience": "experience"}
    for column in needs:
        gone = column not in learners.columns or learners[column].is_null().all()
        if gone:
            return f"the table has no {words.get(column, column)}"
    return ""


def _nothing(pay: Pay, reason: str, learners: pl.DataFrame) -> Benchmarks:
    keys = {"role_family": pl.String, "tier": pl.String, "experience_band": pl.String}
    schema: dict[str, Any] = {
        **keys,
        "learners": pl.Int64,
        "companies": pl.Int64,
        "largest_share": pl.Float64,
        **dict.fromkeys(KNOTS, pl.Float64),
        "shrunk": pl.Boolean,
        "weight": pl.Float64,
        "hidden": pl.Boolean,
        "why_hidden": pl.String,
    }
    none = pl.DataFrame(schema=schema)
    wide = none.drop("tier").with_columns(level=pl.lit("", pl.String))
    left_out = _distinct_learners(learners)
    return Benchmarks(none, wide, 0.0, 0, left_out, pay, reason=reason)


def _distinct_learners(learners: pl.DataFrame) -> int:
    known = "learner_id" in learners.columns
    return learners["learner_id"].n_unique() if known else len(learners)


def paid_once(learners: pl.DataFrame, *, no_company: str = "") -> pl.DataFrame:
    """Give one row for each learner whose pay and experience are known.

    Parameters
    ----------
    learners : polars.DataFrame
        It is not changed.
    no_company : str, default=""
        Category of a missing company, which becomes null.

    Returns
    -------
    polars.DataFrame
        The columns that pay is compared by, ``row`` (the place in `learners`) and
        ``log_pay``; of several rows of a learner the one with the newest pay.
    """
    pay = pl.col("pay").cast(pl.Float64)
    counts = pl.col("pay").is_not_null() & pay.is_finite() & (pay > 0)
    for flag in ("pay_imputed", "experience_imputed"):
        if flag in learners.columns:
            counts &= pl.col(flag) == 0
    keys = [c for c in ("role_family", "tier", "experience_band") if c in learners]
    paid = (
        learners.select(c for c in USED if c in learners.columns)
        .with_row_index("row")
        .filter(counts, *(pl.col(key).is_not_null() for key in keys))
    )
    paid = paid.with_columns(
        company=pl.when(pl.col("company") != no_company).then("company"),
        log_pay=pay.log(),
    )
    if "learner_id" not in paid.columns or paid["learner_id"].is_unique().all():
        return paid
    newest = [c for c in ("pay_year", "record", "pay", *keys, "company") if c in paid]
    paid = paid.sort(newest, descending=[c == "pay_year" for c in newest])
    return paid.unique("learner_id", keep="first", maintain_order=True)


def _with_offsets(paid: pl.DataFrame) -> pl.DataFrame:
    """Add the gap in log pay of a stage over roles, and of a tier in a role."""
    log_pay = pl.col("log_pay")
    of_stage = (log_pay - log_pay.median().over("role_family")).alias("_r")
    paid = paid.with_columns(of_stage)
    rest = (log_pay - log_pay.median().over("role_family", "stage")).alias("_r")
    paid = paid.with_columns(pl.col("_r").median().over("stage").alias("stage_gap"))
    paid = paid.with_columns(rest)
    paid = paid.with_columns(pl.col("_r").median().over("tier").alias("tier_gap"))
    n = pl.len().over("role_family", "tier")
    own = (pl.col("_r") - pl.col("tier_gap")).median().over("role_family", "tier")
    gap = pl.col("tier_gap") + own * n / (n + OFFSET_TAU)
    return paid.with_columns(gap.alias("tier_gap")).drop("_r")


def _level(
    paid: pl.DataFrame,
    each: pl.DataFrame,
    keys: Sequence[str],
    gap: pl.Expr,
    tau: float | None,
) -> tuple[pl.DataFrame, float]:
    """Give sizes and shrunken quantiles of pay of each cell of `keys`, and its tau."""
    cells, at = _placed(paid, keys, gap, tuple(KNOTS), tau)
    cells = cells.with_columns(pl.col(knot).exp() for knot in KNOTS)
    counts = rolled_up(each, ["_all", *keys])
    return cells.join(counts, on=["_all", *keys]).sort(keys).drop("_all", "n"), at


def _placed(
    paid: pl.DataFrame,
    keys: Sequence[str],
    gap: pl.Expr,
    knots: Sequence[str],
    tau: float | None,
) -> tuple[pl.DataFrame, float]:
    """Shrink what is left of log pay without the gap, and put the gap back."""
    rest = paid.with_columns(residual=pl.col("log_pay") - gap, gap=gap, _all=pl.lit(0))
    by = ["_all", *keys]
    cells, at = _ladder(rest, by, knots, tau)
    gaps = rest.group_by(by).agg(pl.col("gap").first())
    cells = cells.join(gaps, on=by).with_columns(pl.col(knots) + pl.col("gap"))
    return cells.drop("gap").sort(by), at


def sizes_of(paid: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Count learners and companies of each cell, and the share of its largest company.

    All learners whose company is null are taken to work at the largest one.
    """
    return rolled_up(counted_by(paid, by), by)


def counted_by(paid: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Count the learners of each cell at each company, as ``n``."""
    return paid.group_by(*by, "company").agg(n=pl.len().cast(pl.Int64))


def rolled_up(each: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Give what `sizes_of` gives from the counts of `counted_by`, of these or more."""
    each = each.group_by(*by, "company").agg(pl.col("n").sum())
    known = pl.col("company").is_not_null()
    largest = pl.col("n").filter(known).max().fill_null(0)
    unknown = pl.col("n").filter(~known).sum()
    return each.group_by(by).agg(
        pl.col("n").sum().alias("learners"),
        known.sum().cast(pl.Int64).alias("companies"),
        ((largest + unknown) / pl.col("n").sum()).alias("largest_share"),
    )


def _ladder(
    rest: pl.DataFrame, by: Sequence[str], knots: Sequence[str], tau: float | None
) -> tuple[pl.DataFrame, float]:
    """Shrink quantiles of residuals from all down to the cells, one key at a time."""
    cells, at = pl.DataFrame(), 0.0
    for depth in range(1, len(by) + 1):
        keys = list(by[:depth])
        own = _quantiles(rest, keys, knots)
        if depth == 1:
            cells = own.with_columns(weight=pl.lit(1.0))
            continue
        both = own.join(cells.drop("n", "weight"), on=keys[:-1], suffix="_wider")
        at = tau or _estimated_tau(rest, both.sort(keys), keys)
        weight = pl.col("n") / (pl.col("n") + at)
        shrunken = (
            (weight * pl.col(k) + (1 - weight) * pl.col(f"{k}_wider")).alias(k)
            for k in knots
        )
        cells = both.select(*keys, "n", weight.alias("weight"), *shrunken)
    return cells, at


def _quantiles(
    rest: pl.DataFrame, keys: Sequence[str], knots: Sequence[str]
) -> pl.DataFrame:
    quantiles = (
        pl.col("residual").quantile(KNOTS[k], "linear").alias(k) for k in knots
    )
    return rest.group_by(*keys).agg(pl.len().alias("n"), *quantiles)


def _estimated_tau(
    rest: pl.DataFrame, both: pl.DataFrame, keys: Sequence[str]
) -> float:
    low, high = TAU_RANGE
    if both.is_empty():
        return high
    residual = pl.col("residual")
    spread = (residual - residual.median().over(*keys)).abs().median()
    n = both["n"].to_numpy().astype(np.float64)
    d = (both["p50"] - both["p50_wider"]).to_numpy()
    # Cells of one learner have no spread of their own; weighed by n they hardly count.
    v = np.pi / 2 * (1.4826 * float(rest.select(spread).item() or 0.0)) ** 2
    between = (n @ d**2 - len(d) * v) / n.sum()
    return float(np.clip(v / between, low, high)) if between > 0 else high


def _finished(cells: pl.DataFrame, pay: Pay, rule: CellRule) -> pl.DataFrame:
    """Round the pay, and take out what may not be shown."""
    why = cells.select(_reasons(rule)).to_series()
    hidden = why != ""
    learners = pl.col("learners")
    columns = []
    for knot, q in KNOTS.items():
        inner = knot in QUARTILES
        stored = ~hidden & (inner | (learners * min(q, 1 - q) + 1e-9 >= BEYOND))
        amounts = rounded_pay(cells[knot].to_numpy(), pay.per_shown_unit)
        columns.append(pl.when(stored).then(pl.Series(amounts)).alias(knot))
    return cells.with_columns(
        *columns, why, shrunk=pl.col("weight") < THIN, hidden=hidden
    )


def _ordered(cells: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """Put bands in the order of experience and name the columns as promised."""
    known = "years_of_experience" in paid.columns
    years = pl.col("years_of_experience").min() if known else pl.lit(0.0)
    order = paid.group_by("stage").agg(years.alias("_years"))
    return (
        cells.join(order, on="stage")
        .sort("role_family", "tier", "_years", "stage")
        .rename({"stage": "experience_band"})
        .select(
            *("role_family", "tier", "experience_band"),
            *("learners", "companies", "largest_share", *KNOTS),
            *("shrunk", "weight", "hidden", "why_hidden"),
        )
    )


def peer_medians(paid: pl.DataFrame, *, tau: float | None = None) -> pl.DataFrame:
    """Give the expected log pay of each role family, stage and tier.

    Parameters
    ----------
    paid : polars.DataFrame
        From `paid_once`, with ``stage``: any cut of experience.
    tau : float, optional
        As in `pay_benchmarks`.

    Returns
    -------
    polars.DataFrame
        ``role_family``, ``stage``, ``tier``, ``expected``: the shrunken median of log
        pay, as `pay_benchmarks` makes it.
    """
    gap = pl.col("stage_gap") + pl.col("tier_gap")
    keys = ("role_family", "stage", "tier")
    cells, _ = _placed(_with_offsets(paid), keys, gap, ("p50",), tau)
    return cells.select(*keys, expected="p50")


def money(amount: float, pay: Pay) -> str:
    """Write a pay in the unit it is shown in.

    Examples
    --------
    >>> money(1_250_000, Pay())
    '12.5 LPA'
    """
    return f"{amount / pay.per_shown_unit:,.1f} {pay.shown_unit}"
