import re
from xml.etree import ElementTree as ET

import pytest

from charted import rows_of, with_
from learnstrata.report import drawing
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.profiles import segment_map

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own text


def texts(svg):
    return [e.text for e in parsed(svg).iter(f"{SVG}text")]


def test_every_chart_has_a_key_of_its_own():
    keys = [chart.key for chart in CHARTS]
    assert len(keys) == len(set(keys)) > 25


def test_a_full_run_has_every_chart(drawn):
    # Where `privacy.companies` tells sizes, and where there are columns of the user's.
    others = {"histogram-company-learners", "own-numbers"}
    keys = [chart.key for chart in CHARTS]
    assert list(drawn) == [key for key in keys if key not in others]


def test_only_charts_with_numbers_are_drawn(bare):
    found = drawing.figures_of(bare)
    assert {"map", "experience", "k", "ward"} <= set(found)
    assert not {"pay", "benchmarks", "rules", "tiers", "nulls", "jaccards"} & set(found)


def test_every_figure_says_what_it_shows_and_has_its_data(summary, drawn):
    for figure in drawn.values():
        root = parsed(figure.svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == figure.title != ""
        assert figure.table.texts(summary.settings.numbers)


def test_no_figure_has_an_id_that_another_could_have(drawn):
    assert not re.search(r'\bid="|url\(', "".join(f.svg for f in drawn.values()))


def test_svgs_scale_with_the_page(drawn):
    for figure in drawn.values():
        root = parsed(figure.svg)
        assert root.get("viewBox")
        assert root.get("width") is None
        assert "max-width" in root.get("style", "")


def test_marks_bear_their_numbers_as_titles_and_not_rounded_with_the_drawing(
    summary, drawn
):
    told = [e.text for e in parsed(drawn["k"].svg).iter(f"{SVG}title")]
    silhouette = f"{summary.selection.chosen.silhouette:g}"
    assert any(silhouette in text for text in told)
    assert not re.search(r' d="[^"]*\.\d\d', drawn["k"].svg)


def test_texts_of_the_data_are_escaped(summary):
    first = with_(summary.segments[0], name="Backend <b>&")
    evil = with_(summary, segments=(first, *summary.segments[1:]))
    svg = drawing.figures_of(evil)["pay"].svg
    assert "<b>" not in svg
    assert any("Backend <b>&" in text for text in texts(svg))


def test_the_map_alone_holds_no_more_points_than_it_is_asked_for(summary):
    dots = segment_map.draw_map(summary, 10)["layer"][0]
    assert len(rows_of(dots)) == 10
    svg = drawing.map_svg(summary, points=10)
    assert parsed(svg).get("aria-label") == segment_map.CHART.title(summary)
    assert len(svg) < len(drawing.map_svg(summary, points=100))


@pytest.mark.parametrize(("size", "least"), [("12px", 300), ("9px", 400), ("7px", 400)])
def test_a_chart_is_shrunk_as_far_as_its_smallest_text_can_be_read(size, least):
    raw = f'<svg viewBox="0 0 400 90"><text font-size="{size}">a</text></svg>'
    assert f"min-width:{least}px" in drawing._embedded(parsed(raw), "l")
