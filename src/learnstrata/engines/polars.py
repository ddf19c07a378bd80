"""Polars as an engine: the memory of one machine."""

from pathlib import Path

import narwhals as nw
import polars as pl

from learnstrata.engines.protocol import Engine
from learnstrata.engines.sources import Source
from learnstrata.exceptions import SourceError
from learnstrata.learners.lookups import Frame
from learnstrata.learners.sources.files import read_learners

__all__ = ["PolarsEngine"]


class PolarsEngine(Engine):
    """Lazy Polars; what is checkpointed lies in memory."""

    name = "polars"
    libraries = frozenset({"polars", "pyo3_runtime", "narwhals"})

    def opened(self, source: Source) -> Frame:
        """Open a file or a folder of Parquet."""
        if source.kind == "text":
            table = read_learners(source.where).lazy()
        elif source.kind == "parquet":
            table = pl.scan_parquet(list(source.files), hive_partitioning=True)
        else:
            raise SourceError(
                f"Polars reads files and folders, got {source.where or source.table}. "
                "Take --engine duckdb for a table of DuckDB, --engine spark for others."
            )
        with self.told():
            names = table.collect_schema().names()
            own = {n: f"{n}_" for n in names if n.lower() == "record"}
            rows = table.rename(own).with_row_index("record")
            return nw.from_native(rows.with_columns(pl.col("record").cast(pl.Int64)))

    def checkpoint(self, frame: Frame) -> Frame:
        """Compute a frame and keep it in memory."""
        with self.told():
            return frame.collect("polars").lazy()

    def write(self, frame: Frame, folder: Path) -> None:
        """Stream a frame into one file of a folder."""
        folder.mkdir(parents=True)
        with self.told():
            frame.to_native().lazy().sink_parquet(folder / "part-0.parquet")
