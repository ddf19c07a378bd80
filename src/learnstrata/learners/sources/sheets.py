"""What the parts of an .xlsx file say of its sheets, beyond the values of their cells.

The values are read elsewhere; here is which sheets there are, which areas are merged,
and which cells hold a formula that nobody has computed, or an error.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from learnstrata.exceptions import SourceError

__all__ = ["Area", "Marks", "Sheet", "marks_of", "sheets_of"]

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
# A sheet without any of these has nothing but values, and its XML is not gone through.
MARKS = (b"mergeCell", b't="e"', b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
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
        The file in the archive that holds its cells; "" where it is not known.
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
    uncomputed : set of (int, int)
        Rows and columns, from 0, of cells that hold a formula without a saved result.
    errors : dict of (int, int) to str
        Cells that hold an error, such as ``#REF!``.
    numbers : set of (int, int)
        Cells that hold a number, in the columns asked for.
    """

    merged: list[Area] = field(default_factory=list)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    numbers: set[tuple[int, int]] = field(default_factory=set)


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

        _parse(path, _parser(start), archive.read(WORKBOOK))
    return [
        Sheet(
            name=one.get("name", ""),
            number=number,
            is_visible=one.get("state", "visible") == "visible",
            part=relations[_relation(one)],
        )
        for number, one in enumerate(found, start=1)
        if _relation(one) in relations
    ]


def marks_of(
    path: Path, data: bytes, sheet: Sheet, *, numbers_in: Collection[int] = ()
) -> Marks:
    """Find merged areas, formulas and errors of a sheet.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        Of an .xlsx file.
    sheet : Sheet
    numbers_in : collection of int, default=()
        Columns, from 0, of which to tell numbers from texts.

    Raises
    ------
    SourceError
        If the workbook is broken.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        cells = archive.read(sheet.part)
        if not (numbers_in or any(mark in cells for mark in MARKS)):
            return Marks()
        pending = _computes_on_load(path, archive.read(WORKBOOK))
    reader = _SheetReader(pending=pending, numbers_in=frozenset(numbers_in))
    parser = _parser(reader.start)
    reader.parser = parser
    _parse(path, parser, cells)
    reader.finish()
    return reader.marks


class _SheetReader:
    """Takes the starts of elements of the XML of a sheet; `marks` is what they say.

    Text is asked for in few cells alone, since most have nothing to tell. A workbook
    that asks to be computed when it is opened has no results of its formulas, but
    libraries write 0 or an empty text for them.
    """

    parser: expat.XMLParserType

    def __init__(self, *, pending: bool, numbers_in: frozenset[int]) -> None:
        self.marks = Marks()
        self._numbers_in = numbers_in
        self._pending = pending
        self._row, self._column = -1, -1
        self._kind = ""
        self._formula = False
        self._value: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        if name in {"c", "row"} and (self._formula or self._kind == "e"):
            self.finish()  # while the place of the last cell is known
        if name == "c":
            self._column += 1
            if (told := attributes.get("r")) is not None:
                self._row, self._column = _place(told)
            self._kind = attributes.get("t", "")
            if self._column in self._numbers_in and self._kind in {"", "n"}:
                self.marks.numbers.add((self._row, self._column))
            if self._kind == "e":
                self.parser.CharacterDataHandler = self._value.append
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 2)) - 1
            self._column = -1
        elif name == "f":
            self._formula = True
            self.parser.CharacterDataHandler = None
        elif name == "v" and self._formula:
            self.parser.CharacterDataHandler = self._value.append
        elif name == "mergeCell":
            self.marks.merged.append(Area.of(attributes["ref"]))

    def finish(self) -> None:
        """Note what the last cell held."""
        place, value = (self._row, self._column), "".join(self._value)
        if self._kind == "e":
            self.marks.errors[place] = value
        if self._formula:
            written = self._pending and value in {"0", ""}
            if written or not (value or self._kind == "str"):
                self.marks.uncomputed.add(place)
        self._formula, self._kind, self._value = False, "", []
        self.parser.CharacterDataHandler = None


def _computes_on_load(path: Path, workbook: bytes) -> bool:
    asked: list[bool] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "calcPr":
            asked.append(attributes.get("fullCalcOnLoad") in {"1", "true"})

    _parse(path, _parser(start), workbook)
    return any(asked)


def _relation(sheet: Attributes) -> str:
    """Give the id by which a sheet names its part, in whatever namespace."""
    return next((v for k, v in sheet.items() if k.endswith(":id")), "")


def _relations(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the part of each worksheet by the id that the workbook calls it by."""
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        kind = attributes.get("Type", "")
        if name == "Relationship" and kind.endswith("/worksheet"):
            target = posixpath.join("/xl", attributes.get("Target", ""))
            found[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    _parse(path, _parser(start), archive.read(RELATIONS))
    return found


def _parser(start: Callable[[str, Attributes], None]) -> expat.XMLParserType:
    """Make a parser that tells the starts of elements, without their namespaces."""
    parser = expat.ParserCreate()

    def begin(name: str, attributes: Attributes) -> None:
        start(name.rpartition(":")[2] if ":" in name else name, attributes)

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _refuse_doctype  # nothing is expanded
    return parser


def _parse(path: Path, parser: expat.XMLParserType, xml: bytes) -> None:
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
