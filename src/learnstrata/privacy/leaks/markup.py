"""The texts of HTML, SVG and XML, with their places in the tree."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from learnstrata.privacy.leaks.pieces import Piece
from learnstrata.privacy.leaks.records import parsed, walked

__all__ = ["read_markup"]

INLINE = frozenset(
    [
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em"),
        *("font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span"),
        *("strong", "sub", "sup", "time", "tspan", "u", "var", "wbr"),
    ]
)
VOID = frozenset(
    [
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("source", "track", "wbr"),
    ]
)
ENDED = frozenset({"p", "li", "tr", "td", "th", "dt", "dd", "option"})  # by the next
RAW = frozenset({"script", "style"})
ODD_END = re.compile(r"</(?![a-zA-Z][\w:.-]*\s*>)[^>]*>?")
CODE_ATTRIBUTES = frozenset(
    [
        *("class", "d", "fill", "font-family", "for", "href", "id", "points"),
        *("stroke", "style", "transform", "viewbox"),
    ]
)


def read_markup(text: str, shipped: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Give texts, attributes, comments and scripts of HTML, SVG or XML.

    Parameters
    ----------
    text : str
    shipped : frozenset of str, default=frozenset()
        SHA-256 of the scripts that are the product's own: they are passed over.

    Yields
    ------
    Piece
    """
    parser = _Markup(shipped)
    parser.feed(text)
    parser.close()
    parser.handle_data(parser.rawdata)  # a script without an end
    parser.flush()
    yield from parser.pieces
    for name, line in parser.called.items():
        yield Piece(
            "name of a tag or attribute", name, line, code=True, spot=f"<{name}"
        )
    for end in ODD_END.findall(text):
        yield Piece("end tag", end)


@dataclass(slots=True)
class _Node:
    """An element that is open: where it is, and how many it holds so far."""

    tag: str
    spot: str
    inside: int = 0


@dataclass(slots=True)
class _Table:
    """The headings of a table, and the column that is being read."""

    headings: dict[int, str] = field(default_factory=dict)
    column: int = -1
    cell: str = ""


class _Markup(HTMLParser):
    def __init__(self, shipped: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self.called: dict[
            str, int
        ] = {}  # tags and attributes, and where they are first
        self._shipped = shipped
        self._open = [_Node("", "")]
        self._tables = [_Table()]
        self._words: list[str] = []
        self._line = 0
        self._raw = ""
        self._kind = ""

    def _spot(self) -> str:
        """Give the next place within the element that is open."""
        node = self._open[-1]
        node.inside += 1
        return f"{node.spot}/{node.inside}"

    def _note(
        self, place: str, text: str, *, name: str = "", code: bool = False
    ) -> None:
        line = self.getpos()[0]
        self.pieces.append(
            Piece(place, text, line, name, code, f"{self._spot()}{name}")
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.flush()
            if tag in ENDED and self._open[-1].tag == tag:
                self._open.pop()
            if tag not in VOID:
                self._open.append(_Node(tag, f"{self._spot()}{tag}"))
            self._enter(tag)
        self.called.setdefault(tag, self.getpos()[0])
        for name, value in attrs:
            self.called.setdefault(name, self.getpos()[0])
            if value:
                code = name in CODE_ATTRIBUTES
                self._note(f"attribute {name}", value, name=name, code=code)
        if tag in RAW:
            self._raw, self._kind = tag, dict(attrs).get("type") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self.flush()
            self._leave(tag)
        self._raw = ""

    def _enter(self, tag: str) -> None:
        if tag == "table":
            self._tables.append(_Table())
        table = self._tables[-1]
        if tag == "tr":
            table.column = -1
        elif tag in {"td", "th"}:
            table.column += 1
            table.cell = tag

    def _leave(self, tag: str) -> None:
        if tag == "table" and len(self._tables) > 1:
            self._tables.pop()
        elif tag in {"td", "th"}:
            self._tables[-1].cell = ""
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()
            return
        held = [node.tag for node in self._open[1:]]
        if tag in held:
            last = len(held) - held[::-1].index(tag)
            del self._open[last:]

    def handle_data(self, data: str) -> None:
        if not self._words:
            self._line = self.getpos()[0]
        self._words.append(data)

    def handle_comment(self, data: str) -> None:
        self._note("comment", unescape(data))

    def handle_decl(self, decl: str) -> None:
        self._note("declaration", decl)

    def unknown_decl(self, data: str) -> None:
        self.handle_data(data.removeprefix("CDATA["))

    def handle_pi(self, data: str) -> None:
        self._note("instruction", data)

    def flush(self) -> None:
        """End a run of text: what follows is another cell, line or paragraph."""
        text = "".join(self._words)
        self._words.clear()
        if not text.strip():
            return
        spot = self._spot()
        if self._raw:
            self.pieces.extend(self._script(text, spot))
        else:
            name = self._heading(text)
            self.pieces.append(Piece("text", text, self._line, name, spot=spot))

    def _heading(self, text: str) -> str:
        """Give the heading of the column that a cell stands in."""
        table = self._tables[-1]
        if table.cell == "th":
            table.headings.setdefault(table.column, text.strip())
        return table.headings.get(table.column, "") if table.cell == "td" else ""

    def _script(self, text: str, spot: str) -> Iterator[Piece]:
        if hashlib.sha256(text.encode()).hexdigest() in self._shipped:
            return
        if "json" in self._kind:
            try:
                value = parsed(text)
            except ValueError:
                pass  # read as a script below
            else:
                for piece in walked(value):
                    place = f"{self._raw} {piece.place}"
                    at = f"{spot} {piece.spot or piece.place}"
                    yield piece._replace(place=place, line=self._line, spot=at)
                return
        yield Piece(self._raw, text, self._line, code=True, spot=spot)
