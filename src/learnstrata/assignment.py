"""Learners of another table get their segments, by a model fitted before.

A large table is cleaned and assigned part by part, all records of a learner in one
part: what cleaning needs at once does not grow with the table. Where an engine holds
the records, and what came of a part waits on disk, nothing does.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Columns, Config
from learnstrata.engines.protocol import Engine
from learnstrata.learners import intake
from learnstrata.learners.cleaning import CurrentRecords, clean, current_records
from learnstrata.learners.factors import as_text
from learnstrata.learners.ledger import entries_in
from learnstrata.learners.lookups import collected
from learnstrata.learners.parts import PART_ROWS, in_parts
from learnstrata.learners.roles.families import join_roles, roles_of
from learnstrata.learners.rules.identity import Whole, sums_of
from learnstrata.learners.rules.years import Later, find_now, moved_now
from learnstrata.learners.schema.columns import column_names_of
from learnstrata.learners.schema.origins import (
    known_in,
    matching_columns,
    refuse_empty,
)
from learnstrata.segments.model.model import SegmentModel, named
from learnstrata.wording.words import counted

__all__ = [
    "ReadAlike",
    "as_of_year",
    "assign",
    "assign_in_pieces",
    "moved_on",
    "moved_on_to",
    "read_alike",
]

T = TypeVar("T")
GROUP_ROWS = 16_384  # that are read at once of what came of a part
MOVED = {"pay_growth"}  # features that a learner's older records tell


class ReadAlike(NamedTuple, Generic[T]):
    """A table that was read with the columns of a model.

    Attributes
    ----------
    records : polars.DataFrame, or a lazy frame of an engine
        In our names.
    found : list
        What became of the learners of each part that has any.
    whole : mapping
        From `learnstrata.learners.rules.identity.sums_of`, of all the records.
    model : SegmentModel
        That counts the years up to the newest of the table.
    """

    records: intake.Records
    found: list[T]
    whole: Whole
    model: SegmentModel


def assign(
    frame: IntoFrame,
    model: SegmentModel,
    *,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> pl.DataFrame:
    """Give the learners of a table their segments, by a model fitted before.

    Parameters
    ----------
    frame : data frame, eager or lazy
        A table with the columns of the fitted one. It is not changed.
    model : SegmentModel
    columns : Columns, default=None
        What standard columns are called in this table, where that is another name.
    tell : callable, default=lambda _: None
        Takes each sentence on what was taken for granted of the table, or set aside.

    Returns
    -------
    polars.DataFrame
        As `SegmentModel.assign`: one row a learner (or a record, by the recipe), in the
        order of ``record``.

    Raises
    ------
    SchemaError
        If the table lacks a column that the model was made with, or nearly all values
        of one.

    Notes
    -----
    The year that counts as now is the newest of the table, as the configuration of the
    model finds it, and never before that of the model: who updates a pay next year has
    the newer pay. A model from `as_of_year` keeps its year.
    """
    use = SegmentModel.members_of
    each = read_alike(frame, model, use, columns=columns, tell=tell).found
    return as_text(named(pl.concat(each).sort("record"), model))


def assign_in_pieces(
    frame: IntoFrame,
    model: SegmentModel,
    scratch: Path,
    *,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
    engine: Engine | None = None,
) -> Iterator[pl.DataFrame]:
    """Give what `assign` gives piece by piece, none of it held in memory.

    Parameters
    ----------
    frame, model, columns, tell
        As for `assign`. Nobody but this holds the frame, if its memory is to be given
        back once it is read.
    scratch : Path
        A folder for the owner alone: what came of each part waits there.
    engine : Engine, default=None
        That holds the table, whose records then stay there.

    Yields
    ------
    polars.DataFrame
        In the order of ``record``. The first comes when all learners are assigned: what
        is refused is refused before.

    Raises
    ------
    SchemaError, DegenerateError
        As `read_alike`.
    """
    held, parts = [frame], list[_Part]()
    del frame

    def keep(later: SegmentModel, units: pl.DataFrame) -> None:
        members = as_text(named(later.members_of(units), model))
        parts.append(_Part.of(members, scratch / f"part-{len(parts)}.parquet"))

    read_alike(held.pop(), model, keep, columns=columns, tell=tell, engine=engine)
    for place in range(max(len(part.ends) for part in parts)):
        pieces = [part.piece(place) for part in parts]
        if rows := [rows for rows in pieces if len(rows)]:
            yield pl.concat(rows).sort("record")


class _Part(NamedTuple):
    """Rows in a file, in the order of ``record``, and where each stretch of it ends."""

    rows: pl.LazyFrame
    ends: list[int]

    @classmethod
    def of(cls, members: pl.DataFrame, file: Path) -> "_Part":
        """Write rows into a file."""
        members.write_parquet(file, compression="lz4", row_group_size=GROUP_ROWS)
        record = members["record"]
        bounds = range(PART_ROWS, record[-1] + PART_ROWS + 1, PART_ROWS)
        ends = record.search_sorted(pl.Series(bounds, dtype=record.dtype))
        return cls(pl.scan_parquet(file), ends.to_list())

    def piece(self, place: int) -> pl.DataFrame:
        """Give the rows of a stretch, none behind the last."""
        ends = [0, *self.ends][place : place + 2]
        first, last = ends if len(ends) == 2 else (0, 0)
        return self.rows.slice(first, last - first).collect()


def read_alike(
    frame: IntoFrame,
    model: SegmentModel,
    use: Callable[[SegmentModel, pl.DataFrame], T],
    *,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
    engine: Engine | None = None,
) -> ReadAlike[T]:
    """Read and clean a table with the columns of a model, part by part.

    Parameters
    ----------
    frame, model, columns, tell
        As for `assign`.
    use : callable
        Takes the model, moved on to the year of the table, and the learners of a part
        after cleaning.
    engine : Engine, default=None
        That holds the table, whose records then stay there.

    Raises
    ------
    SchemaError
        As `assign`.
    DegenerateError
        If no record can be used.
    """
    config, origins = model.config, model.origins
    with intake.told_as_ours(frame):
        names = column_names_of(frame)
    mapping = matching_columns(names, origins, config, columns=columns)
    checkpoint = None if engine is None else engine.checkpoint
    read = intake.read_table(frame, config, mapping, checkpoint=checkpoint)
    del frame
    found: list[T] = []
    known, n, lost = Counter[str](), 0, 0
    # A line of totals adds up the whole table, not the part that it is in.
    table = nw.from_native(read.records)
    dated = moved_now(table, config, as_of=model.limits.as_of)
    later = _at(model, dated.now)
    whole = sums_of(table, table.collect_schema().names(), record=config.record)
    roles = _roles_of(read.records, config)
    for records in _parts_of(read.records, engine):
        units, n_lost = _cleaned(_with_roles(records, roles), later, whole)
        lost += n_lost
        if len(units):
            found.append(use(later, units))
            known.update(known_in(units, origins, config))
            n += len(units)
    if not found:
        intake.clean_table(collected(table), config, later.limits)  # says why
    hints = {"pay_year": f"{_aside(dated)} "} if dated.learners else {}
    refuse_empty(known, n, mapping=mapping, origins=origins, hints=hints)
    aside = (
        f"In {counted(lost, 'record')} a value that cannot be read, or not be "
        "believed, was set aside."
    )
    years = _told_years(dated, model.limits.as_of)
    for sentence in (*read.notes, *years, *([aside] if lost else [])):
        tell(sentence)
    return ReadAlike(read.records, found, whole, later)


def _told_years(found: Later, before: int) -> Iterator[str]:
    """Say which year counts as now where it is another, and what is after it."""
    if found.now != before:
        yield (
            f"Years count up to {found.now} here, in the run up to {before}; as_of "
            f"(--as-of {before}) keeps that."
        )
    if found.learners:
        yield (
            f"{_aside(found)} They are of {counted(found.learners, 'learner')}: too "
            "few, or the configuration says which year is now."
        )


def _aside(found: Later) -> str:
    return (
        f"Years of pay after {found.now} are set aside; if they are right, say so by "
        f"as_of (--as-of {found.newest})."
    )


def as_of_year(model: SegmentModel, year: int) -> SegmentModel:
    """Let a model count the years up to one that is given, whatever a table says.

    Parameters
    ----------
    model : SegmentModel
    year : int
        That counts as now.
    """
    return _at(replace(model, config=replace(model.config, as_of=year)), year)


def _at(model: SegmentModel, year: int) -> SegmentModel:
    return replace(
        model,
        limits=replace(model.limits, as_of=year),
        features=replace(model.features, as_of=year),
    )


def moved_on(model: SegmentModel, records: pl.DataFrame) -> SegmentModel:
    """Let a model count the years up to the newest of a later table.

    Parameters
    ----------
    model : SegmentModel
    records : polars.DataFrame
        In our names.
    """
    years = {"pay_year", "start_year"}.intersection(records.columns)
    if not years:
        return model
    now = find_now(nw.from_native(records), model.config)
    return _at(model, max(model.limits.as_of, now))


def moved_on_to(frame: IntoFrame, model: SegmentModel) -> SegmentModel:
    """Let a model count the years up to the newest of a table of anybody's names.

    Raises
    ------
    SchemaError
        If the table lacks a column that the model was made with.
    """
    with intake.told_as_ours(frame):
        names = column_names_of(frame)
    mapping = matching_columns(names, model.origins, model.config)
    records = intake.read_table(frame, model.config, mapping).records
    return moved_on(model, collected(nw.from_native(records)))


def _parts_of(records: intake.Records, engine: Engine | None) -> Iterator[pl.DataFrame]:
    if engine is None:
        return in_parts(records, rows=PART_ROWS)
    parts = engine.parts(nw.from_native(records), rows=PART_ROWS)
    return (part.sort("record") for part in parts)


def _roles_of(records: intake.Records, config: Config) -> pl.DataFrame | None:
    """Read each title once for all parts; None where there are none."""
    if "title" not in nw.from_native(records).collect_schema().names():
        return None
    return roles_of(records, title="title", fuzzy_score=config.roles.fuzzy_score)


def _with_roles(records: pl.DataFrame, roles: pl.DataFrame | None) -> pl.DataFrame:
    return records if roles is None else join_roles(records, roles, title="title")


def _cleaned(
    records: pl.DataFrame, model: SegmentModel, whole: Whole
) -> CurrentRecords:
    """Clean a part; of older records only where the model asks what they tell."""
    config, limits = model.config, model.limits
    if MOVED.isdisjoint(model.features.columns):
        return current_records(records, config, limits, whole=whole)
    cleaned = clean(records, config, limits, whole=whole)
    lost = entries_in(cleaned.ledger).filter("is_lost")["record"].n_unique()
    return CurrentRecords(intake.units_of(cleaned), lost)
