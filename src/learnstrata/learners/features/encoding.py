"""Features as columns of numbers, one feature at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.learners.lookups import collected

if TYPE_CHECKING:
    from learnstrata.learners.features.matrix import FeatureModel

__all__ = ["Encoded", "encoded", "moments", "places_of"]

BLOCK_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Encoded:
    """The columns of the matrix that one feature gives.

    Of a number `values` are the numbers; of a category the column that is 1 in each
    row, and the number of columns where none is.
    """

    feature: str
    group: str
    columns: tuple[str, ...]
    values: npt.NDArray[np.float64] | npt.NDArray[np.intp]
    is_category: bool

    def column(self, j: int) -> npt.NDArray[np.float64]:
        """Give one column, not scaled."""
        values = self.values == j if self.is_category else self.values
        return values.astype(np.float64)

    def write(
        self,
        X: npt.NDArray[np.float32],
        center: npt.NDArray[np.float64],
        scale: npt.NDArray[np.float64],
    ) -> None:
        """Write all columns, scaled, into those of a matrix."""
        if not self.is_category:
            X[:, 0] = (self.values - center) / scale
            return
        n = len(self.columns)
        rows = ((np.eye(n + 1, n) - center) / scale).astype(np.float32)
        for first in range(0, len(X), BLOCK_ROWS):
            at = slice(first, first + BLOCK_ROWS)
            X[at] = rows[self.values[at].astype(np.intp, copy=False)]


def encoded(features: IntoFrame, model: "FeatureModel") -> Iterator[Encoded]:
    """Give what each feature clustered on is in the matrix, in order of ``record``."""
    frame = nw.from_native(features)
    wanted = list(dict.fromkeys(model.columns))
    table = collected(frame.select("record", *wanted)).sort("record")
    for name, group in model.groups.items():
        for column in group.columns:
            known = model.categories.get(column)
            if known is None:
                names, values = (column,), _numbers(table[column], column, model)
            else:
                names = tuple(f"{column}={value}" for value in known)
                values = _codes_in(table[column], known)
            yield Encoded(column, name, names, values, is_category=known is not None)


def places_of(parts: Iterable[Encoded]) -> list[slice]:
    """Give the columns of the matrix that belong to each feature."""
    edges = np.cumsum([0, *(len(part.columns) for part in parts)]).tolist()
    return [slice(first, last) for first, last in pairwise(edges)]


def _numbers(
    values: pl.Series, column: str, model: "FeatureModel"
) -> npt.NDArray[np.float64]:
    numbers = values.cast(pl.Float64).fill_nan(None)
    factor = 1 / model.pay.per_shown_unit if column == "pay" else 1.0
    fill = model.medians.get(column)
    filled = numbers.fill_null(fill) if fill is not None else numbers
    return filled.to_numpy() * factor


def _codes_in(values: pl.Series, known: Sequence[str]) -> npt.NDArray[np.intp]:
    """Give the place of each value among those known; behind the last, if in none."""
    codes = values.cast(pl.Enum(known), strict=False).to_physical()
    return codes.cast(pl.Int64).fill_null(len(known)).to_numpy().astype(np.intp)


def moments(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Give mean, standard deviation and largest size, summed from first to last."""
    n = len(values)
    mean = np.cumsum(values)[-1] / n
    spread = np.sqrt(np.cumsum((values - mean) ** 2)[-1] / n)
    return float(mean), float(spread), float(np.abs(values).max())
