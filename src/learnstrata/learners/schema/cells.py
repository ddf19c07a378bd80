"""Cells before they are read: trimmed, null where they say nothing, sorted by effort.

This is the one place where text is trimmed and nulls are made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import narwhals as nw

from learnstrata.config.stages import Numbers, Pay
from learnstrata.exceptions import SchemaError
from learnstrata.learners.schema.amounts import (
    EXPERIENCE,
    Words,
    money,
    plain_words,
    taken_apart,
    tidied,
    typed,
)
from learnstrata.learners.schema.missing import is_missing
from learnstrata.learners.schema.numerals import styles_of
from learnstrata.learners.schema.years import WHOLE, number_forms, text_forms

__all__ = ["Kind", "Settings", "Source", "Steps", "prepared", "raw", "trimmed"]

# Columns to be added, each step built on those before it.
Steps: TypeAlias = Sequence[Mapping[str, nw.Expr]]
Kind = Literal[
    "id", "text", "category", "pay", "year", "experience", "number", "outcome"
]

NO_VALUES = (nw.Binary, nw.Time, nw.Duration)  # types that are no numbers and no text


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user says of the numbers of a table."""

    pay: Pay
    numbers: Numbers = field(default_factory=Numbers)

    def marks_of(self, kind: Kind) -> tuple[Numbers, str]:
        """Give the marks of a kind of column, and the place that sets them."""
        own = Numbers(self.pay.decimal, self.pay.thousands)
        if kind == "pay" and own != Numbers():
            return own, "[pay]"
        return self.numbers, "[pay]" if kind == "pay" else "[numbers]"


@dataclass(frozen=True, slots=True)
class Source:
    """A column to be read: what it becomes, where it stands, and what it holds.

    Attributes
    ----------
    name, column : str
        Standard name, and the column of the user's table.
    kind : Kind
    dtype : narwhals dtype
        Of the column of the user's table.
    """

    name: str
    column: str
    kind: Kind
    dtype: Any

    @property
    def is_number(self) -> bool:
        """Whether it becomes numbers."""
        return not (self.kind == "id" or self.is_words)

    @property
    def is_words(self) -> bool:
        """Whether it becomes texts; those of a category are trimmed at once."""
        return self.kind in {"text", "category"}

    @property
    def is_native(self) -> bool:
        """Whether the engine already knows the numbers, so that no text is read."""
        known = self.dtype.is_numeric() or self.dtype == nw.Boolean
        dated = self.kind == "year" and self.dtype.is_temporal()
        return self.is_number and (known or dated)

    @property
    def is_dated(self) -> bool:
        """Whether it holds dates or times."""
        return self.is_native and self.dtype.is_temporal()

    @property
    def is_typed(self) -> bool:
        """Whether it holds texts that are to become numbers."""
        return self.is_number and not self.is_native

    @property
    def text(self) -> nw.Expr:
        """The cell as it stood; a number where `is_native`."""
        return nw.col(f"text:{self.name}")

    @property
    def tidy(self) -> nw.Expr:
        """The cell trimmed, of numbers in lower case; null where it says nothing."""
        return nw.col(f"tidy:{self.name}")

    @property
    def plain(self) -> nw.Expr:
        """The number of a cell that is digits alone, or was a number already."""
        return nw.col(f"plain:{self.name}")

    @property
    def rest(self) -> nw.Expr:
        """What is there and is no such number: few, for slow patterns."""
        return nw.col(f"rest:{self.name}")

    def refuse_dtype(self) -> None:
        """Refuse a column that holds neither numbers nor text.

        Raises
        ------
        SchemaError
        """
        dtype = self.dtype
        # A duration has a unit, so that it is equal to its type, but not found by it.
        odd = dtype.is_nested() or any(dtype == one for one in NO_VALUES)
        dated = dtype.is_temporal() and self.kind in {"pay", "experience", "number"}
        if odd or dated:
            raise SchemaError(
                f"Column {self.column!r}, read as {self.name}, holds {dtype}; expected "
                "numbers or text. Convert it, or map another column in [columns] of "
                "the configuration."
            )


def raw(source: Source, name: str) -> nw.Expr:
    """Give a column of the user's table as text, or as the numbers it already is."""
    column = nw.col(name)
    if source.is_native:
        return column
    text = column.cast(nw.String)
    if source.dtype.is_float():  # whole numbers of a column with gaps: 12.0 is "12"
        return nw.when(column.is_finite()).then(text.str.replace_all(r"\.0$", ""))
    return text.str.to_lowercase() if source.dtype == nw.Boolean else text


def trimmed(source: Source) -> dict[str, nw.Expr]:
    """Give the column ``tidy`` of an id or a text."""
    tidy = tidied(source.text)
    return {f"tidy:{source.name}": nw.when(~is_missing(tidy)).then(tidy)}


def prepared(source: Source, by: Settings) -> Steps:
    """Give the columns of a number that it is read from, in steps."""
    if source.is_native:
        return _numbered(source)
    low = tidied(source.text).str.to_lowercase()
    pattern = WHOLE if source.kind == "year" else "[0-9]{1,40}"
    is_plain = source.tidy.str.contains(f"^(?:{pattern})$").fill_null(value=False)
    plain = nw.when(is_plain).then(source.tidy).cast(nw.Float64)
    steps = [
        {f"tidy:{source.name}": nw.when(~is_missing(low)).then(low)},
        {
            f"plain:{source.name}": plain,
            f"rest:{source.name}": typed(nw.when(~is_plain).then(source.tidy)),
        },
    ]
    if source.kind == "year":
        forms = number_forms(source.name, source.plain)
        return [*steps, *forms, *text_forms(source.name, source.rest)]
    words = _words_of(source.kind, by.pay)
    styles = styles_of(by.marks_of(source.kind)[0])
    return [*steps, *taken_apart(source.name, source.rest, words, styles)]


def _numbered(source: Source) -> Steps:
    number = source.text.dt.year() if source.is_dated else source.text
    number = number.cast(nw.Float64)
    plain = {f"plain:{source.name}": nw.when(number.is_finite()).then(number)}
    if source.kind != "year" or source.is_dated:
        return [plain]
    return [plain, *number_forms(source.name, source.plain)]


def _words_of(kind: Kind, pay: Pay) -> Words:
    """Tell which words may stand around the numbers of a kind of column."""
    if kind == "pay":
        return money(pay)
    return EXPERIENCE if kind == "experience" else plain_words(pay)
