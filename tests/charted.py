"""Charts looked into: against the schema of Vega-Lite, drawn, and their numbers."""

import json
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import altair as alt
import jsonschema
import vl_convert

from learnstrata.report import theme
from learnstrata.report.plot.views import draw_spec
from pictured import differences

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?%?")


@cache
def validator():
    folder = Path(alt.__file__).parent / "vegalite" / "v6" / "schema"
    schema = json.loads((folder / "vega-lite-schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema)


def problems_of(spec):
    """List what the schema of Vega-Lite has against a specification."""
    errors = validator().iter_errors(spec)
    return [jsonschema.exceptions.best_match([error]).message for error in errors]


def drawn(spec):
    """Draw a specification by Vega, and see that ours is alike; give Vega's.

    Warnings go to the standard output. Bars with round ends are left out: Vega cuts
    them out of whole ones.
    """
    whole = {**spec, "config": theme.CONFIG}
    vega = vl_convert.vegalite_to_svg(whole, show_warnings=True, allowed_base_urls=[])
    if "cornerRadiusEnd" not in json.dumps(spec):
        assert differences(draw_spec(spec), ET.fromstring(vega)) == []  # noqa: S314 - ours
    return vega


def layers_of(spec):
    """List all layers of all views, outer data and names passed on to them."""
    views = spec.get("concat") or spec.get("hconcat")
    if views:
        return [layer for view in views for layer in layers_of(view)]
    return [{"data": spec.get("data"), **layer} for layer in spec["layer"]]


def rows_of(layer):
    """List the rows of a layer, one that is lists put back together."""
    rows = layer["data"]["values"]
    for step in layer.get("transform", ()):
        names = step.get("flatten")
        if names:
            (lists,) = rows
            columns = (lists[name] for name in names)
            rows = [
                dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)
            ]
    return rows


def marked(spec, kind):
    """List the layers of a mark, such as ``"rect"``."""
    return [one for one in layers_of(spec) if one["mark"]["type"] == kind]


def tips_of(spec):
    """List the texts that become tooltips."""
    return [
        row["tip"]
        for layer in layers_of(spec)
        if "description" in layer["encoding"]
        for row in rows_of(layer)
    ]


def numbers_in(text):
    return {number.rstrip(",") for number in NUMBER.findall(text)}


def texts_of(table, summary):
    """Give every cell of a table as a reader sees it."""
    return [cell for row in table.texts(summary.settings.numbers) for cell in row]


def told_by(table, summary):
    """Give the numbers that the cells of a table hold."""
    return numbers_in(" ".join(texts_of(table, summary)))


def with_(model, **changes):
    """Give a copy of a result with other values."""
    return model.model_copy(update=changes)


def cut_on(summary, *features):
    """Give a copy of a summary whose segments were cut on these alone."""
    used = summary.features.used
    used = tuple(with_(used[0], name=name, label=name) for name in features)
    return with_(summary, features=with_(summary.features, used=used))


def with_evidence(summary, **changes):
    """Give a copy of a summary with other parts of its evidence."""
    return with_(summary, evidence=with_(summary.evidence, **changes))
