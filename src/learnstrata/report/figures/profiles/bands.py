"""Rule-based segments (experience band and pay band) against the learned ones."""

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row, heat_map
from learnstrata.report.figures.results import name_of_segment
from learnstrata.report.figures.vega import FAINT
from learnstrata.summary.contract.meaning import BandRow
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.readings import agreement
from learnstrata.wording.tables import Cell, Table, column, table_of

__all__ = ["CHART"]


def rows_of(summary: Results) -> tuple[BandRow, ...]:
    """List the rule-based segments."""
    return summary.bands.rows if summary.bands else ()


def columns_of(summary: Results) -> list[int]:
    """List the learned segments that stand beside them."""
    return sorted({cell.segment_id for row in rows_of(summary) for cell in row.cells})


def draw(summary: DisclosedSummary) -> Spec:
    """Draw how both cross, coloured by share of the row."""
    rows, columns = rows_of(summary), columns_of(summary)
    write = summary.settings.numbers
    return heat_map(
        [cell for row in rows for cell in _drawn(row, write)],
        rows=[row.rule for row in rows],
        columns=columns,
        x_title="Learned segment",
        cell=(max(64, min(110, 440 // len(columns))), 27),
    )


def _drawn(row: BandRow, write: Numbers) -> list[Row]:
    known = sum(cell.count or 0 for cell in row.cells)
    total = max(row.learners or 0, known) or 1
    drawn: list[Row] = []
    for cell in row.cells:
        few = cell.count is None
        fill = FAINT if few else theme.sequential((cell.count or 0) / total)
        text = write.count(cell.count)
        drawn.append(
            {
                "row": row.rule,
                "column": cell.segment_id,
                "text": text,
                "fill": fill,
                "ink": theme.MUTED if few else theme.ink_on(fill),
                "tip": f"{row.rule} and segment {cell.segment_id}: {text}",
            }
        )
    return drawn


def title(summary: DisclosedSummary) -> str:
    """Say how far rules and segments agree."""
    found, write = summary.bands, summary.settings.numbers
    if found is None:
        return ""
    if found.ari is None:
        return "Rule-based and learned segments: too few have both to compare them"
    return (
        f"Rule-based and learned segments {agreement(found.ari)}: adjusted Rand index "
        f"{write.statistic(found.ari)}, NMI {write.statistic(found.nmi)}"
    )


def table(summary: Results) -> Table:
    """Cross rule-based segments with learned ones."""
    units = summary.settings.units.capitalize()
    return table_of(
        f"{units} by both",
        rows_of(summary),
        [
            column("Rule-based segment", lambda row: row.rule),
            column(units, lambda row: row.learners, "count"),
            *(
                column(
                    name_of_segment(summary, one),
                    lambda row, one=one: _count(row, one),
                    "count",
                )
                for one in columns_of(summary)
            ),
        ],
        sheet="Rules x segments",
    )


def _count(row: BandRow, segment_id: int) -> Cell:
    found = (cell.count for cell in row.cells if cell.segment_id == segment_id)
    return next(found, None)


def note(summary: DisclosedSummary) -> str:
    """Say how to read the cells."""
    units = summary.settings.units.capitalize()
    few = summary.settings.numbers.count(None)
    return (
        f"{units} of each rule-based segment (experience band / pay band) in each "
        f"learned one; the bluer, the larger its share of the row. Grey: {few}."
    )


CHART = Chart(
    key="rules",
    has=lambda summary: bool(columns_of(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
    is_numbered=True,
)
