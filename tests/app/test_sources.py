"""What was read of a file reaches the terminal, the run folder and the report."""

import json

import openpyxl
import polars as pl
import pytest

from commands import command
from learnstrata.app.screens import run_as_json
from learnstrata.layer.reading import read_exact, read_summary
from learnstrata.learners.demo.tables import make_learners

SHEET = "Staff of Zarquon"
TITLE = "Learners, for Zarquon alone"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """A hidden sheet, a text, and a table below a title and above its total."""
    table = make_learners(120, rng=4)
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["How this was made"])
    hidden = book.create_sheet("Before", 0)
    hidden.sheet_state = "hidden"
    for name in (SHEET, "2018"):
        sheet = book.create_sheet(name)
        sheet.append([TITLE])
        sheet.append([])
        sheet.append(table.columns)
        for row in table.rows():
            sheet.append(row)
        total = ["Total" if name == "email_hash" else None for name in table.columns]
        total[table.columns.index("ctc")] = 1_000_000
        sheet.append(total)
    path = tmp_path_factory.mktemp("book") / "learners.xlsx"
    book.save(path)
    return path, len(table)


@pytest.fixture(scope="module")
def done(workbook, tmp_path_factory):
    """A run of the workbook, and what it printed."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    key = ["--key-file", folder.parent / "key"]
    told = command("run", workbook[0], "--out", folder, "--evidence", "none", *key)
    assert told.returncode == 0, told.stderr
    return folder, told.stdout


def told_of_the_file(printed):
    text = " ".join(printed.split())
    return (
        f"Sheet: '{SHEET}', 3 of 4" in text
        and "Note: tables stand on other sheets too: '2018'; --sheet reads" in text
        and f"stand on line 3; what is above them was left out: '{TITLE}'." in text
        and "sums up the records ('Total'): no record." in text
    )


def test_check_and_run_tell_the_sheet_and_what_was_left_out(workbook, done):
    assert told_of_the_file(command("check", workbook[0]).stdout)
    assert told_of_the_file(done[1])


def test_a_refused_sheet_is_named_with_the_others(done, tmp_path):
    book = openpyxl.Workbook()
    for row in (["field", "meaning"], ["ctc", "pay"], ["orgyear", "start"]):
        book.active.append(row)
    sheet = book.create_sheet(SHEET)
    for row in ([*"abc"], [*"def"], [*"ghi"]):
        sheet.append(row)
    path = tmp_path / "learners.xlsx"
    book.save(path)
    for asked in (
        ["run", path, "--out", tmp_path / "run"],
        ["assign", path, "--model", done[0], "--out", tmp_path / "segments.csv"],
        ["explain", path, "--model", done[0], "--learner", "a"],
        ["scan", done[0], "--table", path],
    ):
        told = command(*asked)
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.endswith(
            f"This is the sheet 'Sheet'; tables stand on other sheets too: '{SHEET}'; "
            "--sheet reads one of them.\n"
        )


def test_check_gives_what_was_read_as_json(workbook):
    path, rows = workbook
    told = json.loads(command("check", path, "--json").stdout)
    assert told["rows"] == told["source"]["rows"] == rows
    assert told["source"]["sheet"] == SHEET
    assert told["source"]["left_out"] == ["title lines", "totals"]


def other_commands(workbook, done, tmp_path):
    """Give the further commands that take a table, as their arguments."""
    learner = make_learners(120, rng=4)["email_hash"][0]
    run = done[0]
    return [
        ("assign", workbook[0], "-m", run, "-o", tmp_path / "s.csv", "--overwrite"),
        ("explain", workbook[0], "-m", run, "--learner", learner),
        ("scan", run, "--table", workbook[0]),
    ]


def test_whoever_else_takes_a_table_tells_the_same_on_standard_error(
    workbook, done, tmp_path
):
    for one in other_commands(workbook, done, tmp_path):
        told = command(*one)
        assert told.returncode == 0, told.stderr
        assert told_of_the_file(told.stderr), one[0]
        assert "Note:" not in told.stdout
        whole = json.loads(command(*one, "--json").stdout)
        assert whole["source"]["sheet"] == SHEET
        assert whole["source"]["left_out"] == ["title lines", "totals"]
    assign, _, scan = other_commands(workbook, done, tmp_path)
    assert command(*assign, "--quiet").stderr == ""
    assert command(*scan, "--json").stderr == ""
    assert json.loads(command(*scan[:2], "--json").stdout)["source"] is None


def test_what_is_taken_for_granted_of_numbers_is_told_wherever_a_table_is_read(
    done, tmp_path
):
    table, file = make_learners(120, rng=4), tmp_path / "t.csv"
    run, learner = done[0], table["email_hash"][0]
    table.with_columns(ctc=pl.lit("500,000")).write_csv(file)
    note = "Note: pay: A comma before three digits parts the thousands"
    assert note in " ".join(command("check", file).stdout.split())
    assign = ("assign", file, "-m", run, "-o", tmp_path / "s.csv", "--overwrite")
    for one in (assign, ("explain", file, "-m", run, "--learner", learner)):
        assert note in " ".join(command(*one).stderr.split())
        notes = json.loads(command(*one, "--json").stdout)["notes"]
        assert f"Note: {notes[0]}".startswith(note)


def test_the_owner_keeps_the_names_and_what_is_shared_has_none(done):
    folder, _ = done
    own = json.loads((folder / "private/summary.json").read_text(encoding="utf-8"))
    assert own["input"]["source"]["sheet"] == SHEET
    assert own["input"]["source"]["other_sheets"] == ["2018"]
    assert len(own["input"]["source"]["notes"]) == 2
    text = (folder / "share/summary.json").read_text(encoding="utf-8")
    assert json.loads(text)["input"]["source"] == {
        "format": "excel",
        "files": None,
        "sheet_number": None,
        "sheets": None,
        "header_line": 3,
        "left_out": ["title lines", "totals"],
        "sheet": None,
        "other_sheets": [],
        "lines": None,
        "notes": [],
    }
    for file in (folder / "share").iterdir():
        assert b"Zarquon" not in file.read_bytes(), file


def test_the_report_says_what_the_table_was_read_from(done):
    page = (done[0] / "share/report.html").read_text(encoding="utf-8")
    assert (
        "The table was read from an Excel workbook, whose columns are named on line 3. "
        "Left out, as no records: title lines and totals." in page
    )


def test_a_run_as_json_tells_its_owner_of_the_file(done):
    folder, _ = done
    told = run_as_json(read_exact(folder), read_summary(folder), folder)
    source = told["input"]["source"]
    assert (source["sheet"], source["sheet_number"]) == (SHEET, 3)


def test_a_table_that_is_piped_has_a_place_for_its_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = command("run", "/dev/null", "--key-file", tmp_path / "key")
    assert told.returncode == 2
    assert "/dev/null is a device or a socket" in told.stderr
    (tmp_path / "runs" / "piped").mkdir(parents=True)
    told = command("run", "-", "--key-file", tmp_path / "key")
    assert "runs/piped" in told.stderr
