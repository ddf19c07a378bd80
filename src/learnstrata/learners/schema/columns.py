"""Columns of a user's table, read as far as they can be read with certainty.

Each column becomes values of one type; where a number was wanted, also what could not
be read and how it stood. One set of expressions for every engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl
from narwhals.exceptions import DuplicateError
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Numbers, Pay
from learnstrata.exceptions import SchemaError, preview
from learnstrata.learners.lookups import Frame, collected, join_lookup, without_patterns
from learnstrata.learners.schema.amounts import amount, flag, is_range, scaled
from learnstrata.learners.schema.cells import (
    Kind,
    Settings,
    Source,
    Steps,
    prepared,
    raw,
    trimmed,
)
from learnstrata.learners.schema.settling import Settled, settle
from learnstrata.learners.schema.years import read_year

__all__ = ["Kind", "Reading", "column_names_of", "reading_of"]

FARTHEST = 1e15  # a number beyond it, on either side, is no pay, no score, no count


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns of a table as they were read, and what to know of that.

    Attributes
    ----------
    frame : narwhals frame
        Lazy for Polars. ``record``; ``value:NAME`` for each standard name; for each
        number also ``fault:NAME`` (Boolean: there but unreadable), ``middle:NAME``
        (Boolean: a range, of which one number was read) and ``text:NAME`` (as it
        stood).
    hints : mapping of str to str
        By standard name: how to have read what could not be.
    notes : mapping of str to str
        By standard name: what was taken for granted.
    """

    frame: Frame
    hints: Mapping[str, str]
    notes: Mapping[str, str]


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
        if isinstance(frame, str | Path):
            raise SchemaError(
                f"Got the text {str(frame)[:80]!r}, expected a data frame. Read a file "
                "first: learnstrata.read_learners(path)."
            ) from error
        raise SchemaError(
            f"Got {type(frame).__name__}, expected a data frame of Polars, pandas, "
            "DuckDB or another library that narwhals knows."
        ) from error
    if odd := [name for name in names if not isinstance(name, str)]:
        raise SchemaError(
            f"Got column names that are no text: {preview(odd)}. Name the columns."
        )
    return opened


def reading_of(
    frame: IntoFrame,
    mapping: Mapping[str, str],
    *,
    kinds: Mapping[str, Kind],
    pay: Pay,
    numbers: Numbers | None = None,
) -> Reading:
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
    numbers : Numbers, default=None
        Marks of the numbers, where the values of a column do not tell.

    Returns
    -------
    Reading

    Raises
    ------
    SchemaError
        If a column is not there or holds lists or the like, rows have no order, ids
        have lost digits, or pay is in several currencies and none was chosen.
    """
    opened = _opened(frame)
    schema = opened.collect_schema()
    if missing := set(mapping.values()).difference(schema.names()):
        raise SchemaError.missing(missing, schema.names())
    sources = [
        Source(name, mapping[name], kind, schema[mapping[name]])
        for name, kind in kinds.items()
    ]
    for source in sources:
        source.refuse_dtype()
    told = Settings(pay, numbers or Numbers())
    cells = _cells(opened, sources, told)
    if cells.implementation is nw.Implementation.POLARS:
        # Two passes follow, and what a cell holds is told once.
        cells = nw.from_native(collected(cells).lazy())
    # What is typed again and again is read once.
    texts = _texts(cells, [source for source in sources if source.is_typed], told)
    settled = settle(cells, texts, sources, by=told)
    for known in settled:
        name, steps = known.source.name, _read(known, told)
        if known.source.is_typed:
            read = _in_steps(texts[name], [steps]).select(*_columns_of(known.source))
            cells = join_lookup(cells, collected(read), on=[f"text:{name}"])
            continue
        if name in texts:  # an outcome that is no number after all
            cells = cells.with_columns(**trimmed(known.source))
        cells = _in_steps(cells, [steps])
    return Reading(
        frame=cells.select("record", *_given(settled)),
        hints={known.source.name: known.hint for known in settled if known.hint},
        notes={known.source.name: known.note for known in settled if known.note},
    )


def _cells(frame: Frame, sources: Sequence[Source], by: Settings) -> Frame:
    """Give the cells under our own names, which no column of a user can meet."""
    opened, index = _with_record(frame)
    opened, names = without_patterns(opened)
    cells = {f"text:{one.name}": raw(one, names[one.column]) for one in sources}
    cells |= {
        f"float:{source.name}": nw.col(names[source.column])
        for source in sources
        if source.kind == "id" and source.dtype.is_float()
    }
    opened = opened.select(nw.col(index).cast(nw.Int64).alias("record"), **cells)
    steps: list[Steps] = [
        [trimmed(source)] for source in sources if not source.is_number
    ]
    steps += [prepared(source, by) for source in sources if source.is_native]
    return _in_steps(opened, steps)


def _in_steps(frame: Frame, columns: Sequence[Steps]) -> Frame:
    """Add columns that build on each other, those of all sources at once."""
    for place in range(max(map(len, columns), default=0)):
        step = [steps[place] for steps in columns if len(steps) > place]
        frame = frame.with_columns(**{k: v for one in step for k, v in one.items()})
    return frame


def _texts(frame: Frame, typed: Sequence[Source], by: Settings) -> dict[str, Frame]:
    """Give the texts of each column once, with how often they are there."""
    if not typed:
        return {}
    counted = [
        frame.select(_text=source.text, _column=nw.lit(source.name))
        .filter(~nw.col("_text").is_null())
        .group_by("_column", "_text")
        .agg(times=nw.len())
        for source in typed
    ]
    table = collected(nw.concat(counted, how="vertical"))
    tables: dict[str, Frame] = {}
    for source in typed:
        own = table.filter(pl.col("_column") == source.name).sort("_text")
        texts = own.select(
            pl.col("_text").alias(f"text:{source.name}"), pl.col("times").cast(pl.Int64)
        )
        frame = nw.from_native(texts.lazy())
        done = _in_steps(frame, [prepared(source, by)]).collect("polars")
        tables[source.name] = nw.from_native(done.to_native())
    return tables


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


def _columns_of(source: Source) -> list[str]:
    kinds = ("text", "value", "fault", "middle") if source.is_number else ("value",)
    return [f"{kind}:{source.name}" for kind in kinds]


def _given(settled: Sequence[Settled]) -> list[nw.Expr]:
    """Give the columns that were read, without the nulls of a join."""
    return [
        nw.col(name).fill_null(value=False)
        if name.startswith(("fault:", "middle:"))
        else nw.col(name).cast(nw.String)
        if name.startswith("text:")
        else nw.col(name)
        for known in settled
        for name in _columns_of(known.source)
    ]


def _read(settled: Settled, by: Settings) -> Steps:
    """Give the value of a column, and of a number what is to be known of it."""
    source, name = settled.source, settled.source.name
    if not source.is_number:
        kept = source.text if source.kind == "text" else source.tidy
        kept = kept.str.replace_all(r"\.0$", "") if settled.whole else kept
        kept = nw.when(~source.tidy.is_null()).then(kept).cast(nw.String)
        return [{f"value:{name}": kept}]
    number, value = nw.col(f"number:{name}"), nw.col(f"value:{name}")
    plausible = nw.when(number.abs() <= FARTHEST).then(number)
    unsigned = nw.when(number == 0.0).then(nw.lit(0.0)).otherwise(plausible)
    ranged = source.is_typed and source.kind != "year"
    middle = is_range(name) & ~value.is_null() if ranged else nw.lit(value=False)
    fault = _is_given(source) & value.is_null()
    return [
        {f"number:{name}": _number(settled, by).cast(nw.Float64)},
        {f"value:{name}": unsigned},  # a zero has no sign
        {f"fault:{name}": fault, f"middle:{name}": middle},
    ]


def _is_given(source: Source) -> nw.Expr:
    if source.is_typed:
        return ~source.tidy.is_null()
    if source.dtype.is_float():  # nan is nothing; infinity is no number
        infinite = source.text.cast(nw.Float64).abs() == float("inf")
        return infinite.fill_null(value=False) | ~source.plain.is_null()
    return ~source.text.is_null()


def _number(settled: Settled, by: Settings) -> nw.Expr:
    """Give the number of each cell, null where it cannot be read."""
    source = settled.source
    if source.is_dated:
        return source.plain
    if source.kind == "year":
        return read_year(source.name, settled.forms, typed=source.is_typed)
    plain = source.plain
    if source.kind == "pay":
        plain = _in_units(plain, by.pay)
    return plain if source.is_native else _typed_number(settled, plain)


def _in_units(number: nw.Expr, pay: Pay) -> nw.Expr:
    factor = pay.unit * (12.0 if pay.period == "month" else 1.0)
    return number if factor == 1.0 else scaled(number, nw.lit(float(factor)))


def _typed_number(settled: Settled, plain: nw.Expr) -> nw.Expr:
    """Read the cells of a column in the styles that it may be in."""
    source = settled.source
    amounts = [amount(source.name, style) for style in settled.styles]
    value = amounts[0].value
    if len(amounts) == 2:  # what one style alone reads, or both alike
        both = nw.coalesce(*(found.value for found in amounts))
        differ = amounts[0].value != amounts[1].value
        value = nw.when(~differ.fill_null(value=False)).then(both)
    if source.kind != "number":
        return nw.coalesce(plain, value)
    has_percent = source.tidy.str.contains("%", literal=True).fill_null(value=False)
    told = flag(source.tidy)
    number = nw.coalesce(plain, value)
    number = nw.when(has_percent == nw.lit(settled.percent)).then(number)
    return nw.coalesce(number, nw.when(told.readable).then(told.value))
