"""Cells of CSV that people open: a spreadsheet must not run what stands in one.

A text that a spreadsheet takes for a formula gets an apostrophe in front, in every CSV
made for people. Files for programs hold values as they are.
"""

import re
from pathlib import Path

import polars as pl

__all__ = ["guarded_text", "read_for_people", "unguarded_text", "write_for_people"]

# Signs that begin a formula, as they are and in their wide forms, tabs and new lines.
SIGNS = "=+@\uff1d\uff0b\uff0d\uff20\t\r\n-"
# An apostrophe that was there before one of them gets another, so that none is lost.
RAW, GUARDED = f"^('*[{SIGNS}])", f"^'('*[{SIGNS}])"


def write_for_people(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV in which no cell is a formula.

    Parameters
    ----------
    frame : polars.DataFrame
        It is not changed.
    path : Path
    """
    frame.with_columns(pl.col(pl.String).str.replace(RAW, "'${1}")).write_csv(path)


def read_for_people(path: Path) -> pl.DataFrame:
    """Read what `write_for_people` wrote: all cells as texts, as they were before.

    Parameters
    ----------
    path : Path
    """
    told = pl.read_csv(path, infer_schema=False)
    return told.with_columns(pl.col(pl.String).str.replace(GUARDED, "${1}"))


def guarded_text(text: str) -> str:
    """Write a text as `write_for_people` does.

    Examples
    --------
    >>> guarded_text("=1+1"), guarded_text("4711"), guarded_text("'-5")
    ("'=1+1", '4711', "''-5")
    """
    return f"'{text}" if re.match(RAW, text) else text


def unguarded_text(text: str) -> str:
    """Give a text as it was before `write_for_people`.

    Examples
    --------
    >>> unguarded_text("'=1+1"), unguarded_text("'quoted'")
    ('=1+1', "'quoted'")
    """
    return text[1:] if re.match(GUARDED, text) else text
