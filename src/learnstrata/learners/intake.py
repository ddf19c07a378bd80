"""From the user's table to learners: columns recognised, records cleaned."""

from collections.abc import Mapping

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.config.stages import Config
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.cleaning import Cleaned, Limits, clean
from learnstrata.learners.features.companies import UNRATED
from learnstrata.learners.history import progression
from learnstrata.learners.lookups import collected
from learnstrata.learners.roles.families import add_roles
from learnstrata.learners.roles.unnamed import unnamed_roles
from learnstrata.learners.schema.standard import extra_name, recognise, standardise
from learnstrata.privacy.disclosure.pooling import pooled

__all__ = [
    "clean_table",
    "in_order_of_content",
    "newest_unit",
    "read_table",
    "units_of",
    "without_rare",
]

NAMED = ("role", "role_family", "title", "tier")  # and the categories of the user


def read_table(
    frame: IntoFrame, config: Config
) -> tuple[pl.DataFrame, Mapping[str, str]]:
    """Bring the recognised columns of any frame into memory, typed.

    Parameters
    ----------
    frame : data frame
        The user's table, any frame narwhals knows. It is not changed.
    config : Config

    Returns
    -------
    tuple of polars.DataFrame and mapping
        The table in our names, and standard name -> column of the user's table.

    Raises
    ------
    SchemaError
        If the table lacks what a segmentation needs.
    DegenerateError
        If it has no rows.
    """
    columns = list(nw.from_native(frame).collect_schema().names())
    mapping = recognise(columns, config.columns, record=config.record)
    table = standardise(
        frame, mapping, columns=config.columns, pay=config.pay, record=config.record
    )
    eager = collected(nw.from_native(table))
    if eager.is_empty():
        raise DegenerateError("Got a table without rows, expected learners.")
    return eager, mapping


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
        counts = cleaned.ledger["rule"].value_counts()
        ranked = counts.sort("count", "rule", descending=[True, False])
        rule, n = ranked.row(0)
        raise DegenerateError(
            f"None of the {len(table):,} records can be used; most often: {rule} "
            f"({n:,} records). Run `learnstrata check` on the table."
        )
    return cleaned


def units_of(cleaned: Cleaned[pl.DataFrame]) -> pl.DataFrame:
    """Give what is segmented, with what the older records of each learner tell."""
    moved = progression(cleaned.records)
    return cleaned.units.join(moved, on="learner_id", how="left").sort("record")


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
        return units, units["record"]
    told = [column for column in mapping if column in units.columns]
    ordered = units.sort(told, maintain_order=True)
    place = pl.int_range(pl.len(), dtype=pl.Int64).alias("record")
    return ordered.with_columns(place), ordered["record"]


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
