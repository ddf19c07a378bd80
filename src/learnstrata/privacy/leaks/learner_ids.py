"""Which forms of the ids of learners are looked for, and where."""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import polars as pl

from learnstrata.privacy.leaks.id_parts import PART, Parts
from learnstrata.privacy.leaks.spellings import (
    can_stand,
    folded,
    letters_in,
    slices,
    words_in,
)
from learnstrata.privacy.leaks.tokens import core_of, words_of

__all__ = ["ID_HEAD", "Learners"]

ID_LETTERS = 6
LONG_NUMBER = 9  # digits; shorter ones may be any number
ID_HEAD = 8  # characters of a long id that give it away
LONG_ID = 16
ONE_WORD = "^[A-Za-z0-9]+$"
CORE = "(?s)([A-Za-z0-9](?:.*[A-Za-z0-9])?)"
OTHER = r"[^\x00-\x7f]"
SEVERAL = "[A-Za-z0-9][^A-Za-z0-9]+[A-Za-z0-9]"
# What a digest of an address may be, whole or in part.
DIGEST = re.compile(rf"[0-9a-f]{{{ID_HEAD},}}$|.*[0-9a-f]{{{PART}}}")


@dataclass(slots=True)
class Learners:
    """Ids of learners that a text may hold, by their letters and digits in a row.

    Attributes
    ----------
    ids : set of str
        Of one word, and digests of e-mail addresses.
    spelled : dict
        Ids of several words -> as they are written.
    heads : set of str
        What stands before a break of them: a text may go on there.
    fields : set of str
        Ids that count only as the whole value of a field of learners.
    parts : frozenset of str
        Words of the texts that hold a part of a long id.
    narrow : int
        How many ids count only as the whole value of a field, in the texts or not.
    """

    ids: set[str] = field(default_factory=set)
    spelled: dict[str, set[str]] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    parts: frozenset[str] = frozenset()
    narrow: int = 0
    _long: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, learners: pl.Series, *, runs: pl.Series, words: Iterable[str]
    ) -> "Learners":
        """Sort ids by how widely they can be looked for, and keep what texts may hold.

        Parameters
        ----------
        learners : Series of str
        runs : Series of str
            As for `learnstrata.privacy.leaks.spellings.can_stand`, and whole values of
            fields.
        words : iterable of str
            Long words of the texts, in which a part of an id may stand.
        """
        found, texts = cls(), _Texts.of(runs, [*words])
        ordinary = [pl.Series([], dtype=pl.String)]
        for ids in slices(learners.drop_nulls()):
            whole = ids.str.contains(ONE_WORD)
            ordinary.append(found._sort_words(ids.filter(whole), texts))
            ordinary.append(found._sort_spelled(ids.filter(~whole), texts))
        found.narrow = pl.concat(ordinary).n_unique()
        found._long.sort()
        found.parts = texts.parts.telling()
        return found

    @property
    def has_long(self) -> bool:
        """Whether a word of the texts may be how a long id begins."""
        return bool(self._long)

    def is_head(self, word: str) -> bool:
        """Say whether a word is how a long id begins."""
        if len(word) < ID_HEAD or not self._long or word.isdigit():
            return False
        at = bisect_left(self._long, word)
        return at < len(self._long) and self._long[at].startswith(word)

    def _sort_words(self, ids: pl.Series, texts: "_Texts") -> pl.Series:
        """Keep ids of one word; give those that may be any word or number."""
        letters = ids.str.to_lowercase()
        is_long = letters.str.len_bytes() >= LONG_ID
        short = letters.filter(~is_long)
        ordinary = _are_ordinary(short)
        self._keep(letters.filter(is_long), texts)
        self._keep(short.filter(~ordinary), texts)
        self._keep_fields(short.filter(ordinary), texts)
        return short.filter(ordinary)

    def _keep(self, letters: pl.Series, texts: "_Texts") -> None:
        there = letters.str.slice(0, ID_HEAD).is_in(texts.begins.implode())
        near = letters.filter(there | (letters.str.len_bytes() < ID_HEAD))
        self.ids.update(near.filter(near.is_in(texts.runs.implode())))
        is_long = near.str.len_bytes() >= LONG_ID
        self._long.extend(near.filter(is_long))
        texts.parts.look_in(letters.filter(letters.str.len_bytes() >= LONG_ID))

    def _keep_fields(self, letters: pl.Series, texts: "_Texts") -> None:
        self.fields.update(letters.filter(letters.is_in(texts.runs.implode())))

    def _sort_spelled(self, ids: pl.Series, texts: "_Texts") -> pl.Series:
        """Keep ids of several words or with marks; give those of fields alone."""
        told = words_in(ids)
        letters = told.str.replace_all(" ", "")
        single = _are_ordinary(letters) & ~told.str.contains(" ")
        narrow = (letters != "") & (_are_plain(letters) | single)
        self._keep_fields(letters.filter(narrow), texts)
        spelled = ids.filter((letters != "") & ~narrow)
        for one in spelled.filter(can_stand(spelled, texts.runs)):
            self._spell(one)
        _look_for_parts(spelled, texts.parts)
        if texts.digests:
            mails = spelled.filter(spelled.str.contains("@", literal=True))
            found = {digest for mail in mails for digest in _digests(mail)}
            self._keep(pl.Series(sorted(found), dtype=pl.String), texts)
        return letters.filter(narrow)

    def _spell(self, one: str) -> None:
        """Keep an id as it is written."""
        words = words_of(one)
        self.spelled.setdefault("".join(words), set()).add(core_of(one).casefold())
        ends = accumulate(map(len, words))
        self.heads.update("".join(words)[:at] for at in ends)


class _Texts(NamedTuple):
    """What of the texts ids are held against."""

    runs: pl.Series
    begins: pl.Series  # how words begin that may be an id, or the head of one
    digests: bool  # whether a word may be of a digest
    parts: Parts

    @classmethod
    def of(cls, runs: pl.Series, words: Sequence[str]) -> "_Texts":
        told = [one for one in words if not one.isdigit()]
        every = (one for one in (*told, *runs) if len(one) >= ID_HEAD)
        begins = sorted({one[:ID_HEAD] for one in every})
        digests = any(map(DIGEST.match, told))
        return cls(runs, pl.Series(begins, dtype=pl.String), digests, Parts(words))


def _look_for_parts(ids: pl.Series, parts: Parts) -> None:
    """Look for parts in ids of several words: of an address, before the @ alone."""
    same = folded(ids)
    cores = same.filter(~same.str.contains(OTHER)).str.extract(CORE)
    mail = cores.str.contains("@", literal=True)
    parts.look_in(letters_in(cores.filter(mail).str.extract("^([^@]*)")))
    letters = letters_in(cores.filter(~mail)).unique()
    parts.look_in(letters.filter(letters.str.len_bytes() >= LONG_ID))


def _are_plain(letters: pl.Series) -> pl.Series:
    """Say which ids are too short, or a number like any other."""
    size, number = letters.str.len_chars(), letters.str.contains(r"^\d+$")
    return (size < ID_LETTERS) | (number & (size < LONG_NUMBER))


def _are_ordinary(letters: pl.Series) -> pl.Series:
    """Say which ids of one word may be a word or a number of any text."""
    word = letters.str.contains(r"^\p{L}+$") & (letters.str.len_chars() < LONG_ID)
    return _are_plain(letters) | word


def _digests(mail: str) -> set[str]:
    """Give what an address becomes where it is hashed without a salt."""
    spellings = {mail, mail.strip(), mail.strip().lower()}
    return {
        hashlib.new(kind, spelling.encode(), usedforsecurity=False).hexdigest()
        for spelling in spellings
        for kind in ("sha256", "md5")
    }
