"""The intruder: whoever has all that a run publishes, and works out what it hides.

He knows what every table is of, so which counts there are and which add up to which
(`learnstrata.summary.sums`); he is given how the counts were grouped; and he has a
linear programme.
"""

import math
from dataclasses import dataclass

import highspy
import numpy as np

from learnstrata.privacy.disclosure.groups import Added
from learnstrata.privacy.disclosure.kinds import (
    Edge,
    Fact,
    Kind,
    Label,
    Setting,
    Word,
)
from learnstrata.summary.contract.model import Model
from learnstrata.summary.sums import tally_of
from learnstrata.summary.walk import kinds_of

NAMING = (Setting, Word, Label, Fact, Edge)
LEFT = {"=": (0.0, 0.0), "<=": (0.0, math.inf), ">=": (-math.inf, 0.0)}


def counts_of(results):
    """Name every count of learners; None is one under the base.

    A count that stands in several places is one count: they must agree.
    """
    found = tally_of(results).counts
    torn = {name: values for name, values in found.items() if len(values) > 1}
    assert not torn, torn
    return {name: values[0] for name, values in found.items()}


def true_sums(results):
    """Give the sums that hold of exact results, those of all tables or of this one."""
    tally, exact = tally_of(results), counts_of(results)
    return [
        one
        for one in (*tally.sums, *tally.likely)
        if holds(one, exact) or one in tally.sums
    ]


def holds(one, exact):
    """Say whether a sum is true; None where a count of it is not known."""
    values = np.array([exact[one.total], *(exact[part] for part in one.parts)], float)
    if np.isnan(values).any():
        return None
    parts = tuple(range(1, len(values)))
    return Added(parts, 0, one.relation).holds(values)


class Intruder:
    """What is left of every count when all published numbers are put together.

    Parameters
    ----------
    exact : Results
        Of which he knows what is counted and what adds up to what, and no value.
    told : Results
        The same, disclosed. A row that was left out holds counts under the base.
    rounding : Rounding
        How counts were grouped, which nobody but the owner knows.
    """

    def __init__(self, exact, told, *, rounding):
        tally, published = tally_of(exact), counts_of(told)
        known = counts_of(exact)
        self.names = [name for name, value in known.items() if value is not None]
        self.place = {name: i for i, name in enumerate(self.names)}
        self.told = {n: published.get(n) for n in self.names if n not in tally.unsaid}
        most = max(known[name] for name in self.names)
        ends = {}
        for n in self.names:
            if n in tally.unsaid:
                ends[n] = (0, math.inf)
            elif published.get(n) is None and known[n] >= rounding.base:
                ends[n] = (0, most)  # of few learners, whose records may be many
            else:
                ends[n] = group(published.get(n), rounding)
        self.limits = np.array([ends[name] for name in self.names], float)
        self.solver = self._programme(true_sums(exact))
        # The least and the most that some solution has of each count.
        self.found = np.array([[math.inf, -math.inf]] * len(self.names))

    def _programme(self, sums):
        solver = highspy.Highs()
        solver.silent()
        for low, high in self.limits:
            solver.addVar(low, high)
        for parts, total, relation in sums:
            names = (total, *parts)
            if all(name in self.place for name in names):
                at = np.array([self.place[name] for name in names])
                signs = np.array([1.0, *(-1.0 for _ in parts)])
                solver.addRow(*LEFT[relation], len(at), at, signs)
        return solver

    def _solve(self, costs):
        """Find the values that cost least, and note what they show to be possible."""
        places = np.arange(len(self.names), dtype=np.int32)
        self.solver.changeColsCost(len(places), places, costs)
        self.solver.run()
        status = self.solver.getModelStatus()
        assert status == highspy.HighsModelStatus.kOptimal, status
        values = np.array(self.solver.getSolution().col_value)
        self.found[:, 0] = np.minimum(self.found[:, 0], values)
        self.found[:, 1] = np.maximum(self.found[:, 1], values)
        return values

    def attack(self, *, base, larger=None):
        """Give the least and the most of every count, told apart no finer than asked.

        Of a count under the base all that can be; of a larger one no more values than
        `larger`, by default half the base, where that many are possible.
        """
        larger = base / 2 if larger is None else larger
        rng = np.random.default_rng(0)
        hidden = np.array([self.told.get(name, -1) is None for name in self.names])
        for _ in range(6):  # many at once: what one solution has needs no other
            costs = rng.normal(size=len(self.names))
            for sign in (-1.0, 1.0):
                self._solve(sign * costs)
                self._solve(sign * np.abs(costs))
        for name in self.told:
            i = self.place[name]
            enough = base if hidden[i] else larger
            for sign in (1.0, -1.0):
                if self._left(i) < enough:
                    costs = np.zeros(len(self.names))
                    costs[i] = sign
                    self._solve(costs)
        return {name: self._ends(self.place[name]) for name in self.told}

    def _ends(self, i):
        low, high = self.found[i]
        return math.ceil(low - 1e-6), math.floor(high + 1e-6)

    def _left(self, i):
        low, high = self._ends(i)
        return high - low + 1


def group(told, rounding):
    """Give the counts that are told as a value, found by trying all that are near."""
    if told is None:
        return 0, rounding.base - 1
    reach = rounding.base
    while reach <= 2 * told + 100 * rounding.base:
        near = range(max(rounding.base, told - reach), told + reach + 1)
        same = [n for n in near if rounding.count(n) == told]
        if same and same[0] > near[0] and same[-1] < near[-1]:
            return same[0], same[-1]
        if same and same[0] == rounding.base and same[-1] < near[-1]:
            return same[0], same[-1]
        reach *= 2
    raise AssertionError(f"no count is told as {told}")


@dataclass(frozen=True)
class Published:
    """A value of results: where it stands, of what kind, and what is around it."""

    path: tuple
    kind: Kind
    value: object
    scope: tuple


def published(model, path=(), around=()):
    """Give every scalar of results; the path names rows by their labels."""
    scope = (*around, model)
    for name, kind in kinds_of(type(model)).items():
        yield from _scalars(getattr(model, name), kind, (*path, name), scope)


def _scalars(value, kind, path, scope):
    if isinstance(value, Model):
        yield from published(value, path, scope)
    elif isinstance(value, tuple):
        for i, one in enumerate(value):
            name = identity(one) if isinstance(one, Model) else i
            yield from _scalars(one, kind, (*path, name), scope)
    else:
        yield Published(path, kind, value, scope)


def identity(row):
    """Name a row by what of it is no number of learners."""
    return tuple(
        value
        for name, kind in kinds_of(type(row)).items()
        if isinstance(kind, NAMING)
        and isinstance(value := getattr(row, name), str | int | float)
    )
