"""Text of a few values as codes: counted, joined and sorted like numbers."""

from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
from polars import selectors as cs

__all__ = [
    "FACTORS",
    "as_factor",
    "as_factors",
    "as_text",
    "factor_codes",
    "is_text",
    "with_numbered_ids",
]

MOST = 1_000  # levels that are listed in the type of a column
FACTORS = cs.enum() | cs.categorical()


def as_factors(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the text of learners as factors, but for their ids: a byte or two a value.

    Parameters
    ----------
    rows : polars.DataFrame
        It is not changed.

    Examples
    --------
    >>> table = pl.DataFrame({"learner_id": ["a", "b"], "tier": ["Tier 2", "Tier 1"]})
    >>> as_factors(table).schema["tier"].categories.to_list()
    ['Tier 1', 'Tier 2']
    """
    text = [name for name, kind in rows.schema.items() if kind == pl.String]
    return rows.with_columns(_coded(rows[c]) for c in text if c != "learner_id")


def as_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Give factors as the text that they stand for.

    Parameters
    ----------
    rows : polars.DataFrame
        It is not changed.

    Examples
    --------
    >>> table = pl.DataFrame({"tier": ["Tier 2", "Tier 1"]})
    >>> as_text(as_factors(table)).equals(table)
    True
    """
    return rows.with_columns(FACTORS.cast(pl.String))


def with_numbered_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the place of each id among all in its stead: shorter, in the same order.

    Parameters
    ----------
    rows : polars.DataFrame
        It is not changed; without ``learner_id`` it stays as it is.

    Examples
    --------
    >>> table = pl.DataFrame({"learner_id": ["b", "a", "b"]})
    >>> with_numbered_ids(table)["learner_id"].to_list()
    [2, 1, 2]
    """
    if "learner_id" not in rows.columns:
        return rows
    return rows.with_columns(pl.col("learner_id").rank("dense").fill_null(0))


def _coded(text: pl.Series) -> pl.Series:
    levels = text.unique().drop_nulls()
    # To ask for the type of a factor of many levels takes longer than to count by it.
    return text.cast(pl.Categorical if len(levels) > MOST else pl.Enum(levels.sort()))


def is_text(values: pl.Series) -> bool:
    """Say whether a column is text, or a factor made of it.

    Parameters
    ----------
    values : polars.Series
    """
    return isinstance(values.dtype, pl.String | pl.Enum | pl.Categorical)


def as_factor(values: pl.Series) -> pl.Series:
    """Give text as a factor, whose levels are its values in the order of the alphabet.

    Factors are told apart, sorted and shown as their text is.

    Parameters
    ----------
    values : polars.Series
        Text, or anything that is text when it is cast.
    """
    if isinstance(values.dtype, pl.Enum):
        return values
    levels = values.unique().drop_nulls().cast(pl.String).sort()
    return values.cast(pl.Enum(levels))


def factor_codes(values: pl.Series) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Give the place of each value among the levels, -1 where it is missing, and these.

    Parameters
    ----------
    values : polars.Series
        Text, or a factor.

    Examples
    --------
    >>> codes, levels = factor_codes(pl.Series(["b", None, "a"]))
    >>> codes.tolist(), levels
    ([1, -1, 0], ['a', 'b'])
    """
    factor = as_factor(values)
    codes = factor.to_physical().cast(pl.Int32).fill_null(-1).to_numpy()
    return codes, cast("pl.Enum", factor.dtype).categories.to_list()
