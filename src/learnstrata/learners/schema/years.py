"""Years as people and programs write them: dates, days of Excel, seconds of Unix.

A number is a day or a second only where its column says so; which forms those are, one
pass over the column tells.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import narwhals as nw

from learnstrata.learners.schema.amounts import matches

__all__ = [
    "NUMBERS",
    "SLIPS",
    "WHOLE",
    "YearForms",
    "evidence",
    "number_forms",
    "read_year",
    "text_forms",
]

FIRST, LAST = 1960, 2060  # years that a number other than a year can stand for
LONGEST = 9_999  # a number above it is no year
_EPOCH = 25_569  # 1970-01-01 as a day of Excel
_DAY = 86_400.0

# 05.2017 is a month and a year, so a year has no decimals but zeros; a day may have.
WHOLE = r"[0-9]{1,20}(?:\.0{0,40})?|[0-9]{5}\.[0-9]{1,20}"
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3}){1,9}|[+-][0-9]{1,9}(?:\.0{0,9})?"
_NO_YEAR = r"(?:[0-9]{1,3}|(?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{2}|[0-9]{5,})"
# Words and signs that say of a year that it is not the one, or that it may be another.
_UNSURE = (
    r"[~<>±?≤≥≈]|[0-9] ?\+(?:[^0-9]|$)|[0-9]0 ?'?s(?:[^a-z]|$)|[0-9] ?-?ish(?:[^a-z]|$)"
    r"|(?:^|[^a-z])(?:before|after|about|approx|around|circa|until|till|pre|post"
    r"|prior|earlier|later|older|newer|or|not|unless|ca\.?|c\.|est\.|estimate[ds]?"
    r"|maybe|perhaps|probably|possibly|likely|roughly|nearly|almost|up ?to|by"
    r"|at least|at most|more than|less than|onwards?|unsure|uncertain)(?:[^a-z]|$)"
    r"|approx"
)
# 20160415-2015 is a day and a time, and its year is in neither way a number alone.
_COMPACT = r"(?:^|[^0-9.,])[0-9]{8}"
_TIME = r"(?:[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]\.?m\.?)?)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_PART = "[0-9]{1,2}"
# Dates whose year has two digits.
_SHORT = {
    "named": rf"(?:{_PART}[ ./-]{{0,2}})?{_MONTH}[ .,/'-]{{0,2}}[0-9]{{2}}{_TIME}",
    "slashed": rf"(?:{_PART}/{_PART}/[0-9]{{2}}|{_PART}\.{_PART}\.[0-9]{{2}}){_TIME}",
    "hyphened": rf"{_PART}-{_PART}-[0-9]{{2}}{_TIME}",
}
# A day is 01 to 31, a month 01 to 12, in either order.
_NO_DAY, _NO_MONTH = "(?:0?0|3[2-9]|[4-9][0-9])", "(?:0?0|1[3-9]|[2-9][0-9])"
_NOT_LAST = rf"^{_NO_DAY} | {_NO_DAY} |^{_NO_MONTH} {_NO_MONTH} "
_NOT_FIRST = rf" {_NO_MONTH} | {_NO_DAY}$"
# Of a date that is past, the last number is no year to come: 16/04/30 is of 2016.
_TO_COME = "|".join(str(y) for y in range(datetime.now(tz=UTC).year % 100 + 1, 60))
_UNITS = {"seconds": 1.0, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}
NUMBERS = ("serial", *_UNITS, "month")
_CERTAIN = ("year", "year_first", "year_last", "full", "grouped")
_PARTS = ("head", "tail", "a", "b", "c", "d")
COMMON = 0.05  # of the values of a column have a form, or it is a slip of the keyboard
NEARLY_ALL = 0.95  # of them must be years in some form
SLIPS = 0.01  # of the evidence may speak against what all the rest says


@dataclass(frozen=True, slots=True)
class YearForms:
    """What a column has settled: forms of numbers, and where short dates have a year.

    Attributes
    ----------
    numbers : tuple of str
        Of `NUMBERS`, those by which its numbers are read.
    last, first : tuple of str
        Of ``slashed`` and ``hyphened``, those whose last, or first, number is the year.
    """

    numbers: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    first: tuple[str, ...] = ()

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "YearForms":
        """Decide from the counts of `evidence`."""
        given = counts["given"]
        forms = {name: counts[name] for name in NUMBERS}
        known = counts["years"] + sum(forms.values())
        known += sum(counts.get(name, 0) for name in ("slashed", "hyphened"))
        sure = known >= NEARLY_ALL * given
        numbers = [n for n, count in forms.items() if count > COMMON * given and sure]
        last: list[str] = []
        first: list[str] = []
        for name in ("slashed", "hyphened") if "slashed" in counts else ():
            most = SLIPS * counts[name]
            # 12-06-01 begins or ends with the year; 12/06/01 ends with it.
            told = name == "slashed" or counts[f"{name}:not_first"] > most
            if counts[f"{name}:not_last"] <= most and told:
                last.append(name)
            elif counts[f"{name}:not_first"] <= most < counts[f"{name}:not_last"]:
                first.append(name)
        return cls(tuple(numbers), tuple(last), tuple(first))


def _new_year(year: int) -> float:
    # Every fourth year is a leap year from 1900, as Excel counts, to 2099.
    return float(math.ceil((year - 1900) * 1461 / 4) + 1)


def _year_of_day(day: nw.Expr) -> nw.Expr:
    return ((day.floor() - 1.0) * 4.0 / 1461.0).floor() + 1900.0


def number_forms(name: str, number: nw.Expr) -> list[dict[str, nw.Expr]]:
    """Tell the form of each number and the year it then is, in steps.

    Parameters
    ----------
    name : str
        Of the column.
    number : expression of Float64

    Returns
    -------
    list of mapping
        Ends in the columns ``form:NAME``, null for what can be no year, and
        ``year:NAME``.
    """
    date, head, tail = (nw.col(f"{part}:{name}") for part in ("date", "head", "tail"))
    a, c = nw.col(f"a:{name}"), nw.col(f"c:{name}")
    stamp = (number >= 1.9e13) & (number < 2.1e13)  # 20200415101500
    day = nw.when(stamp).then((number / 1e6).floor()).otherwise(number)
    whole = (number == number.floor()) & (number > LONGEST)
    return [
        {f"date:{name}": nw.when(whole).then(day)},
        {f"head:{name}": (date / 1e4).floor()},
        {f"a:{name}": (head / 100.0).floor(), f"tail:{name}": date - head * 1e4},
        {f"b:{name}": head - a * 100.0, f"c:{name}": (tail / 100.0).floor()},
        {f"d:{name}": tail - c * 100.0},
        {f"form:{name}": _form_of_number(name, number)},
        {f"year:{name}": _year_of_number(name, number)},
    ]


def _form_of_number(name: str, number: nw.Expr) -> nw.Expr:
    """Tell the form of a number by how large it is: no two overlap."""
    head, tail, a, b, c, d = (nw.col(f"{x}:{name}") for x in _PARTS)
    low, recent, high = map(_new_year, (FIRST, FIRST + 20, LAST + 1))
    year = (number < LONGEST + 1) & ((number == number.floor()) | (number >= 1000.0))
    forms = {"year": year, "serial": (number >= low) & (number < high)}
    for unit, times in _UNITS.items():
        since, until = ((day - _EPOCH) * _DAY * times for day in (recent, high))
        forms[unit] = (number >= since) & (number < until)
    # 202004 is 20 and 2004, 20200415 is 2020, 4 and 15, 15042020 is 15, 4 and 2020.
    years = (head >= FIRST // 100) & (head <= LAST // 100)
    forms["month"] = years & _is_up_to(d, 12) & _is_year(head * 100.0 + c)
    forms["year_first"] = _is_year(head) & _is_up_to(c, 12) & _is_up_to(d, 31)
    ordered = (_is_up_to(a, 31) & _is_up_to(b, 12)) | (
        _is_up_to(a, 12) & _is_up_to(b, 31)
    )
    forms["year_last"] = ordered & _is_year(tail)
    found = nw.lit(None, dtype=nw.String)
    for form, fits in forms.items():
        found = nw.when(fits).then(nw.lit(form)).otherwise(found)
    return found


def _year_of_number(name: str, number: nw.Expr) -> nw.Expr:
    form = nw.col(f"form:{name}")
    head, tail, _, _, c, _ = (nw.col(f"{x}:{name}") for x in _PARTS)
    years = {
        "serial": _year_of_day(number),
        "month": head * 100.0 + c,
        "year_first": head,
        "year_last": tail,
    }
    for unit, times in _UNITS.items():
        days = (number / (_DAY * times)).floor() + float(_EPOCH)
        years[unit] = _year_of_day(days)
    # 2016.04 is April, or a third of a year.
    value = nw.when((form == "year") & (number >= 1000.0)).then(number.floor())
    value = value.otherwise(number)
    for of, year in years.items():
        value = nw.when(form == of).then(year).otherwise(value)
    return value


def _is_year(number: nw.Expr) -> nw.Expr:
    return (number >= FIRST) & (number <= LAST)


def _is_up_to(number: nw.Expr, most: int) -> nw.Expr:
    return (number >= 1) & (number <= most)


def text_forms(name: str, text: nw.Expr) -> list[dict[str, nw.Expr]]:
    """Add the forms and years of texts that are no numbers to `number_forms`.

    Parameters
    ----------
    name : str
        Of the column.
    text : expression of text
        Tidied, in lower case; null where the cell is a number.

    Returns
    -------
    list of mapping
        Ends in ``form:NAME``, ``year:NAME``, and of dates with two digits for the year
        ``first:NAME``, ``last:NAME`` (the year by its first and by its last number),
        ``not_first:NAME`` and ``not_last:NAME`` (Boolean: it cannot be there).
    """
    form, day = nw.col(f"form:{name}"), nw.col(f"day:{name}")
    rest, parts = nw.col(f"tokens:{name}"), nw.col(f"parts:{name}")
    # Two spaces a gap, so that each token has its own pair to be taken out with.
    tokens = text.str.replace_all("[^0-9]+", "  ")
    tokens = tokens.str.replace_all(rf"(?:^| ){_NO_YEAR}(?: |$)", "")
    short = form.is_in(list(_SHORT)).fill_null(value=False)
    year = nw.when(form == "grouped").then(text.str.replace_all("[,+]", ""))
    full = nw.when(form == "full").then(rest)
    written = nw.coalesce(year, full).cast(nw.Float64)
    last = nw.when(short).then(parts.str.replace_all("^.* ", "")).cast(nw.Float64)
    named = form == "named"
    first = nw.when(short & ~named).then(parts.str.replace_all(" .*$", ""))
    return [
        {f"tokens:{name}": tokens.str.strip_chars(" ")},
        {f"form:{name}": nw.coalesce(form, _form_of_text(text, rest))},
        {f"day:{name}": nw.when(short).then(text.str.replace_all(f"{_TIME}$", ""))},
        {f"parts:{name}": day.str.replace_all("[^0-9]+", " ").str.strip_chars(" ")},
        {
            f"year:{name}": nw.coalesce(written, nw.col(f"year:{name}")),
            f"last:{name}": last,
            f"first:{name}": first.cast(nw.Float64),
            f"not_last:{name}": parts.str.contains(rf"{_NOT_LAST}| (?:{_TO_COME})$"),
            f"not_first:{name}": parts.str.contains(_NOT_FIRST),
        },
        {
            f"last:{name}": _with_century(nw.col(f"last:{name}")),
            f"first:{name}": _with_century(nw.col(f"first:{name}")),
        },
    ]


def _form_of_text(text: nw.Expr, tokens: nw.Expr) -> nw.Expr:
    sure = ~text.str.contains(f"{_UNSURE}|{_COMPACT}").fill_null(value=False)
    full = tokens.str.contains("^(?:19|20)[0-9]{2}$").fill_null(value=False)
    forms = {"full": full & sure, "grouped": matches(text, _GROUPED)}
    forms |= {name: matches(text, pattern) for name, pattern in _SHORT.items()}
    found = nw.lit(None, dtype=nw.String)
    for form, fits in forms.items():
        found = nw.when(fits).then(nw.lit(form)).otherwise(found)
    return found


def _with_century(two_digits: nw.Expr) -> nw.Expr:
    added = nw.when(two_digits < FIRST - 1900).then(nw.lit(2000.0))
    return two_digits + added.otherwise(nw.lit(1900.0))


def evidence(name: str, *, typed: bool) -> dict[str, nw.Expr]:
    """Mark what a column tells of its forms, for the counts of `YearForms.of`.

    Parameters
    ----------
    name : str
        Of a column with the columns of `number_forms`.
    typed : bool
        Whether it has those of `text_forms` too.
    """
    form, year = nw.col(f"form:{name}"), nw.col(f"year:{name}")
    marks = {number: form == number for number in NUMBERS}
    years = form.is_in(list(_CERTAIN)) & _is_year(year)
    marks["years"] = years | (form == "named")
    for short in ("slashed", "hyphened") if typed else ():
        marks[short] = form == short
        for end in ("first", "last"):
            no = nw.col(f"not_{end}:{name}")
            marks[f"{short}:not_{end}"] = (form == short) & no
    return marks


def read_year(name: str, forms: YearForms, *, typed: bool) -> nw.Expr:
    """Give the year of each cell, null where the column does not tell it.

    Parameters
    ----------
    name : str
        Of a column with the columns of `number_forms`.
    forms : YearForms
    typed : bool
        Whether it has those of `text_forms` too.
    """
    form = nw.col(f"form:{name}")
    by_form = form.is_in([*_CERTAIN, *forms.numbers])
    year = nw.when(by_form).then(nw.col(f"year:{name}"))
    if not typed:
        return year
    last = nw.when(form.is_in(["named", *forms.last])).then(nw.col(f"last:{name}"))
    first = nw.when(form.is_in([*forms.first, ""])).then(nw.col(f"first:{name}"))
    return nw.coalesce(year, last, first)
