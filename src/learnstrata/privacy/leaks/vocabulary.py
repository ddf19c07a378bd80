"""All that is searched, taken as one: its texts, their words, and what may be where."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from learnstrata.privacy.leaks.tokens import (
    CHUNK,
    WORD,
    Tokens,
    joined,
    plain,
    tokenised,
)

__all__ = ["Wording"]

UNFOLDED = 6  # letters that a byte of a name may become


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of many texts, each looked at once.

    Attributes
    ----------
    texts : dict
        Each text, and what it is without what only looks different.
    words : dict
        Each word between separators, and its parts at humps and digits.
    """

    texts: dict[str, str]
    words: dict[str, Tokens]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Wording":
        """Take texts apart."""
        same = {text: plain(text) for text in dict.fromkeys(texts)}
        every = dict.fromkeys(WORD.findall("\n".join(same.values())))
        return cls(same, {word: tokenised(word) for word in every})

    def runs(self, *names: pl.Series, values: Iterable[str]) -> pl.Series:
        """Give what stands between two breaks.

        Parameters
        ----------
        *names : Series of str
            What is longer than all of these is left out.
        values : iterable of str
            Given too.
        """
        most = (one.str.len_bytes().to_numpy().max(initial=0) for one in names)
        longest = UNFOLDED * int(max(most))
        found = {run for word in self.words.values() for run in _glued(word, longest)}
        return pl.Series(sorted({*found, *values} - {""}), dtype=pl.String)

    def long(self, least: int) -> set[str]:
        """Give words of at least so many letters, marks within them left out."""
        whole = "\n".join(text for text in self.texts.values() if len(text) >= least)
        chunks = {chunk for chunk in CHUNK.findall(whole) if len(chunk) >= least}
        return {word for word in map(joined, chunks) if len(word) >= least}

    def beginning(self, looked_for: Iterable[str]) -> frozenset[str]:
        """Give the parts of words with which something that is looked for begins."""
        names = sorted(looked_for)
        keys = {key for word in self.words.values() for key in word.keys}
        return frozenset(key for key in keys if _begins(key, names))

    def without(self, first: frozenset[str]) -> set[str]:
        """Give the texts that have none of these parts of words."""
        bad = {
            word
            for word, parts in self.words.items()
            if not first.isdisjoint(parts.keys)
        }
        return {
            text
            for text, same in self.texts.items()
            if not bad or bad.isdisjoint(WORD.findall(same))
        }


def _begins(key: str, names: Sequence[str]) -> bool:
    at = bisect_left(names, key)
    return at < len(names) and names[at].startswith(key)


def _glued(word: Tokens, longest: int) -> Iterator[str]:
    """Give the parts of a word, and what follows each, written as one."""
    for first, run in enumerate(word.keys):
        yield run
        for part in word.keys[first + 1 :]:
            run += part  # noqa: PLW2901 - a part grows into a word
            if len(run) > longest:
                break
            yield run
