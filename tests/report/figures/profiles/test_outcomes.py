"""The chart of outcomes: a panel each, what is told and nothing else."""

import pytest

from charted import drawn, problems_of, with_
from learnstrata.report.figures.profiles.outcomes import CHART
from report.test_outcomes import MEAN, PLAN, RATE


@pytest.fixture
def told(summary):
    return with_(summary, outcomes=(*summary.outcomes, MEAN, PLAN, RATE))


def panels(summary):
    return {panel["title"]: panel for panel in CHART.spec(summary)["concat"]}


def rows(panel):
    return panel["data"]["values"]


def test_each_rate_and_mean_has_a_panel_the_users_own_first(told):
    assert list(panels(told)) == [
        *("score, mean", 'plan "Pro"', 'plan "free"', 'done "yes"'),
        *("Average pay growth a year (geometric mean)", "Role change"),
    ]


def test_dots_have_the_interval_that_is_told_and_hidden_ones_are_not_drawn(told):
    (dot,) = rows(panels(told)['done "yes"'])
    assert (dot["segment"], dot["at"], dot["from"], dot["to"]) == (1, 0.391, 0.37, 0.41)
    assert dot["tip"].endswith("39.1%, 37% to 41% (1,000 learners have it)")
    first, _ = rows(panels(told)['plan "Pro"'])
    assert first["from"] == first["to"] == 0.51  # no interval is told


def test_where_few_have_it_the_panel_says_so_in_words(told):
    few = {
        title: [row["text"] for row in panel["layer"][-1]["data"]["values"]]
        for title, panel in panels(told).items()
    }
    assert few['done "yes"'] == ["under 10"]
    assert few["score, mean"] == ["too few to tell"]
    assert few['plan "Pro"'] == []


def test_the_title_runs_from_the_least_to_the_most_of_all(summary):
    names = [one.name for one in summary.segments]
    told = with_(summary, outcomes=(PLAN,))
    assert CHART.title(told) == (
        f'plan "Pro": 30% ({names[1]}) to 51% ({names[0]}); all: 50%'
    )
    alone = with_(summary, outcomes=(RATE,))
    assert CHART.title(alone) == (
        'done "yes": 39.1% in every segment that is told; all: 49.2%'
    )


def test_rates_and_means_have_columns_of_their_own(told):
    table = CHART.table(told)
    headings = [one.heading for one in table.columns]
    assert headings[3:] == [
        *("Share", "Share from", "Share to", "Share of all"),
        *("Average growth a year", "Average growth a year from"),
        *("Average growth a year to", "Average growth a year of all"),
        *("Mean", "Mean from", "Mean to", "Mean of all"),
    ]
    assert table.rows[0][3:] == (*[None] * 8, 54.9, 54.5, 55.3, 56.5)
    alone = with_(told, outcomes=(RATE,))
    assert len(CHART.table(alone).columns) == 7


def test_it_is_drawn_and_valid(told, capfd):
    assert problems_of(CHART.spec(told)) == []
    assert "<path" in drawn(CHART.spec(told))
    assert capfd.readouterr().err == ""


def test_without_an_outcome_that_is_told_there_is_no_chart(summary):
    assert not CHART.has(with_(summary, outcomes=()))
    hidden = RATE.model_copy(update={"by_segment": RATE.by_segment[1:]})
    assert not CHART.has(with_(summary, outcomes=(hidden,)))


def test_where_means_are_told_the_note_says_how_values_are_cut(told, summary):
    assert "beyond the 1st and the 99th hundredth" in CHART.note(told)
    assert "hundredth" not in CHART.note(with_(summary, outcomes=(RATE,)))
    assert [row[0] for row in CHART.table(told).rows if row[0].startswith("done")] == [
        *('done "yes"', 'done "yes"'),
    ]
