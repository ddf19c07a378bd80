"""Job titles read as role families, with seniority as a field of its own.

A title is normalised (case, punctuation, aliases, levels), then read word by word
against the packaged, versioned pattern table ``titles.toml``. Nothing matches inside a
word.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate, pairwise, product
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal, Self

from rapidfuzz import fuzz, process

from learnstrata.exceptions import ParameterError
from learnstrata.learners.roles.classification import RoleFamily

__all__ = [
    "NOT_STATED",
    "SENIORITY",
    "UNMAPPED",
    "RoleMatch",
    "TitleTable",
    "is_entry_level",
    "match_titles",
    "normalise_title",
]

NOT_STATED = "Not stated"
UNMAPPED = "Unmapped"
SENIORITY = ("Intern", "Junior", "Regular", "Senior", "Lead", "Manager", "Director")

How = Literal["pattern", "fuzzy", "generic", "unmapped", "missing"]

_LONGEST = 200  # characters of a title that are read
_MOST_WORDS = 20
_LONGEST_WORD = 20
_SHORTEST_TYPO = 5  # letters: in shorter words one wrong letter makes another word
_JUNIOR, _REGULAR = 1, 2
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_SYMBOLS = (
    (re.compile(r"\bc\+\+"), " cpp "),
    (re.compile(r"\bc#"), " csharp "),
    (re.compile(r"\.net\b"), " dot net "),
    (re.compile(r"\br\s?&\s?d\b"), " rnd "),
    (re.compile(r"\bs/w\b"), " software "),
    (re.compile(r"\bh/w\b"), " hardware "),
    (re.compile(r"\b([a-z])\.(?=[a-z]\b)"), r"\1"),  # q.a. is one word
    (re.compile(r"['\u2019]"), ""),
)
_BRACKETS = re.compile(r"[(\[{<][^()\[\]{}<>]*[)\]}>]")
_TURNED = re.compile(
    r"(.+?)(?:\s(?:of|for|in(?!\s(?:training|charge|residence|chief)\b))\s|\s?,\s|\s-\s)(.+)"
)
_TOKENS = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class RoleMatch:
    """What a title says.

    Attributes
    ----------
    title : str or None
        The title as it was given.
    family : str
        One of `TitleTable.families`.
    seniority : int or None
        Place in `SENIORITY`; None where the title is missing or unmapped.
    how : {"pattern", "fuzzy", "generic", "unmapped", "missing"}
        ``fuzzy`` corrected a typo first; ``generic`` found only a word such as
        "engineer", which names no field.
    """

    title: str | None
    family: str
    seniority: int | None
    how: How


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Rows of adjacent words, each word one of a set; all rows must occur."""

    rows: Sequence[tuple[frozenset[str], ...]]
    whole: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        rows = text.removeprefix("=").split(" + ")
        sets = (tuple(frozenset(w.split("|")) for w in row.split()) for row in rows)
        return cls(tuple(sets), text.startswith("="))

    def words(self) -> set[str]:
        return {word for row in self.rows for words in row for word in words}

    def phrases(self) -> set[str]:
        if len(self.rows) > 1:
            return set()
        return {" ".join(words) for words in product(*map(sorted, self.rows[0]))}

    def places(self, words: Sequence[str]) -> Iterator[range]:
        """Give where the first row stands in `words`."""
        return _places(self.rows[0], words)

    def matches(self, words: Sequence[str]) -> bool:
        if self.whole and len(words) != len(self.rows[0]):
            return False
        return all(any(_places(row, words)) for row in self.rows)


def _places(row: tuple[frozenset[str], ...], words: Sequence[str]) -> Iterator[range]:
    size = len(row)
    for start in range(len(words) - size + 1):
        if words[start] in row[0]:
            window = words[start : start + size]
            if all(word in wanted for word, wanted in zip(window, row, strict=True)):
                yield range(start, start + size)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Ordered patterns, found by their first words; the first that matches decides."""

    by_word: Mapping[str, tuple[tuple[int, _Pattern, Any], ...]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, Any]]) -> Self:
        by_word: dict[str, list[tuple[int, _Pattern, Any]]] = {}
        for order, (text, value) in enumerate(pairs):
            pattern = _Pattern.parse(text)
            for word in pattern.rows[0][0]:
                by_word.setdefault(word, []).append((order, pattern, value))
        return cls(MappingProxyType({w: tuple(p) for w, p in by_word.items()}))

    def patterns(self) -> Iterable[_Pattern]:
        return (entry[1] for entries in self.by_word.values() for entry in entries)

    def first(self, *ways: Sequence[str]) -> Any:  # noqa: ANN401 - family or rank
        """Give the value of the first rule that matches a way to write, or None."""
        near = ((*entry, words) for words in ways for entry in self.near(words))
        by_order = sorted(near, key=itemgetter(0))
        return next((value for _, p, value, way in by_order if p.matches(way)), None)

    def near(self, words: Sequence[str]) -> Iterator[tuple[int, _Pattern, Any]]:
        """Give the entries whose first row can begin with one of `words`."""
        return (e for word in set(words) for e in self.by_word.get(word, ()))


@dataclass(frozen=True, slots=True)
class TitleTable:
    """The pattern table of this version of the package.

    Attributes
    ----------
    version : int
        Changes with every change that moves a title.
    families : tuple of str
        All role families in their order of display; `NOT_STATED` and `UNMAPPED` last.
    classified : tuple of RoleFamily
        The same with their codes in public classifications, where they have one.

    Examples
    --------
    >>> table = TitleTable.load()
    >>> table.version, table.families[:3]
    (3, ('Backend', 'Frontend', 'Full stack'))
    """

    version: int
    families: tuple[str, ...]
    classified: tuple[RoleFamily, ...]
    placeholders: frozenset[str]
    dropped: frozenset[str]
    rules: _Rules
    generic: _Rules
    ranks: _Rules
    no_rank: _Rules
    workers: frozenset[str]
    levelled: frozenset[str]
    levels: Mapping[str, int]
    known: Mapping[str, tuple[str, ...]]
    phrases: frozenset[str]
    joined: Mapping[tuple[str, ...], str]

    @staticmethod
    def load() -> "TitleTable":
        """Read the packaged table; it is read once."""
        return _load()


def _table(raw: Mapping[str, Any]) -> TitleTable:
    rank = raw["seniority"]
    aliases = {word: tuple(to.split()) for word, to in raw["aliases"].items()}
    classified = tuple(RoleFamily.of(entry) for entry in raw["families"])
    rules, generic = (_family_rules(raw[part]) for part in ("rules", "generic"))
    ranks = _Rules.of((p, r["rank"]) for r in rank["rules"] for p in r["patterns"])
    no_rank = _Rules.of((text, True) for text in rank["no_rank"])
    groups = (rules, generic, ranks, no_rank)
    words = {w for group in groups for p in group.patterns() for w in p.words()}
    joined = {tuple(text.split()): to for text, to in raw["phrases"].items()}
    words.update(rank["levelled"], raw["dropped"], raw["workers"], *aliases.values())
    words.update(joined.values(), *joined)
    phrases = {text for pattern in rules.patterns() for text in pattern.phrases()}
    return TitleTable(
        version=raw["version"],
        families=tuple(one.name for one in classified),
        classified=classified,
        placeholders=frozenset(raw["placeholders"]),
        dropped=frozenset(raw["dropped"]),
        rules=rules,
        generic=generic,
        ranks=ranks,
        no_rank=no_rank,
        workers=_workers(rank).union(raw["workers"]),
        levelled=frozenset(rank["levelled"]),
        levels=MappingProxyType(rank["levels"]),
        known=MappingProxyType({word: (word,) for word in words} | aliases),
        phrases=frozenset(text for text in phrases if " " in text),
        joined=MappingProxyType(joined),
    )


def _workers(rank: Mapping[str, Any]) -> frozenset[str]:
    """Give the words that name a worker or a rank and never a field."""
    texts = (text for rule in rank["rules"] for text in rule["patterns"])
    alone = (text for text in texts if " " not in text and not text.startswith("="))
    return frozenset(w for text in alone for w in text.split("|")).union(
        rank["levelled"]
    )


def _family_rules(entries: Sequence[Mapping[str, Any]]) -> _Rules:
    return _Rules.of(
        (text, rule["family"]) for rule in entries for text in rule["patterns"]
    )


@cache
def _load() -> TitleTable:
    source = resources.files("learnstrata.learners.roles").joinpath("titles.toml")
    return _table(tomllib.loads(source.read_text("utf-8")))


def normalise_title(title: str) -> str:
    """Write a title in the words that the pattern table knows.

    Lower case without accents; bracketed text, punctuation, small and contract words
    dropped; aliases written out; words run together taken apart where all parts are
    known; roman levels as numbers. Doing it twice changes nothing.

    Parameters
    ----------
    title : str
        Any text; the first 200 characters and 20 words are read.

    Returns
    -------
    str
        Words with single spaces; empty where the title has no letter and no digit.

    Examples
    --------
    >>> normalise_title("Sr. FullStack Engg-II (Contract)")
    'senior full stack engineer 2'
    """
    return " ".join(_words(title, TitleTable.load()))


def match_titles(
    titles: Sequence[str | None], *, fuzzy_score: float = 92.0
) -> list[RoleMatch]:
    """Map titles to role families and seniority.

    Patterns are tried first, then patterns after typos are corrected, then generic
    words ("engineer"), which name no field.

    Parameters
    ----------
    titles : sequence of str or None
        Meant for the distinct titles of a table; equal ones are matched once.
    fuzzy_score : float, default=92.0
        Least likeness (0 to 100) of a misspelt word or title and a known one:
        ``100 * (1 - edits / letters of both)``, edits being letters put in or left out.
        100 turns the correction off.

    Returns
    -------
    list of RoleMatch
        One a title, in their order.

    Raises
    ------
    ParameterError
        If `fuzzy_score` is not between 50 and 100.

    Notes
    -----
    One wrong letter in a word of up to 12 letters is two edits, under 92: it is found
    only where the whole title is long enough. Titles that are not in English are
    unmapped. docs/methods/roles.md has the accuracy.

    Examples
    --------
    >>> [(m.family, m.seniority) for m in match_titles(["SDE 3", "Data enginer", None])]
    [('Software (general)', 3), ('Data engineering', 2), ('Not stated', None)]
    """
    if not 50 <= fuzzy_score <= 100:
        raise ParameterError(
            f"Got fuzzy_score={fuzzy_score}, expected 50 to 100; under 50 unrelated "
            "words count as typos. The default is 92."
        )
    table = TitleTable.load()
    forms = {t: _words(t, table) for t in dict.fromkeys(titles) if t is not None}
    typos = _Typos.of(forms.values(), table, fuzzy_score)
    matches = {
        title: RoleMatch(title, *_match(words, _turned(title, table), typos, table))
        for title, words in forms.items()
    }
    missing = RoleMatch(None, NOT_STATED, None, "missing")
    return [missing if title is None else matches[title] for title in titles]


def is_entry_level(title: str | None) -> bool:
    """Tell whether a title says intern or junior; word-wise, a missing one does not.

    Examples
    --------
    >>> is_entry_level("Associate Developer"), is_entry_level("Associate Director")
    (True, False)
    """
    seniority = match_titles([title])[0].seniority
    return seniority is not None and seniority <= _JUNIOR


def _words(title: str, table: TitleTable) -> tuple[str, ...]:
    tokens = _TOKENS.findall(_fold(title))[:_MOST_WORDS]
    words = [word for token in tokens for word in _known_words(token, table)]
    kept = [word for word in words if word not in table.dropped] or words
    kept = _joined(kept, table.joined)
    ends = accumulate(len(word) + 1 for word in kept[:_MOST_WORDS])
    counted = zip(kept, ends, strict=False)  # the words beyond the most have no end
    fitting = [word for word, end in counted if end <= _LONGEST + 1]
    return tuple(
        _ROMAN.get(word, word) if before in table.levelled else word
        for before, word in pairwise(("", *fitting))
    )


def _joined(words: list[str], joined: Mapping[tuple[str, ...], str]) -> list[str]:
    """Write neighbours that are one word as that word, the longest first."""
    for phrase, word in sorted(joined.items(), key=lambda pair: -len(pair[0])):
        size = len(phrase)
        for at in range(len(words) - size, -1, -1):
            if tuple(words[at : at + size]) == phrase:
                words = [*words[:at], word, *words[at + size :]]
    return words


def _fold(title: str) -> str:
    text = title.strip()[:_LONGEST]
    if text.isascii():
        text = text.lower()
    else:
        text = _bare(_bare(text).upper().casefold())[:_LONGEST]
    for pattern, instead in _SYMBOLS:
        text = pattern.sub(instead, text)
    without = _BRACKETS.sub(" ", _BRACKETS.sub(" ", text))
    return without if _TOKENS.search(without) else text


def _bare(text: str) -> str:
    """Write compatible letters alike and leave accents out."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c))


def _known_words(token: str, table: TitleTable) -> Sequence[str]:
    """Write a word as the table does: plural, level and words run together undone."""
    if token in table.known:
        return table.known[token]
    for one in _singulars(token):
        if one in table.known:
            return table.known[one]
    parts = _PARTS.findall(token)
    if len(parts) == 1:
        parts = _taken_apart(token, table.known) if 6 <= len(token) <= 40 else ()
        if not any(len(part) > 4 for part in parts):  # "it" and "on" are everywhere
            return (token,)
    return [word for part in parts for word in _known_words(part, table)]


def _singulars(token: str) -> tuple[str, ...]:
    """Give what a plural can be the plural of; () for short words and others."""
    if len(token) < 4 or not token.endswith("s"):
        return ()
    if token.endswith("ies"):
        return token[:-1], f"{token[:-3]}y"
    return (token[:-1], token[:-2]) if token.endswith("es") else (token[:-1],)


def _taken_apart(token: str, known: Collection[str], most: int = 4) -> tuple[str, ...]:
    """Cut a word into up to `most` known words, longest first; () where none fit."""
    if token in known:
        return (token,)
    if most == 1:
        return ()
    for size in range(min(len(token) - 2, _LONGEST_WORD), 1, -1):
        if token[:size] in known:
            rest = _taken_apart(token[size:], known, most - 1)
            if rest:
                return (token[:size], *rest)
    return ()


def _turned(title: str, table: TitleTable) -> tuple[str, ...]:
    """Write "manager of data quality" as "data quality manager"; () for others."""
    found = _TURNED.fullmatch(_fold(title))
    if found is None:
        return ()
    worker, field = (_words(part, table) for part in found.groups())
    if not table.workers.issuperset(worker):
        return ()
    return (*worker[:-1], *field, *worker[-1:])  # the rank stays in front


def _match(
    words: tuple[str, ...],
    turned: tuple[str, ...],
    typos: "_Typos",
    table: TitleTable,
) -> tuple[str, int | None, How]:
    if not words or " ".join(words) in table.placeholders:
        return NOT_STATED, None, "missing"
    for rules, how, reading in _readings(words, typos, table):
        family = rules.first(reading, turned if how == "pattern" else ())
        if family == UNMAPPED:
            break
        if family is not None:
            return family, _seniority(reading, table), how
    return UNMAPPED, None, "unmapped"


def _readings(
    words: tuple[str, ...], typos: "_Typos", table: TitleTable
) -> Iterator[tuple[_Rules, How, tuple[str, ...]]]:
    """Give the ways to read a title, surest first; the dear ones only when asked."""
    yield table.rules, "pattern", words
    corrected = tuple(w for word in words for w in typos.words.get(word, (word,)))
    if corrected != words:
        yield table.rules, "fuzzy", corrected
    phrase = typos.phrase(words)
    if phrase:
        yield table.rules, "fuzzy", phrase
    yield table.generic, "generic", words
    if corrected != words:
        yield table.generic, "fuzzy", corrected


def _seniority(words: tuple[str, ...], table: TitleTable) -> int:
    silent = {
        i
        for _, pattern, _ in table.no_rank.near(words)
        for place in pattern.places(words)
        for i in place
        if words[i] in table.ranks.by_word
    }
    heard = ["" if i in silent else word for i, word in enumerate(words)]
    rank = table.ranks.first(heard)
    if rank is not None:
        return rank
    levels = (
        table.levels[after]
        for before, after in pairwise(words)
        if before in table.levelled and after in table.levels
    )
    return next(levels, _REGULAR)


@dataclass(frozen=True, slots=True)
class _Typos:
    """Likely spellings of unknown words, and of whole titles."""

    words: Mapping[str, Sequence[str]]
    phrases: Mapping[str, Sequence[str]]
    known: Collection[str]
    score: float

    @classmethod
    def of(
        cls, forms: Iterable[tuple[str, ...]], table: TitleTable, score: float
    ) -> Self:
        known = _by_first_letter(filter(_is_long, table.known))
        strange = {w for form in forms for w in form if w not in table.known}
        long = filter(_is_long, strange)
        near = {w: _nearest(w, known.get(w[0], ()), score) for w in long}
        found = {w: table.known[to] for w, to in near.items() if to}
        return cls(found, _by_first_letter(table.phrases), table.known, score)

    def phrase(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Give the known title nearest to `words` whose short words are the same.

        Where all words are known, none is misspelt.
        """
        if all(word in self.known for word in words):
            return ()
        title = " ".join(words)
        near = _nearest(title, self.phrases.get(title[0], ()), self.score) or ""
        reading = tuple(near.split())
        short = [[w for w in ws if not _is_long(w)] for ws in (words, reading)]
        return reading if short[0] == short[1] else ()


def _is_long(word: str) -> bool:
    return len(word) >= _SHORTEST_TYPO and word.isalpha()


def _by_first_letter(words: Iterable[str]) -> dict[str, list[str]]:
    by_letter: dict[str, list[str]] = {}
    for word in sorted(words):
        by_letter.setdefault(word[0], []).append(word)
    return by_letter


def _nearest(word: str, known: Sequence[str], score: float) -> str | None:
    hit = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=score)
    return hit[0] if hit else None
