"""Ward's hierarchy: exact on rows, weighted on micro-clusters."""

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats.assignment import mean_rows
from learnstrata.stats.inputs import Floats, Integers, finite_matrix
from learnstrata.stats.threads import Mapper, workers

__all__ = ["branches", "cut", "ward", "ward_of_groups", "ward_weighted"]

BLOCK_CELLS = 200_000  # costs at a time: they stay in the processor's cache


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
    Rows that lie at one place merge first. Of the rest every pair of which neither has
    a nearer one merges at once, for no merge brings clusters nearer to others; only
    what lost its nearest looks for another, by products of matrices. Time grows with
    the square of the rows: beyond some 20,000, merge micro-clusters with
    `ward_weighted`.

    References
    ----------
    .. [1] J. H. Ward (1963). "Hierarchical grouping to optimize an objective function".
       Journal of the American Statistical Association 58(301): 236-244.
    .. [2] F. Murtagh, P. Legendre (2014). "Ward's hierarchical agglomerative clustering
       method: which algorithms implement Ward's criterion?". Journal of Classification
       31(3): 274-295.

    Examples
    --------
    >>> ward([[0.0], [1.0], [9.0]]).round(2).tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 9.81, 3.0]]
    """
    rows = finite_matrix(X, least=2)
    return ward_weighted(rows, np.ones(len(rows)))


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
    Merges as `ward` does. The spread inside a micro-cluster is not seen: merges near
    its own height mean little.

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
    pairs, slots, centers, sizes = _alike(centers, sizes)
    heights = [np.zeros(len(pairs[0]))]
    near, costs = np.zeros(len(slots), dtype=np.intp), np.empty(len(slots))
    stale = np.arange(len(slots))
    with workers() as each:
        while len(slots) > 1:
            near[stale] = _nearest(centers, sizes, stale, each)
            costs[stale] = _costs(centers, sizes, stale, near[stale])
            a, b = _mutual(near, costs)
            pairs.append(np.column_stack([slots[a], slots[b]]))
            heights.append(np.sqrt(costs[a]))
            together = (sizes[a] + sizes[b])[:, None]
            sums = sizes[a, None] * centers[a] + sizes[b, None] * centers[b]
            centers[b], sizes[b] = sums / together, together[:, 0]
            lost, kept = np.zeros((2, len(slots)), dtype=bool)
            lost[a] = lost[b] = True
            kept[a] = True
            kept = ~kept
            place = np.cumsum(kept) - 1
            stale = np.flatnonzero((lost | lost[near])[kept])
            near, costs = place[near[kept]], costs[kept]
            slots, centers, sizes = slots[kept], centers[kept], sizes[kept]
    return np.concatenate(pairs), np.concatenate(heights)


def _alike(
    centers: Floats, sizes: Floats
) -> tuple[list[Integers], Integers, Floats, Floats]:
    """Merge what lies at one place: pairs, and the slots, centres, sizes that stay."""
    _, first, of = np.unique(centers, axis=0, return_index=True, return_inverse=True)
    of = first[of.ravel()]
    slots = np.sort(first)
    own = np.zeros(len(sizes))
    np.add.at(own, of, sizes)
    gone = np.flatnonzero(of != np.arange(len(of)))
    pairs = np.column_stack([gone, of[gone]])
    return [pairs], slots, centers[slots], own[slots]


def _nearest(centers: Floats, sizes: Floats, rows: Integers, each: Mapper) -> Integers:
    """Find for each of some clusters the one that it costs least to merge with."""
    norms = np.einsum("ij,ij->i", centers, centers)
    left = np.column_stack([-2 * centers, np.ones(len(norms)), norms])
    right = np.vstack([centers.T, norms, np.ones(len(norms))])
    light = 1 / sizes
    alike = sizes.min() == sizes.max()

    def found(some: Integers) -> Integers:
        costs = left[some] @ right
        if not alike:
            costs /= light[some, None] + light
        costs[np.arange(len(some)), some] = np.inf
        return costs.argmin(axis=1)

    size = max(1, BLOCK_CELLS // len(centers))
    blocks = [rows[i : i + size] for i in range(0, len(rows), size)]
    spread = each if len(blocks) > 1 else map  # one block is not worth a worker
    return np.concatenate(list(spread(found, blocks)))


def _costs(centers: Floats, sizes: Floats, a: Integers, b: Integers) -> Floats:
    """Give twice the inertia that each merge adds: the square of its height."""
    gap = centers[a] - centers[b]
    shared = 2 * sizes[a] * sizes[b] / (sizes[a] + sizes[b])
    return shared * np.einsum("ij,ij->i", gap, gap)


def _mutual(near: Integers, costs: Floats) -> tuple[Integers, Integers]:
    """Pair clusters of which neither has a nearer one, each once.

    Others that merge do not come nearer to them. The cheapest of all is such a pair,
    whatever the last digits say.
    """
    order = np.argsort(costs, kind="stable")
    open_ends = order[costs[order] <= costs[near[order]]]
    taken = np.zeros(len(near), dtype=bool)
    found = []
    for a, b in zip(open_ends.tolist(), near[open_ends].tolist(), strict=True):
        if not (taken[a] or taken[b]):
            taken[a] = taken[b] = True
            found.append((min(a, b), max(a, b)))
    a, b = np.array(found).T
    return a, b


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
