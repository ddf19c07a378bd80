"""Tables without clusters, and with some: what a verdict must tell apart.

Each is a function of the number of rows and a generator, and gives a matrix whose
columns have mean 0 and standard deviation 1.
"""

import numpy as np


def _standardised(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def uniform(n, rng):
    """Four even features."""
    return _standardised(rng.random((n, 4)))


def one_gaussian(n, rng):
    """Four normal features, correlated at random."""
    return _standardised(rng.normal(size=(n, 4)) @ rng.normal(size=(4, 4)))


def log_normal_pay(n, rng):
    """One column of pay, not taken to its logarithm."""
    return _standardised(rng.lognormal(13.5, 0.8, (n, 1)))


def whole_years_rounded_pay(n, rng):
    """Whole years and pay rounded to 100,000 that rises with them, as logarithms."""
    years = np.minimum(rng.gamma(2.0, 3.5, n).astype(int), 40)
    pay = np.exp(13.2 + 0.5 * np.log1p(years) + rng.normal(0, 0.6, n))
    rounded = np.maximum(np.round(pay, -5), 1e5)
    return _standardised(np.column_stack([np.log1p(years), np.log(rounded)]))


def gaussian_with_outliers(n, rng):
    """Four normal features, and one row in a thousand fifty times as far out."""
    X = rng.normal(size=(n, 4))
    X[: max(1, n // 1000)] *= 50
    return _standardised(X)


def blobs(n, rng):
    """Four groups in four features, their means 8.9 deviations apart or more."""
    corners = np.array([[0, 0, 0, 0], [8, 0, 0, 4], [0, 8, 4, 0], [4, 4, 8, 8]])
    return _standardised(corners[rng.integers(4, size=n)] + rng.normal(size=(n, 4)))


def diagonal(n, rng):
    """Three groups on a line, which two correlated columns show as well."""
    means = np.array([[0, 0], [6, 6], [12, 12]])
    return _standardised(means[rng.integers(3, size=n)] + rng.normal(size=(n, 2)))


STRUCTURELESS = {
    "uniform": uniform,
    "one Gaussian": one_gaussian,
    "log-normal pay": log_normal_pay,
    "whole years, rounded pay": whole_years_rounded_pay,
    "Gaussian, 0.1 % outliers": gaussian_with_outliers,
}
SEPARATED = {"blobs": blobs, "diagonal": diagonal}
