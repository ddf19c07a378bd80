"""How a command ends: its exit code, and one message of what went wrong."""

import errno
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from learnstrata.app.streams import lasting_streams, say, taken_fault
from learnstrata.disk.stopping import CODES, stoppable
from learnstrata.exceptions import LearnstrataError
from learnstrata.wording.addresses import without_secrets

__all__ = ["ended"]

STOPPED = "Stopped. Nothing that is half written is left behind."
MEMORY = (
    "This takes more memory than there is. Close other programs, or take a machine "
)
MEMORY += "with more of it."
NESTED = "Something that was given is nested too deeply to be read."
REPORT = "Run again with LEARNSTRATA_DEBUG=1 and report what it prints."
NO_MEMORY = re.compile(
    r"out of memory|alloc\w* .*fail|fail\w* to (alloc|map)|cannot allocate|"
    r"capacity overflow|start new thread",
    re.IGNORECASE,
)
# What a machine refuses whoever asks: its disks, its rights, its limits.
MACHINE = (
    *("ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "EPERM", "EMFILE", "ENFILE"),
    *("EAGAIN", "ESTALE", "ETIMEDOUT", "ENODEV", "ENXIO", "EFBIG"),
    *("ENAMETOOLONG", "ELOOP"),
)
OF_MACHINE = {getattr(errno, name) for name in MACHINE if hasattr(errno, name)}


def ended(command: Callable[[], Any]) -> int:
    """Run a command to its end, however it comes.

    Parameters
    ----------
    command : callable
        Ends by returning, by ``SystemExit`` or by an error.

    Returns
    -------
    int
        The exit code. Any fault is said in one message on standard error; with
        ``LEARNSTRATA_DEBUG`` it is raised.
    """
    with lasting_streams(), _plain_warnings():
        code = _ended(command)
        fault = taken_fault(sys.stdout)
        if fault is not None and not code and not isinstance(fault, BrokenPipeError):
            _say(f"The output could not be shown: {fault.strerror}.")
            code = 2
    return code


def _ended(command: Callable[[], Any]) -> int:
    with stoppable() as stops:
        try:
            command()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
            code = (stops.code or code) if code else 0
            if code in CODES:  # 130 is how Typer passes on Ctrl-C
                _say(STOPPED)
            return code
        except BaseException as error:
            if stops.code is not None:  # however it came up through the libraries
                _say(STOPPED)
                return stops.code
            if os.environ.get("LEARNSTRATA_DEBUG") and _is_ours(error):
                raise
            with stops.held():
                message, code = _told(error)
                _say(message)
            return code
    return 0


def _told(error: BaseException) -> tuple[str, int]:
    """Give the message of an error, and the exit code of whose fault it is."""
    if isinstance(error, LearnstrataError):
        return str(error), 2
    if isinstance(error, KeyboardInterrupt):
        return STOPPED, 130
    if _is_of_memory(error):
        return MEMORY, 2
    if isinstance(error, RecursionError):
        return NESTED, 2
    if isinstance(error, OSError) and error.errno in OF_MACHINE:
        place = f" ({error.filename})" if error.filename else ""
        return f"The machine refused to go on: {error.strerror}{place}.", 2
    told = f"{type(error).__name__}: {error}"
    return f"This is a fault of learnstrata ({told}). {REPORT}", 1


def _is_ours(error: BaseException) -> bool:
    return _told(error)[1] == 1


def _is_of_memory(error: BaseException) -> bool:
    """Say whether there was no memory, in the words of whichever library asked."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    # Polars panics, the loader cannot map a library, Python cannot start a thread.
    words = isinstance(error, ImportError | RuntimeError)
    native = type(error).__module__.startswith(("polars", "pyo3_runtime", "pyarrow"))
    return (words or native) and NO_MEMORY.search(str(error)) is not None


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Say warnings in one line, as faults are, without the line of code."""

    def show(
        message: Warning | str,
        category: type[Warning],
        *place: Any,  # noqa: ANN401 - passed on
    ) -> None:
        if issubclass(category, UserWarning):
            _say(str(message))
        else:
            before(message, category, *place)

    with warnings.catch_warnings():
        before = warnings.showwarning
        warnings.showwarning = show
        yield


def _say(message: str) -> None:
    say(f"learnstrata: {without_secrets(message)}", stream=sys.stderr)
