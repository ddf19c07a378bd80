"""How close each segment holds together: its mean silhouette, who is nearer another."""

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, domain, layer, layered, rule_at
from learnstrata.report.figures.results import evidence_of, name_of_segment
from learnstrata.report.figures.vega import field, mark, segment_colours
from learnstrata.summary.contract.evidence import SegmentSilhouette
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

WIDTH, NARROW, STEP = 180, 80, 38
MUTED_BAR = "#9aa5b1"


def shown(summary: Results) -> tuple[SegmentSilhouette, ...]:
    """List the segments whose silhouette is known."""
    rows = summary.evidence.silhouette.per_segment if summary.evidence else ()
    return tuple(row for row in rows if row.mean is not None)


def draw(summary: DisclosedSummary) -> Spec:
    """Draw the mean silhouette of each segment, and the share nearer to another."""
    write = summary.settings.numbers
    rows: list[Row] = [
        {
            "label": str(row.segment_id),
            "segment": row.segment_id,
            "mean": row.mean,
            "text": write.statistic(row.mean),
            "negative": row.negative,
            "share": write.share(row.negative),
            "tip": f"{name_of_segment(summary, row.segment_id)}: mean "
            f"{write.statistic(row.mean)}, {write.share(row.negative)} nearer to "
            "another segment",
        }
        for row in shown(summary)
    ]
    return {"hconcat": [_means(summary, rows), _nearer(rows)], "spacing": 50}


def _means(summary: DisclosedSummary, rows: list[Row]) -> Spec:
    means = [row.mean for row in shown(summary) if row.mean is not None]
    whole = evidence_of(summary).silhouette.mean
    reach = [0.0, *means, *([] if whole is None else [whole])]
    place: Row = {
        "x": field(
            "mean",
            "Q",
            axis={"title": "Mean silhouette", "tickCount": 5},
            scale=domain(min(reach), max(reach) * 1.04),
        ),
        "y": _labels(rows, "Segment"),
    }
    bar = mark("bar", height=20, cornerRadiusEnd=2, aria=True)
    text = mark("text", align="left", dx=8)
    all_of_them: list[Row] = [] if whole is None else [{"mean": whole}]
    layers = [
        layer(rows, bar, **place, color=segment_colours(summary.segments), **TIP),
        rule_at(all_of_them, colour=theme.INK, dash=[5, 4], x="mean"),
        layer(rows, text, x={"value": WIDTH}, y=place["y"], text=field("text", "N")),
    ]
    return layered(layers, width=WIDTH, height=STEP * len(rows))


def _nearer(rows: list[Row]) -> Spec:
    place: Row = {
        "x": field(
            "negative",
            "Q",
            axis={"title": "Nearer to another", "format": ".0%", "tickCount": 2},
            scale={"zero": True, "nice": True},
        ),
        "y": _labels(rows, None),
    }
    bar = mark("bar", height=20, color=MUTED_BAR, cornerRadiusEnd=2, aria=True)
    text = mark("text", align="left", dx=6)
    few = [row for row in rows if row["negative"] is None]
    start: Row = {"x": {"value": 0}, "y": place["y"], "text": field("share", "N")}
    layers = [
        layer(None, bar, **place, **TIP),
        layer(None, text, **place, text=field("share", "N")),
        *([layer(few, text, **start)] if few else []),
    ]
    return layered(layers, rows=rows, width=NARROW, height=STEP * len(rows))


def _labels(rows: list[Row], title: str | None) -> Spec:
    """Give every segment its line, one without a number as well."""
    axis: Row = {"title": title, "ticks": False, "labels": title is not None}
    return field("label", "N", scale={"domain": [r["label"] for r in rows]}, axis=axis)


def title(summary: DisclosedSummary) -> str:
    """Say which segment holds together least, and its mean silhouette."""
    rows, write = shown(summary), summary.settings.numbers
    low, high = (pick(rows, key=lambda row: row.mean or 0.0) for pick in (min, max))
    least, most = write.statistic(low.mean), write.statistic(high.mean)
    if least == most:
        return f"The mean silhouette is {least} in every segment"
    return (
        f"The mean silhouette runs from {least} "
        f"({name_of_segment(summary, low.segment_id)}) to {most} "
        f"({name_of_segment(summary, high.segment_id)})"
    )


def table(summary: Results) -> Table:
    """Give the mean silhouette of each segment and who is nearer to another."""
    return table_of(
        "Silhouettes by segment",
        evidence_of(summary).silhouette.per_segment,
        [
            column("Segment", lambda row: name_of_segment(summary, row.segment_id)),
            column("Mean silhouette", lambda row: row.mean, "statistic"),
            column("Nearer to another segment", lambda row: row.negative, "share"),
        ],
        sheet="Silhouettes",
    )


def note(summary: DisclosedSummary) -> str:
    """Give the mean, its error and who was scored against whom."""
    found, write = evidence_of(summary).silhouette, summary.settings.numbers
    scored, against = write.count(found.scored), write.count(found.against)
    text = (
        "Above 0 a segment's learners are on average nearer to their own than to the "
        "next one, 1 at most; grey: the share of them who are nearer to another. "
        f"Dashed: the mean of all in the final fit, {write.statistic(found.mean)}"
    )
    if found.scored == found.against:
        return f"{text}, exact: all {scored} were scored against all."
    return (
        f"{text} ± {write.statistic(found.standard_error)} (standard error): {scored}, "
        f"drawn from every segment, were scored against {against}."
    )


CHART = Chart(
    key="silhouettes",
    has=lambda summary: bool(shown(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
    is_numbered=True,
)
