"""Halves of a table: whether the other one would be cut the same way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.inputs import Floats, Integers, finite_matrix
from learnstrata.stats.lloyd import Points
from learnstrata.stats.refits import (
    check_clusters,
    drawn,
    fresh,
    labels_of,
    matched,
    overlap,
    prepared,
)
from learnstrata.stats.stability import adjusted_rand, best_jaccard
from learnstrata.stats.threads import workers

__all__ = ["Halves", "cut_halves", "lower_quartile"]

CORESET = 2_500  # rows that the starts of a fit run on: 40 % of the time of all
STARTS = 4
Halved: TypeAlias = tuple[Points, Points]


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """How far the cuts of halves of the rows agree, with each other and with a cut.

    Attributes
    ----------
    k : int
        Number of clusters.
    strength : array of shape (n_splits,)
        Prediction strength of each split, the mean of its two directions; 0 to 1, more
        is better.
    agreement : array of shape (n_splits,)
        Adjusted Rand index of the cuts of both halves, over the rows of both; at most
        1, and about 0 for cuts that have nothing in common.
    jaccard : array of shape (2 * n_splits, k)
        Of each half's cut, how much of each cluster of the given cut is found again:
        ``|A & B| / |A | B|`` with the cluster most like it, over all rows; 0 to 1.
    centers : array of shape (2 * n_splits, k, n_features)
        Of each half's cut, matched to the given one so that the most rows keep their
        cluster.
    """

    k: int
    strength: Floats
    agreement: Floats
    jaccard: Floats
    centers: Floats

    @property
    def n_splits(self) -> int:
        """Count the splits."""
        return len(self.strength)

    @property
    def strength_error(self) -> float:
        """Give the standard error of the mean prediction strength over the splits.

        The splits share their rows: it says how far other splits would move the mean,
        not how far another table would.
        """
        return float(self.strength.std(ddof=1) / np.sqrt(self.n_splits))

    def renumbered(self, order: Integers) -> "Halves":
        """Give the same of a cut whose cluster j is cluster ``order[j]`` of this."""
        jaccard, centers = self.jaccard[:, order], self.centers[:, order]
        return replace(self, jaccard=jaccard, centers=centers)

    def continued(self, more: "Halves") -> "Halves":
        """Give the same with more splits after these."""
        return Halves(
            self.k,
            np.concatenate([self.strength, more.strength]),
            np.concatenate([self.agreement, more.agreement]),
            np.concatenate([self.jaccard, more.jaccard]),
            np.concatenate([self.centers, more.centers]),
        )


def lower_quartile(values: Floats) -> Floats:
    """Give what three of four reach, column by column.

    Examples
    --------
    >>> import numpy as np
    >>> lower_quartile(np.array([0.2, 0.6, 0.8, 0.9, 1.0])).item()
    0.6
    """
    return np.quantile(values, 0.25, axis=0)


def cut_halves(
    X: npt.ArrayLike,
    cuts: Mapping[int, Integers],
    *,
    n_splits: int = 5,
    enough: Callable[[Halves], bool] | None = None,
    known: Mapping[int, Halves] | None = None,
    rng: np.random.Generator | int,
) -> dict[int, Halves]:
    """Cluster both halves of the rows afresh, and see how far the cuts agree.

    Prediction strength is ``min_j sum_i m_ij (m_ij - 1) / (n_j (n_j - 1))``: `n_j` rows
    of one half are in its own cluster j, and `m_ij` of them lie nearest to centre i of
    the other half. It is the share of the pairs of a cluster that stay together, of the
    worst cluster. Each half is predicted once. The adjusted Rand index and the Jaccard
    similarities are over all rows, each put to the nearest centre of either half.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    cuts : mapping of int to array of int, shape (n_samples,)
        By k, 2 or more, the clusters to find again, numbered from 0.
    n_splits : int, default=5
        Random splits into halves, 2 or more; every k is tried on the same halves.
    enough : callable, default=None
        Of what the splits of one k gave so far, two or more of them: whether that k
        needs no more. ``None`` tries every k on all splits.
    known : mapping of int to Halves, default=None
        What an earlier call of the same rows, cuts and source gave: its splits are not
        made again, but continued.
    rng : Generator or int
        Source of the splits and starts. What a k is found to be does not depend on the
        others.

    Returns
    -------
    dict of int to Halves
        In rising order of k.

    Raises
    ------
    DegenerateError
        If `X` is not finite, or a half has no more rows than the largest k, or fewer
        distinct ones.
    ParameterError
        If there is no k, or one under 2, or a count is too small.

    Notes
    -----
    A test cluster of one row has no pairs and counts 1, as in the R package fpc; one
    without rows is passed over. Tibshirani and Walther take the largest k above 0.8 to
    0.9 for the number of clusters. Pairs favour large clusters: where a tenth of a
    cluster goes elsewhere, 0.81 to 0.82 of its pairs remain.

    Halves are drawn without replacement, so that the two cuts share no row: a bootstrap
    sample shares most of its rows with the next. It fails where cuts are stable without
    being gaps: see docs/methods/halves.md.

    References
    ----------
    .. [1] R. Tibshirani, G. Walther (2005). "Cluster validation by prediction
       strength". Journal of Computational and Graphical Statistics 14(3): 511-528.
    .. [2] C. Hennig (2007). "Cluster-wise assessment of cluster stability".
       Computational Statistics & Data Analysis 52(1): 258-271. With subsets of half the
       rows in place of bootstrap samples.
    .. [3] S. Dolnicar, F. Leisch (2010). "Evaluation of structure and reproducibility
       of cluster solutions using the bootstrap". Marketing Letters 21(1): 83-101.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal([[0.0], [9.0]], size=(2, 50)).reshape(-1, 1)
    >>> found = cut_halves(X, {2: (X[:, 0] > 4.5).astype(int)}, rng=0)[2]
    >>> found.strength.tolist(), found.agreement.tolist()
    ([1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0])
    """
    matrix = finite_matrix(X)
    ks = _checked(cuts, len(matrix) // 2)
    if n_splits < 2:
        raise ParameterError(
            f"Got n_splits={n_splits}, expected 2 or more: one split has no spread."
        )
    points, found = prepared(matrix), dict(known or {})
    with workers() as each:
        for i, split in enumerate(np.random.default_rng(rng).spawn(n_splits)):
            open_ks = [k for k in ks if _is_open(found.get(k), i, enough)]
            if not open_ks:
                continue
            rows, halves = _halves(points, split)
            codes = [np.asarray(cuts[k])[rows] for k in open_ks]
            sources = split.spawn(ks[-1] - 1)  # of k = 2 the first, whoever else is cut
            compared = each(
                partial(_compared, points, halves),
                open_ks,
                codes,
                [sources[k - 2] for k in open_ks],
            )
            for k, one in zip(open_ks, compared, strict=True):
                found[k] = found[k].continued(one) if k in found else one
    return {k: found[k] for k in ks}


def _is_open(
    found: Halves | None, n_before: int, enough: Callable[[Halves], bool] | None
) -> bool:
    """Say whether a k is to be tried on the next split, and has not been before."""
    if found is None or found.n_splits != n_before:  # stopped, or known already
        return found is None and not n_before
    return n_before < 2 or enough is None or not enough(found)


def _checked(k_values: Iterable[int], n_half: int) -> list[int]:
    ks = sorted(set(k_values))
    if not ks or ks[0] < 2:
        raise ParameterError(
            f"Got cuts at k={ks}, expected one or more numbers from 2: one cluster "
            "always predicts itself."
        )
    check_clusters(ks[-1], n_half)
    return ks


def _halves(points: Points, rng: np.random.Generator) -> tuple[Integers, Halved]:
    """Give the rows in the order of both halves, and the halves."""
    order = rng.permutation(len(points.rows))
    middle = len(order) // 2
    # rows in their own order are read faster, and a half has no order
    first, second = np.sort(order[:middle]), np.sort(order[middle:])
    both = drawn(points, first), drawn(points, second)
    return np.concatenate([first, second]), both


def _compared(
    points: Points,
    halves: Halved,
    k: int,
    codes: Integers,
    rng: np.random.Generator,
) -> Halves:
    """Cut both halves; compare the cuts with each other and with the given one."""
    centers = [
        fresh(half, k, n_starts=STARTS, coreset=CORESET, rng=rng) for half in halves
    ]
    # by whose centres, and of which half
    labels = [[labels_of(half, cut) for half in halves] for cut in centers]
    for of, half in enumerate(halves):
        if len(np.unique(labels[of][of])) < k:
            _check_distinct(half, k)
    tables = [overlap(labels[of][of], labels[1 - of][of], k) for of in (0, 1)]
    given = [overlap(codes, np.concatenate(both), k) for both in labels]
    paired = [cut[matched(shared)] for cut, shared in zip(centers, given, strict=True)]
    return Halves(
        k=k,
        strength=np.array([sum(map(_weakest, tables)) / 2]),
        agreement=np.array([adjusted_rand(tables[0] + tables[1].T)]),
        jaccard=np.array([best_jaccard(shared) for shared in given]),
        centers=points.restored(np.stack(paired)),
    )


def _weakest(table: npt.NDArray[np.intp]) -> float:
    """Give the least share of a cluster's pairs that the prediction keeps."""
    shared = table.astype(np.float64)
    sizes = shared.sum(axis=1)
    kept = (shared * (shared - 1)).sum(axis=1)
    paired = sizes > 1
    return float(np.min(kept[paired] / (sizes * (sizes - 1))[paired], initial=1.0))


def _check_distinct(half: Points, k: int) -> None:
    n_distinct = len(np.unique(half.rows, axis=0))
    if n_distinct < k:
        raise DegenerateError(
            f"Got a half of X with {n_distinct} distinct rows, expected {k} or more: "
            "one for each cluster. Ask for fewer clusters."
        )
