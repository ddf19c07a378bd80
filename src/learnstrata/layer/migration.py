"""Who of a run is where in another: counted exactly, and as it may be told.

A comparison of two published runs adds counts to theirs: learners who stayed, moved,
joined and left. These have margins, the sizes of the segments in both runs, and are
grouped so that all together leave every count the room it has in one run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.privacy.disclosure.grouping import rounding_seen
from learnstrata.privacy.disclosure.groups import Added, protected
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.privacy.keys import content_of, row_hashes
from learnstrata.stats.matching import Matching, match_clusters
from learnstrata.summary.contract.results import Results
from learnstrata.summary.sums import tally_of
from learnstrata.summary.tally import Key, Tally

__all__ = [
    "Crossing",
    "Sizes",
    "movers_in",
    "rounding_of_crossing",
    "tally_of_crossing",
]

ENDS = {"old": "left", "new": "joined"}  # who is in one of the runs alone
MOVERS = ("learner_id", "old_segment_id", "old_segment", "new_segment_id")
MOVERS += ("new_segment", "kind")


@dataclass(frozen=True, eq=False)
class Crossing:
    """Learners of two runs, by their segment in each.

    Attributes
    ----------
    table : array of shape (k_old, k_new)
        Learners in both runs.
    left, joined : array of shape (k_old,) and (k_new,)
        Learners in the old or the new run alone.
    content : bytes
        Digest of who is where in both.
    """

    table: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    joined: npt.NDArray[np.int64]
    content: bytes

    @classmethod
    def of(
        cls, old: pl.DataFrame, new: pl.DataFrame, *, k_old: int, k_new: int
    ) -> "Crossing":
        """Count the learners of two runs.

        Parameters
        ----------
        old, new : polars.DataFrame
            ``learner_id`` and ``segment_id``, one row a learner.
        k_old, k_new : int
            Segments of each.

        Examples
        --------
        >>> old = pl.DataFrame({"learner_id": ["a", "b", "c"], "segment_id": [1, 1, 2]})
        >>> new = pl.DataFrame({"learner_id": ["b", "c", "d"], "segment_id": [1, 1, 1]})
        >>> found = Crossing.of(old, new, k_old=2, k_new=1)
        >>> found.table.tolist(), found.left.tolist(), found.joined.tolist()
        ([[1], [1]], [1, 0], [1])
        """
        pairs = [one.select("learner_id", "segment_id") for one in (old, new)]
        every = pairs[0].join(
            pairs[1], on="learner_id", how="full", suffix="_new", coalesce=True
        )
        before, after = (
            every[name].fill_null(0).to_numpy()
            for name in ("segment_id", "segment_id_new")
        )
        cells = np.bincount(
            before * (k_new + 1) + after, minlength=(k_old + 1) * (k_new + 1)
        )
        counts = cells.reshape(k_old + 1, k_new + 1).astype(np.int64)
        content = b"".join(sorted(content_of([row_hashes(pair)]) for pair in pairs))
        return cls(counts[1:, 1:], counts[1:, 0], counts[0, 1:], content)

    @cached_property
    def matching(self) -> Matching:
        """Which old segment is which new one."""
        return match_clusters(self.table)

    @property
    def moved(self) -> int:
        """Learners of both runs who are not where their segment went."""
        stayed = sum(int(self.table[i - 1, j - 1]) for i, j in self.ids)
        return int(self.table.sum()) - stayed

    @property
    def ids(self) -> list[tuple[int, int]]:
        """The segments that continue, by their ids in the old and the new run."""
        return [(i + 1, j + 1) for i, j in self.matching.pairs]


@dataclass(frozen=True)
class Sizes:
    """What a published run tells of the sizes of its segments.

    Attributes
    ----------
    told : mapping of int to (int, int)
        The least and the largest that its groups leave of a size, by the id of the
        segment; 0 is all that it segmented.
    small : frozenset of int
        Segments of fewer learners than are told.
    """

    told: Mapping[int, tuple[int, int]]
    small: frozenset[int]

    @classmethod
    def of(cls, exact: Results, told: Results) -> "Sizes":
        """Read the groups of a run off its counts, in both of its forms."""
        rounding = _rounding_seen(exact, told)
        sizes = {one.id: one.size or 0 for one in exact.segments}
        sizes[0] = exact.segmented or 0
        few = (0, exact.settings.min_learners - 1)
        small = frozenset(sizes.keys() - {0} - {one.id for one in told.segments})
        limits = {
            i: few if i in small else rounding.limits(n) if rounding else (n, n)
            for i, n in sizes.items()
        }
        return cls(limits, small)


def _rounding_seen(exact: Results, told: Results) -> Rounding | None:
    """Find how a run grouped its counts, as an intruder is taken to know it."""
    true, published, base = tally_of(exact), tally_of(told).counts, exact.settings.base
    seen: dict[int, int | None] = {}
    for name, (count, *_) in true.counts.items():
        if count is not None and name not in true.unsaid and name in published:
            shown = published[name][0]
            if shown is not None or count < base:
                seen[count] = shown
    return rounding_seen(seen, base)


def tally_of_crossing(
    found: Crossing, old: Sizes, new: Sizes, *, least: int = 0
) -> Tally:
    """Name every count of a comparison, with the sums they are part of.

    How many of a segment the other run has is told nowhere: it would be one margin
    more, and with the size of the segment one that is nearly known.

    Parameters
    ----------
    found : Crossing
    old, new : Sizes
        Counts of a segment that is not told are none that stand anywhere.
    least : int, default=0
        Where fewer joined and fewer left, that nearly all are in both is not counted
        again: it is the size of both runs.
    """
    tally = Tally()
    for i, row in enumerate(found.table.tolist(), start=1):
        for j, count in enumerate(row, start=1):
            key = tally.note(("both", i, j), count)
            if i in old.small or j in new.small:
                tally.unsaid.add(key)
    every, same = tuple(tally.counts), {("both", i, j) for i, j in found.ids}
    both = tally.note(("both",), int(found.table.sum()))
    if max(found.left.sum(), found.joined.sum()) < least:
        tally.unsaid.add(both)
    tally.add(every, both, whole=True)
    moved = tally.note(("moved",), found.moved)
    tally.add([key for key in every if key not in same], moved, whole=True)
    _add_side(tally, "old", found.table, found.left)
    _add_side(tally, "new", found.table.T, found.joined)
    return tally


def _add_side(
    tally: Tally,
    side: str,
    cells: npt.NDArray[np.int64],
    alone: npt.NDArray[np.int64],
) -> None:
    """Add up one of the runs: each segment over the other's, and all together."""
    for i, (row, more) in enumerate(zip(cells, alone, strict=True), start=1):
        others = range(1, len(row) + 1)
        parts = [("both", i, j) if side == "old" else ("both", j, i) for j in others]
        size = tally.note((side, "size", i), int(row.sum() + more))
        tally.add(parts, size, whole=False)
    whole = tally.note((side, "size", 0), int(cells.sum() + alone.sum()))
    ends = tally.note((ENDS[side],), int(alone.sum()))
    tally.add([("both",), ends], whole, whole=True)
    ids = range(1, len(cells) + 1)
    tally.add([(side, "size", i) for i in ids], whole, whole=True)


def rounding_of_crossing(
    tally: Tally, old: Sizes, new: Sizes, *, drawn: Rounding
) -> Rounding:
    """Group the counts of a comparison so that no sum gives a small one away.

    Whoever reads both runs and the comparison is taken to know how all of them group.

    Parameters
    ----------
    tally : Tally
    old, new : Sizes
        Told by the runs: nothing here can change these.
    drawn : Rounding
    """
    names = list(tally.counts)
    place = {name: i for i, name in enumerate(names)}
    known = {
        place[(side, "size", i)]: limits
        for side, sizes in (("old", old), ("new", new))
        for i, limits in sizes.told.items()
    }
    return protected(
        drawn,
        [tally.counts[name][0] or 0 for name in names],
        _sums(tally, place),
        [place[name] for name in tally.unsaid],
        known,
    )


def _sums(tally: Tally, place: Mapping[Key, int]) -> list[Added]:
    return [
        Added(tuple(place[part] for part in parts), place[total], relation)
        for parts, total, relation in tally.sums
    ]


def movers_in(
    old: pl.DataFrame, new: pl.DataFrame, continued: Iterable[Sequence[int]]
) -> pl.DataFrame:
    """List who is not in the segment that continues theirs, joined or left.

    Parameters
    ----------
    old, new : polars.DataFrame
        ``learner_id``, ``segment_id`` and ``segment_name``.
    continued : iterable of (int, int)
        Ids of the segments that continue.

    Returns
    -------
    polars.DataFrame
        ``learner_id``, the segment before and after (null where there is none), and
        ``kind``: ``moved``, ``joined`` or ``left``. By kind and learner.
    """
    before, after = (
        one.select(
            "learner_id",
            pl.col("segment_id").alias(f"{when}_segment_id"),
            pl.col("segment_name").alias(f"{when}_segment"),
        )
        for one, when in ((old, "old"), (new, "new"))
    )
    every = before.join(after, on="learner_id", how="full", coalesce=True)
    same = pl.DataFrame(
        [tuple(pair) for pair in continued],
        schema={"old_segment_id": pl.Int64, "new_segment_id": pl.Int64},
        orient="row",
    )
    kind = (
        pl.when(pl.col("old_segment_id").is_null())
        .then(pl.lit("joined"))
        .when(pl.col("new_segment_id").is_null())
        .then(pl.lit("left"))
        .otherwise(pl.lit("moved"))
    )
    moved = every.join(same, on=same.columns, how="anti").with_columns(kind=kind)
    return moved.select(MOVERS).sort("kind", "learner_id")
