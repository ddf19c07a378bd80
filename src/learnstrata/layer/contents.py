"""What a run folder holds, and how one is told from a folder of somebody's own."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from learnstrata.exceptions import OutputError

__all__ = [
    "FILES",
    "LISTS",
    "refuse_foreign",
    "refuse_no_comparison",
    "refuse_no_folder",
    "refuse_no_monitoring",
    "refuse_no_pictures",
    "refuse_no_run",
    "refuse_removal",
]

SHARED = ("report.html", "summary.json", "tables.xlsx")
PRIVATE = ("summary.json", "tables.xlsx", "segments.parquet", "segments.csv")
PRIVATE += ("features.parquet", "ledger.parquet", "model.json", "names.parquet")
LISTS = (
    "stalled_pay.csv",
    "high_upside.csv",
    "could_mentor.csv",
    "could_be_mentored.csv",
    "atypical_records.csv",
    "pathways.csv",
)
FILES = (
    *(f"share/{name}" for name in SHARED),
    *(f"private/{name}" for name in PRIVATE),
)
# What may be in a run folder besides: lists of people, the report printed, its charts,
# and the layout of before, when all files lay side by side.
BESIDES = {"share", "private", "share/report.pdf", "share/figures", *SHARED, *PRIVATE}
BESIDES |= {"private/lists", *(f"private/lists/{name}" for name in LISTS)}
SUMMARIES = ("share/summary.json", "private/summary.json", "summary.json")
MODELS = ("private/model.json", "model.json")
MARKS = {
    **dict.fromkeys(SUMMARIES, ("schema_version", "segments")),
    **dict.fromkeys(MODELS, ("model_version", "centers")),
}
COMPARED = "share/comparison.json"
COMPARISON = {"share", "private", COMPARED, "private/comparison.json"}
COMPARISON |= {"private/movers.csv"}
MONITORED = "share/monitoring.json"
MONITORING = {"share", "private", "share/monitoring.html", MONITORED}
MONITORING |= {"private/monitoring.json"}
PICTURES = (".svg", ".png")
MOST_TOLD = 3


def refuse_no_folder(folder: Path, told: Path, *, option: str = "--out") -> None:
    """Refuse what is no folder, as something that is never deleted.

    Parameters
    ----------
    folder : Path
    told : Path
        By what name the message calls it.
    option : str, default="--out"
        That gives another.

    Raises
    ------
    OutputError
    """
    if not folder.is_dir() or folder.is_symlink():
        raise OutputError(
            f"{told} is not a folder, so it cannot be overwritten. Choose another "
            f"{option}."
        )


def refuse_no_run(folder: Path, told: Path) -> None:
    """Refuse a folder that is not that of a run: it is never deleted.

    A run is known by its summary and its model, as they say themselves what they are,
    and holds no other files than those of a run. A run without ``private`` is one, and
    so is an empty folder: there is nothing to lose.

    Parameters
    ----------
    folder, told : Path
        As for `refuse_no_folder`.

    Raises
    ------
    OutputError
    """
    refuse_no_folder(folder, told)
    inside = dict(_walk(folder))
    if foreign := [name for name, item in inside.items() if not _is_ours(name, item)]:
        raise _holds(told, "files that are not of a run", foreign)
    if inside and (fault := _fault(inside)):
        raise OutputError(
            f"{told} {fault}, so nothing says that it is a run, and it is not "
            "overwritten. Choose another --out, or delete it yourself."
        )


def refuse_foreign(run: Path) -> None:
    """Refuse to write a run anew that holds what is not of a run: it would be lost.

    Parameters
    ----------
    run : Path

    Raises
    ------
    OutputError
    """
    _refuse_others(
        run,
        run,
        ": renaming writes the run anew and would lose what else is there. Move it out "
        "of the run, then rename. A PDF and charts are made anew in share/report.pdf "
        "and share/figures.",
    )


def refuse_removal(run: Path, told: Path) -> None:
    """Refuse to remove a run that holds what is not of a run: it would be lost.

    Parameters
    ----------
    run, told : Path
        As for `refuse_no_folder`.

    Raises
    ------
    OutputError
    """
    _refuse_others(
        run, told, ", so it is not removed. Move that out of it, then do it again."
    )


def _refuse_others(run: Path, told: Path, rest: str) -> None:
    foreign = [name for name, item in _walk(run) if not _is_ours(name, item)]
    if foreign:
        raise OutputError(
            f"{told} holds {sorted(foreign)[:MOST_TOLD]}, expected nothing but the "
            f"files of a run{rest}"
        )


def refuse_no_pictures(folder: Path, told: Path) -> None:
    """Refuse a folder that holds anything but pictures.

    Parameters
    ----------
    folder, told : Path
        As for `refuse_no_folder`.

    Raises
    ------
    OutputError
    """
    refuse_no_folder(folder, told, option="--figures")
    if found := [item.name for item in folder.iterdir() if not _is_picture(item)]:
        raise _holds(told, "more than pictures", found, option="--figures")


def refuse_no_comparison(folder: Path, told: Path) -> None:
    """Refuse a folder that is not that of two runs compared, unless it is empty.

    Parameters
    ----------
    folder, told : Path
        As for `refuse_no_folder`.

    Raises
    ------
    OutputError
    """
    mark = (COMPARED, "comparison_version", "new_segments")
    _refuse_other(folder, told, mark, COMPARISON, "the folder of a comparison")


def refuse_no_monitoring(folder: Path, told: Path) -> None:
    """Refuse a folder that is not what monitoring wrote, unless it is empty.

    Parameters
    ----------
    folder, told : Path
        As for `refuse_no_folder`.

    Raises
    ------
    OutputError
    """
    mark = (MONITORED, "monitoring_version", "checks")
    _refuse_other(folder, told, mark, MONITORING, "a folder of monitoring")


def _refuse_other(
    folder: Path, told: Path, mark: tuple[str, str, str], may: set[str], what: str
) -> None:
    """Refuse a folder without the file that marks its kind, or with more besides."""
    refuse_no_folder(folder, told)
    inside, (name, *keys) = dict(_walk(folder)), mark
    known = name in inside and _has(inside[name], *keys)
    if inside and not (known and inside.keys() <= may):
        raise OutputError(
            f"{told} is not {what} and of nothing else, so it is not overwritten. "
            "Choose another --out."
        )


def _holds(
    told: Path, what: str, names: list[str], *, option: str = "--out"
) -> OutputError:
    """Make the refusal of a folder that holds something else."""
    return OutputError(
        f"{told} holds {what} ({sorted(names)[:MOST_TOLD]}), so it is not "
        f"overwritten. Choose another {option}."
    )


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give all that is in a folder by its path within; links are not followed."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            item = Path(parent) / name
            yield item.relative_to(folder).as_posix(), item


def _is_ours(name: str, item: Path) -> bool:
    if item.is_symlink():
        return False
    exported = PurePosixPath(name).parent.as_posix() == "share/figures"
    return name in FILES or name in BESIDES or (exported and _is_picture(item))


def _is_picture(item: Path) -> bool:
    return item.is_file() and item.suffix in PICTURES


def _fault(inside: Mapping[str, Path]) -> str | None:
    """Say what keeps a folder from being known as a run."""
    if not any(name in inside for name in SUMMARIES):
        return "has no summary.json of a run"
    keeps = "private" in inside or "summary.json" in inside
    if keeps and not any(name in inside for name in MODELS):
        return "has no model.json of a run"
    bad = [n for n, keys in MARKS.items() if n in inside and not _has(inside[n], *keys)]
    return f"has a {bad[0]} that is not of a run" if bad else None


def _has(path: Path, version: str, key: str) -> bool:
    """Say whether a JSON file has the version of a kind of file, and its main part."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    told = isinstance(found, dict) and key in found
    return told and isinstance(found.get(version), int)
