"""Charts of the evidence: structureless tables, silhouettes, stability, finer cuts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from learnstrata.report import theme
from learnstrata.report.charts import Drawing, heat_map
from learnstrata.report.trust import READING, limit_of_jaccard, statistic_label
from learnstrata.report.wording import name_of_segment
from learnstrata.segments.evidence.sensitivity import PARTLY, STRONG
from learnstrata.wording.numbers import as_count, as_number, as_share

__all__ = [
    "KINDS",
    "LEAST_FLOW",
    "MAX_FAMILIES",
    "families",
    "jaccards",
    "nulls",
    "role_cells",
    "sensitivity",
    "shown_flows",
    "silhouettes",
    "standings",
    "tree",
]

Summary = Mapping[str, Any]

WIDTH = 330  # with its labels a chart then fits a telephone
TREE_WIDTH, BAR_WIDTH = 480, 220
GREY, BAND, FOUND = "#7d8895", "#dfe4ea", "#d55e00"
LEAST_FLOW = 0.05
MAX_FAMILIES = 14
STARTS = {
    "fitted": ("from the fitted centres", "circle"),
    "fresh": ("from fresh starts", "diamond"),
}
KINDS = {
    "algorithm": ("another algorithm", "circle"),
    "weights": ("other weights", "square"),
    "learners": ("other learners", "diamond"),
    "winsorising": ("other limits", "triangle-up"),
}
PARTS = {"core": 1.0, "borderline": 0.5, "atypical": 0.2}


def nulls(summary: Summary) -> Drawing:
    """Draw a strip a statistic: structureless tables as dots, the run as a diamond."""
    rows = summary["evidence"]["nulls"]["statistics"]
    return alt.concat(*[_strip(row) for row in rows], columns=1, spacing=14)


def _strip(row: Mapping[str, Any]) -> Drawing:
    name = statistic_label(row["statistic"])
    title = name if row["k"] is None else f"{name} at k = {row['k']}"
    seen = [*row["draws"], row["observed"]]
    room = 0.06 * (max(seen) - min(seen)) or 0.05
    x = alt.Scale(domain=[min(seen) - room, max(seen) + room], nice=False)
    axis = alt.Axis(title=title, tickCount=5, format="~g")
    told = (
        f"sample {as_number(row['observed'], 3)}, structureless tables "
        f"{as_number(row['mean'], 3)} on average, p = {as_number(row['p_value'], 3)}"
    )
    draws = [
        {"x": value, "y": 0.5 + 0.17 * (2 * i % 5 - 2)}  # neighbours apart
        for i, value in enumerate(row["draws"])
    ]
    fixed = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    band = alt.Chart(alt.Data(values=[{"x": row["low"], "to": row["high"]}])).mark_rect(
        color=BAND, aria=False
    )
    dots = alt.Chart(alt.Data(values=draws)).mark_circle(
        size=32, color=GREY, opacity=0.6, aria=False
    )
    short = f"p = {as_number(row['p_value'], 3)}"
    found = {"x": row["observed"], "y": 0.5, "tip": f"{title}: {told}", "text": short}
    own = alt.Chart(alt.Data(values=[found]))
    diamond = own.mark_point(
        filled=True, shape="diamond", size=230, color=FOUND, opacity=1
    )
    layers = [
        band.encode(x=alt.X("x:Q", scale=x, axis=axis), x2="to:Q"),
        dots.encode(x="x:Q", y=fixed),
        diamond.encode(x="x:Q", y=fixed, description="tip:N"),
        own.mark_text(align="left", dx=12, aria=False).encode(
            x=alt.value(WIDTH), y=fixed, text="text:N"
        ),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=44)


def silhouettes(summary: Summary) -> Drawing:
    """Draw the sorted silhouettes of every segment as areas, large segments taller."""
    sizes = {s["id"]: s["count"] or 1 for s in summary["segments"]}
    values, labels, top = [], [], 0.0
    gap = 0.04 * sum(sizes.values())
    for row in summary["evidence"]["silhouette"]["per_segment"]:
        number, profile = row["segment_id"], row["profile"]
        step = sizes[number] / max(len(profile) - 1, 1)
        for i, value in enumerate(reversed(profile)):
            values.append({"segment": number, "y": top + i * step, "x": value})
        labels.append(_silhouette_label(summary, row, top + sizes[number] / 2))
        top += sizes[number] + gap
    y = alt.Y(
        "y:Q",
        axis=alt.Axis(
            title=f"{summary['unit'].capitalize()}s of each segment, sorted",
            labels=False,
            ticks=False,
            grid=False,
        ),
        scale=alt.Scale(reverse=True, domain=[0, top - gap], nice=False),
    )
    areas = (
        alt.Chart(alt.Data(values=values))
        .mark_area(orient="horizontal", opacity=0.9, aria=False)
        .encode(
            x=alt.X("x:Q", axis=alt.Axis(title="Silhouette", tickCount=6)),
            y=y,
            color=_colours(summary, "segment"),
        )
    )
    layers = [areas, *_silhouette_texts(summary, labels, y)]
    height = 70 * len(labels) + 20
    return alt.layer(*layers).properties(width=WIDTH, height=height)


def _silhouette_label(
    summary: Summary, row: Mapping[str, Any], middle: float
) -> dict[str, Any]:
    name = name_of_segment(summary, row["segment_id"])
    told = f"mean {as_number(row['mean'])}"
    return {
        "y": middle,
        "text": str(row["segment_id"]),
        "told": told,
        "fill": theme.segment_colour(row["segment_id"]),
        "ink": theme.ink_on(theme.segment_colour(row["segment_id"])),
        "tip": f"{name}: {told}, {as_share(row['negative'])} nearer to another segment",
    }


def _silhouette_texts(
    summary: Summary, labels: list[dict[str, Any]], y: alt.Y
) -> list[alt.Chart]:
    base = alt.Chart(alt.Data(values=labels)).encode(y=y)
    here = alt.value(WIDTH + 18)
    badge = base.mark_point(filled=True, size=330, opacity=1).encode(
        x=here, color=alt.Color("fill:N", scale=None), description="tip:N"
    )
    number = base.mark_text(fontWeight="bold", aria=False).encode(
        x=here, text="text:N", color=alt.Color("ink:N", scale=None)
    )
    told = base.mark_text(align="left", dx=16, aria=False).encode(x=here, text="told:N")
    mean = summary["evidence"]["silhouette"]["mean"]
    rule = (
        alt.Chart(alt.Data(values=[{"mean": mean}]))
        .mark_rule(strokeDash=[5, 4], color=theme.INK, aria=False)
        .encode(x="mean:Q")
    )
    return [rule, badge, number, told]


def _colours(summary: Summary, field: str) -> alt.Color:
    ids = [s["id"] for s in summary["segments"]]
    colours = [theme.segment_colour(i) for i in ids]
    scale = alt.Scale(domain=ids, range=colours)
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def jaccards(summary: Summary) -> Drawing:
    """Draw how well each segment is found again, over the bands of the reading."""
    values = [
        {
            "label": str(row["segment_id"]),
            "segment": row["segment_id"],
            "x": row["jaccard"],
            "start": STARTS.get(run["start"], (run["start"], "circle"))[0],
            "tip": f"{name_of_segment(summary, row['segment_id'])}, "
            f"{STARTS.get(run['start'], (run['start'], ''))[0]}: "
            f"{as_number(row['jaccard'])}, recovered {as_share(row['recovered'])}",
        }
        for run in summary["evidence"]["bootstrap"]
        for row in run["per_segment"]
    ]
    low = min(0.5, *(value["x"] for value in values)) - 0.02
    scale = alt.Scale(domain=[low, 1.0], nice=False, zero=False, padding=0)
    names, shapes = zip(*STARTS.values(), strict=True)
    dots = (
        alt.Chart(alt.Data(values=values))
        .mark_point(filled=True, size=150, opacity=0.9, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(
                "x:Q",
                scale=scale,
                axis=alt.Axis(
                    title="Bootstrap Jaccard (1: found again whole)", tickCount=6
                ),
            ),
            y=alt.Y("label:N", sort=None, axis=alt.Axis(title="Segment", ticks=False)),
            color=_colours(summary, "segment"),
            shape=alt.Shape(
                "start:N",
                scale=alt.Scale(domain=list(names), range=list(shapes)),
                legend=alt.Legend(title=None, orient="top", symbolSize=120),
            ),
            description="tip:N",
        )
    )
    height = 38 * len(summary["segments"])
    return alt.layer(*_reading(low), dots).properties(width=WIDTH, height=height)


def _reading(low: float) -> list[alt.Chart]:
    edges = [low, *READING, 1.0]
    names = ("unstable", "doubtful", "stable", "highly stable")
    shades = ("#e9c9b0", "#f3e4d6", "#e3ebf4", "#cbdcec")
    values = [
        {"x": a, "to": b, "fill": fill, "name": name, "middle": (a + b) / 2}
        for (a, b), fill, name in zip(pairwise(edges), shades, names, strict=True)
    ]
    base = alt.Chart(alt.Data(values=values))
    return [
        base.mark_rect(opacity=0.7, aria=False).encode(
            x="x:Q", x2="to:Q", color=alt.Color("fill:N", scale=None)
        ),
        base.mark_text(fontSize=11, color=theme.MUTED, dy=-8, aria=False).encode(
            x="middle:Q", y=alt.value(0), text="name:N"
        ),
    ]


def _segment(summary: Summary, number: int) -> Mapping[str, Any]:
    found = (s for s in summary["segments"] if s["id"] == number)
    return next(found, {"id": number, "name": f"segment {number}"})


def shown_flows(summary: Summary) -> list[Mapping[str, Any]]:
    """List the flows that are a part of their source or target worth drawing."""
    return [
        flow
        for flow in summary["evidence"]["flows"]
        if max(flow["share_of_source"], flow["share_of_target"]) >= LEAST_FLOW
    ]


def tree(summary: Summary) -> Drawing:
    """Draw how the segments of each k pass into those of the next."""
    flows = summary["evidence"]["flows"]
    chosen = summary["selection"]["k"]
    places, colours = _places(flows), _ancestry(flows, chosen)
    nodes = [
        {
            "k": k,
            "x": x,
            "count": count,
            "fill": theme.segment_colour(colours[k, group])
            if (k, group) in colours
            else GREY,
            "text": str(group) if k == chosen else "",
            "stroke": theme.INK if k == chosen else "white",
            "tip": f"k = {k}: {as_count(count)} {summary['unit']}s",
        }
        for (k, group), (x, count) in places.items()
    ]
    edges = [
        {
            "k": flow["k"],
            "to": flow["k"] + 1,
            "x": places[flow["k"], flow["source"]][0],
            "x2": places[flow["k"] + 1, flow["target"]][0],
            "width": flow["count"],
            "share": flow["share_of_target"],
            "tip": f"k = {flow['k']} to {flow['k'] + 1}: {as_count(flow['count'])}, "
            f"{as_share(flow['share_of_source'])} of the one and "
            f"{as_share(flow['share_of_target'])} of the other",
        }
        for flow in shown_flows(summary)
    ]
    return _drawn_tree(nodes, edges)


def _drawn_tree(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> Drawing:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    axis = alt.Axis(
        title="Number of segments (k)", tickMinStep=1, format="d", grid=False
    )
    y = alt.Y(
        "k:Q",
        axis=axis,
        scale=alt.Scale(reverse=True, nice=False, zero=False, padding=22),
    )
    ink = alt.value("#5d6975")
    lines = (
        alt.Chart(alt.Data(values=edges))
        .mark_rule(strokeCap="round")
        .encode(
            x=x,
            x2="x2:Q",
            y=y,
            y2="to:Q",
            color=ink,
            description="tip:N",
            strokeWidth=alt.StrokeWidth(
                "width:Q", scale=alt.Scale(range=[0.8, 9]), legend=None
            ),
            opacity=alt.Opacity(
                "share:Q",
                scale=alt.Scale(domain=[0, 1], range=[0.12, 0.6]),
                legend=None,
            ),
        )
    )
    base = alt.Chart(alt.Data(values=nodes)).encode(x=x, y=y)
    size = alt.Size("count:Q", scale=alt.Scale(range=[60, 900]), legend=None)
    dots = base.mark_point(filled=True, opacity=1, strokeWidth=1.5).encode(
        color=alt.Color("fill:N", scale=None),
        stroke=alt.Stroke("stroke:N", scale=None),
        size=size,
        description="tip:N",
    )
    beside: dict[str, Any] = {"fontWeight": "bold", "dx": 21, "aria": False}
    halo = base.mark_text(stroke="white", strokeWidth=4, **beside).encode(text="text:N")
    numbers = base.mark_text(**beside).encode(text="text:N")
    height = 50 * len({node["k"] for node in nodes})
    return alt.layer(lines, dots, halo, numbers).properties(
        width=TREE_WIDTH, height=height
    )


def _places(
    flows: Sequence[Mapping[str, Any]],
) -> dict[tuple[int, int], tuple[float, int]]:
    """Place groups under the groups they come from; give place and size of each."""
    sizes: dict[int, Counter[int]] = defaultdict(Counter)
    into: dict[int, Counter[int]] = defaultdict(Counter)
    for flow in flows:
        sizes[flow["k"]][flow["source"]] += flow["count"]
        into[flow["k"] + 1][flow["target"]] += flow["count"]
    for k, groups in into.items():
        sizes[k] |= groups  # flows too small to tell lack on either side
    placed: dict[tuple[int, int], tuple[float, int]] = {}
    for k in sorted(sizes):
        above = {group: _pull(flows, placed, k, group) for group in sizes[k]}
        order = sorted(above, key=lambda group: (above[group], group))
        for i, group in enumerate(order):
            placed[k, group] = ((i + 0.5) / len(order), sizes[k][group])
    return placed


def _pull(
    flows: Sequence[Mapping[str, Any]],
    placed: Mapping[tuple[int, int], tuple[float, int]],
    k: int,
    group: int,
) -> float:
    """Give the mean place of where a group comes from."""
    parts = [
        (flow["share_of_target"], placed[k - 1, flow["source"]][0])
        for flow in flows
        if flow["k"] == k - 1 and flow["target"] == group
    ]
    return sum(w * x for w, x in parts) / sum(w for w, _ in parts) if parts else 0.0


def _ancestry(
    flows: Sequence[Mapping[str, Any]], chosen: int
) -> dict[tuple[int, int], int]:
    """Name for each group of each k the segment of the chosen k most of it is in."""
    kin: dict[tuple[int, int], int] = {}
    for flow in flows:
        if flow["k"] == chosen:
            kin[chosen, flow["source"]] = flow["source"]
        elif flow["k"] + 1 == chosen:
            kin[chosen, flow["target"]] = flow["target"]
    for downwards in (True, False):
        ks = sorted({flow["k"] for flow in flows}, reverse=not downwards)
        for k in ks:
            if downwards == (k >= chosen):
                kin |= _inherited(flows, kin, k, downwards=downwards)
    return kin


def _inherited(
    flows: Sequence[Mapping[str, Any]],
    kin: Mapping[tuple[int, int], int],
    k: int,
    *,
    downwards: bool,
) -> dict[tuple[int, int], int]:
    """Pass segments on by the largest flow, to k + 1 downwards or back to k."""
    heir, giver = ("target", "source") if downwards else ("source", "target")
    best: dict[int, tuple[int, int]] = {}
    for flow in flows:
        told = kin.get((k + (not downwards), flow[giver]))
        if flow["k"] == k and told is not None:
            held = best.get(flow[heir], (0, 0))
            offer = (flow["count"], told)
            best[flow[heir]] = max(held, offer, key=lambda pair: pair[0])
    return {(k + downwards, group): told for group, (_, told) in best.items()}


def standings(summary: Summary) -> Drawing:
    """Draw core, borderline and atypical learners of each segment as one bar."""
    bars, texts = [], []
    for row in summary["evidence"]["standing"]["per_segment"]:
        segment = _segment(summary, row["segment_id"])
        total, start = segment["count"] or 1, 0
        label = str(row["segment_id"])
        shown = {n: s for n, s in PARTS.items() if row[n] is not None}
        for name, strength in shown.items():
            bars.append(
                {
                    "label": label,
                    "segment": row["segment_id"],
                    "from": start / total,
                    "to": (start + row[name]) / total,
                    "strength": strength,
                    "tip": f"{segment['name']}: {as_count(row[name])} {name}",
                }
            )
            start += row[name]
        told = " / ".join(as_count(row[name]) for name in PARTS)
        texts.append({"label": label, "text": told})
    y = alt.Y("label:N", sort=None, axis=alt.Axis(title="Segment", ticks=False))
    axis = alt.Axis(title="Share of the segment", format=".0%", values=[0, 0.5, 1])
    drawn = (
        alt.Chart(alt.Data(values=bars))
        .mark_bar(height=22, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("from:Q", axis=axis, scale=alt.Scale(domain=[0, 1])),
            x2="to:Q",
            y=y,
            color=_colours(summary, "segment"),
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
            description="tip:N",
        )
    )
    beside: dict[str, Any] = {"align": "left", "dx": 10, "aria": False}
    counts = alt.Chart(alt.Data(values=texts)).mark_text(**beside)
    heading = alt.Chart(alt.Data(values=[{"text": " / ".join(PARTS)}])).mark_text(
        color=theme.MUTED, dy=-8, **beside
    )
    layers = [
        drawn,
        counts.encode(x=alt.value(BAR_WIDTH), y=y, text="text:N"),
        heading.encode(x=alt.value(BAR_WIDTH), y=alt.value(0), text="text:N"),
    ]
    return alt.layer(*layers).properties(width=BAR_WIDTH, height=38 * len(texts))


def families(summary: Summary) -> list[str]:
    """List the role families with most learners in cells, largest first."""
    totals: Counter[str] = Counter()
    for cell in summary["evidence"]["finer"]["cells"]:
        totals[cell["role_family"]] += cell["count"]
    return sorted(totals, key=lambda family: (-totals[family], family))[:MAX_FAMILIES]


def role_cells(summary: Summary) -> Drawing:
    """Draw segment by role family: size and stability, unstable cells faded."""
    shown, limit = families(summary), limit_of_jaccard(summary)
    found = summary["evidence"]["finer"]["cells"]
    cells = [cell for cell in found if cell["role_family"] in shown]
    most = max(cell["share_of_segment"] for cell in cells)
    values = []
    for cell in cells:
        jaccard = cell["jaccard"]
        faded = jaccard is not None and jaccard < limit
        fill = "#ffffff" if faded else theme.sequential(cell["share_of_segment"] / most)
        told = as_number(jaccard)
        values.append(
            {
                "row": cell["role_family"],
                "column": cell["segment_id"],
                "text": f"{as_count(cell['count'])} ({told})",
                "fill": fill,
                "ink": theme.MUTED if faded else theme.ink_on(fill),
                "tip": f"{cell['role_family']} in "
                f"{name_of_segment(summary, cell['segment_id'])}: "
                f"{as_count(cell['count'])}, {as_share(cell['share_of_segment'])} of "
                f"the segment, Jaccard {told}",
            }
        )
    ids = [s["id"] for s in summary["segments"]]
    size = (max(84, min(130, 520 // len(ids))), 26)
    return heat_map(values, rows=shown, columns=ids, x_title="Segment", cell=size)


def sensitivity(summary: Summary) -> Drawing:
    """Draw how far each other way to cut agrees, by what is other in it."""
    order = list(KINDS)
    found = sorted(
        summary["evidence"]["sensitivity"]["variants"],
        key=lambda row: (order.index(row["kind"]), -row["ari"]),
    )
    values = [
        {
            "label": row["name"],
            "x": row["ari"],
            "kind": KINDS[row["kind"]][0],
            "text": as_number(row["ari"]),
            "tip": f"{row['name']}: adjusted Rand {as_number(row['ari'])}, NMI "
            f"{as_number(row['nmi'])}, {row['n_segments']} segments",
        }
        for row in found
    ]
    names, shapes = zip(*KINDS.values(), strict=True)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "x:Q",
            scale=alt.Scale(domain=[min(0.0, *(v["x"] for v in values)), 1.08]),
            axis=alt.Axis(
                title="Adjusted Rand index",
                values=[0, 0.5, 0.8, 1],
            ),
        ),
        y=alt.Y(
            "label:N", sort=None, axis=alt.Axis(title=None, ticks=False, grid=True)
        ),
    )
    dots = base.mark_point(filled=True, size=130, opacity=1, color=theme.ACCENT).encode(
        shape=alt.Shape(
            "kind:N",
            scale=alt.Scale(domain=list(names), range=list(shapes)),
            legend=alt.Legend(title=None, orient="top", columns=2, symbolSize=120),
        ),
        description="tip:N",
    )
    texts = base.mark_text(align="left", dx=10, aria=False).encode(text="text:N")
    limits = (
        alt.Chart(alt.Data(values=[{"x": STRONG}, {"x": PARTLY}]))
        .mark_rule(strokeDash=[4, 3], color=theme.MUTED, aria=False)
        .encode(x="x:Q")
    )
    height = 26 * len(values)
    return alt.layer(limits, dots, texts).properties(width=260, height=height)
