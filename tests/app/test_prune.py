"""The command that removes what is kept too long, and those that end with it."""

import json
from datetime import timedelta

import pytest

from commands import command
from learnstrata.layer.store.opening import now, open_store
from learnstrata.layer.store.tables import releases, versions

CONFIG = """
[layer]
retention_days = 100

[selection]
k = {k}
"""


def done(*words):
    found = command(*words)
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three runs of one table, cut into 2, 3 and 4 segments."""
    place = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEARNSTRATA_KEY_FILE", str(place / "key"))
        table = place / "t.csv"
        done("demo-table", "--learners", "300", "--out", table, "--quiet")
        for k in (2, 3, 4):
            (place / "c.toml").write_text(CONFIG.format(k=k))
            asked = ("--config", place / "c.toml", "--evidence", "none", "--quiet")
            done("run", table, *asked, "--out", place / f"run{k}")
    return place


@pytest.fixture
def desk(runs, tmp_path, monkeypatch):
    """A store in which the first two were used, long ago."""
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(runs / "key"))
    monkeypatch.setenv("LEARNSTRATA_DATABASE", f"sqlite:///{tmp_path}/store.db")
    for k in (2, 3):
        done("store", "add", runs / f"run{k}", "--quiet")
        done("promote", k - 1, "--quiet")
    store = open_store()
    with store.writing() as connection:
        for table, n in ((releases, releases.c.number), (versions, versions.c.id)):
            for i, days in ((1, 300), (2, 200)):
                at = now() - timedelta(days=days)
                connection.execute(table.update().where(n == i).values(at=at))
    store.close()
    return runs


def test_promoting_ends_with_what_is_due(desk):
    found = json.loads(done("store", "prune", "--dry-run", "--json"))
    assert found["store"]["versions"] == []
    done("store", "add", desk / "run4", "--quiet")
    told = done("promote", "3").splitlines()
    assert "of version 1 removed." in told[-1]
    assert told[-1].startswith("Not in use since")
    done("store", "check")
    assert "Kept since" in done("history")


def test_publishing_a_run_ends_with_what_is_due(desk, tmp_path):
    target = f"sqlite:///{tmp_path}/crm.db"
    told = json.loads(done("publish", desk / "run4", "--to", target, "--json"))
    assert (told["release"], told["pruned"]["versions"]) == (3, [1])
    told = json.loads(done("publish", "--to", target, "--json"))
    assert told["pruned"] is None


def promoted_unpruned(desk):
    from learnstrata.layer.store.promotion import promote

    done("store", "add", desk / "run4", "--quiet")
    store = open_store()
    promote(store, 3, who="a tester")
    store.close()


def test_what_is_due_is_told_first_and_nothing_more_is_done_dry(desk):
    promoted_unpruned(desk)
    faults = command("store", "check")
    assert faults.returncode == 2
    assert "learnstrata store prune" in faults.stdout
    told = done("store", "prune", "--dry-run")
    assert "of version 1." in told
    assert f"A run folder holds such learners: {desk / 'run2'} (--runs)" in told
    first, *rest = done("store", "prune").splitlines()
    assert first == told.splitlines()[0]
    assert first.replace(".", " removed.") in rest
    done("store", "check")
    assert (desk / "run2").is_dir()
    assert json.loads(done("store", "prune", "--json"))["runs"] == [str(desk / "run2")]
    assert done("store", "prune", "--quiet") == ""


def test_what_was_before_is_refused_in_one_message(desk):
    promoted_unpruned(desk)
    someone = json.loads(done("store", "prune", "--json"))
    assert someone["store"]["versions"] == [1]
    day = f"{now() - timedelta(days=250):%Y-%m-%d}"
    for words, said in (
        (("members", "--as-of", day, "--out", "then.csv"), "Release 1, of version 1,"),
        (("rollback", "1"), "Release 1, of version 1, is not kept any more"),
        (("promote", "1"), "The learners of version 1 were removed on"),
        (("store", "add", desk / "run2"), "Make a run of a table of now"),
        (("history", "--learner", "nobody"), "and keeps all since"),
    ):
        found = command(*words)
        assert found.returncode == 2
        assert said in found.stderr
        assert found.stderr.count("\n") == 1


def test_a_fault_is_one_message_once_the_rest_is_done(desk, tmp_path):
    promoted_unpruned(desk)
    found = command("store", "prune", "--target", tmp_path / "none")
    assert found.returncode == 2
    assert "holds no publication of the contract" in found.stderr
    done("store", "check")


def test_where_nothing_says_for_how_long_that_is_the_message(tmp_path):
    found = command("store", "prune", "--store", tmp_path / "none.db")
    assert (found.returncode, "There is no store" in found.stderr) == (2, True)
    open_store(tmp_path / "empty.db").close()
    found = command("store", "prune", "--store", tmp_path / "empty.db")
    assert (found.returncode, "has no retention_days" in found.stderr) == (2, True)


def test_a_release_is_told_though_what_is_due_could_not_be_removed(desk, monkeypatch):
    from learnstrata.exceptions import OutputError
    from learnstrata.layer.store import retention

    def fail(*_):
        raise OutputError("The rows are removed, but not cleaned.")

    monkeypatch.setattr(retention, "scrubbed", fail)
    done("store", "add", desk / "run4", "--quiet")
    found = command("promote", "3")
    assert found.returncode == 0
    assert "Release 3" in found.stdout
    assert "Do it again by: learnstrata store prune." in found.stderr
