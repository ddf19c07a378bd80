"""Pay by role family, company tier and experience band; a thin cell borrows from wider.

Every number is exact: what may be shared of it is decided by `summary.disclose`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from learnstrata.exceptions import ParameterError
from learnstrata.learners.employers import counted_by, rolled_up
from learnstrata.learners.history import newest_first, once_each
from learnstrata.segments.pay.shrinkage import KEYS, PeerCells, peer_cells

__all__ = [
    "Benchmarks",
    "lacking",
    "paid_once",
    "pay_benchmarks",
    "peer_medians",
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
LACKING = "the table has no"
NEEDS = ("role_family", "company", "tier", "experience_band", "pay")
ASIDE = ("learner_id", "record", "pay_year", "pay_imputed", "experience_imputed")
USED = (
    *NEEDS,
    *ASIDE,
    *("years_of_experience", "seniority"),
    *("pay_growth", "segment_name"),
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
    paid = paid.with_columns(stage=pl.col("experience_band"))
    cells = peer_cells(paid)
    each = counted_by(paid, KEYS)
    told, at = _level(cells, each, 3, tau)
    return Benchmarks(
        cells=_ordered(told, paid),
        wider=_wider(cells, each, tau),
        tau=at,
        n_learners=len(paid),
        n_left_out=_distinct_learners(learners) - len(paid),
    )


def _wider(cells: PeerCells, each: pl.DataFrame, tau: float | None) -> pl.DataFrame:
    """Give the pay of role and experience, of each role, and of all."""
    levels = {"role and experience": 2, "role": 1, "all": 0}
    rows = [
        _level(cells, each, depth, tau)[0].with_columns(level=pl.lit(level))
        for level, depth in levels.items()
    ]
    wide = pl.concat(rows, how="diagonal").rename({"stage": "experience_band"})
    return wide.with_columns(pl.col("role_family", "experience_band").cast(pl.String))


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
        if column not in learners.columns or not learners[column].count():
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
    return once_each(newest_first(paid, then=(*keys, "company"))).drop(
        ASIDE, strict=False
    )


def _level(
    cells: PeerCells, each: pl.DataFrame, depth: int, tau: float | None
) -> tuple[pl.DataFrame, float]:
    """Give sizes and shrunken quantiles of pay of each cell of a level, and its tau."""
    shrunken = cells.shrunken(depth, tuple(KNOTS.values()), tau)
    keys, all_in_one = KEYS[:depth], pl.lit(0).alias("_all")
    of_level = each.group_by(*keys, "company").agg(pl.col("n").sum())
    sizes = rolled_up(of_level.with_columns(all_in_one), ["_all", *keys])
    told = cells.keys(depth).with_columns(
        all_in_one,
        pl.Series("weight", shrunken.weight),
        *(
            pl.Series(knot, shrunken.quantiles[:, i]).exp()
            for i, knot in enumerate(KNOTS)
        ),
        shrunk=shrunken.weight < THIN,
    )
    told = told.join(sizes, on=["_all", *keys], maintain_order="left")
    return told.drop("_all"), shrunken.tau


def _ordered(cells: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """Put bands in the order of experience and name the columns as promised."""
    known = "years_of_experience" in paid.columns
    years = pl.col("years_of_experience").min() if known else pl.lit(0.0)
    order = paid.group_by("stage").agg(years.alias("_years"))
    return (
        cells.join(order, on="stage")
        .sort("role_family", "tier", "_years", "stage")
        .rename({"stage": "experience_band"})
        .with_columns(pl.col("role_family", "tier", "experience_band").cast(pl.String))
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
    cells = peer_cells(paid)
    medians = cells.shrunken(3, (0.5,), tau).quantiles[:, 0]
    return cells.keys(3).with_columns(expected=medians)
