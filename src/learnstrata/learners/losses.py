"""Whether too many values could not be read, and whether they are like the others.

Where all the most senior wrote their pay in words, what is left is not the table. The
comparison is with the other numbers of the same records; it proves nothing where those
are missing too.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from learnstrata.exceptions import SchemaError

__all__ = ["Loss", "find_losses", "refuse_lost", "told_losses"]

LEAST = 10  # records with an unreadable value and the other number
MOST = 0.5  # of the values given; if more are unreadable, the column is another one
ONE_SIDED = 0.8  # of them on one side of the median
COMPARED = ("pay", "start_year", "experience", "pay_year")


@dataclass(frozen=True, slots=True)
class Loss:
    """Unreadable values of a column that lie at one end of another.

    Attributes
    ----------
    column, other : str
        The column that could not be read, and the one it is compared by.
    records : int
        With an unreadable value and a number in `other`.
    share : float
        Of them on that side of the median of the records that could be read, 0.8..1.
    side : {"above", "below"}
    """

    column: str
    other: str
    records: int
    share: float
    side: str

    def told(self) -> str:
        """Say it in a sentence."""
        return (
            f"{self.column}: what cannot be read lies at one end. {self.share:.0%} of "
            f"these {self.records:,} records have a {self.other.replace('_', ' ')} "
            f"{self.side} the median of the others."
        )


def find_losses(table: pl.DataFrame, *, names: Iterable[str]) -> tuple[Loss, ...]:
    """Find columns whose unreadable values are not like the readable ones.

    Parameters
    ----------
    table : polars.DataFrame
        Either with ``value:NAME`` and ``fault:NAME`` (as cells were read) or with
        ``NAME`` and ``unread:NAME`` (null where it was read).
    names : iterable of str
        Standard names of the columns to look at.

    Returns
    -------
    tuple of Loss
        The clearest of each column; none where fewer than 10 records tell.

    Examples
    --------
    >>> table = pl.DataFrame({
    ...     "value:pay": [float(i) for i in range(40)],
    ...     "value:experience": [1.0] * 30 + [None] * 10,
    ...     "fault:experience": [False] * 30 + [True] * 10,
    ... })
    >>> [loss.told() for loss in find_losses(table, names=["pay", "experience"])]
    ['experience: what cannot be read lies at one end. 100% of these 10 records have a
    pay above the median of the others.']
    """
    found = (_clearest(table, name) for name in names)
    return tuple(loss for loss in found if loss)


def told_losses(table: pl.DataFrame, *, names: Iterable[str]) -> tuple[str, ...]:
    """Say what `find_losses` finds, one sentence a column."""
    return tuple(loss.told() for loss in find_losses(table, names=names))


def _clearest(table: pl.DataFrame, name: str) -> Loss | None:
    lost = _lost(table, name)
    if lost is None or lost.sum() < LEAST:
        return None
    losses = [
        loss
        for other in COMPARED
        if other != name and (loss := _compared(table, name, other, lost))
    ]
    return max(losses, key=lambda loss: loss.share, default=None)


def _lost(table: pl.DataFrame, name: str) -> pl.Series | None:
    if f"fault:{name}" in table.columns:
        return table[f"fault:{name}"]
    if f"unread:{name}" in table.columns:
        return table[f"unread:{name}"].is_not_null()
    return None


def _compared(
    table: pl.DataFrame, name: str, other: str, lost: pl.Series
) -> Loss | None:
    column = f"value:{other}" if f"value:{other}" in table.columns else other
    if column not in table.columns:
        return None
    values = table[column]
    theirs = values.filter(lost).drop_nulls()
    middle = values.filter(~lost).median()
    if len(theirs) < LEAST or middle is None:
        return None
    sides = {"above": (theirs > middle).mean(), "below": (theirs < middle).mean()}
    side, share = max(sides.items(), key=lambda item: float(str(item[1])))
    share = float(str(share))
    return Loss(name, other, len(theirs), share, side) if share >= ONE_SIDED else None


def refuse_lost(
    table: pl.DataFrame,
    mapping: Mapping[str, str],
    *,
    hints: Callable[[], Mapping[str, str]],
) -> None:
    """Refuse a table that has lost over half of a column.

    Parameters
    ----------
    table : polars.DataFrame
        As for `find_losses`.
    mapping : mapping of str to str
        Standard name to column of the user's table.
    hints : callable
        Gives by standard name how to have read what could not be; called on refusal.

    Raises
    ------
    SchemaError
        If more than half of the values given, of ten or more, cannot be read.
    """
    for name, column in mapping.items():
        lost = _lost(table, name)
        if lost is None or lost.sum() < LEAST:
            continue
        value = f"value:{name}" if f"value:{name}" in table.columns else name
        n, given = int(lost.sum()), int((lost | table[value].is_not_null()).sum())
        if n > MOST * given:
            raise SchemaError(
                f"{name} (column {column!r}) cannot be read in {n:,} of the {given:,} "
                f"records that have it. {hints().get(name) or 'Map another column'}. "
                "Examples: learnstrata check."
            )
