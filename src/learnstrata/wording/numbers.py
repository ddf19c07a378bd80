"""Numbers as a reader sees them."""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "NOTHING",
    "NumberKind",
    "Numbers",
    "as_count",
    "as_index",
    "as_limit",
    "as_number",
    "as_plain",
    "as_share",
    "as_years",
]

NOTHING = "–"  # noqa: RUF001 - a dash is what a table shows where nothing is known

SMALLEST = 0.0001  # of a statistic: less reads as less than it

NumberKind = Literal[
    "text",
    "count",
    "share",
    "pay",
    "years",
    "index",
    "number",
    "growth",
    "statistic",
    "plain",
]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The one way to write the numbers of a summary.

    Attributes
    ----------
    per : float
        Currency units in one shown unit of pay.
    unit : str
        Name of that unit: ``"LPA"``, ``"k USD"``.
    base : int
        What counts are rounded to: one that is not given reads "under" it.

    Examples
    --------
    >>> write = Numbers(100_000.0, "LPA", 10)
    >>> write.count(153_440), write.count(None), write.share(0.349), write.share(0.35)
    ('153,440', 'under 10', '34.9%', '35%')
    >>> write.pay(1_350_000.0), write.pay_text(1_350_000.0), write.growth(0.13)
    ('13.5', '13.5 LPA', '13%')
    """

    per: float
    unit: str
    base: int

    def count(self, value: float | None) -> str:
        """Write a count of learners (records, companies); None is under the base."""
        return f"under {self.base}" if value is None else as_count(value)

    def share(self, value: float | None) -> str:
        """Write a share with the digits it has: a tenth of a percent at most."""
        if value is None:
            return NOTHING
        return as_share(value).replace(".0%", "%")

    def pay(self, amount: float | None) -> str:
        """Write a pay in the shown unit, without it.

        Examples
        --------
        >>> write = Numbers(100_000.0, "LPA", 10)
        >>> [write.pay(amount) for amount in (1_350_000.0, 2e8, 17_300.0, 12.0)]
        ['13.5', '2,000', '0.17', '<0.01']
        """
        if amount is None:
            return NOTHING
        value = amount / self.per
        if 0 < value < 0.005:
            return "<0.01"
        if abs(value) >= 1_000:
            return f"{value:,.0f}"
        return f"{value:.1f}" if abs(value) >= 1 or value == 0 else f"{value:.2f}"

    def pay_text(self, amount: float | None) -> str:
        """Write a pay with its unit."""
        return NOTHING if amount is None else f"{self.pay(amount)} {self.unit}"

    def years(self, value: float | None) -> str:
        """Write years, with a half only where there is one."""
        return as_years(value)

    def index(self, value: float | None) -> str:
        """Write an index whose base is 100."""
        return as_index(value)

    def number(self, value: float | None) -> str:
        """Write a number with two decimals."""
        return as_number(value)

    def plain(self, value: float | None) -> str:
        """Write a number of no known unit with the digits it has, four at most."""
        return as_plain(value)

    def growth(self, value: float | None) -> str:
        """Write a growth in whole percents."""
        return NOTHING if value is None else f"{value:.0%}"

    def statistic(self, value: float | None) -> str:
        """Write a statistic with the digits it has, three at most."""
        if value is None:
            return NOTHING
        if 0 < abs(value) < SMALLEST:
            return f"<{SMALLEST}" if value > 0 else f">-{SMALLEST}"
        return f"{float(f'{value:.3g}'):,}".removesuffix(".0")

    def write(self, value: float | str | None, kind: NumberKind) -> str:
        """Write a value by its kind; a text stands as it is."""
        if isinstance(value, str):
            return value
        if kind == "text":
            return NOTHING if value is None else str(value)
        return str(getattr(self, kind)(value))


def as_count(value: float | None) -> str:
    """Write a count.

    Examples
    --------
    >>> as_count(153443)
    '153,443'
    """
    return NOTHING if value is None else f"{value:,.0f}"


def as_share(value: float | None) -> str:
    """Write a share; one that is there never reads as nothing, nor a part as all.

    Examples
    --------
    >>> as_share(0.3489), as_share(0.0001), as_share(0.0), as_share(-0.0001)
    ('34.9%', '<0.1%', '0%', '>-0.1%')
    """
    if value is None:
        return NOTHING
    if value in {0.0, 1.0}:
        return f"{value:.0%}"
    if 0 < value < 0.0005:
        return "<0.1%"
    if -0.0005 < value < 0:
        return ">-0.1%"
    return ">99.9%" if 0.9995 <= value < 1 else f"{value:.1%}"


def as_number(value: float | None, digits: int = 2) -> str:
    """Write a number with a fixed number of digits, never as minus nothing.

    Examples
    --------
    >>> as_number(0.2280), as_number(11048.84, 0), as_number(-0.001)
    ('0.23', '11,049', '0.00')
    """
    if value is None:
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def as_years(value: float | None) -> str:
    """Write years, with a half only where there is one.

    Examples
    --------
    >>> as_years(8.0), as_years(12.5), as_years(3593.0)
    ('8', '12.5', '3,593')
    """
    return NOTHING if value is None else f"{value:,.1f}".removesuffix(".0")


def as_plain(value: float | None) -> str:
    """Write a number of no known unit: four digits, and whole ones from 1,000 on.

    Examples
    --------
    >>> as_plain(495.0), as_plain(2015.0), as_plain(0.33337), as_plain(123456.0)
    ('495', '2015', '0.3334', '123,456')
    >>> as_plain(-0.0), as_plain(1e-7), as_plain(None) == NOTHING
    ('0', '1e-07', True)
    """
    if value is None:
        return NOTHING
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value + 0.0:.4g}"


def as_limit(value: float) -> str:
    """Write a round limit with the digits it has.

    Examples
    --------
    >>> as_limit(3_000.0), as_limit(200_000.0), as_limit(0.04)
    ('3,000', '200,000', '0.04')
    """
    return f"{value:,.0f}" if value >= 1 else f"{value:.1g}"


def as_index(value: float | None) -> str:
    """Write an index whose base is 100."""
    return NOTHING if value is None else f"{value:,.0f}"
