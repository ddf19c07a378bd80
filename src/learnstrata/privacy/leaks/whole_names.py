"""Names that a user gives, held against whole names of companies and learners.

The scan of files looks for short names only as they are written, lest it cry wolf over
every word. A name that somebody types is one text of few words: here case is no matter.
"""

from collections.abc import Iterable
from typing import NamedTuple

from learnstrata.privacy.leaks.tokens import joined, words_of

__all__ = ["Named", "named_in"]


class Named(NamedTuple):
    """Whom a text names, as the table has it."""

    text: str
    kind: str
    name: str


def named_in(
    texts: Iterable[str],
    names: Iterable[tuple[str, str]],
    *,
    allow: Iterable[str] = (),
    own: frozenset[str] = frozenset(),
) -> list[Named]:
    """Find the texts that are, or hold, the whole name of somebody.

    Parameters
    ----------
    texts : iterable of str
    names : iterable of (str, str)
        Kind and name, as the table has them.
    allow : iterable of str, default=()
        Texts that name nobody: names that are no names, or whole `texts`.
    own : frozenset of str, default=frozenset()
        Words of the product, in small letters: they name nobody inside a text.

    Returns
    -------
    list of Named
        The first for each text that names somebody.

    Notes
    -----
    Case, accents and punctuation do not count. A name of digits or of one letter counts
    only where it is the whole text, else every number would be a learner.

    Examples
    --------
    >>> known = [("company", "TCS"), ("company", "HR"), ("learner", "7")]
    >>> [one.name for one in named_in(["Tcs people", "Cohort 7", "hr"], known)]
    ['TCS', 'HR']
    """
    allowed = {joined(one) for one in allow}
    told = [one for one in texts if joined(one) not in allowed]
    runs = {text: {*_runs(text, own)} for text in told}
    wanted = set[str]().union(*runs.values())
    known: dict[str, tuple[str, str]] = {}
    for kind, name in names:
        letters = joined(name)
        if letters in wanted and letters not in allowed:
            known.setdefault(letters, (kind, name))
    found = {text: next(filter(known.get, _runs(text, own)), "") for text in told}
    return [Named(text, *known[run]) for text, run in found.items() if run]


def _runs(text: str, own: frozenset[str]) -> list[str]:
    """Give what of a text may be a name, as one word each; the whole text first."""
    words = words_of(text)
    n = len(words)
    parts = (words[i:j] for i in range(n) for j in range(i + 1, n + 1))
    inside = ("".join(part) for part in parts if not own.issuperset(part))
    return [
        joined(text),
        *(one for one in inside if len(one) > 1 and not one.isdigit()),
    ]
