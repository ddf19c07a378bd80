"""The part of a segment that a learner belongs to, where a segment is cut further."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.exceptions import ParameterError
from learnstrata.stats import kmeans
from learnstrata.stats.inputs import Integers

__all__ = [
    "Centers",
    "Strings",
    "assign_subsegments",
    "part_codes",
    "part_ids",
    "part_names",
    "segment_codes",
]

Centers: TypeAlias = tuple[tuple[float, ...], ...]
Strings: TypeAlias = npt.NDArray[np.str_]


def assign_subsegments(
    X: npt.NDArray[np.floating], labels: npt.ArrayLike, centers: Sequence[Centers]
) -> pl.Series:
    """Give learners the part of their segment whose centre is nearest.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
        On the scale of the fitted matrix.
    labels : array-like of int, shape (n_learners,)
        Segment of each learner, from 0.
    centers : sequence of sequences of centres
        `Subsegments.centers`, or the same read back from JSON.

    Returns
    -------
    polars.Series of str, length n_learners
        On the fitted rows exactly the ids of the fit.

    Raises
    ------
    DegenerateError
        If `X` is not finite.
    ParameterError
        If labels do not fit `X` or `centers`.

    Examples
    --------
    >>> X = np.array([[1.0], [8.0], [30.0]])
    >>> assign_subsegments(X, [0, 0, 1], [[[9.0], [0.0]], []]).to_list()
    ['1.2', '1.1', '2']
    """
    codes = segment_codes(labels, len(X))
    if len(codes) and codes.max() >= len(centers):
        raise ParameterError(
            f"Got a label {codes.max()} and centres of {len(centers)} segments, "
            f"expected labels 0 to {len(centers) - 1}. Pass the labels and the centres "
            "of one model."
        )
    return part_ids(part_codes(X, codes, centers), part_names(centers))


def part_ids(codes: Integers, names: Strings) -> pl.Series:
    """Give the name of each code, without an object for each learner."""
    return pl.Series(names.tolist(), dtype=pl.String).gather(codes)


def part_names(centers: Sequence[Centers]) -> Strings:
    """Name the parts of all segments: ``2.1``, or ``2`` of a segment that is whole."""
    return np.array(
        [
            f"{segment}.{part}" if own else f"{segment}"
            for segment, own in enumerate(centers, start=1)
            for part in range(1, max(len(own), 1) + 1)
        ]
    )


def part_codes(
    X: npt.NDArray[np.floating], codes: Integers, centers: Sequence[Centers]
) -> Integers:
    """Give each row the number of its part, counted through all segments."""
    widths = [max(len(own), 1) for own in centers]
    parts = (np.cumsum([0, *widths])[:-1])[codes]
    for segment, own in enumerate(centers):
        rows = np.flatnonzero(codes == segment)
        if len(own) and len(rows):
            parts[rows] += kmeans.nearest(X[rows], np.array(own))
    return parts


def segment_codes(labels: npt.ArrayLike, n_rows: int) -> npt.NDArray[np.intp]:
    """Give labels as whole numbers from 0, and refuse what are none."""
    array = np.asarray(labels)
    whole = array.shape == (n_rows,) and (array.dtype.kind in "iu" or not array.size)
    if not whole or array.min(initial=0) < 0:
        raise ParameterError(
            f"Got labels of shape {array.shape} and type {array.dtype}, expected "
            f"({n_rows},) whole numbers of 0 or more. Pass the labels of the segments."
        )
    return array.astype(np.intp)
