"""The texts of a PNG: its chunks, and what follows the image."""

import re
import struct
import zlib
from collections.abc import Iterator

from learnstrata.privacy.leaks.pieces import Piece, Read, UnreadableError, within
from learnstrata.privacy.leaks.unfolding import MOST_BYTES, strings_in

__all__ = ["read_png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = frozenset(  # chunks that hold colours, sizes and dates
    [
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"pHYs"),
        *(b"tRNS", b"bKGD", b"sBIT", b"hIST", b"tIME", b"cICP", b"acTL", b"fcTL"),
    ]
)
KIND = re.compile(rb"[A-Za-z]{4}")


def read_png(content: bytes, read: Read) -> Iterator[Piece]:
    """Give the texts of a PNG, private chunks and EXIF included.

    Raises
    ------
    UnreadableError
        If it is not a PNG, or is damaged.
    """
    if not content.startswith(SIGNATURE):
        raise UnreadableError("not a PNG, whatever its name says")
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + size]
        if len(body) < size or not KIND.fullmatch(kind):
            raise UnreadableError("a damaged PNG: a chunk has no end or no name")
        if kind not in PIXELS or (kind in {b"IEND", b"tIME"} and size > 7):
            yield Piece(f"{kind.decode()} chunk", _chunk(kind, body))
        at += size + 12
    if at < len(content):
        yield from within(Piece("after the image", ""), read("", content[at:]))


def _chunk(kind: bytes, body: bytes) -> str:
    key, _, rest = body.partition(b"\0")
    name = key.decode("latin-1")
    if kind == b"tEXt":
        return f"{name}: {rest.decode('latin-1')}"
    if kind == b"zTXt":
        return f"{name}: {_inflated(rest[1:]).decode('latin-1')}"
    if kind == b"iCCP":
        return f"{name}: {strings_in(_inflated(rest[1:]))}"
    if kind == b"iTXt":
        packed = rest[:1] == b"\1"
        language, translated, value = rest[2:].split(b"\0", 2)
        value = _inflated(value) if packed else value
        return " ".join(
            [f"{name}:", *(p.decode() for p in (language, translated, value))]
        )
    return strings_in(body)


def _inflated(content: bytes) -> bytes:
    unpack = zlib.decompressobj()
    made = unpack.decompress(content, MOST_BYTES)
    if unpack.unconsumed_tail:
        raise UnreadableError("unfolds to more than can be read")
    return made
