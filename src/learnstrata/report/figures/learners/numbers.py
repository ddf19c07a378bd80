"""Quantiles and shape of the numbers of all learners, as one table."""

from learnstrata.learners.features.register import feature_of
from learnstrata.report.figures.bins import feature_title
from learnstrata.summary.contract.learners import Distribution
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Cell, Table, column, table_of

__all__ = ["described_numbers"]

MARKS = ("p01", "p05", "p25", "p50", "p75", "p95", "p99")


def described_numbers(summary: Summary) -> Table:
    """Give quantiles, skewness and outliers, one row a number, in its own unit."""
    write = summary.settings.numbers
    return table_of(
        "Distributions",
        summary.description.distributions,
        [
            column("Number", lambda row: feature_title(row.feature, write)),
            column("Known for", lambda row: row.n, "count"),
            *(
                column(
                    f"{int(mark[1:])}%",
                    lambda row, mark=mark: _shown(row, mark, write),
                    "statistic",
                )
                for mark in MARKS
            ),
            column("Mean", lambda row: _shown(row, "mean", write), "statistic"),
            column("Skewness", lambda row: row.skewness, "number"),
            column("Skewness of its log", lambda row: row.skewness_log, "number"),
            column("Beyond Tukey's fences", lambda row: row.outside_fences, "count"),
        ],
        sheet="Numbers of all",
    )


def _shown(row: Distribution, name: str, write: Numbers) -> Cell:
    """Give a quantile; a size that is not told is of few."""
    value: float | None = getattr(row, name)
    if value is None:
        sized = feature_of(row.feature).unit == "learners" and row.n is not None
        return write.count(None) if sized and name in MARKS else None
    return value / write.per if feature_of(row.feature).is_money else value
