"""How sure single learners are to be in their segment: core, borderline, atypical."""

from learnstrata.report import theme
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered
from learnstrata.report.figures.results import evidence_of, name_of_segment
from learnstrata.report.figures.vega import PAPER, field, mark, segment_colours
from learnstrata.segments.model.certainty import FENCE
from learnstrata.summary.contract.evidence import Certainty, SegmentCertainty
from learnstrata.summary.contract.results import DisclosedSummary, Results
from learnstrata.summary.wholes import shares_of
from learnstrata.wording.tables import Cell, Table, column, table_of

__all__ = ["CHART"]

WIDTH, STEP = 220, 38
STRENGTHS = {"core": 1.0, "borderline": 0.5, "atypical": 0.2}
Parts = tuple[int | None, int | None, int | None]


def parts_of(row: SegmentCertainty | Certainty) -> Parts:
    """Give core, borderline and atypical learners; None is under ten."""
    return row.core, row.borderline, row.atypical


def draw(summary: DisclosedSummary) -> Spec:
    """Draw core, borderline and atypical learners of each segment as one bar."""
    found = evidence_of(summary).certainty.per_segment
    write = summary.settings.numbers
    bars = [bar for row in found for bar in _bars(summary, row)]
    texts: list[Row] = [
        {
            "label": str(row.segment_id),
            "text": " / ".join(write.count(n) for n in parts_of(row)),
        }
        for row in found
    ]
    y = field("label", "N", sort=None, axis={"title": "Segment", "ticks": False})
    axis: Row = {
        "title": "Share of the segment",
        "format": ".0%",
        "values": [0, 0.5, 1],
    }
    drawn = layer(
        bars,
        mark("bar", height=22, stroke=PAPER, strokeWidth=1, aria=True),
        x=field("from", "Q", axis=axis, scale={"domain": [0, 1]}),
        x2=dict(_TO),
        y=y,
        color=segment_colours(summary.segments),
        opacity=field("strength", "Q", scale=None, legend=None),
        **TIP,
    )
    beside: Row = {"align": "left", "dx": 10}
    heading = mark("text", dy=-8, color=theme.MUTED, **beside)
    end, text = {"value": WIDTH}, field("text", "N")
    layers = [
        drawn,
        layer(texts, mark("text", **beside), x={**end}, y=y, text=text),
        layer([{"text": " / ".join(STRENGTHS)}], heading, x={**end}, y=_TOP, text=text),
    ]
    return layered(layers, width=WIDTH, height=STEP * len(texts))


_TO: Row = {"field": "to"}
_TOP: Row = {"value": 0}


def _bars(summary: DisclosedSummary, row: SegmentCertainty) -> list[Row]:
    """Give the parts of a bar; one of too few to tell is not drawn."""
    write, segment = summary.settings.numbers, summary.segment(row.segment_id)
    known = sum(n or 0 for n in parts_of(row))
    total = max(known, (segment.size if segment else None) or 1)
    bars: list[Row] = []
    start = 0
    for (name, strength), n in zip(STRENGTHS.items(), parts_of(row), strict=True):
        if n is None:
            continue
        told = f"{name_of_segment(summary, row.segment_id)}: {write.count(n)} {name}"
        bars.append(
            {
                "label": str(row.segment_id),
                "segment": row.segment_id,
                "from": start / total,
                "to": (start + n) / total,
                "strength": strength,
                "tip": told,
            }
        )
        start += n
    return bars


def title(summary: DisclosedSummary) -> str:
    """Say how many learners are core, borderline and atypical."""
    write, found = summary.settings.numbers, evidence_of(summary).certainty
    parts = parts_of(found)
    shares = shares_of(parts, summary.segmented, error=summary.rounding_error)
    core, border, far = (
        write.count(n) if share is None else write.share(share)
        for n, share in zip(parts, shares, strict=True)
    )
    return (
        f"{core} of the {summary.settings.units} are core to their segment, {border} "
        f"stand on a border and {far} are atypical"
    )


def table(summary: Results) -> Table:
    """Count core, borderline and atypical learners of each segment and of all."""
    found, error = evidence_of(summary).certainty, summary.rounding_error
    rows: list[tuple[Cell, ...]] = []
    for row in found.per_segment:
        segment = summary.segment(row.segment_id)
        name = name_of_segment(summary, row.segment_id)
        size = segment.size if segment else None
        shares = shares_of(parts_of(row), size, error=error)
        rows.append((name, *parts_of(row), *shares, row.mean_confidence))
    shares = shares_of(parts_of(found), summary.segmented, error=error)
    rows.append(("All", *parts_of(found), *shares, ""))
    counts = [
        column(part.capitalize(), lambda row, i=i: row[i], "count")
        for i, part in enumerate(STRENGTHS, start=1)
    ]
    shares = [
        column(f"{part.capitalize()}, share", lambda row, i=i: row[i], "share")
        for i, part in enumerate(STRENGTHS, start=4)
    ]
    return table_of(
        "How sure the segment is",
        rows,
        [
            column("Segment", lambda row: row[0]),
            *counts,
            *shares,
            column("Mean confidence", lambda row: row[7], "statistic"),
        ],
        sheet="Certainty",
    )


def note(summary: DisclosedSummary) -> str:
    """State the rules by which a learner is core, borderline or atypical."""
    found = evidence_of(summary).certainty
    sure = (
        f" or fewer than {100 * found.min_confidence:.6g}% of "
        f"{found.confidence_refits} cuts of halves put it in the same segment"
        if found.confidence_refits
        else ""
    )
    return (
        "From full to pale colour: core, borderline, atypical. "
        "Atypical: farther from the centre of its segment than the upper fence of a "
        f"box plot (upper quartile + {FENCE:g} quartile distances). Borderline: of the "
        "others, those whose nearest centre is more than "
        f"{100 - 100 * found.min_margin:.6g}% as far as the second-nearest{sure}. "
        "Core: all the rest."
    )


CHART = Chart(
    key="certainty",
    has=lambda summary: (
        summary.evidence is not None and bool(summary.evidence.certainty.per_segment)
    ),
    spec=draw,
    title=title,
    table=table,
    note=note,
    is_numbered=True,
)
