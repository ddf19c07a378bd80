"""Outcomes by segment: rates and means with their intervals, beside that of all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import (
    TIP,
    Row,
    at_least,
    layer,
    layered,
    rule_at,
)
from learnstrata.report.figures.profiles.panels import SPAN, panels
from learnstrata.report.figures.vega import (
    PAPER,
    field,
    hollow,
    is_thin,
    mark,
    segment_colours,
    segment_title,
    thin_note,
)
from learnstrata.report.outcomes import answer_title, is_growth, mean_text, mean_title
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.outcomes import Outcome, OutcomeGroup
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.summary.outcomes import own_first
from learnstrata.wording.numbers import NumberKind, Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHART"]

ROW = 32  # pixels of a segment
WIDTH = 290
BESIDE = 2  # panels in a row
MOST = 12  # panels; the table has all
NAME = 40  # letters of a line of a segment's name
NEXT_LINE = " | "
SPAN_OF_MEAN = 0.05  # of an axis, at least: of growth, and as part of another mean
Told: TypeAlias = Literal["rate", "growth", "mean"]
COLUMNS: tuple[tuple[Told, str, NumberKind], ...] = (
    ("rate", "Share", "share"),
    ("growth", "Average growth a year", "share"),
    ("mean", "Mean", "plain"),
)


@dataclass(frozen=True, slots=True)
class _Value:
    """A rate or a mean of a group, as far as it is told."""

    at: float | None
    low: float | None
    high: float | None
    n: int | None
    count: int | None


@dataclass(frozen=True, slots=True)
class _Panel:
    """A rate or a mean in every segment: one panel."""

    outcome: Outcome
    title: str
    base: float | None
    of_segment: tuple[tuple[Segment, _Value], ...]

    @property
    def is_rate(self) -> bool:
        """Whether it is a share of answers."""
        return self.outcome.kind != "number"

    @property
    def of(self) -> Told:
        """What is told of it: the share of an answer, growth, or another mean."""
        if self.is_rate:
            return "rate"
        return "growth" if is_growth(self.outcome) else "mean"

    @property
    def told(self) -> list[tuple[Segment, _Value, float]]:
        """The segments whose value is told."""
        return [(s, v, v.at) for s, v in self.of_segment if v.at is not None]

    def text(self, value: float | None, write: Numbers) -> str:
        """Write a value."""
        if self.is_rate:
            return write.share(value)
        return mean_text(self.outcome, value, write)


def _panels(summary: Summary) -> list[_Panel]:
    """List what is told of each outcome: the user's own first."""
    every = own_first(summary)
    return [panel for one in every for panel in _of_outcome(one, summary)]


def _of_outcome(outcome: Outcome, summary: Summary) -> Iterator[_Panel]:
    if outcome.of_all is None:
        return
    groups = [
        (segment, group)
        for segment in summary.segments
        if (group := outcome.of_segment(segment.id)) is not None
    ]
    if outcome.kind == "number":
        means = tuple((segment, _mean(group)) for segment, group in groups)
        yield _Panel(outcome, mean_title(outcome), outcome.of_all.mean, means)
    for base in outcome.of_all.answers:
        rates = tuple((segment, _rate(group, base.place)) for segment, group in groups)
        yield _Panel(outcome, answer_title(outcome, base.answer), base.share, rates)


def _mean(group: OutcomeGroup) -> _Value:
    return _Value(group.mean, group.low, group.high, group.n, None)


def _rate(group: OutcomeGroup, place: int) -> _Value:
    one = group.answer(place)
    if one is None:
        return _Value(None, None, None, group.n, None)
    return _Value(one.share, one.low, one.high, group.n, one.count)


def _draw(summary: DisclosedSummary) -> Spec:
    drawn = [panel for panel in _panels(summary) if panel.told][:MOST]
    shown = [s for s in summary.segments if any(s in _segments(p) for p in drawn)]
    return panels(
        [
            _panel(panel, shown, summary, first=place % BESIDE == 0)
            for place, panel in enumerate(drawn)
        ],
        BESIDE,
        24,
    )


def _segments(panel: _Panel) -> list[Segment]:
    return [segment for segment, *_ in panel.told]


def _panel(
    panel: _Panel, shown: Sequence[Segment], summary: DisclosedSummary, *, first: bool
) -> Spec:
    rows = [_row(panel, *one, summary) for one in panel.told]
    plain: Spec = {"title": None, "ticks": False, "domain": False, "labels": first}
    plain |= {"labelExpr": f"split(datum.label, '{NEXT_LINE}')"}
    names: Row = {"domain": [_name(one) for one in shown]}
    place = field("label", "N", scale=names, axis=plain)
    span: Row = {"x": field("from", "Q", **_x(panel)), "x2": {"field": "to"}}
    dot = mark("point", size=85, opacity=1, strokeWidth=2, aria=True)
    look = hollow(segment_colours(summary.segments))
    halo: Spec = {"stroke": PAPER, "strokeWidth": 4}
    written = [mark("text", dy=-11, **shown) for shown in (halo, {"color": theme.INK})]
    at: Row = {"x": field("at", "Q"), "y": place}
    few = [_few(panel, segment, summary) for segment in shown]
    base = [] if panel.base is None else [_base(panel.base)]
    return layered(
        [
            layer(None, mark("rule", strokeWidth=3, color=SPAN), y=place, **span),
            *base,
            *(layer(None, one, **at, text=field("text", "N")) for one in written),
            layer(None, dot, **at, **look, **TIP),
            layer(
                [row for row in few if row],
                mark("text", align="left", dx=4, color=theme.MUTED),
                x={"value": 0},
                y=place,
                text=field("text", "N"),
            ),
        ],
        rows=rows,
        width=WIDTH,
        height=ROW * len(shown),
        title=panel.title,
    )


def _name(segment: Segment) -> str:
    """Give number and name of a segment; `NEXT_LINE` is where it is broken."""
    return NEXT_LINE.join(map(str, segment_title(segment, NAME)))


def _few(panel: _Panel, segment: Segment, summary: DisclosedSummary) -> Row:
    """Say of a segment in whose place there is no dot that few have it."""
    value = next((v for s, v in panel.of_segment if s == segment), None)
    if value is None or value.at is not None:
        return {}
    write = summary.settings.numbers
    who = value.count if panel.is_rate else value.n
    text = write.count(None) if who is None else "too few to tell"
    return {"label": _name(segment), "text": text}


def _base(base: float) -> Spec:
    return rule_at([{"base": base}], colour=theme.MUTED, dash=[4, 3], x="base")


def _x(panel: _Panel) -> Spec:
    """Give scale and axis: shares begin at 0, means where they are."""
    if panel.is_rate:
        axis: Spec = {"title": None, "format": ".0%", "tickCount": 5}
        return {"scale": {"zero": True, "nice": True}, "axis": axis}
    form: Spec = {"format": ".0%"} if panel.of == "growth" else {}
    ends = [end for _, one, at in panel.told for end in (one.low, at, one.high)]
    known = [end for end in ends if end is not None]
    whole = 1.0 if panel.of == "growth" else max(map(abs, known))
    reach = at_least(known, SPAN_OF_MEAN * whole)
    scale: Spec = {"zero": False, "nice": True, "padding": 12, "domain": [*reach]}
    return {"scale": scale, "axis": {"title": None, "tickCount": 5, **form}}


def _row(
    panel: _Panel,
    segment: Segment,
    value: _Value,
    at: float,
    summary: DisclosedSummary,
) -> Row:
    write, units = summary.settings.numbers, summary.settings.units
    text = panel.text(at, write)
    ends = (
        f", {panel.text(value.low, write)} to {panel.text(value.high, write)}"
        if value.low is not None
        else ""
    )
    return {
        "label": _name(segment),
        "segment": segment.id,
        "at": at,
        "from": at if value.low is None else value.low,
        "to": at if value.high is None else value.high,
        "text": text,
        "tip": f"{panel.title}, {segment.name}: {text}{ends} "
        f"({write.count(value.n)} {units} have it)",
        "thin": is_thin(value.n),
    }


def _title(summary: DisclosedSummary) -> str:
    """Say between which segments the outcome runs that segments tell most of."""
    write = summary.settings.numbers
    panel = max(
        (one for one in _panels(summary) if one.told),
        key=lambda one: _first(one.outcome),
    )
    told = sorted(panel.told, key=lambda one: one[2])
    low, high = ((s.name, panel.text(at, write)) for s, _, at in (told[0], told[-1]))
    of_all = f"; all: {panel.text(panel.base, write)}" if panel.base is not None else ""
    if low[1] == high[1]:
        return f"{panel.title}: {low[1]} in every segment that is told{of_all}"
    return f"{panel.title}: {low[1]} ({low[0]}) to {high[1]} ({high[0]}){of_all}"


def _first(outcome: Outcome) -> tuple[bool, float]:
    skill = outcome.skill("segments")
    told = skill.estimate if skill and skill.estimate is not None else -1.0
    return not outcome.is_ours, told


def _table(summary: Summary) -> Table:
    """Give rates, growth and means in columns of their own, as far as there are."""
    columns: dict[str, tuple[Told, int, NumberKind]] = {
        name: (of, i, kind)
        for of, heading, kind in COLUMNS
        for i, name in enumerate(
            (heading, f"{heading} from", f"{heading} to", f"{heading} of all")
        )
    }
    found = table_of(
        "Outcomes by segment (95 % interval)",
        [
            (panel, segment, value)
            for panel in _panels(summary)
            for segment, value in panel.of_segment
        ],
        [
            column("Outcome", lambda row: row[0].title),
            column("Segment", lambda row: row[1].name),
            column("Have it", lambda row: row[2].n, "count"),
            *(
                column(name, _number(i, of), kind)
                for name, (of, i, kind) in columns.items()
            ),
        ],
        sheet="Outcomes by segment",
    )
    return found.without_empty(*columns)


def _number(
    i: int, of: Told
) -> Callable[[tuple[_Panel, Segment, _Value]], float | None]:
    """Take a number of a row: value, ends or that of all; None of the other kind."""

    def taken(row: tuple[_Panel, Segment, _Value]) -> float | None:
        panel, _, value = row
        told = (value.at, value.low, value.high, panel.base)
        return told[i] if panel.of == of else None

    return taken


def _note(summary: DisclosedSummary) -> str:
    counts = [value.n for panel in _panels(summary) for _, value, _ in panel.told]
    return (
        "Dot: the share or the mean of those "
        f"{summary.settings.units} of the segment who have the outcome; line: the "
        f"range that holds the true value 95 times in 100; dashed: all."
        f"{thin_note(counts, summary.settings.units)}{_cut(summary)}"
    )


def _cut(summary: DisclosedSummary) -> str:
    """Say how values are cut, where means are told."""
    if all(panel.is_rate for panel in _panels(summary)):
        return ""
    return (
        " Of a mean, values beyond the 1st and the 99th hundredth of all are taken as "
        "these, and it is told in steps of the spread."
    )


CHART = Chart(
    key="outcomes",
    has=lambda summary: any(panel.told for panel in _panels(summary)),
    spec=_draw,
    title=_title,
    table=_table,
    note=_note,
)
