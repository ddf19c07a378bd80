"""Panels of segments beside each other, and dots with their intervals in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from learnstrata.report import theme
from learnstrata.report.figures.bins import capital, cut_word
from learnstrata.report.figures.chart import Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered, rule_at
from learnstrata.report.figures.vega import field, hollow, is_thin, mark, segment_title
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.numbers import NumberKind
from learnstrata.wording.tables import Getter, column

__all__ = ["ROW", "Told", "columns_of", "interval_panel", "panels"]

ROW = 26  # pixels of a dot
SPAN = "#9aa5b1"
LETTER = 6.3  # pixels a letter of a title takes, on average


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a segment: a value, its interval, and of how many it is."""

    segment: Segment
    feature: str
    what: str
    at: float
    low: float
    high: float
    count: int | None
    effect: float | None

    def drawn(self, least: float, most: float, tip: str) -> Row:
        """Give it as data, its values drawn up to the edge and told in full."""
        at, low, high = (
            min(max(one, least), most) for one in (self.at, self.low, self.high)
        )
        row: Row = {"label": self.what, "at": at, "from": low, "to": high, "tip": tip}
        return {**row, "thin": True} if is_thin(self.count) else row


def columns_of(
    summary: Summary, what: str, at: str, kind: NumberKind
) -> tuple[Getter, ...]:
    """Give the columns of what is told of segments, under these headings."""
    return (
        column("Segment", lambda one: one.segment.name),
        column(what, lambda one: one.what),
        column("By construction", lambda one: cut_word(summary, one.feature)),
        column(capital(summary.settings.units), lambda one: one.count, "count"),
        column(at, lambda one: one.at, kind),
        column("From", lambda one: one.low, kind),
        column("To", lambda one: one.high, kind),
        column("Strength", lambda one: one.effect, "number"),
    )


def interval_panel(
    segment: Segment,
    rows: Sequence[Row],
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
    rows : sequence of dict
        From `Told.drawn`.
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
    dot = mark("point", size=75, opacity=1, strokeWidth=2, aria=True)
    look = hollow({"value": colour})
    return layered(
        [
            layer(None, line, y=place, **span),
            rule_at([{"base": base}], colour=theme.MUTED, dash=[4, 3], x="base"),
            layer(None, dot, y=place, x=field("at", "Q"), **look, **TIP),
        ],
        rows=rows,
        width=size[0],
        height=size[1],
        title=segment_title(segment, int(size[0] / LETTER)),
    )


def panels(charts: Iterable[Spec], columns: int, spacing: int) -> Spec:
    """Set charts beside each other, so many in a row."""
    return {"concat": [*charts], "columns": columns, "spacing": spacing}
