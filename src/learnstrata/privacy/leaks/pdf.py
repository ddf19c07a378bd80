"""The texts of a PDF: its pages as they are read, and every string besides."""

import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

from learnstrata.privacy.leaks.pieces import Piece, UnreadableError

__all__ = ["Attached", "read_pdf"]

# How the machinery calls itself, whoever the companies are.
FURNITURE = ("/Registry", "/Ordering", "/FontFamily")
MAKER = re.compile(
    r"Skia/PDF m\d+"
    r"|Mozilla/[\d.]+ \([\w .;:/]+\)(?: AppleWebKit/[\d.]+ \(KHTML, like Gecko\))?"
    r"(?: (?:HeadlessChrome|Chrome|Chromium|Edg|Safari)/[\d.]+)*"
)
WORD = re.compile(r"[^\W_]+")
SPACED = re.compile(r"\b[^\W\d_](?: [^\W\d_]){3,}\b")


class Attached(NamedTuple):
    """A file within the PDF."""

    name: str
    content: bytes


def read_pdf(content: bytes) -> Iterator[Piece | Attached]:
    """Give the text of each page, the other strings, and the files within.

    The letters of a page are looked up in the tables of its fonts (``ToUnicode``):
    browsers number them.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    Piece or Attached

    Raises
    ------
    UnreadableError
        If the file is damaged or encrypted, holds an earlier version of itself, or a
        font of it does not say which letters it draws.

    Notes
    -----
    Words in pictures are not seen.
    """
    _refuse_earlier_versions(content)
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        _refuse_encrypted(reader)
        for number, page in enumerate(reader.pages, start=1):
            yield from _page(page, f"page {number}")
        for found in _objects(reader):
            yield from _strings(found, "")
    except UnreadableError:
        raise
    except Exception as error:  # a damaged file fails in many ways, and none is clean
        raise UnreadableError(f"{type(error).__name__}: {error}") from error


def _refuse_earlier_versions(content: bytes) -> None:
    versions = len(re.findall(rb"startxref\s+\d+\s+%%EOF", content))
    if versions > (2 if b"/Linearized" in content[:1024] else 1):
        raise UnreadableError("changed after it was made: print it again")


def _refuse_encrypted(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise UnreadableError("encrypted: print it again without a password")


def _page(page: Any, place: str) -> Iterator[Piece]:  # noqa: ANN401 - pypdf's own
    """Give a page as one text, and the parts of it that ran into one another there."""
    runs: list[str] = []

    def note(text: str, *_: object) -> None:
        runs.append(text)

    read: str = page.extract_text(visitor_text=note)
    text = SPACED.sub(lambda found: found[0].replace(" ", ""), read)
    yield Piece(place, text)
    words = set(WORD.findall(text))
    for run in dict.fromkeys(runs):
        if not words.issuperset(WORD.findall(run)):
            yield Piece(place, run)


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Give every object of the file, those included that nothing leads to."""
    plain = [(number, old) for old, table in reader.xref.items() for number in table]
    packed = [(number, 0) for number in reader.xref_objStm]
    for number, generation in sorted({*plain, *packed}):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def _strings(value: Any, key: str) -> Iterator[Piece | Attached]:  # noqa: ANN401
    """Give the strings in an object, not those of the objects it points to."""
    if isinstance(value, TextStringObject):
        if key not in FURNITURE and not MAKER.fullmatch(value):
            yield Piece(f"{key.removeprefix('/')} of the PDF", str(value))
    elif isinstance(value, ByteStringObject):
        yield Piece(f"{key.removeprefix('/')} of the PDF", value.decode("latin-1"))
    elif isinstance(value, ArrayObject):
        for inner in list.__iter__(value):  # as it stands, without following
            yield from _strings(inner, key)
    elif isinstance(value, DictionaryObject) and _at(value, "/Type") != "/XRef":
        _refuse_unread_letters(value)
        yield from _streams(value)
        for name in value:
            yield from _strings(value.raw_get(name), name)


def _at(value: Any, key: str, default: Any = None) -> Any:  # noqa: ANN401
    """Give an entry of a dictionary, wherever it is kept; its `get` does not follow."""
    return value[key] if key in value else default  # noqa: SIM401


def _streams(value: DictionaryObject) -> Iterator[Piece | Attached]:
    """Give the files and the description that an object holds or refers to."""
    files = _at(value, "/EF", {})
    for kind in files:
        name = str(_at(value, "/UF", _at(value, "/F", "a file")))
        yield Attached(name, files[kind].get_data())
    if isinstance(value, StreamObject) and _at(value, "/Type") == "/Metadata":
        yield Attached("description.xml", value.get_data())


def _refuse_unread_letters(value: DictionaryObject) -> None:
    """Stop at a font whose glyphs are numbers to us."""
    if _at(value, "/Type") != "/Font" or "/ToUnicode" in value:
        return
    kind, described = str(_at(value, "/Subtype")), _at(value, "/FontDescriptor", {})
    own = any(name in described for name in ("/FontFile", "/FontFile2", "/FontFile3"))
    coded = "/Encoding" in value or kind.startswith("/CID")
    if kind in {"/Type0", "/Type3"} or (own and not coded):
        font = _at(value, "/BaseFont", _at(value, "/Name", "a font"))
        raise UnreadableError(f"{font} does not tell which letters it draws")
