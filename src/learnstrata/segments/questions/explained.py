"""How much of what learners differ in their segments explain."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from learnstrata.learners.factors import is_text

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
    beside = {"pay": ["pay"], "years_of_experience": ["experience_imputed"]}
    found = [
        Explained(
            what,
            explained_variance(
                learners.select({"segment_id", column, *beside.get(needed, ())}).filter(
                    known.get(needed, pl.lit(value=True))
                ),
                column,
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
    if is_text(learners[column]):
        return _explained_category(learners, column)
    known = learners.filter(pl.col(column).is_finite()).select("segment_id", column)
    values = known[column].cast(pl.Float64).to_numpy()
    segment = known["segment_id"].to_numpy()
    if not len(values) or not (total := values.var()):
        return 0.0
    means = np.bincount(segment, values) / np.maximum(np.bincount(segment), 1)
    return float(means[segment].var() / total)


def _explained_category(learners: pl.DataFrame, column: str) -> float:
    known = learners.select("segment_id", column).drop_nulls(column)
    cells = known.group_by("segment_id", column).len().sort("segment_id", column)
    if not (n := len(known)):
        return 0.0
    counts = cells["len"].to_numpy().astype(np.float64)
    segment, value = (
        np.unique(cells[key].to_numpy(), return_inverse=True)[1]
        for key in ("segment_id", column)
    )
    base = (np.bincount(value, counts) ** 2).sum() / n**2
    same = (counts**2 / np.bincount(segment, counts)[segment]).sum() / n
    return float(1 - (1 - same) / (1 - base)) if base < 1 else 0.0
