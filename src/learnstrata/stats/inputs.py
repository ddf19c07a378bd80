"""What a statistic accepts: finite matrices, labels, counts."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError

__all__ = [
    "Floats",
    "Integers",
    "Rows",
    "blocks",
    "codes_of",
    "distinct_rows",
    "finite_matrix",
    "finite_rows",
    "positive",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.integer]

Rows: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]

BLOCK_CELLS = 500_000
NEAR = 1e-6  # of the widest column


def finite_matrix(X: npt.ArrayLike, *, least: int = 1) -> Floats:
    """Give `X` as a C-ordered float64 matrix of at least `least` finite rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Numbers. A float64 matrix in C order is passed through, not copied.
    least : int, default=1
        Rows that the statistic needs.

    Raises
    ------
    DegenerateError
        If `X` is not such a matrix.
    """
    matrix = np.ascontiguousarray(X, dtype=np.float64)
    _check(matrix, np.shape(X), least)
    return matrix


def finite_rows(X: npt.ArrayLike) -> Rows:
    """Give `X` as it is where it is a matrix of floats, for what takes block by block.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Numbers. Neither single nor double precision is copied.

    Raises
    ------
    DegenerateError
        If `X` is no matrix of one finite row or more.
    """
    given = np.asarray(X)
    single = given.dtype == np.float32
    matrix = given if single else np.asarray(given, dtype=np.float64)
    _check(matrix, np.shape(X), 1)
    return matrix


def _check(matrix: Rows, shape: tuple[int, ...], least: int) -> None:
    if matrix.ndim != 2 or len(matrix) < least or matrix.shape[1] == 0:
        raise DegenerateError(
            f"Got X of shape {shape}, expected {least} or more rows and 1 or "
            "more columns. Pass a matrix of features."
        )
    if not all(np.isfinite(matrix[rows]).all() for rows in blocks(len(matrix), 1)):
        bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        raise DegenerateError(
            f"Got nan or infinity in {len(bad):,} rows of X (the first is row "
            f"{bad[0]}), expected finite numbers. Drop or impute them first."
        )


def blocks(n_rows: int, width: int) -> Iterator[slice]:
    """Cut rows into blocks, so that one by `width` numbers stays in a small cache.

    Examples
    --------
    >>> [block.start for block in blocks(1_000, 1_000)]
    [0, 500]
    """
    size = max(256, BLOCK_CELLS // width)
    return (slice(first, first + size) for first in range(0, n_rows, size))


def distinct_rows(X: npt.ArrayLike) -> int:
    """Count the rows that arithmetic can tell apart.

    Rows that differ by less than a millionth of the widest column are one: sums of
    floats differ by as much, and no centre can stand between them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)

    Raises
    ------
    DegenerateError
        If `X` is not finite.

    Examples
    --------
    >>> distinct_rows([[0.0], [1e-12], [1.0]])
    2
    """
    matrix = finite_matrix(X)
    low = matrix.min(axis=0)
    width = float((matrix.max(axis=0) - low).max())
    if not width:
        return 1
    places = np.round((matrix - low) / (NEAR * width)).astype(np.uint64)
    # rows that differ have the same key with a chance of 2 ** -64
    odd = np.random.default_rng(0).integers(
        2**64, size=matrix.shape[1], dtype=np.uint64
    )
    return len(np.unique(places @ (odd | np.uint64(1))))


def codes_of(labels: npt.ArrayLike, n_samples: int) -> tuple[npt.NDArray[np.intp], int]:
    """Give the distinct labels numbers from 0 in their sorted order, and count them.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        One label a row; any integers or names.
    n_samples : int
        Rows that must be labelled.

    Raises
    ------
    ParameterError
        If there is not one label for each row.
    """
    array = np.asarray(labels)
    if array.shape != (n_samples,):
        raise ParameterError(
            f"Got labels of shape {array.shape}, expected ({n_samples},): one for each "
            "row. Label the same rows."
        )
    distinct, codes = np.unique(array, return_inverse=True)
    return codes, len(distinct)


def positive(name: str, value: int) -> int:
    """Give `value` back if it is 1 or more.

    Raises
    ------
    ParameterError
        If it is less.
    """
    if value < 1:
        raise ParameterError(f"Got {name}={value}, expected 1 or more.")
    return value
