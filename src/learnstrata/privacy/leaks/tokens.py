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
ALIKE = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421"
    "\u0422\u0423\u0425\u0430\u0435\u0455\u0456\u0458\u043a\u043c\u043e\u0440"
    "\u0441\u0442\u0443\u0445\u0501\u051b\u051d\u04bb\u04cf\u0391\u0392\u0395"
    "\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03b1"
    "\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0251\u0261\u0269\u1d0f"
    "\u00f8\u00d8\u0142\u0141\u0111\u0110\u0131\u0127\u0126\u0167\u0166",
    "ABESIJKMHOPCTYXaesijkmopctyxdqwhlABEZHIKMNOPTYXaikvoptuxagiooOlLdDihHtT",
)


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
    r"""Undo what only looks different: widths, accents, invisible and alike letters.

    Examples
    --------
    >>> plain("Zürich \u041era\u200bcle")
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
