"""Who of a list gets an action and who is held out, by a lot that can be drawn again.

An action has one lot over its whole list; pathways have one a segment, since each gets
another programme. Each learner has a number for each action, made of both under the
owner's key. Those with the least numbers are held out. The number is the same in every
export, and those of two actions say nothing of each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from learnstrata.decisions.trials import HELD_OUT, ITS_OWN
from learnstrata.privacy.keys import codes, secret_of
from learnstrata.summary.contract.decisions import ActionId, LotOf, Target
from learnstrata.summary.contract.results import Summary

__all__ = ["ARMED", "Lot", "lots_of", "with_arms"]

# By action: the list of those who would get it.
ARMED: Mapping[ActionId, str] = {
    "pathways": "pathways.csv",
    "lagging_pay": "stalled_pay.csv",
    "transitions": "high_upside.csv",
    "mentor_pools": "could_be_mentored.csv",
}
WITH = "with"
LEARNER, SEGMENT = "learner_id", "segment_id"


class Lot(NamedTuple):
    """Learners that are drawn from at once, and how many of them are held out.

    They are those of `segments`, or all of a list where there are none.
    """

    held_out: int
    segments: tuple[int, ...] = ()


def lots_of(*summaries: Summary) -> dict[ActionId, tuple[Lot, ...]]:
    """Give the lots that are drawn for each action, as far as it has any.

    Parameters
    ----------
    *summaries : Summary
        The exact one, then the disclosed one: where both have an action with targets,
        what teams read counts.
    """
    found: dict[ActionId, tuple[Lot, ...]] = {}
    for action in (one for summary in summaries for one in summary.actions):
        if action.id in ARMED and action.targets:
            found[action.id] = tuple(_lots(action.targets))
    return {name: lots for name, lots in found.items() if lots}


def _lots(targets: Sequence[Target]) -> Iterator[Lot]:
    """Give a lot for all targets that share one."""
    members: dict[tuple[LotOf, int, int | None], list[int]] = {}
    for one in targets:
        trial, segment = one.trial, one.segment_id
        if trial and trial.per_arm and trial.is_drawn:
            alone = segment if trial.lot_of == ITS_OWN else None
            lot = members.setdefault((trial.lot_of, trial.per_arm, alone), [])
            lot += [] if segment is None else [segment]
    for (_, held_out, _), segments in members.items():
        yield Lot(held_out, tuple(segments))


def with_arms(
    rows: pl.DataFrame, action: ActionId, *, lots: Sequence[Lot], key: bytes
) -> pl.DataFrame:
    """Give a list a column ``arm`` that says who gets the action and who does not.

    Parameters
    ----------
    rows : polars.DataFrame
        With ``learner_id``, and ``segment_id`` where lots are of segments. All rows of
        a learner have one arm, and count where the first of them is.
    action : str
    lots : sequence of Lot
    key : bytes
        Without it nobody can tell who is in which arm.

    Returns
    -------
    polars.DataFrame
        With ``arm``: ``with`` or ``hold-out``, null for whoever is in no lot. No more
        than half of a lot are held out.

    Examples
    --------
    >>> rows = pl.DataFrame({"learner_id": ["a", "b", "c", "d", "a"]})
    >>> drawn = with_arms(rows, "pathways", lots=[Lot(1)], key=bytes(32))
    >>> drawn["arm"].to_list()
    ['with', 'hold-out', 'with', 'with', 'with']
    """
    there = [column for column in (LEARNER, SEGMENT) if column in rows.columns]
    once = rows.select(there)
    if several := once[LEARNER].n_unique() < len(once):
        once = once.unique(LEARNER, keep="first", maintain_order=True)
    numbers = codes(once[LEARNER], key=secret_of(key, f"arm of {action}"))
    once = once.with_columns(_lot=pl.Series(numbers)).with_row_index("_row")
    arm = pl.lit(None, pl.String)
    for lot in lots:
        every = pl.repeat(value=True, n=pl.len())
        inside = pl.col(SEGMENT).is_in(lot.segments) if lot.segments else every
        is_held_out = pl.col("_row").is_in(
            _held_out(once.filter(inside), lot).implode()
        )
        drawn = pl.when(is_held_out).then(pl.lit(HELD_OUT)).otherwise(pl.lit(WITH))
        arm = pl.when(inside).then(drawn).otherwise(arm)
    arms = once.select(LEARNER, arm=arm)
    if several:
        return rows.join(arms, on=LEARNER, how="left", maintain_order="left")
    return rows.with_columns(arms["arm"])


def _held_out(members: pl.DataFrame, lot: Lot) -> pl.Series:
    """Give the rows of those of a lot who have the least numbers."""
    size = min(lot.held_out, len(members) // 2)
    last = pl.lit(members["_lot"].bottom_k(size).max(), pl.Int64)
    # Two may have one number: who is first in the alphabet is held out.
    near = members.filter(pl.col("_lot") <= last).sort("_lot", LEARNER)
    return near["_row"].head(size)
