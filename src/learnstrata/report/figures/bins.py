"""Bins and features as a reader sees them."""

from collections.abc import Mapping

from learnstrata.learners.features.register import feature_of
from learnstrata.learners.schema.register import is_extra
from learnstrata.summary.contract.learners import Bin
from learnstrata.summary.contract.meaning import SegmentBin
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.numbers import NumberKind, Numbers

__all__ = [
    "bin_start",
    "bin_text",
    "capital",
    "cut_word",
    "feature_title",
    "label_of",
    "number_kind",
    "number_text",
    "own_numbers",
    "unit_of",
]

KINDS: Mapping[str, NumberKind] = {
    "years_of_experience": "years",
    "pay_growth": "growth",
}


def capital(text: str) -> str:
    """Begin a text with a capital and leave the rest as it is.

    Examples
    --------
    >>> capital("years at IIT")
    'Years at IIT'
    """
    return text[:1].upper() + text[1:]


def cut_word(summary: Summary, feature: str) -> str:
    """Say whether segments differ in a feature because they were cut on it."""
    return "yes" if summary.is_cut_on(feature) else "no"


def label_of(feature: str) -> str:
    """Name a feature as a sentence does.

    Examples
    --------
    >>> label_of("years_of_experience"), label_of("course_hours")
    ('experience', 'course hours')
    """
    return feature_of(feature).label


def unit_of(feature: str, numbers: Numbers) -> str:
    """Give the unit a feature is shown in; empty where it has none.

    Examples
    --------
    >>> lpa = Numbers(1e5, "LPA", 10)
    >>> unit_of("pay", lpa), unit_of("years_of_experience", lpa), unit_of("role", lpa)
    ('LPA', 'years', '')
    """
    known = feature_of(feature)
    return numbers.unit if known.is_money else known.unit


def feature_title(feature: str, numbers: Numbers) -> str:
    """Name a feature with its unit, for an axis or a column.

    Examples
    --------
    >>> feature_title("company_pay", Numbers(1e5, "LPA", 10))
    'Company pay level (LPA)'
    """
    unit, name = unit_of(feature, numbers), capital(label_of(feature))
    return f"{name} ({unit})" if unit else name


def bin_text(part: Bin | SegmentBin, feature: str, numbers: Numbers) -> str:
    """Write from where to where a bin goes, without its unit.

    Examples
    --------
    >>> lpa = Numbers(1e5, "LPA", 10)
    >>> bin_text(Bin(low=None, high=8e4, learners=20), "pay", lpa)
    'under 0.80'
    >>> bin_text(Bin(low=2.0, high=3.0, learners=20), "years_of_experience", lpa)
    '2 to 3'
    """
    low, high = (_bound(edge, feature, numbers) for edge in (part.low, part.high))
    if low and high:
        return f"{low} to {high}"
    return f"under {high}" if high else f"{low} and up" if low else "any"


def bin_start(part: Bin | SegmentBin, feature: str, numbers: Numbers) -> str:
    """Write where a bin begins: short enough for an axis of twenty.

    Examples
    --------
    >>> lpa = Numbers(1e5, "LPA", 10)
    >>> bin_start(Bin(low=20.0, high=None, learners=20), "years_of_experience", lpa)
    '20+'
    """
    low, high = (_bound(edge, feature, numbers) for edge in (part.low, part.high))
    if not low:
        return f"<{high}" if high else "any"
    return low if high else f"{low}+"


def number_text(value: float | None, feature: str, numbers: Numbers) -> str:
    """Write a number of a feature, without its unit; one of the user's plainly.

    Examples
    --------
    >>> lpa = Numbers(1e5, "LPA", 10)
    >>> number_text(8e5, "pay", lpa), number_text(0.35, "extra:grade", lpa)
    ('8.0', '0.35')
    """
    if feature_of(feature).is_money:
        return numbers.pay(value)
    return numbers.plain(value) if is_extra(feature) else numbers.years(value)


def number_kind(feature: str) -> NumberKind:
    """Say how a number of a feature is written in a table.

    Examples
    --------
    >>> number_kind("pay"), number_kind("extra:grade"), number_kind("seniority")
    ('pay', 'plain', 'statistic')
    """
    if feature_of(feature).is_money:
        return "pay"
    return "plain" if is_extra(feature) else KINDS.get(feature, "statistic")


def own_numbers(summary: Summary) -> list[str]:
    """List the user's numbers that segments are described by, the most telling first.

    Parameters
    ----------
    summary : Summary
    """
    most: dict[str, float] = {}
    for segment in summary.segments:
        for one in segment.distinctive_numbers:
            if is_extra(one.feature):
                told = abs(one.effect or 0.0)
                most[one.feature] = max(most.get(one.feature, 0.0), told)
    return sorted(most, key=lambda name: (-most[name], name))


def _bound(edge: float | None, feature: str, numbers: Numbers) -> str:
    return "" if edge is None else number_text(edge, feature, numbers)
