"""Where results are written before they appear, and what a killed run left there.

Beside its target, a run works in a folder ``.NAME-xxxxxxxx`` that only its owner can
reach. A lock in it is held by the process as long as it lives, however it ends, so that
a later run can tell what is still at work from what was left behind: whoever has the
lock has the folder.
"""

import contextlib
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from learnstrata.disk.placing import OLD, put_new
from learnstrata.disk.stopping import stoppable

__all__ = ["clear_stale", "room_beside", "staging_beside"]

LOCK, NEW, ROOM = "lock", "new", "room"
LONGEST = 200  # bytes of a name to which more can be added
TRIES = 100
PATIENCE = 0.01  # seconds, while another run clears the same away


@contextlib.contextmanager
def staging_beside(target: Path) -> Iterator[Path]:
    """Give a folder that only its owner can reach and that is gone afterwards.

    Parameters
    ----------
    target : Path
        Absolute. Parents of it that are not there are made, and removed again if
        nothing came of it.

    Yields
    ------
    Path
        On a request to stop (Ctrl-C, SIGTERM, SIGHUP) the folder is removed, and what
        `stoppable` raises goes on. After SIGKILL, `clear_stale` removes it.
    """
    made = [parent for parent in target.parents if not parent.exists()]
    closed: Path | None = None
    lock: IO[str] | None = None
    with stoppable() as stops:
        try:
            with stops.held():
                clear_stale(target)
                closed, lock = _make_closed(target)
            yield closed / NEW
        finally:
            with stops.held():
                if closed is not None and lock is not None:
                    _clear(closed, lock, target)
                for parent in made:  # only what is empty goes
                    with contextlib.suppress(OSError):
                        parent.rmdir()


def room_beside(staging: Path) -> Path:
    """Give a folder for what is needed while a staging folder is filled and checked.

    It goes with the staging folder, and is no part of what appears.
    """
    return staging.parent / ROOM


def _make_closed(target: Path) -> tuple[Path, IO[str]]:
    """Make the folder and take its lock.

    Between two steps another run may clear it away, or its parent: once more.
    """
    tries = 0
    while True:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            made = tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent)
            closed = Path(made)  # mode 0700, whatever the umask
            return closed, _furnished(closed)
        except (FileNotFoundError, FileExistsError, BlockingIOError):
            tries += 1
            if tries == TRIES:
                raise


def _furnished(closed: Path) -> IO[str]:
    """Take the lock of a new folder and make what is in it, or leave nothing of it."""
    with contextlib.ExitStack() as undone:  # a full disk may hold a folder and no file
        undone.callback(shutil.rmtree, closed, ignore_errors=True)
        lock = undone.enter_context(_take(closed / LOCK, new=True))
        (closed / ROOM).mkdir()
        (closed / NEW).mkdir(mode=0o755)
        undone.pop_all()
    return lock


def _prefix(target: Path) -> str:
    name = target.name
    if len(encoded := os.fsencode(name)) > LONGEST:
        name = hashlib.sha256(encoded).hexdigest()[:32]
    return f".{name}-"


def clear_stale(target: Path) -> None:
    """Clear away what killed runs into a target left beside it.

    A run that was killed between putting the old results aside and the new ones in
    their place has the old ones only there: they are put back. What cannot be cleared
    away is named in a warning. What a run is still at work in is left alone.

    Parameters
    ----------
    target : Path
    """
    named = re.compile(rf"{re.escape(_prefix(target))}[a-z0-9_]{{8}}")
    for folder in _folders_beside(target):
        if named.fullmatch(folder.name) and _is_ours(folder):
            with contextlib.suppress(OSError):  # another run is at work in it
                _clear(folder, _take(folder / LOCK), target)


def _folders_beside(target: Path) -> list[Path]:
    try:
        return sorted(target.parent.iterdir())
    except OSError:
        return []


def _clear(folder: Path, lock: IO[str], target: Path) -> None:
    """Put back the old results if they have no other place, and remove the rest."""
    with lock, contextlib.suppress(OSError):
        if (folder / OLD).exists():
            with contextlib.suppress(FileExistsError):
                put_new(folder / OLD, target)
        for name in (NEW, OLD, ROOM):
            shutil.rmtree(folder / name, ignore_errors=True)
        if _is_bare(folder):
            _drop(folder / LOCK, lock)  # last: as long as it is there, it is held
            folder.rmdir()
    # Between both another run may have taken the empty folder for a stale one.
    for _ in range(TRIES):
        if not _is_bare(folder):
            break
        time.sleep(PATIENCE)
        with contextlib.suppress(OSError):
            folder.rmdir()
    if folder.exists():
        warnings.warn(
            f"{folder} was left by a run that was killed or replaced another, may name "
            "learners, and could not be removed. Delete it.",
            stacklevel=2,
        )


def _is_bare(folder: Path) -> bool:
    """Say whether a folder is there and holds nothing but its lock."""
    try:
        return {item.name for item in folder.iterdir()} <= {LOCK}
    except OSError:
        return False


def _is_ours(folder: Path) -> bool:
    """Say whether a folder is one that `_make_closed` made: its lock comes first."""
    try:
        if folder.is_symlink() or not folder.is_dir():
            return False
        inside = {item.name for item in folder.iterdir()}
    except OSError:
        return False
    return not inside or LOCK in inside <= {LOCK, NEW, OLD, ROOM}


if sys.platform == "win32":

    def _take(path: Path, *, new: bool = False) -> IO[str]:
        """Hold a file open, which keeps others from removing it and opening it."""
        if not new:
            path.unlink(missing_ok=True)
        return path.open("x")

    def _drop(path: Path, lock: IO[str]) -> None:
        lock.close()
        path.unlink()

else:
    import fcntl

    def _take(path: Path, *, new: bool = False) -> IO[str]:
        """Take a lock that the system releases when the process ends, however it ends.

        Raises
        ------
        BlockingIOError
            If another process holds it.
        FileExistsError, FileNotFoundError
            If another process has made the lock of a `new` folder, or removed it.
        OSError
            If the file system has no locks: then nothing is cleared there.
        """
        flags = os.O_RDWR | os.O_CREAT | (os.O_EXCL if new else 0)
        with contextlib.ExitStack() as opened:
            lock = opened.enter_context(os.fdopen(os.open(path, flags, 0o600), "r+"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if not new or isinstance(error, BlockingIOError):
                    raise
            if not os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                raise FileNotFoundError(f"{path} was removed and made again")
            opened.pop_all()
        return lock

    def _drop(path: Path, lock: IO[str]) -> None:  # noqa: ARG001 - Windows closes it
        path.unlink()
