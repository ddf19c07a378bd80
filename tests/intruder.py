"""The intruder: whoever has all that a run publishes, and works out what it hides.

He knows what every table is of, so which counts add up to which
(`learnstrata.summary.sums`); he is given how the counts were grouped; and he has a
linear programme.
"""

import math

import highspy
import numpy as np

from learnstrata.summary.sums import tally_of


def counts_of(results):
    """Name every count of learners; None is one under the base.

    A count that stands in several places is one count: they must agree.
    """
    found = tally_of(results).counts
    torn = {name: values for name, values in found.items() if len(values) > 1}
    assert not torn, torn
    return {name: values[0] for name, values in found.items()}


def sums_of(results):
    return tally_of(results).sums


class Intruder:
    """What is left of every count when all published numbers are put together.

    Parameters
    ----------
    told : Results
        Disclosed.
    rounding : Rounding
        How counts were grouped, which nobody but the owner knows.
    exact : mapping
        Only to look up the group that is told: the limits are those of the group.
    """

    def __init__(self, told, *, rounding):
        self.counts = counts_of(told)
        self.place = {key: i for i, key in enumerate(self.counts)}
        self.limits = {k: group(v, rounding) for k, v in self.counts.items()}
        self.solver = self._programme(sums_of(told), lost=told.small_segments > 0)

    def _programme(self, sums, *, lost):
        """Lay down the sums; of segments left out, parts are missing in them."""
        solver = highspy.Highs()
        solver.silent()
        for low, high in self.limits.values():
            solver.addVar(low, high)
        for parts, total, whole in sums:
            at = np.array([self.place[total], *(self.place[p] for p in parts)])
            signs = np.array([1.0, *(-1.0 for _ in parts)])
            slack = 0.0 if whole and not lost else math.inf
            solver.addRow(0.0, slack, len(at), at, signs)
        return solver

    def bounds(self, key):
        """Give the fewest and the most that a count can be."""
        i = self.place[key]
        ends = []
        self.solver.changeColCost(i, 1.0)
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            self.solver.changeObjectiveSense(sense)
            self.solver.run()
            status = self.solver.getModelStatus()
            assert status == highspy.HighsModelStatus.kOptimal, status
            ends.append(self.solver.getInfo().objective_function_value)
        self.solver.changeColCost(i, 0.0)
        return math.ceil(ends[0] - 1e-6), math.floor(ends[1] + 1e-6)


def group(told, rounding):
    """Give the counts that are told as a value, found by trying all that are near."""
    if told is None:
        return 0, rounding.base - 1
    reach = rounding.base
    while True:
        near = range(max(rounding.base, told - reach), told + reach + 1)
        same = [n for n in near if rounding.count(n) == told]
        if same and same[0] > near[0] and same[-1] < near[-1]:
            return same[0], same[-1]
        if same and same[0] == rounding.base and same[-1] < near[-1]:
            return same[0], same[-1]
        reach *= 2
