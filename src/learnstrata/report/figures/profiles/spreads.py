"""How pay and experience spread in each segment, and among all."""

from collections.abc import Sequence

from learnstrata.report import theme
from learnstrata.report.figures.bins import (
    bin_start,
    bin_text,
    capital,
    feature_title,
    label_of,
    unit_of,
)
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered
from learnstrata.report.figures.profiles.panels import SPAN, panels
from learnstrata.report.figures.vega import field, mark, segment_title
from learnstrata.summary.contract.meaning import Segment, SegmentBin
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHARTS", "dots_of_few"]

# Where there are too few for a bar.
FEW = mark("point", filled=True, size=18, opacity=1, color=SPAN, yOffset=-4, aria=True)


def _bins(segment: Segment, feature: str) -> tuple[SegmentBin, ...]:
    """Give the bins; none where the segment is too small for a share to be told."""
    found = segment.distribution(feature)
    bins = found.bins if found else ()
    return bins if any(part.share is not None for part in bins) else ()


def _shares(summary: Summary, feature: str) -> list[float]:
    """List the shares that are told, of segments and of all."""
    return [
        share
        for segment in summary.segments
        for part in _bins(segment, feature)
        for share in (part.share, part.share_of_all)
        if share is not None
    ]


def _has(summary: Summary, feature: str) -> bool:
    return any(_bins(segment, feature) for segment in summary.segments)


def _draw(summary: DisclosedSummary, feature: str) -> Spec:
    write = summary.settings.numbers
    y = _y(max(_shares(summary, feature)), summary.settings.units)
    return panels(
        [
            _panel(segment, feature, y, write)
            for segment in summary.segments
            if _bins(segment, feature)
        ],
        2,
        26,
    )


def _y(most: float, units: str) -> Spec:
    """Scale the shares of all panels alike."""
    return field(
        "segment",
        "Q",
        scale={"domain": [0, most * 1.04], "nice": False},
        axis={"title": f"Share of {units}", "format": ".0%", "tickCount": 4},
    )


def _panel(segment: Segment, feature: str, y: Spec, write: Numbers) -> Spec:
    rows = [_row(part, feature, write) for part in _bins(segment, feature)]
    return layered(
        _marks(rows, segment, y, _x(rows, f"{feature_title(feature, write)}, from")),
        rows=rows,
        width=405,
        height=130,
        title=segment_title(segment, 62),
    )


def _x(rows: Sequence[Row], title: str) -> Spec:
    # A bin without a bar would be sorted to the end.
    order = [row["bin"] for row in rows]
    axis: Spec = {"title": title, "labelAngle": 0, "labelOverlap": True}
    return field(
        "bin",
        "N",
        sort=None,
        axis={**axis, "ticks": False, "labelFontSize": 11},
        scale={"domain": order, "paddingInner": 0.12},
    )


def _marks(rows: Sequence[Row], segment: Segment, y: Spec, x: Spec) -> list[Spec]:
    bar = mark("bar", color=theme.segment_colour(segment.id), aria=True)
    line = mark("tick", color=theme.INK, thickness=2.5, width=18, opacity=1)
    return [
        layer(None, bar, x=x, y=y, **TIP),
        *dots_of_few(rows, x),
        layer(None, line, x=x, y=field("all", "Q")),
    ]


def dots_of_few(rows: Sequence[Row], x: Spec) -> list[Spec]:
    """Draw a dot on the ground for each bin of too few, if there are any."""
    few = any(row["few"] is not None for row in rows)
    return [layer(None, FEW, x=x, y=field("few", "Q"), **TIP)] if few else []


def _row(part: SegmentBin, feature: str, write: Numbers) -> Row:
    """Give a bin; where there are too few, a dot on the ground instead of a bar."""
    few = write.count(None)
    own = few if part.share is None else f"{write.share(part.share)} of the segment"
    of_all = part.share_of_all
    others = few if of_all is None else write.share(of_all)
    place = f"{bin_text(part, feature, write)} {unit_of(feature, write)}"
    return {
        "bin": bin_start(part, feature, write),
        "segment": part.share,
        "all": of_all,
        "few": 0 if part.share is None else None,
        "tip": f"{place}: {own}, {others} of all",
    }


def _title(summary: DisclosedSummary, feature: str) -> str:
    """Say up to where three of four of the lowest segment are."""
    label = capital(label_of(feature))
    tops = [
        (one.p75, segment.name)
        for segment in summary.segments
        if (one := segment.number(feature)) is not None and one.p75 is not None
    ]
    if not tops:
        return f"{label} in each segment, and in all"
    write = summary.settings.numbers
    top, name = min(tops)
    told = write.pay_text(top) if feature == "pay" else f"{write.years(top)} years"
    return (
        f'{label} spreads within each segment: three of four in "{name}" are at '
        f"{told} or under"
    )


def _table(summary: Summary, feature: str) -> Table:
    write = summary.settings.numbers
    label = capital(label_of(feature))
    return table_of(
        f"{label}: shares of {summary.settings.units}",
        [
            (segment.name, part)
            for segment in summary.segments
            for part in _bins(segment, feature)
        ],
        [
            column("Segment", lambda row: row[0]),
            column(
                feature_title(feature, write),
                lambda row: bin_text(row[1], feature, write),
            ),
            column("In the segment", lambda row: row[1].segment, "count"),
            column("Share of the segment", lambda row: row[1].share, "share"),
            column("Of all", lambda row: row[1].of_all, "count"),
            column("Share of all", lambda row: row[1].share_of_all, "share"),
        ],
        sheet=f"{label} in bins",
    )


def _note(summary: DisclosedSummary) -> str:
    few = summary.settings.numbers.count(None)
    return (
        f"Bars: the segment; marks: all {summary.settings.units}. A grey dot: "
        f"{few} of the segment; no mark: {few} of all."
    )


def _chart(key: str, feature: str) -> Chart:
    return Chart(
        key=key,
        has=lambda summary: _has(summary, feature),
        spec=lambda summary: _draw(summary, feature),
        title=lambda summary: _title(summary, feature),
        table=lambda summary: _table(summary, feature),
        note=_note,
        section="segments",
    )


CHARTS = (
    _chart("pay-spread", "pay"),
    _chart("experience-spread", "years_of_experience"),
)
