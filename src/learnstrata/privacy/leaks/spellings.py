"""Many names at once, as columns: their words, and which can stand in given texts.

A table has more names than a report has words. So names are held against the words of
the texts, column by column, and only those that may stand there are looked at singly.
"""

from collections.abc import Iterator

import polars as pl

from learnstrata.privacy.leaks.tokens import plain, words_of

__all__ = ["ROWS", "can_stand", "folded", "letters_in", "slices", "words_in"]

ROWS = 1 << 17  # names that are held as columns of words at once
WORD = "[A-Za-z0-9]+"
BETWEEN = "[^A-Za-z0-9]+"
OTHER = r"[^\x00-\x7f]"
# Where a word may break within itself: at humps, and between letters and digits.
HUMPS = (
    ("([a-z])([A-Z])", "${1} ${2}"),
    ("([A-Z])([A-Z][a-z])", "${1} ${2}"),
    ("([A-Za-z])([0-9])", "${1} ${2}"),
    ("([0-9])([A-Za-z])", "${1} ${2}"),
)


def slices(names: pl.Series, size: int = ROWS) -> Iterator[pl.Series]:
    """Give names some thousand at a time."""
    return (names.slice(at, size) for at in range(0, len(names), size))


def folded(names: pl.Series) -> pl.Series:
    """Undo in each name what only looks different, and write it in lower case."""
    lower, other = names.str.to_lowercase(), names.str.contains(OTHER)
    slow = [plain(name).casefold() for name in names.filter(other)]
    return lower.scatter(other.arg_true(), slow) if slow else lower


def words_in(names: pl.Series) -> pl.Series:
    """Give the words of each name, in lower case, a space between them.

    Examples
    --------
    >>> words_in(pl.Series(["Acme-Corp (India)", "Zürich Re"])).to_list()
    ['acme corp india', 'zurich re']
    """
    told = folded(names).str.replace_all(BETWEEN, " ").str.strip_chars(" ")
    other = names.str.contains(OTHER)
    slow = [" ".join(words_of(name)) for name in names.filter(other)]
    return told.scatter(other.arg_true(), slow) if slow else told


def letters_in(names: pl.Series) -> pl.Series:
    """Write each name as one word."""
    return words_in(names).str.replace_all(" ", "")


def can_stand(names: pl.Series, runs: pl.Series) -> pl.Series:
    """Say which names may stand in texts of these words.

    Parameters
    ----------
    names : Series of str
    runs : Series of str
        What of the texts stands between two breaks, in lower case: words, and parts of
        words with humps, as far as nothing stands between them.

    Returns
    -------
    Series of bool
        False only where a name cannot: where no part of it that a text may begin with,
        or end with, is among the words. Names with other letters than ASCII are left
        to be looked at.

    Examples
    --------
    >>> names = pl.Series(["Acme Corp", "Acme Ltd", "AcmeCorp", "Zürich"])
    >>> can_stand(names, pl.Series(["most", "acme", "corp"])).to_list()
    [True, False, True, True]
    """
    parted = names.str.replace_all(BETWEEN, " ")
    for hump, apart in HUMPS:
        parted = parted.str.replace_all(hump, apart)
    there = pl.int_range(len(names), eager=True)
    parts = pl.DataFrame({"name": there, "part": parted.str.to_lowercase()})
    parts = parts.with_columns(letters=pl.col("part").str.replace_all(" ", ""))
    rows = parts.with_columns(pl.col("part").str.strip_chars(" ").str.split(" "))
    length = pl.col("part").str.len_bytes()
    placed = rows.explode("part").with_columns(
        end=length.cum_sum().over("name"), size=length
    )
    head = pl.col("letters").str.slice(0, pl.col("end"))
    tail = pl.col("letters").str.slice(pl.col("end") - pl.col("size"))
    begins, ends = (
        placed.filter(some.is_in(runs.implode()))["name"].unique()
        for some in (head, tail)
    )
    found = there.is_in(begins.implode()) & there.is_in(ends.implode())
    return found | names.str.contains(OTHER)
