"""`learnstrata sql`: what it prints, writes and refuses."""

import shutil

import duckdb
import pytest

import learnstrata as ls
from commands import command
from thrift import NO_EVIDENCE


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A run, and the table that it was made of."""
    place = tmp_path_factory.mktemp("desk")
    table = ls.make_learners(600, rng=2).unique("email_hash", keep="first")
    table.write_csv(place / "learners.csv")
    asked = {"evidence": NO_EVIDENCE, "selection": {"k": 3}}
    found = ls.segment(table, config=ls.load_config(**asked), key=bytes(32))
    found.save(place / "run")
    return place


def test_without_a_folder_the_select_is_printed(desk):
    told = command("sql", desk / "run", "--dialect", "duckdb", "--table", "x.learners")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("-- Segments by a model of learnstrata")
    assert "FROM x.learners AS t" in told.stdout


def test_with_a_folder_the_lookups_come_too_and_give_the_segments(desk, tmp_path):
    options = ["--dialect", "duckdb", "--companies", desk / "learners.csv"]
    told = command("sql", desk / "run", *options, "--out", tmp_path / "sql")
    assert told.returncode == 0, told.stderr
    assert "titles" in told.stdout
    assert "Not to be shared" in told.stdout
    private = tmp_path / "sql" / "private"
    load = (private / "load.sql").read_text().replace("FROM '", f"FROM '{private}/")
    with duckdb.connect() as to:
        to.execute(f"CREATE TABLE learners AS FROM '{desk / 'learners.csv'}'")
        to.execute(load)
        found = to.execute((private / "segments.sql").read_text()).fetchall()
    segments = ls.load(desk / "run").learners
    columns = segments.select("learner_id", "segment_id", "segment_name")
    assert sorted(found) == sorted(columns.iter_rows())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--dialect", "postgress"], "Did you mean 'postgres'?"),
        (["--dialect", "duckdb", "--out", "sql"], "Got --out without --companies"),
        (["--dialect", "duckdb", "--companies", "x.csv"], "without --out"),
        (
            ["--dialect", "duckdb", "--out", "sql", "--companies", "names.csv"],
            "this table has no job_position (title)",
        ),
    ],
)
def test_what_cannot_be_written_is_told_in_one_line(desk, options, said, monkeypatch):
    monkeypatch.chdir(desk)
    (desk / "names.csv").write_text("company_hash\nacme\nzeta\n")
    told = command("sql", "run", *options)
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert told.stderr.count("\n") == 1
    assert not (desk / "sql").exists()


def test_a_run_without_its_private_part_is_refused(desk, tmp_path):
    shutil.copytree(desk / "run" / "share", tmp_path / "passed-on" / "share")
    told = command("sql", tmp_path / "passed-on", "--dialect", "duckdb")
    assert (told.returncode, told.stdout) == (2, "")
    assert "There is no model" in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_model_of_pay_growth_is_refused_with_what_to_do(tmp_path):
    features = {"momentum": {"weight": 1.0}}
    config = ls.load_config(evidence=NO_EVIDENCE, selection={"k": 3}, features=features)
    table = ls.make_learners(600, rng=2)
    ls.segment(table, config=config, key=bytes(32)).save(tmp_path / "run")
    told = command("sql", tmp_path / "run", "--dialect", "duckdb")
    assert told.returncode == 2
    assert "made with pay growth" in told.stderr
