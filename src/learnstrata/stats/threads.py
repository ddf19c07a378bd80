"""Workers for array code, each with one thread of BLAS so that they do not crowd."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

from threadpoolctl import ThreadpoolController

__all__ = ["Mapper", "workers"]

Mapper: TypeAlias = Callable[..., Iterator[Any]]


@contextmanager
def workers() -> Iterator[Mapper]:
    """Open a `map` over all processors whose results come in the order of the tasks.

    BLAS is held to one thread meanwhile, so that sums have one order whatever the
    number of processors.

    Examples
    --------
    >>> with workers() as each:
    ...     list(each(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    with (
        _controller().limit(limits=1, user_api="blas"),
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        yield pool.map


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
