"""Numbers that people typed as text, read where there is one way to read them.

Expressions only, so that every engine reads alike: patterns keep to what the regular
expressions of Rust, RE2 and Python share, and to ASCII digits.
"""

import re
from dataclasses import dataclass

import narwhals as nw

from learnstrata.config.stages import Pay

__all__ = ["Amount", "flag", "money", "number", "scaled", "tidied", "year"]

# Written out, since engines differ in what they call a space.
SPACES = (
    "[\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)
# At most 40 digits: more would overflow, and no engine agrees on what happens then.
_DECIMALS = r"(?:\.[0-9]{0,40})?"
_WESTERN = r"[1-9][0-9]{0,2}(?:,[0-9]{3}){1,9}"
_INDIAN = r"[1-9][0-9]?(?:,[0-9]{2}){1,9},[0-9]{3}"
_NUMBER = (
    rf"[+-]?(?:[0-9]{{1,40}}{_DECIMALS}(?:e[+-]?[0-9]{{1,2}})?|\.[0-9]{{1,40}}"
    rf"|(?:{_WESTERN}|{_INDIAN}){_DECIMALS})"
)
_PLAIN = rf"[0-9]{{1,40}}{_DECIMALS}"
# 05.2017 is a month and a year, so a year has no decimals but zeros.
_YEAR_NUMBER = rf"[+-]?(?:[0-9]{{1,40}}(?:\.0{{0,40}})?|{_WESTERN})"
_NO_YEAR = r"(?:[0-9]{1,3}|(?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{2}|[0-9]{5,})"
_UNSURE = r"[~<>±?]|before|after|about|approx|around|circa|until|till"

_UNITS = {
    r"(?:k|thousands?)": 1e3,
    r"(?:lakhs?|lacs?|l\.?)": 1e5,
    r"(?:millions?|mn|mio|m)": 1e6,
    r"(?:crores?|crs?\.?)": 1e7,
}
_UNIT = f"(?:{'|'.join(_UNITS)})"
_YEARLY = (
    r"(?:p\.?a\.?|per annum|per year|annually|annual|yearly|a year"
    r"|/ ?(?:year|yr|annum))"
)
_MONTHLY = r"(?:p\.?m\.?|per month|monthly|a month|/ ?(?:month|mo))"
_SIGNS = {"INR": r"₹|rs\.?|rupees?", "EUR": "€|euros?", "GBP": "£"}
_DOLLARS = {"AUD", "CAD", "HKD", "NZD", "SGD", "USD"}


@dataclass(frozen=True, slots=True)
class Amount:
    """Whether a text can be read with certainty, and the number it then is."""

    readable: nw.Expr
    value: nw.Expr


def tidied(text: nw.Expr) -> nw.Expr:
    """Trim a text and make every run of spaces in it one."""
    return text.str.replace_all(SPACES, " ").str.strip_chars(" ")


def number(tidy: nw.Expr, *, currency: str | None = None) -> Amount:
    """Read plain numbers: ``1200000``, ``1,200,000``, ``12,00,000``, ``1e6``.

    Parameters
    ----------
    tidy : expression of text
        Tidied and in lower case.
    currency : str, default=None
        ISO code of the one currency whose sign may stand with the number.

    Returns
    -------
    Amount
    """
    sign = _sign(currency)
    plain, other = _split(tidy, _PLAIN)
    readable = plain | other.str.contains(rf"^(?:{sign} ?)?{_NUMBER}(?: ?{sign})?$")
    bare = other.str.replace_all(rf"^{sign} ?| ?{sign}$", "")
    return Amount(readable, _cast(tidy, plain, bare, readable))


def flag(tidy: nw.Expr) -> Amount:
    """Read yes and no, true and false, as 1 and 0."""
    yes, no = tidy.is_in(["true", "yes"]), tidy.is_in(["false", "no"])
    value = nw.when(yes).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    return Amount(yes | no, value)


def money(tidy: nw.Expr, pay: Pay) -> Amount:
    """Read a pay in currency units a year: ``12 LPA``, ``₹ 12,00,000``, ``450k``.

    Parameters
    ----------
    tidy : expression of text
        Tidied and in lower case.
    pay : Pay
        A number without a unit word is in its ``unit``, one without a period in its
        ``period``; what the text says of itself goes first. The sign of another
        currency makes the text unreadable.

    Returns
    -------
    Amount
    """
    sign = _sign(pay.currency)
    tail = rf"(?: ?(?:{_YEARLY}|{_MONTHLY}))?(?: ?{sign})?$"
    after = rf"(?: ?/-)?(?: ?{_UNIT})?{tail}"
    plain, other = _split(tidy, _PLAIN)
    readable = plain | other.str.contains(rf"^(?:{sign} ?)?{_NUMBER}{after}")
    bare = other.str.replace_all(rf"^{sign} ?", "").str.replace_all(after, "")
    unit = nw.lit(float(pay.unit))
    for words, size in _UNITS.items():
        has_words = other.str.contains(rf"[0-9.] ?{words}{tail}")
        unit = nw.when(has_words).then(nw.lit(size)).otherwise(unit)
    months = nw.lit(12.0 if pay.period == "month" else 1.0)
    for words, times in ((_YEARLY, 1.0), (_MONTHLY, 12.0)):
        has_words = other.str.contains(rf"{words}(?: ?{sign})?$")
        months = nw.when(has_words).then(nw.lit(times)).otherwise(months)
    value = _cast(tidy, plain, bare, readable)
    return Amount(readable, scaled(value, unit * months))


def scaled(value: nw.Expr, factor: nw.Expr) -> nw.Expr:
    """Multiply by the factor of a unit, without the dust that floats leave."""
    exact = (value * factor).round(6)
    return nw.when(factor == 1.0).then(value).otherwise(exact)


def year(tidy: nw.Expr) -> Amount:
    """Read a year: a whole number as it is, a date by the one 19xx or 20xx in it."""
    whole, other = _split(tidy, _YEAR_NUMBER)
    # Two spaces a gap, so that each token has its own pair to be taken out with.
    tokens = other.str.replace_all("[^0-9]+", "  ")
    rest = tokens.str.replace_all(rf"(?:^| ){_NO_YEAR}(?: |$)", "").str.strip_chars(" ")
    dated = rest.str.contains("^(?:19|20)[0-9]{2}$") & ~other.str.contains(_UNSURE)
    readable = whole | dated
    return Amount(readable, _cast(tidy, whole, rest, readable))


def _split(tidy: nw.Expr, pattern: str) -> tuple[nw.Expr, nw.Expr]:
    """Tell which texts are just that, and keep the others: few, for slow patterns."""
    same = tidy.str.contains(f"^(?:{pattern})$").fill_null(value=False)
    return same, nw.when(~same).then(tidy)


def _sign(currency: str | None) -> str:
    if currency is None:
        return "(?:)"
    signs = [re.escape(currency.lower())]
    if currency.upper() in _SIGNS:
        signs.append(_SIGNS[currency.upper()])
    if currency.upper() in _DOLLARS:
        signs.append(rf"(?:{re.escape(currency.lower()[:2])})?\$")
    return f"(?:{'|'.join(signs)})"


def _cast(tidy: nw.Expr, plain: nw.Expr, bare: nw.Expr, readable: nw.Expr) -> nw.Expr:
    text = nw.when(plain).then(tidy).otherwise(bare)
    digits = text.str.replace_all("[,+]", "")
    return nw.when(readable).then(digits).cast(nw.Float64)
