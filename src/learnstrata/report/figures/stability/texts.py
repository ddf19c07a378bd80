"""Texts that stay readable over lines: each on a white halo."""

from pydantic import JsonValue

from learnstrata.report.figures.chart import Spec
from learnstrata.report.figures.layers import Row, layer
from learnstrata.report.figures.vega import PAPER, mark

__all__ = ["haloed"]


def haloed(
    rows: list[Row] | None, look: Row, **encoding: JsonValue
) -> tuple[Spec, Spec]:
    """Give a layer of white outlines, and the texts that stand on them.

    Examples
    --------
    >>> [one["mark"].get("stroke") for one in haloed(None, {"dx": 6})]
    ['white', None]
    """
    halo = mark("text", stroke=PAPER, strokeWidth=4, **look)
    return layer(rows, halo, **encoding), layer(rows, mark("text", **look), **encoding)
