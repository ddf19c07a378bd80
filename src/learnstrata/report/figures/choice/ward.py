"""Ward's hierarchy beside the segments: another method on the same learners."""

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered, rule_at
from learnstrata.report.figures.results import name_of_segment
from learnstrata.report.figures.vega import field, mark
from learnstrata.summary.contract.choice import Branches
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.readings import agreement
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

WIDTH, HEIGHT = 840, 280
SMALL = "#d9dde2"  # of a segment too small to be told
CUT = "#b35806"


def has(summary: DisclosedSummary) -> bool:
    """Say whether there are branches to draw."""
    branches = summary.hierarchy.branches
    return branches is not None and any(_heights(branches))


def _heights(branches: Branches) -> list[float]:
    """List the heights of the forks, highest first."""
    tops = (max((y for y in ys if y is not None), default=0.0) for ys in branches.y)
    return sorted(tops, reverse=True)


def draw(summary: DisclosedSummary) -> Spec:
    """Draw the upper part of Ward's hierarchy; leaves bear the number of a segment."""
    branches = summary.hierarchy.branches
    if branches is None:
        return {}
    heights = _heights(branches)
    links: list[Row] = [
        {"link": i, "step": step, "x": x, "y": y}
        for i, (xs, ys) in enumerate(zip(branches.x, branches.y, strict=True))
        for step, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]
    room: Row = {"zero": False, "nice": False, "padding": 14}
    reach: Row = {"domain": [-0.05 * heights[0], heights[0] * 1.03], "nice": False}
    place: Row = {
        "x": field("x", "Q", axis=None, scale=room),
        "y": field(
            "y",
            "Q",
            axis={"title": "Ward's height (distance of the scaled features)"},
            scale=reach,
        ),
    }
    lines = mark("line", color="#5d6975", strokeWidth=1.4)
    order = field("step", "Q")
    layers = [
        layer(links, lines, **place, detail=field("link", "N"), order=order),
        *_cut(heights, summary.selection.k),
        *_leaves(summary, branches, place),
    ]
    return layered(layers, width=WIDTH, height=HEIGHT)


def _cut(heights: list[float], k: int) -> list[Spec]:
    if not 2 <= k <= len(heights):
        return []
    level = (heights[k - 2] + heights[k - 1]) / 2
    rows: list[Row] = [{"y": level, "text": f"cut into {k}"}]
    bold = mark("text", align="left", dx=6, color=CUT, fontWeight="bold")
    y, said = field("y", "Q"), field("text", "N")
    return [
        rule_at(rows, colour=CUT, dash=[5, 4], y="y"),
        layer(rows, bold, x={"value": WIDTH}, y=y, text=said),
    ]


def _leaves(summary: DisclosedSummary, branches: Branches, place: Row) -> list[Spec]:
    write = summary.settings.numbers
    pairs = zip(branches.leaf_segments, branches.leaf_sizes, strict=True)
    rows: list[Row] = [
        {
            "x": 10 * i + 5,  # where SciPy's dendrogram puts its leaves
            "y": 0,
            "text": "" if segment is None else str(segment),
            "fill": (fill := _colour(segment)),
            "ink": theme.ink_on(fill),
            "tip": f"{write.count(size)} in this branch, most of them in "
            f"{_segment(summary, segment)}",
        }
        for i, (segment, size) in enumerate(pairs)
    ]
    dot = mark("point", filled=True, size=330, opacity=1, aria=True)
    number = mark("text", fontWeight="bold", fontSize=12)
    fill, ink = field("fill", "N", scale=None), field("ink", "N", scale=None)
    return [
        layer(rows, dot, **place, color=fill, **TIP),
        layer(rows, number, **place, color=ink, text=field("text", "N")),
    ]


def _colour(segment: int | None) -> str:
    return SMALL if segment is None else theme.segment_colour(segment)


def _segment(summary: DisclosedSummary, segment: int | None) -> str:
    name = _name(summary, segment)
    return name if segment is None else f"segment {segment} ({name})"


def _name(summary: DisclosedSummary, segment: int | None) -> str:
    if segment is None:
        return "a segment too small to be told"
    return name_of_segment(summary, segment)


def title(summary: DisclosedSummary) -> str:
    """Say how far the hierarchy and the segments agree."""
    found, write = summary.hierarchy, summary.settings.numbers
    told = (
        "Ward's hierarchy and the segments "
        f"{agreement(found.ari_with_kmeans)}: adjusted Rand index "
        f"{write.statistic(found.ari_with_kmeans)} on {write.count(found.n_rows)} "
        f"{summary.settings.units}"
    )
    if found.ari_all is None:
        return told
    return f"{told}, {write.statistic(found.ari_all)} on {_whole(summary)}"


def _whole(summary: DisclosedSummary) -> str:
    """Say whose hierarchy is drawn: that of all, or of those drawn."""
    if summary.selection.judged is None:
        return "all"
    return summary.settings.numbers.count(summary.hierarchy.n_weighted)


def table(summary: DisclosedSummary) -> Table:
    """List the branches at the foot of the dendrogram, from left to right."""
    branches = summary.hierarchy.branches
    pairs = (
        zip(branches.leaf_sizes, branches.leaf_segments, strict=True)
        if branches
        else ()
    )
    return table_of(
        "Branches from left to right",
        [(i, size, segment) for i, (size, segment) in enumerate(pairs, start=1)],
        [
            column("Branch", lambda row: str(row[0])),
            column(summary.settings.units.capitalize(), lambda row: row[1], "count"),
            column("Most of them in", lambda row: _name(summary, row[2])),
        ],
        sheet="Branches",
    )


def note(summary: DisclosedSummary) -> str:
    """Say what the branches and the leaves are."""
    n = summary.hierarchy.n_micro
    over = "" if n is None else f", over {n:,} micro-clusters"
    return (
        f"The upper part of the hierarchy of {_whole(summary)} "
        f"{summary.settings.units}{over}. A "
        "leaf bears the number of the segment most of it is in."
    )


CHART = Chart(
    key="ward",
    has=has,
    spec=draw,
    title=title,
    table=table,
    note=note,
    is_numbered=True,
)
