"""Small tables joined to a frame of any engine."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import narwhals as nw
import polars as pl

from learnstrata.exceptions import LearnstrataError, SourceError

__all__ = [
    "Frame",
    "collected",
    "distinct",
    "faults_told",
    "join_lookup",
    "library_of",
    "on_grid",
    "without_patterns",
]

# A narwhals frame of any engine, eager or lazy: no type has the methods of both.
Frame: TypeAlias = Any


@contextmanager
def faults_told(
    libraries: Collection[str], say: Callable[[Exception], str]
) -> Iterator[None]:
    """Turn what libraries of frames say into one line of ours.

    Parameters
    ----------
    libraries : collection of str
        First names of the modules whose errors are meant; those of the system are, too.
    say : callable
        Gives the line.

    Raises
    ------
    SourceError
    """
    try:
        yield
    except LearnstrataError:
        raise
    except Exception as error:
        if library_of(error) not in libraries and not isinstance(error, OSError):
            raise
        raise SourceError(say(error)) from error


def library_of(value: object) -> str:
    """Give the library that the type of a value is of."""
    return type(value).__module__.partition(".")[0]


def collected(frame: Frame) -> pl.DataFrame:
    """Bring a narwhals frame, eager or lazy, into memory as Polars."""
    return frame.lazy().collect("polars").to_native()


def without_patterns(frame: Frame) -> tuple[Frame, dict[str, str]]:
    """Rename the columns that Polars would take for patterns (``^...$``, ``*``).

    Returns
    -------
    tuple of narwhals frame and dict
        Name of each column of `frame` -> its name in the frame that is given back.

    Examples
    --------
    >>> frame, names = without_patterns(nw.from_native(pl.DataFrame({"^a$": [1]})))
    >>> frame.columns, names
    (['pattern:0'], {'^a$': 'pattern:0'})
    """
    names: list[str] = frame.collect_schema().names()
    free = (f"pattern:{i}" for i in range(2 * len(names)))
    patterns = [n for n in names if n == "*" or (n.startswith("^") and n.endswith("$"))]
    unused = (name for name in free if name not in names)
    renamed = dict(zip(patterns, unused, strict=False))
    frame = frame.rename(renamed) if renamed else frame
    return frame, {name: renamed.get(name, name) for name in names}


def distinct(frame: Frame, column: str) -> list[Any]:
    """Give the distinct values of a column, sorted, nulls left out."""
    values = collected(frame.select(column).unique())[column]
    return values.drop_nulls().sort().to_list()


def on_grid(value: nw.Expr, bits: int) -> nw.Expr:
    """Round numbers to multiples of ``2 ** -bits``, halves up: their sums are exact.

    Floats add up differently in each order, and an engine adds in the order that suits
    it; multiples of a power of two do not, as long as the sum is under
    ``2 ** (53 - bits)``. Numbers that are larger themselves stay as they are.

    Parameters
    ----------
    value : narwhals expression
    bits : int

    Examples
    --------
    >>> table = nw.from_native(pl.DataFrame({"a": [0.1, 0.7, 0.2]}))
    >>> table.select(on_grid(nw.col("a"), 2))["a"].to_list()
    [0.0, 0.75, 0.25]
    """
    # Engines round halves differently, and some give the floor as a whole number.
    rounded = (value * 2.0**bits + 0.5).floor().cast(nw.Float64) / 2.0**bits
    small = value.abs() < 2.0 ** (52 - bits)
    return nw.when(small).then(rounded).otherwise(value)


def join_lookup(frame: Frame, table: pl.DataFrame, *, on: Sequence[str]) -> Frame:
    """Join a small Polars table to a narwhals frame, on the frame's own engine.

    Parameters
    ----------
    frame : narwhals DataFrame or LazyFrame
    table : polars.DataFrame
        One row a key, without nulls in the key.
    on : sequence of str
        Key columns, there in both.

    Returns
    -------
    narwhals frame
        All rows of `frame` in their order, where the engine has one; keys that are not
        in `table` get nulls.
    """
    kept = frame.collect_schema().names()
    native = _on_engine_of(frame, table)
    if frame.implementation is nw.Implementation.POLARS:
        rows = frame.to_native()  # lazy, it keeps no order unless it is told to
        joined = rows.join(native, on=list(on), how="left", maintain_order="left")
        joined = nw.from_native(joined)
    else:
        lookup = nw.from_native(native)
        if isinstance(frame, nw.DataFrame):
            lookup = lookup.collect() if isinstance(lookup, nw.LazyFrame) else lookup
        joined = frame.join(lookup, on=list(on), how="left")
        if frame.implementation is nw.Implementation.PANDAS:  # it numbers rows anew
            rows = joined.to_native().set_axis(frame.to_native().index)
            joined = nw.from_native(rows)
    return joined.select(*kept, *(c for c in table.columns if c not in kept))


def _on_engine_of(frame: Frame, table: pl.DataFrame) -> Any:  # noqa: ANN401 - native
    engine = frame.implementation
    if engine is nw.Implementation.POLARS:
        return table if isinstance(frame, nw.DataFrame) else table.lazy()
    if engine is nw.Implementation.DUCKDB:
        # On the connection of the frame: DuckDB finds the table by the variable's name.
        lookup = table.to_arrow()  # noqa: F841
        return frame.to_native().query("frame", "SELECT * FROM lookup")
    if engine in {nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT}:
        from pyspark.sql.functions import broadcast

        session = frame.to_native().sparkSession
        return broadcast(session.createDataFrame(table.to_arrow()))
    data: Mapping[str, Any] = {c: table[c].to_list() for c in table.columns}
    schema = nw.from_native(table).schema  # an empty list has no type of its own
    return nw.from_dict(data, schema=schema, backend=engine).to_native()
