"""Two runs beside each other, as values of the contract: segment by segment."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.layer.changes import (
    numbers_of_all,
    numbers_of_segment,
    settings_changed,
    shares_of_all,
    shares_of_segment,
)
from learnstrata.layer.migration import Crossing
from learnstrata.privacy.disclosure.rounding import LEAST_WHOLE, significant
from learnstrata.stats.stability import adjusted_rand
from learnstrata.summary.contract.previous import (
    ComparedSegment,
    Fate,
    Migration,
    Previous,
    SegmentPair,
)
from learnstrata.summary.contract.results import Results

__all__ = ["WIDER", "Counts", "beside", "fates", "followed", "least_told"]

WIDER = 5  # times the steps of the runs
MOST_SPREAD = 0.1  # of the learners in both: more are not where agreement takes them
NEARLY_ALL = 0.99  # the most that rounds to an agreement of some who moved
ANY = 10**12  # learners, or more than there are

Ids: TypeAlias = tuple[int | None, int | None]
Cell: TypeAlias = tuple[int, int]


class Counts(NamedTuple):
    """Counts of learners in one of the forms of a comparison.

    Attributes
    ----------
    found : Crossing
    told : callable
        Gives a count as this form tells it; what is worked out of counts is worked out
        of those, and tells no more.
    share : callable
        Gives the share of two counts as told.
    step : int, default=0
        In which counts are told; 0 where they are exact.
    """

    found: Crossing
    told: Callable[[int], int | None]
    share: Callable[[int | None, int | None], float | None]
    step: int = 0

    def cells(self, runs: tuple[Results, Results]) -> dict[Cell, int | None]:
        """Give the learners of each old segment who are in each new one.

        Of a segment no more than its run tells: the largest count gives way, by steps.
        """
        old, new = (tuple((one.id, one.size) for one in run.segments) for run in runs)
        cells = {
            (i, j): self.told(int(self.found.table[i - 1, j - 1]))
            for i, _ in old
            for j, _ in new
        }
        if self.step:
            for side, sizes in enumerate((old, new)):
                for own, size in sizes:
                    beside = [key for key in cells if key[side] == own]
                    _hold(cells, beside, most=size, step=self.step)
        return cells

    def agreement(self) -> float | None:
        """Give the adjusted Rand index over learners in both runs; 1 if nobody moved.

        Movers of whom no cell tells are spread evenly over the cells that are hidden.
        None where who moved is hidden, or too much of where they went.
        """
        moved = self.told(self.found.moved)
        if min(self.found.table.shape) < 2:
            return None  # all learners of one segment are together, whatever the other
        if moved is None or (self.told(int(self.found.table.sum())) or 0) < LEAST_WHOLE:
            return None
        table, spread = self._table(moved)
        if spread > MOST_SPREAD * table.sum():
            return None
        most = NEARLY_ALL if moved else 1.0
        return significant(min(round(adjusted_rand(table), 2), most), 2)

    def _table(self, moved: int) -> tuple[npt.NDArray[np.float64], float]:
        """Make the cells off the pairs add up to who moved; and how many are unsure.

        That sum is told nearer than its parts, each of which is rounded or hidden.
        """
        told = [[self.told(n) for n in row] for row in self.found.table.tolist()]
        table = np.array(told, dtype=np.float64)  # a hidden count is no number
        elsewhere = np.ones(table.shape, dtype=bool)
        for i, j in self.found.ids:
            elsewhere[i - 1, j - 1] = False
        hidden = np.isnan(table)
        table[hidden] = 0
        untold = max(moved - table[elsewhere].sum(), 0)
        some = hidden & elsewhere
        table[some] = untold / max(some.sum(), 1)
        table[elsewhere] *= moved / max(table[elsewhere].sum(), 1)
        return table, untold + self.step / 2 * math.sqrt(table.size)


def _hold(
    cells: dict[Cell, int | None],
    beside: Sequence[Cell],
    *,
    most: int | None,
    step: int,
) -> None:
    """Let cells be no more than a whole together, as far as each stays told."""
    over = sum(cells[key] or 0 for key in beside) - (most or ANY)
    for key in sorted(beside, key=lambda key: (-(cells[key] or 0), key)):
        told = cells[key]
        if over <= 0 or told is None:
            return
        cells[key] = max(told - -(-over // step) * step, step)
        over -= told - (cells[key] or 0)


def least_told(*runs: Results) -> int:
    """Give the steps in which a comparison counts, and so the least that it tells.

    They are wider than those of the runs: counts of learners who are in both and in
    one stand beside two published roundings, and beside that of the comparison the
    other way round.

    Parameters
    ----------
    *runs : Results
    """
    asked = [one.settings for one in runs]
    return WIDER * max(max(one.min_learners, one.base) for one in asked)


def beside(runs: tuple[Results, Results], why_not: str) -> Previous:
    """Compare runs by sizes, names and numbers: nobody is followed.

    Parameters
    ----------
    runs : tuple of Results
        The old and the new one, both exact or both disclosed.
    why_not : str
        Why nobody is followed.
    """
    old, new = runs
    return Previous(
        base=least_told(old, new),
        by_learner=False,
        why_not=why_not,
        k_old=old.selection.k,
        k_new=new.selection.k,
        size_old=old.segmented,
        size_new=new.segmented,
        in_both=None,
        joined=None,
        left=None,
        moved=None,
        share_moved=None,
        agreement=None,
        old_segments=_segments(old),
        new_segments=_segments(new),
        pairs=tuple(_pair(runs, fate, ids) for fate, ids in _namesakes(*runs)),
        migrations=(),
        numbers=numbers_of_all(old, new),
        shares=shares_of_all(old, new),
        settings=settings_changed(old, new),
    )


def followed(
    runs: tuple[Results, Results], counts: Counts, notes: Sequence[str]
) -> Previous:
    """Compare runs over the learners that both have.

    Parameters
    ----------
    runs : tuple of Results
        As for `beside`.
    counts : Counts
    notes : sequence of str
        Which names of segments did not stay, and why.
    """
    old, new = runs
    found = counts.found
    whole = {
        "in_both": int(found.table.sum()),
        "joined": int(found.joined.sum()),
        "left": int(found.left.sum()),
        "moved": found.moved,
    }
    told = _within_runs({name: counts.told(n) for name, n in whole.items()}, runs)
    cells = counts.cells(runs)
    if told["joined"] is None and told["left"] is None:
        told["in_both"] = None  # it is the size of both runs, which these tell
    fates = _told_fates(found, *(frozenset(s.id for s in run.segments) for run in runs))
    update = {
        "by_learner": True,
        **told,
        "share_moved": counts.share(told["moved"], told["in_both"] or new.segmented),
        "agreement": counts.agreement(),
        "pairs": tuple(
            _pair_of(runs, fate, ids, (counts, cells)) for fate, ids in fates
        ),
        "migrations": tuple(
            Migration(old_id=i.id, new_id=j.id, count=cells[i.id, j.id])
            for i in old.segments
            for j in new.segments
        ),
        "names": tuple(notes),
    }
    return beside(runs, "").model_copy(update=update)


def _within_runs(
    told: Mapping[str, int | None], runs: tuple[Results, Results]
) -> dict[str, int | None]:
    """Let no count be more than the run that its learners are of, nor than in both."""
    old, new = (run.segmented or ANY for run in runs)
    most = {"in_both": min(old, new), "joined": new, "left": old}
    held = {k: n if n is None else min(n, most.get(k, n)) for k, n in told.items()}
    if held["moved"] is not None and held["in_both"] is not None:
        held["moved"] = min(held["moved"], held["in_both"])
    return held


def _segments(run: Results) -> tuple[ComparedSegment, ...]:
    return tuple(
        ComparedSegment(id=one.id, name=one.name, size=one.size) for one in run.segments
    )


def _namesakes(old: Results, new: Results) -> Iterator[tuple[Fate, Ids]]:
    """Match segments by their names alone."""
    before, after = (
        {one.name.casefold(): one.id for one in run.segments} for run in (old, new)
    )
    for name, j in after.items():
        i = before.get(name)
        yield "unmatched" if i is None else "same name", (i, j)
    for name, i in before.items():
        if name not in after:
            yield "unmatched", (i, None)


def fates(found: Crossing) -> Iterator[tuple[Fate, Ids]]:
    """Say what became of each segment, the new ones first.

    Parameters
    ----------
    found : Crossing
    """
    matching, (k_old, k_new) = found.matching, found.table.shape
    before = {j: i for i, j in matching.pairs}
    homes = {j: matching.home_of_column(j) for j in range(k_new) if j not in before}
    gone = [i for i in range(k_old) if i not in before.values()]
    ends = {i: matching.home_of_row(i) for i in gone}
    for j in range(k_new):
        if j in before:
            yield "continued", (before[j] + 1, j + 1)
        elif (home := homes[j]) is not None:
            yield "split", (home + 1, j + 1)
        elif j not in ends.values():
            yield "new", (None, j + 1)
    for i in gone:
        end = ends[i]
        if end is not None:
            yield "merged", (i + 1, end + 1)
        elif i not in homes.values():
            yield "retired", (i + 1, None)


def _told_fates(
    found: Crossing, old: frozenset[int], new: frozenset[int]
) -> Iterator[tuple[Fate, Ids]]:
    """Leave out the segments that are too small to be told."""
    for fate, (i, j) in fates(found):
        before, after = i if i in old else None, j if j in new else None
        if (before, after) == (i, j):
            yield fate, (i, j)
        elif before is not None:
            yield "retired", (before, None)
        elif after is not None:
            yield "new", (None, after)


def _pair(runs: tuple[Results, Results], fate: Fate, ids: Ids) -> SegmentPair:
    """Put two segments, or one alone, beside each other by what their runs tell."""
    old, new = (
        None if i is None else run.segment(i) for run, i in zip(runs, ids, strict=True)
    )
    return SegmentPair(
        old_id=ids[0],
        new_id=ids[1],
        fate=fate,
        size_old=old.size if old else None,
        size_new=new.size if new else None,
        numbers=numbers_of_segment(old, new, runs) if old and new else (),
        shares=shares_of_segment(old, new, runs) if old and new else (),
    )


def _pair_of(
    runs: tuple[Results, Results],
    fate: Fate,
    ids: Ids,
    told: tuple[Counts, Mapping[Cell, int | None]],
) -> SegmentPair:
    """Give a pair with the learners that both runs have of it."""
    pair, (i, j) = _pair(runs, fate, ids), ids
    if i is None or j is None:
        return pair
    counts, cells = told
    both = cells[i, j]
    update = {
        "count": both,
        "of_old": counts.share(both, pair.size_old),
        "of_new": counts.share(both, pair.size_new),
    }
    return pair.model_copy(update=update)
