"""Other ways to cut the same rows than k-means, so that the two can be compared."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.stats import hierarchy, kmeans
from learnstrata.stats.inputs import Floats, finite_matrix, positive
from learnstrata.stats.projection import principal_components
from learnstrata.stats.threads import serial_openmp

__all__ = [
    "Mixture",
    "gaussian_mixture",
    "has_stepmix",
    "hdbscan",
    "latent_class",
    "ward_over_micro",
]

Labels = npt.NDArray[np.int32]

STARTS = 2
STEPS = 200
ROWS_A_MICRO = 5  # fewer rows a micro-cluster are hardly a summary
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A mixture model, read as a partition.

    Attributes
    ----------
    labels : array of shape (n_samples,), int32
        Most probable component of each row; some components may have none.
    converged : bool
        Whether the likelihood stopped rising within the steps allowed.
    n_columns : int
        Columns the model looked at: principal components, or variables.
    """

    labels: Labels
    converged: bool
    n_columns: int


def gaussian_mixture(
    X: npt.ArrayLike,
    n_clusters: int,
    *,
    explained: float = 0.9,
    rng: np.random.Generator | int,
) -> Mixture:
    """Fit Gaussians, each of its own shape, to the leading principal components.

    ``p(x) = sum_j w_j N(x; m_j, S_j)``, of highest likelihood; `S_j` is a full matrix,
    with a hundredth of the mean variance added to its diagonal.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Scaled features.
    n_clusters : int
        Components of the mixture.
    explained : float, default=0.9
        Share of the variance the principal components must hold, in 0..1.
    rng : Generator or int
        Source of the starts: the better of two k-means fits.

    Returns
    -------
    Mixture

    Raises
    ------
    DegenerateError
        If `X` is not finite, or has fewer distinct rows than `n_clusters`.
    ParameterError
        If `n_clusters` is under 1 or `explained` not in 0..1.

    Notes
    -----
    Why not on all columns: 0/1 columns have no Gaussian shape, and likelihood has no
    bound where a component holds rows of one category only. On 5,000 demo learners
    with 23 columns of roles (8 % of the variance) the mixture of all columns was of the
    roles alone: adjusted Rand 0.03 with k-means at k = 4, against 0.45 on the three
    components that hold 90 %.

    References
    ----------
    .. [1] G. J. McLachlan, D. Peel (2000). Finite Mixture Models. Wiley.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal([[0, 0]] * 50 + [[9, 9]] * 50)
    >>> np.bincount(gaussian_mixture(X, 2, rng=0).labels).tolist()
    [50, 50]
    """
    matrix = _enough_distinct(X, positive("n_clusters", n_clusters))
    if not 0 < explained <= 1:
        raise ParameterError(
            f"Got explained={explained}, expected a share over 0, at most 1."
        )
    found = principal_components(matrix, matrix.shape[1])
    held = np.cumsum(found.explained)
    n_axes = min(int((held < explained - ROUNDING).sum()) + 1, len(held))
    scores = found.scores[:, :n_axes]
    from sklearn.mixture import GaussianMixture

    model = _quiet(GaussianMixture)(
        n_clusters,
        covariance_type="full",
        reg_covar=0.01 * float(scores.var(axis=0).mean()),
        n_init=STARTS,
        max_iter=STEPS,
        random_state=_seed(rng),
    )
    with serial_openmp():  # sums of several threads have no order of their own
        model.fit(scores)
    labels = model.predict(scores).astype(np.int32)
    return Mixture(labels, model.reached, n_axes)


def hdbscan(
    X: npt.ArrayLike, *, min_cluster_size: int, min_samples: int = 10
) -> Labels:
    """Find dense groups; their number is found too, and sparse rows are in none.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Scaled features. Time grows with the square of the rows where columns are many.
    min_cluster_size : int
        Fewest rows of a group, two or more.
    min_samples : int, default=10
        A row is as dense as its distance to that neighbour is short.

    Returns
    -------
    array of shape (n_samples,), int32
        Groups from 0; -1 for a row in none.

    Raises
    ------
    DegenerateError
        If `X` is not finite.
    ParameterError
        If `min_cluster_size` is under 2 or `min_samples` under 1.

    Notes
    -----
    5,000 x 26 take 0.7 s. Where the matrix has 0/1 columns the dense groups are those
    categories: on 5,000 demo learners nine roles and 28 % of the rows in none,
    adjusted Rand 0.02 with k-means.

    References
    ----------
    .. [1] R. J. G. B. Campello, D. Moulavi, J. Sander (2013). "Density-based clustering
       based on hierarchical density estimates". PAKDD: 160-172.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal([[0, 0]] * 50 + [[30, 30]] * 50)
    >>> len(set(hdbscan(X, min_cluster_size=20).tolist()) - {-1})
    2
    """
    matrix = finite_matrix(X)
    if min_cluster_size < 2:
        raise ParameterError(
            f"Got min_cluster_size={min_cluster_size}, expected 2 or more."
        )
    neighbours = min(positive("min_samples", min_samples), len(matrix))
    if len(matrix) < min_cluster_size:
        return np.full(len(matrix), -1, dtype=np.int32)
    from sklearn.cluster import HDBSCAN

    options: dict[str, Any] = {"copy": True}  # the library would change `X` in place
    model = HDBSCAN(
        min_cluster_size=min_cluster_size, min_samples=neighbours, **options
    )
    with serial_openmp():
        return model.fit(matrix).labels_.astype(np.int32)


def has_stepmix() -> bool:
    """Tell whether `latent_class` can run: ``stepmix`` is an optional extra."""
    return find_spec("stepmix") is not None


def latent_class(
    numbers: npt.ArrayLike,
    categories: npt.ArrayLike,
    n_classes: int,
    *,
    rng: np.random.Generator | int,
) -> Mixture:
    """Fit latent classes to numbers and categories, each in its own kind.

    ``p(x, c) = sum_j w_j prod_d N(x_d; m_jd, s_jd) prod_e p_je(c_e)``: within a class
    the variables are independent, numbers normal, categories free.

    Parameters
    ----------
    numbers : array-like of shape (n_samples, n_numbers)
        Their scale does not matter; may have no columns.
    categories : array-like of int, shape (n_samples, n_categories)
        A code for each category; may have no columns.
    n_classes : int
    rng : Generator or int
        Source of the starts: the better of two random ones.

    Returns
    -------
    Mixture

    Raises
    ------
    DegenerateError
        If `numbers` are not finite, or no column varies.
    ParameterError
        If ``stepmix`` is not installed, the tables do not fit, or `n_classes` is
        under 1.

    Notes
    -----
    There are no weights here: a variable counts as much as it tells classes apart.

    References
    ----------
    .. [1] S. Morin et al. (2025). "StepMix: A Python package for pseudo-likelihood
       estimation of generalized mixture models with external variables". Journal of
       Statistical Software 113(8).
    """
    if not has_stepmix():
        raise ParameterError(
            "Got no stepmix, expected it for latent classes. Install it: "
            "pip install 'learnstrata[latent]'."
        )
    normal, coded = _mixed_columns(numbers, categories)
    model = _quiet(import_module("stepmix").StepMix)(
        n_components=positive("n_classes", n_classes),
        measurement=_measurement(normal.shape[1], coded.shape[1]),
        n_init=STARTS,
        max_iter=STEPS,
        abs_tol=1e-5,
        random_state=_seed(rng),
        progress_bar=0,
    )
    table = np.column_stack([normal, coded])
    with serial_openmp():
        model.fit(table)
    labels = np.asarray(model.predict(table)).astype(np.int32)
    return Mixture(labels, model.reached, table.shape[1])


def _mixed_columns(
    numbers: npt.ArrayLike, categories: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Check both tables, and leave out columns that are the same in every row."""
    coded = np.asarray(categories)
    given = np.asarray(numbers, dtype=np.float64)
    if given.ndim != 2 or coded.ndim != 2 or len(given) != len(coded):
        raise ParameterError(
            f"Got numbers of shape {given.shape} and categories of {coded.shape}, "
            "expected two tables of the same rows."
        )
    if coded.size and not np.issubdtype(coded.dtype, np.integer):
        raise ParameterError(
            f"Got categories of kind {coded.dtype}, expected whole numbers: a code for "
            "each category."
        )
    normal = finite_matrix(given) if given.shape[1] else given
    normal = normal[:, (normal != normal[:1]).any(axis=0)]
    coded = coded[:, (coded != coded[:1]).any(axis=0)]
    dense = [np.unique(column, return_inverse=True)[1] for column in coded.T]
    if normal.shape[1] + coded.shape[1] == 0:
        raise DegenerateError(
            "Got no column that varies, expected one or more: all rows are equal."
        )
    scaled = (normal - normal.mean(axis=0)) / normal.std(axis=0)
    return scaled, np.array(dense, dtype=np.float64).reshape(-1, len(coded)).T


def _measurement(n_numbers: int, n_categories: int) -> dict[str, dict[str, Any]]:
    kinds = {"gaussian_diag": n_numbers, "categorical": n_categories}
    return {k: {"model": k, "n_columns": n} for k, n in kinds.items() if n}


def ward_over_micro(
    X: npt.ArrayLike,
    n_clusters: int,
    *,
    n_micro: int = 1_000,
    rng: np.random.Generator | int,
) -> Labels:
    """Cut Ward's hierarchy of micro-clusters, and give every row the label of its own.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Scaled features.
    n_clusters : int
        Clusters wanted.
    n_micro : int, default=1000
        Micro-clusters at most; also at most one for every five rows.
    rng : Generator or int
        Source of the rows that the micro-clusters grow around.

    Returns
    -------
    array of shape (n_samples,), int32
        Labels from 0.

    Raises
    ------
    DegenerateError
        If `X` is not finite, or has fewer distinct rows than `n_clusters`.
    ParameterError
        If a count is under 1.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal([[0.0]] * 50 + [[30.0]] * 50)
    >>> np.bincount(ward_over_micro(X, 2, rng=0)).tolist()
    [50, 50]
    """
    matrix = _enough_distinct(X, positive("n_clusters", n_clusters))
    few = min(positive("n_micro", n_micro), len(matrix) // ROWS_A_MICRO)
    centers = kmeans.quantised(matrix, max(few, n_clusters, 2), rng=rng)
    if len(centers) < 2:
        return np.zeros(len(matrix), dtype=np.int32)
    micro = kmeans.nearest(matrix, centers)
    groups, linkage, sizes = hierarchy.ward_of_groups(matrix, micro)
    return hierarchy.cut(linkage, min(n_clusters, len(sizes)))[groups]


def _enough_distinct(X: npt.ArrayLike, n_clusters: int) -> Floats:
    matrix = finite_matrix(X)
    n_distinct = len(np.unique(matrix, axis=0))
    if n_distinct < n_clusters:
        raise DegenerateError(
            f"Got X with {n_distinct} distinct rows, expected {n_clusters} or more: "
            "one for each cluster. Ask for fewer clusters."
        )
    return matrix


def _seed(rng: np.random.Generator | int) -> int:
    return int(np.random.default_rng(rng).integers(2**31 - 1))


class _Quiet:
    """A model that does not warn of no convergence: `reached` tells it.

    A filter of warnings would be one of the process: threads that set and undo it at
    once leave it behind.
    """

    reached = False

    @property
    def converged_(self) -> bool:
        """What the libraries ask before they warn."""
        return True

    @converged_.setter
    def converged_(self, value: bool) -> None:
        self.reached = bool(value)


def _quiet(kind: type) -> Any:  # noqa: ANN401 - of two libraries
    return type(kind.__name__, (_Quiet, kind), {})
