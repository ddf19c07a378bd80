"""`run --engine`: the same results, and one line where an engine cannot work."""

import json
import os
from contextlib import ExitStack

import duckdb
import polars as pl
import pytest

from commands import command, process
from learnstrata import assignment
from learnstrata.app.cli import reading
from learnstrata.app.cli.reading import Asked, given_table
from learnstrata.app.cli.tables import name_of
from learnstrata.engines.duckdb import DuckDBEngine
from learnstrata.exceptions import SourceError
from learnstrata.layer.reading import read_exact
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.sources import batches, files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of two files of Parquet."""
    place = tmp_path_factory.mktemp("parquet") / "learners"
    place.mkdir()
    table = make_learners(400, rng=1)
    table[:300].write_parquet(place / "a.parquet")
    table[300:].write_parquet(place / "b.parquet")
    return place


def run_of(table, out, *options):
    key = ["--key-file", out.parent / "key", "--evidence", "none", "--quiet"]
    return command("run", table, "--out", out, *key, *options)


def test_what_is_shared_is_the_same_with_another_engine(folder, tmp_path):
    for engine in ("polars", "duckdb"):
        told = run_of(folder, tmp_path / engine, "--engine", engine)
        assert told.returncode == 0, told.stderr
    mine, other = (tmp_path / engine / "share" for engine in ("polars", "duckdb"))
    names = sorted(file.name for file in mine.iterdir() if file.is_file())
    assert names == ["report.html", "summary.json", "tables.xlsx"]
    for name in names:
        assert (other / name).read_bytes() == (mine / name).read_bytes(), name


def test_the_owner_is_told_which_engine_worked(folder, tmp_path):
    run_of(folder, tmp_path / "run", "--engine", "duckdb")
    source = read_exact(tmp_path / "run").input.source
    assert source is not None
    assert (source.format, source.files) == ("parquet", 2)
    assert source.notes == ("Read and cleaned by DuckDB.",)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "duckdb", "--spark-master", "local"], "and an address of Spark"),
        (["--engine", "duckdb", "--sheet", "One"], "Got --sheet and the engine duckdb"),
        (["--spark-remote", "sc://127.0.0.1:1"], "Spark Connect"),
    ],
)
def test_what_does_not_go_together_is_refused(folder, tmp_path, options, said):
    # In a process of its own: pyspark looks at the program that it runs in.
    told = process("run", folder, "--out", tmp_path / "run", *options)
    assert told.returncode == 2
    assert said in told.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("jdbc:postgresql://db/school", "without a table. Name it behind #"),
        ("no-such-file.csv", "There is no no-such-file.csv in this folder."),
    ],
)
def test_a_table_that_is_not_there_is_refused(tmp_path, table, said):
    told = run_of(table, tmp_path / "run")
    assert told.returncode == 2
    assert said in told.stderr


ELSEWHERE = [
    "jdbc:postgresql://db/a?user=u&password=hidden#t",
    "s3a://key:hidden@bucket/learners",
]


@pytest.mark.parametrize("table", ELSEWHERE)
@pytest.mark.parametrize(
    "command_of", [["check"], ["run", "--engine", "polars"], ["run", "--engine=duckdb"]]
)
def test_no_password_is_told_of_a_table_elsewhere(table, command_of):
    told = command(*command_of, table)
    assert told.returncode == 2
    assert "hidden" not in told.stderr + told.stdout
    assert "…" in told.stderr
    assert "--engine spark" in told.stderr


@pytest.fixture
def school(tmp_path, monkeypatch):
    """A database of DuckDB in the folder of work."""
    monkeypatch.chdir(tmp_path)
    with duckdb.connect("s.duckdb") as to:
        to.execute("CREATE TABLE learners AS SELECT 1 AS pay")
    (tmp_path / "base.csv").write_text("email\na\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["check", "s.duckdb#learners"],
            "only learnstrata run reads it, with --engine",
        ),
        (
            ["check", "s.duckdb"],
            "expected one of its tables: learnstrata run s.duckdb#",
        ),
        (["check", "school.learners"], "If it is a table of the catalogue of Spark"),
        (["check", "bose.csv"], "There is no bose.csv in this folder. Did you mean"),
        (["run", "s.duckdb"], "expected one of its tables: learnstrata run s.duckdb#"),
        (["run", "s.duckdb#"], "Got 's.duckdb' without a table. Name it behind #"),
        (["run", "s.duckdb#nope"], "expected one of ['learners']"),
        (["run", "no.duckdb#learners"], "There is no no.duckdb in this folder."),
        (["run", "s.duckdb#learners", "--engine=polars"], "Take --engine duckdb"),
        (["run", "base.csv#x", "--engine=duckdb"], "is no database of DuckDB. Leave"),
        (["run", "bose.csv", "--engine=duckdb"], "Did you mean 'base.csv'?"),
        (["run", "bose", "--engine=duckdb"], "Did you mean 'base.csv'?"),
    ],
)
@pytest.mark.usefixtures("school")
def test_a_table_that_cannot_be_read_is_told_with_what_to_do(arguments, said):
    told = command(*arguments)
    assert told.returncode == 2
    assert said in told.stderr
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("jdbc:postgresql://db/s?password=p.q#public.learners", "learners"),
        ("s.duckdb#main.learners", "learners"),
        ("school.learners", "learners"),
        ("q4#2.csv", "q4#2"),
        ("base.csv", "base"),
        ("s3a://key:hidden@bucket", "table"),
        ("s3a://bucket/some/learners/", "learners"),
        ("-", "piped"),
    ],
)
def test_a_run_is_named_after_its_table(tmp_path, monkeypatch, table, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q4#2.csv").touch()
    assert name_of(table) == name


def test_without_java_a_run_on_spark_ends_with_one_line(folder, tmp_path):
    options = ["--out", tmp_path / "run", "--key-file", tmp_path / "key"]
    environment = os.environ | {"PATH": "/nowhere", "JAVA_HOME": ""}
    told = process(
        "run", folder, "--engine", "spark", *options, "--quiet", env=environment
    )
    assert told.returncode == 2
    assert told.stderr.startswith("learnstrata: Spark needs Java 17 or newer")
    assert told.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_table_that_would_not_fit_is_refused_before_it_is_read(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr("learnstrata.engines.memory.free_memory", lambda: 1e6)
    for engine in ("polars", "duckdb"):
        told = run_of(folder, tmp_path / "run", "--engine", engine)
        assert told.returncode == 2
        assert "GB of memory with the engine" in told.stderr
    assert not (tmp_path / "run").exists()


def test_a_table_that_changes_while_it_is_read_is_refused(tmp_path):
    table, path = pl.DataFrame({"email": ["a"], "ctc": [1]}), tmp_path / "a.parquet"
    table.write_parquet(path)
    asked = Asked(str(path), None, "duckdb", None, None)
    with ExitStack() as held:
        assert held.enter_context(given_table(asked)).info.rows == 1
        table.head(0).write_parquet(path)
        with pytest.raises(SourceError, match="changed while it was read"):
            held.close()


def test_the_table_of_a_database_names_its_run(tmp_path, monkeypatch):
    with duckdb.connect(str(tmp_path / "a.duckdb")) as to:
        rows = make_learners(400, rng=1).to_arrow()
        to.register("rows", rows)
        to.execute("CREATE TABLE learners AS FROM rows")
    monkeypatch.chdir(tmp_path)
    options = ["--evidence", "none", "--key-file", tmp_path / "key", "--json"]
    told = command("run", "a.duckdb#learners", *options)
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["out"].endswith("runs/learners")
    assert found["input"]["source"]["format"] == "table"


@pytest.fixture(scope="module")
def fitted(folder):
    """A run to assign by."""
    out = folder.parent / "fitted"
    assert run_of(folder, out).returncode == 0
    return out


def test_learners_are_assigned_the_same_with_records_on_disk(folder, fitted, tmp_path):
    asked = ["assign", folder, "--model", fitted, "--json", "--out"]
    told = {}
    for engine in ("polars", "duckdb"):
        done = command(*asked, tmp_path / f"{engine}.parquet", "--engine", engine)
        assert done.returncode == 0, done.stderr
        told[engine] = json.loads(done.stdout) | {"out": None}
    assert told["duckdb"] == told["polars"]
    files = [tmp_path / f"{engine}.parquet" for engine in told]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_table_that_would_not_fit_is_assigned_with_records_on_disk(
    folder, fitted, tmp_path, monkeypatch
):
    opened, open_it = [], DuckDBEngine.opened

    def watched(engine, source):
        opened.append(engine.name)
        return open_it(engine, source)

    monkeypatch.setattr(DuckDBEngine, "opened", watched)
    monkeypatch.setattr("learnstrata.engines.memory.free_memory", lambda: 1e6)
    out = ["--out", tmp_path / "segments.csv"]
    done = command("assign", folder, "--model", fitted, *out)
    assert (done.returncode, opened) == (0, ["duckdb"])


def dirty(learners, seed):
    """Give a text with a title, a blank line, a record of two lines and a total."""
    text = make_learners(learners, rng=seed).write_csv()
    lines = text.splitlines()
    lines[200:200] = ["," * lines[0].count(","), lines[0]]
    cells = lines[150].split(",")
    cells[lines[0].split(",").index("company_hash")] = '"two\nlines, Inc"'
    return "\n".join(["Learners 2021", "", *lines[:150], ",".join(cells), *lines[151:]])


def assigned(table, fitted, out, *options):
    done = command("assign", table, "-m", fitted, "--json", "-o", out, *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"out": None}, out.read_bytes()


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_long_text_is_assigned_from_disk_as_one_in_memory(
    engine, fitted, tmp_path, monkeypatch
):
    table = tmp_path / "learners.csv"
    table.write_text(dirty(600, 5), encoding="utf-8")
    whole = assigned(table, fitted, tmp_path / "whole.csv")
    monkeypatch.setattr(reading, "LONG", 1_000)
    monkeypatch.setattr(batches, "BATCH", 5_000)
    monkeypatch.setattr(files, "_read_text", None)  # nobody reads it whole
    found = assigned(table, fitted, tmp_path / "found.csv", "--engine", engine)
    assert found == whole
    assert {"title lines", "blank lines"} <= set(found[0]["source"]["left_out"])
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "found.csv",
        "learners.csv",
        "whole.csv",
    ]


def test_a_long_text_in_doubt_is_read_whole_or_refused_with_a_way_out(
    fitted, tmp_path, monkeypatch
):
    table = tmp_path / "learners.csv"
    text = dirty(400, 6).replace("two\nlines", "caf\xe9")
    table.write_bytes(text.encode("cp1252"))
    whole = assigned(table, fitted, tmp_path / "whole.csv")
    monkeypatch.setattr(reading, "LONG", 1_000)
    assert assigned(table, fitted, tmp_path / "again.csv") == whole
    monkeypatch.setattr("learnstrata.engines.memory.free_memory", lambda: 1e6)
    out = tmp_path / "segments.csv"
    done = command("assign", table, "--model", fitted, "--out", out)
    assert done.returncode == 2
    assert "is read into memory whole, for it is not UTF-8, or" in done.stderr
    assert "duckdb -c \"COPY (FROM 'learners.csv') TO" in done.stderr
    assert not out.exists()


def test_a_text_in_doubt_cannot_be_assigned_from_disk(fitted, tmp_path):
    table, out = tmp_path / "learners.csv", tmp_path / "segments.csv"
    table.write_text(dirty(400, 6), encoding="utf-16")
    asked = ["assign", table, "--model", fitted, "--out", out]
    done = command(*asked, "--engine", "duckdb")
    assert done.returncode == 2
    assert "all else is read into memory. Leave --engine out" in done.stderr
    assert not out.exists()


def test_a_file_that_changes_while_learners_are_assigned_is_refused(
    folder, fitted, tmp_path, monkeypatch
):
    table = tmp_path / "table.parquet"
    table.write_bytes((folder / "a.parquet").read_bytes())
    rows = pl.read_parquet(table)
    whole = assignment.read_alike

    def changing(*arguments, **options):
        found = whole(*arguments, **options)
        rows.head(3).write_parquet(table)
        return found

    monkeypatch.setattr(assignment, "read_alike", changing)
    out = tmp_path / "segments.csv"
    asked = ["assign", table, "--model", fitted, "--out", out, "--engine", "duckdb"]
    done = command(*asked)
    assert done.returncode == 2
    assert "changed while it was read" in done.stderr
    assert not out.exists()
