"""The run's own statistics beside their values on structureless tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from learnstrata.config import Evidence
from learnstrata.stats import kmeans, stability, validity
from learnstrata.stats.gap import GapResult, UniformBox, dispersions, gap_of
from learnstrata.stats.nulls import CopulaNull, MonteCarlo, monte_carlo
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.tendency import hopkins
from learnstrata.stats.threads import workers

__all__ = [
    "LEAST_LEARNERS",
    "NullDraws",
    "NullTables",
    "bootstrap_nulls",
    "draw_nulls",
    "gap_beside",
]

Floats = npt.NDArray[np.float64]
Result = TypeVar("Result")

LEAST_LEARNERS = 100  # fewer differ from structureless tables by accident alone
HOPKINS_DRAWS = 3
NO_SPREAD = 1e-12  # of the inertia of one cluster: its logarithm stays finite


@dataclass(frozen=True, slots=True, eq=False)
class NullTables:
    """Structureless tables of a matrix, drawn again whenever they are needed.

    Attributes
    ----------
    sample : array of shape (n_rows, n_columns)
        Learners drawn from the matrix: as many as a null table has.
    null : CopulaNull
    seeds : tuple of int
        One a table.
    """

    sample: Floats
    null: CopulaNull
    seeds: tuple[int, ...]

    @classmethod
    def of(
        cls,
        X: npt.NDArray[np.float32],
        blocks: Sequence[Sequence[int]],
        *,
        draws: int,
        rows: int,
        rng: np.random.Generator,
    ) -> "NullTables":
        """Fit the null of a matrix.

        Parameters
        ----------
        X : array of shape (n_learners, n_columns)
        blocks : sequence of sequence of int
            Columns that stand for one category.
        draws, rows : int
            Tables, and learners in each at most.
        rng : Generator
        """
        sample = X[sample_rows(len(X), rows, rng=rng)].astype(np.float64)
        seeds = rng.integers(2**63, size=draws).tolist()
        return cls(sample, CopulaNull.of(X, blocks=blocks), tuple(seeds))

    def each(
        self,
        statistic: Callable[[Floats, np.random.Generator], Result],
        *,
        first: int | None = None,
    ) -> list[Result]:
        """Compute a statistic on the first so many tables, in their order."""

        def of_table(seed: int) -> Result:
            rng = np.random.default_rng(seed)
            return statistic(self.null.draw(len(self.sample), rng=rng), rng)

        with workers() as spread:
            return list(spread(of_table, self.seeds[:first]))


@dataclass(frozen=True, slots=True, eq=False)
class NullDraws:
    """What the structureless tables gave, each fitted once at every k.

    Attributes
    ----------
    tables : NullTables
    k_values : tuple of int
        From 1.
    silhouettes : array of shape (n_draws, n_k - 1)
        For k from 2.
    dispersions : array of shape (n_draws, n_k)
        Logarithms of the inertia.
    tendencies : array of shape (n_draws,)
        Hopkins' statistic with power d.
    """

    tables: NullTables
    k_values: tuple[int, ...]
    silhouettes: Floats
    dispersions: Floats
    tendencies: Floats

    def beside(self, silhouettes: Sequence[float]) -> list[MonteCarlo]:
        """Set the silhouettes of the run's own fits, one a k from 2, beside these."""
        return [
            monte_carlo(own, self.silhouettes[:, i])
            for i, own in enumerate(silhouettes)
        ]


def draw_nulls(tables: NullTables, k_values: Sequence[int]) -> NullDraws:
    """Fit every structureless table at every k.

    Parameters
    ----------
    tables : NullTables
    k_values : sequence of int
        From 2.
    """
    ks = (1, *k_values)

    def of_table(
        table: Floats, rng: np.random.Generator
    ) -> tuple[list[float], Floats, float]:
        fits = kmeans.sketch(table, ks, rng=rng)
        found = validity.silhouette(table, [fits[k].labels for k in k_values])
        tendency = hopkins(table, n_draws=HOPKINS_DRAWS, rng=rng).statistic
        return [each.mean for each in found], _log_inertia(fits), tendency

    silhouettes, dispersed, tendencies = zip(*tables.each(of_table), strict=True)
    return NullDraws(
        tables, ks, np.array(silhouettes), np.array(dispersed), np.array(tendencies)
    )


def _log_inertia(fits: Mapping[int, kmeans.KMeansFit]) -> Floats:
    inertia = np.array([found.inertia for found in fits.values()])
    return np.log(np.maximum(inertia, NO_SPREAD * inertia[0]))


def gap_beside(
    nulls: NullDraws, *, references: int, rng: np.random.Generator
) -> tuple[GapResult, dict[int, MonteCarlo], MonteCarlo]:
    """Give the gap of every k from 1, its null, and Hopkins beside its own.

    The even tables are those of the run's sample for the null tables too: these have
    the same margins and correlations, and so nearly the same box.

    Parameters
    ----------
    nulls : NullDraws
    references : int
        Even tables.
    rng : Generator

    Returns
    -------
    GapResult, dict of int to MonteCarlo, MonteCarlo
        The last is Hopkins' statistic with power d.
    """
    ks, sample = nulls.k_values, nulls.tables.sample
    box = UniformBox.of(sample)

    def even(seed: np.random.Generator) -> Floats:
        return dispersions(box.draw(len(sample), rng=seed), ks, rng=seed)

    with workers() as spread:
        drawn = np.vstack(list(spread(even, rng.spawn(references))))
    own = gap_of(dispersions(sample, ks, rng=rng), drawn, ks)
    gaps = drawn.mean(axis=0) - nulls.dispersions
    tendency = hopkins(sample, n_draws=HOPKINS_DRAWS, rng=rng).statistic
    return (
        own,
        {k: monte_carlo(own.gap[i], gaps[:, i]) for i, k in enumerate(ks)},
        monte_carlo(tendency, nulls.tendencies),
    )


def bootstrap_nulls(
    tables: NullTables,
    fits: Mapping[int, kmeans.KMeansFit],
    evidence: Evidence,
    *,
    rng: np.random.Generator,
) -> dict[int, MonteCarlo]:
    """Set the Jaccard of the least stable segment beside its null, from fresh starts.

    Parameters
    ----------
    tables : NullTables
    fits : mapping of int to KMeansFit
        The run's own, by k. Their centres label the sample, which is then resampled as
        often as the null tables are: observed and null are of tables of one size.
    evidence : Evidence
    rng : Generator
    """

    def lowest(
        table: Floats, fit: kmeans.KMeansFit, seed: np.random.Generator
    ) -> float:
        return stability.bootstrap_jaccard(
            table,
            fit,
            n_resamples=evidence.jaccard_resamples,
            start="fresh",
            rng=seed,
        ).lowest

    def of_table(table: Floats, seed: np.random.Generator) -> list[float]:
        found = kmeans.sketch(table, fits, rng=seed)
        return [lowest(table, found[k], seed) for k in sorted(fits)]

    null = np.array(tables.each(of_table, first=evidence.jaccard_draws))
    own = {
        k: replace(fits[k], labels=kmeans.nearest(tables.sample, fits[k].centers))
        for k in sorted(fits)
    }
    return {
        k: monte_carlo(lowest(tables.sample, fit, rng), null[:, i])
        for i, (k, fit) in enumerate(own.items())
    }
