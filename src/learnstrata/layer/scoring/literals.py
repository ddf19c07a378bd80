"""Names and values as they stand in SQL, written in the dialect of DuckDB."""

import math

__all__ = [
    "DIALECT",
    "NOW",
    "NOW_TABLE",
    "beyond",
    "inside",
    "number",
    "quoted",
    "text",
]

DIALECT = "duckdb"  # that all fragments are written in
NOW_TABLE = "learnstrata_now"  # of one row, at the top of the query
NOW = f"(SELECT as_of FROM {NOW_TABLE})"  # noqa: S608 - the year that counts as now


def number(value: float) -> str:
    """Write a number so that every database takes it for a double.

    Without an exponent it would be a decimal, whose arithmetic is another.

    Examples
    --------
    >>> number(0.1), number(12), number(1e-30)
    ('0.1e0', '12.0e0', '1e-30')
    """
    written = repr(float(value))
    return written if "e" in written else f"{written}e0"


def text(value: str) -> str:
    """Write a text.

    Examples
    --------
    >>> text("Levi's")
    "'Levi''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Write the name of a column as it stands, whatever is in it.

    Examples
    --------
    >>> quoted('my "net" pay')
    '"my ""net"" pay"'
    """
    return '"' + name.replace('"', '""') + '"'


def inside(value: str, low: float, high: float | str) -> str:
    """Write that a value lies between two limits, which belong to it.

    A limit may be an expression.

    Examples
    --------
    >>> inside("pay", 1, 2), inside("year", 1960, "now")
    ('pay >= 1.0e0 AND pay <= 2.0e0', 'year >= 1960.0e0 AND year <= now')
    """
    ends = ((">=", low), ("<=", high))
    told = [f"{value} {sign} {_limit(end)}" for sign, end in ends if _is_end(end)]
    return " AND ".join(told) or f"{value} IS NOT NULL"


def beyond(value: str, low: float, high: float) -> str:
    """Write that a value lies outside of two limits.

    Examples
    --------
    >>> beyond("pay", 1, float("inf"))
    'pay < 1.0e0'
    """
    ends = (("<", low), (">", high))
    told = [f"{value} {sign} {number(end)}" for sign, end in ends if _is_end(end)]
    return " OR ".join(told) or "FALSE"


def _limit(end: float | str) -> str:
    return end if isinstance(end, str) else number(end)


def _is_end(limit: float | str) -> bool:
    return isinstance(limit, str) or math.isfinite(limit)
