import pytest

from charted import layers_of, rows_of, with_
from learnstrata.report.figures.profiles.spreads import CHARTS

PAY, EXPERIENCE = CHARTS


def with_bins(segment, feature, change):
    spreads = (
        with_(one, bins=tuple(map(change, one.bins))) if one.feature == feature else one
        for one in segment.distributions
    )
    return with_(segment, distributions=tuple(spreads))


def without_shares(part):
    return with_(part, segment=None, of_all=None, share=None, share_of_all=None)


def rows_of_panel(panel):
    return rows_of(layers_of(panel)[0])


@pytest.mark.parametrize(
    ("chart", "feature"), [(PAY, "pay"), (EXPERIENCE, "years_of_experience")]
)
def test_bars_and_marks_are_the_shares_and_few_are_never_a_bar(summary, chart, feature):
    panels = chart.spec(summary)["concat"]
    seen = set()
    for panel, segment in zip(panels, summary.segments, strict=True):
        bins = segment.distribution(feature).bins
        for row, part in zip(rows_of_panel(panel), bins, strict=True):
            assert row["segment"] == part.share
            assert row["all"] == part.share_of_all
            assert (row["few"] == 0) == (part.share is None)
            assert ("under 10" in row["tip"]) == (None in {part.share, row["all"]})
            seen.add(part.share is None)
    assert seen == {True, False}


def test_all_panels_have_one_scale_that_holds_every_share(summary):
    panels = PAY.spec(summary)["concat"]
    tops = {layers_of(p)[0]["encoding"]["y"]["scale"]["domain"][1] for p in panels}
    shares = [
        row[name]
        for panel in panels
        for row in rows_of_panel(panel)
        for name in ("segment", "all")
        if row[name] is not None
    ]
    assert len(tops) == 1
    assert max(shares) < tops.pop()


def test_bins_stay_in_their_order(summary):
    x = layers_of(PAY.spec(summary)["concat"][0])[0]["encoding"]["x"]
    assert x["sort"] is None
    assert x["scale"]["domain"][0].startswith("<")
    assert x["scale"]["domain"][-1].endswith("+")


def test_a_segment_too_small_for_shares_has_no_panel(summary):
    first, *others = summary.segments
    small = with_bins(first, "pay", without_shares)
    changed = with_(summary, segments=(small, *others))
    assert len(PAY.spec(changed)["concat"]) == len(others)
    assert not PAY.has(with_(summary, segments=(small,)))


def test_the_title_names_the_segment_of_the_lowest_upper_quartile(summary):
    lowest = min(summary.segments, key=lambda s: s.number("years_of_experience").p75)
    assert f'three of four in "{lowest.name}" are at' in EXPERIENCE.title(summary)
