"""Text of a few values as codes: counted, joined and sorted like numbers."""

from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["as_factor", "as_factors", "factor_codes", "is_text"]

MOST = 1_000  # levels that are listed in the type of a column

NO_FACTORS = frozenset({"learner_id", "state", "role_match"})  # never counted by


def as_factors(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the text of learners as factors, but what nobody counts by.

    Of an id its place among all stands for it: shorter, and in the same order.

    Parameters
    ----------
    rows : polars.DataFrame
        It is not changed.

    Examples
    --------
    >>> table = pl.DataFrame({"learner_id": ["a", "b"], "tier": ["Tier 2", "Tier 1"]})
    >>> as_factors(table).schema["tier"].categories.to_list()
    ['Tier 1', 'Tier 2']
    >>> as_factors(table[[1, 0, 1]])["learner_id"].to_list()
    [2, 1, 2]
    """
    text = [c for c in rows.columns if rows[c].dtype == pl.String]
    coded = [_coded(rows[c]) for c in text if c not in NO_FACTORS]
    ids = pl.col("learner_id").rank("dense").fill_null(0)
    return rows.with_columns(*coded, *([ids] if "learner_id" in text else []))


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
