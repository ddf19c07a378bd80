"""Quotation marks of delimited text: what they hold together, and where that is unsure.

A quotation opens at the start of a field and closes at its edge; a mark inside it is
doubled. One that goes over lines and closes elsewhere, or that holds lines which look
like records, was most likely never meant: read on, it would swallow them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from learnstrata.exceptions import SourceError

__all__ = ["Quotes"]

NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
NUMERIC_SHARE = 0.9  # of the cells of a column must be numbers for it to be one
BODY = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
LINE_END = re.compile(r"\r\n|\n|\r")
CLOSE_IT = "Close it, or double it where it belongs to the text."


@dataclass(frozen=True, slots=True)
class Quotes:
    """The rules for the quotation marks of one text.

    Attributes
    ----------
    path : Path
        For messages.
    delimiter : str
    width : int
        Fields of the header.
    numeric : frozenset of int
        Columns that hold numbers.
    """

    path: Path
    delimiter: str
    width: int
    numeric: frozenset[int] = frozenset()

    def with_numbers(self, records: Sequence[Sequence[str]]) -> "Quotes":
        """Learn from records beyond doubt which columns hold numbers."""
        numeric = (c for c in range(self.width) if _is_numeric(records, c))
        return Quotes(self.path, self.delimiter, self.width, frozenset(numeric))

    def refuse_unsure(self, raw: str, line: int, *, is_header: bool = False) -> None:
        """Refuse a record whose quotation marks do not say for certain what they hold.

        Parameters
        ----------
        raw : str
            The lines of one record, as they stand.
        line : int
            The first of them in the file.
        is_header : bool, default=False

        Raises
        ------
        SourceError
            With the line where the quotation opens.
        """
        place = 0
        opening = _opening(self.delimiter)
        while found := opening.search(raw, place):
            at = line + _line_ends(raw[: found.start()])
            closed = BODY.match(raw, found.start())
            if closed is None:
                self._refuse_open(at)
            held, lines = closed[0], _line_ends(closed[0])
            if not self._is_edge(raw, closed.end()):
                self._refuse_middle(held, at, lines)
            elif lines and (is_header or self._swallows(raw, *closed.span())):
                self._refuse_swallowed(held, at, lines, is_header=is_header)
            place = closed.end()

    def _is_edge(self, raw: str, place: int) -> bool:
        blank = " " if self.delimiter == "\t" else " \t"
        rest = raw[place : place + 80].lstrip(blank)
        return not rest or rest[0] in {self.delimiter, "\n", "\r"}

    def _refuse_open(self, line: int) -> NoReturn:
        raise SourceError(
            f'{self.path}, line {line:,}: a quotation mark (") is opened and never '
            f"closed. {CLOSE_IT}"
        )

    def _refuse_middle(self, held: str, line: int, lines: int) -> None:
        """Refuse a quotation that ends inside a field, if it matters where it ends."""
        if lines:
            raise SourceError(
                f'{self.path}, line {line:,}: a quotation mark (") is opened and not '
                f"closed at the end of a field; the next one stands in the middle of a "
                f"field on line {line + lines:,}. {CLOSE_IT}"
            )
        if self.delimiter in held:
            raise SourceError(
                f'{self.path}, line {line:,}: a quotation mark (") is opened and not '
                f"closed at the end of a field, though {self.delimiter!r} stands in "
                f"what it holds. {CLOSE_IT}"
            )

    def _refuse_swallowed(
        self, held: str, line: int, lines: int, *, is_header: bool
    ) -> None:
        if is_header and self.delimiter not in held:
            return
        what = "names of columns" if is_header else "records of their own"
        raise SourceError(
            f'{self.path}, line {line:,}: a quotation mark (") is opened and closed on '
            f"line {line + lines:,} only; the lines between look like {what}. "
            f"{CLOSE_IT}"
        )

    def _swallows(self, raw: str, start: int, end: int) -> bool:
        """Tell whether lines that a quotation goes over look like whole records."""
        first, *between, last = LINE_END.split(raw[start:end])
        if any(map(self._is_record, between)):
            return True
        before = LINE_END.split(raw[:start])[-1]
        after = LINE_END.split(raw[end:])[0]
        return self._is_record(before + first) and self._is_record(last + after)

    def _is_record(self, line: str) -> bool:
        cells = [cell.strip().strip('"') for cell in line.split(self.delimiter)]
        if len(cells) != self.width or self.width == 1 or not any(cells):
            return False
        given = [cells[place] for place in self.numeric if cells[place]]
        told = bool(given) or not self.numeric
        return told and all(map(NUMBER.fullmatch, given))


def _opening(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'(?:\A|(?<=[{re.escape(delimiter)}\r\n]))"')


def _line_ends(text: str) -> int:
    return len(LINE_END.findall(text))


def _is_numeric(records: Sequence[Sequence[str]], place: int) -> bool:
    given = [cell for record in records if (cell := record[place].strip())]
    numbers = sum(NUMBER.fullmatch(cell) is not None for cell in given)
    return bool(given) and numbers >= NUMERIC_SHARE * len(given)
