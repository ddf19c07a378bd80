"""A run is the same on every engine: one table with odd cells through each of them."""

from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.engines.polars import PolarsEngine
from learnstrata.engines.protocol import Engine
from learnstrata.facade import Segmentation, segment
from learnstrata.learners.demo.tables import make_learners
from thrift import NO_EVIDENCE

ODD: dict[str, list[Any]] = {
    "company_hash": ["\u00a0Acme\u2003Corp ", "İstanbul", "ΟΔΟΣ", "acme corp"],
    "job_position": ["QA\u00a0Engg", "  sr. data  analyst", "ǅ", "İK"],
    "ctc": ["1.23E8", "12.5 LPA", "₹ 12,00,000", "200000000.5"],
    "orgyear": ["2017.0", "17", "20165", "2,017"],
    "ctc_updated_year": ["2021", "2019.0", "n.a.", "2021 "],
}


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Learners whose cells are text, as a file of text has them, some of them odd."""
    clean = make_learners(1_500, rng=7)
    text = clean.select(pl.all().cast(pl.String))
    place = pl.int_range(pl.len())
    columns = []
    for column, values in ODD.items():
        cell = pl.col(column)
        for i, value in enumerate(values):
            cell = pl.when(place % 97 == 11 * i + 3).then(pl.lit(value)).otherwise(cell)
        columns.append(cell.alias(column))
    return text.with_columns(columns)


CONFIG = load_config("robust", evidence=NO_EVIDENCE, as_of=2021, selection={"k": 4})


def on_engine(engine: Engine, table: pl.DataFrame) -> Segmentation:
    frame = engine.brought(table)
    return segment(frame, config=CONFIG, key=bytes(32), engine=engine)


@pytest.fixture(scope="module")
def expected(table) -> Segmentation:
    return segment(table, config=CONFIG, key=bytes(32))


@pytest.fixture(scope="module")
def runs() -> dict[str, Segmentation]:
    """What was run on an engine, once for all tests."""
    return {}


@pytest.fixture(params=["polars", "duckdb", "spark"])
def found(request, runs, table) -> Segmentation:
    name = request.param
    if name not in runs:
        if name == "spark":
            runs[name] = on_engine(request.getfixturevalue("spark"), table)
        else:
            engine = PolarsEngine() if name == "polars" else DuckDBEngine()
            runs[name] = on_engine(engine, table)
            engine.close()
    return runs[name]


def test_the_table_has_what_engines_could_differ_on(expected):
    told = expected.ledger["before"].drop_nulls()
    assert told.str.contains("20165").any()
    assert told.str.contains("200000000.5", literal=True).any()
    assert {"history", "repaired", "set_aside"} & set(expected.ledger["state"])


def test_the_ledger_is_the_same(found, expected):
    assert found._ledger.collect().equals(expected.ledger)


def test_the_segments_of_the_learners_are_the_same(found, expected):
    assert found._learners.equals(expected._learners)


def test_the_model_is_the_same(found, expected):
    assert np.array_equal(found.model.centers, expected.model.centers)
    assert found.model == expected.model


def test_what_may_be_told_is_the_same(found, expected):
    told, wanted = found.summary.model_dump(), expected.summary.model_dump()
    assert told | {"timings": None} == wanted | {"timings": None}


def test_whom_a_run_must_not_name_is_the_same(found, expected):
    by = ["kind", "name"]
    assert found._names.sort(by).equals(expected._names.sort(by))


def test_a_frame_of_duckdb_is_cleaned_where_it_is(table, expected):
    rows = table.to_arrow()
    found = segment(duckdb.from_arrow(rows), config=CONFIG, key=bytes(32))
    assert found.model.centers == expected.model.centers
    assert found.learners.shape == expected.learners.shape
