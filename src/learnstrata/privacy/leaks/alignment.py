"""What of an artefact is the product's own: it stands there without data as well."""

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from learnstrata.privacy.leaks.pieces import Piece
from learnstrata.privacy.leaks.tokens import Tokens

__all__ = ["own_words", "paired"]

MOST_PAIRS = 4_000_000  # words of one text times words of the other


def paired(pieces: Sequence[Piece], own: Sequence[Piece]) -> list[Piece | None]:
    """Give for each piece its counterpart in the same file rendered without data.

    Pieces of the same place belong together. What is then left between two such pairs
    is paired in order, if there is equally much of it on both sides.

    Parameters
    ----------
    pieces, own : sequence of Piece
        In the order of the file.

    Returns
    -------
    list of Piece or None
        None for a piece that has no counterpart: all of it is data.
    """
    if not own:
        return [None] * len(pieces)
    places: dict[str, list[int]] = defaultdict(list)
    for at, piece in enumerate(own):
        places[piece.spot or piece.place].append(at)
    taken: dict[str, int] = defaultdict(int)
    found: list[int | None] = []
    for piece in pieces:
        spot = piece.spot or piece.place
        there = places.get(spot, ())
        found.append(there[taken[spot]] if taken[spot] < len(there) else None)
        taken[spot] += 1
    _fill(found, len(own))
    return [None if at is None else own[at] for at in found]


def _fill(found: list[int | None], n_own: int) -> None:
    """Pair what is left between neighbours that have their counterparts."""
    begin, before = 0, -1
    for at in range(len(found) + 1):
        after = found[at] if at < len(found) else n_own
        if after is None:
            continue
        if at > begin and at - begin == after - before - 1:
            found[begin:at] = range(before + 1, after)
        begin, before = at + 1, after


def own_words(words: Tokens, own: Tokens) -> list[bool]:
    """Say of each word of a text whether it stands in the same place of its twin.

    Parameters
    ----------
    words, own : Tokens
        Of the text, and of the text without data.

    Returns
    -------
    list of bool
        Words that both have in the same order, as many as can be.

    Examples
    --------
    >>> from learnstrata.privacy.leaks.tokens import tokenised
    >>> own_words(tokenised("Most are at Most Ltd"), tokenised("Most are at x"))
    [True, True, True, False, False]
    """
    ours, theirs = words.keys, own.keys
    head = _same(ours, theirs)
    most = min(len(ours), len(theirs)) - head
    tail = min(_same(ours[::-1], theirs[::-1]), most)
    marks = [True] * head + [False] * (len(ours) - head - tail) + [True] * tail
    middle, other = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    if middle and other and len(middle) * len(other) <= MOST_PAIRS:
        match = SequenceMatcher(None, middle, other, autojunk=False)
        for start, _, size in match.get_matching_blocks():
            marks[head + start : head + start + size] = [True] * size
    return marks


def _same(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Count the words that are the same from the start."""
    for at, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        if one != other:
            return at
    return min(len(ours), len(theirs))
