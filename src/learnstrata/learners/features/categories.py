"""Which values of a category get a column of their own, and which share one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from learnstrata.learners.lookups import Frame, collected
from learnstrata.privacy.disclosure.pooling import OTHER

__all__ = ["Categories", "find_categories", "pooled_values"]

ALL_DIFFER = "no two learners have the same value"
MOSTLY_DIFFER = "most learners who have a value share it with nobody"


@dataclass(frozen=True, slots=True)
class Categories:
    """What was learned of the categories of a table.

    Attributes
    ----------
    values : mapping of str to tuple of str
        Of each category, the values that have a column, in its order.
    pooled : tuple of str
        Categories of which the rare values are called "Other".
    left_out : mapping of str to str
        Columns that are no categories, and why.
    """

    values: Mapping[str, tuple[str, ...]]
    pooled: tuple[str, ...]
    left_out: Mapping[str, str]


def find_categories(frame: Frame, columns: Sequence[str], *, most: int) -> Categories:
    """Learn the values of categories; of too many, the most frequent.

    Parameters
    ----------
    frame : narwhals frame
    columns : sequence of str
        Columns of text.
    most : int
        Columns a category may have, that of "Other" included.

    Notes
    -----
    Of values that are equally frequent the first in the alphabet is kept. A text that
    (nearly) everybody has another of, such as a free answer or an id, is no category:
    a column of few learners would set them apart from all others.

    Examples
    --------
    >>> city, note = ["x", "y", "x", "z", "y", "x"], list("abcdef")
    >>> table = pl.DataFrame({"city": city, "note": note})
    >>> found = find_categories(nw.from_native(table), ["city", "note"], most=2)
    >>> found.values["city"], found.pooled, list(found.left_out)
    (('x', 'Other'), ('city',), ['note'])
    """
    values: dict[str, tuple[str, ...]] = {}
    pooled: list[str] = []
    left_out: dict[str, str] = {}
    for column in columns:
        ranked = _ranked(frame, column)
        known = ranked[column].to_list()
        if reason := _no_category(ranked["n"], most):
            left_out[column] = reason
        elif len(known) > most:
            kept = [value for value in known[: most - 1] if value != OTHER]
            values[column] = (*sorted(kept), OTHER)
            pooled.append(column)
        else:
            values[column] = tuple(sorted(known))
    return Categories(values, tuple(pooled), left_out)


def _ranked(frame: Frame, column: str) -> pl.DataFrame:
    named = frame.select(nw.col(column)).filter(~nw.col(column).is_null())
    counts = collected(named.group_by(column).agg(nw.len().alias("n")))
    return counts.sort("n", column, descending=[True, False])


def _no_category(counts: pl.Series, most: int) -> str:
    """Say why values are none of a category; empty where they are."""
    if len(counts) > 1 and counts[0] == 1:
        return ALL_DIFFER
    if len(counts) > most and 2 * (counts == 1).sum() > counts.sum():
        return MOSTLY_DIFFER
    return ""


def pooled_values(
    frame: Frame, values: Mapping[str, Sequence[str]], columns: Sequence[str]
) -> Frame:
    """Call what has no column of its own "Other"; missing values stay missing.

    Examples
    --------
    >>> table = nw.from_native(pl.DataFrame({"city": ["x", "q", None]}))
    >>> pooled_values(table, {"city": ("x", "Other")}, ["city"])["city"].to_list()
    ['x', 'Other', None]
    """
    there = [column for column in columns if column in frame.collect_schema().names()]
    if not there:
        return frame
    return frame.with_columns(
        **{column: _pooled(column, values[column]) for column in there}
    )


def _pooled(column: str, kept: Sequence[str]) -> nw.Expr:
    value = nw.col(column)
    other = nw.when(~value.is_null()).then(nw.lit(OTHER))
    return nw.when(value.is_in(list(kept))).then(value).otherwise(other)
