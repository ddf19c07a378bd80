from charted import cut_on, with_
from learnstrata.report.figures.profiles.number_places import CHART


def with_numbers(segment, **changes):
    numbers = tuple(with_(one, **changes) for one in segment.distinctive_numbers)
    return with_(segment, distinctive_numbers=numbers)


def panels_of(summary):
    return CHART.spec(summary)["concat"]


def axis_of(panel):
    return panel["layer"][0]["encoding"]["y"]


def test_all_panels_list_the_same_numbers_and_the_first_of_a_row_names_them(many):
    axes = [axis_of(panel) for panel in panels_of(many)]
    assert len({tuple(axis["scale"]["domain"]) for axis in axes}) == 1
    named = [axis["axis"]["labels"] for axis in axes]
    assert named == [True, False, False, False] * 3


def test_the_number_that_sets_some_segment_farthest_apart_stands_first(summary):
    rows = [row for panel in panels_of(summary) for row in panel["data"]["values"]]
    far = max(rows, key=lambda row: abs(row["at"] - 50))
    assert axis_of(panels_of(summary)[0])["scale"]["domain"][0] == far["label"]
    assert far["label"].lower() in CHART.title(cut_on(summary))


def test_a_number_that_the_segments_were_cut_on_makes_no_title(summary):
    numbers = [one.feature for one in summary.segments[0].distinctive_numbers]
    assert CHART.title(cut_on(summary, *numbers)) == (
        "Where each segment stands in the numbers that they were cut on"
    )
    others = [one for one in numbers if one != "company_learners"]
    for rank, told in ((56.5, "company size:"), (55.5, "No segment stands clearly")):
        apart = tuple(
            with_numbers(one, rank=rank, low=rank - 1, high=rank + 1)
            for one in summary.segments
        )
        assert told in CHART.title(cut_on(with_(summary, segments=apart), *others))
    near = tuple(
        with_numbers(one, rank=52.0, low=49.0, high=55.0) for one in summary.segments
    )
    assert CHART.title(cut_on(with_(summary, segments=near), "log_pay")) == (
        "No segment stands clearly apart in a number that was not cut on"
    )
    table = CHART.table(cut_on(summary, "log_pay"))
    assert {row[1]: row[2] for row in table.rows}["Pay"] == "yes"
    assert {row[1]: row[2] for row in table.rows}["Company size"] == "no"


def test_the_title_says_high_or_low(summary):
    first, *others = summary.segments
    for rank, way in ((99.0, "high"), (1.0, "low")):
        far = with_numbers(first, rank=rank, low=rank - 1, high=rank + 1)
        told = CHART.title(cut_on(with_(summary, segments=(far, *others))))
        assert told.startswith(f'"{first.name}" stands out by {way} ')
        assert f"come in at {rank:.0f} of 100" in told


def test_a_place_never_contradicts_its_interval(summary):
    """One format of all three: 4.4, from 4.1 to 4.9, is no "4, from 4.1 to 4.9"."""
    near = with_numbers(summary.segments[0], rank=4.4, low=4.1, high=4.9)
    found = CHART.table(with_(summary, segments=(near, *summary.segments[1:])))
    kinds = {column.heading: column.kind for column in found.columns}
    assert kinds["Place"] == kinds["From"] == kinds["To"] == "statistic"
    tips = str(CHART.spec(with_(summary, segments=(near, *summary.segments[1:]))))
    assert "4.4 of 100, 4.1 to 4.9" in tips


def test_a_number_of_few_is_neither_drawn_nor_listed(summary):
    first, *others = summary.segments
    few = with_numbers(first, rank=None, low=None, high=None)
    changed = with_(summary, segments=(few, *others))
    assert len(panels_of(changed)) == len(others)
    assert first.name not in {row[0] for row in CHART.table(changed).rows}
