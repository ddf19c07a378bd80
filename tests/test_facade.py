"""What a caller holds, on the caller's own kind of frame."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

import learnstrata as ls
from frames import rows
from thrift import LITTLE_EVIDENCE, NO_EVIDENCE

TABLE = ls.make_learners(500, rng=2)
THRIFTY = ls.load_config("robust", evidence=LITTLE_EVIDENCE)


@pytest.fixture(scope="module")
def found():
    return ls.segment(TABLE, rng=7, config=THRIFTY)


def test_frames_are_of_the_callers_library(found):
    numbered = TABLE.with_row_index("record").cast({"record": pl.Int64})
    kinds = {
        pd.DataFrame: TABLE.to_pandas(),
        duckdb.DuckDBPyRelation: duckdb.from_arrow(numbered.to_arrow()),
    }
    expected = rows(found.learners)
    for kind, table in kinds.items():
        own = ls.segment(table, rng=7, config=THRIFTY)
        for frame in (own.segments, own.learners, own.ledger, own.assign(table)):
            assert isinstance(frame, kind)
        assert rows(own.learners) == expected


def test_save_and_load_give_the_same(found, tmp_path):
    folder = found.save(tmp_path / "run")
    again = ls.load(folder)
    assert again.summary == found.summary
    assert again.learners.equals(found.learners)
    assert again.ledger.equals(found.ledger)
    assert again.assign(TABLE).equals(found.learners)


def test_segments_add_up(found):
    assert found.segments["count"].sum() == len(found.learners) == 500


def test_a_summary_is_printed_and_cards_are_drawn(found):
    told = repr(found)
    assert "500 learners" in told
    assert all(segment["name"] in told for segment in found.summary["segments"])
    assert "<script" not in found._repr_html_()
    assert found.report.startswith("<!DOCTYPE html>")


def test_the_table_is_left_alone():
    before = TABLE.clone()
    ls.segment(TABLE, rng=1, config=THRIFTY)
    assert TABLE.equals(before)


def test_a_config_may_be_a_file_or_a_value(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text("[selection]\nk_max = 4\n[evidence]\nlevel = 'none'\n")
    by_file = ls.segment(TABLE, rng=3, config=path)
    by_value = ls.segment(TABLE, config=ls.load_config("robust", path, seed=3))
    assert by_file.learners.equals(by_value.learners)
    assert by_file.summary["selection"]["table"][-1]["k"] == 4


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ls.SourceError, match="There is no model"):
        ls.load_model(tmp_path / "none.json")


def test_planted_segments_are_found():
    table = ls.make_learners(3000, rng=5, separation=1.0, n_segments=4)
    truth = ls.planted_segments(3000, rng=5, separation=1.0, n_segments=4)
    four = {"k_min": 4, "k_max": 4}
    config = ls.load_config("robust", selection=four, evidence=NO_EVIDENCE)
    labels = ls.segment(table, config=config).learners
    both = labels.join(truth, left_on="learner_id", right_on="email_hash")
    assert len(both) == 3000
    assert adjusted_rand_score(both["planted_segment"], both["segment_id"]) >= 0.9
