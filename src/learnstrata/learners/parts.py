"""A table of records in parts, all records of a learner in one of them."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import polars as pl

__all__ = ["PART_ROWS", "in_parts"]

PART_ROWS = 250_000  # records that are worked on at once


def in_parts(records: pl.DataFrame, *, rows: int = PART_ROWS) -> Iterator[pl.DataFrame]:
    """Give records by hashes of the learner's id, in their order; at least one part.

    Parameters
    ----------
    records : polars.DataFrame
        With ``record`` and ``learner_id``; those of nobody are anywhere.
    rows : int, default=250,000
        Of a part, about.

    Examples
    --------
    >>> ids = [f"{i % 7}" for i in range(21)]
    >>> table = pl.DataFrame({"record": range(21), "learner_id": ids})
    >>> parts = [part["learner_id"] for part in in_parts(table, rows=5)]
    >>> sum(map(len, parts)), sum(part.n_unique() for part in parts)
    (21, 7)
    """
    n_parts = -(-len(records) // rows)
    if n_parts <= 1:
        yield records
        return
    ids = pl.coalesce("learner_id", pl.col("record").cast(pl.String)).hash()
    place = records.select((ids % n_parts).cast(pl.UInt16)).to_series().to_numpy()
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=n_parts)).tolist()
    for first, last in pairwise([0, *ends]):
        if last > first:
            yield records[order[first:last]]
