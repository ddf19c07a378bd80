"""Whom a run must not name: companies and learners of its table, and what is no name.

The scan looks for them in all that is shared; they are kept in
``private/names.parquet``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.exceptions import PrivacyError, SchemaError
from learnstrata.layer.folder import KINDS
from learnstrata.layer.reading import NAMES_SCHEMA, read_names, read_summary
from learnstrata.learners.lookups import collected, without_patterns
from learnstrata.learners.schema.amounts import tidied
from learnstrata.learners.schema.missing import is_missing
from learnstrata.learners.schema.register import COLUMNS
from learnstrata.pipeline import Run
from learnstrata.privacy.leaks.whole_names import named_in
from learnstrata.summary.blank import is_phrased, own_words
from learnstrata.summary.contract.meaning import Segment

__all__ = [
    "find_names",
    "names_in",
    "names_of_run",
    "refuse_given_names",
    "with_allowed",
]

NAMING = {name: column.names for name, column in COLUMNS.items() if column.names}


def find_names(
    folder: str | Path,
    *,
    table: IntoFrame | None = None,
    allow: str | Iterable[str] = (),
) -> pl.DataFrame:
    """List whom the shared part of a run folder must not name.

    Parameters
    ----------
    folder : path
        A run folder.
    table : data frame, default=None
        Take the names of this table instead of those the run keeps; it needs the
        columns of the run's table.
    allow : str or iterable of str, default=()
        Further texts that name nobody.

    Returns
    -------
    polars.DataFrame
        ``kind`` (``company``, ``learner``, or ``allowed``) and ``name``.

    Raises
    ------
    SourceError
        If the folder is not that of a run.
    SchemaError
        If the table lacks a column of the run's.
    """
    summary, kept = read_summary(folder), read_names(folder)
    if table is not None:
        own = names_in(table, summary.input.columns)
        kept = pl.concat([own, kept.filter(kind="allowed")])
    return with_allowed(kept, allow)


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
    found = {
        kind: collected(frame.select(nw.col(there[c]).cast(nw.String)))[there[c]]
        for kind, c in columns.items()
    }
    return _names_frame({kind: name.unique().sort() for kind, name in found.items()})


def names_of_run(table: IntoFrame, run: Run) -> pl.DataFrame:
    """List whom a run must not name, as given and as tidied.

    Parameters
    ----------
    table : data frame
        The user's, of which the run was made.
    run : Run

    Returns
    -------
    polars.DataFrame
        As `find_names`.
    """
    mapping, records = run.base.mapping, run.base.records
    fill = run.config.cleaning.missing_company
    given, others = names_in(table, mapping), {}
    for column, kind in NAMING.items():
        if column in mapping:
            held = records[column].cast(pl.String).unique(maintain_order=True)
            known = given.filter(kind=kind)["name"]
            is_new = ~held.is_in(known.implode())
            names_somebody = held != fill if kind == "company" else held.is_not_null()
            others[kind] = held.filter(is_new & names_somebody)
    return pl.concat([given, _names_frame(others)])


def with_allowed(names: pl.DataFrame, allow: str | Iterable[str]) -> pl.DataFrame:
    """Add texts that name nobody; a single text is one of them, not its letters.

    Examples
    --------
    >>> names = names_in(pl.DataFrame({"employer": ["Bath"]}), {"company": "employer"})
    >>> with_allowed(names, "Bath").rows()
    [('company', 'Bath'), ('allowed', 'Bath')]
    """
    texts = [allow] if isinstance(allow, str) else [*allow]
    known = names.filter(kind="allowed")["name"]
    new = pl.Series(texts, dtype=pl.String).unique(maintain_order=True)
    added = new.filter(~new.is_in(known.implode()))
    return pl.concat([names, _names_frame({"allowed": added})]) if len(added) else names


def refuse_given_names(segments: Iterable[Segment], names: pl.DataFrame) -> None:
    """Stop names of segments that are, or hold, that of a company or a learner.

    Parameters
    ----------
    segments : iterable of Segment
        Only names that somebody gave are looked at: neither those made from numbers
        nor those of our phrases alone.
    names : polars.DataFrame
        As `find_names`.

    Raises
    ------
    PrivacyError
        Says which name, and whose it is.
    """
    given = [
        one.name
        for one in segments
        if one.name != one.name_by_numbers and not is_phrased(one.name)
    ]
    if not given:
        return
    allowed = names.filter(kind="allowed")["name"]
    somebody = names.filter(pl.col("kind") != "allowed").select("kind", "name")
    found = named_in(given, somebody.iter_rows(), allow=allowed, own=own_words())
    if found:
        told = (f"{one.text!r} holds the {one.kind} {one.name!r}" for one in found)
        raise PrivacyError(
            "What was to be shared would name somebody: got names of segments of "
            f"which {'; '.join(told)}, expected names that are nobody's. Nothing was "
            "written. Choose other names; if such a text names nobody here, allow it: "
            "--allow, or allow= in Python."
        )


def _names_frame(names: Mapping[str, pl.Series]) -> pl.DataFrame:
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
