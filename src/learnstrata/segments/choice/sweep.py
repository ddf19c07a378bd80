"""How many segments: every k is cut and measured, and the rule takes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from learnstrata.config.stages import Evidence, Rule, Selection
from learnstrata.exceptions import ConfigError, DegenerateError
from learnstrata.segments.choice.candidates import (
    Candidate,
    compared,
    measured,
    shared,
    with_halves,
)
from learnstrata.segments.choice.gaps import find_partings, ordered_columns
from learnstrata.segments.choice.halvings import (
    Halving,
    choose_on_halves,
    is_lost,
)
from learnstrata.segments.choice.nulls import (
    LEAST_LEARNERS,
    NullDraws,
    NullTables,
    draw_nulls,
)
from learnstrata.segments.choice.rule import Choice, Limits, is_taken
from learnstrata.stats import kmeans
from learnstrata.stats.inputs import Integers, distinct_rows
from learnstrata.stats.replication import Halves
from learnstrata.stats.sampling import Sampler, sample_rows

__all__ = ["Dossier", "refuse_too_few", "select"]

SAMPLES, AGAIN_SPLITS = 5, 6  # on which the rule is tried again, and halvings of each
NEAR = 0.75  # of the worth that is asked for: what explains less has no chance
LEAST_TO_SEGMENT = 3  # segments of the least size: fewer learners are no table
SHARE_OF_MOST = 5  # k is at most a fifth of the segments that would have the least size


@dataclass(frozen=True, slots=True, eq=False)
class Dossier:
    """What is known of every k, and the choice.

    Attributes
    ----------
    choice : Choice
    sampled : array of int
        Rows of the matrix the sweep was fitted on, in the order of its labels.
    fits : mapping of int to KMeansFit
        The sweep's own fits, to start the fit on all rows from.
    halves : mapping of int to Halves
        As far as a half can hold so many segments.
    n_halved : int
        Learners that were halved.
    n_scored, n_against : int
        Learners whose silhouette was computed, and those they were compared with.
    nulls : NullDraws or None
        The structureless tables the silhouettes were set beside.
    """

    choice: Choice
    sampled: Integers
    fits: Mapping[int, kmeans.KMeansFit]
    halves: Mapping[int, Halves] = field(default_factory=dict)
    n_halved: int = 0
    n_scored: int = 0
    n_against: int = 0
    nulls: NullDraws | None = None

    @property
    def k(self) -> int:
        """Give the number of segments."""
        return self.choice.k

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Give every k that was tried."""
        return self.choice.candidates

    @property
    def chosen(self) -> Candidate | None:
        """Give the candidate that was chosen; None where there is one segment."""
        return self.choice.chosen

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
        Learners each segment must have for its k to be admitted. With more than one, k
        is at most a fifth of the segments of that size that there could be.

    Returns
    -------
    Dossier

    Raises
    ------
    DegenerateError
        If there are not more distinct rows than the smallest k, or fewer than three
        times `least`.
    ConfigError
        If the rule orders by a stability that the configuration does not compute.
    """
    _refuse_unknown_order(config)
    limits = _limits(len(X), least)
    rows = sample_rows(len(X), config.sample, rng=rng, sampler=sampler)
    sample = X[rows]
    rng = np.random.default_rng(rng)
    fits = _swept(sample, _possible_k(sample, config, limits), config, rng)
    rngs = rng.spawn(5)  # of each stage its own, whatever k is asked for
    candidates = [
        one
        for one in measured(X, sample, fits, config, rngs[0])
        if one.k == config.k or config.k_min <= one.k <= config.k_max
    ]
    labelings = {one.k: fits[one.k].labels for one in candidates}
    if config.rule.gaps != "none":
        candidates = _with_partings(
            candidates, sample, labelings, blocks, config, rngs[2]
        )
    settings = evidence or Evidence()
    nulls = None
    if _asks_for_nulls(config.rule, settings) and len(sample) >= LEAST_LEARNERS:
        tables = NullTables.of(
            sample, blocks, draws=settings.draws, rows=settings.rows, rng=rngs[3]
        )
        nulls = draw_nulls(tables, list(labelings), rng=rngs[3])
        beside = nulls.silhouettes()
        candidates = [one.beside(beside.get(one.k)) for one in candidates]
    halving = Halving(sample, labelings, config, rngs[1])
    choice, halves = choose_on_halves(candidates, halving, config, limits=limits)
    if _may_be_tried_again(choice, config):
        held = _again(X, choice, config, limits, rngs[4])
        choice = choice.tried_again(*held, samples=SAMPLES)
    n_scored, n_against = compared(len(X), len(sample), config)
    return Dossier(
        choice=choice,
        sampled=rows,
        fits={k: fits[k] for k in labelings},
        halves=halves,
        n_halved=min(len(sample), config.half_rows) if halves else 0,
        n_scored=n_scored,
        n_against=n_against,
        nulls=nulls,
    )


def _may_be_tried_again(choice: Choice, config: Selection) -> bool:
    """Say whether k is a cut for use, by what can be measured of other samples."""
    of_use = config.rule.criterion == "k" and config.splits > 0
    chosen = choice.chosen
    if not of_use or chosen is None or chosen.is_natural:
        return False
    return choice.is_forced or not chosen.objections


def _again(
    X: npt.NDArray[np.float32],
    choice: Choice,
    config: Selection,
    limits: Limits,
    rng: np.random.Generator,
) -> tuple[int, int]:
    """Count the samples of two thirds of the learners on which k holds.

    On which the rule takes it, and on which halves agree on it. Finer cuts than the
    chosen are tried where one of them might be taken; coarser ones would be where none
    of these is.
    """
    ks = [one.k for one in choice.candidates if _may_be_taken(one, choice, config)]
    size = min(2 * len(X) // 3, config.half_rows)
    taken, agreed = 0, 0
    for source in rng.spawn(SAMPLES):
        some = X[sample_rows(len(X), size, rng=source)]
        judged = _measured_again(some, ks, config, source)
        holds = is_taken(choice.k, judged, config, limits)
        taken, agreed = taken + holds[0], agreed + holds[1]
    return taken, agreed


def _may_be_taken(candidate: Candidate, choice: Choice, config: Selection) -> bool:
    gain = candidate.gain
    is_near = gain is None or gain >= NEAR * config.worth
    return candidate.k == choice.k or (candidate.k > choice.k and is_near)


def _measured_again(
    sample: npt.NDArray[np.float32],
    ks: Sequence[int],
    config: Selection,
    rng: np.random.Generator,
) -> list[Candidate]:
    """Measure of every k what the rule asks, with fewer starts and halvings."""
    cut = sorted({*ks, *(k - 1 for k in ks if k > 2)})
    fits = kmeans.sketch(sample, cut, rng=rng)
    labelings = {k: fits[k].labels for k in ks}
    fewer = replace(config, splits=AGAIN_SPLITS)
    halves = Halving(sample, labelings, fewer, rng).halves(
        enough=partial(is_lost, fewer)
    )
    return with_halves(shared(sample, fits, ks), halves)


def _limits(n_learners: int, least: int) -> Limits:
    """Give what the number of learners allows; too few are refused."""
    if least == 1:
        return Limits(n_learners)
    if n_learners < LEAST_TO_SEGMENT * least:
        raise DegenerateError(
            f"Got {n_learners} learners, expected {LEAST_TO_SEGMENT * least} or more: "
            f"a segment has at least {least}, so there is nothing to segment. Give a "
            "larger table."
        )
    return Limits(n_learners, least, -(-(n_learners // least) // SHARE_OF_MOST))


def _with_partings(
    candidates: Sequence[Candidate],
    sample: npt.NDArray[np.float32],
    labelings: Mapping[int, Integers],
    blocks: Sequence[Sequence[int]],
    config: Selection,
    rng: np.random.Generator,
) -> list[Candidate]:
    left_out = () if config.rule.gaps == "all" else blocks
    found = find_partings(
        sample,
        labelings,
        ordered=ordered_columns(sample.shape[1], left_out),
        n_starts=config.starts,
        rng=rng,
    )
    return [replace(one, parting=found.get(one.k)) for one in candidates]


def _asks_for_nulls(rule: Rule, evidence: Evidence) -> bool:
    return evidence.level != "none" or rule.criterion == "silhouette_excess"


def _refuse_unknown_order(config: Selection) -> None:
    if config.rule.criterion == "lowest_jaccard" and not config.splits:
        raise ConfigError(
            "Got selection.rule.criterion = 'lowest_jaccard' with selection.splits = "
            "0, expected splits of 2 or more: stability is not computed without them. "
            "Set splits = 20, or another criterion."
        )


def refuse_too_few(
    X: npt.NDArray[np.float32],
    config: Selection,
    *,
    rng: np.random.Generator | int,
    sampler: Sampler,
    least: int = 1,
) -> None:
    """Refuse what `select` refuses before it fits anything.

    Raises
    ------
    DegenerateError, ConfigError
        As `select`.
    """
    _refuse_unknown_order(config)
    limits = _limits(len(X), least)
    sample = X[sample_rows(len(X), config.sample, rng=rng, sampler=sampler)]
    _possible_k(sample, config, limits)


def _possible_k(
    X: npt.NDArray[np.float32], config: Selection, limits: Limits
) -> list[int]:
    n_distinct, asked = distinct_rows(X), max(config.k or 0, config.k_min)
    most = min(config.k_max, n_distinct - 1, max(limits.most_k, config.k_min))
    if n_distinct - 1 < asked:
        raise DegenerateError(
            f"Got {n_distinct} distinct learners in {len(X)}, expected at least "
            f"{asked + 1} to find {asked} segments. Give a larger table, "
            "or more features that tell learners apart."
        )
    ks = {*range(config.k_min, most + 1), asked}
    # what the last segment explains is known beside one segment less
    return sorted(ks | {k - 1 for k in (config.k_min, asked) if k > 2})


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
            if len(k_values) == 1 or k_values[-1] in (config.k, config.k_min):
                raise
            k_values = k_values[:-1]
