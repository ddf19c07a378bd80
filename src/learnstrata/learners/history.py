"""What a learner's older records tell, and which of several rows is the newest."""

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrameT

from learnstrata.learners.ledger import SEGMENTED
from learnstrata.learners.lookups import on_grid

__all__ = [
    "newest_first",
    "once_each",
    "progression",
    "with_progression",
    "without_needless_ids",
    "yearly_growth",
]

GROWTH_BITS = 40
BITS = 20  # behind the point of a pay, whose sums are then the same in any order
USABLE = (*SEGMENTED, "history")
UNNAMED = ["Not stated", "Unmapped", "Other"]  # what is no role


def progression(records: IntoFrameT) -> IntoFrameT:
    """Give each learner's pay growth and number of roles.

    Pay growth is the mean yearly growth of log pay between the oldest pay year and the
    newest one, ``log(pay_new / pay_old) / (year_new - year_old)``; 0.10 is about 10 % a
    year. It is known only of learners with believable pay in two pay years.

    Parameters
    ----------
    records : data frame
        The records of a `learnstrata.learners.cleaning.Cleaned`. Columns that are not
        there leave their result null.

    Returns
    -------
    data frame of the same kind
        One row a learner: ``learner_id``, ``n_records``, ``n_roles``, ``pay_growth``
        and ``years_between`` (years from the oldest to the newest pay).

    Notes
    -----
    Learners who come back with a new pay are not a random choice of all learners: their
    growth describes those who updated, not the platform.

    Examples
    --------
    >>> import polars as pl
    >>> records = pl.DataFrame({
    ...     "learner_id": ["a", "a", "b"],
    ...     "state": ["current", "history", "current"],
    ...     "pay": [1_210_000.0, 1_000_000.0, 500_000.0],
    ...     "pay_year": [2021.0, 2019.0, 2020.0],
    ... })
    >>> progression(records).sort("learner_id")["pay_growth"].round(4).to_list()
    [0.0953, None]
    """
    frame = nw.from_native(records)
    names = frame.collect_schema().names()
    frame = frame.filter(nw.col("state").is_in(list(USABLE)))
    unknown = nw.lit(None, dtype=nw.Float64)
    told_roles = "role_family" in names
    family = nw.col("role_family") if told_roles else nw.lit("")
    named = nw.when(~family.is_in(UNNAMED)).then(family)
    known = "pay" in names and "pay_year" in names
    paid = ~nw.col("pay").is_null() & ~nw.col("pay_year").is_null() if known else None
    frame = frame.with_columns(
        _one=nw.lit(1, dtype=nw.Int64),
        _role=named,
        _unnamed=named.is_null().cast(nw.Int64),
        _year=nw.when(paid).then(nw.col("pay_year")) if paid is not None else unknown,
        _pay=nw.when(paid).then(nw.col("pay")) if paid is not None else unknown,
    )
    by = "learner_id"
    frame = frame.with_columns(
        _first=nw.col("_year").min().over(by), _last=nw.col("_year").max().over(by)
    )
    year = nw.col("_year")
    frame = frame.with_columns(
        _old=nw.when(year == nw.col("_first")).then(on_grid(nw.col("_pay"), BITS)),
        _new=nw.when(year == nw.col("_last")).then(on_grid(nw.col("_pay"), BITS)),
    )
    # Plain aggregates only: every engine has a fast one for them.
    told = frame.group_by(by).agg(
        nw.col("_one").sum().alias("n_records"),
        nw.col("_role").n_unique().alias("_roles"),
        nw.col("_unnamed").max().alias("_unnamed"),
        nw.col("_first").min().alias("_first"),
        nw.col("_last").max().alias("_last"),
        nw.col("_old").mean().alias("_old"),
        nw.col("_new").mean().alias("_new"),
    )
    between = nw.col("_last") - nw.col("_first")
    # Logarithms differ in the last place from engine to engine.
    growth = on_grid((nw.col("_new") / nw.col("_old")).log() / between, GROWTH_BITS)
    roles = nw.col("_roles").cast(nw.Int64) - nw.col("_unnamed")
    # No learner is without records: null on every engine, pandas has no null integer.
    nothing = nw.when(nw.col("n_records") < 0).then(nw.col("n_records"))
    return told.select(
        nw.col(by),
        nw.col("n_records").cast(nw.Int64),
        n_roles=roles.cast(nw.Int64) if told_roles else nothing,
        years_between=nw.when(between > 0).then(between),
        pay_growth=nw.when(between > 0).then(growth),
    ).to_native()


def with_progression(units: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Add to learners what `progression` tells; of most a single record is known.

    Parameters
    ----------
    units, records : polars.DataFrame
        Those of a `learnstrata.learners.cleaning.Cleaned`.

    Examples
    --------
    >>> records = pl.DataFrame({
    ...     "learner_id": ["a", "a", "b"],
    ...     "state": ["current", "history", "current"],
    ... })
    >>> with_progression(records[[0, 2]], records)["n_records"].to_list()
    [2, 1]
    """
    older = records.filter(state="history").select("learner_id")
    if len(older):
        records = records.join(older, on="learner_id", how="semi")
    found = units.join(progression(records), on="learner_id", how="left")
    known = [pl.col("n_records").fill_null(1)]
    if "role_family" in units.columns:
        has_role = ~pl.col("role_family").is_in(UNNAMED)
        known.append(pl.col("n_roles").fill_null(has_role.cast(pl.Int64)))
    return found.with_columns(known)


def yearly_growth(growth: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Give pay growth as people read it: by what share pay grows a year.

    Parameters
    ----------
    growth : array-like
        Of the logarithm, as `progression` has it.

    Examples
    --------
    >>> float(yearly_growth(0.0953).round(3))
    0.1
    """
    return np.expm1(np.asarray(growth, dtype=np.float64))


def newest_first(rows: pl.DataFrame, *, then: Sequence[str] = ()) -> pl.DataFrame:
    """Put the newest pay first, where a learner has several rows.

    Parameters
    ----------
    rows : polars.DataFrame
        Where no learner has several, or it has no ``learner_id``, it stays as it is.
    then : sequence of str
        Columns that decide between rows of the same pay in the same year.

    Examples
    --------
    >>> rows = pl.DataFrame({"learner_id": ["a", "a"], "pay_year": [2019, 2021]})
    >>> newest_first(rows)["pay_year"].to_list()
    [2021, 2019]
    """
    if "learner_id" not in rows.columns or rows["learner_id"].is_unique().all():
        return rows
    by = [c for c in ("pay_year", "record", "pay", *then) if c in rows.columns]
    return rows.sort(by, descending=[c == "pay_year" for c in by]) if by else rows


def without_needless_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out ids where each row has its own: all that they do is take time.

    Parameters
    ----------
    rows : polars.DataFrame

    Examples
    --------
    >>> one_each = pl.DataFrame({"learner_id": ["a", "b"], "pay": [1.0, 2.0]})
    >>> without_needless_ids(one_each).columns
    ['pay']
    """
    if "learner_id" in rows.columns and rows["learner_id"].n_unique() == len(rows):
        return rows.drop("learner_id")
    return rows


def once_each(rows: pl.DataFrame, *within: str) -> pl.DataFrame:
    """Give the first row of each learner: of the whole, or within each of a group.

    Parameters
    ----------
    rows : polars.DataFrame
        From `newest_first`. Without ``learner_id`` every row is of one learner.
    *within : str
        Columns that say which group a row is of.

    Examples
    --------
    >>> rows = pl.DataFrame({"learner_id": ["a", "a", "a"], "segment": [1, 2, 1]})
    >>> len(once_each(rows)), len(once_each(rows, "segment"))
    (1, 2)
    """
    if "learner_id" not in rows.columns:
        return rows
    if not within and rows["learner_id"].n_unique() == len(rows):
        return rows
    return rows.unique(["learner_id", *within], keep="first", maintain_order=True)
