"""Names that a user gives, held against whole names of companies and learners.

The scan of files looks for short names only as they are written, lest it cry wolf over
every word. A name that somebody types is one text of few words: here case is no matter.
"""

from collections.abc import Iterable
from typing import NamedTuple

from learnstrata.privacy.leaks.company_names import GENERIC, main_of
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
    Case, accents and punctuation do not count, nor do the endings of a company ("Ltd").
    A name of digits or of one letter counts only where it is the whole text, else every
    number would be a learner.

    Examples
    --------
    >>> known = [("company", "TCS Ltd"), ("company", "HR"), ("learner", "7")]
    >>> [one.name for one in named_in(["Tcs people", "Cohort 7", "hr"], known)]
    ['TCS Ltd', 'HR']
    """
    allowed = {joined(one) for one in allow}
    told = [one for one in texts if joined(one) not in allowed]
    runs = {text: {*_runs(text, own)} for text in told}
    wanted = set[str]().union(*runs.values())
    known: dict[str, tuple[str, str]] = {}
    for kind, name in names:
        forms = [joined(name)]
        if kind == "company" and forms[0] not in allowed:
            forms += _main(name, own)
        for letters in forms:
            if letters in wanted and letters not in allowed:
                known.setdefault(letters, (kind, name))
    found = {text: next(filter(known.get, _runs(text, own)), "") for text in told}
    return [Named(text, *known[run]) for text, run in found.items() if run]


def _main(name: str, own: frozenset[str]) -> list[str]:
    """Give what a company is called without its endings, if that tells which it is."""
    words = words_of(main_of(name))
    letters = "".join(words)
    if len(letters) < 2 or letters.isdigit():
        return []
    said = all(len(one) > 1 and (one in own or one in GENERIC) for one in words)
    return [] if said else [letters]


def _runs(text: str, own: frozenset[str]) -> list[str]:
    """Give what of a text may be a name, as one word each; the whole text first."""
    words = words_of(text)
    n = len(words)
    said = {one for one in words if one in own and len(one) > 1}  # "L & T" is no "l"
    parts = (words[i:j] for i in range(n) for j in range(i + 1, n + 1))
    inside = ("".join(part) for part in parts if not said.issuperset(part))
    return [
        joined(text),
        *(one for one in inside if len(one) > 1 and not one.isdigit()),
    ]
