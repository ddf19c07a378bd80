"""The fitted model: assignment, and what must not stand in it."""

import duckdb
import numpy as np
import polars as pl
import pytest

from learnstrata import assignment
from learnstrata.learners.demo.tables import make_learners
from learnstrata.segments.model.model import SegmentModel
from learnstrata.segments.model.stored import codes_of_members


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def new_table():
    """Learners a model has not met, one record each."""
    return make_learners(300, rng=8).unique("email_hash", maintain_order=True)


def test_the_fitted_table_gets_the_segments_of_the_run(done, small_table):
    found = assignment.assign(small_table, done.meaning.model)
    assert found.equals(done.meaning.members)


def test_a_model_survives_json_byte_for_byte(done, small_table):
    model = done.meaning.model
    text = model.to_json()
    again = SegmentModel.from_json(text)
    assert again == model
    assert again.to_json() == text
    assert assignment.assign(small_table, again).equals(
        assignment.assign(small_table, model)
    )


def test_one_learner_alone_can_be_assigned(done, new_table):
    together = assignment.assign(new_table, done.meaning.model).sort("learner_id")
    first = together.row(0, named=True)
    alone = assignment.assign(
        new_table.filter(pl.col("email_hash") == first["learner_id"]),
        done.meaning.model,
    )
    told = alone.row(0, named=True)
    for name in ("segment_id", "second_segment_id", "standing", "subsegment_id"):
        assert told[name] == first[name]
    assert told["margin"] == pytest.approx(first["margin"], abs=1e-6)
    assert told["confidence"] == first["confidence"]


def test_learners_with_unseen_values_get_a_segment(done, new_table):
    strange = new_table.with_columns(
        company_hash=pl.lit("never seen before"),
        job_position=pl.lit("Underwater Basket Weaver"),
        ctc=pl.when(pl.int_range(pl.len()) % 3 > 0).then("ctc"),
        orgyear=pl.when(pl.int_range(pl.len()) % 3 > 0).then(2100).otherwise("orgyear"),
    )
    for table in (new_table, strange):
        found = assignment.assign(table, done.meaning.model)
        assert len(found) > 0
        assert found["segment_id"].is_between(1, len(done.meaning.profiles)).all()
        names = dict(enumerate(done.meaning.model.names, start=1))
        told = found["segment_id"].replace_strict(names, return_dtype=pl.String)
        assert found["segment_name"].equals(told, check_names=False)


def test_the_order_of_new_rows_does_not_matter(done, new_table):
    shuffled = new_table.sample(fraction=1.0, shuffle=True, seed=2)
    first, second = (
        assignment.assign(table, done.meaning.model)
        .select("learner_id", "segment_id")
        .sort("learner_id")
        for table in (new_table, shuffled)
    )
    assert first.equals(second)


def test_pandas_and_duckdb_get_the_segments_polars_gets(small_run, new_table):
    model = small_run.meaning.model
    expected = assignment.assign(new_table, model)
    numbered = new_table.with_row_index("record").with_columns(
        pl.col("record").cast(pl.Int64)
    )
    backwards = duckdb.from_arrow(numbered.reverse().to_arrow())
    assert assignment.assign(backwards, model).equals(expected)
    data = {name: new_table[name].to_list() for name in new_table.columns}
    pandas = pytest.importorskip("pandas")
    assert assignment.assign(pandas.DataFrame(data), model).equals(expected)


def test_a_frame_of_another_library_comes_back_as_one(small_run):
    pandas = pytest.importorskip("pandas")
    learners = small_run.base.prepared.learners.head(50)
    wanted = ["record", "learner_id", "company", "title", "pay", "pay_year"]
    wanted += ["years_of_experience", "role_family", "seniority", "pay_growth"]
    units = learners.select(wanted)
    native = pandas.DataFrame({c: units[c].to_list() for c in wanted})
    found = small_run.meaning.model.assign(native)
    assert isinstance(found, pandas.DataFrame)
    assert found["segment_id"].between(1, len(small_run.meaning.profiles)).all()


def test_no_company_and_no_learner_stands_in_a_model(done, small_table):
    text = done.meaning.model.to_json().lower()
    words = {
        word.strip().lower()
        for column in ("company_hash", "email_hash")
        for word in small_table[column].drop_nulls().unique()
    }
    long = {word for word in words if len(word) >= 6}
    assert len(long) > 1_000
    assert not {word for word in long if word in text}


def test_members_are_codes_of_learners_with_pay(small_run):
    members = codes_of_members(small_run.meaning.model.members)
    paid = small_run.base.prepared.learners["pay"].drop_nulls()
    assert len(members) == len(paid)
    assert (np.diff(members) > 0).all()
    assert members[0] >= 0
    assert members[-1] < 2**53
