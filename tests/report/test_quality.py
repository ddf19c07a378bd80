"""Sentences and tables of data quality."""

import pytest

from charted import with_
from learnstrata.report import quality
from learnstrata.summary.contract.learners import Source


@pytest.fixture
def write(summary):
    return summary.settings.numbers


def with_ledger(summary, **changes):
    return with_(summary, ledger=summary.ledger.model_copy(update=changes))


def test_the_ledger_counts_each_state(summary, write):
    table = quality.states(summary)
    found = summary.ledger
    counts = [found.current, found.repaired, found.set_aside]
    counts += [found.history, found.quarantined]
    assert [row[1] for row in table.rows] == counts
    kept = ("Used, with a value set aside", write.count(found.set_aside))
    assert table.texts(write)[2] == kept
    assert table.texts(write)[4] == ("Not used: of no learner", "under 10")


def test_records_are_accounted_for_though_rounded_parts_do_not_add_up(summary, write):
    told = quality.ledger(summary)
    assert (
        told == f"All {write.count(summary.input.records)} records are accounted for."
    )


def test_records_that_are_lost_are_told(summary):
    lost = with_ledger(summary, history=1000)
    assert not quality.is_accounted(lost)
    left = lost.ledger.current + lost.ledger.set_aside + 1000
    assert quality.ledger(lost).startswith(f"{left:,} of {lost.input.records:,}")


def test_rules_stand_by_records_in_words(summary):
    rows = quality.rules(summary).rows
    counts = [row[2] or 0 for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert rows[0][:2] == (
        "An older record of the same learner",
        "Older records of a learner, kept as history",
    )


def test_a_rule_of_another_name_is_told_by_it(summary):
    rule = summary.ledger.rules[0].model_copy(update={"rule": "odd_value"})
    rows = quality.rules(with_ledger(summary, rules=(rule,))).rows
    assert rows[0][0] == "Odd value"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("unreadable_pay_year", "Year of pay that cannot be read with certainty"),
        ("middle_of_range_experience", "Range of experience, read by its middle"),
    ],
)
def test_a_rule_of_a_column_names_it(summary, rule, words):
    found = summary.ledger.rules[0].model_copy(update={"rule": rule})
    assert quality.rules(with_ledger(summary, rules=(found,))).rows[0][0] == words


def test_limits_of_pay_are_those_of_the_run(summary, write):
    found = summary.limits
    assert quality.limits(summary) == (
        f"Pay below {write.pay_text(found.pay_low)} or above "
        f"{write.pay_text(found.pay_high)} was set aside as mistyped. So was pay of "
        f"exactly {write.pay_text(found.heaped_pay[0].pay)}, which is typed too often."
    )


def test_without_limits_nothing_was_set_aside(summary):
    none = {"pay_low": 0.0, "pay_high": None, "heaped_pay": ()}
    free = with_(summary, limits=summary.limits.model_copy(update=none))
    assert quality.limits(free) == "No pay was set aside for its size."


def test_limits_of_few_are_not_told(summary):
    none = {"pay_low": None, "pay_high": None, "heaped_pay": ()}
    hidden = with_(summary, limits=summary.limits.model_copy(update=none))
    assert quality.limits(hidden) == (
        "The limits of pay are of too few learners or companies to be told."
    )


def test_fills_are_counted(summary):
    filled = summary.filled.model_copy(update={"pay": 90, "experience": None})
    assert quality.filled(with_(summary, filled=filled)).startswith(
        "For the distances alone, filled in: pay of 90 learners and experience of "
        "under 10 learners."
    )
    none = summary.filled.model_copy(update={"pay": 0, "experience": 0})
    assert quality.filled(with_(summary, filled=none)) == "Nothing was filled in."


def test_coverage_is_told_in_shares_and_where_they_are_hidden_in_counts(summary, write):
    roles = summary.roles
    assert roles.share_unmapped is None
    assert quality.coverage(summary) == (
        f"{write.share(roles.share_mapped)} of the learners have a title that maps to "
        f"a role, {write.share(roles.share_missing)} state none, and under 10 have one "
        f"that is not understood. {roles.n_titles_mapped} of {roles.n_titles} distinct "
        "titles are mapped."
    )


def test_without_titles_there_is_no_coverage(summary):
    bare = with_(summary, roles=None)
    assert quality.coverage(bare) == ""
    assert quality.unmapped(bare).rows == ()


def test_outliers_are_counted_for_each_number(summary, write):
    told = quality.outliers(summary)
    for one in summary.description.distributions:
        assert f"{write.count(one.outside_fences)} of {write.count(one.n)} for" in told
    bare = summary.description.model_copy(update={"distributions": ()})
    assert quality.outliers(with_(summary, description=bare)) == (
        "No number was described."
    )


def test_features_and_columns_are_those_of_the_run(summary):
    names = [row[0] for row in quality.features(summary).rows]
    assert names == [one.label for one in summary.features.used]
    read = dict(quality.mapping(summary).rows)
    assert read["Learner id"] == summary.input.columns["learner_id"]
    assert read["Year of pay"] == summary.input.columns["pay_year"]
    assert dict(quality.versions(summary).rows) == summary.settings.versions


def test_what_is_not_shown_is_told_with_what_the_table_lacks(summary):
    given = with_(summary.input, available=("pay",))
    bare = with_(summary, input=given)
    needed = ("pay", "title", "years_of_experience")
    assert quality.lacking(bare, *needed, part="Pay by role") == (
        "Pay by role is not shown: the table has no title and no years of experience."
    )
    assert quality.lacking(summary, *needed, part="Pay by role") == (
        "Pay by role is not shown: this run has no numbers for it."
    )


@pytest.mark.parametrize(("base", "steps"), [(10, "10 to about 20"), (25, "25")])
def test_one_line_says_how_counts_are_rounded(summary, base, steps):
    settings = summary.settings.model_copy(update={"base": base})
    told = summary.model_copy(update={"settings": settings, "rounding_error": 13})
    assert quality.rounding(told) == (
        f"Counts are rounded in steps of {steps}, no count is off by more than 13, so "
        "parts may not add up to their whole; 0 to "
        f'{base - 1} reads "under {base}".'
    )


def of_file(summary, **facts):
    plain = {"format": "csv", "files": None, "sheet_number": None, "sheets": None}
    plain |= {"header_line": 1, "left_out": (), "sheet": None, "other_sheets": ()}
    source = Source(**{**plain, "lines": None, "notes": (), **facts})
    return with_(summary, input=summary.input.model_copy(update={"source": source}))


def test_a_frame_is_no_file_and_nothing_is_said_of_it(summary):
    assert summary.input.source is None
    assert quality.source(summary) == ""


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "a text file."),
        ({"format": "parquet"}, "Parquet."),
        ({"format": "excel"}, "an Excel workbook."),
        (
            {"header_line": 4, "left_out": ("title lines", "totals")},
            "a text file, whose columns are named on line 4. Left out, as no records: "
            "title lines and totals.",
        ),
    ],
)
def test_the_kind_of_file_is_told(summary, facts, words):
    told = quality.source(of_file(summary, **facts))
    assert told == f"The table was read from {words}"


def test_bands_are_told_with_their_limits_and_who_set_them(summary):
    rows = quality.bands(summary).rows
    assert rows[:3] == (
        ("experience", "Early", "up to 2 years", "the usual limits"),
        ("experience", "Mid", "over 2 and up to 6 years", "the usual limits"),
        ("experience", "Senior", "over 6 years", "the usual limits"),
    )
    assert rows[-1][1:3] == ("Very high", "over 30 LPA")
    mid = summary.band_limits[1].model_copy(update={"origin": "table", "high": None})
    alone = mid.model_copy(update={"low": None, "name": "All"})
    told = [
        row[2:] for row in quality.bands(with_(summary, band_limits=(mid, alone))).rows
    ]
    assert told[0][1].startswith("this table: equally many learners in each")
    assert told[1] == ("any", "no limits: they would not tell learners apart")


def test_a_small_pay_keeps_the_digits_of_its_limits(summary):
    money = summary.settings.money.model_copy(update={"per": 1000.0, "unit": "k EUR"})
    low = summary.band_limits[3].model_copy(update={"low": 22.0, "high": 187_000.0})
    some = with_(
        summary, settings=with_(summary.settings, money=money), band_limits=(low,)
    )
    assert quality.bands(some).rows[0][2] == "over 0.022 and up to 187 k EUR"


def test_role_families_are_listed_with_their_codes(summary):
    rows = {row[0]: row[1:] for row in quality.role_families(summary).rows}
    assert rows["Quality"][:3] == (
        "2519",
        "Software and applications developers and analysts not elsewhere classified",
        "software tester",
    )
    assert rows["Other"] == (None, None, None, None)
    assert not {"Not stated", "Unmapped"} & set(rows)
    assert quality.role_families(with_(summary, roles=None)).rows == ()
