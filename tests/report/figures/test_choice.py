"""The charts of the choice of k: what is drawn follows what is known."""

import pytest

from charted import layers_of, marked, rows_of, told_by, with_, with_evidence
from learnstrata.report import theme
from learnstrata.report.figures.choice import candidates, nulls, strength, ward
from learnstrata.report.figures.choice.measures import PANELS


def changed_row(summary, k, **values):
    """Change what is known of one k."""
    found = summary.selection
    table = tuple(with_(row, **values) if row.k == k else row for row in found.table)
    return with_(summary, selection=with_(found, table=table))


def panel(summary, title):
    panels = candidates.draw(summary)["concat"]
    return next(one for one in panels if one["title"].startswith(title))


def points(spec):
    return {row["k"]: row for row in spec["data"]["values"]}


def test_the_evidence_adds_panels_and_a_run_without_has_those_it_measured(
    summary, notebook
):
    assert len(candidates.draw(summary)["concat"]) == len(PANELS)
    plain = [one["title"] for one in candidates.draw(notebook)["concat"]]
    assert [title.split(":")[0] for title in plain] == [
        "Silhouette",
        "Inertia",
    ]


def test_the_chosen_k_is_a_diamond_and_what_the_rule_refuses_a_cross(summary):
    found = points(panel(summary, "Silhouette"))
    assert found[3]["state"] == "chosen"
    assert found[2]["state"] == "not admitted"
    assert found[4]["state"] == "admitted by the rule"


def test_what_was_not_measured_is_left_out_and_not_drawn_as_zero(summary):
    fewer = changed_row(summary, 5, smallest_share=None)
    found = points(panel(fewer, "Share of the smallest"))
    assert 5 not in found
    assert 4 in found


def test_tiny_shares_can_be_told_apart_on_their_axis(summary):
    def written(one):
        spec = panel(one, "Share of the smallest")
        line = next(x for x in layers_of(spec) if x["mark"]["type"] == "line")
        return line["encoding"]["y"]["axis"]["format"]

    assert written(summary) == ".0%"
    tiny = tuple(
        with_(row, smallest_share=0.001 * row.k) for row in summary.selection.table
    )
    small = with_(summary, selection=with_(summary.selection, table=tiny))
    assert written(small) == ".1%"


def test_the_limits_of_the_rule_are_lines_where_the_run_sets_them(summary, notebook):
    (limit,) = [
        row["value"]
        for layer in marked(panel(summary, "Jaccard"), "rule")
        for row in rows_of(layer)
        if set(row) == {"value"}
    ]
    assert limit == 0.75
    assert "Dashed lines: limits" in candidates.note(summary)
    assert "Dashed lines: limits" not in candidates.note(notebook)


def test_errors_are_drawn_as_far_as_they_were_measured(summary):
    assert all(
        "low" not in row for row in points(panel(summary, "Silhouette")).values()
    )
    row = points(panel(summary, "Gap"))[3]
    known = summary.selection.chosen
    assert row["low"] == pytest.approx(known.gap - known.gap_error)
    assert row["high"] == pytest.approx(known.gap + known.gap_error)


def test_a_null_stands_beside_the_sample_that_was_measured_alike(summary):
    row, known = points(panel(summary, "Silhouette"))[3], summary.selection.chosen
    assert row["null"] == known.silhouette_null
    assert row["beside"] == known.silhouette_sampled
    assert "beside" not in points(panel(summary, "Gap"))[3]


def test_the_gap_begins_with_no_cut_and_marks_the_k_of_its_own_rule(summary):
    spec = panel(summary, "Gap")
    assert points(spec)[1]["state"] == "no cut at all"
    texts = [row["text"] for one in marked(spec, "text") for row in rows_of(one)]
    assert texts == ["its rule: k = 1"]
    unruled = with_evidence(summary, gap=with_(summary.evidence.gap, k=None))
    assert not marked(panel(unruled, "Gap"), "text")


def test_the_k_of_the_gap_statistic_is_marked_in_the_table(summary):
    other = with_evidence(summary, gap=with_(summary.evidence.gap, k=3))
    verdicts = {row[0]: row[1] for row in candidates.table(other).rows}
    assert verdicts["3"] == "chosen; taken by the gap's own rule"
    assert verdicts["4"] == "runner-up"


def test_the_table_names_every_objection(summary):
    against = changed_row(summary, 3, objections=("one thing", "another"))
    verdicts = {row[0]: row[1] for row in candidates.table(against).rows}
    assert verdicts["3"] == "chosen, in spite of: one thing; another"


@pytest.mark.parametrize(
    ("measure", "value", "cell"),
    [
        ("silhouette", 0.612, "0.612"),
        ("gap_p", 0.07, "0.07"),
        ("jaccard_null", 0.505, "0.505"),
        ("prediction_strength", 0.431, "0.431"),
        ("calinski_harabasz", 9870.0, "9,870"),
        ("smallest_share", 0.123, "12.3%"),
    ],
)
def test_a_cell_of_the_table_follows_what_is_known_of_a_k(
    summary, measure, value, cell
):
    changed = changed_row(summary, 3, **{measure: value})
    assert cell not in told_by(candidates.table(summary), summary)
    assert cell in told_by(candidates.table(changed), changed)


def test_columns_of_what_no_k_has_are_left_out(summary, notebook):
    def heads(one):
        return {column.heading for column in candidates.table(one).columns}

    assert "Prediction strength" in heads(summary)
    assert "Prediction strength" not in heads(notebook)
    assert "Standard error of the silhouette" not in heads(summary)


def test_the_choice_of_k_is_told_beside_the_highest_silhouette(summary):
    best, chosen = (f"{row.silhouette:g}" for row in summary.selection.table[:2])
    assert candidates.title(summary) == (
        f"The silhouette is highest at k = 2 ({best}); the rule chose k = 3 ({chosen})"
    )
    best = changed_row(summary, 3, silhouette=0.28)
    assert candidates.title(best) == (
        "k = 3 has the highest silhouette of all k tried, 0.28"
    )


def test_cells_that_only_the_full_evidence_fills_are_explained(summary):
    assert "--evidence full fills them" in candidates.note(summary)
    full = with_evidence(summary, level="full")
    assert "--evidence full" not in candidates.note(full)


def test_halves_that_agree_nowhere_are_said_so(summary):
    halves = summary.evidence.halves
    low = tuple(with_(row, prediction_strength=0.5) for row in halves.table)
    nowhere = with_evidence(summary, halves=with_(halves, table=low))
    assert strength.title(nowhere) == (
        "Halves of the learners agree at no k tried (under 0.8); k = 3 has 0.5"
    )
    high = tuple(with_(row, prediction_strength=0.9) for row in halves.table)
    everywhere = with_evidence(summary, halves=with_(halves, table=high))
    assert "at k = 2 to 10; k = 3 has 0.9" in strength.title(everywhere)


def changed_null(summary, name, **values):
    found = summary.evidence.nulls
    rows = tuple(
        with_(row, **values) if row.statistic == name else row
        for row in found.statistics
    )
    return with_evidence(summary, nulls=with_(found, statistics=rows))


def test_every_null_draw_is_a_dot_and_the_run_a_diamond(summary):
    spec = nulls.draw(summary)
    for row, strip in zip(
        summary.evidence.nulls.statistics, spec["concat"], strict=True
    ):
        (dots,), (own,) = marked(strip, "circle"), marked(strip, "point")
        assert [dot["x"] for dot in rows_of(dots)] == list(row.draws)
        assert rows_of(own)[0]["x"] == row.observed


def test_statistics_lie_above_their_band_only_beyond_it_and_beyond_chance(summary):
    none = changed_null(summary, "gap", p_value=0.3)
    assert nulls.title(none).startswith("None of 4 statistics lies above")
    above = changed_null(summary, "gap", observed=9.0, p_value=0.05)
    assert nulls.title(above).endswith("structureless tables: gap")
    chance = changed_null(summary, "gap", observed=9.0, p_value=0.06)
    assert nulls.title(chance).startswith("None of 4")
    inside = changed_null(summary, "gap", observed=1.3, p_value=0.01)
    assert nulls.title(inside).startswith("None of 4")


def test_a_p_value_is_never_written_as_nothing(summary):
    tiny = changed_null(summary, "gap", p_value=0.0)
    assert "<0.001" in [cell for row in nulls.table(tiny).rows for cell in row]


def test_a_statistic_that_does_not_vary_has_one_tick(summary):
    strip = nulls.draw(summary)["concat"][0]
    (band,) = marked(strip, "rect")
    assert band["encoding"]["x"]["axis"]["values"] == [1.0]


def test_the_note_of_the_nulls_says_how_small_a_p_value_can_be(summary):
    found = summary.evidence.nulls
    more = with_evidence(summary, nulls=with_(found, draws=49, rows=None))
    assert "than 1/50 = 0.02" in nulls.note(more)
    assert "49 structureless tables of under 10 learners each" in nulls.note(more)


def test_the_dendrogram_is_cut_between_the_right_heights(summary):
    branches = summary.hierarchy.branches
    heights = sorted((max(ys) for ys in branches.y), reverse=True)
    spec = ward.draw(summary)
    (cut,) = marked(spec, "rule")
    level = rows_of(cut)[0]["y"]
    assert heights[2] <= level <= heights[1]
    assert rows_of(cut)[0]["text"] == "cut into 3"


def test_leaves_bear_the_colour_and_number_of_their_segment(summary):
    (dots,) = marked(ward.draw(summary), "point")
    leaves = summary.hierarchy.branches.leaf_segments
    assert [row["text"] for row in rows_of(dots)] == [str(one) for one in leaves]
    assert rows_of(dots)[0]["fill"] == theme.segment_colour(leaves[0])


def test_a_branch_of_few_reads_under_ten(notebook):
    cells = [row[1] for row in ward.table(notebook).rows]
    assert None in cells
    (dots,) = marked(ward.draw(notebook), "point")
    few = rows_of(dots)[cells.index(None)]
    assert few["tip"].startswith("under 10 in this branch")


def test_a_run_without_branches_has_no_dendrogram(summary):
    bare = with_(summary, hierarchy=with_(summary.hierarchy, branches=None))
    assert not ward.CHART.has(bare)
    assert ward.table(bare).rows == ()
