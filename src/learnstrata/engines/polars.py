"""Polars as an engine: the memory of one machine."""

from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from learnstrata.engines.protocol import Engine
from learnstrata.engines.sources import Source
from learnstrata.exceptions import SourceError
from learnstrata.learners.lookups import Frame
from learnstrata.learners.sources.files import read_learners
from learnstrata.learners.sources.streams import refuse_absent

__all__ = ["PolarsEngine"]


class PolarsEngine(Engine):
    """Lazy Polars; what is checkpointed lies in memory."""

    name = "polars"
    libraries = frozenset({"polars", "pyo3_runtime", "narwhals"})

    def opened(self, source: Source) -> Frame:
        """Open a file or a folder of Parquet."""
        if source.kind == "text":
            return self.brought(read_learners(source.where))
        if source.kind == "table" and not source.files:
            refuse_absent(Path(source.table))
        if source.kind != "parquet":
            raise SourceError(
                f"Polars reads files and folders, got {source.shown}. "
                "Take --engine duckdb for a table of DuckDB, --engine spark for others."
            )
        if any(casts for _, casts in source.survey.runs()):
            return self.brought(read_learners(source.where))
        with self.told():
            files = list(source.files)
            return _numbered(pl.scan_parquet(files, hive_partitioning=True))

    def brought(self, table: pl.DataFrame) -> Frame:
        """Take a table from memory, which stays where it is."""
        return _numbered(table.lazy())

    def taken(self, table: IntoFrame) -> Frame:
        """Take a frame of Polars, numbered where it has no ``record``."""
        rows: Any = nw.from_native(table).lazy().to_native()
        with self.told():
            own = rows.collect_schema().get("record")
            is_number = own is not None and own.is_integer()
            return nw.from_native(rows) if is_number else _numbered(rows)

    def checkpoint(self, frame: Frame) -> Frame:
        """Compute a frame and keep it in memory."""
        with self.told():
            return frame.collect("polars").lazy()

    def write(self, frame: Frame, folder: Path) -> None:
        """Stream a frame into one file of a folder."""
        folder.mkdir(parents=True)
        with self.told():
            frame.to_native().lazy().sink_parquet(folder / "part-0.parquet")

    def part(self, frame: Frame, place: int, n_parts: int) -> Frame:
        """Give the records of a part."""
        ids = pl.coalesce("learner_id", pl.col("record").cast(pl.String)).hash()
        return nw.from_native(frame.to_native().filter(ids % n_parts == place))


def _numbered(table: pl.LazyFrame) -> Frame:
    """Put the number of each row first; a column with its name gets another."""
    names = table.collect_schema().names()
    own = {name: f"{name}_" for name in names if name.lower() == "record"}
    rows = table.rename(own).with_row_index("record")
    return nw.from_native(rows.with_columns(pl.col("record").cast(pl.Int64)))
