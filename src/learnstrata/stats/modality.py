"""Modality: whether a spread of values has one hump or several, by the dip test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from diptest import diptest

from learnstrata.exceptions import DegenerateError
from learnstrata.stats.inputs import Floats, codes_of, finite_matrix, positive
from learnstrata.stats.projection import principal_components
from learnstrata.stats.sampling import sample_rows

__all__ = [
    "Dip",
    "Ground",
    "Valley",
    "dip",
    "dip_components",
    "spread_ties",
    "valleys",
]

LEAST_ROWS = 10
LEAST_MIDWAY = 5  # rows; with fewer nothing lies between two clusters
MOST_DEPTH = 1_000.0
NEIGHBOURS = 10  # whose distance says how dense the rows lie about one
MIDWAY = 0.1  # of the way between two means, on either side of its middle
NEAR_MEAN = 0.2  # of the way, on either side of a mean
MOST_ROWS = 2_000  # beyond, the test finds bumps that no reader would call groups


@dataclass(frozen=True, slots=True)
class Dip:
    """Hartigans' dip of some values.

    Attributes
    ----------
    statistic : float
        Largest distance between the distribution and the nearest one with a single
        mode, 0 to 0.25; more is less like one hump.
    p_value : float
        Against the uniform distribution, the hardest single hump.
    n_rows : int
        Values it was computed from.
    """

    statistic: float
    p_value: float
    n_rows: int


@dataclass(frozen=True, slots=True)
class Valley:
    """The dip between a cluster and the one nearest to it.

    Attributes
    ----------
    cluster, neighbour : int
        Numbered from 0, in the order of the labels.
    dip : Dip or None
        Of the rows between and around both, along the line through their means; None
        for fewer than 10 rows.
    depth : float
        How many times denser the rows lie near the two means than midway, by the
        thinner of both: about 1 or less where the clusters are a cut through one
        group, 1,000 where nearly no row is midway.
    """

    cluster: int
    neighbour: int
    dip: Dip | None
    depth: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Rows made ready to be looked at between any clusters.

    Attributes
    ----------
    rows : array of shape (n_samples, n_features)
    smooth : array of the same shape
        With ties spread: `spread_ties`.
    room : array of shape (n_samples,)
        Logarithm of the volume that the nearest neighbours of a row take.
    """

    rows: Floats
    smooth: Floats
    room: Floats

    @classmethod
    def of(cls, X: npt.ArrayLike, *, rng: np.random.Generator) -> "Ground":
        """Make rows ready.

        Raises
        ------
        DegenerateError
            If `X` is not finite or has fewer than 10 rows.
        """
        rows = finite_matrix(X, least=LEAST_ROWS)
        smooth = spread_ties(rows, rng=rng)
        return cls(rows, smooth, _room(smooth))


def dip(values: npt.ArrayLike, *, rng: np.random.Generator | int) -> Dip:
    """Test whether values have more than one hump.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        At most 2,000 of them are drawn. Values that repeat are spread evenly over the
        way to their neighbours: whole years are not a hump each.
    rng : Generator or int
        Source of the draws.

    Returns
    -------
    Dip

    Raises
    ------
    DegenerateError
        If there are fewer than 10 values, or they are not finite.

    Notes
    -----
    At 2,000 values the 1 % point is a dip of about 0.014. Two Gaussians of equal size
    are told at 3 standard deviations apart (39 of 40 tables of 3,000), not at 2.5 (1 of
    40); a group 6 away is told when it holds 10 % of the rows (97 of 100), not 7 % (0
    of 100). A heap of a tenth of the rows that stands off the main hump is a second
    hump to this test. Three values alone are one hump, whatever lies between them.

    References
    ----------
    .. [1] J. A. Hartigan, P. M. Hartigan (1985). "The dip test of unimodality". Annals
       of Statistics 13(1): 70-84.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.random.default_rng(0).normal(size=500)
    >>> dip(one, rng=0).p_value > 0.1, dip(np.r_[one, one + 6], rng=0).p_value < 0.01
    (True, True)
    """
    column = finite_matrix(np.atleast_1d(np.asarray(values, dtype=float))[..., None])
    rng = np.random.default_rng(rng)
    return _dip(spread_ties(column, rng=rng)[:, 0], rng)


def dip_components(
    X: npt.ArrayLike, *, n_components: int = 3, rng: np.random.Generator | int
) -> list[Dip]:
    """Test the first principal components, one by one.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Scaled features.
    n_components : int, default=3
        Fewer are given where there are fewer features.
    rng : Generator or int

    Returns
    -------
    list of Dip

    Raises
    ------
    DegenerateError
        If `X` is not finite or has fewer than 10 rows.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal([[0, 0]] * 200 + [[9, 9]] * 200)
    >>> [found.p_value < 0.01 for found in dip_components(X, rng=0)]
    [True, False]
    """
    matrix = finite_matrix(X, least=LEAST_ROWS)
    rng = np.random.default_rng(rng)
    smooth = spread_ties(matrix, rng=rng)
    most = min(positive("n_components", n_components), matrix.shape[1])
    scores = principal_components(smooth, most).scores
    return [_dip(scores[:, j], rng) for j in range(scores.shape[1])]


def valleys(
    X: npt.ArrayLike | Ground,
    labels: npt.ArrayLike,
    *,
    n_rows: int = MOST_ROWS,
    rng: np.random.Generator | int,
) -> list[Valley]:
    """Look for a thin place between each cluster and the one nearest to it.

    Rows that are no nearer to a third mean than to the way from one mean to the other
    are put on the line through both, and the dip test asks whether they are one hump
    there.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features), or Ground
        The ordered features; leave categories out, they have gaps of their own. Rows
        that are looked at more than once are made ready once.
    labels : array-like of shape (n_samples,)
        Of clusters; only their means enter, and which rows `depth` looks at.
    n_rows : int, default=2000
        Rows that the dip test draws. With 10,000 a group that holds 3 % of the rows is
        seen beside its neighbour.
    rng : Generator or int
        Source of the draws.

    Returns
    -------
    list of Valley
        One for each cluster, in the order of the labels.

    Raises
    ------
    DegenerateError
        If `X` is not finite or has fewer than 10 rows, or there is one cluster only.
    ParameterError
        If there is not one label for each row.

    Notes
    -----
    The rows are those in an intersection of half-spaces, a convex region. So a density
    that is log-concave, such as an even box or a Gaussian, is one hump on the line
    wherever it is cut (Prekopa). The rows of both clusters alone are not convex:
    in 3-cuts of an even cube of four features, that test found a valley at 1 % beside
    55 % of the clusters, this one beside 3 %. Groups that hold less than a tenth of the
    rows around are not seen among 2,000.

    A curved group, such as a ring or a U, is not convex: on the line through two of its
    arcs the ends are denser than the middle, and the dip finds a valley. There
    `depth` tells: it is measured among the rows themselves, by the volume that the
    tenth nearest neighbour takes, and not on the line.

    References
    ----------
    .. [1] A. Kalogeratos, A. Likas (2012). "Dip-means: an incremental clustering method
       for estimating the number of clusters". NeurIPS 25.
    .. [2] A. Prekopa (1973). "On logarithmic concave measures and functions". Acta
       Scientiarum Mathematicarum 34: 335-343.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal([[0, 0]] * 200 + [[9, 9]] * 200)
    >>> [v.dip.p_value < 0.01 for v in valleys(X, np.repeat([0, 1], 200), rng=0)]
    [True, True]
    """
    rng = np.random.default_rng(rng)
    ground = X if isinstance(X, Ground) else Ground.of(X, rng=rng)
    matrix, smooth, room = ground.rows, ground.smooth, ground.room
    codes, k = codes_of(labels, len(matrix))
    if k < 2:
        raise DegenerateError(
            "Got 1 cluster, expected 2 or more: a valley lies between two."
        )
    means = np.vstack([matrix[codes == j].mean(axis=0) for j in range(k)])
    apart = np.square(means[:, None] - means).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    found: dict[frozenset[int], tuple[Dip | None, float]] = {}
    nearest = list(enumerate(apart.argmin(axis=1).tolist()))
    for j, other in nearest:
        pair = frozenset((j, other))
        if pair not in found:
            around = smooth[_around(smooth, means, j, other)]
            along = around @ (means[j] - means[other])
            humps = _dip(along, rng, n_rows) if len(along) >= LEAST_ROWS else None
            ends = codes == j, codes == other
            place = [_along(smooth[end], means[j], means[other]) for end in ends]
            found[pair] = humps, _depth(place, [room[end] for end in ends])
    return [Valley(j, other, *found[frozenset((j, other))]) for j, other in nearest]


def _room(X: Floats) -> Floats:
    """Give the logarithm of the volume that the nearest neighbours of a row take."""
    reach = min(NEIGHBOURS + 1, len(X))  # a row is its own nearest
    from scipy.spatial import KDTree

    apart = KDTree(X).query(X, k=reach)[0][:, -1]
    return X.shape[1] * np.log(np.maximum(apart, np.finfo(float).tiny))


def _along(X: Floats, one: Floats, other: Floats) -> Floats:
    """Place rows on the way from one mean, 0, to the other, 1."""
    way = other - one
    return (X - one) @ way / (float(way @ way) or 1.0)


def _depth(places: Sequence[Floats], rooms: Sequence[Floats]) -> float:
    """Compare the density near both means with that midway; 1 where they are too near.

    Means that are nearer than either cluster is wide on the way part nothing there.
    """
    if max(float(place.std()) for place in places) > 1:
        return 1.0
    place, room = np.concatenate(places), np.concatenate(rooms)
    midway = room[np.abs(place - 0.5) < MIDWAY]
    if len(midway) < LEAST_MIDWAY:
        return MOST_DEPTH
    cores = [room[np.abs(place - mean) < NEAR_MEAN] for mean in (0.0, 1.0)]
    dense = [float(np.median(core)) for core in cores if len(core)]
    if not dense:  # nobody at the means, somebody midway
        return 0.0
    return float(np.exp(min(np.median(midway) - max(dense), np.log(MOST_DEPTH))))


def _around(X: Floats, means: Floats, one: int, other: int) -> npt.NDArray[np.bool_]:
    """Mark the rows no nearer to a third mean than to its nearest point on the way."""
    way = means[other] - means[one]
    third = np.delete(means, [one, other], axis=0)
    length = float(way @ way) or 1.0
    share = ((third - means[one]) @ way / length).clip(0, 1)
    points = means[one] + share[:, None] * way
    bounds = (np.square(third).sum(axis=1) - np.square(points).sum(axis=1)) / 2
    return np.less_equal(X @ (third - points).T, bounds).all(axis=1)


def spread_ties(X: npt.ArrayLike, *, rng: np.random.Generator | int) -> Floats:
    """Spread values that repeat evenly over half the way to both their neighbours.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Ordered features.
    rng : Generator or int
        Source of the spread.

    Returns
    -------
    array of shape (n_samples, n_features)
        In the same order: no value passes a neighbour. Values that do not repeat, and
        columns of one value, are as they were.

    Raises
    ------
    DegenerateError
        If `X` is not finite.

    Notes
    -----
    The mean of a value that repeats moves by a quarter of the difference between the
    ways to its neighbours: not at all on a grid of equal steps. A density that changes
    smoothly stays smooth, which a spread about each value as its mean would not give.

    Examples
    --------
    >>> spread_ties([[0.0], [0.0], [1.0], [1.0]], rng=0).round(1).ravel().tolist()
    [0.1, -0.2, 0.5, 0.5]
    """
    matrix = finite_matrix(X)
    rng = np.random.default_rng(rng)
    return np.column_stack([_spread(column, rng) for column in matrix.T])


def _spread(column: Floats, rng: np.random.Generator) -> Floats:
    distinct, at, times = np.unique(column, return_inverse=True, return_counts=True)
    if len(distinct) in (1, len(column)):
        return column
    middles = (distinct[1:] + distinct[:-1]) / 2
    low = np.concatenate([[2 * distinct[0] - middles[0]], middles])
    high = np.concatenate([middles, [2 * distinct[-1] - middles[-1]]])
    spread = low[at] + rng.random(len(column)) * (high - low)[at]
    return np.where(times[at] > 1, spread, column)


def _dip(values: Floats, rng: np.random.Generator, n_rows: int = MOST_ROWS) -> Dip:
    if len(values) < LEAST_ROWS:
        raise DegenerateError(
            f"Got {len(values)} values, expected {LEAST_ROWS} or more for a dip test."
        )
    rows = sample_rows(len(values), n_rows, rng=rng)
    found = diptest(np.ascontiguousarray(values[rows]))
    statistic, p_value = cast("tuple[float, float]", found)
    return Dip(float(statistic), float(p_value), len(rows))
