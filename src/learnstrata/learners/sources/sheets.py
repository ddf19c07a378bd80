"""What the parts of an .xlsx file say of its sheets, beyond the values of their cells.

The values are read elsewhere; here is which sheets there are, which areas are merged,
and which cells hold a formula that nobody has computed, or an error.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from learnstrata.exceptions import SourceError

__all__ = ["Area", "Marks", "Sheet", "marks_of", "sheets_of"]

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
WORTH_READING = re.compile(rb'mergeCell|<(?:\w+:)?f[\s/>]|\bt="e"')
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    name : str
    number : int
        Place in the workbook, from 1.
    is_visible : bool
    part : str
        The file in the archive that holds its cells; "" where it has none to read.
    """

    name: str
    number: int
    is_visible: bool
    part: str


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, in rows and columns from 0, both ends in it."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def of(cls, reference: str) -> "Area":
        """Read a reference such as ``B2:C4``."""
        first, _, last = reference.partition(":")
        top, left = _place(first)
        bottom, right = _place(last or first)
        return cls(top, left, bottom, right)


@dataclass(slots=True)
class Marks:
    """What stands in a sheet beside values.

    Attributes
    ----------
    merged : list of Area
    formulas : set of (int, int)
        Rows and columns, from 0, of cells that hold a formula.
    uncomputed : set of (int, int)
        Those of them without a saved result.
    errors : dict of (int, int) to str
        Cells that hold an error, such as ``#REF!``.
    """

    merged: list[Area] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def sheets_of(path: Path, data: bytes) -> list[Sheet]:
    """List the worksheets of a workbook in their order; charts are no worksheets.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        Of an .xlsx file.

    Raises
    ------
    SourceError
        If the workbook is broken.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations = _relations(path, archive)
        found: list[Attributes] = []

        def start(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                found.append(attributes)

        _parse(path, archive.read(WORKBOOK), start)
    return [
        Sheet(
            name=one.get("name", ""),
            number=number,
            is_visible=one.get("state", "visible") == "visible",
            part=relations.get(one.get("id", ""), ""),
        )
        for number, one in enumerate(found, start=1)
        if one.get("id", "") in relations
    ]


def marks_of(path: Path, data: bytes, sheet: Sheet) -> Marks:
    """Find merged areas, formulas and errors of a sheet.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        Of an .xlsx file.
    sheet : Sheet

    Raises
    ------
    SourceError
        If the workbook is broken.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        cells = archive.read(sheet.part)
        if not WORTH_READING.search(cells):
            return Marks()
        pending = _computes_on_load(path, archive.read(WORKBOOK))
    reader = _SheetReader(pending=pending)
    _parse(path, cells, reader.start, reader.end, reader.text)
    return reader.marks


class _SheetReader:
    """Takes the events of the XML of a sheet; `marks` is what they say.

    A workbook that asks to be computed when it is opened has no results of its
    formulas, but libraries write 0 for them.
    """

    def __init__(self, *, pending: bool) -> None:
        self.marks = Marks()
        self._pending = pending
        self._place = (0, 0)
        self._next = (0, 0)
        self._kind = ""
        self._has_formula = False
        self._inside = ""
        self._value = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        if name == "c":
            told = attributes.get("r")
            self._place = _place(told) if told else self._next
            self._next = (self._place[0], self._place[1] + 1)
            self._kind = attributes.get("t", "n")
            self._has_formula, self._value = False, ""
        elif name == "row":
            row = int(attributes.get("r", self._next[0] + 1)) - 1
            self._next = (row, 0)
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell":
            self.marks.merged.append(Area.of(attributes["ref"]))
        self._inside = name

    def text(self, text: str) -> None:
        """Take text; that of values alone is kept."""
        if self._inside == "v":
            self._value += text

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._inside = ""
        if name == "row":
            self._next = (self._next[0] + 1, 0)
        if name != "c":
            return
        if self._kind == "e":
            self.marks.errors[self._place] = self._value
        if self._has_formula:
            self.marks.formulas.add(self._place)
            written = self._pending and self._value == "0"
            if written or (self._kind != "str" and not self._value):
                self.marks.uncomputed.add(self._place)


def _computes_on_load(path: Path, workbook: bytes) -> bool:
    asked: list[bool] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "calcPr":
            asked.append(attributes.get("fullCalcOnLoad") in {"1", "true"})

    _parse(path, workbook, start)
    return any(asked)


def _relations(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the part of each worksheet by the id that the workbook calls it by."""
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        kind = attributes.get("Type", "")
        if name == "Relationship" and kind.endswith("/worksheet"):
            target = posixpath.join("/xl", attributes.get("Target", ""))
            found[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    _parse(path, archive.read(RELATIONS), start)
    return found


def _parse(
    path: Path,
    xml: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Go through XML; names come without their namespace, and nothing is expanded."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def plain(name: str) -> str:
        return name.rpartition(" ")[2]

    def begin(name: str, attributes: Attributes) -> None:
        start(plain(name), {plain(key): value for key, value in attributes.items()})

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if end is not None:
        parser.EndElementHandler = lambda name: end(plain(name))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - as the standard library has it
    except (expat.ExpatError, KeyError, ValueError) as error:
        raise SourceError(
            f"{path} cannot be read as an Excel workbook: {error}. Open it in Excel "
            "and save it again as .xlsx, or as CSV."
        ) from error


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a part of it declares a document type")


def _place(cell: str) -> tuple[int, int]:
    """Give row and column, from 0, of a reference such as ``AB12``."""
    found = CELL.fullmatch(cell.replace("$", ""))
    if found is None:
        raise ValueError(f"{cell!r} is no cell")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1
