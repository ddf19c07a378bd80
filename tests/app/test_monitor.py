"""``monitor`` as a command: its exit codes, its files, its one message on a fault."""

import json

import polars as pl
import pytest

import learnstrata as ls
from commands import command


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Two tables of other learners at the same companies, and one paid 12 % more."""
    desk = tmp_path_factory.mktemp("desk")
    table = ls.make_learners(3_000, rng=4)
    ids = table["email_hash"].unique().sort()
    first = pl.col("email_hash").is_in(ids[:1_500].implode())
    table.filter(first).write_csv(desk / "old.csv")
    table.filter(~first).write_csv(desk / "new.csv")
    paid = table.filter(~first).with_columns(pl.col("ctc") * 1.12)
    paid.write_csv(desk / "paid.csv")
    options = ["--evidence", "none", "--k", "4", "--quiet", "--key-file", desk / "key"]
    done = command("run", desk / "old.csv", "--out", desk / "run", *options)
    assert done.returncode == 0, done.stderr
    return desk


@pytest.fixture
def monitored(tables, monkeypatch):
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tables / "key"))

    def monitor(name, *more):
        return command("monitor", tables / name, "--against", tables / "run", *more)

    return monitor


def test_a_table_that_has_not_moved_ends_with_0(monitored):
    done = monitored("new.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert "KEEP" in done.stdout
    assert "Keep the segments" in " ".join(done.stdout.split())


def test_a_move_that_is_watched_ends_with_3_and_a_refit_with_4(monitored, tmp_path):
    done = monitored("paid.csv")
    assert (done.returncode, done.stderr) == (3, "")
    told = " ".join(done.stdout.split())
    assert "WATCH" in told
    assert "that is pay inflation" in told
    limits = tmp_path / "limits.toml"
    limits.write_text("[monitoring]\nrefit_pay = 0.05\n")
    assert monitored("paid.csv", "--config", limits, "--quiet").returncode == 4
    limits.write_text(
        "[monitoring]\nwatch_pay = 0.5\nrefit_pay = 0.6\nwatch_effect = 0.4"
    )
    assert monitored("paid.csv", "--config", limits).returncode == 0


def test_what_was_found_is_one_json_object(monitored, tmp_path):
    done = monitored("paid.csv", "--json", "--out", tmp_path / "found")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    assert (told["advice"], told["pay"]["move"]) == ("watch", "inflation")
    assert told["out"] == str(tmp_path / "found")
    written = json.loads((tmp_path / "found/share/monitoring.json").read_text())
    assert told == written | {"out": told["out"]}


def test_the_folder_is_refused_before_the_work_and_replaced_when_asked(
    monitored, tmp_path
):
    out = tmp_path / "found"
    assert monitored("new.csv", "--out", out, "--quiet").returncode == 0
    again = monitored("nowhere.csv", "--out", out)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    done = monitored("new.csv", "--out", out, "--overwrite", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new.csv", "--against", "nowhere"], "nowhere has no share/summary.json"),
        (["nowhere.csv"], "nowhere.csv"),
        (["new.csv", "--config", "nowhere.toml"], "There is no configuration file"),
    ],
)
def test_a_fault_is_one_message_and_ends_with_2(
    monitored, tables, monkeypatch, arguments, message
):
    monkeypatch.chdir(tables)
    name, *more = arguments
    done = monitored(name, *more)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_limits_that_do_not_fit_are_told(monitored, tmp_path):
    path = tmp_path / "limits.toml"
    for text, message in (
        ("[monitoring]\nwatch_effect = 0.9\n", "expected watch_effect = 0.9 or more"),
        ("[monitoring]\nwatch = 0.9\n", "Unknown key 'watch' at [monitoring]"),
        ("[monitoring]\nalpha = 0.7\n", "monitoring.alpha = 0.7"),
    ):
        path.write_text(text)
        done = monitored("new.csv", "--config", path)
        assert done.returncode == 2
        assert message in done.stderr
