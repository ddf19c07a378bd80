"""Every number of segments that was tried: what is known of it, and what was chosen."""

from collections.abc import Sequence

from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.choice.measures import (
    COLUMNS,
    PANELS,
    Panel,
    value_of,
)
from learnstrata.report.figures.choice.over_k import drawn_over_k, limit_of, points_of
from learnstrata.summary.contract.choice import Candidate, Selection
from learnstrata.summary.contract.evidence import Evidence
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.readings import HALVES
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART", "panels_of"]


def panels_of(summary: DisclosedSummary) -> tuple[Panel, ...]:
    """List the measures that are drawn: those with a value."""
    return tuple(
        panel
        for panel in PANELS
        if (panel.plain or summary.evidence) and points_of(summary, panel)
    )


def draw(summary: DisclosedSummary) -> Spec:
    """Draw what is known of every k: a panel each, the chosen k marked in all."""
    columns, width = (3, 235) if summary.evidence else (2, 265)
    panels = [
        drawn_over_k(summary, panel, width=width, title=panel.title)
        for panel in panels_of(summary)
    ]
    return {"concat": [*panels], "columns": columns, "spacing": 28}


def title(summary: DisclosedSummary) -> str:
    """Say what the chosen k has by the criterion of the rule."""
    found = summary.selection
    if found.is_forced:
        return f"k = {found.k} was asked for"
    if found.chosen is None:
        return "No cut holds: the learners are one segment"
    if summary.settings.configured.selection.rule.criterion == "k":
        return _of_halves(summary, found.chosen)
    return _of_silhouette(summary, found.chosen)


def _of_halves(summary: DisclosedSummary, chosen: Candidate) -> str:
    write = summary.settings.numbers
    agreed = write.statistic(chosen.half_agreement)
    explained = write.share(chosen.gain)
    if chosen.objections:
        return f"No k meets the rule; k = {chosen.k} is the coarsest possible"
    return (
        f"At k = {chosen.k} halves of the learners agree ({agreed}), and the last "
        f"segment explains {explained}"
    )


def _of_silhouette(summary: DisclosedSummary, chosen: Candidate) -> str:
    """Say where the silhouette is highest, and whether that k was chosen."""
    write, found = summary.settings.numbers, summary.selection
    own = chosen.silhouette
    rows = [row for row in found.table if row.silhouette is not None]
    if own is None:
        return f"k = {found.k} was chosen"
    best = max(rows, key=lambda row: row.silhouette or 0.0)
    if best.silhouette == own:
        told = write.statistic(own)
        return f"k = {found.k} has the highest silhouette of all k tried, {told}"
    return (
        f"The silhouette is highest at k = {best.k} "
        f"({write.statistic(best.silhouette)}); the rule chose k = {found.k} "
        f"({write.statistic(own)})"
    )


def table(summary: Results) -> Table:
    """List what is known of every k; what was measured of none is left out."""
    found = summary.selection
    gap = summary.evidence.gap.k if summary.evidence else None
    measured = [
        column(heading, lambda row, name=name: value_of(row, name), kind)
        for name, heading, kind in COLUMNS
        if _is_known(found.table, name)
    ]
    return table_of(
        "Every number of segments that was tried",
        found.table,
        [
            column("k", lambda row: str(row.k)),
            column("The rule", lambda row: _verdict(row, found, gap)),
            *measured,
        ],
        sheet="Choice of k",
    )


def _is_known(rows: Sequence[Candidate], measure: str) -> bool:
    """Say whether a measure is known of some k; an error of nothing is no error."""
    values = [value_of(row, measure) for row in rows]
    if measure.endswith("_error"):
        return any(values)
    return any(value is not None for value in values)


def _verdict(row: Candidate, found: Selection, gap: int | None) -> str:
    against = "; ".join(row.objections)
    told = against or "admitted"
    if row.k == found.k:
        told = f"chosen, in spite of: {against}" if against else "chosen"
    elif row.k == found.runner_up:
        told = f"runner-up; {against}" if against else "runner-up"
    return f"{told}; taken by the gap's own rule" if row.k == gap else told


def note(summary: DisclosedSummary) -> str:
    """Say how to read the panels."""
    ruled = (panel for panel in PANELS if panel.setting)
    limits = any(limit_of(summary, panel) is not None for panel in ruled)
    return (
        "Diamond: chosen; circle: admitted by the rule; cross: not admitted. "
        + ("Dashed lines: limits of the rule. " if limits else "")
        + (_examined(summary, summary.evidence) if summary.evidence else "")
        + "More segments lower the inertia by themselves, so its elbow is shown and "
        "does not decide."
    )


def _examined(summary: DisclosedSummary, evidence: Evidence) -> str:
    write, gap = summary.settings.numbers, evidence.gap
    own = (
        f"The gap statistic's own one-standard-error rule takes k = {gap.k}, over "
        f"{gap.references} even tables. "
        if gap.k is not None
        else ""
    )
    return (
        "Bars: one standard error. Grey block: the middle 5-95 % of the structureless "
        "tables at the chosen k; dotted: their mean. In the panel of the silhouette a "
        "grey line runs from that mean (bar) to a sample of "
        f"{write.count(evidence.nulls.rows)} {summary.settings.units}, as many as such "
        f"a table has and fitted alike (ring). {own}Prediction strength counts from "
        f"{HALVES}. Neither decides. "
    )


CHART = Chart(
    key="k",
    has=lambda summary: bool(panels_of(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
)
