"""Currencies as people write them beside a pay: codes, signs and words.

Patterns are for lower case and hold no groups, so that they can stand inside others.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

__all__ = ["DECIMAL_COMMA", "NAMED", "foreign", "named_in", "sign_of"]

# What can only be this currency, beside its code.
_OWN: Mapping[str, str] = {
    "AED": "dirhams?|dhs?",
    "ARS": "",
    "AUD": r"au?\$",
    "BDT": "৳|taka",
    "BRL": r"r\$|reais|real",
    "CAD": r"ca?\$",
    "CHF": r"sfr\.?|francs?",
    "CLP": "",
    "CNY": "rmb|yuan|renminbi",
    "COP": "",
    "CZK": "kč",
    "DKK": "",
    "EGP": r"e£",
    "EUR": "€|euros?",
    "GBP": "pounds?|quid",
    "GHS": "₵",
    "HKD": r"hk\$",
    "HUF": "ft",
    "IDR": r"rp\.?",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "yen|円",
    "KES": "ksh",
    "KRW": "₩|won",
    "LKR": "",
    "MXN": r"mx\$",
    "MYR": "rm",
    "NGN": "₦|naira",
    "NOK": "",
    "NPR": "",
    "NZD": r"nz\$",
    "PHP": "₱",
    "PKR": "",
    "PLN": "zł",
    "QAR": "",
    "RON": "lei",
    "RUB": "₽|roubles?|rubles?",
    "SAR": "",
    "SEK": "",
    "SGD": r"s\$",
    "THB": "฿|baht",
    "TRY": "₺",
    "TWD": r"nt\$",
    "UAH": "₴",
    "USD": r"us\$|us dollars?",
    "VND": "₫",
    "ZAR": "rands?",
}
# What several currencies share: that of the table, where it is one of them.
_SHARED: Mapping[str, tuple[str, frozenset[str]]] = {
    "$": (
        r"\$|dollars?",
        frozenset(
            {
                *("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS"),
                *("CLP", "COP"),
            }
        ),
    ),
    "¥": ("¥|￥", frozenset({"JPY", "CNY"})),
    "£": ("£", frozenset({"GBP", "EGP"})),
    "Rs": (r"rs\.?|rupees?", frozenset({"INR", "PKR", "LKR", "NPR"})),
    "kr": (r"kr\.?", frozenset({"SEK", "NOK", "DKK"})),
}
# Where 45,000 may well be 45 with three decimals.
DECIMAL_COMMA = frozenset(
    {
        *("ARS", "BRL", "CHF", "CLP", "COP", "CZK", "DKK", "EUR", "HUF", "IDR", "NOK"),
        *("PLN", "RON", "RUB", "SEK", "TRY", "UAH", "VND", "ZAR"),
    }
)
NAMED: tuple[str, ...] = (*_OWN, *_SHARED)


def sign_of(code: str) -> str:
    r"""Give the pattern of everything that may stand for a currency.

    Parameters
    ----------
    code : str
        Of ISO 4217; of a currency that nobody told us of, the code alone is known.

    Examples
    --------
    >>> sign_of("INR")
    '(?:inr|₹|rs\\.?|rupees?)'
    """
    code = code.upper()
    ways = [re.escape(code.lower()), _OWN.get(code, "")]
    ways += [pattern for pattern, codes in _SHARED.values() if code in codes]
    return f"(?:{'|'.join(filter(None, ways))})"


def _others(code: str) -> dict[str, str]:
    """Give the pattern of every name that does not stand for this currency."""
    patterns = {other: sign_of(other) for other in _OWN if other != code.upper()}
    for name, (pattern, codes) in _SHARED.items():
        if code.upper() not in codes:
            patterns[name] = f"(?:{pattern})"
    own = {
        name: "|".join(filter(None, (name.lower(), _OWN.get(name, ""))))
        for name in patterns
        if name in _OWN
    }
    return patterns | {name: f"(?:{ways})" for name, ways in own.items()}


def _beside_number(sign: str) -> str:
    """Give the pattern of a sign that stands before or after a number."""
    unit = r"(?: ?(?:k|m|mn|mio|lakhs?|lacs?|lpa|cr|crores?|thousand|million))?"
    return (
        rf"(?:(?:^|[^a-z]){sign} ?[+-]?[0-9.,]"
        rf"|[0-9.,]{unit}(?: ?/-)? ?{sign}(?:[^a-z]|$))"
    )


def foreign(code: str) -> str:
    """Give the pattern of a text that names another currency than `code`.

    Examples
    --------
    >>> [bool(re.search(foreign("INR"), text)) for text in ("$75,000", "rs. 5")]
    [True, False]
    """
    return _beside_number(f"(?:{'|'.join(_others(code).values())})")


def named_in(texts: Iterable[tuple[str, int]], code: str) -> Counter[str]:
    """Count which currencies texts name, the own one among them.

    Parameters
    ----------
    texts : iterable of tuple of str and int
        In lower case, each with how often it stands there.
    code : str
        Of the currency of the table: what several share is this one.

    Returns
    -------
    Counter of str
        By code, or by the sign where several share it; "" for texts that name none.

    Examples
    --------
    >>> named_in([("$5", 3), ("5 eur", 1), ("5k", 2)], "USD")
    Counter({'USD': 3, '': 2, 'EUR': 1})
    """
    ways = {code.upper(): sign_of(code), **_others(code)}
    known = {name: re.compile(_beside_number(sign)) for name, sign in ways.items()}
    counts: Counter[str] = Counter()
    for text, count in texts:
        hits = (name for name, pattern in known.items() if pattern.search(text))
        counts[next(hits, "")] += count
    return counts
