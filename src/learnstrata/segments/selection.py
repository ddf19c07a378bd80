"""How many segments: the sweep over k, its dossier, and the rule that chooses."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from learnstrata.config import Criterion, Rule, Selection
from learnstrata.exceptions import ConfigError, DegenerateError
from learnstrata.stats import kmeans, stability, validity
from learnstrata.stats.sampling import sample_rows

__all__ = ["Candidate", "Dossier", "rule_in_words", "select"]

LARGER_IS_BETTER = {
    "silhouette": True,
    "calinski_harabasz": True,
    "davies_bouldin": False,
    "lowest_jaccard": True,
}
CRITERION_WORDS = {
    "silhouette": "the highest silhouette",
    "calinski_harabasz": "the highest Calinski-Harabasz index",
    "davies_bouldin": "the lowest Davies-Bouldin index",
    "lowest_jaccard": "the highest stability of its least stable segment",
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
    calinski_harabasz, davies_bouldin : float
    smallest_share, largest_share : float
        Of the rows of the sweep.
    lowest_jaccard : float or None
        Bootstrap Jaccard of the least stable segment; None where it was not asked for.
    objections : tuple of str
        Why the rule does not admit this k; empty where it does.
    """

    k: int
    inertia: float
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    smallest_share: float
    largest_share: float
    lowest_jaccard: float | None
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of every k, and the choice.

    Attributes
    ----------
    candidates : tuple of Candidate
    k, runner_up : int, int or None
    rule, reason : str
        The rule in words, made from the configuration, and what it led to.
    n_rows : int
        Rows the sweep was fitted on.
    fits : mapping of int to KMeansFit
        The sweep's own fits, to start the fit on all rows from.
    """

    candidates: tuple[Candidate, ...]
    k: int
    runner_up: int | None
    rule: str
    reason: str
    n_rows: int
    fits: dict[int, kmeans.KMeansFit]

    @property
    def chosen(self) -> Candidate:
        """Give the candidate that was chosen."""
        return next(c for c in self.candidates if c.k == self.k)

    def rows(self) -> list[dict[str, Any]]:
        """Give the dossier as rows, one a k."""
        return [asdict(candidate) for candidate in self.candidates]


def select(
    X: npt.NDArray[np.float32],
    config: Selection,
    *,
    rng: np.random.Generator | int,
    sampler: Literal["generator", "legacy"] = "generator",
) -> Dossier:
    """Sweep k, judge every candidate, and choose by the rule of the configuration.

    Parameters
    ----------
    X : array of shape (n_learners, n_columns)
    config : Selection
    rng : Generator or int
    sampler : {"generator", "legacy"}
        How the rows of the sweep are drawn; ``legacy`` needs an int as `rng`.

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
    k_values = _possible_k(sample, config)
    fits = kmeans.sweep(sample, k_values, n_starts=config.starts, rng=rng)
    labelings = [fits[k].labels for k in k_values]
    scores = validity.silhouette(sample, labelings, rows=_scored(sample, config, rng))
    ch = validity.calinski_harabasz(sample, labelings)
    db = validity.davies_bouldin(sample, labelings)
    candidates = []
    for i, k in enumerate(k_values):
        shares = np.bincount(labelings[i], minlength=k) / len(sample)
        jaccard = _lowest_jaccard(sample, fits[k], config, rng)
        candidates.append(
            Candidate(
                k=k,
                inertia=fits[k].inertia,
                silhouette=scores[i].mean,
                calinski_harabasz=float(ch[i]),
                davies_bouldin=float(db[i]),
                smallest_share=float(shares.min()),
                largest_share=float(shares.max()),
                lowest_jaccard=jaccard,
            )
        )
    return _decided(candidates, config, len(sample), fits)


def _refuse_unknown_order(config: Selection) -> None:
    if config.rule.criterion == "lowest_jaccard" and not config.resamples:
        raise ConfigError(
            "Got selection.rule.criterion = 'lowest_jaccard' with "
            "selection.resamples = 0, expected resamples above 0: stability is not "
            "computed without them. Set resamples = 20, or another criterion."
        )


def _possible_k(X: npt.NDArray[np.float32], config: Selection) -> list[int]:
    n_distinct = len(np.unique(X, axis=0))
    most = min(config.k_max, n_distinct - 1)
    if most < config.k_min:
        raise DegenerateError(
            f"Got {n_distinct} distinct learners in {len(X)}, expected at least "
            f"{config.k_min + 1} to find {config.k_min} segments. Give a larger table, "
            "or more features that tell learners apart."
        )
    return list(range(config.k_min, most + 1))


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
    n_rows: int,
    fits: dict[int, kmeans.KMeansFit],
) -> Dossier:
    rule = config.rule
    judged = tuple(_judged(candidate, rule) for candidate in candidates)
    ranked = sorted(judged, key=lambda c: _rank(c, rule.criterion))
    chosen = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    return Dossier(
        candidates=judged,
        k=chosen.k,
        runner_up=second.k if second else None,
        rule=rule_in_words(config),
        reason=_reason(chosen, second, judged, rule),
        n_rows=n_rows,
        fits=fits,
    )


def _judged(candidate: Candidate, rule: Rule) -> Candidate:
    objections = []
    if candidate.k < rule.min_k:
        objections.append(f"fewer than {rule.min_k} segments")
    if candidate.smallest_share < rule.min_share:
        share, least = _told_apart(candidate.smallest_share, rule.min_share, "%")
        objections.append(f"smallest segment {share}, under {least}")
    jaccard = candidate.lowest_jaccard
    if jaccard is not None and jaccard < rule.min_jaccard:
        found, least = _told_apart(jaccard, rule.min_jaccard, "f")
        objections.append(f"least stable segment {found}, under {least}")
    return replace(candidate, objections=tuple(objections))


def _told_apart(value: float, limit: float, kind: Literal["%", "f"]) -> tuple[str, str]:
    """Write two numbers with as many decimals, two or more, as make them differ."""
    for decimals in range(2, 16):
        shown = f"{value:.{decimals}{kind}}", f"{limit:.{decimals}{kind}}"
        if shown[0] != shown[1]:
            return shown
    return str(value), str(limit)


def _rank(candidate: Candidate, criterion: Criterion) -> tuple[int, float, int]:
    """Order by: fewest objections, best criterion, smallest k."""
    value = getattr(candidate, criterion)
    value = -np.inf if value is None else float(value)
    best_first = -value if LARGER_IS_BETTER[criterion] else value
    return len(candidate.objections), best_first, candidate.k


def rule_in_words(config: Selection) -> str:
    """Say the rule of a configuration in one sentence.

    Examples
    --------
    >>> from learnstrata.config import Rule, Selection
    >>> rule_in_words(Selection(rule=Rule(min_k=3, criterion="silhouette")))
    'Of k = 3 to 10, the highest silhouette.'
    """
    rule = config.rule
    first, last = max(config.k_min, rule.min_k), config.k_max
    conditions = []
    if first > last:
        first = config.k_min
        conditions.append(f"of at least {rule.min_k} segments")
    if rule.min_share:
        least = f"{100 * rule.min_share:.6g}%"
        conditions.append(f"whose smallest segment holds at least {least}")
    if rule.min_jaccard and config.resamples:
        conditions.append(
            "whose least stable segment reaches a bootstrap Jaccard of "
            f"{rule.min_jaccard:.6g}"
        )
    admitted = (" " + " and ".join(conditions)) if conditions else ""
    best = CRITERION_WORDS[rule.criterion]
    values = f"{first} to {last}" if first < last else f"{first} alone"
    return f"Of k = {values}{admitted}, {best}."


def _reason(
    chosen: Candidate,
    second: Candidate | None,
    judged: Sequence[Candidate],
    rule: Rule,
) -> str:
    admitted = [c.k for c in judged if not c.objections]
    name = rule.criterion.replace("_", " ")
    value = getattr(chosen, rule.criterion)
    told = f"k = {chosen.k} has a {name} of {value:.3f}"
    if chosen.objections:
        told = (
            "No k meets the rule. The one with the fewest objections is taken: "
            f"{told}; against it: {'; '.join(chosen.objections)}"
        )
    else:
        are = "is" if len(admitted) == 1 else "are"
        told = f"{len(admitted)} of {len(judged)} values of k {are} admitted. {told}"
    if second is None:
        return f"{told}; there is no other."
    other = getattr(second, rule.criterion)
    note = f" ({'; '.join(second.objections)})" if second.objections else ""
    return f"{told}; the runner-up is k = {second.k} with {other:.3f}{note}."
