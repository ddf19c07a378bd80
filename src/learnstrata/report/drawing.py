"""Figures of the report: a chart as SVG with its finding, its words and its table."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.profiles import segment_map
from learnstrata.report.plot.views import draw_spec
from learnstrata.report.svg import lighten, smallest_text
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.tables import Table

__all__ = ["Figure", "draw", "figures_of", "map_svg"]

LEAST_TEXT = 9.0  # pixels of a text that can still be read


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and everything that makes it readable without seeing it.

    Attributes
    ----------
    key : str
        Unique in the page.
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
        draw(chart.spec(summary), title),
        chart.table(summary),
        chart.note(summary),
    )


def map_svg(summary: DisclosedSummary, *, points: int) -> Markup:
    """Draw the map alone, with no more points than these."""
    chart = segment_map.CHART
    return draw(segment_map.draw_map(summary, points), chart.title(summary))


def draw(spec: Spec, label: str) -> Markup:
    """Render a chart as an SVG that stands in a page on its own.

    Parameters
    ----------
    spec : dict
        Vega-Lite.
    label : str
        Text alternative.

    Returns
    -------
    Markup
        No script, no link; marks with a description have it as ``<title>``. It shrinks
        with the page as far as its smallest text can be read; then its box scrolls.
    """
    return Markup(_embedded(draw_spec(spec), label))  # noqa: S704 - ElementTree escapes


def _embedded(drawn: ET.Element, label: str) -> str:
    root = lighten(drawn)
    most = float(root.attrib["viewBox"].split()[2])
    least = most * min(LEAST_TEXT / smallest_text(root), 1.0)
    root.attrib |= {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-label": label,
        "style": f"width:100%;min-width:{least:.0f}px;max-width:{most:.0f}px;"
        "height:auto",
    }
    return ET.tostring(root, encoding="unicode")
