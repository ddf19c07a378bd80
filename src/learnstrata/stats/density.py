"""Dense groups: the hierarchy of single linkage by mutual reach, and the best of it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learnstrata.stats.inputs import Floats, Integers

__all__ = ["groups", "reaches"]

Labels = npt.NDArray[np.int32]

BLOCK_CELLS = 500_000
LEAST_GAP = 1e-150  # of rows at one place: how dense they are stays a number


def reaches(X: Floats, n_neighbours: int) -> Floats:
    """Give the distance of each row to its neighbour of that rank, itself the first.

    Examples
    --------
    >>> reaches(np.array([[0.0], [1.0], [5.0]]), 2).tolist()
    [1.0, 1.0, 4.0]
    """
    centred = X - X.mean(axis=0)
    norms = np.einsum("ij,ij->i", centred, centred)
    found = np.empty(len(X))
    size = max(1, BLOCK_CELLS // len(X))
    for first in range(0, len(X), size):
        some = centred[first : first + size]
        squares = norms - 2 * (some @ centred.T)
        near = np.argpartition(squares, n_neighbours - 1)[:, :n_neighbours]
        gap = centred[near] - some[:, None]
        found[first : first + size] = np.einsum("ijk,ijk->ij", gap, gap).max(axis=1)
    return np.sqrt(found)


def groups(X: Floats, reach: Floats, least: int) -> Labels:
    """Cut the tree of mutual reach where groups of `least` rows last longest.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
    reach : array of shape (n_samples,)
        Of `reaches`: two rows are as far apart as the greater of theirs at least.
    least : int
        Rows of a group, at least two; no more than there are.

    Returns
    -------
    array of shape (n_samples,), int32
        Groups from 0; -1 for a row in none.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [50.0], [51.0], [52.0]])
    >>> groups(X, reaches(X, 2), 2).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    condensed = _condensed(_joined(*_spanned(X, reach)), least)
    chosen = _chosen(condensed)
    _, labels = np.unique(chosen[chosen > 0], return_inverse=True)
    of_group = np.full(len(chosen), -1, dtype=np.int32)
    of_group[chosen > 0] = labels
    return of_group[condensed.home]


def _spanned(X: Floats, reach: Floats) -> tuple[Integers, Floats]:
    """Span all rows with the shortest edges, by Prim: pairs, and their lengths."""
    n = len(X)
    rest, rows, own = np.arange(n), X.copy(), reach.copy()
    best, source = np.full(n, np.inf), np.zeros(n, dtype=np.intp)
    pairs, lengths = np.empty((n - 1, 2), dtype=np.intp), np.empty(n - 1)
    room = np.empty_like(rows)
    at = 0
    for left in range(n - 1, 0, -1):
        now, here, least = rest[at], rows[at].copy(), own[at]
        for held in (rest, rows, own, best, source):  # the last takes the place
            held[at] = held[left]
        gap = np.subtract(rows[:left], here, out=room[:left])
        far = np.sqrt(np.einsum("ij,ij->i", gap, gap))
        np.maximum(far, own[:left], out=far)
        np.maximum(far, least, out=far)
        nearer = far < best[:left]
        best[:left][nearer] = far[nearer]
        source[:left][nearer] = now
        at = int(best[:left].argmin())
        pairs[left - 1], lengths[left - 1] = (source[at], rest[at]), best[at]
    return pairs, lengths


class _Tree(NamedTuple):
    """Merges of single linkage, as SciPy numbers them, and the rows under each node."""

    sides: Integers
    lengths: Floats
    sizes: Integers
    first: Integers
    order: Integers


def _joined(pairs: Integers, lengths: Floats) -> _Tree:
    n = len(pairs) + 1
    order = np.argsort(lengths, kind="stable")
    sides, sizes = np.empty((n - 1, 2), dtype=np.intp), np.ones(2 * n - 1, np.intp)
    above = np.arange(2 * n - 1)
    for node, edge in enumerate(order.tolist(), start=n):
        for side, end in enumerate(pairs[edge].tolist()):
            top = end
            while above[top] != top:
                above[top] = above[above[top]]  # shortens the way for the next visitor
                top = above[top]
            sides[node - n, side] = top
        above[sides[node - n]] = node
        sizes[node] = sizes[sides[node - n]].sum()
    first = np.zeros(2 * n - 1, dtype=np.intp)
    for node in range(2 * n - 2, n - 1, -1):
        a, b = sides[node - n]
        first[a], first[b] = first[node], first[node] + sizes[a]
    return _Tree(sides, lengths[order], sizes, first, np.argsort(first[:n]))


class _Condensed(NamedTuple):
    """Groups of enough rows: the first is all; which each row was last in."""

    above: list[int]
    lasting: list[float]
    home: Integers


def _condensed(tree: _Tree, least: int) -> _Condensed:
    """Follow groups from the top; who leaves one alone or in few is in it no more."""
    n = len(tree.order)
    above, born, lasting = [-1], [0.0], [0.0]
    home = np.zeros(n, dtype=np.intp)
    open_nodes = [(2 * n - 2, 0)]
    while open_nodes:
        node, group = open_nodes.pop()
        if node < n:
            continue
        density = 1 / max(tree.lengths[node - n], LEAST_GAP)
        large = [one for one in tree.sides[node - n] if tree.sizes[one] >= least]
        leaving = (
            tree.sizes[node]
            if len(large) != 1
            else (tree.sizes[node] - tree.sizes[large[0]])
        )
        lasting[group] += float(leaving * (density - born[group]))
        for one in large:
            inner = group if len(large) == 1 else len(above)
            if inner == len(above):
                above.append(group)
                born.append(density)
                lasting.append(0.0)
                rows = slice(tree.first[one], tree.first[one] + tree.sizes[one])
                home[tree.order[rows]] = inner
            open_nodes.append((int(one), inner))
    return _Condensed(above, lasting, home)


def _chosen(condensed: _Condensed) -> Integers:
    """Give of each group the one that is kept of it and those around it; 0 is none."""
    above, lasting = condensed.above, condensed.lasting.copy()
    beneath = [0.0] * len(above)
    kept = [False] * len(above)
    for group in range(len(above) - 1, 0, -1):
        kept[group] = beneath[group] <= lasting[group]
        beneath[above[group]] += max(lasting[group], beneath[group])
    chosen = np.zeros(len(above), dtype=np.intp)
    for group in range(1, len(above)):
        outer = chosen[above[group]]
        chosen[group] = outer or (group if kept[group] else 0)
    return chosen
