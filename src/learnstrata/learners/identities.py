"""Whom a table names: its learners, and the companies that they are at."""

from collections.abc import Mapping

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.exceptions import SchemaError
from learnstrata.learners.lookups import collected, without_patterns
from learnstrata.learners.schema.amounts import tidied
from learnstrata.learners.schema.missing import is_missing
from learnstrata.learners.schema.register import COLUMNS

__all__ = ["KINDS", "NAMES_SCHEMA", "NAMING", "names_frame", "names_in", "with_tidied"]

KINDS = ("company", "learner", "allowed")
NAMES_SCHEMA = {"kind": pl.String, "name": pl.String}
NAMING = {name: column.names for name, column in COLUMNS.items() if column.names}


def names_in(table: IntoFrame, mapping: Mapping[str, str]) -> pl.DataFrame:
    """List whom a table names.

    Parameters
    ----------
    table : data frame
    mapping : mapping of str to str
        Standard name -> column, as in ``input.columns`` of a summary. ``company`` and
        ``learner_id`` are read, where they are there; words that say "missing" name
        nobody.

    Returns
    -------
    polars.DataFrame
        ``kind`` (``company`` or ``learner``) and ``name``, as they stand in the table.

    Raises
    ------
    SchemaError
        If the table lacks one of these columns.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"id": [7, 8], "employer": ["Acme", "Acme"]})
    >>> names_in(table, {"learner_id": "id", "company": "employer"}).rows()
    [('company', 'Acme'), ('learner', '7'), ('learner', '8')]
    """
    frame, there = without_patterns(nw.from_native(table))
    columns = {kind: mapping[c] for c, kind in NAMING.items() if c in mapping}
    if missing := set(columns.values()).difference(there):
        raise SchemaError.missing(missing, there)
    found = {}
    for kind, column in columns.items():
        name = nw.col(there[column]).cast(nw.String)
        found[kind] = collected(frame.select(name=name).unique())["name"].sort()
    return names_frame(found)


def with_tidied(given: pl.DataFrame, tidied: pl.DataFrame) -> pl.DataFrame:
    """Add to the names as they were given those that cleaning made of them.

    Parameters
    ----------
    given : polars.DataFrame
        From `names_in`.
    tidied : polars.DataFrame
        ``kind`` and ``name``, once each.
    """
    by = list(NAMES_SCHEMA)
    new = tidied.join(given, on=by, how="anti", maintain_order="left")
    return pl.concat([given, new])


def names_frame(names: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Put names below each other, without those that say that there is none."""
    found = [
        pl.DataFrame({"name": names[kind]}).select(kind=pl.lit(kind), name="name")
        for kind in KINDS
        if kind in names
    ]
    rows = pl.concat([pl.DataFrame(schema=NAMES_SCHEMA), *found]).drop_nulls()
    frame = nw.from_native(rows)
    is_name = (nw.col("kind") == "allowed") | ~is_missing(tidied(nw.col("name")))
    return frame.filter(is_name).to_native()
