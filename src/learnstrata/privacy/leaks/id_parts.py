"""Parts of long ids: characters in a row that hardly another id has."""

import re
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from learnstrata.privacy.leaks.spellings import slices

__all__ = ["PART", "Parts"]

PART = 12  # characters in a row, anywhere in a long id
SHARED = 2  # ids that may hold a part: what more of them hold tells nobody
KEY = 8  # characters that are looked up at once
STEP = PART - KEY + 1  # of so many places in a row, one is looked up
IDS = 1 << 14  # looked through at once
SLOTS, SHIFT = 1 << 22, np.uint64(64 - 22)
HEX = re.compile("[0-9a-f]+")  # as hashes are written, and no words
MIX = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]


class Parts:
    """Parts of words, looked up among ids.

    Parameters
    ----------
    words : iterable of str
        Of the texts that are searched.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = [word for word in words if len(word) >= PART]
        self._grams = {
            gram
            for word in self._words
            if word.isascii() and not word.isdigit()
            for gram in _grams(word)
        }
        self._is_hexadecimal = any(map(HEX.fullmatch, self._grams))
        self._slots = np.zeros(SLOTS, dtype=bool)
        if self._grams:
            self._slots[_hashes(" ".join(self._grams), 1)] = True
        self._holders: dict[str, set[str]] = defaultdict(set)

    def look_in(self, ids: pl.Series) -> None:
        """Note which parts stand in these long ids, ASCII and in lower case."""
        if not self._grams:
            return
        long = ids.filter(ids.str.len_bytes() >= PART)
        if not self._is_hexadecimal:
            long = long.filter(long.str.contains("[^0-9a-f]"))
        for some in slices(long, IDS):
            self._note(some.str.join(" ").item() + " ")

    def _note(self, text: str) -> None:
        """Find parts: of five places in a row, a part has a key at one."""
        for at in (np.flatnonzero(self._slots[_hashes(text, STEP)]) * STEP).tolist():
            for start in range(max(at - STEP + 1, 0), at + 1):
                gram = text[start : start + PART]
                if gram in self._grams and len(self._holders[gram]) <= SHARED:
                    first = text.rfind(" ", 0, start) + 1
                    self._holders[gram].add(text[first : text.index(" ", start)])

    def telling(self) -> frozenset[str]:
        """Give the words that hold a part which is that of an id or two."""
        told = {gram for gram, ids in self._holders.items() if len(ids) <= SHARED}
        return frozenset(
            word for word in self._words if not told.isdisjoint(_grams(word))
        )


def _grams(word: str) -> Iterable[str]:
    return (word[at : at + PART] for at in range(len(word) - PART + 1))


def _hashes(text: str, step: int) -> Hashes:
    """Give a hash, under 2^22, of 8 characters of an ASCII text at every so many."""
    raw = text.encode("ascii")
    n = max((len(raw) - KEY) // step + 1, 0)
    return (np.ndarray((n,), np.uint64, buffer=raw, strides=(step,)) * MIX) >> SHIFT
