"""Where results are written before they appear, and what a killed run left there.

Beside its target, a run works in a folder ``.NAME-xxxxxxxx`` that only its owner can
reach. A lock in it is held by the process as long as it lives, so that a later run can
tell what is still at work from what was left behind.
"""

import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

__all__ = ["clear_stale", "put_in_place", "staging_beside"]

LOCK, NEW, OLD = "lock", "new", "old"
YOUNG = 60  # seconds in which a folder may still be waiting for its lock
TERMINATED = 128 + signal.SIGTERM


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
        On a request to end (SIGTERM) the folder is removed and the process ends with
        143.
    """
    made = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        clear_stale(target)
        with (
            _ended_orderly(),
            tempfile.TemporaryDirectory(
                prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True
            ) as closed,  # mode 0700, whatever the umask
            _locked(Path(closed) / LOCK),
        ):
            staging = Path(closed) / NEW
            staging.mkdir(mode=0o755)
            yield staging
    finally:
        for parent in made:  # only what is empty goes
            with contextlib.suppress(OSError):
                parent.rmdir()


def put_in_place(staging: Path, target: Path) -> None:
    """Let what was staged take the place of a target, or leave the old one there."""
    if not target.exists():
        staging.rename(target)
        return
    old = staging.parent / OLD
    target.rename(old)
    try:
        staging.rename(target)
    except BaseException:
        old.rename(target)
        raise


def clear_stale(target: Path) -> None:
    """Clear away what killed runs into a target left beside it.

    A run that was killed between putting the old results aside and the new ones in
    their place has the old ones only there: they are put back. What cannot be cleared
    away is named in a warning.

    Parameters
    ----------
    target : Path
    """
    named = re.compile(rf"\.{re.escape(target.name)}-[a-z0-9_]{{8}}")
    beside = target.parent.iterdir() if target.parent.is_dir() else ()
    for folder in sorted(beside):
        if named.fullmatch(folder.name) and _is_ours(folder) and not _is_alive(folder):
            _clear(folder, target)


def _clear(folder: Path, target: Path) -> None:
    with contextlib.suppress(OSError):
        if (folder / OLD).exists() and not target.exists():
            (folder / OLD).rename(target)
        shutil.rmtree(folder)
    if folder.exists():
        warnings.warn(
            f"{folder} was left by a run that was killed, may name learners, and could "
            "not be removed. Delete it.",
            stacklevel=2,
        )


def _is_ours(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    try:
        return {item.name for item in folder.iterdir()} <= {LOCK, NEW, OLD}
    except OSError:
        return False


def _is_alive(folder: Path) -> bool:
    """Say whether the process that made a folder may still be at work."""
    lock = folder / LOCK
    if not lock.exists():
        return time.time() - folder.stat().st_mtime < YOUNG
    try:
        with _locked(lock):
            return False
    except OSError:
        return True


if sys.platform == "win32":

    @contextlib.contextmanager
    def _locked(path: Path) -> Iterator[None]:
        """Hold a file open, which keeps others from removing and opening it."""
        path.unlink(missing_ok=True)
        with path.open("x"):
            yield

else:
    import fcntl

    @contextlib.contextmanager
    def _locked(path: Path) -> Iterator[None]:
        """Hold a lock that the system releases when the process ends, however it ends.

        Raises
        ------
        OSError
            If another process holds it.
        """
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(handle)


@contextlib.contextmanager
def _ended_orderly() -> Iterator[None]:
    """Let SIGTERM unwind what is open, unless the program has its own way with it."""
    mine = threading.current_thread() is threading.main_thread()
    if not mine or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(*_: int | FrameType | None) -> None:
    signal.signal(
        signal.SIGTERM, signal.SIG_IGN
    )  # a second one would stop the clearing
    raise SystemExit(TERMINATED)
