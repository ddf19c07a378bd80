"""Native frames of any engine, as plain values."""

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw


def rows(native: Any, *, by: str | Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Collect a frame to one dict a row; ``by`` sorts, for engines without order."""
    collected = nw.from_native(native).lazy().collect("polars").to_native()
    if by is None and "record" in collected.columns:
        by = "record"
    return (collected if by is None else collected.sort(by)).to_dicts()


def column(native: Any, name: str, *, by: str | None = None) -> list[Any]:
    """Collect one column of a frame, in the order of `rows`."""
    return [row[name] for row in rows(native, by=by)]


def newest(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give one row a learner, that of the newest pay; of several the first record."""
    found: dict[Any, dict[str, Any]] = {}
    for row in sorted(rows, key=_age):
        found.setdefault(row["learner_id"], row)
    return list(found.values())


def _age(row: dict[str, Any]) -> tuple[bool, float, int]:
    year = row.get("pay_year")
    return year is not None, -(year or 0.0), row["record"]
