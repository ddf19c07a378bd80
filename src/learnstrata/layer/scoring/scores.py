"""The nearest centre as the largest of linear scores.

``|x - c|^2`` differs from ``-2 (a.x + b)`` by what is the same for all centres, with
``a = c - o`` and ``b = -(a.o + |a|^2 / 2)``; ``o``, the mean of the centres, keeps the
numbers small, as `learnstrata.stats.assignment` does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.segments.model.model import SegmentModel

__all__ = ["Scores", "scores_of"]

OfEach: TypeAlias = tuple[float, ...]  # one number a segment


@dataclass(frozen=True, slots=True)
class Scores:
    """What a learner's values add to the score of each segment.

    Attributes
    ----------
    constant : tuple of float
        One a segment, as are all tuples here.
    numbers : mapping of str to tuple of float
        Feature -> what one unit of the scaled feature adds.
    categories : mapping of str to mapping of str to tuple of float
        Feature -> value -> what having it adds.
    no_value : mapping of str to tuple of float
        Feature -> what having none of these values adds.
    """

    constant: OfEach
    numbers: Mapping[str, OfEach]
    categories: Mapping[str, Mapping[str, OfEach]]
    no_value: Mapping[str, OfEach]

    @property
    def n_segments(self) -> int:
        """How many segments are scored."""
        return len(self.constant)


def scores_of(model: SegmentModel) -> Scores:
    """Give the scores whose largest is that of the nearest centre.

    Parameters
    ----------
    model : SegmentModel

    Notes
    -----
    The scaled features are rounded to single precision, as those of the matrix are.
    Everything else is in double precision, and the order of additions is the only
    difference to `learnstrata.stats.assignment.assign`: a score differs by about 1e-15
    of its size. Where centres are exactly as far, as equal ones are, so are their
    scores, and the first counts in both.

    Examples
    --------
    Of one feature and two centres, at 0 and at 10, the scores of 4 and of 6:

    >>> a, b = _of_centers(np.array([[0.0], [10.0]]))
    >>> (a.T * 4 + b).tolist(), (a.T * 6 + b).tolist()
    ([[-7.5, -17.5]], [[-17.5, -7.5]])
    """
    slopes, constant = _of_centers(np.array(model.centers))
    numbers: dict[str, npt.NDArray[np.float64]] = {}
    categories: dict[str, dict[str, OfEach]] = {}
    no_value: dict[str, OfEach] = {}
    for feature, at in _places(model.features):
        own = slopes[:, at]
        known = model.features.categories.get(feature)
        if known is None:
            numbers[feature] = numbers.get(feature, 0.0) + own[:, 0]
            continue
        rows = _rows_of(feature, known, model.features) @ own.T
        categories[feature] = dict(zip(known, map(_of_each, rows), strict=False))
        no_value[feature] = _of_each(rows[-1])
    told = {feature: _of_each(each) for feature, each in numbers.items()}
    return Scores(_of_each(constant), told, categories, no_value)


def _of_centers(
    centers: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the slopes and the constants of the scores."""
    origin = centers.mean(axis=0)
    slopes = centers - origin
    return slopes, -(slopes @ origin + np.einsum("ij,ij->i", slopes, slopes) / 2)


def _places(features: FeatureModel) -> Iterator[tuple[str, slice]]:
    """Give each feature with its columns of the matrix."""
    first = 0
    for feature in features.columns:
        width = len(features.categories.get(feature, [feature]))
        yield feature, slice(first, first + width)
        first += width


def _rows_of(
    feature: str, known: tuple[str, ...], features: FeatureModel
) -> npt.NDArray[np.float64]:
    """Give the row of the matrix of each value of a category, and last of none."""
    names = [f"{feature}={value}" for value in known]
    center = np.array([features.centers[name] for name in names])
    scale = np.array([features.scales[name] for name in names])
    rows = (np.eye(len(names) + 1, len(names)) - center) / scale
    return rows.astype(np.float32).astype(np.float64)


def _of_each(values: npt.NDArray[np.float64]) -> OfEach:
    return tuple(float(value) for value in values)
