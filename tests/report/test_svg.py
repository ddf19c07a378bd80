import re
from xml.etree import ElementTree as ET

from learnstrata.report.drawing import figures_of
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.plot.views import draw_spec
from learnstrata.report.svg import lighten, smallest_text
from report.store import read

DOT = "M2,0A2,2,0,1,1,-2,0A2,2,0,1,1,2,0"


def light(inside):
    return lighten(ET.fromstring(f"<svg>{inside}</svg>"))  # noqa: S314 - our own


def test_lines_that_look_alike_are_one_path():
    line = '<line transform="translate({},9)" x2="0" y2="4" stroke="{}"/>'
    found = light(
        "".join([line.format(1, "a"), line.format(2, "a"), line.format(3, "b")])
    )
    assert [(one.tag, one.get("d"), one.get("stroke")) for one in found] == [
        ("path", "M1,9l0,4M2,9l0,4", "a"),
        ("path", "M3,9l0,4", "b"),
    ]


def test_a_cloud_of_dots_is_drawn_in_slices_so_that_no_colour_hides_the_next():
    dot = f'<path transform="translate({{}},5)" d="{DOT}" fill="{{}}"/>'
    found = light("".join(dot.format(i, "ab"[i % 2]) for i in range(100)))
    assert sum(one.get("d").count("M") for one in found) == 100
    assert [one.get("stroke") for one in found] == ["a", "b"] * 10
    assert {one.get("stroke-width") for one in found} == {"4"}


def test_a_mark_that_is_told_of_keeps_its_text_and_stands_alone():
    dot = (
        f'<path aria-label="one of two" d="{DOT}" fill="a" /><path d="{DOT}" fill="a"/>'
    )
    found = light(dot)
    assert found[0].findtext("title") == "one of two"
    assert len(found) == 2


def test_no_text_is_lost():
    summary = read("robust")
    drawn = figures_of(summary)
    for chart in CHARTS:
        if chart.key not in drawn:
            continue
        raw = draw_spec(chart.spec(summary))
        light_one = ET.fromstring(drawn[chart.key].svg)  # noqa: S314 - our own
        told, kept = (
            ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("text")]
            for root in (raw, light_one)
        )
        assert [text for text in told if text] == kept != [], chart.key


def test_places_are_rounded_and_what_says_nothing_is_gone():
    found = light(
        '<g><text opacity="1" font-size="9px" transform="translate(3.04,-0.02)">'
        "a</text></g>"
    )
    assert found[0].attrib == {"font-size": "9px", "x": "3", "y": "0"}
    assert smallest_text(found) == 9
    assert not re.search(r"translate", ET.tostring(found, encoding="unicode"))


def test_what_all_of_a_group_say_is_said_once():
    text = '<text fill="{}" font-size="9px">a</text>'
    same, other = text.format("a"), text.format("b")
    (group,) = light(f"<g>{same * 3}</g>")
    assert group.attrib == {"fill": "a", "font-size": "9px"}
    assert [one.attrib for one in group] == [{}] * 3
    (group,) = light(f"<g>{same * 2}{other}</g>")
    assert [one.get("fill") for one in group] == ["a", "a", "b"]
    assert smallest_text(group) == 9
