"""The commands of a store, as an analyst types them."""

import json

import polars as pl
import pytest

from commands import command


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A table, its run, and a store in which it is used."""
    place = tmp_path_factory.mktemp("layer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEARNSTRATA_KEY_FILE", str(place / "keys" / "key"))
        patch.setenv("LEARNSTRATA_DATABASE", f"sqlite:///{place}/store.db")
        done("demo-table", "--learners", "500", "--out", place / "t.csv", "--quiet")
        run = ["--evidence", "none", "--out", place / "run", "--quiet"]
        done("run", place / "t.csv", *run)
        done("store", "add", place / "run", "--why", "first")
        done("promote", "1", "--who", "lead")
        yield place


def done(*words):
    found = command(*words)
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.usefixtures("desk")
def test_history_shows_versions_and_releases():
    told = done("history")
    assert "first" in told
    assert "promotion" in told
    found = json.loads(done("history", "--json"))
    assert [one["why"] for one in found["versions"]] == ["first"]
    assert found["releases"][0]["who"] == "lead"


def test_members_are_written_for_the_owner(desk):
    out = desk / "members.csv"
    done("members", "--out", out, "--overwrite")
    rows = pl.read_csv(out, infer_schema=False)
    found = json.loads(done("history", "--json"))
    assert len(rows) == found["releases"][-1]["learners"]


def test_a_learner_has_a_history_and_may_ask_what_is_held(desk):
    rows = pl.read_csv(desk / "run" / "private" / "segments.csv", infer_schema=False)
    learner = rows["learner_id"][0]
    assert "joined" in done("history", "--learner", learner)
    held = json.loads(done("access", "--learner", learner, "--json"))
    assert held["runs"] == [str(desk / "run")]


def test_monitoring_against_a_version_is_kept_with_it(desk):
    found = command("monitor", desk / "t.csv", "--against", "1", "--quiet")
    assert found.returncode in {0, 3, 4}, found.stderr
    kept = json.loads(done("history", "--json"))["monitoring"]
    assert [one["version"] for one in kept] == [1]
    assert "Monitored" in done("history")


def test_a_refit_of_the_same_table_is_held(desk):
    out = desk / "again"
    told = done("refit", desk / "t.csv", "--out", out, "--overwrite", "--json")
    plan = json.loads(told)
    assert plan["decision"] == "hold"
    assert plan["promotion"]["moved"] == 0
    shown = done("refit", desk / "t.csv", "--out", out, "--overwrite")
    assert shown.startswith("Hold.")


def test_a_backup_restores_into_another_store(desk):
    done("store", "backup", desk / "all.backup", "--overwrite")
    other = desk / "other.db"
    done("store", "restore", desk / "all.backup", "--store", other, "--overwrite")
    assert "is whole" in done("store", "check", "--store", other)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("promote", "9"), "no version 9"),
        (("monitor", "t.csv", "--against", "9"), "no version 9"),
        (("promote", "1"), "current already"),
        (("rollback",), "No other version"),
        (("history", "--learner", "nobody"), "no learner 'nobody'"),
        (("history", "--store", "none/such.db"), "There is no store"),
        (("history", "--store", "mysql://u:secret@db/x"), "expected sqlite:///FILE"),
        (("store", "restore", "no.backup"), "There is no backup"),
        (("members", "--as-of", "2001-01-01"), "No release was current"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_what_cannot_be_is_one_message(words, said):
    found = command(*words)
    assert found.returncode == 2
    assert said in found.stderr
    assert "secret" not in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_run_of_records_is_nobody_who_could_be_followed(desk):
    out = desk / "records"
    asked = ("--recipe", "notebook", "--evidence", "none", "--out", out, "--quiet")
    done("run", desk / "t.csv", *asked)
    found = command("store", "add", out)
    assert found.returncode == 2
    assert "segments records" in found.stderr


def test_forgetting_takes_a_key_and_leaves_nothing(desk, tmp_path):
    rows = pl.read_csv(desk / "run" / "private" / "segments.csv", infer_schema=False)
    learner = rows["learner_id"][5]
    refused = command("forget", "--learner", learner, "--key-file", tmp_path / "none")
    assert refused.returncode == 2
    assert "There is no key" in refused.stderr
    done("forget", "--learner", learner)
    held = json.loads(done("access", "--learner", learner, "--json"))
    assert (held["stays"], held["runs"]) == ([], [])
    assert "nothing is held of them" in done("access", "--learner", learner)
    held = command("access", "--learner", learner, "--key-file", tmp_path / "none")
    assert (held.returncode, "Nothing is held" in held.stderr) == (2, True)


@pytest.mark.usefixtures("desk")
def test_a_mistyped_id_and_a_target_out_of_reach_are_one_message(desk):
    rows = pl.read_csv(desk / "run" / "private" / "segments.csv", infer_schema=False)
    mistyped = command("forget", "--learner", "nobody")
    assert (mistyped.returncode, mistyped.stdout) == (2, "")
    assert "in the store, 1 run folder and 0 targets" in mistyped.stderr
    nowhere = "postgresql://127.0.0.1:1/none"
    asked = ("--learner", rows["learner_id"][7], "--target", nowhere)
    found = command("forget", *asked)
    assert (found.returncode, found.stderr.count("\n")) == (2, 1)
    assert "none refused" in found.stderr
    assert "Removed 2 rows of the store" in found.stdout
    dropped = command("store", "drop-target", nowhere)
    assert dropped.returncode == 2
    assert "there is none" in dropped.stderr
    done("publish", "--to", desk / "copies", "--quiet")
    assert "is off the list" in done("store", "drop-target", desk / "copies")


def test_what_is_no_run_makes_no_store(desk):
    store = desk / "made.db"
    found = command("store", "add", desk / "no-run", "--store", store)
    assert found.returncode == 2
    assert not store.exists()
