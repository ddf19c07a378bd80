"""Two cuts of the same learners, judged alike: the one in use, and a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.learners.features.matrix import FeatureModel
from learnstrata.learners.features.register import feature_of
from learnstrata.segments.meaning.outcome_values import differing, read_outcome
from learnstrata.segments.meaning.outcomes import (
    MIN_LEARNERS,
    MIN_OF_EACH,
    OUR_OUTCOMES,
    folds_of,
    unfair_reason,
    with_role_change,
)
from learnstrata.stats.inputs import Rows
from learnstrata.stats.kmeans import KMeansFit
from learnstrata.stats.ordered import dense
from learnstrata.stats.sampling import sample_rows
from learnstrata.stats.skill import held_out_losses, resampled_skills
from learnstrata.stats.stability import bootstrap_jaccard
from learnstrata.stats.validity import inertia, silhouette

__all__ = ["OutcomeGain", "Score", "judge_cuts", "outcome_gains"]

Codes = npt.NDArray[np.int64]
Cuts = tuple[Codes, Codes]  # of the champion and of the challenger

SAMPLE = 5_000  # learners whose silhouettes are computed
DRAWN, RESAMPLES = 20_000, 20  # learners who are drawn again, and how often
FOLDS, RESAMPLED = 5, 1_000  # as of the outcomes of a run


@dataclass(frozen=True, slots=True)
class Score:
    """How good a cut of learners is, in the features of the challenger.

    Attributes
    ----------
    explained : float
        Share of the variance of the features between the segments, 0 to 1.
    silhouette : float or None
        Mean over a sample, -1 to 1; None of one segment.
    jaccard : float or None
        How well the least stable segment is found again where the learners are drawn
        anew and cut into as many from scratch, 0 to 1; None of one segment.
    """

    explained: float
    silhouette: float | None
    jaccard: float | None


@dataclass(frozen=True, slots=True)
class OutcomeGain:
    """How much two cuts tell of an outcome that neither was made from.

    Attributes
    ----------
    outcome : str
        As people name it.
    learners : int
        Who has it.
    champion, challenger : float
        Skill on held-out learners (`learnstrata.stats.skill.resampled_skills`).
    gain, low, high : float
        By how much the challenger tells more, with the 95 % interval.
    """

    outcome: str
    learners: int
    champion: float
    challenger: float
    gain: float
    low: float
    high: float


def judge_cuts(X: Rows, cuts: Cuts, *, rng: int) -> tuple[Score, Score]:
    """Judge two cuts of the same rows.

    Parameters
    ----------
    X : array of shape (n_learners, n_features)
    cuts : tuple of two arrays of int, shape (n_learners,)
        Segment of each learner by the champion and by the challenger, from 0.
    rng : int
        Both are judged on the same sample and the same resamples of it.

    Returns
    -------
    tuple of Score

    Examples
    --------
    >>> X = np.random.default_rng(0).normal([[0.0], [9.0]], size=(2, 50)).reshape(-1, 1)
    >>> one, other = judge_cuts(X, (np.arange(100) % 2, np.arange(100) // 50), rng=0)
    >>> one.explained < 0.1 < 0.9 < other.explained, other.jaccard
    (True, 1.0)
    """
    some, drawn = (sample_rows(len(X), size, rng=rng) for size in (SAMPLE, DRAWN))
    total = inertia(X, np.zeros(len(X), dtype=np.int64))
    one, other = (
        Score(
            1 - inertia(X, labels) / total,
            _silhouette(X[some], labels[some]),
            _jaccard(X[drawn], dense(labels[drawn]), rng),
        )
        for labels in map(dense, cuts)
    )
    return one, other


def _silhouette(X: Rows, labels: Codes) -> float | None:
    is_cut = labels.min() < labels.max()
    return silhouette(X, [labels])[0].mean if is_cut else None


def _jaccard(X: Rows, labels: Codes, rng: int) -> float | None:
    """Give the Jaccard similarity of the least stable segment."""
    sizes = np.bincount(labels)
    if len(sizes) == 1:
        return None
    centers = np.column_stack([np.bincount(labels, x) / sizes for x in X.T])
    cut = KMeansFit(centers, labels.astype(np.int32), inertia(X, labels), 0)
    found = bootstrap_jaccard(X, cut, n_resamples=RESAMPLES, start="fresh", rng=rng)
    return found.lowest


def outcome_gains(
    values: pl.DataFrame,
    model: FeatureModel,
    cuts: Cuts,
    *,
    outcomes: Sequence[str] = (),
    least: int = 10,
    rng: int,
) -> tuple[OutcomeGain, ...]:
    """Say how much more of each outcome the challenger tells than the champion.

    Parameters
    ----------
    values : polars.DataFrame
        `learnstrata.segments.model.values.learner_values`.
    model : FeatureModel
        Of the challenger: an outcome that it was made from cannot judge it.
    cuts : tuple of two arrays of int, shape (n_learners,)
        Segment of each learner by the champion and by the challenger, from 0.
    outcomes : sequence of str
        Columns of `values`, beside what older records tell.
    least : int, default=10
        As for `learnstrata.segments.meaning.outcomes.judge_outcomes`.
    rng : int

    Returns
    -------
    tuple of OutcomeGain
        None of an outcome that too few have, or that cannot judge.
    """
    table = with_role_change(values)
    ours = [c for c in OUR_OUTCOMES if c in table.columns]
    names = dict.fromkeys((*ours, *outcomes))
    told = (_gain(table, name, model, cuts, least, rng) for name in names)
    return tuple(one for one in told if one is not None)


def _gain(
    table: pl.DataFrame,
    name: str,
    model: FeatureModel,
    cuts: Cuts,
    least: int,
    rng: int,
) -> OutcomeGain | None:
    if unfair_reason(name, table, model):
        return None
    values = read_outcome(table, name, least=least)
    n = len(values.Y)
    is_rare = values.kind == "yes/no" and differing(values, None) < MIN_OF_EACH
    if values.reason or n < MIN_LEARNERS or is_rare or not values.Y.std(axis=0).any():
        return None
    draws = np.random.default_rng(rng)
    fold = folds_of(n, None, FOLDS, draws)
    known = (dense(labels[values.known]) for labels in cuts)
    losses = [held_out_losses(values.Y, labels, fold=fold) for labels in known]
    drawn = resampled_skills(
        np.column_stack(losses),
        held_out_losses(values.Y, fold=fold),
        n_resamples=RESAMPLED,
        rng=draws,
    )
    one, other = (drawn.skill(j)[0] for j in (0, 1))
    return OutcomeGain(feature_of(name).label, n, one, other, *drawn.difference(1, 0))
