"""The finder of a pay among peers: what the page needs to answer without a request."""

import json
from dataclasses import dataclass

from markupsafe import Markup

from learnstrata.config.stages import Config
from learnstrata.learners.schema.amounts import money as money_words
from learnstrata.learners.schema.cells import Settings
from learnstrata.learners.schema.currencies import DECIMAL_COMMA
from learnstrata.learners.schema.numerals import styles_of
from learnstrata.learners.schema.one_pay import (
    rule_of_numbers,
    units_to_type,
    ways_to_type,
)
from learnstrata.report.interactive import in_script
from learnstrata.segments.pay.benchmarks import KNOTS
from learnstrata.segments.pay.percentile import PEERS, WAYS, fence_of, units_from
from learnstrata.summary.contract.pay import PayCell
from learnstrata.summary.contract.results import DisclosedSummary

__all__ = ["Finder", "finder_of"]


@dataclass(frozen=True, slots=True)
class Finder:
    """What can be chosen, how a pay may be typed, and the quantiles that answer.

    `data` is JSON that can stand in a ``<script>``: a row for each group whose pay is
    shown, with the place of its level, role, tier, experience, learners in words,
    quantiles, and the fences beyond which a pay is far outside, with the place of their
    way.
    """

    roles: tuple[str, ...]
    tiers: tuple[str, ...]
    bands: tuple[str, ...]
    rule: str
    data: Markup


def finder_of(summary: DisclosedSummary) -> Finder | None:
    """Give the finder of a run; None where no pay can be looked up.

    Parameters
    ----------
    summary : DisclosedSummary

    Notes
    -----
    the narrowest group that is shown, between quantiles on log pay. It reads what is
    typed by the patterns of `learnstrata.learners.schema.amounts`, but no ranges.
    """
    found, money = summary.benchmarks, summary.settings.money
    rows = (*found.cells, *found.wider)
    shown = [cell for cell in rows if cell.shown]
    if found.reason or not shown:
        return None
    limit = units_from(found, summary.settings.numbers)
    rule = rule_of_numbers(summary.settings.configured.pay, limit)
    data = {
        "levels": list(PEERS),
        "percents": [round(100 * at, 6) for at in KNOTS.values()],
        "per": money.per,
        "unit": money.unit,
        "ways": list(WAYS.values()),
        "typed": _typed(summary.settings.configured),
        "from": limit,
        "rule": rule,
        "rows": [_row(cell, summary) for cell in shown],
    }
    return Finder(
        roles=_choices(rows, "role_family"),
        tiers=tuple(sorted(_choices(rows, "tier"))),
        bands=_in_order(_choices(rows, "experience_band"), summary),
        rule=rule,
        data=in_script(json.dumps(data, ensure_ascii=False, separators=(",", ":"))),
    )


def _typed(config: Config) -> dict[str, object]:
    """Give the patterns by which the page reads a pay, as the program does."""
    words = money_words(config.pay)
    marks, _ = Settings(config.pay, config.numbers).marks_of("pay")
    return {
        "code": config.pay.code,
        "ways": ways_to_type(config.pay),
        "sign": words.sign,
        "units": list(units_to_type(config.pay).items()),
        "periods": list(words.periods.items()),
        "styles": [(style.signed, style.decimal) for style in styles_of(marks)],
        "commas": config.pay.code not in DECIMAL_COMMA,
    }


def _row(cell: PayCell, summary: DisclosedSummary) -> list[str | float | None]:
    found = summary.benchmarks
    fence = fence_of(cell, (*found.cells, *found.wider))
    fences = (fence.low, fence.high, list(WAYS).index(fence.way)) if fence else ()
    return [
        list(PEERS).index(cell.level),
        cell.role_family,
        cell.tier,
        cell.experience_band,
        summary.settings.numbers.count(cell.learners),
        *(getattr(cell, knot) for knot in KNOTS),
        *fences,
    ]


def _choices(rows: tuple[PayCell, ...], column: str) -> tuple[str, ...]:
    """List the values of a column, those of most learners first."""
    learners: dict[str, int] = {}
    for row in rows:
        value = getattr(row, column)
        if value is not None:
            learners[value] = learners.get(value, 0) + (row.learners or 0)
    return tuple(sorted(learners, key=lambda value: (-learners[value], value)))


def _in_order(bands: tuple[str, ...], summary: DisclosedSummary) -> tuple[str, ...]:
    order = [one.name for one in summary.bands_of("experience_band")]
    place = {name: i for i, name in enumerate(order)}
    return tuple(sorted(bands, key=lambda name: (place.get(name, len(place)), name)))
