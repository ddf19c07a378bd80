import pytest

from charted import with_
from learnstrata.report import theme
from learnstrata.report.figures.vega import (
    log_axis,
    segment_colours,
    segment_label,
    segment_title,
)


@pytest.mark.parametrize(
    ("low", "high", "inside"),
    [(2.0, 40.0, [2, 5, 10, 20]), (0.3, 2_000.0, [1, 10, 100])],
)
def test_log_axes_have_round_ticks_within_their_range(low, high, inside):
    ticks = log_axis(low, high, "Pay")["axis"]["values"]
    assert set(inside) <= set(ticks)
    assert all(low * 0.9 <= tick <= high * 1.1 for tick in ticks)


def test_a_single_value_still_has_a_tick():
    assert log_axis(3.3, 3.4, "Pay")["axis"]["values"] == [3.3, 3.4]


def test_a_segment_has_its_colour_everywhere(summary):
    last = segment_colours(summary.segments[-1:])["scale"]
    assert last["range"] == [theme.segment_colour(summary.segments[-1].id)]


def test_a_long_name_is_cut_to_one_line_behind_its_number(summary):
    segment = with_(summary.segments[0], name="Senior, " + "higher pay, " * 9)
    label = segment_label(segment, 20)
    assert label.startswith("1  Senior, ")
    assert label.endswith(" ...")
    assert len(label) <= 23


def test_above_a_panel_a_name_is_never_cut(summary):
    segment = with_(summary.segments[0], name="Mid career to senior, higher pay")
    assert segment_title(segment, 26) == ["1  Mid career to senior,", "higher pay"]
    longer = with_(segment, name="Senior, " + "higher pay, " * 9)
    assert " ".join(segment_title(longer, 26)) == f"1  {longer.name}".rstrip()
