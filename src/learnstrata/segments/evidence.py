"""A small table that stands beside a sentence, and the words of sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from learnstrata.config import Config
from learnstrata.learners.titles import NOT_STATED, UNMAPPED

__all__ = [
    "NO_ROLE",
    "Column",
    "Finding",
    "Table",
    "counted",
    "listed",
    "table_of",
    "unnamed_roles",
]

NO_ROLE = (NOT_STATED, UNMAPPED, "Other")

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


def counted(n: int, noun: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "segment"), counted(1200, "learner")
    ('1 segment', '1,200 learners')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def unnamed_roles(config: Config) -> tuple[str, ...]:
    """Give the role groups of a configuration that name no role.

    Examples
    --------
    >>> from learnstrata.config import load_config
    >>> unnamed_roles(load_config("notebook"))
    ('Not stated', 'Unmapped', 'Other', 'Other_Role', 'Unknown_Role')
    """
    given = (config.roles.other, config.cleaning.missing_title)
    return (*NO_ROLE, *(name for name in given if name and name not in NO_ROLE))


def listed(items: Sequence[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
