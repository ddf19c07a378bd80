"""How common each role is in each segment, against all learners."""

import math

from learnstrata.report import theme
from learnstrata.report.figures.bins import capital
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import Row, heat_map
from learnstrata.report.figures.vega import PAPER
from learnstrata.summary.contract.meaning import CategoryShare, Segment
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers, as_number
from learnstrata.wording.tables import Table, column, table_of

__all__ = [
    "CHART",
    "DISTINCTIVE",
    "RARE",
    "is_distinctive",
    "none_distinctive",
    "times_of_all",
]

MOST_ROLES = 14
STAGES_BY_INDEX = 1.5  # doublings of the index at which the colour is full
DISTINCTIVE = 120.0
RARE = 80.0  # as far below 100 as 120 is above, on the scale an index is read


def times_of_all(index: float) -> str:
    """Write an index as a multiple of the share among all.

    Examples
    --------
    >>> times_of_all(409.0), times_of_all(100.0)
    ('4.1 times', '1.0 times')
    """
    return f"{as_number(index / 100, 1)} times"


def is_distinctive(index: float, low: float) -> bool:
    """Say whether an index is high, and surely above that of all."""
    return index >= DISTINCTIVE and low > 100.0


def none_distinctive(what: str) -> str:
    """Say that nothing of a kind is out of proportion."""
    return (
        f"No {what} is distinctive for a segment: none is clearly "
        f"{times_of_all(DISTINCTIVE)} as common in one as among all"
    )


def _told(summary: Summary) -> list[tuple[Segment, CategoryShare, float]]:
    """List the roles of segments whose index is told."""
    return [
        (segment, share, share.index)
        for segment in summary.segments
        for share in segment.category("role")
        if share.index is not None and share.count is not None
    ]


def _shown_roles(summary: Summary) -> list[str]:
    """List the roles most frequent among all that some segment has enough of."""
    base = {share.value: share.base_count or 0 for _, share, _ in _told(summary)}
    return sorted(base, key=lambda role: (-base[role], role))[:MOST_ROLES]


def _draw(summary: DisclosedSummary) -> Spec:
    write, roles = summary.settings.numbers, _shown_roles(summary)
    found = {(one.id, share.value): index for one, share, index in _told(summary)}
    ids = [segment.id for segment in summary.segments]
    return heat_map(
        [
            _cell(segment, role, found.get((segment.id, role)), write)
            for segment in summary.segments
            for role in roles
        ],
        rows=roles,
        columns=ids,
        x_title="Segment",
        cell=(max(50, min(110, 440 // len(ids))), 25),
    )


def _cell(segment: Segment, role: str, index: float | None, write: Numbers) -> Row:
    fill, ink, text = PAPER, theme.MUTED, ""
    tip = f"{write.count(None)} there, or too few to say"
    if index is not None:
        position = math.log2(max(index, 1.0) / 100) / STAGES_BY_INDEX
        fill, text = theme.diverging(position), write.index(index)
        ink, tip = theme.ink_on(fill), f"index {text}"
    return {
        "row": role,
        "column": segment.id,
        "text": text,
        "fill": fill,
        "ink": ink,
        "tip": f"{role} in {segment.name}: {tip}",
    }


def _title(summary: DisclosedSummary) -> str:
    """Name the role drawn that is most out of proportion, where one is distinctive.

    None where segments were cut on roles, and so differ in them.
    """
    if summary.is_cut_on("role"):
        return "How common each role is in each segment: they were cut on roles"
    roles = _shown_roles(summary)
    found = [
        cell
        for cell in _told(summary)
        if cell[1].value in roles and is_distinctive(cell[2], _low(*cell))
    ]
    if not found:
        return none_distinctive("role")
    segment, share, index = max(found, key=lambda cell: _low(*cell))
    return (
        f'{share.value} is {times_of_all(index)} as common in "{segment.name}" as '
        "among all"
    )


def _low(segment: Segment, share: CategoryShare, index: float) -> float:
    """Give the lower end of the interval of an index; the index where there is none."""
    rows = segment.distinctive_values
    found = (r.low for r in rows if (r.feature, r.value) == ("role", share.value))
    low = next(found, None)
    return index if low is None else low


def _table(summary: Summary) -> Table:
    return table_of(
        "Roles of each segment, and index (all: 100)",
        [
            (segment, share)
            for segment in summary.segments
            for share in segment.category("role")
        ],
        [
            column("Segment", lambda row: row[0].name),
            column("Role", lambda row: row[1].value),
            column(capital(summary.settings.units), lambda row: row[1].count, "count"),
            column("Share", lambda row: row[1].share, "share"),
            column("Among all", lambda row: row[1].base_count, "count"),
            column("Share of all", lambda row: row[1].base, "share"),
            column("Index", lambda row: row[1].index, "index"),
        ],
        sheet="Roles by segment",
    )


def _note(summary: DisclosedSummary) -> str:
    write = summary.settings.numbers
    return (
        "Share in the segment by share among all, times 100. Blank: "
        f"{write.count(None)} {summary.settings.units} of the role in the segment, or "
        "too few for an index of rounded counts."
    )


CHART = Chart(
    key="roles",
    has=lambda summary: bool(_told(summary)),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
    is_numbered=True,
)
