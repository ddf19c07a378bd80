"""Charts drawn by ourselves, held against Vega's own drawing of the same."""

from xml.etree import ElementTree as ET

import pytest

from charted import drawn
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.plot.views import draw_spec
from pictured import differences, marks_of
from report.store import read


@pytest.mark.parametrize("name", ["robust", "notebook", "bare"])
def test_every_chart_is_drawn_as_vega_draws_it(name):
    summary = read(name)
    charts = [chart for chart in CHARTS if chart.has(summary)]
    assert len(charts) > 10
    for chart in charts:
        assert "<svg" in drawn(chart.spec(summary)), chart.key


def test_bars_with_round_ends_stand_where_those_of_vega_do():
    (chart,) = (chart for chart in CHARTS if chart.key == "silhouettes")
    spec = chart.spec(read("robust"))
    theirs = [*marks_of(ET.fromstring(drawn(spec)))]  # noqa: S314 - our own
    for ours in marks_of(draw_spec(spec)):
        if ours.says and ours.kind == "path":
            (same,) = (one for one in theirs if one.says == ours.says)
            assert same.look == ours.look
            assert sides_of(same) == pytest.approx(sides_of(ours), abs=0.1)
        else:
            assert any(map(ours.is_like, theirs)), ours


def sides_of(mark):
    xs, ys = mark.at[::2], mark.at[1::2]
    return min(xs), max(xs), min(ys), max(ys)


def test_a_drawing_that_differs_is_told_from_the_other():
    spec = CHARTS[1].spec(read("robust"))
    moved = draw_spec(spec)
    assert differences(moved, draw_spec(spec)) == []
    text = next(one for one in moved.iter("text") if one.text)
    text.text = "other"
    assert len(differences(moved, draw_spec(spec))) == 2
