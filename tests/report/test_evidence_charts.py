"""Charts of the evidence draw the numbers of the summary, each where it belongs."""

import re
from xml.etree import ElementTree as ET

import pytest

from learnstrata.report import diagnostics, evidence_charts, theme
from learnstrata.report import drawn_figures as figures

SVG = "{http://www.w3.org/2000/svg}"
KEYS = ("nulls", "silhouettes", "jaccards", "tree", "strength", "standing", "cells")
KEYS += ("sensitivity",)


@pytest.fixture(scope="module")
def drawn(whole):
    return figures.figures_of(whole)


def spread(part):
    """Gather the rows of every data set of a specification."""
    if isinstance(part, list):
        return [row for inner in part for row in spread(inner)]
    if not isinstance(part, dict):
        return []
    own = [row for rows in part.get("datasets", {}).values() for row in rows]
    given = part.get("data", {}).get("values", []) if "data" in part else []
    inner = [v for key, v in part.items() if key not in {"data", "datasets"}]
    return own + list(given) + spread(inner)


def rows_of(chart, *keys):
    """List the rows that have all these keys; layers may share their data."""
    rows = [row for row in spread(chart.to_dict()) if set(keys) <= set(row)]
    return list({repr(row): row for row in rows}.values())


def texts(figure):
    root = ET.fromstring(figure.svg)  # noqa: S314 - our own text
    return [element.text for element in root.iter(f"{SVG}text")]


def titles(figure):
    root = ET.fromstring(figure.svg)  # noqa: S314 - our own text
    return [element.text for element in root.iter(f"{SVG}title")]


@pytest.mark.parametrize(
    ("key", "axis"),
    [
        ("nulls", "Silhouette at k = 2"),
        ("silhouettes", "Silhouette"),
        ("jaccards", "Bootstrap Jaccard (1: found again whole)"),
        ("tree", "Number of segments (k)"),
        ("strength", "Number of segments (k)"),
        ("standing", "Share of the segment"),
        ("cells", "Segment"),
        ("sensitivity", "Adjusted Rand index"),
    ],
)
def test_every_chart_has_an_axis_with_a_title(drawn, key, axis):
    assert axis in texts(drawn[key])


@pytest.mark.parametrize("key", KEYS)
def test_marks_say_their_numbers(drawn, key):
    assert any(re.search(r"\d", title) for title in titles(drawn[key]))


def test_every_null_draw_is_a_dot_and_the_run_a_diamond(summary):
    for row in summary["evidence"]["nulls"]["statistics"]:
        strip = evidence_charts._strip(row)
        rows = rows_of(strip, "x")
        dots = [r["x"] for r in rows if set(r) == {"x", "y"}]
        assert dots == row["draws"]
        assert [r["x"] for r in rows if "tip" in r] == [row["observed"]]
        assert [(r["x"], r["to"]) for r in rows if "to" in r] == [
            (row["low"], row["high"])
        ]


def test_the_panels_of_silhouette_and_gap_show_their_nulls(summary):
    chart = diagnostics.k_selection(summary)
    table = summary["selection"]["table"]
    nulls = {
        (row["k"], row["value"]): row["null"] for row in rows_of(chart, "k", "null")
    }
    for row in table:
        assert nulls[row["k"], row["silhouette"]] == row["silhouette_null"]
        assert nulls[row["k"], row["gap"]] == row["gap"] - row["gap_excess"]
    bands = {(r["from"], r["to"]) for r in rows_of(chart, "from", "to")}
    assert bands == {(0.24, 0.28), (1.55, 1.63)}
    assert [r["text"] for r in rows_of(chart, "text")] == ["its rule: k = 1"]


def test_a_null_stands_beside_the_sample_that_was_measured_alike(summary):
    silhouettes, _, jaccards = diagnostics.k_selection(summary).to_dict()["concat"][:3]

    def pairs(panel):
        rows = [row for row in spread(panel) if "beside" in row]
        return {row["k"]: (row["null"], row["beside"]) for row in rows}

    assert pairs(silhouettes) == {2: (0.26, 0.272), 3: (0.27, 0.301), 4: (0.21, 0.22)}
    assert pairs(jaccards) == {2: (0.88, 0.78), 4: (0.7, 0.75)}


def test_the_limits_of_the_rule_are_lines(summary):
    panels = diagnostics.k_selection(summary)
    assert {r["value"] for r in rows_of(panels, "value") if "k" not in r} == {
        0.02,
        0.75,
        0.8,
    }
    summary["config"]["selection"]["rule"] = {"min_share": 0.0, "max_share": 0.6}
    panels = diagnostics.k_selection(summary)
    assert {r["value"] for r in rows_of(panels, "value") if "k" not in r} == {0.6, 0.8}


def test_errors_are_drawn_as_far_as_they_were_measured(summary):
    chart = diagnostics.strength(summary)
    bars = {r["k"]: (r["low"], r["high"]) for r in rows_of(chart, "low", "high")}
    assert bars[2] == (pytest.approx(0.895), pytest.approx(0.925))
    for row in summary["selection"]["table"]:
        row["silhouette_error"] = 0.0
    panel = diagnostics.k_selection(summary).to_dict()["concat"][0]
    assert "isValid(datum.low)" not in str(panel)


def test_silhouettes_are_areas_in_the_order_and_size_of_segments(summary):
    rows = rows_of(evidence_charts.silhouettes(summary), "segment", "x", "y")
    for found in summary["evidence"]["silhouette"]["per_segment"]:
        own = [r for r in rows if r["segment"] == found["segment_id"]]
        assert [r["x"] for r in own] == found["profile"][::-1]
        size = own[-1]["y"] - own[0]["y"]
        counts = {s["id"]: s["count"] for s in summary["segments"]}
        assert size == pytest.approx(counts[found["segment_id"]])


def test_every_segment_has_a_point_a_start(summary):
    rows = rows_of(evidence_charts.jaccards(summary), "start")
    assert [(r["segment"], r["x"], r["start"]) for r in rows] == [
        (1, 0.93, "from the fitted centres"),
        (2, 0.92, "from the fitted centres"),
        (1, 0.94, "from fresh starts"),
        (2, 0.81, "from fresh starts"),
    ]


def test_the_tree_has_a_dot_a_group_as_large_as_it_is(summary):
    rows = rows_of(evidence_charts.tree(summary), "k", "count")
    counts = {k: sorted(r["count"] for r in rows if r["k"] == k) for k in (2, 3, 4)}
    assert counts == {2: [160, 240], 3: [64, 100, 236], 4: [30, 34, 103, 233]}


def test_the_tree_is_coloured_by_the_chosen_segments(summary):
    rows = rows_of(evidence_charts.tree(summary), "k", "fill")
    one, two = theme.segment_colour(1), theme.segment_colour(2)
    fills = {(r["k"], r["count"]): r["fill"] for r in rows}
    assert fills == {
        (2, 240): one,
        (2, 160): two,
        (3, 236): one,
        (3, 100): two,
        (3, 64): two,
        (4, 233): one,
        (4, 103): two,
        (4, 34): two,
        (4, 30): two,
    }
    assert sorted(r["text"] for r in rows if r["k"] == 2) == ["1", "2"]
    assert {r["text"] for r in rows if r["k"] != 2} == {""}


def test_the_tree_is_coloured_backwards_from_a_larger_k(summary):
    summary["selection"]["k"] = 4
    rows = rows_of(evidence_charts.tree(summary), "k", "fill")
    fills = {(r["k"], r["count"]): r["fill"] for r in rows}
    assert fills[3, 100] == theme.segment_colour(4)
    assert fills[3, 64] == theme.segment_colour(2)
    assert fills[2, 160] == theme.segment_colour(4)


def test_flows_too_small_to_matter_are_not_drawn(summary):
    assert len(evidence_charts.shown_flows(summary)) == 8
    summary["evidence"]["flows"][1]["share_of_target"] = 0.049
    assert len(evidence_charts.shown_flows(summary)) == 7
    rows = rows_of(evidence_charts.tree(summary), "k", "width")
    assert len(rows) == 7


def test_bars_of_standing_add_up_to_the_segment(summary):
    rows = rows_of(evidence_charts.standings(summary), "from", "strength")
    first = [r for r in rows if r["segment"] == 1]
    assert [r["to"] - r["from"] for r in first] == [
        pytest.approx(n / 240) for n in (187, 36, 17)
    ]
    assert first[-1]["to"] == 1.0


def test_cells_that_are_not_found_again_are_faded(summary):
    rows = rows_of(evidence_charts.role_cells(summary), "row", "column")
    fills = {(r["row"], r["column"]): (r["text"], r["fill"]) for r in rows}
    assert fills["Data <science> & co", 1] == ("57 (0.61)", "#ffffff")
    assert fills["Backend", 1] == ("118 (0.93)", theme.sequential(1.0))
    assert fills["Backend", 2][1] not in {"#ffffff", theme.sequential(1.0)}


def test_only_the_largest_families_are_drawn(summary):
    cell = summary["evidence"]["finer"]["cells"][0]
    summary["evidence"]["finer"]["cells"] += [
        cell | {"role_family": f"Family {i}", "count": 10} for i in range(20)
    ]
    shown = evidence_charts.families(summary)
    assert len(shown) == evidence_charts.MAX_FAMILIES
    assert shown[:2] == ["Backend", "Data <science> & co"]


def test_other_ways_are_dots_at_their_agreement(summary):
    rows = rows_of(evidence_charts.sensitivity(summary), "label", "kind")
    assert {r["label"]: (r["x"], r["kind"]) for r in rows} == {
        "Gaussian mixture": (0.34, "another algorithm"),
        "Role doubled": (0.89, "other weights"),
        "Without repaired": (0.62, "other learners"),
        "Extremes clipped": (0.97, "other limits"),
    }


def test_charts_stand_where_parts_were_not_measured(summary):
    found = summary["evidence"]
    found["nulls"]["statistics"] = []
    found["flows"] = []
    found["finer"]["cells"] = []
    found["sensitivity"] = None
    drawn = set(figures.figures_of(summary))
    assert not drawn & {"nulls", "tree", "cells", "sensitivity"}
    assert {"silhouettes", "jaccards", "strength", "standing", "k"} <= drawn
