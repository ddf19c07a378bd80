"""The last step: what was written takes its place, and nothing else is lost by it."""

import contextlib
import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["OLD", "put_in_place", "put_new", "sync", "sync_all"]

OLD = "old"  # beside what was staged: where the old one waits, without an exchange
NO_REPLACE, EXCHANGE = 1, 2  # of renameat2(2)
HERE = -100  # AT_FDCWD: paths are absolute, or relative to where the process is
UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
UNSYNCED = {errno.EINVAL, errno.ENOTSUP, errno.EROFS, errno.EBADF}
TAKEN = {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR}
TRIES = 10

Check = Callable[[Path], object]


def put_new(source: Path, target: Path) -> None:
    """Move a file or a folder to where nothing is.

    Parameters
    ----------
    source, target : Path
        On one file system.

    Raises
    ------
    FileExistsError
        If something is there, at the moment of the move itself. It is left as it is.

    Notes
    -----
    On Linux it is one step, ``renameat2`` with ``RENAME_NOREPLACE``. Where the system
    or the file system has none, a file is linked, which replaces nothing, and a folder
    renamed, which replaces nothing but an empty folder. A file on a file system that
    has no links either is renamed after a look whether the place is free.
    """
    if _renamed(source, target, NO_REPLACE):
        return
    if os.name == "posix" and not source.is_dir() and _linked(source, target):
        source.unlink()
        return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in TAKEN:
            raise FileExistsError(errno.EEXIST, error.strerror, str(target)) from None
        raise


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno in UNKNOWN:
            return False
        raise
    return True


def put_in_place(source: Path, target: Path, *, check: Check) -> None:
    """Let a folder take the place of another, or of nothing.

    Parameters
    ----------
    source : Path
        Gone afterwards, or holds what was at `target`.
    target : Path
    check : callable
        Called with the folder that was at `target`, once nobody can reach it there. If
        it raises, that folder is back in its place and `source` is not.

    Raises
    ------
    FileExistsError
        If another process put something there meanwhile.

    Notes
    -----
    On Linux the two are exchanged in one step, ``renameat2`` with ``RENAME_EXCHANGE``:
    at every moment one of them is there, whole. Where the system or the file system has
    no such step (macOS, Windows, NFS), the old folder is moved aside, to `OLD` beside
    `source`, and the new one to its place. At every moment both are whole on disk, and
    the old one is moved back if anything fails; after a process that was killed between
    the two moves, `learnstrata.disk.staging.clear_stale` moves it back.
    """
    for _ in range(TRIES):
        with contextlib.suppress(FileExistsError):
            put_new(source, target)
            return
        with contextlib.suppress(FileNotFoundError):  # it has gone since
            _swap(source, target, check)
            return
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


def _swap(source: Path, target: Path, check: Check) -> None:
    if not _renamed(source, target, EXCHANGE):
        _swap_by_steps(source, target, check)
        return
    try:
        check(source)
    except BaseException:
        try:
            _renamed(source, target, EXCHANGE)
        except FileNotFoundError:  # what was put there has gone since
            put_new(source, target)
        raise


def _swap_by_steps(source: Path, target: Path, check: Check) -> None:
    old = source.parent / OLD
    target.rename(old)
    try:
        check(old)
        put_new(source, target)
    except BaseException:
        with contextlib.suppress(FileExistsError):  # what came meanwhile stays
            put_new(old, target)
        raise
    old.rename(source)


def sync_all(folder: Path) -> None:
    """Have the disk hold a folder and all that is in it."""
    for parent, _, files in os.walk(folder):
        for name in files:
            sync(Path(parent) / name)
        sync(Path(parent))


def sync(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder.

    Where the system knows no such request, as Windows does of folders, nothing is done.

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(PermissionError):  # a folder that may not be listed
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if stat.S_ISREG(mode := os.fstat(handle).st_mode) or stat.S_ISDIR(mode):
                os.fsync(handle)
        except OSError as error:
            if error.errno not in UNSYNCED:
                raise
        finally:
            os.close(handle)


def _renamed(source: Path, target: Path, flags: int) -> bool:
    """Rename as Linux can; False where the system or the file system cannot."""
    if _renameat2 is None:
        return False
    names = os.fsencode(source), os.fsencode(target)
    if _renameat2(HERE, names[0], HERE, names[1], flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(target))


def _find_renameat2() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    found = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if found is not None:
        found.argtypes = (
            *(ctypes.c_int, ctypes.c_char_p),
            *(ctypes.c_int, ctypes.c_char_p, ctypes.c_uint),
        )
    return found


_renameat2 = _find_renameat2()
