"""Outcomes on cards, in the section and as tables."""

import pytest

from charted import with_
from learnstrata.report.cards import cards_of
from learnstrata.report.outcomes import (
    outcome_line,
    outcome_section,
    rule_limits,
    skills,
    skills_beside,
)
from learnstrata.report.page import render_report
from learnstrata.summary.contract.outcomes import (
    Outcome,
    OutcomeAnswer,
    OutcomeGroup,
    RuleBands,
    Skill,
)

PLACES = {"free": 2}  # of all others 1


def answered(answer, count, share, low=None, high=None):
    return OutcomeAnswer(
        place=PLACES.get(answer, 1),
        answer=answer,
        count=count,
        learners=None,
        share=share,
        low=low,
        high=high,
    )


def group(segment_id, *answers, mean=(None, None, None)):
    low, at, high = mean
    return OutcomeGroup(
        segment_id=segment_id,
        n=1000,
        learners=None,
        mean=at,
        low=low,
        high=high,
        cut_mean=None,
        cut_low=None,
        cut_high=None,
        spread=None,
        reach=None,
        answers=answers,
    )


def outcome(name, kind, of_all, *groups, **changes):
    values = {
        "outcome": name,
        "label": name,
        "kind": kind,
        "n_learners": 6000,
        "n_with": 5000,
        "with_learners": None,
        "differing": None,
        "deciding": None,
        "of_all": of_all,
        "by_segment": groups,
        "rules": (),
        "skills": (),
        "differences": (),
        "verdict": "none",
        "reason": "none was compared",
    }
    return Outcome(**values | changes)


RATE = outcome(
    "done",
    "yes/no",
    group(None, answered("yes", 492, 0.492)),
    group(1, answered("yes", 391, 0.391, 0.37, 0.41)),
    group(2, answered("yes", None, None)),
)
MEAN = outcome(
    "score",
    "number",
    group(None, mean=(56.1, 56.5, 56.8)),
    group(1, mean=(54.5, 54.9, 55.3)),
    group(2),
)
PLAN = outcome(
    "plan",
    "category",
    group(None, answered("Pro", 500, 0.5), answered("free", 300, 0.3)),
    group(1, answered("Pro", 510, 0.51), answered("free", 100, 0.1)),
    group(2, answered("Pro", 300, 0.3), answered("free", 300, 0.3)),
)


@pytest.fixture
def told(summary):
    return with_(summary, outcomes=(RATE, MEAN, PLAN))


def test_a_card_tells_rate_mean_and_answers_beside_those_of_all(told):
    assert outcome_line(told, told.segments[0]) == (
        'done "yes": 39.1% (37% to 41%; all: 49.2%). score: 54.9 on average (54.5 to '
        "55.3; all: 56.5). plan: free 10% (all: 30%) and Pro 51% (all: 50%)."
    )
    facts = dict(cards_of(told)[0].facts)
    assert facts["Outcomes"] == outcome_line(told, told.segments[0])


def test_a_card_says_nothing_of_what_is_hidden(told):
    line = outcome_line(told, told.segments[1])
    assert line == "plan: Pro 30% (all: 50%) and free 30% (all: 30%)."
    assert outcome_line(told, told.segments[2]) == ""


def test_an_answer_in_words_is_told_by_its_word(summary):
    left = outcome(
        "left",
        "yes/no",
        group(None, answered("stayed", 492, 0.492)),
        group(1, answered("stayed", 391, 0.391)),
    )
    told = with_(summary, outcomes=(left,))
    assert outcome_line(told, told.segments[0]) == 'left "stayed": 39.1% (all: 49.2%).'


def test_growth_and_roles_stand_on_the_card_once_as_progression(summary):
    assert {one.outcome for one in summary.outcomes} == {"pay_growth", "role_change"}
    facts = [dict(card.facts) for card in cards_of(summary)]
    assert all("Progression" in one for one in facts)
    assert not any("Outcomes" in one for one in facts)


SKILLS = (
    Skill(by="segments", n_cells=4, estimate=0.145, low=0.12, high=0.17),
    Skill(by="rules", n_cells=4, estimate=-0.0, low=-0.001, high=0.05),
    Skill(by="together", n_cells=0, estimate=0.15, low=0.13, high=0.18),
)


def bands(by, feature, limits_of, limits):
    return RuleBands(
        by=by,
        feature=feature,
        label=feature,
        limits_of=limits_of,
        n_bands=len(limits) + 1,
        n_known=None,
        learners=None,
        companies=None,
        largest_share=None,
        spread=None,
        limits=limits,
    )


def test_skills_stand_beside_each_other_on_the_page_and_below_in_the_workbook(told):
    compared = RATE.model_copy(update={"skills": SKILLS, "reason": ""})
    summary = with_(told, outcomes=(*told.outcomes[1:], compared))
    page = skills_beside(summary)
    assert [one.heading for one in page.columns] == [
        *("Outcome", "Segments", "Rules", "Both together"),
    ]
    assert page.rows == (
        *(("done", "14.5% (12% to 17%)", "0% (-0.1% to 5%)", "15% (13% to 18%)"),),
    )
    assert skills(summary).rows == (
        ("done", "Segments", "4", 5000, 0.145, 0.12, 0.17),
        ("done", "Rules", "4", 5000, 0.0, -0.001, 0.05),
        ("done", "Both together", "", 5000, 0.15, 0.13, 0.18),
    )


def test_the_users_own_outcomes_come_first(summary):
    ours = summary.outcomes[0]
    own = ours.model_copy(update={"outcome": "x", "label": "x"})
    both = with_(summary, outcomes=(ours, own))
    assert [row[0] for row in skills_beside(both).rows] == ["x", "Pay growth"]
    assert {row[0] for row in skills(both).rows[: len(own.skills)]} == {"x"}


def test_limits_of_rules_are_told_in_their_units(told):
    rules = (
        bands("rules", "pay", "pay", (900_000.0,)),
        bands("finer rules", "experience", "years_of_experience", (2.5, 6.0)),
        bands("finer rules", "score", "", (48.0, None)),
        bands("finer rules", "joined", "", (2014.0, 2016.0)),
        bands("rules", "city", "", ()).model_copy(update={"n_bands": 3}),
    )
    summary = with_(told, outcomes=(RATE.model_copy(update={"rules": rules}),))
    assert rule_limits(summary).rows == (
        ("Rules", "Pay", "2", "9.0 LPA"),
        ("Finer rules", "Experience", "3", "2.5 years, 6 years"),
        ("Finer rules", "Score", "3", "48"),
        ("Finer rules", "Joined", "3", "2014, 2016"),
        ("Rules", "City", "3", ""),
    )


def test_the_section_has_the_sentences_of_the_summary_on_the_page(summary, html):
    section = outcome_section(summary)
    assert section.sentences == summary.words.outcomes
    assert all(sentence in html for sentence in section.sentences)


def test_without_an_outcome_the_page_says_how_to_name_one(bare):
    words = with_(bare.words, outcomes=())
    page = render_report(with_(bare, outcomes=(), words=words))
    assert "Name a column as outcome in [columns] of the configuration." in page


def test_growth_is_told_as_its_geometric_mean_of_a_year(summary):
    ours = outcome(
        "pay_growth",
        "number",
        group(None, mean=(0.15, 0.17, 0.19)),
        group(1, mean=(0.1, 0.12, 0.14)),
        label="pay growth",
    )
    one = summary.segments[0].model_copy(update={"progression": None})
    assert outcome_line(with_(summary, outcomes=(ours,)), one) == (
        "Average pay growth a year (geometric mean): 12% (10% to 14%; all: 17%)."
    )


def test_a_skill_that_is_shared_as_the_most_there_is_says_or_more(told):
    most = SKILLS[0].model_copy(update={"estimate": 0.9, "high": 0.9})
    compared = RATE.model_copy(update={"skills": (most,), "reason": ""})
    (row,) = skills_beside(with_(told, outcomes=(compared,))).rows
    assert row == ("done", "90% or more (12% to 90% or more)")


def test_an_answer_that_a_segment_does_not_tell_is_left_out_of_its_line(told):
    few = PLAN.by_segment[0].model_copy(
        update={"answers": PLAN.by_segment[0].answers[:1]}
    )
    plan = PLAN.model_copy(update={"by_segment": (few,)})
    summary = with_(told, outcomes=(plan,))
    assert outcome_line(summary, summary.segments[0]) == "plan: Pro 51% (all: 50%)."
