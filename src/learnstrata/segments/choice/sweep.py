"""How many segments: the sweep over k, its dossier, and the rule that chooses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args, get_type_hints

import numpy as np
import numpy.typing as npt

from learnstrata.config.limits import OfEachK
from learnstrata.config.stages import Criterion, Evidence, Rule, Selection
from learnstrata.exceptions import ConfigError, DegenerateError
from learnstrata.segments.choice.gaps import Parting, find_partings, most_parted
from learnstrata.segments.choice.nulls import (
    LEAST_LEARNERS,
    NullDraws,
    NullTables,
    draw_nulls,
)
from learnstrata.stats import kmeans, stability, validity
from learnstrata.stats.inputs import Integers, distinct_rows
from learnstrata.stats.nulls import MonteCarlo
from learnstrata.stats.replication import PredictionStrength, prediction_strength
from learnstrata.stats.sampling import Sampler, sample_rows
from learnstrata.wording.statistics import STATISTICS, as_told, best_of, statistic_of
from learnstrata.wording.words import listed

__all__ = ["Candidate", "Dossier", "refuse_too_few", "rule_in_words", "select"]


HALF_STARTS = 4  # of each fit of a half

LIMITS: Mapping[str, OfEachK] = {
    name: one
    for name, hint in get_type_hints(Rule, include_extras=True).items()
    for one in getattr(hint, "__metadata__", ())
    if isinstance(one, OfEachK)
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One k of the sweep.

    Attributes
    ----------
    k : int
    inertia : float
        Sum of squared distances to the centre, over the rows of the sweep.
    silhouette : float
        Mean Euclidean silhouette, -1..1.
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
    lowest_jaccard : float or None
        Bootstrap Jaccard of the least stable segment; None where it was not asked for.
    half_agreement : float or None
        Adjusted Rand index of the cuts of two halves of the learners, lower quartile.
    gain : float or None
        Share of the differences between learners that the last segment explains.
    parting : Parting or None
        Whether the segments stand apart, by the features that are numbers.
    objections : tuple of str
        Why the rule does not admit this k; empty where it does.
    silhouette_beside : MonteCarlo or None
        The silhouettes of the structureless tables.
    least : int
        Learners a segment must have, where the smallest has fewer; else 0.
    """

    k: int
    inertia: float
    silhouette: float
    smallest_share: float
    largest_share: float
    lowest_jaccard: float | None
    indices: Mapping[str, float] = field(default_factory=dict)
    silhouette_error: float = 0.0
    silhouette_squared: float | None = None
    silhouette_simplified: float | None = None
    silhouette_sampled: float | None = None
    silhouette_null: float | None = None
    silhouette_excess: float | None = None
    silhouette_p: float | None = None
    half_agreement: float | None = None
    gain: float | None = None
    parting: Parting | None = None
    objections: tuple[str, ...] = ()
    silhouette_beside: MonteCarlo | None = None
    least: int = 0

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


@dataclass(frozen=True, slots=True, eq=False)
class Dossier:
    """What is known of every k, and the choice.

    Attributes
    ----------
    candidates : tuple of Candidate
    k, runner_up : int, int or None
    rule, reason : str
        The rule in words, made from the configuration, and what it led to.
    changes : tuple of str
        What would change the choice.
    sampled : array of int
        Rows of the matrix the sweep was fitted on, in the order of its labels.
    is_natural : bool
        Whether k is the number of groups that stand apart.
    halves : mapping of int to PredictionStrength
    n_scored, n_against : int
        Learners whose silhouette was computed, and those they were compared with.
    nulls : NullDraws or None
        The structureless tables the silhouettes were set beside.
    fits : mapping of int to KMeansFit
        The sweep's own fits, to start the fit on all rows from.
    """

    candidates: tuple[Candidate, ...]
    k: int
    runner_up: int | None
    rule: str
    reason: str
    sampled: Integers
    fits: dict[int, kmeans.KMeansFit]
    is_natural: bool = False
    halves: Mapping[int, PredictionStrength] = field(default_factory=dict)
    n_scored: int = 0
    n_against: int = 0
    changes: tuple[str, ...] = ()
    nulls: NullDraws | None = None

    @property
    def chosen(self) -> Candidate:
        """Give the candidate that was chosen."""
        return next(c for c in self.candidates if c.k == self.k)

    @property
    def n_rows(self) -> int:
        """Count the rows the sweep was fitted on."""
        return len(self.sampled)


def select(  # noqa: PLR0913 - what is compared, how, and what is admitted
    X: npt.NDArray[np.float32],
    config: Selection,
    *,
    rng: np.random.Generator | int,
    sampler: Literal["generator", "legacy"] = "generator",
    evidence: Evidence | None = None,
    blocks: Sequence[Sequence[int]] = (),
    least: int = 1,
) -> Dossier:
    """Sweep k, judge every candidate, and choose by the rule of the configuration.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    config : Selection
    rng : Generator or int
    sampler : {"generator", "legacy"}
        How the rows of the sweep are drawn; ``legacy`` needs an int as `rng`.
    evidence : Evidence, default=None
        How many structureless tables to draw; ``None`` takes the quick ones. They are
        drawn where the rule, or a level above ``none``, asks for them.
    blocks : sequence of sequence of int, default=()
        Columns of `X` that stand for one category.
    least : int, default=1
        Learners each segment must have for its k to be admitted.

    Returns
    -------
    Dossier

    Raises
    ------
    DegenerateError
        If there are not more distinct rows than the smallest k.
    ConfigError
        If the rule orders by a stability that the configuration does not compute.
    """
    _refuse_unknown_order(config)
    rows = sample_rows(len(X), config.sample, rng=rng, sampler=sampler)
    sample = X[rows]
    rng = np.random.default_rng(rng)
    fits = _swept(sample, _possible_k(sample, config), config, rng)
    candidates = [
        replace(one, least=least if one.smallest_share * len(X) < least else 0)
        for one in _candidates(X, sample, fits, config, rng)
    ]
    halves = halved(sample, list(fits), config, rng=rng)
    candidates = [_with_halves(one, halves) for one in candidates]
    if config.rule.gaps:
        candidates = _with_partings(candidates, sample, fits, blocks, config, rng)
    settings = evidence or Evidence()
    nulls = None
    if _asks_for_nulls(config.rule, settings) and len(sample) >= LEAST_LEARNERS:
        tables = NullTables.of(
            sample, blocks, draws=settings.draws, rows=settings.rows, rng=rng
        )
        nulls = draw_nulls(tables, list(fits), rng=rng)
        beside = nulls.silhouettes()
        candidates = [_beside_null(c, beside.get(c.k)) for c in candidates]
    n_scored, n_against = _compared(len(X), len(sample), config)
    return replace(
        _decided(candidates, config, rows, fits, least),
        halves=halves,
        n_scored=n_scored,
        n_against=n_against,
        nulls=nulls,
    )


def halved(
    rows: npt.NDArray[np.float32],
    k_values: Sequence[int],
    config: Selection,
    *,
    rng: np.random.Generator,
) -> Mapping[int, PredictionStrength]:
    """Cut halves of learners at every k, but for the largest that a half cannot hold.

    Parameters
    ----------
    rows : array of shape (n_learners, n_columns)
    k_values : sequence of int
    config : Selection
    rng : Generator
    """
    if not config.splits:
        return {}
    some, seed = sample_rows(len(rows), config.half_rows, rng=rng), rng.integers(2**63)
    ks = list(k_values)
    while ks:
        try:
            return prediction_strength(
                rows[some],
                ks,
                n_splits=config.splits,
                n_starts=HALF_STARTS,
                rng=int(seed),
            )
        except DegenerateError:
            ks = ks[:-1]
    return {}


def _with_halves(
    candidate: Candidate, halves: Mapping[int, PredictionStrength]
) -> Candidate:
    found = halves.get(candidate.k)
    return (
        replace(candidate, half_agreement=found.lower_quartile) if found else candidate
    )


def _with_partings(
    candidates: Sequence[Candidate],
    sample: npt.NDArray[np.float32],
    fits: Mapping[int, kmeans.KMeansFit],
    blocks: Sequence[Sequence[int]],
    config: Selection,
    rng: np.random.Generator,
) -> list[Candidate]:
    in_blocks = {column for block in blocks for column in block}
    found = find_partings(
        sample,
        {k: fit.labels for k, fit in fits.items()},
        ordered=[c for c in range(sample.shape[1]) if c not in in_blocks],
        n_starts=config.starts,
        rng=rng,
    )
    return [replace(one, parting=found.get(one.k)) for one in candidates]


def _compared(n_learners: int, n_rows: int, config: Selection) -> tuple[int, int]:
    """Count the learners that are scored, and those they are compared with."""
    if config.score_against == "all":
        some = config.scored if n_learners > n_rows else 0
        return min(some or n_learners, n_learners), n_learners
    return min(config.scored or n_rows, n_rows), n_rows


def _asks_for_nulls(rule: Rule, evidence: Evidence) -> bool:
    return evidence.level != "none" or rule.criterion == "silhouette_excess"


def _candidates(
    X: npt.NDArray[np.float32],
    sample: npt.NDArray[np.float32],
    fits: dict[int, kmeans.KMeansFit],
    config: Selection,
    rng: np.random.Generator,
) -> list[Candidate]:
    labelings = [fit.labels for fit in fits.values()]
    scores = _silhouettes(X, sample, fits, config, rng)
    variants = [
        [found.mean for found in score(sample, labelings)]
        for score in (validity.silhouette_squared, validity.silhouette_simplified)
    ]
    indices = {
        name: index(sample, labelings) for name, index in validity.INDICES.items()
    }
    shares = [np.bincount(labels) / len(sample) for labels in labelings]
    gains = _gains(sample, fits)
    return [
        Candidate(
            k=k,
            inertia=fit.inertia,
            silhouette=scores[i].mean,
            silhouette_error=scores[i].standard_error,
            silhouette_squared=variants[0][i],
            silhouette_simplified=variants[1][i],
            indices={name: float(found[i]) for name, found in indices.items()},
            smallest_share=float(shares[i].min()),
            largest_share=float(shares[i].max()),
            gain=gains.get(k),
            lowest_jaccard=_lowest_jaccard(sample, fit, config, rng),
        )
        for i, (k, fit) in enumerate(fits.items())
    ]


def _gains(
    sample: npt.NDArray[np.float32], fits: Mapping[int, kmeans.KMeansFit]
) -> dict[int, float]:
    """Give, of every k, the share of the differences that its last segment explains."""
    total = float(sample.var(axis=0, dtype=np.float64).sum() * len(sample))
    inertia = {1: total, **{k: fit.inertia for k, fit in fits.items()}}
    return {k: (inertia[k - 1] - inertia[k]) / total for k in fits if k - 1 in inertia}


def _silhouettes(
    X: npt.NDArray[np.float32],
    sample: npt.NDArray[np.float32],
    fits: dict[int, kmeans.KMeansFit],
    config: Selection,
    rng: np.random.Generator,
) -> list[validity.SilhouetteResult]:
    """Score the rows of the sweep among themselves, or drawn learners against all."""
    if config.score_against == "all" and len(X) > len(sample):
        labelings = [kmeans.nearest(X, fit.centers) for fit in fits.values()]
        drawn = sample_rows(len(X), config.scored or len(X), rng=rng)
        return validity.silhouette(X, labelings, rows=drawn)
    labelings = [fit.labels for fit in fits.values()]
    if config.score_against == "all":
        return validity.silhouette(sample, labelings)
    return validity.silhouette(sample, labelings, rows=_scored(sample, config, rng))


def _beside_null(candidate: Candidate, null: MonteCarlo | None) -> Candidate:
    if null is None:
        return candidate
    return replace(
        candidate,
        silhouette_sampled=null.observed,
        silhouette_null=null.mean,
        silhouette_excess=null.excess,
        silhouette_p=null.p_value,
        silhouette_beside=null,
    )


def _refuse_unknown_order(config: Selection) -> None:
    if config.rule.criterion == "lowest_jaccard" and not config.resamples:
        raise ConfigError(
            "Got selection.rule.criterion = 'lowest_jaccard' with "
            "selection.resamples = 0, expected resamples above 0: stability is not "
            "computed without them. Set resamples = 20, or another criterion."
        )


def refuse_too_few(
    X: npt.NDArray[np.float32],
    config: Selection,
    *,
    rng: np.random.Generator | int,
    sampler: Sampler,
) -> None:
    """Refuse what `select` refuses before it fits anything.

    Raises
    ------
    DegenerateError, ConfigError
        As `select`.
    """
    _refuse_unknown_order(config)
    _possible_k(X[sample_rows(len(X), config.sample, rng=rng, sampler=sampler)], config)


def _possible_k(X: npt.NDArray[np.float32], config: Selection) -> list[int]:
    n_distinct = distinct_rows(X)
    most = min(config.k_max, n_distinct - 1)
    if most < config.k_min:
        raise DegenerateError(
            f"Got {n_distinct} distinct learners in {len(X)}, expected at least "
            f"{config.k_min + 1} to find {config.k_min} segments. Give a larger table, "
            "or more features that tell learners apart."
        )
    return list(range(config.k_min, most + 1))


def _swept(
    sample: npt.NDArray[np.float32],
    k_values: list[int],
    config: Selection,
    rng: np.random.Generator,
) -> dict[int, kmeans.KMeansFit]:
    """Fit every k, but for the largest where rows hardly differ."""
    while True:
        try:
            return kmeans.sweep(sample, k_values, n_starts=config.starts, rng=rng)
        except DegenerateError:
            if len(k_values) == 1:
                raise
            k_values = k_values[:-1]


def _scored(
    X: npt.NDArray[np.float32], config: Selection, rng: np.random.Generator
) -> npt.NDArray[np.integer] | None:
    if config.scored in range(1, len(X)):
        return sample_rows(len(X), config.scored, rng=rng)
    return None


def _lowest_jaccard(
    X: npt.NDArray[np.float32],
    fit: kmeans.KMeansFit,
    config: Selection,
    rng: np.random.Generator,
) -> float | None:
    if not config.resamples:
        return None
    n_rows = min(config.resample_rows, len(X))
    result = stability.bootstrap_jaccard(
        X,
        fit,
        n_resamples=config.resamples,
        n_rows=n_rows,
        start=config.refits,
        rng=rng,
    )
    return result.lowest


def _decided(
    candidates: Sequence[Candidate],
    config: Selection,
    sampled: Integers,
    fits: dict[int, kmeans.KMeansFit],
    least: int,
) -> Dossier:
    rule = config.rule
    judged = tuple(_judged(candidate, rule) for candidate in candidates)
    ranked = _ranked(judged, rule.criterion)
    natural = _natural(judged, rule)
    if natural:
        ranked = [natural, *(one for one in ranked if one is not natural)]
    chosen = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    return Dossier(
        candidates=judged,
        k=chosen.k,
        runner_up=second.k if second else None,
        rule=rule_in_words(config, least=least),
        reason=_of_gaps(natural) if natural else _reason(chosen, second, judged, rule),
        is_natural=natural is not None,
        changes=tuple(_changes(judged, rule)),
        sampled=sampled,
        fits=fits,
    )


def _natural(judged: Sequence[Candidate], rule: Rule) -> Candidate | None:
    """Give the largest k whose segments all stand apart, where there is one."""
    partings = {one.k: one.parting for one in judged if one.parting and not one.least}
    k = most_parted(partings, least_share=rule.min_share)
    return next((one for one in judged if one.k == k), None)


def _of_gaps(natural: Candidate) -> str:
    return (
        f"The learners are {natural.k} groups that stand apart: each is parted from "
        "the one nearest to it by a thin place, and more segments are not."
    )


def _judged(candidate: Candidate, rule: Rule) -> Candidate:
    objections = []
    if candidate.k < rule.min_k:
        objections.append(f"fewer than {rule.min_k} segments")
    if candidate.least:
        objections.append(f"smallest segment under {candidate.least} learners")
    for name, asked in LIMITS.items():
        limit = getattr(rule, name)
        if asked.refuses(as_told(candidate.value(asked.measure)), limit):
            objections.append(asked.objection.format(asked.write(limit)))
    return replace(candidate, objections=tuple(objections))


def _ranked(candidates: Sequence[Candidate], criterion: Criterion) -> list[Candidate]:
    """Order by `_rank`; within the standard error of the first, fewer segments lead."""
    ranked = sorted(candidates, key=lambda c: _rank(c, criterion))
    best = ranked[0]
    error = best.error(criterion)
    if not error:
        return ranked
    floor = (best.value(criterion) or 0.0) - error
    equals = [
        c
        for c in ranked
        if len(c.objections) == len(best.objections)
        and (value := c.value(criterion)) is not None
        and value >= floor
    ]
    first = min(equals, key=lambda c: c.k)
    return [first, *(c for c in ranked if c is not first)]


def _rank(candidate: Candidate, criterion: Criterion) -> tuple[int, float, int]:
    """Order by: fewest objections, best criterion, smallest k."""
    found = candidate.value(criterion)
    value = -np.inf if found is None else found
    best_first = value if STATISTICS[criterion].better == "lower" else -value
    if criterion == "k" and candidate.objections:  # not settled: the coarsest will do
        best_first = value
    return len(candidate.objections), best_first, candidate.k


def rule_in_words(config: Selection, *, least: int = 1) -> str:
    """Say the rule of a configuration in one sentence.

    Parameters
    ----------
    config : Selection
    least : int, default=1
        Learners each segment must have.

    Examples
    --------
    >>> from learnstrata.config.stages import Rule, Selection
    >>> rule_in_words(Selection(rule=Rule(min_k=3, criterion="silhouette")))
    'Of k = 3 to 10, the highest silhouette.'
    """
    rule = config.rule
    first, last = max(config.k_min, rule.min_k), config.k_max
    conditions = []
    if first > last:
        first = config.k_min
        conditions.append(f"of at least {rule.min_k} segments")
    for name, asked in LIMITS.items():
        if told := _asked_in_words(config, name, asked, least):
            conditions.append(asked.condition.format(told))
    admitted = (" " + listed(conditions)) if conditions else ""
    best = best_of(rule.criterion)
    if _has_error(config):
        best += "; of those within its standard error, the fewest segments"
    values = f"{first} to {last}" if first < last else f"{first} alone"
    rest = f"k = {values}{admitted}, {best}."
    if not rule.gaps:
        return f"Of {rest}"
    return (
        f"As many as there are groups that stand apart; where there are none, of {rest}"
    )


def _asked_in_words(config: Selection, name: str, asked: OfEachK, least: int) -> str:
    """Write what the rule asks of a measure; empty where it asks nothing of it."""
    limit = getattr(config.rule, name)
    unmeasured = asked.measure in _unmeasured(config)
    told = [] if limit == asked.without or unmeasured else [asked.write(limit)]
    if asked.measure == "smallest_share" and least > 1:
        told.append(f"{least} learners")
    return " and ".join(told)


def _unmeasured(config: Selection) -> set[str]:
    """Name what the configuration does not have measured."""
    counts = {"lowest_jaccard": config.resamples, "half_agreement": config.splits}
    return {measure for measure, count in counts.items() if not count}


def _has_error(config: Selection) -> bool:
    """Say whether the criterion is measured on some learners only."""
    criterion = config.rule.criterion
    sampled = criterion == "silhouette" and config.scored > 0
    return sampled or criterion == "silhouette_excess"


def _reason(
    chosen: Candidate,
    second: Candidate | None,
    judged: Sequence[Candidate],
    rule: Rule,
) -> str:
    admitted = [c.k for c in judged if not c.objections]
    told = _standing(chosen, rule.criterion)
    best = min(judged, key=lambda c: _rank(c, rule.criterion))
    if best.k != chosen.k:
        told += (
            f", within the standard error ({best.error(rule.criterion):.2g}) of the "
            f"highest, {_value(best, rule.criterion)} at k = {best.k}"
        )
    if chosen.objections:
        told = (
            "No k meets the rule: how many segments there are is not settled. The one "
            f"with the fewest objections is taken: {told}; against it: "
            f"{'; '.join(chosen.objections)}"
        )
    else:
        are = "is" if len(admitted) == 1 else "are"
        told = f"{len(admitted)} of {len(judged)} values of k {are} admitted. {told}"
    if second is None:
        return f"{told}; there is no other."
    note = f" ({'; '.join(second.objections)})" if second.objections else ""
    if rule.criterion != "k":
        note = f" with {_value(second, rule.criterion)}{note}"
    return f"{told}; the runner-up is k = {second.k}{note}."


def _standing(chosen: Candidate, criterion: Criterion) -> str:
    if criterion == "k":
        which = (
            "the fewest segments of these" if chosen.objections else "the most of these"
        )
        return f"k = {chosen.k} is {which}"
    name = statistic_of(criterion).label
    return f"k = {chosen.k} has a {name} of {_value(chosen, criterion)}"


def _value(candidate: Candidate, criterion: Criterion) -> str:
    value = candidate.value(criterion)
    return "unknown size" if value is None else _told(value)


def _told(value: float) -> str:
    """Write a statistic as exactly as it is published.

    Examples
    --------
    >>> _told(0.3), _told(1.41649), _told(12345.6)
    ('0.300', '1.42', '12,300')
    """
    if abs(value) < 1:
        return f"{value:.3f}"
    return f"{float(f'{value:.3g}'):,}".removesuffix(".0")


def _changes(judged: Sequence[Candidate], rule: Rule) -> Iterator[str]:
    """Say which other orders and limits would have led to another k."""
    chosen = _best(judged, rule)
    for criterion in get_args(Criterion):
        known = all(c.value(criterion) is not None for c in judged)
        other = _best(judged, replace(rule, criterion=criterion)) if known else chosen
        if other.k != chosen.k:
            yield f"Ordered by {best_of(criterion)}, k = {other.k} would be chosen."
    for name, asked in LIMITS.items():
        for value, other in _moved(judged, rule, name, asked):
            moved = asked.moved.format(value)
            yield f"With {moved} asked for, k = {other.k} would be chosen."


def _best(candidates: Sequence[Candidate], rule: Rule) -> Candidate:
    judged = [_judged(candidate, rule) for candidate in candidates]
    return _ranked(judged, rule.criterion)[0]


def _moved(
    candidates: Sequence[Candidate], rule: Rule, name: str, asked: OfEachK
) -> Iterator[tuple[float, Candidate]]:
    """Move a limit to the nearest round values on both sides that change the choice."""
    here, chosen = getattr(rule, name), _best(candidates, rule)
    for direction in (-1, 1):
        for times in range(1, 21):
            value = round(here + direction * times * asked.step, 6)
            if not 0 <= value <= asked.end:
                break
            found = _best(candidates, replace(rule, **{name: value}))
            if found.k != chosen.k:
                yield value, found
                break
