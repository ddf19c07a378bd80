"""Texts as words: what only looks different is the same, and where words break."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

__all__ = ["CHUNK", "Tokens", "core_of", "joined", "plain", "tokenised", "words_of"]

WORD = re.compile(r"[^\W_]+")
# Letters and digits, and the humps of camelCase, part words: TCSNow2021 is three.
FINE = re.compile(r"\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
CHUNK = re.compile(r"[^\W_]+(?:[-._+][^\W_]+)*")
UNSEEN = frozenset({"Mn", "Me", "Cf"})
NOISE = 6  # a word with digits that breaks more often is a code, and has no parts
# Letters of other scripts that look like Latin ones, and Latin ones with a stroke.
ALIKE = {
    ord(pair[0]): pair[1]
    for pair in (
        "АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX аa еe ѕs іi јj кk мm оo рp сc тt "
        "уy хx ԁd ԛq ԝw һh ӏl ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX αa ιi κk νv "
        "οo ρp τt υu χx ɑa ɡg ɩi ᴏo øo ØO łl ŁL đd ĐD ıi ħh ĦH ŧt ŦT"
    ).split()
}


class Tokens(NamedTuple):
    """The words of a text.

    Attributes
    ----------
    keys : list of str
        Each in lower case.
    starts, ends : list of int
    glued : list of bool
        Whether nothing stands between a word and the one before it.
    """

    keys: list[str]
    starts: list[int]
    ends: list[int]
    glued: list[bool]


def plain(text: str) -> str:
    """Undo what only looks different: widths, accents, invisible and alike letters.

    Examples
    --------
    >>> plain("Ｚürich Оra\u200bcle")
    'Zurich Oracle'
    """
    if text.isascii():
        return text
    return text.translate({ord(c): _folded(c) for c in set(text) if not c.isascii()})


@lru_cache(None)
def _folded(letter: str) -> str:
    apart = unicodedata.normalize("NFKD", letter).translate(ALIKE)
    return "".join(c for c in apart if unicodedata.category(c) not in UNSEEN)


def tokenised(text: str) -> Tokens:
    """Break a plain text into words, at humps and digits too.

    Examples
    --------
    >>> tokenised("at TCSNow, 7eleven").keys
    ['at', 'tcs', 'now', '7', 'eleven']
    """
    found = Tokens([], [], [], [])
    for match in WORD.finditer(text):
        word, at = match[0], match.start()
        if _is_whole(word):
            spans = [(0, len(word))]
        else:
            spans = [m.span() for m in FINE.finditer(word)]
            if len(spans) > NOISE and not word.isalpha():
                spans = [(0, len(word))]
        for number, (start, end) in enumerate(spans):
            found.keys.append(word[start:end].casefold())
            found.starts.append(at + start)
            found.ends.append(at + end)
            found.glued.append(number > 0)
    return found


def _is_whole(word: str) -> bool:
    return word.isdigit() or (
        word.isalpha() and (word.islower() or word.isupper() or word[1:].islower())
    )


def words_of(name: str) -> tuple[str, ...]:
    """Give the words between separators, in lower case."""
    return tuple(WORD.findall(plain(name).casefold()))


def joined(name: str) -> str:
    """Write a name as one word."""
    return "".join(words_of(name))


def core_of(name: str) -> str:
    """Cut a name to what stands between its first and its last word character."""
    text = plain(name)
    spans = [match.span() for match in WORD.finditer(text)]
    return text[spans[0][0] : spans[-1][1]] if spans else ""
