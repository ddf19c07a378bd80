"""What the leak scan reads: a piece of text, and where it stands."""

from typing import NamedTuple

__all__ = ["Piece", "UnreadableError"]


class Piece(NamedTuple):
    """A text as a reader would see it, and where it is."""

    place: str
    text: str
    line: int = 0  # where it begins, 0 where lines mean nothing
    field: str = ""  # the key or column it is the value of
    code: bool = False  # a script or a style, full of short names


class UnreadableError(Exception):
    """What a file holds cannot be told."""
