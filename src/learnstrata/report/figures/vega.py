"""Pieces of Vega-Lite that several charts share: plain dictionaries."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue

from learnstrata.report import theme
from learnstrata.report.figures.chart import Spec
from learnstrata.summary.contract.meaning import Segment

__all__ = [
    "FAINT",
    "PAPER",
    "THIN",
    "field",
    "hollow",
    "is_thin",
    "log_axis",
    "mark",
    "segment_colours",
    "segment_label",
    "segment_title",
    "thin_note",
    "values",
]

PAPER = "white"  # what a chart stands on; with inks and grid it turns where it is dark
FAINT = "#e8ebef"  # as the grid: a cell of nothing
THIN = 50  # learners: fewer are drawn hollow


def values(rows: Iterable[Mapping[str, JsonValue]]) -> Spec:
    """Give data inside a specification.

    Examples
    --------
    >>> values([{"a": 1}])
    {'values': [{'a': 1}]}
    """
    return {"values": [dict(row) for row in rows]}


def field(name: str, kind: str, **more: JsonValue) -> Spec:
    """Encode a field; `kind` is Q (quantitative), N (nominal), O (ordinal).

    Examples
    --------
    >>> field("pay", "Q", title="Pay")
    {'field': 'pay', 'type': 'quantitative', 'title': 'Pay'}
    """
    types = {"Q": "quantitative", "N": "nominal", "O": "ordinal"}
    return {"field": name, "type": types[kind], **more}


def mark(kind: str, **more: JsonValue) -> Spec:
    """Give a mark that a screen reader passes over: the table says it.

    Examples
    --------
    >>> mark("bar", height=4)
    {'type': 'bar', 'aria': False, 'height': 4}
    """
    return {"type": kind, "aria": False, **more}


def segment_label(segment: Segment, width: int = 58) -> str:
    """Give number and name of a segment, short enough for one line of a chart."""
    name = textwrap.shorten(segment.name, width, placeholder=" ...")
    return f"{segment.id}  {name}"


def segment_title(segment: Segment, width: int) -> list[JsonValue]:
    """Give number and name of a segment, in as many lines as a panel needs."""
    return [*textwrap.wrap(f"{segment.id}  {segment.name}", width)]


def segment_colours(segments: Sequence[Segment], name: str = "segment") -> Spec:
    """Encode segment ids by the colour each has everywhere."""
    ids: list[JsonValue] = [one.id for one in segments]
    colours: list[JsonValue] = [theme.segment_colour(one.id) for one in segments]
    return field(name, "N", scale={"domain": ids, "range": colours}, legend=None)


def hollow(colour: Spec) -> dict[str, Spec]:
    """Encode a mark whose rows are ``thin`` as its outline alone.

    Examples
    --------
    >>> hollow({"value": "red"})["fill"]
    {'condition': {'test': 'datum.thin', 'value': 'white'}, 'value': 'red'}
    """
    empty: Spec = {"test": "datum.thin", "value": PAPER}
    return {"fill": {"condition": empty, **colour}, "stroke": colour}


def thin_note(counts: Iterable[int | None], units: str) -> str:
    """Say what a hollow mark is, where some of these marks are; None is of few.

    Examples
    --------
    >>> thin_note([120, 40], "learners"), thin_note([120], "learners")
    (' Hollow: under 50 learners.', '')
    """
    few = any(is_thin(count) for count in counts)
    return f" Hollow: under {THIN} {units}." if few else ""


def is_thin(count: int | None) -> bool:
    """Say whether a mark is of so few that it is drawn hollow.

    Examples
    --------
    >>> is_thin(50), is_thin(49), is_thin(None)
    (False, True, True)
    """
    return (count or 0) < THIN


def log_axis(low: float, high: float, title: str) -> Spec:
    """Give scale and axis for positive values, with round numbers as ticks.

    Parameters
    ----------
    low, high : float
        Least and largest value drawn, above 0.
    title : str

    Examples
    --------
    >>> log_axis(1.0, 30.0, "Pay")["axis"]["values"]
    [1.0, 2.0, 5.0, 10.0, 20.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1,) if math.log10(high / low) > 2.2 else (1, 2, 5)
    ticks = [
        round(step * 10.0**power, 12)
        for power in range(first, last + 1)
        for step in steps
    ]
    inner = [tick for tick in ticks if low * 0.9 <= tick <= high * 1.1]
    shown: list[JsonValue] = [*(inner or [low, high])]
    label = "datum.value >= 1000 ? format(datum.value, ',') : '' + datum.value"
    return {
        "scale": {"type": "log", "domain": [low * 0.92, high * 1.08], "nice": False},
        "axis": {"title": title, "values": shown, "labelExpr": label},
    }
