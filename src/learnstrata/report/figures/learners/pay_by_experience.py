"""Median pay at each year of experience, by company tier."""

from collections.abc import Sequence

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
from learnstrata.summary.contract.learners import PayByExperience
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.readings import related
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import EVERYBODY

__all__ = ["CHART"]

LAST_YEAR = 25  # stands for all from it on
STYLES = (
    ("#2c6aa6", "circle"),
    ("#5b93c9", "square"),
    ("#7a6fb0", "triangle-up"),
    ("#8a7440", "diamond"),
    ("#777777", "cross"),
)


def _told(summary: Summary) -> list[tuple[PayByExperience, float]]:
    """List the medians that are told and that a log scale can show."""
    rows = summary.description.pay_by_experience
    return [(row, row.p50) for row in rows if row.p50 is not None and row.p50 > 0]


def _tiers(summary: Summary) -> list[str]:
    """List the tiers of the medians, everybody first."""
    names = {row.tier for row, _ in _told(summary)}
    return sorted(names, key=lambda name: (name != EVERYBODY, name))


def _styles(tiers: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Give each tier its colour and shape; all of them are a black line."""
    named = [tier for tier in tiers if tier != EVERYBODY]
    styles = {tier: STYLES[i % len(STYLES)] for i, tier in enumerate(named)}
    return {EVERYBODY: (theme.INK, "stroke"), **styles}


def _draw(summary: DisclosedSummary) -> Spec:
    write, tiers = summary.settings.numbers, _tiers(summary)
    styles = _styles(tiers)
    legend: Spec = {
        "title": "Company tier",
        "orient": "top",
        "columns": 5,
        "symbolSize": 90,
    }
    colour: Spec = {"domain": [*tiers], "range": [styles[one][0] for one in tiers]}
    shape: Spec = {"domain": [*tiers], "range": [styles[one][1] for one in tiers]}
    told = _told(summary)
    place = _axes([pay / write.per for _, pay in told], write.unit)
    shared: Row = {**place, "color": field("tier", "N", scale=colour, legend=legend)}
    point = mark("point", size=36, opacity=1, aria=True)
    shapes_of = field("tier", "N", scale=shape, legend=legend)
    look = hollow(field("tier", "N", scale=colour, legend=legend))
    width = field("width", "Q", scale=None, legend=None)
    return layered(
        [
            layer(None, mark("trail"), **shared, size=width),
            layer(None, point, **place, **look, shape=shapes_of, **TIP),
        ],
        rows=[_row(row, pay, write) for row, pay in told],
        width=352,
        height=340,
    )


def _row(row: PayByExperience, pay: float, write: Numbers) -> Row:
    years, thin = write.years(row.years), is_thin(row.learners)
    return {
        "thin": thin,
        "width": 0.6 if thin else 2.2,
        "years": row.years,
        "tier": row.tier,
        "pay": pay / write.per,
        "tip": f"{row.tier}, {years} years: {write.pay_text(pay)} "
        f"({write.count(row.learners)})",
    }


def _axes(pays: Sequence[float], unit: str) -> Spec:
    title = f"Experience (years; {LAST_YEAR} is {LAST_YEAR} or more)"
    return {
        "x": field(
            "years",
            "Q",
            axis={"title": title, "tickMinStep": 1, "grid": False},
            scale={"nice": False, "padding": 6},
        ),
        "y": field(
            "pay",
            "Q",
            **log_axis(min(pays), max(pays), f"Median pay ({unit}, log scale)"),
        ),
    }


def _title(summary: DisclosedSummary) -> str:
    correlations = summary.description.correlations
    _, rho = correlations.between("pay", "years_of_experience")
    if not {"pay", "years_of_experience"} <= set(correlations.columns):
        return "Median pay at each year of experience"
    return related("pay", "experience", rho)


def _table(summary: Summary) -> Table:
    """Give median pay, one row a year of experience and one column a tier."""
    cells = {(row.years, row.tier): pay for row, pay in _told(summary)}
    years = sorted({row.years for row, _ in _told(summary)})
    return table_of(
        "Median pay by experience and tier",
        years,
        [
            column("Years", lambda year: f"{year:g}{'+' * (year == LAST_YEAR)}"),
            *(
                column(tier, lambda year, tier=tier: cells.get((year, tier)), "pay")
                for tier in _tiers(summary)
            ),
        ],
        sheet="Pay by experience",
    )


def _note(summary: DisclosedSummary) -> str:
    counts = [row.learners for row, _ in _told(summary)]
    told = thin_note(counts, summary.settings.units).strip()
    return f"{told} Their line is thin." if told else ""


CHART = Chart(
    key="tiers",
    has=lambda summary: bool(_told(summary)),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
)
