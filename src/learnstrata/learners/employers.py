"""How the learners of a group spread over companies, which decides on their pay."""

from collections.abc import Collection, Sequence

import polars as pl

__all__ = ["counted_by", "named_company", "over_companies", "rolled_up", "sizes_of"]


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


def sizes_of(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Give of each group its learners, its companies and the share of the largest.

    As `over_companies`, at half its cost where there are many companies.

    Parameters
    ----------
    rows : polars.DataFrame
        One row a learner; without ``company`` nothing is told of companies.
    by : sequence of str

    Examples
    --------
    >>> table = pl.DataFrame({"tier": ["1", "1", "1"], "company": ["a", "a", None]})
    >>> sizes_of(table, ["tier"]).row(0)
    ('1', 3, 1, 1.0)
    """
    if "company" in rows.columns:
        return rolled_up(counted_by(rows, by), by)
    n = pl.len().cast(pl.Int64).alias("learners")
    return rows.group_by(by).agg(n, *over_companies(()))


def counted_by(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Count the learners of each group at each company, as ``n``."""
    return rows.group_by(*by, "company").agg(n=pl.len().cast(pl.Int64))


def rolled_up(each: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Give what `sizes_of` gives from the counts of `counted_by`, by the same."""
    known = pl.col("company").is_not_null()
    largest = pl.col("n").filter(known).max().fill_null(0)
    unknown = pl.col("n").filter(~known).sum()
    return each.group_by(by).agg(
        pl.col("n").sum().alias("learners"),
        known.sum().cast(pl.Int64).alias("companies"),
        ((largest + unknown) / pl.col("n").sum()).alias("largest_share"),
    )
