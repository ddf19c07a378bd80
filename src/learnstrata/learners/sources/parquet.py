"""Parquet becomes a frame: one file, or a folder of them."""

from pathlib import Path

import polars as pl

from learnstrata.exceptions import SourceError, preview
from learnstrata.learners.sources.info import SourceInfo, first_line

__all__ = ["read_parquet"]


def read_parquet(path: Path) -> tuple[pl.DataFrame, SourceInfo]:
    files = _parquet_files(path) if path.is_dir() else [path]
    in_folders = any("=" in file.relative_to(path).parent.name for file in files)
    try:
        table = pl.read_parquet(files, hive_partitioning=in_folders)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise SourceError(
            f"{path} cannot be read as Parquet: {first_line(error)}. The file may be "
            "cut off, or the files of the folder may have different columns."
        ) from error
    return table, SourceInfo("parquet", *table.shape, files=len(files))


def _parquet_files(folder: Path) -> list[Path]:
    files = [
        file
        for file in sorted(folder.rglob("*.parquet"))
        if file.is_file()
        and not any(p.startswith(("_", ".")) for p in file.relative_to(folder).parts)
    ]
    if not files:
        there = sorted(entry.name for entry in folder.iterdir())
        raise SourceError(
            f"The folder {folder} has no .parquet files; it has {preview(there, 10)}. "
            "Give one file, or a folder of Parquet files."
        )
    return files
