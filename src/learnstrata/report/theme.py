"""Colours and type of the report: a colour a segment, safe for the colour-blind."""

from typing import Any

__all__ = [
    "ACCENT",
    "AXIS",
    "CONFIG",
    "FONT",
    "INK",
    "MUTED",
    "SHADES",
    "diverging",
    "ink_on",
    "segment_colour",
    "sequential",
]

INK = "#16202c"
MUTED = "#55606e"
ACCENT = "#0b5cad"
# vl-convert measures labels with Liberation Sans, whose widths are those of Arial.
FONT = "Arial, Helvetica, sans-serif"

# Colours of Okabe and Ito and of Paul Tol, ordered so that neighbours differ most.
SEGMENTS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#d55e00",
    "#56b4e9",
    "#332288",
    "#999933",
    "#882255",
    "#777777",
)
# From strong to faint: parts of a whole that have an order (bands, tiers).
SHADES = ("#123a63", "#3f74a8", "#8fb4d6", "#cfdeec", "#e8e3d3")
_LOW, _MIDDLE, _HIGH = (179, 88, 6), (247, 247, 247), (11, 92, 173)

AXIS: dict[str, Any] = {
    "labelColor": MUTED,
    "titleColor": INK,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
    "titlePadding": 8,
    "labelPadding": 5,
    "labelLimit": 0,
    "titleLimit": 0,
    "gridColor": "#e8ebef",
    "domainColor": "#b6bec8",
    "tickColor": "#b6bec8",
}
CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "padding": 4,
    "view": {"stroke": None},
    "axis": AXIS,
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 0,
        "titleLimit": 0,
        "symbolStrokeWidth": 2,
    },
    "title": {
        "anchor": "start",
        "fontSize": 13,
        "fontWeight": "bold",
        "color": INK,
        "limit": 0,
    },
    "text": {"color": INK, "fontSize": 12},
}


def segment_colour(segment_id: int) -> str:
    """Give the colour of a segment; beyond ten they begin anew, so print its number.

    Examples
    --------
    >>> segment_colour(1), segment_colour(11)
    ('#0072b2', '#0072b2')
    """
    return SEGMENTS[(segment_id - 1) % len(SEGMENTS)]


def ink_on(colour: str) -> str:
    """Give black or white, whichever is read better on a colour.

    Examples
    --------
    >>> ink_on("#e69f00"), ink_on("#0072b2")
    ('#000000', '#ffffff')
    """
    light = _luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


def diverging(position: float) -> str:
    """Give a colour from brown (-1) over near white (0) to blue (1).

    Examples
    --------
    >>> diverging(0.0), diverging(1.0), diverging(-2.0)
    ('#f7f7f7', '#0b5cad', '#b35806')
    """
    end = _HIGH if position >= 0 else _LOW
    return _mixed(_MIDDLE, end, min(abs(position), 1.0))


def sequential(position: float) -> str:
    """Give a colour from near white (0) to blue (1).

    Examples
    --------
    >>> sequential(0.0), sequential(1.0)
    ('#f7f7f7', '#0b5cad')
    """
    return _mixed(_MIDDLE, _HIGH, min(max(position, 0.0), 1.0))


def _mixed(start: tuple[int, ...], end: tuple[int, ...], part: float) -> str:
    mixed = (
        round(a + (b - a) * part)  # plain sRGB is even enough for a few cells
        for a, b in zip(start, end, strict=True)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
