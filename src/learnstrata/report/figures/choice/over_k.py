"""A measure over k as one panel, the chosen k marked."""

from dataclasses import dataclass

from learnstrata.report import theme
from learnstrata.report.figures.chart import Spec
from learnstrata.report.figures.choice.measures import Panel, value_of
from learnstrata.report.figures.layers import (
    TIP,
    Row,
    at_least,
    layer,
    layered,
    rule_at,
)
from learnstrata.report.figures.vega import PAPER, field, mark
from learnstrata.summary.contract.choice import Candidate
from learnstrata.summary.contract.evidence import Evidence
from learnstrata.summary.contract.results import DisclosedSummary

__all__ = ["WHOLE", "drawn_over_k", "limit_of", "points_of"]

CHOSEN, ADMITTED, REFUSED = "chosen", "admitted by the rule", "not admitted"
WHOLE = "no cut at all"
SHAPES = {
    CHOSEN: "diamond",
    ADMITTED: "circle",
    REFUSED: "cross",
    WHOLE: "square",
}
GREY = "#6b7683"
COLOURS = {CHOSEN: "#d55e00", ADMITTED: theme.ACCENT, REFUSED: GREY, WHOLE: GREY}
NULL, RULED = "#7d8895", "#b35806"
HEIGHT = 150
SPAN = 0.05  # of an axis, at least, as part of what is large: 1 or the value


@dataclass(frozen=True, slots=True)
class Drawn:
    """A value of a panel: with its error, and the structureless tables beside it."""

    k: int
    value: float
    state: str
    text: str
    error: float | None = None
    null: float | None = None
    beside: float | None = None

    def row(self) -> Row:
        """Give what is drawn, without what is not known."""
        found: Row = {
            "k": self.k,
            "value": self.value,
            "state": self.state,
            "tip": f"k = {self.k} ({self.state}): {self.text}",
            "null": self.null,
            "beside": self.beside,
        }
        if self.error:
            found |= {"low": self.value - self.error, "high": self.value + self.error}
        return {name: value for name, value in found.items() if value is not None}


def points_of(summary: DisclosedSummary, panel: Panel) -> list[Drawn]:
    """List what a panel draws: a value for each k where it was measured."""
    write = summary.settings.numbers
    uncut = _uncut(summary) if panel.measure == "gap" else []
    return uncut + [
        Drawn(
            row.k,
            value,
            _state(row, summary.selection.k),
            write.write(value, panel.kind),
            _error(summary.evidence, panel, row),
            _null(panel, row),
            value_of(row, panel.beside),
        )
        for row in summary.selection.table
        if (value := value_of(row, panel.measure)) is not None
    ]


def _uncut(summary: DisclosedSummary) -> list[Drawn]:
    """Give the gap of k = 1, which the rule of the gap statistic starts from."""
    write, evidence = summary.settings.numbers, summary.evidence
    return [
        Drawn(1, row.gap, WHOLE, write.statistic(row.gap), row.standard_error)
        for row in (evidence.gap.table if evidence else ())
        if row.k == 1 and row.gap is not None
    ]


def _state(row: Candidate, chosen: int) -> str:
    if row.k == chosen:
        return CHOSEN
    return REFUSED if row.objections else ADMITTED


def _error(evidence: Evidence | None, panel: Panel, row: Candidate) -> float | None:
    if panel.measure == "prediction_strength" and evidence:
        halves = (one for one in evidence.halves.table if one.k == row.k)
        return next((one.standard_error for one in halves), None)
    return value_of(row, panel.error)


def _null(panel: Panel, row: Candidate) -> float | None:
    """Give the mean of structureless tables at a k."""
    if panel.measure != "gap":
        return value_of(row, panel.null)
    if row.gap is None or row.gap_excess is None:
        return None
    return row.gap - row.gap_excess


def limit_of(summary: DisclosedSummary, panel: Panel) -> float | None:
    """Give the limit the rule of the run sets a measure, or the usual one."""
    selection = summary.settings.configured.selection
    of = selection.rule if hasattr(selection.rule, panel.setting) else selection
    limit = getattr(of, panel.setting) if panel.setting else panel.limit
    return None if limit == panel.without else limit


def drawn_over_k(
    summary: DisclosedSummary, panel: Panel, *, width: int, title: str = ""
) -> Spec:
    """Draw a measure over k: its line, points, errors, limits and null."""
    points = points_of(summary, panel)
    limit = limit_of(summary, panel)
    lines = [] if limit is None else [{"value": limit}]
    place: Row = {
        "x": _x(),
        "y": field(
            "value",
            "Q",
            axis={"title": None, "format": _axis(panel, points), "tickCount": 5},
            scale=_scale(panel, points),
        ),
    }
    layers = [
        *_band(summary, panel),
        *(
            rule_at([{**one}], colour=theme.MUTED, dash=[4, 3], y="value")
            for one in lines
        ),
        *_nulls(panel, points, place),
        layer(None, mark("line", color="#9aa5b1", strokeWidth=2), **place),
        *_errors(points, place),
        *(_rule_of_gap(summary) if panel.measure == "gap" else []),
        _points(place),
    ]
    rows = [point.row() for point in points]
    return layered(layers, rows=rows, width=width, height=HEIGHT, title=title)


def _scale(panel: Panel, points: list[Drawn]) -> Row:
    """Give a scale on which what is nearly the same looks so."""
    if panel.ends:
        return {"domain": [*panel.ends]}
    shares = panel.measure.endswith("_share")
    values = [point.value for point in points]
    span = SPAN * max(1.0, *map(abs, values))
    if shares or max(values) - min(values) >= span:
        return {"zero": shares, "nice": True}
    return {"zero": False, "nice": True, "domain": [*at_least(values, span)]}


def _x() -> Spec:
    axis: Row = {"title": "k", "tickMinStep": 1}
    return field(
        "k",
        "Q",
        axis={**axis, "grid": False, "format": "d"},
        scale={"zero": False, "nice": False, "padding": 12},
    )


def _axis(panel: Panel, points: list[Drawn]) -> str:
    tiny = max(point.value for point in points) < 0.05
    return ".1%" if tiny and panel.measure == "smallest_share" else panel.axis


def _points(place: Row) -> Spec:
    states = [*SHAPES]
    shapes: Row = {"domain": [*states], "range": [*SHAPES.values()]}
    colours: Row = {"domain": [*states], "range": [COLOURS[one] for one in states]}
    large: Row = {"test": f"datum.state == '{CHOSEN}'", "value": 190}
    return layer(
        None,
        mark("point", filled=True, opacity=1, strokeWidth=2, aria=True),
        **place,
        shape=field("state", "N", scale=shapes, legend=None),
        color=field("state", "N", scale=colours, legend=None),
        size={"condition": large, "value": 75},
        **TIP,
    )


def _errors(points: list[Drawn], place: Row) -> list[Spec]:
    if not any(point.error for point in points):
        return []
    drawn = layer(
        None,
        mark("rule", strokeWidth=2, color=GREY),
        x=place["x"],
        y=field("low", "Q"),
        y2={"field": "high"},
    )
    return [{**drawn, "transform": [{"filter": "isValid(datum.low)"}]}]


def _nulls(panel: Panel, points: list[Drawn], place: Row) -> list[Spec]:
    """Draw structureless tables: a dashed line, or beside the sample as large."""
    if all(point.null is None for point in points):
        return []
    null = field("null", "Q")
    if not panel.beside:
        dotted = mark("line", strokeDash=[2, 3], strokeWidth=2, color=NULL)
        layers = [layer(None, dotted, x=place["x"], y=null)]
    else:
        to, beside = {"field": "beside"}, field("beside", "Q")
        tick = mark(
            "tick", width=12, thickness=3, orient="horizontal", color=NULL, xOffset=9
        )
        ring = mark("point", filled=True, fill=PAPER, stroke=NULL, size=45, xOffset=9)
        line = mark("rule", strokeWidth=1.5, color=NULL, xOffset=9)
        layers = [
            layer(None, line, x=place["x"], y=null, y2={**to}),
            layer(None, tick, x=place["x"], y=null),
            layer(None, ring, x=place["x"], y=beside),
        ]
    there: Spec = {"transform": [{"filter": "isValid(datum.null)"}]}
    return [{**one, **there} for one in layers]


def _band(summary: DisclosedSummary, panel: Panel) -> list[Spec]:
    """Draw the middle nine tenths of the structureless tables at the chosen k."""
    found = summary.evidence.nulls.statistics if summary.evidence else ()
    rows: list[Row] = [
        {"k": one.k, "from": one.low, "to": one.high}
        for one in found
        if one.statistic == panel.measure and one.k
    ]
    if not rows:
        return []
    drawn = mark("rule", strokeWidth=16, color=NULL, opacity=0.35, strokeCap="butt")
    y, to = field("from", "Q"), {"field": "to"}
    return [layer(rows, drawn, x=field("k", "Q"), y=y, y2={**to})]


def _rule_of_gap(summary: DisclosedSummary) -> list[Spec]:
    """Mark the k that the one-standard-error rule of the gap statistic takes."""
    k = summary.evidence.gap.k if summary.evidence else None
    if k is None:
        return []
    rows: list[Row] = [{"k": k, "text": f"its rule: k = {k}"}]
    text = mark("text", align="left", dx=5, dy=-8, color=RULED, fontSize=11)
    x, said = field("k", "Q"), field("text", "N")
    return [
        rule_at(rows, colour=RULED, dash=[5, 3], x="k"),
        layer(rows, text, x=x, y={"value": HEIGHT}, text=said),
    ]
