"""Words as a sentence joins and counts them."""

from collections.abc import Sequence

__all__ = ["EVERYBODY", "counted", "listed"]

EVERYBODY = "All"  # what one group of all is called, in the place of a tier or a band


def counted(n: int, noun: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "segment"), counted(1200, "learner")
    ('1 segment', '1,200 learners')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def listed(items: Sequence[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
