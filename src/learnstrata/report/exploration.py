"""Charts of the learners before clustering: distributions, pay, gaps, correlations."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from learnstrata.learners.features.register import feature_of
from learnstrata.report import theme
from learnstrata.report.charts import Drawing, heat_map, log_axis
from learnstrata.report.wording import column_label, feature_label
from learnstrata.wording.numbers import Money, as_count, as_number, as_share, as_years

__all__ = [
    "correlations",
    "histogram",
    "missing",
    "pay_by_experience",
    "pay_by_role",
    "tiers_of",
]

Summary = Mapping[str, Any]

TIER_STYLES = (
    ("#123a63", "circle"),
    ("#3f74a8", "square"),
    ("#5f92c2", "triangle-up"),
    ("#8a7440", "diamond"),
    ("#777777", "cross"),
)


def histogram(summary: Summary, feature: str) -> Drawing:
    """Draw the distribution of one number; pay on a log scale."""
    money = Money.of(summary)
    found = next(
        d for d in summary["description"]["distributions"] if d["feature"] == feature
    )
    logged = feature in {"pay", "company_learners"}
    shown = money.shown if feature == "pay" else float
    known = [None if edge is None else shown(edge) for edge in found["edges"]]
    middle = shown(found["quantiles"]["p50"])
    edges = _closed(known, middle, logged=logged)
    values = [
        {"low": low, "high": high, "n": n, "tip": _bin_text(low_known, high_known, n)}
        for low, high, low_known, high_known, n in zip(
            edges[:-1], edges[1:], known[:-1], known[1:], found["counts"], strict=True
        )
    ]
    title = _axis_title(feature, money)
    options = (
        log_axis(edges[0], edges[-1], f"{title[:-1]}, log scale)")
        if logged
        else {
            "axis": alt.Axis(title=title, tickMinStep=1, tickCount=6, format=",d"),
            "scale": alt.Scale(zero=False, nice=False),
        }
    )
    base = alt.Chart(alt.Data(values=values))
    bars = base.mark_bar(color="#4f7fae", stroke="white", strokeWidth=0.5).encode(
        x=alt.X("low:Q", **options),
        x2="high:Q",
        y=alt.Y("n:Q", axis=alt.Axis(title=_rows(summary), tickCount=4, format=",d")),
        y2=alt.datum(0),
        description="tip:N",
    )
    written = money.number if feature == "pay" else as_years
    median = _median(middle, written(found["quantiles"]["p50"]))
    return alt.layer(bars, *median).properties(width=360, height=170)


def _closed(
    edges: Sequence[float | None], middle: float, *, logged: bool
) -> list[float]:
    """Give the open bins at the ends the width of their neighbours, to be drawn."""
    inner = [edge for edge in edges if edge is not None]
    if not inner:
        return (
            [middle / 1.25, middle * 1.25] if logged else [middle - 0.5, middle + 0.5]
        )
    first = last = 1.0
    if logged:
        first, last = inner[0] * (1 - 1 / 1.25), inner[-1] * 0.25
    if len(inner) > 1:
        first, last = inner[1] - inner[0], inner[-1] - inner[-2]
        if logged:
            first, last = first * inner[0] / inner[1], last * inner[-1] / inner[-2]
    low = [inner[0] - first] if edges[0] is None else []
    return [*low, *inner, *([inner[-1] + last] if edges[-1] is None else [])]


def _median(middle: float, written: str) -> list[alt.Chart]:
    values = [{"low": middle, "text": f"median {written}"}]
    base = alt.Chart(alt.Data(values=values))
    rule = base.mark_rule(
        color=theme.INK, strokeDash=[4, 3], strokeWidth=1.5, aria=False
    ).encode(x="low:Q")
    text = base.mark_text(
        align="left", baseline="bottom", dx=-2, dy=-3, fontSize=11, aria=False
    ).encode(x="low:Q", y=alt.value(0), text="text:N")
    return [rule, text]


def _bin_text(low: float | None, high: float | None, n: int | None) -> str:
    told = "not shown" if n is None else f"about {as_count(n)}"
    if low is None:
        return f"under {as_number(high)}: {told}" if high is not None else told
    if high is None:
        return f"{as_number(low)} and up: {told}"
    return f"{as_number(low)} to {as_number(high)}: {told}"


def _axis_title(feature: str, money: Money) -> str:
    label = feature_label(feature)
    unit = money.unit if feature == "pay" else feature_of(feature).unit or "value"
    return f"{label[:1].upper()}{label[1:]} ({unit})"


def _rows(summary: Summary) -> str:
    return f"{summary['unit'].capitalize()}s"


def tiers_of(summary: Summary) -> list[str]:
    """List the tiers of pay by experience, everybody first."""
    names = {row["tier"] for row in summary["description"]["pay_by_experience"]}
    return sorted(names, key=lambda name: (name != "All", name))


def pay_by_experience(summary: Summary) -> Drawing:
    """Draw the median pay at each year of experience, a line a company tier."""
    money = Money.of(summary)
    rows = [
        {
            "years": row["years"],
            "tier": row["tier"],
            "pay": money.shown(row["median_pay"]),
            "tip": f"{row['tier']}, {row['years']} years: "
            f"{money.text(row['median_pay'])} ({as_count(row['learners'])})",
        }
        for row in summary["description"]["pay_by_experience"]
        if row["median_pay"] > 0
    ]
    tiers = tiers_of(summary)
    styles = [
        ("#000000", "stroke") if tier == "All" else TIER_STYLES[i % 5]
        for i, tier in enumerate(tiers, start=-1 if "All" in tiers else 0)
    ]
    pays = [row["pay"] for row in rows]
    legend = alt.Legend(title="Company tier", orient="top", columns=5, symbolSize=90)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "years:Q",
            axis=alt.Axis(
                title="Experience (years; 25 is 25 or more)", tickMinStep=1, grid=False
            ),
            scale=alt.Scale(nice=False, padding=6),
        ),
        y=alt.Y(
            "pay:Q",
            **log_axis(min(pays), max(pays), f"Median pay ({money.unit}, log scale)"),
        ),
        color=alt.Color(
            "tier:N",
            scale=alt.Scale(domain=tiers, range=[style[0] for style in styles]),
            legend=legend,
        ),
    )
    lines = base.mark_line(strokeWidth=2, aria=False)
    points = base.mark_point(filled=True, size=36, opacity=1).encode(
        shape=alt.Shape(
            "tier:N",
            scale=alt.Scale(domain=tiers, range=[style[1] for style in styles]),
            legend=legend,
        ),
        description="tip:N",
    )
    return alt.layer(lines, points).properties(width=440, height=420)


def pay_by_role(summary: Summary) -> Drawing:
    """Draw the quartiles of pay of each role, highest median first."""
    money = Money.of(summary)
    found = [row for row in summary["description"]["pay_by_role"] if row["p25"] > 0]
    found = sorted(found, key=lambda row: (-row["p50"], row["role"]))
    rows = [
        {
            "role": row["role"],
            **{name: money.shown(row[name]) for name in ("p25", "p50", "p75")},
            "text": money.number(row["p50"]),
            "tip": f"{row['role']}: median {money.text(row['p50'])}, half from "
            f"{money.number(row['p25'])} to {money.number(row['p75'])}",
        }
        for row in found
    ]
    low, high = min(row["p25"] for row in rows), max(row["p75"] for row in rows)
    axis = log_axis(low, high, f"Pay ({money.unit}, log scale)")
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("role:N", sort=None, axis=alt.Axis(title=None, ticks=False))
    )
    bars = base.mark_bar(height=9, cornerRadius=3, color="#a9c3dc").encode(
        x=alt.X("p25:Q", **axis), x2="p75:Q", description="tip:N"
    )
    ticks = base.mark_tick(thickness=3, height=15, color=theme.INK, aria=False).encode(
        x="p50:Q"
    )
    texts = base.mark_text(align="left", dx=6, fontSize=11, aria=False).encode(
        x="p75:Q", text="text:N"
    )
    return alt.layer(bars, ticks, texts).properties(width=310, height=23 * len(rows))


def missing(summary: Summary) -> Drawing:
    """Draw the share of missing values of each column."""
    found = sorted(
        summary["description"]["missing"], key=lambda row: -(row["share"] or 0.0)
    )
    rows = [
        {
            "column": column_label(row["column"]),
            "share": row["share"],
            "text": f"{as_share(row['share'])} ({as_count(row['count'])})",
        }
        for row in found
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("share:Q", axis=alt.Axis(title="Share missing", format="%")),
        y=alt.Y("column:N", sort=None, axis=alt.Axis(title=None, ticks=False)),
    )
    bars = base.mark_bar(color="#4f7fae", height=14).encode(description="text:N")
    texts = base.mark_text(align="left", dx=6, aria=False).encode(text="text:N")
    return alt.layer(bars, texts).properties(width=230, height=30 * len(rows))


def correlations(summary: Summary) -> Drawing:
    """Draw the rank correlations of the numbers, each pair once.

    Columns bear the numbers of the rows: names over them would have to be slanted.
    """
    found = summary["description"]["correlations"]
    names = [feature_label(column) for column in found["columns"]]
    rows = [f"{name}  {i}" for i, name in enumerate(names, start=1)]
    values = []
    for i, row in enumerate(found["spearman"]):
        for j, rho in enumerate(row[:i]):
            fill = theme.diverging(rho) if rho is not None else "#ffffff"
            values.append(
                {
                    "row": rows[i],
                    "column": j + 1,
                    "text": as_number(rho),
                    "fill": fill,
                    "ink": theme.ink_on(fill),
                    "tip": f"{names[i]} and {names[j]}: {as_number(rho)}",
                }
            )
    columns = range(1, len(names))
    return heat_map(values, rows=rows, columns=columns, x_title=None, cell=(54, 30))
