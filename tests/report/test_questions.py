"""The tables that answers rest on."""

from charted import with_
from learnstrata.report import questions
from learnstrata.report.pay import company_roles

ASKED = (
    *("largest_segment", "segment_differences", "pay_without_experience"),
    *("entry_level_pay", "company_role_pay", "tiers_and_concentration"),
    "learned_against_rules",
)


def only(summary, finding_id):
    (table,) = questions.tables_of(summary, finding_id)
    return table


def test_every_question_has_its_tables_in_the_order_it_is_asked(summary):
    told = [table.sheet for table in questions.question_tables(summary)]
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
        assert row[4].count(" and ") == 1


def test_what_a_table_of_learners_lacks_is_no_column(summary):
    bare = tuple(
        one.model_copy(update={"typical": (), "categories": ()})
        for one in summary.segments
    )
    table = only(with_(summary, segments=bare), "segment_differences")
    assert [one.heading for one in table.columns] == ["Segment", "Learners"]


def test_pay_that_lags_is_told_by_role(summary):
    found = summary.questions.lagging_pay.by_role
    rows = only(summary, "pay_without_experience").rows
    assert rows == tuple(
        (r.role, r.learners, r.experienced, r.lagging, r.share, r.correlation)
        for r in found
    )


def test_counts_under_the_base_read_so(summary):
    role = summary.questions.entry_level.by_role[0].model_copy(update={"high": None})
    level = summary.questions.entry_level.model_copy(update={"by_role": (role,)})
    asked = summary.questions.model_copy(update={"entry_level": level})
    table = only(with_(summary, questions=asked), "entry_level_pay")
    assert table.texts(summary.settings.numbers)[0][-1] == "under 10"


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


def test_rules_have_the_segment_that_most_of_each_is_in(summary):
    rows = only(summary, "learned_against_rules").rows
    for row, band in zip(rows, summary.bands.rows, strict=True):
        most = max(band.cells, key=lambda cell: cell.count or 0)
        name = summary.segment(most.segment_id).name
        assert row == (band.rule, band.learners, name, most.count)


def test_a_question_that_cannot_be_answered_has_no_tables(summary):
    asked = summary.questions.model_copy(
        update={"lagging_pay": None, "entry_level": None}
    )
    bare = with_(summary, companies=None, bands=None, questions=asked)
    for key in ASKED[2:]:
        assert questions.tables_of(bare, key) == ()


def test_one_segment_is_the_largest(summary):
    alone = with_(summary, segments=summary.segments[:1])
    assert len(only(alone, "largest_segment").rows) == 1
