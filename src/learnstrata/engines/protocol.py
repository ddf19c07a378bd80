"""What the library asks of an engine: few things, the same of each.

An engine reads, joins, adds up and writes. All it is asked for is written as narwhals
expressions, whose results do not depend on the order of the rows or on how they are
divided: sums are of whole numbers or of multiples of a power of two
(`learnstrata.learners.lookups.on_grid`), and samples are drawn by the number of a row.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar, Literal

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.engines.sources import Source
from learnstrata.learners.lookups import (
    Frame,
    collected,
    faults_told,
    join_lookup,
)
from learnstrata.wording.addresses import without_secrets

__all__ = ["SAMPLED", "Engine", "EngineName", "first_words", "numbered", "turn"]

EngineName = Literal["polars", "duckdb", "spark"]

SAMPLED = 200_000  # learners that a driver is asked to hold of a larger table
PRIME = 2_147_483_647  # products of two rests fit into 64 bits
FACTORS = (1_103_515_245, 48_271)
SPARE = 1.05  # of the rows wanted: turns are spread evenly, not exactly


def turn(number: nw.Expr, *, seed: int = 0) -> nw.Expr:
    """Give the place of a row in a drawing: from 0 to `PRIME`, the same on any engine.

    Parameters
    ----------
    number : narwhals expression
        Whole numbers, another for each row.
    seed : int, default=0

    Examples
    --------
    >>> table = nw.from_native(pl.DataFrame({"record": [0, 1, 2]}))
    >>> len(set(table.select(turn(nw.col("record")))["record"].to_list()))
    3
    """
    first, second = FACTORS
    mixed = ((number.cast(nw.Int64) + seed) % PRIME * first + 12_345) % PRIME
    return ((mixed * mixed) % PRIME * second + mixed) % PRIME


class Engine(ABC):
    """Where a table is read and worked on.

    Frames are lazy frames of narwhals on the engine's own library. What fails in that
    library is raised as a `SourceError` of one line.
    """

    name: ClassVar[EngineName]
    libraries: ClassVar[frozenset[str]]

    @abstractmethod
    def opened(self, source: Source) -> Frame:
        """Open a table with all its columns and a whole number ``record`` for each row.

        The number is that of the row in the order of the files; a table without an
        order is numbered in the order of its content.
        """

    @abstractmethod
    def brought(self, table: pl.DataFrame) -> Frame:
        """Take a table from memory, with a number ``record`` for each row."""

    @abstractmethod
    def taken(self, table: IntoFrame) -> Frame:
        """Take a frame of the library of the engine, narwhals or native.

        A whole number ``record`` is that of the row; without one, rows are numbered as
        by `opened`.
        """

    @abstractmethod
    def checkpoint(self, frame: Frame) -> Frame:
        """Have a frame computed once for all that is asked of it later."""

    @abstractmethod
    def write(self, frame: Frame, folder: Path) -> None:
        """Write a frame as Parquet into a folder that is made."""

    @abstractmethod
    def part(self, frame: Frame, place: int, n_parts: int) -> Frame:
        """Give the records of a part, numbered from 0: all of a learner in one.

        Records without an id fall anywhere.
        """

    def parts(self, frame: Frame, *, rows: int) -> Iterator[pl.DataFrame]:
        """Bring records into memory part by part, all of a learner in one of them.

        Parameters
        ----------
        frame : narwhals frame
            With ``record`` and ``learner_id``.
        rows : int
            Of a part, about.
        """
        n_parts = max(1, -(-int(self.sums(frame, [], [])["n"][0]) // rows))
        for place in range(n_parts):
            with self.told():
                own = self.part(frame, place, n_parts) if n_parts > 1 else frame
                brought = collected(own)
            yield brought

    def close(self) -> None:  # noqa: B027 - an engine may have nothing to give back
        """Give back what the engine holds; frames of it are of no use afterwards."""

    def lookup(self, frame: Frame, table: pl.DataFrame, *, on: Sequence[str]) -> Frame:
        """Join a small table to a frame, sent to wherever its rows are.

        Parameters
        ----------
        frame : narwhals frame
        table : polars.DataFrame
            One row a key, without nulls in the key.
        on : sequence of str
        """
        with self.told():
            return join_lookup(frame, table, on=on)

    def sums(
        self, frame: Frame, by: Sequence[str], totals: Sequence[str]
    ) -> pl.DataFrame:
        """Count and add up groups of rows.

        Parameters
        ----------
        frame : narwhals frame
        by : sequence of str
            Columns that make a group.
        totals : sequence of str
            Columns to add up: whole numbers, or on a grid.

        Returns
        -------
        polars.DataFrame
            `by`, ``n`` and `totals`, sorted by `by`; of no group columns one row.
        """
        wanted = [nw.len().alias("n"), *(nw.col(column).sum() for column in totals)]
        with self.told():
            grouped = frame.group_by(*by).agg(*wanted) if by else frame.select(*wanted)
            table = collected(grouped)
        table = table.with_columns(pl.col("n").cast(pl.Int64))
        return table.sort(list(by)) if by else table

    def sample(self, frame: Frame, size: int = SAMPLED, *, seed: int = 0) -> Frame:
        """Draw rows by their number, the same on any engine.

        Parameters
        ----------
        frame : narwhals frame
            With ``record``.
        size : int, default=200,000
            Rows; of no more all are taken.
        seed : int, default=0

        Returns
        -------
        polars.DataFrame
            In the order of ``record``.
        """
        n = int(self.sums(frame, [], [])["n"][0])
        place, share = turn(nw.col("record"), seed=seed), SPARE * size / max(n, 1)
        while True:
            with self.told():
                some = frame.with_columns(_turn=place)
                rows = collected(some if share >= 1 else some.filter(_below(share)))
            if share >= 1 or len(rows) >= size:
                drawn = rows.sort("_turn", "record").head(size)
                return drawn.drop("_turn").sort("record")
            share *= 2

    def told(self) -> AbstractContextManager[None]:
        """Turn what the library of the engine says into one line of ours.

        Raises
        ------
        SourceError
        """
        return faults_told(self.libraries, self.said)

    def said(self, error: Exception) -> str:
        """Say what an error of the library means to whoever started the work."""
        return f"The table cannot be read by {self.name}: {first_words(error)}"


def numbered(table: pl.DataFrame) -> pl.DataFrame:
    """Put the number of each row first; a column with its name gets another."""
    own = {name: f"{name}_" for name in table.columns if name.lower() == "record"}
    rows = table.rename(own).with_row_index("record")
    return rows.with_columns(pl.col("record").cast(pl.Int64))


def first_words(error: Exception, most: int = 200) -> str:
    """Give the first line of an error, cut, without what its addresses hide."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return without_secrets(" ".join(lines[0].split()))[:most]


def _below(share: float) -> nw.Expr:
    return nw.col("_turn") < int(share * PRIME)
