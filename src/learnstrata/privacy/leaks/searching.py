"""Where in a text a company or a learner is named."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import polars as pl

from learnstrata.privacy.leaks.alignment import own_words
from learnstrata.privacy.leaks.company_names import (
    GENERIC,
    WORD_LETTERS,
    Companies,
    Form,
)
from learnstrata.privacy.leaks.learner_ids import ID_HEAD, Learners
from learnstrata.privacy.leaks.pieces import Piece
from learnstrata.privacy.leaks.tokens import (
    CHUNK,
    Tokens,
    joined,
    plain,
    tokenised,
    words_of,
)
from learnstrata.privacy.leaks.vocabulary import Wording

__all__ = ["Hit", "Kind", "Search"]

Kind = Literal["company name", "company word", "learner id", "unreadable file"]

_WHO = (
    r"(learner|user|student|member|candidate|employee|person|customer|applicant|trainee"
    r"|participant|account|e-?mail)"
)
_CODE = r"(ids?|hash(es)?|codes?|keys?|no|num|number|name)"
LEARNER_FIELD = re.compile(
    rf"({_WHO}([ _-]?{_CODE})?|u?uid|roll([ _-]?(no|number))?)", re.IGNORECASE
)
COMPANY_FIELD = re.compile(
    rf"(company|employer|organi[sz]ation|firm)([ _-]?{_CODE})?", re.IGNORECASE
)
COUNTED = re.compile(r"(ids|codes|hashes|keys)$", re.IGNORECASE)


# Parts of a workbook that its writer makes, whatever it holds.
FURNITURE = ("xl/theme/", "docProps/")
RANKS: dict[Kind, int] = {"company name": 0, "learner id": 1, "company word": 2}


class Hit(NamedTuple):
    """What is named, as it stands there, and where in the plain text."""

    kind: Kind
    text: str
    offset: int


class _Span(NamedTuple):
    kind: Kind
    first: int  # words of the text, both included
    last: int


class _Seen(NamedTuple):
    letters: str
    text: str
    first: int
    last: int


class _Own(NamedTuple):
    """What of a text the product says itself."""

    said: Sequence[bool]
    spoken: frozenset[str] | None

    @classmethod
    def of(
        cls, words: Tokens, own: Piece | None, spoken: frozenset[str] | None
    ) -> "_Own":
        said = own_words(words, tokenised(plain(own.text))) if own else ()
        return cls(said, spoken)

    def has(self, words: Tokens, span: _Span) -> bool:
        """Say whether the product says these words there, and can say them at all."""
        inside = slice(span.first, span.last + 1)
        if not self.said or not all(self.said[inside]):
            return False
        keys = words.keys[inside]
        return self.spoken is None or all(k.isdigit() or k in self.spoken for k in keys)


@dataclass(slots=True)
class _Allowed:
    """Texts that name nobody, wherever they stand."""

    phrases: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "_Allowed":
        found = cls()
        for text in texts:
            letters = ""
            for key in tokenised(plain(str(text))).keys:
                found.heads.add(letters)
                letters += key
            found.phrases.add(letters)
        return found

    def covers(self, words: Tokens, span: _Span) -> bool:
        """Say whether an allowed text stands there and takes in the whole span."""
        for first in range(span.first, -1, -1):
            letters = ""
            for at in range(first, len(words.keys)):
                letters += words.keys[at]
                if at >= span.last and letters in self.phrases:
                    return True
                if letters not in self.heads:
                    break
            if span.first - first > 16:
                return False
        return False


class Search:
    """Names and ids by their letters, so that each word of a text is looked up once.

    Parameters
    ----------
    companies, learners : Series of str
    pieces : iterable of Piece
        All that is searched: names that stand in none of them are not kept.
    allow : iterable of str
    own : frozenset of str
        Words of the product's own texts: by themselves they give no company away.
    spoken : frozenset of str, default=None
        Words the product can say at all: what has another one is never its own.
    """

    def __init__(
        self,
        companies: pl.Series,
        learners: pl.Series,
        pieces: Iterable[Piece],
        *,
        allow: Iterable[str] = (),
        own: frozenset[str] = frozenset(),
        spoken: frozenset[str] | None = None,
    ) -> None:
        allowed = [str(text) for text in allow]
        allowing = {word for text in allowed for word in words_of(text)}
        self._ordinary = GENERIC | own | allowing
        self._spoken = spoken
        every = [*pieces]
        values = {joined(one.text) for one in every if one.field and _told_by(one)}
        said = Wording.of(piece.text for piece in every)
        runs = said.runs(companies, learners, values=values)
        self.companies = Companies.of(companies, ordinary=self._ordinary, runs=runs)
        self.learners = Learners.of(learners, runs=runs, words=said.long(ID_HEAD))
        self._allowed = _Allowed.of(allowed)
        self._heads = self.companies.heads | self.learners.heads
        self._first = said.beginning(self._looked_for())
        self._clean = set() if self._has_parts else said.without(self._first)

    def _looked_for(self) -> Iterator[str]:
        """Give all that a run of words may be, by its letters."""
        yield from (*self.companies.forms, *self.companies.words)
        yield from (*self.learners.ids, *self.learners.spelled)

    @property
    def _has_parts(self) -> bool:
        """Whether a text may hold a part of a long id."""
        return bool(self.learners.parts) or self.learners.has_long

    def is_clear(self, piece: Piece) -> bool:
        """Say whether a piece is known to name nobody."""
        return piece.text in self._clean and not (piece.field and _told_by(piece))

    def hits(self, piece: Piece, own: Piece | None = None) -> Iterator[Hit]:
        """Find names, words and ids in a piece of text.

        Parameters
        ----------
        piece : Piece
        own : Piece, default=None
            Its counterpart without data: what both say in the same place is no hit.
        """
        if own is not None and own.text == piece.text and self._spoken is None:
            return
        told = list(self._value(piece)) if piece.field else []
        yield from told
        if told or piece.text in self._clean:
            return
        text = plain(piece.text)
        words = tokenised(text)
        spans = list(self._spans(text, words, code=piece.code))
        if not spans:
            if not piece.code:  # in which fewer names count
                self._clean.add(piece.text)
            return
        spoken = None if piece.place.startswith(FURNITURE) else self._spoken
        yield from self._kept(text, words, spans, _Own.of(words, own, spoken))

    def _kept(
        self, text: str, words: Tokens, spans: list[_Span], own: "_Own"
    ) -> Iterator[Hit]:
        """Leave out what is our own or allowed, and what a longer hit holds."""
        done = -1
        for span in sorted(spans, key=lambda s: (s.first, -s.last, RANKS[s.kind])):
            if span.first <= done or own.has(words, span):
                continue
            if self._allowed.covers(words, span):
                continue
            done = span.last
            start = words.starts[span.first]
            yield Hit(span.kind, text[start : words.ends[span.last]], start)

    def _value(self, piece: Piece) -> Iterator[Hit]:
        """Find what counts only as the whole value of a field of its kind."""
        kind = _told_by(piece)
        if not kind:
            return
        fields = (self.companies if kind == "company name" else self.learners).fields
        value = joined(piece.text)
        single = kind == "learner id" and _is_count(piece)
        if value in fields and value not in self._allowed.phrases and not single:
            yield Hit(kind, piece.text, 0)

    def _spans(self, text: str, words: Tokens, *, code: bool) -> Iterator[_Span]:
        """Find every run of words that names somebody."""
        forms = self.companies.forms
        ids, spelled = self.learners.ids, self.learners.spelled
        heads, glued, last = self._heads, words.glued, len(words.keys) - 1
        keys = () if self._first.isdisjoint(words.keys) else words.keys
        for first, letters in enumerate(keys):
            if letters not in self._first:
                continue
            at, one_word = first, True
            while True:
                if one_word and letters in self.companies.words:
                    yield _Span("company word", first, at)
                if letters in forms or letters in ids or letters in spelled:
                    there = text[words.starts[first] : words.ends[at]]
                    seen = _Seen(letters, there, first, at)
                    kind = self._kind(words, seen, code=code)
                    if kind:
                        yield _Span(kind, first, at)
                if at == last or not (glued[at + 1] or letters in heads):
                    break
                at += 1
                one_word = one_word and glued[at]  # "PhonePe" is one, with a hump
                letters += words.keys[at]  # noqa: PLW2901 - a word grows into a name
        yield from self._long(text, words)

    def _kind(self, words: Tokens, seen: _Seen, *, code: bool) -> Kind | None:
        """Say whom a run of words names, if anybody."""
        form = self.companies.forms.get(seen.letters)
        if form and self._is_name(form, words, seen, code=code):
            return "company name"
        written, letters = seen.text.casefold(), seen.letters
        spelled = self.learners.spelled.get(letters, ())
        if written == letters and (letters in self.learners.ids or spelled):
            return "learner id"
        return "learner id" if written in spelled else None

    def _is_name(self, form: Form, words: Tokens, span: _Seen, *, code: bool) -> bool:
        """Say whether a run of words breaks where a name does."""
        if form.written:
            return span.text in form.written and not code
        cuts, apart, at = set[int](), set[int](), 0
        for word in range(span.first, span.last):
            at += len(words.keys[word])
            cuts.add(at)
            if not words.glued[word + 1]:
                apart.add(at)
        if not apart <= form.breaks:
            return False
        one = span.letters
        plain_word = one.isdigit() or one in self._ordinary or len(one) < WORD_LETTERS
        return form.gaps <= cuts or not plain_word

    def _long(self, text: str, words: Tokens) -> Iterator[_Span]:
        """Find parts of long ids."""
        if not self._has_parts:
            return
        for match in CHUNK.finditer(text):
            if match.end() - match.start() < ID_HEAD:
                continue
            part = joined(match[0])
            if part in self.learners.parts or self.learners.is_head(part):
                first = bisect_left(words.starts, match.start())
                yield _Span(
                    "learner id", first, bisect_right(words.ends, match.end()) - 1
                )


def _told_by(piece: Piece) -> Kind | None:
    """Say whom the value of a field names."""
    if not _may_tell(piece.field):
        return None
    key = piece.place.endswith(", a key")
    return _kind_of(piece.field.removesuffix("s") if key else piece.field)


@lru_cache(None)
def _may_tell(name: str) -> bool:
    return bool(_kind_of(name) or _kind_of(name.removesuffix("s")))


@lru_cache(None)
def _kind_of(name: str) -> Kind | None:
    """Say whom the values of a field name, by its own name."""
    if COMPANY_FIELD.fullmatch(name.strip()):
        return "company name"
    return "learner id" if LEARNER_FIELD.fullmatch(name.strip()) else None


def _is_count(piece: Piece) -> bool:
    """Say whether a value is how many ids there are: one number in "ids" of JSON."""
    single = piece.place.startswith("$") and not piece.place.endswith(("]", "a key"))
    return single and bool(COUNTED.search(piece.field))
