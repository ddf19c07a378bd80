"""The sheets of the workbook, from the values of the summary."""

import openpyxl
import pytest

from learnstrata.report.evidence_sheets import CANDIDATES
from learnstrata.report.workbook import SHORT, workbook_sheets, write_workbook
from learnstrata.summary.build import summarise


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
        share["count"] is not None
        for segment in summary["segments"]
        for shares in segment["shares"].values()
        for share in shares
    )
    assert len(frame) == wanted


def test_what_is_distinctive_and_what_decides_are_those_of_the_summary(summary, sheets):
    rows = [row for segment in summary["segments"] for row in segment["index"]]
    assert sheets["Index"]["found"].to_list() == [row["estimate"] for row in rows]
    assert sheets["Index"]["from"].to_list() == [row["low"] for row in rows]
    pulls = [pull for segment in summary["segments"] for pull in segment["pulls"]]
    assert sheets["What decides"]["share"].to_list() == [p["share"] for p in pulls]


def test_quartiles_and_progression_are_those_of_the_summary(summary, sheets):
    first = summary["segments"][0]
    rows = sheets["Middle half"].filter(segment=first["name"])
    pay = rows.filter(number="pay (LPA)").row(0, named=True)
    assert pay["known for"] == first["typical"]["pay"]["n"]
    assert pay["upper quartile"] == first["typical"]["pay"]["p75"] / 1e5
    years = rows.filter(number="years of experience").row(0, named=True)
    assert years["lower quartile"] == first["typical"]["years_of_experience"]["p25"]
    moved = sheets["Progression"].row(0, named=True)
    assert moved["segment"] == first["name"]
    assert moved["share by which pay grew a year"] == first["progression"]["growth"]


def test_rules_are_judged_and_compared_as_in_the_summary(summary, sheets):
    right = dict(sheets["Accuracy of rules"].select("way", "share placed right").rows())
    assert right["rules on the cards"] == summary["rules"]["stated"]
    told = [row for row in summary["incremental"] if not row["reason"]]
    frame = sheets["Learned or rule-based"]
    assert len(frame) == 3 * len(told)
    assert frame["share told, from"][0] == told[0]["learned"]["low"]


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
    titles = [SHORT.get(title, title) for title in titles]
    assert max(len(name) for name in sheets) <= 31
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
    write_workbook(tmp_path / "tables.xlsx", sheets, pay_unit="LPA")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(book.sheetnames) == len(sheets)
    for sheet, frame in zip(book, sheets.values(), strict=True):
        assert [cell.value for cell in sheet[1]] == frame.columns
        assert sheet.freeze_panes == "A2"
        first = [cell.value for cell in sheet[2]]
        for found, value in zip(first, frame.row(0), strict=True):
            expected = value or None if isinstance(value, str) else value
            assert found == expected or found == pytest.approx(expected)


def test_numbers_are_formatted_by_what_they_are(small_run, tmp_path):
    sheets = workbook_sheets(summarise(small_run))
    write_workbook(tmp_path / "tables.xlsx", sheets, pay_unit="LPA")
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx")["Segments"]
    formats = {sheet.cell(1, c.column).value: c.number_format for c in sheet[2]}
    assert formats["count"] == "#,##0"
    assert formats["share"] == "0.0%"
    assert formats["median pay (LPA)"] == "#,##0.0"


EXAMINED = (
    "How far to trust",
    "Choice of k",
    "Stability",
    "Sub-segments",
    "Segment x role",
    "Sensitivity",
)


def test_the_evidence_has_its_sheets_in_the_order_a_reader_asks(sheets):
    assert [name for name in sheets if name in EXAMINED] == list(EXAMINED)


def test_the_verdict_its_conditions_and_statistics_are_told_whole(summary, sheets):
    frame, found = sheets["How far to trust"], summary["evidence"]
    assert frame.row(0)[:2] == ("verdict", found["verdict"]["word"])
    grounds = frame.filter(frame["what"] == "condition of the verdict")
    told = grounds.select("of", "found", "asked for", "met").rows()
    assert told == [
        (g["condition"], g["value"], g["limit"], "yes" if g["met"] else "no")
        for g in found["verdict"]["grounds"]
    ]
    beside = frame.filter(frame["what"] == "beside structureless tables")
    columns = ("found", "null mean", "null 5 %", "null 95 %", "excess", "p-value")
    keys = ("observed", "mean", "low", "high", "excess", "p_value")
    assert beside.select(columns).rows() == [
        tuple(row[key] for key in keys) for row in found["nulls"]["statistics"]
    ]
    dips = frame.filter(frame["what"] == "dip test")
    measured = [*found["dip"], *(v["dip"] for v in found["valleys"] if v["dip"])]
    assert dips["p-value"].to_list() == [dip["p_value"] for dip in measured]


def test_every_k_shows_what_the_evidence_adds(summary, sheets):
    frame, table = sheets["Choice of k"], summary["selection"]["table"]
    assert len(set(frame.columns)) == len(frame.columns)
    for key, heading in CANDIDATES.items():
        if key != "objections" and heading in frame.columns:
            assert frame[heading].to_list() == [row[key] for row in table]
    added = {"gap", "prediction strength", CANDIDATES["silhouette_null"]}
    assert added <= set(frame.columns)


def test_stability_and_standing_are_told_a_segment_and_start(summary, sheets):
    frame, found = sheets["Stability"], summary["evidence"]
    runs = [
        (run["start"], row) for run in found["bootstrap"] for row in run["per_segment"]
    ]
    assert frame["Jaccard"].to_list() == [row["jaccard"] for _, row in runs]
    assert frame["refits from"].to_list() == [start for start, _ in runs]
    core = {row["segment_id"]: row["core"] for row in found["standing"]["per_segment"]}
    assert frame["core"].to_list() == [core[row["segment_id"]] for _, row in runs]


def test_finer_cuts_are_told_with_pay_in_its_unit(summary, sheets):
    frame, parts = sheets["Sub-segments"], summary["evidence"]["finer"]["subsegments"]
    assert frame["sub-segment"].to_list() == [p["subsegment_id"] for p in parts]
    assert frame["median pay (LPA)"].to_list() == [
        None if p["median_pay"] is None else p["median_pay"] / 1e5 for p in parts
    ]
    cells = summary["evidence"]["finer"]["cells"]
    told = sheets["Segment x role"].select("count", "Jaccard").rows()
    assert told == [(cell["count"], cell["jaccard"]) for cell in cells]


def test_other_ways_follow_the_chosen_one_and_those_not_tried_come_last(
    summary, sheets
):
    frame, found = sheets["Sensitivity"], summary["evidence"]["sensitivity"]
    tried = [found["same_way"], *found["variants"]]
    names = [row["name"] for row in (*tried, *found["skipped"])]
    assert frame["other way"].to_list() == names
    aris = frame["adjusted Rand index"].to_list()
    assert aris == [row["ari"] for row in tried] + [None] * len(found["skipped"])


def test_a_run_without_evidence_has_no_such_sheets(summary):
    names = workbook_sheets(summary | {"evidence": None})
    assert [name for name in names if name in EXAMINED] == ["Choice of k"]
