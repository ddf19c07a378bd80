"""Charts that answer a pointer: their specifications, and Vega inlined once."""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup
from pydantic import JsonValue

from learnstrata.report import theme
from learnstrata.report.figures.chart import Spec

__all__ = [
    "Interactive",
    "in_script",
    "interactive",
    "shipped_scripts",
    "specification",
]

# Letters in place of + and /: the packed script is one word, in which the leak scan
# finds no company by chance.
LETTERS = {"+": "ø", "/": "þ"}
SNIPPET = "window.vegaEmbed=vegaEmbed;"
TIP = "description"


@dataclass(frozen=True, slots=True)
class Interactive:
    """What a page needs so that its charts answer a pointer.

    Attributes
    ----------
    policy : str
        Content security policy: three scripts by their digests, nothing from outside.
    charts : Markup
        Specifications as JSON that can stand in a ``<script>``.
    vega : Markup
        Vega, Vega-Lite and Vega-Embed: compressed, in letters.
    loader : Markup
        Unpacks Vega and puts each drawn chart in place of the one that stands there.
    page : Markup
        Sorts and filters tables, compares segments, finds a pay among peers.
    """

    policy: str
    charts: Markup
    vega: Markup
    loader: Markup
    page: Markup


def specification(spec: Spec) -> Spec:
    """Give a chart as the page holds it: data once, descriptions as tooltips as well.

    Parameters
    ----------
    spec : dict
        Vega-Lite; it is not changed.

    Returns
    -------
    dict
        Layers with the same rows share them by name.

    Examples
    --------
    >>> bar = {
    ...     "data": {"values": [{"a": 1, "tip": "one"}]},
    ...     "mark": "bar",
    ...     "encoding": {"description": {"field": "tip"}},
    ... }
    >>> spec = specification(bar)
    >>> spec["encoding"]["tooltip"], spec["data"], spec["datasets"]
    ({'field': 'tip'}, {'name': 'd1'}, {'d1': [{'a': 1, 'tip': 'one'}]})
    """
    names: dict[str, str] = {}
    told = _view(spec, names)
    if not names:
        return told
    return {
        **told,
        "datasets": {name: json.loads(rows) for rows, name in names.items()},
    }


def _view(view: Spec, names: dict[str, str]) -> Spec:
    """Name the data of a view and of those inside it, and add its tooltip."""
    told: Spec = {}
    for key, part in view.items():
        if key == "data" and isinstance(part, dict):
            told[key] = _named(part, names)
        elif key == "encoding" and isinstance(part, dict):
            told[key] = _answering(part)
        else:
            told[key] = _inside(part, names)
    return told


def _inside(part: JsonValue, names: dict[str, str]) -> JsonValue:
    if isinstance(part, list):
        return [_inside(inner, names) for inner in part]
    return _view(part, names) if isinstance(part, dict) else part


def _named(data: Spec, names: dict[str, str]) -> Spec:
    if "values" not in data:
        return data
    rows = json.dumps(data["values"], ensure_ascii=False)
    return {"name": names.setdefault(rows, f"d{len(names) + 1}")}


def _answering(encoding: Spec) -> Spec:
    if TIP not in encoding:
        return encoding
    return {"tooltip": encoding[TIP], **encoding}


def interactive(specs: Mapping[str, Spec]) -> Interactive:
    """Gather what makes charts interactive without a request and without ``eval``.

    Parameters
    ----------
    specs : mapping of str to dict
        By the key of the figure, from `specification`.

    Returns
    -------
    Interactive

    Notes
    -----
    Vega-Embed and what it needs are 898 kB as a script and 0.42 MB as they stand here.
    The browser unpacks them into a script element, which the policy lets run by its
    digest alone: a changed script does not run, and the charts that stand in the page
    already stay.
    """
    script, packed = _vega()
    charts, page = _own_scripts()
    digests = " ".join(f"'sha256-{_digest(text)}'" for text in (charts, script, page))
    told = {"config": theme.CONFIG, "specs": specs}
    return Interactive(
        policy="default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src {digests}",
        charts=in_script(json.dumps(told, ensure_ascii=False, separators=(",", ":"))),
        vega=Markup(packed),  # noqa: S704 - letters, digits and =
        loader=Markup(charts),  # noqa: S704 - our own
        page=Markup(page),  # noqa: S704 - our own
    )


def shipped_scripts() -> frozenset[str]:
    """Give the SHA-256 of each script as it stands in a page, whatever the data.

    Returns
    -------
    frozenset of str
        Hexadecimal. The leak scan passes these scripts over and no others.
    """
    texts = (*_own_scripts(), _vega()[1])
    return frozenset(hashlib.sha256(text.encode()).hexdigest() for text in texts)


@cache
def _own_scripts() -> tuple[str, str]:
    """Give the script that draws the charts and that of the rest of the page."""
    folder = files("learnstrata.report") / "scripts"
    charts, page = (
        (folder / name).read_text(encoding="utf-8") for name in ("charts.js", "page.js")
    )
    return charts, page


@cache
def _vega() -> tuple[str, str]:
    """Give Vega's script and its packed form; takes two seconds, once a process."""
    import vl_convert

    script = vl_convert.javascript_bundle(SNIPPET)
    packed = base64.b64encode(gzip.compress(script.encode(), 9, mtime=0)).decode()
    return script, packed.translate(str.maketrans(LETTERS))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


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
