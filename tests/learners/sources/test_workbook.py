"""Sheets of Excel workbooks: which is read, and what in it is no plain value."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.chart import BarChart, Reference

from learnstrata.exceptions import SourceError
from learnstrata.learners.sources.files import read_source
from learnstrata.learners.sources.sheets import Area, marks_of, sheets_of

HEADER = ["email_hash", "company", "title", "ctc", "orgyear"]
ROWS = [[f"L{i}", f"co{i}", "QA Engineer", 500_000 + i, 2000 + i] for i in range(9)]


@pytest.fixture
def book():
    made = openpyxl.Workbook()
    made.remove(made.active)
    return made


@pytest.fixture
def save(book, tmp_path):
    def save_():
        path = tmp_path / "learners.xlsx"
        book.save(path)
        return path

    return save_


def sheet_of(book, name, rows, state="visible"):
    sheet = book.create_sheet(name)
    sheet.sheet_state = state
    for row in rows:
        sheet.append(row)
    return sheet


def refused(path, **options):
    with pytest.raises(SourceError) as error:
        read_source(path, **options)
    return str(error.value)


def test_the_first_visible_sheet_with_a_table_is_read(book, save):
    sheet_of(book, "Secret", [HEADER, *ROWS], "veryHidden")
    sheet_of(book, "Old", [HEADER, *ROWS[:2]], "hidden")
    sheet_of(book, "Empty", [])
    sheet_of(book, "Read me", [["About this file"], ["More about it"]])
    table = sheet_of(book, "Learners", [HEADER, *ROWS])
    sheet_of(book, "2018", [HEADER, *ROWS[:3]])
    chart = BarChart()
    chart.add_data(Reference(table, min_col=4, min_row=2, max_row=5))
    book.create_chartsheet("Chart", 0).add_chart(chart)
    frame, info = read_source(save())
    assert len(frame) == 9
    assert (info.sheet, info.sheet_number, info.sheets) == ("Learners", 6, 7)
    assert info.other_sheets == ("2018",)


def test_a_hidden_sheet_is_read_when_it_is_named(book, save):
    sheet_of(book, "Old", [HEADER, *ROWS[:2]], "hidden")
    sheet_of(book, "Learners", [HEADER, *ROWS])
    frame, info = read_source(save(), sheet="Old")
    assert (len(frame), info.sheet, info.other_sheets) == (2, "Old", ())


def test_hidden_sheets_alone_are_told(book, save):
    sheet_of(book, "Empty", [])
    sheet_of(book, "Old", [HEADER, *ROWS], "hidden")
    told = refused(save())
    assert (
        "has no visible sheet that holds a table; the visible ones, ['Empty']" in told
    )
    assert told.endswith("Hidden are ['Old']: name one of them.")


def test_a_cover_before_hidden_tables_is_no_table(book, save):
    sheet_of(book, "Cover", [["Export of 2021"]])
    sheet_of(book, "Data", [HEADER, *ROWS], "hidden")
    told = refused(save())
    assert "['Cover'], are empty or hold one row or one column. Hidden are" in told
    assert told.endswith("Hidden are ['Data']: name one of them.")


def test_a_sheet_that_is_not_there_suggests_the_nearest(book, save):
    sheet_of(book, "Learners", [HEADER, *ROWS])
    assert refused(save(), sheet="learner").endswith("Did you mean 'Learners'?")


def test_a_title_above_the_names_is_left_out_and_told(book, save):
    sheet_of(book, "S", [[None, "Learners 2021"], [], [None, *HEADER], []])
    for row in ROWS:
        book["S"].append([None, *row])
    frame, info = read_source(save())
    assert frame.columns == HEADER
    assert len(frame) == 9
    assert (info.header_line, info.left_out) == (3, ("title lines", "blank lines"))
    assert info.notes[0].startswith("The names of the columns stand on line 3; what is")
    assert info.notes[1] == "Line 4 holds no value: no record."


def test_totals_and_headers_again_are_left_out(book, save):
    total = ["Total", None, None, 4_500_036]
    sheet_of(book, "S", [HEADER, *ROWS[:4], HEADER, *ROWS[4:], total])
    frame, info = read_source(save())
    assert len(frame) == 9
    assert info.left_out == ("repeated headers", "totals")


def test_merged_cells_all_have_the_value(book, save):
    sheet = sheet_of(book, "S", [["Learners"], HEADER, *ROWS])
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("B3:B5")
    sheet.merge_cells("D8:E9")
    frame, _ = read_source(save())
    assert frame["company"].to_list()[:4] == ["co0", "co0", "co0", "co3"]
    assert frame.select("ctc", "orgyear").rows()[5:7] == [("500005", "500005")] * 2


def test_a_merged_row_between_records_is_a_heading(book, save):
    rows = [HEADER, ["Sales team"], *ROWS[:4], ["Other team"], *ROWS[4:]]
    sheet = sheet_of(book, "S", rows)
    sheet.merge_cells("A2:E2")
    sheet.merge_cells("A7:E7")
    frame, info = read_source(save())
    assert len(frame) == 9
    assert info.left_out == ("headings",)
    assert info.notes == (
        "Lines 2 and 7 are headings between the records ('Sales team'): no record.",
    )


def test_names_on_two_lines_are_refused(book, save):
    first = ["email_hash", "company", "title", "Pay", None]
    sheet = sheet_of(book, "S", [first, [None, None, None, "a year", "since"], *ROWS])
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("D1:E1")
    told = refused(save())
    assert "learners.xlsx, sheet 'S' names its columns on two lines or more" in told


def test_names_that_are_two_rows_high_are_one_line(book, save):
    sheet = sheet_of(book, "S", [HEADER, [], *ROWS])
    for letter in "ABCDE":
        sheet.merge_cells(f"{letter}1:{letter}2")
    assert len(read_source(save())[0]) == 9


def with_formulas(book, number):
    sheet = sheet_of(book, "S", [["Learners"], HEADER, *ROWS])
    for row in range(3, 3 + number):
        sheet.cell(row, 4).value = f"=E{row}*12"


def test_formulas_at_the_end_of_a_row_are_seen_as_those_within(book, save):
    sheet = sheet_of(book, "S", [HEADER, *ROWS])
    for row in range(2, 10):
        sheet.cell(row, 5).value = f"=2021-{row}"
    assert "8 cells of the column 'orgyear' hold formulas without" in refused(save())
    for row in range(5, 10):
        sheet.cell(row, 5).value = 2000 + row
    frame, info = read_source(save())
    assert frame["orgyear"].to_list()[:4] == [None, None, None, "2005"]
    assert info.notes == (
        "3 cells of the column 'orgyear' hold formulas without saved results: taken as "
        "missing (the first on line 2).",
    )


def test_a_column_of_formulas_without_results_is_refused(book, save):
    with_formulas(book, 5)
    told = refused(save())
    assert "sheet 'S': 5 cells of the column 'ctc' hold formulas without" in told
    assert told.endswith("Open and save the workbook in Excel, or delete the column.")


def test_a_few_formulas_without_results_are_missing_and_told(book, save):
    with_formulas(book, 2)
    frame, info = read_source(save())
    assert frame["ctc"].to_list()[:3] == [None, None, "500002"]
    assert info.notes[1:] == (
        "2 cells of the column 'ctc' hold formulas without saved results: taken as "
        "missing (the first on line 3).",
    )


def written(tmp_path, cells):
    path = tmp_path / "written.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for row, line in enumerate([HEADER, *ROWS]):
            sheet.write_row(row, 0, line)
        for place, (formula, value) in cells.items():
            sheet.write_formula(place, formula, None, value)
    return path


@pytest.mark.parametrize(("letter", "column"), [("D", "ctc"), ("E", "orgyear")])
def test_zeros_that_a_library_wrote_for_results_are_none(tmp_path, letter, column):
    cells = {f"{letter}{row}": ("=2*1000", 0) for row in range(2, 11)}
    assert f"9 cells of the column {column!r} hold formulas" in refused(
        written(tmp_path, cells)
    )


def test_an_empty_text_that_a_library_wrote_for_a_result_is_none(tmp_path):
    path = tmp_path / "written.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for row, line in enumerate([HEADER, *ROWS]):
            sheet.write_row(row, 0, line)
        for row in range(1, 10):
            sheet.write_array_formula(row, 3, row, 3, "{=2*1000}", None, "")
    assert "9 cells of the column 'ctc' hold formulas" in refused(path)


def test_saved_results_are_read(tmp_path):
    cells = {f"D{row}": (f"=E{row}*12", row) for row in range(2, 11)}
    frame, info = read_source(written(tmp_path, cells))
    assert frame["ctc"].to_list() == [str(row) for row in range(2, 11)]
    assert not info.notes


def test_errors_are_missing_and_told(tmp_path):
    cells = {"D3": ("=1/0", "#DIV/0!"), "D5": ("=NA()", "#N/A")}
    frame, info = read_source(written(tmp_path, cells))
    assert frame["ctc"].null_count() == 2
    assert info.notes == (
        "2 cells of the column 'ctc' hold errors, such as #REF!: taken as missing (the "
        "first on line 3).",
    )


def test_errors_at_the_end_of_a_row_are_missing_and_told(tmp_path):
    cells = {"E3": ("=1/0", "#DIV/0!"), "E5": ("=NA()", "#N/A")}
    frame, info = read_source(written(tmp_path, cells))
    assert frame["orgyear"].to_list()[:4] == ["2000", None, "2002", None]
    assert info.notes[0].startswith("2 cells of the column 'orgyear' hold errors")


def changed(path, part, old, new):
    """Replace bytes in a part of a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == part:
                assert old in data
                data = data.replace(old, new)
            after.writestr(name, data)
    path.write_bytes(out.getvalue())
    return path


def test_a_document_type_is_not_read(book, save):
    sheet_of(book, "S", [HEADER, *ROWS])
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook '
    path = changed(save(), "xl/workbook.xml", b"<workbook ", evil)
    assert "cannot be read as an Excel workbook: " in refused(path)


def test_elements_with_a_prefix_are_understood(book, save):
    sheet = sheet_of(book, "S", [HEADER, *ROWS])
    sheet.merge_cells("B2:B4")
    path = save()
    part = "xl/worksheets/sheet1.xml"
    for name in (b"mergeCells", b"mergeCell"):
        changed(path, part, b"<" + name + b" ", b"<m:" + name + b" ")
    changed(path, part, b"</mergeCells>", b"</m:mergeCells>")
    space = b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    changed(path, part, b"<worksheet ", b"<worksheet xmlns:m=" + space + b" ")
    data = path.read_bytes()
    (only,) = sheets_of(path, data)
    assert marks_of(path, data, only).merged == [Area(1, 1, 3, 1)]


def test_references_are_read_as_excel_counts():
    assert Area.of("B2:C4") == Area(1, 1, 3, 2)
    assert Area.of("$AB$12") == Area(11, 27, 11, 27)
    with pytest.raises(ValueError, match="'7' is no cell"):
        Area.of("7")


def test_ids_that_excel_rounded_are_refused(book, save):
    ids = [10**17 + place for place in range(9)]
    sheet_of(
        book, "S", [HEADER, *[[i, *row[1:]] for i, row in zip(ids, ROWS, strict=True)]]
    )
    told = refused(save())
    assert "9 ids in the column 'email_hash' are numbers of over 15 digits" in told
    assert told.endswith("Export the column as text.")


def test_long_numbers_elsewhere_are_told_and_texts_are_whole(book, save):
    rows = [[str(10**17 + n), 10**17 + n, *row[1:]] for n, row in enumerate(ROWS)]
    sheet_of(book, "S", [["email_hash", "phone", *HEADER[1:]], *rows])
    frame, info = read_source(save())
    assert frame["email_hash"].to_list() == [str(10**17 + n) for n in range(9)]
    assert info.notes == (
        "9 cells of the column 'phone' hold numbers of over 15 digits: rounded by "
        "Excel (the first on line 2).",
    )
