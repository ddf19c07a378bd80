"""The charts of who the segments are, in the order of the page."""

from learnstrata.report.figures.chart import Chart
from learnstrata.report.figures.profiles import (
    bands,
    distinctive_values,
    number_places,
    outcomes,
    quartiles,
    role_index,
    segment_map,
    spreads,
)

__all__ = ["CHARTS"]

CHARTS: tuple[Chart, ...] = (
    segment_map.CHART,
    *quartiles.CHARTS,
    quartiles.OWN,
    distinctive_values.CHART,
    number_places.CHART,
    *spreads.CHARTS,
    role_index.CHART,
    bands.CHART,
    outcomes.CHART,
)
