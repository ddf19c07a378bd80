"""How the learners of a group spread over companies, which decides on their pay."""

from collections.abc import Collection

import polars as pl

__all__ = ["named_company", "over_companies"]


def named_company(no_company: str) -> pl.Expr:
    """Give the company of each learner, null where it only stands for a missing one.

    Parameters
    ----------
    no_company : str
        Category of a missing company; empty where it stays missing.
    """
    return pl.when(pl.col("company") != no_company).then("company").alias("company")


def over_companies(columns: Collection[str]) -> tuple[pl.Expr, pl.Expr]:
    """Count companies and weigh the largest, as aggregations of a group.

    Learners without a company are taken to be at the largest one, and count as none.

    Parameters
    ----------
    columns : collection of str
        Of the table: without ``company`` both are null.

    Returns
    -------
    tuple of polars.Expr
        ``companies`` and ``largest_share``, 0..1.

    Examples
    --------
    >>> table = pl.DataFrame({"company": ["a", "a", "b", None]})
    >>> table.select(over_companies(table.columns)).row(0)
    (2, 0.75)
    """
    if "company" not in columns:
        return (
            pl.lit(None, pl.Int64).alias("companies"),
            pl.lit(None, pl.Float64).alias("largest_share"),
        )
    known = pl.col("company").drop_nulls()
    largest = known.unique_counts().max().fill_null(0)
    unknown = pl.col("company").null_count()
    return (
        known.n_unique().cast(pl.Int64).alias("companies"),
        ((largest + unknown) / pl.len()).alias("largest_share"),
    )
