"""Every piece of text in a file that may be shared, and where in the file it stands."""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import PurePath

import polars as pl

from learnstrata.privacy.leaks.archives import read_zip
from learnstrata.privacy.leaks.markup import read_markup
from learnstrata.privacy.leaks.pictures import read_png
from learnstrata.privacy.leaks.pieces import Piece, Read, UnreadableError, within
from learnstrata.privacy.leaks.records import read_delimited, read_json, walked
from learnstrata.privacy.leaks.unfolding import (
    FOLDED,
    MOST_BYTES,
    Packed,
    inflated,
    is_text,
    readings,
    strings_in,
    unpacked,
)

__all__ = ["read_pieces"]

DEPTH = 8  # files within files, and texts within texts
MEDIA = {  # of data URIs -> the ending of such a file
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "text/csv": ".csv",
    "text/html": ".html",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
MARKUP = (".html", ".htm", ".xhtml", ".svg", ".xml", ".rels", ".vml")
JSON = (".json", ".jsonl", ".ipynb")
ZIPPED = (".xlsx", ".xlsm", ".docx", ".pptx", ".zip")
TEXTS = (".md", ".txt", ".toml", ".sql", ".log", ".yaml", ".yml")
CODE = (".js", ".mjs", ".css")
FONTS = (".woff", ".woff2", ".ttf", ".otf")
MAGIC = {
    b"\x89PNG": ".png",
    b"PK\x03\x04": ".zip",
    b"%PDF": ".pdf",
    b"PAR1": ".parquet",
}
TAGS = re.compile(r"<[a-zA-Z!?/][^<>]*>")


def read_pieces(
    name: str, content: bytes, *, shipped: frozenset[str] = frozenset()
) -> Iterator[Piece]:
    """Give the texts of a file, by its first bytes and the ending of its name.

    Escapes are undone, and what is packed in a text or a file is opened, until nothing
    is left to open.

    Parameters
    ----------
    name : str
    content : bytes
    shipped : frozenset of str, default=frozenset()
        SHA-256 of scripts in pages that are the product's own: they are passed over.

    Yields
    ------
    Piece

    Raises
    ------
    UnreadableError
        If the file is damaged, is neither a text nor of a kind that is known here, or
        is packed deeper than eight times or to more than 256 MB.
    """
    reader = _Reader(shipped)
    try:
        for piece in reader.raw(name, content):
            yield from reader.unfolded(piece)
    except (
        *(ValueError, KeyError, IndexError, OSError, RecursionError, struct.error),
        *(zipfile.BadZipFile, zlib.error, csv.Error, pl.exceptions.PolarsError),
        *(EOFError, NotImplementedError),
    ) as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from error


class _Reader:
    """Reads one file, and counts what it unfolds to."""

    def __init__(self, shipped: frozenset[str]) -> None:
        self._shipped = shipped
        self._left = MOST_BYTES

    def raw(self, name: str, content: bytes, depth: int = 0) -> Iterator[Piece]:
        """Give the texts of a file and the files within, as they stand there."""
        if depth > DEPTH:
            raise UnreadableError(f"packed more than {DEPTH} times")
        self._left -= len(content)
        if self._left < 0:
            raise UnreadableError("unfolds to more than can be read")
        opened = inflated(content, self._left)
        if opened is not None:
            inside = name.removesuffix(".gz").removesuffix(".svgz")
            yield from self.raw(inside, opened, depth + 1)
            return
        ending = PurePath(name).suffix.lower()
        if ending not in READERS and ending not in MARKUP:
            ending = MAGIC.get(content[:4], ending)
        if ending in MARKUP:
            yield from read_markup(_decoded(content), self._shipped)
        else:
            read: Read = partial(self.raw, depth=depth + 1)
            yield from READERS.get(ending, _unknown)(content, read)

    def unfolded(self, piece: Piece, depth: int = 0) -> Iterator[Piece]:
        """Give a piece, what it says when it is decoded, and what is packed in it."""
        if not FOLDED.search(piece.text):
            yield piece
            return
        if depth > DEPTH:
            raise UnreadableError(f"folded more than {DEPTH} times")
        packed = list(unpacked(piece.text))
        text = _without(piece.text, packed)
        yield piece._replace(text=text) if packed else piece
        yield from self._inside(piece, packed, depth)
        yield from self._each(_structure(piece, text), depth + 1)
        for number, other in enumerate(readings(text)):
            spot = f"{piece.spot or piece.place}~{number}"
            again = piece._replace(text=other, spot=spot, again=True)
            yield again
            yield from self._inside(piece, unpacked(other), depth)
            yield from self._each(_structure(again, other), depth + 1)

    def _inside(
        self, piece: Piece, packed: Iterable[Packed], depth: int
    ) -> Iterator[Piece]:
        for found in packed:
            inner = self._opened(found.media, found.content, depth)
            yield from self._each(within(piece, inner), depth + 1)

    def _each(self, pieces: Iterator[Piece], depth: int) -> Iterator[Piece]:
        for piece in pieces:
            yield from self.unfolded(piece, depth)

    def _opened(self, media: str, content: bytes, depth: int) -> Iterator[Piece]:
        """Read what a text held in letters, as the file it is."""
        kind = media.lower()
        ending = MEDIA.get(kind) or _guessed(content)
        yield from within(
            Piece("data URI", ""), self.raw(f"uri{ending}", content, depth)
        )


def _without(text: str, packed: Iterable[Packed]) -> str:
    """Blank what is surely packed in a text: it is read as what it is."""
    for found in packed:
        if found.is_word:
            continue
        gap = " " * (found.end - found.start)
        text = text[: found.start] + gap + text[found.end :]
    return text


def _guessed(content: bytes) -> str:
    if content[:4] in MAGIC:
        return MAGIC[content[:4]]
    if not is_text(content):
        return ".bin"
    return ".svg" if content.lstrip()[:1] == b"<" else ".txt"


def _structure(piece: Piece, text: str) -> Iterator[Piece]:
    """Read JSON and markup that stand in a text as such."""
    start = text.lstrip()[:1]
    if start in {"{", "[", '"'} and '"' in text:
        try:
            pieces = read_json(text)
        except ValueError:
            pieces = []
        fresh = (p for p in pieces if p.text != text)
        yield from (p._replace(again=True) for p in within(piece, fresh))
    if "<" in text and TAGS.search(text) and not piece.code:
        marked = (p for p in read_markup(text) if p.text != text)
        yield from (p._replace(again=True) for p in within(piece, marked))


def _decoded(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _unknown(content: bytes, _: Read) -> Iterator[Piece]:
    if b"\x00" in content and not is_text(content):
        raise UnreadableError("no kind of file that the scan can read")
    yield Piece("", _decoded(content), line=1)


def _text(content: bytes, _: Read) -> Iterator[Piece]:
    yield Piece("", _decoded(content), line=1)


def _code(content: bytes, _: Read) -> Iterator[Piece]:
    yield Piece("", _decoded(content), line=1, code=True)


def _json(content: bytes, _: Read) -> Iterator[Piece]:
    yield from read_json(_decoded(content))


def _csv(content: bytes, _: Read) -> Iterator[Piece]:
    return read_delimited(_decoded(content))


def _tsv(content: bytes, _: Read) -> Iterator[Piece]:
    return read_delimited(_decoded(content), "\t")


def _png(content: bytes, read: Read) -> Iterator[Piece]:
    return read_png(content, read)


def _binary(content: bytes, _: Read) -> Iterator[Piece]:
    yield Piece("", strings_in(content))


def _parquet(content: bytes, _: Read) -> Iterator[Piece]:
    for key, value in pl.read_parquet_metadata(io.BytesIO(content)).items():
        if key != "ARROW:schema":
            yield Piece(f"metadata {key!r}", f"{key}: {value}")
    frame = pl.read_parquet(io.BytesIO(content))
    for name, column in zip(frame.columns, frame.iter_columns(), strict=True):
        yield Piece("a column's name", name)
        if not (column.dtype.is_float() or column.dtype.is_temporal()):
            values = column if column.dtype.is_nested() else column.unique()
            for value in values.to_list():
                yield from walked(value, f"column {name!r}", name)


def _pdf(content: bytes, read: Read) -> Iterator[Piece]:
    from learnstrata.privacy.leaks.pdf import read_pdf  # slow to load, seldom there

    return read_pdf(content, read)


READERS: dict[str, Callable[[bytes, Read], Iterator[Piece]]] = {
    **dict.fromkeys(JSON, _json),
    **dict.fromkeys(ZIPPED, read_zip),
    **dict.fromkeys(CODE, _code),
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys((*FONTS, ".bin"), _binary),
    ".csv": _csv,
    ".tsv": _tsv,
    ".png": _png,
    ".parquet": _parquet,
    ".pdf": _pdf,
}
