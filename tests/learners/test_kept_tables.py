"""Tables as people keep them are read right, or refused in one line."""

import json
import math

import polars as pl
import pytest

from commands import command
from dirt import COLUMNS, NEWEST, kept_table
from learnstrata.config.loading import load_config
from learnstrata.learners.intake import read_table
from learnstrata.learners.sources.files import read_learners

TABLES, BATCHES = 150, 15
CHEAP = """
[tendency]
sample = 200
probes = 50
[selection]
k_min = 2
k_max = 3
sample = 200
starts = 2
splits = 2
scored = 100
score_against = "sample"
[selection.rule]
min_k = 2
[fit]
starts = 2
[hierarchy]
sample = 100
micro_clusters = 50
[evidence]
level = "none"
"""


@pytest.fixture(autouse=True)
def own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "key"))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_kept_table_is_read_right_or_refused_in_one_line(batch, tmp_path):
    size = TABLES // BATCHES
    for seed in range(batch * size, (batch + 1) * size):
        folder = tmp_path / str(seed)
        folder.mkdir()
        one = kept_table(seed, folder)
        config = folder / "config.toml"
        config.write_text(one.config + CHEAP, encoding="utf-8")
        judge(one, config, folder / "run")


def judge(one, config, out):
    done = command("run", one.path, "--config", config, "--out", out, "--quiet")
    told = (one.path, one.ways, done.stderr)
    if one.draft.refused:
        assert done.returncode == 2, told
    if done.returncode == 2:
        assert one.draft.refused or one.draft.unsettled, told
        assert done.stderr.strip().count("\n") == 0, told
        assert not out.exists(), told
        return
    assert done.returncode == 0, told
    exact = json.loads((out / "private" / "summary.json").read_text(encoding="utf-8"))
    lost = reconciled(one.draft, exact, out, told)
    assert exact["settings"]["as_of"] == NEWEST, told
    values_are_right(one, config, lost, told)


def reconciled(draft, exact, out, told):
    """Every record is in the ledger, and every learner with an id in a segment."""
    ledger = pl.read_parquet(out / "private" / "ledger.parquet")
    states = dict(ledger["state"].value_counts().iter_rows())
    n = exact["input"]["records"]
    assert len(ledger) == n, told
    parts = ("current", "history", "repaired", "set_aside", "quarantined")
    assert {p: exact["ledger"][p] for p in parts} == {
        p: states.get(p, 0) for p in parts
    }, told
    assert len(draft.rows) <= n <= len(draft.rows) + len(draft.below), told
    quarantined = set(ledger.filter(state="quarantined")["record"])
    assert draft.no_id <= quarantined, told
    wanted = {
        v for i, v in enumerate(draft.right["learner_id"]) if i not in draft.no_id
    }
    found = pl.read_parquet(out / "private" / "segments.parquet")["learner_id"]
    assert set(found) == wanted, told
    return draft.no_id


def values_are_right(one, config, lost, told):
    table = read_table(read_learners(one.path), load_config("robust", config))[0]
    for column in ("pay", "start_year", "pay_year"):
        read = table[column].to_list()
        for i, right in enumerate(one.draft.right[column]):
            if i in lost:
                continue
            if column in one.draft.unsettled:
                assert read[i] is None or same(read[i], right), (
                    column,
                    i,
                    read[i],
                    right,
                    told,
                )
            else:
                assert same(read[i], right), (column, i, read[i], right, told)
    for column in set(COLUMNS) - {"pay", "start_year", "pay_year", "learner_id"}:
        assert (
            table[column].to_list()[: len(one.draft.rows)] == one.draft.right[column]
        ), told


def same(read, right):
    if right is None or read is None:
        return read is None and right is None
    return math.isclose(read, right, rel_tol=0.005)
