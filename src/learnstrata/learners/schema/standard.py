"""What a learner table is: its standard columns, and how a user's table becomes one.

`recognise` finds which column holds what; `standardise` gives the table that the rest
of the library works on. What cannot be read is set apart, never a guess.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrameT

from learnstrata.config.stages import Columns, Numbers, Pay, Unit
from learnstrata.exceptions import SchemaError, preview
from learnstrata.learners.lookups import Frame
from learnstrata.learners.schema.columns import Kind, Reading, reading_of
from learnstrata.learners.schema.register import (
    COLUMNS,
    Column,
    column_label,
    extra_name,
    folded,
    own_name,
)
from learnstrata.wording.words import listed

__all__ = [
    "Recognition",
    "find_columns",
    "in_standard_columns",
    "is_reading",
    "kinds_of",
    "recognise",
    "refuse_unrecognised",
    "standardise",
    "told_notes",
]

_EXTRA_KINDS: Mapping[str, Kind] = {
    "numeric": "number",
    "categorical": "category",
    "outcome": "outcome",
}
READINGS = {"unread": "fault", "middle": "middle"}  # ours, and how it is marked
TEXT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Recognition:
    """Which column of a table holds what, as far as that can be told.

    Attributes
    ----------
    columns : mapping of str to str
        Standard name (see `extra_name` for the user's own) to column of the table.
    problems : tuple of str
        Why the names do not tell what a run needs to know; empty if they do.
    notes : tuple of str
        Where another column could have been meant.
    """

    columns: Mapping[str, str]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def find_columns(names: Sequence[str], columns: Columns) -> Recognition:
    """Find which column of a table holds what, without refusing any table.

    Columns that the configuration names go first, then known names in the order of
    the register of columns. A column named as an extra is not taken for anything else,
    and an empty name (``company = ""``) says that the table has no such column. Names
    are compared as `folded`; of several that are then alike the one that is exactly so
    is taken, and where none is, that is a problem.

    Parameters
    ----------
    names : sequence of str
        Columns of the table.
    columns : Columns

    Returns
    -------
    Recognition

    Examples
    --------
    >>> found = find_columns(["user_id", "ctc", "CTC "], Columns())
    >>> found.columns["pay"], found.notes[0][:43]
    ('ctc', "The pay is read from 'ctc'; 'CTC ' could be")
    """
    search = _Search(names)
    found, problems = _named(search, columns)
    if twice := _twice([*found.values()]):
        problems.append(twice)
    taken, notes = set(found.values()), list[str]()
    for name, known in COLUMNS.items():
        if getattr(columns, known.key) is not None:
            continue
        hit, others = search.by_alias(known.aliases, taken)
        if hit is not None:
            found[name] = hit
            taken.add(hit)
        if others and hit is None:
            problems.append(_alike(known.label, others))
        elif others:
            notes.append(_doubt(known, str(hit), others))
    order = [*COLUMNS, *found]
    ranked = {name: found[name] for name in order if name in found}
    return Recognition(ranked, tuple(problems), tuple(notes))


def recognise(
    names: Sequence[str], columns: Columns, *, record: Unit
) -> Mapping[str, str]:
    """Find which column of a table holds what, or say what is missing.

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
        As `Recognition.columns`.

    Raises
    ------
    SchemaError
        If a named column is not there, a column is named twice, names are alike, there
        is no learner id, or too little else to segment on.

    Examples
    --------
    >>> recognise(["Email Hash", "CTC", "city", "orgyear"], Columns(), record="record")
    {'learner_id': 'Email Hash', 'pay': 'CTC', 'start_year': 'orgyear'}
    """
    found = find_columns(names, columns)
    refuse_unrecognised(found, names, columns, record=record)
    return found.columns


def refuse_unrecognised(
    found: Recognition,
    names: Sequence[str],
    columns: Columns,
    *,
    record: Unit,
    likely_ids: Callable[[Sequence[str]], Sequence[str]] | None = None,
) -> None:
    """Refuse a table in which `find_columns` does not find what a run needs.

    Parameters
    ----------
    found : Recognition
    names : sequence of str
    columns : Columns
    record : {"record", "learner"}
    likely_ids : callable, default=None
        Gives, of the columns that are free, those whose values may be learner ids.

    Raises
    ------
    SchemaError
        As `recognise`.
    """
    if found.problems:
        raise SchemaError(found.problems[0])
    if "learner_id" not in found.columns and record != "learner":
        free = [name for name in names if name not in found.columns.values()]
        near = likely_ids(free)[:1] if likely_ids else ()
        raise SchemaError(_without_ids(names, near))
    _refuse_too_little(found.columns, names, columns)


@dataclass(frozen=True, slots=True)
class _Search:
    """The columns of a table, to be found by what matters in their names."""

    names: Sequence[str]

    def named(self, wanted: str) -> list[str]:
        """Give the column of that very name, or all those that are alike."""
        return [wanted] if wanted in self.names else self._alike(wanted)

    def by_alias(
        self, aliases: Sequence[str], taken: Collection[str]
    ) -> tuple[str | None, list[str]]:
        """Give the column that goes by the likeliest alias, and the others that do."""
        hits: dict[str, str] = {}
        for alias in aliases:
            hits |= {n: alias for n in self._alike(alias) if n not in taken}
        if not hits:
            return None, []
        likeliest = next(iter(hits.values()))
        alike = [name for name, alias in hits.items() if alias == likeliest]
        exact = likeliest if likeliest in alike else None
        if exact is None and len(alike) > 1:
            return None, alike
        chosen = exact or alike[0]
        return chosen, [name for name in hits if name != chosen]

    def _alike(self, wanted: str) -> list[str]:
        plain = folded(wanted)
        return [name for name in self.names if plain and folded(name) == plain]


def _named(search: _Search, columns: Columns) -> tuple[dict[str, str], list[str]]:
    """Find the columns that the configuration names, and say which are not to be."""
    given = {name: getattr(columns, known.key) for name, known in COLUMNS.items()}
    standard = {name: column for name, column in given.items() if column}
    wanted = standard | {name: own for name, (own, _) in _extras(columns).items()}
    hits = {name: search.named(column) for name, column in wanted.items()}
    problems = [
        _alike(repr(wanted[name]), found)
        for name, found in hits.items()
        if len(found) > 1
    ]
    if missing := {wanted[name] for name, found in hits.items() if not found}:
        problems.insert(0, str(SchemaError.missing(missing, search.names)))
    own = [column for field in _EXTRA_KINDS for column in getattr(columns, field)]
    if twice := _twice([*standard.values(), *own]):
        problems.insert(0, twice)
    return {name: found[0] for name, found in hits.items() if len(found) == 1}, problems


def _alike(wanted: str, found: Sequence[str]) -> str:
    return (
        f"Got {len(found)} columns that could be {wanted}: {preview(found)}. Their "
        "names differ in nothing but case, spaces or signs. Name one of them exactly "
        "in [columns] of the configuration, or rename the others."
    )


def _doubt(known: Column, chosen: str, others: Sequence[str]) -> str:
    return (
        f"The {known.label} is read from {chosen!r}; "
        f"{listed([repr(other) for other in others])} could be meant as well: "
        f"{known.key} in [columns] says which."
    )


def _extras(columns: Columns) -> dict[str, tuple[str, Kind]]:
    return {
        extra_name(column): (column, kind)
        for field, kind in _EXTRA_KINDS.items()
        for column in getattr(columns, field)
    }


def _twice(wanted: Sequence[str]) -> str:
    """Say which columns are named more than once."""
    named = [extra_name(column) for column in wanted]
    twice = sorted({c for c in wanted if named.count(extra_name(c)) > 1})
    return (
        f"Got the columns {twice} more than once in [columns] of the configuration. A "
        "column holds one thing: name it once."
        if twice
        else ""
    )


def _without_ids(names: Sequence[str], near: Sequence[str]) -> str:
    return (
        f"Got no column of learner ids; the table has {preview(names)}."
        + "".join(f" Perhaps {name!r}?" for name in near)
        + ' Name it (learner = "..." in [columns]), or set record = "learner" if '
        "each row is one learner."
    )


def _refuse_too_little(
    found: Mapping[str, str], names: Sequence[str], columns: Columns
) -> None:
    extras = {extra_name(c) for c in (*columns.numeric, *columns.categorical)}
    told = {"company", "title", "pay", *extras}
    usable = [own_name(name) for name in found if name in told]
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
    read = reading_of(frame, mapping, kinds=kinds, pay=pay, numbers=numbers)
    done = in_standard_columns(read.frame, kinds, record=record).to_native()
    return done.collect() if isinstance(frame, pl.DataFrame) else done


def in_standard_columns(read: Frame, kinds: Iterable[str], *, record: Unit) -> Frame:
    """Give columns that were read the names and the order of `standardise`."""
    chosen = {name: nw.col(f"value:{name}") for name in kinds}
    if record == "learner" and "learner_id" not in chosen:
        chosen = {"learner_id": nw.col("record").cast(nw.String), **chosen}
    there = set(read.collect_schema().names())
    return read.select("record", **chosen, **_readings(kinds, there))


def told_notes(read: Reading) -> tuple[str, ...]:
    """Say what was taken for granted of the numbers of a table."""
    return tuple(f"{column_label(name)}: {note}." for name, note in read.notes.items())


def is_reading(name: str) -> bool:
    """Tell the columns of `standardise` that say how another one was read."""
    return name.partition(":")[0] in READINGS


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
