"""Segments against all learners: how large, how typical, how often each category."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.learners.employers import named_company, over_companies
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of
from learnstrata.learners.lookups import collected

__all__ = [
    "AMOUNTS",
    "CATEGORIES",
    "NUMBERS",
    "Profile",
    "Share",
    "Typical",
    "known_numbers",
    "percentiles",
    "profile_segments",
]

CATEGORIES = ("role", "tier", "pay_band", "experience_band")
NUMBERS = (
    "pay",
    "years_of_experience",
    "company_pay",
    "company_learners",
    "seniority",
    "pay_growth",
    "n_roles",
)
AMOUNTS = ("pay", "company_pay")  # which tell of companies


@dataclass(frozen=True, slots=True)
class Typical:
    """Quartiles of a number in a segment and their place in the base.

    Attributes
    ----------
    n : int
        Learners of whom the number is known; one of several records counts once.
    companies, largest_share : int or None, float or None
        Of pay, the companies of these learners and the share of the largest, 0..1; None
        of what tells of no company, and where the table has none.
    p25, p50, p75 : float
    base : float
        Median of all learners.
    percentile : float
        Share of all learners below the segment's median, ties half, 0..1.
    rank : float
        Mean over the segment of the same share for each learner. It hardly moves
        between samples, where the percentile of a whole number of years jumps.
    """

    n: int
    companies: int | None
    largest_share: float | None
    p25: float
    p50: float
    p75: float
    base: float
    percentile: float
    rank: float


@dataclass(frozen=True, slots=True)
class Share:
    """One value of a category in a segment, against all learners.

    ``index = share / base * 100``: 100 is as common as among all, 120 is distinctive.
    """

    value: str
    count: int
    base_count: int
    share: float
    base: float
    index: float


@dataclass(frozen=True, slots=True)
class Profile:
    """One segment, exactly.

    Attributes
    ----------
    id : int
    count : int
    share : float
    typical : mapping of str to Typical
        Of the `NUMBERS` that are known of a learner of the segment.
    shares : mapping of str to tuple of Share
        Of the `CATEGORIES` the table has, every value that a learner has, most frequent
        in the segment first.
    """

    id: int
    count: int
    share: float
    typical: Mapping[str, Typical]
    shares: Mapping[str, tuple[Share, ...]]


def profile_segments(
    learners: IntoFrame, model: FeatureModel, *, n_segments: int, no_company: str = ""
) -> tuple[Profile, ...]:
    """Describe each segment against all learners.

    Parameters
    ----------
    learners : data frame
        From `learnstrata.learners.features.matrix.add_features`, with ``segment_id``.
    model : FeatureModel
    n_segments : int
    no_company : str, default=""
        Category of a missing company.

    Returns
    -------
    tuple of Profile
        By segment id.
    """
    frame = nw.from_native(learners)
    columns = frame.collect_schema().names()
    label = collected(frame.select("segment_id"))["segment_id"].to_numpy() - 1
    counts = np.bincount(label, minlength=n_segments)
    who = _who(frame, columns, no_company if "company" in model.available else None)
    who = who.with_columns(segment=pl.Series(label, dtype=pl.Int64))
    numbers = {
        name: _typical(values, label, _sizes(who, values, name))
        for name, values in known_numbers(learners).items()
    }
    shares = {
        category: _shares(frame, category, counts)
        for category in CATEGORIES
        if category in columns and _applies(category, model)
    }
    return tuple(
        Profile(
            id=i + 1,
            count=int(counts[i]),
            share=float(counts[i] / counts.sum()),
            typical={name: rows[i] for name, rows in numbers.items() if i in rows},
            shares={category: rows[i] for category, rows in shares.items()},
        )
        for i in range(n_segments)
    )


def _applies(category: str, model: FeatureModel) -> bool:
    return set(feature_of(category).needs) <= set(model.available)


def _who(
    frame: Any,  # noqa: ANN401 - a narwhals frame
    columns: Sequence[str],
    no_company: str | None,
) -> pl.DataFrame:
    """Give who a row is of and where they work; no company where no_company is None."""
    wanted = ["segment_id", "learner_id"]
    wanted += ["company"] if no_company is not None else []
    table = collected(frame.select(c for c in wanted if c in columns))
    there = no_company is not None and "company" in table.columns
    return table.with_columns(named_company(no_company or "")) if there else table


def _sizes(
    who: pl.DataFrame, values: npt.NDArray[np.float64], name: str
) -> dict[int, tuple[int, int | None, float | None]]:
    """Count, by segment, learners and companies of whom a number is known."""
    known = who.filter(pl.Series(np.isfinite(values)))
    once = "learner_id" in known.columns
    count = pl.col("learner_id").n_unique() if once else pl.len()
    spread = over_companies(known.columns if name in AMOUNTS else ())
    rows = known.group_by("segment").agg(count.cast(pl.Int64).alias("n"), *spread)
    return {segment: tuple(sizes) for segment, *sizes in rows.iter_rows()}


def _number_expressions(columns: Sequence[str]) -> dict[str, nw.Expr]:
    expressions = {c: nw.col(c) for c in NUMBERS if c in columns}
    if "years_of_experience" in columns:
        known = nw.col("experience_imputed") == 0
        expressions["years_of_experience"] = nw.when(known).then(
            nw.col("years_of_experience")
        )
    if "company" in columns:
        placed = nw.when(~nw.col("company").is_null())
        if "company_level" in columns:
            expressions["company_pay"] = placed.then(nw.col("company_level").exp())
        if "company_learners" in columns:
            expressions["company_learners"] = placed.then(nw.col("company_learners"))
    return expressions


def _typical(
    numbers: npt.NDArray[np.float64],
    label: npt.NDArray[np.int64],
    sizes: Mapping[int, tuple[int, int | None, float | None]],
) -> dict[int, Typical]:
    known = np.isfinite(numbers)
    base = np.sort(numbers[known])
    found = {}
    for i, (n, companies, largest_share) in sizes.items():
        own = numbers[known & (label == i)]
        p25, p50, p75 = (float(q) for q in np.quantile(own, [0.25, 0.5, 0.75]))
        found[i] = Typical(
            n=n,
            companies=companies,
            largest_share=largest_share,
            p25=p25,
            p50=p50,
            p75=p75,
            base=float(np.median(base)),
            percentile=float(percentiles(base, p50)),
            rank=float(percentiles(base, own).mean()),
        )
    return found


def known_numbers(learners: IntoFrame) -> dict[str, npt.NDArray[np.float64]]:
    """Give each of `NUMBERS` that a table has; nan where it is not known.

    What only stands in for a missing value is not known.
    """
    frame = nw.from_native(learners)
    columns = frame.collect_schema().names()
    return {
        name: collected(frame.select(_v=expr))["_v"].cast(pl.Float64).to_numpy()
        for name, expr in _number_expressions(columns).items()
    }


def percentiles(
    base: npt.NDArray[np.float64], values: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Give the share of the ascending `base` below each value, ties half, 0..1."""
    below = np.searchsorted(base, values, "left")
    return (below + np.searchsorted(base, values, "right")) / 2 / len(base)


def _shares(
    frame: Any,  # noqa: ANN401 - a narwhals frame
    category: str,
    counts: npt.NDArray[np.int64],
) -> list[tuple[Share, ...]]:
    known = ~nw.col(category).is_null()
    if category == "experience_band":
        known = known & (nw.col("experience_imputed") == 0)
    cells = frame.filter(known).group_by(category, "segment_id")
    table = collected(cells.agg(nw.len().alias("n")))
    found = {(value, segment): n for value, segment, n in table.iter_rows()}
    base = dict(table.group_by(category).agg(pl.col("n").sum()).sort(category).rows())
    total = int(counts.sum())
    return [
        _ranked(
            _share(value, found.get((value, i + 1), 0), size, (everyone, total))
            for value, everyone in base.items()
        )
        for i, size in enumerate(counts.tolist())
    ]


def _share(value: str, n: int, size: int, all_of: tuple[int, int]) -> Share:
    """Put a share against that of all, who are given as those with it and the total."""
    share, base = n / max(size, 1), all_of[0] / all_of[1]
    return Share(value, n, all_of[0], share, base, 100 * share / base)


def _ranked(shares: Iterable[Share]) -> tuple[Share, ...]:
    return tuple(sorted(shares, key=lambda s: (-s.count, -s.base_count, s.value)))
