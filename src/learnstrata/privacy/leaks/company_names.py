"""Which forms of the names of companies are looked for, and where."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import polars as pl

from learnstrata.privacy.leaks.spellings import can_stand, folded, words_in
from learnstrata.privacy.leaks.tokens import (
    WORD,
    core_of,
    plain,
    tokenised,
    words_of,
)

__all__ = ["Companies", "Form", "main_of"]

WORD_LETTERS = 6  # shorter words of a name are too common to tell a company
WORD_COMPANIES = 2  # so are words that more companies share
SHORT = 3  # "TCS": as it is written, or not at all
CAPITALS = 3  # as is "IT" for a company "it"
_UNIT = (
    r"(years?|yrs?|months?|mos?|weeks?|days?|hours?|hrs?|lpa|ctc|lakhs?|lacs?|crores?|cr"
    r"|thousand|million|billion|inr|rs|rupees|usd|eur|gbp|percent|%|per annum|p\.?a\.?)"
)
_AMOUNT = r"[<>~+≈]?\s*(?:(?:rs|inr|usd|eur)\.?|[₹$€£])?\s*\d[\d.,]*"
VALUE = re.compile(
    rf"{_AMOUNT}(?:\s*(?:-|to|\u2013)\s*{_AMOUNT})?\s*\+?(?:\s*{_UNIT}\.?)+\s*\+?",
    re.IGNORECASE,
)
DIGIT = re.compile(r"\d")
# Words that every other company bears.
GENERIC = frozenset(
    [
        *("academy", "advisory", "agency", "analytics", "associates", "business"),
        *("capital", "center", "centre", "college", "company", "computer", "computers"),
        *(
            "consultancy",
            "consultants",
            "consulting",
            "corporation",
            "design",
            "digital",
        ),
        *("development", "education", "electronics", "energy", "engineering"),
        *("enterprise", "enterprises", "finance", "financial", "freelance", "general"),
        *("global", "government", "health", "healthcare", "holdings", "hospital"),
        *("industries", "information", "infotech", "infrastructure", "innovations"),
        *("institute", "insurance", "international", "internet", "investments"),
        *("learning", "limited", "logistics", "management", "manufacturing"),
        *("marketing", "mobile", "motors", "national", "network", "networks", "online"),
        *("partners", "payments", "pharma", "private", "products", "project", "public"),
        *("research", "resources", "retail", "school", "sciences", "security"),
        *("service", "services", "software", "solution", "solutions", "studio"),
        *("studios", "support", "system", "systems", "technical", "technologies"),
        *("technology", "telecom", "trading", "training", "travel", "university"),
        *("ventures", "worldwide"),
    ]
)
# What a company is by law and by country: without it, it is called by the rest.
LEGAL = frozenset(
    [
        *("ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc"),
        *("incorporated", "india", "kg", "limited", "llc", "llp", "ltd", "nv", "plc"),
        *("private", "pte", "pty", "pvt"),
    ]
)
_LEGAL = "|".join(sorted(LEGAL))
ENDINGS = rf"(?i)(?:(?:^|[\W_]+)(?:{_LEGAL}))+[\W_]*$"
WORD_ENDINGS = rf"(?:(?:^| )(?:{_LEGAL}))+$"
# What many add to that: "Wipro Technologies" is Wipro, "Data Systems" not all data.
EVERYDAY = frozenset(
    [
        *("consultancy", "consulting", "enterprises", "global", "group", "holdings"),
        *("industries", "infotech", "international", "labs", "services"),
        *("software", "solutions", "systems", "tech", "technologies", "technology"),
    ]
)


class Form(NamedTuple):
    """How a name may be written.

    Attributes
    ----------
    breaks : frozenset of int
        Letters after which a text may have something between two words.
    gaps : frozenset of int
        Letters after which the name itself has.
    written : frozenset of str
        The only spellings that count, where the name is short.
    """

    breaks: frozenset[int]
    gaps: frozenset[int]
    written: frozenset[str]


@dataclass(slots=True)
class Companies:
    """Names of companies, by all their letters in a row.

    Attributes
    ----------
    forms : dict
        Letters in a row -> how they may be written.
    heads : set of str
        What stands before a break of a name: a text may go on there.
    words : frozenset of str
        Single words of a name that give a company away.
    fields : set of str
        Names that count only as the whole value of a field of companies.
    """

    forms: dict[str, Form] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)
    words: frozenset[str] = frozenset()
    fields: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls, names: pl.Series, *, ordinary: frozenset[str], runs: pl.Series
    ) -> "Companies":
        """Sort names by how widely they can be looked for; keep what texts may hold.

        Parameters
        ----------
        names : Series of str
        ordinary : frozenset of str
            Words that give nobody away by themselves.
        runs : Series of str
            As for `learnstrata.privacy.leaks.spellings.can_stand`.
        """
        found, spelled = cls(), _spelled(names)
        there = can_stand(spelled["name"], runs)
        for name in sorted(spelled["name"].filter(there | _narrow(spelled["words"]))):
            if words := words_of(name):
                found._add(name, words)
        holders = _holders(spelled["words"], runs)
        found.words = frozenset(
            word
            for word, n in holders.items()
            if n <= WORD_COMPANIES and _tells(word) and word not in ordinary
        )
        found._add_mains(spelled, ordinary, runs)
        return found

    def _add_mains(
        self, spelled: pl.DataFrame, ordinary: frozenset[str], runs: pl.Series
    ) -> None:
        """Add what companies are called without their endings, where it tells."""
        ended = spelled.filter(pl.col("words") != pl.col("main"))
        cut = ended["name"].str.replace(ENDINGS, "")
        there = can_stand(cut, runs) | _narrow(ended["main"])
        bare = {main_of(name, LEGAL) for name in ended["name"].filter(there)}
        mains = sorted(bare - {""})
        own = {word for name in mains for word in words_of(name)}
        holders = _holders(spelled["main"], pl.Series(sorted(own), dtype=pl.String))
        for name in mains:
            words = words_of(name)
            telling = [w for w in words if w not in ordinary and len(w) > SHORT]
            rare = any(holders.get(word, 0) <= WORD_COMPANIES for word in telling)
            short = max(map(len, words)) <= SHORT and "".join(words) not in ordinary
            if rare or short:
                self._add(name, words)

    def _add(self, name: str, words: tuple[str, ...]) -> None:
        letters = "".join(words)
        if letters.isdigit() or len(letters) == 1:
            self.fields.add(letters)
            return
        form = _form(name, letters, words)
        known = self.forms.get(letters)
        self.forms[letters] = _either(known, form) if known else form
        self.heads.update(letters[:at] for at in form.breaks)


def _spelled(names: pl.Series) -> pl.DataFrame:
    """Give each name once: with its words, and those without its endings."""
    once = names.cast(pl.String).drop_nulls().str.strip_chars().unique()
    same = once.filter(once.str.contains(r"\d"))
    values = same.filter(folded(same).str.contains(f"(?i)^(?:{VALUE.pattern})$"))
    told = once.filter(~once.is_in(values.implode()))
    words = words_in(told)
    main = words.str.replace(WORD_ENDINGS, "")
    return pl.DataFrame({"name": told, "words": words, "main": main})


def _narrow(words: pl.Series) -> pl.Series:
    """Say which names are of digits or of one letter."""
    letters = words.str.replace_all(" ", "")
    return letters.str.contains(r"^\d+$") | (letters.str.len_chars() == 1)


def _holders(words: pl.Series, wanted: pl.Series) -> dict[str, int]:
    """Count the names that have each of these words."""
    each = words.unique().str.split(" ").list.unique().explode()
    found = each.filter(each.is_in(wanted.implode())).value_counts(name="n")
    return dict(found.iter_rows())


def main_of(name: str, endings: frozenset[str] = LEGAL | EVERYDAY) -> str:
    """Give what a company is called without its endings; empty if that is all of it.

    Examples
    --------
    >>> [main_of(one) for one in ("Wipro Limited", "TCS (India) Pvt. Ltd.", "Tech Co")]
    ['Wipro', 'TCS', '']
    """
    text = plain(name)
    spans = [match.span() for match in WORD.finditer(text)]
    while spans and text[slice(*spans[-1])].casefold() in endings:
        spans.pop()
    return text[spans[0][0] : spans[-1][1]] if spans else ""


def _form(name: str, letters: str, words: tuple[str, ...]) -> Form:
    gaps = _ends(tuple(map(len, words)))
    even = (name.islower() or name.isupper()) and not DIGIT.search(name)
    breaks = gaps if even else gaps | _fine(name)
    if max(map(len, words)) > SHORT:
        return _free(breaks, gaps)
    core = core_of(name)
    written = {core, core.upper()} if len(letters) >= CAPITALS else {core}
    return Form(breaks, gaps, frozenset(written))


@lru_cache(None)
def _free(breaks: frozenset[int], gaps: frozenset[int]) -> Form:
    """Give the form of names that may be written in any case: few, for many names."""
    return Form(breaks, gaps, frozenset())


def _either(one: Form, other: Form) -> Form:
    """Join the forms of two names that have the same letters."""
    strict = bool(one.written and other.written)
    return Form(
        one.breaks | other.breaks,
        min(one.gaps, other.gaps, key=len),
        one.written | other.written if strict else frozenset(),
    )


def _fine(name: str) -> frozenset[int]:
    return _ends(tuple(map(len, tokenised(plain(name)).keys)))


@lru_cache(None)
def _ends(lengths: tuple[int, ...]) -> frozenset[int]:
    """Give how many letters stand before each break between words."""
    return frozenset([*accumulate(lengths)][:-1])


def _tells(word: str) -> bool:
    return sum(map(str.isalpha, word)) >= WORD_LETTERS
