"""Rare categories become one: a value that few hold can name whoever holds it."""

from collections.abc import Collection, Iterable

import polars as pl

__all__ = ["OTHER", "pooled"]

OTHER = "Other"


def pooled(
    frame: pl.DataFrame,
    columns: Iterable[str],
    *,
    least: int,
    keep: Collection[str] = (),
    learner: str = "learner_id",
) -> pl.DataFrame:
    """Call what fewer than `least` learners hold "Other".

    Parameters
    ----------
    frame : polars.DataFrame
        It is not changed.
    columns : iterable of str
        Columns of text; one that is not there is passed over. Missing values stay.
    least : int
    keep : collection of str, default=()
        Words of our own, which tell of nobody and stay however few hold them.
    learner : str, default="learner_id"
        Column by which learners are counted; without it each row is one.

    Returns
    -------
    polars.DataFrame

    Notes
    -----
    What is pooled may still be of fewer than `least` learners: it then says no more
    than that there are some.

    Examples
    --------
    >>> table = pl.DataFrame({"role": ["dev", "dev", "ops", None, "dj"]})
    >>> pooled(table, ["role"], least=2)["role"].to_list()
    ['dev', 'dev', 'Other', None, 'Other']
    """
    who = [learner] if learner in frame.columns else []
    count = pl.col(learner).n_unique() if who else pl.len()
    for column in columns:
        if column not in frame.columns:
            continue
        told = frame.select(column, *who).drop_nulls(column)
        held = told.group_by(column).agg(count.alias("_n"))
        rare = held.filter(pl.col("_n") < least)[column].to_list()
        lost = [value for value in rare if value not in {*keep, OTHER}]
        if lost:
            value = pl.col(column)
            other = pl.when(value.is_in(lost)).then(pl.lit(OTHER)).otherwise(value)
            frame = frame.with_columns(other.alias(column))
    return frame
