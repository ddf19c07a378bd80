"""Columns of a user's table, read as far as they can be read with certainty.

Each column becomes values of one type; where a number was wanted, also what could not
be read and how it stood. One set of expressions for every engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals as nw
import polars as pl
from narwhals.exceptions import DuplicateError
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Pay
from learnstrata.exceptions import SchemaError, preview
from learnstrata.learners.lookups import Frame, without_patterns
from learnstrata.learners.schema.amounts import (
    Amount,
    flag,
    is_blank,
    money,
    number,
    scaled,
    tidied,
    year,
)

__all__ = ["Kind", "column_names_of", "read_columns"]

Kind = Literal["id", "text", "pay", "year", "experience", "number", "outcome"]

NUMERIC_SHARE = 0.95  # of an outcome's values must be numbers for it to be a number


@dataclass(frozen=True, slots=True)
class _Source:
    """A column to be read: what it becomes, where it stands, and what it holds."""

    name: str
    column: str
    kind: Kind
    dtype: Any

    @property
    def is_number(self) -> bool:
        return self.kind not in {"id", "text"}

    @property
    def is_native(self) -> bool:
        """Whether the engine already knows the numbers, so that no text is read."""
        known = self.dtype.is_numeric() or self.dtype == nw.Boolean
        dated = self.kind == "year" and self.dtype.is_temporal()
        return self.is_number and (known or dated)

    @property
    def text(self) -> nw.Expr:
        return nw.col(f"text:{self.name}")

    @property
    def tidy(self) -> nw.Expr:
        return nw.col(f"tidy:{self.name}")


def column_names_of(frame: IntoFrame) -> list[str]:
    """List the columns of a frame of any engine.

    Raises
    ------
    SchemaError
        If names repeat or are no text, or it is no data frame.
    """
    return _opened(frame).collect_schema().names()


def _opened(frame: IntoFrame) -> Frame:
    try:
        opened = nw.from_native(frame)
        names = opened.collect_schema().names()
    except DuplicateError as error:
        raise SchemaError(
            f"Got a table with repeated column names. {error}. Rename or drop them."
        ) from error
    except TypeError as error:
        raise SchemaError(
            f"Got {type(frame).__name__}, expected a data frame of Polars, pandas, "
            "DuckDB or another library that narwhals knows."
        ) from error
    if odd := [name for name in names if not isinstance(name, str)]:
        raise SchemaError(
            f"Got column names that are no text: {preview(odd)}. Name the columns."
        )
    return opened


def read_columns(
    frame: IntoFrame,
    mapping: Mapping[str, str],
    *,
    kinds: Mapping[str, Kind],
    pay: Pay,
) -> Frame:
    """Read every column of a mapping as far as it can be read with certainty.

    Parameters
    ----------
    frame : data frame, eager or lazy
        It is not changed.
    mapping : mapping of str to str
        Standard name to column of the frame.
    kinds : mapping of str to str
        How to read each standard name.
    pay : Pay

    Returns
    -------
    narwhals frame
        Lazy for Polars. ``record``; ``value:NAME`` for each standard name; for each
        number also ``fault:NAME`` (Boolean: there but unreadable) and ``text:NAME`` (as
        it stood).

    Raises
    ------
    SchemaError
        If a column is not there or holds lists or the like, or rows have no order.
    """
    opened = _opened(frame)
    schema = opened.collect_schema()
    if missing := set(mapping.values()).difference(schema.names()):
        raise SchemaError.missing(missing, schema.names())
    sources = [
        _Source(name, mapping[name], kind, schema[mapping[name]])
        for name, kind in kinds.items()
    ]
    for source in sources:
        _refuse_dtype(source)
    opened, index = _with_record(opened)
    opened, names = without_patterns(opened)
    raw = {f"text:{one.name}": _raw(one, names[one.column]) for one in sources}
    # From here on all names are ours, so a user's column cannot collide with them.
    opened = opened.select(nw.col(index).cast(nw.Int64).alias("record"), **raw)
    tidy = [_tidy(source) for source in sources if not source.is_native]
    opened = opened.with_columns(*tidy) if tidy else opened
    values = [
        column for source in _settled(opened, sources) for column in _read(source, pay)
    ]
    return opened.select("record", *values)


def _refuse_dtype(source: _Source) -> None:
    dtype = source.dtype
    odd = dtype.is_nested() or dtype in {nw.Binary, nw.Time, nw.Duration}
    dated = dtype.is_temporal() and source.kind in {"pay", "experience", "number"}
    if odd or dated:
        raise SchemaError(
            f"Column {source.column!r}, read as {source.name}, holds {dtype}; expected "
            "numbers or text. Convert it, or map another column in [columns] of the "
            "configuration."
        )


def _with_record(frame: Frame) -> tuple[Frame, str]:
    """Add the number of each row, or find it where rows have no order."""
    schema = frame.collect_schema()
    free = _unused("record", schema.names())
    native = frame.to_native()
    if isinstance(native, pl.DataFrame | pl.LazyFrame):
        # Lazy, so that what several expressions share is computed once.
        return nw.from_native(native.lazy().with_row_index(free)), free
    if isinstance(frame, nw.DataFrame):
        return frame.with_row_index(free), free
    dtype = schema.get("record")
    if dtype is None or not dtype.is_integer():
        raise SchemaError(
            f"Rows of {frame.implementation.value} have no order, so the table needs a "
            "column record of whole numbers from 0; got "
            f"{'none' if dtype is None else dtype}. Add one: row_number() OVER () - 1 "
            "AS record."
        )
    return frame, "record"


def _unused(name: str, names: Sequence[str]) -> str:
    taken = {other.lower() for other in names}
    while name in taken:
        name += "_"
    return name


def _raw(source: _Source, name: str) -> nw.Expr:
    column = nw.col(name)
    if source.is_native:
        return column
    text = column.cast(nw.String)
    if source.dtype.is_float():  # whole numbers of a column with gaps: 12.0 is "12"
        return nw.when(column.is_finite()).then(text.str.replace_all(r"\.0$", ""))
    return text.str.to_lowercase() if source.dtype == nw.Boolean else text


def _tidy(source: _Source) -> nw.Expr:
    tidy = tidied(source.text)
    tidy = tidy.str.to_lowercase() if source.is_number else tidy
    return tidy.alias(f"tidy:{source.name}")


def _settled(frame: Frame, sources: Sequence[_Source]) -> list[_Source]:
    """Decide of each outcome whether it is a number or a category."""
    counts: dict[str, nw.Expr] = {}
    for source in sources:
        if source.kind == "outcome" and not source.is_native:
            given = ~source.tidy.is_null() & ~is_blank(source.tidy)
            readable = number(source.tidy).readable | flag(source.tidy).readable
            counts[f"given:{source.name}"] = given.cast(nw.Int64).sum()
            counts[f"read:{source.name}"] = (given & readable).cast(nw.Int64).sum()
    row: dict[str, Any] = {}
    if counts:
        row = frame.select(**counts).lazy().collect("polars").rows(named=True)[0]

    def kind(source: _Source) -> Kind:
        if source.kind != "outcome":
            return source.kind
        given = int(row.get(f"given:{source.name}", 1) or 0)
        read = int(row.get(f"read:{source.name}", 1) or 0)
        return "number" if given and read >= NUMERIC_SHARE * given else "text"

    return [replace(source, kind=kind(source)) for source in sources]


def _read(source: _Source, pay: Pay) -> list[nw.Expr]:
    """Give the value of a column, and of a number its fault and its text."""
    value_name = f"value:{source.name}"
    if not source.is_number:
        kept = source.tidy if source.kind == "id" else source.text
        return [nw.when(source.tidy != "").then(kept).cast(nw.String).alias(value_name)]
    value, fault = _number(source, pay) if source.is_native else _parsed(source, pay)
    return [
        value.alias(value_name),
        fault.fill_null(value=False).alias(f"fault:{source.name}"),
        source.text.cast(nw.String).alias(f"text:{source.name}"),
    ]


def _parsed(source: _Source, pay: Pay) -> tuple[nw.Expr, nw.Expr]:
    amount = _amount(source, pay)
    value = nw.when(amount.readable).then(amount.value).cast(nw.Float64)
    given = ~source.tidy.is_null() & ~is_blank(source.tidy)
    return value, given & ~amount.readable


def _amount(source: _Source, pay: Pay) -> Amount:
    if source.kind == "pay":
        return money(source.tidy, pay)
    if source.kind == "year":
        return year(source.tidy)
    if source.kind == "experience":
        return number(source.tidy)
    plain, told = number(source.tidy, currency=pay.currency), flag(source.tidy)
    value = nw.when(told.readable).then(told.value).otherwise(plain.value)
    return Amount(plain.readable | told.readable, value)


def _number(source: _Source, pay: Pay) -> tuple[nw.Expr, nw.Expr]:
    if source.dtype.is_temporal():
        return source.text.dt.year().cast(nw.Float64), nw.lit(value=False)
    value = source.text.cast(nw.Float64)
    infinite = value.abs() == float("inf")
    finite = nw.when(value.is_finite()).then(value).cast(nw.Float64)
    factor = pay.unit * (12.0 if pay.period == "month" else 1.0)
    if source.kind == "pay" and factor != 1.0:
        finite = scaled(finite, nw.lit(float(factor)))
    return finite, infinite
