"""Groups of every k in a tree: where each stands, and which segment it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from learnstrata.summary.contract.evidence import Flow

__all__ = ["Group", "Place", "ancestry", "places"]


class Group(NamedTuple):
    """A segment of some k."""

    k: int
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group stands in its row, 0..1, and its learners (None: few)."""

    x: float
    count: int | None


def places(flows: Sequence[Flow]) -> dict[Group, Place]:
    """Place groups under the groups they come from."""
    sizes: dict[Group, int | None] = {}
    for flow in flows:
        sizes[Group(flow.k, flow.source)] = flow.n_source
        sizes[Group(flow.k + 1, flow.target)] = flow.n_target
    placed: dict[Group, Place] = {}
    for k in sorted({group.k for group in sizes}):
        row = [group for group in sizes if group.k == k]
        above = {group: _above(flows, placed, group) for group in row}
        order = sorted(row, key=lambda group: (above[group], group.id))
        for i, group in enumerate(order):
            placed[group] = Place((i + 0.5) / len(order), sizes[group])
    return placed


def _above(flows: Sequence[Flow], placed: dict[Group, Place], group: Group) -> float:
    """Give the mean place of where a group comes from."""
    parts = [
        (flow.share_of_target or 0.0, placed[Group(flow.k, flow.source)].x)
        for flow in flows
        if flow.k == group.k - 1 and flow.target == group.id
    ]
    weight = sum(share for share, _ in parts)
    return sum(share * x for share, x in parts) / weight if weight else 0.0


def ancestry(flows: Sequence[Flow], chosen: int) -> dict[Group, int]:
    """Name for each group the segment of the chosen k that most of it is in."""
    kin: dict[Group, int] = {}
    for flow in flows:
        if flow.k == chosen:
            kin[Group(chosen, flow.source)] = flow.source
        elif flow.k + 1 == chosen:
            kin[Group(chosen, flow.target)] = flow.target
    ks = sorted({flow.k for flow in flows})
    for k in (k for k in ks if k >= chosen):
        kin |= _inherited(flows, kin, k, downwards=True)
    for k in (k for k in reversed(ks) if k < chosen):
        kin |= _inherited(flows, kin, k, downwards=False)
    return kin


def _inherited(
    flows: Sequence[Flow], kin: dict[Group, int], k: int, *, downwards: bool
) -> dict[Group, int]:
    """Pass segments on by the largest flow, to k + 1 downwards or back to k."""
    best: dict[Group, tuple[int, int]] = {}
    for flow in (flow for flow in flows if flow.k == k):
        above, below = Group(k, flow.source), Group(k + 1, flow.target)
        giver, heir = (above, below) if downwards else (below, above)
        offer = flow.count or 0
        if giver in kin and offer > best.get(heir, (0, 0))[0]:
            best[heir] = (offer, kin[giver])
    return {heir: told for heir, (_, told) in best.items()}
