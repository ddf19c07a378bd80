"""Which cluster of one labeling is which of another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError
from learnstrata.stats.inputs import Floats
from learnstrata.stats.stability import DISSOLVED

__all__ = ["Matching", "match_clusters"]

MOST = 0.5  # of a cluster: over it, most of its rows are in one other
SOME = 0.4  # of the other one of a pair


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Clusters of two labelings side by side.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Row and column of the cross-table: the same cluster in both, in order of rows.
    of_row, of_column : array of shape (n_a, n_b)
        Share of the rows of either cluster that are in the other too; 0 of none.
    jaccard : array of shape (n_a, n_b)
        Rows in both clusters over rows in either.
    """

    pairs: tuple[tuple[int, int], ...]
    of_row: Floats
    of_column: Floats
    jaccard: Floats

    def home_of_column(self, column: int) -> int | None:
        """Give the row that most of a column comes from; None where none has most."""
        return _most(self.of_column[:, column])

    def home_of_row(self, row: int) -> int | None:
        """Give the column that most of a row is in; None where none has most."""
        return _most(self.of_row[row])


def match_clusters(
    table: npt.NDArray[np.intp], *, least: float = DISSOLVED
) -> Matching:
    r"""Match the clusters of two labelings of the same rows, each to one at most.

    Pairs have the largest sum of Jaccard overlaps
    :math:`|A \cap B| / |A \cup B|`, 0 to 1, more is better, over those above `least`.
    Over a half, a cluster has one match that good at most. Of clusters that are left,
    two are a pair if each has more of the other than any third one has: over a half of
    the rows of one, over 0.4 of the other.

    Parameters
    ----------
    table : array of shape (n_a, n_b)
        Rows with label a in the one labeling and b in the other.
    least : float, default=0.5
        Overlap that a pair is over, of those of the first kind.

    Returns
    -------
    Matching

    Raises
    ------
    ParameterError
        If `table` is no table of counts.

    References
    ----------
    .. [1] C. Hennig (2007). "Cluster-wise assessment of cluster stability".
       Computational Statistics & Data Analysis 52(1): 258-271.
    .. [2] H. W. Kuhn (1955). "The Hungarian method for the assignment problem". Naval
       Research Logistics Quarterly 2: 83-97.

    Examples
    --------
    >>> found = match_clusters(np.array([[0, 90, 5], [40, 2, 45]]))
    >>> found.pairs, found.home_of_column(0), found.home_of_row(1)
    (((0, 1), (1, 2)), 1, 2)
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or (counts < 0).any():
        raise ParameterError(
            f"Got a table of shape {counts.shape}, expected rows and columns of counts."
        )
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    jaccard = counts / np.maximum(rows + columns - counts, 1)
    from scipy.optimize import linear_sum_assignment

    # What is no pair has no weight: two small overlaps are not worth a large one.
    at = linear_sum_assignment(np.where(jaccard > least, jaccard, 0), maximize=True)
    pairs = [
        (int(i), int(j)) for i, j in zip(*at, strict=True) if jaccard[i, j] > least
    ]
    of_row, of_column = counts / np.maximum(rows, 1), counts / np.maximum(columns, 1)
    return Matching(
        pairs=tuple(sorted([*pairs, *_mutual(counts, of_row, of_column, pairs)])),
        of_row=of_row,
        of_column=of_column,
        jaccard=jaccard,
    )


def _mutual(
    counts: Floats, of_row: Floats, of_column: Floats, pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Pair clusters that are left, each of which has most of the other, alone."""
    rows, columns = ({pair[side] for pair in pairs} for side in (0, 1))
    found = []
    for i, j in zip(*np.nonzero(counts), strict=True):
        shares, n = (of_row[i, j], of_column[i, j]), counts[i, j]
        is_first = (counts[i] >= n).sum() == (counts[:, j] >= n).sum() == 1
        if is_first and max(shares) > MOST and min(shares) > SOME:
            found.append((int(i), int(j)))
    return [(i, j) for i, j in found if i not in rows and j not in columns]


def _most(shares: Floats) -> int | None:
    best = int(np.argmax(shares)) if len(shares) else 0
    return best if len(shares) and shares[best] > MOST else None
