"""From the user's table to learners: columns recognised, records cleaned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Config
from learnstrata.exceptions import (
    DegenerateError,
    ParameterError,
    SchemaError,
)
from learnstrata.learners.cleaning import Cleaned, clean
from learnstrata.learners.factors import as_factors
from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.history import with_progression
from learnstrata.learners.ledger import SEGMENTED
from learnstrata.learners.lookups import Frame, collected, faults_told, library_of
from learnstrata.learners.parts import PART_ROWS, in_parts
from learnstrata.learners.roles.families import add_roles
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.rules.identity import Whole, sums_of
from learnstrata.learners.schema.amounts import tidied
from learnstrata.learners.schema.columns import column_names_of, reading_of
from learnstrata.learners.schema.ids import find_id_candidates
from learnstrata.learners.schema.register import column_label, extra_name
from learnstrata.learners.schema.standard import (
    find_columns,
    in_standard_columns,
    kinds_of,
    refuse_unrecognised,
    told_notes,
)
from learnstrata.privacy.disclosure.pooling import pooled
from learnstrata.wording.addresses import without_secrets
from learnstrata.wording.cells import guarded_text, unguarded_text

__all__ = [
    "MOST_LOST",
    "Holder",
    "ReadTable",
    "brought_parts",
    "clean_table",
    "cleaned_parts",
    "in_order_of_content",
    "newest_unit",
    "read_table",
    "refuse_unusable",
    "told_as_ours",
    "units_of",
    "used_columns",
    "without_rare",
]

# A native frame: of Polars, or lazy where an engine holds the records.
Records: TypeAlias = Any
Checkpoint: TypeAlias = Callable[[Frame], Frame]


class Holder(Protocol):
    """What is asked here of an engine that holds a table."""

    def checkpoint(self, frame: Frame) -> Frame:
        """Have a frame computed once for all that is asked of it."""
        ...

    def parts(self, frame: Frame, *, rows: int) -> Iterator[pl.DataFrame]:
        """Bring records part by part, all of a learner in one."""
        ...


LIBRARIES = {"polars", "pandas", "narwhals", "duckdb", "_duckdb", "pyarrow"}
LEAST_LOST = 10  # unreadable values; fewer of a small table are no sign of anything
MOST_LOST = 0.5  # of the values given; beyond, the column is likely another one
NAMED = ("role", "role_family", "title", "tier")  # and the categories of the user


class ReadTable(NamedTuple):
    """A table as it was read.

    Attributes
    ----------
    records : polars.DataFrame, or a lazy frame of an engine
        In our names.
    mapping : mapping of str to str
        Standard name -> column of the user's table.
    notes : tuple of str
        Where another column could have been meant, and what was taken for granted of
        the numbers.
    """

    records: Records
    mapping: Mapping[str, str]
    notes: tuple[str, ...]


def used_columns(frame: Frame, config: Config) -> Frame:
    """Leave out the columns that a run will not look at.

    Where no column of ids is found, all stay: one of them may be meant.

    Parameters
    ----------
    frame : narwhals frame
        With ``record``.
    config : Config
    """
    names = frame.collect_schema().names()
    found = find_columns(names, config.columns).columns
    if "learner_id" not in found and config.record != "learner":
        return frame
    return frame.select(*dict.fromkeys(["record", *found.values()]))


def read_table(
    frame: IntoFrame,
    config: Config,
    mapping: Mapping[str, str] | None = None,
    *,
    checkpoint: Checkpoint | None = None,
) -> ReadTable:
    """Bring the recognised columns of any frame into memory, typed.

    Parameters
    ----------
    frame : data frame
        The user's table, any frame narwhals knows. It is not changed.
    config : Config
    mapping : mapping of str to str, default=None
        Standard name -> column of the table, where that is known; ``None`` recognises
        the columns.
    checkpoint : callable, default=None
        Of the engine that holds the table: the records stay there.

    Returns
    -------
    ReadTable

    Raises
    ------
    SchemaError
        If it is no data frame, its columns are named twice or by no text, it lacks what
        a segmentation needs, over half of a column cannot be read, or its own numbers
        of the records are none.
    SourceError
        If its library cannot give its rows.
    DegenerateError
        If it has no rows.
    """
    doubts: tuple[str, ...] = ()
    with nullcontext() if checkpoint else told_as_ours(frame):
        if mapping is None:
            names, columns = column_names_of(frame), config.columns
            found = find_columns(names, columns)
            refuse_unrecognised(
                found,
                names,
                columns,
                record=config.record,
                likely_ids=partial(_likely_ids, frame),
            )
            mapping, doubts = found.columns, found.notes
        kinds = kinds_of(mapping, config.columns)
        read = reading_of(
            frame, mapping, kinds=kinds, pay=config.pay, numbers=config.numbers
        )
        standard = in_standard_columns(read.frame, kinds, record=config.record)
        kept = (
            checkpoint(standard) if checkpoint else nw.from_native(collected(standard))
        )
        counts = _counted(kept, mapping)
    if not counts["rows"]:
        raise DegenerateError("Got a table without rows, expected learners.")
    _refuse_unnumbered(counts)
    _refuse_lost(counts, mapping, read.hints)
    return ReadTable(kept.to_native(), mapping, (*doubts, *told_notes(read)))


def _counted(records: Frame, mapping: Mapping[str, str]) -> dict[str, int]:
    """Count the rows, their numbers, and what of each column was given and lost."""
    number, names = nw.col("record"), records.collect_schema().names()
    sums = {"rows": nw.len(), "numbers": number.count(), "distinct": number.n_unique()}
    for name in mapping:
        if f"unread:{name}" in names:
            lost, read = nw.col(f"unread:{name}"), nw.col(name)
            sums |= {f"lost:{name}": lost.count()}
            given = ~(lost.is_null() & read.is_null())
            sums |= {f"given:{name}": given.cast(nw.Int64).sum()}
    row = collected(records.select(**sums)).row(0, named=True)
    return {name: int(n or 0) for name, n in row.items()}  # SQL adds up none to null


def _likely_ids(frame: IntoFrame, free: Sequence[str]) -> list[str]:
    return [one.column for one in find_id_candidates(frame, free)]


def told_as_ours(frame: object) -> AbstractContextManager[None]:
    """Turn what the library of a frame says of it into one line of ours.

    Raises
    ------
    SourceError
    """
    return faults_told(LIBRARIES | {library_of(frame)}, _said)


def _said(error: Exception) -> str:
    said = without_secrets(" ".join(str(error).split()))[:200]
    return (
        f"The table cannot be read: {said or type(error).__name__}. Collect it first, "
        "or convert the column."
    )


def _refuse_lost(
    counts: Mapping[str, int], mapping: Mapping[str, str], hints: Mapping[str, str]
) -> None:
    """Refuse a table that has lost over half of the values of a column."""
    for name, column in mapping.items():
        n, given = counts.get(f"lost:{name}", 0), counts.get(f"given:{name}", 0)
        if n >= LEAST_LOST and n > MOST_LOST * given:
            raise SchemaError(
                f"{column_label(name)} (column {column!r}) cannot be read in {n:,} of "
                f"the {given:,} records that have it. "
                f"{hints.get(name) or 'Map another column'}. "
                "Examples: learnstrata check."
            )


def _refuse_unnumbered(counts: Mapping[str, int]) -> None:
    """Check a column ``record`` that the user gave: by it all else finds its row."""
    empty, again = (counts["rows"] - counts[key] for key in ("numbers", "distinct"))
    if empty or again:
        raise SchemaError(
            f"Got a column record with {empty:,} empty and {again:,} repeated numbers, "
            "expected another whole number in each row. Number the rows: "
            "row_number() OVER () - 1 AS record."
        )


def clean_table(
    table: Records,
    config: Config,
    limits: Limits,
    *,
    whole: Whole | None = None,
) -> Cleaned[pl.DataFrame]:
    """Clean the records of a table; titles are given their role families.

    Parameters
    ----------
    table : polars.DataFrame
        From `read_table`.
    config : Config
    limits : Limits
    whole : mapping, default=None
        As for `learnstrata.learners.cleaning.clean`.

    Raises
    ------
    DegenerateError
        If no record can be used.
    """
    cleaned = clean(_with_roles(table, config), config, limits, whole=whole)
    refuse_unusable(cleaned.units, cleaned.ledger.lazy())
    return cleaned


def cleaned_parts(
    table: pl.DataFrame, config: Config, limits: Limits
) -> Iterator[Cleaned[pl.DataFrame]]:
    """Clean the records of a table part by part, all of a learner in one.

    Parameters
    ----------
    table : polars.DataFrame
        From `read_table`.
    config : Config
    limits : Limits
    """
    table = _with_roles(table, config)
    frame = nw.from_native(table)
    # A line of totals adds up the whole table, not the part that it is in.
    whole = sums_of(frame, frame.columns, record=config.record)
    for records in in_parts(table):
        yield clean(records, config, limits, whole=whole)


def brought_parts(
    table: Records, config: Config, limits: Limits, on: Holder
) -> Iterator[Cleaned[pl.DataFrame]]:
    """Have an engine clean the records of a table, and bring them part by part.

    Parameters
    ----------
    table : lazy frame of the engine
        From `read_table`.
    config : Config
    limits : Limits
    on : Holder
        The engine.
    """
    table = _with_roles(table, config)
    # Texts of the ledger are written here: Spark takes minutes to compile them.
    cleaned = clean(table, config, limits, checkpoint=on.checkpoint, bring=_brought)
    for part in on.parts(nw.from_native(cleaned.records), rows=PART_ROWS):
        records = part.sort("record")
        units = records.filter(pl.col("state").is_in(SEGMENTED))
        met = cleaned.ledger.join(records.select("record"), on="record", how="semi")
        yield Cleaned(units=units, records=records, ledger=met)


def _brought(frame: Frame) -> Frame:
    return nw.from_native(collected(frame))


def _with_roles(table: Records, config: Config) -> Records:
    if "title" not in nw.from_native(table).collect_schema().names():
        return table
    return add_roles(table, fuzzy_score=config.roles.fuzzy_score)


def refuse_unusable(units: pl.DataFrame, ledger: pl.LazyFrame) -> None:
    """Refuse a table of which no record stands for a learner.

    Raises
    ------
    DegenerateError
        Says by which rule most are lost.
    """
    if not units.is_empty():
        return
    rules = ledger.select("rule").collect()["rule"]
    ranked = rules.value_counts().sort("count", "rule", descending=[True, False])
    rule, n = ranked.row(0)
    raise DegenerateError(
        f"None of the {len(rules):,} records can be used; most often: "
        f"{rule} ({n:,} records). Run `learnstrata check` on the table."
    )


def units_of(cleaned: Cleaned[pl.DataFrame]) -> pl.DataFrame:
    """Give what is segmented, with what the older records of each learner tell."""
    return with_progression(cleaned.units, cleaned.records).sort("record")


def in_order_of_content(
    units: pl.DataFrame, mapping: Mapping[str, str], config: Config
) -> tuple[pl.DataFrame, pl.Series]:
    """Put learners in an order that the order of the rows has no part in.

    Whatever is drawn, tied or summed afterwards is then the same for any order of the
    rows. Learners who say the same in every column may change places: nothing tells
    them apart.

    Parameters
    ----------
    units : polars.DataFrame
        From `units_of`. It is not changed.
    mapping : mapping of str to str
        From `read_table`: what the table says of a learner. An id that is a row's
        number is none of it.
    config : Config
        The ``legacy`` sampler draws by the rows of the input, which then stay.

    Returns
    -------
    tuple of polars.DataFrame and polars.Series
        The units, ``record`` numbered anew in their order, and the record of the input
        each of them is.

    Examples
    --------
    >>> from learnstrata.config.loading import load_config
    >>> units = pl.DataFrame({"record": [0, 4], "learner_id": ["b", "a"]})
    >>> found, rows = in_order_of_content(units, {"learner_id": "id"}, load_config())
    >>> found.rows(), rows.to_list()
    ([(0, 'a'), (1, 'b')], [4, 0])
    """
    if config.sampler == "legacy":
        ordered = units.sort("record")
        return ordered, ordered["record"]
    told = [column for column in mapping if column in units.columns]
    ordered = units.sort(*told, "record")
    place = pl.int_range(pl.len(), dtype=pl.Int64).alias("record")
    return ordered.with_columns(place), ordered["record"]


def _rows_of(table: pl.DataFrame, learner: str) -> pl.DataFrame:
    """Give the records of a learner, by the id as it stands there or is guarded."""
    forms = (learner, unguarded_text(learner), guarded_text(learner))
    asked = nw.from_native(pl.DataFrame({"learner_id": forms}))
    read = asked.select(tidied(nw.col("learner_id"))).to_native()
    found = (table.filter(learner_id=one) for one in read["learner_id"])
    return next((rows for rows in found if len(rows)), table.clear())


def newest_unit(
    table: pl.DataFrame,
    config: Config,
    limits: Limits,
    *,
    learner: str,
    whole: Whole,
) -> pl.DataFrame:
    """Give one learner of a table after cleaning; of several rows that of the last pay.

    Parameters
    ----------
    table : polars.DataFrame
        From `read_table`.
    config : Config
    limits : Limits
    learner : str
        As it stands in the table, or as lists for people have it, behind an apostrophe.
    whole : mapping
        As for `clean_table`, of the table: a line of totals adds up all of it.

    Raises
    ------
    ParameterError
        If the table has no such learner.
    DegenerateError
        If none of the learner's records can be used.
    """
    own = _rows_of(table, str(learner))
    if own.is_empty():
        n = table["learner_id"].n_unique()
        raise ParameterError(
            f"Got learner {learner!r}, expected one of the {n:,} ids of the table. "
            "Give the id as it stands in the table."
        )
    units = units_of(clean_table(own, config, limits, whole=whole))
    by = [c for c in ("pay_year", "record") if c in units.columns]
    falling = [c == "pay_year" for c in by]
    return units.sort(by, descending=falling, nulls_last=True).head(1)


def without_rare(learners: pl.DataFrame, config: Config, *, least: int) -> pl.DataFrame:
    """Pool the categories that too few learners hold to be named anywhere.

    Parameters
    ----------
    learners : polars.DataFrame
        With their features. It is not changed.
    config : Config
        Words of our own, such as those for a missing title, stay.
    least : int
        Learners it takes.
    """
    named = [*NAMED, *map(extra_name, config.columns.categorical)]
    there = [column for column in named if column in learners.columns]
    kept = (*unnamed_roles(config), UNRATED)
    text = learners.with_columns(pl.col(there).cast(pl.String))
    return as_factors(pooled(text, there, least=least, keep=kept))
