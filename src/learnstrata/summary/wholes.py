"""Shares of parts that are told together: never more than their whole.

Counts are rounded each for itself, so that parts may add up to more than their whole as
told: 650 and 550 of 1,190. Then the share of each is of what they add up to. Only told
counts enter, so a share says no more than they do.
"""

from collections.abc import Sequence

from learnstrata.privacy.disclosure.rounding import share_of
from learnstrata.summary.contract.evidence import Evidence
from learnstrata.summary.contract.results import Results

__all__ = ["shares_of", "within_wholes"]


def shares_of(
    parts: Sequence[int | None], whole: int | None
) -> tuple[float | None, ...]:
    """Give told parts as shares of their whole, or of their sum where that is more.

    Examples
    --------
    >>> shares_of((650, 550), 1_190), shares_of((80, None), 200)
    ((0.542, 0.458), (0.4, None))
    """
    least = _least(parts, whole)
    return tuple(share_of(n, least) for n in parts)


def _least(parts: Sequence[int | None], whole: int | None) -> int:
    return max(whole or 0, sum(n or 0 for n in parts))


def within_wholes(told: Results) -> Results:
    """Let the shares of segments, and of the parts of each, be no more than 100 %.

    Parameters
    ----------
    told : Results
        Disclosed. They are not changed.
    """
    sizes = [one.size for one in told.segments]
    shares = shares_of(sizes, told.segmented)
    segments = tuple(
        one if one.share is None else one.model_copy(update={"share": share})
        for one, share in zip(told.segments, shares, strict=True)
    )
    every = _least(sizes, told.segmented)
    evidence = told.evidence and _with_parts(told.evidence, every)
    return told.model_copy(update={"segments": segments, "evidence": evidence})


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
