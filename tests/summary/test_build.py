"""The summary: plain values, all documented, and the numbers that sentences tell."""

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from learnstrata.segments.meaning.profiles import Typical
from learnstrata.segments.questions.finding import Finding
from learnstrata.summary.build import SCHEMA_VERSION, _plain, summarise

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "summary.md"


@pytest.fixture(scope="module")
def summary(small_run):
    return summarise(small_run)


@pytest.fixture(params=["small_run", "notebook_run"])
def either(request):
    return summarise(request.getfixturevalue(request.param))


def documented():
    """Names in backquotes on the page, with the row of the table each stands in."""
    rows = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = line.split("|")
        if len(cells) > 2:
            for key in re.findall(r"`([^`]+)`", cells[1]):
                rows[key] = set(re.findall(r"`([^`]+)`", line))
    return rows


def test_the_summary_is_json_without_nan(either):
    text = json.dumps(either, allow_nan=False)
    assert json.loads(text) == either


def test_every_key_is_documented(either):
    pages = documented()
    assert set(either) == set(pages)
    assert either["schema_version"] == SCHEMA_VERSION


@pytest.mark.parametrize(
    "key",
    ["input", "cleaning", "features", "description", "tendency", "selection", "map"],
)
def test_the_parts_of_a_key_are_documented(either, key):
    assert set(either[key]) <= documented()[key] | {"hopkins"}


def test_the_rows_of_the_choice_of_k_are_documented(either):
    told = documented()["selection"]
    for row in either["selection"]["table"]:
        assert set(row) <= told


def test_the_rows_of_segments_are_documented(either):
    told = documented()["segments"]
    for segment in either["segments"]:
        assert set(segment) <= told
    assert {f.name for f in fields(Typical)} <= told
    for segment in either["segments"]:
        for shares in segment["shares"].values():
            assert all(set(share) <= told for share in shares)


@pytest.mark.parametrize("key", ["findings", "actions", "hierarchy", "heuristic"])
def test_the_rows_of_the_rest_are_documented(either, key):
    rows = either[key] if isinstance(either[key], list) else [either[key]]
    for row in rows:
        assert set(row) <= documented()[key]


def test_the_ledger_adds_up(either, small_table):
    records = len(small_table)
    assert sum(either["ledger"].values()) == either["input"]["records"] == records
    kept = either["ledger"]["current"] + either["ledger"]["repaired"]
    assert kept == either["input"]["segmented"]
    assert either["input"]["learners"] == small_table["email_hash"].n_unique()
    counts = [s["count"] for s in either["segments"]]
    if None not in counts:
        assert sum(counts) == kept
        assert sum(s["share"] for s in either["segments"]) == pytest.approx(1)


def test_rules_are_counted_where_several_applied_to_a_record(summary, small_run):
    rules = small_run.base.ledger["rule"].drop_nulls().to_list()
    told = {}
    for row in summary["cleaning"]["rules"]:
        told[row["rule"]] = told.get(row["rule"], 0) + row["records"]
    names = [name for rule in rules for name in rule.split("; ")]
    assert told == {name: names.count(name) for name in set(names)}


def test_filled_values_are_counted(summary, small_run):
    learners = small_run.meaning.learners
    assert summary["cleaning"]["imputed"] == {
        "pay": learners["pay"].null_count(),
        "experience": learners["experience_imputed"].sum(),
    }
    assert learners["pay"].null_count() > 0


def test_the_map_shows_learners_in_their_segment(summary, small_run):
    shown = summary["map"]
    assert len(shown["x"]) == len(shown["y"]) == len(shown["segment_id"]) == 150
    assert shown["share"] == 0.1
    assert set(shown["segment_id"]) <= {s["id"] for s in summary["segments"]}
    assert len(shown["loadings"]) == len(shown["columns"])
    assert shown["columns"] == list(small_run.base.prepared.matrix.columns)


def test_centers_are_told_by_column(summary, small_run):
    for segment, center in zip(
        summary["segments"], small_run.clusters.fit.centers, strict=True
    ):
        assert list(segment["center"]) == summary["map"]["columns"]
        assert list(segment["center"].values()) == pytest.approx(center.tolist())


def test_no_company_and_no_learner_stands_in_the_summary(either, small_table):
    told = json.dumps(either).lower()
    for column in ("company_hash", "email_hash"):
        names = small_table[column].drop_nulls().str.strip_chars().unique().to_list()
        assert [n for n in names if len(n) >= 6 and n.lower() in told] == []


def test_the_same_run_gives_the_same_summary(small_run):
    assert json.dumps(summarise(small_run)) == json.dumps(summarise(small_run))


def test_notes_tell_what_the_table_lacks(small_run):
    from dataclasses import replace

    features = replace(small_run.meaning.model.features, available=("pay",))
    model = replace(small_run.meaning.model, features=features)
    lacking = replace(small_run, meaning=replace(small_run.meaning, model=model))
    assert summarise(lacking)["notes"] == [
        "The table has no company: company level, tiers and company findings are left "
        "out.",
        "The table has no title: role groups, seniority, role findings and mentor "
        "pools are left out.",
        "The table has no years of experience: career stage and rule-based segments "
        "are left out.",
        "The table has no year of pay: pay growth, recency and start years after the "
        "year of pay go unseen, and the year of the run is taken from elsewhere.",
    ]
    assert summarise(small_run)["notes"] == []


def test_plain_values_are_those_of_json():
    finding = Finding("a", "b", "c", available=True, numbers={"n": np.int64(3)})
    given = {
        1: (np.float32(0.5), float("nan"), float("inf")),
        "array": np.arange(3),
        "finding": finding,
    }
    assert _plain(given) == {
        "1": [0.5, None, None],
        "array": [0, 1, 2],
        "finding": {
            "id": "a",
            "question": "b",
            "answer": "c",
            "available": True,
            "numbers": {"n": 3},
            "tables": [],
        },
    }
