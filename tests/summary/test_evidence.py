"""The evidence as plain values."""

import json

import polars as pl
import pytest

from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.summary.build import summarise
from learnstrata.summary.evidence import EXAMINED, by_k, summarise_evidence


@pytest.fixture(scope="module")
def summary(small_run):
    return summarise(small_run)


@pytest.fixture(scope="module")
def evidence(summary):
    return summary["evidence"]


def test_nothing_is_told_where_nothing_was_gathered(notebook_run):
    assert summarise_evidence(notebook_run) is None
    assert by_k(None) == {}
    table = summarise(notebook_run)["selection"]["table"]
    assert all(row[name] is None for row in table for name in EXAMINED)


def test_it_is_json_without_nan(summary):
    json.dumps(summary, allow_nan=False)


def test_the_dossier_has_a_row_a_k_with_everything(summary, small_run):
    trust = small_run.clusters.trust
    for row in summary["selection"]["table"]:
        k = row["k"]
        assert row["gap"] == pytest.approx(trust.nulls.gap_beside[k].observed)
        strength = trust.replication.halves[k].mean
        assert row["prediction_strength"] == pytest.approx(strength)
        assert (row["jaccard_null"] is None) == (k != summary["selection"]["k"])
        assert row["gap_p"] == trust.nulls.gap_beside[k].p_value
        excess = row["silhouette_sampled"] - row["silhouette_null"]
        assert row["silhouette_excess"] == pytest.approx(excess)


def test_the_statistics_are_those_of_the_chosen_k(evidence, summary):
    told = {row["statistic"]: row for row in evidence["nulls"]["statistics"]}
    assert set(told) == {"hopkins", "silhouette", "gap", "jaccard"}
    chosen = next(
        row
        for row in summary["selection"]["table"]
        if row["k"] == summary["selection"]["k"]
    )
    assert told["silhouette"]["whole"] == chosen["silhouette"]
    assert told["silhouette"]["observed"] == chosen["silhouette_sampled"]
    assert told["jaccard"]["whole"] == chosen["lowest_jaccard"]
    assert told["jaccard"]["observed"] == chosen["jaccard_sampled"]
    assert told["jaccard"]["p_value"] == chosen["jaccard_p"]
    assert told["hopkins"]["whole"] == summary["tendency"]["power_d"]["statistic"]
    assert told["gap"]["observed"] == pytest.approx(chosen["gap"])
    assert len(told["silhouette"]["draws"]) == evidence["nulls"]["draws"]


def test_the_dossier_says_whose_silhouettes_it_holds(summary, small_run):
    found, dossier = summary["selection"], small_run.clusters.dossier
    told = (found["scored"], found["against"])
    assert told == (dossier.n_scored, dossier.n_against)


def test_every_refit_and_every_split_is_told(evidence):
    seeds = evidence["seeds"]
    assert len(seeds["values"]) == seeds["refits"]
    assert min(seeds["values"]) == seeds["lowest"]
    for row in evidence["halves"]["table"]:
        mean = sum(row["values"]) / len(row["values"])
        assert row["prediction_strength"] == pytest.approx(mean)


def test_segment_ids_begin_with_one(evidence, small_run):
    ids = [profile.id for profile in small_run.meaning.profiles]
    assert ids[0] == 1
    assert [row["segment_id"] for row in evidence["valleys"]] == ids
    assert [row["segment_id"] for row in evidence["standing"]["per_segment"]] == ids
    for found in evidence["bootstrap"]:
        assert [row["segment_id"] for row in found["per_segment"]] == ids
    last = {f["target"] for f in evidence["flows"] if f["k"] == 9}
    assert 1 in last <= set(range(1, 11))
    assert min(flow["count"] for flow in evidence["flows"]) >= 10


def test_standings_add_up(evidence, small_run):
    learners = small_run.meaning.learners
    told = evidence["standing"]
    for name, n in told["counts"].items():
        assert n in {None, len(learners.filter(standing=name))}
    seen = 0
    for row in told["per_segment"]:
        own = learners.filter(segment_id=row["segment_id"])
        for name in told["counts"]:
            true = len(own.filter(standing=name))
            seen += row[name] is not None
            assert row[name] == true or (row[name] is None and true > 0)
            assert row[name] is None or not 0 < row[name] < 10
    assert seen >= len(told["per_segment"])


def test_parts_carry_the_medians_of_their_own_learners(evidence, small_run):
    learners = small_run.meaning.learners
    for part in evidence["finer"]["subsegments"]:
        own = learners.filter(
            pl.col("subsegment_id") == part["subsegment_id"], pl.col("pay_imputed") == 0
        )
        (expected,) = rounded_pay([own["pay"].median()], 1e5)
        assert part["median_pay"] in {None, expected}
        assert (part["median_pay"] is None) == (part["count"] is None)


def test_cells_held_by_few_are_left_out(evidence):
    assert evidence["finer"]["cells"]
    assert min(cell["count"] for cell in evidence["finer"]["cells"]) >= 10
