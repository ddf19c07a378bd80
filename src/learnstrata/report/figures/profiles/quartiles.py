"""The middle half of pay and of experience in each segment."""

from collections.abc import Sequence
from dataclasses import dataclass

from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import is_extra
from learnstrata.report import theme
from learnstrata.report.figures.bins import (
    capital,
    feature_title,
    label_of,
    number_text,
    own_numbers,
    unit_of,
)
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import (
    TIP,
    Row,
    at_least,
    layer,
    layered,
    rule_at,
)
from learnstrata.report.figures.profiles.panels import panels
from learnstrata.report.figures.vega import (
    PAPER,
    field,
    log_axis,
    mark,
    segment_colours,
    segment_label,
)
from learnstrata.summary.contract.meaning import Segment, TypicalNumber
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import NumberKind, Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHARTS", "OWN"]

MOST_OWN = 8  # numbers of the user's that are drawn

ROW = 52  # pixels of a segment: its name above its bar
BELOW = 9  # pixels that the bar stands under the middle of these
SPAN = 0.1  # of the axis of an own number, at least, as part of its largest value
PLACE = field("label", "N", sort=None, axis=None, scale={"padding": 0})


@dataclass(frozen=True, slots=True)
class _Bar:
    """A segment whose quartiles are told."""

    segment: Segment
    low: float
    middle: float
    high: float
    base: float | None


def _bars(summary: Summary, feature: str) -> list[_Bar]:
    """List the segments whose quartiles are told; on a log scale above 0."""
    found = []
    for segment in summary.segments:
        one = segment.number(feature)
        if one is None or one.p25 is None or one.p50 is None or one.p75 is None:
            continue
        if one.p25 > 0 or not feature_of(feature).is_money:
            found.append(_Bar(segment, one.p25, one.p50, one.p75, one.base))
    return found


def _draw(summary: DisclosedSummary, feature: str) -> Spec:
    write, bars = summary.settings.numbers, _bars(summary, feature)
    scaled = write.per if feature_of(feature).is_money else 1.0
    bases = [bar.base / scaled for bar in bars if bar.base is not None]
    base = bases[0] if bases else None
    x = _x(bars, feature, base, write)
    return layered(
        [
            *_base(base),
            *_texts(halo=True),
            *_marks(x, [bar.segment for bar in bars]),
            *_texts(halo=False),
        ],
        rows=[_row(bar, feature, scaled, write) for bar in bars],
        width=376,
        height=ROW * len(bars),
    )


def _base(base: float | None) -> list[Spec]:
    """Draw the median of all, where it is told."""
    if base is None:
        return []
    return [rule_at([{"base": base}], colour=theme.MUTED, dash=[4, 3], x="base")]


def _x(bars: Sequence[_Bar], feature: str, base: float | None, write: Numbers) -> Spec:
    title = feature_title(feature, write)
    if is_extra(feature):
        ends = [end for bar in bars for end in (bar.low, bar.high)]
        span = SPAN * max(map(abs, ends))
        own: Spec = {"zero": False, "nice": True, "domain": [*at_least(ends, span)]}
        return {"scale": own, "axis": {"title": title, "tickCount": 6}}
    if not feature_of(feature).is_money:
        scale: Spec = {"zero": True, "nice": True}
        return {"scale": scale, "axis": {"title": title, "tickMinStep": 1}}
    low = min(bar.low for bar in bars) / write.per
    high = max(bar.high for bar in bars) / write.per
    return log_axis(low, max(high, base or high), f"{title[:-1]}, log scale)")


def _marks(x: Spec, segments: Sequence[Segment]) -> list[Spec]:
    bar = mark("bar", height=16, cornerRadius=3, yOffset=BELOW, aria=True)
    tick = mark(
        "tick", thickness=3, height=24, color=theme.INK, opacity=1, yOffset=BELOW
    )
    span: Row = {"x": field("p25", "Q", **x), "x2": {"field": "p75"}}
    colour = segment_colours(segments)
    return [
        layer(None, bar, y=PLACE, **span, color=colour, **TIP),
        layer(None, tick, y=PLACE, x=field("p50", "Q")),
    ]


def _texts(*, halo: bool) -> list[Spec]:
    """Write median and name; a halo keeps them clear of the dashed line."""
    clear: Spec = {"stroke": PAPER, "strokeWidth": 4} if halo else {}
    number = mark("text", align="left", dx=7, fontWeight="bold", yOffset=BELOW, **clear)
    name = mark("text", align="left", dy=-13, **clear)
    return [
        layer(None, number, y=PLACE, x=field("p75", "Q"), text=field("text", "N")),
        layer(None, name, y=PLACE, x={"value": 2}, text=field("label", "N")),
    ]


def _row(bar: _Bar, feature: str, scaled: float, write: Numbers) -> Row:
    low, middle, high = (
        number_text(value, feature, write) for value in (bar.low, bar.middle, bar.high)
    )
    return {
        "label": segment_label(bar.segment),
        "segment": bar.segment.id,
        "p25": bar.low / scaled,
        "p50": bar.middle / scaled,
        "p75": bar.high / scaled,
        "text": middle,
        "tip": f"{bar.segment.name}: median {middle}, half from {low} to {high} "
        f"{unit_of(feature, write)}",
    }


def _title(summary: DisclosedSummary, feature: str) -> str:
    """Say between which segments the median runs."""
    write, bars = summary.settings.numbers, _bars(summary, feature)
    low = min(bars, key=lambda bar: bar.middle)
    high = max(bars, key=lambda bar: bar.middle)
    bottom, top = (_with_unit(bar.middle, feature, write) for bar in (low, high))
    median = f"Median {label_of(feature)}"
    if len(bars) == 1:
        return f"{median} is {top} ({high.segment.name})"
    if low.middle == high.middle:
        return f"{median} is {top} in every segment"
    return (
        f"{median} runs from {bottom} ({low.segment.name}) to {top} "
        f"({high.segment.name}){_by_cut(summary, feature)}"
    )


def _by_cut(summary: DisclosedSummary, feature: str) -> str:
    return "; the segments were cut on it" if summary.is_cut_on(feature) else ""


def _with_unit(value: float, feature: str, write: Numbers) -> str:
    unit = unit_of(feature, write)
    told = number_text(value, feature, write)
    return f"{told} {unit.removesuffix('s') if told == '1' else unit}".strip()


def _table(summary: Summary, feature: str) -> Table:
    kind: NumberKind = "pay" if feature_of(feature).is_money else "years"
    rows: list[tuple[str, TypicalNumber]] = [
        (segment.name, one)
        for segment in summary.segments
        if (one := segment.number(feature)) is not None
    ]
    title = f"{capital(label_of(feature))} by segment"
    return table_of(
        title,
        rows,
        [
            column("Segment", lambda row: row[0]),
            column("Known for", lambda row: row[1].n, "count"),
            column("Lower quartile", lambda row: row[1].p25, kind),
            column("Median", lambda row: row[1].p50, kind),
            column("Upper quartile", lambda row: row[1].p75, kind),
            column("Median of all", lambda row: row[1].base, kind),
        ],
        sheet=title,
    )


def _note(summary: DisclosedSummary) -> str:
    return (
        f"Bar: the middle half of the {summary.settings.units}; mark: their median; "
        "dashed line: the median of all."
    )


def _chart(key: str, feature: str) -> Chart:
    return Chart(
        key=key,
        has=lambda summary: bool(_bars(summary, feature)),
        spec=lambda summary: _draw(summary, feature),
        title=lambda summary: _title(summary, feature),
        table=lambda summary: _table(summary, feature),
        note=_note,
    )


def _draw_own(summary: DisclosedSummary) -> Spec:
    """Draw the user's numbers beside each other, the most telling first."""
    return panels(
        [
            {**_draw(summary, feature), "title": capital(label_of(feature))}
            for feature in _own(summary)[:MOST_OWN]
        ],
        2,
        30,
    )


def _own(summary: Summary) -> list[str]:
    return [name for name in own_numbers(summary) if _bars(summary, name)]


def _table_own(summary: Summary) -> Table:
    """Give the quartiles of every number of the user's, those not drawn as well."""
    return table_of(
        "Own numbers by segment",
        [
            (segment.name, one)
            for name in own_numbers(summary)
            for segment in summary.segments
            if (one := segment.number(name)) is not None
        ],
        [
            column("Number", lambda row: label_of(row[1].feature)),
            column("Segment", lambda row: row[0]),
            column("Known for", lambda row: row[1].n, "count"),
            column("Lower quartile", lambda row: row[1].p25, "plain"),
            column("Median", lambda row: row[1].p50, "plain"),
            column("Upper quartile", lambda row: row[1].p75, "plain"),
            column("Median of all", lambda row: row[1].base, "plain"),
        ],
        sheet="Own numbers by segment",
    )


OWN = Chart(
    key="own-numbers",
    has=lambda summary: bool(_own(summary)),
    spec=_draw_own,
    title=lambda summary: _title(summary, _own(summary)[0]),
    table=_table_own,
    note=_note,
    section="segments",
)
CHARTS = (_chart("pay", "pay"), _chart("experience", "years_of_experience"))
