"""All indices of clustering, and what each of them must not see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from learnstrata.stats.constancy import coassignment
from learnstrata.stats.gap import gap
from learnstrata.stats.inputs import Floats, Integers
from learnstrata.stats.kmeans import KMeansFit
from learnstrata.stats.modality import dip_components
from learnstrata.stats.replication import cut_halves
from learnstrata.stats.stability import (
    Agreement,
    JaccardResult,
    agreement,
    bootstrap_jaccard,
)
from learnstrata.stats.tendency import hopkins, hopkins_original
from learnstrata.stats.validity import METRICS, Metric, inertia

__all__ = ["INDICES", "Case", "Change", "Index"]

Change: TypeAlias = Literal[
    "names", "order", "shift", "rotation", "scale", "duplication"
]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What an index may look at.

    Attributes
    ----------
    X : array of shape (n_samples, n_features)
    labels, other : array of int, shape (n_samples,)
        Two labelings, clusters numbered from 0. Indices of one look at the first.
    """

    X: Floats
    labels: Integers
    other: Integers

    @property
    def n_clusters(self) -> int:
        """Count the clusters of the first labeling."""
        return int(self.labels.max()) + 1


@dataclass(frozen=True, slots=True)
class Index:
    """An index, and how far it may move where it should not.

    Attributes
    ----------
    score : callable
        Of a case and a seed.
    best : {"highest", "lowest"}
        Which end speaks for clusters.
    tolerance : mapping of str to float
        Most that an index made of draws moves under a change of `Change`: where rows
        come in another order, other rows are drawn. What is left out moves by rounding
        only.
    moved : tuple of str
        Changes it does see.
    power : int
        Features times c give the value times ``c ** power``; 0 has no scale.
    """

    score: Callable[[Case, int], float]
    best: Literal["highest", "lowest"]
    tolerance: Mapping[Change, float] = field(default_factory=dict)
    moved: tuple[Change, ...] = ()
    power: int = 0


def _of_metric(metric: Metric) -> Index:
    """Take over an index of sums or distances: only duplication may move it."""
    seen: dict[str, tuple[Change, ...]] = {"grows": ("duplication",)}
    near: dict[Change, float] = {"duplication": 0.01}
    return Index(
        lambda case, _: metric(case.X, case.labels),
        metric.best,
        near if metric.doubled == "near" else {},
        seen.get(metric.doubled, ()),
        metric.power,
    )


def _agreement(case: Case) -> Agreement:
    return agreement(case.labels, case.other)


def _bootstrapped(case: Case, seed: int) -> JaccardResult:
    X, labels = case.X, case.labels
    means = np.array([X[labels == j].mean(axis=0) for j in range(case.n_clusters)])
    fit = KMeansFit(means, labels.astype(np.int32), inertia(X, labels), 0)
    return bootstrap_jaccard(X, fit, start="fresh", rng=seed)


def _coassigned(case: Case, seed: int) -> float:
    centers = _bootstrapped(case, seed).centers
    return float(coassignment(case.X, centers, case.labels).mean())


def _strength(case: Case, seed: int) -> float:
    k = case.n_clusters
    found = cut_halves(case.X, {k: case.labels}, n_splits=10, rng=seed)[k]
    return float(found.strength.mean())


def _halved(case: Case, seed: int) -> float:
    k = case.n_clusters
    found = cut_halves(case.X, {k: case.labels}, n_splits=10, rng=seed)[k]
    return float(found.agreement.mean())


def _drawn(most: float) -> dict[Change, float]:
    return dict.fromkeys(("order", "rotation", "duplication"), most)


INDICES: Mapping[str, Index] = {
    **{name: _of_metric(metric) for name, metric in METRICS.items()},
    "hopkins": Index(
        lambda case, seed: hopkins(case.X, rng=seed).statistic,
        "highest",
        moved=("rotation",),
    ),
    "hopkins_original": Index(
        lambda case, seed: hopkins_original(case.X, seed=seed).statistic,
        "highest",
        {"order": 0.03},
        moved=("rotation", "duplication"),
    ),
    "dip": Index(
        lambda case, seed: dip_components(case.X, rng=seed)[0].statistic,
        "highest",
        {"duplication": 0.003},
    ),
    "gap": Index(
        lambda case, seed: float(gap(case.X, [case.n_clusters], rng=seed).gap[0]),
        "highest",
        {"duplication": 0.05},
    ),
    "jaccard": Index(
        lambda case, seed: _bootstrapped(case, seed).lowest, "highest", _drawn(0.04)
    ),
    "coassignment": Index(_coassigned, "highest", _drawn(0.01)),
    "prediction_strength": Index(_strength, "highest", _drawn(0.06)),
    "agreement_of_halves": Index(_halved, "highest", _drawn(0.04)),
    "adjusted_rand": Index(
        lambda case, _: _agreement(case).ari,
        "highest",
        {"duplication": 0.001},  # pairs of a row and its copy always agree
    ),
    "normalised_information": Index(lambda case, _: _agreement(case).nmi, "highest"),
}
