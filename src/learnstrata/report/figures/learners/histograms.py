"""How each number is distributed over all learners."""

import re
from collections.abc import Sequence
from itertools import pairwise

from learnstrata.report import theme
from learnstrata.report.figures.bins import (
    bin_text,
    capital,
    feature_title,
    label_of,
    unit_of,
)
from learnstrata.report.figures.chart import Chart, Spec
from learnstrata.report.figures.layers import TIP, Row, layer, layered
from learnstrata.report.figures.profiles.spreads import dots_of_few
from learnstrata.report.figures.vega import PAPER, field, log_axis, mark
from learnstrata.summary.contract.learners import Distribution
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["CHARTS"]

BAR = "#4f7fae"
LOGGED = ("pay", "company_learners")
FEATURES = ("pay", "years_of_experience", "company_learners", "years_since_pay_update")
NEXT = 1.25  # of a bound to the next, where there is one bound alone


def _found(summary: Summary, feature: str) -> Distribution | None:
    described = summary.description.distributions
    return next((one for one in described if one.feature == feature), None)


def _has(summary: Summary, feature: str) -> bool:
    found = _found(summary, feature)
    return found is not None and any(part.learners for part in found.bins)


def _of(summary: Summary, feature: str) -> Distribution:
    found = _found(summary, feature)
    if found is None:
        raise LookupError(f"Nothing is known of {feature!r}: ask `Chart.has` first.")
    return found


def _draw(summary: DisclosedSummary, feature: str) -> Spec:
    write, found = summary.settings.numbers, _of(summary, feature)
    per = write.per if feature == "pay" else 1.0
    edges = _edges(found, per, logged=feature in LOGGED)
    rows = _rows(found, edges, write)
    y = field(
        "n",
        "Q",
        axis={"title": capital(summary.settings.units), "tickCount": 4, "format": ",d"},
    )
    bar = mark("bar", color=BAR, stroke=PAPER, strokeWidth=0.5, aria=True)
    x: Row = {"x": field("low", "Q", **_x(edges, feature, write))}
    return layered(
        [
            layer(None, bar, **x, x2={"field": "high"}, y=y, y2={"datum": 0}, **TIP),
            *dots_of_few(rows, field("middle", "Q")),
            *_median(found.p50, per, feature, write),
        ],
        rows=rows,
        width=336,
        height=170,
    )


def _x(edges: Sequence[float], feature: str, write: Numbers) -> Spec:
    title = feature_title(feature, write)
    if feature in LOGGED:
        return log_axis(edges[0], edges[-1], f"{title[:-1]}, log scale)")
    axis: Spec = {"title": title, "tickMinStep": 1, "tickCount": 6, "format": ",d"}
    return {"axis": axis, "scale": {"zero": False, "nice": False}}


def _rows(found: Distribution, edges: Sequence[float], write: Numbers) -> list[Row]:
    unit = unit_of(found.feature, write)
    return [
        {
            "low": low,
            "high": high,
            "middle": (low + high) / 2,
            "n": part.learners,
            "few": 0 if part.learners is None else None,
            "tip": f"{bin_text(part, found.feature, write)} {unit}: "
            f"{write.count(part.learners)}",
        }
        for part, (low, high) in zip(found.bins, pairwise(edges), strict=True)
    ]


def _edges(found: Distribution, per: float, *, logged: bool) -> list[float]:
    """Give the bounds; the open ends are as wide as their neighbours, to be drawn."""
    inner = [part.high / per for part in found.bins if part.high is not None]
    if not inner:
        middle = (found.p50 or per) / per
        return (
            [middle / NEXT, middle * NEXT] if logged else [middle - 0.5, middle + 0.5]
        )
    first, last = inner[0], inner[-1]
    if logged:
        down = first / inner[1] if len(inner) > 1 else 1 / NEXT
        up = last / inner[-2] if len(inner) > 1 else NEXT
        return [first * down, *inner, last * up]
    below = inner[1] - first if len(inner) > 1 else 1.0
    above = last - inner[-2] if len(inner) > 1 else 1.0
    return [first - below, *inner, last + above]


def _median(
    middle: float | None, per: float, feature: str, write: Numbers
) -> list[Spec]:
    if middle is None:
        return []
    written = write.pay(middle) if feature == "pay" else write.years(middle)
    rows: list[Row] = [{"low": middle / per, "text": f"median {written}"}]
    line = mark("rule", color=theme.INK, strokeDash=[4, 3], strokeWidth=1.5)
    text = mark("text", align="left", baseline="bottom", dx=-2, dy=-3)
    x = field("low", "Q")
    return [
        layer(rows, line, x=x),
        layer(rows, text, x=x, y={"value": 0}, text=field("text", "N")),
    ]


def _title(summary: DisclosedSummary, feature: str) -> str:
    """Say where the middle and the upper end of the number lie."""
    write, found = summary.settings.numbers, _of(summary, feature)
    label = capital(label_of(feature))
    if found.p50 is None:
        return f"{label} of all {summary.settings.units} of whom it is known"
    middle = _with_unit(found.p50, feature, write)
    told = f"{label} is {middle} or less for half of all"
    if found.p95 is None or found.p95 <= found.p50:
        return told
    high = write.pay_text if feature == "pay" else write.years
    return f"{told}, and over {high(found.p95)} for one in twenty"


def _with_unit(value: float, feature: str, write: Numbers) -> str:
    if feature == "pay":
        return write.pay_text(value)
    unit = unit_of(feature, write)
    told = write.years(value)
    # "Years since pay update is 1 year" would say it twice.
    return told if unit in label_of(feature) else f"{told} {unit}"


def _table(summary: Summary, feature: str) -> Table:
    write, found = summary.settings.numbers, _of(summary, feature)
    label = capital(label_of(feature))
    return table_of(
        f"{label}, counts",
        found.bins,
        [
            column(
                feature_title(feature, write),
                lambda part: bin_text(part, feature, write),
            ),
            column(
                capital(summary.settings.units), lambda part: part.learners, "count"
            ),
        ],
        sheet=f"{label} of all",
    )


def _chart(feature: str) -> Chart:
    return Chart(
        key=f"histogram-{re.sub('[^a-z0-9]+', '-', feature)}",
        has=lambda summary: _has(summary, feature),
        spec=lambda summary: _draw(summary, feature),
        title=lambda summary: _title(summary, feature),
        table=lambda summary: _table(summary, feature),
    )


CHARTS = tuple(_chart(feature) for feature in FEATURES)
