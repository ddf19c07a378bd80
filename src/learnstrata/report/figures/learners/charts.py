"""The charts of all learners before anything is clustered, in the order of the page."""

from learnstrata.report.figures.chart import Chart
from learnstrata.report.figures.learners import (
    correlations,
    histograms,
    missing,
    pay_by_experience,
    pay_by_role,
)

__all__ = ["CHARTS"]

CHARTS: tuple[Chart, ...] = (
    *histograms.CHARTS,
    pay_by_experience.CHART,
    pay_by_role.CHART,
    missing.CHART,
    correlations.CHART,
)
