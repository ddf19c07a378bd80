"""Which further counts to hide, so that totals give none of the hidden ones away."""

from dataclasses import dataclass

import highspy
import numpy as np

from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.attack import (
    Counts,
    Flags,
    Floats,
    Lines,
    bounds,
    check_totals,
    is_exposed,
    programme,
    reach,
)

__all__ = ["protect"]

SLACK = 1e-6  # of the solver's answers
KEPT = 1e-6  # what is hidden already costs next to nothing to move
TOTAL_WORTH = 10.0  # a total is worth ten cells of its size


def protect(
    table: Counts,
    primary: Flags,
    *,
    within: float = 0.1,
    known: Flags | None = None,
    others: bool = True,
) -> Flags:
    """Hide more counts until the attacker of `bounds` exposes none.

    Each round attacks the table. For every exposed count x_j a linear programme finds
    the cheapest change y of the table that keeps all sums and counts >= 0 and moves
    x_j far enough; wherever y is not 0 the count is hidden, so that ``table + y`` is as
    likely as the truth. Far enough is beyond `within` upwards and downwards for what
    the rule hides, ``2 within x_j`` upwards for what only protects it. Rounds go on
    until nothing is exposed (`learnstrata.privacy.disclosure.attack.is_exposed`).

    Parameters
    ----------
    table : array of int of shape (n_1 + 1, ..., n_d + 1)
        Counts with their totals in the last place of each axis.
    primary : array of bool of that shape
        What the rule hides.
    within : float, default=0.1
        How near the attacker must not come, on either side.
    known : array of bool of that shape, default=None
        What is told elsewhere and so cannot be hidden. Nothing of it may be primary.
    others : bool, default=True
        Keep the attacker off what only protects the primary counts, too. Where these
        are large counts that break no rule, that hides many more to no use.

    Returns
    -------
    array of bool
        `primary` and what else is to be hidden. Cells that are 0 stay shown: nobody is
        in them.

    Raises
    ------
    ParameterError
        If the counts are negative or do not add up to their totals, or an empty cell or
        a known one is to be hidden.

    Notes
    -----
    Hiding more only widens what fits: a count once out of reach stays so, and the
    rounds end, at the latest when everything is hidden. Cheap is what holds few
    learners, a total ten times a cell of its size for each axis it sums over. The
    choice is a heuristic: it ends with a safe table, not with the fewest hidden cells.

    Beside known totals a large count may stay within reach although it is hidden: the
    total bounds it. That is left so, as nothing but a small count has to be kept.

    References
    ----------
    .. [1] J. P. Kelly, B. L. Golden, A. A. Assad (1992), "Cell suppression: disclosure
       protection for sensitive tabular data", Networks 22(4): 397-417.

    Examples
    --------
    >>> import numpy as np
    >>> from learnstrata.privacy.disclosure.attack import with_totals
    >>> table = with_totals([[5, 20, 40], [30, 12, 60], [25, 50, 90]])
    >>> protect(table, table < 10)[:3, :3].astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    """
    check_totals(table)
    if (primary & (table == 0)).any():
        raise ParameterError(
            "An empty cell is to be hidden, but nobody is in it. Mark cells with "
            "learners only."
        )
    if known is not None and (primary & known).any():
        raise ParameterError(
            "A count that is known is to be hidden. Mark only counts that nobody tells."
        )
    if not primary.any():
        return primary.copy()
    hidden, cover = primary.copy(), _Cover.over(table, primary, within, known)
    while True:
        given_away = cover.exposed(*bounds(table, hidden))
        exposed = np.flatnonzero((hidden if others else primary) & given_away)
        order = np.argsort(-table.flat[exposed], kind="stable")
        more = cover.hide(hidden, exposed[order])
        if np.array_equal(more, hidden):
            return hidden
        hidden = more


@dataclass(frozen=True, slots=True, eq=False)
class _Cover:
    """The cheapest changes of a table, by one linear programme asked again and again.

    Attributes
    ----------
    places : array of int
        Flat indices of the counts that may change: all but empty and known ones.
    """

    solver: highspy.Highs
    table: Counts
    primary: Flags
    places: Counts
    within: float

    @classmethod
    def over(
        cls, table: Counts, primary: Flags, within: float, known: Flags | None
    ) -> "_Cover":
        free = table > 0 if known is None else (table > 0) & ~known
        places = np.flatnonzero(free)
        n = len(places)
        lines = Lines.over(free)
        most = [np.full(n, highspy.kHighsInf), table.flat[places].astype(float)]
        worth = _worth(table).flat[places]
        solver = programme(
            lines.both_ways(n),
            cost=np.concatenate([worth, worth]),
            upper=np.concatenate(most),
            rest=np.zeros(len(lines.start) - 1),
        )
        return cls(solver, table, primary, places, within)

    def exposed(self, low: Floats, high: Floats) -> Flags:
        """Say which counts these intervals give away."""
        return is_exposed(
            low, high, self.table, within=self.within, both_sides=self.primary
        )

    def hide(self, hidden: Flags, exposed: Counts) -> Flags:
        """Hide what it takes to put each of the `exposed` counts out of reach."""
        flags = hidden.flatten()
        least, most = np.zeros(flags.size), np.zeros(flags.size)
        self._cheapen(np.flatnonzero(flags))
        for place in exposed:
            for amount in self._moves(int(place)):
                if self._is_safe(int(place), amount, least, most):
                    continue
                change = self._change(int(place), amount)
                found = np.abs(change) > SLACK
                self._cheapen(np.flatnonzero(found & ~flags))
                flags |= found
                _widen(least, most, change, self.table.ravel())
        return flags.reshape(hidden.shape)

    def _moves(self, place: int) -> tuple[float, ...]:
        """Say how far a count must be able to move for nobody to know it."""
        count = self.table.flat[place]
        if self.primary.flat[place]:
            far = float(reach(count, within=self.within))
            return far, -far
        return (max(1.0, float(np.ceil(2 * self.within * count - SLACK))),)

    def _is_safe(self, place: int, amount: float, least: Floats, most: Floats) -> bool:
        """Say whether changes found for other counts move this one far enough."""
        if amount < 0:
            return bool(least[place] <= amount + SLACK)
        if self.primary.flat[place]:
            return bool(most[place] >= amount - SLACK)
        return bool(max(most[place], -least[place]) >= amount - SLACK)

    def _cheapen(self, places: Counts) -> None:
        """Let hidden counts move at next to no cost."""
        n = len(self.places)
        own = np.searchsorted(self.places, places)
        both = np.concatenate([own, own + n]).astype(np.int32)
        self.solver.changeColsCost(len(both), both, np.full(len(both), KEPT))

    def _change(self, place: int, amount: float) -> Floats:
        """Find the cheapest change that moves one count by so much; 0 if none does."""
        n = len(self.places)
        own = int(np.searchsorted(self.places, place))
        gain, loss = max(amount, 0.0), max(-amount, 0.0)
        self.solver.changeColBounds(own, gain, gain)
        self.solver.changeColBounds(own + n, loss, loss)
        self.solver.run()
        found = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        moved = np.asarray(self.solver.getSolution().col_value)
        self.solver.changeColBounds(own, 0.0, highspy.kHighsInf)
        self.solver.changeColBounds(own + n, 0.0, float(self.table.flat[place]))
        change = np.zeros(self.table.size)
        if found:
            change[self.places] = moved[:n] - moved[n:]
        return change


def _widen(least: Floats, most: Floats, change: Floats, counts: Counts) -> None:
    """Note how far this change, and its opposite where possible, moves each count."""
    np.minimum(least, change, out=least)
    np.maximum(most, change, out=most)
    if (change <= counts).all():
        np.minimum(least, -change, out=least)
        np.maximum(most, -change, out=most)


def _worth(table: Counts) -> Floats:
    """Weigh what it costs to hide a count: learners, and more where it is a total."""
    axes = np.zeros(table.shape)
    for axis in range(table.ndim):
        np.moveaxis(axes, axis, -1)[..., -1] += 1
    return table * TOTAL_WORTH**axes
