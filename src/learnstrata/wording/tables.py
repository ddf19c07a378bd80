"""One definition of a table: heading, kind of each column, rows; written in three ways.

The page shows the texts of `Table.texts`, the workbook and CSV the values of
`Table.values`: a share is a share in all three.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from learnstrata.wording.numbers import NumberKind, Numbers

__all__ = ["Cell", "Column", "Getter", "Table", "column", "table_of"]

Cell = str | float | int | None
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and what its values are."""

    heading: str
    kind: NumberKind = "text"

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.kind != "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of results.

    Attributes
    ----------
    title : str
    columns : tuple of Column
    rows : tuple of tuple of cell
        Values as in the summary: pay in currency units a year, shares 0..1, None for
        what is not told.
    sheet : str
        Name of its sheet in the workbook; empty where it has none.
    note : str
        How to read it; may be empty.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sheet: str = ""
    note: str = ""

    def headings(self, write: Numbers) -> tuple[str, ...]:
        """Give the headings, pay and years with their unit.

        Examples
        --------
        >>> told = Table("Typical", (Column("Pay", "pay"), Column("Age", "years")), ())
        >>> told.headings(Numbers(1e5, "LPA", 10))
        ('Pay (LPA)', 'Age (years)')
        """
        return tuple(_headed(one, write) for one in self.columns)

    def texts(self, write: Numbers) -> tuple[tuple[str, ...], ...]:
        """Give the cells as a reader sees them."""
        kinds: tuple[NumberKind, ...] = tuple(one.kind for one in self.columns)
        return tuple(
            tuple(
                write.write(cell, kind) for cell, kind in zip(row, kinds, strict=True)
            )
            for row in self.rows
        )

    def values(self, write: Numbers) -> tuple[tuple[Cell, ...], ...]:
        """Give the cells as a workbook holds them: pay in its unit, few in words.

        Examples
        --------
        >>> sizes = Table("Sizes", (Column("Who"), Column("Learners", "count")),
        ...               (("a", 120), ("b", None)))
        >>> sizes.values(Numbers(1e5, "LPA", 10))
        (('a', 120), ('b', 'under 10'))
        """
        kinds: tuple[NumberKind, ...] = tuple(one.kind for one in self.columns)
        return tuple(
            tuple(
                _valued(cell, kind, write)
                for cell, kind in zip(row, kinds, strict=True)
            )
            for row in self.rows
        )

    def without_empty(self, *headings: str) -> "Table":
        """Leave out those of these columns that have a value in no row.

        Examples
        --------
        >>> columns = (Column("Who"), Column("Pay", "pay"))
        >>> sizes = Table("Sizes", columns, (("a", None),))
        >>> sizes.without_empty("Pay").rows
        (('a',),)
        """
        kept = [
            place
            for place, one in enumerate(self.columns)
            if one.heading not in headings
            or any(row[place] is not None for row in self.rows)
        ]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
        )


def _headed(one: Column, write: Numbers) -> str:
    if one.kind == "pay":
        return f"{one.heading} ({write.unit})"
    says_so = one.kind != "years" or "year" in one.heading.lower()
    return one.heading if says_so else f"{one.heading} (years)"


def _valued(cell: Cell, kind: NumberKind, write: Numbers) -> Cell:
    if kind == "count" and cell is None:
        return write.count(None)
    if kind == "pay" and isinstance(cell, float | int):
        return cell / write.per
    return cell


@dataclass(frozen=True, slots=True)
class Getter:
    """A column of `table_of`, and what it takes of a row."""

    column: Column
    get: Callable[..., Cell]


def column(heading: str, get: Callable[..., Cell], kind: NumberKind = "text") -> Getter:
    """Define a column of `table_of`: heading, what it takes of a row, its kind."""
    return Getter(Column(heading, kind), get)


def table_of(
    title: str,
    rows: Iterable[Row],
    columns: Sequence[Getter],
    *,
    sheet: str = "",
    note: str = "",
) -> Table:
    """Make a table of results.

    Parameters
    ----------
    title : str
    rows : iterable
        Results, one a row.
    columns : sequence
        Of `column`.
    sheet, note : str

    Examples
    --------
    >>> sizes = table_of("Sizes", [("a", 120)], [
    ...     column("Who", lambda row: row[0]),
    ...     column("Learners", lambda row: row[1], "count"),
    ... ])
    >>> sizes.texts(Numbers(1e5, "LPA", 10))
    (('a', '120'),)
    """
    return Table(
        title,
        tuple(one.column for one in columns),
        tuple(tuple(one.get(row) for one in columns) for row in rows),
        sheet,
        note,
    )
