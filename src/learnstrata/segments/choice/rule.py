"""The rule that chooses how many segments: what it admits, takes and says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args, get_type_hints

import numpy as np

from learnstrata.config.limits import OfEachK
from learnstrata.config.stages import Criterion, Rule, Selection
from learnstrata.segments.choice.candidates import Candidate
from learnstrata.wording.statistics import STATISTICS, as_told, best_of, statistic_of
from learnstrata.wording.words import listed

__all__ = ["Choice", "Limits", "choose", "is_taken", "least_agreement", "rule_in_words"]


def _limits_in(stage: type) -> dict[str, OfEachK]:
    return {
        name: one
        for name, hint in get_type_hints(stage, include_extras=True).items()
        for one in getattr(hint, "__metadata__", ())
        if isinstance(one, OfEachK)
    }


OF_SELECTION: Mapping[str, OfEachK] = _limits_in(Selection)
LIMITS: Mapping[str, OfEachK] = {**_limits_in(Rule), **OF_SELECTION}
SETTLED = 0.8  # of the samples, on which the rule takes the same k
LEAST_AGREEMENT = 0.8  # where the rule that chooses k asks for none


@dataclass(frozen=True, slots=True)
class Limits:
    """What the number of learners allows, whatever the configuration asks for.

    Attributes
    ----------
    n_learners : int
    least : int
        Learners each segment must have.
    most_k : int
        Segments at most.
    """

    n_learners: int
    least: int = 1
    most_k: int = 1_000_000

    def objections(self, candidate: Candidate) -> list[str]:
        """Say what is against a k."""
        found = []
        smallest = round(candidate.smallest_share * self.n_learners, 6)
        if smallest < self.least:
            found.append(f"smallest segment under {self.least} learners")
        if candidate.k > self.most_k:
            found.append("too few learners for so many segments")
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """The number of segments, and how it came about.

    Attributes
    ----------
    k, runner_up : int, int or None
    candidates : tuple of Candidate
        With what the rule objects to.
    rule, reason : str
        The rule in words, made from the configuration, and what it led to.
    changes : tuple of str
        What would change the choice.
    is_forced : bool
        Whether k was asked for.
    again, agreed, samples : int
        On how many samples of the learners the rule takes the same k, on how many
        halves agree on it as the rule asks, and how many there are: 0 where none was
        tried.
    """

    k: int
    runner_up: int | None
    candidates: tuple[Candidate, ...]
    rule: str
    reason: str
    changes: tuple[str, ...] = ()
    is_forced: bool = False
    again: int = 0
    agreed: int = 0
    samples: int = 0

    @property
    def chosen(self) -> Candidate | None:
        """Give the candidate that was chosen; None where there is one segment."""
        return next((one for one in self.candidates if one.k == self.k), None)

    @property
    def is_natural(self) -> bool:
        """Whether the segments are groups that stand apart."""
        return self.chosen is not None and self.chosen.is_natural

    @property
    def is_settled(self) -> bool:
        """Whether the rule admits this k, and takes it on other samples as well.

        What was asked for, groups that stand apart and one segment are settled.
        """
        chosen = self.chosen
        if self.is_forced or chosen is None or chosen.is_natural:
            return True
        return not chosen.objections and self.again >= SETTLED * self.samples

    @property
    def is_repeated(self) -> bool:
        """Whether halves of other samples agree on k, too, as far as was tried."""
        return self.agreed >= SETTLED * self.samples

    def tried_again(self, again: int, agreed: int, samples: int) -> "Choice":
        """Give the same with on how many samples of the learners k holds."""
        found = replace(self, again=again, agreed=agreed, samples=samples)
        if self.is_forced:
            return found
        words = (
            f"On {again} of {samples} samples of the learners the rule takes "
            f"k = {self.k} again"
        )
        if not found.is_settled:
            words += ": how many segments there are is not settled"
        return replace(found, reason=f"{self.reason} {words}.")


def _limit(config: Selection, name: str) -> float:
    return getattr(config if name in OF_SELECTION else config.rule, name)


def _moved_to(config: Selection, name: str, value: float) -> Selection:
    if name in OF_SELECTION:
        return replace(config, **{name: value})
    return replace(config, rule=replace(config.rule, **{name: value}))


def choose(
    candidates: Sequence[Candidate], config: Selection, *, limits: Limits
) -> Choice:
    """Judge every k, and take one.

    Parameters
    ----------
    candidates : sequence of Candidate
        A `config.k` beyond those of the sweep is judged, and no choice of the rule.
    config : Selection
    limits : Limits

    Returns
    -------
    Choice

    Notes
    -----
    Groups that stand apart come first. Else it is the best by the criterion of the k
    that the rule admits. Where it admits none, the smallest k that keeps the hard
    limits (`OfEachK.is_hard`) is taken, or the one of fewest objections where the
    criterion is not k; and where none keeps them, one segment.
    """
    judged = tuple(_judged(candidate, config, limits) for candidate in candidates)
    swept = [one for one in judged if config.k_min <= one.k <= config.k_max]
    ranked = _taken(swept, config.rule.criterion)
    natural = max((c for c in swept if c.is_natural), key=lambda c: c.k, default=None)
    if natural:
        ranked = [natural, *(one for one in ranked if one is not natural)]
    choice = Choice(
        k=ranked[0].k if ranked else 1,
        runner_up=ranked[1].k if len(ranked) > 1 else None,
        candidates=judged,
        rule=rule_in_words(config, least=limits.least),
        reason=_reason(ranked, swept, config.rule),
        changes=() if natural else tuple(_changes(swept, config, limits)),
    )
    return choice if config.k is None else _forced(choice, config.k)


def _forced(choice: Choice, k: int) -> Choice:
    """Take the k that was asked for, and say what speaks against it."""
    if k == choice.k:
        return replace(choice, is_forced=True, reason=f"Asked for. {choice.reason}")
    asked = next((one for one in choice.candidates if one.k == k), None)
    against = [f"the rule takes k = {choice.k}", *(asked.objections if asked else ())]
    if choice.is_natural:
        against[0] = f"there are {choice.k} groups that stand apart"
    return replace(
        choice,
        k=k,
        runner_up=choice.k if choice.k > 1 else None,
        reason=f"k = {k} was asked for. Against it: {'; '.join(against)}.",
        changes=(f"By the rule, k = {choice.k} would be chosen.",),
        is_forced=True,
    )


def _judged(candidate: Candidate, config: Selection, limits: Limits) -> Candidate:
    rule = config.rule
    hard = limits.objections(candidate)
    soft = []
    if candidate.k < rule.min_k:
        soft.append(f"fewer than {rule.min_k} segments")
    for name, asked in LIMITS.items():
        limit = _limit(config, name)
        if asked.refuses(as_told(candidate.value(asked.measure)), limit):
            objection = asked.objection.format(asked.write(limit))
            (hard if asked.is_hard else soft).append(objection)
    return replace(candidate, refusals=tuple(hard), objections=(*hard, *soft))


def _taken(judged: Sequence[Candidate], criterion: Criterion) -> list[Candidate]:
    """Order the possible k: the first is taken; none where none is possible.

    Within the standard error of the first, fewer segments lead.
    """
    possible = [c for c in judged if c.is_possible]
    ranked = sorted(possible, key=lambda c: _rank(c, criterion))
    if not ranked:
        return []
    best = ranked[0]
    if criterion == "k" and best.objections:  # not settled: the coarsest will do
        return sorted(possible, key=lambda c: c.k)
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
    if rule.gaps == "none":
        return f"Of {rest}"
    return (
        f"As many as there are groups that stand apart; where there are none, of {rest}"
    )


def _asked_in_words(config: Selection, name: str, asked: OfEachK, least: int) -> str:
    """Write what the rule asks of a measure; empty where it asks nothing of it."""
    limit = _limit(config, name)
    of_halves = asked.measure in {"jaccard_low", "half_agreement"}
    unmeasured = of_halves and not config.splits
    told = [] if limit == asked.without or unmeasured else [asked.write(limit)]
    if asked.measure == "smallest_share" and least > 1:
        told.append(f"{least} learners")
    return " and ".join(told)


def _has_error(config: Selection) -> bool:
    """Say whether the criterion is measured on some learners only."""
    criterion = config.rule.criterion
    sampled = criterion == "silhouette" and config.scored > 0
    return sampled or criterion == "silhouette_excess"


def _reason(
    ranked: Sequence[Candidate], judged: Sequence[Candidate], rule: Rule
) -> str:
    if not ranked:
        refused = list(dict.fromkeys(word for one in judged for word in one.refusals))
        return f"No cut holds at any k that was tried: {'; '.join(refused)}."
    chosen, *others = ranked
    if chosen.is_natural:
        return (
            f"The learners are {chosen.k} groups that stand apart: few lie between "
            "each and the one nearest to it. No finer cut that was tried has that."
        )
    looked = any(one.parting for one in judged)
    told = "No groups stand apart at any k. " if looked else ""
    return told + _of_a_cut(chosen, others[0] if others else None, judged, rule)


def _of_a_cut(
    chosen: Candidate,
    second: Candidate | None,
    judged: Sequence[Candidate],
    rule: Rule,
) -> str:
    if chosen.objections:
        told = _of_none_admitted(chosen, rule.criterion)
    else:
        told = _of_the_best(chosen, judged, rule.criterion)
    if second is None:
        return f"{told}."
    note = f" ({'; '.join(second.objections)})" if second.objections else ""
    if rule.criterion != "k":
        note = f" with {_value(second, rule.criterion)}{note}"
    return f"{told}; the runner-up is k = {second.k}{note}."


def _of_none_admitted(chosen: Candidate, criterion: Criterion) -> str:
    taken = (
        "the coarsest possible cut"
        if criterion == "k"
        else "the one with the fewest objections"
    )
    return (
        "No k meets the rule, so how many segments there are is not settled. "
        f"k = {chosen.k}, {taken}, is taken; against it: {'; '.join(chosen.objections)}"
    )


def _of_the_best(
    chosen: Candidate, judged: Sequence[Candidate], criterion: Criterion
) -> str:
    n_admitted = sum(not c.objections for c in judged)
    are = "is" if n_admitted == 1 else "are"
    told = f"{n_admitted} of {len(judged)} values of k {are} admitted. "
    told += _standing(chosen, criterion)
    possible = (c for c in judged if c.is_possible)
    best = min(possible, key=lambda c: _rank(c, criterion))
    if best.k == chosen.k:
        return told
    return (
        f"{told}, within the standard error ({best.error(criterion):.2g}) of the "
        f"highest, {_value(best, criterion)} at k = {best.k}"
    )


def _standing(chosen: Candidate, criterion: Criterion) -> str:
    if criterion == "k":
        return f"k = {chosen.k} is the most of these"
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


def _changes(
    judged: Sequence[Candidate], config: Selection, limits: Limits
) -> Iterator[str]:
    """Say which other orders and limits would have led to another k."""
    chosen = _taken_k(judged, config, limits)
    for criterion in get_args(Criterion):
        known = all(c.value(criterion) is not None for c in judged)
        ordered = replace(config, rule=replace(config.rule, criterion=criterion))
        other = _taken_k(judged, ordered, limits)
        if known and other != chosen:
            yield f"Ordered by {best_of(criterion)}, k = {other} would be chosen."
    for name, asked in LIMITS.items():
        for value, other in _moved(judged, config, limits, name):
            moved = asked.moved.format(value)
            yield f"With {moved} asked for, k = {other} would be chosen."


def _taken_k(candidates: Sequence[Candidate], config: Selection, limits: Limits) -> int:
    """Give the k that the rule takes for use, gaps left out of it."""
    judged = [_judged(one, config, limits) for one in candidates]
    taken = _taken(judged, config.rule.criterion)
    return taken[0].k if taken else 1


def is_taken(
    k: int, candidates: Sequence[Candidate], config: Selection, limits: Limits
) -> tuple[bool, bool]:
    """Say whether the rule admits k and nothing before it, and whether halves agree.

    Parameters
    ----------
    k : int
    candidates : sequence of Candidate
        With that of k, and all that could be taken in its place where it is admitted.
    config : Selection
    limits : Limits
    """
    judged = [_judged(one, config, limits) for one in candidates]
    first = next(iter(_taken(judged, config.rule.criterion)), None)
    own = next(one for one in candidates if one.k == k)
    agreed = (as_told(own.half_agreement) or 0.0) >= least_agreement(config.rule)
    return first is not None and first.k == k and not first.objections, agreed


def least_agreement(rule: Rule) -> float:
    """Give what halves must agree on, also where the rule asks for none.

    Parameters
    ----------
    rule : Rule
    """
    return rule.min_agreement or LEAST_AGREEMENT


def _moved(
    candidates: Sequence[Candidate], config: Selection, limits: Limits, name: str
) -> Iterator[tuple[float, int]]:
    """Move a limit to the nearest round values on both sides that change the choice."""
    here, asked = _limit(config, name), LIMITS[name]
    chosen = _taken_k(candidates, config, limits)
    for direction in (-1, 1):
        for times in range(1, 21):
            value = round(here + direction * times * asked.step, 6)
            if not 0 <= value <= asked.end:
                break
            found = _taken_k(candidates, _moved_to(config, name, value), limits)
            if found != chosen:
                yield value, found
                break
