"""How much of what learners differ in their segments explain."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

__all__ = ["Explained", "explain_differences", "explained_variance"]

What = Literal["pay", "experience", "role"]


@dataclass(frozen=True, slots=True)
class Explained:
    """Share of the differences in something that lies between segments, 0..1."""

    what: What
    share: float


def explain_differences(
    learners: pl.DataFrame, *, available: frozenset[str]
) -> tuple[Explained, ...]:
    """Give the explained share of log pay, years and roles, the largest first.

    Parameters
    ----------
    learners : polars.DataFrame
        Learners of a run with features and ``segment_id``. What was filled in does not
        count.
    available : frozenset of str
        Standard columns the table holds.
    """
    columns: dict[str, tuple[What, str]] = {
        "pay": ("pay", "log_pay"),
        "years_of_experience": ("experience", "years_of_experience"),
        "title": ("role", "role"),
    }
    known = {
        "pay": pl.col("pay").is_not_null(),
        "years_of_experience": pl.col("experience_imputed") == 0,
    }
    found = [
        Explained(
            what,
            explained_variance(
                learners.filter(known.get(needed, pl.lit(value=True))), column
            ),
        )
        for needed, (what, column) in columns.items()
        if needed in available
    ]
    return tuple(sorted(found, key=lambda one: (-one.share, one.what)))


def explained_variance(learners: pl.DataFrame, column: str) -> float:
    """Give the share of the variance that lies between segments, 0..1.

    Of a category: of all its one-hot columns together.

    Examples
    --------
    >>> table = pl.DataFrame({"segment_id": [1, 1, 2], "v": [0.0, 0.0, 3.0]})
    >>> explained_variance(table, "v")
    1.0
    """
    if learners[column].dtype == pl.String:
        return _explained_category(learners, column)
    known = learners.filter(pl.col(column).is_finite()).select("segment_id", column)
    mean = pl.col(column).mean()
    between, total = known.select(
        mean.over("segment_id").var(ddof=0).alias("between"),
        pl.col(column).var(ddof=0).alias("total"),
    ).row(0)
    return between / total if total else 0.0


def _explained_category(learners: pl.DataFrame, column: str) -> float:
    known = learners.filter(pl.col(column).is_not_null())
    cells = known.group_by("segment_id", column).len()
    of = pl.col("len").sum()
    n, size = len(known), cells.group_by("segment_id").agg(size=of)
    base = float((cells.group_by(column).agg(of)["len"] ** 2).sum()) / n**2 if n else 1
    own = cells.join(size, on="segment_id")
    same = float((own["len"] ** 2 / own["size"]).sum()) / n if n else 1
    return 1 - (1 - same) / (1 - base) if base < 1 else 0.0
