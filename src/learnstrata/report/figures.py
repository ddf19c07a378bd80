"""Figures of the report: a chart as SVG with its finding, its words and its table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from learnstrata.report import (
    charts,
    diagnostics,
    evidence_charts,
    evidence_tables,
    exploration,
    meaning_charts,
    meaning_tables,
    tables,
    theme,
    trust,
    wording,
)
from learnstrata.report.interactive import specification
from learnstrata.segments.evidence.sensitivity import PARTLY, STRONG
from learnstrata.wording.numbers import (
    Money,
    TextTable,
    as_count,
    as_number,
    as_share,
)

__all__ = ["Figure", "draw", "figures_of", "map_svg"]

Summary = Mapping[str, Any]

SHRINK = 0.75  # text shrunk further cannot be read; the chart then scrolls in its box
TREE_SHRINK, DOT_SHRINK = 0.58, 0.68  # few texts, to fit a telephone
TELEPHONE = 312  # pixels that a chart has on one; it gives way by a tenth to fit
MAP_SHRINK = 0.36  # a map is looked at whole; its note says what the axes say


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and everything that makes it readable without seeing it.

    Attributes
    ----------
    key : str
        Unique in the page; ids inside the SVG begin with it.
    title : str
        What the chart shows, from the numbers.
    svg : Markup
        What stands in the page, and stays where scripts do not run.
    table : TextTable
        Its data.
    note : str
        How to read it; may be empty.
    spec : dict
        The same chart in Vega-Lite, without the theme.
    """

    key: str
    title: str
    svg: Markup
    table: TextTable
    note: str = ""
    spec: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a figure is made, and what a summary needs for it."""

    has: Callable[[Summary], bool]
    chart: Callable[[Summary], Any]
    title: Callable[[Summary], str]
    table: Callable[[Summary], TextTable]
    note: Callable[[Summary], str] = lambda _: ""
    shrink: float = SHRINK


def figures_of(summary: Summary) -> dict[str, Figure]:
    """Draw every figure the summary has the numbers for."""
    examined = _EVIDENCE_PLANS if summary.get("evidence") else {}
    plans = _PLANS | _MEANING_PLANS | examined | _histogram_plans(summary)
    return {
        key: _figure(summary, key, plan)
        for key, plan in plans.items()
        if plan.has(summary)
    }


def _figure(summary: Summary, key: str, plan: _Plan) -> Figure:
    spec, title = specification(plan.chart(summary)), plan.title(summary)
    return Figure(
        key,
        title,
        draw(spec, key, title, shrink=plan.shrink),
        plan.table(summary),
        plan.note(summary),
        spec,
    )


def map_svg(summary: Summary, *, points: int) -> Markup:
    """Draw the map alone, with fewer points."""
    title = wording.map_title(summary)
    spec = specification(charts.segment_map(summary, points))
    return draw(spec, "ls-map", title, shrink=MAP_SHRINK)


def draw(
    spec: Mapping[str, Any], key: str, label: str, *, shrink: float = SHRINK
) -> Markup:
    """Render a chart as an SVG that stands in a page on its own.

    Parameters
    ----------
    spec : mapping
        Vega-Lite, from `learnstrata.report.interactive.specification`.
    key : str
        Put before every id.
    label : str
        Text alternative.
    shrink : float
        Part of its width it may be shrunk to on a narrow screen.

    Returns
    -------
    Markup
        No script, no link; marks with a description have it as ``<title>``.
    """
    import vl_convert

    whole = {**spec, "config": theme.CONFIG}
    raw = vl_convert.vegalite_to_svg(whole, allowed_base_urls=[])
    return Markup(_embedded(raw, key, label, shrink))  # noqa: S704 - vega escapes the texts


def _embedded(raw: str, key: str, label: str, shrink: float) -> str:
    svg = re.sub(r"<[^>]*>", lambda tag: _tag(tag[0], key), raw)
    svg = re.sub(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>', "", svg)
    size = re.search(r'viewBox="0 0 ([\d.]+) ', svg)
    most = float(size[1]) if size else 640.0
    least = shrink * most
    if least <= 1.1 * TELEPHONE:
        least = min(least, TELEPHONE)
    head = (
        f'<svg role="img" aria-label="{Markup.escape(label)}" style="width:100%;'
        f'min-width:{least:.0f}px;max-width:{most:.0f}px;height:auto" '
    )
    return svg.replace("<svg ", head, 1)


def _tag(tag: str, key: str) -> str:
    """Round what is drawn, make descriptions titles and ids unique."""
    told = re.match(r'<path aria-label="([^"]*)"', tag)
    if tag.startswith("<svg"):
        tag = re.sub(r' (?:width|height)="[^"]*"', "", tag)
    tag = re.sub(_UNUSED, "", tag)
    tag = re.sub(_DRAWN, lambda m: re.sub(r"(\.\d)\d+", r"\1", m[0]), tag)
    tag = re.sub(r' id="([^"]+)"', rf' id="{key}-\1"', tag)
    tag = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", tag)
    if " stroke=" not in tag and tag.startswith("<path"):
        tag = re.sub(r' stroke-width="[^"]*"', "", tag)
    if told and tag.endswith("/>"):
        return f"{tag[:-2]}><title>{told[1]}</title></path>"
    return tag


_UNUSED = r' (?:role|aria-[a-z]+|class|pointer-events|xmlns:xlink|version)="[^"]*"'
_DRAWN = r' (?:d|transform|x|y|x2|y2)="[^"]*"'


def _available(summary: Summary, *features: str) -> bool:
    """Say whether some segment has typical values of all these features."""
    return any(set(features) <= set(s["typical"]) for s in summary["segments"])


def _positive(summary: Summary) -> bool:
    """Say whether some segment has pay a log scale can show."""
    pays = [s["typical"].get("pay") for s in summary["segments"]]
    return any(pay is not None and pay["p25"] > 0 for pay in pays)


def _role_pays(summary: Summary) -> bool:
    return any(row["p25"] > 0 for row in summary["description"]["pay_by_role"])


def _experience_pays(summary: Summary) -> bool:
    rows = summary["description"]["pay_by_experience"]
    return any(row["median_pay"] > 0 for row in rows)


def _correlated(summary: Summary) -> bool:
    return len(summary["description"]["correlations"]["columns"]) > 1


def _pay_and_experience(summary: Summary) -> str:
    found = summary["description"]["correlations"]
    columns = found["columns"]
    if not {"pay", "years_of_experience"} <= set(columns):
        return "How numbers go together, each pair once"
    a, b = columns.index("pay"), columns.index("years_of_experience")
    return wording.correlation("pay", "experience", found["spearman"][a][b])


def _strongest(summary: Summary) -> str:
    found = summary["description"]["correlations"]
    return wording.strongest_pair(found["columns"], found["spearman"])


def _role_pay_title(summary: Summary) -> str:
    rows = summary["description"]["pay_by_role"]
    money = Money.of(summary)
    low, high = (f(rows, key=lambda row: row["p50"]) for f in (min, max))
    if low["p50"] == high["p50"]:
        return f"Median pay is {money.text(high['p50'])} in every role shown"
    return (
        f"Median pay by role runs from {money.text(low['p50'])} ({low['role']}) to "
        f"{money.text(high['p50'])} ({high['role']})"
    )


def _ward_title(summary: Summary) -> str:
    found = summary["hierarchy"]
    return (
        "Ward's hierarchy and the segments "
        f"{wording.agreement(found['ari_with_kmeans'])}: adjusted Rand index "
        f"{as_number(found['ari_with_kmeans'])} on "
        f"{as_count(found['n_rows'])} {summary['unit']}s, "
        f"{as_number(found['ari_all'])} on all"
    )


def _cross_title(summary: Summary) -> str:
    found = summary["heuristic"]
    return (
        f"Rule-based and learned segments {wording.agreement(found['ari'])}: adjusted "
        f"Rand index {as_number(found['ari'])}, NMI {as_number(found['nmi'])}"
    )


def _k_title(summary: Summary) -> str:
    found = summary["selection"]
    return wording.selection_title(found["table"], found["k"])


def _histogram_plans(summary: Summary) -> dict[str, _Plan]:
    found = {d["feature"]: d for d in summary["description"]["distributions"]}
    return {
        f"histogram-{re.sub('[^a-z0-9]+', '-', name.lower())}": _Plan(
            lambda s, d=d: len(d["counts"]) > 0,  # noqa: ARG005 - binds the loop's own value
            lambda s, name=name: exploration.histogram(s, name),
            lambda s, d=d: wording.spread(d, Money.of(s)),
            lambda s, d=d: tables.bins(s, d),
        )
        for name, d in found.items()
    }


_PLANS: dict[str, _Plan] = {
    "map": _Plan(
        lambda s: len(s["map"]["x"]) > 0,
        charts.segment_map,
        wording.map_title,
        tables.middles,
        wording.map_note,
        shrink=MAP_SHRINK,
    ),
    "pay": _Plan(
        _positive,
        charts.pay_quartiles,
        lambda s: wording.range_title(s["segments"], "pay", Money.of(s)),
        lambda s: tables.quartiles(s, "pay"),
        lambda s: (
            f"Bar: the middle half of the {s['unit']}s; mark: their median; "
            "dashed line: the median of all."
        ),
    ),
    "experience": _Plan(
        lambda s: _available(s, "years_of_experience"),
        charts.experience_quartiles,
        lambda s: wording.range_title(
            s["segments"], "years_of_experience", Money.of(s)
        ),
        lambda s: tables.quartiles(s, "years_of_experience"),
        lambda s: (
            f"Bar: the middle half of the {s['unit']}s; mark: their median; "
            "dashed line: the median of all."
        ),
    ),
    "roles": _Plan(
        lambda s: len(charts.shown_roles(s)) > 0,
        charts.role_index,
        lambda s: wording.index_title(s["segments"], wording.least_of(s)),
        tables.role_indices,
        lambda s: (
            "Share in the segment by share among all, times 100. Roles with fewer "
            f"than {wording.least_of(s)} {s['unit']}s in a segment, and what would "
            "give these away, are left blank there."
        ),
    ),
    "k": _Plan(
        lambda s: len(s["selection"]["table"]) > 0,
        diagnostics.k_selection,
        _k_title,
        tables.candidates,
        wording.k_note,
    ),
    "ward": _Plan(
        lambda s: len(s["hierarchy"]["branches"]["x"]) > 0,
        diagnostics.dendrogram,
        _ward_title,
        tables.leaves,
        lambda s: (
            f"The upper part of the hierarchy of all {s['unit']}s, over "
            f"{as_count(s['hierarchy']['n_micro'])} micro-clusters. A leaf bears the "
            "number of the segment most of it is in."
        ),
    ),
    "rules": _Plan(
        lambda s: bool(s["heuristic"]),
        diagnostics.cross_table,
        _cross_title,
        tables.crossed,
        lambda s: (
            f"{s['unit'].capitalize()}s of each rule-based segment "
            "(experience band / pay band) in each learned one; the bluer, the larger "
            "its share of what is told of the row. Grey: fewer than "
            f"{wording.least_of(s)}, or hidden so that no total tells of so few."
        ),
    ),
    "tiers": _Plan(
        _experience_pays,
        exploration.pay_by_experience,
        _pay_and_experience,
        tables.pay_by_experience,
    ),
    "role-pay": _Plan(
        _role_pays,
        exploration.pay_by_role,
        _role_pay_title,
        tables.pay_by_role,
        lambda _: "Bar: the middle half; mark and number: the median.",
    ),
    "missing": _Plan(
        lambda s: any(row["count"] for row in s["description"]["missing"]),
        exploration.missing,
        lambda s: wording.missing_title(s["description"]["missing"]),
        tables.missing,
    ),
    "correlations": _Plan(
        _correlated,
        exploration.correlations,
        _strongest,
        tables.correlations,
        lambda _: (
            "1: they rise together; 0: unrelated; -1: one falls as the other rises. "
            "By rank, so that pay and its logarithm are the same."
        ),
    ),
}


def _spread_plan(feature: str) -> _Plan:
    return _Plan(
        lambda s: any(
            (part.get("distributions") or {}).get(feature) for part in s["segments"]
        ),
        lambda s: meaning_charts.distributions(s, feature),
        lambda s: meaning_tables.spread_title(s, feature),
        lambda s: meaning_tables.bins(s, feature),
        lambda _: (
            "Bars: the segment; marks: all others. Bins with few learners have no bar, "
            "and learners counted in tens."
        ),
    )


def _indexed(summary: Summary, kind: str) -> bool:
    rows = [row for part in summary["segments"] for row in part.get("index") or ()]
    return any(row["kind"] == kind for row in rows)


_MEANING_PLANS: dict[str, _Plan] = {
    "index": _Plan(
        lambda s: _indexed(s, "value"),
        meaning_charts.index_values,
        meaning_tables.values_title,
        lambda s: meaning_tables.indices(s, "value"),
        lambda _: (
            "Dot: share in the segment by share among all, times 100; line: the range "
            "that holds the true value 95 times in 100. The "
            f"{meaning_charts.MOST_VALUES} most distinctive of each segment; below 25 "
            "and above 400 at the edge."
        ),
    ),
    "places": _Plan(
        lambda s: _indexed(s, "number"),
        meaning_charts.number_places,
        meaning_tables.places_title,
        lambda s: meaning_tables.indices(s, "number"),
        lambda _: (
            "Dot: where the learners of the segment stand on average when all learners "
            "are lined up by the number, 0 the lowest and 100 the highest; line: the "
            "range that holds the true value 95 times in 100."
        ),
    ),
    "pay-spread": _spread_plan("pay"),
    "experience-spread": _spread_plan("years_of_experience"),
    "benchmarks": _Plan(
        lambda s: bool((s.get("benchmarks") or {}).get("cells")),
        meaning_charts.pay_cells,
        meaning_tables.pay_title,
        meaning_tables.cells,
        lambda s: (
            f"Median pay ({s['pay_unit']}). Grey: not shown. *: thin, leans on wider "
            f"groups. {s['benchmarks']['rule']}"
        ),
    ),
}


def _tried_otherwise(summary: Summary) -> bool:
    found = summary["evidence"]["sensitivity"]
    return bool(found and found["variants"])


def _tree_note(summary: Summary) -> str:
    return (
        f"One row a k; a dot is a group, as large as its {summary['unit']}s, in the "
        "colour of the chosen segment most of it shares. Numbers: the chosen segments. "
        "A line is as wide as what passes on and as dark as its share of the group "
        f"below; under {as_share(evidence_charts.LEAST_FLOW)} of both it is not drawn."
    )


_EVIDENCE_PLANS: dict[str, _Plan] = {
    "nulls": _Plan(
        lambda s: bool(s["evidence"]["nulls"]["statistics"]),
        evidence_charts.nulls,
        trust.nulls_title,
        evidence_tables.nulls,
        trust.nulls_note,
    ),
    "silhouettes": _Plan(
        lambda s: bool(s["evidence"]["silhouette"]["per_segment"]),
        evidence_charts.silhouettes,
        trust.silhouette_title,
        evidence_tables.silhouettes,
        trust.silhouette_note,
    ),
    "jaccards": _Plan(
        lambda s: bool(s["evidence"]["bootstrap"]),
        evidence_charts.jaccards,
        trust.jaccard_title,
        evidence_tables.jaccards,
        trust.jaccard_note,
    ),
    "tree": _Plan(
        lambda s: bool(s["evidence"]["flows"]),
        evidence_charts.tree,
        trust.tree_title,
        evidence_tables.flows,
        _tree_note,
        shrink=TREE_SHRINK,
    ),
    "strength": _Plan(
        lambda s: bool(s["evidence"]["halves"]["table"]),
        diagnostics.strength,
        trust.strength_title,
        evidence_tables.strengths,
        trust.strength_note,
    ),
    "standing": _Plan(
        lambda s: bool(s["evidence"]["standing"]["per_segment"]),
        evidence_charts.standings,
        trust.standing_title,
        evidence_tables.standings,
        trust.standing_note,
    ),
    "cells": _Plan(
        lambda s: bool(s["evidence"]["finer"]["cells"]),
        evidence_charts.role_cells,
        trust.cells_title,
        evidence_tables.cells,
        trust.cells_note,
    ),
    "sensitivity": _Plan(
        _tried_otherwise,
        evidence_charts.sensitivity,
        trust.sensitivity_title,
        evidence_tables.sensitivity,
        lambda _: (
            "Adjusted Rand index: 1 is the same, 0 no better than chance. Dashed: "
            f"{PARTLY:.1f} agrees in part, {STRONG:.1f} strongly."
        ),
        shrink=DOT_SHRINK,
    ),
}
