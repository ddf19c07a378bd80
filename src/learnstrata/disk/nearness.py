"""Which path was most likely meant by one that is not there."""

from pathlib import Path

from learnstrata.exceptions import nearest

__all__ = ["did_you_mean"]


def did_you_mean(path: str | Path) -> str:
    """Ask for the path that is most like one that is not there.

    Parameters
    ----------
    path : path

    Returns
    -------
    str
        A sentence, with a space before it; empty where nothing there is like it, or
        the folder may not be looked into. Hidden files are never meant.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     (Path(folder) / "learners.csv").touch()
    ...     asked = did_you_mean(Path(folder) / "learner.csv")
    >>> asked.endswith("learners.csv'?"), did_you_mean("/no/such/folder")
    (True, '')
    """
    wanted = Path(path)
    missing = _first_missing(wanted)
    try:
        names = [entry.name for entry in missing.parent.iterdir()]
    except OSError:
        return ""
    near = nearest(missing.name, [n for n in names if not n.startswith(".")])
    if near is None:
        return ""
    beside = missing.with_name(near)
    whole = beside / wanted.relative_to(missing)
    return f" Did you mean {str(whole if whole.exists() else beside)!r}?"


def _first_missing(path: Path) -> Path:
    """Give the part of a path that lies in a folder that is there."""
    while not path.parent.is_dir():
        path = path.parent
    return path
