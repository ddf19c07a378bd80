"""How the segments of each k pass into those of the next."""

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered
from learnstrata.report.figures.results import evidence_of, name_of_segment
from learnstrata.report.figures.stability.lineage import Group, ancestry, places
from learnstrata.report.figures.stability.texts import haloed
from learnstrata.report.figures.vega import PAPER, field, mark
from learnstrata.summary.contract.evidence import Flow
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART", "LEAST_FLOW"]

WIDTH, STEP = 362, 46
LEAST_FLOW = 0.05
TOGETHER = 0.9
OTHER = "#7d8895"


def shown(summary: Results) -> tuple[Flow, ...]:
    """List the flows that are a part of their source or target worth drawing."""
    return tuple(
        flow
        for flow in (summary.evidence.flows if summary.evidence else ())
        if flow.count is not None
        and max(flow.share_of_source or 0.0, flow.share_of_target or 0.0) >= LEAST_FLOW
    )


def draw(summary: DisclosedSummary) -> Spec:
    """Draw a dot a group, a row a k, and what passes from row to row."""
    nodes = _nodes(summary)
    place: Row = {
        "x": field("x", "Q", axis=None, scale={"domain": [0, 1]}),
        "y": field("k", "Q", axis=_AXIS, scale=_DOWNWARDS),
    }
    bold: Row = {"fontWeight": "bold", "dx": 21}
    fill, edge = field("fill", "N", scale=None), field("stroke", "N", scale=None)
    size = field("count", "Q", scale={"range": [60, 900]}, legend=None)
    dot = mark("point", filled=True, opacity=1, strokeWidth=1.5, aria=True)
    layers = [
        _edges(summary, place),
        layer(nodes, dot, **place, color=fill, stroke=edge, size=size, **TIP),
        *haloed(nodes, bold, **place, text=field("text", "N")),
    ]
    height = STEP * len({str(node["k"]) for node in nodes})
    return layered(layers, width=WIDTH, height=height)


_AXIS: Row = {
    "title": "Number of segments (k)",
    "tickMinStep": 1,
    "format": "d",
    "grid": False,
}
_DOWNWARDS: Row = {"reverse": True, "nice": False, "zero": False, "padding": 22}


def _nodes(summary: DisclosedSummary) -> list[Row]:
    flows, chosen = evidence_of(summary).flows, summary.selection.k
    write, units = summary.settings.numbers, summary.settings.units
    kin = ancestry(flows, chosen)
    return [
        {
            "k": group.k,
            "x": place.x,
            "count": place.count or 0,
            "fill": theme.segment_colour(kin[group]) if group in kin else OTHER,
            "text": str(group.id) if group.k == chosen else "",
            "stroke": theme.INK if group.k == chosen else PAPER,
            "tip": f"k = {group.k}: {write.count(place.count)} {units}",
        }
        for group, place in places(flows).items()
    ]


def _edges(summary: DisclosedSummary, place: Row) -> Spec:
    write, found = summary.settings.numbers, places(evidence_of(summary).flows)
    rows: list[Row] = [
        {
            "k": flow.k,
            "to": flow.k + 1,
            "x": found[Group(flow.k, flow.source)].x,
            "x2": found[Group(flow.k + 1, flow.target)].x,
            "width": flow.count,
            "share": flow.share_of_target or 0.0,
            "tip": f"k = {flow.k} to {flow.k + 1}: {write.count(flow.count)}, "
            f"{write.share(flow.share_of_source)} of the one and "
            f"{write.share(flow.share_of_target)} of the other",
        }
        for flow in shown(summary)
    ]
    end, below = {"field": "x2"}, {"field": "to"}
    faint: Row = {"domain": [0, 1], "range": [0.12, 0.6]}
    return layer(
        rows,
        mark("rule", strokeCap="round", aria=True),
        **place,
        x2={**end},
        y2={**below},
        color={"value": "#5d6975"},
        strokeWidth=field("width", "Q", scale={"range": [0.8, 9]}, legend=None),
        opacity=field("share", "Q", scale=faint, legend=None),
        **TIP,
    )


def title(summary: DisclosedSummary) -> str:
    """Say what becomes of the chosen segments with one segment more."""
    k, write = summary.selection.k, summary.settings.numbers
    best = _largest_parts(summary)
    if not best:
        return f"How the segments of one k pass into those of the next, up to k = {k}"
    low = min(best, key=lambda source: best[source])
    if round(best[low], 3) >= TOGETHER:
        return (
            f"From k = {k} to k = {k + 1} every segment keeps at least "
            f"{write.share(best[low])} together"
        )
    return (
        f"From k = {k} to k = {k + 1}, {name_of_segment(summary, low)} is divided "
        f"most: the largest part of it that stays together is {write.share(best[low])}"
    )


def _largest_parts(summary: Results) -> dict[int, float]:
    """Give the largest part of each chosen segment, where none untold can be larger."""
    parts: dict[int, list[float]] = {}
    for flow in evidence_of(summary).flows:
        if flow.k == summary.selection.k and flow.share_of_source is not None:
            parts.setdefault(flow.source, []).append(flow.share_of_source)
    return {
        source: max(told)
        for source, told in parts.items()
        if max(told) >= 1 - sum(told)
    }


def table(summary: Results) -> Table:
    """List what passes from the segments of a k to those of the next."""
    return table_of(
        "From each k to the next",
        shown(summary),
        [
            column("From k", lambda flow: str(flow.k)),
            column("Group", lambda flow: str(flow.source)),
            column("To group of k + 1", lambda flow: str(flow.target)),
            column(
                summary.settings.units.capitalize(), lambda flow: flow.count, "count"
            ),
            column("Of the one", lambda flow: flow.share_of_source, "share"),
            column("Of the other", lambda flow: flow.share_of_target, "share"),
        ],
        sheet="From k to k",
    )


def note(summary: DisclosedSummary) -> str:
    """Say what dots, colours, numbers and lines are."""
    write = summary.settings.numbers
    return (
        f"One row a k; a dot is a group, as large as its {summary.settings.units}, in "
        "the colour of the chosen segment most of it shares. Numbers: the chosen "
        "segments. A line is as wide as what passes on and as dark as its share of the "
        f"group below; under {write.share(LEAST_FLOW)} of both it is not drawn."
    )


CHART = Chart(
    key="tree",
    has=lambda summary: bool(shown(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
    is_numbered=True,
)
