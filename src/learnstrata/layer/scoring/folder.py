"""The folder with the SQL of a model: all in it is for the owner alone."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from learnstrata.exceptions import OutputError
from learnstrata.layer.contents import refuse_no_folder
from learnstrata.layer.folder import write_folder
from learnstrata.layer.scoring.lookups import COMPANIES, MEMBERS, TITLES, Lookups
from learnstrata.layer.scoring.script import loading_script

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["refuse_no_scoring", "write_scoring"]

QUERY, SCRIPT = "private/segments.sql", "private/load.sql"
TABLES = {"titles": TITLES, "companies": COMPANIES, "members": MEMBERS}
FILES = {QUERY, SCRIPT, *(f"private/{name}.csv" for name in TABLES)}
MARK = b"-- Segments by a model of learnstrata"


def write_scoring(
    folder: str | Path,
    query: str,
    lookups: Lookups,
    *,
    dialect: str,
    overwrite: bool = False,
) -> Path:
    """Write a query and its lookups into a folder, whole or not at all.

    Parameters
    ----------
    folder : path
        Gets ``private/segments.sql``, ``private/load.sql`` and the lookups as CSV, with
        modes 0700 and 0600.
    query : str
        From `learnstrata.layer.scoring.query.segment_query`.
    lookups : Lookups
    dialect : str
    overwrite : bool, default=False
        Replace such a folder that is there.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the folder is refused, or the disk is full or fails.
    """
    files: dict[str, Callable[[Path], object]] = {QUERY: partial(_write, query)}
    tables = lookups.tables
    if tables:
        files[SCRIPT] = partial(_write, loading_script(tables, dialect))
    for name, table in tables.items():
        files[f"private/{name}.csv"] = partial(_write_csv, table)
    return write_folder(folder, files, overwrite=overwrite, refuse=refuse_no_scoring)


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _write_csv(table: pl.DataFrame, path: Path) -> None:
    table.write_csv(path, quote_style="non_numeric")


def refuse_no_scoring(folder: Path, told: Path) -> None:
    """Refuse a folder that is not that of a query of ours, unless it is empty.

    Parameters
    ----------
    folder, told : Path
        As for `learnstrata.layer.contents.refuse_no_folder`.

    Raises
    ------
    OutputError
    """
    refuse_no_folder(folder, told)
    there = [item for item in folder.rglob("*") if item.name != "private"]
    names = {item.relative_to(folder).as_posix() for item in there}
    if there and not (names <= FILES and _is_ours(folder / QUERY)):
        raise OutputError(
            f"{told} is not a folder of SQL by learnstrata and of nothing else, so it "
            "is not overwritten. Choose another --out."
        )


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False
