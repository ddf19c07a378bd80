"""The charts of the choice of k, in the order of the page."""

from learnstrata.report.figures.chart import Chart
from learnstrata.report.figures.choice import candidates, nulls, strength, ward

__all__ = ["CHARTS"]

CHARTS: tuple[Chart, ...] = (nulls.CHART, candidates.CHART, strength.CHART, ward.CHART)
