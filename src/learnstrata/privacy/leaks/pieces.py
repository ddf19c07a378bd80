"""What the leak scan reads: a piece of text, and where it stands."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["Piece", "Read", "UnreadableError", "within"]


class Piece(NamedTuple):
    """A text as a reader would see it, and where it is."""

    place: str
    text: str
    line: int = 0  # where it begins, 0 where lines mean nothing
    field: str = ""  # the key or column it is the value of
    code: bool = False  # a script or a style, full of short names
    spot: str = ""  # its place in the structure, the same in two renders
    again: bool = False  # the text of the piece before it, decoded


Read = Callable[[str, bytes], Iterator[Piece]]  # the name and content of a file within


class UnreadableError(Exception):
    """What a file holds cannot be told."""


def within(outer: Piece, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Give what a piece holds, placed in it."""
    for inner in pieces:
        place = f"{outer.place}, {inner.place}".strip(", ")
        spot = f"{outer.spot or outer.place}>{inner.spot or inner.place}"
        _, text, _, field, code, _, again = inner
        yield Piece(place, text, outer.line, field, code, spot, again)
