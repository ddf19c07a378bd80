"""Charts that answer a pointer: their specifications, and Vega inlined once."""

import base64
import csv
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
from markupsafe import Markup

from learnstrata.report import theme

__all__ = ["Interactive", "interactive", "shipped_scripts", "specification"]

# Letters in place of + and /: the packed script is one word, in which the leak scan
# finds no company by chance.
LETTERS = {"+": "ø", "/": "þ"}
SNIPPET = "window.vegaEmbed=vegaEmbed;"
TIP = "description"
LOADER = """
(async () => {
  "use strict";
  const text = id => document.getElementById(id).textContent;
  const unpack = async packed => {
    const plain = atob(packed.replace(/ø/g, "+").replace(/þ/g, "/"));
    const bytes = Uint8Array.from(plain, letter => letter.charCodeAt(0));
    const open = new DecompressionStream("gzip");
    return new Response(new Blob([bytes]).stream().pipeThrough(open)).text();
  };
  const idle = window.requestIdleCallback ?? setTimeout;
  const tip = document.getElementById("tip");
  const show = (_, event, item, value) => {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    tip.textContent = String(value);
    const right = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const above = event.clientY - tip.offsetHeight - 14;
    tip.style.left = Math.max(8, Math.min(event.clientX + 12, right)) + "px";
    tip.style.top = (above < 8 ? event.clientY + 18 : above) + "px";
  };
  const settle = (drawn, still, key) => {
    for (const part of drawn.querySelectorAll("*")) {
      for (const name of part.getAttributeNames()) {
        const value = part.getAttribute(name);
        if (name === "role" || name.startsWith("aria-")) part.removeAttribute(name);
        else if (name === "id") part.id = "drawn-" + key + "-" + value;
        else if (value.startsWith("url(#"))
          part.setAttribute(name, value.replace("#", "#drawn-" + key + "-"));
      }
    }
    for (const name of ["width", "height"]) drawn.removeAttribute(name);
    for (const name of ["role", "aria-label", "style"])
      drawn.setAttribute(name, still.getAttribute(name));
  };
  const draw = async (key, spec, config) => {
    const box = document.querySelector("#figure-" + key + " .chart");
    const holder = document.createElement("div");
    await window.vegaEmbed(holder, spec, {
      mode: "vega-lite", renderer: "svg", ast: true, actions: false,
      defaultStyle: false, config, tooltip: show,
    });
    const drawn = holder.querySelector("svg");
    settle(drawn, box.querySelector("svg"), key);
    box.replaceChildren(drawn);
    box.classList.add("drawn");
  };
  const { config, specs } = JSON.parse(text("charts"));
  const script = document.createElement("script");
  script.textContent = await unpack(text("vega"));
  document.head.append(script);
  for (const [key, spec] of Object.entries(specs)) {
    await new Promise(done => idle(done));
    await draw(key, spec, config);
  }
  document.documentElement.dataset.charts = "drawn";
  document.addEventListener("scroll", () => { tip.hidden = true; }, true);
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") tip.hidden = true;
  });
})();
"""


@dataclass(frozen=True, slots=True)
class Interactive:
    """What a page needs so that its charts answer a pointer.

    Attributes
    ----------
    policy : str
        Content security policy: two scripts by their digests, nothing from outside.
    charts : Markup
        Specifications as JSON that can stand in a ``<script>``.
    vega : Markup
        Vega, Vega-Lite and Vega-Embed: compressed, in letters.
    loader : Markup
        Unpacks Vega and puts each drawn chart in place of the one that stands there.
    """

    policy: str
    charts: Markup
    vega: Markup
    loader: Markup


def specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Give the specification of a chart: data once, descriptions as tooltips as well.

    Parameters
    ----------
    chart : altair chart

    Returns
    -------
    dict
        Vega-Lite, without a configuration: all charts share that of the theme.

    Examples
    --------
    >>> data = alt.Data(values=[{"a": 1, "tip": "one"}])
    >>> bar = alt.Chart(data).mark_bar().encode(x="a:Q", description="tip:N")
    >>> spec = specification(bar)
    >>> spec["encoding"]["tooltip"]["field"], spec["data"], spec["datasets"]
    ('tip', {'name': 'd1'}, {'d1': [{'a': 1, 'tip': 'one'}]})
    """
    spec = chart.to_dict(validate=False)
    for unused in ("config", "$schema"):
        spec.pop(unused, None)
    datasets: dict[str, str] = {}
    _walk(spec, datasets)
    if datasets:
        spec["datasets"] = {name: json.loads(rows) for rows, name in datasets.items()}
    return spec


def _walk(part: Any, datasets: dict[str, str]) -> None:  # noqa: ANN401 - a JSON value
    """Name the data of a part, so that layers share it, and add its tooltip."""
    if isinstance(part, list):
        for inner in part:
            _walk(inner, datasets)
    if not isinstance(part, dict):
        return
    encoding, data = part.get("encoding", {}), part.get("data", {})
    if TIP in encoding:
        encoding.setdefault("tooltip", encoding[TIP])
    if "values" in data:
        rows = json.dumps(_rows(data), ensure_ascii=False)
        part["data"] = {"name": datasets.setdefault(rows, f"d{len(datasets) + 1}")}
    for key, inner in part.items():
        if key not in {"data", "datasets", "encoding"}:
            _walk(inner, datasets)


def _rows(data: Mapping[str, Any]) -> list[Any]:
    """Give data as a list: a browser reads a table of text with a kind of ``eval``."""
    values = data["values"]
    if not isinstance(values, str):
        return list(values)
    names, *lines = csv.reader(values.splitlines())
    return [dict(zip(names, map(_number, line), strict=True)) for line in lines]


def _number(text: str) -> float:
    value = float(text)
    return int(value) if value.is_integer() else value


def interactive(specs: Mapping[str, Mapping[str, Any]]) -> Interactive:
    """Gather what makes charts interactive without a request and without ``eval``.

    Parameters
    ----------
    specs : mapping of str to mapping
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
    digests = " ".join(f"'sha256-{_digest(text)}'" for text in (LOADER, script))
    told = {"config": theme.CONFIG, "specs": specs}
    return Interactive(
        policy="default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src {digests}",
        charts=_in_script(json.dumps(told, ensure_ascii=False, separators=(",", ":"))),
        vega=Markup(packed),  # noqa: S704 - letters, digits and =
        loader=Markup(LOADER),  # noqa: S704 - our own
    )


def shipped_scripts() -> frozenset[str]:
    """Give the SHA-256 of each script as it stands in a page, whatever the data.

    Returns
    -------
    frozenset of str
        Hexadecimal. The leak scan passes these scripts over and no others.
    """
    texts = (LOADER, _vega()[1])
    return frozenset(hashlib.sha256(text.encode()).hexdigest() for text in texts)


@cache
def _vega() -> tuple[str, str]:
    """Give Vega's script and its packed form; takes two seconds, once a process."""
    import vl_convert

    script = vl_convert.javascript_bundle(SNIPPET)
    packed = base64.b64encode(gzip.compress(script.encode(), 9, mtime=0)).decode()
    return script, packed.translate(str.maketrans(LETTERS))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _in_script(text: str) -> Markup:
    """Write JSON so that no text of the data can end the script it stands in."""
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing left that HTML would read
