"""Charts of the evidence: the choice of k, Ward's hierarchy, rules against segments."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from learnstrata.report import theme
from learnstrata.report.charts import Drawing, heat_map
from learnstrata.report.formats import as_count, as_number, as_share
from learnstrata.report.wording import name_of_segment

__all__ = ["cross_table", "dendrogram", "k_selection"]

Summary = Mapping[str, Any]

PANELS = {
    "silhouette": "Silhouette: higher is better separated",
    "inertia": "Inertia: lower is tighter, does not decide",
    "smallest_share": "Share of the smallest segment",
    "lowest_jaccard": "Jaccard of the least stable segment",
}
FORMATS = {
    "silhouette": ".2f",
    "inertia": "~s",
    "smallest_share": ".0%",
    "lowest_jaccard": ".2f",
}
WARD_WIDTH = 840
CHOSEN, ADMITTED, REFUSED = "chosen", "admitted by the rule", "not admitted"


def k_selection(summary: Summary) -> Drawing:
    """Draw what is known of every k: a panel each, the chosen k marked in all."""
    table = summary["selection"]["table"]
    panels = [
        _panel(summary, measure, title)
        for measure, title in PANELS.items()
        if any(row[measure] is not None for row in table)
    ]
    return alt.concat(*panels, columns=2, spacing=28)


def _panel(summary: Summary, measure: str, title: str) -> Drawing:
    chosen = summary["selection"]["k"]
    values = [
        {
            "k": row["k"],
            "value": row[measure],
            "state": _state(row, chosen),
            "tip": f"k = {row['k']} ({_state(row, chosen)}): {_written(measure, row)}",
        }
        for row in summary["selection"]["table"]
        if row[measure] is not None
    ]
    share = measure == "smallest_share"
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "k:Q",
            axis=alt.Axis(
                title="Number of segments (k)", tickMinStep=1, grid=False, format="d"
            ),
            scale=alt.Scale(zero=False, nice=False, padding=12),
        ),
        y=alt.Y(
            "value:Q",
            axis=alt.Axis(title=None, format=_format(measure, values), tickCount=5),
            scale=alt.Scale(zero=share, nice=True),
        ),
    )
    line = base.mark_line(color="#9aa5b1", strokeWidth=2, aria=False)
    points = base.mark_point(filled=True, opacity=1, strokeWidth=2).encode(
        shape=alt.Shape(
            "state:N",
            scale=alt.Scale(
                domain=[CHOSEN, ADMITTED, REFUSED],
                range=["diamond", "circle", "cross"],
            ),
            legend=None,
        ),
        color=alt.Color(
            "state:N",
            scale=alt.Scale(
                domain=[CHOSEN, ADMITTED, REFUSED],
                range=["#d55e00", theme.ACCENT, "#6b7683"],
            ),
            legend=None,
        ),
        size=alt.condition(f"datum.state == '{CHOSEN}'", alt.value(190), alt.value(75)),
        description="tip:N",
    )
    layers = [line, *_limit(summary, measure), points]
    return alt.layer(*layers).properties(width=265, height=150, title=title)


def _format(measure: str, values: list[dict[str, Any]]) -> str:
    tiny = max(value["value"] for value in values) < 0.05
    return ".1%" if measure == "smallest_share" and tiny else FORMATS[measure]


def _state(row: Mapping[str, Any], chosen: int) -> str:
    if row["k"] == chosen:
        return CHOSEN
    return REFUSED if row["objections"] else ADMITTED


def _written(measure: str, row: Mapping[str, Any]) -> str:
    value = row[measure]
    if measure == "smallest_share":
        return as_share(value)
    return as_count(value) if measure == "inertia" else as_number(value, 3)


def _limit(summary: Summary, measure: str) -> list[alt.Chart]:
    """Give the rule's own limit as a dashed line, where it has one."""
    rule = summary.get("config", {}).get("selection", {}).get("rule", {})
    names = {"smallest_share": "min_share", "lowest_jaccard": "min_jaccard"}
    least = rule.get(names.get(measure, ""))
    if not least:
        return []
    return [
        alt.Chart(alt.Data(values=[{"value": least}]))
        .mark_rule(strokeDash=[4, 3], color=theme.MUTED, aria=False)
        .encode(y="value:Q")
    ]


def dendrogram(summary: Summary) -> Drawing:
    """Draw the upper part of Ward's hierarchy; leaves bear the number of a segment."""
    branches = summary["hierarchy"]["branches"]
    links = [
        {"link": i, "step": step, "x": x, "y": y}
        for i, (xs, ys) in enumerate(zip(branches["x"], branches["y"], strict=True))
        for step, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]
    heights = sorted((max(ys) for ys in branches["y"]), reverse=True)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(zero=False, nice=False, padding=14))
    y = alt.Y(
        "y:Q",
        axis=alt.Axis(title="Ward's height (distance of the scaled features)"),
        scale=alt.Scale(domain=[-0.05 * heights[0], heights[0] * 1.03], nice=False),
    )
    lines = (
        alt.Chart(alt.Data(values=links))
        .mark_line(color="#5d6975", strokeWidth=1.4, aria=False)
        .encode(x=x, y=y, detail="link:N", order="step:Q")
    )
    layers = [lines, *_cut(heights, len(summary["segments"])), *_leaves(summary, x, y)]
    return alt.layer(*layers).properties(width=WARD_WIDTH, height=280)


def _cut(heights: list[float], k: int) -> list[alt.Chart]:
    if not 2 <= k <= len(heights):
        return []
    level = (heights[k - 2] + heights[k - 1]) / 2
    values = [{"y": level, "text": f"cut into {k}"}]
    base = alt.Chart(alt.Data(values=values)).encode(y="y:Q")
    rule = base.mark_rule(strokeDash=[5, 4], color="#b35806", aria=False)
    text = base.mark_text(
        align="left", dx=6, color="#8f4605", fontWeight="bold", aria=False
    ).encode(x=alt.value(WARD_WIDTH), text="text:N")
    return [rule, text]


def _leaves(summary: Summary, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    branches = summary["hierarchy"]["branches"]
    pairs = zip(branches["leaf_segments"], branches["leaf_sizes"], strict=True)
    values = [
        {
            "x": 10 * i + 5,
            "y": 0,
            "text": str(segment),
            "fill": theme.segment_colour(segment),
            "ink": theme.ink_on(theme.segment_colour(segment)),
            "tip": f"{as_count(size)} in this branch, most of them in segment "
            f"{segment} ({name_of_segment(summary, segment)})",
        }
        for i, (segment, size) in enumerate(pairs)
    ]
    base = alt.Chart(alt.Data(values=values)).encode(x=x, y=y)
    dots = base.mark_point(filled=True, size=330, opacity=1).encode(
        color=alt.Color("fill:N", scale=None), description="tip:N"
    )
    numbers = base.mark_text(fontWeight="bold", fontSize=11, aria=False).encode(
        text="text:N", color=alt.Color("ink:N", scale=None)
    )
    return [dots, numbers]


def cross_table(summary: Summary) -> Drawing:
    """Draw how rule-based and learned segments cross, coloured by share of the row."""
    found = summary["heuristic"]
    values = []
    for rule, counts in zip(found["rules"], found["counts"], strict=True):
        total = sum(counts) or 1
        for segment, count in zip(found["segments"], counts, strict=True):
            fill = theme.sequential(count / total)
            values.append(
                {
                    "row": rule,
                    "column": segment,
                    "text": as_count(count),
                    "fill": fill,
                    "ink": theme.ink_on(fill),
                    "tip": f"{rule} and segment {segment}: {as_count(count)}",
                }
            )
    return heat_map(
        values,
        rows=found["rules"],
        columns=found["segments"],
        x_title="Learned segment",
        cell=(max(60, min(110, 440 // len(found["segments"]))), 27),
    )
