"""Workers for array code: one thread of BLAS each, so that they do not crowd."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")


@contextmanager
def in_order() -> Iterator[Callable[[Callable[[Task], Result], Iterable[Task]], Iterator[Result]]]:
    """Open a `map` over all processors whose results come in the order of the tasks.

    BLAS is held to one thread meanwhile: sums then have one order whatever the
    number of processors.
    """
    with (
        _controller().limit(limits=1, user_api="blas"),
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        yield pool.map


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
