"""The rule that chooses how many segments: what it admits, takes and says."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args, get_type_hints

import numpy as np

from learnstrata.config.limits import OfEachK
from learnstrata.config.stages import Criterion, Rule, Selection
from learnstrata.segments.choice.candidates import Candidate, gain_of
from learnstrata.segments.choice.gaps import most_parted
from learnstrata.stats.inputs import Integers
from learnstrata.stats.replication import Halves
from learnstrata.wording.statistics import STATISTICS, as_told, best_of, statistic_of
from learnstrata.wording.words import listed

__all__ = ["Choice", "Limits", "choose", "rule_in_words"]


def _limits_in(stage: type) -> dict[str, OfEachK]:
    return {
        name: one
        for name, hint in get_type_hints(stage, include_extras=True).items()
        for one in getattr(hint, "__metadata__", ())
        if isinstance(one, OfEachK)
    }


OF_SELECTION: Mapping[str, OfEachK] = _limits_in(Selection)
LIMITS: Mapping[str, OfEachK] = {**_limits_in(Rule), **OF_SELECTION}
DRAWS = 200
SETTLED = 0.8  # of the halves, that lead to the same k
SHOWN = 3  # values of k that are named


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
    is_natural : bool
        Whether k is the number of groups that stand apart.
    is_forced : bool
        Whether it was asked for.
    again : mapping of int to float
        By k, the share of halves of the learners on which the rule takes it; empty
        where it asks nothing that differs between halves.
    """

    k: int
    runner_up: int | None
    candidates: tuple[Candidate, ...]
    rule: str
    reason: str
    changes: tuple[str, ...] = ()
    is_natural: bool = False
    is_forced: bool = False
    again: Mapping[int, float] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Whether the rule admits this k, and takes it on other learners as well."""
        chosen = next((c for c in self.candidates if c.k == self.k), None)
        if chosen is not None and chosen.objections and not self.is_natural:
            return False
        return self.again.get(self.k, 1.0) >= SETTLED


def _limit(config: Selection, name: str) -> float:
    return getattr(config if name in OF_SELECTION else config.rule, name)


def _moved_to(config: Selection, name: str, value: float) -> Selection:
    if name in OF_SELECTION:
        return replace(config, **{name: value})
    return replace(config, rule=replace(config.rule, **{name: value}))


def choose(
    candidates: Sequence[Candidate],
    config: Selection,
    *,
    limits: Limits,
    halves: Mapping[int, Halves] | None = None,
    rng: np.random.Generator,
) -> Choice:
    """Judge every k, and take one.

    Parameters
    ----------
    candidates : sequence of Candidate
    config : Selection
    limits : Limits
    halves : mapping of int to Halves, default=None
        To see whether the same k comes out on other learners.
    rng : Generator

    Returns
    -------
    Choice

    Notes
    -----
    Groups that stand apart come first. Else it is the best by the criterion of the k
    that the rule admits. Where it admits none, the smallest k that is possible at all
    is taken, or the one of fewest objections where the criterion is not k; and where
    none is possible, one segment.

    Whether k is settled is seen by resampling the halvings 200 times: agreement and
    Jaccard are taken over as many splits drawn again, what the last segment explains
    and the smallest share from the cut of one half.
    """
    rule = config.rule
    judged = tuple(_judged(candidate, config, limits) for candidate in candidates)
    natural = _natural(judged, rule)
    ranked = _taken(judged, rule.criterion)
    if natural:
        ranked = [natural, *(one for one in ranked if one is not natural)]
    chosen = ranked[0] if ranked else None
    second = ranked[1] if len(ranked) > 1 else None
    again = {}
    if chosen and not natural and not chosen.objections:
        again = _again(judged, config, limits, halves or {}, rng)
    reason = _reason(chosen, second, judged, rule, is_natural=natural is not None)
    choice = Choice(
        k=chosen.k if chosen else 1,
        runner_up=second.k if second else None,
        candidates=judged,
        rule=rule_in_words(config, least=limits.least),
        reason=f"{reason} {_recurring(again)}".rstrip(),
        changes=tuple(_changes(judged, config, limits)) if not natural else (),
        is_natural=natural is not None,
        again=again,
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
        is_natural=False,
        is_forced=True,
        again={},
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


def _natural(judged: Sequence[Candidate], rule: Rule) -> Candidate | None:
    """Give the largest k whose segments all stand apart, where there is one."""
    partings = {one.k: one.parting for one in judged if one.parting and one.is_possible}
    k = most_parted(partings, least_share=rule.min_share)
    return next((one for one in judged if one.k == k), None)


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


def _again(
    judged: Sequence[Candidate],
    config: Selection,
    limits: Limits,
    halves: Mapping[int, Halves],
    rng: np.random.Generator,
) -> dict[int, float]:
    """Give the share of halves of the learners on which each k is taken."""
    rule = config.rule
    if not halves or not (rule.min_agreement or rule.min_jaccard or config.worth):
        return {}
    n_splits = next(iter(halves.values())).n_splits
    splits = rng.integers(n_splits, size=(DRAWS, n_splits))
    half = rng.integers(2 * n_splits, size=DRAWS)
    drawn = zip(*(_on_halves(one, halves, splits, half) for one in judged), strict=True)
    counts: Counter[int] = Counter()
    for candidates in drawn:
        counts[_k(candidates, config, limits)] += 1
    return {k: counts[k] / DRAWS for k in sorted(counts)}


def _on_halves(
    candidate: Candidate, halves: Mapping[int, Halves], splits: Integers, half: Integers
) -> list[Candidate]:
    """Measure a k once a draw: over the splits drawn again, and on one half."""
    found = halves.get(candidate.k)
    if found is None:
        return [candidate] * len(splits)
    both = np.concatenate([2 * splits, 2 * splits + 1], axis=1)
    agreement = np.quantile(found.agreement[splits], 0.25, axis=1)
    jaccard = np.quantile(found.jaccard[both], 0.25, axis=1).min(axis=1)
    return [
        replace(
            candidate,
            half_agreement=agreement[i].item(),
            jaccard_low=jaccard[i].item(),
            smallest_share=found.smallest_share[h].item(),
            gain=gain_of(
                candidate.k, {k: one.explained[h].item() for k, one in halves.items()}
            ),
        )
        for i, h in enumerate(half.tolist())
    ]


def _recurring(again: Mapping[int, float]) -> str:
    """Say which k the rule takes on halves of the learners; empty where unknown."""
    if not again:
        return ""
    ranked = sorted(again, key=lambda k: -again[k])[:SHOWN]
    told = listed([f"k = {k} in {again[k]:.0%}" for k in ranked])
    settled = again[ranked[0]] >= SETTLED
    how = "" if settled else "How many segments there are is not settled: on"
    return f"{how or 'On'} halves of the learners the same rule takes {told}."


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
    chosen: Candidate | None,
    second: Candidate | None,
    judged: Sequence[Candidate],
    rule: Rule,
    *,
    is_natural: bool,
) -> str:
    if chosen is None:
        first = judged[0]
        return (
            f"No cut is possible, at k = {first.k} already: {listed(first.refusals)}."
        )
    if is_natural:
        return (
            f"The learners are {chosen.k} groups that stand apart: each is parted from "
            "the one nearest to it by a thin place, and more segments are not."
        )
    looked = "" if rule.gaps == "none" else "No groups stand apart at any k. "
    return looked + _of_a_cut(chosen, second, judged, rule)


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
    chosen = _k(judged, config, limits)
    for criterion in get_args(Criterion):
        known = all(c.value(criterion) is not None for c in judged)
        ordered = replace(config, rule=replace(config.rule, criterion=criterion))
        other = _k(judged, ordered, limits)
        if known and other != chosen:
            yield f"Ordered by {best_of(criterion)}, k = {other} would be chosen."
    for name, asked in LIMITS.items():
        for value, other in _moved(judged, config, limits, name):
            moved = asked.moved.format(value)
            yield f"With {moved} asked for, k = {other} would be chosen."


def _k(candidates: Sequence[Candidate], config: Selection, limits: Limits) -> int:
    judged = [_judged(one, config, limits) for one in candidates]
    taken = _taken(judged, config.rule.criterion)
    return taken[0].k if taken else 1


def _moved(
    candidates: Sequence[Candidate], config: Selection, limits: Limits, name: str
) -> Iterator[tuple[float, int]]:
    """Move a limit to the nearest round values on both sides that change the choice."""
    here, asked = _limit(config, name), LIMITS[name]
    chosen = _k(candidates, config, limits)
    for direction in (-1, 1):
        for times in range(1, 21):
            value = round(here + direction * times * asked.step, 6)
            if not 0 <= value <= asked.end:
                break
            found = _k(candidates, _moved_to(config, name, value), limits)
            if found != chosen:
                yield value, found
                break
