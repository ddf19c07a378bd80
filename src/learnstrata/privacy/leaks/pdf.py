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

from learnstrata.privacy.leaks.pieces import Piece, Read, UnreadableError, within
from learnstrata.privacy.leaks.unfolding import strings_in

__all__ = ["read_pdf"]

# How the machinery calls itself, whoever the companies are.
FURNITURE = ("/Registry", "/Ordering", "/FontFamily")
MAKER = re.compile(
    r"Skia/PDF m\d+"
    r"|Mozilla/[\d.]+ \([\w .;:/]+\)(?: AppleWebKit/[\d.]+ \(KHTML, like Gecko\))?"
    r"(?: (?:HeadlessChrome|Chrome|Chromium|Edg|Safari)/[\d.]+)*"
)
# Dictionaries whose keys the maker of a file chooses.
NAMED = (
    *("/Dests", "/RoleMap", "/ClassMap", "/PieceInfo", "/ColorSpace"),
    *("/Properties", "/Pattern", "/Shading"),
)
TOLD = frozenset(
    [
        *("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer"),
        *("/CreationDate", "/ModDate", "/Trapped"),
    ]
)
WORD = re.compile(r"[^\W_]+")
SPACED = re.compile(r"\b[^\W\d_](?: [^\W\d_]){3,}\b")
LITERAL = rb"\((?:\\.|[^\\()])*\)"
STRING = re.compile(LITERAL + rb"|<[0-9A-Fa-f\s]+>", re.DOTALL)
OCTAL = re.compile(rb"\\(?:([0-7]{1,3})|\r?\n|(.))", re.DOTALL)
SHOWN = re.compile(rb"\[((?:[^\[\]()]|" + LITERAL + rb")*)\]\s*TJ", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
NOTE = re.compile(rb"<<.*?>>\s*(?:BDC|DP)|^%[^\r\n]*$", re.DOTALL | re.MULTILINE)
REMARK = re.compile(rb"(?m)^%(?!PDF-|%EOF)([^\r\n]*)")


class _Known(NamedTuple):
    """Numbers of the streams that something leads to."""

    files: frozenset[int]
    pages: frozenset[int]


def read_pdf(content: bytes, read: Read) -> Iterator[Piece]:
    """Give the text of each page, the other strings, and the files within.

    The letters of a page are looked up in the tables of its fonts (``ToUnicode``):
    browsers number them.

    Parameters
    ----------
    content : bytes
    read : callable
        Reads a file within.

    Yields
    ------
    Piece

    Raises
    ------
    UnreadableError
        If the file is damaged or encrypted, holds an earlier version of itself, or a
        font of it does not say which letters it draws.

    Notes
    -----
    Words in pictures are not seen, nor texts in the files of fonts.
    """
    _refuse_earlier_versions(content)
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        _refuse_encrypted(reader)
        for number, page in enumerate(reader.pages, start=1):
            yield from _page(page, f"page {number}")
        yield from _own_keys(reader)
        objects = list(_objects(reader))
        known = _Known(
            frozenset(number for found in objects for number in _held(found)),
            frozenset(number for page in reader.pages for number in _drawn(page)),
        )
        for found in objects:
            yield from _strings(found, "")
            yield from _stream(found, known, read)
    except UnreadableError:
        raise
    except Exception as error:  # a damaged file fails in many ways, and none is clean
        raise UnreadableError(f"{type(error).__name__}: {error}") from error
    if remarks := strings_in(b"\n".join(REMARK.findall(STREAM.sub(b"", content)))):
        yield Piece("a remark in the PDF", remarks)


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


def _own_keys(reader: PdfReader) -> Iterator[Piece]:
    """Give what the maker calls entries of the document's description."""
    told = reader.trailer.get("/Info")
    for name in told.get_object() if told is not None else ():
        if name not in TOLD:
            yield Piece("a key of the PDF", name.removeprefix("/"))


def _strings(value: Any, key: str) -> Iterator[Piece]:  # noqa: ANN401 - pypdf's own
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
        for name in value:
            yield from _names(value, name)
            yield from _strings(value.raw_get(name), name)


def _names(value: DictionaryObject, name: str) -> Iterator[Piece]:
    if name not in NAMED:
        return
    named = value[name]
    for key in named if isinstance(named, DictionaryObject) else ():
        yield Piece(f"{name.removeprefix('/')} of the PDF", key.removeprefix("/"))


def _at(value: Any, key: str, default: Any = None) -> Any:  # noqa: ANN401 - pypdf's own
    """Give an entry of a dictionary, wherever it is kept; its `get` does not follow."""
    return value[key] if key in value else default  # noqa: SIM401 - see above


def _held(value: Any) -> Iterator[int]:  # noqa: ANN401 - pypdf's own
    """Give the numbers of the streams that an object names as files."""
    if not isinstance(value, DictionaryObject) or "/EF" not in value:
        return
    files = value["/EF"]
    if isinstance(files, DictionaryObject):
        for kind in files:
            yield from _numbers(files.raw_get(kind))


def _drawn(page: DictionaryObject) -> Iterator[int]:
    """Give the numbers of the streams that a page shows."""
    contents = page.raw_get("/Contents") if "/Contents" in page else None
    yield from _numbers(contents)
    if isinstance(whole := _at(page, "/Contents"), ArrayObject):
        for part in list.__iter__(whole):
            yield from _numbers(part)


def _numbers(pointer: object) -> Iterator[int]:
    if isinstance(pointer, IndirectObject):
        yield pointer.idnum


def _stream(value: Any, known: _Known, read: Read) -> Iterator[Piece]:  # noqa: ANN401 - pypdf's own
    """Give the files that an object holds or refers to, and what a stream says."""
    if not isinstance(value, DictionaryObject):
        return
    files = _at(value, "/EF", {})
    for kind in files:
        name = str(_at(value, "/UF", _at(value, "/F", "a file")))
        yield from within(Piece(name, ""), read(name, files[kind].get_data()))
    if isinstance(value, StreamObject):
        pointer = value.indirect_reference
        yield from _content(value, pointer.idnum if pointer else 0, known, read)


def _content(
    value: StreamObject, number: int, known: _Known, read: Read
) -> Iterator[Piece]:
    kind = str(_at(value, "/Type", ""))
    if kind == "/EmbeddedFile":
        if number not in known.files:
            yield from within(Piece("a file", ""), read("", value.get_data()))
    elif kind == "/Metadata":
        description = read("description.xml", value.get_data())
        yield from within(Piece("description.xml", ""), description)
    elif kind not in {"/XRef", "/ObjStm"}:
        said = _said(value, shown=number in known.pages)
        if said:
            yield Piece("a stream of the PDF", said)


def _said(value: StreamObject, *, shown: bool) -> str:
    """Give the strings of a stream that is no font and no picture.

    What a page shows was read with it: of such a stream only the notes are left.
    """
    subtype = str(_at(value, "/Subtype", ""))
    if subtype == "/Image":
        return _picture_notes(value)
    if subtype in {"/Type1C", "/CIDFontType0C", "/OpenType"} or "/Length1" in value:
        return ""
    content = value.get_data()
    if b"begincmap" in content or (not STRING.search(content) and _is_drawing(content)):
        return ""  # which letters a font draws, and how
    if shown:
        return _texts_of(b"\n".join(NOTE.findall(content)))
    return _texts_of(content) or strings_in(content)


def _picture_notes(value: StreamObject) -> str:
    """Give the texts before the pixels of a JPEG."""
    packed = value._data  # noqa: SLF001 - as it is kept, before pypdf unpacks it
    if not isinstance(packed, bytes) or packed[:2] != b"\xff\xd8":
        return ""
    return strings_in(packed.partition(b"\xff\xda")[0])


def _is_drawing(content: bytes) -> bool:
    """Say whether a stream is lines and curves: mostly numbers."""
    words = content[:400].split()
    numbers = sum(word.strip(b"-+.").replace(b".", b"").isdigit() for word in words)
    return 2 * numbers > len(words)


def _texts_of(content: bytes) -> str:
    """Give the strings that a stream would show, those of one line as one."""
    lines = [m[1] for m in SHOWN.finditer(content)]
    joined = [b"".join(map(_plain, STRING.findall(line))) for line in lines]
    single = map(_plain, STRING.findall(SHOWN.sub(b" ", content)))
    remarks = re.findall(rb"(?m)^%.*$", STRING.sub(b" ", content))
    found = [*map(_text, (*joined, *single)), *map(strings_in, remarks)]
    return "\n".join(filter(None, found))


def _plain(string: bytes) -> bytes:
    """Undo the escapes of a string in a stream."""
    if string.startswith(b"<"):
        digits = re.sub(rb"\s", b"", string[1:-1]).decode()
        return bytes.fromhex(digits + "0" * (len(digits) % 2))

    def plain(match: re.Match[bytes]) -> bytes:
        return bytes([int(match[1], 8) & 255]) if match[1] else match[2] or b""

    return OCTAL.sub(plain, string[1:-1])


def _text(content: bytes) -> str:
    if content.startswith(b"\xfe\xff"):
        return content[2:].decode("utf-16-be", "replace")
    return strings_in(content)


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
