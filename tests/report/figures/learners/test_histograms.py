import pytest

from charted import layers_of, marked, rows_of, with_
from learnstrata.report.figures.learners.histograms import CHARTS
from learnstrata.summary.contract.learners import Bin

PAY, EXPERIENCE, SIZE, UPDATE = CHARTS


def found(summary, feature):
    return next(d for d in summary.description.distributions if d.feature == feature)


def with_distribution(summary, feature, **changes):
    distributions = tuple(
        with_(one, **changes) if one.feature == feature else one
        for one in summary.description.distributions
    )
    return with_(
        summary, description=with_(summary.description, distributions=distributions)
    )


def bars_of(spec):
    return rows_of({"data": spec["data"]})


def test_a_bar_is_as_high_as_its_count(summary):
    bins = found(summary, "pay").bins
    assert [row["n"] for row in bars_of(PAY.spec(summary))] == [
        b.learners for b in bins
    ]


@pytest.mark.parametrize("chart", CHARTS)
def test_bars_stand_side_by_side(summary, chart):
    if chart is SIZE:  # told where `privacy.companies` tells sizes
        assert not chart.has(summary)
        return
    rows = bars_of(chart.spec(summary))
    assert [row["low"] for row in rows[1:]] == [row["high"] for row in rows[:-1]]
    assert all(row["low"] < row["high"] for row in rows)


def test_open_ends_are_as_wide_as_their_neighbours(summary):
    years = bars_of(EXPERIENCE.spec(summary))
    assert years[0]["high"] - years[0]["low"] == years[1]["high"] - years[1]["low"]
    pays = bars_of(PAY.spec(summary))
    assert pays[0]["high"] / pays[0]["low"] == pytest.approx(
        pays[1]["high"] / pays[1]["low"]
    )


def test_a_bin_of_few_is_a_dot_and_no_bar(summary):
    bins = found(summary, "pay").bins
    few = (with_(bins[0], learners=None), *bins[1:])
    row = bars_of(PAY.spec(with_distribution(summary, "pay", bins=few)))[0]
    assert (row["n"], row["few"]) == (None, 0)
    assert row["tip"].endswith(": under 10")


def test_a_chart_of_bins_that_are_all_of_few_is_not_drawn(summary):
    bins = tuple(with_(one, learners=None) for one in found(summary, "pay").bins)
    assert not PAY.has(with_distribution(summary, "pay", bins=bins))


@pytest.mark.parametrize("chart", CHARTS)
def test_a_number_the_table_lacks_has_no_chart(summary, chart):
    bare = with_(summary, description=with_(summary.description, distributions=()))
    assert not chart.has(bare)
    with pytest.raises(LookupError, match=r"ask `Chart\.has` first"):
        chart.title(bare)


@pytest.mark.parametrize("chart", [PAY, EXPERIENCE])
def test_one_open_bin_is_drawn_around_the_median(summary, chart):
    feature = {"histogram-pay": "pay"}.get(chart.key, "years_of_experience")
    one = with_distribution(
        summary, feature, bins=(Bin(low=None, high=None, learners=60),)
    )
    row = bars_of(chart.spec(one))[0]
    per = summary.settings.money.per if feature == "pay" else 1
    assert row["low"] < found(summary, feature).p50 / per < row["high"]


def test_the_median_is_a_line_with_its_number_where_it_is_told(summary):
    write, p50 = summary.settings.numbers, found(summary, "pay").p50
    text = marked(PAY.spec(summary), "text")[0]
    assert rows_of(text)[0]["text"] == f"median {write.pay(p50)}"
    assert rows_of(text)[0]["low"] == p50 / summary.settings.money.per
    untold = with_distribution(summary, "pay", p50=None)
    assert marked(PAY.spec(untold), "text") == []


def test_titles_tell_median_and_upper_end_with_their_unit(summary):
    told = with_distribution(summary, "pay", p50=11e5, p95=39e5)
    assert PAY.title(told) == (
        "Pay is 11.0 LPA or less for half of all, and over 39.0 LPA for one in twenty"
    )
    even = with_distribution(summary, "years_of_experience", p50=5.0, p95=5.0)
    assert EXPERIENCE.title(even) == "Experience is 5 years or less for half of all"
    assert UPDATE.title(summary).count("years") == 0


def test_a_title_without_a_told_median_names_the_number(summary):
    untold = with_distribution(summary, "pay", p50=None)
    assert PAY.title(untold) == "Pay of all learners of whom it is known"


def test_amounts_and_sizes_are_on_a_log_scale(summary):
    scales = [
        layers_of(chart.spec(summary))[0]["encoding"]["x"]["scale"].get("type")
        for chart in CHARTS
        if chart is not SIZE
    ]
    assert scales == ["log", None, None]
