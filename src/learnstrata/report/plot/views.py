"""Views: layers over each other with their axes, and views beside each other."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

from learnstrata.report.plot.axes import Axis
from learnstrata.report.plot.boxes import Box, around
from learnstrata.report.plot.drawn import Drawn, Letters, group, text
from learnstrata.report.plot.given import Row, Spec, Told
from learnstrata.report.plot.legends import legend_of
from learnstrata.report.plot.lettering import LINE, lines_of
from learnstrata.report.plot.marks import Layer, drawn_of, passes
from learnstrata.report.plot.scales import Place, scale_of
from learnstrata.report.theme import CONFIG

__all__ = ["draw_spec"]

TITLE = 4  # pixels under the title of a view
SPACING = 20


def draw_spec(spec: Spec) -> ET.Element:
    """Draw a specification.

    Parameters
    ----------
    spec : dict
        Vega-Lite, of the kinds of marks, scales and axes that the charts use.

    Returns
    -------
    Element
        ``svg``, as Vega draws it.
    """
    drawn = _drawn(spec)
    padding = CONFIG["padding"]
    left, top = (padding + max(0, math.ceil(-one)) for one in drawn.box[:2])
    width = left + math.ceil(drawn.box.x2) + padding
    height = top + math.ceil(drawn.box.y2) + padding
    svg = ET.Element("svg", {"viewBox": f"0 0 {width} {height}"})
    whole = {"fill": "none", "stroke-miterlimit": "10"}
    root = ET.SubElement(svg, "g", whole | {"transform": f"translate({left},{top})"})
    root.append(drawn.element)
    return svg


def _drawn(spec: Spec) -> Drawn:
    views = spec.get("concat") or spec.get("hconcat")
    if not views:
        return _view(spec)
    columns = spec.get("columns", len(views))
    return _beside(
        [_drawn(view) for view in views], columns, spec.get("spacing", SPACING)
    )


def _beside(views: Sequence[Drawn], columns: int, spacing: float) -> Drawn:
    """Set views in rows and columns, each as wide and as high as its largest."""
    across = _starts(
        [[v.box for v in views[i::columns]] for i in range(min(columns, len(views)))],
        0,
        spacing,
    )
    rows = range(0, len(views), columns)
    down = _starts([[v.box for v in views[i : i + columns]] for i in rows], 1, spacing)
    return group(
        [
            group([view], across[at % columns], down[at // columns])
            for at, view in enumerate(views)
        ]
    )


def _starts(lines: Sequence[Sequence[Box]], axis: int, spacing: float) -> list[float]:
    """Give where each row or column begins."""
    found, at = [0.0], 0.0
    for line, following in pairwise(lines):
        at += max(math.ceil(box[axis + 2]) for box in line) + spacing
        at += max(math.ceil(-box[axis]) for box in following)
        found.append(at)
    return found


class _Part(NamedTuple):
    """A layer as it is given, with its rows."""

    spec: Spec
    rows: Sequence[Row]


def _view(spec: Spec) -> Drawn:
    size = float(spec["width"]), float(spec["height"])
    shared = spec.get("encoding", {})
    every = [
        {**one, "encoding": {**shared, **one.get("encoding", {})}}
        for one in spec["layer"]
    ]
    parts = [_Part(one, _rows(one, spec)) for one in every]
    scales = {
        axis: scale_of(channels, side, axis=axis)
        for axis, side in zip("xy", size, strict=True)
        if (channels := [*_channels(parts, axis)])
    }
    axes = [*_axes(parts, scales, size)]
    layers = [_layer(part, scales, size) for part in parts]
    marks = [group(drawn_of(one)) for one in layers]
    frame = Box(0.0, 0.0, *size)
    grids = [made for axis in axes if (made := axis.grid())]
    below = [axis.drawn() for axis in axes if not axis.is_above]
    above = [axis.drawn() for axis in axes if axis.is_above]
    found = [*grids, *below, *marks]
    box = around([frame, *(part.box for part in (*below, *marks, *above))])
    if legend := legend_of(layers):
        found.append(legend)
        box = around([box, legend.box])
    if title := spec.get("title"):
        found.append(_title(title, box))
        box = around([box, found[-1].box])
    return Drawn(group([*found, *above]).element, box)


def _rows(layer: Spec, spec: Spec) -> Sequence[Row]:
    rows = (layer.get("data") or spec["data"])["values"]
    for step in layer.get("transform", ()):
        if names := step.get("flatten"):
            rows = [
                {**row, **dict(zip(names, values, strict=True))}
                for row in rows
                for values in zip(*(row[name] for name in names), strict=True)
            ]
    return [row for row in rows if passes(layer, row)]


def _channels(
    parts: Sequence[_Part], axis: str
) -> Iterator[tuple[Spec, str, Sequence[Row]]]:
    """Give how each layer encodes an axis, with the field of its other end."""
    for spec, rows in parts:
        encoding = spec["encoding"]
        if "field" in encoding.get(axis, {}):
            other = encoding.get(f"{axis}2", {})
            beside = {"beside": other["field"]} if "field" in other else {}
            yield (
                {**encoding[axis], **beside, "axis_name": axis},
                spec["mark"]["type"],
                rows,
            )


def _axes(
    parts: Sequence[_Part], scales: Mapping[str, Place], size: tuple[float, float]
) -> Iterator[Axis]:
    for name, scale in scales.items():
        channels = [*_channels(parts, name)]
        told = [one["axis"] for one, _, _ in channels if one.get("axis")]
        if not told and all("axis" in one for one, _, _ in channels):
            continue
        given: dict[str, Told] = {}
        for one in told:
            given = {**one, **given}
        first, kind, _ = channels[0]
        is_above = kind == "rect" and first["type"] == "nominal"
        yield Axis(name, given, scale, size, is_above)


def _layer(
    part: _Part, scales: Mapping[str, Place], size: tuple[float, float]
) -> Layer:
    encoding = part.spec["encoding"]
    ranges = {
        name: _ends(one, part.rows, is_zero=name == "size")
        for name, one in encoding.items()
        if name in {"size", "strokeWidth", "opacity"}
        and one.get("scale", 1)
        and "field" in one
    }
    return Layer(part.spec["mark"], encoding, part.rows, scales, size, ranges)


def _ends(channel: Spec, rows: Sequence[Row], *, is_zero: bool) -> tuple[float, float]:
    if domain := (channel.get("scale") or {}).get("domain"):
        return domain[0], domain[1]
    values = [row[channel["field"]] for row in rows]
    values += [0.0] if is_zero or not values else []
    return min(values), max(values)


def _title(title: Told, box: Box) -> Drawn:
    """Write the title of a view over all of it, from the left end on."""
    given = CONFIG["title"]
    lines = lines_of(title)
    size = float(given["fontSize"])
    height = size + (len(lines) - 1) * (size + LINE)
    letters = Letters(given["color"], size, "left", "top", given["fontWeight"])
    made = text(lines, (0.0, 0.0), letters)
    return group([made], box.x1, box.y1 - TITLE - height)
