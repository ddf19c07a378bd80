"""Cells of segment and role family: how large, and whether they are found again."""

from collections import Counter

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row, heat_map
from learnstrata.report.figures.results import name_of_segment
from learnstrata.report.figures.vega import PAPER
from learnstrata.summary.contract.evidence import RoleCell
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART", "MAX_FAMILIES"]

MAX_FAMILIES = 14


def shown(summary: Results) -> tuple[RoleCell, ...]:
    """List the cells of ten learners and more."""
    cells = summary.evidence.finer.cells if summary.evidence else ()
    return tuple(cell for cell in cells if cell.count is not None)


def families(summary: Results) -> list[str]:
    """List the role families with most learners in cells, largest first."""
    totals: Counter[str] = Counter()
    for cell in shown(summary):
        totals[cell.role_family] += cell.count or 0
    return sorted(totals, key=lambda family: (-totals[family], family))[:MAX_FAMILIES]


def _limit(summary: DisclosedSummary) -> float:
    return summary.settings.configured.evidence.min_jaccard


def draw(summary: DisclosedSummary) -> Spec:
    """Draw segment by role family: size and stability, unstable cells faded."""
    rows, write = families(summary), summary.settings.numbers
    cells = [cell for cell in shown(summary) if cell.role_family in rows]
    most = max(cell.share_of_segment or 0.0 for cell in cells) or 1.0
    limit, ids = _limit(summary), [segment.id for segment in summary.segments]
    drawn = [
        {
            **_look(cell, most, limit, write),
            "tip": f"{cell.role_family} in "
            f"{name_of_segment(summary, cell.segment_id)}: {write.count(cell.count)}, "
            f"{write.share(cell.share_of_segment)} of the segment, Jaccard "
            f"{write.statistic(cell.jaccard)}",
        }
        for cell in cells
    ]
    size = (max(84, min(130, 520 // max(len(ids), 1))), 26)
    return heat_map(drawn, rows=rows, columns=ids, x_title="Segment", cell=size)


def _look(cell: RoleCell, most: float, limit: float, write: Numbers) -> Row:
    faded = cell.jaccard is not None and cell.jaccard < limit
    strength = (cell.share_of_segment or 0.0) / most
    fill = PAPER if faded else theme.sequential(strength)
    return {
        "row": cell.role_family,
        "column": cell.segment_id,
        "text": f"{write.count(cell.count)} ({write.statistic(cell.jaccard)})",
        "fill": fill,
        "ink": theme.MUTED if faded else theme.ink_on(fill),
    }


def title(summary: DisclosedSummary) -> str:
    """Name the cell that is least sure to keep its learners in other cuts."""
    write = summary.settings.numbers
    known = [(one.jaccard, one) for one in shown(summary) if one.jaccard is not None]
    if not known:
        return "Learners of each segment by role"
    jaccard, least = min(known, key=lambda pair: pair[0])
    return (
        f"Least sure to stay together in other cuts: {least.role_family} in "
        f"{name_of_segment(summary, least.segment_id)} (Jaccard "
        f"{write.statistic(jaccard)})"
    )


def table(summary: Results) -> Table:
    """List the cells of segment and role family, largest first."""
    units = summary.settings.units
    return table_of(
        "Cells of segment and role",
        sorted(
            shown(summary),
            key=lambda cell: (-(cell.count or 0), cell.segment_id, cell.role_family),
        ),
        [
            column("Role family", lambda cell: cell.role_family),
            column("Segment", lambda cell: name_of_segment(summary, cell.segment_id)),
            column(units.capitalize(), lambda cell: cell.count, "count"),
            column("Share of segment", lambda cell: cell.share_of_segment, "share"),
            column("Share of family", lambda cell: cell.share_of_family, "share"),
            column("Jaccard", lambda cell: cell.jaccard, "statistic"),
        ],
        sheet="Segment x role",
    )


def note(summary: DisclosedSummary) -> str:
    """Say how to read the cells."""
    write, units = summary.settings.numbers, summary.settings.units
    return (
        f"First number: {units}; in brackets: Jaccard of the cell. A role is what it "
        "is in every cut, so this tells of the segment's end alone. The "
        "bluer, the larger its share of the segment. White with grey text: under "
        f"{_limit(summary):g}, so do not act on it alone. Blank: "
        f"{write.count(None)} {units}."
    )


CHART = Chart(
    key="cells",
    has=lambda summary: bool(shown(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
    is_numbered=True,
)
