"""The charts of stability, in the order of the page."""

from learnstrata.report.figures.chart import Chart
from learnstrata.report.figures.stability import (
    cells,
    certainty,
    jaccards,
    sensitivity,
    silhouettes,
    tree,
)

__all__ = ["CHARTS"]

CHARTS: tuple[Chart, ...] = (
    silhouettes.CHART,
    jaccards.CHART,
    tree.CHART,
    certainty.CHART,
    cells.CHART,
    sensitivity.CHART,
)
