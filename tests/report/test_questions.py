"""The tables that answers rest on."""

from charted import with_
from learnstrata.report import questions
from learnstrata.report.pay import company_roles, company_tiers
from learnstrata.summary.contract.questions import RoleInCompanies

ASKED = (
    *("largest_segment", "segment_differences", "pay_without_experience"),
    *("entry_level_pay", "company_role_pay", "tiers_and_concentration"),
    "learned_against_rules",
)


def only(summary, finding_id):
    (table,) = questions.tables_of(summary, finding_id)
    return table


def test_every_question_has_its_tables_in_the_order_it_is_asked(summary):
    told = [
        table.sheet
        for finding in summary.words.findings
        for table in questions.tables_of(summary, finding.id)
    ]
    each = [t.sheet for key in ASKED for t in questions.tables_of(summary, key)]
    assert told == each
    assert all(questions.tables_of(summary, key) for key in ASKED)


def test_a_question_that_nobody_asked_has_no_tables(summary):
    assert questions.tables_of(summary, "weather") == ()


def test_segments_stand_by_size(summary):
    rows = only(summary, "largest_segment").rows
    sizes = sorted((s.size for s in summary.segments), reverse=True)
    assert [row[1] for row in rows] == sizes
    assert {row[2] for row in rows} == {s.share for s in summary.segments}


def test_segments_stand_side_by_side_with_medians_and_stated_roles(summary):
    rows = only(summary, "segment_differences").rows
    write = summary.settings.numbers
    for row, segment in zip(rows, summary.segments, strict=True):
        years = segment.number("years_of_experience").p50
        assert row[2:4] == (segment.number("pay").p50, years)
        stated = [
            one
            for one in segment.category("role")
            if one.value not in summary.settings.no_role
        ]
        first = stated[0]
        assert row[4].startswith(f"{first.value} {write.share(first.share)}")
        assert row[4].count(" and ") <= 1


def test_what_a_table_of_learners_lacks_is_no_column(summary):
    bare = tuple(
        one.model_copy(update={"typical": (), "categories": ()})
        for one in summary.segments
    )
    table = only(with_(summary, segments=bare), "segment_differences")
    assert [one.heading for one in table.columns] == ["Segment", "Learners"]


def cohort(summary, key):
    return next(one for one in summary.cohorts if one.key == key)


def ranged_first(summary, parts):
    """Give the roles with an interval, then the others, each in their order."""
    named = [one for one in parts if one.value not in summary.settings.no_role]
    without = [one for one in named if one.low is None]
    return [one for one in named if one not in without] + without


def test_pay_that_lags_is_told_by_role(summary):
    related = {
        one.role: one.correlation
        for one in summary.questions.pay_with_experience.by_role
    }
    rows = only(summary, "pay_without_experience").rows
    assert rows == tuple(
        (r.value, r.assessed, r.learners, r.share, r.low, r.high, related.get(r.value))
        for r in ranged_first(summary, cohort(summary, "stalled").by_role)
    )


def test_high_entry_level_pay_is_told_by_role_with_intervals(summary):
    rows = only(summary, "entry_level_pay").rows
    assert rows == tuple(
        (r.value, r.assessed, r.learners, r.share, r.low, r.high)
        for r in ranged_first(summary, cohort(summary, "entry_high").by_role)
    )
    known = [row[4] is not None for row in rows]
    assert known == sorted(known, reverse=True)
    assert {*known} == {True, False}


def test_counts_under_the_base_read_so(summary):
    of = cohort(summary, "entry_high")
    none = {"learners": None, "share": None, "low": None, "high": None}
    role = of.by_role[0].model_copy(update=none)
    few = of.model_copy(update={"by_role": (role,)})
    table = only(with_(summary, cohorts=(few,)), "entry_level_pay")
    assert table.texts(summary.settings.numbers)[0][2] == "under 10"


def test_tiers_have_their_very_well_paid_and_their_high_upside(summary):
    well, upside, tiers = questions.tables_of(summary, "tiers_and_concentration")
    assert [row[0] for row in well.rows] == ["Tier 1", "Tier 2", "Tier 3", "Unrated"]
    assert [row[0] for row in upside.rows] == ["Tier 2", "Tier 3"]
    of = {one.value: one.learners for one in cohort(summary, "well_paid").by_tier}
    assert {row[0]: row[2] for row in well.rows} == of
    assert tiers == company_tiers(summary)


def test_roles_at_companies_are_those_of_the_section_of_pay(summary):
    tables = questions.tables_of(summary, "company_role_pay")
    assert tables[-1] == company_roles(summary)


def test_data_scientists_stand_beside_the_rest_of_their_company(summary):
    first, *others = summary.companies.largest
    role = first.roles[0].model_copy(
        update={"role_family": "Data science", "to_rest": 1.2}
    )
    largest = (first.model_copy(update={"roles": (role,)}), *others)
    found = summary.companies.model_copy(update={"largest": largest})
    tables = questions.tables_of(with_(summary, companies=found), "company_role_pay")
    assert tables[0].rows[0][:3] == (first.alias, "Data science", 1.2)


def test_companies_of_the_answer_that_are_not_shown_are_counted(summary):
    asked, companies = summary.questions, summary.companies
    role = (
        companies.largest[0].roles[0].model_copy(update={"role_family": "Data science"})
    )
    one = companies.largest[0].model_copy(update={"roles": (role,)})
    shown = companies.model_copy(update={"largest": (one,)})

    def note(n):
        found = RoleInCompanies(
            role_family="Data science", companies=n, higher=n, typical=1.2
        )
        told = asked.model_copy(update={"in_companies": found})
        changed = with_(summary, companies=shown, questions=told)
        return questions.tables_of(changed, "company_role_pay")[0].note

    assert "1 of the 9 companies are shown" in note(9)
    assert "are shown" not in note(1)


def test_rules_have_the_segment_that_most_of_each_is_in(summary):
    rows = only(summary, "learned_against_rules").rows
    for row, band in zip(rows, summary.bands.rows, strict=True):
        most = max(band.cells, key=lambda cell: cell.count or 0)
        name = summary.segment(most.segment_id).name
        assert row == (band.rule, band.learners, name, most.count)


def test_a_question_that_cannot_be_answered_has_no_tables(summary):
    asked = summary.questions.model_copy(update={"pay_with_experience": None})
    bare = with_(summary, companies=None, bands=None, cohorts=(), questions=asked)
    for key in ASKED[2:]:
        assert questions.tables_of(bare, key) == ()


def test_one_segment_is_the_largest(summary):
    alone = with_(summary, segments=summary.segments[:1])
    assert len(only(alone, "largest_segment").rows) == 1
