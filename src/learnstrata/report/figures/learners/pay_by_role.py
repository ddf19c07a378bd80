"""The middle half of pay of each role."""

from dataclasses import dataclass

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered
from learnstrata.report.figures.vega import (
    field,
    hollow,
    is_thin,
    log_axis,
    mark,
    thin_note,
)
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

BAR = "#5f92c2"


@dataclass(frozen=True, slots=True)
class _Bar:
    """A role whose quartiles are told."""

    role: str
    low: float
    middle: float
    high: float
    learners: int | None


def _bars(summary: Summary) -> list[_Bar]:
    """List the roles whose quartiles a log scale can show, the best paid first."""
    bars = [
        _Bar(row.role, row.p25, row.p50, row.p75, row.learners)
        for row in summary.description.pay_by_role
        if row.p25 is not None and row.p50 is not None and row.p75 is not None
    ]
    shown = [bar for bar in bars if bar.low > 0]
    return sorted(shown, key=lambda bar: (-bar.middle, bar.role))


def _draw(summary: DisclosedSummary) -> Spec:
    write, bars = summary.settings.numbers, _bars(summary)
    low = min(bar.low for bar in bars) / write.per
    high = max(bar.high for bar in bars) / write.per
    axis = log_axis(low, high, f"Pay ({write.unit}, log scale)")
    y = field("role", "N", sort=None, axis={"title": None, "ticks": False})
    bar = mark("bar", height=9, cornerRadius=3, strokeWidth=1.5, aria=True)
    look = hollow({"value": BAR})
    tick = mark("tick", thickness=3, height=15, color=theme.INK)
    text = mark("text", align="left", dx=6)
    span: Row = {"x": field("p25", "Q", **axis), "x2": {"field": "p75"}}
    return layered(
        [
            layer(None, bar, y=y, **span, **look, **TIP),
            layer(None, tick, y=y, x=field("p50", "Q")),
            layer(None, text, y=y, x=field("p75", "Q"), text=field("text", "N")),
        ],
        rows=[_row(bar, write) for bar in bars],
        width=244,
        height=23 * len(bars),
    )


def _row(bar: _Bar, write: Numbers) -> Row:
    return {
        "role": bar.role,
        "p25": bar.low / write.per,
        "p50": bar.middle / write.per,
        "p75": bar.high / write.per,
        "text": write.pay(bar.middle),
        "tip": f"{bar.role}: median {write.pay_text(bar.middle)}, half from "
        f"{write.pay(bar.low)} to {write.pay(bar.high)}",
        "thin": is_thin(bar.learners),
    }


def _title(summary: DisclosedSummary) -> str:
    """Say between which roles median pay runs."""
    write, bars = summary.settings.numbers, _bars(summary)
    low, high = bars[-1], bars[0]
    if low.middle == high.middle:
        return f"Median pay is {write.pay_text(high.middle)} in every role shown"
    return (
        f"Median pay by role runs from {write.pay_text(low.middle)} ({low.role}) to "
        f"{write.pay_text(high.middle)} ({high.role})"
    )


def _table(summary: Summary) -> Table:
    return table_of(
        "Pay by role",
        [row for row in summary.description.pay_by_role if row.p50 is not None],
        [
            column("Role", lambda row: row.role),
            column("Known for", lambda row: row.learners, "count"),
            column("Lower quartile", lambda row: row.p25, "pay"),
            column("Median", lambda row: row.p50, "pay"),
            column("Upper quartile", lambda row: row.p75, "pay"),
        ],
        sheet="Pay by role",
    )


def _note(summary: DisclosedSummary) -> str:
    rows = summary.description.pay_by_role
    hidden = len(rows) - len(_bars(summary))
    told = "Bar: the middle half; mark and number: the median."
    told += thin_note((bar.learners for bar in _bars(summary)), summary.settings.units)
    return f"{told} {hidden} of {len(rows)} roles are not shown." if hidden else told


CHART = Chart(
    key="role-pay",
    has=lambda summary: bool(_bars(summary)),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
)
