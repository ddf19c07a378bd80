"""What a text says once its escapes are undone and what is packed in it is opened."""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from learnstrata.privacy.leaks.pieces import UnreadableError

__all__ = [
    "FOLDED",
    "MOST_BYTES",
    "Packed",
    "inflated",
    "is_text",
    "readings",
    "strings_in",
    "unpacked",
]

MOST_BYTES = 256 << 20  # what one file may unfold to
ROUNDS = 6
BLOB = 12  # letters of base64: nine bytes, a short name
# Nothing else can be unfolded: most texts are told apart by one look.
FOLDED = re.compile(
    r"[%&\\<]|^\s*[{\[\"]|[A-Za-z0-9+/_-]{12}|[A-Za-z0-9+/_-]{2,3}=|['\"`]\s*\+"
)
PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrtbfv0])"
    r"|\r?\n|(.))"
)
CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\r\n\f]?|\r?\n|(.))")
JOINED = re.compile(r"(['\"`])\s*\+\s*['\"`]")
# Also with the two letters that the report has in place of + and / in its scripts.
ALPHABET = r"A-Za-z0-9+/_þø-"
BASE64 = re.compile(
    r"data:(?P<media>[\w.+-]+/[\w.+-]+)?[^,\"'\s]*;base64,(?P<told>[\w+/=%\r\n-]+)"
    rf"|(?P<bare>[{ALPHABET}]{{{BLOB - 1},}}(?:\r?\n[{ALPHABET}]+)*={{0,2}})"
)
PLAIN_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=-]+)*,([^\"\s]+)")
HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
FRACTION = re.compile(r"[0-9]\.$")  # what stands before the decimals of a number
STANDARD = str.maketrans("-_øþ", "+/+/")
PRINTED = re.compile(rb"[\x20-\x7e\xa0-\xff]{4,}")
WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){4,}|(?:\x00[\x20-\x7e]){4,}")
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
MAGIC = (b"\x89PNG", b"PK\x03\x04", b"%PDF", b"\x1f\x8b", *ZLIB)


class Packed(NamedTuple):
    """Bytes found in a text, and where.

    `is_word` says that they may as well be what they look like: an id in letters that
    happen to decode to text.
    """

    media: str
    content: bytes
    start: int
    end: int
    is_word: bool = False


def readings(text: str) -> Iterator[str]:
    """Give what a text says when all its escapes are undone, to the end.

    Escapes of scripts and of styles look alike and say different things: a text with
    both is read in two ways.
    """
    found = dict.fromkeys(_undone(text, escapes) for escapes in (_escapes, _css))
    yield from (reading for reading in found if reading != text)


def _undone(text: str, escapes: Callable[[str], str]) -> str:
    for _ in range(ROUNDS):
        before = text
        for decode in (_percent, unescape, escapes, _joined):
            text = decode(text)
        if text == before:
            break
    return text


def _percent(text: str) -> str:
    return unquote(text) if PERCENT.search(text) else text


def _escapes(text: str) -> str:
    """Undo the escapes of JSON and JavaScript; line breaks become spaces."""
    if "\\" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        digits = match[1] or match[2] or match[3]
        if digits:
            return _letter(digits)
        return " " if match[4] else match[5] or ""

    wide = ESCAPE.sub(plain, text).encode("utf-16", "surrogatepass")
    return wide.decode("utf-16", "replace")


def _css(text: str) -> str:
    if "\\" not in text:
        return text
    return CSS_ESCAPE.sub(lambda m: _letter(m[1]) if m[1] else m[2] or "", text)


def _letter(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else " "


def _joined(text: str) -> str:
    """Read strings that a script adds to one another as one."""
    return JOINED.sub("", text)


def unpacked(text: str) -> Iterator[Packed]:
    """Give the files and texts that stand in a text as base64, hexadecimal or a URI."""
    for match in BASE64.finditer(text):
        media, told = match["media"] or "", match["told"]
        if told:
            found = [_from_base64(unquote(told))]
        else:
            coded, at = match["bare"], match.start()
            if coded.isdigit() and FRACTION.search(text[max(at - 2, 0) : at]):
                continue  # 0.6666666666666666 is two thirds, no text of eight f
            tried = (_from_hex(coded), _from_base64(coded))
            found = [content for content in tried if content and _tells(content)]
        for content in filter(None, found[:1]):
            is_word = not told and is_text(content)
            yield Packed(media, content, *match.span(), is_word=is_word)
    if "data:" in text:
        for match in PLAIN_URI.finditer(text):
            if ";base64" not in match[0]:
                content = unquote_to_bytes(match[2])
                yield Packed(match[1] or "", content, *match.span(2))


@lru_cache(4096)
def _from_base64(coded: str) -> bytes:
    plain = "".join(coded.translate(STANDARD).split()).rstrip("=")
    if len(plain) % 4 == 1:
        return b""
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


@lru_cache(4096)
def _from_hex(coded: str) -> bytes:
    return bytes.fromhex(coded) if HEX.fullmatch(coded) else b""


def _tells(content: bytes) -> bool:
    return content.startswith(MAGIC) or is_text(content)


def is_text(content: bytes) -> bool:
    """Say whether bytes are letters, not noise that happens to decode."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return True
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(c.isprintable() or c.isspace() for c in text)


def inflated(content: bytes, left: int) -> bytes | None:
    """Unpack gzip and zlib; None for what is neither.

    Raises
    ------
    UnreadableError
        If it unfolds to more than `left` bytes.
    """
    if not content.startswith((b"\x1f\x8b", *ZLIB)):
        return None
    whole = b""
    while content.startswith((b"\x1f\x8b", *ZLIB)):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            whole += unpack.decompress(content, left + 1 - len(whole))
        except zlib.error:
            return whole or None
        if len(whole) > left:
            raise UnreadableError("unfolds to more than can be read")
        content = unpack.unused_data
    return whole + b"\n" + content if content else whole


def strings_in(content: bytes) -> str:
    """Give the runs of letters in bytes, one a line, two-byte letters too."""
    runs = [run.decode("latin-1") for run in PRINTED.findall(content)]
    wide = [run.replace(b"\0", b"").decode() for run in WIDE.findall(content)]
    return "\n".join(runs + wide)
