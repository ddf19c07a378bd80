import pytest

from charted import layers_of, rows_of, with_
from learnstrata.report.figures.profiles.segment_map import CHART, direction, draw_map
from learnstrata.summary.contract.choice import Axis


def axis(*, more=(), less=(), explained=0.5):
    return Axis(explained=explained, more=more, less=less, loadings={})


def with_map(summary, **changes):
    return with_(summary, map=with_(summary.map, **changes))


def test_every_point_is_drawn_and_the_number_of_every_segment(summary):
    dots, badges, numbers = layers_of(CHART.spec(summary))
    assert len(rows_of(dots)) == len(summary.map.points)
    assert rows_of(badges) == rows_of(numbers)
    shown = {row["segment"] for row in rows_of(numbers)}
    assert shown == {segment.id for segment in summary.segments}


def test_a_map_holds_no_more_points_than_it_is_asked_for(summary):
    dots, badges, _ = layers_of(draw_map(summary, 100))
    assert len(rows_of(dots)) == 100
    assert len(rows_of(badges)) == len(summary.map.middles)


def test_points_lie_inside_the_frame(summary):
    dots = layers_of(CHART.spec(summary))[0]
    for channel in ("x", "y"):
        low, high = dots["encoding"][channel]["scale"]["domain"]
        assert all(low < row[channel] < high for row in rows_of(dots))


def test_a_single_point_is_drawn_in_the_middle_of_its_frame(summary):
    alone = with_map(summary, points=summary.map.points[:1])
    encoding = layers_of(CHART.spec(alone))[0]["encoding"]
    point = alone.map.points[0]
    assert encoding["x"]["scale"]["domain"] == [point.x - 1, point.x + 1]


def test_a_map_without_points_is_not_drawn(summary):
    assert not CHART.has(with_map(summary, points=()))


def test_axes_say_in_words_what_grows_along_them(summary):
    axes = (axis(more=("pay",), less=("experience",)), axis(more=("role: Backend",)))
    encoding = layers_of(CHART.spec(with_map(summary, axes=axes)))[0]["encoding"]
    assert encoding["x"]["axis"]["title"] == "Higher pay, less experience \u2192"
    assert encoding["y"]["axis"]["title"] == "\u2191 More role: Backend"
    note = CHART.note(with_map(summary, axes=axes))
    assert "To the right: higher pay, less experience." in note


@pytest.mark.parametrize("axes", [(), (axis(),), (axis(), axis())])
def test_axes_that_nothing_dominates_have_no_title(summary, axes):
    bare = with_map(summary, axes=axes)
    encoding = layers_of(CHART.spec(bare))[0]["encoding"]
    assert encoding["x"]["axis"]["title"] == encoding["y"]["axis"]["title"] == ""
    assert CHART.title(bare) == "Learners who are alike lie near each other"


def test_the_title_names_what_the_second_axis_adds(summary):
    axes = (axis(more=("pay", "experience")), axis(more=("experience",), less=("age",)))
    told = CHART.title(with_map(summary, axes=axes))
    assert told == "Learners differ most in pay and experience, then in age"


@pytest.mark.parametrize(("explained", "warns"), [(0.39, True), (0.4, False)])
def test_the_note_warns_where_much_is_left_out(summary, explained, warns):
    axes = (axis(more=("pay",), explained=0.5), axis(explained=explained))
    note = CHART.note(with_map(summary, axes=axes))
    assert f"{50 + 100 * explained:g}% of the differences" in note
    assert ("what it leaves out" in note) == warns


def test_what_is_said_twice_along_an_axis_stands_once():
    found = axis(more=("company pay level", "company mean pay"))
    assert direction(found) == "Better-paying company"


def test_the_table_lists_the_middles_that_the_numbers_stand_on(summary):
    rows = CHART.table(summary).rows
    middle, name = summary.map.middles[0], summary.segments[0].name
    assert rows[0] == (name, middle.x, middle.y)
