"""The folder with the SQL: private, whole, and run as a user runs it."""

import shutil
import subprocess

import duckdb
import pytest

from learnstrata.assignment import as_of_year, assign
from learnstrata.exceptions import OutputError
from learnstrata.layer.scoring.folder import write_scoring
from learnstrata.layer.scoring.lookups import Lookups, lookups_of
from learnstrata.layer.scoring.query import TRIED, segment_query

SQLITE = shutil.which("sqlite3")


@pytest.fixture(scope="module")
def written(models, learners, tmp_path_factory):
    """A folder for each dialect."""
    place, model = tmp_path_factory.mktemp("sql"), models["default"]
    lookups = lookups_of(model, learners)
    return {
        dialect: write_scoring(
            place / dialect, segment_query(model, dialect), lookups, dialect=dialect
        )
        for dialect in (*TRIED, "snowflake")
    }


def test_nobody_but_the_owner_can_read_what_is_in_it(written):
    for folder in written.values():
        private = folder / "private"
        assert [item.name for item in folder.iterdir()] == ["private"]
        assert private.stat().st_mode & 0o077 == 0
        modes = {item.name: item.stat().st_mode & 0o777 for item in private.iterdir()}
        assert set(modes.values()) == {0o600}
        tables = {"titles.csv", "companies.csv", "members.csv"}
        assert modes.keys() == {"segments.sql", "load.sql", *tables}


def test_duckdb_runs_both_files_as_they_are(written, models, learners, monkeypatch):
    folder = written["duckdb"] / "private"
    monkeypatch.chdir(folder)
    with duckdb.connect() as to:
        to.register("learners", learners.to_arrow())
        to.execute((folder / "load.sql").read_text())
        found = to.execute((folder / "segments.sql").read_text()).fetchall()
    model = models["default"]
    expected = assign(learners, as_of_year(model, model.limits.as_of))
    columns = expected.select("learner_id", "segment_id", "segment_name")
    assert sorted(found) == sorted(columns.iter_rows())


@pytest.mark.skipif(SQLITE is None, reason="no sqlite3 on this machine")
def test_sqlite_loads_what_the_script_says(written):
    folder = written["sqlite"] / "private"
    script = (folder / "load.sql").read_text()
    script += "SELECT COUNT(*), MIN(TYPEOF(mean_pay)) FROM learnstrata_companies;"
    told = subprocess.run(
        [SQLITE, ":memory:"],
        input=script,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (folder / "companies.csv").read_text().count("\n") - 1
    assert told.stdout.strip() == f"{rows}|real"


def test_spark_reads_the_views_of_the_script(written, learners, models, spark):
    folder = written["spark"] / "private"
    script = (folder / "load.sql").read_text()
    for name in ("titles", "companies", "members"):
        script = script.replace(f"'{name}.csv'", f"'file://{folder}/{name}.csv'")
    for statement in script.split(";\n"):
        if statement.strip():
            spark.session.sql(statement)
    lookups = lookups_of(models["default"], learners)
    for name, rows in lookups.tables.items():
        found = spark.session.table(f"learnstrata_{name}").collect()
        assert sorted(map(tuple, found)) == sorted(rows.rows())


def test_a_dialect_that_is_untried_is_told_to_load_by_its_own_means(written):
    script = (written["snowflake"] / "private" / "load.sql").read_text()
    assert "by the means of the database" in script
    assert "CREATE TABLE learnstrata_titles" in script


def test_a_folder_is_replaced_where_it_is_one_of_ours_and_of_nothing_else(
    models, tmp_path
):
    nothing, query = Lookups(None, None, None), segment_query(models["own"], "duckdb")
    own = tmp_path / "own"
    for _ in range(2):
        write_scoring(own, query, nothing, dialect="duckdb", overwrite=True)
    assert [item.name for item in (own / "private").iterdir()] == ["segments.sql"]
    with pytest.raises(OutputError, match="is there already"):
        write_scoring(own, query, nothing, dialect="duckdb")
    (own / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="is not a folder of SQL by learnstrata and"):
        write_scoring(own, query, nothing, dialect="duckdb", overwrite=True)
    assert (own / "thesis.txt").read_text() == "mine"
