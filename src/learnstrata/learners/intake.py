"""From the user's table to learners: columns recognised, records cleaned."""

from collections.abc import Mapping

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Config
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.cleaning import Cleaned, clean
from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.history import progression
from learnstrata.learners.lookups import collected
from learnstrata.learners.losses import refuse_lost
from learnstrata.learners.roles.families import add_roles
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.learners.rules.bounds import Limits
from learnstrata.learners.schema.columns import column_names_of, reading_of
from learnstrata.learners.schema.register import extra_name
from learnstrata.learners.schema.standard import kinds_of, recognise, standardise
from learnstrata.privacy.disclosure.pooling import pooled

__all__ = ["clean_table", "newest_unit", "read_table", "units_of", "without_rare"]

NAMED = ("role", "role_family", "title", "tier")  # and the categories of the user


def read_table(
    frame: IntoFrame, config: Config, mapping: Mapping[str, str] | None = None
) -> tuple[pl.DataFrame, Mapping[str, str]]:
    """Bring the recognised columns of any frame into memory, typed.

    Parameters
    ----------
    frame : data frame
        The user's table, any frame narwhals knows. It is not changed.
    config : Config
    mapping : mapping of str to str, default=None
        Standard name -> column of the table, where that is known; ``None`` recognises
        the columns.

    Returns
    -------
    tuple of polars.DataFrame and mapping
        The table in our names, and standard name -> column of the user's table.

    Raises
    ------
    SchemaError
        If the table lacks what a segmentation needs, or over half of a column cannot
        be read.
    DegenerateError
        If it has no rows.
    """
    names = column_names_of(frame)
    if mapping is None:
        mapping = recognise(names, config.columns, record=config.record)
    table = standardise(
        frame,
        mapping,
        columns=config.columns,
        pay=config.pay,
        record=config.record,
        numbers=config.numbers,
    )
    eager = collected(nw.from_native(table))
    if eager.is_empty():
        raise DegenerateError("Got a table without rows, expected learners.")
    refuse_lost(eager, mapping, hints=lambda: _hints(frame, mapping, config))
    return eager, mapping


def _hints(
    frame: IntoFrame, mapping: Mapping[str, str], config: Config
) -> Mapping[str, str]:
    kinds = kinds_of(mapping, config.columns)
    read = reading_of(
        frame, mapping, kinds=kinds, pay=config.pay, numbers=config.numbers
    )
    return read.hints


def clean_table(
    table: pl.DataFrame, config: Config, limits: Limits
) -> Cleaned[pl.DataFrame]:
    """Clean the records of a table; titles are given their role families.

    Parameters
    ----------
    table : polars.DataFrame
        From `read_table`.
    config : Config
    limits : Limits

    Raises
    ------
    DegenerateError
        If no record can be used.
    """
    if "title" in table.columns:
        table = add_roles(table, fuzzy_score=config.roles.fuzzy_score)
    cleaned = clean(table, config, limits)
    if cleaned.units.is_empty():
        rule, n = cleaned.ledger["rule"].value_counts(sort=True).row(0)
        raise DegenerateError(
            f"None of the {len(table):,} records can be used; most often: {rule} "
            f"({n:,} records). Run `learnstrata check` on the table."
        )
    return cleaned


def units_of(cleaned: Cleaned[pl.DataFrame]) -> pl.DataFrame:
    """Give what is segmented, with what the older records of each learner tell."""
    moved = progression(cleaned.records)
    return cleaned.units.join(moved, on="learner_id", how="left").sort("record")


def newest_unit(
    table: pl.DataFrame, config: Config, limits: Limits, *, learner: str
) -> pl.DataFrame:
    """Give one learner of a table after cleaning; of several rows that of the last pay.

    Parameters
    ----------
    table : polars.DataFrame
        From `read_table`.
    config : Config
    limits : Limits
    learner : str

    Raises
    ------
    ParameterError
        If the table has no such learner.
    DegenerateError
        If none of the learner's records can be used.
    """
    own = table.filter(pl.col("learner_id") == str(learner))
    if own.is_empty():
        n = table["learner_id"].n_unique()
        raise ParameterError(
            f"Got learner {learner!r}, expected one of the {n:,} ids of the table. "
            "Give the id as it stands in the table."
        )
    units = units_of(clean_table(own, config, limits))
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
    extras = map(extra_name, config.columns.categorical)
    return pooled(
        learners,
        [*NAMED, *extras],
        least=least,
        keep=(*unnamed_roles(config), UNRATED),
    )
