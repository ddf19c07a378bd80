"""The explanation as plain values."""

import json
from dataclasses import replace

import numpy as np
import pytest

from learnstrata.segments.meaning.conditions import Condition, Rule
from learnstrata.segments.meaning.rules import matches
from learnstrata.summary.build import summarise
from learnstrata.summary.explanation import explain_segments, summarise_rules


@pytest.fixture(scope="module")
def summary(small_run):
    return summarise(small_run)


@pytest.fixture(params=["small_run", "notebook_run"])
def either(request):
    return summarise(request.getfixturevalue(request.param))


def test_each_segment_is_explained(either):
    for segment in either["segments"]:
        assert {"rule", "pulls", "progression", "distributions", "index"} <= set(
            segment
        )
    json.dumps(either, allow_nan=False)


def test_a_rule_replays_from_its_data(summary, small_run):
    learners = small_run.meaning.learners
    told = [s for s in summary["segments"] if s["rule"]]
    assert len(told) >= 2
    for segment in told:
        paths = tuple(
            tuple(Condition(**c) for c in path) for path in segment["rule"]["paths"]
        )
        rule = Rule(segment["id"], paths, "", 0.0, 0.0, 0, 0)
        caught = matches(learners, rule)
        own = (learners["segment_id"] == segment["id"]).to_numpy()
        assert segment["rule"]["precision"] == pytest.approx(
            (caught & own).sum() / caught.sum(), abs=0.15
        )
        assert segment["rule"]["text"]


def test_a_rule_that_catches_few_is_not_told(small_run):
    rules = small_run.meaning.rules
    few = replace(rules, rules=tuple(replace(r, n_caught=9) for r in rules.rules))
    run = replace(small_run, meaning=replace(small_run.meaning, rules=few))
    assert {segment["rule"] for segment in explain_segments(run)} == {None}


def test_pulls_are_ranked_and_their_shares_add_up(either):
    for segment in either["segments"]:
        shares = [pull["share"] for pull in segment["pulls"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1 if shares else 0)
        assert all(pull["label"] for pull in segment["pulls"])


def test_the_quality_of_rules_is_told(summary, small_run):
    told, found = summary["rules"], small_run.meaning.rules
    assert told["fidelity"] == found.fidelity > told["baseline"]
    assert told["n_train"] + told["n_held_out"] == len(small_run.meaning.learners)
    none = replace(found, reason="too few", rules=())
    run = replace(small_run, meaning=replace(small_run.meaning, rules=none))
    assert summarise_rules(run)["fidelity"] is None
    assert summarise_rules(run)["reason"] == "too few"


def test_learned_and_rule_based_segments_are_compared_by_outcome(summary):
    rows = {row["outcome"]: row for row in summary["incremental"]}
    assert set(rows) == {"pay_growth", "role_change"}
    for row in rows.values():
        assert row["sentence"]
        if not row["reason"]:
            both = row["learned"]["estimate"] - row["rules"]["estimate"]
            assert row["difference"]["estimate"] == pytest.approx(both)


def test_no_count_of_the_index_is_under_ten(either):
    for segment in either["segments"]:
        counts = [row["count"] for row in segment["index"] if row["count"] is not None]
        assert min(counts, default=10) >= 10
        effects = np.abs([row["effect"] for row in segment["index"]])
        assert (np.diff(effects) <= 0).all()
