"""Whether each segment is found again in halves of the learners."""

from collections.abc import Iterator
from itertools import pairwise

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, domain, layer, layered
from learnstrata.report.figures.results import evidence_of, name_of_segment
from learnstrata.report.figures.vega import PAPER, field, mark, segment_colours
from learnstrata.stats.stability import DISSOLVED, RECOVERED
from learnstrata.summary.contract.evidence import SegmentJaccard
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.readings import JACCARD, stability
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

WIDTH, STEP = 330, 38
LOW, HIGH = "#b35806", theme.ACCENT
SHADES = ((LOW, 0.3), (LOW, 0.14), (HIGH, 0.1), (HIGH, 0.22))


def shown(summary: Results) -> Iterator[tuple[SegmentJaccard, float]]:
    """List every segment with its Jaccard, where that is known."""
    found = summary.evidence.stability if summary.evidence else None
    for row in found.per_segment if found else ():
        if row.jaccard is not None:
            yield row, row.jaccard


def draw(summary: DisclosedSummary) -> Spec:
    """Draw how well each segment is found again, over the bands of the reading."""
    write = summary.settings.numbers
    rows: list[Row] = [
        {
            "label": str(row.segment_id),
            "segment": row.segment_id,
            "x": jaccard,
            "low": jaccard if row.low is None else row.low,
            "tip": f"{name_of_segment(summary, row.segment_id)}: "
            f"{write.statistic(jaccard)}, three of four halves reach "
            f"{write.statistic(row.low)}",
        }
        for row, jaccard in shown(summary)
    ]
    lows = [jaccard if row.low is None else row.low for row, jaccard in shown(summary)]
    low = min(0.5, *lows) - 0.02
    axis: Row = {"title": "Jaccard (1: found again whole)", "tickCount": 6}
    look: Row = {"size": 150, "opacity": 0.9, "stroke": PAPER, "strokeWidth": 1}
    y = field("label", "N", sort=None, axis={"title": "Segment", "ticks": False})
    colour = segment_colours(summary.segments)
    reach = layer(
        rows,
        mark("rule", strokeWidth=3),
        x=field("low", "Q"),
        x2={"field": "x"},
        y=y,
        color=colour,
    )
    dots = layer(
        rows,
        mark("point", filled=True, aria=True, **look),
        x=field("x", "Q", scale={**domain(low, 1.0), "padding": 0}, axis=axis),
        y=y,
        color=colour,
        **TIP,
    )
    return layered(
        [*_bands(low, named=summary.is_repeatable), reach, dots],
        width=WIDTH,
        height=STEP * max(len(rows), 2),
    )


def _bands(low: float, *, named: bool) -> list[Spec]:
    """Draw the reading of a Jaccard as bands, in words where the verdict bears them."""
    rows: list[Row] = [
        {
            "x": a,
            "to": b,
            "fill": fill,
            "strength": strength,
            "name": stability((a + b) / 2) if named else "",
            "middle": (a + b) / 2,
        }
        for (a, b), (fill, strength) in zip(
            pairwise((low, *JACCARD, 1.0)), SHADES, strict=True
        )
    ]
    fill, name = field("fill", "N", scale=None), field("name", "N")
    strength = field("strength", "Q", scale=None, legend=None)
    band, text = mark("rect"), mark("text", dy=-8)
    to: Row = {"field": "to"}
    return [
        layer(rows, band, x=field("x", "Q"), x2=to, color=fill, opacity=strength),
        layer(
            rows,
            {**text, "color": theme.MUTED},
            x=field("middle", "Q"),
            y={"value": 0},
            text=name,
        ),
    ]


def title(summary: DisclosedSummary) -> str:
    """Say which segment is found again least, and how well."""
    row, least = min(shown(summary), key=lambda one: one[1])
    who = f"The least stable segment, {name_of_segment(summary, row.segment_id)},"
    told = summary.settings.numbers.statistic(least)
    if summary.is_repeatable:
        return f"{who} is {stability(least)}: Jaccard {told}"
    return f"{who} has a Jaccard of {told}, in a cut that is not repeatable"


def table(summary: Results) -> Table:
    """Give how well each segment is found again."""
    return table_of(
        "Stability of the chosen segments",
        [row for row, _ in shown(summary)],
        [
            column("Segment", lambda row: name_of_segment(summary, row.segment_id)),
            column("Jaccard", lambda row: row.jaccard, "statistic"),
            column("Lower quartile", lambda row: row.low, "statistic"),
            column("Recovered", lambda row: row.recovered, "share"),
            column("Dissolved", lambda row: row.dissolved, "share"),
        ],
        sheet="Stability",
    )


def note(summary: DisclosedSummary) -> str:
    """Say how often the segments were looked for again, and how a Jaccard is read."""
    write, units = summary.settings.numbers, summary.settings.units
    found = evidence_of(summary).stability
    halves = "" if found is None else f"{found.halves} halves of the {units} ("
    rows = "" if found is None else f"{write.count(found.rows)} each)"
    return (
        f"{halves}{rows} were cut from scratch. Dot: mean; line: down to what three of "
        f"four reach. {_reading(summary)} Recovered: Jaccard {RECOVERED} or more; "
        f"dissolved: {DISSOLVED} or less."
    )


def _reading(summary: DisclosedSummary) -> str:
    doubtful, stable, highly = JACCARD
    if summary.is_repeatable:
        return (
            f"Under {doubtful} a segment is unstable, from {doubtful} doubtful, from "
            f"{stable} stable, from {highly} highly stable."
        )
    return (
        f"Under {doubtful} a segment is unstable and under {stable} doubtful. More "
        "does not make a cut repeatable: for that the verdict asks how far halves "
        "agree on the whole."
    )


CHART = Chart(
    key="jaccards",
    has=lambda summary: any(shown(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
    is_numbered=True,
)
