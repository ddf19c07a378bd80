"""Features scaled on an engine are those of the matrix."""

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from learnstrata.engines.centers import labelled, move_centers
from learnstrata.engines.scaling import scaled, space_of
from learnstrata.learners.factors import as_text
from learnstrata.learners.lookups import collected


@pytest.fixture
def prepared(small_run):
    return small_run.base.prepared


def features_on(engine, stored, prepared):
    wanted = ["record", *dict.fromkeys(prepared.features.columns)]
    table = as_text(prepared.learners.select(wanted)).rename({"record": "r"})
    frame = engine.opened(stored(table, 3))
    return frame.drop("record").rename({"r": "record"})


def test_numbers_and_codes_give_the_matrix(engine, stored, prepared):
    model, X = prepared.features, prepared.matrix.X
    space = space_of(model)
    frame = scaled(engine, features_on(engine, stored, prepared), model)
    found = collected(frame).sort("record")
    rebuilt = np.empty(X.shape)
    for column, place in space.numbers.items():
        rebuilt[:, place] = found[column]
    for column, block in space.blocks.items():
        code = found[column].fill_null(-1).to_numpy()[:, None]
        own = code == np.arange(len(block.places))
        rebuilt[:, block.places] = np.where(own, block.high, block.low)
    assert space.width == X.shape[1]
    assert np.abs(rebuilt - X).max() < 1e-5  # the matrix is of single precision


def test_the_centres_of_a_run_are_found_again_on_the_engine(engine, stored, small_run):
    prepared, fit = small_run.base.prepared, small_run.clusters.fit
    model = prepared.features
    frame = scaled(engine, features_on(engine, stored, prepared), model)
    found = move_centers(engine, frame, space_of(model), fit.centers)
    assert np.abs(found.centers - fit.centers).max() < 1e-5
    rows = collected(labelled(engine, frame, space_of(model), found.centers))
    labels = rows.sort("record")["label"].to_numpy()
    assert (labels == fit.labels).mean() > 0.999


def test_a_category_without_a_column_has_no_code(engine, stored, prepared):
    model = prepared.features
    frame = features_on(engine, stored, prepared)
    strange = frame.with_columns(role=nw.lit("Juggling"))
    found = collected(scaled(engine, strange, model))
    assert found["code:role"].null_count() == len(found)
    assert found.schema["code:role"] == pl.Int32
