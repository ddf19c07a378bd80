"""Which segments of a refit are those of before, by the learners of both."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from learnstrata.layer.migration import Crossing
from learnstrata.layer.pairs import fates
from learnstrata.summary.contract.previous import Fate

__all__ = ["Event", "events_in", "lineage_of"]


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a segment, with the learners that show it.

    Attributes
    ----------
    event : str
        ``continued``: more than half of all in either are in both. ``split``: most of
        a new segment comes from one that is gone on elsewhere. ``merged``: most of an
        old one is in another. ``new``: no old one has most of it. ``retired``: no new
        one has most of it.
    old : int or None
        Id of the old segment.
    number : int or None
        Of the new segment, in its model.
    new : int or None
        Id of the new segment, once it has one.
    in_both : int
        Learners of both segments.
    of_old, of_new : float or None
        Their share of the learners of each who are in both runs, 0 to 1.
    jaccard : float or None
        Learners in both segments over those in either, 0 to 1.
    """

    event: Fate
    old: int | None
    number: int | None
    new: int | None = None
    in_both: int = 0
    of_old: float | None = None
    of_new: float | None = None
    jaccard: float | None = None

    def placed(self, ids: dict[int, int]) -> "Event":
        """Give it with the id of the new segment."""
        return self if self.number is None else replace(self, new=ids[self.number])

    def row(self) -> dict[str, Any]:
        """Give it as a row of the store."""
        return {
            "event": self.event,
            "old_segment": self.old,
            "new_segment": self.new,
            "in_both": self.in_both,
            "of_old": self.of_old,
            "of_new": self.of_new,
            "jaccard": self.jaccard,
        }


def lineage_of(old: pl.DataFrame, new: pl.DataFrame, *, k: int) -> tuple[Event, ...]:
    """Say what became of each segment, by the learners in both tables.

    Parameters
    ----------
    old : polars.DataFrame
        ``learner_id`` and ``segment``: ids, of any value.
    new : polars.DataFrame
        ``learner_id`` and ``number``, 1 to `k`.
    k : int
        Segments of the new version.

    Returns
    -------
    tuple of Event
        New segments first, in their order; then old ones that are gone. Where nobody
        is in both, all are new and all of before are retired.

    Examples
    --------
    >>> old = pl.DataFrame({"learner_id": [*"abcd"], "segment": [7, 7, 9, 9]})
    >>> new = pl.DataFrame({"learner_id": [*"abcd"], "number": [2, 2, 1, 1]})
    >>> [(e.event, e.old, e.number) for e in lineage_of(old, new, k=2)]
    [('continued', 9, 1), ('continued', 7, 2)]
    """
    ids = old["segment"].unique().sort().to_list()
    place = {segment: i for i, segment in enumerate(ids)}
    both = old.join(new, on="learner_id")
    counts = np.zeros((len(ids), k), dtype=np.int64)
    for segment, number, n in both.group_by("segment", "number").len().iter_rows():
        counts[place[segment], number - 1] = n
    return events_in(counts, ids)


def events_in(counts: np.ndarray, ids: list[int]) -> tuple[Event, ...]:
    """Say what became of each segment, by a table of counts.

    Parameters
    ----------
    counts : array of shape (n_old, k)
        Learners of both versions in each old and each new segment.
    ids : list of int
        Of the old segments, in the order of the rows.
    """
    if not len(ids):
        return tuple(Event("new", None, j + 1) for j in range(counts.shape[1]))
    nobody = np.zeros(len(ids), dtype=np.int64), np.zeros(counts.shape[1], np.int64)
    found = Crossing(counts, *nobody, b"")
    told = [_event(found, kind, at, ids) for kind, at in fates(found)]
    gone = {e.old for e in told if e.event in {"continued", "merged", "retired"}}
    also = [Event("retired", i, None) for i in ids if i not in gone]
    return (*told, *also)


def _event(
    found: Crossing, kind: Fate, at: tuple[int | None, int | None], ids: list[int]
) -> Event:
    i, j = at
    old = None if i is None else ids[i - 1]
    if i is None or j is None:
        return Event(kind, old, j)
    matching, cell = found.matching, (i - 1, j - 1)
    return Event(
        kind,
        old,
        j,
        in_both=int(found.table[cell]),
        of_old=float(matching.of_row[cell]),
        of_new=float(matching.of_column[cell]),
        jaccard=float(matching.jaccard[cell]),
    )
