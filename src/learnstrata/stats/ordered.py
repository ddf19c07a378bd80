"""What numbers in ascending order tell without a search: ranks, quantiles, groups."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "Ascending",
    "Groups",
    "ascending",
    "dense",
    "grouped",
    "midranks",
    "quantiles",
]

Floats = npt.NDArray[np.float64]


class Ascending(NamedTuple):
    """Numbers from small to large, and the row where each stood."""

    values: Floats
    rows: npt.NDArray[np.intp]


class Groups(NamedTuple):
    """Places of the rows of each group, one group after the other.

    The places of group `i` are ``places[bounds[i] : bounds[i + 1]]``, ascending.
    """

    places: npt.NDArray[np.intp]
    bounds: npt.NDArray[np.intp]

    def slices(self) -> list[slice]:
        """Give where each group stands in what is taken at `places`."""
        return [slice(*pair) for pair in pairwise(self.bounds.tolist())]


def ascending(values: Floats) -> Ascending:
    """Sort numbers and keep where each stood; equal ones come in any order.

    Parameters
    ----------
    values : array of shape (n,)

    Examples
    --------
    >>> ascending(np.array([3.0, 1.0, 2.0])).rows.tolist()
    [1, 2, 0]
    """
    rows = np.argsort(values)
    return Ascending(values[rows], rows)


def grouped(codes: npt.NDArray[np.integer], n_groups: int) -> Groups:
    """Put the rows of each group together, in the order in which they stand.

    Parameters
    ----------
    codes : array of int, shape (n,)
        Group of each row, from 0 to ``n_groups - 1``.
    n_groups : int

    Examples
    --------
    >>> found = grouped(np.array([1, 0, 1, 0]), 3)
    >>> found.places.tolist(), found.bounds.tolist()
    ([1, 3, 0, 2], [0, 2, 4, 4])
    """
    # NumPy sorts 8 and 16 bits by counting them.
    small = codes.astype(np.min_scalar_type(max(n_groups - 1, 0)))
    sizes = np.bincount(small, minlength=n_groups)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return Groups(np.argsort(small, kind="stable"), bounds)


def dense(codes: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Give codes from 0 without a gap, in the same order.

    Parameters
    ----------
    codes : array of int, shape (n,)
        From 0, none much larger than `n`.

    Examples
    --------
    >>> dense(np.array([0, 7, 2, 7])).tolist()
    [0, 2, 1, 2]
    """
    return (np.cumsum(np.bincount(codes) > 0) - 1)[codes]


def midranks(ordered: Floats) -> Floats:
    """Count the numbers below each of ascending ones, equal ones (and itself) as half.

    Parameters
    ----------
    ordered : array of shape (n,)

    Returns
    -------
    array of shape (n,)
        In ``1/2 .. n - 1/2``.

    Examples
    --------
    >>> midranks(np.array([2.0, 5.0, 5.0, 7.0])).tolist()
    [0.5, 2.0, 2.0, 3.5]
    """
    starts = np.flatnonzero(np.diff(ordered, prepend=-np.inf))
    ends = np.append(starts[1:], len(ordered))
    return np.repeat((starts + ends) / 2, ends - starts)


def quantiles(
    ordered: Floats, at: Sequence[float], bounds: npt.NDArray[np.intp] | None = None
) -> Floats:
    r"""Give quantiles of ascending numbers, linear between neighbours.

    :math:`x_{\lfloor h \rfloor} + (h - \lfloor h \rfloor)(x_{\lfloor h \rfloor + 1} -
    x_{\lfloor h \rfloor})` with :math:`h = q (n - 1)`, rows counted from 0.

    Parameters
    ----------
    ordered : array of shape (n,)
    at : sequence of float
        0..1.
    bounds : array of int, shape (n_groups + 1,), default=None
        Where groups begin, each ascending and of one number at least; ``None`` is one
        group.

    Returns
    -------
    array of shape (n_groups, n_quantiles)

    References
    ----------
    .. [1] R. J. Hyndman, Y. Fan (1996), "Sample quantiles in statistical packages",
       The American Statistician 50(4): 361-365, definition 7.

    Examples
    --------
    >>> quantiles(np.array([1.0, 2.0, 4.0, 0.0, 10.0]), [0.5, 0.9], np.array([0, 3, 5]))
    array([[2. , 3.6],
           [5. , 9. ]])
    """
    ends = np.array([0, len(ordered)]) if bounds is None else bounds
    first, sizes = ends[:-1, None], np.diff(ends)[:, None]
    place = np.asarray(at) * (sizes - 1)
    whole = np.floor(place)
    low = first + whole.astype(np.intp)
    high = first + np.ceil(place).astype(np.intp)
    below = ordered[low]
    return below + (place - whole) * (ordered[high] - below)
