"""Who is forgotten is gone from the store, from run folders and from targets."""

import polars as pl
import pytest
import sqlalchemy as sa

import learnstrata as ls
from learnstrata.exceptions import OutputError, ParameterError, SourceError
from learnstrata.forgetting import access, forget, forget_in_run
from learnstrata.layer import databases
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.opening import open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.versions import add_version, read_run
from thrift import NO_EVIDENCE

KEY = bytes(32)
WHO = {"who": "dpo"}
LEARNER = "email_hash"


@pytest.fixture(scope="module")
def table():
    return ls.make_learners(500, rng=5)


@pytest.fixture
def run(table, tmp_path, monkeypatch):
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "keys" / "key"))
    config = ls.load_config("robust", evidence=NO_EVIDENCE, selection={"k": 4})
    return ls.segment(table, config=config, key=KEY).save(tmp_path / "run")


@pytest.fixture
def store(run, tmp_path):
    opened = open_store(tmp_path / "store.db")
    promote(opened, add_version(opened, read_run(run), **WHO).id, **WHO)
    yield opened
    opened.close()


@pytest.fixture
def somebody(run, table):
    """Give a learner of several records, who is in a list."""
    listed = pl.read_csv(run / "private" / "lists" / "pathways.csv", infer_schema=False)
    several = table[LEARNER].value_counts().filter(pl.col("count") > 1)[LEARNER]
    return next(i for i in listed["learner_id"] if i in set(several))


def test_no_file_of_a_run_has_their_id_or_code(run, somebody):
    found = ls.load(run)
    code = found._values.filter(found.members["learner_id"] == somebody)["member_code"]
    assert forget_in_run(run, [somebody])
    less = ls.load(run)
    assert len(less.members) == len(found.members) - 1
    assert code.item() not in pl.Series(list(memoryview(less.model.members).cast("q")))
    for path in run.rglob("*.*"):
        if path.suffix == ".parquet":
            rows = pl.read_parquet(path).select(pl.all().cast(pl.String))
            assert not rows.select(pl.any_horizontal(pl.all() == somebody).any()).item()
        else:
            assert somebody.encode() not in path.read_bytes(), path


def test_their_older_records_are_gone_from_the_ledger(run, table, somebody):
    forget_in_run(run, [somebody])
    records = [i for i, one in enumerate(table[LEARNER]) if one == somebody]
    ledger = pl.read_parquet(run / "private" / "ledger.parquet")
    assert ledger.filter(pl.col("record").is_in(records)).is_empty()


def test_a_run_without_them_stays_as_it_is(run):
    before = {p: p.stat().st_mtime_ns for p in run.rglob("*") if p.is_file()}
    assert not forget_in_run(run, ["nobody"])
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_run_with_files_of_somebody_is_left_alone(run, somebody):
    (run / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="notes.txt"):
        forget_in_run(run, [somebody])


def test_they_are_gone_from_the_store_and_its_runs_and_do_not_come_back(
    store, run, somebody, table, tmp_path
):
    rows = len(ls.load(run).members)
    done = forget(store, [somebody], key=KEY, **WHO)
    assert (done.rows, done.runs) == (2, (run,))
    with pytest.raises(ParameterError, match="Nothing is held"):
        access(store, somebody)
    assert faults_in(store, key=KEY) == []
    config = ls.load_config("robust", evidence=NO_EVIDENCE, selection={"k": 3})
    again = ls.segment(table, config=config, key=KEY).save(tmp_path / "again")
    added = add_version(store, read_run(again), **WHO, key=KEY)
    promote(store, added.id, **WHO)
    assert faults_in(store, key=KEY) == []
    assert len(store_members(store)) == rows - 1


def store_members(store):
    from learnstrata.layer.store.membership import members_at

    return members_at(store)


def test_doing_it_again_changes_nothing(store, somebody):
    forget(store, [somebody], key=KEY, **WHO)
    done = forget(store, [somebody], key=KEY, **WHO)
    assert (done.rows, done.runs) == (0, ())


def test_no_byte_of_them_is_left_in_the_store(store, somebody, tmp_path):
    forget(store, [somebody], key=KEY, **WHO)
    for file in tmp_path.glob("store.db*"):
        assert somebody.encode() not in file.read_bytes()


def test_what_is_held_of_somebody_is_told(store, run, somebody):
    found = access(store, somebody)
    assert found.stays["cause"].to_list() == ["joined"]
    assert len(found.versions) == 1
    assert found.runs == (run,)
    assert found.given_to.is_empty()


def test_who_was_published_is_told_and_removed_there(store, somebody, tmp_path):
    from learnstrata.layer.publications import publish_release

    target = f"sqlite:///{tmp_path}/crm.db"
    publish_release(store, target)
    assert access(store, somebody).given_to["release"].to_list() == [1]
    done = forget(store, [somebody], key=KEY, **WHO)
    assert list(done.targets.values()) == [1]
    for file in tmp_path.glob("crm.db*"):
        assert somebody.encode() not in file.read_bytes()


def test_what_a_killed_writer_left_beside_a_place_goes_too(
    store, run, somebody, tmp_path
):
    """It has their id, and doing it again is all that anybody could do."""
    from learnstrata.layer.publications import publish_release

    copies, base = tmp_path / "copies", tmp_path / "crm.db"
    for target in (copies, f"sqlite:///{base}"):
        publish_release(store, target)
    for place in (run, copies, base):
        left = place.with_name(f".{place.name}-abcd1234")
        (left / "new").mkdir(parents=True)
        (left / "lock").touch()
        (left / "new" / "rows.csv").write_text(somebody)
    forget(store, [somebody], key=KEY, **WHO)
    assert list(tmp_path.glob(".*")) == []


def test_a_target_that_is_known_and_holds_nothing_keeps_nobody(
    store, somebody, tmp_path
):
    """So it is after the first publication was killed, or the file was taken away."""
    from learnstrata.layer.publications import publish_release

    gone, never = tmp_path / "crm.db", tmp_path / "never"
    publish_release(store, f"sqlite:///{gone}")
    gone.unlink()
    with pytest.raises(SourceError, match="holds no publication"):
        forget(store, [somebody], key=KEY, **WHO, targets=[str(never)])
    done = forget(store, [somebody], key=KEY, **WHO)
    assert done.rows == 2
    assert f"{gone} holds no publication" in done.kept[0]


def test_a_store_that_somebody_reads_meanwhile_is_not_told_as_cleaned(
    store, somebody, tmp_path, monkeypatch
):
    monkeypatch.setattr(databases, "PATIENCE", 0)
    own = open_store(tmp_path / "store.db")
    with store.reading() as reader:
        reader.execute(sa.text("SELECT count(*) FROM members"))
        with pytest.raises(OutputError, match="not cleaned yet: somebody reads"):
            forget(own, [somebody], key=KEY, **WHO)
    assert forget(own, [somebody], key=KEY, **WHO).rows == 0
    own.close()
    for file in tmp_path.glob("store.db*"):
        assert somebody.encode() not in file.read_bytes()
