"""Tables without clusters: what must not be called natural.

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


def skewed(n, rng):
    """A gamma, a log-normal and a normal feature."""
    columns = rng.gamma(2, 1, n), rng.lognormal(0, 0.6, n), rng.normal(size=n)
    return _standardised(np.column_stack(columns))


def heaped_pay(n, rng):
    """Log pay of which three in ten are typed in steps of 500,000."""
    pay = np.exp(rng.normal(13.5, 0.8, n))
    typed = rng.random(n) < 0.3
    pay[typed] = np.maximum(np.round(pay[typed] / 5e5) * 5e5, 5e5)
    years = np.log1p(rng.gamma(2, 3, n))
    return _standardised(np.column_stack([np.log(pay), years, rng.normal(size=n)]))


def bracketed_pay(n, rng):
    """Pay in five brackets beside two smooth features."""
    pay = np.digitize(rng.normal(size=n), [-1.2, -0.4, 0.4, 1.2]).astype(float)
    years = np.log1p(rng.gamma(2, 3, n))
    return _standardised(np.column_stack([pay, years, rng.normal(size=n)]))


def growing_spread(n, rng):
    """A feature whose spread grows with another."""
    x = 3 * rng.random(n)
    y = x + 0.5 * np.exp(x - 1.5) * rng.normal(size=n)
    return _standardised(np.column_stack([x, y, rng.normal(size=n)]))


def heavy_tails(n, rng):
    """Three features of Student's t with three degrees of freedom."""
    return _standardised(rng.standard_t(3, size=(n, 3)))


def u_shape(n, rng):
    """A bent band."""
    turn = rng.uniform(0, np.pi, n)
    bent = np.column_stack([np.cos(turn), 1.3 * np.sin(turn), 0.3 * rng.normal(size=n)])
    return _standardised(bent + 0.15 * rng.normal(size=(n, 3)))


def ring(n, rng):
    """A closed band."""
    turn = rng.uniform(0, 2 * np.pi, n)
    closed = np.column_stack([np.cos(turn), np.sin(turn)])
    return _standardised(closed + 0.15 * rng.normal(size=(n, 2)))


def wedge(n, rng):
    """A triangle that opens along one feature."""
    x = np.sqrt(rng.random(n))
    across = (rng.random(n) - 0.5) * x
    return _standardised(np.column_stack([x, across, 0.2 * rng.normal(size=n)]))


def shares(n, rng):
    """Four even shares that sum to one."""
    return _standardised(rng.dirichlet(np.ones(4), n))


def categories_beside_a_cloud(n, rng):
    """Three correlated normal features, and a category that goes with the first."""
    X = rng.normal(size=(n, 3)) @ rng.normal(size=(3, 3))
    noisy = X[:, 0] / X[:, 0].std() + rng.normal(size=n)
    hot = np.eye(4)[np.digitize(noisy, [-1.0, 0.0, 1.0])]
    hot -= hot.mean(axis=0)
    return np.column_stack([_standardised(X), 0.5 * hot / np.sqrt(hot.var(0).sum())])


BLOCK = (3, 4, 5, 6)  # its columns of the category
STRUCTURELESS = {
    "uniform": uniform,
    "one Gaussian": one_gaussian,
    "log-normal pay": log_normal_pay,
    "whole years, rounded pay": whole_years_rounded_pay,
    "Gaussian, 0.1 % outliers": gaussian_with_outliers,
    "skewed": skewed,
    "heaped pay": heaped_pay,
    "bracketed pay": bracketed_pay,
    "growing spread": growing_spread,
    "heavy tails": heavy_tails,
    "U-shape": u_shape,
    "ring": ring,
    "wedge": wedge,
    "shares that sum to one": shares,
}
