"""Whether each segment is found again in bootstrap samples."""

from collections.abc import Iterator
from itertools import pairwise

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, domain, layer, layered
from learnstrata.report.figures.results import evidence_of, name_of_segment
from learnstrata.report.figures.vega import field, mark, segment_colours
from learnstrata.summary.contract.evidence import Bootstrap, SegmentJaccard
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.readings import JACCARD, stability
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = ["CHART"]

WIDTH, STEP = 330, 38
FITTED, FRESH = "from the fitted centres", "from fresh starts"
SHAPES = {FITTED: "circle", FRESH: "diamond"}
SHADES = ("#e9c9b0", "#f3e4d6", "#e3ebf4", "#cbdcec")


def starts(run: Bootstrap) -> str:
    """Say what the refits of a bootstrap begin from."""
    return FITTED if run.start == "fitted" else FRESH


def shown(summary: Results) -> Iterator[tuple[Bootstrap, SegmentJaccard, float]]:
    """List every segment in every bootstrap, with its Jaccard."""
    for run in summary.evidence.bootstraps if summary.evidence else ():
        for row in run.per_segment:
            if row.jaccard is not None:
                yield run, row, row.jaccard


def draw(summary: DisclosedSummary) -> Spec:
    """Draw how well each segment is found again, over the bands of the reading."""
    write = summary.settings.numbers
    rows: list[Row] = [
        {
            "label": str(row.segment_id),
            "segment": row.segment_id,
            "x": jaccard,
            "start": starts(run),
            "tip": f"{name_of_segment(summary, row.segment_id)}, {starts(run)}: "
            f"{write.statistic(jaccard)}, recovered {write.share(row.recovered)}",
        }
        for run, row, jaccard in shown(summary)
    ]
    low = min(0.5, *(jaccard for *_, jaccard in shown(summary))) - 0.02
    axis: Row = {"title": "Bootstrap Jaccard (1: found again whole)", "tickCount": 6}
    drawn = [run for run, *_ in shown(summary)]
    names = [name for name in SHAPES if any(starts(run) == name for run in drawn)]
    shapes: Row = {"domain": [*names], "range": [SHAPES[name] for name in names]}
    legend: Row = {"title": None, "orient": "top", "symbolSize": 120}
    look: Row = {"size": 150, "opacity": 0.9, "stroke": "white", "strokeWidth": 1}
    dots = layer(
        rows,
        mark("point", filled=True, aria=True, **look),
        x=field("x", "Q", scale={**domain(low, 1.0), "padding": 0}, axis=axis),
        y=field("label", "N", sort=None, axis={"title": "Segment", "ticks": False}),
        color=segment_colours(summary.segments),
        shape=field("start", "N", scale=shapes, legend=legend),
        **TIP,
    )
    height = STEP * len({row.segment_id for _, row, _ in shown(summary)})
    return layered([*_bands(low), dots], width=WIDTH, height=height)


def _bands(low: float) -> list[Spec]:
    """Draw the reading of a Jaccard as bands behind the dots."""
    rows: list[Row] = [
        {
            "x": a,
            "to": b,
            "fill": fill,
            "name": stability((a + b) / 2),
            "middle": (a + b) / 2,
        }
        for (a, b), fill in zip(pairwise((low, *JACCARD, 1.0)), SHADES, strict=True)
    ]
    fill, name = field("fill", "N", scale=None), field("name", "N")
    band, text = mark("rect", opacity=0.7), mark("text", fontSize=11, dy=-8)
    to: Row = {"field": "to"}
    return [
        layer(rows, band, x=field("x", "Q"), x2=to, color=fill),
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
    run, row, least = min(shown(summary), key=lambda one: one[2])
    return (
        f"The least stable segment, {name_of_segment(summary, row.segment_id)}, is "
        f"{stability(least)}: Jaccard {summary.settings.numbers.statistic(least)} "
        f"{starts(run)}"
    )


def table(summary: Results) -> Table:
    """Give how well each segment is found again, by how the refits started."""
    return table_of(
        "Stability of the chosen segments",
        [
            (run, row)
            for run in evidence_of(summary).bootstraps
            for row in run.per_segment
        ],
        [
            column("Segment", lambda one: name_of_segment(summary, one[1].segment_id)),
            column("Refits", lambda one: f"{one[0].resamples} {starts(one[0])}"),
            column("Jaccard", lambda one: one[1].jaccard, "statistic"),
            column("Recovered", lambda one: one[1].recovered, "share"),
            column("Dissolved", lambda one: one[1].dissolved, "share"),
        ],
        sheet="Stability",
    )


def note(summary: DisclosedSummary) -> str:
    """Say how often the segments were fitted again, and how a Jaccard is read."""
    write, units = summary.settings.numbers, summary.settings.units
    told = listed(
        [
            f"{run.resamples} times {starts(run)} on {write.count(run.rows)}"
            for run in evidence_of(summary).bootstraps
        ]
    )
    doubtful, stable, highly = JACCARD
    return (
        f"{units.capitalize()} drawn with replacement were cut again: {told}. Under "
        f"{doubtful} a segment is unstable, from {doubtful} doubtful, from {stable} "
        f"stable, from {highly} highly stable. Recovered: Jaccard 0.75 or more; "
        "dissolved: 0.5 or less."
    )


CHART = Chart(
    key="jaccards",
    has=lambda summary: any(shown(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
)
