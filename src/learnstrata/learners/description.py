"""What the learners look like before anything is clustered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Pay
from learnstrata.learners.employers import named_company, over_companies, sizes_of
from learnstrata.learners.features.bins import inner_edges
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import FEATURES, feature_of
from learnstrata.learners.history import newest_first, once_each
from learnstrata.learners.lookups import Frame, collected
from learnstrata.stats.ordered import midranks, quantiles
from learnstrata.stats.sampling import sample_rows
from learnstrata.wording.words import EVERYBODY

__all__ = ["Correlations", "Description", "Distribution", "Missing", "describe"]

LEAST_PAIRS = 10  # learners a correlation needs
MOST_PAIRS = 200_000  # of more learners, a correlation is that of so many
DRAWN = ("pay", "years_of_experience", "company_learners", "years_since_pay_update")
MARKS = (1, 5, 25, 50, 75, 95, 99)
SIZES = ("learners", "companies", "largest_share", "p50")
MOST_YEARS = 25  # more are told as one
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
    companies, largest_share : int or None, float or None
        Of pay, the companies of these learners and the share of the largest; None of
        what tells of no company, and where the table has none.
    quantiles : mapping of str to float
        p01, p05, p25, p50, p75, p95, p99.
    mean, std : float
    skewness, skewness_log : float or None
        Before and after log(1 + value); None where the values are all equal, and of the
        log where a value is negative.
    edges : tuple of float or None
        Of the histogram, one more than `counts`; None at the ends, which are open. Pay
        is cut at preferred numbers.
    counts : tuple of int
    outside_fences : int
        Beyond Tukey's inner fences (1.5 interquartile ranges), of log pay for pay.
    """

    feature: str
    n: int
    companies: int | None
    largest_share: float | None
    quantiles: Mapping[str, float]
    mean: float
    std: float
    skewness: float | None
    skewness_log: float | None
    edges: tuple[float | None, ...]
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
    """Pearson and Spearman correlations of the numbers, over pairwise known values.

    Of 200,000 learners drawn at random, where there are more.
    """

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
        ``years``, ``tier``, ``learners``, ``companies``, ``largest_share``, ``p50``;
        tier "All" is everybody.
    pay_by_role : polars.DataFrame
        ``role``, ``learners``, ``companies``, ``largest_share``, ``p25``, ``p50``,
        ``p75``.
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
    no_company: str = "",
    rng: np.random.Generator | int = 0,
) -> Description:
    """Describe learners: distributions, gaps, correlations, pay by experience and role.

    Parameters
    ----------
    learners : data frame
        From `learnstrata.learners.features.matrix.add_features`.
    model : FeatureModel
    no_company : str, default=""
        Category of a missing company.
    rng : numpy.random.Generator or int, default=0
        Draws the learners whose numbers are correlated, of very many.

    Returns
    -------
    Description
        Exact: for the owner of the table. Fills for missing values are left out.
    """
    frame = nw.from_native(learners)
    columns = frame.collect_schema().names()
    paid = _paid(frame, columns, model, no_company)
    spread = once_each(paid).select(over_companies(paid.columns)).row(0)
    who = _who(frame, columns)
    observed = ((name, _observed(frame, name, columns)) for name in DRAWN)
    return Description(
        distributions=tuple(
            _distribution(name, _of_each(values, who), model.pay, spread)
            for name, values in observed
            if np.isfinite(values).any()
        ),
        missing=_missing(frame, columns),
        correlations=_correlations(_numbers_of_some(frame, columns, rng)),
        pay_by_experience=_pay_by_experience(paid, model),
        pay_by_role=_pay_by_role(paid, model),
    )


def _observed(
    frame: Frame, name: str, columns: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Give a number of each learner, nan where it is not known; none of no column."""
    if name not in columns:
        return np.empty(0)
    value, flag = nw.col(name).cast(nw.Float64), feature_of(name).flag
    if flag in columns:
        value = nw.when(nw.col(flag) == 0).then(value)
    if name == "company_learners" and "company" in columns:
        value = nw.when(~nw.col("company").is_null()).then(value)
    return collected(frame.select(_v=value))["_v"].to_numpy()


def _who(frame: Frame, columns: Sequence[str]) -> pl.DataFrame:
    """Give of whom each ``row`` is, the newest pay of a learner first."""
    wanted = [c for c in ("learner_id", "pay_year", "record", "pay") if c in columns]
    table = collected(frame.select(wanted)) if "learner_id" in wanted else None
    return (
        pl.DataFrame() if table is None else newest_first(table.with_row_index("row"))
    )


def _of_each(
    values: npt.NDArray[np.float64], who: pl.DataFrame
) -> npt.NDArray[np.float64]:
    """Give one known value a learner, the one beside the newest pay."""
    if who.is_empty():
        return values
    known = who.filter(np.isfinite(values)[who["row"].to_numpy()])
    return values[once_each(known)["row"].to_numpy()]


def _distribution(
    feature: str,
    values: npt.NDArray[np.float64],
    pay: Pay,
    spread: tuple[int | None, float | None],
) -> Distribution:
    known = np.sort(values[np.isfinite(values)])
    inner = inner_edges(known, pay=pay if feature == "pay" else None)
    below = np.searchsorted(known, inner, side="left")
    counts = np.diff(below, prepend=0, append=len(known))
    companies, largest_share = spread if feature == "pay" else (None, None)
    marks = quantiles(known, [mark / 100 for mark in MARKS])[0].tolist()
    inside = np.clip(known, marks[0], marks[-1])
    return Distribution(
        feature=feature,
        n=len(known),
        companies=companies,
        largest_share=largest_share,
        quantiles={f"p{m:02d}": v for m, v in zip(MARKS, marks, strict=True)},
        mean=float(inside.mean()),
        std=float(inside.std()),
        skewness=_skewness(inside),
        skewness_log=_skewness(np.log1p(inside)) if known[0] >= 0 else None,
        edges=(None, *inner.tolist(), None),
        counts=tuple(counts.tolist()),
        outside_fences=_outside_fences(known, feature),
    )


def _outside_fences(known: npt.NDArray[np.float64], feature: str) -> int:
    """Count the ascending numbers beyond the inner fences of a box plot."""
    scaled = np.log10(known) if feature == "pay" and known[0] > 0 else known
    q1, q3 = quantiles(scaled, [0.25, 0.75])[0]
    reach = 1.5 * (q3 - q1)
    above = len(scaled) - np.searchsorted(scaled, q3 + reach, side="right")
    return int(np.searchsorted(scaled, q1 - reach, side="left") + above)


def _skewness(values: npt.NDArray[np.float64]) -> float | None:
    """Give ``mean((x - mean)**3) / std**3``; None where only last digits differ."""
    if np.ptp(values) <= 1e-9 * np.abs(values).max():
        return None
    gap = values - values.mean()
    squared = gap * gap
    return float((squared * gap).mean() / squared.mean() ** 1.5)


def _missing(
    frame: Frame,
    columns: Sequence[str],
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
    return tuple(Missing(c, int(table[c][0]), int(table[c][0]) / total) for c in there)


def _numbers_of_some(
    frame: Frame, columns: Sequence[str], rng: np.random.Generator | int
) -> dict[str, npt.NDArray[np.float64]]:
    """Give the numbers that are correlated: of learners drawn, of very many."""
    there = [c for c in CORRELATED if c in columns]
    beside = {"company", *(feature_of(c).flag for c in there)}
    told = collected(frame.select(*there, *beside.intersection(columns)))
    if len(told) > MOST_PAIRS:
        told = told[sample_rows(len(told), MOST_PAIRS, rng=rng)]
    some = nw.from_native(told)
    return {c: _observed(some, c, told.columns) for c in there}


def _correlations(numbers: Mapping[str, npt.NDArray[np.float64]]) -> Correlations:
    known = {c: np.isfinite(numbers[c]) for c in CORRELATED if c in numbers}
    columns = tuple(c for c, of in known.items() if of.sum() >= LEAST_PAIRS)
    shape = (len(columns), len(columns))
    found = {ranked: np.full(shape, None, dtype=object) for ranked in (False, True)}
    orders = {c: np.argsort(numbers[c], kind="stable") for c in columns}
    for both, pairs in _pairs_known_alike([known[c] for c in columns]):
        for ranked, table in found.items():
            scores = {
                i: _scores(numbers[c], both, orders[c] if ranked else None)
                for i in {i for pair in pairs for i in pair}
                for c in (columns[i],)
            }
            for i, j in pairs:
                table[i, j] = table[j, i] = _correlation(scores[i], scores[j])
    pearson, spearman = (tuple(map(tuple, table)) for table in found.values())
    return Correlations(columns, pearson, spearman)


def _pairs_known_alike(
    known: Sequence[npt.NDArray[np.bool_]],
) -> list[tuple[npt.NDArray[np.bool_], list[tuple[int, int]]]]:
    """Group the pairs of columns by the learners of whom both are known."""
    found: dict[bytes, tuple[npt.NDArray[np.bool_], list[tuple[int, int]]]] = {}
    for i, one in enumerate(known):
        for j, other in enumerate(known[: i + 1]):
            both = one & other
            found.setdefault(both.tobytes(), (both, []))[1].append((i, j))
    return [alike for alike in found.values() if alike[0].sum() >= LEAST_PAIRS]


def _scores(
    values: npt.NDArray[np.float64],
    known: npt.NDArray[np.bool_],
    order: npt.NDArray[np.intp] | None,
) -> npt.NDArray[np.float64] | None:
    """Centre the known values, or their ranks in an order, to a length of 1.

    None where they are all equal.
    """
    if order is not None:
        rows = order[known[order]]
        ranks = np.empty(len(values))
        ranks[rows] = midranks(values[rows])
        values = ranks
    own = values[known]
    if np.ptp(own) == 0:
        return None
    centred = own - own.mean()
    return centred / np.sqrt(centred @ centred)


def _correlation(
    a: npt.NDArray[np.float64] | None, b: npt.NDArray[np.float64] | None
) -> float | None:
    if a is None or b is None:
        return None
    return 1.0 if a is b else float(np.clip(a @ b, -1, 1))


def _paid(
    frame: Frame,
    columns: Sequence[str],
    model: FeatureModel,
    no_company: str,
) -> pl.DataFrame:
    """Give the rows with known pay, the newest first, and what it is compared by."""
    wanted = ("pay", "company", "tier", "role", "learner_id", *YEARS)
    wanted += ("pay_year", "record")
    if "pay" not in columns:
        return pl.DataFrame()
    told = frame.select(c for c in wanted if c in columns)
    paid = newest_first(collected(told.filter(~nw.col("pay").is_null())))
    if "company" not in model.available:
        return paid.drop("company", strict=False)
    return paid.with_columns(named_company(no_company))


def _pay_by_experience(paid: pl.DataFrame, model: FeatureModel) -> pl.DataFrame:
    """Give the median at each year, by tier and of all."""
    if not {"pay", "years_of_experience"} <= set(model.available):
        return pl.DataFrame()
    years = (pl.col("years_of_experience") + 0.5).floor().clip(upper_bound=MOST_YEARS)
    known = paid.filter(pl.col("experience_imputed") == 0)
    known = once_each(known).with_columns(years=years.cast(pl.Int64))
    everybody = pl.lit(EVERYBODY).alias("tier")
    rows = [_cells(known, ["years"], {"p50": 0.5}).select("years", everybody, *SIZES)]
    if "company" in model.available:
        of_tiers = _cells(known, ["years", "tier"], {"p50": 0.5})
        rows.append(of_tiers.with_columns(pl.col("tier").cast(pl.String)))
    return pl.concat(rows).sort(["tier", "years"])


def _pay_by_role(paid: pl.DataFrame, model: FeatureModel) -> pl.DataFrame:
    if not {"pay", "title"} <= set(model.available) or paid.is_empty():
        return pl.DataFrame()
    rows = _cells(once_each(paid), ["role"], {"p25": 0.25, "p50": 0.5, "p75": 0.75})
    rows = rows.with_columns(pl.col("role").cast(pl.String))
    return rows.sort(["learners", "role"], descending=[True, False])


def _cells(
    paid: pl.DataFrame, by: Sequence[str], marks: Mapping[str, float]
) -> pl.DataFrame:
    """Give quantiles of pay of learners, one row each, and of whom they are."""
    pay = pl.col("pay").cast(pl.Float64)
    told = paid.group_by(by).agg(
        pay.quantile(q, "linear").alias(name) for name, q in marks.items()
    )
    return sizes_of(paid, by).join(told, on=by, nulls_equal=True)
