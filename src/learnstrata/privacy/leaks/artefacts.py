"""Every piece of text in a file that may be shared, and where in the file it stands."""

import base64
import binascii
import csv
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote_to_bytes

import polars as pl

from learnstrata.privacy.leaks.pieces import Piece, UnreadableError

__all__ = ["read_pieces"]

INLINE = frozenset(
    [
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em"),
        *("font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span"),
        *("strong", "sub", "sup", "time", "tspan", "u", "var", "wbr"),
    ]
)
RAW = frozenset({"script", "style"})
CODE_ATTRIBUTES = frozenset(
    [
        *("class", "d", "fill", "font-family", "for", "href", "id", "points"),
        *("stroke", "style", "transform", "viewbox"),
    ]
)
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
FONTS = (".woff", ".woff2", ".ttf", ".otf")
BASE64 = re.compile(
    r"data:([\w.+-]+/[\w.+-]+)?[^,\"'\s]*;base64,([A-Za-z0-9+/=%\r\n]+)"
    r"|((?:iVBORw0KGgo|PHN2Z|PD94bWw)[A-Za-z0-9+/=]{16,})"
)
PLAIN_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=-]+)*,([^\"\s]+)")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[nrtbfv])")
HEADER = re.compile(r"<headerFooter.*?</headerFooter>", re.DOTALL)
# What file formats say of themselves, whoever the companies are.
FURNITURE = re.compile(
    r"https?://(?:schemas\.|www\.w3\.org|purl\.org)[^\s\"'<]*|Microsoft Excel"
)


def read_pieces(name: str, content: bytes) -> Iterator[Piece]:
    """Give the texts of a file, by the ending of its name.

    Entities and escapes are decoded, data URIs opened and read as files.

    Parameters
    ----------
    name : str
    content : bytes

    Yields
    ------
    Piece

    Raises
    ------
    UnreadableError
        If the file is damaged, or is neither a text nor of a kind that is known here.
    """
    ending = PurePath(name).suffix.lower()
    try:
        yield from READERS.get(ending, _unknown)(content)
    except (
        *(ValueError, KeyError, IndexError, OSError, RecursionError, struct.error),
        *(zipfile.BadZipFile, zlib.error, csv.Error, pl.exceptions.PolarsError),
    ) as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from error


def _decoded(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _unknown(content: bytes) -> Iterator[Piece]:
    if b"\x00" in content:
        raise UnreadableError("no kind of file that the scan can read")
    yield from _opened(Piece("", content.decode("utf-8-sig"), line=1))


def _text(content: bytes) -> Iterator[Piece]:
    yield from _opened(Piece("", _decoded(content), line=1))


def _code(content: bytes) -> Iterator[Piece]:
    yield from _opened(Piece("", _unescaped(_decoded(content)), line=1, code=True))


def _unescaped(text: str) -> str:
    """Decode the escapes of JSON and JavaScript strings; line breaks become spaces."""
    if "\\" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        digits = match[1] or match[2]
        return chr(int(digits, 16)) if digits else " "

    wide = ESCAPE.sub(plain, text).encode("utf-16", "surrogatepass")
    return wide.decode("utf-16", "replace")


def _opened(piece: Piece) -> Iterator[Piece]:
    """Give a piece, with its data URIs read as the files they are."""
    text = piece.text
    if "http" in text or "Excel" in text:
        text = FURNITURE.sub(" ", text)
    if "base64," in text or "iVBOR" in text or "PHN2Z" in text or "PD94bWw" in text:
        for match in BASE64.finditer(text):
            yield from _inside(piece, match[1], match[2] or match[3], coded=True)
        text = BASE64.sub(lambda m: " " * len(m[0]), text)
    if "data:" in text and "," in text:
        for match in PLAIN_URI.finditer(text):
            yield from _inside(piece, match[1], match[2], coded=False)
    yield piece if text is piece.text else piece._replace(text=text)


def _inside(
    piece: Piece, media: str | None, payload: str, *, coded: bool
) -> Iterator[Piece]:
    content = unquote_to_bytes(payload)
    if coded:
        try:
            content = base64.b64decode(content + b"==")
        except binascii.Error:
            return  # letters that only look like base64: the text itself is read
    kind = (media or "").lower()
    ending = MEDIA.get(kind) or _guessed(content, kind)
    if ending in FONTS:
        return
    spot = f"{piece.place}, data URI".removeprefix(", ")
    for inner in read_pieces(f"uri{ending}", content):
        place = f"{spot}, {inner.place}".removesuffix(", ")
        yield inner._replace(place=place, line=piece.line)


def _guessed(content: bytes, kind: str) -> str:
    if "font" in kind:
        return FONTS[0]
    if content.startswith(b"\x89PNG"):
        return ".png"
    return ".svg" if content.lstrip()[:1] == b"<" else ".txt"


def _markup(content: bytes) -> Iterator[Piece]:
    parser = _Markup()
    parser.feed(_decoded(content))
    parser.close()
    parser.flush()
    for piece in parser.pieces:
        yield from _opened(piece)


class _Markup(HTMLParser):
    """Texts, attributes, comments and scripts of HTML, SVG and XML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._words: list[str] = []
        self._line = 0
        self._raw = ""
        self._kind = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.flush()
        line = self.getpos()[0]
        for name, value in attrs:
            if name.startswith("data-"):
                self.pieces.append(Piece("attribute name", name, line))
            if value:
                code = name in CODE_ATTRIBUTES
                spot = f"attribute {name}"
                self.pieces.append(Piece(spot, value, line, name, code))
        if tag in RAW:
            self._raw, self._kind = tag, dict(attrs).get("type") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self.flush()
        self._raw = ""

    def handle_data(self, data: str) -> None:
        if not self._words:
            self._line = self.getpos()[0]
        self._words.append(data)

    def handle_comment(self, data: str) -> None:
        self.pieces.append(Piece("comment", unescape(data), self.getpos()[0]))

    def handle_decl(self, decl: str) -> None:
        self.pieces.append(Piece("declaration", decl, self.getpos()[0]))

    def unknown_decl(self, data: str) -> None:
        self.handle_data(data.removeprefix("CDATA["))

    def handle_pi(self, data: str) -> None:
        self.pieces.append(Piece("instruction", data, self.getpos()[0]))

    def flush(self) -> None:
        """End a run of text: what follows is another cell, line or paragraph."""
        text = "".join(self._words)
        self._words.clear()
        if not text.strip():
            return
        if self._raw:
            self.pieces.extend(_script(text, self._line, self._raw, self._kind))
        else:
            self.pieces.append(Piece("text", text, self._line))


def _script(text: str, line: int, tag: str, kind: str) -> Iterator[Piece]:
    if "json" in kind:
        try:
            for piece in _walk(json.loads(text), "$", ""):
                yield piece._replace(place=f"{tag} {piece.place}", line=line)
        except ValueError:
            pass  # read as a script below
        else:
            return
    yield Piece(tag, _unescaped(text), line, code=True)


def _json(content: bytes) -> Iterator[Piece]:
    text = _decoded(content)
    try:
        value = json.loads(text)
    except ValueError:
        value = [json.loads(line) for line in text.splitlines() if line.strip()]
    for piece in _walk(value, "$", ""):
        yield from _opened(piece)


def _walk(value: Any, path: str, field: str) -> list[Piece]:  # noqa: ANN401
    """Give keys and values of JSON with their paths; a list's items bear its name."""
    pieces: list[Piece] = []
    _collect(value, path, field, pieces)
    return pieces


def _collect(value: Any, path: str, field: str, into: list[Piece]) -> None:  # noqa: ANN401
    # One list for the whole tree: a generator a level costs twice the time.
    if isinstance(value, str):
        into.append(Piece(path, value, field=field))
    elif isinstance(value, dict):
        for key, inner in value.items():
            into.append(Piece(f"{path}, a key", key))
            _collect(inner, f"{path}.{key}", key, into)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            if inner is not None and not isinstance(inner, float):
                _collect(inner, f"{path}[{i}]", field, into)
    elif isinstance(value, int) and not isinstance(value, bool):
        into.append(Piece(path, str(value), field=field))


def _csv(content: bytes, delimiter: str = ",") -> Iterator[Piece]:
    text = _decoded(content)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(rows, [])
    yield from (Piece("row 1, a column's name", name) for name in header)
    names = dict(enumerate(header))
    for number, row in enumerate(rows, start=2):
        for i, cell in enumerate(row):
            name = names.get(i, "")
            spot = Piece(f"row {number}, column {name!r}", cell, field=name)
            yield from _opened(spot)


def _tsv(content: bytes) -> Iterator[Piece]:
    return _csv(content, "\t")


def _png(content: bytes) -> Iterator[Piece]:
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise UnreadableError("not a PNG, whatever its name says")
    at, kind = 8, b""
    while kind != b"IEND":
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + size]
        if kind in {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}:
            yield from _chunk(kind.decode(), body)
        at += size + 12
    if at < len(content):
        yield Piece("after the image", content[at:].decode("latin-1"))


def _chunk(kind: str, body: bytes) -> Iterator[Piece]:
    key, _, rest = body.partition(b"\0")
    if kind == "eXIf":
        text = body.replace(b"\0", b" ").decode("latin-1")
    elif kind == "tEXt":
        text = rest.decode("latin-1")
    elif kind == "zTXt":
        text = zlib.decompress(rest[1:]).decode("latin-1")
    else:
        packed = rest[:1] == b"\1"
        language, translated, value = rest[2:].split(b"\0", 2)
        value = zlib.decompress(value) if packed else value
        text = " ".join(part.decode() for part in (language, translated, value))
    yield Piece(f"{kind} chunk", f"{key.decode('latin-1')}: {text}")


def _parquet(content: bytes) -> Iterator[Piece]:
    for key, value in pl.read_parquet_metadata(io.BytesIO(content)).items():
        if key != "ARROW:schema":
            yield Piece(f"metadata {key!r}", f"{key}: {value}")
    frame = pl.read_parquet(io.BytesIO(content))
    for name, column in zip(frame.columns, frame.iter_columns(), strict=True):
        yield Piece("a column's name", name)
        if not (column.dtype.is_float() or column.dtype.is_temporal()):
            values = column if column.dtype.is_nested() else column.unique()
            for value in values.to_list():
                yield from _walk(value, f"column {name!r}", name)


def _zip(content: bytes) -> Iterator[Piece]:
    """Read the members of an archive; XML of a workbook by its cells."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield from _opened(Piece("archive comment", archive.comment.decode("latin-1")))
        shared = _shared_strings(archive)
        for member in archive.namelist():
            if member.endswith("/") or member.startswith("xl/theme/"):
                continue  # the theme is Excel's own list of fonts
            yield Piece("a file's name", member)
            inside = archive.read(member)
            if member.startswith("xl/worksheets/") and member.endswith(".xml"):
                pieces = _sheet(inside.decode(), shared)
            else:
                pieces = read_pieces(member, inside)
            for piece in pieces:
                place = f"{member}, {piece.place}".removesuffix(", ")
                yield piece._replace(place=place, line=0)


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    text = archive.read("xl/sharedStrings.xml").decode()
    return [
        _rich(item) for item in re.findall(r"<si>(.*?)</si>|<si/>", text, re.DOTALL)
    ]


def _rich(xml: str) -> str:
    """Join the runs of a cell's text, however they are formatted."""
    runs = re.findall(r"<t(?:\s[^>]*)?>(.*?)</t>", xml, re.DOTALL)
    return unescape("".join(runs))


def _sheet(xml: str, shared: list[str]) -> Iterator[Piece]:
    names: dict[str, str] = {}
    cell_pattern = r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)'
    for column, row, kind, inner in re.findall(cell_pattern, xml, re.DOTALL):
        raw = re.search(r"<v>(.*?)</v>", inner, re.DOTALL)
        text = unescape(raw[1]) if raw else _rich(inner)
        if 't="s"' in kind and raw:
            text = shared[int(raw[1])]
        names.setdefault(column, text)
        yield from _opened(Piece(f"cell {column}{row}", text, field=names[column]))
        for formula in re.findall(r"<f[^>]*>(.*?)</f>", inner, re.DOTALL):
            yield Piece(f"formula {column}{row}", unescape(formula))
    rest = re.sub(r"<sheetData>.*</sheetData>", "", xml, flags=re.DOTALL)
    yield from _markup(HEADER.sub(_without_codes, rest).encode())


def _without_codes(match: re.Match[str]) -> str:
    """Take the layout codes (``&C`` for centre) out of a page's header and footer."""
    return re.sub(r"&amp;(?:(&amp;)|[A-Z])", lambda m: m[1] or " ", match[0])


def _pdf(content: bytes) -> Iterator[Piece]:
    from learnstrata.privacy.leaks.pdf import Attached, read_pdf

    for found in read_pdf(content):
        if isinstance(found, Attached):
            for piece in read_pieces(found.name, found.content):
                place = f"{found.name}, {piece.place}".removesuffix(", ")
                yield piece._replace(place=place, line=0)
        else:
            yield from _opened(found)


def _nothing(_: bytes) -> Iterator[Piece]:
    return iter(())


READERS: dict[str, Callable[[bytes], Iterator[Piece]]] = {
    **dict.fromkeys((".html", ".htm", ".svg", ".xml", ".rels", ".vml"), _markup),
    **dict.fromkeys((".json", ".jsonl", ".ipynb"), _json),
    **dict.fromkeys((".xlsx", ".xlsm", ".docx", ".pptx", ".zip"), _zip),
    **dict.fromkeys((".js", ".mjs", ".css"), _code),
    **dict.fromkeys((".md", ".txt", ".toml", ".sql", ".log", ".yaml", ".yml"), _text),
    **dict.fromkeys(FONTS, _nothing),
    ".csv": _csv,
    ".tsv": _tsv,
    ".png": _png,
    ".parquet": _parquet,
    ".pdf": _pdf,
}
