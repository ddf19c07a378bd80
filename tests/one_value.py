"""What a page and a workbook say, keyed by quantity: each quantity has one value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
from openpyxl.cell import Cell

TITLE_END = re.compile(r" ?[\d,]+ rows, scroll$")


@dataclass
class Grid:
    """A table as it is read: the article that it stands in, headings, rows."""

    title: str = ""
    where: str = ""
    rows: list[list[str]] = field(default_factory=list)
    turned: bool = False

    @property
    def headings(self) -> list[str]:
        """Give the headings."""
        return self.rows[0]

    @property
    def cells(self) -> list[list[str]]:
        """Give the rows below the headings."""
        return self.rows[1:]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or a line of a card, and what it stands under."""

    section: str
    article: str
    place: str
    term: str
    text: str


class Page(HTMLParser):
    """Read the tables and the cards of a page, folded or not."""

    CELLS = frozenset({"th", "td", "caption"})
    SAYS = frozenset({"h1", "h3", "h4", "p", "li", "dd", "dt"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.grids: list[Grid] = []
        self.lines: list[Line] = []
        self.section, self.article, self.place, self.term = "top", "", "", ""
        self.grid: Grid | None = None
        self.cell: list[str] | None = None
        self.line: list[str] | None = None
        self.is_turned, self.hidden = False, 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row of it, a cell, or a heading or line of a card."""
        told = dict(attrs)
        self.hidden += tag in {"svg", "script", "style"}
        if tag == "section":
            self.section = told["id"] or ""
            self.article = self.place = self.term = ""
        if tag == "div" and "scroll" in (told.get("class") or "").split():
            self.is_turned = "turned" in (told["class"] or "").split()
        if tag == "table":
            self.grid = Grid(where=self.article, turned=self.is_turned)
            self.is_turned = False
        if tag == "tr" and self.grid:
            self.grid.rows.append([])
        if tag in self.CELLS and self.grid:
            self.cell = []
        if not self.grid and tag in self.SAYS:
            self.line = []
        if tag == "br" and self.cell is not None:
            self.cell.append("; ")

    def handle_data(self, data: str) -> None:
        """Add to the cell, or to the line."""
        inner = self.cell if self.cell is not None else self.line
        if inner is not None and not self.hidden:
            inner.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Keep what ends here."""
        self.hidden -= tag in {"svg", "script", "style"}
        if tag in self.CELLS and self.grid and self.cell is not None:
            self._keep(tag, " ".join("".join(self.cell).split()))
            self.cell = None
        elif tag == "table" and self.grid:
            self.grids.append(_upright(self.grid))
            self.grid = None
        elif self.line is not None and tag in self.SAYS:
            self._say(tag, " ".join("".join(self.line).split()))
            self.line = None

    def _say(self, tag: str, text: str) -> None:
        if tag == "h3":
            self.article, self.place, self.term = text, "", ""
        elif tag == "h4":
            self.place, self.term = text, ""
        elif tag == "dt":
            self.term = text
        else:
            under = (self.section, self.article, self.place, self.term)
            self.lines.append(Line(*under, text))

    def _keep(self, tag: str, text: str) -> None:
        grid = self.grid
        assert grid is not None
        if tag == "caption":
            grid.title = TITLE_END.sub("", text)
        else:
            grid.rows[-1].append(text)


def _upright(grid: Grid) -> Grid:
    """Turn a table back that the page has turned."""
    if grid.turned:
        grid.rows = [list(row) for row in zip(*grid.rows, strict=True)]
    return grid


def shown(cell: Cell) -> str:
    """Give what Excel shows in a cell of ours."""
    value, form = cell.value, cell.number_format
    if isinstance(value, str) or value is None:
        return str(value)
    if value < 0 and ";" in form:  # how a negative number is to look
        value, form = -value, form.partition(";")[2]
    if form.startswith('"'):
        return form.strip('"')
    digits = len(form.rstrip("%").partition(".")[2])
    comma = "," if "," in form else ""
    kind = "%" if form.endswith("%") else "f"
    return f"{value:{comma}.{digits}{kind}}"


def grids_of(path: Path) -> Iterator[Grid]:
    """Give the tables of a workbook, as Excel shows them."""
    for page in openpyxl.load_workbook(path).worksheets:
        for table in page.tables.values():
            rows = [[shown(cell) for cell in row] for row in page[table.ref]]
            first = page[table.ref][0][0].row
            yield Grid(_title(page, first), page.title, rows)


def _title(page: openpyxl.worksheet.worksheet.Worksheet, first: int) -> str:
    """Give the title over a table: the nearest bold line above, notes between."""
    for row in range(first - 1, 0, -1):
        if page.cell(row, 1).font.b:
            return str(page.cell(row, 1).value)
    return ""
