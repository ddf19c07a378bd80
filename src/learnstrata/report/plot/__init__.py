"""Specifications of charts drawn as SVG: the part of Vega-Lite that the report uses."""
