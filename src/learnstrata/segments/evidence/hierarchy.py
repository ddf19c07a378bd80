"""Ward's hierarchy beside k-means: exact on a sample, weighted over all rows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from learnstrata.config.stages import Hierarchy
from learnstrata.stats import hierarchy, kmeans, stability
from learnstrata.stats.inputs import Floats, Integers
from learnstrata.stats.sampling import sample_rows

__all__ = ["Branches", "Tree", "grow_tree"]

LEAVES = 24
TRAINED_ON = 20  # rows of the sample for each micro-cluster


@dataclass(frozen=True, slots=True)
class Branches:
    """The upper part of the weighted dendrogram, ready to be drawn.

    Attributes
    ----------
    x, y : tuple of tuple of float
        Four points of each link; y is Ward's height.
    leaf_sizes : tuple of int
        Learners under each leaf, from left to right; leaf i stands at x = 10 i + 5.
    leaf_segments : tuple of int
        Segment id (1, 2, ...) most of them are in.
    """

    x: tuple[tuple[float, ...], ...]
    y: tuple[tuple[float, ...], ...]
    leaf_sizes: tuple[int, ...]
    leaf_segments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """Ward's hierarchy and how far it agrees with k-means at the chosen k.

    Attributes
    ----------
    ari_with_kmeans, nmi_with_kmeans : float
        On the rows of the exact hierarchy.
    n_rows : int
        Rows of the exact hierarchy.
    ari_all : float
        On all rows, by the weighted hierarchy.
    n_weighted : int
        All rows.
    n_micro : int
        Micro-clusters of the weighted hierarchy.
    branches : Branches
    """

    ari_with_kmeans: float
    nmi_with_kmeans: float
    n_rows: int
    ari_all: float
    n_weighted: int
    n_micro: int
    branches: Branches


def grow_tree(
    X: npt.NDArray[np.float32],
    fit: kmeans.KMeansFit,
    config: Hierarchy,
    *,
    rng: np.random.Generator | int,
    sampler: Literal["generator", "legacy"] = "generator",
) -> Tree:
    """Grow both hierarchies and compare them with a k-means fit of all rows.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    fit : KMeansFit
        Of all rows of `X`.
    config : Hierarchy
    rng : Generator or int
    sampler : {"generator", "legacy"}
        ``legacy`` needs an int as `rng`.
    """
    k = len(fit.centers)
    rows = sample_rows(len(X), config.sample, rng=rng, sampler=sampler)
    exact = hierarchy.cut(hierarchy.ward(X[rows]), min(k, len(rows)))
    agreed = stability.agreement(exact, fit.labels[rows])
    of_row, linkage, sizes = _weighted(X, config, np.random.default_rng(rng))
    weighted = hierarchy.cut(linkage, min(k, len(sizes)))[of_row]
    agreed_all = stability.agreement(weighted, fit.labels)
    return Tree(
        ari_with_kmeans=agreed.ari,
        nmi_with_kmeans=agreed.nmi,
        n_rows=len(rows),
        ari_all=agreed_all.ari,
        n_weighted=len(X),
        n_micro=len(sizes),
        branches=_branches(linkage, sizes, of_row, fit.labels),
    )


def _weighted(
    X: npt.NDArray[np.float32], config: Hierarchy, rng: np.random.Generator
) -> tuple[Integers, Floats, Integers]:
    sample = X[sample_rows(len(X), TRAINED_ON * config.micro_clusters, rng=rng)]
    centers = kmeans.quantised(sample, config.micro_clusters, rng=rng)
    return hierarchy.ward_of_groups(X, kmeans.nearest(X, centers))


def _branches(
    linkage: Floats,
    sizes: Integers,
    of_row: Integers,
    labels: npt.NDArray[np.int32],
) -> Branches:
    from scipy.cluster.hierarchy import dendrogram

    n_leaves = min(LEAVES, len(sizes))
    drawn = dendrogram(linkage, truncate_mode="lastp", p=n_leaves, no_plot=True)
    nodes, cluster = np.unique(
        hierarchy.branches(linkage, n_leaves), return_inverse=True
    )
    order = np.searchsorted(nodes, drawn["leaves"])
    counts = np.zeros((len(nodes), labels.max() + 1), dtype=np.int64)
    np.add.at(counts, (cluster[of_row], labels), 1)
    return Branches(
        x=tuple(tuple(float(v) for v in link) for link in drawn["icoord"]),
        y=tuple(tuple(float(v) for v in link) for link in drawn["dcoord"]),
        leaf_sizes=tuple(int(counts[i].sum()) for i in order),
        leaf_segments=tuple(int(counts[i].argmax()) + 1 for i in order),
    )
