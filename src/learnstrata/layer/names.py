"""Whom a run must not name: those that its table names, less what is no name.

The scan looks for them in all that is shared; they are kept in
``private/names.parquet``.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.exceptions import PrivacyError
from learnstrata.layer.reading import read_names, read_summary
from learnstrata.learners.identities import names_frame, names_in
from learnstrata.privacy.leaks.whole_names import named_in
from learnstrata.summary.blank import is_phrased, own_words
from learnstrata.summary.contract.meaning import Segment

__all__ = [
    "find_names",
    "refuse_given_names",
    "with_allowed",
]


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
    return pl.concat([names, names_frame({"allowed": added})]) if len(added) else names


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
