"""Who of a list gets an action and who is held out, by a lot that can be drawn again.

Each learner has a number for each action, made of both under the owner's key. Those
with the least numbers are held out. The number is the same in every export, and those
of two actions say nothing of each other.
"""

from collections.abc import Mapping

import polars as pl

from learnstrata.decisions.trials import HELD_OUT
from learnstrata.privacy.keys import codes, secret_of
from learnstrata.summary.contract.decisions import ActionId
from learnstrata.summary.contract.results import Summary

__all__ = ["ARMED", "PerArm", "per_arm_of", "with_arms"]

PerArm = Mapping[int | None, int | None]

# By action: the list of those who would get it, and what it is drawn from one by one.
ARMED: Mapping[ActionId, tuple[str, str]] = {
    "pathways": ("pathways.csv", "segment_id"),
    "lagging_pay": ("stalled_pay.csv", ""),
    "transitions": ("high_upside.csv", ""),
    "mentor_pools": ("could_be_mentored.csv", "role"),
}
WITH = "with"
LEARNER = "learner_id"


def per_arm_of(*summaries: Summary) -> dict[ActionId, PerArm]:
    """Give the learners that an arm needs, for each action that has a trial.

    Parameters
    ----------
    *summaries : Summary
        The exact one, then the disclosed one: where both say a number, the one that
        teams read counts.

    Returns
    -------
    dict of str to mapping
        By the id of a segment, or None for whoever else an action is for. None is no
        number: the outcome cannot change so far.
    """
    found: dict[ActionId, dict[int | None, int | None]] = {}
    for action in (one for summary in summaries for one in summary.actions):
        for target in action.targets:
            if target.trial:
                own = found.setdefault(action.id, {})
                own[target.segment_id] = target.trial.per_arm
    return {**found}


def with_arms(
    rows: pl.DataFrame, action: ActionId, *, per_arm: PerArm, key: bytes, by: str = ""
) -> pl.DataFrame:
    """Give a list a column ``arm`` that says who gets the action and who does not.

    Parameters
    ----------
    rows : polars.DataFrame
        With ``learner_id``. All rows of a learner have one arm, and count where the
        first of them is.
    action : str
    per_arm : mapping of int or None to int or None
        As of `per_arm_of`.
    key : bytes
        Without it nobody can tell who is in which arm.
    by : str, default=""
        Column of the groups that are drawn from one by one; all are one without it.

    Returns
    -------
    polars.DataFrame
        With ``arm``: ``with`` or ``hold-out``. Of a group that has the learners for
        both arms exactly as many are held out as one needs, else half of the group.

    Examples
    --------
    >>> rows = pl.DataFrame({"learner_id": ["a", "b", "c", "d", "a"]})
    >>> drawn = with_arms(rows, "pathways", per_arm={None: 1}, key=bytes(32))
    >>> drawn["arm"].to_list()
    ['hold-out', 'with', 'with', 'with', 'hold-out']
    """
    once = rows.unique(LEARNER, keep="first", maintain_order=True)
    lots = codes(once[LEARNER], key=secret_of(key, f"arm of {action}"))
    drawn = once.with_columns(_lot=pl.Series(lots)).sort("_lot", LEARNER)
    groups = drawn.group_by(by) if by else [(("",), drawn)]
    held: set[str] = set()
    for (name, *_), group in groups:
        segment = name if isinstance(name, int) else None
        half, needed = len(group) // 2, per_arm.get(segment, per_arm.get(None))
        held |= {*group[LEARNER].head(half if needed is None else min(needed, half))}
    is_held = pl.col(LEARNER).is_in(list(held))
    arm = pl.when(is_held).then(pl.lit(HELD_OUT)).otherwise(pl.lit(WITH))
    return rows.with_columns(arm=arm)
