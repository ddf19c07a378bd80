"""Shares of parts that are told together: never more than their whole.

Counts are rounded each for itself, so that parts may add up to more than their whole as
told: 650 and 550 of 1,190. Then the share of each is of what they add up to. Only told
counts enter, so a share says no more than they do.
"""

from collections.abc import Sequence
from typing import TypeVar

from learnstrata.privacy.disclosure.rounding import share_of
from learnstrata.summary.contract.evidence import Evidence
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.model import Model
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import Results

__all__ = ["shares_of", "within_wholes"]

M = TypeVar("M", bound=Model)
MOST_OVER = 1.1  # times a whole: what rounding alone makes of parts of many


def shares_of(
    parts: Sequence[int | None], whole: int | None, *, error: int = 0
) -> tuple[float | None, ...]:
    """Give told parts as shares of their whole, or of their sum where that is more.

    Parameters
    ----------
    parts : sequence of int or None
    whole : int or None
    error : int, default=0
        Most that a count can be off by: what this moves by much is None.

    Examples
    --------
    >>> shares_of((650, 550), 1_190), shares_of((80, None), 200)
    ((0.542, 0.458), (0.4, None))
    """
    least = _least(parts, whole)
    return tuple(share_of(n, least, error=error) for n in parts)


def _least(parts: Sequence[int | None], whole: int | None) -> int:
    return max(whole or 0, sum(n or 0 for n in parts))


def within_wholes(told: Results) -> Results:
    """Let shares of segments, of their parts and bins be no more than 100 %.

    Roles whose mentors and learners are told as clearly more than the role are left
    out.

    Parameters
    ----------
    told : Results
        Disclosed. They are not changed.
    """
    sizes = [one.size for one in told.segments]
    shares = shares_of(sizes, told.segmented)
    if told.is_one_segment and sizes == [told.segmented]:
        whole = told.segments[0].model_copy(update={"share": 1.0})  # however rounded
        told = told.model_copy(update={"segments": (whole,)})
    segments = tuple(_within(one) for one in _with_shares(told.segments, share=shares))
    every = _least(sizes, told.segmented)
    evidence = told.evidence and _with_parts(told.evidence, every)
    fitting = tuple(map(_with_levels, filter(_is_whole, told.questions.mentor_roles)))
    questions = told.questions.model_copy(update={"mentor_roles": fitting})
    update = {"segments": segments, "evidence": evidence, "questions": questions}
    return told.model_copy(update=update)


def _is_whole(role: MentorRole) -> bool:
    """Say whether those who want a mentor and who could be one fit into their role."""
    parts = (role.demand or 0) + (role.supply or 0)
    return parts <= MOST_OVER * (role.learners or 0)


def _with_levels(role: MentorRole) -> MentorRole:
    """Leave out the levels of a role where together they are more than it has."""
    parts = sum(one.demand or 0 for one in role.levels)
    fits = parts <= MOST_OVER * max(role.demand or 0, 1)
    return role if fits else role.model_copy(update={"levels": ()})


def _within(segment: Segment) -> Segment:
    """Set the shares of bins, of their segment and of all."""
    distributions = []
    for one in segment.distributions:
        own = shares_of([part.segment for part in one.bins], one.n_segment)
        of_all = shares_of([part.of_all for part in one.bins], one.n_all)
        bins = _with_shares(one.bins, share=own, share_of_all=of_all)
        distributions.append(one.model_copy(update={"bins": bins}))
    return segment.model_copy(update={"distributions": tuple(distributions)})


def _with_shares(rows: Sequence[M], **shares: Sequence[float | None]) -> tuple[M, ...]:
    """Set shares of rows, by the field; what is hidden stays so."""
    found = []
    for i, row in enumerate(rows):
        told = {k: v[i] for k, v in shares.items() if getattr(row, k) is not None}
        found.append(row.model_copy(update=told))
    return tuple(found)


def _with_parts(found: Evidence, every: int) -> Evidence:
    """Set the shares of parts, of their segment and of `every` learner."""
    parts = []
    for one in found.finer.parts:
        beside = [p.count for p in found.finer.parts if p.segment_id == one.segment_id]
        of_segment = share_of(one.count, _least(beside, one.n_segment))
        shares = {"share_of_segment": of_segment, "share": share_of(one.count, every)}
        known = {k: v for k, v in shares.items() if getattr(one, k) is not None}
        parts.append(one.model_copy(update=known))
    finer = found.finer.model_copy(update={"parts": tuple(parts)})
    return found.model_copy(update={"finer": finer})
