import base64
import gzip
import hashlib
import json
import re

import pytest

from learnstrata.report.interactive import interactive, specification
from learnstrata.report.page import render_report


@pytest.fixture(scope="module")
def made(drawn):
    return interactive({key: f.spec for key, f in drawn.items()})


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def unpacked(vega):
    return gzip.decompress(
        base64.b64decode(vega.replace("ø", "+").replace("þ", "/"))
    ).decode()


def walk(part):
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from walk(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from walk(inner)


def test_only_the_three_scripts_of_the_page_may_run(made):
    allowed = re.findall(r"'sha256-([^']+)'", made.policy)
    own = [digest(made.loader), digest(unpacked(made.vega)), digest(made.page)]
    assert allowed == own
    assert "default-src 'none'" in made.policy
    assert "unsafe-eval" not in made.policy
    assert "script-src 'unsafe-inline'" not in made.policy


def test_the_packed_script_is_one_word_and_smaller_than_half_of_itself(made):
    assert re.fullmatch(r"\w+=*", made.vega)
    assert "_" not in made.vega
    assert len(made.vega) < len(unpacked(made.vega)) / 2


def test_every_figure_of_a_run_has_its_specification(drawn, made):
    told = json.loads(made.charts)
    assert list(told["specs"]) == list(drawn)
    assert told["config"]["font"]


def test_data_that_layers_share_stands_there_once_and_the_chart_is_left_alone():
    rows = [{"a": 1}, {"a": 2}]
    view = {"data": {"values": rows}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    chart = {"hconcat": [view, {**view, "mark": "point"}]}
    before = json.dumps(chart)
    spec = specification(chart)
    assert spec["datasets"] == {"d1": rows}
    assert [part["data"] for part in spec["hconcat"]] == [{"name": "d1"}] * 2
    assert json.dumps(chart) == before


def test_a_tooltip_of_its_own_is_kept():
    encoding = {"description": {"field": "tip"}, "tooltip": None}
    assert specification({"encoding": encoding}) == {"encoding": encoding}


def test_no_data_is_a_text_that_a_browser_would_have_to_compile(drawn):
    for figure in drawn.values():
        for part in walk(figure.spec):
            assert not isinstance(part.get("values"), str)
            assert all(
                isinstance(rows, list) for rows in part.get("datasets", {}).values()
            )


def test_what_a_mark_says_of_itself_is_its_tooltip(drawn):
    parts = [
        part["encoding"]
        for figure in drawn.values()
        for part in walk(figure.spec)
        if "description" in part.get("encoding", {})
    ]
    assert len(parts) > 10
    assert all(part["tooltip"] == part["description"] for part in parts)


def test_no_text_of_the_data_ends_the_script_it_stands_in():
    spec = {"title": "</script><script>alert(1)</script> & <!--"}
    told = interactive({"evil": spec}).charts
    assert not set("<>&") & set(told)
    assert json.loads(told)["specs"]["evil"] == spec


def test_the_same_summary_gives_the_same_page(bare):
    assert render_report(bare) == render_report(bare)
