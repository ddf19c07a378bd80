"""Cluster tendency: more structure than in evenly scattered points, or not."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError
from learnstrata.stats.inputs import Floats, Integers, finite_matrix, positive
from learnstrata.stats.threads import workers

__all__ = ["HopkinsResult", "hopkins", "hopkins_original"]

LEAST_ROWS = 10
MOST_TREE_FEATURES = 15  # beyond, a tree visits nearly all rows and a product is faster
BLOCK_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class HopkinsResult:
    """Outcome of the Hopkins test.

    Attributes
    ----------
    statistic : float
        0.5 is expected of evenly scattered points; clusters give more, regular spacing
        less.
    spread : float
        Standard deviation over repeated draws; 0 for a single one.
    n_probes : int
        Points on each side of the ratio, in one draw.
    n_rows, n_features : int
        Distinct rows and varying features (``power_d``), or all of them (``original``).
    variant : {"power_d", "original"}
        Which formula.
    """

    statistic: float
    spread: float
    n_probes: int
    n_rows: int
    n_features: int
    variant: Literal["power_d", "original"]


def hopkins(
    X: npt.ArrayLike,
    *,
    n_probes: int = 2000,
    n_draws: int = 5,
    rng: np.random.Generator | int,
) -> HopkinsResult:
    """Compare the gaps around even probes with the gaps between rows, to the power d.

    ``sum(u**d) / (sum(u**d) + sum(w**d))``, 0 to 1: `u` is the distance of a uniform
    probe to its nearest row, `w` that of a drawn row to its nearest other row, `d` the
    number of features that vary.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Scaled features. Constant features and repeated rows are dropped first.
    n_probes : int, default=2000
        Points on each side, cut to a tenth of the distinct rows so that distances stay
        nearly independent.
    n_draws : int, default=5
        Draws whose mean is the statistic.
    rng : Generator or int
        Source of the draws.

    Returns
    -------
    HopkinsResult
        With the spread over the draws.

    Raises
    ------
    DegenerateError
        If `X` is not finite or has fewer than 10 distinct rows.
    ParameterError
        If `n_probes` or `n_draws` is under 1.

    Notes
    -----
    Any unevenness counts, not clusters alone: a single Gaussian in five features gives
    0.9996. Show it beside its value on matched structureless data.

    References
    ----------
    .. [1] B. Hopkins, J. G. Skellam (1954). "A new method for determining the type of
       distribution of plant individuals". Annals of Botany 18(2): 213-227.
    .. [2] K. Wright (2022). "Will the real Hopkins statistic please stand up?".
       The R Journal 14(3): 282-292.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal([[0, 0]] * 100 + [[9, 9]] * 100)
    >>> round(hopkins(X, rng=0).statistic, 2)
    0.99
    """
    rows = _distinct_rows(X)
    m = min(positive("n_probes", n_probes), len(rows) // LEAST_ROWS)
    rng = np.random.default_rng(rng)
    draws = np.array(
        [_power_d(rows, m, rng) for _ in range(positive("n_draws", n_draws))]
    )
    n, d = rows.shape
    return HopkinsResult(float(draws.mean()), float(draws.std()), m, n, d, "power_d")


def hopkins_original(
    X: npt.ArrayLike, *, sample_size: int = 2000, seed: int = 42
) -> HopkinsResult:
    """Compare plain distances, as notebooks mostly do: ``sum(u) / (sum(u) + sum(w))``.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Scaled features. Nothing is dropped.
    sample_size : int, default=2000
        Points on each side at most; otherwise a tenth of the rows, 100 at least.
    seed : int, default=42
        Source of the draw: rows first, then probes.

    Returns
    -------
    HopkinsResult
        Of one draw.

    Raises
    ------
    DegenerateError
        If `X` is not finite, has one row, or rows that are all equal.
    ParameterError
        If `sample_size` is under 1.

    Notes
    -----
    It proves nothing: without the power, and with repeated rows left in, it says
    "clustered" of nearly everything. Kept so that published figures can be reproduced;
    `hopkins` is the one to read.

    Examples
    --------
    >>> import numpy as np
    >>> gaussian = np.random.default_rng(0).normal(size=(2000, 5))
    >>> hopkins_original(gaussian).statistic > 0.7
    True
    """
    rows = finite_matrix(X, least=2)
    n, d = rows.shape
    m = min(positive("sample_size", sample_size), max(100, int(0.1 * n)), n)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(n, size=m, replace=False)
    low, high = rows.min(axis=0), rows.max(axis=0)
    if np.array_equal(low, high):
        raise DegenerateError("All rows of X are equal: there is nothing to cluster.")
    u, w = _gaps(rows, rng.uniform(low, high, (m, d)), drawn)
    return HopkinsResult(float(u.sum() / (u.sum() + w.sum())), 0.0, m, n, d, "original")


def _distinct_rows(X: npt.ArrayLike) -> Floats:
    matrix = finite_matrix(X)
    varying = matrix[:, np.ptp(matrix, axis=0) > 0]
    rows = np.unique(varying, axis=0) if varying.shape[1] else varying[:1]
    if len(rows) < LEAST_ROWS:
        raise DegenerateError(
            f"Got X with {len(rows)} distinct rows, expected {LEAST_ROWS} or more. "
            "Pass more rows, or features that vary."
        )
    return rows


def _power_d(rows: Floats, m: int, rng: np.random.Generator) -> float:
    n, d = rows.shape
    probes = rng.uniform(rows.min(axis=0), rows.max(axis=0), size=(m, d))
    u, w = _gaps(rows, probes, rng.choice(n, size=m, replace=False))
    longest = max(u.max(), w.max())  # a common factor, so that d powers stay finite
    u_sum, w_sum = np.sum((u / longest) ** d), np.sum((w / longest) ** d)
    return float(u_sum / (u_sum + w_sum))


def _gaps(rows: Floats, probes: Floats, drawn: Integers) -> tuple[Floats, Floats]:
    """Give the distance of probes to a row, and of drawn rows to another row."""
    if rows.shape[1] <= MOST_TREE_FEATURES:
        from scipy.spatial import KDTree

        tree = KDTree(rows)
        nearest = tree.query(probes, workers=-1)[0]
        return nearest, tree.query(rows[drawn], k=2, workers=-1)[0][:, 1]
    nobody = np.full(len(probes), -1)
    return _nearest_gap(rows, probes, nobody), _nearest_gap(rows, rows[drawn], drawn)


def _nearest_gap(rows: Floats, points: Floats, own: Integers) -> Floats:
    """Find the nearest row in float32, then measure the distance to it in float64."""
    origin = rows.mean(axis=0)
    scale = float(np.max(np.abs(rows - origin)))
    light = ((rows - origin) / scale).astype(np.float32)
    augmented = np.column_stack([light, np.einsum("ij,ij->i", light, light)])
    size = max(1, BLOCK_CELLS // len(rows))

    def gap(first: int) -> Floats:
        some, mine = points[first : first + size], own[first : first + size]
        left = np.ones((len(some), augmented.shape[1]), dtype=np.float32)
        left[:, :-1] = -2 * (some - origin) / scale
        squares = left @ augmented.T
        self_at = np.flatnonzero(mine >= 0)
        squares[self_at, mine[self_at]] = np.inf
        return np.linalg.norm(some - rows[squares.argmin(axis=1)], axis=1)

    with workers() as each:
        return np.concatenate(list(each(gap, range(0, len(points), size))))
