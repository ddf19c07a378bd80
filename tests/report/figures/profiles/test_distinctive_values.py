from charted import cut_on, layers_of, with_
from learnstrata.report.figures.profiles.distinctive_values import CHART, MOST


def with_values(summary, change):
    segments = tuple(
        with_(
            segment, distinctive_values=tuple(map(change, segment.distinctive_values))
        )
        for segment in summary.segments
    )
    return with_(summary, segments=segments)


def panels_of(summary):
    return CHART.spec(summary)["concat"]


def test_each_segment_has_its_most_distinctive_values(summary):
    assert len(panels_of(summary)) == len(summary.segments)
    for panel, segment in zip(panels_of(summary), summary.segments, strict=True):
        told = [r for r in segment.distinctive_values if r.index is not None]
        effects = sorted((abs(row.effect) for row in told), reverse=True)[:MOST]
        assert len(panel["data"]["values"]) == len(effects)
        drawn = {row["label"].split(": ", 1)[1] for row in panel["data"]["values"]}
        assert drawn == {row.value for row in told if abs(row.effect) >= effects[-1]}


def test_an_interval_beyond_the_frame_is_drawn_to_its_edge_and_told_in_full(summary):
    far = with_values(
        summary, lambda row: with_(row, index=900.0, low=10.0, high=990.0)
    )
    row = panels_of(far)[0]["data"]["values"][0]
    assert (row["at"], row["from"], row["to"]) == (400.0, 25.0, 400.0)
    assert "index 900, 10 to 990" in row["tip"]


def test_a_value_of_few_is_neither_drawn_nor_listed(summary):
    none = with_values(
        summary, lambda row: with_(row, count=None, index=None, low=None, high=None)
    )
    assert not CHART.has(none)
    assert CHART.table(none).rows == ()


def test_a_segment_without_told_values_has_no_panel(summary):
    first, *others = summary.segments
    bare = with_(summary, segments=(with_(first, distinctive_values=()), *others))
    assert len(panels_of(bare)) == len(others)


def test_the_title_names_the_value_whose_interval_begins_highest(summary):
    summary = cut_on(summary, "log_pay", "log_experience", "company_level")
    rows = [row for panel in panels_of(summary) for row in panel["data"]["values"]]
    drawn = [row for row in rows if row["label"].startswith("Role: ")]

    def low(row):
        index, ends = row["tip"].split("index ")[1].split(", ", 1)
        at, low = int(index), int(ends.split(" to ")[0])
        return low if at >= 120 and low > 100 else 0

    best = max(drawn, key=low)
    assert CHART.title(summary).startswith(best["label"].replace(": ", " ", 1))


def test_what_the_segments_were_cut_on_makes_no_headline(summary):
    """Neither do bands and tiers of it."""
    assert CHART.title(summary) == (
        "How common each value is of what the segments were cut on"
    )
    role = CHART.title(cut_on(summary, "log_pay", "log_experience", "company_level"))
    assert role.startswith("Role ")
    tier = CHART.title(cut_on(summary, "log_pay", "log_experience", "role"))
    assert tier.startswith("Company tier ")
    assert CHART.title(
        with_values(
            cut_on(summary, "log_pay", "log_experience", "company_level"),
            lambda row: with_(row, index=100.0) if row.feature == "role" else row,
        )
    ).startswith("No value that was not cut on is distinctive")


def test_the_table_says_of_each_value_whether_it_follows_from_the_cut(summary):
    table = CHART.table(cut_on(summary, "log_pay", "role"))
    told = {row[1].split(": ")[0]: row[2] for row in table.rows}
    assert told == {
        "Role": "yes",
        "Pay band": "yes",
        "Experience band": "no",
        "Company tier": "no",
    }


def test_an_index_near_that_of_all_makes_no_headline(summary):
    summary = cut_on(summary)
    for ends in ({"index": 104.0, "low": 102.0}, {"index": 150.0, "low": 80.0}):
        even = with_values(
            summary,
            lambda row, ends=ends: row if row.index is None else with_(row, **ends),
        )
        assert CHART.title(even) == (
            "No value is distinctive for a segment: none is clearly 1.2 times as "
            "common in one as among all"
        )


def test_all_are_marked_at_100(summary):
    rule = layers_of(panels_of(summary)[0])[1]
    assert rule["data"]["values"] == [{"base": 100}]
