"""Panels of segments beside each other, and dots with their intervals in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from learnstrata.report import theme
from learnstrata.report.figures.chart import Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered, rule_at
from learnstrata.report.figures.vega import field, mark, segment_label
from learnstrata.summary.contract import Segment

__all__ = ["ROW", "Dot", "interval_panel", "panels"]

ROW = 26  # pixels of a dot
SPAN = "#9aa5b1"
LETTER = 6.3  # pixels a letter of a title takes, on average


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval, as it is drawn and as a pointer reads it."""

    label: str
    at: float
    low: float
    high: float
    tip: str

    def as_row(self) -> Row:
        """Give it as data."""
        return {
            "label": self.label,
            "at": self.at,
            "from": self.low,
            "to": self.high,
            "tip": self.tip,
        }


def interval_panel(
    segment: Segment,
    dots: Sequence[Dot],
    *,
    x: Spec,
    y: Spec,
    base: float,
    size: tuple[int, int],
) -> Spec:
    """Draw the dots of a segment.

    Parameters
    ----------
    segment : Segment
        Gives the colour and the title.
    dots : sequence of Dot
    x, y : dict
        Scale and axis of the values, and of the labels.
    base : float
        What all are: the dashed line.
    size : (int, int)
        Width and height of the panel.
    """
    colour, place = theme.segment_colour(segment.id), field("label", "N", **y)
    line = mark("rule", strokeWidth=3, color=SPAN)
    span: Row = {"x": field("from", "Q", **x), "x2": {"field": "to"}}
    dot = mark("point", filled=True, size=85, opacity=1, color=colour, aria=True)
    return layered(
        [
            layer(None, line, y=place, **span),
            rule_at([{"base": base}], colour=theme.MUTED, dash=[4, 3], x="base"),
            layer(None, dot, y=place, x=field("at", "Q"), **TIP),
        ],
        rows=[dot.as_row() for dot in dots],
        width=size[0],
        height=size[1],
        title=segment_label(segment, int(size[0] / LETTER)),
    )


def panels(charts: Iterable[Spec], columns: int, spacing: int) -> Spec:
    """Set charts beside each other, so many in a row."""
    return {"concat": [*charts], "columns": columns, "spacing": spacing}
