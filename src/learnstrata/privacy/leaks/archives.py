"""The members of an archive and what lies between them; a workbook by its cells."""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from learnstrata.privacy.leaks.pieces import Piece, Read, UnreadableError, within
from learnstrata.privacy.leaks.unfolding import strings_in

__all__ = ["read_zip"]

LOCAL = struct.Struct("<4s5H3I2H")  # what stands before each member
STRINGS = "xl/sharedStrings.xml"
CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
ITEM = re.compile(r"<si>(.*?)</si>|<si/>", re.DOTALL)
RUN = re.compile(r"<t(?:\s[^>]*)?>(.*?)</t>", re.DOTALL)
VALUE = re.compile(r"<v>(.*?)</v>", re.DOTALL)
FORMULA = re.compile(r"<f[^>]*>(.*?)</f>", re.DOTALL)
HEADER = re.compile(r"<headerFooter.*?</headerFooter>", re.DOTALL)
MOST_PACKED = 2_000  # bytes that one packed byte may become


def read_zip(content: bytes, read: Read) -> Iterator[Piece]:
    """Give the texts of an archive: members, their names, comments and extra fields.

    Raises
    ------
    UnreadableError
        If a member is encrypted or unfolds to more than can be read.
    zipfile.BadZipFile
        If it is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield Piece("archive comment", _letters(archive.comment))
        members = archive.infolist()
        texts = _Strings.of(archive)
        for member in members:
            yield from _about(member, content)
            if not member.is_dir():
                pieces = _member(archive, member, texts, read)
                yield from within(Piece(member.filename, ""), pieces)
        yield from texts.unused()
        yield Piece("between the files", strings_in(_gaps(content, archive)))


def _letters(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _about(member: zipfile.ZipInfo, content: bytes) -> Iterator[Piece]:
    spot = member.filename
    yield Piece("a file's name", member.filename, spot=f"{spot} name")
    extras = strings_in(member.extra) + "\n" + strings_in(_local_extra(member, content))
    if text := _letters(member.comment) + extras.strip():
        yield Piece(f"{spot}, comment and extra fields", text)


def _local_extra(member: zipfile.ZipInfo, content: bytes) -> bytes:
    start, end = _local(member, content)
    return content[start:end]


def _local(member: zipfile.ZipInfo, content: bytes) -> tuple[int, int]:
    """Give where the extra field of a member begins and ends."""
    *_, names, extra = LOCAL.unpack_from(content, member.header_offset)
    start = member.header_offset + LOCAL.size + names
    return start, start + extra


def _gaps(content: bytes, archive: zipfile.ZipFile) -> bytes:
    """Give the bytes that belong to no member: before, between and after them."""
    at, gaps = 0, []
    for member in sorted(archive.infolist(), key=lambda m: m.header_offset):
        gaps.append(content[at : member.header_offset])
        at = _local(member, content)[1] + member.compress_size
    return b"\n".join([*gaps, content[at : archive.start_dir]])


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, texts: "_Strings", read: Read
) -> Iterator[Piece]:
    if member.flag_bits & 1:
        raise UnreadableError(f"{member.filename} is encrypted")
    if member.file_size > MOST_PACKED * max(member.compress_size, 1):
        raise UnreadableError(f"{member.filename} unfolds to more than can be read")
    inside = archive.read(member)
    name = member.filename
    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
        return _sheet(inside.decode(), texts, read)
    if name == STRINGS:
        return read(name, ITEM.sub("<si/>", inside.decode()).encode())
    return read(name, inside)


@dataclass(slots=True)
class _Strings:
    """The texts that the cells of a workbook share."""

    texts: list[str]
    used: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> "_Strings":
        if STRINGS not in archive.namelist():
            return cls([])
        return cls(
            [_rich(m[1] or "") for m in ITEM.finditer(archive.read(STRINGS).decode())]
        )

    def take(self, number: int) -> str:
        self.used.add(number)
        return self.texts[number]

    def unused(self) -> Iterator[Piece]:
        """Give the texts that no cell shows."""
        for number, text in enumerate(self.texts):
            if number not in self.used:
                yield Piece(f"{STRINGS}, text {number}", text)


def _rich(xml: str) -> str:
    """Join the runs of a cell's text, however they are formatted."""
    return unescape("".join(RUN.findall(xml)))


def _sheet(xml: str, texts: _Strings, read: Read) -> Iterator[Piece]:
    names: dict[str, str] = {}
    for column, row, kind, inner in CELL.findall(xml):
        raw = VALUE.search(inner)
        text = unescape(raw[1]) if raw else _rich(inner)
        if 't="s"' in kind and raw:
            text = texts.take(int(raw[1]))
        names.setdefault(column, text)
        yield Piece(f"cell {column}{row}", text, field=names[column])
        for formula in FORMULA.findall(inner):
            yield Piece(f"formula {column}{row}", unescape(formula))
    rest = HEADER.sub(_without_codes, CELL.sub(" ", xml))
    yield from read("sheet.xml", rest.encode())


def _without_codes(match: re.Match[str]) -> str:
    """Take the layout codes (``&C`` for centre) out of a page's header and footer."""
    return re.sub(r"&amp;(?:(&amp;)|[A-Z])", lambda m: m[1] or " ", match[0])
