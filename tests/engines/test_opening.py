"""The engine is the one that a table calls for, or that was asked for."""

import duckdb
import pandas as pd
import polars as pl
import pytest

from learnstrata.engines.opening import choose_engine, open_table
from learnstrata.engines.sources import Source
from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.learners.lookups import collected

TABLE = pl.DataFrame({"city": ["b", "a"], "pay": [1, 2]})


@pytest.mark.parametrize(
    ("source", "free", "expected"),
    [
        (Source("jdbc", "jdbc:postgresql://db/a", "b"), None, "spark"),
        (Source("remote", "s3a://bucket/learners"), None, "spark"),
        (Source("table", "", "learners"), None, "spark"),
        (Source("table", "a.duckdb", "b", (__file__,)), None, "duckdb"),
        (Source("text", "a.csv"), 1.0, "polars"),
    ],
)
def test_auto_goes_by_where_the_table_lies(source, free, expected):
    assert choose_engine(source, free=free) == expected


def test_auto_takes_duckdb_for_parquet_that_does_not_fit(stored):
    source = stored(TABLE)
    assert choose_engine(source, free=8e9) == "polars"
    assert choose_engine(source, free=1e8) == "duckdb"


def test_what_was_asked_for_decides(stored):
    assert choose_engine(stored(TABLE), "duckdb", free=8e9) == "duckdb"


def test_an_address_of_spark_asks_for_spark(stored):
    source = stored(TABLE)
    assert choose_engine(source, elsewhere=True) == "spark"
    with pytest.raises(ParameterError, match="engine duckdb and an address of Spark"):
        choose_engine(source, "duckdb", elsewhere=True)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_folder_is_opened_with_the_engine_that_was_asked_for(stored, engine):
    opened = open_table(stored(TABLE).where, engine)
    assert opened.engine.name == engine
    assert opened.source is not None
    assert collected(opened.frame).rows() == [(0, "b", 1), (1, "a", 2)]
    opened.engine.close()


@pytest.mark.parametrize("frame", [TABLE, TABLE.lazy(), pd.DataFrame({"pay": [1, 2]})])
def test_a_frame_in_memory_is_for_polars(frame):
    opened = open_table(frame)
    assert (opened.engine.name, opened.source) == ("polars", None)
    assert collected(opened.frame)["pay"].to_list() == [1, 2]


def test_a_relation_stays_in_duckdb():
    opened = open_table(duckdb.sql("SELECT 2 AS pay UNION ALL SELECT 1"))
    assert opened.engine.name == "duckdb"
    assert sorted(collected(opened.frame).rows()) == [(0, 1), (1, 2)]


def test_a_frame_of_spark_stays_there(spark):
    opened = open_table(spark.session.createDataFrame(TABLE.to_arrow()))
    assert opened.engine.name == "spark"
    assert sorted(collected(opened.frame)["record"].to_list()) == [0, 1]
    opened.engine.close()
    assert spark.session.range(3).count() == 3  # whose session it is, ends it


def test_a_frame_is_not_moved_to_another_engine():
    with pytest.raises(ParameterError, match="a frame stays where it is"):
        open_table(TABLE, "spark")


def test_polars_does_not_read_databases(tmp_path):
    place = tmp_path / "a.duckdb"
    place.touch()
    with pytest.raises(SourceError, match="Polars reads files and folders"):
        open_table(f"{place}#learners", "polars")
