"""Counts by name, and the sums they are part of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from learnstrata.privacy.disclosure.groups import Relation

__all__ = ["Key", "Sum", "Tally"]

Key = tuple[str | int | float | None, ...]


class Sum(NamedTuple):
    """Parts that add up to a total, to no more than it, or to no less."""

    parts: tuple[Key, ...]
    total: Key
    relation: Relation


@dataclass
class Tally:
    """Counts by name, and how they add up.

    Attributes
    ----------
    counts : dict
        Name to the values it has where it stands: one, if all places agree.
    sums : list of Sum
        True of every table.
    likely : list of Sum
        True where two populations are the same, as in a table without gaps: who reads
        that it has none knows.
    unsaid : set
        Names of totals that stand nowhere, of which two tables have the parts.
    """

    counts: dict[Key, list[int | None]] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    likely: list[Sum] = field(default_factory=list)
    unsaid: set[Key] = field(default_factory=set)

    def note(self, key: Key, value: int | None) -> Key:
        """Note a count under its name."""
        told = self.counts.setdefault(key, [])
        if value not in told:
            told.append(value)
        return key

    def add(self, parts: Iterable[Key], total: Key, *, whole: bool) -> None:
        """Note that parts add up to a total (or, not `whole`, to no more)."""
        self._note_sum(self.sums, parts, total, "=" if whole else "<=")

    def guess(self, parts: Iterable[Key], total: Key, relation: Relation = "=") -> None:
        """Note how parts add up to a total in many tables, if not in all."""
        self._note_sum(self.likely, parts, total, relation)

    def match(self, parts: Iterable[Key], others: Iterable[Key], *, name: Key) -> None:
        """Note that two sets of parts may add up to the same total, told nowhere."""
        one, other = ([k for k in keys if k in self.counts] for keys in (parts, others))
        if one and other:
            self.counts[name] = [sum(self.counts[key][0] or 0 for key in one)]
            self.unsaid.add(name)
            self.guess(one, name)
            self.guess(other, name)

    def _note_sum(
        self, sums: list[Sum], parts: Iterable[Key], total: Key, relation: Relation
    ) -> None:
        there = tuple(key for key in parts if key in self.counts)
        if there and total in self.counts:
            sums.append(Sum(there, total, relation))
