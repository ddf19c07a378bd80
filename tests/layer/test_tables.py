"""The sheets of the workbook, from the values of the summary."""

import openpyxl
import pytest

from learnstrata.layer.publish import write_workbook
from learnstrata.layer.summary import summarise
from learnstrata.layer.tables import workbook_sheets


@pytest.fixture(scope="module")
def summary(small_run):
    return summarise(small_run)


@pytest.fixture(scope="module")
def sheets(summary):
    return workbook_sheets(summary)


def test_segments_are_shown_in_the_unit_of_pay(summary, sheets):
    frame = sheets["Segments"]
    assert frame["name"].to_list() == [s["name"] for s in summary["segments"]]
    pays = [s["typical"]["pay"]["p50"] / 1e5 for s in summary["segments"]]
    assert frame["median pay (LPA)"].to_list() == pays


def test_every_k_has_a_row(summary, sheets):
    frame = sheets["Choice of k"]
    assert frame["k"].to_list() == [row["k"] for row in summary["selection"]["table"]]
    told = ["; ".join(row["objections"]) for row in summary["selection"]["table"]]
    assert frame["objections"].to_list() == told


def test_profiles_leave_small_cells_out(summary, sheets):
    frame = sheets["Profiles"]
    assert frame["count"].min() >= 10
    wanted = sum(
        share["count"] >= 10
        for segment in summary["segments"]
        for shares in segment["shares"].values()
        for share in shares
    )
    assert len(frame) == wanted


def test_rules_are_crossed_with_the_names_of_segments(summary, sheets):
    frame = sheets["Rule-based"]
    names = [segment["name"] for segment in summary["segments"]]
    assert frame.columns == ["rule-based segment", *names]
    counts = frame.select(names).rows()
    assert [list(row) for row in counts] == summary["heuristic"]["counts"]


def test_actions_and_ledger_hold_what_the_summary_holds(summary, sheets):
    targets = [t for action in summary["actions"] for t in action["targets"]]
    assert sheets["Actions"]["learners"].to_list() == [t["size"] for t in targets]
    ledger = sheets["Ledger"]
    states = ledger.filter(ledger["rule"] == "")
    assert dict(states.select("state", "records").iter_rows()) == summary["ledger"]


def test_every_table_of_a_finding_is_a_sheet(summary, sheets):
    titles = [t["title"] for f in summary["findings"] for t in f["tables"]]
    told = [name.split(" ", 1)[1] for name in sheets if name.startswith("Q")]
    assert told == titles
    numbers = [name.split(" ")[0] for name in sheets if name.startswith("Q")]
    assert numbers == ["Q1", "Q2", "Q3", "Q4", "Q5a", "Q5b", "Q6"]
    side = sheets["Q2 Segments side by side"]
    pays = [s["typical"]["pay"]["p50"] / 1e5 for s in summary["segments"]]
    assert side["Median pay (LPA)"].to_list() == pays


def test_a_table_without_rules_has_no_such_sheet(summary):
    assert "Rule-based" not in workbook_sheets(summary | {"heuristic": None})


@pytest.mark.parametrize("name", ["small_run", "notebook_run"])
def test_the_sheets_of_a_run_open_in_another_reader(name, request, tmp_path):
    sheets = workbook_sheets(summarise(request.getfixturevalue(name)))
    write_workbook(tmp_path / "tables.xlsx", sheets)
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(book.sheetnames) == len(sheets)
    for sheet, frame in zip(book, sheets.values(), strict=True):
        assert [cell.value for cell in sheet[1]] == frame.columns
        first = [cell.value for cell in sheet[2]]
        for found, value in zip(first, frame.row(0), strict=True):
            expected = value or None if isinstance(value, str) else value
            assert found == expected or found == pytest.approx(expected)
