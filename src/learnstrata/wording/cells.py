"""Cells of CSV that people open: a spreadsheet must not run what stands in one.

A text that a spreadsheet takes for a formula gets an apostrophe in front, in every CSV
made for people. Files for programs hold values as they are.
"""

import re

__all__ = ["GUARDED", "RAW", "guarded_text", "unguarded_text"]

# Signs that begin a formula, as they are and in their wide forms, tabs and new lines.
SIGNS = "=+@\uff1d\uff0b\uff0d\uff20\t\r\n-"
# An apostrophe that was there before one of them gets another, so that none is lost.
RAW, GUARDED = f"^('*[{SIGNS}])", f"^'('*[{SIGNS}])"


def guarded_text(text: str) -> str:
    """Write a text so that no spreadsheet runs it.

    Examples
    --------
    >>> guarded_text("=1+1"), guarded_text("4711"), guarded_text("'-5")
    ("'=1+1", '4711', "''-5")
    """
    return f"'{text}" if re.match(RAW, text) else text


def unguarded_text(text: str) -> str:
    """Give a text as it was before `guarded_text`.

    Examples
    --------
    >>> unguarded_text("'=1+1"), unguarded_text("'quoted'")
    ('=1+1', "'quoted'")
    """
    return text[1:] if re.match(GUARDED, text) else text
