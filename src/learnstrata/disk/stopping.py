"""Requests to stop, told as exceptions, and steps that none may cut in two."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["CODES", "Stops", "handlers_kept", "stoppable"]

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))
CODES = frozenset(128 + number for number in SIGNALS)
ONE_REQUEST = 1.0  # seconds: a terminal that is closed sends several at once
DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


class Stops:
    """What a request to stop does: it raises, but not while it is held back.

    SIGINT (Ctrl-C) raises ``KeyboardInterrupt``, SIGTERM and SIGHUP ``SystemExit`` with
    143 and 129, as a shell says it of a process that a signal ended.

    Attributes
    ----------
    code : int or None
        That of the last request, once it was raised: a library that is just calling
        Python may turn what is raised into an error of its own.
    """

    def __init__(self) -> None:
        self.code: int | None = None
        self._held = 0
        self._came: int | None = None
        self._last = float("-inf")

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        if self._held:
            self._came = number
        else:
            self._stop(number)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold requests back until a step is done that must not be cut in two."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            came = self._came
            if not self._held and came is not None:
                self._came = None
                self._stop(came)

    def _stop(self, number: int) -> None:
        now = time.monotonic()
        if now - self._last < ONE_REQUEST:
            return
        self._last = now
        self.code = 128 + number
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(self.code)


@contextmanager
def handlers_kept() -> Iterator[None]:
    """Put back by what requests to stop are heard, where a library sets its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # None: set by no Python
                signal.signal(number, handler)


@contextmanager
def stoppable() -> Iterator[Stops]:
    """Let requests to stop unwind what is open, unless the program has its own way.

    Yields
    ------
    Stops
        The one of the caller where there is one already. A handler that the program
        has set, or that ignores a signal (``nohup``), stays as it is. Python takes
        signals in the main thread: any other has one of its own, which hears nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Stops()
        return
    found = [signal.getsignal(number) for number in SIGNALS]
    outer = next((one for one in found if isinstance(one, Stops)), None)
    if outer is not None:
        yield outer
        return
    stops = Stops()
    before = {n: one for n, one in zip(SIGNALS, found, strict=True) if one in DEFAULTS}
    for number in before:
        signal.signal(number, stops)
    try:
        yield stops
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
