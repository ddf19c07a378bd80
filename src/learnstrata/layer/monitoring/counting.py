"""Counts of two tables as they may be told, and drift that is made of those alone.

Whatever is worked out here is a function of the groups that rounding puts counts in:
who knows it all knows no count nearer than its group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from learnstrata.layer.pairs import WIDER
from learnstrata.privacy.disclosure.rounding import Rounding, share_of
from learnstrata.stats.drift import Drift, category_drift, rate_drift
from learnstrata.summary.contract.results import Results
from learnstrata.summary.sums import tally_of

__all__ = ["Groups", "coarse", "rounding_as_told"]

MOST_JOINED = 6  # groups that a run makes one of, at most
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
DECIDING = 10  # learners that a step does not tell apart

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of both tables as its groups tell it: values, and what they may err by.

    Attributes
    ----------
    old, new : float
        Middles of their groups; of a count that is hidden in one table alone, what it
        would be if nothing had moved, as far as a hidden count can be that.
    old_error, new_error : float
        Variances of a count within its group.
    """

    old: float
    new: float
    old_error: float = 0.0
    new_error: float = 0.0


@dataclass(frozen=True, slots=True)
class Groups:
    """How the counts of a run and of a new table are rounded.

    Attributes
    ----------
    old, new : Rounding
        That of the run, and one with the same groups as a run of the new table would
        begin with.
    sizes : tuple of int
        Learners of both tables, exactly: their groups alone are used.
    """

    old: Rounding
    new: Rounding
    sizes: Pair

    def size(self, n: int) -> int | None:
        """Tell a size of the new table, in steps that hide what a run of it would.

        That may join groups to leave room in its sums, which the finer would undo.
        """
        most = n + WIDER * self.new.base
        return self.new.wider(WIDER, most=most).count(n)

    def told(self, old: int, new: int) -> tuple[int | None, int | None]:
        """Tell a size of each table."""
        return self.old.count(old), self.size(new)

    def category(self, old: Sequence[int], new: Sequence[int]) -> Drift | None:
        """Compare the values of a category by their groups; None where all are few.

        Values that are hidden in both tables are one, of as many as all have without
        those that are told: their own sum would tell of one more than the groups do.

        Parameters
        ----------
        old, new : sequence of int
            How many have each value, in the same order.
        """
        told = [one for one in zip(old, new, strict=True) if max(one) >= self.new.base]
        if not told:
            return None
        cells = [self._cell(one, self.sizes) for one in told]
        cells += self._rest((sum(old), sum(new)), cells)
        return category_drift(
            [one.old for one in cells],
            [one.new for one in cells],
            errors=(
                [one.old_error for one in cells],
                [one.new_error for one in cells],
            ),
        )

    def rate(self, parts: Pair, wholes: Pair) -> Drift:
        """Compare a rate by the groups of its counts; one of few in both has not moved.

        Parameters
        ----------
        parts, wholes : tuple of int
            Of the run and of the new table.
        """
        of = self._cell(wholes, wholes)
        if max(parts) < self.new.base:
            return replace(rate_drift((0, of.old), (0, of.new)), psi=0.0)
        one = self._cell(parts, wholes)
        sides = (
            (one.old, one.old_error, of.old, of.old_error),
            (one.new, one.new_error, of.new, of.new_error),
        )
        error = sum(
            (spread + (part / whole) ** 2 * off) / whole**2
            for part, spread, whole, off in sides
        )
        return rate_drift((one.old, of.old), (one.new, of.new), error=error)

    def rates(
        self, parts: Pair, wholes: tuple[int | None, int | None]
    ) -> tuple[float | None, float | None]:
        """Give the rates of both tables as they are told; None of few.

        Parameters
        ----------
        parts : tuple of int
        wholes : tuple of int or None
            As told.
        """
        told = (self.old.count(parts[0]), self.new.count(parts[1]))
        return share_of(told[0], wholes[0]), share_of(told[1], wholes[1])

    def _rest(self, known: Pair, cells: Sequence[Cell]) -> list[Cell]:
        """Give who is in no told cell, where that is more than rounding explains."""
        whole = self._cell(known, self.sizes)
        rest = Cell(
            max(whole.old - sum(one.old for one in cells), 0.0),
            max(whole.new - sum(one.new for one in cells), 0.0),
            whole.old_error + sum(one.old_error for one in cells),
            whole.new_error + sum(one.new_error for one in cells),
        )
        least = self.new.base + 2 * max(rest.old_error, rest.new_error) ** 0.5
        return [rest] if max(rest.old, rest.new) >= least else []

    def _cell(self, counts: Pair, wholes: Pair) -> Cell:
        """Give what the groups of two counts say, one of which is told at least."""
        (old, off), (new, by) = (
            _middle(rounding, n)
            for rounding, n in zip((self.old, self.new), counts, strict=True)
        )
        n, m = (
            _middle(rounding, whole)[0]
            for rounding, whole in zip((self.old, self.new), wholes, strict=True)
        )
        least = self.new.base
        if counts[0] < least <= counts[1]:
            return Cell(min(new * n / m, least - 1), new, new_error=by)
        if counts[1] < least <= counts[0]:
            return Cell(old, min(old * m / n, least - 1), old_error=off)
        return Cell(old, new, off, by)


def coarse(value: float | None, n: float) -> float | None:
    """Give a rate or an effect of `n` learners in steps that hide a learner.

    A step is 10 / n or more, and 0.01 at the least.

    Examples
    --------
    >>> coarse(0.2781, 5_000), coarse(0.2781, 400), coarse(0.2781, 60)
    (0.28, 0.3, 0.2)
    """
    if value is None:
        return None
    step = next((one for one in STEPS if one >= DECIDING / n), STEPS[-1])
    return round(round(value / step) * step, 2) + 0.0


def _middle(rounding: Rounding, n: int) -> tuple[float, float]:
    """Give the middle of the group of a count, and the variance of counts in it."""
    low, high = rounding.limits(n)
    return (low + high) / 2, ((high - low + 1) ** 2 - 1) / 12


def rounding_as_told(exact: Results, told: Results) -> Rounding:
    """Find the rounding of a run by the counts that it tells.

    A count that the run does not tell is rounded as those that it does: nothing of a
    run is told in two roundings.

    Parameters
    ----------
    exact, told : Results
        Both forms of one run.
    """
    pairs = sorted(set(_counts(exact, told)))
    base = exact.settings.base

    def fits(one: Rounding) -> int:
        return sum(one.count(n) == shown for n, shown in pairs)

    found = max((Rounding(base, offset) for offset in range(base)), key=fits)
    for n, shown in pairs:
        if found.count(n) != shown:
            # A count that was held within its whole follows no group.
            found = max(found, _joined(found, n, shown), key=fits)
    return found


def _counts(exact: Results, told: Results) -> Iterator[tuple[int, int]]:
    """Give each count of a run with what it tells in its place."""
    shown = tally_of(told).counts
    for name, values in tally_of(exact).counts.items():
        for n, m in zip(values, shown.get(name, ()), strict=False):
            if n is not None and m is not None and n >= exact.settings.base:
                yield n, m


def _joined(rounding: Rounding, n: int, shown: int) -> Rounding:
    """Join the fewest groups by which a count is told as it was; as it is by none."""
    reach = range(MOST_JOINED)
    for down, up in sorted(product(reach, reach), key=sum):
        wider = rounding
        for upwards, times in ((False, down), (True, up)):
            for _ in range(times):
                wider = wider.joined(n, upwards=upwards)
        if wider.count(n) == shown:
            return wider
    return rounding
