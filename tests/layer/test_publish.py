"""A run folder is whole or absent."""

import errno

import openpyxl
import polars as pl
import pytest

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.publish import (
    read_summary,
    write_folder,
    write_table,
    write_workbook,
)


def text(value):
    return lambda path: path.write_text(value)


def breaks(error):
    def write(path):
        path.write_text("half")
        raise error

    return write


FULL = OSError(errno.ENOSPC, "No space left on device")


def test_all_files_appear_together(tmp_path):
    write_folder(
        tmp_path / "run", {"summary.json": text("{}"), "report.html": text("")}
    )
    names = sorted(item.name for item in (tmp_path / "run").iterdir())
    assert names == ["report.html", "summary.json"]


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt(), ValueError("ours")])
def test_a_fault_in_the_middle_leaves_nothing(error, tmp_path):
    expected = OutputError if error is FULL else type(error)
    files = {"summary.json": text("{}"), "report.html": breaks(error)}
    with pytest.raises(expected):
        write_folder(tmp_path / "deep" / "run", files)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_words(tmp_path):
    with pytest.raises(OutputError, match="No space left on device. Nothing was left"):
        write_folder(tmp_path / "run", {"summary.json": breaks(FULL)})


def test_a_fault_keeps_the_folder_that_was_there(tmp_path):
    write_folder(tmp_path / "run", {"summary.json": text("old")})
    with pytest.raises(OutputError):
        write_folder(tmp_path / "run", {"summary.json": breaks(FULL)}, overwrite=True)
    assert (tmp_path / "run" / "summary.json").read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["run"]


def test_overwrite_replaces_the_whole_folder(tmp_path):
    write_folder(
        tmp_path / "run", {"summary.json": text("old"), "model.json": text("")}
    )
    write_folder(tmp_path / "run", {"summary.json": text("new")}, overwrite=True)
    assert [item.name for item in (tmp_path / "run").iterdir()] == ["summary.json"]
    assert (tmp_path / "run" / "summary.json").read_text() == "new"


def test_what_is_not_a_run_is_never_overwritten(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    (tmp_path / "file").write_text("")
    for name in ("mine", "link", "file"):
        with pytest.raises(OutputError, match="overwritten"):
            write_folder(tmp_path / name, {"summary.json": text("")}, overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"


def test_a_table_needs_a_known_ending_and_a_free_name(tmp_path):
    frame = pl.DataFrame({"a": [1]})
    with pytest.raises(OutputError, match=r"expected a name in \.csv or \.parquet"):
        write_table(frame, tmp_path / "t.txt")
    write_table(frame, tmp_path / "t.csv")
    with pytest.raises(OutputError, match="--overwrite"):
        write_table(frame, tmp_path / "t.csv")
    write_table(frame, tmp_path / "t.csv", overwrite=True)
    assert [item.name for item in tmp_path.iterdir()] == ["t.csv"]


def test_a_formula_of_a_table_stays_a_text(tmp_path):
    sheets = {"One": pl.DataFrame({"title": ["=1+1", "plain"]})}
    write_workbook(tmp_path / "t.xlsx", sheets)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["One"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet.freeze_panes == "A2"


def test_a_folder_without_a_summary_is_no_run(tmp_path):
    with pytest.raises(SourceError, match=r"has no summary\.json"):
        read_summary(tmp_path)
    (tmp_path / "summary.json").write_text("{")
    with pytest.raises(SourceError, match="Cannot read"):
        read_summary(tmp_path)
