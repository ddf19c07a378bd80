"""Who is forgotten is gone from the store, from run folders and from targets."""

import shutil
from functools import partial

import polars as pl
import pytest
import sqlalchemy as sa

import learnstrata as ls
from layer.store.planted import groups, planted
from learnstrata.exceptions import OutputError, ParameterError, PrivacyError
from learnstrata.forgetting import access, forget, forget_again, forget_in_run
from learnstrata.layer import databases, publications
from learnstrata.layer.publications import publish_release
from learnstrata.layer.store import tables
from learnstrata.layer.store.backups import back_up, restore
from learnstrata.layer.store.checking import faults_in
from learnstrata.layer.store.deletions import erase, list_down, tombstones_of
from learnstrata.layer.store.opening import now, open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.versions import add_version, read_run
from learnstrata.layer.targets import drop_target, targets_of
from learnstrata.refitting import challenge
from targets import held, rows, said_in
from thrift import NO_EVIDENCE

KEY = bytes(32)
WHO = {"who": "dpo"}
LEARNER = "email_hash"


@pytest.fixture(scope="module")
def table():
    return ls.make_learners(500, rng=5)


@pytest.fixture(scope="module")
def made(table, tmp_path_factory):
    config = ls.load_config("robust", evidence=NO_EVIDENCE, selection={"k": 4})
    run = tmp_path_factory.mktemp("made") / "run"
    return ls.segment(table, config=config, key=KEY).save(run)


@pytest.fixture(autouse=True)
def _own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "keys" / "key"))


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


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
    gone, never = tmp_path / "crm.db", tmp_path / "never"
    publish_release(store, f"sqlite:///{gone}")
    gone.unlink()
    done = forget(store, [somebody], key=KEY, **WHO, targets=[str(never)])
    assert done.rows == 2
    assert f"{gone} holds no publication" in done.kept[0]
    (fault,) = done.faults  # of what is given somebody should know
    assert f"{never} holds no publication" in fault


def test_a_store_that_somebody_reads_meanwhile_is_not_told_as_cleaned(
    store, somebody, tmp_path, monkeypatch
):
    monkeypatch.setattr(databases, "PATIENCE", 0)
    own = open_store(tmp_path / "store.db")
    with store.reading() as reader:
        reader.execute(sa.text("SELECT count(*) FROM members"))
        done = forget(own, [somebody], key=KEY, **WHO)
    assert "not cleaned yet: somebody reads" in done.faults[0]
    assert len(done.runs) == 1
    assert forget(own, [somebody], key=KEY, **WHO).rows == 0
    own.close()
    for file in tmp_path.glob("store.db*"):
        assert somebody.encode() not in file.read_bytes()


LEARNT = "l0007"
NOWHERE = "postgresql://u@127.0.0.1:1/none"


@pytest.fixture(params=["sqlite", "postgres"])
def filled(request, tmp_path):
    """Give a store in each database, in which a version of no run folder is used."""
    address = f"sqlite:///{tmp_path}/store.db"
    if request.param == "postgres":
        address = request.getfixturevalue("database")
    opened = open_store(address)
    promote(opened, add_version(opened, planted(groups(50, 50)), **WHO).id, **WHO)
    yield opened
    opened.close()


def begun(store, address):
    """Write down a publication as one that was killed leaves it."""
    row = {"release": 1, "target": address, "address": address, "mode": "begun"}
    row |= {"added": 0, "removed": 0, "changed": 0, "at": now()}
    with store.writing() as connection:
        connection.execute(tables.publications.insert().values(row))


def test_what_is_in_the_way_is_told_when_all_else_is_done(filled, tmp_path):
    target, foreign = f"sqlite:///{tmp_path}/crm.db", tmp_path / "a folder"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("mine")
    for address in (NOWHERE, str(foreign)):
        begun(filled, address)
    publish_release(filled, target)
    runs = [tmp_path / "no run"]
    done = forget(filled, [LEARNT], key=KEY, **WHO, runs=runs)
    assert (done.rows, [*done.targets.values()]) == (2, [1])
    assert not said_in(target, LEARNT)
    told = sorted(done.faults)
    assert len(told) == 3
    assert "a folder holds ['notes.txt']" in told[0]
    assert "127.0.0.1:1/none refused" in told[2]
    assert "no run has no" in told[1]
    assert drop_target(filled, NOWHERE) == NOWHERE
    drop_target(filled, foreign)
    assert targets_of(filled) == (target,)
    assert forget(filled, [LEARNT], key=KEY, **WHO).faults == ()
    with pytest.raises(ParameterError, match="a folder to take off the list, expected"):
        drop_target(filled, foreign)


def test_a_publication_that_was_refused_is_not_one_that_was_begun(filled, tmp_path):
    foreign = tmp_path / "a folder"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("mine")
    (tmp_path / "other.db").write_text("no database, though it is called one")
    for target in (NOWHERE, foreign, f"sqlite:///{tmp_path}/other.db"):
        with pytest.raises(OutputError):
            publish_release(filled, target)
    assert targets_of(filled) == ()
    assert access(filled, LEARNT).given_to.is_empty()


def test_each_who_was_given_it_is_told_once_and_only_if_they_were(filled, tmp_path):
    target, folder = f"sqlite:///{tmp_path}/crm.db", tmp_path / "folder"
    for to in (target, target, folder, folder):
        publish_release(filled, to)
    promote(filled, add_version(filled, planted(groups(40, 60)), **WHO).id, **WHO)
    publish_release(filled, target)
    begun(filled, target)
    begun(filled, NOWHERE)
    given = access(filled, LEARNT).given_to
    assert given.select("target", "release", "is_sure").rows() == [
        (str(folder), 1, True),
        (target, 2, True),
        (NOWHERE, 1, False),
    ]


def test_a_mistyped_id_is_refused_and_nobody_is_forgotten(filled, tmp_path):
    target = f"sqlite:///{tmp_path}/crm.db"
    publish_release(filled, target)
    with pytest.raises(ParameterError, match=r"Nothing is held of \['nobody'\]"):
        forget(filled, [LEARNT, "nobody"], key=KEY, **WHO)
    assert len(access(filled, LEARNT, key=KEY).versions) == 1
    with filled.writing() as connection:
        erase(connection, [LEARNT])  # only the target holds them now
    assert [*forget(filled, [LEARNT], key=KEY, **WHO).targets.values()] == [1]
    assert forget(filled, ["nobody"], key=KEY, **WHO, even_unknown=True).rows == 0
    day = access(filled, "nobody", key=KEY).forgotten
    assert day.date() == now().date()


def test_by_another_key_nobody_is_added_restored_or_forgotten(filled, tmp_path):
    backup, other = back_up(filled, tmp_path / "b"), bytes([1]) * 32
    forget(filled, [LEARNT], key=KEY, **WHO)
    new = open_store(tmp_path / "new.db")  # it is known beside the key too
    for store in (filled, new):
        for act in (
            partial(add_version, store, planted(groups(30, 70)), **WHO),
            partial(faults_in, store),
            partial(forget, store, ["l0008"], **WHO),
            partial(restore, store, backup, overwrite=True),
        ):
            with pytest.raises(PrivacyError, match="under another key"):
                act(key=other)
    assert faults_in(filled, key=KEY) == []
    restore(new, backup, key=KEY)
    (tmp_path / "keys" / "forgotten").unlink()
    with pytest.raises(PrivacyError, match="under another key"):
        add_version(new, planted(groups(30, 70)), **WHO, key=other)
    new.close()


@pytest.mark.parametrize("where", ["new file", "file", "folder"])
def test_who_is_forgotten_while_it_is_published_is_not_published(
    filled, tmp_path, monkeypatch, where
):
    target = str(tmp_path / "folder")
    if where != "folder":
        target = f"sqlite:///{tmp_path}/crm.db"
    if where == "file":
        publish_release(filled, target)
        promote(filled, add_version(filled, planted(groups(40, 60)), **WHO).id, **WHO)
    publish, tries = publications.publish, []

    def late(release, **how):
        tries.append(release)
        if len(tries) == 1:
            forget(filled, [LEARNT], key=KEY, **WHO)
        return publish(release, **how)

    monkeypatch.setattr(publications, "publish", late)
    done = publish_release(filled, target)
    assert [LEARNT in one.members["learner_id"] for one in tries] == [True, False]
    assert done.learners == 99
    assert LEARNT.encode() not in held(target)
    assert not said_in(target, LEARNT)


def test_as_many_as_there_are_can_be_removed_at_once(filled):
    everybody = [f"l{i:04}" for i in range(70_000)]
    with filled.writing() as connection:
        assert erase(connection, everybody) == 200


def test_a_check_knows_those_too_who_are_listed_beside_the_key(filled):
    list_down(tombstones_of(pl.Series([LEARNT]), KEY), KEY)
    (fault,) = faults_in(filled, key=KEY)
    assert "1 learners who were forgotten are there" in fault


@pytest.mark.parametrize("where", ["database", "folder"])
def test_a_segment_that_is_under_ten_without_them_is_told_to_nobody(
    tmp_path, where, filled
):
    target = str(tmp_path / "copies")
    if where == "database":
        target = f"sqlite:///{tmp_path}/crm.db"
    promote(filled, add_version(filled, planted(groups(90, 10)), **WHO).id, **WHO)
    with filled.writing() as connection:  # as the run tells them
        told = tables.version_segments.update()
        connection.execute(told.values(told=10))
    publish_release(filled, target)
    assert told_sizes(target) == [10, 10]
    last = max(planted(groups(90, 10)).learners["learner_id"])
    forget(filled, [last], key=KEY, **WHO)
    assert told_sizes(target) == [10]


def told_sizes(target):
    if "://" in target:
        asked = "SELECT learners FROM segment_sizes_product"
        return [n for (n,) in rows(target, asked)]
    return pl.read_csv(f"{target}/segment_sizes_product.csv")["learners"].to_list()


def test_a_run_is_the_version_that_it_was_before_somebody_was_forgotten(
    store, run, somebody
):
    forget(store, [somebody], key=KEY, **WHO)
    again = add_version(store, read_run(run), **WHO, key=KEY)
    assert (again.id, again.is_new) == (1, False)


def test_a_target_published_to_after_a_backup_is_known_after_its_restore(
    filled, tmp_path
):
    early, late = f"sqlite:///{tmp_path}/crm.db", str(tmp_path / "copies")
    publish_release(filled, early)
    backup = back_up(filled, tmp_path / "b")
    promote(filled, add_version(filled, planted(groups(40, 60)), **WHO).id, **WHO)
    publish_release(filled, late)
    restore(filled, backup, key=KEY, overwrite=True)
    given = access(filled, LEARNT).given_to
    found = given.select("target", "release", "is_sure").sort("target").rows()
    assert found == [(late, None, False), (early, 1, True)]
    assert faults_in(filled, key=KEY) == []
    done = forget(filled, [LEARNT], key=KEY, **WHO)
    assert [*done.targets.values()] == [1, 1]
    assert not said_in(late, LEARNT)


def test_the_next_table_brings_nobody_back_into_a_run_folder(
    store, made, somebody, table, tmp_path
):
    n = len(ls.load(made).members)
    forget(store, [somebody], key=KEY, **WHO)
    other = shutil.copytree(made, tmp_path / "other")
    content, gone = forget_again(store, read_run(other), key=KEY)
    assert (gone, len(content.learners)) == (1, n - 1)
    assert forget_again(store, content, key=KEY) == (content, 0)
    found = challenge(store, table, key=KEY)
    told = [ls.load(other).members, found.found.members, found.by_champion]
    for each in told:
        assert len(each) == n - 1
        assert somebody not in set(each["learner_id"])
