"""Figures of the report: a chart as SVG with its finding, its words and its table."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from learnstrata.report import theme
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.profiles import segment_map
from learnstrata.report.svg import lighten, smallest_text
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.tables import Table

__all__ = ["Figure", "draw", "figures_of", "map_svg"]

LEAST_TEXT = 9.0  # pixels of a text that can still be read
UNSIZED = "0 0 640 480"  # of a chart whose drawing does not tell


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
    """

    key: str
    title: str
    svg: Markup
    table: Table
    note: str = ""


def figures_of(summary: DisclosedSummary) -> dict[str, Figure]:
    """Draw every chart the summary has the numbers for, by key, in page order."""
    return {
        chart.key: _figure(summary, chart) for chart in CHARTS if chart.has(summary)
    }


def _figure(summary: DisclosedSummary, chart: Chart) -> Figure:
    title = chart.title(summary)
    return Figure(
        chart.key,
        title,
        draw(chart.spec(summary), chart.key, title),
        chart.table(summary),
        chart.note(summary),
    )


def map_svg(summary: DisclosedSummary, *, points: int) -> Markup:
    """Draw the map alone, with no more points than these."""
    chart = segment_map.CHART
    return draw(segment_map.draw_map(summary, points), "ls-map", chart.title(summary))


def draw(spec: Spec, key: str, label: str) -> Markup:
    """Render a chart as an SVG that stands in a page on its own.

    Parameters
    ----------
    spec : dict
        Vega-Lite.
    key : str
        Put before every id.
    label : str
        Text alternative.

    Returns
    -------
    Markup
        No script, no link; marks with a description have it as ``<title>``. It shrinks
        with the page as far as its smallest text can be read; then its box scrolls.
    """
    import vl_convert

    whole = {**spec, "config": theme.CONFIG}
    raw = vl_convert.vegalite_to_svg(whole, allowed_base_urls=[])
    return Markup(_embedded(raw, key, label))  # noqa: S704 - vega escapes the texts


def _embedded(raw: str, key: str, label: str) -> str:
    root = lighten(raw, key)
    most = float(root.get("viewBox", UNSIZED).split()[2])
    least = most * min(LEAST_TEXT / smallest_text(root), 1.0)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.attrib |= {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-label": label,
        "style": f"width:100%;min-width:{least:.0f}px;max-width:{most:.0f}px;"
        "height:auto",
    }
    return ET.tostring(root, encoding="unicode")
