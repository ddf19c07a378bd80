"""The run's own statistics beside their values on structureless tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import DegenerateError
from learnstrata.stats import kmeans, validity
from learnstrata.stats.gap import GapResult, UniformBox, dispersions, gap_of
from learnstrata.stats.inputs import distinct_rows
from learnstrata.stats.nulls import CopulaNull, MonteCarlo, monte_carlo
from learnstrata.stats.replication import cut_halves, lower_quartile
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.tendency import LEAST_ROWS, hopkins
from learnstrata.stats.threads import workers

__all__ = [
    "LEAST_LEARNERS",
    "HalvesBeside",
    "Measured",
    "NullDraws",
    "NullTables",
    "draw_nulls",
    "gap_beside",
    "halve_nulls",
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
    distinct : int
        Fewest distinct rows of a table or of the sample: what has to be computed on
        all of them is so for fewer clusters than that.
    """

    sample: Floats
    null: CopulaNull
    seeds: tuple[int, ...]
    distinct: int = 0

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
        tables = cls(sample, CopulaNull.of(X, blocks=blocks), tuple(seeds))
        counts = tables.each(lambda table, _: distinct_rows(table))
        fewest = min(distinct_rows(sample), *counts)
        return replace(tables, distinct=fewest)

    def each(
        self,
        statistic: Callable[[Floats, np.random.Generator], Result],
        *,
        first: int | None = None,
    ) -> list[Result]:
        """Compute a statistic on the first so many tables, in their order."""

        def of_table(seed: int) -> Result:
            rng = np.random.default_rng(seed)
            # drawn as the sample is: some rows of a table as large as the matrix
            size, whole = len(self.sample), self.null.n_rows
            return statistic(self.null.draw(size, out_of=whole, rng=rng), rng)

        with workers() as spread:
            return list(spread(of_table, self.seeds[:first]))

    def possible(self, k_values: Sequence[int]) -> tuple[int, ...]:
        """Keep the numbers of clusters that the sample and every table can hold."""
        return tuple(k for k in sorted(k_values) if k < self.distinct)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What one table gave, fitted once at every k.

    Attributes
    ----------
    silhouettes : array of shape (n_k - 1,)
        For k from 2.
    dispersions : array of shape (n_k,)
        Logarithms of the inertia, for k from 1.
    tendency : float
        Hopkins' statistic with power d; nan where a table has too few distinct rows.
    """

    silhouettes: Floats
    dispersions: Floats
    tendency: float


@dataclass(frozen=True, slots=True, eq=False)
class NullDraws:
    """What the sample and the structureless tables gave, all measured alike.

    Attributes
    ----------
    tables : NullTables
    k_values : tuple of int
        From 1; empty where a table has too few distinct rows for two clusters.
    own : Measured
        Of the sample of the run's own learners.
    drawn : tuple of Measured
        Of the structureless tables.
    """

    tables: NullTables
    k_values: tuple[int, ...]
    own: Measured
    drawn: tuple[Measured, ...]

    def silhouettes(self) -> dict[int, MonteCarlo]:
        """Set the silhouette of the sample beside its null, for every k from 2."""
        drawn = np.array([found.silhouettes for found in self.drawn])
        return {
            k: monte_carlo(self.own.silhouettes[i], drawn[:, i])
            for i, k in enumerate(self.k_values[1:])
        }

    def tendency(self) -> MonteCarlo | None:
        """Set Hopkins' statistic beside its null; None with too few distinct rows."""
        if self.tables.distinct < LEAST_ROWS:
            return None
        return monte_carlo(self.own.tendency, [found.tendency for found in self.drawn])


@dataclass(frozen=True, slots=True)
class HalvesBeside:
    """What halves of structureless tables agree on, and the run's own sample.

    Attributes
    ----------
    agreement : MonteCarlo
        Lower quartile of the adjusted Rand index of the cuts of two halves.
    jaccard : MonteCarlo
        Mean Jaccard of the least stable segment.
    """

    agreement: MonteCarlo
    jaccard: MonteCarlo


def draw_nulls(
    tables: NullTables, k_values: Sequence[int], *, rng: np.random.Generator
) -> NullDraws:
    """Fit the sample and every structureless table at every k, in one way.

    Parameters
    ----------
    tables : NullTables
    k_values : sequence of int
        From 2; those that a table cannot hold are left out.
    rng : Generator
        For the fits of the sample; those of a table follow from its seed.
    """
    possible = tables.possible(k_values)
    ks = (1, *possible) if possible else ()
    tendency = tables.distinct >= LEAST_ROWS

    def measured(table: Floats, rng: np.random.Generator) -> Measured:
        return _measured(table, ks, tendency=tendency, rng=rng)

    return NullDraws(
        tables, ks, measured(tables.sample, rng), tuple(tables.each(measured))
    )


def _measured(
    table: Floats, ks: tuple[int, ...], *, tendency: bool, rng: np.random.Generator
) -> Measured:
    silhouettes = logs = np.empty(0)
    if ks:
        fits = kmeans.sketch(table, ks, rng=rng)
        found = validity.silhouette(table, [fits[k].labels for k in ks[1:]])
        silhouettes = np.array([each.mean for each in found])
        inertia = np.array([fit.inertia for fit in fits.values()])
        logs = np.log(np.maximum(inertia, NO_SPREAD * inertia[0]))
    if not tendency:
        return Measured(silhouettes, logs, np.nan)
    uneven = hopkins(table, n_draws=HOPKINS_DRAWS, rng=rng).statistic
    return Measured(silhouettes, logs, uneven)


def gap_beside(
    nulls: NullDraws, *, references: int, rng: np.random.Generator
) -> tuple[GapResult | None, dict[int, MonteCarlo]]:
    """Give the gap of every k from 1, and set it beside its null.

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
    GapResult or None, dict of int to MonteCarlo
        None, and nothing, where a table has too few distinct rows for two clusters.
    """
    ks, sample = nulls.k_values, nulls.tables.sample
    if not ks:
        return None, {}
    box = UniformBox.of(sample)

    def even(seed: np.random.Generator) -> Floats:
        return dispersions(box.draw(len(sample), rng=seed), ks, rng=seed)

    with workers() as spread:
        drawn = np.vstack(list(spread(even, rng.spawn(references))))
    own = gap_of(nulls.own.dispersions, drawn, ks)
    gaps = drawn.mean(axis=0) - np.array([found.dispersions for found in nulls.drawn])
    return own, {k: monte_carlo(own.gap[i], gaps[:, i]) for i, k in enumerate(ks)}


def halve_nulls(
    tables: NullTables, k: int, *, n_splits: int, rng: np.random.Generator
) -> HalvesBeside | None:
    """Set the agreement of halves and the least stable Jaccard beside their null.

    The sample is cut and halved exactly as the tables are.

    Parameters
    ----------
    tables : NullTables
    k : int
        From 2.
    n_splits : int
        Halvings of each table.
    rng : Generator
        For the sample; what becomes of a table follows from its seed.

    Returns
    -------
    HalvesBeside or None
        None where half of a table may not hold so many segments.
    """
    if tables.distinct <= 2 * k:
        return None

    def found(table: Floats, seed: np.random.Generator) -> tuple[float, float]:
        cut = kmeans.sketch(table, [k], rng=seed)[k]
        halves = cut_halves(table, {k: cut.labels}, n_splits=n_splits, rng=seed)[k]
        lowest = halves.jaccard.mean(axis=0).min().item()
        return lower_quartile(halves.agreement).item(), lowest

    try:
        drawn, own = tables.each(found), found(tables.sample, rng)
    except DegenerateError:  # rows enough in a table, and too few in a half
        return None
    each = (monte_carlo(own[i], [one[i] for one in drawn]) for i in range(2))
    return HalvesBeside(*each)
