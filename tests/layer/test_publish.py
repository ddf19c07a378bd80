"""Results on disk: whole or absent, whatever happens in the middle."""

import errno
import json
import os

import openpyxl
import polars as pl
import pytest

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer import publish
from learnstrata.layer.publish import (
    FILES,
    check_target,
    read_summary,
    write_folder,
    write_table,
    write_workbook,
)

FRAME = pl.DataFrame({"a": [1, 2], "b": ["x", None]})


def text(content):
    return lambda path: path.write_text(content, encoding="utf-8")


def fails(error):
    def write(path):
        path.write_text("half", encoding="utf-8")
        raise error

    return write


def full_disk():
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def everything_in(folder):
    return sorted(str(item.relative_to(folder)) for item in folder.rglob("*"))


@pytest.fixture
def old(tmp_path):
    """A run folder that is there already."""
    return write_folder(tmp_path / "run", {"summary.json": text("old")})


def test_a_folder_holds_every_file(tmp_path):
    files = {"summary.json": text("{}"), "report.html": text("<p>")}
    folder = write_folder(tmp_path / "deep" / "er" / "run", files)
    assert folder.is_absolute()
    assert everything_in(tmp_path / "deep" / "er") == [
        "run",
        "run/report.html",
        "run/summary.json",
    ]
    assert (folder / "summary.json").read_text() == "{}"
    assert folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (full_disk(), OutputError),
        (pl.exceptions.ComputeError("no"), OutputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (ZeroDivisionError(), ZeroDivisionError),
    ],
)
def test_a_fault_in_the_middle_leaves_nothing(tmp_path, error, raised):
    files = {"summary.json": text("{}"), "report.html": fails(error)}
    with pytest.raises(raised):
        write_folder(tmp_path / "deep" / "run", files)
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("error", [full_disk(), KeyboardInterrupt()])
def test_a_fault_in_the_middle_leaves_the_old_folder(tmp_path, old, error):
    files = {"summary.json": text("new"), "report.html": fails(error)}
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_folder(old, files, overwrite=True)
    assert everything_in(tmp_path) == ["run", "run/summary.json"]
    assert (old / "summary.json").read_text() == "old"


@pytest.mark.parametrize("error", [full_disk(), KeyboardInterrupt()])
def test_a_fault_in_the_last_step_brings_the_old_folder_back(
    tmp_path, old, error, monkeypatch
):
    rename = publish.Path.rename

    def interrupted(self, target):
        if self.name.startswith(".run-") and target == old:
            raise error
        return rename(self, target)

    monkeypatch.setattr(publish.Path, "rename", interrupted)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_folder(old, {"summary.json": text("new")}, overwrite=True)
    assert everything_in(tmp_path) == ["run", "run/summary.json"]
    assert (old / "summary.json").read_text() == "old"


def test_a_full_disk_is_said(tmp_path):
    with pytest.raises(
        OutputError,
        match=r"Could not write .*run: No space left on device\. Nothing was left",
    ):
        write_folder(tmp_path / "run", {"report.html": fails(full_disk())})


def test_a_run_folder_is_replaced_when_asked(tmp_path, old):
    write_folder(old, {"report.html": text("new")}, overwrite=True)
    assert everything_in(tmp_path) == ["run", "run/report.html"]


def test_what_is_there_is_not_replaced_unasked(old):
    with pytest.raises(OutputError, match="is there already. Choose another --out, or"):
        write_folder(old, {})


def test_a_folder_with_other_files_is_never_replaced(old):
    (old / "thesis.docx").write_text("years of work")
    with pytest.raises(
        OutputError, match=r"holds files that are not of a run \(\['thesis.docx'\]\)"
    ):
        write_folder(old, {}, overwrite=True)
    assert (old / "thesis.docx").read_text() == "years of work"


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    path = tmp_path / "run"
    path.write_text("mine")
    with pytest.raises(OutputError, match="is not a folder, so it cannot be overwritt"):
        write_folder(path, {}, overwrite=True)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("target", ["run", "nowhere"])
def test_a_link_is_not_replaced(tmp_path, old, target):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / target)
    with pytest.raises(OutputError, match="is not a folder, so it cannot be overwritt"):
        write_folder(link, {}, overwrite=True)
    assert link.is_symlink()
    assert (old / "summary.json").read_text() == "old"


def test_a_parent_that_is_a_file_is_refused_before_any_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        OutputError, match="Cannot write to .*file. Choose another fold"
    ):
        check_target(tmp_path / "file" / "run", overwrite=False)


def test_checking_a_target_makes_nothing(tmp_path):
    check_target(tmp_path / "deep" / "run", overwrite=False)
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "read"), [("t.csv", pl.read_csv), ("t.parquet", pl.read_parquet)]
)
def test_a_table_is_written_and_replaced_when_asked(tmp_path, name, read):
    path = write_table(FRAME, tmp_path / "deep" / name)
    assert read(path).equals(FRAME)
    with pytest.raises(OutputError, match="is there already. Choose another --out, or"):
        write_table(FRAME, path)
    write_table(FRAME.head(1), path, overwrite=True)
    assert read(path).equals(FRAME.head(1))
    assert everything_in(tmp_path / "deep") == [name]


@pytest.mark.parametrize("name", ["t.xlsx", "t", "t.CSV", "t.csv.gz"])
def test_a_table_of_another_kind_is_refused(tmp_path, name):
    with pytest.raises(OutputError, match=r"expected a name in \.csv or \.parquet\."):
        write_table(FRAME, tmp_path / name)


def test_a_table_is_not_put_in_the_place_of_a_folder(tmp_path):
    folder = tmp_path / "t.csv"
    folder.mkdir()
    with pytest.raises(OutputError, match=r"Could not write .*t\.csv: "):
        write_table(FRAME, folder, overwrite=True)
    assert everything_in(tmp_path) == ["t.csv"]


def test_a_folder_without_a_summary_is_no_run(tmp_path):
    with pytest.raises(
        SourceError, match="has no summary.json. Give the folder of a r"
    ):
        read_summary(tmp_path)
    with pytest.raises(SourceError, match="has no summary.json"):
        read_summary(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["{", "", "\x00"])
def test_a_damaged_summary_is_said(tmp_path, content):
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(SourceError, match=r"Cannot read .*summary\.json: "):
        read_summary(tmp_path)


def test_a_summary_in_another_encoding_is_said(tmp_path):
    (tmp_path / "summary.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(SourceError, match=r"Cannot read .*summary\.json: "):
        read_summary(tmp_path)


@pytest.mark.parametrize("content", ["[]", "3", "{}", '{"k": 3}'])
def test_json_of_something_else_is_no_summary(tmp_path, content):
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(
        SourceError, match="is not the summary of a run: it has no sche"
    ):
        read_summary(tmp_path)


def test_a_summary_is_read_as_it_was_written(tmp_path):
    (tmp_path / "summary.json").write_text(json.dumps({"schema_version": 1}))
    assert read_summary(tmp_path) == {"schema_version": 1}


def workbook(path, sheets):
    write_workbook(path, sheets)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("evil", ['=HYPERLINK("http://a")', "=1+1", "+1", "@A1", "-2"])
def test_a_formula_in_a_table_stays_a_text(tmp_path, evil):
    frame = pl.DataFrame({evil: [evil, "plain"], "n": [1, 2]})
    sheet = workbook(tmp_path / "t.xlsx", {"Sheet": frame})["Sheet"]
    for row in (1, 2):
        cell = sheet.cell(row, 1)
        assert (cell.value, cell.data_type) == (evil, "s")
    assert sheet["B2"].value == 1


def test_a_web_address_stays_a_text(tmp_path):
    frame = pl.DataFrame({"a": ["https://example.org/x"]})
    cell = workbook(tmp_path / "t.xlsx", {"S": frame})["S"]["A2"]
    assert cell.value == "https://example.org/x"
    assert cell.hyperlink is None


def test_headers_are_frozen(tmp_path):
    book = workbook(tmp_path / "t.xlsx", {"One": FRAME, "Two": FRAME})
    assert [sheet.freeze_panes for sheet in book] == ["A2", "A2"]
    assert [cell.value for cell in book["Two"][1]] == ["a", "b"]


def test_sheet_names_are_such_as_excel_takes(tmp_path):
    titles = [
        "Q5a Data Scientists and the rest at the largest companies",
        "Q5b Data Scientists and the rest at the largest companies",
        "Data Scientists and the rest at the smallest",
        "Data Scientists and the rest at the largest",
        "data scientists AND the rest at the mean",
        "a[b]c:d*e?f/g\\h",
        "History",
        "'quoted'",
        "",
        "''",
    ]
    book = workbook(tmp_path / "t.xlsx", dict.fromkeys(titles, FRAME))
    names = book.sheetnames
    assert len(names) == len(titles)
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= 31
        assert not set("[]:*?/\\") & set(name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.lower() != "history"
    assert names[5] == "a-b-c-d-e-f-g-h"
    assert names[7] == "quoted"


def test_a_table_without_rows_and_numbers_that_are_none_are_written(tmp_path):
    numbers = pl.DataFrame({"x": [1.5, None, float("nan"), float("inf")]})
    sheets = {"None": FRAME.clear(), "Numbers": numbers}
    book = workbook(tmp_path / "t.xlsx", sheets)
    assert [cell.value for cell in book["None"][1]] == ["a", "b"]
    assert book["Numbers"]["A2"].value == 1.5
    assert book["Numbers"]["A3"].value is None


def test_the_files_of_a_run_are_named_once():
    assert len(set(FILES)) == len(FILES) == 7
