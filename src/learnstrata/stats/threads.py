"""Workers for array code, and one thread of the libraries beneath what they compute."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any, TypeAlias

from threadpoolctl import ThreadpoolController

__all__ = ["Mapper", "serial_openmp", "single_blas", "workers"]

Mapper: TypeAlias = Callable[..., Iterator[Any]]


class _Hold:
    """Who holds BLAS to one thread: the first to come sets it, the last undoes it.

    Its number of threads is one of the process: two calls at once would each restore
    what they found, and the later one finds the limit of the earlier. It is set in
    threads of our own that end at once, for threadpoolctl lets the thread that set it
    alone change it again, as long as that lives.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._holders = 0
        self._limits: list[Any] = []
        self._libraries: ThreadpoolController | None = None

    def enter(self, *, anew: bool) -> None:
        with self._lock:
            if anew or self._libraries is None:
                self._libraries = ThreadpoolController().select(user_api="blas")
            if anew or not self._holders:
                _in_a_thread_of_its_own(self._limit)
            self._holders += 1

    def leave(self) -> None:
        with self._lock:
            self._holders -= 1
            if not self._holders:
                _in_a_thread_of_its_own(self._restore)

    def _limit(self) -> None:
        if self._libraries is not None:
            self._limits.append(self._libraries.limit(limits=1, user_api="blas"))

    def _restore(self) -> None:
        while self._limits:  # the oldest last
            self._limits.pop().restore_original_limits()


def _in_a_thread_of_its_own(task: Callable[[], None]) -> None:
    thread = Thread(target=task)
    thread.start()
    thread.join()


_HOLD = _Hold()


@contextmanager
def single_blas(*, anew: bool = False) -> Iterator[None]:
    """Hold BLAS to one thread, so that its sums have one order on every machine.

    Parameters
    ----------
    anew : bool, default=False
        Look for libraries that were loaded since the last look.

    Notes
    -----
    The limit is that of the process: it ends when the last of all holders, whatever
    their thread, has left, and is then what it was.

    Examples
    --------
    >>> import numpy as np
    >>> with single_blas():
    ...     float(np.ones(3) @ np.ones(3))
    3.0
    """
    _HOLD.enter(anew=anew)
    try:
        yield
    finally:
        _HOLD.leave()


@contextmanager
def serial_openmp() -> Iterator[None]:
    """Hold OpenMP to one thread in what this thread calls; its limit is no other's.

    Examples
    --------
    >>> with serial_openmp():
    ...     sum([1, 2])
    3
    """
    libraries = ThreadpoolController().select(user_api="openmp")
    with libraries.limit(limits=1):
        yield


@contextmanager
def workers() -> Iterator[Mapper]:
    """Open a `map` over all processors whose results come in the order of the tasks.

    BLAS is held to one thread meanwhile (`single_blas`), so that threads do not crowd,
    and sums have one order whatever the number of processors.

    Examples
    --------
    >>> with workers() as each:
    ...     list(each(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    with single_blas(), ThreadPoolExecutor(os.cpu_count()) as pool:
        yield pool.map
