"""Charts of the segments: each takes a summary and gives an Altair chart."""

import json
import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt

from learnstrata.report import theme
from learnstrata.report.wording import is_told, least_of, map_direction
from learnstrata.wording.numbers import Money, as_index, as_years

__all__ = [
    "MAP_POINTS",
    "MAX_ROLES",
    "Drawing",
    "experience_quartiles",
    "heat_map",
    "log_axis",
    "pay_quartiles",
    "role_index",
    "segment_label",
    "segment_map",
    "shown_roles",
]

Summary: TypeAlias = Mapping[str, Any]
Drawing: TypeAlias = alt.Chart | alt.LayerChart | alt.ConcatChart | alt.FacetChart

MAP_POINTS = 1_500
MAX_ROLES = 14
STAGES_BY_INDEX = 1.5  # doublings of the index at which the colour is full


def segment_label(segment: Mapping[str, Any], width: int = 58) -> str:
    """Give number and name of a segment, short enough for one line of a chart."""
    name = textwrap.shorten(segment["name"], width, placeholder=" ...")
    return f"{segment['id']}  {name}"


def log_axis(low: float, high: float, title: str) -> dict[str, Any]:
    """Give scale and axis for positive values, with round numbers as ticks.

    Parameters
    ----------
    low, high : float
        Least and largest value drawn, above 0.
    title : str
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    wide = math.log10(high / low) > 2.2
    steps = (1,) if wide else (1, 2, 5)
    ticks = [
        round(step * 10.0**power, 12)
        for power in range(first, last + 1)
        for step in steps
    ]
    inner = [tick for tick in ticks if low * 0.9 <= tick <= high * 1.1]
    scale = alt.Scale(type="log", domain=[low * 0.92, high * 1.08], nice=False)
    axis = alt.Axis(
        title=title,
        values=inner or [low, high],
        labelExpr="datum.value >= 1000 ? format(datum.value, ',') : '' + datum.value",
    )
    return {"scale": scale, "axis": axis}


def segment_map(summary: Summary, points: int = MAP_POINTS) -> Drawing:
    """Draw learners on the first two principal components, with segment numbers."""
    found = summary["map"]
    ids = [s["id"] for s in summary["segments"]]
    colour = alt.Color(
        "segment:N",
        scale=alt.Scale(domain=ids, range=[theme.segment_colour(i) for i in ids]),
        legend=None,
    )
    x = alt.X("x:Q", **_map_axis(summary, 0, found["x"][:points]))
    y = alt.Y("y:Q", **_map_axis(summary, 1, found["y"][:points]))
    dots = (
        alt.Chart(_as_csv(found, points))
        .mark_point(filled=True, size=16, opacity=0.55, aria=False)
        .encode(x=x, y=y, color=colour, tooltip=_named(summary["segments"]))
    )
    middles = [
        {"x": row["x"], "y": row["y"], "segment": row["segment_id"]}
        for row in found["middles"]
    ]
    middle = alt.Chart(alt.Data(values=middles)).encode(x=x, y=y)
    badge = middle.mark_point(
        filled=True, size=420, opacity=1, stroke="white", strokeWidth=2, aria=False
    ).encode(color=colour, tooltip=_named(summary["segments"]))
    inks = [theme.ink_on(theme.segment_colour(i)) for i in ids]
    number = middle.mark_text(fontWeight="bold", fontSize=12, aria=False).encode(
        text="segment:N",
        tooltip=_named(summary["segments"]),
        color=alt.Color(
            "segment:N", scale=alt.Scale(domain=ids, range=inks), legend=None
        ),
    )
    layers = alt.layer(dots, badge, number).resolve_scale(color="independent")
    return layers.properties(width=880, height=440)


def _named(segments: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - Altair's own
    """Give an expression for the label of a point's segment: no copy a point."""
    labels = json.dumps({str(s["id"]): segment_label(s) for s in segments})
    return alt.value(alt.expr(f"{labels}[datum.segment]"))


def _map_axis(summary: Summary, which: int, numbers: Sequence[float]) -> dict[str, Any]:
    """Give title and scale of an axis: what grows along it, an arrow tells the way."""
    made_of = map_direction(summary, which)
    title = f"{made_of} \u2192" if made_of else ""
    bare: dict[str, Any] = {"labels": False, "ticks": False, "grid": True}
    axis = alt.Axis(title=title, titleFontSize=14, **bare)
    low, high = min(numbers), max(numbers)
    room = 0.04 * (high - low) or 1.0
    domain = [low - room, high + room]
    return {"axis": axis, "scale": alt.Scale(domain=domain, nice=False, zero=False)}


def _as_csv(found: Mapping[str, Any], points: int) -> alt.Data:
    """Give points as one text: Altair copies every value of a list many times."""
    columns = [found[name][:points] for name in ("x", "y", "segment_id")]
    rows = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    names = ("x", "y", "segment")
    csv = alt.CsvDataFormat(type="csv", parse=dict.fromkeys(names, "number"))
    return alt.Data(values="\n".join([",".join(names), *rows]), format=csv)


def pay_quartiles(summary: Summary) -> Drawing:
    """Draw the quartiles of pay, a bar a segment, on a log scale."""
    money = Money.of(summary)
    rows = _quartile_rows(summary, "pay", money)
    axis = log_axis(
        min(row["p25"] for row in rows),
        max(max(row["p75"], row["base"]) for row in rows),
        f"Pay ({money.unit}, log scale)",
    )
    return _quartiles(rows, alt.X("p25:Q", **axis))


def experience_quartiles(summary: Summary) -> Drawing:
    """Draw the quartiles of experience, a bar a segment."""
    rows = _quartile_rows(summary, "years_of_experience", Money(1.0, "years"))
    scale = alt.Scale(zero=True, nice=True)
    axis = alt.Axis(title="Experience (years)", tickMinStep=1)
    return _quartiles(rows, alt.X("p25:Q", scale=scale, axis=axis))


def _quartile_rows(
    summary: Summary, feature: str, money: Money
) -> list[dict[str, Any]]:
    written = money.number if feature == "pay" else as_years
    rows = []
    for segment in summary["segments"]:
        typical = segment["typical"].get(feature)
        if typical is None or (feature == "pay" and typical["p25"] <= 0):
            continue
        middle = written(typical["p50"])
        rows.append(
            {
                "label": segment_label(segment),
                "segment": segment["id"],
                **{k: money.shown(typical[k]) for k in ("p25", "p50", "p75", "base")},
                "text": middle,
                "tip": f"{segment['name']}: median {middle}, half from "
                f"{written(typical['p25'])} to {written(typical['p75'])} {money.unit}",
            }
        )
    return rows


def _quartiles(rows: list[dict[str, Any]], x: alt.X) -> Drawing:
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("label:N", sort=None, axis=None, scale=alt.Scale(padding=0)),
        description="tip:N",
    )
    colours = [theme.segment_colour(row["segment"]) for row in rows]
    colour = alt.Color(
        "segment:N",
        scale=alt.Scale(domain=[row["segment"] for row in rows], range=colours),
        legend=None,
    )
    low: dict[str, Any] = {"yOffset": 9}  # the name of the segment stands above its bar
    bars = base.mark_bar(height=16, cornerRadius=3, **low).encode(
        x=x, x2="p75:Q", color=colour
    )
    ticks = base.mark_tick(
        thickness=3, height=24, color=theme.INK, opacity=1, aria=False, **low
    ).encode(x="p50:Q")
    texts = base.mark_text(
        align="left", dx=7, fontWeight="bold", aria=False, **low
    ).encode(x="p75:Q", text="text:N")
    names = base.mark_text(align="left", dy=-13, aria=False).encode(
        x=alt.value(2), text="label:N"
    )
    halo: dict[str, Any] = {
        "stroke": "white",
        "strokeWidth": 4,
    }  # keeps text clear of the dashed line
    under = [
        texts.mark_text(
            align="left", dx=7, fontWeight="bold", aria=False, **low, **halo
        ),
        names.mark_text(align="left", dy=-13, aria=False, **halo),
    ]
    all_of_them = (
        alt.Chart(alt.Data(values=[{"base": rows[0]["base"]}]))
        .mark_rule(strokeDash=[4, 3], color=theme.MUTED, aria=False)
        .encode(x="base:Q")
    )
    chart = alt.layer(all_of_them, *under, bars, ticks, texts, names)
    return chart.properties(width=400, height=52 * len(rows))


def shown_roles(summary: Summary, most: int = MAX_ROLES) -> list[str]:
    """List the roles most frequent among all that some segment has enough of."""
    base: dict[str, float] = {}
    for segment in summary["segments"]:
        for share in segment["shares"].get("role", ()):
            if is_told(share, least_of(summary)):
                base[share["value"]] = share["base"]
    return sorted(base, key=lambda role: (-base[role], role))[:most]


def role_index(summary: Summary) -> Drawing:
    """Draw the index of each role in each segment: 100 is as common as among all."""
    roles, least, values = shown_roles(summary), least_of(summary), []
    for segment in summary["segments"]:
        shares = {s["value"]: s for s in segment["shares"].get("role", ())}
        for role in roles:
            share = shares.get(role)
            index = share["index"] if share and is_told(share, least) else None
            values.append(_index_cell(segment, role, index))
    ids = [s["id"] for s in summary["segments"]]
    cell = (max(50, min(110, 440 // len(ids))), 25)
    return heat_map(values, rows=roles, columns=ids, x_title="Segment", cell=cell)


def _index_cell(
    segment: Mapping[str, Any], role: str, index: float | None
) -> dict[str, Any]:
    if index is None:
        fill, text, tip = "#ffffff", "", "too few"
    else:
        position = math.log2(max(index, 1.0) / 100) / STAGES_BY_INDEX
        fill, text = theme.diverging(position), as_index(index)
        tip = f"index {text}"
    return {
        "row": role,
        "column": segment["id"],
        "text": text,
        "fill": fill,
        "ink": theme.ink_on(fill),
        "tip": f"{role} in {segment['name']}: {tip}",
    }


def heat_map(
    values: list[dict[str, Any]],
    *,
    rows: Sequence[Any],
    columns: Sequence[Any],
    x_title: str | None,
    cell: tuple[int, int],
) -> Drawing:
    """Draw cells whose colour (``fill``, ``ink``) and ``text`` are given."""
    x_axis = alt.Axis(
        title=x_title,
        orient="top",
        labelAngle=0,
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    y_axis = alt.Axis(title=None, ticks=False, domain=False, labelPadding=6)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("column:N", sort=list(columns), axis=x_axis),
        y=alt.Y("row:N", sort=list(rows), axis=y_axis),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color("fill:N", scale=None), description="tip:N"
    )
    texts = base.mark_text(aria=False).encode(
        text="text:N", color=alt.Color("ink:N", scale=None)
    )
    width, height = cell
    return alt.layer(cells, texts).properties(
        width=width * len(columns), height=height * len(rows)
    )
