"""Ward's hierarchy: exact on rows, weighted on micro-clusters."""

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.assignment import mean_rows
from learnstrata.stats.inputs import Floats, Integers, finite_matrix

__all__ = ["branches", "cut", "ward", "ward_of_groups", "ward_weighted"]


def ward(X: npt.ArrayLike) -> Floats:
    """Merge rows, always the two clusters whose union adds least inertia.

    A merge of clusters of `a` and `b` rows is drawn at height ``sqrt(2ab / (a + b))``
    times the distance of their means; half its square is the inertia it adds.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, two rows or more. Memory grows with the rows, time with their square.

    Returns
    -------
    array of shape (n_samples - 1, 4)
        SciPy's linkage: the two clusters, the height, and the rows of the union.

    Raises
    ------
    DegenerateError
        If `X` has fewer than two rows or is not finite.

    Notes
    -----
    12,000 x 26 takes 2 to 4 s, and a distance matrix of 205,843 rows 158 GB: beyond
    some 20,000 rows, merge micro-clusters with `ward_weighted`.

    References
    ----------
    .. [1] J. H. Ward (1963). "Hierarchical grouping to optimize an objective function".
       Journal of the American Statistical Association 58(301): 236-244.
    .. [2] D. Müllner (2013). "fastcluster: fast hierarchical, agglomerative clustering
       routines for R and Python". Journal of Statistical Software 53(9): 1-18.

    Examples
    --------
    >>> ward([[0.0], [1.0], [9.0]]).round(2).tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 9.81, 3.0]]
    """
    import fastcluster

    return fastcluster.linkage_vector(finite_matrix(X, least=2), method="ward")


def ward_weighted(centers: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Merge micro-clusters as `ward` would merge the rows that lie at their centres.

    Parameters
    ----------
    centers : array-like of shape (n_micro, n_features)
        Means of the micro-clusters, two or more.
    weights : array-like of shape (n_micro,)
        Rows in each; any positive numbers.

    Returns
    -------
    array of shape (n_micro - 1, 4)
        SciPy's linkage. Heights are those of the rows, the last column counts
        micro-clusters.

    Raises
    ------
    DegenerateError
        If there are fewer than two centres, or they are not finite.
    ParameterError
        If there is not one positive weight for each centre.

    Notes
    -----
    Follows chains of nearest neighbours, of which each end is a pair to merge; time
    grows with the square of the micro-clusters, memory with their number. The spread
    inside a micro-cluster is not seen: merges near its own height mean little.

    References
    ----------
    .. [1] F. Murtagh, P. Legendre (2014). "Ward's hierarchical agglomerative clustering
       method: which algorithms implement Ward's criterion?". Journal of Classification
       31(3): 274-295.

    Examples
    --------
    >>> ward_weighted([[0.0], [3.0]], [2, 1]).round(3).tolist()
    [[0.0, 1.0, 3.464, 2.0]]
    """
    means = finite_matrix(centers, least=2)
    sizes = np.array(weights, dtype=np.float64)
    if sizes.shape != (len(means),) or not np.all((sizes > 0) & np.isfinite(sizes)):
        raise ParameterError(
            f"Got weights of shape {sizes.shape}, expected {len(means)} positive "
            "numbers: the rows of each micro-cluster. Leave out those without rows."
        )
    pairs, heights = _merges(means - means.mean(axis=0), sizes)
    return _as_linkage(pairs, heights)


def ward_of_groups(
    X: npt.ArrayLike, labels: npt.ArrayLike
) -> tuple[Integers, Floats, Integers]:
    """Merge groups of rows, such as micro-clusters, each standing at its mean.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
        Group of each row; two groups or more.

    Returns
    -------
    groups : array of int, shape (n_samples,)
        Leaf of each row, numbered from 0 in the order of the labels.
    linkage : array of shape (n_groups - 1, 4)
        Of `ward_weighted`.
    sizes : array of int, shape (n_groups,)
        Rows of each leaf.

    Raises
    ------
    DegenerateError
        If there is one group only, or `X` is not finite.

    Examples
    --------
    >>> groups, linkage, sizes = ward_of_groups([[0.0], [0.0], [3.0]], [7, 7, 2])
    >>> groups.tolist(), linkage.round(3).tolist(), sizes.tolist()
    ([1, 1, 0], [[0.0, 1.0, 3.464, 2.0]], [1, 2])
    """
    _, groups, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    nowhere = np.zeros((len(sizes), np.shape(X)[1]))
    means, _ = mean_rows(np.asarray(X), groups, nowhere)
    return groups, ward_weighted(means, sizes), sizes


def _merges(centers: Floats, sizes: Floats) -> tuple[Integers, Floats]:
    """Give the slots that merge, the union staying in the second, and the heights."""
    centers, sizes = centers.copy(), sizes.copy()
    alive = np.ones(len(sizes), dtype=bool)
    pairs = np.empty((len(sizes) - 1, 2), dtype=np.intp)
    heights = np.empty(len(sizes) - 1)
    chain: list[int] = []
    for step in range(len(pairs)):
        a, b, heights[step] = _reciprocal_pair(centers, sizes, alive, chain)
        pairs[step] = a, b
        together = sizes[a] + sizes[b]
        centers[b] = (sizes[a] * centers[a] + sizes[b] * centers[b]) / together
        sizes[b] = together
        alive[a] = False
    return pairs, heights


def _reciprocal_pair(
    centers: Floats, sizes: Floats, alive: npt.NDArray[np.bool_], chain: list[int]
) -> tuple[int, int, float]:
    """Follow the chain of nearest neighbours to its end, and take the end off it."""
    if not chain:
        chain.append(int(alive.argmax()))
    while True:
        tip = chain[-1]
        gap = centers - centers[tip]
        costs = 2 * sizes * sizes[tip] / (sizes + sizes[tip])
        costs *= np.einsum("ij,ij->i", gap, gap)
        costs[~alive] = np.inf
        costs[tip] = np.inf
        near = int(costs.argmin())
        if len(chain) > 1 and costs[chain[-2]] <= costs[near]:
            before = chain[-2]  # of equal ones the last: the chain must end
            del chain[-2:]
            return tip, before, float(np.sqrt(costs[before]))
        chain.append(near)


def _as_linkage(pairs: Integers, heights: Floats) -> Floats:
    """Sort merges by height and number the clusters as SciPy does."""
    n_leaves = len(pairs) + 1
    order = np.argsort(heights, kind="stable")
    names, counts = np.arange(n_leaves), np.ones(n_leaves)
    linkage = np.empty((len(pairs), 4))
    slot = np.arange(n_leaves)
    for row, merge in enumerate(order):
        a, b = (_root(slot, side) for side in pairs[merge])
        counts[b] += counts[a]
        low, high = sorted((names[a], names[b]))
        linkage[row] = low, high, heights[merge], counts[b]
        slot[a], names[b] = b, n_leaves + row
    return linkage


def _root(slot: Integers, member: int) -> int:
    while slot[member] != member:
        slot[member] = slot[slot[member]]  # shortens the way for the next visitor
        member = slot[member]
    return int(member)


def branches(linkage: npt.ArrayLike, n_clusters: int) -> npt.NDArray[np.intp]:
    """Give each leaf the node it is under once the last merges are undone.

    Undone are merges, not what lies above a height: of equally high ones the later, so
    that there are always as many branches as asked for.

    Parameters
    ----------
    linkage : array-like of shape (n_leaves - 1, 4)
        Of `ward`, `ward_weighted` or SciPy.
    n_clusters : int
        Branches wanted.

    Returns
    -------
    array of int, shape (n_leaves,)
        Nodes as SciPy numbers them: a leaf, or ``n_leaves`` and the row of the merge.

    Raises
    ------
    ParameterError
        If `n_clusters` is under 1 or over the number of leaves.
    DegenerateError
        If `linkage` is not of that shape.

    Examples
    --------
    >>> branches(ward([[0.0], [1.0], [9.0]]), 2).tolist()
    [3, 3, 2]
    """
    merges = np.asarray(linkage, dtype=np.float64)
    if merges.ndim != 2 or merges.shape[1] != 4 or not len(merges):
        raise DegenerateError(
            f"Got a linkage of shape {merges.shape}, expected (n_leaves - 1, 4). Pass "
            "what ward or ward_weighted gives."
        )
    n_leaves = len(merges) + 1
    if not 1 <= n_clusters <= n_leaves:
        raise ParameterError(
            f"Got n_clusters={n_clusters}, expected 1 to {n_leaves}: the leaves."
        )
    pairs = merges[: n_leaves - n_clusters, :2].astype(np.intp)
    node = np.arange(2 * n_leaves - 1)
    for row in reversed(range(len(pairs))):  # from the top: a parent is known first
        node[pairs[row]] = node[n_leaves + row]
    return node[:n_leaves]


def cut(linkage: npt.ArrayLike, n_clusters: int) -> npt.NDArray[np.int32]:
    """Cut a hierarchy into `n_clusters` clusters, by the order of its merges.

    Parameters
    ----------
    linkage : array-like of shape (n_leaves - 1, 4)
        Of `ward`, `ward_weighted` or SciPy.
    n_clusters : int
        Clusters wanted.

    Returns
    -------
    array of shape (n_leaves,), int32
        Labels from 0, in the order in which the leaves first have them.

    Raises
    ------
    ParameterError
        If `n_clusters` is under 1 or over the number of leaves.
    DegenerateError
        If `linkage` is not of that shape.

    Notes
    -----
    Where merges are equally high, a cut by height would give fewer clusters, and other
    ones than `branches` and SciPy's dendrogram; this one agrees with both.

    Examples
    --------
    >>> cut(ward([[0.0], [1.0], [9.0]]), 2).tolist()
    [0, 0, 1]
    """
    node = branches(linkage, n_clusters)
    _, first, codes = np.unique(node, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[codes].astype(np.int32)
