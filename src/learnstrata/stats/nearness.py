"""Rows and centres compared block by block, in room that is used again.

Memory that is asked for anew costs more than the arithmetic that fills it.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.stats.inputs import Floats

__all__ = ["Rows", "nearest_of", "squares_of", "two_nearest"]

Labels: TypeAlias = npt.NDArray[np.int32]
Rows: TypeAlias = npt.NDArray[np.floating]
BLOCK_CELLS = 500_000


def nearest_of(X: Rows, centers: Floats) -> Labels:
    """Give the nearest centre of each row."""
    labels = np.empty(len(X), dtype=np.int32)
    for block, squares in _compared(X, centers):
        labels[block] = squares.argmin(axis=1)
    return labels


def two_nearest(X: Rows, centers: Floats) -> tuple[Labels, Labels]:
    """Give the nearest centre of each row, and of two or more the next."""
    labels, second = np.empty((2, len(X)), dtype=np.int32)
    for block, squares in _compared(X, centers):
        labels[block] = nearest = squares.argmin(axis=1)
        squares[np.arange(len(squares)), nearest] = np.inf
        second[block] = squares.argmin(axis=1)
    return labels, second


def _compared(X: Rows, centers: Floats) -> Iterator[tuple[slice, Floats]]:
    """Give, block by block, squared distances less what is the same for all centres."""
    origin = centers.mean(axis=0)
    targets = centers - origin
    norms = np.einsum("ij,ij->i", targets, targets)
    rows = np.empty((min(len(X), _block_size(len(centers))), X.shape[1]))
    room = np.empty((len(rows), len(centers)))
    for block in _blocks(len(X), len(centers)):
        n = len(X[block])
        moved = np.subtract(X[block], origin, out=rows[:n])
        squares = np.matmul(moved, targets.T, out=room[:n])
        squares *= 2
        yield block, np.subtract(norms, squares, out=squares)


def squares_of(X: Rows, centers: Floats, labels: Labels) -> Floats:
    """Give the squared distance of each row to the centre of its label."""
    squares = np.empty(len(X))
    room = np.empty((min(len(X), _block_size(X.shape[1])), X.shape[1]))
    for block in _blocks(len(X), X.shape[1]):
        gap = room[: len(X[block])]
        np.take(centers, labels[block], axis=0, out=gap, mode="clip")  # no copy of it
        np.subtract(X[block], gap, out=gap)
        squares[block] = np.einsum("ij,ij->i", gap, gap)
    return squares


def _block_size(width: int) -> int:
    return max(256, BLOCK_CELLS // width)


def _blocks(n_rows: int, width: int) -> Iterator[slice]:
    size = _block_size(width)
    return (slice(first, first + size) for first in range(0, n_rows, size))
