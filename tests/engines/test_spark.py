"""What Spark alone is asked: databases, sessions that are not there or end."""

import os
import signal
import subprocess
import sys
import textwrap

import narwhals as nw
import polars as pl
import pytest

from learnstrata import facade
from learnstrata.engines.sources import Source
from learnstrata.engines.spark import SparkEngine
from learnstrata.exceptions import SourceError
from learnstrata.learners.lookups import collected

TABLE = pl.DataFrame({"city": ["b", "a", "a", "c"] * 50, "pay": range(200)})


def test_a_frame_without_numbers_is_numbered_in_the_order_of_its_content(spark):
    frames = [
        spark.taken(spark.session.createDataFrame(TABLE.to_arrow()).repartition(n))
        for n in (1, 5)
    ]
    found = [collected(frame).sort("record") for frame in frames]
    assert found[0]["record"].to_list() == list(range(200))
    assert found[0].drop("record").equals(TABLE.sort("city", "pay"))
    assert found[1].equals(found[0])


@pytest.mark.usefixtures("spark")
def test_a_request_to_stop_is_heard_as_it_was_before_spark_started():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_frame_with_its_own_numbers_keeps_them(spark):
    table = TABLE.with_columns(record=pl.col("pay").cast(pl.Int64) * 2)
    found = collected(spark.taken(spark.session.createDataFrame(table.to_arrow())))
    assert found.sort("record")["record"].to_list() == list(range(0, 400, 2))


def test_what_it_kept_in_a_session_of_the_user_goes_when_it_is_closed(spark):
    engine, held = SparkEngine(session=spark.session), spark.session.sparkContext
    before = held._jsc.getPersistentRDDs().size()
    rows = engine.taken(spark.session.createDataFrame(TABLE.to_arrow()))
    assert engine.sums(engine.checkpoint(rows), [], [])["n"].to_list() == [200]
    assert held._jsc.getPersistentRDDs().size() > before
    engine.close()
    assert held._jsc.getPersistentRDDs().size() == before


def test_frames_are_given_back_in_the_session_of_the_table(spark):
    own = spark.session.newSession()
    library = facade._library_of(own.createDataFrame(TABLE.to_arrow()))
    assert facade._in_library(TABLE, library).sparkSession is own


def test_frames_of_connect_are_given_back_by_their_session():
    library = facade.Library(nw.Implementation.PYSPARK_CONNECT, Session())
    assert facade._in_library(TABLE, library) == ["city", "pay"]


class Session:
    """What is asked of a session of Connect, without a server."""

    def createDataFrame(self, table):
        return table.column_names


def test_a_table_of_the_catalogue_is_opened(spark):
    view = spark.session.createDataFrame(TABLE.to_arrow())
    view.createOrReplaceTempView("some_learners")
    found = collected(spark.opened(Source.of("some_learners")))
    assert len(found) == 200


def test_a_table_behind_jdbc_is_opened(spark, tmp_path):
    # Derby, a database that Spark brings along.
    address = f"jdbc:derby:{tmp_path}/school;create=true"
    spark.session.createDataFrame(TABLE.to_arrow()).write.jdbc(address, "learners")
    found = collected(spark.opened(Source.of(f"{address}#learners"))).sort("record")
    assert found.drop("record").rows() == TABLE.sort("city", "pay").rows()


def test_levels_of_a_folder_are_columns_of_text(spark, tmp_path):
    for year in ("007", "008"):
        part = tmp_path / "a b" / f"year={year}"
        part.mkdir(parents=True)
        pl.DataFrame({"pay": [1.0]}).write_parquet(part / "x.parquet")
    found = collected(spark.opened(Source.of(tmp_path / "a b"))).sort("record")
    assert found.rows() == [(0, 1.0, "007"), (1, 1.0, "008")]


def test_a_table_that_is_not_there_is_said_in_one_line(spark):
    with pytest.raises(SourceError, match="cannot be read by spark: .*nobody") as said:
        spark.opened(Source.of("nobody"))
    assert "\n" not in str(said.value)


def test_a_duckdb_file_is_not_for_spark(spark, tmp_path):
    (tmp_path / "a.duckdb").touch()
    with pytest.raises(SourceError, match="Take --engine duckdb"):
        spark.opened(Source.of(f"{tmp_path}/a.duckdb#learners"))


def said_by(code: str, **environment: str) -> str:
    """Run code in a process of its own, and give the last line it prints."""
    told = textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", told],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return (done.stdout.splitlines() or [done.stderr])[-1]


STARTED = """
    from learnstrata.engines.spark import SparkEngine
    from learnstrata.exceptions import SourceError
    try:
        SparkEngine({}).session
    except SourceError as error:
        print(error)
"""


def test_without_java_the_message_says_what_to_install():
    found = said_by(STARTED.format(""), PATH="/nowhere", JAVA_HOME="")
    assert found.startswith("Spark needs Java 17 or newer, and there is no java")


def test_without_pyspark_the_message_says_how_to_get_it():
    hidden = "    import sys\n    sys.modules['pyspark'] = None\n"
    found = said_by(hidden + STARTED.format("").lstrip("\n"))
    assert "pip install 'learnstrata[spark]'" in found


def test_a_java_that_does_not_start_is_said_in_one_line(tmp_path):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    found = said_by(STARTED.format(""), JAVA_HOME=str(tmp_path))
    assert found.startswith("Spark did not start: ")
    assert "Java 17 or newer" in found


def test_a_server_of_connect_that_is_away_is_said_in_one_line(monkeypatch):
    sql = pytest.importorskip("pyspark.sql")

    def away(*_):
        raise ConnectionError("UNAVAILABLE: failed to connect\nto all addresses")

    monkeypatch.setattr(sql.SparkSession.Builder, "remote", away)
    with pytest.raises(SourceError) as said:
        SparkEngine(remote="sc://away").session  # noqa: B018 - starts it
    assert str(said.value) == (
        "No Spark Connect at sc://away: UNAVAILABLE: failed to connect. Expected an "
        "address such as sc://HOST:15002."
    )


def test_a_session_that_dies_is_said_in_one_line():
    found = said_by(
        """
        import os, signal
        import psutil
        from learnstrata.engines.spark import SparkEngine
        from learnstrata.exceptions import SourceError
        engine = SparkEngine(master="local[1]")
        frame = engine.taken(engine.session.range(10).withColumnRenamed("id", "record"))
        for child in psutil.Process().children(recursive=True):
            if "java" in child.name():
                child.send_signal(signal.SIGKILL)
                child.wait()
        try:
            engine.sums(frame, [], [])
        except SourceError as error:
            print(error, flush=True)
        os._exit(0)
        """
    )
    assert found.startswith("Spark ended while it worked")
    assert "Nothing was written" in found
