"""What an outsider can work out of a table's hidden cells, by linear programmes.

A table is an array of counts whose last place along each axis is the total of the
others, so an 18 x 4 table of cells is an array of shape (19, 5). Whoever sees it knows
that parts add up to totals and that no count is negative.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from learnstrata.exceptions import ParameterError

__all__ = [
    "Counts",
    "Flags",
    "Floats",
    "Lines",
    "bounds",
    "check_totals",
    "is_exposed",
    "programme",
    "reach",
    "with_totals",
]

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

WITHIN = 0.1
SLACK = 1e-6  # of the solver's answers


def with_totals(counts: npt.ArrayLike) -> Counts:
    """Put the totals of every axis behind the counts.

    Examples
    --------
    >>> with_totals([[1, 2], [3, 4]]).tolist()
    [[1, 2, 3], [3, 4, 7], [4, 6, 10]]
    """
    table = np.asarray(counts, dtype=np.int64)
    for axis in range(table.ndim):
        table = np.concatenate([table, table.sum(axis=axis, keepdims=True)], axis=axis)
    return table


def check_totals(table: Counts) -> None:
    """Refuse a table whose parts do not add up to its totals.

    Raises
    ------
    ParameterError
        If a count is negative, or a total is not the sum of its parts.
    """
    inner = table[tuple(slice(-1) for _ in table.shape)]
    if table.min() < 0:
        raise ParameterError(
            f"Got a count of {table.min()}; counts of learners are not negative."
        )
    if not np.array_equal(with_totals(inner), table):
        raise ParameterError(
            "The parts do not add up to the totals. Give the counts of every cell and "
            "of every total, as with_totals or count_cells makes them."
        )


def reach(table: npt.ArrayLike, *, within: float = WITHIN) -> Counts:
    """Say how far from the truth a guess must be to count as off, in whole learners.

    ``floor(within * count) + 1``: 1 for counts under ten, 11 for a hundred.
    """
    return np.floor(within * np.asarray(table) + SLACK).astype(np.int64) + 1


def is_exposed(
    low: Floats,
    high: Floats,
    truth: Counts,
    *,
    within: float = WITHIN,
    both_sides: Flags | bool = False,
) -> Flags:
    """Say which hidden counts t an interval gives away.

    A count is exposed if ``high - low < 2 within t``, or the interval lies inside
    ``(1 - within) t .. (1 + within) t``. Asked for `both_sides`, it is exposed unless
    the interval reaches out on both: ``low < (1 - within) t`` and
    ``high > (1 + within) t``, which is the stricter demand.

    Parameters
    ----------
    low, high : array
        What the attacker knows of each count.
    truth : array of int
    within : float, default=0.1
    both_sides : bool or array of bool, default=False

    Returns
    -------
    array of bool

    Examples
    --------
    >>> low, high, truth = np.array([28.0]), np.array([40.0]), np.array([30])
    >>> is_exposed(low, high, truth).tolist()
    [False]
    >>> is_exposed(low, high, truth, both_sides=True).tolist()
    [True]
    """
    far = reach(truth, within=within)
    below, above = low <= truth - far, high >= truth + far
    wide = high - low >= 2 * within * truth - SLACK
    return ~np.where(both_sides, below & above, (below | above) & wide)


def bounds(table: npt.ArrayLike, hidden: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Bound every hidden count from what is shown.

    For each hidden x_j: the least and the greatest x_j subject to ``sum of parts =
    total`` along every axis and ``x >= 0``, rounded inwards to whole learners.

    Parameters
    ----------
    table : array-like of int of shape (n_1 + 1, ..., n_d + 1)
        Counts with their totals in the last place of each axis. What stands in hidden
        places is not looked at.
    hidden : array-like of bool of the same shape

    Returns
    -------
    low, high : array of float of that shape
        Equal to the count where it is shown; `high` is infinite where nothing bounds
        it.

    Raises
    ------
    ParameterError
        If the shapes differ, or no counts fit what is shown.

    Notes
    -----
    The attacker knows no hidden count and does not ask for whole numbers inside, only
    for the rounded result. In two dimensions that loses nothing (the constraints are
    those of a network); in three the interval may be a little too wide.

    References
    ----------
    .. [1] M. Fischetti, J. J. Salazar (2001), "Solving the cell suppression problem on
       tabular data with linear constraints", Management Science 47(7): 1008-1027.
    .. [2] Q. Huangfu, J. A. J. Hall (2018), "Parallelizing the dual revised simplex
       method", Mathematical Programming Computation 10(1): 119-142.

    Examples
    --------
    Of a 2 x 2 table one hidden cell is simply the rest of its row; four are not.

    >>> table = with_totals([[5, 20], [30, 40]])
    >>> hidden = np.zeros((3, 3), dtype=bool)
    >>> hidden[0, 0] = True
    >>> [float(side[0, 0]) for side in bounds(table, hidden)]
    [5.0, 5.0]
    >>> hidden[:2, :2] = True
    >>> [float(side[0, 0]) for side in bounds(table, hidden)]
    [0.0, 25.0]
    """
    counts, flags = np.asarray(table, dtype=np.int64), np.asarray(hidden, dtype=bool)
    if counts.shape != flags.shape:
        raise ParameterError(
            f"Got a table of shape {counts.shape} and flags of shape {flags.shape}; "
            "expected one flag a count."
        )
    low, high = counts.astype(float), counts.astype(float)
    if flags.any():
        attacker = _Attacker.on(counts, flags)
        n = int(flags.sum())
        found = np.array([attacker.interval(j) for j in range(n)])
        low[flags], high[flags] = found.T
    return low, high


@dataclass(frozen=True, slots=True)
class _Attacker:
    """One linear programme over the hidden counts, asked again with other goals."""

    solver: highspy.Highs
    n: int

    @classmethod
    def on(cls, table: Counts, hidden: Flags) -> "_Attacker":
        n = int(hidden.sum())
        shown = np.where(hidden, 0, table)
        rest = -_line_sums(shown)[_touched(hidden)].astype(float)
        endless = np.full(n, highspy.kHighsInf)
        lines = Lines.over(hidden)
        solver = programme(lines, cost=np.zeros(n), upper=endless, rest=rest)
        return cls(solver, n)

    def interval(self, j: int) -> tuple[float, float]:
        """Give the least and the greatest value of hidden count `j`."""
        least, greatest = self._extreme(j, 1.0), self._extreme(j, -1.0)
        return np.ceil(least - SLACK) + 0.0, np.floor(greatest + SLACK) + 0.0

    def _extreme(self, j: int, goal: float) -> float:
        self.solver.changeColCost(j, goal)
        self.solver.run()
        status = self.solver.getModelStatus()
        value = self.solver.getInfo().objective_function_value * goal
        self.solver.changeColCost(j, 0.0)
        if status == highspy.HighsModelStatus.kOptimal:
            return value
        if goal < 0 and status in _UNBOUNDED:
            return np.inf
        raise ParameterError(
            "No counts fit what is shown: the parts do not add up to the totals. Give "
            "a table as with_totals makes it."
        )


_UNBOUNDED = (
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)


def _line_sums(table: Counts) -> Counts:
    """Sum of the parts less the total of every line, axis after axis."""
    sums = []
    for axis in range(table.ndim):
        lines = np.moveaxis(table, axis, -1).reshape(-1, table.shape[axis])
        sums.append(lines[:, :-1].sum(axis=1) - lines[:, -1])
    return np.concatenate(sums)


def _touched(free: Flags) -> Flags:
    """Say which lines have a free count."""
    return np.concatenate(
        [np.moveaxis(free, a, -1).any(axis=-1).ravel() for a in range(free.ndim)]
    )


@dataclass(frozen=True, slots=True)
class Lines:
    """Every line of a table over its free counts, as compressed sparse rows.

    Attributes
    ----------
    index : array of int32
        Which free count, in the order of the flattened table.
    sign : array of float
        1 for a part, -1 for the total.
    start : array of int32 of shape (n_lines + 1,)
    """

    index: npt.NDArray[np.int32]
    sign: Floats
    start: npt.NDArray[np.int32]

    @classmethod
    def over(cls, free: Flags) -> "Lines":
        """Write down the lines that have a free count."""
        number = np.full(free.shape, -1, dtype=np.int32)
        number[free] = np.arange(int(free.sum()), dtype=np.int32)
        index, sign, length = [], [], []
        for axis, size in enumerate(free.shape):
            lines = np.moveaxis(number, axis, -1).reshape(-1, size)
            lines = lines[(lines >= 0).any(axis=1)]
            signs = np.broadcast_to(np.append(np.ones(size - 1), -1.0), lines.shape)
            index.append(lines[lines >= 0])
            sign.append(signs[lines >= 0])
            length.append((lines >= 0).sum(axis=1))
        start = np.concatenate([[0], np.cumsum(np.concatenate(length))])
        return cls(np.concatenate(index), np.concatenate(sign), start.astype(np.int32))

    def both_ways(self, n: int) -> "Lines":
        """Write each of the `n` free counts as what it gains less what it loses."""
        rows = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        order = np.argsort(np.concatenate([rows, rows]), kind="stable")
        index = np.concatenate([self.index, self.index + n])[order]
        sign = np.concatenate([self.sign, -self.sign])[order]
        return Lines(index.astype(np.int32), sign, (2 * self.start).astype(np.int32))


class _Quiet(highspy.Highs):
    """HiGHS without the banner it prints when it is first made."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's name, called as it is made
        self.silent()
        super().enableCallbacks()


def programme(
    lines: Lines, *, cost: Floats, upper: Floats, rest: Floats
) -> highspy.Highs:
    """Set up: least cost, counts from 0 to `upper`, every line summing to `rest`."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(rest)
    model.col_cost_, model.col_upper_ = cost, upper
    model.col_lower_ = np.zeros(len(cost))
    model.row_lower_ = model.row_upper_ = rest
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.index_, model.a_matrix_.value_ = lines.index, lines.sign
    model.a_matrix_.start_ = lines.start
    solver = _Quiet()
    for option, value in (
        ("threads", 1),
        ("presolve", "off"),
        ("simplex_strategy", 4),  # primal: a new goal leaves the old answer feasible
    ):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    return solver
