"""Every chart of the choice, of stability and of bands: valid, drawn, and told."""

import json

import pytest

from charted import drawn, numbers_in, problems_of, tips_of, told_by
from learnstrata.report.figures.choice.charts import CHARTS as CHOICE
from learnstrata.report.figures.profiles import bands
from learnstrata.report.figures.stability.charts import CHARTS as STABILITY
from learnstrata.summary.blank import blank

CHARTS = {chart.key: chart for chart in (*CHOICE, *STABILITY, bands.CHART)}
ALWAYS = {"k", "ward", "rules"}


def named(summary, key):
    """Give what a title names and no cell repeats: limits, places, rows, indices."""
    k, tree, evidence = summary.selection.k, summary.hierarchy, summary.evidence
    rows = CHARTS[key].table(summary).rows
    limit = summary.settings.configured.evidence.min_jaccard
    again = [row for row in rows if key == "cells" and (row[-1] or 0) >= limit]
    found = {
        "strength": [0.8],
        "ward": [tree.ari_with_kmeans, tree.ari_all],
        "nulls": [len(evidence.nulls.statistics), len(above(evidence.nulls))],
        "rules": [summary.bands.ari, summary.bands.nmi],
        "cells": [len(rows), len(again), limit],
        "tree": [k, k + 1],
    }
    told = {f"{number:g}" for number in found.get(key, [])}
    return told | ({f"{tree.n_rows:,}"} if key == "ward" else set())


def above(nulls):
    return [row for row in nulls.statistics if row.observed > row.high]


@pytest.fixture(params=CHARTS)
def chart(request):
    return CHARTS[request.param]


def test_every_key_is_there_once():
    assert len(CHARTS) == len(CHOICE) + len(STABILITY) + 1


def test_a_specification_is_vega_lite_without_theme(summary, chart):
    spec = chart.spec(summary)
    assert problems_of(spec) == []
    assert not {"$schema", "config"} & set(spec)
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec


def test_a_chart_is_drawn_without_a_warning(summary, chart, capfd):
    svg = drawn(chart.spec(summary))
    told = capfd.readouterr()
    assert "<path" in svg
    assert not told.out + told.err


def test_a_chart_has_a_title_and_rows(summary, chart):
    table = chart.table(summary)
    assert chart.title(summary)
    assert chart.note(summary)
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_numbers_of_a_title_stand_in_the_table(summary, chart):
    told = numbers_in(chart.title(summary)) - named(summary, chart.key)
    assert told <= told_by(chart.table(summary), summary)


def test_marks_say_their_numbers(summary, chart):
    tips = tips_of(chart.spec(summary))
    assert tips
    assert all(any(letter.isdigit() for letter in tip) for tip in tips)


def test_a_run_without_evidence_has_the_charts_that_need_none(notebook):
    assert {key for key, chart in CHARTS.items() if chart.has(notebook)} == ALWAYS


@pytest.mark.parametrize("key", sorted(ALWAYS))
def test_charts_of_records_say_records_and_are_valid(notebook, key, capfd):
    chart = CHARTS[key]
    assert problems_of(chart.spec(notebook)) == []
    assert "<path" in drawn(chart.spec(notebook))
    assert not capfd.readouterr().out
    said = f"{chart.title(notebook)} {chart.note(notebook)}"
    assert "learner" not in said
    assert "None" not in said


def test_a_summary_without_texts_is_drawn_as_well(summary, chart):
    empty = blank(summary)
    assert problems_of(chart.spec(empty)) == []
    assert len(chart.table(empty).rows) == len(chart.table(summary).rows)


def test_sheets_are_named_once_and_short_enough_for_a_workbook(summary):
    names = [chart.table(summary).sheet for chart in CHARTS.values()]
    given = [name for name in names if name]
    assert len(given) == len(set(given))
    assert all(len(name) <= 31 for name in given)
