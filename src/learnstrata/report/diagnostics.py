"""Charts of the evidence: the choice of k, Ward's hierarchy, rules against segments."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from learnstrata.report import theme
from learnstrata.report.charts import Drawing, heat_map
from learnstrata.report.trust import HALVES
from learnstrata.report.wording import name_of_segment
from learnstrata.wording.numbers import as_count, as_number, as_share
from learnstrata.wording.statistics import STATISTICS, panel_title

__all__ = ["cross_table", "dendrogram", "k_selection", "strength"]

Summary = Mapping[str, Any]

PANELS = ("silhouette", "inertia", "smallest_share", "lowest_jaccard")
DOSSIER = (
    *("silhouette", "gap", "lowest_jaccard", "prediction_strength"),
    *("smallest_share", "largest_share", "calinski_harabasz", "davies_bouldin"),
    *("inertia", "silhouette_squared", "silhouette_simplified"),
)
SHARES = {
    "smallest_share": "Share of the smallest segment",
    "largest_share": "Share of the largest segment",
}
FORMATS = dict.fromkeys(SHARES, ".0%") | {
    name: "~s" for name, statistic in STATISTICS.items() if not statistic.digits
}
LIMITS = {  # of the rule, and the value that limits nothing
    "smallest_share": ("min_share", 0),
    "largest_share": ("max_share", 1),
    "lowest_jaccard": ("min_jaccard", 0),
}
WARD_WIDTH = 840
CHOSEN, ADMITTED, REFUSED = "chosen", "admitted by the rule", "not admitted"
WHOLE = "no cut at all"
STATES = {
    CHOSEN: ("diamond", "#d55e00"),
    ADMITTED: ("circle", theme.ACCENT),
    REFUSED: ("cross", "#6b7683"),
    WHOLE: ("square", "#6b7683"),
}
NULL = "#7d8895"
HIDDEN = "#e8ebef"  # as among the pay benchmarks
SAMPLED = {  # what was measured on a sample as large as a structureless table
    "silhouette": ("silhouette_null", "silhouette_sampled"),
    "lowest_jaccard": ("jaccard_null", "jaccard_sampled"),
}


def k_selection(summary: Summary) -> Drawing:
    """Draw what is known of every k: a panel each, the chosen k marked in all."""
    examined = bool(summary.get("evidence"))
    shown = {
        measure: (SHARES.get(measure) or panel_title(measure), values)
        for measure in (DOSSIER if examined else PANELS)
        if (values := _values(summary, measure))
    }
    panels = [
        _panel(summary, measure, title, values, 235 if examined else 265)
        for measure, (title, values) in shown.items()
    ]
    return alt.concat(*panels, columns=3 if examined else 2, spacing=28)


def strength(summary: Summary) -> Drawing:
    """Draw the prediction strength of halves over k."""
    values = _values(summary, "prediction_strength")
    return _panel(summary, "prediction_strength", "", values, 350)


def _values(summary: Summary, measure: str) -> list[dict[str, Any]]:
    """List what a panel draws: a value for each k, its error and its null."""
    found = summary["selection"]
    return [
        *_uncut(summary, measure),
        *(
            {
                "k": row["k"],
                "value": row[measure],
                "state": _state(row, found["k"]),
                "tip": f"k = {row['k']} ({_state(row, found['k'])}): "
                f"{_written(measure, row)}",
            }
            | _error(summary, measure, row)
            | _null(measure, row)
            for row in found["table"]
            if row.get(measure) is not None
        ),
    ]


def _uncut(summary: Summary, measure: str) -> list[dict[str, Any]]:
    """Give the gap of k = 1, which the rule of the gap statistic starts from."""
    if measure != "gap":
        return []
    return [
        {
            "k": 1,
            "value": row["gap"],
            "state": WHOLE,
            "low": row["gap"] - row["standard_error"],
            "high": row["gap"] + row["standard_error"],
            "tip": f"k = 1 ({WHOLE}): {as_number(row['gap'], 3)}",
        }
        for row in summary["evidence"]["gap"]["table"]
        if row["k"] == 1
    ]


def _error(summary: Summary, measure: str, row: Mapping[str, Any]) -> dict[str, float]:
    error = row.get(f"{measure}_error")
    if measure == "prediction_strength":
        halves = (summary.get("evidence") or {}).get("halves", {}).get("table", [])
        errors = {half["k"]: half["standard_error"] for half in halves}
        error = errors.get(row["k"])
    if not error:
        return {}
    return {"low": row[measure] - error, "high": row[measure] + error}


def _null(measure: str, row: Mapping[str, Any]) -> dict[str, float]:
    """Give the mean of structureless tables at a k, and what it stands beside."""
    if measure == "gap" and row.get("gap_excess") is not None:
        return {"null": row["gap"] - row["gap_excess"]}
    null, sampled = SAMPLED.get(measure, ("", ""))
    if row.get(null) is None:
        return {}
    return {"null": row[null], "beside": row[sampled]}


def _panel(
    summary: Summary,
    measure: str,
    title: str,
    values: list[dict[str, Any]],
    width: int,
) -> Drawing:
    share = measure.endswith("_share")
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
    error = base.transform_filter("isValid(datum.low)").mark_rule(
        strokeWidth=2, color="#6b7683", aria=False
    )
    layers = [
        *_band(summary, measure),
        *_limit(summary, measure),
        *_nulls(base, measure, values),
        line,
        *([error.encode(y="low:Q", y2="high:Q")] if _known(values, "low") else []),
        *_rule_of_gap(summary, measure),
        _points(base),
    ]
    named = {"title": title} if title else {}
    return alt.layer(*layers).properties(width=width, height=150, **named)


def _points(base: alt.Chart) -> alt.Chart:
    states, (shapes, colours) = list(STATES), zip(*STATES.values(), strict=True)
    return base.mark_point(filled=True, opacity=1, strokeWidth=2).encode(
        shape=alt.Shape(
            "state:N", scale=alt.Scale(domain=states, range=list(shapes)), legend=None
        ),
        color=alt.Color(
            "state:N", scale=alt.Scale(domain=states, range=list(colours)), legend=None
        ),
        size=alt.condition(f"datum.state == '{CHOSEN}'", alt.value(190), alt.value(75)),
        description="tip:N",
    )


def _known(values: list[dict[str, Any]], key: str) -> bool:
    return any(key in value for value in values)


def _nulls(
    base: alt.Chart, measure: str, values: list[dict[str, Any]]
) -> list[alt.Chart]:
    """Draw structureless tables: a dashed line, or beside the sample as large."""
    if not _known(values, "null"):
        return []
    there = base.transform_filter("isValid(datum.null)")
    if measure not in SAMPLED:
        dashed = there.mark_line(
            strokeDash=[2, 3], strokeWidth=2, color=NULL, aria=False
        )
        return [dashed.encode(y="null:Q")]
    drawn: dict[str, Any] = {"xOffset": 9, "aria": False}
    grey: dict[str, Any] = {"color": NULL, **drawn}
    return [
        there.mark_rule(strokeWidth=1.5, **grey).encode(y="null:Q", y2="beside:Q"),
        there.mark_tick(width=12, thickness=3, orient="horizontal", **grey).encode(
            y="null:Q"
        ),
        there.mark_point(
            filled=True, fill="white", stroke=NULL, size=45, **drawn
        ).encode(y="beside:Q"),
    ]


def _band(summary: Summary, measure: str) -> list[alt.Chart]:
    """Draw the middle nine tenths of the structureless tables at the chosen k."""
    found = (summary.get("evidence") or {}).get("nulls", {}).get("statistics", [])
    rows = [row for row in found if row["statistic"] == measure and row["k"]]
    if not rows:
        return []
    values = [{"k": r["k"], "from": r["low"], "to": r["high"]} for r in rows]
    return [
        alt.Chart(alt.Data(values=values))
        .mark_rule(strokeWidth=16, color="#cfd6de", strokeCap="butt", aria=False)
        .encode(x="k:Q", y="from:Q", y2="to:Q")
    ]


def _rule_of_gap(summary: Summary, measure: str) -> list[alt.Chart]:
    """Mark the k that the one-standard-error rule of the gap statistic takes."""
    if measure != "gap":
        return []
    k = summary["evidence"]["gap"]["k"]
    if k is None:
        return []
    base = alt.Chart(alt.Data(values=[{"k": k, "text": f"its rule: k = {k}"}]))
    rule = base.mark_rule(strokeDash=[5, 3], color="#8f4605", aria=False)
    text = base.mark_text(
        align="left", dx=5, dy=-8, color="#8f4605", fontSize=11, aria=False
    )
    return [
        rule.encode(x="k:Q"),
        text.encode(x="k:Q", y=alt.value(150), text="text:N"),
    ]


def _format(measure: str, values: list[dict[str, Any]]) -> str:
    tiny = max(value["value"] for value in values) < 0.05
    small = measure == "smallest_share" and tiny
    return ".1%" if small else FORMATS.get(measure, ".2f")


def _state(row: Mapping[str, Any], chosen: int) -> str:
    if row["k"] == chosen:
        return CHOSEN
    return REFUSED if row["objections"] else ADMITTED


def _written(measure: str, row: Mapping[str, Any]) -> str:
    value = row[measure]
    return as_share(value) if measure in SHARES else STATISTICS[measure].write(value)


def _limit(summary: Summary, measure: str) -> list[alt.Chart]:
    """Give the rule's own limit as a dashed line, where it has one."""
    rule = summary.get("config", {}).get("selection", {}).get("rule", {})
    usual = HALVES if measure == "prediction_strength" else None
    name, without = LIMITS.get(measure, ("", None))
    limit = rule.get(name, usual)
    if limit in {None, without}:
        return []
    return [
        alt.Chart(alt.Data(values=[{"value": limit}]))
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


def _told(count: int | None) -> str:
    return "not shown" if count is None else as_count(count)


def cross_table(summary: Summary) -> Drawing:
    """Draw how rule-based and learned segments cross, coloured by share of the row."""
    found = summary["heuristic"]
    values = []
    for rule, counts in zip(found["rules"], found["counts"], strict=True):
        total = sum(n or 0 for n in counts) or 1
        for segment, count in zip(found["segments"], counts, strict=True):
            fill = HIDDEN if count is None else theme.sequential(count / total)
            values.append(
                {
                    "row": rule,
                    "column": segment,
                    "text": as_count(count),
                    "fill": fill,
                    "ink": theme.ink_on(fill),
                    "tip": f"{rule} and segment {segment}: {_told(count)}",
                }
            )
    return heat_map(
        values,
        rows=found["rules"],
        columns=found["segments"],
        x_title="Learned segment",
        cell=(max(60, min(110, 440 // len(found["segments"]))), 27),
    )
