"""Pay by role family, company tier and experience band; a thin cell borrows from wider.

Every number is exact: what may be shared of it is decided by `summary.disclose`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from learnstrata.exceptions import ParameterError
from learnstrata.learners.history import newest_first, once_each

__all__ = [
    "Benchmarks",
    "counted_by",
    "lacking",
    "paid_once",
    "pay_benchmarks",
    "peer_medians",
    "rolled_up",
    "sizes_of",
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
THIN = 0.5  # below it a cell leans on wider groups more than on its own learners
OFFSET_TAU = (
    30.0  # learners at which a role's own tier gap weighs as much as all roles'
)
TAU_RANGE = (5.0, 50.0)
LACKING = "the table has no"
NEEDS = ("role_family", "company", "tier", "experience_band", "pay")
USED = (
    *NEEDS,
    *("learner_id", "record", "pay_year", "pay_imputed", "experience_imputed"),
    *("years_of_experience", "seniority"),
    *("pay_growth", "segment_id", "segment_name"),
)


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """Pay of learners by role family, company tier and experience band.

    Attributes
    ----------
    cells : polars.DataFrame
        One row a cell that has learners: ``role_family``, ``tier``,
        ``experience_band``, ``learners``, ``companies``, ``largest_share``, the
        quantiles ``p05`` to ``p95`` in currency units a year, ``shrunk`` and ``weight``
        (0..1, of the cell's own learners).
    wider : polars.DataFrame
        The same for role and experience, role, and all, told by ``level``.
    tau : float
        Learners at which a cell weighs as much as what is wider.
    n_learners, n_left_out : int
        Counted, and without a believable pay or a known experience.
    reason : str
        Why there are no cells; empty where there are.
    """

    cells: pl.DataFrame = field(repr=False)
    wider: pl.DataFrame = field(repr=False)
    tau: float
    n_learners: int
    n_left_out: int
    reason: str = ""


def pay_benchmarks(
    learners: pl.DataFrame,
    *,
    no_company: str = "",
    tau: float | None = None,
    paid: pl.DataFrame | None = None,
) -> Benchmarks:
    r"""Give quantiles of pay by role family, company tier and experience band.

    A log quantile of a cell is shrunken: ``w * own + (1 - w) * wider`` with
    ``w = n / (n + tau)``, in 0..1. The wider cell is that of role and experience moved
    by the typical gap of the tier in this role; that one is shrunken likewise towards
    the role moved by the gap of the experience band, and the role towards all.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features. It is not changed.
    no_company : str, default=""
        Category of a missing company; empty where it stays missing.
    tau : float, optional
        Learners at which a cell weighs as much as the wider one. By default estimated
        at every level by empirical Bayes: ``tau = v / A``, where
        :math:`v = \frac{\pi}{2} s^2` is the variance of the median of one learner (s
        from the median absolute deviation within cells) and
        :math:`A = (\sum n_i d_i^2 - K v) / \sum n_i` the variance between the K cells,
        d their own median less the wider one; kept within 5..50.
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
    the share of the largest company all of them are taken to work there.

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
    >>> found = pay_benchmarks(pl.DataFrame(rows, names, orient="row"))
    >>> found.cells.select("learners", "companies", pl.col("p50").round()).row(0)
    (41, 4, 1200000.0)
    """
    _check_tau(tau)
    if reason := lacking(learners, NEEDS):
        return _nothing(reason, learners)
    paid = paid_once(learners, no_company=no_company) if paid is None else paid
    if paid.is_empty():
        return _nothing("no learner has a known pay and experience", learners)
    paid = _with_offsets(
        paid.with_columns(
            stage=pl.col("experience_band"),
            company=pl.col("company").cast(pl.Categorical).to_physical(),
        )
    )
    keys = ["role_family", "stage", "tier"]
    each = counted_by(paid, keys).with_columns(_all=pl.lit(0))
    both = pl.col("stage_gap") + pl.col("tier_gap")
    cells, at = _level(paid, each, keys, both, tau)
    return Benchmarks(
        cells=_ordered(cells, paid),
        wider=_wider(paid, each, tau),
        tau=at,
        n_learners=len(paid),
        n_left_out=_distinct_learners(learners) - len(paid),
    )


def _wider(paid: pl.DataFrame, each: pl.DataFrame, tau: float | None) -> pl.DataFrame:
    """Give the pay of role and experience, of each role, and of all."""
    nothing = pl.lit(0.0)
    levels = {
        "role and experience": (["role_family", "stage"], pl.col("stage_gap")),
        "role": (["role_family"], nothing),
        "all": ([], nothing),
    }
    rows = [
        _level(paid, each, keys, gap, tau)[0].with_columns(level=pl.lit(level))
        for level, (keys, gap) in levels.items()
    ]
    return pl.concat(rows, how="diagonal").rename({"stage": "experience_band"})


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
    words |= {"seniority": "titles"}
    for column in needs:
        gone = column not in learners.columns or learners[column].is_null().all()
        if gone:
            return f"{LACKING} {words.get(column, column)}"
    return ""


def _nothing(reason: str, learners: pl.DataFrame) -> Benchmarks:
    text = ("role_family", "tier", "experience_band")
    schema = {
        **dict.fromkeys(text, pl.String()),
        "learners": pl.Int64(),
        "companies": pl.Int64(),
        **dict.fromkeys(("largest_share", *KNOTS), pl.Float64()),
        "shrunk": pl.Boolean(),
        "weight": pl.Float64(),
    }
    none = pl.DataFrame(schema=schema)
    wide = none.drop("tier").with_columns(level=pl.lit("", pl.String))
    return Benchmarks(none, wide, 0.0, 0, _distinct_learners(learners), reason)


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
    return once_each(newest_first(paid, then=(*keys, "company")))


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
    cells = cells.with_columns(
        *(pl.col(knot).exp() for knot in KNOTS), shrunk=pl.col("weight") < THIN
    )
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
            *("shrunk", "weight"),
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
