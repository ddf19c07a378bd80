"""Figures of the report: a chart as SVG with its finding, its words and its table."""

import re
from dataclasses import dataclass, field

from markupsafe import Markup

from learnstrata.report import theme
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.chart import SHRINK, Chart, Spec
from learnstrata.report.figures.profiles import segment_map
from learnstrata.report.interactive import specification
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.tables import Table

__all__ = ["Figure", "draw", "figures_of", "map_svg"]

TELEPHONE = 312  # pixels that a chart has on one; it gives way by a tenth to fit
UNSIZED = 640.0  # width of a chart whose drawing does not tell


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
    table : Table
        Its data.
    note : str
        How to read it; may be empty.
    spec : dict
        The same chart in Vega-Lite, without the theme.
    """

    key: str
    title: str
    svg: Markup
    table: Table
    note: str = ""
    spec: Spec = field(default_factory=dict, repr=False, compare=False)


def figures_of(summary: DisclosedSummary) -> dict[str, Figure]:
    """Draw every chart the summary has the numbers for, by key, in page order."""
    return {
        chart.key: _figure(summary, chart) for chart in CHARTS if chart.has(summary)
    }


def _figure(summary: DisclosedSummary, chart: Chart) -> Figure:
    spec, title = specification(chart.spec(summary)), chart.title(summary)
    return Figure(
        chart.key,
        title,
        draw(spec, chart.key, title, shrink=chart.shrink),
        chart.table(summary),
        chart.note(summary),
        spec,
    )


def map_svg(summary: DisclosedSummary, *, points: int) -> Markup:
    """Draw the map alone, with no more points than these."""
    chart = segment_map.CHART
    spec = specification(segment_map.draw_map(summary, points))
    return draw(spec, "ls-map", chart.title(summary), shrink=chart.shrink)


def draw(spec: Spec, key: str, label: str, *, shrink: float = SHRINK) -> Markup:
    """Render a chart as an SVG that stands in a page on its own.

    Parameters
    ----------
    spec : dict
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
    svg = re.sub(r"<[^>]*>", lambda tag: _tag(tag[0], key), _renumbered(raw))
    svg = re.sub(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>', "", svg)
    size = re.search(r'viewBox="0 0 ([\d.]+) ', svg)
    most = float(size[1]) if size else UNSIZED
    least = shrink * most
    if least <= 1.1 * TELEPHONE:
        least = min(least, TELEPHONE)
    head = (
        f'<svg role="img" aria-label="{Markup.escape(label)}" style="width:100%;'
        f'min-width:{least:.0f}px;max-width:{most:.0f}px;height:auto" '
    )
    return svg.replace("<svg ", head, 1)


def _renumbered(svg: str) -> str:
    """Count ids from 1: the renderer counts on from one drawing to the next.

    Examples
    --------
    >>> _renumbered('<clipPath id="clip7"/><g clip-path="url(#clip7)"/>')
    '<clipPath id="clip1"/><g clip-path="url(#clip1)"/>'
    """
    ids = dict.fromkeys(re.findall(r' id="([^"]+)"', svg))
    names = {old: f"{old.rstrip('0123456789')}{i}" for i, old in enumerate(ids, 1)}
    renamed = re.compile(r'( id="|url\(#)([^")]+)')
    return renamed.sub(lambda m: m[1] + names.get(m[2], m[2]), svg)


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
