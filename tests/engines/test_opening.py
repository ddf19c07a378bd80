"""The engine is the one that a table calls for, or that was asked for."""

import duckdb
import pandas as pd
import polars as pl
import pytest

from learnstrata.engines.opening import choose_engine, engine_of, open_table
from learnstrata.engines.sources import Source
from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.learners.lookups import collected

TABLE = pl.DataFrame({"city": ["b", "a"], "pay": [1, 2]})


@pytest.mark.parametrize(
    ("source", "free", "expected"),
    [
        (Source("jdbc", "jdbc:postgresql://db/a", "b"), None, "spark"),
        (Source("remote", "s3a://bucket/learners"), None, "spark"),
        (Source("table", "", "learners"), None, "polars"),
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
    opened = open_table(stored(TABLE, 2).where, engine)
    assert opened.engine.name == engine
    assert collected(opened.frame).rows() == [(0, "b", 1), (1, "a", 2)]
    info = opened.info
    assert (info.format, info.rows, info.columns, info.files) == ("parquet", 2, 2, 2)
    assert info.notes[-1].startswith("Read and cleaned by ")
    opened.engine.close()


def test_a_table_of_a_database_is_counted_by_its_engine(tmp_path):
    place = tmp_path / "a.duckdb"
    with duckdb.connect(str(place)) as to:
        to.execute("CREATE TABLE learners AS SELECT i AS pay FROM range(7) t(i)")
    opened = open_table(f"{place}#learners")
    assert (opened.info.format, opened.info.rows) == ("table", 7)
    opened.engine.close()


def test_a_frame_in_memory_is_on_no_engine():
    assert engine_of(TABLE) is None
    assert engine_of(TABLE.lazy()) is None
    assert engine_of(pd.DataFrame({"pay": [1, 2]})) is None
    assert engine_of("learners.csv") is None


def test_a_relation_stays_in_duckdb():
    relation = duckdb.sql("SELECT 2 AS pay UNION ALL SELECT 1")
    engine = engine_of(relation)
    assert engine is not None
    assert engine.name == "duckdb"
    assert sorted(collected(engine.taken(relation)).rows()) == [(0, 1), (1, 2)]


def test_a_frame_of_spark_stays_there(spark):
    frame = spark.session.createDataFrame(TABLE.to_arrow())
    engine = engine_of(frame)
    assert engine is not None
    assert engine.name == "spark"
    assert sorted(collected(engine.taken(frame))["record"].to_list()) == [0, 1]
    engine.close()
    assert spark.session.range(3).count() == 3  # whose session it is, ends it


def test_polars_does_not_read_databases(tmp_path):
    place = tmp_path / "a.duckdb"
    place.touch()
    with pytest.raises(SourceError, match="Polars reads files and folders"):
        open_table(f"{place}#learners", "polars")


def test_a_master_and_a_remote_are_refused_together(stored):
    with pytest.raises(ParameterError, match="Got --spark-master and --spark-remote"):
        open_table(stored(TABLE), master="local", remote="sc://127.0.0.1")


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_name_that_is_no_file_is_told_so(engine):
    with pytest.raises(SourceError, match="There is no base.learners in this folder"):
        open_table("base.learners", engine)


def test_a_text_that_would_not_fit_is_refused_by_its_guessed_rows(
    tmp_path, monkeypatch
):
    (tmp_path / "a.csv").write_text("email\na\n")
    monkeypatch.setattr("learnstrata.engines.memory.free_memory", lambda: 1.0)
    with pytest.raises(SourceError, match="guessed from the size of the file"):
        open_table(tmp_path / "a.csv", "duckdb")


def test_what_would_not_fit_is_refused_before_the_work_starts(stored, monkeypatch):
    source = stored(TABLE)
    monkeypatch.setattr("learnstrata.engines.memory.free_memory", lambda: 1.0)
    with pytest.raises(SourceError, match="2 records need about 0.5 GB"):
        open_table(source, "duckdb")


def folder_of(place, **tables):
    place.mkdir()
    for name, table in tables.items():
        table.write_parquet(place / f"{name}.parquet")
    return place


def test_files_of_other_types_are_read_as_the_type_that_holds_all(engine, tmp_path):
    last = pl.DataFrame({"id": ["c"], "pay": [7]}, schema_overrides={"pay": pl.Int32})
    place = folder_of(
        tmp_path / "t",
        a=pl.DataFrame({"id": ["a"], "pay": [26]}),
        b=pl.DataFrame({"pay": [25.5], "id": ["b"]}),
        c=last,
    )
    found = collected(engine.opened(Source.of(place))).sort("record")
    assert found.rows() == [(0, "a", 26.0), (1, "b", 25.5), (2, "c", 7.0)]
    assert found["pay"].dtype == pl.Float64


def test_files_whose_types_have_nothing_in_common_are_refused(engine, tmp_path):
    texts = TABLE.with_columns(pay=pl.lit("12 LPA"))
    place = folder_of(tmp_path / "t", a=TABLE, b=texts)
    said = r"'pay' is of the types \['Int64', 'String'\] in its files. Write it as one"
    with pytest.raises(SourceError, match=said):
        engine.opened(Source.of(place))


def test_files_of_other_columns_are_refused(engine, tmp_path):
    place = folder_of(tmp_path / "t", a=TABLE, b=TABLE.drop("city"))
    with pytest.raises(SourceError, match="Give files of the same columns"):
        engine.opened(Source.of(place))


@pytest.mark.parametrize("cut", [0, 200])
def test_a_broken_file_of_a_folder_is_named(engine, tmp_path, cut):
    place = folder_of(tmp_path / "t", a=TABLE, b=TABLE)
    broken = place / "b.parquet"
    broken.write_bytes(broken.read_bytes()[:cut])
    source, said = Source.of(place), r"b\.parquet cannot be read as.*may be cut off"
    with pytest.raises(SourceError, match=said):
        engine.opened(source)
    with pytest.raises(SourceError, match=said):
        choose_engine(source)


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_a_table_without_rows_is_refused_by_its_columns(stored, name):
    with pytest.raises(SourceError, match="a header of 2 columns and no rows: .*city"):
        open_table(stored(TABLE.clear()), name)


def test_an_empty_table_of_a_database_is_refused_by_its_name(tmp_path):
    place = tmp_path / "a.duckdb"
    with duckdb.connect(str(place)) as to:
        to.execute("CREATE TABLE learners (pay INTEGER)")
    said = r"a\.duckdb#learners has a header of 1 columns and no rows: \['pay'\]"
    with pytest.raises(SourceError, match=said):
        open_table(f"{place}#learners")


@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_what_a_folder_tells_is_told_on_every_engine(tmp_path, name):
    place = folder_of(tmp_path / "t")
    folder_of(place / "year=2020", a=TABLE)
    (place / "b.csv").write_text("city,pay\n")
    (place / "more").symlink_to(tmp_path)
    opened = open_table(place, name)
    assert opened.info.notes[:-1] == (
        "From the names of folders, not from the files: year.",
        "Of a folder only .parquet is read; not read: ['b.csv', 'more'].",
    )
    opened.engine.close()
