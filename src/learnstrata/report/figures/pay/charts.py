"""The charts of pay, in the order of the page."""

from learnstrata.report.figures.chart import Chart
from learnstrata.report.figures.pay.benchmarks import CHART as BENCHMARKS

__all__ = ["CHARTS"]

CHARTS: tuple[Chart, ...] = (BENCHMARKS,)
