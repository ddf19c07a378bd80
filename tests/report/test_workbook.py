"""The workbook: a sheet a table, of disclosed and of exact results."""

import csv
import re

import openpyxl
import pytest

from charted import with_
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.pay import pay_section
from learnstrata.report.quality import quality_tables, role_families, rounding
from learnstrata.report.questions import question_tables
from learnstrata.report.workbook import workbook_tables, write_csv, write_workbook
from learnstrata.summary.contract.results import ExactSummary
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.tables import Column, Table

LPA = Numbers(1e5, "LPA", 10)


@pytest.fixture
def sheets(summary):
    return {table.sheet: table for table in workbook_tables(summary)}


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


def written(path, table, write=LPA):
    write_workbook(path, [table], write)
    return openpyxl.load_workbook(path).worksheets[0]


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


def test_sheets_have_rows_and_names_of_their_own(summary):
    tables = workbook_tables(summary)
    names = [table.sheet for table in tables]
    assert len(set(names)) == len(names)
    assert all(table.rows for table in tables)
    assert max(map(len, names)) <= 31


def test_the_first_sheet_says_how_to_read_the_others(summary, sheets):
    assert next(iter(sheets)) == "About"
    told = dict(sheets["About"].rows)
    assert told["Counts"] == rounding(summary)
    assert told["Hidden"] == summary.words.pay_rule
    assert set(sheets) - {"About"} <= set(told)


def test_the_owner_has_the_same_tables_with_what_is_his_alone(summary, sheets):
    owner = {table.sheet: table for table in workbook_tables(exact_of(summary))}
    assert list(owner) == list(sheets)
    assert columns(owner["Companies"])["Median"] == [1e6] * len(
        summary.companies.largest
    )
    assert "Median" not in columns(sheets["Companies"])
    told = dict(owner["About"].rows)
    assert "not to be shared" in told["Numbers"]
    assert "Counts" not in told


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
        if number.feature not in drawn | {"company_pay"}
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
    assert [(row[0], row[2], row[3]) for row in rows] == values
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


def test_a_run_without_evidence_has_fewer_sheets(summary, sheets):
    bare = {table.sheet for table in workbook_tables(with_(summary, evidence=None))}
    assert {"Verdict", "Sensitivity", "Stability"} <= set(sheets) - bare


def _kept(value):
    """Give a value with the digits that a workbook keeps of it."""
    return float(f"{value:.16g}") if isinstance(value, float) else value


@pytest.mark.parametrize("name", ["summary", "notebook"])
def test_the_sheets_open_in_another_reader(name, request, tmp_path):
    summary = request.getfixturevalue(name)
    tables, write = workbook_tables(summary), summary.settings.numbers
    write_workbook(tmp_path / "tables.xlsx", tables, write)
    opened = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(opened.sheetnames) == len(tables)
    for sheet, table in zip(opened, tables, strict=True):
        assert tuple(cell.value for cell in sheet[1]) == table.headings(write)
        assert sheet.freeze_panes == "A2"
        for row, values in zip(
            sheet.iter_rows(min_row=2), table.values(write), strict=True
        ):
            cells = [cell.value for cell in row]
            assert cells == [_kept(value) for value in values]


def test_numbers_are_formatted_by_what_they_are(sheets, tmp_path):
    sheet = written(tmp_path / "segments.xlsx", sheets["Segments"])
    formats = {
        sheet.cell(1, cell.column).value: cell.number_format for cell in sheet[2]
    }
    assert formats["Learners"] == "#,##0"
    assert formats["Share"] == "0.0%"
    assert formats["Median pay (LPA)"] == "#,##0.0"
    assert formats["Median pay growth"] == "0%"


def test_a_text_that_looks_like_a_formula_or_a_link_stays_a_text(tmp_path):
    texts = ("=1+1", "http://example.org", "@SUM(A1)")
    table = Table("Texts", (Column("What"),), tuple((text,) for text in texts))
    sheet = written(tmp_path / "texts.xlsx", table)
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == list(texts)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_a_count_that_is_not_told_says_so_and_a_pay_is_in_its_unit(tmp_path):
    kinds = (Column("Who"), Column("Learners", "count"), Column("Pay", "pay"))
    table = Table("Few", kinds, (("a", None, 1_350_000.0), ("b", 120, None)))
    rows = list(written(tmp_path / "few.xlsx", table).iter_rows(values_only=True))
    assert rows == [
        ("Who", "Learners", "Pay (LPA)"),
        ("a", "under 10", 13.5),
        ("b", 120, None),
    ]


def test_sheets_get_names_that_excel_takes(tmp_path):
    titles = ("History", "a/b: [c]?", "x" * 40, "x" * 41, "'", "X" * 31)
    tables = [Table(title, (Column("One"),), (("1",),)) for title in titles]
    write_workbook(tmp_path / "names.xlsx", tables, LPA)
    names = openpyxl.load_workbook(tmp_path / "names.xlsx").sheetnames
    assert names[:3] == ["History (2)", "a-b- -c--", "x" * 31]
    assert names[3] == "x" * 27 + " (2)"
    assert names[4:] == ["Sheet", "X" * 27 + " (3)"]
    assert len({name.lower() for name in names}) == len(names)


def test_the_same_tables_give_the_same_bytes(summary, tmp_path):
    write, tables = summary.settings.numbers, workbook_tables(summary)
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(tmp_path / name, tables, write)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.xlsx", "two.xlsx"))
    assert one == two


def test_csv_files_hold_the_values_of_the_sheets(summary, tmp_path):
    write, tables = summary.settings.numbers, workbook_tables(summary)
    paths = write_csv(tmp_path / "csv", tables, write)
    assert len(set(paths)) == len(tables)
    assert all(re.fullmatch(r"[a-z0-9-]+\.csv", path.name) for path in paths)
    for path, table in zip(paths, tables, strict=True):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        values = [
            tuple("" if v is None else str(v) for v in r) for r in table.values(write)
        ]
        assert [tuple(row) for row in rows] == [table.headings(write), *values]
