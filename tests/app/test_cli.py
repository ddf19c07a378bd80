"""The command line as its users meet it: each command, and what bad input gets."""

import gzip
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from commands import LEARNSTRATA, command, process
from learnstrata.layer.reading import read_exact, read_summary
from learnstrata.learners.demo.tables import make_learners
from learnstrata.privacy.keys import make_key
from learnstrata.segments.model.certainty import EXPORTED

SHARED = ["report.html", "summary.json", "tables.xlsx"]
PRIVATE = ["features.parquet", "ledger.parquet", "lists", "model.json"]
PRIVATE += ["names.parquet", "segments.csv", "segments.parquet", "summary.json"]
PRIVATE += ["tables.xlsx"]
SURVEY = Path(__file__).resolve().parents[3] / "shared/data/pay_survey_2021.parquet"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
POSIX = pytest.mark.skipif(os.name != "posix", reason="there are no such rights")


def run(*arguments):
    """Run a command; a run gathers no evidence where the test does not ask for it."""
    return command(*without_evidence(arguments))


def without_evidence(arguments):
    if arguments[0] == "run" and "--evidence" not in arguments:
        return (*arguments, "--evidence", "none")
    return arguments


def names_in(folder):
    return sorted(item.name for item in folder.iterdir())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module", autouse=True)
def key_file(tmp_path_factory):
    """Keep the key of the tests apart from that of whoever runs them."""
    path = tmp_path_factory.mktemp("home") / "learnstrata" / "key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEARNSTRATA_KEY_FILE", str(path))
        yield path


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "learners.csv"
    make_learners(1500, rng=3).write_csv(path)
    return path


@pytest.fixture(scope="module")
def done(table, tmp_path_factory):
    """One run through the command line, used by many tests."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    result = process("run", table, "--out", folder, "--evidence", "quick")
    assert result.returncode == 0, result.stderr
    return folder, result


def test_a_run_writes_every_file_and_says_where(done):
    folder, result = done
    assert names_in(folder) == ["private", "share"]
    assert names_in(folder / "share") == SHARED
    assert names_in(folder / "private") == PRIVATE
    assert "share/report.html" in result.stdout
    assert "segments" not in result.stderr.lower()


def test_the_summary_keeps_its_contract(done):
    shared, exact = read_summary(done[0]), read_exact(done[0])
    for summary in (shared, exact):
        assert 0 <= summary.tendency.hopkins.statistic <= 1
        assert -1 <= summary.hierarchy.ari_with_kmeans <= 1
        assert -1 <= summary.bands.ari <= 1
        assert len(summary.words.findings) == 7
    assert shared.selection.k == exact.selection.k == len(exact.segments)
    assert (shared.timings, bool(exact.timings)) == ({}, True)


def test_ledger_and_segments_reconcile_with_the_input(done, table):
    folder, _ = done
    records = len(pl.read_csv(table))
    exact = read_exact(folder)
    ledger = pl.read_parquet(folder / "private" / "ledger.parquet")
    segments = pl.read_parquet(folder / "private" / "segments.parquet")
    assert ledger.columns == ["record", "state", "rule", "column", "before", "after"]
    assert ledger["record"].sort().to_list() == list(range(records))
    kept = exact.ledger.current + exact.ledger.repaired + exact.ledger.set_aside
    others = exact.ledger.history + exact.ledger.quarantined
    assert kept + others == exact.input.records == records
    assert kept == len(segments) == segments["learner_id"].n_unique()
    told = ["record", "learner_id", "segment_id", "segment_name", *EXPORTED]
    assert segments.columns == [*told, "subsegment_name", "role_family"]
    counts = {segment.id: segment.size for segment in exact.segments}
    assert dict(segments.group_by("segment_id").len().iter_rows()) == counts


def test_csv_and_parquet_hold_the_same_segments(done):
    folder, _ = done
    parquet = pl.read_parquet(folder / "private" / "segments.parquet")
    csv = pl.read_csv(folder / "private" / "segments.csv", schema=parquet.schema)
    assert csv.equals(parquet)


def test_same_seed_and_table_give_the_same_bytes(done, table, tmp_path):
    again = tmp_path / "again"
    assert (
        run("run", table, "--out", again, "--quiet", "--evidence", "quick").returncode
        == 0
    )
    names = [f"share/{name}" for name in SHARED] + [f"private/{n}" for n in PRIVATE]
    names += [f"private/lists/{n}" for n in names_in(done[0] / "private" / "lists")]
    for name in set(names) - {"private/summary.json", "private/lists"}:
        first, second = (home / name for home in (done[0], again))
        assert first.read_bytes() == second.read_bytes(), name
    first, second = (
        read_exact(folder).model_copy(update={"timings": {}})
        for folder in (done[0], again)
    )
    assert first == second


def test_assign_gives_the_training_table_the_segments_of_the_run(done, table, tmp_path):
    out = tmp_path / "again.parquet"
    result = run(
        "assign", table, "--model", done[0] / "private" / "model.json", "--out", out
    )
    assert result.returncode == 0, result.stderr
    assert pl.read_parquet(out).equals(
        pl.read_parquet(done[0] / "private" / "segments.parquet")
    )


def test_assign_gives_new_learners_a_segment(done, tmp_path):
    new = tmp_path / "new.csv"
    make_learners(200, rng=99).write_csv(new)
    out = tmp_path / "new-segments.csv"
    result = run(
        "assign",
        new,
        "--model",
        done[0] / "private" / "model.json",
        "--out",
        out,
        "--json",
    )
    told = json.loads(result.stdout)
    assert told["assigned"] == 200 == len(pl.read_csv(out))


def test_check_tells_what_is_there(table):
    result = run("check", table)
    assert result.returncode == 0
    for word in ("email_hash", "job_position", "ctc", "Ready to run"):
        assert word in result.stdout


def test_check_of_a_table_that_lacks_too_much_exits_with_two(tmp_path):
    path = tmp_path / "thin.csv"
    path.write_text("email_hash,colour\na,red\nb,blue\n")
    result = run("check", path)
    assert result.returncode == 2
    assert "Cannot run yet" in result.stdout


def test_json_is_one_object_and_nothing_else(table, tmp_path):
    result = run("run", table, "--out", tmp_path / "r", "--json")
    told = json.loads(result.stdout)
    assert told["k"] == len(told["segments"])
    assert told["input"]["learners"] == told["input"]["segmented"] == 1500
    assert told["input"]["records"] == len(pl.read_csv(table))
    assert all(segment["size"] % 10 == 0 for segment in told["segments"])
    assert told["report"] == str(tmp_path / "r" / "share" / "report.html")
    assert Path(told["report"]).exists()
    assert names_in(Path(told["share"])) == SHARED
    assert names_in(Path(told["private"])) == PRIVATE
    assert result.stderr == ""


def test_quiet_prints_nothing(table, tmp_path):
    result = run("run", table, "--out", tmp_path / "r", "--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_notebook_recipe_takes_its_year_from_the_option(table, tmp_path):
    out = tmp_path / "notebook"
    result = run("run", table, "--recipe", "notebook", "--as-of", 2026, "--out", out)
    assert result.returncode == 0, result.stderr
    exact = read_exact(out)
    segments = pl.read_parquet(out / "private" / "segments.parquet")
    assert exact.settings.as_of == 2026
    assert exact.settings.unit == "record"
    assert len(segments) == exact.input.records


def test_the_demo_table_is_made(tmp_path):
    out = tmp_path / "demo.csv"
    assert run("demo-table", "--learners", 50, "--out", out).returncode == 0
    assert pl.read_csv(out)["email_hash"].n_unique() == 50


def test_help_and_version_answer():
    assert "demo-table" in process("--help").stdout
    assert process("--version").stdout.startswith("learnstrata ")


def refused(result, *words):
    """Check the form of every refusal: code 2, one message, no traceback."""
    assert result.returncode == 2, (result.returncode, result.stderr)
    assert "Traceback" not in result.stderr + result.stdout
    assert result.stderr.strip(), "a refusal says why"
    for word in words:
        assert word in result.stderr, (word, result.stderr)


BAD_FILES = {
    "empty": (b"", "empty"),
    "header only": (b"email_hash,ctc,orgyear\n", "no rows"),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "PNG"),
    "ragged": (b"email_hash,ctc,orgyear\na,1,2015\nb,2,2016,9,9\n", "line 3"),
    "short line": (b"email_hash,ctc,orgyear\na,1,2015\nb,2\n", "line 3"),
    "twice": (b"email_hash,ctc,ctc\na,1,2\n", "ctc"),
    "delimiter": (b"email_hash^ctc^orgyear\na^1^2015\n", "email_hash"),
    "no id": (b"ctc,orgyear\n100000,2015\n", "learner"),
    "no features": (b"email_hash,colour\na,red\n", "colour"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_clear_message(name, tmp_path):
    content, word = BAD_FILES[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = run("run", path, "--out", tmp_path / "out")
    refused(result, word)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["bad.csv"]


def learners_csv(path, rows):
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(["email_hash,company_hash,ctc,orgyear", *lines]) + "\n")
    return path


DEGENERATE = {
    "one learner": [("a", "x", 500000, 2015)],
    "all equal": [(f"l{i}", "x", 500000, 2015) for i in range(60)],
    "fewer than k": [("a", "x", 500000, 2015), ("b", "y", 900000, 2010)],
    "one column varies": [(f"l{i}", "", 100000 * (i + 5), 2015) for i in range(60)],
    "all pay missing": [(f"l{i}", "", "", 2015) for i in range(60)],
    "all quarantined": [("", "x", 500000 + i, 2000 + i % 20) for i in range(60)],
    "all pay set aside": [(f"l{i}", "x", -5, 2000 + i % 20) for i in range(60)],
    "infinite": [(f"l{i}", "x", "inf", 2000 + i % 20) for i in range(60)],
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_learners_that_cannot_be_segmented_are_refused(name, tmp_path):
    table = learners_csv(tmp_path / "t.csv", DEGENERATE[name])
    result = run("run", table, "--out", tmp_path / "out")
    refused(result)
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(tmp_path):
    refused(run("run", tmp_path / "no.csv", "--out", tmp_path / "o"), "no.csv")


def test_required_columns_missing_shows_those_there_and_the_nearest(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("emial_hash,ctc,orgyear\na,100000,2015\n")
    refused(run("run", path, "--out", tmp_path / "o"), "emial_hash", "orgyear")


def test_numbers_as_text_are_parsed_or_set_aside(tmp_path):
    pays = ['"{n} LPA"', '"{n},00,000"', "n/a", "about 12", "-5", "{n}50000"] * 40
    rows = [
        (f"l{i}", f"c{i % 7}", pay.format(n=10 + i % 9), 2000 + i % 20)
        for i, pay in enumerate(pays)
    ]
    table = learners_csv(tmp_path / "t.csv", rows)
    result = run("run", table, "--out", tmp_path / "o", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["ledger"]["set_aside"] % 10 == 0
    assert read_exact(tmp_path / "o").ledger.set_aside == 80
    ledger = pl.read_parquet(tmp_path / "o" / "private" / "ledger.parquet")
    assert len(ledger) == 240
    about = ledger.filter(pl.col("record") == 3).row(0, named=True)
    assert (about["rule"], about["before"]) == ("unreadable_pay", "about 12")


def test_a_wide_table_and_a_huge_cell_are_read(tmp_path):
    wide = make_learners(300, rng=1)
    extra = pl.DataFrame({f"extra_{i}": ["x"] * len(wide) for i in range(10_000)})
    pl.concat([wide, extra], how="horizontal").write_csv(tmp_path / "wide.csv")
    result = run("run", tmp_path / "wide.csv", "--out", tmp_path / "wide")
    assert result.returncode == 0, result.stderr
    huge = wide.with_columns(
        pl.when(pl.int_range(pl.len()) == 5)
        .then(pl.lit("x" * 1_000_000))
        .otherwise("job_position")
        .alias("job_position")
    )
    huge.write_csv(tmp_path / "huge.csv")
    result = run("run", tmp_path / "huge.csv", "--out", tmp_path / "huge")
    assert result.returncode == 0, result.stderr


def test_compressed_and_semicolon_tables_are_found_out(table, tmp_path):
    frame = pl.read_csv(table)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(table.read_bytes()))
    frame.write_csv(tmp_path / "t.txt", separator=";", include_bom=True)
    frame.write_parquet(tmp_path / "t.parquet")
    told = []
    for name in ("t.csv.gz", "t.txt", "t.parquet"):
        result = run("run", tmp_path / name, "--out", tmp_path / f"o-{name}", "--json")
        assert result.returncode == 0, result.stderr
        told.append(json.loads(result.stdout)["segments"])
    assert told[0] == told[1] == told[2]


def test_an_existing_folder_is_refused_without_overwrite(done, table):
    folder, _ = done
    before = {item: item.stat().st_mtime_ns for item in folder.rglob("*")}
    refused(run("run", table, "--out", folder), "--overwrite")
    assert before == {item: item.stat().st_mtime_ns for item in folder.rglob("*")}


def test_overwrite_replaces_a_run_but_nothing_else(table, tmp_path):
    out = tmp_path / "run"
    assert run("run", table, "--out", out, "--quiet").returncode == 0
    result = run("run", table, "--out", out, "--overwrite", "--seed", 5, "--quiet")
    assert result.returncode == 0, result.stderr
    assert read_summary(out).settings.seed == 5
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("mine")
    refused(run("run", table, "--out", precious, "--overwrite"), "thesis.txt")
    assert (precious / "thesis.txt").read_text() == "mine"


def test_a_file_where_the_folder_should_go_is_refused(table, tmp_path):
    (tmp_path / "taken").write_text("")
    refused(run("run", table, "--out", tmp_path / "taken" / "run"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_parent_is_refused_before_any_work(table, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    refused(run("run", table, "--out", closed / "run"), "Cannot write")


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("segments.xls", "expected a name in .csv or .parquet"),
        ("there.csv", "there.csv is there already"),
        ("there.csv/segments.csv", "segments.csv: Not a directory. Choose another"),
    ],
)
def test_a_place_for_a_table_is_refused_before_any_work(out, words, tmp_path):
    (tmp_path / "there.csv").write_text("mine")
    nothing = tmp_path / "not there"  # which would be refused as well, by the work
    refused(run("assign", nothing, "-m", nothing, "-o", tmp_path / out), words)
    refused(run("demo-table", "-o", tmp_path / out), words)


def test_a_full_disk_leaves_nothing_behind(table, tmp_path):
    """A limit on the size of files stands in for the disk: the same errors come."""
    script = (
        "import resource, runpy, sys, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "sys.argv = ['learnstrata', 'run', sys.argv[1], '--out', sys.argv[2]]\n"
        "runpy.run_module('learnstrata', run_name='__main__')\n"
    )
    out = tmp_path / "out"
    result = subprocess.run(
        [sys.executable, "-c", script, str(table), str(out)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    refused(result, "Could not write", "Nothing was left behind")
    assert list(tmp_path.iterdir()) == []


@POSIX
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_run_that_is_stopped_leaves_nothing_behind(number, code, tmp_path):
    path = tmp_path / "learners.csv"
    make_learners(20_000, rng=1).write_csv(path)
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*LEARNSTRATA, "run", str(path), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(3)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code, errors
    assert errors.startswith("learnstrata: Stopped. Nothing that is half written is")
    assert len(errors.splitlines()) == 1
    assert "Traceback" not in errors
    assert [item.name for item in tmp_path.iterdir()] == ["learners.csv"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--recipe", "robst"], ["'robst'", "'robust'"]),
        (["--config", "missing.toml"], ["missing.toml"]),
        (["--as-of", "20"], ["--as-of", "1900"]),
        (["--no-such-option"], ["--no-such-option"]),
    ],
)
def test_bad_options_get_code_two(options, words, table, tmp_path):
    refused(run("run", table, "--out", tmp_path / "o", *options), *words)


def test_an_unknown_key_names_the_nearest(table, tmp_path):
    config = tmp_path / "my.toml"
    config.write_text("[columns]\ncompnay = 'company_hash'\n")
    result = run("run", table, "--config", config, "--out", tmp_path / "o")
    refused(result, "'compnay'", "'company'")


def test_a_foreign_model_is_refused(table, tmp_path):
    model = tmp_path / "model.json"
    for text in ("{", "[]", '{"model_version": 99}', '{"model_version": 1}'):
        model.write_text(text)
        refused(run("assign", table, "--model", model, "--out", tmp_path / "o.csv"))
    missing = tmp_path / "none.json"
    refused(run("assign", table, "--model", missing), "none.json")
    assert Path(model).exists()


@POSIX
@pytest.mark.parametrize("umask", [0, 0o022])
def test_what_names_learners_is_for_its_owner_alone(umask, tmp_path):
    path = tmp_path / "t.csv"
    make_learners(300, rng=1).write_csv(path)
    arguments = without_evidence(("run", path, "--out", tmp_path / "run"))
    result = process(*arguments, umask=umask)
    assert result.returncode == 0, result.stderr
    private, share = tmp_path / "run" / "private", tmp_path / "run" / "share"
    assert mode(private) == 0o700
    inside = [item for item in private.rglob("*") if item.is_file()]
    assert {mode(item) for item in inside} == {0o600}
    assert mode(private / "lists") == 0o700
    assert mode(tmp_path / "run") == mode(share) == 0o755
    assert {mode(item) for item in share.iterdir()} == {0o644}


@POSIX
@pytest.mark.usefixtures("done")
def test_the_key_is_made_by_the_first_run_for_its_owner_alone(key_file):
    assert mode(key_file) == 0o600
    assert len(bytes.fromhex(key_file.read_text())) == 32


@POSIX
def test_a_key_that_others_may_read_stops_a_run_before_any_work(table, tmp_path):
    key = tmp_path / "key"
    make_key(key)
    key.chmod(0o644)
    result = run("run", table, "--out", tmp_path / "o", "--key-file", key)
    refused(result, str(key), "mode 0644", "chmod 600")
    key.write_text("short")
    key.chmod(0o600)
    refused(run("run", table, "--out", tmp_path / "o", "--key-file", key), "no key")
    assert names_in(tmp_path) == ["key"]


def test_a_key_file_that_is_named_is_made_there(tmp_path):
    path = tmp_path / "t.csv"
    make_learners(300, rng=1).write_csv(path)
    key = tmp_path / "safe" / "key"
    out = tmp_path / "o"
    result = run("run", path, "--out", out, "--key-file", key, "--quiet")
    assert result.returncode == 0, result.stderr
    assert len(bytes.fromhex(key.read_text())) == 32


@pytest.fixture
def copy(done, tmp_path):
    """Give a copy of the run to plant something in."""
    return shutil.copytree(done[0], tmp_path / "copy")


def test_the_shared_part_of_a_run_is_clean(done):
    result = run("scan", done[0])
    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("Clean: nobody is named in 3 files of ")
    assert len(result.stdout.splitlines()) == 1
    assert "1,500 ids of learners" in result.stdout


def test_a_scan_tells_as_json_what_it_looked_for_and_found(copy, table):
    companies = pl.read_csv(table)["company_hash"].drop_nulls().unique()
    result = run("scan", copy, "--json")
    told = json.loads(result.stdout)
    assert told == {
        "run": str(copy),
        "files": 3,
        "companies": told["companies"],
        "learners": 1500,
        "narrow": {"companies": 0, "learners": 0},
        "clean": True,
        "findings": 0,
        "leaks": [],
        "source": None,
    }
    assert told["companies"] >= len(companies)
    name = max(companies, key=len)
    (copy / "share" / "notes.txt").write_text(f"At {name}\nand {name}.\n")
    result = run("scan", copy, "--json")
    assert result.returncode == 1
    told = json.loads(result.stdout)
    assert (told["files"], told["clean"], told["findings"]) == (4, False, 1)
    assert told["leaks"] == [
        {
            "file": "notes.txt",
            "place": "line 1",
            "kind": "company name",
            "text": name,
            "times": 2,
        }
    ]


def into_page(path, secret):
    path.write_text(path.read_text().replace("</h2>", f" {secret}</h2>", 1))


def into_json(path, secret):
    summary = json.loads(path.read_text())
    path.write_text(json.dumps(summary | {"notes": [f"Most are at {secret}."]}))


def into_workbook(path, secret):
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["B3"] = secret
    book.save(path)


PLANTS = dict(zip(SHARED, (into_page, into_json, into_workbook), strict=True))


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("column", ["company_hash", "email_hash"])
def test_a_leak_planted_in_any_shared_file_is_found(name, column, copy, table):
    secret = max(pl.read_csv(table)[column].drop_nulls(), key=len).upper()
    PLANTS[name](copy / "share" / name, secret)
    result = run("scan", copy)
    assert result.returncode == 1, result.stdout
    kind = "company name" if column == "company_hash" else "learner id"
    words = " ".join(result.stdout.split())
    assert kind in words
    assert name in words
    assert "1 finding in 3 files" in words
    assert "Traceback" not in result.stderr


def test_a_table_of_findings_is_cut_but_counted(copy, table):
    ids = pl.read_csv(table)["email_hash"].unique(maintain_order=True)[:30]
    (copy / "share" / "mail.txt").write_text("\n".join(ids))
    result = run("scan", copy)
    assert result.returncode == 1
    assert result.stdout.count("mail.txt") == 20
    assert "and 10 more (all of them: --json)" in result.stdout
    assert "30 findings in 4 files" in result.stdout
    assert len(json.loads(run("scan", copy, "--json").stdout)["leaks"]) == 30


def test_a_scan_looks_for_the_names_of_another_table(copy, table, tmp_path):
    (copy / "share" / "notes.txt").write_text("Many are at Zorblatt Works.")
    other = tmp_path / "other.csv"
    frame = pl.read_csv(table).head(50)
    frame.with_columns(company_hash=pl.lit("Zorblatt Works")).write_csv(other)
    assert run("scan", copy).returncode == 0
    result = run("scan", copy, "--table", other)
    assert result.returncode == 1
    assert "Zorblatt Works" in result.stdout
    allowed = ["--allow", "Zorblatt Works"]
    assert run("scan", copy, "--table", other, *allowed).returncode == 0
    frame.drop("company_hash").write_csv(other)
    refused(run("scan", copy, "--table", other), "company_hash")


def test_a_scan_needs_the_folder_of_a_run(copy, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        refused(run("scan", tmp_path / folder), "Give the folder of a run")
        refused(run("report", tmp_path / folder), "Give the folder of a run")
    (copy / "private" / "names.parquet").unlink()
    refused(run("scan", copy), "has no private/names.parquet")


@pytest.mark.shared
@pytest.mark.skipif(not SURVEY.exists(), reason="the real table is not here")
def test_a_run_of_a_real_table_is_clean_until_a_company_is_planted(tmp_path):
    config = EXAMPLES / "pay_survey.toml"
    out = tmp_path / "survey"
    result = run("run", SURVEY, "--config", config, "--out", out, "--quiet")
    assert result.returncode == 0, result.stderr
    assert run("scan", out).returncode == 0
    for secret in ("Goldman Sachs", "amazon", "MICROSOFT"):
        into_json(out / "share" / "summary.json", secret)
        result = run("scan", out, "--json")
        (leak,) = json.loads(result.stdout)["leaks"]
        assert (result.returncode, leak["text"]) == (1, secret)


@pytest.fixture
def leaky(monkeypatch):
    """Have the report name somebody."""
    from learnstrata.report import page

    def names(secret):
        render = page.render_report
        monkeypatch.setattr(
            page,
            "render_report",
            lambda summary: render(summary).replace("</h2>", f" {secret}</h2>", 1),
        )

    return names


def test_a_run_whose_report_names_somebody_is_not_published(leaky, tmp_path):
    path = tmp_path / "t.csv"
    frame = make_learners(300, rng=1)
    frame.write_csv(path)
    out = tmp_path / "deep" / "o"
    name = max(frame["company_hash"].drop_nulls(), key=len)
    leaky(name)
    result = run("run", path, "--out", out)
    assert result.returncode == 1, result.stderr
    for word in ("would name somebody", f"'{name}' in report.html", "fault", "--allow"):
        assert word in result.stderr
    assert "Traceback" not in result.stderr
    assert names_in(tmp_path) == ["t.csv"]


def test_a_text_that_names_nobody_is_allowed_in_this_and_later_scans(leaky, tmp_path):
    path = tmp_path / "t.csv"
    frame = make_learners(300, rng=1)
    frame.with_columns(company_hash=pl.lit("Ulhasnagar")).write_csv(path)
    out = tmp_path / "o"
    leaky("Ulhasnagar")
    arguments = ("run", path, "--out", out, "--quiet")
    assert run(*arguments).returncode == 1
    done = run(*arguments, "--allow", "Ulhasnagar")
    assert done.returncode == 0, done.stderr
    assert "Ulhasnagar" in (out / "share" / "report.html").read_text()
    assert run("scan", out).returncode == 0


def test_a_report_is_rendered_again_from_the_summary(copy):
    page = copy / "share" / "report.html"
    first = page.read_text()
    page.unlink()
    result = run("report", copy)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(page)
    assert page.read_text() == first
    assert names_in(copy / "share") == SHARED


def test_a_report_rendered_again_clears_away_what_a_killed_one_left(copy):
    left = copy / "share" / ".report.pdf-abcdefgh"
    (left / "new").mkdir(parents=True)
    (left / "lock").touch()
    assert run("report", copy, "--quiet").returncode == 0
    assert names_in(copy / "share") == SHARED


def test_a_report_rendered_again_is_searched_as_well(copy, table):
    page = copy / "share" / "report.html"
    first = page.read_text()
    name = max(pl.read_csv(table)["company_hash"].drop_nulls(), key=len)
    into_json(copy / "share" / "summary.json", name)
    result = run("report", copy)
    assert result.returncode == 1, result.stderr
    assert "would name somebody" in result.stderr
    assert page.read_text() == first


def test_an_export_that_is_there_is_not_replaced_unasked(copy, tmp_path):
    (tmp_path / "r.pdf").write_text("mine")
    refused(run("report", copy, "--pdf", tmp_path / "r.pdf"), "--pdf", "--overwrite")
    (tmp_path / "figures").mkdir()
    options = ["--figures", tmp_path / "figures"]
    refused(run("report", copy, *options), "--figures", "--overwrite")
    (tmp_path / "figures" / "notes.txt").write_text("mine")
    refused(run("report", copy, *options, "--overwrite"), "more than pictures")
