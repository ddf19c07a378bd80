"""Columns that could be the learner id, where none is named as one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from learnstrata.learners.lookups import collected, without_patterns

__all__ = ["IdCandidate", "find_id_candidates"]

MOST_LOOKED_AT = 200  # columns
MOST_TOLD = 3
NEARLY_ALL = 0.95  # of the values are distinct
ENOUGH = 0.2  # of the values are distinct: five records a learner
LONG = 8  # characters
WORDS = frozenset(
    (
        *("id", "ids", "uid", "uuid", "guid", "hash", "email", "mail", "learner"),
        *("user", "student", "employee", "member", "candidate", "person"),
        *("participant", "customer", "applicant"),
    )
)
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class IdCandidate:
    """A column that could be the learner id.

    Attributes
    ----------
    column : str
    distinct_share : float
        Different values among those given, 0..1.
    signs : tuple of str
        Why it could be.
    """

    column: str
    distinct_share: float
    signs: tuple[str, ...]


def find_id_candidates(
    frame: IntoFrame, columns: Sequence[str]
) -> tuple[IdCandidate, ...]:
    """Find the columns that look like ids of learners, the likeliest first.

    Their values are unique or nearly so, they are named so, or they hold long codes
    without a space; numbers of rows are none.

    Parameters
    ----------
    frame : data frame, eager or lazy
        It is not changed.
    columns : sequence of str
        Those to look at, 200 at most.

    Returns
    -------
    tuple of IdCandidate
        Three at most.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"row": ["0", "1"], "city": ["Pune", "Goa"]})
    >>> table = table.with_columns(Member=pl.Series(["6de0a4417d", "98f1c20b3e"]))
    >>> [one.column for one in find_id_candidates(table, table.columns)]
    ['Member']
    """
    opened, names = without_patterns(nw.from_native(frame))
    schema = opened.collect_schema()
    looked_at = [c for c in columns if _can_be(schema[names[c]])][:MOST_LOOKED_AT]
    if not looked_at:
        return ()
    measures = [m for i, c in enumerate(looked_at) for m in _measures(i, names[c])]
    row = collected(opened.select(nw.len().alias("rows"), *measures)).row(0, named=True)
    found = [_candidate(c, i, row) for i, c in enumerate(looked_at)]
    told = sorted(
        (one for one in found if one is not None),
        key=lambda one: (-len(one.signs), -one.distinct_share),
    )
    return tuple(told[:MOST_TOLD])


def _can_be(dtype: Any) -> bool:  # noqa: ANN401 - a type of narwhals
    return dtype == nw.String or dtype.is_integer()


def _measures(i: int, column: str) -> list[nw.Expr]:
    text = nw.col(column).cast(nw.String)
    length, spaced = text.str.len_chars(), text.str.contains(r"\s")
    numeric = text.str.contains("^[0-9]+$")
    return [
        nw.col(column).count().alias(f"given:{i}"),
        nw.col(column).n_unique().alias(f"distinct:{i}"),
        length.min().alias(f"shortest:{i}"),
        length.max().alias(f"longest:{i}"),
        spaced.cast(nw.Int64).sum().alias(f"spaced:{i}"),
        numeric.cast(nw.Int64).sum().alias(f"numeric:{i}"),
    ]


def _candidate(column: str, i: int, row: dict[str, Any]) -> IdCandidate | None:
    rows, given = row["rows"], row[f"given:{i}"]
    distinct = row[f"distinct:{i}"] - (given < rows)  # nulls count as a value
    if distinct < 2:
        return None
    share = distinct / given
    named = not WORDS.isdisjoint(part.lower() for part in PARTS.findall(column))
    counted = row[f"numeric:{i}"] == given and row[f"longest:{i}"] <= len(str(rows))
    if share < ENOUGH or (counted and not named):
        return None
    signs = {
        f"{share:.1%} of its values are distinct": share >= NEARLY_ALL,
        "it is named like an id": named,
        "it holds long codes": row[f"shortest:{i}"] >= LONG and not row[f"spaced:{i}"],
    }
    told = tuple(sign for sign, holds in signs.items() if holds)
    return IdCandidate(column, share, told) if named or len(told) > 1 else None
