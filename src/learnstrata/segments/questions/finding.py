"""A small table that stands beside a sentence, and the answer of a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

__all__ = [
    "Column",
    "Finding",
    "Table",
    "table_of",
]

Kind = Literal["text", "count", "share", "pay", "years", "index", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and what its values are."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence as rows. Pay is in currency units a year, shares are 0..1."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    def frame(self) -> pl.DataFrame:
        """Give the table as a frame."""
        names = [column.name for column in self.columns]
        return pl.DataFrame(
            list(self.rows), schema=names, orient="row", infer_schema_length=None
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """A decision question, its answer, and what the answer rests on.

    Attributes
    ----------
    id, question, answer : str
        The sentences of an answer are made from the numbers of `numbers` and `tables`.
    available : bool
        False where the data cannot answer; then `answer` says why.
    numbers : mapping of str to number
    tables : tuple of Table
    """

    id: str
    question: str
    answer: str
    available: bool
    numbers: dict[str, float | int | None]
    tables: tuple[Table, ...] = ()


def table_of(
    title: str, headings: Iterable[tuple[str, Kind]], rows: Iterable[Sequence[Any]]
) -> Table:
    """Make a table from headings, each with its kind, and rows."""
    columns = tuple(Column(name, kind) for name, kind in headings)
    return Table(title, columns, tuple(tuple(row) for row in rows))
