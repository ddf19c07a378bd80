"""Tables with clusters that were put there: how many there are must be found.

Each is a function of the number of groups and of rows and a generator; it gives a
matrix whose columns have mean 0 and standard deviation 1, and the group of each row.
Distances are in standard deviations of a group.
"""

from functools import partial

import numpy as np

FEATURES = 3


def _table(means, group, spread, rng):
    noise = rng.normal(size=(len(group), FEATURES)) * np.reshape(spread, (-1, 1))
    X = means[group] + noise
    return (X - X.mean(axis=0)) / X.std(axis=0), group


def _means(k, apart, rng):
    """Draw means that are so far apart at least, in as small a cube as holds them."""
    found, side = [], apart
    while len(found) < k:
        for one in rng.uniform(0, side, (200, FEATURES)):
            if all(np.linalg.norm(one - other) >= apart for other in found):
                found.append(one)
                break
        else:
            side *= 1.15
    return np.array(found)


def even(k, n, rng, apart=6.0):
    """Groups of equal size and spread."""
    group = rng.integers(k, size=n)
    return _table(_means(k, apart, rng), group, 1.0, rng)


def wide(k, n, rng):
    """Groups of unequal spread."""
    group, spreads = rng.integers(k, size=n), rng.uniform(0.6, 1.6, k)
    return _table(_means(k, 8.0, rng), group, spreads[group], rng)


overlapping = partial(even, apart=4.5)


def nested(k, n, rng):
    """Pairs of near groups, far from each other."""
    pairs = _means((k + 1) // 2, 14.0, rng)
    turns = rng.normal(size=(k, FEATURES))
    turns *= 5.0 / np.linalg.norm(turns, axis=1, keepdims=True)
    turns[::2] = 0
    means = np.repeat(pairs, 2, axis=0)[:k] + turns
    return _table(means, rng.integers(k, size=n), 1.0, rng)


def one_small(k, n, rng):
    """Groups of which one has 3 % of the rows."""
    shares = np.append(np.full(k - 1, 0.97 / (k - 1)), 0.03)
    group = rng.choice(k, size=n, p=shares)
    return _table(_means(k, 7.0, rng), group, 1.0, rng)


def blobs(n, rng):
    """Four groups in four features, their means 8.9 deviations apart or more."""
    corners = np.array([[0, 0, 0, 0], [8, 0, 0, 4], [0, 8, 4, 0], [4, 4, 8, 8]])
    X = corners[rng.integers(4, size=n)] + rng.normal(size=(n, 4))
    return (X - X.mean(axis=0)) / X.std(axis=0)


def diagonal(n, rng):
    """Three groups on a line, which two correlated columns show as well."""
    means = np.array([[0, 0], [6, 6], [12, 12]])
    X = means[rng.integers(3, size=n)] + rng.normal(size=(n, 2))
    return (X - X.mean(axis=0)) / X.std(axis=0)


SEPARATED = {"blobs": blobs, "diagonal": diagonal}
# name -> family, its numbers of groups, and rows
PLANTED = {
    "even": (even, (2, 3, 4, 5, 6), 3_000),
    "wide": (wide, (2, 3, 4, 5, 6), 3_000),
    "overlapping": (overlapping, (2, 3, 4, 5, 6), 3_000),
    "nested in pairs": (nested, (4, 5, 6), 3_000),
    "one of 3 %": (one_small, (3, 4), 10_000),
}
