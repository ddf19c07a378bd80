"""Bins and features as a reader sees them."""

from learnstrata.learners.features.register import feature_of
from learnstrata.summary.contract.learners import Bin
from learnstrata.summary.contract.meaning import SegmentBin
from learnstrata.wording.numbers import Numbers

__all__ = ["bin_start", "bin_text", "capital", "feature_title", "label_of", "unit_of"]


def capital(text: str) -> str:
    """Begin a text with a capital and leave the rest as it is.

    Examples
    --------
    >>> capital("years at IIT")
    'Years at IIT'
    """
    return text[:1].upper() + text[1:]


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


def _bound(edge: float | None, feature: str, numbers: Numbers) -> str:
    if edge is None:
        return ""
    is_money = feature_of(feature).is_money
    return numbers.pay(edge) if is_money else numbers.years(edge)
