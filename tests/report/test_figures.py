import copy
import re
from xml.etree import ElementTree as ET

import pytest

from learnstrata.report import (
    charts,
    diagnostics,
    exploration,
    figures,
    wording,
)
from learnstrata.wording.statistics import panel_title

SVG = "{http://www.w3.org/2000/svg}"
ALWAYS = {"map", "k", "ward"}
FULL = ALWAYS | {
    "pay",
    "experience",
    "roles",
    "rules",
    "tiers",
    "role-pay",
    "missing",
    "correlations",
    "histogram-pay",
    "histogram-years-of-experience",
}
EXAMINED = {
    "nulls",
    "silhouettes",
    "jaccards",
    "tree",
    "strength",
    "standing",
    "cells",
    "sensitivity",
}


@pytest.fixture(scope="module")
def drawn(whole):
    return figures.figures_of(whole)


def parsed(figure):
    return ET.fromstring(figure.svg)  # noqa: S314 - our own text


def texts(figure):
    return [e.text for e in parsed(figure).iter(f"{SVG}text")]


def titles(figure):
    return [e.text for e in parsed(figure).iter(f"{SVG}title")]


def data_of(part):
    """Gather what a specification holds as data, wherever it stands in it."""
    if isinstance(part, list):
        return [value for inner in part for value in data_of(inner)]
    if not isinstance(part, dict):
        return []
    found = list(part.get("datasets", {}).values())
    if "values" in part.get("data", {}):
        found.append(part["data"]["values"])
    inner = [v for key, v in part.items() if key not in {"data", "datasets"}]
    return found + data_of(inner)


def test_every_figure_is_drawn_where_the_numbers_are_there(drawn):
    assert set(drawn) == FULL | EXAMINED


def test_a_run_without_evidence_has_the_other_figures(plain):
    assert set(figures.figures_of(plain)) == FULL


def test_only_figures_with_numbers_are_drawn(bare):
    assert set(figures.figures_of(bare)) == ALWAYS


def test_every_figure_says_what_it_shows_and_has_its_data(drawn):
    for figure in drawn.values():
        root = parsed(figure)
        assert root.get("role") == "img"
        assert root.get("aria-label") == figure.title
        assert figure.title
        assert figure.table.rows
        assert all(len(row) == len(figure.table.headings) for row in figure.table.rows)


def test_ids_are_unique_over_all_figures(drawn):
    ids = re.findall(r'\bid="([^"]+)"', "".join(f.svg for f in drawn.values()))
    assert len(ids) == len(set(ids))
    used = re.findall(r"url\(#([^)]+)\)", "".join(f.svg for f in drawn.values()))
    assert set(used) <= set(ids)


def test_svgs_scale_with_the_page(drawn):
    for figure in drawn.values():
        root = parsed(figure)
        assert root.get("viewBox")
        assert root.get("width") is None
        assert "max-width" in root.get("style", "")


def test_axes_have_titles_with_units(drawn):
    assert "Pay (LPA, log scale)" in texts(drawn["pay"])
    assert "Experience (years)" in texts(drawn["experience"])
    assert "Median pay (LPA, log scale)" in texts(drawn["tiers"])
    assert "Learners" in texts(drawn["histogram-pay"])
    assert "Number of segments (k)" in texts(drawn["k"])
    assert "Share missing" in texts(drawn["missing"])


def test_the_map_draws_every_point_and_the_number_of_every_segment(summary, drawn):
    colours = {"#0072b2", "#e69f00"}
    root = parsed(drawn["map"])
    points = [e for e in root.iter(f"{SVG}path") if e.get("fill") in colours]
    assert len(points) == len(summary["map"]["x"]) + 2
    assert {"1", "2"} <= set(texts(drawn["map"]))


def test_the_map_holds_no_more_points_than_it_is_asked_for(summary):
    summary["map"]["x"] = summary["map"]["x"] * 60
    summary["map"]["y"] = summary["map"]["y"] * 60
    summary["map"]["segment_id"] = summary["map"]["segment_id"] * 60
    points = data_of(charts.segment_map(summary, 1_500).to_dict())[0]
    assert len(points.splitlines()) == 1_501


def test_the_map_lists_the_middles_that_its_numbers_stand_on(drawn):
    assert drawn["map"].table.headings[0][0] == "Segment"
    assert drawn["map"].table.rows[0] == ("Senior, higher pay", "0.38", "0.60")
    stood = [values for values in data_of(drawn["map"].spec) if len(values) == 2]
    assert {"x": 0.38, "y": 0.6, "segment": 1} in stood[0]


def test_a_segment_paid_a_hundredfold_leaves_the_others_room(summary):
    pay = summary["segments"][1]["typical"]["pay"]
    pay |= {"p25": 1e8, "p50": 2e8, "p75": 2e8}
    spec = charts.pay_quartiles(summary).to_dict()
    assert '"type": "log"' in str(spec).replace("'", '"')
    assert "2,000" in texts(figures.figures_of(summary)["pay"])


@pytest.mark.parametrize(
    ("low", "high", "inside"),
    [(2.0, 40.0, [2, 5, 10, 20]), (0.3, 2_000.0, [1, 10, 100])],
)
def test_log_axes_have_round_ticks_within_their_range(low, high, inside):
    ticks = charts.log_axis(low, high, "Pay")["axis"].values
    assert set(inside) <= set(ticks)
    assert all(low * 0.9 <= tick <= high * 1.1 for tick in ticks)


def test_a_single_value_still_has_a_tick():
    assert charts.log_axis(3.3, 3.4, "Pay")["axis"].values == [3.3, 3.4]


def test_indices_of_few_learners_are_left_blank(summary):
    assert charts.shown_roles(summary) == ["Backend", "Data <science> & co"]
    summary["segments"][0]["shares"]["role"][0]["count"] = 9
    assert charts.shown_roles(summary)[0] == "Backend"
    assert "100" in texts(figures.figures_of(summary)["roles"])
    cells = [
        row
        for rows in data_of(charts.role_index(summary).to_dict())[:1]
        for row in rows
        if row["row"] == "Backend"
    ]
    assert [cell["text"] for cell in cells] == ["", "100"]


def test_marks_bear_their_numbers_as_titles(drawn):
    assert any("median 18.0, half from 14.4" in t for t in titles(drawn["pay"]))
    assert any("k = 3 (not admitted): 0.301" in t for t in titles(drawn["k"]))
    assert any("Early / Low and segment 2: 150" in t for t in titles(drawn["rules"]))


def test_texts_of_the_data_are_escaped_in_every_svg(drawn):
    for figure in drawn.values():
        assert "<science>" not in figure.svg
    assert "Data <science> & co" in texts(drawn["roles"])


def test_numbers_in_texts_are_not_rounded_with_the_drawing(drawn):
    assert any("0.284" in title for title in titles(drawn["k"]))


def test_panels_over_k_leave_out_what_was_not_measured(plain):
    assert len(diagnostics.k_selection(plain).to_dict()["concat"]) == 4
    for row in plain["selection"]["table"]:
        row["lowest_jaccard"] = None
    assert len(diagnostics.k_selection(plain).to_dict()["concat"]) == 3


def test_the_dossier_has_a_panel_for_all_that_the_evidence_measures(summary):
    panels = diagnostics.k_selection(summary).to_dict()["concat"]
    expected = [
        diagnostics.SHARES.get(n) or panel_title(n) for n in diagnostics.DOSSIER
    ]
    assert [panel["title"] for panel in panels] == expected


def test_tiny_shares_can_be_told_apart_on_their_axis(summary):
    for i, row in enumerate(summary["selection"]["table"]):
        row["smallest_share"] = 0.001 * (i + 1)
    shares = [t for t in texts(figures.figures_of(summary)["k"]) if t.endswith("%")]
    assert len(shares) > 2
    assert len(set(shares)) == len(shares)


def test_the_dendrogram_is_cut_between_the_right_heights(summary, drawn):
    assert "cut into 2" in texts(drawn["ward"])
    spec = diagnostics.dendrogram(summary).to_dict()
    rows = [row for rows in data_of(spec) for row in rows]
    assert {"y": 6.5, "text": "cut into 2"} in rows


def test_everybody_comes_before_the_tiers(summary):
    assert exploration.tiers_of(summary) == ["All", "Tier 1", "Unrated"]


def test_titles_do_not_praise_a_correlation_near_nothing(drawn):
    assert drawn["tiers"].title.startswith("Pay and experience are hardly related")


def test_charts_can_be_drawn_for_more_segments_than_there_are_colours(summary):
    first = summary["segments"][0]
    summary["segments"] = [
        copy.deepcopy(first) | {"id": i, "name": f"Number {i}"} for i in range(1, 13)
    ]
    drawn = figures.figures_of(summary)
    assert "12 Number 12" in {re.sub(" +", " ", text) for text in texts(drawn["pay"])}


def test_the_title_of_the_map_is_its_label(summary):
    svg = figures.map_svg(summary, points=10)
    assert wording.map_title(summary) in svg


@pytest.mark.parametrize(("width", "least"), [(400, 300), (450, 312), (640, 480)])
def test_a_chart_that_nearly_fits_a_telephone_is_shrunk_onto_it(width, least):
    raw = f'<svg viewBox="0 0 {width} 90"></svg>'
    assert f"min-width:{least}px" in figures._embedded(raw, "k", "l", 0.75)
