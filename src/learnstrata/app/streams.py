"""Output that may be closed, full or read by nobody, and takes no command with it."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

__all__ = ["lasting_streams", "say", "taken_fault"]

FORGIVING = {"backslashreplace", "xmlcharrefreplace", "namereplace", "ignore"}


class Lasting(io.RawIOBase):
    """Bytes on their way to a stream; after its first fault they are dropped.

    Parameters
    ----------
    inner : raw stream or None
        ``None`` for one that was closed when the program began.
    """

    def __init__(self, inner: Any | None) -> None:  # noqa: ANN401 - a raw stream of any kind
        super().__init__()
        self._inner = inner
        self._gone = False
        self._fault: OSError | None = None

    def writable(self) -> bool:
        """Take everything, whatever becomes of it."""
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - whatever has bytes
        """Pass bytes on, and remember what keeps them from it."""
        size = memoryview(data).nbytes
        if self._gone:
            return size
        try:
            if self._inner is None:
                raise _fault(errno.EBADF)
            written = self._inner.write(data)
            if written is None:  # a reader too slow for a stream that does not wait
                raise _fault(errno.EAGAIN)
        except OSError as error:
            self._gone, self._fault = True, error
            return size
        return written

    def take(self) -> OSError | None:
        """Give the fault, once."""
        fault, self._fault = self._fault, None
        return fault

    def isatty(self) -> bool:
        """Say whether a terminal shows it."""
        return self._inner is not None and self._inner.isatty()

    def fileno(self) -> int:
        """Give the number of the stream, where it has one."""
        return self._inner.fileno() if self._inner is not None else super().fileno()


def _fault(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@contextmanager
def lasting_streams() -> Iterator[None]:
    """Let output and messages outlast their streams, in whatever letters these have.

    A character that a stream cannot show becomes a question mark. Streams that are no
    files, as of a program that calls this one, stay as they are.
    """
    _plug()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _lasting(sys.stdout), _lasting(sys.stderr)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


def _plug() -> None:
    """Open what is closed, or the next file would be taken for standard output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def _lasting(stream: TextIO | None) -> TextIO:
    inner: Any = None
    if stream is not None:
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            return stream
        stream.flush()
        inner = getattr(buffer, "raw", buffer)
    errors = getattr(stream, "errors", None)
    raw = Lasting(inner)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors=errors if errors in FORGIVING else "replace",
        line_buffering=raw.isatty() or getattr(stream, "line_buffering", False),
    )


def taken_fault(stream: TextIO) -> OSError | None:
    """Say what kept a stream from showing all, if something did; each fault once."""
    stream.flush()
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw.take() if isinstance(raw, Lasting) else None


def say(message: str, *, stream: TextIO | None = None) -> None:
    """Write a line, to standard output if no stream is given."""
    told = stream or sys.stdout
    told.write(message + "\n")
    told.flush()
