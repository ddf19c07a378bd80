"""What DuckDB alone is asked: tables of its files, relations, a full memory."""

from datetime import date, time, timedelta

import duckdb
import narwhals as nw
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.engines.sources import Source
from learnstrata.exceptions import DegenerateError, SourceError
from learnstrata.learners.intake import read_table
from learnstrata.learners.lookups import collected

ROWS = "SELECT * FROM (VALUES ('b', 2), ('a', 3), ('a', 1)) AS t(city, pay)"


@pytest.fixture
def engine():
    engine = DuckDBEngine()
    yield engine
    engine.close()


def test_a_table_of_a_file_is_numbered_in_the_order_of_its_content(engine, tmp_path):
    place = tmp_path / "it's a school.duckdb"
    with duckdb.connect(str(place)) as to:
        to.execute(f"CREATE TABLE learners AS {ROWS}")
    found = collected(engine.opened(Source.of(f"{place}#learners"))).sort("record")
    assert found.rows() == [(0, "a", 1), (1, "a", 3), (2, "b", 2)]


def test_a_table_that_is_not_in_the_file_is_said_in_one_line(engine, tmp_path):
    place = tmp_path / "school.duckdb"
    duckdb.connect(str(place)).close()
    with pytest.raises(SourceError, match="school.duckdb has no tables"):
        engine.opened(Source.of(f"{place}#nobody"))


def test_the_tables_that_are_there_are_named(engine, tmp_path):
    place = tmp_path / "school.duckdb"
    with duckdb.connect(str(place)) as to:
        to.execute(f"CREATE TABLE learners AS {ROWS}")
        to.execute("CREATE SCHEMA old; CREATE VIEW old.those AS SELECT 1 AS pay")
    with pytest.raises(SourceError, match=r"nobody .* \['learners', 'old.those'\]"):
        engine.opened(Source.of(f"{place}#nobody"))


@pytest.mark.parametrize("size", [0, 5, 4096, 20_000])
def test_a_database_that_is_cut_off_is_told_with_what_to_do(engine, tmp_path, size):
    place = tmp_path / "school.duckdb"
    with duckdb.connect(str(place)) as to:
        to.execute("CREATE TABLE a AS SELECT range || repeat('x', 9) FROM range(99999)")
    place.write_bytes(place.read_bytes()[:size])
    with pytest.raises(SourceError, match=r"may be cut off, .*: copy it anew") as said:
        engine.opened(Source.of(f"{place}#a"))
    assert "\n" not in str(said.value)


def test_what_it_kept_in_a_connection_of_the_user_goes_when_it_is_closed():
    with duckdb.connect() as own:
        engine = DuckDBEngine()
        engine.checkpoint(engine.taken(own.sql(ROWS)))
        assert len(own.sql("SHOW ALL TABLES")) == 1
        engine.close()
        assert len(own.sql("SHOW ALL TABLES")) == 0


def test_a_connection_that_the_user_closed_is_left_alone():
    own, engine = duckdb.connect(), DuckDBEngine()
    engine.checkpoint(engine.taken(own.sql(ROWS)))
    own.close()
    engine.close()


def test_a_relation_with_its_own_numbers_keeps_them(engine):
    relation = duckdb.sql(ROWS).project("pay AS record, city")
    found = collected(engine.taken(relation))
    assert sorted(found["record"].to_list()) == [1, 2, 3]


def test_a_relation_without_numbers_is_numbered_and_can_be_checkpointed(engine):
    frame = engine.checkpoint(engine.taken(duckdb.sql(ROWS)))
    assert engine.sums(frame, ["record"], ["pay"])["pay"].to_list() == [1, 3, 2]


def test_levels_of_a_folder_are_columns_of_text(engine, tmp_path):
    part = tmp_path / "all" / "year=007"
    part.mkdir(parents=True)
    pl.DataFrame({"pay": [1.0]}).write_parquet(part / "a'b.parquet")
    found = collected(engine.opened(Source.of(tmp_path / "all")))
    assert found.rows() == [(0, 1.0, "007")]


def test_a_place_that_it_does_not_know_is_refused(engine):
    with pytest.raises(SourceError, match="DuckDB reads files, folders and tables"):
        engine.opened(Source.of("s3a://bucket/learners"))


def test_too_little_memory_is_said_with_a_way_out():
    engine = DuckDBEngine(memory="1MB")
    frame = engine.taken(engine.connection.sql("SELECT i AS record FROM range(9) t(i)"))
    many = engine.connection.sql(
        "SELECT i AS record, repeat('x', 1000) || i AS a FROM range(300000) t(i)"
    )
    with pytest.raises(SourceError, match=r"DuckDB needs more memory.*--engine spark"):
        engine.checkpoint(engine.taken(many.order("a DESC")))
    assert len(collected(frame)) == 9
    engine.close()


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
def test_durations_and_times_keep_their_types(engine, tmp_path, unit):
    took = pl.Series("took", [timedelta(seconds=3)], dtype=pl.Duration(unit))
    table = pl.DataFrame([took, pl.Series("at", [time(9, 30)])])
    table.write_parquet(tmp_path / "a.parquet")
    frame = engine.opened(Source.of(tmp_path / "a.parquet"))
    schema = frame.collect_schema()
    assert schema["took"] == nw.Duration
    assert schema["at"] == nw.Time
    assert frame.to_native().fetchall() == [(0, timedelta(seconds=3), time(9, 30))]


def test_a_column_of_nulls_in_one_file_takes_the_type_of_the_other(engine, tmp_path):
    day = date(2020, 1, 1)
    pl.DataFrame({"at": [None]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"at": [day]}).write_parquet(tmp_path / "b.parquet")
    found = collected(engine.opened(Source.of(tmp_path)))
    assert found.rows() == [(0, None), (1, day)]


def test_a_relation_without_rows_is_refused(engine):
    some = "SELECT 'a' AS email, 'x' AS ctc, 'b' AS company"
    empty = engine.taken(duckdb.sql(f"{some} LIMIT 0"))
    with pytest.raises(DegenerateError, match="Got a table without rows"):
        read_table(empty, load_config(), checkpoint=engine.checkpoint)
