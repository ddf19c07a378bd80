"""Halves of the learners at every k: how often, and the choice that rests on them."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from learnstrata.config.stages import Rule, Selection
from learnstrata.exceptions import DegenerateError
from learnstrata.segments.choice.candidates import Candidate, with_halves
from learnstrata.segments.choice.rule import Choice, Limits, choose
from learnstrata.stats.inputs import Floats, Integers
from learnstrata.stats.replication import Halves, cut_halves, lower_quartile
from learnstrata.stats.sampling import sample_rows

__all__ = ["Halving", "choose_on_halves", "is_lost"]

FIRST = 8  # halvings of every k, before any is passed over
ROUNDED = 0.001  # by which a value is told too high at the most


@dataclass(frozen=True, slots=True, eq=False)
class Halving:
    """Learners to halve, and their cuts.

    Attributes
    ----------
    sample : array of shape (n_rows, n_columns)
        Rows of the sweep.
    cuts : mapping of int to array of int, shape (n_rows,)
        By k, their segments.
    config : Selection
    rng : Generator
        It is left as it is: whoever halves again has the same halves.
    """

    sample: npt.NDArray[np.float32]
    cuts: Mapping[int, Integers]
    config: Selection
    rng: np.random.Generator

    def halves(
        self,
        *,
        enough: Callable[[Halves], bool] | None = None,
        known: Mapping[int, Halves] | None = None,
    ) -> Mapping[int, Halves]:
        """Cut both halves at every k, but for the largest that a half cannot hold.

        Parameters
        ----------
        enough, known : callable, mapping of int to Halves, default=None
            Which k need no more halvings, and those made before: as for `cut_halves`.
        """
        if not self.config.splits:
            return {}
        rng = deepcopy(self.rng)
        some = sample_rows(len(self.sample), self.config.half_rows, rng=rng)
        seed = int(rng.integers(2**63))
        ks = sorted(k for k in self.cuts if k > 1)
        while ks:
            try:
                return cut_halves(
                    self.sample[some],
                    {k: self.cuts[k][some] for k in ks},
                    n_splits=self.config.splits,
                    enough=enough,
                    known=known,
                    rng=seed,
                )
            except DegenerateError:
                ks = ks[:-1]
        return {}


def choose_on_halves(
    candidates: Sequence[Candidate],
    halving: Halving,
    config: Selection,
    *,
    limits: Limits,
) -> tuple[Choice, Mapping[int, Halves]]:
    """Halve the learners until it is known which k the rule takes.

    Eight halvings of every k; of one that then does not hold, as many more as it takes
    to hold or to be lost, whatever the rest would give; and all of the k that is taken.
    A k that does not hold on all is taken no more: the rule takes the k that it would
    take if all had all halvings.

    Parameters
    ----------
    candidates : sequence of Candidate
        With all else that was measured of them.
    halving : Halving
    config : Selection
    limits : Limits

    Returns
    -------
    Choice, mapping of int to Halves
    """
    known = partial(_is_known, config)
    by_stability = config.rule.criterion in {"lowest_jaccard", "jaccard_low"}
    halves = halving.halves(enough=None if by_stability else known)
    choice = choose(with_halves(candidates, halves), config, limits=limits)
    while choice.k in halves and halves[choice.k].n_splits < config.splits:
        halves = halving.halves(enough=partial(_is_other, choice.k), known=halves)
        choice = choose(with_halves(candidates, halves), config, limits=limits)
    return choice, halves


def _is_other(k: int, found: Halves) -> bool:
    return found.k != k


def _is_known(config: Selection, found: Halves) -> bool:
    if found.n_splits < FIRST:
        return False
    return _holds(found, config.rule) or is_lost(config, found)


def _holds(found: Halves, rule: Rule) -> bool:
    stable = lower_quartile(found.jaccard).min() >= rule.min_jaccard
    return bool(stable and lower_quartile(found.agreement) >= rule.min_agreement)


def is_lost(config: Selection, found: Halves) -> bool:
    """Say whether a k fails the rule, whatever the halvings that are left would give.

    Parameters
    ----------
    config : Selection
    found : Halves
        Of some of the halvings that `config` asks for.
    """
    rule, n_splits = config.rule, config.splits
    apart = _stays_under(found.agreement, rule.min_agreement, n_splits)
    return apart or _stays_under(found.jaccard, rule.min_jaccard, 2 * n_splits)


def _stays_under(values: Floats, limit: float, n_values: int) -> bool:
    """Say whether the lower quartile of all values is under the limit already."""
    failed = (values < limit - ROUNDED).sum(axis=0)
    return bool(np.max(failed) >= (n_values - 1) // 4 + 2)
