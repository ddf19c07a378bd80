"""Which centre each row is nearest to, block by block, and the means that follow."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError
from learnstrata.stats.inputs import Floats, Integers, Rows, blocks, finite_rows

__all__ = [
    "Assignment",
    "Labels",
    "assign",
    "centers_like",
    "least_of",
    "mean_rows",
    "nearest",
    "nearest_of",
    "squares_to",
]

Labels = npt.NDArray[np.int32]

MANY = 127  # centres beyond, whose numbers have no eight bits


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """The two nearest centres of each row.

    Attributes
    ----------
    labels, second_labels : array of shape (n_samples,), int32
        Nearest and next centre; the next is -1 where there is one centre only.
    distance, second_distance : array of shape (n_samples,)
        Euclidean; the second is infinite where there is one centre only.
    """

    labels: Labels
    distance: Floats
    second_labels: Labels
    second_distance: Floats


def assign(X: npt.ArrayLike, centers: npt.ArrayLike) -> Assignment:
    """Find the nearest centre of each row and the next, block by block.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features.
    centers : array-like of shape (n_clusters, n_features)
        Centres on the same scale.

    Returns
    -------
    Assignment
        Of centres at the same distance, always the same one.

    Raises
    ------
    DegenerateError
        If `X` is not finite.
    ParameterError
        If the centres do not fit `X`.

    Examples
    --------
    >>> found = assign([[0.0], [6.0]], [[1.0], [4.0]])
    >>> found.labels.tolist(), found.second_distance.tolist()
    ([0, 1], [4.0, 5.0])
    """
    matrix = finite_rows(X)
    targets = centers_like(centers, matrix)
    if len(targets) == 1:
        labels = np.zeros(len(matrix), dtype=np.int32)
        distance = np.sqrt(squares_to(matrix, targets, labels))
        nowhere = np.full(len(matrix), -1, dtype=np.int32)
        return Assignment(labels, distance, nowhere, np.full(len(matrix), np.inf))
    labels, second = _two_nearest(matrix, targets)
    distance = np.sqrt(squares_to(matrix, targets, labels))
    beyond = np.sqrt(squares_to(matrix, targets, second))
    return Assignment(labels, distance, second, np.maximum(beyond, distance))


def nearest(X: npt.ArrayLike, centers: npt.ArrayLike) -> Labels:
    """Find the nearest centre of each row: the labels of `assign` at half its cost.

    Examples
    --------
    >>> nearest([[0.0], [6.0]], [[1.0], [4.0]]).tolist()
    [0, 1]
    """
    matrix = finite_rows(X)
    return nearest_of(matrix, centers_like(centers, matrix))


def nearest_of(X: Rows, centers: Floats) -> Labels:
    """Give the nearest centre of each row."""
    labels = np.empty(len(X), dtype=np.int32)
    if len(centers) > MANY:
        return _nearest_of_many(X, centers, labels)
    for block, squares in _compared(X, centers):
        labels[block] = least_of(squares)
    return labels


def _two_nearest(X: Rows, centers: Floats) -> tuple[Labels, Labels]:
    """Give the nearest centre of each row, and of two or more the next."""
    labels, second = np.empty((2, len(X)), dtype=np.int32)
    for block, squares in _compared(X, centers):
        labels[block] = found = least_of(squares)
        squares[found, np.arange(squares.shape[1])] = np.inf
        second[block] = least_of(squares)
    return labels, second


def _compared(X: Rows, centers: Floats) -> Iterator[tuple[slice, Floats]]:
    """Give, block by block, squared distances less what is the same for all centres.

    A row a centre, in room that is used again: memory that is asked for anew costs more
    than the arithmetic that fills it.
    """
    origin = centers.mean(axis=0)
    targets = centers - origin
    norms = np.einsum("ij,ij->i", targets, targets)[:, None]
    targets *= -2
    width = 2 * max(X.shape[1], len(centers))
    size = min(len(X), next(blocks(len(X), width)).stop)
    rows, room = np.empty((size, X.shape[1])), np.empty(size * len(centers))
    for block in blocks(len(X), width):
        n = len(X[block])
        moved = np.subtract(X[block], origin, out=rows[:n])
        squares = room[: n * len(centers)].reshape(len(centers), n)
        np.matmul(targets, moved.T, out=squares)
        squares += norms
        yield block, squares


def _nearest_of_many(X: Rows, centers: Floats, labels: Labels) -> Labels:
    """Fill in labels, a row of distances for each row of `X`: they are long."""
    origin = centers.mean(axis=0)
    targets = centers - origin
    norms = np.einsum("ij,ij->i", targets, targets)
    augmented = np.hstack([-2 * targets, norms[:, None]])
    for block in blocks(len(X), len(augmented)):
        rows = np.ones((len(labels[block]), len(origin) + 1))
        rows[:, :-1] = X[block] - origin
        labels[block] = (rows @ augmented.T).argmin(axis=1)
    return labels


def least_of(squares: npt.NDArray[np.floating]) -> Integers:
    """Give the first least of each column; of few rows, in an eighth of the time.

    Parameters
    ----------
    squares : array of shape (n_rows, n_columns)

    Examples
    --------
    >>> least_of(np.array([[2.0, 1.0], [1.0, 1.0]])).tolist()
    [1, 0]
    """
    n_rows = len(squares)
    if n_rows > MANY:
        return squares.argmin(axis=0)
    place = np.arange(n_rows, 0, -1, dtype=np.int8)[:, None]
    return n_rows - ((squares == squares.min(axis=0)) * place).max(axis=0)


def squares_to(X: Rows, centers: Floats, labels: Integers) -> Floats:
    """Give the squared distance of each row to the centre of its label."""
    squares = np.empty(len(X))
    size = min(len(X), next(blocks(len(X), X.shape[1])).stop)
    room = np.empty((size, X.shape[1]))
    for block in blocks(len(X), X.shape[1]):
        gap = room[: len(X[block])]
        np.take(centers, labels[block], axis=0, out=gap, mode="clip")  # no copy of it
        np.subtract(X[block], gap, out=gap)
        squares[block] = np.einsum("ij,ij->i", gap, gap)
    return squares


def mean_rows(
    X: Rows, labels: Integers, centers: Floats
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Give the mean of each cluster, and which are empty: these stay where they are."""
    from scipy.sparse import csr_array

    sizes = np.bincount(labels, minlength=len(centers))
    of_row = csr_array(
        (np.ones(len(X)), labels, np.arange(len(X) + 1)), (len(X), len(centers))
    )
    means = np.where(
        sizes[:, None] > 0, (of_row.T @ X) / np.maximum(sizes, 1)[:, None], centers
    )
    return means, np.flatnonzero(sizes == 0)


def centers_like(
    centers: npt.ArrayLike, X: Rows, n_clusters: int | None = None
) -> Floats:
    """Give centres as a matrix that fits the rows.

    Raises
    ------
    ParameterError
        If they do not.
    """
    array = np.ascontiguousarray(centers, dtype=np.float64)
    wanted = (n_clusters or len(np.atleast_1d(array)), X.shape[1])
    if array.shape != wanted or not array.size or not np.isfinite(array).all():
        raise ParameterError(
            f"Got centers of shape {array.shape}, expected finite numbers of shape "
            f"{wanted}: one column for each feature of X."
        )
    return array
