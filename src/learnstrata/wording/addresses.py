"""How an address is told: without what lets somebody in."""

import re

__all__ = ["is_address", "shown_address", "without_secrets"]

# A path loses the second of two slashes; a drive has one letter.
ADDRESS = re.compile(r"jdbc:|[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
SCHEME = re.compile(r"(jdbc:)?([a-z0-9+.-]+:)?/{0,2}", re.IGNORECASE)
HIDDEN = "\u2026"
WITHIN = re.compile(  # quotation marks and spaces may stand in a password
    rf"(?<![\w/])(?:jdbc:|[a-z][a-z0-9+.-]+:/)(?:[^?;{HIDDEN}]*@)?[^\s?;'\"]*"
    rf"(?:[?;](?!{HIDDEN}).*)?",
    re.IGNORECASE,
)


def is_address(text: str) -> bool:
    """Say whether a text is an address rather than a path.

    Examples
    --------
    >>> is_address("s3a://bucket/learners"), is_address("runs/a@b?.csv")
    (True, False)
    """
    return ADDRESS.match(text) is not None


def shown_address(text: str) -> str:
    """Give an address as messages show it; what is none stays as it is.

    Hidden is what stands before ``@`` and all behind ``?`` or ``;``: users, passwords
    and tokens.

    Examples
    --------
    >>> shown_address("jdbc:postgresql://db/school?user=u&password=p")
    'jdbc:postgresql://db/school?…'
    >>> shown_address("s3a://key:secret@bucket/learners")
    's3a://…@bucket/learners'
    """
    if not is_address(text):
        return text
    place = re.search("[?;]", text)
    head, rest = (text, "") if place is None else _parted(text, place.start())
    if "@" in rest and "@" not in head:  # whose part the mark is cannot be told
        return _scheme(text) + HIDDEN
    _, user, host = head.rpartition("@")
    open_part = f"{_scheme(text)}{HIDDEN}@{host}" if user else head
    return open_part + (f"{rest[0]}{HIDDEN}" if rest else "")


def without_secrets(line: str) -> str:
    """Give a line, such as a library says it, with its addresses as they are shown.

    Of an address with ``?`` or ``;`` the rest of the line goes too: nobody knows where
    it ends.

    Examples
    --------
    >>> without_secrets("No driver for jdbc:mysql://u:p@db/school")
    'No driver for jdbc:mysql://…@db/school'
    """
    return WITHIN.sub(lambda found: shown_address(found[0]), line)


def _parted(text: str, at: int) -> tuple[str, str]:
    return text[:at], text[at:]


def _scheme(text: str) -> str:
    found = SCHEME.match(text)
    return found[0] if found else ""
