"""The workbook: what stands on which sheet, of disclosed and of exact results."""

import pytest

from charted import with_
from learnstrata.report import questions
from learnstrata.report.actions import trials
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.pay import pay_section
from learnstrata.report.quality import quality_tables, role_families, rounding
from learnstrata.report.workbook import cover_of, workbook_sheets
from learnstrata.summary.contract.results import ExactSummary

POOLS = "Demand and supply of mentors by role and experience"


def question_tables(summary):
    """Give the tables of all questions in their order."""
    return [
        table
        for finding in summary.words.findings
        for table in questions.tables_of(summary, finding.id)
    ]


def tables_of(summary):
    return {
        table.sheet or table.title: table
        for sheet in workbook_sheets(summary)
        for table in sheet.tables
    }


@pytest.fixture
def sheets(summary):
    return tables_of(summary)


def columns(table):
    return {
        one.heading: [row[place] for row in table.rows]
        for place, one in enumerate(table.columns)
    }


def exact_of(summary):
    """Read a summary as the owner's, with other numbers where the owner has more."""
    told = summary.model_dump() | {"form": "exact"}
    for company in told["companies"]["largest"]:
        company |= {"p25": 9e5, "p50": 1e6, "p75": 1.2e6, "learners": 57}
    return ExactSummary.model_validate(told)


def test_every_table_of_the_page_with_a_sheet_is_in_the_workbook(summary, sheets):
    drawn = [chart.table(summary) for chart in CHARTS if chart.has(summary)]
    section = pay_section(summary)
    shown = [
        *drawn,
        section.wider,
        *section.company_tables,
        *question_tables(summary),
        *quality_tables(summary),
        role_families(summary),
    ]
    wanted = [table for table in shown if table.sheet and table.rows]
    assert len(wanted) > 30
    for table in wanted:
        assert sheets[table.sheet] == table


def test_sheets_have_names_of_their_own_and_a_table_stands_on_one(summary):
    sheets = workbook_sheets(summary)
    names = [sheet.name for sheet in sheets]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 31
    tables = [table.sheet for sheet in sheets for table in sheet.tables if table.sheet]
    assert len(set(tables)) == len(tables)


def test_each_question_has_a_sheet_with_its_answer_and_all_its_tables(summary):
    asked = [sheet for sheet in workbook_sheets(summary) if sheet.part == "Questions"]
    assert [sheet.name[:2] for sheet in asked] == [f"Q{i}" for i in range(1, 8)]
    told = [(one.question, one.answer) for one in summary.words.findings]
    assert [(sheet.title, sheet.text) for sheet in asked] == told
    held = [table for sheet in asked for table in sheet.tables]
    assert held == [*question_tables(summary)]


def test_a_question_that_the_data_cannot_answer_still_has_its_sheet(bare):
    asked = {sheet.name: sheet for sheet in workbook_sheets(bare)}
    assert "The data cannot answer this" in asked["Q4 Entry-level pay"].text
    assert asked["Q4 Entry-level pay"].tables == ()


def test_each_team_has_a_sheet_with_what_it_leads_and_the_names_of_the_rest(summary):
    teams = {one.name: one for one in workbook_sheets(summary) if one.part == "Teams"}
    assert list(teams) == ["Product", "Mentoring", "Career services"]
    for name, sheet in teams.items():
        team = name.lower()
        tables = [one for one in sheet.tables if one.title != POOLS]
        own = [one for one in summary.actions if one.team == team and one.targets]
        assert [table.title for table in tables] == [one.title for one in own]
        for table, action in zip(tables, own, strict=True):
            for text in (
                action.first_step,
                action.measure,
                action.horizon,
                action.list,
            ):
                assert text in table.note
            told = [(one.name, one.size) for one in action.targets]
            assert [row[:2] for row in table.rows] == told
        others = [one for one in summary.actions if one.team != team]
        for action in others:
            assert (action.title in sheet.below) == (team in action.teams)


def test_a_target_is_told_with_the_trial_that_it_needs(summary, sheets):
    (action,) = (one for one in summary.actions if one.id == "pathways")
    found = columns(sheets[action.title])
    trials = [one.trial for one in action.targets]
    assert found["Known of"] == [one.known for one in trials]
    assert found["Out of"] == [one.whole for one in trials]
    assert found["Today"] == [one.base for one in trials]
    assert found["Learners in each arm"] == [one.per_arm for one in trials]
    enough = [one.is_tried for one in action.targets]
    assert [told == "yes" for told in found["Enough for both arms"]] == enough
    assert found["Programme"] == [one.programme for one in action.targets]


def test_page_and_workbook_tell_the_same_of_a_trial(summary):
    (action,) = (one for one in summary.actions if one.id == "pathways")
    other = action.targets[0].trial.model_copy(update={"per_arm": None})
    first = action.targets[0].model_copy(update={"trial": other})
    mixed = action.model_copy(update={"targets": (first, *action.targets[1:])})
    page = trials(summary, mixed)
    told = summary.model_copy(update={"actions": (mixed,)})
    (sheet,) = (one for one in workbook_sheets(told) if one.name == "Product")
    found, shown = columns(sheet.tables[0]), columns(page)
    assert len(shown) == 10
    assert {name: found[name] for name in shown} == shown


def test_mentors_are_told_by_role_and_level_with_what_is_lacking(summary, sheets):
    asked = summary.questions
    found = columns(sheets[POOLS])
    told = [r for r in asked.mentor_roles if (r.demand, r.supply) != (None, None)]
    told.sort(key=lambda one: -(one.per_mentor() or 0))
    assert found["Under 8 years"] == [one.demand or "under 10" for one in told]
    assert found["Could mentor: 8 years"] == [one.supply or "under 10" for one in told]
    error = summary.rounding_error
    gaps = [one.gap(asked.mentees, error=error) for one in told]
    lacking = [None if gap is None else max(gap, 0) for gap in gaps]
    assert found["Mentors lacking"] == lacking
    at, level = next(
        (i, level) for i, one in enumerate(told) for level in one.levels if level.demand
    )
    assert found[f"Of them, {level.level}"][at] == level.demand


def test_the_cover_says_what_was_run_and_how_to_read_it(summary):
    cover = cover_of(summary)
    told = dict(cover.facts)
    assert f"{summary.segmented:,} learners in {summary.selection.k}" in cover.title
    assert told["Rounding"] == rounding(summary)
    assert "not told" in told["under 10"]
    assert told["Pay that is shown"] == summary.words.pay_rule
    assert f"seed {summary.settings.seed}" in told["Made by"]


def test_the_owner_has_the_same_sheets_with_what_is_his_alone(summary, sheets):
    owner = tables_of(exact_of(summary))
    assert list(owner) == list(sheets)
    assert columns(owner["Companies"])["Median"] == [1e6] * len(
        summary.companies.largest
    )
    assert "Median" not in columns(sheets["Companies"])
    told = dict(cover_of(exact_of(summary)).facts)
    assert "not to be shared" in told["Numbers"]
    assert "Rounding" not in told


def test_companies_stand_by_their_size(summary):
    first, *rest = summary.companies.largest
    larger = (*rest, with_(first, size="5,000 and more"))
    told = with_(summary, companies=with_(summary.companies, largest=larger))
    assert columns(tables_of(told)["Companies"])["Company"][0] == first.alias


def test_segments_stand_with_their_medians(summary, sheets):
    found = columns(sheets["Segments"])
    assert found["Name"] == [one.name for one in summary.segments]
    assert found["Learners"] == [one.size for one in summary.segments]
    pays = [one.number("pay").p50 for one in summary.segments]
    assert found["Median pay"] == pays
    assert found["In words"] == [
        summary.words.descriptions[one.id] for one in summary.segments
    ]


def test_numbers_that_no_chart_shows_have_their_middle_half(summary, sheets):
    drawn = {"pay", "years_of_experience"}
    rows = [
        (one.name, number.n, number.p25, number.p50, number.p75, number.base)
        for one in summary.segments
        for number in one.typical
        if number.feature not in drawn | {"company_pay", "pay_growth"}
    ]
    table = sheets["Other numbers by segment"]
    assert [(row[0], *row[2:]) for row in table.rows] == rows
    levels = columns(sheets["Pay levels by segment"])["Median"]
    assert levels == [one.number("company_pay").p50 for one in summary.segments]


def test_categories_rules_and_pulls_are_those_of_the_segments(summary, sheets):
    values = [
        (one.name, value.value, value.count)
        for one in summary.segments
        for category in one.categories
        if category.name != "role"
        for value in category.values
    ]
    rows = sheets["Categories by segment"].rows
    assert [(row[0], row[2], row[4]) for row in rows] == values
    rules = [one.rule.text for one in summary.segments if one.rule]
    assert columns(sheets["Rules"])["Rule"] == rules
    pulls = [pull.share for one in summary.segments for pull in one.pulls]
    assert columns(sheets["What decides"])["Share"] == pulls
    right = columns(sheets["Accuracy of rules"])["Share placed right"]
    found = summary.rules
    assert right == [found.stated, found.fidelity, found.baseline]


def test_progression_is_told_beside_all(summary, sheets):
    told = columns(sheets["Progression"])
    assert told["Median growth a year"] == [
        one.progression.growth for one in summary.segments if one.progression
    ]


def test_growth_is_told_in_percents_alone_and_not_on_a_scale_of_logs(sheets):
    for name in ("Segments", "Other numbers by segment"):
        table = sheets[name]
        told = [*columns(table), *(str(cell) for row in table.rows for cell in row)]
        assert not [text for text in told if "growth" in text], name


def test_a_run_without_evidence_has_fewer_sheets(summary, sheets):
    bare = set(tables_of(with_(summary, evidence=None)))
    assert {"Verdict", "Sensitivity", "Stability"} <= set(sheets) - bare
