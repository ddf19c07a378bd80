"""How far a segmentation can be trusted: everything that speaks for or against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from learnstrata.config.loading import load_config
from learnstrata.config.stages import Config, Evidence
from learnstrata.exceptions import DegenerateError
from learnstrata.learners.features.matrix import Matrix
from learnstrata.segments.choice.gaps import (
    ROWS,
    SAME_CUT,
    Border,
    find_borders,
    ordered_columns,
    renumbered,
)
from learnstrata.segments.choice.halvings import Halving
from learnstrata.segments.choice.nulls import (
    HalvesBeside,
    NullDraws,
    NullTables,
    draw_nulls,
    gap_beside,
    halve_nulls,
)
from learnstrata.segments.choice.sweep import Dossier, select
from learnstrata.segments.evidence.hierarchy import Tree
from learnstrata.segments.evidence.sensitivity import Sensitivity, find_sensitivity
from learnstrata.segments.evidence.subsegments import (
    RoleCell,
    Subsegments,
    role_cells,
    split_segments,
)
from learnstrata.segments.evidence.verdict import Verdict, judge
from learnstrata.segments.model.certainty import Certainty, fit_certainty
from learnstrata.segments.model.model import Prepared
from learnstrata.stats import kmeans, stability, validity
from learnstrata.stats.gap import GapResult
from learnstrata.stats.inputs import Integers, distinct_rows
from learnstrata.stats.modality import Dip, dip_components
from learnstrata.stats.nulls import MonteCarlo
from learnstrata.stats.projection import principal_components
from learnstrata.stats.refits import matched, overlap
from learnstrata.stats.replication import Halves
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.stability import Flow
from learnstrata.stats.strata import draw_each, stratified_mean
from learnstrata.wording.statistics import as_told

__all__ = ["Nulls", "Replication", "Shape", "Trust", "examine", "verdict_of_matrix"]

REPLICATION_ROWS = 5_000  # of the refits under other seeds
LIKE = 0.9  # adjusted Rand index from which the final cut is that of the sweep
CELL_REFITS = 10
SPLITS = 20  # of a recipe whose rule asks for none
PLOTTED = 2_000  # silhouettes of a picture
PLOTTED_EACH = 50  # at the least, of a segment that has so many
PROFILE_POINTS = 60

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Nulls:
    """Statistics beside structureless tables.

    Attributes
    ----------
    n_draws, n_rows : int
        Tables, and learners in each.
    hopkins : MonteCarlo or None
        With power d; None where a table has too few distinct learners.
    gap : GapResult or None
        None where a table has too few distinct learners for two segments.
    gap_beside : mapping of int to MonteCarlo
        By k, as far as the tables have more distinct learners.
    halves : HalvesBeside or None
        Of tables as large as the learners that were halved, at the chosen k.
    left_out : tuple of str
        What could not be set beside them, and why.
    """

    n_draws: int
    n_rows: int
    hopkins: MonteCarlo | None
    gap: GapResult | None
    gap_beside: Mapping[int, MonteCarlo]
    halves: HalvesBeside | None
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Silhouettes of the chosen segments, and humps.

    Attributes
    ----------
    n_rows, n_against : int
        Learners looked at, and those of them that the drawn ones are scored against.
    silhouette : SilhouetteResult
        Of the final fit, drawn learners of each segment. The mean is that of all
        learners: segments count by their size, not by how many were drawn.
    squared, simplified : float
        The labels of all learners looked at by squared distances, and by distances to
        the centres.
    scored : tuple of int
        Learners drawn from each segment.
    negative : array of shape (n_segments,)
        Share of the learners drawn from a segment that are nearer to another one.
    profile : array of shape (n_segments, n_points)
        Silhouettes of a segment from its lowest to its highest.
    components : tuple of Dip
        Of the first principal components.
    explained : tuple of float
        Share of the variance in each.
    borders : tuple of Border
        Between each segment and the nearest, by the features that are numbers.
    """

    n_rows: int
    n_against: int
    silhouette: validity.SilhouetteResult
    squared: float
    simplified: float
    scored: tuple[int, ...]
    negative: npt.NDArray[np.float64]
    profile: npt.NDArray[np.float64]
    components: tuple[Dip, ...]
    explained: tuple[float, ...]
    borders: tuple[Border, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Replication:
    """Whether the segments are found again.

    Attributes
    ----------
    seeds : tuple of float
        Adjusted Rand index with the chosen fit, one a refit under another seed.
    n_rows : int
        Learners behind `seeds`.
    n_halved : int
        Learners behind `halves`.
    halves : mapping of int to Halves
        At the chosen k, of the segments of the final fit.
    flows : tuple of Flow
        From the segments of k to those of k + 1, over the learners of the sweep. The
        segments of the chosen k are those of the final fit.
    left_out : tuple of str
        What could not be fitted again, and why.
    """

    seeds: tuple[float, ...]
    n_rows: int
    n_halved: int
    halves: Mapping[int, Halves]
    flows: tuple[Flow, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """All of the evidence.

    Attributes
    ----------
    level : str
    verdict : Verdict
    nulls : Nulls
    shape : Shape
    replication : Replication
    certainty : Certainty
        For the standing of single learners.
    subsegments : Subsegments
    cells : tuple of RoleCell
    sensitivity : Sensitivity or None
    left_out : tuple of str
        Parts of the evidence that this table does not allow, and why.
    """

    level: str
    verdict: Verdict
    nulls: Nulls
    shape: Shape
    replication: Replication
    certainty: Certainty
    subsegments: Subsegments
    cells: tuple[RoleCell, ...]
    sensitivity: Sensitivity | None
    left_out: tuple[str, ...]


def examine(  # noqa: PLR0913 - what is judged, on whom, and beside what
    prepared: Prepared,
    dossier: Dossier,
    fit: kmeans.KMeansFit,
    tree: Tree | None,
    config: Config,
    *,
    rows: Integers,
    rng: np.random.Generator | int,
) -> Trust:
    """Gather the evidence for the chosen segmentation.

    Parameters
    ----------
    prepared : Prepared
    dossier : Dossier
        With its structureless tables.
    fit : KMeansFit
        Of all learners, at the chosen k.
    tree : Tree or None
        Ward's hierarchy of the same learners.
    config : Config
    rows : array of int
        The learners that everything but counts is computed on: those of the dossier.
    rng : Generator or int

    Returns
    -------
    Trust
    """
    evidence, judged, cut = config.evidence, prepared.drawn(rows), fit.of(rows)
    X = judged.matrix.X
    sources = np.random.default_rng(rng).spawn(5)
    nulls = _nulls(judged.matrix, dossier, config, rng=sources[0])
    replication = _replication(X, dossier, cut, config, rng=sources[1])
    own = replication.halves.get(dossier.k)
    subsegments = split_segments(X, cut.labels, settings=evidence.finer, rng=sources[2])
    if judged is not prepared:
        subsegments = subsegments.over(prepared.matrix.X, fit.labels)
    refits = own.centers[::2] if own else None  # one half of each split
    sensitivity, why = _sensitivity(judged, cut, tree, config, rng=sources[4])
    return Trust(
        level=evidence.level,
        verdict=judge(dossier, config.selection.rule, halves=own),
        nulls=nulls,
        shape=_shape(judged.matrix, cut, dossier, config, rng=sources[3]),
        replication=replication,
        certainty=fit_certainty(
            X, cut, evidence, refits=refits, parts=subsegments.centers
        ),
        subsegments=subsegments,
        cells=_cells(prepared, fit, refits, rows),
        sensitivity=sensitivity,
        left_out=(*nulls.left_out, *replication.left_out, *why),
    )


def _nulls(
    matrix: Matrix, dossier: Dossier, config: Config, *, rng: np.random.Generator
) -> Nulls:
    evidence = config.evidence
    ks = [candidate.k for candidate in dossier.candidates]
    drawn = dossier.nulls or _drawn(matrix, ks, evidence, rng=rng)
    own, gaps = gap_beside(drawn, references=evidence.references, rng=rng)
    return Nulls(
        n_draws=len(drawn.tables.seeds),
        n_rows=len(drawn.tables.sample),
        hopkins=drawn.tendency(),
        gap=own,
        gap_beside=gaps,
        halves=_halves_beside(matrix, dossier, config, rng=rng),
        left_out=tuple(_not_beside(drawn, ks, config.unit)),
    )


def _halves_beside(
    matrix: Matrix, dossier: Dossier, config: Config, *, rng: np.random.Generator
) -> HalvesBeside | None:
    """Halve tables as large as the learners that were: agreement grows with n."""
    evidence = config.evidence
    tables = NullTables.of(
        matrix.X[dossier.sampled],
        matrix.blocks,
        draws=evidence.halved_draws,
        rows=config.selection.half_rows,
        rng=rng,
    )
    return halve_nulls(tables, dossier.k, n_splits=evidence.halved_splits, rng=rng)


def _not_beside(drawn: NullDraws, ks: Sequence[int], unit: str) -> Iterator[str]:
    few = f"one of the tables has too few distinct {unit}s"
    missing = [k for k in ks if k not in drawn.k_values]
    if missing:
        yield f"Nothing stands beside structureless tables at {_ks(missing)}: {few}."
    if drawn.tendency() is None:
        yield f"Hopkins does not stand beside structureless tables: {few}."


def _ks(values: Sequence[int]) -> str:
    """Name neighbouring values of k."""
    low, high = min(values), max(values)
    return f"k = {low}" if low == high else f"k = {low} to {high}"


def _drawn(
    matrix: Matrix, ks: list[int], evidence: Evidence, *, rng: np.random.Generator
) -> NullDraws:
    draws, rows = evidence.draws, evidence.rows
    tables = NullTables.of(matrix.X, matrix.blocks, draws=draws, rows=rows, rng=rng)
    return draw_nulls(tables, ks, rng=rng)


def _shape(
    matrix: Matrix,
    fit: kmeans.KMeansFit,
    dossier: Dossier,
    config: Config,
    *,
    rng: np.random.Generator,
) -> Shape:
    X = matrix.X
    against = config.selection.score_against
    most = against if isinstance(against, int) else len(X)
    silhouette = _silhouette(X, fit.labels, most=most, rng=rng)
    of_row = fit.labels[silhouette.rows]
    groups = [silhouette.values[of_row == j] for j in range(len(fit.centers))]
    steps = np.linspace(0, 1, PROFILE_POINTS)
    some = sample_rows(len(X), REPLICATION_ROWS, rng=rng)
    n_components = min(3, X.shape[1])
    return Shape(
        n_rows=len(X),
        n_against=min(most, len(X)),
        silhouette=silhouette,
        squared=validity.silhouette_squared(X, [fit.labels])[0].mean,
        simplified=validity.silhouette_simplified(X, [fit.labels])[0].mean,
        scored=tuple(len(group) for group in groups),
        negative=np.array([float(np.mean(group < 0)) for group in groups]),
        profile=np.array([np.quantile(group, steps) for group in groups]),
        components=tuple(dip_components(X[some], n_components=n_components, rng=rng)),
        explained=tuple(principal_components(X[some], n_components).explained.tolist()),
        borders=_borders(matrix, fit.labels, dossier, rng=rng),
    )


def _silhouette(
    X: Rows, labels: npt.NDArray[np.int32], *, most: int, rng: np.random.Generator
) -> validity.SilhouetteResult:
    """Score learners of every segment, however small, and tell the mean of all."""
    if len(X) <= PLOTTED:
        return validity.silhouette(X, [labels])[0]
    if len(X) > most:
        some = draw_each(labels, most, least=PLOTTED_EACH, rng=rng)
        X, among = X[some], labels[some]
    else:
        some, among = np.arange(len(X)), labels
    rows = draw_each(among, PLOTTED, least=PLOTTED_EACH, rng=rng)
    found = validity.silhouette(X, [among], rows=rows)[0]
    mean, error = stratified_mean(found.values, among[rows], np.bincount(labels))
    return replace(found, rows=some[rows], mean=mean, standard_error=error)


def _borders(
    matrix: Matrix,
    labels: npt.NDArray[np.int32],
    dossier: Dossier,
    *,
    rng: np.random.Generator,
) -> tuple[Border, ...]:
    """Give the borders that k was judged by, of the final segments; else look."""
    chosen = dossier.chosen
    same = chosen and chosen.parting and chosen.parting.same_cut >= SAME_CUT
    if same and chosen and chosen.parting:
        swept = dossier.fits[dossier.k].labels
        return renumbered(chosen.parting.borders, swept, labels[dossier.sampled])
    ordered = ordered_columns(matrix.X.shape[1], matrix.blocks)
    some = sample_rows(len(labels), ROWS, rng=rng)
    if not ordered or len(np.unique(labels[some])) < labels.max(initial=0) + 1:
        return ()
    return find_borders(matrix.X[some][:, ordered], labels[some], rng=rng)


def _replication(
    X: Rows,
    dossier: Dossier,
    fit: kmeans.KMeansFit,
    config: Config,
    *,
    rng: np.random.Generator,
) -> Replication:
    some = sample_rows(len(X), REPLICATION_ROWS, rng=rng)
    again = _again(X[some], dossier.k, config, rng=rng)
    ks = [candidate.k for candidate in dossier.candidates]
    labelings = {k: found.labels for k, found in dossier.fits.items()}
    settings = replace(config.selection, splits=SPLITS)
    halving = Halving(X[dossier.sampled], labelings, settings, rng)
    halves = dossier.halves or halving.halves()
    # by its own numbers a segment of the sweep may be another one of the final fit
    swept, labelings[dossier.k] = labelings[dossier.k], fit.labels[dossier.sampled]
    alike = stability.agreement(swept, labelings[dossier.k]).ari
    return Replication(
        seeds=tuple(
            stability.agreement(found.labels, fit.labels[some]).ari for found in again
        ),
        n_rows=len(some),
        n_halved=min(dossier.n_rows, config.selection.half_rows),
        halves=_renumbered(halves, dossier.k, swept, labelings[dossier.k]),
        flows=tuple(stability.flows(labelings)) if len(labelings) > 1 else (),
        left_out=tuple(
            _not_again(
                config, seeds=len(again), ks=sorted({*ks} - {*halves}), alike=alike
            )
        ),
    )


def _renumbered(
    halves: Mapping[int, Halves],
    k: int,
    swept: npt.NDArray[np.int32],
    final: npt.NDArray[np.int32],
) -> dict[int, Halves]:
    """Give the segments of the sweep the numbers of the final ones most like them."""
    if k not in halves:
        return dict(halves)
    order = matched(overlap(final, swept, k))
    return {**halves, k: halves[k].renumbered(order)}


def _again(
    rows: Rows, k: int, config: Config, *, rng: np.random.Generator
) -> list[kmeans.KMeansFit]:
    """Refit under other seeds, where the rows can hold so many segments."""
    if distinct_rows(rows) < k:
        return []
    starts = config.fit.starts
    return [
        kmeans.fit(rows, k, n_starts=starts, rng=seed)
        for seed in rng.spawn(config.evidence.seeds)
    ]


def _not_again(
    config: Config, *, seeds: int, ks: Sequence[int], alike: float = 1.0
) -> Iterator[str]:
    few = f"too few of the {config.unit}s are distinct"
    if not seeds and config.evidence.seeds:
        yield f"No refit under other seeds: {few}."
    if ks:
        yield f"Halves are not compared at {_ks(ks)}: {few}."
    if alike < LIKE:
        yield (
            f"All {config.unit}s are cut otherwise than those of the sweep (adjusted "
            f"Rand index {as_told(alike)}): what halves say is of that cut."
        )


def _cells(
    prepared: Prepared,
    fit: kmeans.KMeansFit,
    refits: npt.NDArray[np.float64] | None,
    rows: Integers,
) -> tuple[RoleCell, ...]:
    if "role_family" not in prepared.learners.columns:
        return ()
    X = prepared.drawn(rows).matrix.X
    some = [] if refits is None else refits[:CELL_REFITS]
    labels = [kmeans.nearest(X, centers) for centers in some]
    return role_cells(
        fit.labels,
        prepared.learners["role_family"],
        np.array(labels, dtype=np.int64).reshape(-1, len(X)),
        rows=rows,
        min_count=1,
    )


def _sensitivity(
    prepared: Prepared,
    fit: kmeans.KMeansFit,
    tree: Tree | None,
    config: Config,
    *,
    rng: np.random.Generator,
) -> tuple[Sensitivity | None, tuple[str, ...]]:
    evidence = config.evidence
    if not evidence.sensitivity_rows:
        return None, ()
    try:
        found = find_sensitivity(
            prepared,
            fit,
            tree,
            config,
            rows=evidence.sensitivity_rows,
            resamples=evidence.sensitivity_resamples,
            rng=rng,
        )
    except DegenerateError as error:
        return None, (f"No other way to cut was tried. {error}",)
    return found, ()


def verdict_of_matrix(
    X: npt.ArrayLike,
    *,
    config: Config | None = None,
    rng: np.random.Generator | int,
) -> Verdict:
    """Judge a matrix by the rules of a recipe: for studies of false alarms.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        On the scale in which distance means something.
    config : Config, default=None
        ``None`` takes the default recipe.
    rng : Generator or int

    Returns
    -------
    Verdict

    Examples
    --------
    >>> import numpy as np
    >>> even = np.random.default_rng(0).random((500, 2))
    >>> verdict_of_matrix(even, rng=0).word == "natural"
    False
    """
    settings = config or load_config()
    matrix = np.asarray(X, dtype=np.float32)
    evidence = replace(settings.evidence, level="quick")
    dossier = select(matrix, settings.selection, rng=rng, evidence=evidence)
    return judge(dossier, settings.selection.rule)
