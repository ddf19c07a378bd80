"""What a statistic accepts: finite matrices, labels, counts."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError

__all__ = [
    "Floats",
    "Integers",
    "codes_of",
    "distinct_rows",
    "finite_matrix",
    "finite_rows",
    "positive",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.integer]

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
    if matrix.ndim != 2 or len(matrix) < least or matrix.shape[1] == 0:
        raise DegenerateError(
            f"Got X of shape {np.shape(X)}, expected {least} or more rows and 1 or "
            "more columns. Pass a matrix of features."
        )
    if not np.isfinite(matrix).all():
        bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        raise DegenerateError(
            f"Got nan or infinity in {len(bad):,} rows of X (the first is row "
            f"{bad[0]}), expected finite numbers. Drop or impute them first."
        )
    return matrix


def finite_rows(X: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Give `X` as a matrix of finite rows; single precision is passed through as well.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)

    Raises
    ------
    DegenerateError
        As `finite_matrix`.
    """
    if isinstance(X, np.ndarray) and X.dtype == np.float32 and X.ndim == 2 and X.size:
        total = np.sum(X, dtype=np.float64)  # finite where all are: it holds them all
        return X if np.isfinite(total) else finite_matrix(X)
    return finite_matrix(X)


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
    return len(np.unique(np.round((matrix - low) / (NEAR * width)), axis=0))


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
