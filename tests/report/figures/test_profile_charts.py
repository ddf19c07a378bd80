"""Every chart of the segments' profiles and of all learners: valid, drawn, and told."""

import json

import pytest

from charted import drawn, numbers_in, problems_of, tips_of, told_by, with_
from learnstrata.report.figures.learners.charts import CHARTS as LEARNERS
from learnstrata.report.figures.profiles.charts import CHARTS as PROFILES
from learnstrata.summary.blank import blank

# The sizes of companies are drawn where `privacy.companies` tells them.
ASIDE = {"rules", "histogram-company-learners"}
CHARTS = {c.key: c for c in (*PROFILES, *LEARNERS) if c.key not in ASIDE}
PAID = {"pay", "pay-spread", "histogram-pay", "tiers", "role-pay"}
# Charts whose table holds the numbers of another's title.
BESIDE = {
    "pay-spread": "pay",
    "experience-spread": "experience",
    "tiers": "correlations",
}
MULTIPLES = {"index", "roles"}  # titles tell an index as times of all
SCALES = {"100", "-1", "1"}


@pytest.fixture
def summary(summary):
    """A run of a table with a number of the user's besides, so that no chart lacks."""
    return with_(summary, segments=tuple(map(scored, summary.segments)))


def scored(segment):
    """Give a segment that is also described by a score, as far off as its years."""
    name = "years_of_experience"
    score = with_(segment.number(name), feature="extra:score")
    told = with_(segment.distinctive_numbers[0], feature="extra:score")
    return with_(
        segment,
        typical=(*segment.typical, score),
        distinctive_numbers=(*segment.distinctive_numbers, told),
    )


@pytest.fixture(params=CHARTS)
def chart(request):
    return CHARTS[request.param]


def test_every_key_is_there_once():
    assert len(CHARTS) + len(ASIDE) == len(PROFILES) + len(LEARNERS)


def test_every_chart_has_its_numbers_in_a_real_run(summary, chart):
    assert chart.has(summary)


def test_a_specification_is_vega_lite_without_theme(summary, chart):
    spec = chart.spec(summary)
    assert problems_of(spec) == []
    assert not {"$schema", "config"} & set(spec)
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec


@pytest.mark.parametrize("run", ["summary", "notebook"])
def test_a_chart_is_drawn_without_a_warning(request, run, chart, capfd):
    summary = request.getfixturevalue(run)
    if chart.has(summary):
        assert "<path" in drawn(chart.spec(summary))
    told = capfd.readouterr()
    assert not told.out + told.err


def test_a_chart_has_a_title_and_a_whole_table(summary, chart):
    table = chart.table(summary)
    assert chart.title(summary)
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}


def multiples_of(table):
    """Give the indices of a table as times of all."""
    at = [one.heading for one in table.columns].index("Index")
    return {f"{row[at] / 100:.1f}" for row in table.rows if row[at] is not None}


@pytest.mark.parametrize("run", ["summary", "notebook"])
def test_the_numbers_of_a_title_stand_in_a_table(request, run, chart):
    summary = request.getfixturevalue(run)
    if not chart.has(summary) or chart.key.startswith("histogram-"):
        return
    table = CHARTS[BESIDE.get(chart.key, chart.key)].table(summary)
    held = told_by(table, summary) | SCALES
    if chart.key in MULTIPLES:
        held |= multiples_of(table)
    assert numbers_in(chart.title(summary)) <= held


@pytest.mark.parametrize("key", sorted(set(CHARTS) - {"map", "missing"}))
def test_marks_say_their_numbers(summary, key):
    tips = tips_of(CHARTS[key].spec(summary))
    assert tips
    assert all(any(letter.isdigit() for letter in tip) for tip in tips)


def test_charts_of_records_say_records(notebook, chart):
    if chart.has(notebook):
        said = f"{chart.title(notebook)} {chart.note(notebook)}"
        assert "learner" not in said.replace("20 learners or less", "").replace(
            "roles a learner holds", ""
        )
        assert "None" not in said


def test_a_summary_without_texts_is_drawn_as_well(summary, chart):
    empty = blank(summary)
    if chart.key == "own-numbers":  # what the user calls a column is a text of theirs
        assert not chart.has(empty)
        return
    assert problems_of(chart.spec(empty)) == []
    assert len(chart.table(empty).rows) == len(chart.table(summary).rows)


def test_sheets_are_named_once_and_short_enough_for_a_workbook(summary):
    names = [chart.table(summary).sheet for chart in CHARTS.values()]
    named = [name for name in names if name]
    assert len(named) == len(set(named))
    assert all(len(name) <= 31 for name in named)


def test_no_count_of_a_table_is_a_dash(summary, chart):
    table, write = chart.table(summary), summary.settings.numbers
    counts = [i for i, one in enumerate(table.columns) if one.kind == "count"]
    told = {row[i] for row in table.texts(write) for i in counts}
    assert "\N{EN DASH}" not in told


def test_a_run_that_hides_all_pay_has_no_chart_of_pay(unpaid):
    drawn_keys = {key for key, chart in CHARTS.items() if chart.has(unpaid)}
    assert drawn_keys & PAID == {"histogram-pay", "pay-spread"}
    for key in ("histogram-pay", "pay-spread"):
        assert "LPA" not in CHARTS[key].title(unpaid)
        assert problems_of(CHARTS[key].spec(unpaid)) == []


def test_charts_of_one_segment_are_drawn(single):
    for key, chart in CHARTS.items():
        if chart.has(single):
            assert problems_of(chart.spec(single)) == [], key
            assert chart.title(single)


def test_charts_of_more_segments_than_there_are_colours_are_drawn(many):
    for key, chart in CHARTS.items():
        assert problems_of(chart.spec(many)) == [], key
        assert "<path" in drawn(chart.spec(many)), key
