"""The segments side by side say what the summary says, and no more."""

from charted import with_
from learnstrata.report.comparison import comparison, same_by_construction


def rows(summary):
    """Give the table as the page turns it: by heading, a text for each segment."""
    table, write = comparison(summary), summary.settings.numbers
    return dict(
        zip(table.headings(write), zip(*table.texts(write), strict=True), strict=True)
    )


def test_each_segment_has_a_column_with_its_size_and_medians(summary):
    told, write = rows(summary), summary.settings.numbers
    for place, segment in enumerate(summary.segments):
        assert told["Segment"][place] == f"{segment.id} {segment.name}"
        assert told["Learners"][place] == write.count(segment.size)
        assert told["Share of all"][place] == write.share(segment.share)
        pay = segment.number("pay")
        middle, low, high = (write.pay(one) for one in (pay.p50, pay.p25, pay.p75))
        told_pay = told["Pay, LPA: median (middle half)"][place]
        assert told_pay == f"{middle} ({low} to {high})"


def test_what_is_distinctive_is_surely_more_common_and_names_something(summary):
    (told,) = [t for head, t in rows(summary).items() if head.startswith("Most dist")]
    seen = 0
    for text, segment in zip(told, summary.segments, strict=True):
        for part in text.split("; "):
            value, _, times = part.rpartition(" ")
            if not value:
                continue
            seen += 1
            found = [v for v in segment.distinctive_values if v.value == value]
            assert found
            assert found[0].low > 100
            assert float(times) >= 1.2
            assert value not in {*summary.settings.no_role, "Other"}
    assert seen > 3


def test_what_no_segment_has_is_left_out(bare, notebook):
    told = rows(bare)
    assert not [heading for heading in told if "Pay" in heading]
    assert "Found again" not in told
    assert "Found again" not in rows(notebook)
    assert len(told["Segment"]) == len(bare.segments)


def test_what_follows_from_the_cut_is_said_once_and_not_of_one_segment(summary):
    said = same_by_construction(summary)
    for one in summary.features.used:
        assert one.label in said
    alone = with_(summary, segments=summary.segments[:1], small_segments=0)
    assert same_by_construction(alone) == ""
