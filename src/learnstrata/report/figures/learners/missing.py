"""The values that each column lacks."""

from learnstrata.learners.schema.register import column_label
from learnstrata.report.figures.bins import capital
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row, layer, layered
from learnstrata.report.figures.vega import field, mark
from learnstrata.summary.contract.learners import Missing
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART", "missing_title"]


def _rows(summary: Summary) -> list[Missing]:
    """List the columns, the one that lacks most first."""
    found = summary.description.missing
    return sorted(found, key=lambda row: (-(row.count or 0), row.column))


def _draw(summary: DisclosedSummary) -> Spec:
    write, rows = summary.settings.numbers, _rows(summary)
    place: Row = {
        "x": field("share", "Q", axis={"title": "Share missing", "format": "%"}),
        "y": field("column", "N", sort=None, axis={"title": None, "ticks": False}),
    }
    bar = mark("bar", color="#4f7fae", height=14, aria=True)
    told = field("text", "N")
    return layered(
        [
            layer(None, bar, **place, description=told),
            layer(None, mark("text", align="left", dx=6), **place, text=told),
        ],
        rows=[_row(row, write) for row in rows],
        width=210,
        height=30 * len(rows),
    )


def _row(row: Missing, write: Numbers) -> Row:
    told = write.count(row.count)
    return {
        "column": capital(column_label(row.column)),
        "share": row.share or 0.0,  # where the text stands; it says "under"
        "text": told if row.share is None else f"{write.share(row.share)} ({told})",
    }


def missing_title(summary: Summary) -> str:
    """Name the column that lacks most values."""
    write, rows = summary.settings.numbers, _rows(summary)
    if not rows or not rows[0].count:
        few = f"{write.count(None)} {summary.settings.units}"
        return f"Each column that is used lacks the value of {few}"
    worst, label = rows[0], capital(column_label(rows[0].column))
    if worst.share is None:
        units = summary.settings.units
        return f"{label} is missing most often: for {write.count(worst.count)} {units}"
    return f"{label} is missing most often: for {write.share(worst.share)} of all"


def _table(summary: Summary) -> Table:
    return table_of(
        "Missing values",
        _rows(summary),
        [
            column("Column", lambda row: capital(column_label(row.column))),
            column("Missing", lambda row: row.count, "count"),
            column("Share", lambda row: row.share, "share"),
        ],
        sheet="Missing values",
    )


CHART = Chart(
    key="missing",
    has=lambda summary: any(row.count for row in summary.description.missing),
    spec=_draw,
    title=missing_title,
    table=_table,
)
