"""A small classification tree on columns of few levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError
from learnstrata.stats.inputs import Floats, Integers

__all__ = ["MISSING", "ClassTree", "Node", "grow"]

MISSING = -1
Codes: TypeAlias = npt.NDArray[np.signedinteger]


class Node(NamedTuple):
    """A node of a tree: how it parts, and where to.

    Attributes
    ----------
    counts : array of shape (n_classes,)
        Rows of each class.
    end : int
        The node after the last one beneath it.
    column, level : int
        Rows up to that level of that column go left; -1 in a leaf.
    left, right : int
        Nodes; -1 in a leaf.
    missing_left : bool
        Whether rows without a level go left.
    """

    counts: Integers
    end: int
    column: int = -1
    level: int = -1
    left: int = -1
    right: int = -1
    missing_left: bool = False


@dataclass(frozen=True, slots=True)
class ClassTree:
    """A tree as a list of nodes: each before those beneath it, its left side first."""

    nodes: tuple[Node, ...]

    def predict(self, codes: Codes) -> Integers:
        """Give the class that most rows have in the leaf of each row.

        Parameters
        ----------
        codes : array of int, shape (n_columns, n_samples)
            As for `grow`.
        """
        found = np.empty(codes.shape[1], dtype=np.intp)
        open_nodes = [(0, np.arange(codes.shape[1]))]
        while open_nodes:
            at, rows = open_nodes.pop()
            node = self.nodes[at]
            if node.left < 0:
                found[rows] = node.counts.argmax()
                continue
            left = _goes_left(
                codes[node.column, rows], node.level, missing_left=node.missing_left
            )
            open_nodes += [(node.left, rows[left]), (node.right, rows[~left])]
        return found

    def counts_of(self, nodes: Sequence[int]) -> Integers:
        """Count the rows of each class in any of the nodes, each row once."""
        own = set(nodes)
        apart = [
            node
            for node in own
            if not any(above < node < self.nodes[above].end for above in own)
        ]
        return np.sum([self.nodes[node].counts for node in apart], axis=0)


def grow(
    codes: Codes, classes: Integers, *, depth: int, least: int, n_classes: int
) -> ClassTree:
    r"""Part rows, always where the least impurity remains.

    .. math:: \sum_{s \in \{left, right\}} n_s \, (1 - \sum_c p_{sc}^2)

    Rows without a level go, all of them, to either side, or part from all others.

    Parameters
    ----------
    codes : array of int, shape (n_columns, n_samples)
        Levels from 0, in their order; `MISSING` where there is none.
    classes : array of int, shape (n_samples,)
        Classes from 0.
    depth : int
        Splits on the way to a leaf, at most.
    least : int
        Rows of a leaf, at least.
    n_classes : int

    Returns
    -------
    ClassTree

    Raises
    ------
    ParameterError
        If `codes` does not have a level for each class.

    Notes
    -----
    The tree that scikit-learn grows on the same codes, but for splits that are equally
    good: the first column and the lowest level are taken here, random ones there. Each
    node costs one count of its rows by column, level and class.

    References
    ----------
    .. [1] L. Breiman, J. Friedman, R. Olshen, C. Stone (1984). "Classification and
       Regression Trees". Wadsworth.

    Examples
    --------
    >>> import numpy as np
    >>> codes, classes = np.array([[0, 1, 2, 3]]), np.array([0, 0, 1, 1])
    >>> tree = grow(codes, classes, depth=1, least=1, n_classes=2)
    >>> tree.nodes[0].level, tree.predict(codes).tolist()
    (1, [0, 0, 1, 1])
    """
    if codes.ndim != 2 or codes.shape[1] != len(classes) or not codes.size:
        raise ParameterError(
            f"Got codes of shape {codes.shape} with {len(classes)} classes, expected "
            "one row a column, with one level for each class."
        )
    nodes: list[Node] = []
    growing = _Growing(codes, classes, n_classes, least, codes.max(axis=1) + 1, nodes)
    growing.add(np.arange(len(classes)), depth)
    return ClassTree(tuple(nodes))


class _Split(NamedTuple):
    purity: float
    level: int
    missing_left: bool


class _Growing(NamedTuple):
    codes: Codes
    classes: Integers
    n_classes: int
    least: int
    n_levels: Integers
    nodes: list[Node]

    def add(self, rows: Integers, depth: int) -> int:
        """Add the node of these rows and all beneath it; give its place."""
        at = len(self.nodes)
        classes = self.classes[rows]
        counts = np.bincount(classes, minlength=self.n_classes)
        self.nodes.append(Node(counts, at + 1))
        few = len(rows) < 2 * self.least or counts.max() == len(rows)
        splits = {} if few or not depth else self._splits(rows, classes)
        if splits:
            column = max(splits, key=lambda c: splits[c].purity)
            _, level, missing_left = splits[column]
            goes = _goes_left(
                self.codes[column, rows], level, missing_left=missing_left
            )
            left = self.add(rows[goes], depth - 1)
            right = self.add(rows[~goes], depth - 1)
            sides = left, right, missing_left
            self.nodes[at] = Node(counts, len(self.nodes), column, level, *sides)
        return at

    def _splits(self, rows: Integers, classes: Integers) -> dict[int, _Split]:
        found = {}
        for column, n_levels in enumerate(self.n_levels.tolist()):
            level = self.codes[column, rows].astype(np.intp) + 1
            place = level * self.n_classes + classes
            counts = np.bincount(place, minlength=(n_levels + 1) * self.n_classes)
            split = _best(counts.reshape(-1, self.n_classes), self.least)
            if split:
                found[column] = split
        return found


def _best(counts: Integers, least: int) -> _Split | None:
    """Find the purest split of a column; its first row counts what has no level."""
    missing, known = counts[0], counts[1:]
    levels = np.flatnonzero(known.any(axis=1))
    below = np.cumsum(known[levels], axis=0)
    if not len(levels):
        return None
    sides = [below[:-1]]
    if missing.any():
        sides += [below[:-1] + missing, below[-1:]]
    left = np.concatenate(sides)
    right = below[-1] + missing - left
    allowed = np.minimum(left.sum(axis=1), right.sum(axis=1)) >= least
    if not allowed.any():
        return None
    purity = np.where(allowed, _purity(left) + _purity(right), -np.inf)
    best = int(purity.argmax())
    if best == 2 * (len(levels) - 1):  # what is known against what is not
        return _Split(float(purity[best]), len(known), missing_left=False)
    at = best % (len(levels) - 1)
    level = int(levels[at] + levels[at + 1]) // 2
    more_left = left[best].sum() > right[best].sum()
    second = best >= len(levels) - 1
    return _Split(
        float(purity[best]), level, bool(second if missing.any() else more_left)
    )


def _purity(counts: Integers) -> Floats:
    return (counts**2).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)


def _goes_left(
    levels: Codes, level: int, *, missing_left: bool
) -> npt.NDArray[np.bool_]:
    left = levels <= level
    return left if missing_left else left & (levels != MISSING)
