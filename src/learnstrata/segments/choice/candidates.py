"""What is measured of every k of the sweep."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from learnstrata.config.stages import Criterion, Selection
from learnstrata.segments.choice.gaps import Parting
from learnstrata.stats import kmeans, validity
from learnstrata.stats.nulls import MonteCarlo
from learnstrata.stats.replication import Halves, lower_quartile
from learnstrata.stats.sampling import sample_rows

__all__ = ["Candidate", "compared", "measured", "shared", "with_halves"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One k of the sweep.

    Attributes
    ----------
    k : int
    inertia : float
        Sum of squared distances to the centre, over the rows of the sweep.
    silhouette : float or None
        Mean Euclidean silhouette, -1..1; None where it was not asked for.
    silhouette_error : float
        Its standard error; 0 where every learner was scored.
    silhouette_squared, silhouette_simplified : float
        The same labels by squared distances, and by distances to the centres.
    silhouette_sampled : float or None
        On a sample as large as a structureless table, fitted as lightly as those are.
    silhouette_null, silhouette_excess, silhouette_p : float or None
        Mean on structureless tables, what the silhouette of the sample is above it, and
        its Monte Carlo p-value; None where the rule does not ask for it, or a table
        has too few distinct rows for this k.
    indices : mapping of str to float
        Those of `learnstrata.stats.validity.INDICES`.
    smallest_share, largest_share : float
        Of the rows of the sweep.
    lowest_jaccard, jaccard_low : float or None
        Mean Jaccard of the least stable segment over the cuts of halves of the
        learners, and what every segment reaches in three of four; None where halves
        were not asked for.
    half_agreement : float or None
        Adjusted Rand index of the cuts of two halves of the learners, lower quartile.
    halvings : int
        Times the learners were halved for these.
    gain : float or None
        Share of the differences between learners that the last segment explains.
    parting : Parting or None
        Whether the segments stand apart, by the features that are numbers.
    objections : tuple of str
        Why the rule does not admit this k; empty where it does.
    refusals : tuple of str
        Those of them for which it may not be taken even where the rule admits no k.
    silhouette_beside : MonteCarlo or None
        The silhouettes of the structureless tables.
    """

    k: int
    inertia: float
    smallest_share: float
    largest_share: float
    silhouette: float | None = None
    indices: Mapping[str, float] = field(default_factory=dict)
    silhouette_error: float = 0.0
    silhouette_squared: float | None = None
    silhouette_simplified: float | None = None
    silhouette_sampled: float | None = None
    silhouette_null: float | None = None
    silhouette_excess: float | None = None
    silhouette_p: float | None = None
    lowest_jaccard: float | None = None
    jaccard_low: float | None = None
    half_agreement: float | None = None
    halvings: int = 0
    gain: float | None = None
    parting: Parting | None = None
    objections: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    silhouette_beside: MonteCarlo | None = None

    @property
    def is_possible(self) -> bool:
        """Whether it may be taken at all."""
        return not self.refusals

    @property
    def is_natural(self) -> bool:
        """Whether the segments are groups that stand apart, and none is too small."""
        return self.is_possible and self.parting is not None and self.parting.is_parted

    @property
    def valley_p(self) -> float | None:
        """Give the p-value of the valleys between the segments."""
        return self.parting.p_value if self.parting else None

    @property
    def valley_depth(self) -> float | None:
        """Give the depth of the shallowest valley."""
        return self.parting.depth if self.parting else None

    def value(self, measure: str) -> float | None:
        """Give what was measured, by its name; None where it was not."""
        if measure in self.indices:
            return self.indices[measure]
        found: float | None = getattr(self, measure)
        return found

    def error(self, criterion: Criterion) -> float:
        """Give the standard error of a criterion; 0 where it is exact or unknown."""
        if criterion == "silhouette":
            return self.silhouette_error
        beside = self.silhouette_beside
        if criterion != "silhouette_excess" or beside is None:
            return 0.0
        # the sample varies as the tables do, and so does the mean of few tables
        return float(beside.spread * np.sqrt(1 + 1 / len(beside.draws)))

    def beside(self, null: MonteCarlo | None) -> "Candidate":
        """Give the same with its silhouette beside structureless tables."""
        if null is None:
            return self
        return replace(
            self,
            silhouette_sampled=null.observed,
            silhouette_null=null.mean,
            silhouette_excess=null.excess,
            silhouette_p=null.p_value,
            silhouette_beside=null,
        )


def measured(
    X: npt.NDArray[np.float32],
    sample: npt.NDArray[np.float32],
    fits: Mapping[int, kmeans.KMeansFit],
    config: Selection,
    rng: np.random.Generator,
) -> list[Candidate]:
    """Measure every fit of the sweep.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    sample : array of shape (n_rows, n_columns)
        Rows of the sweep.
    fits : mapping of int to KMeansFit
        Of `sample`, by k.
    config : Selection
    rng : Generator
    """
    labelings = [fit.labels for fit in fits.values()]
    cuts = shared(sample, fits, list(fits))
    scores = _silhouettes(X, sample, fits, config, rng)
    variants = [
        [found.mean for found in score(sample, labelings)]
        for score in (validity.silhouette_squared, validity.silhouette_simplified)
    ]
    indices = {
        name: index(sample, labelings) for name, index in validity.INDICES.items()
    }
    return [
        replace(
            cut,
            silhouette=scores[i].mean,
            silhouette_error=scores[i].standard_error,
            silhouette_squared=variants[0][i],
            silhouette_simplified=variants[1][i],
            indices={name: float(found[i]) for name, found in indices.items()},
        )
        for i, cut in enumerate(cuts)
    ]


def shared(
    sample: npt.NDArray[np.float32],
    fits: Mapping[int, kmeans.KMeansFit],
    k_values: Sequence[int],
) -> list[Candidate]:
    """Measure of fits what costs nothing: shares, inertia and gain.

    Parameters
    ----------
    sample : array of shape (n_rows, n_columns)
    fits : mapping of int to KMeansFit
    k_values : sequence of int
        Of which of them.
    """
    gains = _gains(sample, fits)
    shares = {k: np.bincount(fits[k].labels) / len(sample) for k in k_values}
    return [
        Candidate(
            k=k,
            inertia=fits[k].inertia,
            smallest_share=float(shares[k].min()),
            largest_share=float(shares[k].max()),
            gain=gains.get(k),
        )
        for k in k_values
    ]


def _gains(
    sample: npt.NDArray[np.float32], fits: Mapping[int, kmeans.KMeansFit]
) -> dict[int, float]:
    """Give what the last of k segments explains, where k - 1 was cut as well."""
    total = float(sample.var(axis=0, dtype=np.float64).sum() * len(sample))
    explained = {1: 0.0, **{k: 1 - fit.inertia / total for k, fit in fits.items()}}
    return {k: explained[k] - explained[k - 1] for k in fits if k - 1 in explained}


def _silhouettes(
    X: npt.NDArray[np.float32],
    sample: npt.NDArray[np.float32],
    fits: Mapping[int, kmeans.KMeansFit],
    config: Selection,
    rng: np.random.Generator,
) -> list[validity.SilhouetteResult]:
    """Score rows of the sweep among themselves, or drawn learners against more."""
    labelings = [fit.labels for fit in fits.values()]
    scored, against = compared(len(X), len(sample), config)
    rows, others = sample, labelings
    if config.score_against != "sample" and len(X) > len(sample):
        rows = X[sample_rows(len(X), against, rng=rng)]
        others = [kmeans.nearest(rows, fit.centers) for fit in fits.values()]
    some = sample_rows(against, scored, rng=rng) if scored < against else None
    return validity.silhouette(rows, others, rows=some)


def compared(n_learners: int, n_rows: int, config: Selection) -> tuple[int, int]:
    """Count the learners that are scored, and those they are compared with.

    Parameters
    ----------
    n_learners, n_rows : int
        Learners, and those of the sweep.
    config : Selection
    """
    if config.score_against == "sample":
        return min(config.scored or n_rows, n_rows), n_rows
    if n_learners <= n_rows:
        return n_learners, n_learners
    most = n_learners if config.score_against == "all" else config.score_against
    against = min(most, n_learners)
    return min(config.scored or against, against), against


def with_halves(
    candidates: Iterable[Candidate], halves: Mapping[int, Halves]
) -> list[Candidate]:
    """Add to every k how far halves of the learners agree on it.

    Parameters
    ----------
    candidates : iterable of Candidate
    halves : mapping of int to Halves
        As far as a half can hold so many segments.
    """
    return [
        replace(
            one,
            lowest_jaccard=float(found.jaccard.mean(axis=0).min()),
            jaccard_low=lower_quartile(found.jaccard).min().item(),
            half_agreement=lower_quartile(found.agreement).item(),
            halvings=found.n_splits,
        )
        if (found := halves.get(one.k))
        else one
        for one in candidates
    ]
