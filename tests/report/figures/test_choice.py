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


def chosen_row(summary, **values):
    return changed_row(summary, summary.selection.k, **values)


def chosen_by(summary, criterion):
    """Give the same table as if another criterion had ordered its k."""
    config = summary.settings.config
    selection = {**config["selection"]}
    selection["rule"] = {**selection["rule"], "criterion": criterion}
    settings = with_(summary.settings, config={**config, "selection": selection})
    return with_(summary, settings=settings)


def panel(summary, measure):
    """Give the drawn panel of a measure."""
    title = next(one.title for one in PANELS if one.measure == measure)
    panels = candidates.draw(summary)["concat"]
    return next(one for one in panels if one["title"] == title)


def points(spec):
    return {row["k"]: row for row in spec["data"]["values"]}


def test_the_evidence_adds_panels_and_a_run_without_has_those_it_measured(
    summary, notebook
):
    assert len(candidates.draw(summary)["concat"]) == len(PANELS)
    plain = [one["title"] for one in candidates.draw(notebook)["concat"]]
    assert [title.split(":")[0] for title in plain] == [
        "What the last segment explains",
        "Silhouette",
        "Inertia",
    ]


def test_what_the_rule_goes_by_is_drawn_before_all_else(summary, bare):
    first = ["half_agreement", "gain", "jaccard_low"]
    for one in (summary, bare):
        drawn = [one.measure for one in candidates.panels_of(one)]
        assert drawn[:3] == first


def test_the_chosen_k_is_a_diamond_and_what_the_rule_refuses_a_cross(summary):
    k = summary.selection.k
    refused = changed_row(summary, k - 1, objections=("too few",))
    found = points(panel(changed_row(refused, k + 1, objections=()), "silhouette"))
    assert found[k]["state"] == "chosen"
    assert found[k - 1]["state"] == "not admitted"
    assert found[k + 1]["state"] == "admitted by the rule"
    shapes = marked(panel(summary, "silhouette"), "point")[-1]["encoding"]["shape"]
    drawn = dict(zip(*shapes["scale"].values(), strict=True))
    assert (drawn["chosen"], drawn["not admitted"]) == ("diamond", "cross")


def test_what_was_not_measured_is_left_out_and_not_drawn_as_zero(summary):
    fewer = changed_row(summary, 5, smallest_share=None)
    found = points(panel(fewer, "smallest_share"))
    assert 5 not in found
    assert 4 in found


def test_tiny_shares_can_be_told_apart_on_their_axis(summary):
    def written(one):
        spec = panel(one, "smallest_share")
        line = next(x for x in layers_of(spec) if x["mark"]["type"] == "line")
        return line["encoding"]["y"]["axis"]["format"]

    assert written(summary) == ".0%"
    tiny = tuple(
        with_(row, smallest_share=0.001 * row.k) for row in summary.selection.table
    )
    small = with_(summary, selection=with_(summary.selection, table=tiny))
    assert written(small) == ".1%"


def test_the_limits_of_the_rule_are_lines_where_the_run_sets_them(summary, notebook):
    def limits(measure):
        return [
            row["value"]
            for layer in marked(panel(summary, measure), "rule")
            for row in rows_of(layer)
            if set(row) == {"value"}
        ]

    selection = summary.settings.configured.selection
    assert limits("half_agreement") == [selection.rule.min_agreement]
    assert limits("gain") == [selection.worth]
    assert limits("jaccard_low") == [selection.rule.min_jaccard]
    assert limits("silhouette") == []
    assert "Dashed lines: limits" in candidates.note(summary)
    assert "Dashed lines: limits" not in candidates.note(notebook)


def test_errors_are_drawn_as_far_as_they_were_measured(summary):
    assert all(
        "low" not in row for row in points(panel(summary, "silhouette")).values()
    )
    known = summary.selection.chosen
    row = points(panel(summary, "gap"))[known.k]
    assert row["low"] == pytest.approx(known.gap - known.gap_error)
    assert row["high"] == pytest.approx(known.gap + known.gap_error)


def test_a_null_stands_beside_the_sample_that_was_measured_alike(summary):
    known = summary.selection.chosen
    row = points(panel(summary, "silhouette"))[known.k]
    assert row["null"] == known.silhouette_null
    assert row["beside"] == known.silhouette_sampled
    assert "beside" not in points(panel(summary, "gap"))[known.k]


def test_the_ring_of_the_sample_stands_in_the_panel_of_the_silhouette_alone(summary):
    def has_ring(spec):
        return any(
            one["encoding"]["y"].get("field") == "beside"
            for one in marked(spec, "point")
        )

    ringed = list(filter(has_ring, candidates.draw(summary)["concat"]))
    assert [one["title"] for one in ringed] == [panel(summary, "silhouette")["title"]]


def test_the_gap_begins_with_no_cut_and_marks_the_k_of_its_own_rule(summary):
    summary = with_evidence(summary, gap=with_(summary.evidence.gap, k=1))
    spec = panel(summary, "gap")
    assert points(spec)[1]["state"] == "no cut at all"
    texts = [row["text"] for one in marked(spec, "text") for row in rows_of(one)]
    assert texts == ["its rule: k = 1"]
    unruled = with_evidence(summary, gap=with_(summary.evidence.gap, k=None))
    assert not marked(panel(unruled, "gap"), "text")


def test_the_k_of_the_gap_statistic_is_marked_in_the_table(summary):
    found = summary.selection
    other = chosen_row(
        with_evidence(summary, gap=with_(summary.evidence.gap, k=found.k)),
        objections=(),
    )
    other = changed_row(other, found.runner_up, objections=())
    verdicts = {row[0]: row[1] for row in candidates.table(other).rows}
    assert verdicts[f"{found.k}"] == "chosen; taken by the gap's own rule"
    assert verdicts[f"{found.runner_up}"] == "runner-up"


def test_the_table_names_every_objection(summary):
    found = summary.selection
    against = chosen_row(summary, objections=("one thing", "another"))
    against = changed_row(against, found.runner_up, objections=("a third",))
    verdicts = {row[0]: row[1] for row in candidates.table(against).rows}
    assert verdicts[f"{found.k}"] == "chosen, in spite of: one thing; another"
    assert verdicts[f"{found.runner_up}"] == "runner-up; a third"


@pytest.mark.parametrize(
    ("measure", "value", "cell"),
    [
        ("silhouette", 0.571, "0.571"),
        ("gap_p", 0.07, "0.07"),
        ("half_agreement", 0.505, "0.505"),
        ("gain", 0.237, "23.7%"),
        ("jaccard_low", 0.613, "0.613"),
        ("prediction_strength", 0.432, "0.432"),
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
    k = summary.selection.k
    by_silhouette = chosen_by(changed_row(summary, 2, silhouette=0.612), "silhouette")
    own = by_silhouette.selection.chosen.silhouette
    assert candidates.title(by_silhouette) == (
        f"The silhouette is highest at k = 2 (0.612); the rule chose k = {k} ({own:g})"
    )
    assert candidates.title(chosen_row(by_silhouette, silhouette=0.9)) == (
        f"k = {k} has the highest silhouette of all k tried, 0.9"
    )


def test_a_choice_by_halves_is_told_by_what_halves_and_the_last_segment_have(summary):
    k = summary.selection.k
    by_halves = chosen_row(
        chosen_by(summary, "k"), half_agreement=0.876, gain=0.123, objections=()
    )
    assert candidates.title(by_halves) == (
        f"At k = {k} halves of the learners agree (0.876), and the last segment "
        "explains 12.3%"
    )
    assert candidates.title(chosen_row(by_halves, objections=("too few",))) == (
        f"No k meets the rule; k = {k} is the coarsest possible"
    )
    forced = with_(by_halves, selection=with_(by_halves.selection, is_forced=True))
    assert candidates.title(forced) == f"k = {k} was asked for"
    whole = with_(by_halves, selection=with_(by_halves.selection, k=1))
    assert candidates.title(whole) == ("No cut holds: the learners are one segment")


def test_every_cell_of_a_k_that_was_tried_with_evidence_is_filled(summary):
    cells = [cell for row in candidates.table(summary).rows for cell in row]
    assert None not in cells


def test_halves_that_agree_nowhere_are_said_so(summary):
    k, halves = summary.selection.k, summary.evidence.halves
    low = tuple(with_(row, prediction_strength=0.5) for row in halves.table)
    nowhere = with_evidence(summary, halves=with_(halves, table=low))
    assert strength.title(nowhere) == (
        f"Prediction strength is under 0.8 at every k tried; k = {k} has 0.5"
    )
    high = tuple(with_(row, prediction_strength=0.9) for row in halves.table)
    everywhere = with_evidence(summary, halves=with_(halves, table=high))
    assert f"at k = 2 to 10; k = {k} has 0.9" in strength.title(everywhere)


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
    for row in summary.evidence.nulls.statistics:
        summary = changed_null(summary, row.statistic, p_value=0.3)
    n = len(summary.evidence.nulls.statistics)
    none = f"None of {n} statistics lies above"
    assert nulls.title(summary).startswith(none)
    above = changed_null(summary, "gap", observed=9.0, p_value=0.05)
    assert nulls.title(above).startswith(f"1 of {n} statistics lies above")
    assert nulls.title(above).endswith("structureless tables: gap")
    chance = changed_null(summary, "gap", observed=9.0, p_value=0.06)
    assert nulls.title(chance).startswith(none)
    inside = changed_null(summary, "gap", observed=1.3, high=1.3, p_value=0.01)
    assert nulls.title(inside).startswith(none)


def test_a_p_value_is_never_written_as_nothing(summary):
    tiny = changed_null(summary, "gap", p_value=0.0)
    assert "<0.001" in [cell for row in nulls.table(tiny).rows for cell in row]


def scale_of(summary, measure):
    """Give the scale of the values of a panel."""
    return panel(summary, measure)["layer"][-1]["encoding"]["y"]["scale"]


def test_a_statistic_that_hardly_varies_has_an_axis_on_which_it_hardly_does(summary):
    strip = nulls.draw(summary)["concat"][0]
    (band,) = marked(strip, "rect")
    low, high = band["encoding"]["x"]["scale"]["domain"]
    assert high - low > 0.05
    assert low < 0.96
    assert high < 1.01


def test_a_measure_that_hardly_varies_over_k_is_a_flat_line(summary):
    table = tuple(with_(row, half_agreement=0.999) for row in summary.selection.table)
    even = with_(summary, selection=with_(summary.selection, table=table))
    low, high = scale_of(even, "half_agreement")["domain"]
    assert high - low >= 0.05


def test_a_p_value_is_drawn_from_0_to_1(summary):
    assert scale_of(summary, "valley_p") == {"domain": [0.0, 1.0]}


def test_the_number_of_segments_is_no_measure_of_itself(summary):
    assert "k" not in [one.measure for one in candidates.panels_of(summary)]


def test_the_note_of_the_nulls_says_how_small_a_p_value_can_be(summary):
    found = summary.evidence.nulls
    more = with_evidence(summary, nulls=with_(found, draws=49, rows=None))
    assert "than 1/50 = 0.02" in nulls.note(more)
    assert "49 structureless tables of under 10 learners each" in nulls.note(more)


def test_the_dendrogram_is_cut_between_the_right_heights(summary):
    branches = summary.hierarchy.branches
    heights = sorted((max(ys) for ys in branches.y), reverse=True)
    for k in (summary.selection.k, 2):
        cut_into = with_(summary, selection=with_(summary.selection, k=k))
        (cut,) = marked(ward.draw(cut_into), "rule")
        level = rows_of(cut)[0]["y"]
        assert heights[k - 1] <= level <= heights[k - 2]
        assert sum(height > level for height in heights) == k - 1
        assert rows_of(cut)[0]["text"] == f"cut into {k}"
    whole = with_(summary, selection=with_(summary.selection, k=1))
    assert not marked(ward.draw(whole), "rule")


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
