"""The segments side by side say what the summary says, and no more."""

import polars as pl
import pytest

import learnstrata as ls
from charted import cut_on, with_
from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.report.cards import cards_of
from learnstrata.report.comparison import comparison, same_by_construction
from learnstrata.report.figures.profiles.charts import CHARTS


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


@pytest.mark.parametrize(
    ("features", "heading"),
    [(("role",), "More common by the cut"), (("log_pay",), "Most distinctive")],
)
def test_what_is_distinctive_is_surely_more_common_and_names_something(
    summary, features, heading
):
    """What follows from the cut has a row of its own, and is no finding."""
    found = rows(cut_on(summary, *features))
    (told,) = [told for head, told in found.items() if "times as common" in head]
    assert f"{heading}, times as common as among all" in found
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


@pytest.mark.parametrize(
    ("feature", "group", "columns"),
    [
        ("role", {"role": {"weight": 3.0}}, {}),
        ("tier", {"own": {"columns": ["tier"], "weight": 3.0}}, {}),
        (
            "extra:city",
            {"own": {"columns": ["city"], "weight": 3.0}},
            {"categorical": ["city"]},
        ),
    ],
)
def test_a_category_that_segments_of_a_table_are_cut_on_is_told_as_no_finding(
    feature, group, columns
):
    table = make_learners(900, rng=5).with_row_index("i")
    city = pl.when(pl.col("i") % 3 == 0).then(pl.lit("Pune")).otherwise(pl.lit("Goa"))
    off = {name: {"weight": 0.0} for name in ("pay", "company", "role")}
    config = load_config(
        evidence={"level": "none"},
        columns=columns,
        features={**off, **group},
        selection={"k": 3},
    )
    run = ls.segment(table.with_columns(city=city), config=config, key=bytes(32))
    found = run.summary
    assert {one.name for one in found.features.used} == {"log_experience", feature}
    value = next(one.value for one in found.segments[0].category(feature))
    for chart in CHARTS:
        if chart.has(found):
            assert f" {value} is " not in f" {chart.title(found)}"
    told = rows(found)
    finding = told.get("Most distinctive, times as common as among all", ())
    assert value not in " ".join(filter(None, finding))
    titled = {"role": (), "tier": "Company tiers", "extra:city": "City"}[feature]
    for card in cards_of(found):
        shown = card.roles if feature == "role" else dict(card.bands)[titled]
        assert {part.side for part in shown} == {""}


def test_what_no_segment_has_is_left_out(bare, notebook):
    told = rows(bare)
    assert not [heading for heading in told if "Pay" in heading]
    assert "Overlap with itself in halves, mean" not in told
    assert "Overlap with itself in halves, mean" not in rows(notebook)
    assert len(told["Segment"]) == len(bare.segments)


def test_what_follows_from_the_cut_is_said_once_and_not_of_one_segment(summary):
    said = same_by_construction(summary)
    for one in summary.features.used:
        assert one.label in said
    assert "findings" not in said
    alone = with_(summary, segments=summary.segments[:1], small_segments=0)
    assert same_by_construction(alone) == ""


def test_pay_growth_is_no_finding_beside_segments_cut_on_pay(summary, bare):
    assert summary.is_cut_on("pay_growth")
    assert same_by_construction(summary).endswith("which ends in today's pay.")
    assert "pay growth" not in same_by_construction(bare)
    on_years = tuple(one for one in summary.features.used if "pay" not in one.name)
    features = with_(summary.features, used=on_years)
    assert "pay growth" not in same_by_construction(with_(summary, features=features))
