"""Which rows a statistic looks at, and what each stage draws them with."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from learnstrata.exceptions import ParameterError
from learnstrata.stats.inputs import Integers, positive

__all__ = ["Sampler", "Seeds", "sample_rows", "spawn_seeds"]

Sampler: TypeAlias = Literal["generator", "legacy"]
Seeds: TypeAlias = Mapping[str, np.random.Generator | int]


def sample_rows(
    n_rows: int,
    size: int,
    *,
    rng: np.random.Generator | int,
    sampler: Sampler = "generator",
) -> Integers:
    """Draw distinct row numbers.

    Parameters
    ----------
    n_rows : int
        Rows to draw from.
    size : int
        Rows wanted; all are taken where there are no more.
    rng : Generator or int
        Source of the draw; ``legacy`` takes an int only.
    sampler : {"generator", "legacy"}, default="generator"
        ``legacy`` gives the very rows, in the very order, of
        ``RandomState(rng).choice``, and shuffles even where all rows are taken.

    Returns
    -------
    array of int, shape (min(size, n_rows),)
        In the order drawn; ``generator`` gives all rows in their own order.

    Raises
    ------
    ParameterError
        If `n_rows` or `size` is under 1, or ``legacy`` gets a Generator.

    Examples
    --------
    >>> sample_rows(3, 9, rng=0).tolist()
    [0, 1, 2]
    >>> sample_rows(3, 9, rng=0, sampler="legacy").tolist()
    [2, 1, 0]
    """
    size = min(positive("size", size), positive("n_rows", n_rows))
    if sampler == "legacy":
        return _legacy(rng).choice(n_rows, size=size, replace=False)
    if size == n_rows:
        return np.arange(n_rows)
    return np.random.default_rng(rng).choice(n_rows, size=size, replace=False)


def _legacy(rng: np.random.Generator | int) -> np.random.RandomState:
    if isinstance(rng, np.random.Generator):
        raise ParameterError(
            "Got a Generator for the legacy sampler, expected an int: it draws with "
            "RandomState(seed). Pass the seed, or take sampler='generator'."
        )
    return np.random.RandomState(int(rng))  # the old stream is the point


def spawn_seeds(
    seed: int, stages: Sequence[str], *, sampler: Sampler = "generator"
) -> Seeds:
    """Give each stage a stream of its own, so that none changes with another's draws.

    Parameters
    ----------
    seed : int
    stages : sequence of str
    sampler : {"generator", "legacy"}, default="generator"
        ``legacy`` gives each stage the seed itself, which is what it draws with.

    Examples
    --------
    >>> spawn_seeds(7, ["fit"], sampler="legacy")
    {'fit': 7}
    """
    if sampler == "legacy":
        return dict.fromkeys(stages, seed)
    spawned = np.random.SeedSequence(seed).spawn(len(stages))
    return dict(zip(stages, map(np.random.default_rng, spawned), strict=True))
