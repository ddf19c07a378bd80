"""Groups that stand apart: how many there are, before any cut is made for use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError
from learnstrata.stats import kmeans
from learnstrata.stats.inputs import Integers
from learnstrata.stats.modality import Valley, valleys
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.stability import agreement
from learnstrata.wording.statistics import as_told

__all__ = ["Parting", "find_partings", "most_parted"]

ROWS = 10_000  # of fewer, a group of 3 % is not seen
MAX_P = 0.01  # of the valleys of one k together
LEAST_DEPTH = 1.5  # arcs of a ring have 0.8 to 1.3, groups that overlap 2 and more
SAME_CUT = 0.9  # adjusted Rand index with the cut by all features


@dataclass(frozen=True, slots=True)
class Parting:
    """Whether the clusters of one k are parted, each from the one nearest to it.

    Attributes
    ----------
    p_value : float
        Of the least certain valley, after Holm over the pairs; 1 where there is none.
    depth : float
        Of the shallowest valley: `learnstrata.stats.modality.Valley.depth`.
    smallest_share : float
        Of the rows.
    same_cut : float
        Adjusted Rand index of these clusters with those by all features.
    """

    p_value: float
    depth: float
    smallest_share: float
    same_cut: float

    @property
    def is_parted(self) -> bool:
        """Whether every cluster is a group that all features show."""
        p, depth, same = map(as_told, (self.p_value, self.depth, self.same_cut))
        return (
            (p or 0) <= MAX_P
            and (depth or 0) >= LEAST_DEPTH
            and (same or 0) >= SAME_CUT
        )


def find_partings(
    X: npt.NDArray[np.float32],
    labelings: Mapping[int, Integers],
    *,
    ordered: Sequence[int],
    n_starts: int,
    rng: np.random.Generator,
) -> dict[int, Parting]:
    """Cut by the ordered features alone, and look between neighbours at every k.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    labelings : mapping of int to array of shape (n_learners,)
        By k, the cuts by all features.
    ordered : sequence of int
        Columns that are numbers: categories have gaps of their own.
    n_starts : int
    rng : Generator

    Returns
    -------
    dict of int to Parting
        As far as the rows have more distinct values than clusters.

    Notes
    -----
    A group that is parted is found by its valley (the dip test on the line between two
    means) and by its depth (few rows midway). Either alone is fooled: the dip by
    curved groups, the depth by chance. How often both are: docs/methods/choice-of-k.md.
    """
    if not ordered:
        return {}
    rows = sample_rows(len(X), ROWS, rng=rng)
    some = np.ascontiguousarray(X[rows][:, list(ordered)])
    found = {}
    for k, labels in labelings.items():
        try:
            fit = kmeans.fit(some, k, n_starts=n_starts, rng=rng)
        except DegenerateError:  # too few distinct rows, for larger k as well
            break
        found[k] = _parting(some, fit.labels, labels[rows], rng)
    return found


def _parting(
    X: npt.NDArray[np.float32],
    labels: Integers,
    others: Integers,
    rng: np.random.Generator,
) -> Parting:
    between = valleys(X, labels, n_rows=ROWS, rng=rng)
    return Parting(
        p_value=_holm(between),
        depth=min(valley.depth for valley in between),
        smallest_share=float(np.bincount(labels).min() / len(labels)),
        same_cut=agreement(labels, others).ari,
    )


def _holm(between: Sequence[Valley]) -> float:
    """Give the largest p-value of the pairs, adjusted by Holm."""
    pairs = {
        frozenset((valley.cluster, valley.neighbour)): valley.dip for valley in between
    }
    p_values = sorted(dip.p_value if dip else 1.0 for dip in pairs.values())
    factors = range(len(p_values), 0, -1)
    adjusted = (p * factor for p, factor in zip(p_values, factors, strict=True))
    return min(max(adjusted), 1.0)


def most_parted(found: Mapping[int, Parting], *, least_share: float) -> int:
    """Give the largest k whose every cluster is parted from its neighbour; else 1.

    Parameters
    ----------
    found : mapping of int to Parting
    least_share : float
        Of the rows, that the smallest cluster must hold.

    Examples
    --------
    >>> apart, cut = Parting(0.0, 4.0, 0.3, 1.0), Parting(0.6, 0.9, 0.2, 1.0)
    >>> most_parted({2: apart, 3: cut}, least_share=0.02)
    2
    """
    parted = [
        k
        for k, one in found.items()
        if one.is_parted and one.smallest_share >= least_share
    ]
    return max(parted, default=1)
