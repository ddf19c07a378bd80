"""Charts of what makes segments different, and of what learners are paid."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from learnstrata.report import theme
from learnstrata.report.charts import Drawing, segment_label
from learnstrata.report.wording import feature_label
from learnstrata.wording.numbers import (
    Money,
    as_count,
    as_index,
    as_number,
    as_share,
    as_years,
)

__all__ = [
    "MOST_VALUES",
    "distributions",
    "index_values",
    "number_places",
    "pay_cells",
    "told_value",
]

Summary = Mapping[str, Any]

MOST_VALUES = 7
PANELS = 4  # beside each other
HIDDEN, EMPTY_INK = "#e8ebef", "#55606e"
INDEX_SPAN = (25.0, 400.0)  # beyond it an interval is drawn up to the edge
CATEGORIES = {
    "role": "Role",
    "tier": "Company tier",
    "pay_band": "Pay band",
    "experience_band": "Experience",
    "course_recommendation": "Course",
}


def told_value(row: Mapping[str, Any]) -> str:
    """Name what a row of an index chart is of.

    Examples
    --------
    >>> told_value({"kind": "value", "feature": "tier", "value": "Tier 1"})
    'Company tier: Tier 1'
    >>> told_value({"kind": "number", "feature": "pay", "value": None})
    'Pay'
    """
    known = CATEGORIES.get(row["feature"])
    name = known or feature_label(row["feature"]).capitalize()
    return f"{name}: {row['value']}" if row["kind"] == "value" else name


def index_values(summary: Summary) -> Drawing:
    """Draw the index of the most distinctive values of each segment, with intervals."""
    panels = [_index_panel(s) for s in summary["segments"] if _values(s)]
    return alt.concat(*panels, columns=2, spacing=26)


def _values(segment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = [row for row in segment.get("index") or () if row["kind"] == "value"]
    return rows[:MOST_VALUES]


def _index_panel(segment: Mapping[str, Any]) -> Drawing:
    low, high = INDEX_SPAN
    rows = [
        {
            "label": told_value(row),
            "at": min(max(row["estimate"], low), high),
            "from": min(max(row["low"], low), high),
            "to": min(max(row["high"], low), high),
            "tip": f"{told_value(row)}: index {as_index(row['estimate'])}, "
            f"{as_index(row['low'])} to {as_index(row['high'])} "
            f"({as_count(row['count'])} learners)",
        }
        for row in _values(segment)
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y(
            "label:N",
            sort=None,
            axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=190),
        )
    )
    x = alt.X(
        "from:Q",
        scale=alt.Scale(type="log", domain=[low * 0.88, high * 1.14], nice=False),
        axis=alt.Axis(
            title="Index (100: as among all)", values=[25, 50, 100, 200, 400]
        ),
    )
    span = base.mark_rule(strokeWidth=3, color="#9aa5b1", aria=False)
    colour = theme.segment_colour(segment["id"])
    dots = base.mark_point(filled=True, size=85, opacity=1, color=colour).encode(
        x=alt.X("at:Q"), description="tip:N"
    )
    all_of_them = (
        alt.Chart(alt.Data(values=[{"base": 100}]))
        .mark_rule(strokeDash=[4, 3], color=theme.MUTED, aria=False)
        .encode(x="base:Q")
    )
    layers = alt.layer(span.encode(x=x, x2="to:Q"), all_of_them, dots)
    return layers.properties(
        width=285, height=26 * len(rows), title=segment_label(segment, 46)
    )


def number_places(summary: Summary) -> Drawing:
    """Draw where each segment stands among all in each number, with intervals."""
    names = list(
        dict.fromkeys(
            told_value(row) for s in summary["segments"] for row in _numbers(s)
        )
    )
    shown = [segment for segment in summary["segments"] if _numbers(segment)]
    panels = [
        _place_panel(segment, names, first=place % PANELS == 0)
        for place, segment in enumerate(shown)
    ]
    return alt.concat(*panels, columns=PANELS, spacing=18)


def _numbers(segment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in segment.get("index") or () if row["kind"] == "number"]


def _place_panel(
    segment: Mapping[str, Any], names: Sequence[str], *, first: bool
) -> Drawing:
    rows = [
        {
            "label": told_value(row),
            "at": row["estimate"],
            "from": row["low"],
            "to": row["high"],
            "tip": f"{told_value(row)}: {as_index(row['estimate'])} of 100, "
            f"{as_number(row['low'], 1)} to {as_number(row['high'], 1)} "
            f"({as_count(row['count'])} learners)",
        }
        for row in _numbers(segment)
    ]
    labels = alt.Axis(title=None, ticks=False, domain=False, labels=first)
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("label:N", scale=alt.Scale(domain=list(names)), axis=labels)
    )
    x = alt.X(
        "from:Q",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(
            title="Place among all (middle: 50)", values=[0, 25, 50, 75, 100]
        ),
    )
    span = base.mark_rule(strokeWidth=3, color="#9aa5b1", aria=False)
    colour = theme.segment_colour(segment["id"])
    dots = base.mark_point(filled=True, size=85, opacity=1, color=colour).encode(
        x=alt.X("at:Q"), description="tip:N"
    )
    middle = (
        alt.Chart(alt.Data(values=[{"base": 50}]))
        .mark_rule(strokeDash=[4, 3], color=theme.MUTED, aria=False)
        .encode(x="base:Q")
    )
    layers = alt.layer(span.encode(x=x, x2="to:Q"), middle, dots)
    return layers.properties(
        width=170, height=26 * len(names), title=segment_label(segment, 26)
    )


def distributions(summary: Summary, feature: str) -> Drawing:
    """Draw how a number spreads in each segment (bars) and in the rest (marks)."""
    most = max(
        max(part["segment"] or 0.0, part["rest"] or 0.0)
        for segment in summary["segments"]
        for part in _bins(segment, feature)
    )
    panels = [
        _spread(summary, segment, feature, most)
        for segment in summary["segments"]
        if _bins(segment, feature)
    ]
    return alt.concat(*panels, columns=2, spacing=26)


def _bins(segment: Mapping[str, Any], feature: str) -> Sequence[Mapping[str, Any]]:
    return (segment.get("distributions") or {}).get(feature) or ()


def bin_label(part: Mapping[str, Any], feature: str, money: Money) -> str:
    """Write from where to where a bin goes."""
    write = money.number if feature == "pay" else as_years
    if part["low"] is None:
        return f"under {write(part['high'])}"
    if part["high"] is None:
        return f"{write(part['low'])} and up"
    return f"{write(part['low'])} to {write(part['high'])}"


def _from(part: Mapping[str, Any], feature: str, money: Money) -> str:
    """Write where a bin begins: short enough for an axis of twenty."""
    if part["low"] is None:
        return f"<{bin_label(part, feature, money).removeprefix('under ')}"
    return bin_label(part, feature, money).split(" to ")[0].replace(" and up", "+")


def _spread(
    summary: Summary, segment: Mapping[str, Any], feature: str, most: float
) -> Drawing:
    money = Money.of(summary)
    unit = money.unit if feature == "pay" else "years"
    rows = [
        {
            "bin": _from(part, feature, money),
            "segment": _rounded(part["segment"]),
            "rest": _rounded(part["rest"]),
            "tip": f"{bin_label(part, feature, money)} {unit}: "
            f"{as_share(part['segment'])} of the segment, {as_share(part['rest'])} of "
            "the others",
        }
        for part in _bins(segment, feature)
    ]
    label = "Pay" if feature == "pay" else "Experience"
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "bin:N",
            sort=None,
            axis=alt.Axis(
                title=f"{label} ({unit}), from",
                labelAngle=0,
                labelOverlap=True,
                ticks=False,
                labelFontSize=11,
            ),
            # A bin without a bar would be sorted to the end.
            scale=alt.Scale(domain=[row["bin"] for row in rows], paddingInner=0.12),
        )
    )
    y = alt.Y(
        "segment:Q",
        scale=alt.Scale(domain=[0, most * 1.04], nice=False),
        axis=alt.Axis(title="Share of learners", format=".0%", tickCount=4),
    )
    colour = theme.segment_colour(segment["id"])
    bars = base.mark_bar(color=colour).encode(y=y, description="tip:N")
    ticks = base.mark_tick(
        color=theme.INK, thickness=2.5, width=18, opacity=1, aria=False
    ).encode(y="rest:Q")
    return alt.layer(bars, ticks).properties(
        width=405, height=130, title=segment_label(segment, 44)
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def pay_cells(summary: Summary) -> Drawing:
    """Draw median pay by role, company tier and experience; what is hidden stays so."""
    cells = summary["benchmarks"]["cells"]
    tiers = sorted({cell["tier"] for cell in cells})
    bands = bands_of(summary)
    roles = roles_of(cells)
    logs = [math.log(max(cell["p50"], 1.0)) for cell in cells]
    span = (min(logs), max(logs))
    panels = [
        _tier_panel(summary, tier, (roles, bands, span), first=place == 0)
        for place, tier in enumerate(tiers)
    ]
    return alt.concat(*panels, columns=len(panels), spacing=12)


def bands_of(summary: Summary) -> list[str]:
    """List the experience bands of the shown cells from early to late."""
    order = list((summary.get("config") or {}).get("experience_band_names") or ())
    found = {cell["experience_band"] for cell in summary["benchmarks"]["cells"]}
    return sorted(found, key=lambda b: (order.index(b) if b in order else 99, b))


def roles_of(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """List roles from the one with most learners shown."""
    sizes: dict[str, int] = {}
    for cell in cells:
        role = cell["role_family"]
        sizes[role] = sizes.get(role, 0) + cell["learners"]
    return sorted(sizes, key=lambda role: (-sizes[role], role))


def _tier_panel(
    summary: Summary,
    tier: str,
    frame: tuple[list[str], list[str], tuple[float, float]],
    *,
    first: bool,
) -> Drawing:
    roles, bands, span = frame
    cells = {
        (cell["role_family"], cell["experience_band"]): cell
        for cell in summary["benchmarks"]["cells"]
        if cell["tier"] == tier
    }
    money = Money.of(summary)
    values = [
        {"row": role, "column": band}
        | _pay_cell(cells.get((role, band)), money, span, f"{role}, {tier}, {band}")
        for role in roles
        for band in bands
    ]
    y_axis = (
        alt.Axis(title=None, ticks=False, domain=False, labelPadding=6)
        if first
        else None
    )
    x_axis = alt.Axis(
        title="Experience", orient="top", labelAngle=0, ticks=False, domain=False
    )
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("column:N", sort=bands, axis=x_axis),
        y=alt.Y("row:N", sort=roles, axis=y_axis),
    )
    rects = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color("fill:N", scale=None), description="tip:N"
    )
    texts = base.mark_text(aria=False, fontSize=11).encode(
        text="text:N", color=alt.Color("ink:N", scale=None)
    )
    return alt.layer(rects, texts).properties(
        width=56 * len(bands), height=23 * len(roles), title=tier
    )


def _pay_cell(
    cell: Mapping[str, Any] | None,
    money: Money,
    span: tuple[float, float],
    place: str,
) -> dict[str, str]:
    if cell is None:
        tip = f"{place}: not shown"
        return {"text": "", "fill": HIDDEN, "ink": EMPTY_INK, "tip": tip}
    width = span[1] - span[0] or 1.0
    fill = theme.sequential((math.log(max(cell["p50"], 1.0)) - span[0]) / width)
    thin = ", thin: leans on wider groups" if cell["shrunk"] else ""
    return {
        "text": money.number(cell["p50"]) + ("*" if cell["shrunk"] else ""),
        "fill": fill,
        "ink": theme.ink_on(fill),
        "tip": f"{place}: median {money.text(cell['p50'])}, half from "
        f"{money.number(cell['p25'])} to {money.number(cell['p75'])}; "
        f"{as_count(cell['learners'])} learners at {as_count(cell['companies'])} "
        f"companies{thin} (weight of its own learners {as_number(cell['weight'])})",
    }
