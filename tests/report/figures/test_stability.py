"""The charts of stability: what is drawn follows the evidence, few are never zero."""

import json

import pytest

from charted import marked, rows_of, texts_of, with_, with_evidence
from learnstrata.report import theme
from learnstrata.report.figures.stability import (
    cells,
    certainty,
    jaccards,
    sensitivity,
    silhouettes,
    tree,
)
from learnstrata.report.figures.stability.lineage import Group, ancestry, places


def first_changed(rows, **values):
    return (with_(rows[0], **values), *rows[1:])


def with_silhouette(summary, **values):
    return with_evidence(
        summary, silhouette=with_(summary.evidence.silhouette, **values)
    )


def test_every_segment_has_a_bar_to_its_mean_silhouette(summary):
    means, _ = silhouettes.draw(summary)["hconcat"]
    (bars,) = marked(means, "bar")
    rows = summary.evidence.silhouette.per_segment
    assert [row["mean"] for row in rows_of(bars)] == [row.mean for row in rows]
    (whole,) = marked(means, "rule")
    assert rows_of(whole) == [{"mean": summary.evidence.silhouette.mean}]


def test_the_share_nearer_to_another_stands_beside(summary):
    _, nearer = silhouettes.draw(summary)["hconcat"]
    (bars,) = marked(nearer, "bar")
    rows = summary.evidence.silhouette.per_segment
    assert [row["negative"] for row in rows_of(bars)] == [row.negative for row in rows]


def test_a_negative_silhouette_is_drawn_to_the_left(summary):
    rows = first_changed(summary.evidence.silhouette.per_segment, mean=-0.2)
    means, _ = silhouettes.draw(with_silhouette(summary, per_segment=rows))["hconcat"]
    (bars,) = marked(means, "bar")
    assert bars["encoding"]["x"]["scale"]["domain"][0] == -0.2


def test_an_exact_silhouette_has_no_standard_error(summary):
    found = silhouettes.note(summary)
    of_all = summary.evidence.silhouette
    told = f"{of_all.mean:g} ± {of_all.standard_error:g} (standard error): 2,000"
    assert told in found
    exact = with_silhouette(summary, scored=6_000, against=6_000)
    assert "exact: all 6,000 were scored against all" in silhouettes.note(exact)
    assert "±" not in silhouettes.note(exact)


def test_segments_that_hold_together_alike_are_said_so(summary):
    rows = summary.evidence.silhouette.per_segment
    alike = tuple(with_(row, mean=0.3) for row in rows)
    told = silhouettes.title(with_silhouette(summary, per_segment=alike))
    assert told == "The mean silhouette is 0.3 in every segment"


def test_every_segment_has_a_point_and_a_line_down_to_its_lower_quartile(summary):
    (points,) = marked(jaccards.draw(summary), "point")
    assert len(rows_of(points)) == len(summary.segments)
    assert all(row["low"] <= row["x"] + 0.05 for row in rows_of(points))
    (lines,) = (
        one
        for one in marked(jaccards.draw(summary), "rule")
        if one["encoding"]["x"]["field"] == "low"
    )
    assert rows_of(lines) == rows_of(points)


def judged(summary, word):
    return with_(summary.evidence.verdict, word=word)


def test_the_least_stable_segment_is_read_in_a_word(summary):
    found = summary.evidence.stability
    rows = first_changed(found.per_segment, jaccard=0.432, low=0.4)
    sure = with_evidence(summary, verdict=judged(summary, "repeatable"))
    low = with_evidence(sure, stability=with_(found, per_segment=rows))
    name = summary.segments[0].name
    assert jaccards.title(low) == (
        f"The least stable segment, {name}, is unstable: Jaccard 0.432"
    )
    (points,) = marked(jaccards.draw(low), "point")
    assert points["encoding"]["x"]["scale"]["domain"][0] == pytest.approx(0.38)


def test_no_segment_is_called_stable_in_a_cut_that_is_not_repeatable(summary):
    unsure = with_evidence(summary, verdict=judged(summary, "arbitrary"))
    drawn = json.dumps(jaccards.draw(unsure), default=str)
    for told in (jaccards.title(unsure), jaccards.note(unsure), drawn):
        assert "highly stable" not in told
    assert "not repeatable" in jaccards.title(unsure)
    sure = with_evidence(summary, verdict=judged(summary, "natural"))
    assert "highly stable" in jaccards.note(sure)
    assert "highly stable" in json.dumps(jaccards.draw(sure), default=str)


def test_a_segment_whose_jaccard_is_not_told_has_no_point(summary):
    found = summary.evidence.stability
    rows = first_changed(found.per_segment, jaccard=None)
    one = with_evidence(summary, stability=with_(found, per_segment=rows))
    (points,) = marked(jaccards.draw(one), "point")
    others = [str(row.segment_id) for row in rows[1:]]
    assert [row["label"] for row in rows_of(points)] == others


def test_the_tree_has_a_dot_a_group_as_large_as_it_is(summary):
    flows = summary.evidence.flows
    (dots,) = marked(tree.draw(summary), "point")
    sizes = {(flow.k, flow.source): flow.n_source for flow in flows}
    sizes |= {(flow.k + 1, flow.target): flow.n_target for flow in flows}
    assert sorted(row["count"] for row in rows_of(dots)) == sorted(
        size or 0 for size in sizes.values()
    )


def test_the_chosen_segments_have_their_numbers_and_colours(summary):
    (dots,) = marked(tree.draw(summary), "point")
    chosen = [row for row in rows_of(dots) if row["k"] == summary.selection.k]
    assert {row["text"] for row in chosen} == {str(s.id) for s in summary.segments}
    for row in chosen:
        assert row["fill"] == theme.segment_colour(int(row["text"]))
    others = [row for row in rows_of(dots) if row not in chosen]
    assert {row["text"] for row in others} == {""}


def test_flows_too_small_to_matter_or_to_tell_are_not_drawn(summary):
    flows = summary.evidence.flows
    few = with_evidence(summary, flows=first_changed(flows, count=None))
    small = first_changed(flows, share_of_source=0.04, share_of_target=0.04)
    n = len(tree.table(summary).rows)
    assert len(tree.table(few).rows) == n - 1
    assert len(tree.table(with_evidence(summary, flows=small)).rows) == n - 1
    (lines,) = marked(tree.draw(few), "rule")
    assert len(rows_of(lines)) == n - 1


def test_groups_stand_under_those_they_come_from(summary):
    found = places(summary.evidence.flows)
    for k in {group.k for group in found}:
        xs = [place.x for group, place in found.items() if group.k == k]
        assert len(set(xs)) == len(xs)
        assert all(0 < x < 1 for x in xs)


def test_kin_runs_from_the_chosen_k_both_ways(summary):
    flows = summary.evidence.flows
    for chosen in (2, 3, 10):
        kin = ancestry(flows, chosen)
        own = {group.id for group in kin if group.k == chosen}
        assert all(kin[Group(chosen, one)] == one for one in own)
        assert set(kin.values()) <= own
        assert {group.k for group in kin} == set(range(2, 11))


def test_segments_that_stay_together_are_not_said_to_split(summary):
    k = summary.selection.k
    flows = [flow for flow in summary.evidence.flows if flow.k == k]
    largest = min(
        max(f.share_of_source or 0 for f in flows if f.source == one.id)
        for one in summary.segments
    )
    told = f"the largest part of it that stays together is {100 * largest:.1f}%"
    assert told.replace(".0%", "%") in tree.title(summary)
    whole = tuple(
        with_(flow, share_of_source=0.95) if flow.k == k else flow
        for flow in summary.evidence.flows
    )
    together = with_evidence(summary, flows=whole)
    assert tree.title(together) == (
        f"From k = {k} to k = {k + 1} every segment keeps at least 95% together"
    )


def test_a_largest_part_that_may_not_be_told_is_not_taken_for_a_smaller_one(summary):
    """Of a part that is told of few the rest may be larger: then nothing is said."""
    k = summary.selection.k
    first = next(f for f in summary.evidence.flows if f.k == k)
    small = with_(first, share_of_source=0.099)
    title = tree.title(with_evidence(summary, flows=(small,)))
    assert (
        title == f"How the segments of one k pass into those of the next, up to k = {k}"
    )
    larger = with_(first, share_of_source=0.52)
    assert "is 52%" in tree.title(with_evidence(summary, flows=(small, larger)))


def with_certainty(summary, **values):
    return with_evidence(summary, certainty=with_(summary.evidence.certainty, **values))


def test_bars_of_certainty_follow_on_one_another(summary):
    (bars,) = marked(certainty.draw(summary), "bar")
    rows = [row for row in rows_of(bars) if row["label"] == "1"]
    assert [row["strength"] for row in rows] == [1.0, 0.5, 0.2]
    assert [row["from"] for row in rows] == [0.0, *(row["to"] for row in rows[:-1])]
    assert rows[-1]["to"] <= 1


def test_a_part_of_few_is_told_and_not_drawn(summary):
    rows = first_changed(summary.evidence.certainty.per_segment, atypical=None)
    few = with_certainty(summary, per_segment=rows, atypical=None)
    spec = certainty.draw(few)
    (bars,) = marked(spec, "bar")
    assert len([row for row in rows_of(bars) if row["label"] == "1"]) == 2
    texts = [row["text"] for one in marked(spec, "text") for row in rows_of(one)]
    assert f"{rows[0].core:,} / {rows[0].borderline:,} / under 10" in texts
    border = summary.evidence.certainty.borderline / summary.segmented
    share = summary.settings.numbers.share(border)
    assert certainty.title(few).endswith(
        f"{share} stand on a border and under 10 are atypical"
    )
    assert "under 10" in texts_of(certainty.table(few), few)


def test_the_rules_of_certainty_are_those_of_the_run(summary):
    other = with_certainty(
        summary, min_confidence=0.8, min_margin=0.2, confidence_refits=7
    )
    told = certainty.note(other)
    assert "more than 80% as far" in told
    assert "fewer than 80% of 7 cuts of halves" in told
    none = with_certainty(summary, confidence_refits=0)
    assert "cuts of halves" not in certainty.note(none)


def test_the_bars_of_those_nearer_another_stand_beside_their_segments(summary):
    means, nearer = silhouettes.draw(summary)["hconcat"]
    domains = [
        marked(one, "bar")[0]["encoding"]["y"]["scale"]["domain"]
        for one in (means, nearer)
    ]
    assert domains[0] == domains[1] == [str(s.id) for s in summary.segments]


def with_cells(summary, found):
    return with_evidence(summary, finer=with_(summary.evidence.finer, cells=found))


def test_cells_that_are_not_found_again_are_faded(summary):
    found = first_changed(summary.evidence.finer.cells, jaccard=0.74)
    (boxes,) = marked(cells.draw(with_cells(summary, found)), "rect")
    faded = [row for row in rows_of(boxes) if row["fill"] == "white"]
    assert [row["ink"] for row in faded] == [theme.MUTED]
    least = next(cell for cell in found if cell.jaccard == 0.74)
    told = cells.title(with_cells(summary, found))
    assert told.startswith("Least sure to stay together in other cuts: ")
    assert f"{least.role_family} in " in told
    assert told.endswith("(Jaccard 0.74)")


def test_cells_of_few_are_blank(summary):
    found = first_changed(summary.evidence.finer.cells, count=None)
    few = with_cells(summary, found)
    n = sum(cell.count is not None for cell in summary.evidence.finer.cells)
    assert len(cells.table(few).rows) == n - 1
    shown = [c for c in few.evidence.finer.cells if c.count is not None]
    least = min(cell.jaccard for cell in shown)
    assert f"(Jaccard {least:.3g})" in cells.title(few)
    none = with_cells(summary, tuple(with_(one, count=None) for one in found))
    assert not cells.CHART.has(none)


def test_only_the_largest_families_are_drawn(summary):
    (boxes,) = marked(cells.draw(summary), "rect")
    families = {row["row"] for row in rows_of(boxes)}
    assert len(families) == cells.MAX_FAMILIES
    assert "Backend" in families
    assert len({row[0] for row in cells.table(summary).rows}) > len(families)


def with_variants(summary, variants):
    found = with_(summary.evidence.sensitivity, variants=variants)
    return with_evidence(summary, sensitivity=found)


def test_other_ways_are_dots_at_their_agreement_closest_first_of_their_kind(summary):
    (dots,) = marked(sensitivity.draw(summary), "point")
    algorithms = [r["x"] for r in rows_of(dots) if r["kind"] == "another algorithm"]
    assert algorithms == sorted(algorithms, reverse=True)
    assert len(rows_of(dots)) == len(summary.evidence.sensitivity.variants)


def test_the_title_names_the_ways_that_agree_least_and_most(summary):
    variants = summary.evidence.sensitivity.variants
    worse = with_variants(summary, first_changed(variants, ari=-0.01))
    best = max(variants[1:], key=lambda one: one.ari)
    assert sensitivity.title(worse) == (
        f"Agreement with other ways runs from -0.01 ({variants[0].name}) to "
        f"{best.ari:.2f} ({best.name})"
    )
    (dots,) = marked(sensitivity.draw(worse), "point")
    assert dots["encoding"]["x"]["scale"]["domain"][0] == -0.01


def test_where_no_other_way_was_tried_there_is_no_chart(summary):
    assert not sensitivity.CHART.has(with_variants(summary, ()))
    assert not sensitivity.CHART.has(with_evidence(summary, sensitivity=None))


def test_one_segment_is_drawn_alone(summary):
    alone = with_(summary, segments=summary.segments[:1])
    name = summary.segments[0].name
    rows = silhouettes.table(alone).rows
    others = [f"segment {one.id}" for one in summary.segments[1:]]
    assert [row[0] for row in rows] == [name, *others]
