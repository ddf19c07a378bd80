"""Numerals: which mark stands before the decimals and which ones part the thousands.

``45.000`` is 45 to one writer and 45,000 to another. A style reads numerals of one
writer alone; which style a column is in, its other values or a setting tell.
"""

from dataclasses import dataclass
from typing import Literal

import narwhals as nw

from learnstrata.config.stages import Numbers

__all__ = ["COMMA", "POINT", "Style", "styles_of"]

Mark = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class Style:
    """How one writer marks numbers.

    Attributes
    ----------
    decimal : {".", ","}
        Stands before the decimals.
    thousands : str
        The marks that may part the thousands, of ``,`` ``.`` ``'`` and the space.
    """

    decimal: Mark
    thousands: str

    @property
    def plain(self) -> str:
        """The regular expression of a numeral without sign and exponent."""
        ways = [
            f"{grouped}(?:{self._decimals})?"
            for mark in self.thousands
            for grouped in _grouped(mark)
        ]
        ways += [f"[0-9]+(?:{self._decimals})?", self._decimals, r"[0-9]+\."]
        return f"(?:{'|'.join(ways)})"

    @property
    def signed(self) -> str:
        """The regular expression of a numeral that may bear a sign and an exponent."""
        power = f"[0-9]+(?:{self._decimals})?e[+-]?[0-9]{{1,2}}"
        return f"[+-]?(?:{self.plain}|{power})"

    @property
    def _decimals(self) -> str:
        return r"\.[0-9]+" if self.decimal == "." else ",[0-9]+"

    def digits(self, numeral: nw.Expr) -> nw.Expr:
        """Give a numeral of this style as every engine reads it."""
        if self.decimal == ".":
            return numeral.str.replace_all("[,' +]", "")
        bare = numeral.str.replace_all("[.' +]", "")
        return bare.str.replace_all(",", ".", literal=True)


POINT = Style(".", ",' ")
COMMA = Style(",", ".' ")


def _grouped(mark: str) -> list[str]:
    sign = rf"\{mark}" if mark == "." else mark
    ways = [rf"[1-9][0-9]{{0,2}}(?:{sign}[0-9]{{3}})+"]
    if mark == ",":  # the Indian way: three, then twos
        ways.append(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
    return ways


def styles_of(told: Numbers) -> tuple[Style, ...]:
    """Give the styles that a column may be in, one if the settings decide.

    Examples
    --------
    >>> [style.decimal for style in styles_of(Numbers(thousands="."))]
    [',']
    >>> styles_of(Numbers(decimal=",", thousands=" "))
    (Style(decimal=',', thousands=' '),)
    """
    styles = [
        style
        for style in (POINT, COMMA)
        if told.decimal in {None, style.decimal}
        and (told.thousands is None or told.thousands in style.thousands)
    ]
    if told.thousands is None:
        return tuple(styles)
    return tuple(Style(style.decimal, told.thousands) for style in styles)
