import pytest

from charted import marked, rows_of, tips_of, with_
from learnstrata.report.figures.profiles.quartiles import CHARTS, MOST_OWN, OWN

PAY, EXPERIENCE = CHARTS


def with_number(segment, feature, **changes):
    typical = (
        with_(one, **changes) if one.feature == feature else one
        for one in segment.typical
    )
    return with_(segment, typical=tuple(typical))


def with_first(summary, feature, **changes):
    first, *others = summary.segments
    changed = with_number(first, feature, **changes)
    return with_(summary, segments=(changed, *others))


def with_all(summary, feature, **changes):
    return with_(
        summary,
        segments=tuple(with_number(s, feature, **changes) for s in summary.segments),
    )


def bars_of(spec):
    return rows_of({"data": spec["data"]})


def test_pay_is_drawn_in_its_unit_and_years_as_they_are(summary):
    segment = summary.segments[0]
    for chart, feature, per in (
        (PAY, "pay", summary.settings.money.per),
        (EXPERIENCE, "years_of_experience", 1),
    ):
        row, one = bars_of(chart.spec(summary))[0], segment.number(feature)
        assert row["segment"] == segment.id
        assert [row["p25"], row["p50"], row["p75"]] == [
            one.p25 / per,
            one.p50 / per,
            one.p75 / per,
        ]


def test_a_bar_tells_its_quartiles(summary):
    write, one = summary.settings.numbers, summary.segments[0].number("pay")
    told = f"median {write.pay(one.p50)}, half from {write.pay(one.p25)} to "
    assert told in tips_of(PAY.spec(summary))[0]


def test_a_segment_whose_pay_is_hidden_has_no_bar_but_a_row(summary):
    hidden = with_first(summary, "pay", p25=None, p50=None, p75=None)
    assert len(bars_of(PAY.spec(hidden))) == len(summary.segments) - 1
    row = PAY.table(hidden).texts(summary.settings.numbers)[0]
    assert row[2:5] == ("\N{EN DASH}",) * 3
    assert hidden.segments[0].name not in PAY.title(hidden)


def test_pay_of_nothing_has_no_place_on_a_log_scale_and_years_do(summary):
    for chart, feature, drawn in (
        (PAY, "pay", 1),
        (EXPERIENCE, "years_of_experience", 0),
    ):
        none = with_first(summary, feature, p25=0.0)
        assert len(bars_of(chart.spec(none))) == len(summary.segments) - drawn


def test_a_segment_paid_a_hundredfold_leaves_the_others_room(summary):
    rich = with_first(summary, "pay", p25=1e8, p50=2e8, p75=2e8)
    bar = marked(PAY.spec(rich), "bar")[0]
    assert bar["encoding"]["x"]["scale"]["type"] == "log"
    assert bar["encoding"]["x"]["axis"]["title"] == "Pay (LPA, log scale)"


def test_the_median_of_all_is_a_line_where_it_is_told(summary):
    assert len(marked(PAY.spec(summary), "rule")) == 1
    untold = with_all(summary, "pay", base=None)
    assert marked(PAY.spec(untold), "rule") == []


def test_titles_name_the_ends_or_say_that_there_are_none(summary):
    feature = "years_of_experience"
    told = EXPERIENCE.title(with_first(summary, feature, p25=0.0, p50=1.0, p75=2.0))
    assert told.startswith("Median experience runs from 1 year (")
    alike = with_all(summary, feature, p25=3.0, p50=4.0, p75=5.0)
    assert EXPERIENCE.title(alike) == "Median experience is 4 years in every segment"


def test_the_title_of_one_segment_does_not_say_every(single):
    assert "every" not in PAY.title(single)
    assert single.segments[0].name in PAY.title(single)


def with_scores(summary, effects):
    """Give a summary with numbers of the user's that part its segments so far."""

    def scored(segment):
        told, years = (
            segment.distinctive_numbers[0],
            segment.number("years_of_experience"),
        )
        return with_(
            segment,
            typical=(
                *segment.typical,
                *(with_(years, feature=f"extra:{name}") for name in effects),
            ),
            distinctive_numbers=tuple(
                with_(told, feature=f"extra:{name}", effect=effect)
                for name, effect in effects.items()
            ),
        )

    return with_(summary, segments=tuple(map(scored, summary.segments)))


def test_the_users_numbers_that_part_segments_most_are_drawn_and_all_are_listed(
    summary,
):
    assert not OWN.has(summary)
    effects = {f"score {i}": -0.1 * i for i in range(MOST_OWN + 1)}
    own = with_scores(summary, effects)
    most_first = [f"Score {i}" for i in range(MOST_OWN, 0, -1)]
    assert OWN.has(own)
    assert [one["title"] for one in OWN.spec(own)["concat"]] == most_first
    assert OWN.title(own).startswith(f"Median score {MOST_OWN} runs from ")
    listed = [row[0] for row in OWN.table(own).rows]
    assert set(listed) == set(effects)
    assert len(listed) == len(effects) * len(summary.segments)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_table_without_the_column_has_no_chart(summary, chart):
    lacking = tuple(with_(segment, typical=()) for segment in summary.segments)
    assert not chart.has(with_(summary, segments=lacking))
    assert chart.table(with_(summary, segments=lacking)).rows == ()
