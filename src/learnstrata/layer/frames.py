"""Results as frames for a notebook: counts as they may be shown, pay in one unit.

Every pay stands in the unit of the run, which the column ``pay_unit`` names.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import polars as pl

from learnstrata.learners.features.register import feature_of, shown_name
from learnstrata.learners.schema.register import extra_name
from learnstrata.segments.meaning.profiles import NUMBERS
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.pay import PayCell
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.words import EVERYBODY

__all__ = ["benchmark_frame", "cohort_frame", "segment_frame"]

Schema: TypeAlias = dict[str, type[pl.DataType]]

PEERS = ("role_family", "tier", "experience_band")
QUANTILES = ("p10", "p25", "p50", "p75", "p90")
BENCHMARKS: Schema = {
    **dict.fromkeys(PEERS, pl.String),
    "learners": pl.Int64,
    **dict.fromkeys(QUANTILES, pl.Float64),
    "pay_unit": pl.String,
}
COHORTS: Schema = {
    "cohort": pl.String,
    "assessed": pl.Int64,
    "learners": pl.Int64,
    **dict.fromkeys(("share", "low", "high"), pl.Float64),
    "definition": pl.String,
}


def benchmark_frame(summary: DisclosedSummary) -> pl.DataFrame:
    """Give pay by role family, company tier and experience, where it may be shown."""
    found = summary.benchmarks
    shown = [cell for cell in (*found.cells, *found.wider) if cell.shown]
    write = summary.settings.numbers
    return _frame([_benchmark_row(cell, write) for cell in shown], BENCHMARKS)


def _benchmark_row(cell: PayCell, write: Numbers) -> dict[str, Any]:
    peers = {name: getattr(cell, name) or EVERYBODY for name in PEERS}
    pay = {name: _in_unit(getattr(cell, name), write) for name in QUANTILES}
    return {**peers, "learners": cell.learners, **pay, "pay_unit": write.unit}


def cohort_frame(summary: DisclosedSummary) -> pl.DataFrame:
    """Give the cohorts whose pay stands out: how many of whom, and who is meant."""
    rows = [
        {"cohort": one.title, **{name: getattr(one, name) for name in [*COHORTS][1:]}}
        for one in summary.cohorts
    ]
    return _frame(rows, COHORTS)


def segment_frame(summary: DisclosedSummary) -> pl.DataFrame:
    """Give each segment that may be shown: its size, share and typical values."""
    described, write = summary.words.descriptions, summary.settings.numbers
    rows = [_segment_row(one, described, write) for one in summary.segments]
    columns = _segment_columns(summary)
    return _frame([{c: row.get(c) for c in columns} for row in rows], columns)


def _segment_row(
    one: Segment, described: Mapping[int, str], write: Numbers
) -> dict[str, Any]:
    medians = {
        f"median_{number.feature}": _in_unit(number.p50, write)
        if feature_of(number.feature).is_money
        else number.p50
        for number in one.typical
    }
    return {
        "segment_id": one.id,
        "segment_name": one.name,
        "size": one.size,
        "share": one.share,
        **medians,
        "pay_unit": write.unit,
        "description": described.get(one.id, ""),
    }


def _segment_columns(summary: DisclosedSummary) -> Schema:
    """Give the columns of segments by what the table has: there may be no segment."""
    numbers = [one for one in NUMBERS if summary.has(*feature_of(one).needs)]
    categories = {*map(extra_name, summary.settings.configured.columns.categorical)}
    used = [one.name for one in summary.features.used if one.name not in categories]
    clustered = map(shown_name, [n for n in used if feature_of(n).kind == "number"])
    numbers = list(dict.fromkeys((*numbers, *clustered)))
    numbers.sort(key="company_pay".__eq__)  # profiles add it last
    return {
        "segment_id": pl.Int64,
        "segment_name": pl.String,
        "size": pl.Int64,
        "share": pl.Float64,
        **{f"median_{number}": pl.Float64 for number in numbers},
        **({"pay_unit": pl.String} if summary.has("pay") else {}),
        "description": pl.String,
    }


def _in_unit(amount: float | None, write: Numbers) -> float | None:
    return None if amount is None else amount / write.per


def _frame(rows: list[dict[str, Any]], columns: Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=columns)
