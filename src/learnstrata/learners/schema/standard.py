"""What a learner table is: its standard columns, and how a user's table becomes one.

`recognise` finds which column holds what; `standardise` gives the table that the rest
of the library works on. What cannot be read is set apart, never a guess.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrameT

from learnstrata.config.stages import Columns, Numbers, Pay, Unit
from learnstrata.exceptions import SchemaError, nearest, preview
from learnstrata.learners.schema.columns import Kind, read_columns
from learnstrata.learners.schema.register import COLUMNS, extra_name, folded

__all__ = [
    "kinds_of",
    "recognise",
    "standardise",
]

_EXTRA_KINDS: Mapping[str, Kind] = {
    "numeric": "number",
    "categorical": "text",
    "outcome": "outcome",
}
READINGS = {"unread": "fault", "middle": "middle"}  # ours, and how it is marked
TEXT_LENGTH = 80


def recognise(
    names: Sequence[str], columns: Columns, *, record: Unit
) -> Mapping[str, str]:
    """Find which column of a table holds what.

    Columns that the configuration names go first, then known names in the order of
    the register of columns. A column named as an extra is not taken for anything else,
    and an empty name (``company = ""``) says that the table has no such column.

    Parameters
    ----------
    names : sequence of str
        Columns of the table.
    columns : Columns
    record : {"record", "learner"}
        What a row is; ``learner`` needs no learner id.

    Returns
    -------
    mapping of str to str
        Standard name (see `extra_name` for extras) to column of the table.

    Raises
    ------
    SchemaError
        If a named column is not there, a column is named twice, there is no learner id,
        or too little else to segment on.

    Examples
    --------
    >>> recognise(["Email Hash", "CTC", "city", "orgyear"], Columns(), record="record")
    {'learner_id': 'Email Hash', 'pay': 'CTC', 'start_year': 'orgyear'}
    """
    given = {name: getattr(columns, known.key) for name, known in COLUMNS.items()}
    extras = _extras(columns)
    wanted = [*filter(None, given.values()), *(column for column, _ in extras.values())]
    if missing := set(wanted).difference(names):
        raise SchemaError.missing(missing, names)
    _refuse_twice(wanted)
    taken = set(wanted)
    found: dict[str, str] = {}
    for name, column in given.items():
        chosen = _by_alias(name, names, taken) if column is None else column
        if chosen:
            found[name] = chosen
            taken.add(chosen)
    found |= {name: column for name, (column, _) in extras.items()}
    _refuse_too_little(found, names, columns, record)
    return found


def _extras(columns: Columns) -> dict[str, tuple[str, Kind]]:
    extras: dict[str, tuple[str, Kind]] = {}
    for field, kind in _EXTRA_KINDS.items():
        for column in getattr(columns, field):
            name = extra_name(column)
            if name in extras:
                raise SchemaError(
                    f"Got the extra columns {extras[name][0]!r} and {column!r}, which "
                    f"would both be called {name!r}. Name a column once; rename one."
                )
            extras[name] = (column, kind)
    return extras


def _refuse_twice(wanted: Sequence[str]) -> None:
    if twice := sorted({column for column in wanted if wanted.count(column) > 1}):
        raise SchemaError(
            f"Got the columns {twice} more than once in [columns] of the "
            "configuration. A column holds one thing: name it once."
        )


def _by_alias(name: str, names: Sequence[str], taken: set[str]) -> str | None:
    free: dict[str, str] = {}
    for column in names:
        if column not in taken:
            free.setdefault(folded(column), column)
    hits = (free.get(folded(alias)) for alias in COLUMNS[name].aliases)
    return next(filter(None, hits), None)


def _refuse_too_little(
    found: Mapping[str, str], names: Sequence[str], columns: Columns, record: Unit
) -> None:
    if "learner_id" not in found and record != "learner":
        free = [name for name in names if name not in found.values()]
        aliases = COLUMNS["learner_id"].aliases
        near = next(filter(None, (nearest(alias, free) for alias in aliases)), "")
        raise SchemaError(
            f"Got no column of learner ids; the table has {preview(names)}."
            + (f" Perhaps {near!r}?" if near else "")
            + ' Name it (learner = "..." in [columns]), or set record = "learner" if '
            "each row is one learner."
        )
    extras = {extra_name(c) for c in (*columns.numeric, *columns.categorical)}
    usable = [name for name in found if name in {"company", "title", "pay", *extras}]
    if not {"start_year", "experience"}.isdisjoint(found):
        usable.append("start_year or experience")
    if len(usable) < 2:
        raise SchemaError(
            f"Got {usable} to segment on, expected two or more of company, title, pay, "
            "start_year or experience, and extra columns; the table has "
            f"{preview(names)}. Name them in [columns] of the configuration."
        )


def kinds_of(mapping: Mapping[str, str], columns: Columns) -> dict[str, Kind]:
    """Tell how each column of a mapping is read, in the standard order."""
    known: dict[str, Kind] = {name: column.kind for name, column in COLUMNS.items()}
    known |= {name: kind for name, (_, kind) in _extras(columns).items()}
    return {name: kind for name, kind in known.items() if name in mapping}


def standardise(
    frame: IntoFrameT,
    mapping: Mapping[str, str],
    *,
    columns: Columns,
    pay: Pay,
    record: Unit,
    numbers: Numbers | None = None,
) -> IntoFrameT:
    """Give a learner table its standard columns.

    Parameters
    ----------
    frame : data frame, eager or lazy
        It is not changed. An engine without row order (DuckDB) needs a whole-number
        column ``record``.
    mapping : mapping of str to str
        From `recognise`.
    columns : Columns
        Says which extras are numbers, categories and outcomes.
    pay : Pay
        Unit, period and currency of a pay that does not say them itself.
    record : {"record", "learner"}
        With ``learner`` and no learner id, the record's number becomes one.
    numbers : Numbers, default=None
        Marks of the numbers, where the values of a column do not tell.

    Returns
    -------
    data frame of the same kind
        ``record`` (Int64, row of the input from 0); those that the mapping has of
        ``learner_id``, ``company``, ``title`` (String), ``pay`` (Float64, currency
        units a year), ``start_year``, ``experience``, ``pay_year`` (Float64) and the
        extras. For each of the numbers NAME also ``unread:NAME``: the value as it
        stands, cut at 80 characters, where it cannot be read with certainty; and
        ``middle:NAME``, where it is a range of which the middle is read.

    Raises
    ------
    SchemaError
        If a column of the mapping is not there or holds lists or the like, rows have no
        order, ids have lost digits, or pay is in several currencies and none is chosen.

    Notes
    -----
    What is typed how is told in ``docs/reference/reading.md``. What only a column as a
    whole tells (which mark stands before decimals, whether 43922 is a day) is counted
    once, so some aggregates of a lazy frame are collected. An outcome is a number where
    95 % of its values are, else a category.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"user_id": [7, 8], "ctc": ["12.5 LPA", "about 12"]})
    >>> mapping = {"learner_id": "user_id", "pay": "ctc"}
    >>> standardise(
    ...     table, mapping, columns=Columns(), pay=Pay(), record="record"
    ... ).rows()
    [(0, '7', 1250000.0, None, None), (1, '8', None, 'about 12', None)]
    """
    kinds = kinds_of(mapping, columns)
    read = read_columns(frame, mapping, kinds=kinds, pay=pay, numbers=numbers)
    chosen = {name: nw.col(f"value:{name}") for name in kinds}
    if record == "learner" and "learner_id" not in chosen:
        chosen = {"learner_id": nw.col("record").cast(nw.String), **chosen}
    there = set(read.collect_schema().names())
    done = read.select("record", **chosen, **_readings(kinds, there)).to_native()
    return done.collect() if isinstance(frame, pl.DataFrame) else done


def _readings(kinds: Iterable[str], there: Collection[str]) -> dict[str, nw.Expr]:
    """Give what could not be read, and of what only the middle was, as it was typed."""
    found: dict[str, nw.Expr] = {}
    for name in kinds:
        for kind, mark in READINGS.items():
            if f"{mark}:{name}" in there:
                text = nw.col(f"text:{name}").cast(nw.String)
                told = nw.when(nw.col(f"{mark}:{name}")).then(text)
                found[f"{kind}:{name}"] = told.str.slice(0, TEXT_LENGTH)
    return found
