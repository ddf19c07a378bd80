"""Whether another analyst would have found this: other ways to cut the learners."""

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered, rule_at
from learnstrata.report.figures.results import evidence_of
from learnstrata.report.figures.stability.texts import haloed
from learnstrata.report.figures.vega import field, mark
from learnstrata.summary.contract.evidence import Variant
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.wording.readings import PARTLY, STRONG
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART", "tried"]

WIDTH, STEP = 196, 26
KINDS = {
    "algorithm": ("another algorithm", "circle"),
    "weights": ("other weights", "square"),
    "learners": ("other learners", "diamond"),
    "winsorising": ("other limits", "triangle-up"),
}
SAME = ("nothing but the sample", "circle")


def tried(summary: Results) -> tuple[Variant, ...]:
    """List the other ways that were tried, by what is other in them, closest first."""
    found = summary.evidence.sensitivity if summary.evidence else None
    order = {kind: i for i, kind in enumerate(KINDS)}
    rows = (row for row in (found.variants if found else ()) if row.ari is not None)
    return tuple(
        sorted(rows, key=lambda row: (order.get(row.kind, 9), -(row.ari or 0.0)))
    )


def draw(summary: DisclosedSummary) -> Spec:
    """Draw how far each other way to cut agrees, by what is other in it."""
    write, found = summary.settings.numbers, tried(summary)
    rows: list[Row] = [
        {
            "label": row.name,
            "x": row.ari,
            "kind": KINDS.get(row.kind, SAME)[0],
            "text": write.statistic(row.ari),
            "tip": f"{row.name}: adjusted Rand {write.statistic(row.ari)}, NMI "
            f"{write.statistic(row.nmi)}, {row.n_segments} segments",
        }
        for row in found
    ]
    low = min(0.0, *(row.ari or 0.0 for row in found))
    axis: Row = {"title": "Adjusted Rand index", "values": [0, PARTLY, STRONG, 1]}
    place: Row = {
        "x": field("x", "Q", scale={"domain": [low, 1.08]}, axis=axis),
        "y": field(
            "label",
            "N",
            sort=None,
            axis={"title": None, "ticks": False, "grid": True},
        ),
    }
    names = [name for name, _ in KINDS.values()]
    shapes: Row = {"domain": [*names], "range": [shape for _, shape in KINDS.values()]}
    legend: Row = {"title": None, "orient": "top", "columns": 2, "symbolSize": 120}
    shape = field("kind", "N", scale=shapes, legend=legend)
    look: Row = {"size": 130, "opacity": 1, "color": theme.ACCENT, "aria": True}
    limits: list[Row] = [{"x": STRONG}, {"x": PARTLY}]
    layers = [
        rule_at(limits, colour=theme.MUTED, dash=[4, 3], x="x"),
        *haloed(rows, {"align": "left", "dx": 10}, **place, text=field("text", "N")),
        layer(rows, mark("point", filled=True, **look), **place, shape=shape, **TIP),
    ]
    return layered(layers, width=WIDTH, height=STEP * len(rows))


def title(summary: DisclosedSummary) -> str:
    """Say how far the agreement of other ways reaches."""
    write, rows = summary.settings.numbers, tried(summary)
    low, high = (pick(rows, key=lambda row: row.ari or 0.0) for pick in (min, max))
    return (
        f"Agreement with other ways runs from {write.statistic(low.ari)} ({low.name}) "
        f"to {write.statistic(high.ari)} ({high.name})"
    )


def table(summary: Results) -> Table:
    """List the other ways to cut, beginning with the chosen one on the same rows."""
    found = evidence_of(summary).sensitivity
    return table_of(
        "Other ways to cut the same learners",
        [found.same_way, *found.variants] if found else [],
        [
            column("Other way", lambda row: row.name),
            column("What is other", lambda row: KINDS.get(row.kind, SAME)[0]),
            column("Segments", lambda row: row.n_segments, "count"),
            column("Adjusted Rand", lambda row: row.ari, "statistic"),
            column("NMI", lambda row: row.nmi, "statistic"),
            column("Smallest", lambda row: row.smallest_share, "share"),
            column("Largest", lambda row: row.largest_share, "share"),
            column("Least stable", lambda row: row.lowest_jaccard, "statistic"),
            column("Note", lambda row: row.note),
        ],
        sheet="Sensitivity",
    )


def note(_: DisclosedSummary) -> str:
    """Say how an adjusted Rand index is read."""
    return (
        "Adjusted Rand index: 1 is the same, 0 no better than chance. Dashed: "
        f"{PARTLY} agrees in part, {STRONG} strongly."
    )


CHART = Chart(
    key="sensitivity",
    has=lambda summary: bool(tried(summary)),
    spec=draw,
    title=title,
    table=table,
    note=note,
)
