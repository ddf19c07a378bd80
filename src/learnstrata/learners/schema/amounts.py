"""Amounts that people typed as text, read where there is one way to read them.

Expressions only, so that every engine reads alike: patterns keep to what the regular
expressions of Rust, RE2 and Python share, and to ASCII digits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import narwhals as nw

from learnstrata.config.stages import Pay
from learnstrata.learners.schema.currencies import sign_of
from learnstrata.learners.schema.numerals import Style

__all__ = [
    "EXPERIENCE",
    "INVISIBLE",
    "SPACES",
    "Amount",
    "Words",
    "amount",
    "flag",
    "is_range",
    "matches",
    "money",
    "plain_words",
    "scaled",
    "taken_apart",
    "tidied",
    "typed",
]

# Written out, since engines differ in what they call a space.
SPACES = (
    "[\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)
# What nobody sees and copying brings along: soft hyphens, joiners, marks of direction.
INVISIBLE = "[\xad\u180e\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f]+"
UNTIDY = f"{INVISIBLE}|{SPACES.replace(' ', '')}|  |^ | $"
LONGEST = 80  # characters of an amount; more would overflow, and engines differ then

_MAGNITUDES: Mapping[str, float] = {
    r"(?:k|thousands?)": 1e3,
    r"(?:lakhs?|lacs?)": 1e5,
    r"(?:millions?|mn|mio)": 1e6,
    r"(?:crores?|crs?\.?)": 1e7,
}
_YEARS = r"(?:years?|yrs?\.?)"
_MONTHS = r"(?:months?|mos?\.?|mths?\.?)"
_YEARLY = (
    r"(?:p\.?a\.?|per annum|per year|annually|annual|yearly|a year"
    r"|/ ?(?:year|yr|annum))"
)
_MONTHLY = r"(?:p\.?m\.?|per month|monthly|a month|/ ?(?:month|mo))"
_SPENT = (
    r"(?: (?:of )?(?:(?:work|working|total|relevant|professional) )?"
    r"(?:experience|exp\.?))"
)

_ABOVE = (
    r"(?:>=?|≥|over|above|more than|greater than|at least) ?",
    r"(?: ?\+| plus| or more| and more| or above| and above| or over| and over)",
)
_BELOW = (
    r"(?:<=?|≤|under|below|less than|fewer than|up ?to|at most) ?",
    r"(?: or less| or fewer| or under| or below| and below| and under)",
)
_FROM = "(?:between |from )?"
_BETWEEN = "(?: ?- ?| ?to | and )"
_YEARS_AND = rf"[0-9]{{1,2}} ?(?:{_YEARS}|y),?(?: and)? ?"
_MONTHS_END = rf"[0-9]{{1,2}} ?(?:{_MONTHS}|m)"
# What may be a numeral, in whatever style.
_NUMERAL = r"[0-9.,'](?:[0-9.,' ]*[0-9.])?"
_SIGNED = rf"[+-]?{_NUMERAL}(?:e[+-]?[0-9]{{1,2}})?"


@dataclass(frozen=True, slots=True)
class Amount:
    """What can be read with certainty, and the number it then is.

    Attributes
    ----------
    readable : expression of Boolean
    value : expression of numbers
    middle : expression of Boolean
        The text tells a range: of ``2 - 4`` the value is the middle, of ``20+`` the
        limit, of ``<1`` the middle between nothing and the limit.
    """

    readable: nw.Expr
    value: nw.Expr
    middle: nw.Expr


@dataclass(frozen=True, slots=True)
class Words:
    """What may stand around the numbers of a column.

    Attributes
    ----------
    units : mapping of str to float
        Pattern of a word after the number, and what it multiplies by.
    unit : float
        Of a number without such a word.
    sign : str
        Pattern of the currency, before or after the number.
    periods : mapping of str to float
        Pattern of a word after the unit, and what it multiplies by.
    period : float
        Of a number without such a word.
    end : str
        Pattern of words at the end that change nothing.
    durations : bool
        Whether ``1 year 6 months`` is an amount.
    """

    units: Mapping[str, float]
    unit: float = 1.0
    sign: str = ""
    periods: Mapping[str, float] = field(default_factory=dict)
    period: float = 1.0
    end: str = ""
    durations: bool = False

    @property
    def before(self) -> str:
        """The pattern of what may stand before a number."""
        return f"(?:{self.sign} ?)?" if self.sign else ""

    @property
    def unit_after(self) -> str:
        """The pattern of a unit and a currency after a number."""
        sign = f"(?: ?{self.sign})?" if self.sign else ""
        unit = f"(?: ?(?:{'|'.join(self.units)}))?" if self.units else ""
        return unit + sign

    @property
    def tail(self) -> str:
        """The pattern of what may stand after the unit."""
        sign = f"(?: ?{self.sign})?" if self.sign else ""
        period = f"(?: ?(?:{'|'.join(self.periods)}))?{sign}" if self.periods else ""
        return period + (f"(?:{self.end})?" if self.end else "")


EXPERIENCE = Words(
    units={rf"(?:{_YEARS}|y)": 1.0, rf"(?:{_MONTHS}|m)": 1 / 12},
    end=_SPENT,
    durations=True,
)


def money(pay: Pay) -> Words:
    """Tell what may stand around a pay: ``12 LPA``, ``₹ 12,00,000``, ``450k USD``.

    A number without a unit word is in the ``unit`` of `pay`, one without a period in
    its ``period``; what the text says of itself goes first. The sign of another
    currency makes a text unreadable.
    """
    return Words(
        units={**_MAGNITUDES, r"l\.?": 1e5, "m": 1e6},
        unit=float(pay.unit),
        sign=sign_of(pay.code),
        periods={_YEARLY: 1.0, _MONTHLY: 12.0},
        period=12.0 if pay.period == "month" else 1.0,
    )


def plain_words(pay: Pay) -> Words:
    """Tell what may stand around the numbers of an extra column.

    The currency of `pay` may; ``85%`` is 85.
    """
    units = {**_MAGNITUDES, _YEARS: 1.0, _MONTHS: 1 / 12, "%": 1.0}
    return Words(units=units, sign=sign_of(pay.code), durations=True)


def tidied(text: nw.Expr) -> nw.Expr:
    """Trim a text, make every run of spaces in it one, and drop what nobody sees."""
    # Nearly all texts are tidy, which is told in a fraction of the time.
    is_untidy = text.str.contains(UNTIDY)
    seen = nw.when(is_untidy).then(text).str.replace_all(INVISIBLE, "")
    tidy = seen.str.replace_all(SPACES, " ").str.strip_chars(" ")
    return nw.when(is_untidy).then(tidy).otherwise(text)


def typed(tidy: nw.Expr) -> nw.Expr:
    """Give a text with one kind of dash and of apostrophe, and without ``/-``."""
    same = tidy.str.replace_all("[\u2010-\u2015\u2212]", "-")
    same = same.str.replace_all("[\u2018\u2019\u02bc\u00b4`]", "'")
    return same.str.replace_all(" ?/-(?: |$)", " ").str.strip_chars(" ")


def flag(tidy: nw.Expr) -> Amount:
    """Read yes and no, true and false, as 1 and 0."""
    yes, no = tidy.is_in(["true", "yes"]), tidy.is_in(["false", "no"])
    value = nw.when(yes).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    return Amount(yes | no, value, nw.lit(value=False))


def taken_apart(
    name: str, text: nw.Expr, words: Words, styles: Sequence[Style]
) -> list[dict[str, nw.Expr]]:
    """Give the columns that `amount` reads, in steps that build on each other.

    Parameters
    ----------
    name : str
        Of the column.
    text : expression of text
        Tidied, in lower case and `typed`.
    words : Words
    styles : sequence of Style
        In which its numerals are tried.
    """
    form = nw.col(f"form:{name}")
    first, second = nw.col(f"first:{name}"), nw.col(f"second:{name}")
    unit, low_unit = nw.col(f"unit:{name}"), nw.col(f"low_unit:{name}")
    period = nw.coalesce(nw.col(f"period:{name}"), nw.lit(words.period))
    known = nw.coalesce(unit, nw.lit(words.unit))
    numerals: dict[str, nw.Expr] = {}
    values: dict[str, nw.Expr] = {}
    for style in styles:
        numerals[f"low{style.decimal}:{name}"] = _value(name, "low", style)
        numerals[f"high{style.decimal}:{name}"] = _value(name, "high", style)
        values[f"amount{style.decimal}:{name}"] = _amount(name, style)
    return [
        {f"form:{name}": _exact_form(text, words)},
        {f"form:{name}": nw.coalesce(form, _other_form(form, text, words))},
        {
            f"first:{name}": _first(form, text, words),
            f"second:{name}": _second(form, text, words),
        },
        {
            f"low:{name}": _numeral(first, words),
            f"high:{name}": _numeral(second, words),
            f"low_unit:{name}": _unit(first, words),
            f"unit:{name}": _unit(second, words),
            f"period:{name}": _period(second, words),
        },
        {
            f"low_factor:{name}": nw.coalesce(low_unit, known) * period,
            f"high_factor:{name}": known * period,
        },
        numerals,
        values,
    ]


def matches(text: nw.Expr, pattern: str) -> nw.Expr:
    """Tell the texts that a pattern describes from end to end; null is none."""
    return text.str.contains(f"^(?:{pattern})$").fill_null(value=False)


def _exact_form(text: nw.Expr, words: Words) -> nw.Expr:
    short = text.str.len_chars() <= LONGEST
    after = f"{words.unit_after}{words.tail}"
    exact = matches(text, f"{words.before}{_SIGNED}{after}")
    none = nw.lit(None, dtype=nw.String)
    return nw.when(exact & short).then(nw.lit("exact")).otherwise(none)


def _other_form(form: nw.Expr, text: nw.Expr, words: Words) -> nw.Expr:
    left = nw.when(form.is_null() & (text.str.len_chars() <= LONGEST)).then(text)
    number = f"{words.before}{_NUMERAL}"
    after = words.unit_after
    patterns = {
        "above": _open_pattern(*_ABOVE, number, words),
        "below": _open_pattern(*_BELOW, number, words),
        "range": f"{_FROM}{number}{after}{_BETWEEN}{number}{after}{words.tail}",
    }
    if words.durations:
        patterns["duration"] = f"{_YEARS_AND}{_MONTHS_END}{words.tail}"
    # 04-2020 is a month: who writes numbers begins none with 0.
    dated = left.str.contains(r"(?:^|[^0-9.,'])0[0-9]").fill_null(value=False)
    found = nw.lit(None, dtype=nw.String)
    for name, pattern in patterns.items():
        fits = matches(left, pattern)
        fits = fits & ~dated if name == "range" else fits
        found = nw.when(fits).then(nw.lit(name)).otherwise(found)
    return found


def _open_pattern(first: str, last: str, number: str, words: Words) -> str:
    unit, tail = words.unit_after, words.tail
    return (
        f"{first}{number}{unit}{tail}|{number}{last}{unit}{tail}"
        f"|{number}{unit}{last}{tail}|{number}{unit}{tail}{last}"
    )


def _first(form: nw.Expr, text: nw.Expr, words: Words) -> nw.Expr:
    """Give the lower end of a range, or the years of a duration."""
    low = nw.when(form == "range").then(text)
    low = low.str.replace_all(f"^{_FROM}{words.before}", "")
    low = low.str.replace_all(f"{_BETWEEN}.*$", "")
    years = nw.when(form == "duration").then(text)
    years = years.str.replace_all(f"{_MONTHS_END}{words.tail}$", "")
    years = years.str.replace_all("(?:,| |and)*$", "")
    return nw.coalesce(low, years)


def _second(form: nw.Expr, text: nw.Expr, words: Words) -> nw.Expr:
    """Give the only number with its words, or the last."""
    one = nw.when(form == "exact").then(text)
    ended = nw.when(form.is_in(["above", "below"])).then(text)
    ended = ended.str.replace_all(f"^(?:{_ABOVE[0]}|{_BELOW[0]})", "")
    # No unit reads like the words of an open range, so these go wherever they stand.
    ended = ended.str.replace_all(f"{_ABOVE[1]}|{_BELOW[1]}", "")
    alone = nw.coalesce(one, ended).str.replace_all(f"^{words.before}", "")
    high = nw.when(form == "range").then(text)
    high = high.str.replace_all(f"^.*{_BETWEEN}{words.before}", "")
    months = nw.when(form == "duration").then(text)
    months = months.str.replace_all(f"^{_YEARS_AND}", "")
    return nw.coalesce(alone, high, months)


def _numeral(text: nw.Expr, words: Words) -> nw.Expr:
    return text.str.replace_all(f"{words.unit_after}{words.tail}$", "")


def _unit(text: nw.Expr, words: Words) -> nw.Expr:
    """Give what the unit word of a number multiplies by, null without one."""
    sign = f"(?: ?{words.sign})?" if words.sign else ""
    factor = nw.lit(None, dtype=nw.Float64)
    for unit, size in words.units.items():
        said = text.str.contains(rf"[0-9.] ?{unit}{sign}{words.tail}$")
        factor = nw.when(said).then(nw.lit(size)).otherwise(factor)
    return factor


def _period(text: nw.Expr, words: Words) -> nw.Expr:
    sign = f"(?: ?{words.sign})?" if words.sign else ""
    factor = nw.lit(None, dtype=nw.Float64)
    for period, size in words.periods.items():
        said = text.str.contains(rf"{period}{sign}$")
        factor = nw.when(said).then(nw.lit(size)).otherwise(factor)
    return factor


def _value(name: str, part: str, style: Style) -> nw.Expr:
    """Read a numeral in a style, times its factor; null in any other."""
    numeral = nw.col(f"{part}:{name}")
    fits = numeral.str.contains(f"^{style.signed}$").fill_null(value=False)
    value = style.digits(nw.when(fits).then(numeral)).cast(nw.Float64)
    return scaled(value, nw.col(f"{part}_factor:{name}"))


def _amount(name: str, style: Style) -> nw.Expr:
    form = nw.col(f"form:{name}")
    low = nw.col(f"low{style.decimal}:{name}")
    high = nw.col(f"high{style.decimal}:{name}")
    ways = {
        "below": nw.when((form == "below") & (high > 0)).then(high / 2),
        "range": nw.when((form == "range") & (low <= high)).then((low + high) / 2),
        "duration": nw.when(form == "duration").then(low + high),
        "limit": nw.when(form.is_in(["exact", "above"])).then(high),
    }
    return nw.coalesce(*ways.values())


def amount(name: str, style: Style) -> Amount:
    """Give what was read of a column that was `taken_apart`, in one style."""
    value = nw.col(f"amount{style.decimal}:{name}")
    return Amount(~value.is_null(), value, is_range(name))


def is_range(name: str) -> nw.Expr:
    """Tell the cells of a column that was `taken_apart` that tell a range."""
    form = nw.col(f"form:{name}")
    return form.is_in(["above", "below", "range"]).fill_null(value=False)


def scaled(value: nw.Expr, factor: nw.Expr) -> nw.Expr:
    """Multiply by the factor of a unit, without the dust that floats leave."""
    exact = (value * factor).round(6)
    return nw.when(factor == 1.0).then(value).otherwise(exact)
