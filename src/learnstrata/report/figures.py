"""Figures of the report: a chart as SVG with its finding, its words and its table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
from markupsafe import Markup

from learnstrata.report import charts, diagnostics, exploration, wording
from learnstrata.report.formats import Money, TextTable, text_table

__all__ = ["Figure", "draw", "figures_of", "map_svg"]

Summary = Mapping[str, Any]


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
    table : TextTable
        Its data.
    note : str
        How to read it; may be empty.
    wide : bool
        Too wide to be shrunk to a telephone: it scrolls in its own box.
    """

    key: str
    title: str
    svg: Markup
    table: TextTable
    note: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a figure is made, and what a summary needs for it."""

    has: Callable[[Summary], bool]
    chart: Callable[[Summary], Any]
    title: Callable[[Summary], str]
    table: Callable[[Summary], TextTable]
    note: Callable[[Summary], str] = lambda _: ""
    wide: bool = False


def figures_of(summary: Summary) -> dict[str, Figure]:
    """Draw every figure the summary has the numbers for."""
    plans = _PLANS | _histogram_plans(summary)
    return {
        key: Figure(
            key,
            plan.title(summary),
            draw(plan.chart(summary), key, plan.title(summary)),
            plan.table(summary),
            plan.note(summary),
            plan.wide,
        )
        for key, plan in plans.items()
        if plan.has(summary)
    }


def map_svg(summary: Summary, *, points: int) -> Markup:
    """Draw the map alone, with fewer points."""
    title = wording.explained(summary["map"]["explained"])
    return draw(charts.segment_map(summary, points), "ls-map", title)


def draw(chart: alt.TopLevelMixin, key: str, label: str) -> Markup:
    """Render a chart as an SVG that stands in a page on its own.

    Parameters
    ----------
    chart : altair chart
    key : str
        Put before every id.
    label : str
        Text alternative.

    Returns
    -------
    Markup
        No script, no link; marks with a description have it as ``<title>``.
    """
    import vl_convert

    from learnstrata.report.theme import CONFIG

    spec = chart.to_dict(validate=False)
    spec["config"] = CONFIG
    raw = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return Markup(_embedded(raw, key, label))  # noqa: S704 - vega escapes the texts


def _embedded(raw: str, key: str, label: str) -> str:
    svg = re.sub(
        r'<path aria-label="([^"]*)"([^>]*)/>', r"<path\2><title>\1</title></path>", raw
    )
    svg = re.sub(r' (?:role|aria-[a-z]+|class|pointer-events)="[^"]*"', "", svg)
    svg = re.sub(r' (?:xmlns:xlink|version)="[^"]*"', "", svg)
    svg = re.sub(r'<path d="M0,0h0v0h0Z"/>|<path d="" display="none"/>', "", svg)
    svg = re.sub(r"(\d\.\d)\d+", r"\1", svg) if "<text" in svg else svg
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", svg)
    width = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    most = width[1] if width else "640"
    head = (
        f'<svg role="img" aria-label="{Markup.escape(label)}" '
        f'style="max-width:{most}px" '
    )
    svg = re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*" ', rf"{head}\1", svg, 1)
    return svg
