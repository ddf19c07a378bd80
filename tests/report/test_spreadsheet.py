"""Sheets as Excel has them, read with another library."""

import openpyxl
import pytest

from learnstrata.report.spreadsheet import (
    CONTENTS,
    Cover,
    Sheet,
    number_format,
    write_workbook,
)
from learnstrata.report.workbook import cover_of, workbook_sheets, write_summary
from learnstrata.wording.numbers import NOTHING, Numbers
from learnstrata.wording.tables import Column, Table

LPA = Numbers(1e5, "LPA", 10)


def sheet_of(table, name="One"):
    return Sheet(name, name, (table,))


def written(path, *tables):
    sheets = [sheet_of(table, f"Sheet {i}") for i, table in enumerate(tables, 1)]
    write_workbook(path, sheets, LPA)
    return openpyxl.load_workbook(path).worksheets


def cells_of(page):
    """Give the cells of the first table of a sheet, row by row, headings first."""
    (ref,) = [table.ref for table in page.tables.values()]
    return [list(row) for row in page[ref]]


def _kept(value):
    """Give a value with the digits that a workbook keeps of it."""
    if value is None:
        return NOTHING
    return float(f"{value:.16g}") if isinstance(value, float) else value


@pytest.mark.parametrize("name", ["summary", "notebook", "bare"])
def test_every_table_opens_in_another_reader_as_a_table_with_a_filter(
    name, request, tmp_path
):
    summary = request.getfixturevalue(name)
    write_summary(tmp_path / "tables.xlsx", summary)
    opened = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    sheets, write = workbook_sheets(summary), summary.settings.numbers
    assert opened.sheetnames == [CONTENTS, *(sheet.name for sheet in sheets)]
    for page, sheet in zip(opened.worksheets[1:], sheets, strict=True):
        assert page["A1"].value == sheet.title
        filled = [table for table in sheet.tables if table.rows]
        assert len(page.tables) == len(filled)
        for there, table in zip(page.tables.values(), filled, strict=True):
            assert there.autoFilter.ref == there.ref
            found = [[cell.value for cell in row] for row in page[there.ref]]
            assert found[0] == [*table.headings(write)]
            values = [[_kept(one) for one in row] for row in table.values(write)]
            assert found[1:] == values


def test_headings_stay_in_sight(summary, tmp_path):
    write_summary(tmp_path / "tables.xlsx", summary)
    opened = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    for page in opened.worksheets[1:]:
        heads = [cells_of(page)[0][0].row] if len(page.tables) == 1 else []
        frozen = int(page.freeze_panes[1:]) - 1
        assert page.freeze_panes[0] == "A"
        assert frozen in {1, *heads}, page.title
    assert opened["Segments"].freeze_panes == "A6"


def test_the_contents_lead_to_every_sheet_and_back(summary, tmp_path):
    write_summary(tmp_path / "tables.xlsx", summary)
    opened = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    cover, *others = opened.worksheets
    links = {cell.value: cell.hyperlink for cell in cover["A"] if cell.hyperlink}
    assert list(links) == [page.title for page in others]
    for name, link in links.items():
        assert link.location == f"'{name}'!A1"
    for page in others:
        back = [cell for cell in page["A"][:20] if cell.hyperlink]
        assert [cell.value for cell in back] == [CONTENTS], page.title
    told = {row[0].value: row[1].value for row in cover.iter_rows()}
    assert dict(cover_of(summary).facts).items() <= told.items()
    assert "rows" in told["Pay benchmarks"]


def test_a_number_looks_as_the_report_writes_it(tmp_path):
    kinds = ("share", "share", "pay", "pay", "years", "years", "count", "statistic")
    row = (0.349, 0.0002, 1_350_000.0, 17_300.0, 8.0, 12.5, 1340, 0.905)
    table = Table("One", tuple(Column(f"{i}", k) for i, k in enumerate(kinds)), (row,))
    (page,) = written(tmp_path / "one.xlsx", table)
    formats = [cell.number_format for cell in cells_of(page)[1]]
    assert formats == [
        *("0.0%", '"<0.1%"', "0.0", "0.00"),
        *("0", "0.0", "#,##0", "0.000"),
    ]


@pytest.mark.parametrize("text", ["<0.001", "1e-07"])
def test_what_is_no_plain_number_is_written_as_it_is_told(text):
    assert number_format(text) == f'"{text}"'


def test_a_negative_number_that_rounds_to_nothing_has_no_minus(tmp_path):
    columns = (Column("Strength", "number"), Column("Difference", "share"))
    table = Table("Two", columns, ((-0.001, -0.0001), (-0.25, -0.25)))
    (page,) = written(tmp_path / "two.xlsx", table)
    assert [[cell.number_format for cell in row] for row in cells_of(page)[1:]] == [
        ["0.00;0.00", '">-0.1%";">-0.1%"'],
        ["0.00", "0%"],
    ]


@pytest.mark.parametrize("name", ["summary", "notebook", "bare"])
def test_a_column_is_all_percents_or_has_none(name, request, tmp_path):
    write_summary(tmp_path / "tables.xlsx", request.getfixturevalue(name))
    n = 0
    for page in openpyxl.load_workbook(tmp_path / "tables.xlsx").worksheets[1:]:
        for table in page.tables.values():
            for heading, *cells in zip(*page[table.ref], strict=True):
                numbers = [one for one in cells if isinstance(one.value, int | float)]
                percents = {"%" in one.number_format for one in numbers}
                assert len(percents) < 2, (page.title, heading.value)
                n += True in percents
    assert n > 10


def test_a_text_that_looks_like_a_formula_or_a_link_stays_a_text(tmp_path):
    texts = ("=1+1", "http://example.org", "@SUM(A1)")
    table = Table("Texts", (Column("What"),), tuple((text,) for text in texts))
    (page,) = written(tmp_path / "texts.xlsx", table)
    cells = [row[0] for row in cells_of(page)[1:]]
    assert [cell.value for cell in cells] == list(texts)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_no_cell_is_empty_and_a_pay_is_in_its_unit(tmp_path):
    kinds = (Column("Who"), Column("Learners", "count"), Column("Pay", "pay"))
    table = Table("Few", kinds, (("a", None, 1_350_000.0), (None, 120, None)))
    (page,) = written(tmp_path / "few.xlsx", table)
    rows = [[cell.value for cell in row] for row in cells_of(page)]
    assert rows == [
        ["Who", "Learners", "Pay (LPA)"],
        ["a", "under 10", 13.5],
        [NOTHING, 120, NOTHING],
    ]


def width_of(page, place):
    """Give the width of a column, or of the run of equal ones that it is in."""
    runs = page.column_dimensions.values()
    return next(one.width for one in runs if one.min <= place <= one.max)


def test_columns_are_wide_enough_for_what_stands_in_them(summary, tmp_path):
    write_summary(tmp_path / "tables.xlsx", summary)
    for page in openpyxl.load_workbook(tmp_path / "tables.xlsx").worksheets[1:]:
        for table in page.tables.values():
            for row in page[table.ref][1:]:
                for cell in row:
                    if isinstance(cell.value, str):
                        assert width_of(page, cell.column) >= min(
                            len(cell.value), 60
                        ), (page.title, cell)


def test_headings_that_are_alike_are_told_apart(tmp_path):
    table = Table("Two", (Column("Name"), Column("name")), (("a", "b"),))
    (page,) = written(tmp_path / "two.xlsx", table)
    assert [cell.value for cell in cells_of(page)[0]] == ["Name", "name (2)"]


def test_three_headings_that_are_alike_are_told_apart_from_one_that_has_a_number(
    tmp_path,
):
    names = ["Size", "size", "Size (2)", "SIZE"]
    columns = tuple(Column(name) for name in names)
    (page,) = written(tmp_path / "a.xlsx", Table("Sizes", columns, (("1",) * 4,)))
    found = [cell.value for cell in cells_of(page)[0]]
    assert found == ["Size", "size (2)", "Size (2) (2)", "SIZE (3)"]


def test_sheets_get_names_that_excel_takes(tmp_path):
    titles = ("History", "a/b: [c]?", "x" * 40, "x" * 41, "'", "X" * 31)
    tables = [Table("T", (Column("One"),), (("1",),)) for _ in titles]
    sheets = [sheet_of(table, name) for name, table in zip(titles, tables, strict=True)]
    write_workbook(tmp_path / "names.xlsx", sheets, LPA)
    names = openpyxl.load_workbook(tmp_path / "names.xlsx").sheetnames
    assert names[:3] == ["History (2)", "a-b- -c--", "x" * 31]
    assert names[3] == "x" * 27 + " (2)"
    assert names[4:] == ["Sheet", "X" * 27 + " (3)"]
    assert len({name.lower() for name in names}) == len(names)


def test_the_name_of_the_contents_is_kept_for_them(tmp_path):
    table = Table("T", (Column("One"),), (("1",),))
    cover = Cover("All", (("Pay", "In LPA."),))
    path = tmp_path / "cover.xlsx"
    write_workbook(path, [sheet_of(table, CONTENTS)], LPA, cover=cover)
    assert openpyxl.load_workbook(path).sheetnames == [CONTENTS, f"{CONTENTS} (2)"]


def test_the_same_sheets_give_the_same_bytes(summary, tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        write_summary(tmp_path / name, summary)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.xlsx", "two.xlsx"))
    assert one == two
