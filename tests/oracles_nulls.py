"""Slow, obvious versions of the statistics about tables without structure."""

import numpy as np
from scipy.stats import norm, rankdata
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA


def naive_gap(X, k_values, references):
    """Tibshirani's definition, by scikit-learn on tables at hand: gap and error."""
    own = [_log_inertia(X, k) for k in k_values]
    of_tables = np.array([[_log_inertia(t, k) for k in k_values] for t in references])
    n = len(references)
    means = [sum(of_tables[:, i]) / n for i in range(len(own))]
    errors = [
        (sum((of_tables[:, i] - means[i]) ** 2) / n) ** 0.5 * (1 + 1 / n) ** 0.5
        for i in range(len(own))
    ]
    return np.subtract(means, own), np.array(errors)


def naive_gap_k(k_values, gaps, errors):
    """Give the first k that reaches the next less its error, reading left to right."""
    for i in range(len(k_values) - 1):
        if gaps[i] >= gaps[i + 1] - errors[i + 1]:
            return k_values[i]
    return k_values[-1]


def _log_inertia(X, k):
    return np.log(KMeans(k, n_init=10, random_state=0).fit(X).inertia_)


def principal_ranges(X):
    """Extent of a table along its principal axes, ascending."""
    return np.sort(np.ptp(PCA().fit_transform(X), axis=0))


def score_correlation(x, y):
    """Correlate the normal scores of mid-ranks."""
    a, b = (norm.ppf((rankdata(v) - 0.5) / len(v)) for v in (x, y))
    return np.corrcoef(a, b)[0, 1]


def variance_between(values, groups):
    """Share of the variance that lies between groups."""
    between = sum(
        (groups == g).mean() * (values[groups == g].mean() - values.mean()) ** 2
        for g in np.unique(groups)
    )
    return between / values.var()


def naive_spread(column, rng):
    """Spread repeated values over half the way to their neighbours, one at a time."""
    uniform = rng.random(len(column))
    distinct = sorted(set(column.tolist()))
    found = []
    for value, u in zip(column.tolist(), uniform.tolist(), strict=True):
        if column.tolist().count(value) == 1 or len(distinct) == 1:
            found.append(value)
            continue
        i = distinct.index(value)
        below = value - distinct[i - 1] if i > 0 else distinct[i + 1] - value
        after = distinct[i + 1] - value if i + 1 < len(distinct) else below
        low, high = value - below / 2, value + after / 2
        found.append(low + u * (high - low))
    return np.array(found)


def naive_around(X, means, one, other, *, steps=2001):
    """Rows no nearer to a third mean than to the nearest of many points on the way."""
    points = np.linspace(means[one], means[other], steps)
    keep = np.ones(len(X), dtype=bool)
    for j, mean in enumerate(means):
        if j not in {one, other}:
            nearest = points[np.square(points - mean).sum(axis=1).argmin()]
            to_way = np.linalg.norm(X - nearest, axis=1)
            keep &= to_way <= np.linalg.norm(X - mean, axis=1) + 1e-9
    return keep
