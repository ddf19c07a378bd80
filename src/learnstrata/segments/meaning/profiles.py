"""Segments against all learners: how large, how typical, how often each category."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.learners.employers import named_company, sizes_of
from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of, shown_name
from learnstrata.learners.history import newest_first, once_each
from learnstrata.learners.lookups import collected
from learnstrata.stats.ordered import ascending, grouped, midranks, quantiles

__all__ = [
    "AMOUNTS",
    "CATEGORIES",
    "NUMBERS",
    "Profile",
    "Share",
    "Typical",
    "cut_on",
    "described_by",
    "known_numbers",
    "numbers_of",
    "percentiles",
    "profile_segments",
    "spread_of",
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
MIDDLE_HALF = (0.25, 0.75)
TAILS = (0.1, 0.9)  # whose distance is the spread where half of all are alike


@dataclass(frozen=True, slots=True)
class Typical:
    """Quartiles of a number in a segment and their place in the base.

    Of learners: one with several records in a segment counts once, with the newest pay.

    Attributes
    ----------
    n : int
        Learners of whom the number is known.
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
    central, base_central : float
        Share of the segment, and of all, whose own percentile is in the middle half.
    spread : float
        Distance of the quartiles of all; of the tenths where the quartiles are alike.
    base_n : int
        All learners of whom the number is known.
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
    central: float
    base_central: float
    spread: float
    base_n: int


@dataclass(frozen=True, slots=True)
class Share:
    """One value of a category in a segment, against all learners.

    ``index = share / base * 100``: 100 is as common as among all, 120 is distinctive.

    Attributes
    ----------
    value : str
    count, base_count : int
        Rows of the segment with the value, and of all: learners or records.
    learners, base_learners : int
        Distinct learners of these rows.
    share, base, index : float
    """

    value: str
    count: int
    base_count: int
    learners: int
    base_learners: int
    share: float
    base: float
    index: float


@dataclass(frozen=True, slots=True)
class Profile:
    """One segment, exactly.

    Attributes
    ----------
    id : int
    count, learners : int
        Rows of the segment, learners or records, and the distinct learners of them.
    share : float
    typical : mapping of str to Typical
        Of the `NUMBERS` and of those clustered on, what is known of a learner of the
        segment.
    shares : mapping of str to tuple of Share
        Of the `CATEGORIES` the table has and of those clustered on, every value that a
        learner has, most frequent in the segment first.
    """

    id: int
    count: int
    learners: int
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
    who = who.with_columns(segment=pl.Series(label).cast(pl.UInt16))
    people = dict(_counted(who, "segment").select("segment", "people").iter_rows())
    ordered = newest_first(who.with_row_index("row"))
    told = ("row", "segment", "learner_id", "company")
    ordered = ordered.select(c for c in told if c in ordered.columns)
    numbers = {
        name: _typical(values, ordered, companies=name in AMOUNTS)
        for name, values in known_numbers(learners, numbers_of(model))
    }
    shares = {
        category: _shares(frame, category, counts)
        for category in dict.fromkeys((*CATEGORIES, *_categories_of(model)))
        if category in columns and _applies(category, model)
    }
    return tuple(
        Profile(
            id=i + 1,
            count=int(counts[i]),
            learners=people.get(i, 0),
            share=float(counts[i] / counts.sum()),
            typical={name: rows[i] for name, rows in numbers.items() if i in rows},
            shares={category: rows[i] for category, rows in shares.items()},
        )
        for i in range(n_segments)
    )


def described_by(model: FeatureModel) -> tuple[str, ...]:
    """List the columns that `profile_segments` looks at, where they are there.

    Parameters
    ----------
    model : FeatureModel
    """
    who = ("learner_id", "pay_year", "record", "company", "segment_id")
    beside = ("company_level", "experience_imputed")
    told = (*numbers_of(model), *CATEGORIES, *_categories_of(model))
    return tuple(dict.fromkeys((*who, *told, *beside)))


def cut_on(model: FeatureModel) -> tuple[str, ...]:
    """List what segments were cut on, by the names that they are described by.

    Parameters
    ----------
    model : FeatureModel

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> from learnstrata.learners.features.matrix import fit_features
    >>> learners = pl.DataFrame({
    ...     "record": [0, 1, 2],
    ...     "learner_id": ["a", "b", "c"],
    ...     "pay": [4e5, 9e5, 2e6],
    ...     "years_of_experience": [1.0, 4.0, 9.0],
    ... })
    >>> cut_on(fit_features(learners, load_config(), as_of=2021, salt=b"salt"))
    ('pay', 'years_of_experience')
    """
    return tuple(dict.fromkeys(map(shown_name, model.columns)))


def _categories_of(model: FeatureModel) -> list[str]:
    return [column for column in model.columns if column in model.categories]


def numbers_of(model: FeatureModel) -> tuple[str, ...]:
    """List the numbers that segments are described by: ours, and those clustered on.

    Parameters
    ----------
    model : FeatureModel
    """
    used = [c for c in model.columns if c not in model.categories]
    clustered = [name for name in map(shown_name, used) if name not in CATEGORIES]
    return tuple(dict.fromkeys((*NUMBERS, *clustered)))


def _applies(category: str, model: FeatureModel) -> bool:
    return set(feature_of(category).needs) <= set(model.available)


def _who(
    frame: Any,  # noqa: ANN401 - a narwhals frame
    columns: Sequence[str],
    no_company: str | None,
) -> pl.DataFrame:
    """Give who a row is of and where they work; no company where no_company is None."""
    wanted = ["segment_id", "learner_id", "pay_year", "record", "pay"]
    wanted += ["company"] if no_company is not None else []
    table = collected(frame.select(c for c in wanted if c in columns))
    there = no_company is not None and "company" in table.columns
    return table.with_columns(named_company(no_company or "")) if there else table


def _typical(
    values: npt.NDArray[np.float64], who: pl.DataFrame, *, companies: bool
) -> dict[int, Typical]:
    """Give, by segment, what is typical of the learners of whom a number is known."""
    several = "learner_id" in who.columns
    values = values[who["row"].to_numpy()] if several else values
    there = np.isfinite(values)
    known = who.drop("row").with_columns(value=values)
    known = known if there.all() else known.filter(there)
    if not there.any():
        return {}
    own = once_each(known, "segment")
    ordered, places = ascending(own["value"].to_numpy())
    base, ranks = ordered, midranks(ordered) / len(ordered)
    if several:  # who is in several segments is once among all
        base = np.sort(once_each(known)["value"].to_numpy())
        ranks = percentiles(base, ordered)
    central = _central(midranks(base) / len(base))
    told = (float(quantiles(base, [0.5])[0, 0]), central, spread_of(base))
    segment = own["segment"].to_numpy()[places]
    groups = grouped(segment, int(segment.max()) + 1)
    ordered, ranks = ordered[groups.places], ranks[groups.places]
    sizes = _sizes(own, companies=companies)
    return {
        i: _placed(ordered[part], ranks[part], base, told, sizes[i])
        for i, part in enumerate(groups.slices())
        if i in sizes
    }


def _sizes(
    own: pl.DataFrame, *, companies: bool
) -> dict[int, tuple[int, int | None, float | None]]:
    """Give of each segment its learners, their companies, and the largest's share."""
    told = ("segment", "company") if companies else ("segment",)
    sizes = sizes_of(own.select(c for c in told if c in own.columns), ["segment"])
    return {segment: (n, of, most) for segment, n, of, most in sizes.iter_rows()}


def _placed(
    own: npt.NDArray[np.float64],
    ranks: npt.NDArray[np.float64],
    base: npt.NDArray[np.float64],
    told: tuple[float, float, float],
    sizes: tuple[int, int | None, float | None],
) -> Typical:
    """Place ascending numbers among those of all, of which much is told already."""
    n, companies, largest_share = sizes
    p25, p50, p75 = quantiles(own, [0.25, 0.5, 0.75])[0].tolist()
    return Typical(
        n=n,
        companies=companies,
        largest_share=largest_share,
        p25=p25,
        p50=p50,
        p75=p75,
        base=told[0],
        percentile=float(percentiles(base, p50)),
        rank=float(ranks.mean()),
        central=_central(ranks),
        base_central=told[1],
        spread=told[2],
        base_n=len(base),
    )


def _central(ranks: npt.NDArray[np.float64]) -> float:
    low, high = MIDDLE_HALF
    return float(((ranks >= low) & (ranks <= high)).mean())


def spread_of(base: npt.NDArray[np.float64]) -> float:
    """Give the distance of the quartiles; of the tenths where these are alike.

    Parameters
    ----------
    base : array of shape (n,)
        Ascending.

    Examples
    --------
    >>> spread_of(np.arange(101.0)), spread_of(np.repeat([0.0, 1.0], [80, 20]))
    (50.0, 1.0)
    """
    low, tenth, ninth, high = quantiles(base, [0.25, *TAILS, 0.75])[0]
    return float(high - low or ninth - tenth)


def _number_expressions(
    numbers: Sequence[str], columns: Sequence[str]
) -> dict[str, nw.Expr]:
    expressions = {c: nw.col(c) for c in numbers if c in columns}
    if "years_of_experience" in expressions:
        known = nw.col("experience_imputed") == 0
        expressions["years_of_experience"] = nw.when(known).then(
            nw.col("years_of_experience")
        )
    if "company" in columns:
        placed = nw.when(~nw.col("company").is_null())
        if "company_level" in columns:
            expressions["company_pay"] = placed.then(nw.col("company_level").exp())
        for name in ("company_learners", "company_mean_experience"):
            if name in expressions:
                expressions[name] = placed.then(nw.col(name))
    return expressions


def known_numbers(
    learners: IntoFrame, numbers: Sequence[str] = NUMBERS
) -> Iterator[tuple[str, npt.NDArray[np.float64]]]:
    """Give each number that a table has, one after the other; nan where it is unknown.

    What only stands in for a missing value is not known.

    Parameters
    ----------
    learners : data frame
    numbers : sequence of str, default=NUMBERS
    """
    frame = nw.from_native(learners)
    columns = frame.collect_schema().names()
    for name, expr in _number_expressions(numbers, columns).items():
        yield name, collected(frame.select(_v=expr))["_v"].cast(pl.Float64).to_numpy()


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
    wanted = (category, "segment_id", "learner_id", "experience_imputed")
    there = frame.collect_schema().names()
    rows = collected(frame.select(c for c in wanted if c in there)).drop_nulls(category)
    if category == "experience_band":
        rows = rows.filter(experience_imputed=0)
    cells = _counted(rows, category, "segment_id")
    of_all = _counted(rows, category) if "learner_id" in there else _summed(cells)
    base = {value: (n, people) for value, n, people in of_all.sort(category).rows()}
    found = {
        (value, segment): (n, people) for value, segment, n, people in cells.rows()
    }
    total = int(counts.sum())
    return [
        _ranked(
            _share(value, found.get((value, i + 1), (0, 0)), size, everyone, total)
            for value, everyone in base.items()
        )
        for i, size in enumerate(counts.tolist())
    ]


def _counted(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Count the rows of each group, and the distinct learners of them."""
    once = "learner_id" in rows.columns
    people = pl.col("learner_id").n_unique() if once else pl.len()
    return rows.group_by(by).agg(n=pl.len(), people=people)


def _summed(cells: pl.DataFrame) -> pl.DataFrame:
    """Add up the counts of segments, where each learner is in one."""
    return cells.group_by(cells.columns[0]).agg(pl.col("n", "people").sum())


def _share(
    value: str, own: tuple[int, int], size: int, of_all: tuple[int, int], total: int
) -> Share:
    """Put a share against that of all; rows and learners of each."""
    (n, learners), (everyone, base_learners) = own, of_all
    share, base = n / max(size, 1), everyone / total
    return Share(
        value, n, everyone, learners, base_learners, share, base, 100 * share / base
    )


def _ranked(shares: Iterable[Share]) -> tuple[Share, ...]:
    return tuple(sorted(shares, key=lambda s: (-s.count, -s.base_count, s.value)))
