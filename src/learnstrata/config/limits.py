"""Limits of a value that more than its type decides: other values, or its parts.

Each is an annotation of a field in `learnstrata.config.stages`. Pydantic hands it the
fields that stand above; a field that was refused is not among them.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import AfterValidator, ValidationInfo

__all__ = [
    "CAN_BE_REACHED",
    "EACH_ONCE",
    "GROWS",
    "INSIDE",
    "LARGEST_FITS_K",
    "NAMES_SEGMENTS",
    "NONE_OR_2",
    "NONE_OR_50",
    "OTHER_THAN_DECIMAL",
    "OfEachK",
    "at_least",
    "names_bands_of",
]

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfEachK:
    """What a setting of the rule asks of every k: a limit of what is measured of it.

    Attributes
    ----------
    measure : str
        Field or index of `learnstrata.segments.choice.sweep.Candidate`; where it was
        not measured, nothing is asked.
    objection, condition, moved : str
        Words with a place for the limit: against a k, in the rule, and where another
        limit would change the choice.
    without : float
        Limit that asks nothing.
    is_most : bool
        Whether it is the most, not the least.
    is_share : bool
        Whether it is written in percent.
    is_hard : bool
        Whether it holds where no k meets the rule, too.
    step, end : float
        By how much it is moved to see where the choice changes, and up to where.
    """

    measure: str
    objection: str
    condition: str
    moved: str
    without: float = 0.0
    is_most: bool = False
    is_share: bool = False
    is_hard: bool = False
    step: float = 0.05
    end: float = 1.0

    def refuses(self, value: float | None, limit: float) -> bool:
        """Say whether a measured value is beyond the limit."""
        if value is None:
            return False
        return value > limit if self.is_most else value < limit

    def write(self, limit: float) -> str:
        """Write a limit.

        Examples
        --------
        >>> OfEachK("smallest_share", "", "", "", is_share=True).write(0.02)
        '2%'
        """
        return f"{100 * limit:.6g}%" if self.is_share else f"{limit:.6g}"


class _Group(Protocol):
    @property
    def columns(self) -> Texts: ...


class _Rule(Protocol):
    @property
    def max_share(self) -> float: ...


def at_least(other: str) -> AfterValidator:
    """Demand as much as of the field `other`, which stands above."""

    def check(value: float, info: ValidationInfo) -> float:
        least = info.data.get(other)
        if least is not None and value < least:
            told = least if isinstance(least, int) else f"{least:g}"
            raise ValueError(f"expected {other} = {told} or more")
        return value

    return AfterValidator(check)


def names_bands_of(limits: str, *, or_none: bool = False) -> AfterValidator:
    """Demand a name for each band, one more than the `limits` that stand above.

    With `or_none`, no limits at all stand for those found in the table.
    """

    def check(names: Texts, info: ValidationInfo) -> Texts:
        bands = info.data.get(limits)
        found_later = or_none and not bands
        if bands is not None and not found_later and len(names) != len(bands) + 1:
            raise ValueError(
                f"expected {len(bands) + 1} names, one more than {limits} has limits"
            )
        return names

    return AfterValidator(check)


def _grows(values: tuple[float, ...]) -> tuple[float, ...]:
    if not all(low < high for low, high in itertools.pairwise(values)):
        raise ValueError("expected each number to be above the one before it")
    return values


def _is_inside(shares: tuple[float, ...]) -> tuple[float, ...]:
    if not all(0 < share < 1 for share in shares):
        raise ValueError("expected numbers between 0 and 1, both left out")
    return shares


def _is_none_or_2(number: int) -> int:
    if number == 1:
        raise ValueError("expected 0 (none), or 2 or more")
    return number


def _is_none_or_50(rows: int) -> int:
    if rows != 0 and rows < 50:
        raise ValueError("expected 0 (none), or 50 or more")
    return rows


def _is_no_decimal(mark: str | None, info: ValidationInfo) -> str | None:
    if mark is not None and mark == info.data.get("decimal"):
        raise ValueError("expected another mark than decimal")
    return mark


def _leaves_room_for_k(rule: _Rule, info: ValidationInfo) -> _Rule:
    k_max = info.data.get("k_max")
    if k_max is not None and rule.max_share * k_max < 1:
        raise ValueError(
            f"got max_share = {rule.max_share:g}, expected 1 / k_max = {1 / k_max:.3g} "
            "or more: no number of segments could meet it"
        )
    return rule


def _can_be_reached(max_p: float, info: ValidationInfo) -> float:
    draws, least = info.data.get("draws"), math.ceil(1 / max_p) - 1
    drawn = info.data.get("level", "none") != "none"
    if drawn and draws is not None and draws < least:
        raise ValueError(
            f"{draws} draws give no p-value under 1/{draws + 1}, and no silhouette "
            f"could be above chance: evidence.draws must be {least} or more"
        )
    return max_p


def _has_each_once(groups: Mapping[str, _Group]) -> Mapping[str, _Group]:
    columns = [column for group in groups.values() for column in group.columns]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise ValueError(f"expected a feature in one group, once; not so: {twice}")
    return groups


def _names_segments(names: Mapping[int | str, str]) -> Mapping[int | str, str]:
    if any(isinstance(key, int) and key < 1 for key in names):
        raise ValueError("expected ids of segments, which are counted from 1")
    if not all(name.strip() for name in names.values()):
        raise ValueError("expected names that are not empty")
    return names


GROWS = AfterValidator(_grows)
INSIDE = AfterValidator(_is_inside)
NONE_OR_2 = AfterValidator(_is_none_or_2)
NONE_OR_50 = AfterValidator(_is_none_or_50)
OTHER_THAN_DECIMAL = AfterValidator(_is_no_decimal)
LARGEST_FITS_K = AfterValidator(_leaves_room_for_k)
CAN_BE_REACHED = AfterValidator(_can_be_reached)
EACH_ONCE = AfterValidator(_has_each_once)
NAMES_SEGMENTS = AfterValidator(_names_segments)
