"""Sentences and small tables as HTML for a notebook: nothing in it runs or loads."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["paragraph", "small_table"]

CELL = "padding:2px 14px 2px 0;text-align:left"


def paragraph(text: str, *, strong: bool = False) -> str:
    """Write a paragraph.

    Examples
    --------
    >>> paragraph("a < b", strong=True)
    '<p><b>a &lt; b</b></p>'
    """
    told = escape(text)
    return f"<p><b>{told}</b></p>" if strong else f"<p>{told}</p>"


def small_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of texts.

    Examples
    --------
    >>> small_table(["Pull"], [["+0.5"]]).count("+0.5</td>")
    1
    """
    head = "".join(f'<th style="{CELL}">{escape(one)}</th>' for one in headings)
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{CELL}">{escape(cell)}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
