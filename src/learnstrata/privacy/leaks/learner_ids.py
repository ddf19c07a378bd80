"""Which forms of the ids of learners are looked for, and where."""

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from learnstrata.privacy.leaks.tokens import core_of, joined, words_of

__all__ = ["ID_HEAD", "PART", "Learners"]

ID_LETTERS = 6
LONG_NUMBER = 9  # digits; shorter ones may be any number
ID_HEAD = 8  # characters of a long id that give it away
LONG_ID = 16
PART = 12  # characters in a row, anywhere in a long id
SHARED = 2  # ids that may hold a part: what more of them hold tells nobody
STEP = 1 << 20  # letters looked through at once
SLOTS, SHIFT = 1 << 22, np.uint64(64 - 22)
MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))

Hashes = npt.NDArray[np.uint64]


@dataclass(slots=True)
class Learners:
    """Ids of learners, by their letters and digits in a row.

    Attributes
    ----------
    ids : frozenset of str
        Of one word, and digests of e-mail addresses.
    spelled : dict
        Ids of several words -> as they are written.
    heads : set of str
        What stands before a break of them: a text may go on there.
    fields : frozenset of str
        Ids that count only as the whole value of a field of learners.
    """

    ids: frozenset[str]
    spelled: dict[str, set[str]]
    heads: set[str]
    fields: frozenset[str]
    _sorted: list[str] = field(default_factory=list)
    _begins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, learners: Iterable[str]) -> "Learners":
        """Sort ids by how widely they can be looked for."""
        plain: set[str] = set()
        spelled: dict[str, set[str]] = {}
        heads: set[str] = set()
        fields: set[str] = set()
        for one in map(str, learners):
            if len(one) >= LONG_ID and one.isalnum() and one.isascii():
                plain.add(one.casefold())
            elif one.isascii() and one.isalnum():
                (fields if _is_ordinary(one) else plain).add(one.casefold())
            elif words := words_of(one):
                letters = "".join(words)
                if _is_plain(letters) or (len(words) == 1 and _is_ordinary(letters)):
                    fields.add(letters)
                    continue
                spelled.setdefault(letters, set()).add(core_of(one).casefold())
                heads.update(letters[:at] for at in accumulate(map(len, words)))
                plain.update(_digests(one) if "@" in one else ())
        long = sorted(i for i in plain if len(i) >= LONG_ID)
        begins = frozenset(i[:ID_HEAD] for i in long)
        return cls(frozenset(plain), spelled, heads, frozenset(fields), long, begins)

    def is_head(self, word: str) -> bool:
        """Say whether a word is how a long id begins."""
        if len(word) < ID_HEAD or word[:ID_HEAD] not in self._begins or word.isdigit():
            return False
        at = bisect_left(self._sorted, word)
        return at < len(self._sorted) and self._sorted[at].startswith(word)

    def holding(self, words: Iterable[str]) -> frozenset[str]:
        """Give the words that share 12 characters in a row with a long id or two."""
        grams = {
            word[at : at + PART]: word
            for word in words
            if len(word) >= PART and word.isascii() and not word.isdigit()
            for at in range(len(word) - PART + 1)
        }
        if not grams:
            return frozenset()
        there = self._there(list(grams))
        told = {gram for gram, n in there.items() if n <= SHARED}
        return frozenset(
            word for word in {*grams.values(), *words} if _has_gram(word, told)
        )

    def _there(self, grams: list[str]) -> Counter[str]:
        """Count how often each gram stands in a long id."""
        wanted = _hashes("".join(grams))[::PART]
        slots = np.zeros(SLOTS, dtype=bool)
        slots[wanted] = True
        known, there = frozenset(grams), Counter[str]()
        for text in self._corpus():
            found = np.flatnonzero(slots[_hashes(text)])
            told = (text[at : at + PART] for at in found.tolist())
            there.update(gram for gram in told if gram in known)
        return there

    def _corpus(self) -> Iterable[str]:
        """Give all long ids, a space between them, some thousand at a time."""
        long = [*self._sorted]
        for letters, written in self.spelled.items():
            mail = [w.split("@")[0] for w in written if "@" in w]
            long += [joined(name) for name in mail]
            if not mail and len(letters) >= LONG_ID:
                long.append(letters)
        kept = [i for i in long if i.isascii() and len(i) >= PART]
        size = max(STEP // 64, 1)
        for at in range(0, len(kept), size):
            yield " ".join(kept[at : at + size])


def _is_plain(letters: str) -> bool:
    """Say whether an id is too short, or a number like any other."""
    number = letters.isdigit()
    return len(letters) < (LONG_NUMBER if number else ID_LETTERS)


def _is_ordinary(one: str) -> bool:
    """Say whether an id may be a word or a number of any text."""
    return _is_plain(one) or (one.isalpha() and len(one) < LONG_ID)


def _digests(mail: str) -> set[str]:
    """Give what an address becomes where it is hashed without a salt."""
    spellings = {mail, mail.strip(), mail.strip().lower()}
    return {
        hashlib.new(kind, spelling.encode(), usedforsecurity=False).hexdigest()
        for spelling in spellings
        for kind in ("sha256", "md5")
    }


def _hashes(text: str) -> Hashes:
    """Give a hash, under 2^22, of every 12 characters in a row of an ASCII text."""
    raw = text.encode("ascii")
    n = max(len(raw) - PART + 1, 0)
    first, last = (
        np.ndarray((n,), np.uint64, buffer=raw, offset=at, strides=(1,))
        for at in (0, PART - 8)
    )
    return (first * MIX[0] ^ last * MIX[1]) >> SHIFT


def _has_gram(word: str, told: set[str]) -> bool:
    return any(word[at : at + PART] in told for at in range(len(word) - PART + 1))
