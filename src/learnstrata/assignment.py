"""Learners of another table get their segments, by a model fitted before.

A large table is cleaned and assigned part by part, all records of a learner in one
part: what cleaning needs at once does not grow with the table.
"""

from collections import Counter
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Columns, Config
from learnstrata.learners import intake
from learnstrata.learners.cleaning import CurrentRecords, clean, current_records
from learnstrata.learners.factors import as_text
from learnstrata.learners.ledger import entries_in
from learnstrata.learners.parts import PART_ROWS, in_parts
from learnstrata.learners.roles.families import join_roles, roles_of
from learnstrata.learners.rules.identity import Whole, sums_of
from learnstrata.learners.schema.columns import column_names_of
from learnstrata.learners.schema.origins import (
    known_in,
    matching_columns,
    refuse_empty,
)
from learnstrata.segments.model.model import SegmentModel, named
from learnstrata.wording.words import counted

__all__ = ["ReadAlike", "assign", "read_alike"]

T = TypeVar("T")
MOVED = {"pay_growth"}  # features that a learner's older records tell


class ReadAlike(NamedTuple, Generic[T]):
    """A table that was read with the columns of a model.

    Attributes
    ----------
    records : polars.DataFrame
        In our names.
    found : list
        What became of the learners of each part that has any.
    whole : mapping
        From `learnstrata.learners.rules.identity.sums_of`, of all the records.
    """

    records: pl.DataFrame
    found: list[T]
    whole: Whole


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
    """
    use = model.members_of
    each = read_alike(frame, model, use, columns=columns, tell=tell).found
    return as_text(named(pl.concat(each).sort("record"), model))


def read_alike(
    frame: IntoFrame,
    model: SegmentModel,
    use: Callable[[pl.DataFrame], T],
    *,
    columns: Columns | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> ReadAlike[T]:
    """Read and clean a table with the columns of a model, part by part.

    Parameters
    ----------
    frame, model, columns, tell
        As for `assign`.
    use : callable
        Takes the learners of a part after cleaning.

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
    read = intake.read_table(frame, config, mapping)
    found: list[T] = []
    known, n, lost = Counter[str](), 0, 0
    # A line of totals adds up the whole table, not the part that it is in.
    table = nw.from_native(read.records)
    whole = sums_of(table, table.columns, record=config.record)
    roles = _roles_of(read.records, config)
    for records in in_parts(read.records, rows=PART_ROWS):
        units, n_lost = _cleaned(_with_roles(records, roles), model, whole)
        lost += n_lost
        if len(units):
            found.append(use(units))
            known.update(known_in(units, origins, config))
            n += len(units)
    if not found:
        intake.clean_table(read.records, config, model.limits)  # says why
    refuse_empty(known, n, mapping=mapping, origins=origins)
    aside = (
        f"In {counted(lost, 'record')} a value that cannot be read, or not be "
        "believed, was set aside."
    )
    for sentence in (*read.notes, *([aside] if lost else [])):
        tell(sentence)
    return ReadAlike(read.records, found, whole)


def _roles_of(records: pl.DataFrame, config: Config) -> pl.DataFrame | None:
    """Read each title once for all parts; None where there are none."""
    if "title" not in records.columns:
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
