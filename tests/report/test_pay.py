"""Tables of pay, cohorts and companies."""

import pytest

from charted import with_
from learnstrata.report import pay
from learnstrata.summary.contract.results import Words
from learnstrata.wording.numbers import NOTHING


@pytest.fixture
def write(summary):
    return summary.settings.numbers


def headings(table):
    return [one.heading for one in table.columns]


def without_column(summary, name):
    """Copy a summary as of a table that lacks a column."""
    left = tuple(column for column in summary.input.available if column != name)
    given = summary.input.model_copy(update={"available": left})
    return with_(summary, input=given)


def test_cells_hold_the_pay_that_is_shown_and_no_other(summary):
    shown = [cell for cell in summary.benchmarks.cells if cell.p50 is not None]
    assert 0 < len(shown) < len(summary.benchmarks.cells)
    assert [row[3:8] for row in pay.cells(summary).rows] == [
        (c.learners, c.companies, c.p25, c.p50, c.p75) for c in shown
    ]


def test_wider_groups_begin_with_all_and_go_on_by_size(summary):
    rows = pay.wider(summary).rows
    assert rows[0][0] == "All"
    sizes = [row[1] for row in rows[1:]]
    assert sizes == sorted(sizes, reverse=True)
    roles = [c.role_family for c in summary.benchmarks.wider if c.level == "role"]
    assert {row[0] for row in rows[1:]} <= set(roles)


def test_a_table_without_companies_has_no_column_of_them(summary):
    cells = tuple(
        cell.model_copy(update={"companies": None}) for cell in summary.benchmarks.cells
    )
    bare = with_(
        without_column(summary, "company"),
        benchmarks=summary.benchmarks.model_copy(update={"cells": cells}),
    )
    assert "Companies" not in headings(pay.cells(bare))
    assert "Companies" in headings(pay.cells(summary))


def test_the_page_leaves_groups_out_that_have_too_few_of_a_cohort(summary, write):
    for cohort in summary.cohorts:
        parts = (*cohort.by_segment, *cohort.by_role, *cohort.by_tier)
        told = [part for part in parts if part.learners is not None]
        table = pay.cohort_groups(cohort)
        assert [row[1] for row in table.rows] == [part.value for part in told]
        assert not any("under" in cell for row in table.texts(write) for cell in row)


def test_the_sheet_of_cohorts_has_every_group_and_the_whole(summary):
    rows = pay.cohorts(summary).rows
    for cohort in summary.cohorts:
        own = [row for row in rows if row[0] == cohort.title]
        parts = (*cohort.by_segment, *cohort.by_role, *cohort.by_tier)
        assert len(own) == len(parts) + 1
        whole = (cohort.title, "All", "All", cohort.assessed, cohort.learners)
        assert own[0][:5] == whole


def test_a_cohort_is_told_without_its_title_twice(summary):
    sentences = {one.key: f"{one.title}: some of them." for one in summary.cohorts}
    words = summary.words.model_copy(update={"cohorts": sentences})
    section = pay.pay_section(with_(summary, words=words))
    assert {one.told for one in section.cohorts} == {"Some of them."}
    assert [one.title for one in section.cohorts] == [c.title for c in summary.cohorts]


def test_companies_have_sizes_in_words_and_no_pay(summary):
    table = pay.companies(summary)
    assert headings(table) == [
        *("Company", "Tier", "Size (learners)"),
        "Median pay over that of all others",
    ]
    sizes = [row[2] for row in table.rows]
    assert sorted(sizes) == sorted(one.size for one in summary.companies.largest)
    begins = [int(size.split()[0].replace(",", "")) for size in sizes]
    assert begins == sorted(begins, reverse=True)


def test_where_sizes_are_shown_companies_have_their_learners(summary):
    largest = tuple(
        one.model_copy(update={"learners": 120}) for one in summary.companies.largest
    )
    found = summary.companies.model_copy(update={"largest": largest})
    table = pay.companies(with_(summary, companies=found))
    assert headings(table)[3] == "Learners"
    assert {row[3] for row in table.rows} == {120}


def test_the_owner_sees_the_pay_of_companies(summary):
    largest = tuple(
        one.model_copy(update={"p50": 1e6}) for one in summary.companies.largest
    )
    found = summary.companies.model_copy(update={"largest": largest})
    assert "Median" in headings(pay.companies(with_(summary, companies=found)))


def test_roles_at_companies_are_told_as_ratios(summary):
    found = pay.companies_by_size(summary)
    rows = [(one, role) for one in found for role in one.roles]
    assert pay.company_roles(summary).rows == tuple(
        (one.alias, role.role_family, role.to_rest, role.to_elsewhere)
        for one, role in rows
    )


def test_a_shortened_list_of_roles_says_so(summary):
    assert "3 roles at most are shown" in pay.company_roles(summary).note
    sizes = with_(summary, settings=with_(summary.settings, companies="sizes"))
    assert "roles at most" not in pay.company_roles(sizes).note


def test_tiers_hold_their_numbers(summary):
    assert pay.company_tiers(summary).rows == tuple(
        (t.tier, t.companies, t.learners, t.p50, t.top_share, t.gini)
        for t in summary.companies.tiers
    )


def test_without_companies_their_tables_are_empty(summary):
    bare = with_(summary, companies=None)
    tables = pay.pay_section(bare).company_tables
    assert len(tables) == 3
    assert not any(table.rows for table in tables)


def test_a_dash_stands_only_where_the_rule_of_pay_hides_a_quartile(summary, write):
    tables = (
        pay.wider(summary),
        pay.company_tiers(summary),
        pay.company_roles(summary),
    )
    dashed = [
        (row, place)
        for table in tables
        for row, texts in zip(table.rows, table.texts(write), strict=True)
        for place, text in enumerate(texts)
        if text == NOTHING
    ]
    assert dashed
    for row, place in dashed:
        if row[0] == "Unrated":  # companies too small for a tier: no concentration
            assert place in (4, 5)
            continue
        assert pay.wider(summary).columns[place].heading.endswith("quartile")
        assert row[1] < 4 * 5 + summary.rounding_error  # five beyond it, as rounded


def test_a_section_without_words_is_not_an_error(summary):
    words = Words.model_validate(
        {
            **summary.words.model_dump(),
            "cohorts": {},
            "benchmarks": "",
            "companies": "",
        }
    )
    section = pay.pay_section(with_(summary, words=words))
    assert section.sentence == section.companies == ""
    assert {one.told for one in section.cohorts} == {""}
