"""What is kept too long leaves run folders and targets with the store."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import learnstrata as ls
from learnstrata.config.stages import Layer
from learnstrata.exceptions import OutputError
from learnstrata.layer.publications import publish_release
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.membership import members_at
from learnstrata.layer.store.opening import now, open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.tables import publications, releases, versions
from learnstrata.layer.store.versions import add_version, read_run
from learnstrata.pruning import outlook, prune, remove_run
from targets import held, replayed, said_in
from thrift import NO_EVIDENCE

KEY = bytes(32)
WHO = {"who": "dpo"}
DAYS = 100


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three runs of a layer, each of other learners."""
    place = tmp_path_factory.mktemp("runs")
    config = ls.load_config("robust", evidence=NO_EVIDENCE, selection={"k": 3})
    config = replace(config, layer=Layer(retention_days=DAYS))
    for i in range(3):
        table = ls.make_learners(250, rng=i)
        ls.segment(table, config=config, key=KEY).save(place / f"run{i}")
    return place


@pytest.fixture
def store(runs, tmp_path, monkeypatch):
    """All three used one after another, published each time, sixty days apart."""
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "keys" / "key"))
    opened = open_store(tmp_path / "store.db")
    for i in range(3):
        run = shutil.copytree(runs / f"run{i}", tmp_path / f"run{i}")
        promote(opened, add_version(opened, read_run(run), **WHO).id, **WHO)
        with opened.writing() as connection:
            at = now() - (3 - i) * timedelta(days=60)
            for table, n in ((releases, releases.c.number), (versions, versions.c.id)):
                dated = table.update().where(n == i + 1).values(at=at)
                connection.execute(dated)
        for target in (f"sqlite:///{tmp_path}/crm.db", tmp_path / "folder"):
            publish_release(opened, target)
    yield opened
    opened.close()


@pytest.fixture
def targets(tmp_path):
    return {"db": f"sqlite:///{tmp_path}/crm.db", "folder": str(tmp_path / "folder")}


def gone(store, runs):
    """Give somebody who is in the first run alone."""
    first = set(read_run(runs / "run0").learners["learner_id"])
    return min(first - set(members_at(store)["learner_id"]))


def test_all_that_holds_them_is_told_first_and_then_they_are_gone(
    store, runs, targets, tmp_path
):
    somebody, here = gone(store, runs), members_at(store)
    assert said_in(targets["db"], somebody)
    found = outlook(store)
    assert found.store.versions == (1,)
    assert found.runs == (tmp_path / "run0",)
    # The first release ended 120 days ago: its rows are due, those of the second not.
    rows = read_run(runs / "run0").learners.height
    assert set(found.targets.values()) == {rows}
    again = outlook(store)  # nothing changed
    done = prune(store, runs=True, **WHO)
    for one in (again, done):
        assert replace(one.store, before=found.store.before) == found.store
    assert (done.removed, done.runs) == (found.runs, ())
    assert done.targets == found.targets
    assert not done.faults
    assert not (tmp_path / "run0").exists()
    assert [one.name for one in tmp_path.glob(".run0*")] == []
    for target in (*targets.values(), f"sqlite:///{tmp_path}/store.db"):
        assert not said_in(target, somebody)
    assert members_at(store).equals(here)
    assert faults_in(store) == []
    for target in targets.values():
        assert held(target) == replayed(target)
        assert publish_release(store, target).mode == "unchanged"


def test_run_folders_are_named_and_kept_unless_it_is_asked(store, tmp_path):
    done = prune(store, **WHO)
    assert (done.runs, done.removed) == ((tmp_path / "run0",), ())
    again = prune(store, runs=True, **WHO)
    assert not again.store
    assert again.removed == (tmp_path / "run0",)


def test_a_folder_that_holds_another_run_by_now_is_left_alone(store, runs, tmp_path):
    shutil.rmtree(tmp_path / "run0")
    shutil.copytree(runs / "run2", tmp_path / "run0")
    assert outlook(store).runs == ()
    assert prune(store, runs=True, **WHO).removed == ()
    assert read_run(tmp_path / "run0").folder == tmp_path / "run0"


def test_a_run_is_known_though_somebody_in_it_was_forgotten(store, runs, tmp_path):
    from learnstrata.forgetting import forget_in_run

    assert forget_in_run(tmp_path / "run0", [gone(store, runs)])
    assert outlook(store).runs == (tmp_path / "run0",)


def test_a_run_with_files_of_somebody_stays_whole_and_that_is_a_fault(store, tmp_path):
    (tmp_path / "run0" / "notes.txt").write_text("mine")
    done = prune(store, runs=True, **WHO)
    assert done.runs == (tmp_path / "run0",)
    (fault,) = done.faults
    assert "holds ['notes.txt']" in fault
    assert read_run(tmp_path / "run0").folder == tmp_path / "run0"


@pytest.mark.usefixtures("store")
def test_what_comes_into_a_run_as_it_is_removed_is_not_lost(tmp_path, monkeypatch):
    from learnstrata import pruning

    run, looked = tmp_path / "run0", []

    def refuse(folder, told):
        looked.append(folder)
        if len(looked) > 1:
            raise OutputError(f"{told} holds more.")

    monkeypatch.setattr(pruning, "refuse_removal", refuse)
    with pytest.raises(OutputError, match="holds more"):
        remove_run(run)
    assert looked[1] != run
    assert read_run(run).folder == run
    assert [one.name for one in tmp_path.glob(".run0*")] == []


def test_a_target_that_is_out_of_reach_is_told_and_keeps_nothing_else_back(
    store, targets, tmp_path
):
    Path(f"{tmp_path}/crm.db").unlink()
    with store.writing() as connection:
        nowhere = "postgresql://u@127.0.0.1:1/none"
        own = sa.select(sa.func.min(publications.c.id)).scalar_subquery()
        moved = publications.update().where(publications.c.id == own)
        connection.execute(moved.values(address=nowhere))
    done = prune(store, **WHO)
    assert done.store.versions == (1,)
    assert [*done.targets] == [targets["folder"]]
    told = sorted(done.faults)
    assert len(told) == 2
    assert "crm.db holds no publication of the contract" in told[0]
    assert "postgresql://127.0.0.1:1/none refused" in told[1]


def test_a_target_that_the_store_does_not_know_is_given(store, targets, tmp_path):
    other = shutil.copytree(targets["folder"], tmp_path / "copy")
    found = prune(store, targets=[str(other)], **WHO).targets
    assert found[str(other)] == found[targets["folder"]] > 0
