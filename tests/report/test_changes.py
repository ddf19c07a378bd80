"""What changed since the previous run: the same tables on the page and the sheet."""

import polars as pl
import pytest

import learnstrata as ls
from charted import texts_of, with_
from learnstrata.layer.compare import Side, compare_sides
from learnstrata.report.changes import CHANGES, change_sheets, change_tables
from learnstrata.report.opening import opening_lines
from learnstrata.report.page import render_report
from learnstrata.report.workbook import workbook_sheets
from learnstrata.summary.previous import agreement_sentence
from thrift import NO_EVIDENCE

KEY = bytes(32)
TABLE = ls.make_learners(1_500, rng=4)
IDS = TABLE["email_hash"].unique(maintain_order=True)
LATER = TABLE.filter(pl.col("email_hash").is_in(IDS[200:].implode()))


def segmented(table, k, **more):
    config = ls.load_config(evidence=NO_EVIDENCE, selection={"k": k})
    return ls.segment(table, config=config, key=KEY, **more)


@pytest.fixture(scope="module")
def old():
    return segmented(TABLE, 4)


@pytest.fixture(scope="module")
def new(old):
    return segmented(LATER, 5, previous=old)


def table_named(summary, title):
    (found,) = (one for one in change_tables(summary) if one.title == title)
    return found


def column(table, heading):
    place = [one.heading for one in table.columns].index(heading)
    return [row[place] for row in table.rows]


def test_without_a_run_before_there_is_no_table_no_sheet_and_no_section(old):
    assert change_tables(old.summary) == ()
    assert change_sheets(old.summary) == ()
    assert CHANGES not in render_report(old.summary)


def test_the_page_and_the_workbook_have_the_same_tables(new):
    html = render_report(new.summary)
    assert html.count('id="changes"') == 1
    assert 'href="#changes"' in html
    (sheet,) = (s for s in workbook_sheets(new.summary) if s.name == "Changes")
    assert sheet.tables == change_tables(new.summary)
    for table in sheet.tables:
        assert table.title in html


@pytest.mark.parametrize("form", ["summary", "exact"])
def test_every_segment_then_and_now_is_in_a_row_with_its_size_and_fate(new, form):
    summary = getattr(new, form)
    found, table = summary.previous, table_named(summary, "Segments then and now")
    told = texts_of(table, summary)
    for one in (*found.old_segments, *found.new_segments):
        assert f"{one.id} {one.name}" in told
        assert summary.settings.numbers.count(one.size) in told
    assert len(table.rows) == len(found.pairs)
    fates = {text.split()[0] for text in column(table, "What became of it")}
    assert fates == {pair.fate for pair in found.pairs}
    for pair, row in zip(found.pairs, table.rows, strict=True):
        assert (row[3] == "\u2013") == (pair.old_id is None)


def test_shares_kept_follow_from_the_counts_where_rounding_leaves_them(new):
    found = new.exact.previous
    table = table_named(new.exact, "Segments then and now")
    shares = column(table, "Of those then, in it now")
    for pair, share in zip(found.pairs, shares, strict=True):
        assert share == pytest.approx(pair.count / pair.size_old, abs=0.006)
    assert any(shares)
    told = [one.of_old for one in new.summary.previous.pairs]
    for pair, share in zip(found.pairs, told, strict=True):
        assert share is None or share == pytest.approx(pair.of_old, abs=0.06)


@pytest.mark.parametrize("form", ["summary", "exact"])
def test_how_far_the_runs_agree_is_said_beside_the_segments(new, form):
    summary = getattr(new, form)
    table = table_named(summary, "Segments then and now")
    assert agreement_sentence(summary.previous) in table.note
    exact = new.exact.previous.agreement
    if form == "exact":
        assert f"adjusted Rand index {exact:.2f}" in table.note
    told = with_(new.summary, previous=previous_with(new, agreement=0.9))
    note = table_named(told, "Segments then and now").note
    assert "the segments of the two runs agree strongly" in note
    assert note in " ".join(render_report(told).split())


def previous_with(run, **more):
    return run.summary.previous.model_copy(update=more)


def test_movers_are_the_counts_that_are_told_off_the_continued_pairs(new):
    found = new.summary.previous
    same = {(p.old_id, p.new_id) for p in found.pairs if p.fate == "continued"}
    expected = [
        one.count
        for one in found.migrations
        if one.count is not None and (one.old_id, one.new_id) not in same
    ]
    ends = [n for n in (found.joined, found.left) if n]
    counts = column(table_named(new.summary, "Who moved"), "Learners")
    assert counts == sorted([*expected, *ends], reverse=True)
    assert expected
    assert all(count % found.base == 0 for count in counts)


def test_exact_movers_add_up_to_who_moved_joined_and_left(new):
    found = new.exact.previous
    counts = column(table_named(new.exact, "Who moved"), "Learners")
    assert sum(counts) == found.moved + found.joined + found.left


def test_numbers_are_of_all_then_of_each_segment_that_continues(new):
    found, write = new.summary.previous, new.summary.settings.numbers
    table = table_named(new.summary, "Numbers then and now")
    parts = [p for p in found.pairs if p.fate == "continued"]
    told = [one for pair in parts for one in pair.numbers if one.old or one.new]
    n_all = len(found.numbers)
    assert column(table, "Of whom")[:n_all] == ["All"] * n_all
    assert len(table.rows) == n_all + len(told)
    beyond = column(table, "Beyond noise")[n_all:]
    assert beyond == sorted(beyond, key=lambda one: one != "yes")
    pay = next(one for one in found.numbers if one.feature == "pay")
    row = next(row for row in table.rows if row[1].startswith("Pay ("))
    assert row[2:4] == pytest.approx((pay.old / write.per, pay.new / write.per))


def test_growth_is_told_in_percent_and_never_as_a_logarithm(new):
    table = table_named(new.exact, "Numbers then and now")
    rows = [row for row in table.rows if row[1].startswith("Pay growth")]
    assert rows
    assert all("%" in row[1] and "log" not in row[1] for row in rows)
    growth = [
        100 * one.old
        for pair in new.exact.previous.pairs
        if pair.fate == "continued"
        for one in pair.numbers
        if one.feature == "pay_growth"
    ]
    assert sorted(row[2] for row in rows) == pytest.approx(sorted(growth))


def test_the_owners_tables_do_not_speak_of_steps(new):
    notes = {t.title: t.note for t in change_tables(new.exact)}
    shared = {t.title: t.note for t in change_tables(new.summary)}
    assert "steps of 50" in shared["Who moved"]
    assert "steps of 50" in shared["Segments then and now"]
    assert not any("steps of 50" in note for note in notes.values())


def test_settings_that_differ_have_both_values(new):
    table = table_named(new.summary, "Settings that differ")
    assert table.rows == (("selection.k", "4", "5"),)


def test_where_nobody_is_followed_the_tables_say_why_and_tell_no_moves(old, new):
    alone = compare_sides(Side(old.summary), Side(new.summary), key=KEY).told
    summary = with_(new.summary, previous=alone)
    tables = {table.title: table for table in change_tables(summary)}
    pairs = tables["Segments then and now"]
    assert pairs.note == alone.why_not
    assert "Of those then, in it now" not in [one.heading for one in pairs.columns]
    assert "Who moved" not in tables
    assert alone.why_not in " ".join(render_report(summary).split())


def test_the_first_screen_leads_to_the_tables(old, new):
    links = {line.key: line.link for line in opening_lines(new.summary)}
    assert links["new"] == "#changes"
    assert "new" not in {line.key for line in opening_lines(old.summary)}
