"""Groups that stand apart: how many there are, before any cut is made for use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError
from learnstrata.stats import kmeans
from learnstrata.stats.inputs import Integers
from learnstrata.stats.modality import Dip, Ground, Valley, valleys
from learnstrata.stats.refits import matched, overlap
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.stability import agreement
from learnstrata.wording.statistics import as_told

__all__ = [
    "ROWS",
    "Border",
    "Parting",
    "find_borders",
    "find_partings",
    "ordered_columns",
    "renumbered",
]

ROWS = 10_000  # of fewer, a group of 3 % is not seen
MAX_P = 0.01  # of the valleys of one k together
LEAST_DEPTH = 1.5  # arcs of a ring have 0.8 to 1.3, groups that overlap 2 and more
SAME_CUT = 0.9  # adjusted Rand index with the cut by all features


@dataclass(frozen=True, slots=True)
class Border:
    """What lies between a cluster and the one nearest to it.

    Attributes
    ----------
    cluster, neighbour : int
        Counted from 0.
    dip : Dip or None
        None where they have too few rows for a test.
    p_value : float
        Of the dip, after Holm over the pairs of the table; 1 where there is none.
    depth : float
        `learnstrata.stats.modality.Valley.depth`.
    """

    cluster: int
    neighbour: int
    dip: Dip | None
    p_value: float
    depth: float

    @property
    def is_gap(self) -> bool:
        """Whether few rows lie between, as far as is told of it."""
        return _is_gap(self.p_value, self.depth)


@dataclass(frozen=True, slots=True)
class Parting:
    """Whether the clusters of one k are parted, each from the one nearest to it.

    Attributes
    ----------
    p_value : float
        Of the least certain valley, after Holm over the pairs; 1 where there is none.
    depth : float
        Of the shallowest valley: `learnstrata.stats.modality.Valley.depth`.
    same_cut : float
        Adjusted Rand index of these clusters with those by all features.
    borders : tuple of Border
        By the numbers of the clusters by all features.
    """

    p_value: float
    depth: float
    same_cut: float
    borders: tuple[Border, ...] = ()

    @property
    def is_parted(self) -> bool:
        """Whether every cluster is a group that all features show."""
        same = as_told(self.same_cut) or 0
        return _is_gap(self.p_value, self.depth) and same >= SAME_CUT


def _is_gap(p_value: float, depth: float) -> bool:
    return (as_told(p_value) or 0) <= MAX_P and (as_told(depth) or 0) >= LEAST_DEPTH


def ordered_columns(n_columns: int, blocks: Sequence[Sequence[int]]) -> list[int]:
    """List the columns that are numbers: categories have gaps of their own.

    Parameters
    ----------
    n_columns : int
    blocks : sequence of sequence of int
        Columns that stand for one category.

    Examples
    --------
    >>> ordered_columns(5, [[1, 2]])
    [0, 3, 4]
    """
    in_blocks = {column for block in blocks for column in block}
    return [column for column in range(n_columns) if column not in in_blocks]


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
        Columns to cut by, as `ordered_columns` lists them.
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
    ground = Ground.of(some, rng=rng)
    found = {}
    for k, labels in labelings.items():
        try:
            fit = kmeans.fit(some, k, n_starts=n_starts, rng=rng)
        except DegenerateError:  # too few distinct rows, for larger k as well
            break
        found[k] = _parting(ground, fit.labels, labels[rows], rng)
    return found


def _parting(
    ground: Ground,
    labels: Integers,
    others: Integers,
    rng: np.random.Generator,
) -> Parting:
    borders = find_borders(ground, labels, rng=rng)
    return Parting(
        p_value=max(border.p_value for border in borders),
        depth=min(border.depth for border in borders),
        same_cut=agreement(labels, others).ari,
        borders=renumbered(borders, labels, others),
    )


def find_borders(
    X: npt.NDArray[np.float32] | Ground, labels: Integers, *, rng: np.random.Generator
) -> tuple[Border, ...]:
    """Look between each cluster and the one nearest to it.

    Parameters
    ----------
    X : array of shape (n_rows, n_columns), or Ground
        Ordered features.
    labels : array of shape (n_rows,)
        From 0, none of them empty.
    rng : Generator

    Returns
    -------
    tuple of Border
        By cluster; a pair that are each other's nearest is there twice.
    """
    between = valleys(X, labels, n_rows=ROWS, rng=rng)
    adjusted = _holm(between)
    return tuple(
        Border(one.cluster, one.neighbour, one.dip, adjusted[_pair(one)], one.depth)
        for one in between
    )


def _pair(valley: Valley) -> frozenset[int]:
    return frozenset((valley.cluster, valley.neighbour))


def _holm(between: Sequence[Valley]) -> dict[frozenset[int], float]:
    """Give the p-value of each pair, adjusted by Holm over the pairs."""
    p_values = {_pair(one): one.dip.p_value if one.dip else 1.0 for one in between}
    adjusted, most = {}, 0.0
    for i, pair in enumerate(sorted(p_values, key=lambda pair: p_values[pair])):
        most = max(most, min(p_values[pair] * (len(p_values) - i), 1.0))
        adjusted[pair] = most
    return adjusted


def renumbered(
    borders: Sequence[Border], labels: Integers, others: Integers
) -> tuple[Border, ...]:
    """Give clusters the numbers of those of another cut that are most like them.

    Parameters
    ----------
    borders : sequence of Border
        Of the clusters of `labels`.
    labels, others : array of shape (n_rows,)
        Of the same rows, from 0.
    """
    k = int(1 + max(labels.max(), others.max()))
    to = matched(overlap(labels, others, k))
    moved = [
        replace(one, cluster=int(to[one.cluster]), neighbour=int(to[one.neighbour]))
        for one in borders
    ]
    return tuple(sorted(moved, key=lambda one: one.cluster))
