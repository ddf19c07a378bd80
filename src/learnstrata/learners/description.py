"""What the learners look like before anything is clustered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Pay
from learnstrata.learners.features.bins import inner_edges
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import FEATURES, feature_of
from learnstrata.learners.lookups import Frame, collected
from learnstrata.privacy.disclosure.cells import CellRule, count_cells, suppress
from learnstrata.privacy.disclosure.rounding import in_tens, rounded_number, rounded_pay

__all__ = ["Correlations", "Description", "Distribution", "Missing", "describe"]

BEYOND = 5  # learners beyond an outer percentile that is told
LEAST_PAIRS = 10  # learners a correlation needs
DRAWN = ("pay", "years_of_experience", "company_learners", "years_since_pay_update")
MARKS = (1, 5, 25, 50, 75, 95, 99)
ALL = "All"  # tiers together
YEARS = ("years_of_experience", FEATURES["years_of_experience"].flag)
CORRELATED = (
    "years_of_experience",
    "pay",
    "log_pay",
    "company_level",
    "company_mean_pay",
    "company_mean_experience",
    "seniority",
    "pay_growth",
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """One number over all learners of whom it is known.

    Attributes
    ----------
    feature : str
    n : int
    quantiles : mapping of str to float
        p01, p05, p25, p50, p75, p95, p99, as far as five learners are beyond them; of
        pay rounded.
    mean, std : float
    skewness, skewness_log : float or None
        Before and after log(1 + value); None where the values are all equal, and of the
        log where a value is negative.
    edges : tuple of float or None
        Of the histogram, one more than `counts`; None at the ends, which are open. Pay
        is cut at preferred numbers.
    counts : tuple of int or None
        In tens; None where there are too few to tell.
    outside_fences : int or None
        Beyond Tukey's inner fences (1.5 interquartile ranges), of log pay for pay.
    """

    feature: str
    n: int
    quantiles: Mapping[str, float]
    mean: float
    std: float
    skewness: float | None
    skewness_log: float | None
    edges: tuple[float | None, ...]
    counts: tuple[int | None, ...]
    outside_fences: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Values a column lacks among all learners; None where few lack or have them."""

    column: str
    count: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Correlations:
    """Pearson and Spearman correlations of the numbers, over pairwise known values."""

    columns: tuple[str, ...]
    pearson: tuple[tuple[float | None, ...], ...]
    spearman: tuple[tuple[float | None, ...], ...]

    def between(self, a: str, b: str) -> tuple[float | None, float | None]:
        """Give Pearson and Spearman of two columns; None where one is not there."""
        if a not in self.columns or b not in self.columns:
            return None, None
        i, j = self.columns.index(a), self.columns.index(b)
        return self.pearson[i][j], self.spearman[i][j]


@dataclass(frozen=True, slots=True)
class Description:
    """Everything the report shows of the learners before clustering.

    Attributes
    ----------
    distributions : tuple of Distribution
    missing : tuple of Missing
    correlations : Correlations
    pay_by_experience : polars.DataFrame
        ``years``, ``tier``, ``learners``, ``median_pay``; tier "All" is everybody.
    pay_by_role : polars.DataFrame
        ``role``, ``learners``, ``p25``, ``p50``, ``p75``.
    """

    distributions: tuple[Distribution, ...]
    missing: tuple[Missing, ...]
    correlations: Correlations
    pay_by_experience: pl.DataFrame
    pay_by_role: pl.DataFrame


def describe(
    learners: IntoFrame,
    model: FeatureModel,
    *,
    rule: CellRule | None = None,
    no_company: str = "",
) -> Description:
    """Describe learners: distributions, gaps, correlations, pay by experience and role.

    Parameters
    ----------
    learners : data frame
        From `learnstrata.learners.features.matrix.add_features`.
    model : FeatureModel
    rule : CellRule, default=None
        What a count, or a pay, must stand for to be told.
    no_company : str, default=""
        Category of a missing company.

    Returns
    -------
    Description
        Nothing in it tells of few. Fills for missing values are left out.
    """
    rule = rule or CellRule()
    frame = nw.from_native(learners)
    columns = frame.collect_schema().names()
    wanted = [c for c in {*DRAWN, *CORRELATED} if c in columns]
    numbers = _observed(frame, sorted(wanted), columns)
    paid = _paid(frame, columns, no_company)
    return Description(
        distributions=tuple(
            _distribution(name, numbers[name], model.pay, rule.learners)
            for name in DRAWN
            if name in numbers and np.isfinite(numbers[name]).any()
        ),
        missing=_missing(frame, columns, rule.learners),
        correlations=_correlations(numbers),
        pay_by_experience=_pay_by_experience(paid, model, rule),
        pay_by_role=_pay_by_role(paid, model, rule),
    )


def _observed(
    frame: Frame,
    wanted: Sequence[str],
    columns: Sequence[str],
) -> dict[str, npt.NDArray[np.float64]]:
    expressions = {}
    for name in wanted:
        value = nw.col(name).cast(nw.Float64)
        flag = feature_of(name).flag
        if flag in columns:
            value = nw.when(nw.col(flag) == 0).then(value)
        expressions[name] = value
    table = collected(frame.select(**expressions))
    return {c: table[c].fill_null(float("nan")).to_numpy() for c in table.columns}


def _distribution(
    feature: str, values: npt.NDArray[np.float64], pay: Pay, least: int
) -> Distribution:
    known = values[np.isfinite(values)]
    logged = feature == "pay" and bool((known > 0).all())
    scaled = np.log10(known) if logged else known
    inner = inner_edges(known, pay=pay if feature == "pay" else None)
    places = np.searchsorted(inner, known, side="right")
    counts = in_tens(np.bincount(places, minlength=len(inner) + 1), least)
    q1, q3 = np.percentile(scaled, [25, 75])
    reach = 1.5 * (q3 - q1)
    outside = int(((scaled < q1 - reach) | (scaled > q3 + reach)).sum())
    positive = bool((known >= 0).all())
    mean = float(known.mean())

    def coarse(value: float) -> float:
        return rounded_number(feature, value, pay.per_shown_unit)

    return Distribution(
        feature=feature,
        n=len(known),
        quantiles={m: coarse(v) for m, v in _quantiles(known).items()},
        mean=coarse(mean),
        std=float(known.std()),
        skewness=_skewness(known),
        skewness_log=_skewness(np.log1p(known)) if positive else None,
        edges=(None, *inner.tolist(), None),
        counts=tuple(None if np.isnan(n) else int(n) for n in counts),
        outside_fences=None if 0 < outside < least else outside,
    )


def _quantiles(known: npt.NDArray[np.float64]) -> dict[str, float]:
    """Give percentiles that no few learners make."""
    marks = [m for m in MARKS if len(known) * min(m, 100 - m) / 100 >= BEYOND]
    found = np.percentile(known, marks or [50])
    return {f"p{m:02d}": float(v) for m, v in zip(marks or [50], found, strict=True)}


def _skewness(values: npt.NDArray[np.float64]) -> float | None:
    """Give ``mean((x - mean)**3) / std**3``; None where only last digits differ."""
    if np.ptp(values) <= 1e-9 * np.abs(values).max():
        return None
    gap = values - values.mean()
    return float((gap**3).mean() / (gap**2).mean() ** 1.5)


def _missing(
    frame: Frame,
    columns: Sequence[str],
    least: int,
) -> tuple[Missing, ...]:
    wanted = (
        "company",
        "title",
        "pay",
        "start_year",
        "pay_year",
        "years_of_experience",
    )
    flags = {YEARS[0]: YEARS[1]}
    there = [c for c in wanted if c in columns]
    empty = {
        c: (nw.col(c).is_null() | (nw.col(flags[c]) == 1)).sum()
        if c in flags
        else nw.col(c).is_null().sum()
        for c in there
    }
    if not empty:
        return ()
    table = collected(frame.select(_n=nw.len(), **empty))
    total = int(table["_n"][0])
    counts = {c: int(table[c][0]) for c in there}
    return tuple(
        Missing(c, n, n / total)
        if n == 0 or least <= n <= total - least or n == total
        else Missing(c, None, None)
        for c, n in counts.items()
    )


def _correlations(numbers: Mapping[str, npt.NDArray[np.float64]]) -> Correlations:
    columns = tuple(
        c
        for c in CORRELATED
        if c in numbers and np.isfinite(numbers[c]).sum() >= LEAST_PAIRS
    )
    shape = (len(columns), len(columns))
    pearson = np.full(shape, None, dtype=object)
    spearman = np.full(shape, None, dtype=object)
    # Ranks of a column without gaps serve all its pairs.
    whole = {c: _ranks(numbers[c]) for c in columns if np.isfinite(numbers[c]).all()}
    for i, a in enumerate(columns):
        for j, b in enumerate(columns[: i + 1]):
            x, y = _both(numbers[a], numbers[b])
            ranked = a in whole and b in whole
            rx, ry = (whole[a], whole[b]) if ranked else (_ranks(x), _ranks(y))
            pearson[i, j] = pearson[j, i] = _correlation(x, y)
            spearman[i, j] = spearman[j, i] = _correlation(rx, ry)
    return Correlations(
        columns, tuple(map(tuple, pearson)), tuple(map(tuple, spearman))
    )


def _both(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    known = np.isfinite(a) & np.isfinite(b)
    return (a, b) if known.all() else (a[known], b[known])


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return pl.Series(values, dtype=pl.Float64).rank().to_numpy()


def _correlation(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
) -> float | None:
    if len(a) < LEAST_PAIRS or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _paid(
    frame: Frame,
    columns: Sequence[str],
    no_company: str,
) -> pl.DataFrame:
    """Give the learners whose pay is known, with what it is compared by."""
    wanted = ("pay", "company", "tier", "role", *YEARS)
    if "pay" not in columns:
        return pl.DataFrame()
    known = frame.filter(~nw.col("pay").is_null())
    paid = collected(known.select(c for c in wanted if c in columns))
    if "company" in paid.columns:
        named = pl.col("company") != no_company
        paid = paid.with_columns(company=pl.when(named).then("company"))
    return paid


def _pay_by_experience(
    paid: pl.DataFrame, model: FeatureModel, rule: CellRule
) -> pl.DataFrame:
    """Give the median at each year, by tier and of all; of what may be told."""
    if not {"pay", "years_of_experience"} <= set(model.available):
        return pl.DataFrame()
    at = "company" in model.available
    years = (pl.col("years_of_experience") + 0.5).floor().clip(upper_bound=25)
    cells = paid.filter(pl.col("experience_imputed") == 0).with_columns(
        years=years.cast(pl.Int64), tier=pl.col("tier") if at else pl.lit(ALL)
    )
    if cells.is_empty():
        return pl.DataFrame()
    by = ["years", "tier"]
    counted = count_cells(cells, by, company="company" if at else None)
    shown = suppress(counted, by, rule=rule).cells.filter("shown")
    medians = pl.concat(
        cells.with_columns(tier=tier).group_by(by).agg(pl.col("pay").median())
        for tier in (pl.col("tier"), pl.lit(None, pl.String))
    )
    found = medians.join(shown.select(*by, "learners"), on=by, nulls_equal=True)
    pay = rounded_pay(found["pay"], model.pay.per_shown_unit)
    rows = found.select(
        "years", pl.col("tier").fill_null(ALL), "learners", median_pay=pl.Series(pay)
    )
    return rows.unique().sort(["tier", "years"])


def _pay_by_role(
    paid: pl.DataFrame, model: FeatureModel, rule: CellRule
) -> pl.DataFrame:
    if not {"pay", "title"} <= set(model.available) or paid.is_empty():
        return pl.DataFrame()
    company = "company" if "company" in model.available else None
    whole = pl.col("role").is_null()  # how many are paid is told
    cells = count_cells(paid, ["role"], company=company)
    found = suppress(cells, ["role"], rule=rule, known=whole)
    pay = pl.col("pay").cast(pl.Float64)
    quartiles = {"p25": 0.25, "p50": 0.5, "p75": 0.75}
    rows = found.cut(
        paid.group_by("role").agg(
            pl.len().cast(pl.Int64).alias("learners"),
            *(pay.quantile(q, "linear").alias(name) for name, q in quartiles.items()),
        )
    )
    unit = model.pay.per_shown_unit
    return rows.with_columns(
        pl.Series(name, rounded_pay(rows[name], unit)) for name in quartiles
    ).sort(["learners", "role"], descending=[True, False])
