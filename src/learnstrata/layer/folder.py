"""Results on disk: a run folder is whole or absent, and what it shares names nobody.

A run has two parts. ``share`` holds what may be passed on; ``private`` what names
learners or companies, for its owner alone. Before a run appears, all it would share is
searched for the names in ``private/names.parquet``.
"""

import contextlib
import errno
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

import polars as pl
from xlsxwriter.exceptions import FileCreateError

from learnstrata.disk.placing import put_in_place, put_new, sync, sync_all
from learnstrata.disk.staging import clear_stale, staging_beside
from learnstrata.disk.stopping import stoppable
from learnstrata.exceptions import OutputError, PrivacyError
from learnstrata.layer.contents import refuse_no_pictures, refuse_no_run
from learnstrata.learners.factors import FACTORS
from learnstrata.learners.identities import KINDS
from learnstrata.privacy.leaks.scanning import ScanReport, scan

__all__ = [
    "check_file",
    "check_pictures",
    "check_table",
    "check_target",
    "clear_rendered",
    "find_leaks",
    "refuse_leaks",
    "write_file",
    "write_folder",
    "write_packed",
    "write_pictures",
    "write_table",
]

RENDERED = ("share/report.html", "share/report.pdf", "share/figures")  # in a run, later
NO_NAMES = {errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR}
WRITE_FAULTS = (OSError, pl.exceptions.PolarsError, FileCreateError)


def write_packed(frame: pl.DataFrame | pl.LazyFrame, path: Path) -> None:
    """Write a frame as Parquet, factors as text, part by part as its rows come.

    It is no larger than by the usual level, in half the time.
    """
    told = frame.lazy().with_columns(FACTORS.cast(pl.String))
    told.sink_parquet(path, compression="zstd", compression_level=1)


TABLES: Mapping[str, Callable[[pl.DataFrame, Path], object]] = {
    ".csv": pl.DataFrame.write_csv,
    ".parquet": write_packed,
}
MOST_TOLD = 3
MOST_SHOWN = 80  # characters of a finding in a message

Write = Callable[[Path], object]
Place = Callable[[Path, Path], object]
Refuse = Callable[[Path, Path], None]  # a folder, by the name that it is told under


def check_target(
    folder: str | Path, *, overwrite: bool, refuse: Refuse = refuse_no_run
) -> Path:
    """Refuse a folder that cannot become the run's, before any work is done.

    What a killed run left beside it is cleared away.

    Parameters
    ----------
    folder : path
    overwrite : bool
    refuse : callable, default=refuse_no_run
        Refuses a folder that is not of the kind that may be replaced.

    Raises
    ------
    OutputError
        If it is there already and `overwrite` is off, is no run folder of ours, or its
        parent cannot be written to.
    """
    target = _absolute(folder)
    clear_stale(target)
    clear_rendered(target)
    if os.path.lexists(target):
        _refuse_unasked(folder, "--out", overwrite=overwrite)
        _look(target, refuse)
    _refuse_unwritable(target)
    return target


def clear_rendered(run: str | Path) -> None:
    """Clear away what was left in a run by processes killed while they rendered it."""
    for name in RENDERED:
        clear_stale(Path(run).absolute() / name)


def check_file(path: str | Path, *, overwrite: bool, option: str = "--out") -> Path:
    """Refuse a file that is there already and may not be replaced.

    Raises
    ------
    OutputError
        So too if its folder cannot be written to.
    """
    target = _absolute(path)
    clear_stale(target)
    if os.path.lexists(target):
        _refuse_unasked(path, option, overwrite=overwrite)
    _refuse_unwritable(target)
    return target


def check_table(path: str | Path, *, overwrite: bool) -> Path:
    """Refuse a file of a table by its name, or as `check_file`, before any work.

    Raises
    ------
    OutputError
    """
    _writer_of(path)
    return check_file(path, overwrite=overwrite)


def _writer_of(path: str | Path) -> Callable[[pl.DataFrame, Path], object]:
    suffix = Path(path).suffix
    if suffix not in TABLES:
        raise OutputError(f"Got {str(path)!r}, expected a name in .csv or .parquet.")
    return TABLES[suffix]


def check_pictures(folder: str | Path, *, overwrite: bool) -> Path:
    """Refuse a folder that holds anything but pictures, or may not be replaced.

    Raises
    ------
    OutputError
    """
    target = _absolute(folder)
    clear_stale(target)
    if os.path.lexists(target):
        _refuse_unasked(folder, "--figures", overwrite=overwrite)
        _look(target, refuse_no_pictures)
    _refuse_unwritable(target)
    return target


def _absolute(path: str | Path) -> Path:
    """Refuse a name that cannot be, or of bytes that are no text.

    Not all that write can open the latter.
    """
    target = Path(path).absolute()
    try:
        str(target).encode()
    except UnicodeEncodeError:
        told = os.fsencode(target).decode(errors="replace")
        raise OutputError(
            f"Got {told}, expected a name in UTF-8. Choose another name, or set a "
            "locale in which it is text, such as LC_ALL=C.UTF-8."
        ) from None
    try:
        target.lstat()
    except OSError as error:
        if error.errno in NO_NAMES:
            raise OutputError(
                f"Cannot write to {target}: {error.strerror}. Choose another name."
            ) from None
    return target


def _look(target: Path, refuse: Refuse) -> None:
    """Refuse what is there, unless another run took its place while it was read."""
    while True:
        seen = _inode(target)
        try:
            return refuse(target, target)
        except (FileNotFoundError, NotADirectoryError):
            if not os.path.lexists(target):  # nothing is left to refuse
                return None
        except OutputError:
            if _inode(target) in {seen, None}:
                raise


def _inode(path: Path) -> int | None:
    try:
        return path.lstat().st_ino
    except OSError:
        return None


def _refuse_unwritable(target: Path) -> None:
    parent = next(p for p in target.parents if os.path.lexists(p))
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(
            f"Cannot write to {parent}. Give a place that you can write to."
        )


def _refuse_unasked(path: str | Path, option: str, *, overwrite: bool) -> None:
    if os.path.ismount(path):
        raise OutputError(
            f"{path} is where a file system is mounted, so it cannot be replaced. "
            f"Choose a name in it for {option}."
        )
    if not overwrite:
        raise OutputError(
            f"{path} is there already. Choose another {option}, or replace it with "
            "--overwrite."
        )


def write_folder(
    folder: str | Path,
    files: Mapping[str, Write],
    *,
    overwrite: bool = False,
    check: Callable[[Path], None] = lambda _: None,
    refuse: Refuse = refuse_no_run,
    owner_only: bool = False,
) -> Path:
    """Write files into a new folder that appears only when all of them are written.

    Parameters
    ----------
    folder : path
    files : mapping of str to callable
        Path within the folder -> function that writes the file at the path it is
        given. Folders and files below ``private`` have modes 0700 and 0600 from the
        moment they are made; others 0755 and 0644, less what the umask takes.
    overwrite : bool, default=False
        Replace a run folder that is there.
    check : callable, default does nothing
        Called with the folder when all is written and nobody else can see it. If it
        raises, nothing is published.
    refuse : callable, default=refuse_no_run
        As for `check_target`.
    owner_only : bool, default=False
        Give the folder and all that is in it the rights of ``private``.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the folder is refused, or the disk is full or fails.
    """
    target = check_target(folder, overwrite=overwrite, refuse=refuse)

    def fill(staging: Path) -> None:
        if owner_only:
            staging.chmod(0o700)
        for name, write in files.items():
            _write_at(staging, PurePosixPath(name), write, private=owner_only)

    place = _over(refuse) if overwrite else put_new
    return _put(target, fill, check=check, place=place, option="--out")


def _put(
    target: Path,
    fill: Write,
    *,
    check: Callable[[Path], None],
    place: Place,
    option: str,
) -> Path:
    """Fill a folder beside a target, check it, and only then put it in its place."""
    with _told(target), staging_beside(target) as staging:
        fill(staging)
        check(staging)
        sync_all(staging)
        with stoppable() as stops, stops.held(), _lost_race_told(target, option):
            place(staging, target)
            _sync_names(target)
    return target


def _over(refuse: Refuse) -> Place:
    """Let a folder replace another, unless that one is refused once out of reach."""

    def place(staging: Path, target: Path) -> None:
        put_in_place(staging, target, check=lambda old: refuse(old, target))

    return place


@contextlib.contextmanager
def _lost_race_told(target: Path, option: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise OutputError(
            f"{target} was not there before and is now: another run, or somebody, was "
            f"quicker. It is left as it is, and nothing was written. Choose another "
            f"{option}, or replace it with --overwrite."
        ) from None


def _sync_names(target: Path) -> None:
    """Have the disk hold the new name; the results are there, whatever it says."""
    try:
        sync(target.parent)
    except OSError as error:
        warnings.warn(
            f"{target} is written, but the disk does not confirm it: {error.strerror}.",
            stacklevel=2,
        )


def _write_at(
    folder: Path, name: PurePosixPath, write: Write, *, private: bool = False
) -> None:
    """Make a file with its rights, then let `write` fill it."""
    private = private or "private" in name.parts
    for parent in [*reversed(name.parents)][1:]:
        (folder / parent).mkdir(mode=0o700 if private else 0o755, exist_ok=True)
    path = folder / name
    _make_empty(path, 0o600 if private else 0o644)
    write(path)


def _make_empty(path: Path, mode: int) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))


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
    write = partial(_writer_of(path), frame)
    return write_file(path, write, overwrite=overwrite)


def write_file(
    path: str | Path,
    write: Write,
    *,
    overwrite: bool = False,
    check: Callable[[Path], None] = lambda _: None,
    option: str = "--out",
) -> Path:
    """Write one file, whole or not at all.

    Parameters
    ----------
    path : path
    write : callable
        Writes the file at the path it is given.
    overwrite : bool, default=False
    check : callable, default does nothing
        Called with a folder that holds the file, before it takes its place.
    option : str, default="--out"
        By which another place is chosen.

    Raises
    ------
    OutputError
        If the file is there already and `overwrite` is off, or the disk is full or
        fails.
    """
    target = check_file(path, overwrite=overwrite, option=option)

    def place(staging: Path, target: Path) -> None:
        written = staging / target.name
        if overwrite:
            written.replace(target)
        else:
            put_new(written, target)

    return _put(
        target,
        lambda staging: _write_at(staging, PurePosixPath(target.name), write),
        check=check,
        place=place,
        option=option,
    )


def write_pictures(
    folder: str | Path,
    write: Write,
    *,
    overwrite: bool = False,
    check: Callable[[Path], None] = lambda _: None,
) -> Path:
    """Write a folder of pictures, whole or not at all.

    Parameters
    ----------
    folder : path
    write : callable
        Writes the pictures into the folder it is given.
    overwrite : bool, default=False
        Replace a folder that holds nothing but pictures.
    check : callable, default does nothing
        Called with the folder before it takes its place.

    Raises
    ------
    OutputError
        If the folder is refused, or the disk is full or fails.
    """
    target = check_pictures(folder, overwrite=overwrite)
    place = _over(refuse_no_pictures) if overwrite else put_new
    return _put(target, write, check=check, place=place, option="--figures")


@contextlib.contextmanager
def _told(target: Path) -> Iterator[None]:
    """Say of a full disk and the like what could not be written."""
    try:
        yield
    except (OutputError, PrivacyError):
        raise
    except WRITE_FAULTS as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"Could not write {target}: {reason}. Nothing was left behind."
        ) from None


def find_leaks(
    folder: str | Path,
    names: pl.DataFrame,
    *,
    own: Write | None = None,
    shipped: frozenset[str] = frozenset(),
    room: Path | None = None,
) -> ScanReport:
    """Search every file of a folder for names.

    Parameters
    ----------
    folder : path
        Of what is to be shared.
    names : polars.DataFrame
        ``kind`` (``company``, ``learner``; ``allowed``: a text that is no name) and
        ``name``.
    own : callable, default=None
        Writes the same files, rendered without data, into the folder it is given, and
        may give the words that the product can say. Asked only where something is found
        that may be the product's own.
    shipped : frozenset of str, default=frozenset()
        SHA-256 of the scripts that every report holds.
    room : Path, default=None
        Folder in which `own` may work; ``None`` is the system's for temporary files.

    Returns
    -------
    ScanReport
        Without leaks for a clean folder.
    """
    of = {kind: names.filter(kind=kind)["name"] for kind in KINDS}
    look = partial(
        scan,
        folder,
        companies=of["company"],
        learners=of["learner"],
        allow=of["allowed"],
        shipped=shipped,
    )
    found = look()
    if not found.leaks or own is None:
        return found
    with tempfile.TemporaryDirectory(dir=room) as blank:
        said = own(Path(blank))
        return look(own=blank, spoken=said if isinstance(said, frozenset) else None)


def refuse_leaks(
    folder: Path,
    names: pl.DataFrame,
    *,
    own: Write | None = None,
    shipped: frozenset[str] = frozenset(),
    room: Path | None = None,
) -> None:
    """Stop what is about to be published if it names somebody.

    Parameters are those of `find_leaks`.

    Raises
    ------
    PrivacyError
        Says what was found, and in which file and place.
    """
    leaks = find_leaks(folder, names, own=own, shipped=shipped, room=room).leaks
    if not leaks:
        return
    told = [
        f"{leak.kind} {leak.text[:MOST_SHOWN]!r} in {leak.file} ({leak.place})"
        for leak in leaks[:MOST_TOLD]
    ]
    rest = len(leaks) - len(told)
    raise PrivacyError(
        f"What was to be shared would name somebody: {'; '.join(told)}"
        + (f"; and {rest:,} more" if rest else "")
        + ". Nothing was published. If the name stands in [names] of the "
        "configuration, or in a title or category of the table, change it there; else "
        "report this as a fault of learnstrata, without the names. If it names nobody "
        "(a city that is also the name of a company), allow that text: --allow, or "
        "allow= in Python."
    )
