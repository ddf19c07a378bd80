"""Median pay by role, company tier and experience, as a heat map a tier."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.vega import FAINT, PAPER, field, mark, values
from learnstrata.report.pay import cells as table
from learnstrata.report.pay import shown_cells
from learnstrata.summary.contract.pay import PayCell
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.words import EVERYBODY

__all__ = ["CHART"]

COLUMN, ROW = 56, 23  # pixels of a cell


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all panels share: rows, columns, logarithms that colours span, numbers."""

    roles: tuple[str, ...]
    bands: tuple[str, ...]
    low: float
    high: float
    write: Numbers
    has_companies: bool

    def colour(self, pay: float) -> str:
        """Give the colour of a pay."""
        return theme.sequential((_log(pay) - self.low) / (self.high - self.low or 1.0))


def _log(pay: float) -> float:
    return math.log(max(pay, 1.0))


def _spec(summary: DisclosedSummary) -> Spec:
    """Draw median pay; a cell whose pay is hidden stays grey."""
    found = shown_cells(summary)
    logs = [_log(cell.p50) for cell in found if cell.p50 is not None]
    frame = _Frame(
        roles=_roles(found),
        bands=_bands(summary, found),
        low=min(logs),
        high=max(logs),
        write=summary.settings.numbers,
        has_companies=summary.has("company"),
    )
    tiers = sorted({cell.tier or EVERYBODY for cell in found})
    panels: list[JsonValue] = [
        _panel(
            [cell for cell in found if (cell.tier or EVERYBODY) == tier],
            frame,
            tier=tier,
            first=place == 0,
        )
        for place, tier in enumerate(tiers)
    ]
    return {"concat": panels, "columns": len(panels), "spacing": 12}


def _roles(found: Sequence[PayCell]) -> tuple[str, ...]:
    """List roles from the one with most learners shown."""
    sizes: dict[str, int] = {}
    for cell in found:
        role = cell.role_family or EVERYBODY
        sizes[role] = sizes.get(role, 0) + (cell.learners or 0)
    return tuple(sorted(sizes, key=lambda role: (-sizes[role], role)))


def _bands(summary: DisclosedSummary, found: Sequence[PayCell]) -> tuple[str, ...]:
    """List the experience bands from early to late, as they are configured."""
    order = [one.name for one in summary.bands_of("experience_band")]
    places = {name: i for i, name in enumerate(order)}
    bands = {cell.experience_band or EVERYBODY for cell in found}
    return tuple(sorted(bands, key=lambda band: (places.get(band, len(places)), band)))


def _panel(found: Sequence[PayCell], frame: _Frame, *, tier: str, first: bool) -> Spec:
    cells = {
        (c.role_family or EVERYBODY, c.experience_band or EVERYBODY): c for c in found
    }
    rows = [
        {
            "row": role,
            "column": band,
            **_drawn(cells.get((role, band)), frame, f"{role}, {tier}, {band}"),
        }
        for role in frame.roles
        for band in frame.bands
    ]
    bare: dict[str, JsonValue] = {"ticks": False, "domain": False}
    top = {"title": "Experience", "orient": "top", "labelAngle": 0, **bare}
    left = {"title": None, "labelPadding": 6, **bare} if first else None
    return {
        "title": tier,
        "width": COLUMN * len(frame.bands),
        "height": ROW * len(frame.roles),
        "data": values(rows),
        "encoding": {
            "x": field("column", "N", sort=[*frame.bands], axis=top),
            "y": field("row", "N", sort=[*frame.roles], axis=left),
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": PAPER, "strokeWidth": 2},
                "encoding": {
                    "color": field("fill", "N", scale=None),
                    "description": field("tip", "N"),
                },
            },
            {
                "mark": mark("text"),
                "encoding": {
                    "text": field("text", "N"),
                    "color": field("ink", "N", scale=None),
                },
            },
        ],
    }


def _drawn(cell: PayCell | None, frame: _Frame, place: str) -> Mapping[str, JsonValue]:
    if cell is None or cell.p50 is None:
        tip = f"{place}: not shown"
        return {"text": "", "fill": FAINT, "ink": theme.MUTED, "tip": tip}
    fill, write = frame.colour(cell.p50), frame.write
    return {
        "text": write.pay(cell.p50) + ("*" if cell.shrunk else ""),
        "fill": fill,
        "ink": theme.ink_on(fill),
        "tip": f"{place}: {write.pay_text(cell.p50)}{_beside(cell, frame)}",
    }


def _beside(cell: PayCell, frame: _Frame) -> str:
    """Say what stands behind a median: the middle half, learners, companies."""
    write, half = frame.write, ""
    if cell.p25 is not None and cell.p75 is not None:
        half = f" ({write.pay(cell.p25)} to {write.pay(cell.p75)})"
    at = f", {write.count(cell.companies)} companies" if frame.has_companies else ""
    thin = ", thin" if cell.shrunk else ""
    return f"{half}; {write.count(cell.learners)} learners{at}{thin}"


def _title(summary: DisclosedSummary) -> str:
    """Say between which cells median pay runs."""
    write = summary.settings.numbers
    told = [(cell.p50, cell) for cell in shown_cells(summary) if cell.p50 is not None]
    (least, low), (most, high) = (
        pick(told, key=lambda pair: pair[0]) for pick in (min, max)
    )
    if least == most:
        return f"Median pay is {write.pay_text(least)} wherever it is shown"
    return (
        f"Median pay runs from {write.pay_text(least)} ({_place(low)}) to "
        f"{write.pay_text(most)} ({_place(high)})"
    )


def _place(cell: PayCell) -> str:
    names = (cell.role_family, cell.tier, cell.experience_band)
    return ", ".join(name or EVERYBODY for name in names)


def _note(summary: DisclosedSummary) -> str:
    return (
        f"Median pay ({summary.settings.money.unit}); a cell tells its middle half as "
        "well, its learners and companies. Grey: not shown. *: thin, leans "
        f"on wider groups. {summary.words.pay_rule}"
    ).strip()


CHART = Chart(
    key="benchmarks",
    has=lambda summary: bool(shown_cells(summary)),
    spec=_spec,
    title=_title,
    table=table,
    note=_note,
)
