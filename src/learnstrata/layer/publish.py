"""Results on disk: a run folder is whole or absent."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from learnstrata.exceptions import OutputError, SourceError

__all__ = [
    "FILES",
    "check_target",
    "read_summary",
    "write_folder",
    "write_table",
    "write_workbook",
]

FILES = (
    "report.html",
    "summary.json",
    "segments.parquet",
    "segments.csv",
    "ledger.parquet",
    "model.json",
    "tables.xlsx",
)
WRITE_FAULTS = (OSError, pl.exceptions.PolarsError, FileCreateError)
SHEET_NAME_LENGTH = 31  # Excel's limit


def check_target(folder: str | Path, *, overwrite: bool) -> Path:
    """Refuse a folder that cannot become the run's, before any work is done.

    Raises
    ------
    OutputError
        If it is there already and `overwrite` is off, is no run folder of ours, or its
        parent cannot be written to.
    """
    target = Path(folder).absolute()
    if target.exists() or target.is_symlink():
        if not overwrite:
            raise OutputError(
                f"{folder} is there already. Choose another --out, or replace it with "
                "--overwrite."
            )
        _refuse_foreign(target)
    parent = next(p for p in target.parents if p.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"Cannot write to {parent}. Choose another folder for --out.")
    return target


def _refuse_foreign(target: Path) -> None:
    """Never delete what is not a run folder, whatever the flags say."""
    if not target.is_dir() or target.is_symlink():
        raise OutputError(f"{target} is not a folder, so it cannot be overwritten.")
    inside = {item.name for item in target.iterdir()}
    if inside - set(FILES):
        raise OutputError(
            f"{target} holds files that are not of a run "
            f"({sorted(inside - set(FILES))[:3]}), so it is not overwritten. "
            "Choose another --out."
        )


def write_folder(
    folder: str | Path,
    files: Mapping[str, Callable[[Path], None]],
    *,
    overwrite: bool = False,
) -> Path:
    """Write files into a new folder that appears only when all of them are written.

    Parameters
    ----------
    folder : path
    files : mapping of str to callable
        Name -> function that writes the file at the path it is given.
    overwrite : bool, default=False
        Replace a run folder that is there.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the folder is refused, or the disk is full or fails.
    """
    target = check_target(folder, overwrite=overwrite)
    try:
        with _staging(target) as staging:
            for name, write in files.items():
                write(staging / name)
            _swap(staging, target)
    except OutputError:
        raise
    except WRITE_FAULTS as error:
        raise _could_not_write(target, error) from None
    return target


def write_table(
    frame: pl.DataFrame, path: str | Path, *, overwrite: bool = False
) -> Path:
    """Write one frame as ``.csv`` or ``.parquet``, whole or not at all.

    Raises
    ------
    OutputError
        If the name has another ending, the file is there already and `overwrite` is
        off, or the disk is full or fails.
    """
    target = Path(path).absolute()
    writers = {".csv": frame.write_csv, ".parquet": frame.write_parquet}
    if target.suffix not in writers:
        raise OutputError(f"Got {str(path)!r}, expected a name in .csv or .parquet.")
    if target.exists() and not overwrite:
        raise OutputError(
            f"{path} is there already. Choose another --out, or replace it with "
            "--overwrite."
        )
    try:
        with _staging(target) as staging:
            writers[target.suffix](staging / target.name)
            (staging / target.name).replace(target)
    except WRITE_FAULTS as error:
        raise _could_not_write(target, error) from None
    return target


def _could_not_write(target: Path, error: Exception) -> OutputError:
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(f"Could not write {target}: {reason}. Nothing was left behind.")


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """Give a folder beside the target that is gone afterwards, whatever happens."""
    made = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            staging.chmod(0o755)
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    finally:
        for parent in made:  # only what is empty goes
            with contextlib.suppress(OSError):
                parent.rmdir()


def _swap(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
        return
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}-old-", dir=target.parent
    ) as away:
        old = Path(away) / "run"
        target.rename(old)
        try:
            staging.rename(target)
        except BaseException:
            old.rename(target)
            raise


def read_summary(folder: str | Path) -> dict[str, Any]:
    """Read ``summary.json`` of a run folder.

    Raises
    ------
    SourceError
        If the folder is not that of a run.
    """
    path = Path(folder) / "summary.json"
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError(
            f"{folder} has no summary.json. Give the folder of a run."
        ) from None
    except (OSError, ValueError) as error:
        raise SourceError(f"Cannot read {path}: {error}.") from None
    if not isinstance(summary, dict) or "schema_version" not in summary:
        raise SourceError(
            f"{path} is not the summary of a run: it has no schema_version. Give the "
            "folder of a run."
        )
    return summary


def write_workbook(path: Path, sheets: Mapping[str, pl.DataFrame]) -> None:
    """Write frames as sheets of an Excel workbook, headers frozen, columns fitted.

    A text that begins with ``=`` stays a text: a formula from a table must not run.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    names = _sheet_names(sheets)
    with xlsxwriter.Workbook(path, options) as workbook:
        for name, frame in zip(names, sheets.values(), strict=True):
            frame.write_excel(
                workbook,
                worksheet=name,
                freeze_panes=(1, 0),
                autofit=True,
            )


def _sheet_names(titles: Iterable[str]) -> list[str]:
    """Make titles into names that Excel takes: short, plain, all different."""
    names: list[str] = []
    taken: set[str] = {"history"}  # Excel keeps this one to itself
    for title in titles:
        plain = title.translate(dict.fromkeys(map(ord, "[]:*?/\\"), "-")).strip(" '")
        name, times = plain[:SHEET_NAME_LENGTH].strip(" '") or "Sheet", 1
        while name.lower() in taken:
            times += 1
            end = f" ({times})"
            name = plain[: SHEET_NAME_LENGTH - len(end)].strip(" '") + end
        taken.add(name.lower())
        names.append(name)
    return names
