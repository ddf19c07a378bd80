"""Two dimensions to look at: principal components."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Projection", "principal_components"]


@dataclass(frozen=True, slots=True)
class Projection:
    """Principal components of a matrix.

    Attributes
    ----------
    scores : array of shape (n_samples, n_components)
    loadings : array of shape (n_features, n_components)
        Unit columns; the largest entry of each is positive.
    explained : array of shape (n_components,)
        Share of the total variance, 0..1.
    """

    scores: npt.NDArray[np.float64]
    loadings: npt.NDArray[np.float64]
    explained: npt.NDArray[np.float64]


def principal_components(X: npt.ArrayLike, n_components: int = 2) -> Projection:
    """Project rows on the directions of largest variance.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Scaled features. It is not scaled again.
    n_components : int, default=2
        At most the number of features; missing ones have score 0.

    Returns
    -------
    Projection
        Signs are fixed, so the same rows in any order give the same map.

    Notes
    -----
    Two components show part of the truth: read `Projection.explained`, and do not
    judge by eye that clusters overlap which the other dimensions separate.

    References
    ----------
    .. [1] I. T. Jolliffe (2002). Principal Component Analysis. 2nd ed., Springer.

    Examples
    --------
    >>> line = principal_components([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> line.explained.round(6).tolist()
    [1.0, 0.0]
    """
    values = np.asarray(X)
    if not np.issubdtype(values.dtype, np.floating):
        values = values.astype(np.float64)  # a mean of whole numbers must not be cut
    mean = values.mean(axis=0, dtype=np.float64)
    centred = values - mean.astype(values.dtype)
    covariance = (centred.T @ centred).astype(np.float64) / len(values)
    variances, axes = np.linalg.eigh(covariance)
    order = np.argsort(variances)[::-1][:n_components]
    axes = axes[:, order]
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    total = max(float(np.trace(covariance)), np.finfo(float).tiny)
    missing = n_components - axes.shape[1]
    scores = np.pad(centred @ axes, ((0, 0), (0, missing)))
    return Projection(
        scores=scores,
        loadings=np.pad(axes, ((0, 0), (0, missing))),
        explained=np.pad(variances[order] / total, (0, missing)),
    )
