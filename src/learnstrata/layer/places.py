"""Where a file of a run is: a command takes the run folder or a file in it."""

from pathlib import Path

__all__ = ["MODEL", "SHARED", "file_of_run", "folder_of_run"]

MODEL = "private/model.json"
SHARED = "share/summary.json"
PARTS = ("share", "private")


def file_of_run(given: str | Path, wanted: str) -> Path:
    """Say where a file of a run is, from what a caller gives: the run, or that file.

    Parameters
    ----------
    given : path
        A run folder, a file or part of it, or the wanted file, wherever it lies.
    wanted : str
        Path in the run folder, such as `MODEL`.

    Returns
    -------
    Path
        Of a file that need not be there: whoever reads it says so.

    Examples
    --------
    >>> file_of_run("runs/may", MODEL).as_posix()
    'runs/may/private/model.json'
    """
    place, part = Path(given), Path(wanted)
    if place.is_file() and place.name == part.name:
        return place
    of_run = folder_of_run(place) / part
    if of_run.exists():
        return of_run
    beside = place / part.name  # the part of a run alone, as it was passed on
    if place.name == part.parent.name and beside.exists():
        return beside
    is_other = place.is_file() and place.suffix == part.suffix
    return place if is_other else of_run


def folder_of_run(given: str | Path) -> Path:
    """Find the folder of a run from it, or from a file of ``share`` or ``private``.

    What is neither is given back: whoever reads it says what it lacks.

    Examples
    --------
    >>> folder_of_run("runs/may").as_posix()
    'runs/may'
    >>> folder_of_run("runs/may/share").as_posix()
    'runs/may'
    """
    place = Path(given)
    inside = place.parent if place.is_file() else place
    if inside.name in PARTS and not (inside / SHARED).exists():
        return inside.parent
    return place
