"""The one script of a page: charts answer a pointer, tables sort, pay is looked up."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup

__all__ = ["Interactive", "in_script", "interactive", "shipped_scripts"]


@dataclass(frozen=True, slots=True)
class Interactive:
    """What a page needs so that it answers, without a request and without ``eval``.

    Attributes
    ----------
    policy : str
        Content security policy: one script by its digest, nothing from outside.
    script : Markup
        Shows what a mark of a chart says of itself, sorts and filters tables, compares
        segments, finds a pay among peers.
    """

    policy: str
    script: Markup


def interactive() -> Interactive:
    """Give the script of a page and the policy that lets it run and no other.

    Returns
    -------
    Interactive

    Examples
    --------
    >>> "default-src 'none'" in interactive().policy
    True
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Interactive(
        policy="default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src 'sha256-{digest}'",
        script=Markup(script),  # noqa: S704 - our own
    )


def shipped_scripts() -> frozenset[str]:
    """Give the SHA-256 of each script as it stands in a page, whatever the data.

    Returns
    -------
    frozenset of str
        Hexadecimal. The leak scan passes these scripts over and no others.
    """
    return frozenset({hashlib.sha256(_script().encode()).hexdigest()})


@cache
def _script() -> str:
    place = files("learnstrata.report") / "scripts" / "page.js"
    return place.read_text(encoding="utf-8")


def in_script(text: str) -> Markup:
    r"""Write JSON so that no text of the data can end the script it stands in.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> print(in_script('"</script>"'))
    "\u003c/script\u003e"
    """
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing left that HTML would read
