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
        A sentence, with a space before it; empty where nothing there is like it, a
        file stands where a folder should, or the folder may not be looked into. The
        ending of a file makes no name alike. Hidden files are never meant.

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
    near = _near(missing.name, [n for n in names if not n.startswith(".")])
    if near is None:
        return ""
    beside = missing.with_name(near)
    whole = beside / wanted.relative_to(missing)
    return f" Did you mean {str(whole if whole.exists() else beside)!r}?"


def _near(name: str, names: list[str]) -> str | None:
    """Give the name that is most like another; None where it is there itself."""
    stem = nearest(_stem(name), map(_stem, names))
    if name in names or stem is None:
        return None
    alike = [other for other in names if _stem(other).lower() == stem.lower()]
    return nearest(name, alike) or alike[0]


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _first_missing(path: Path) -> Path:
    """Give the part of a path that lies in a folder that is there."""
    while not path.parent.is_dir():
        path = path.parent
    return path
