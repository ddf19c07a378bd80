"""What the learners look like before anything is clustered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.learners.features import FeatureModel
from learnstrata.learners.lookups import collected

__all__ = ["Correlations", "Description", "Distribution", "Missing", "describe"]

MIN_CELL = 10
DRAWN = ("pay", "years_of_experience", "company_learners", "years_since_pay_update")
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
        p01, p05, p25, p50, p75, p95, p99.
    mean, std : float
    skewness, skewness_log : float or None
        Before and after log(1 + value); None where the values are all equal, and of the
        log where a value is negative.
    edges : tuple of float
        Of the histogram, one more than `counts`; on a log scale for pay.
    counts : tuple of int
    outside_fences : int
        Beyond Tukey's inner fences (1.5 interquartile ranges), of log pay for pay.
    """

    feature: str
    n: int
    quantiles: Mapping[str, float]
    mean: float
    std: float
    skewness: float | None
    skewness_log: float | None
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    outside_fences: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Values a column lacks among all learners."""

    column: str
    count: int
    share: float


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


def describe(learners: IntoFrame, model: FeatureModel) -> Description:
    """Describe learners: distributions, gaps, correlations, pay by experience and role.

    Parameters
    ----------
    learners : data frame
        From `learnstrata.learners.features.add_features`.
    model : FeatureModel

    Returns
    -------
    Description
        Fills for missing values are left out of every number.
    """
    frame = nw.from_native(learners)
    columns = frame.collect_schema().names()
    wanted = [c for c in {*DRAWN, *CORRELATED} if c in columns]
    numbers = _observed(frame, sorted(wanted), columns)
    return Description(
        distributions=tuple(
            _distribution(name, numbers[name])
            for name in DRAWN
            if name in numbers and np.isfinite(numbers[name]).any()
        ),
        missing=_missing(frame, columns),
        correlations=_correlations(numbers),
        pay_by_experience=_pay_by_experience(frame, model),
        pay_by_role=_pay_by_role(frame, model),
    )


def _observed(
    frame: Any,  # noqa: ANN401 - a narwhals frame
    wanted: Sequence[str],
    columns: Sequence[str],
) -> dict[str, npt.NDArray[np.float64]]:
    blank = {
        "years_of_experience": "experience_imputed",
        "log_pay": "pay_imputed",
    }
    expressions = {}
    for name in wanted:
        value = nw.col(name).cast(nw.Float64)
        flag = blank.get(name)
        if flag in columns:
            value = nw.when(nw.col(str(flag)) == 0).then(value)
        expressions[name] = value
    table = collected(frame.select(**expressions))
    return {c: table[c].fill_null(float("nan")).to_numpy() for c in table.columns}


def _distribution(feature: str, values: npt.NDArray[np.float64]) -> Distribution:
    known = values[np.isfinite(values)]
    marks = (1, 5, 25, 50, 75, 95, 99)
    found = np.percentile(known, marks)
    logged = feature == "pay" and bool((known > 0).all())
    scaled = np.log10(known) if logged else known
    low, high = np.percentile(scaled, [0.1, 99.9]) if logged else _range(scaled)
    counts, edges = np.histogram(np.clip(scaled, low, high), _edges(low, high, logged))
    q1, q3 = np.percentile(scaled, [25, 75])
    reach = 1.5 * (q3 - q1)
    outside = (scaled < q1 - reach) | (scaled > q3 + reach)
    positive = bool((known >= 0).all())
    return Distribution(
        feature=feature,
        n=len(known),
        quantiles={f"p{m:02d}": float(v) for m, v in zip(marks, found, strict=True)},
        mean=float(known.mean()),
        std=float(known.std()),
        skewness=_skewness(known),
        skewness_log=_skewness(np.log1p(known)) if positive else None,
        edges=tuple(float(e) for e in (10**edges if logged else edges)),
        counts=tuple(int(c) for c in counts),
        outside_fences=int(outside.sum()),
    )


def _skewness(values: npt.NDArray[np.float64]) -> float | None:
    """Give ``mean((x - mean)**3) / std**3``; None where only last digits differ."""
    if np.ptp(values) <= 1e-9 * np.abs(values).max():
        return None
    gap = values - values.mean()
    return float((gap**3).mean() / (gap**2).mean() ** 1.5)


def _range(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    return float(values.min()), float(np.percentile(values, 99.9))


def _edges(low: float, high: float, logged: bool) -> npt.NDArray[np.float64]:  # noqa: FBT001
    if high <= low:
        return np.array([low - 0.5, low + 0.5])
    if not logged and high - low <= 60 and float(low).is_integer():
        return np.arange(low, np.ceil(high) + 2) - 0.5  # whole years: a bar each
    return np.linspace(low, high, 41)


def _missing(frame: Any, columns: Sequence[str]) -> tuple[Missing, ...]:  # noqa: ANN401
    wanted = (
        "company",
        "title",
        "pay",
        "start_year",
        "pay_year",
        "years_of_experience",
    )
    flags = {"years_of_experience": "experience_imputed"}
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
    return tuple(Missing(c, int(table[c][0]), int(table[c][0]) / total) for c in there)


def _correlations(numbers: Mapping[str, npt.NDArray[np.float64]]) -> Correlations:
    columns = tuple(
        c
        for c in CORRELATED
        if c in numbers and np.isfinite(numbers[c]).sum() >= MIN_CELL
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
    if len(a) < MIN_CELL or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _pay_by_experience(frame: Any, model: FeatureModel) -> pl.DataFrame:  # noqa: ANN401
    if not {"pay", "years_of_experience"} <= set(model.available):
        return pl.DataFrame()
    known = frame.filter(~nw.col("pay").is_null(), nw.col("experience_imputed") == 0)
    years = (nw.col("years_of_experience") + 0.5).floor()
    cells = known.with_columns(
        years=nw.when(years > 25).then(25.0).otherwise(years),
        tier=nw.col("tier") if "company" in model.available else nw.lit("All"),
    )
    everyone = _median_pay(cells.with_columns(tier=nw.lit("All")))
    by_tier = _median_pay(cells)
    both = (
        pl.concat([everyone, by_tier]).unique().filter(pl.col("learners") >= MIN_CELL)
    )
    return both.sort(["tier", "years"])


def _median_pay(cells: Any) -> pl.DataFrame:  # noqa: ANN401
    grouped = cells.group_by("years", "tier").agg(
        nw.len().alias("learners"), nw.col("pay").median().alias("median_pay")
    )
    table = collected(grouped)
    return table.select(
        pl.col("years").cast(pl.Int64),
        "tier",
        pl.col("learners").cast(pl.Int64),
        "median_pay",
    )


def _pay_by_role(frame: Any, model: FeatureModel) -> pl.DataFrame:  # noqa: ANN401
    if not {"pay", "title"} <= set(model.available):
        return pl.DataFrame()
    known = frame.filter(~nw.col("pay").is_null())
    grouped = known.group_by("role").agg(
        nw.col("pay").count().alias("learners"),
        nw.col("pay").quantile(0.25, interpolation="linear").alias("p25"),
        nw.col("pay").median().alias("p50"),
        nw.col("pay").quantile(0.75, interpolation="linear").alias("p75"),
    )
    table = collected(grouped).filter(pl.col("learners") >= MIN_CELL)
    return table.with_columns(pl.col("learners").cast(pl.Int64)).sort(
        ["learners", "role"], descending=[True, False]
    )
