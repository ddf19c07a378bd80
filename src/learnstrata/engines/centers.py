"""Lloyd's passes over all rows of an engine, as sums of groups.

A row is what its distance needs: numbers on their scale, and a code for each category.
The numbers are multiples of a power of two, so that their sums, and with them the
centres, are the same however the rows are divided and in whatever order they come.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.engines.protocol import Engine
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.lookups import Frame, collected, on_grid

__all__ = ["Block", "Moved", "Space", "labelled", "move_centers"]

Floats = npt.NDArray[np.float64]

FINEST = 26  # bits behind the point of a number: 1.5e-8
EXACT = 52  # bits of a float: what a sum of absolute values must stay under
MOST_PASSES = 15
LEAST_GAIN = 1e-6  # of the sum of squared distances
NOTHING = -1  # code of a value that has no column


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A category: a code in the frame, a column for each value in the matrix.

    Attributes
    ----------
    places : sequence of int
        Columns of the matrix, those of code 0, 1, ... in order.
    low, high : array of shape (n_values,)
        What a column holds for a row of another value, and of its own.
    """

    places: Sequence[int]
    low: Floats
    high: Floats

    def squares(self, centers: Floats) -> Floats:
        """Give the squared distance of each code (`NOTHING` first) from each centre."""
        own = centers[:, self.places]
        low, high = (self.low - own) ** 2, (self.high - own) ** 2
        nothing = low.sum(axis=1)
        return np.vstack([nothing, (nothing[:, None] - low + high).T])

    def means(self, counts: Floats) -> Floats:
        """Give the means of the columns from how many rows have each code.

        Parameters
        ----------
        counts : array of shape (n_clusters, n_values + 1)
            `NOTHING` first.
        """
        shares = counts[:, 1:] / np.maximum(counts.sum(axis=1), 1)[:, None]
        return self.low + shares * (self.high - self.low)

    @property
    def lengths(self) -> Floats:
        """Squared length of each code, `NOTHING` first."""
        return self.squares(np.zeros((1, int(max(self.places)) + 1)))[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Which columns of a frame are which columns of a matrix.

    Attributes
    ----------
    numbers : mapping of str to int
        Column of the frame -> column of the matrix.
    blocks : mapping of str to Block
        Column of codes -> columns of the matrix. A code is a whole number from 0, null
        or `NOTHING` where the value has no column.
    """

    numbers: Mapping[str, int]
    blocks: Mapping[str, Block]

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return len(self.numbers) + sum(len(b.places) for b in self.blocks.values())

    def checked(self, centers: npt.ArrayLike) -> Floats:
        """Give centres as an array of as many columns as the matrix has."""
        array = np.array(centers, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != self.width or not array.size:
            raise ParameterError(
                f"Got centers of shape {array.shape}, expected one row a cluster and "
                f"{self.width} columns: one for each column of the matrix."
            )
        return array


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Where Lloyd's passes led.

    Attributes
    ----------
    centers : array of shape (n_clusters, n_columns)
        Means of the clusters of the last pass, in the order they were given in.
    sizes : array of shape (n_clusters,), int64
        Rows of each.
    inertia : float
        Sum of the squared distances of these rows from these means.
    passes : int
    converged : bool
        The last pass gained less than was asked for.
    """

    centers: Floats
    sizes: npt.NDArray[np.int64]
    inertia: float
    passes: int
    converged: bool


def move_centers(
    engine: Engine,
    frame: Frame,
    space: Space,
    centers: npt.ArrayLike,
    *,
    most: int = MOST_PASSES,
    gain: float = LEAST_GAIN,
) -> Moved:
    """Improve centres by Lloyd's steps over all rows, each one query of the engine.

    Each row goes to its nearest centre (of several the first), and each centre to the
    mean of its rows; one that has none stays where it is.

    Parameters
    ----------
    engine : Engine
    frame : narwhals frame
        With the columns of `space`; numbers are rounded to 1.5e-8, less finely where
        the sums of so many rows ask for it.
    space : Space
    centers : array-like of shape (n_clusters, n_columns)
        Where to start, such as the centres of a sample.
    most : int, default=15
        Passes at most.
    gain : float, default=1e-6
        Share of the inertia that a pass must gain to be followed by another.

    Returns
    -------
    Moved
        The same on every engine, for any number of partitions and any order of rows.

    Raises
    ------
    DegenerateError
        If there is no row, or a number is null or not finite.
    ParameterError
        If the centres do not fit, or `most` is under 1.

    References
    ----------
    .. [1] S. P. Lloyd (1982). "Least squares quantization in PCM". IEEE Transactions on
       Information Theory 28(2): 129-137.

    Examples
    --------
    >>> from learnstrata.engines.polars import PolarsEngine
    >>> frame = nw.from_native(pl.LazyFrame({"x": [0.0, 1.0, 2.0, 10.0, 12.0]}))
    >>> space = Space({"x": 0}, {})
    >>> moved = move_centers(PolarsEngine(), frame, space, [[0.0], [9.0]])
    >>> moved.centers.ravel().tolist(), moved.sizes.tolist(), moved.inertia
    ([1.0, 11.0], [3, 2], 4.0)
    """
    found = space.checked(centers)
    if most < 1:
        raise ParameterError(f"Got most={most}, expected 1 pass or more.")
    with engine.told():
        return _moved(engine, frame, space, found, most=most, gain=gain)


def _moved(
    engine: Engine, frame: Frame, space: Space, found: Floats, *, most: int, gain: float
) -> Moved:
    rows = engine.checkpoint(_on_grid(frame, space))
    last, done = math.inf, 0
    while True:
        totals = _pass(engine, rows, space, found)
        found, inertia = _means(totals, space, found)
        done += 1
        converged = last - inertia <= gain * inertia
        if converged or done == most:
            return Moved(found, totals.sizes, inertia, done, converged)
        last = inertia


def labelled(engine: Engine, frame: Frame, space: Space, centers: Floats) -> Frame:
    """Add ``label``: the nearest centre of each row, of several the first.

    Parameters
    ----------
    engine : Engine
    frame : narwhals frame
        With the columns of `space`.
    space : Space
    centers : array of shape (n_clusters, n_columns)

    Examples
    --------
    >>> from learnstrata.engines.polars import PolarsEngine
    >>> frame = nw.from_native(pl.LazyFrame({"x": [0.0, 12.0, 5.0]}))
    >>> space, centers = Space({"x": 0}, {}), np.array([[0.0], [10.0]])
    >>> found = labelled(PolarsEngine(), frame, space, centers)
    >>> found.collect()["label"].to_list()
    [0, 1, 0]
    """
    kept = frame.collect_schema().names()
    codes = {f"_c{place}": _code(column) for place, column in enumerate(space.blocks)}
    frame = frame.with_columns(**codes) if codes else frame
    for place, block in enumerate(space.blocks.values()):
        table = _table_of(block, centers, place)
        frame = engine.lookup(frame, table, on=[f"_c{place}"])
    names = [f"_d{k}" for k in range(len(centers))]
    away = {name: _distance(space, centers, k) for k, name in enumerate(names)}
    frame = frame.with_columns(**away)
    frame = frame.with_columns(_least=nw.min_horizontal(*names))
    label = nw.lit(len(names) - 1)
    for k in reversed(range(len(names) - 1)):
        is_nearest = nw.col(names[k]) == nw.col("_least")
        label = nw.when(is_nearest).then(nw.lit(k)).otherwise(label)
    return frame.with_columns(label=label.cast(nw.Int32)).select(*kept, "label")


def _code(column: str) -> nw.Expr:
    code = nw.col(column).cast(nw.Int32)
    return nw.coalesce(code, nw.lit(NOTHING).cast(nw.Int32))


def _table_of(block: Block, centers: Floats, place: int) -> pl.DataFrame:
    squares = block.squares(centers)
    codes = pl.Series(range(NOTHING, len(block.places)), dtype=pl.Int32)
    columns = {f"_t{place}_{k}": squares[:, k] for k in range(len(centers))}
    return pl.DataFrame({f"_c{place}": codes, **columns})


def _distance(space: Space, centers: Floats, k: int) -> nw.Expr:
    """Give the squared distance from a centre, less what is the same for all."""
    own = centers[k, list(space.numbers.values())]
    away = nw.lit(float(own @ own))
    for column, at in zip(space.numbers, own, strict=True):
        away = away + nw.col(column) * nw.lit(float(-2.0 * at))
    for place in range(len(space.blocks)):
        away = away + nw.col(f"_t{place}_{k}")
    return away


@dataclass(frozen=True, slots=True, eq=False)
class _Totals:
    """Sums of the clusters of one pass.

    Attributes
    ----------
    sums : array of shape (n_clusters, n_numbers)
    counts : list of array of shape (n_clusters, n_values + 1)
        Of each block, `NOTHING` first.
    squares : float
        Sum of the squared lengths of all rows.
    """

    sizes: npt.NDArray[np.int64]
    sums: Floats
    counts: list[Floats]
    squares: float


def _on_grid(frame: Frame, space: Space) -> Frame:
    """Round the numbers so that their sums are exact, and add their squared length."""
    n, largest = _extent(frame, space)
    room = math.log2(max(n * max(largest, 1.0), 2.0))
    bits = min(FINEST, math.floor(EXACT - room))
    numbers = {c: on_grid(nw.col(c).cast(nw.Float64), bits) for c in space.numbers}
    rows = frame.select(**numbers, **{c: _code(c) for c in space.blocks})
    length = nw.lit(0.0)
    for column in space.numbers:
        length = length + nw.col(column) * nw.col(column)
    wide = math.log2(max(n * len(space.numbers) * max(largest, 1.0) ** 2, 2.0))
    fine = min(FINEST, math.floor(EXACT - wide))
    return rows.with_columns(_length=on_grid(length, fine))


def _extent(frame: Frame, space: Space) -> tuple[int, float]:
    """Count the rows, and find the largest number of all."""
    numbers = {c: nw.col(c).cast(nw.Float64) for c in space.numbers}
    # What is less itself is no zero is not finite, or not there.
    finite = {c: nw.when(x - x == 0).then(x.abs()) for c, x in numbers.items()}
    rows = frame.select(nw.lit(1).alias("_one"), **finite)
    known = [nw.col(c).count().alias(f"known:{c}") for c in numbers]
    seen = rows.select(nw.len().alias("n"), *(nw.col(c).max() for c in numbers), *known)
    row = collected(seen).row(0, named=True)
    n = int(row["n"])
    if not n:
        raise DegenerateError("Got no row, expected learners to move centres by.")
    poor = [c for c in numbers if row[f"known:{c}"] < n]
    if poor:
        raise DegenerateError(
            f"Got values that are missing or not finite in {poor}, expected a number "
            "of every row."
        )
    return n, max((float(row[c]) for c in numbers), default=1.0)


def _pass(engine: Engine, rows: Frame, space: Space, centers: Floats) -> _Totals:
    numbers, codes = list(space.numbers), list(space.blocks)
    placed = labelled(engine, rows, space, centers)
    table = engine.sums(placed, ["label", *codes], [*numbers, "_length"])
    k, label = len(centers), table["label"].to_numpy()
    n = table["n"].to_numpy()
    sums = np.zeros((k, len(numbers)))
    np.add.at(sums, label, table.select(numbers).to_numpy().reshape(len(table), -1))
    squares = float(table["_length"].sum())
    counts: list[Floats] = []
    for column, block in space.blocks.items():
        held = np.zeros((k, len(block.places) + 1))
        np.add.at(held, (label, table[column].to_numpy() + 1), n)
        squares += float(held.sum(axis=0) @ block.lengths)
        counts.append(held)
    sizes = np.bincount(label, n, minlength=k).astype(np.int64)
    return _Totals(sizes, sums, counts, squares)


def _means(totals: _Totals, space: Space, before: Floats) -> tuple[Floats, float]:
    """Give the means of the clusters, and the squared distances of their rows."""
    held = totals.sizes > 0
    means = np.empty_like(before)
    places = list(space.numbers.values())
    means[:, places] = totals.sums / np.maximum(totals.sizes, 1)[:, None]
    for block, counts in zip(space.blocks.values(), totals.counts, strict=True):
        means[:, block.places] = block.means(counts)
    means[~held] = before[~held]
    explained = np.einsum("ij,ij->i", means, means) @ np.where(held, totals.sizes, 0)
    return means, max(0.0, totals.squares - float(explained))
