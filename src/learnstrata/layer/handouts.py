"""CSV files that people open: written so that no cell is a formula, and read back."""

from pathlib import Path

import polars as pl

from learnstrata.wording.cells import GUARDED, RAW

__all__ = ["read_for_people", "write_for_people"]


def write_for_people(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV in which no cell is a formula.

    Parameters
    ----------
    frame : polars.DataFrame
        It is not changed.
    path : Path
    """
    texts = frame.select(pl.col(pl.String))
    raw = [one.name for one in texts if one.str.contains(RAW).any()]
    frame.with_columns(pl.col(raw).str.replace(RAW, "'${1}")).write_csv(path)


def read_for_people(path: Path) -> pl.DataFrame:
    """Read what `write_for_people` wrote: all cells as texts, as they were before.

    Parameters
    ----------
    path : Path
    """
    told = pl.read_csv(path, infer_schema=False)
    return told.with_columns(pl.col(pl.String).str.replace(GUARDED, "${1}"))
