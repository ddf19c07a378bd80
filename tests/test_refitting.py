"""A refit says what it would change, and by which numbers it is promoted or held."""

from dataclasses import replace

import polars as pl
import pytest

import learnstrata as ls
from learnstrata.config.stages import Layer
from learnstrata.exceptions import ParameterError
from learnstrata.layer.store.membership import members_at, moves
from learnstrata.layer.store.opening import open_store
from learnstrata.layer.store.promotion import promote
from learnstrata.layer.store.versions import add_version, read_run
from learnstrata.refitting import challenge, plan_of
from thrift import NO_EVIDENCE

KEY = bytes(32)
WHO = {"who": "an analyst"}
LEARNER = "email_hash"
CONFIG = ls.load_config("robust", evidence=NO_EVIDENCE, selection={"k": 4})


@pytest.fixture(scope="module")
def table():
    return ls.make_learners(1_500, rng=11)


@pytest.fixture(scope="module")
def old_run(table, tmp_path_factory):
    place = tmp_path_factory.mktemp("runs") / "old"
    return ls.segment(table, config=CONFIG, key=KEY).save(place)


@pytest.fixture
def store(old_run, tmp_path, monkeypatch):
    monkeypatch.setenv("LEARNSTRATA_KEY_FILE", str(tmp_path / "keys" / "key"))
    opened = open_store(tmp_path / "store.db")
    promote(opened, add_version(opened, read_run(old_run), **WHO).id, **WHO)
    yield opened
    opened.close()


def planned(store, table, folder, **more):
    found = challenge(store, table, key=KEY, **more)
    run = read_run(found.found.save(folder))
    added = add_version(store, run, **WHO, by_parent=found.by_champion, key=KEY)
    return found, added, plan_of(store, added.id, found)


def test_the_same_table_again_is_held_and_nobody_moves(store, table, tmp_path):
    found, added, plan = planned(store, table, tmp_path / "new")
    assert plan.decision == "hold"
    assert plan.promotion.moved == 0
    easy = Layer(min_gain=-1.0, max_moved=1.0, min_jaccard=0.0)
    again = plan_of(store, added.id, found, policy=easy)
    assert (again.decision, added.id) == ("hold", 1)
    assert again.reason == "This is version 1 again, which is in use."
    assert {e.event for e in plan.events} == {"continued"}
    assert found.champion == found.challenger


def test_fewer_learners_keep_their_segments_and_names(store, table, tmp_path):
    ids = table[LEARNER].unique(maintain_order=True)
    fewer = table.filter(pl.col(LEARNER).is_in(ids[150:].implode()))
    _, _, plan = planned(store, fewer, tmp_path / "new")
    assert {e.event for e in plan.events} == {"continued"}
    assert plan.promotion.left > 0
    assert plan.promotion.moved <= 0.05 * plan.promotion.learners
    shifts = plan.shifts
    gained = shifts["by_learners"] + shifts["by_refit"]
    assert gained.equals(shifts["after"] - shifts["before"], check_names=False)
    assert shifts["before"].sum() + plan.promotion.joined - plan.promotion.left == (
        shifts["after"].sum()
    )


def test_who_moves_under_the_model_in_use_too_is_who_changed(store, table, tmp_path):
    ids = table[LEARNER].unique(maintain_order=True)[:120]
    rises = pl.col(LEARNER).is_in(ids.implode())
    pay = pl.when(rises).then(pl.col("ctc") * 6).otherwise("ctc")
    raised = table.with_columns(ctc=pay.cast(table.schema["ctc"]))
    before = members_at(store).select("learner_id", old="segment_id")
    found, added, plan = planned(store, raised, tmp_path / "new")
    promote(store, added.id, **WHO)
    moved = moves(store, 1, 2).filter(~pl.col("cause").is_in(["joined", "left"]))
    by_champion = found.by_champion.select("learner_id", now="segment_id")
    told = moved.join(before, on="learner_id").join(by_champion, on="learner_id")
    changed = told["now"] != told["old"]
    assert (told["cause"] == "learner changed").equals(changed, check_names=False)
    assert 0 < changed.sum() == plan.promotion.causes["learner changed"]


def test_another_number_of_segments_is_asked_about(store, table, tmp_path):
    more = replace(CONFIG, selection=replace(CONFIG.selection, k=6))
    _, _, plan = planned(store, table, tmp_path / "new", config=more)
    assert plan.decision == "ask"
    assert "do not all continue" in plan.reason


def test_a_policy_that_lets_nobody_move_asks(store, table, tmp_path):
    ids = table[LEARNER].unique(maintain_order=True)
    other = table.filter(pl.col(LEARNER).is_in(ids[500:].implode()))
    found, added, _ = planned(store, other, tmp_path / "new")
    policy = Layer(min_gain=-1.0, max_moved=0.0, min_jaccard=0.0)
    plan = plan_of(store, added.id, found, policy=policy)
    by_cut = plan.promotion.causes.get("refit", 0)
    assert plan.decision == ("ask" if by_cut else "promote")
    easy = plan_of(store, added.id, found, policy=replace(policy, max_moved=1.0))
    assert easy.decision == "promote"


def test_a_refit_repeated_is_the_same_to_the_byte(store, table, tmp_path):
    ids = table[LEARNER].unique(maintain_order=True)
    fewer = table.filter(pl.col(LEARNER).is_in(ids[100:].implode()))
    one, other = (
        challenge(store, fewer, key=KEY).found.save(tmp_path / name)
        for name in ("one", "two")
    )
    for path in one.rglob("*"):
        if path.is_file() and path.name != "summary.json":
            assert path.read_bytes() == (other / path.relative_to(one)).read_bytes()


def test_nothing_in_use_is_nothing_to_refit(table, tmp_path):
    opened = open_store(tmp_path / "empty.db")
    with pytest.raises(ParameterError, match="Nothing is in use"):
        challenge(opened, table, key=KEY)
    opened.close()


def test_the_segments_in_use_are_asked_about_the_year_of_the_new_table(store, table):
    years = [name for name in ("orgyear", "ctc_updated_year") if name in table.columns]
    later = table.with_columns(pl.col(years) + 1)
    found = challenge(store, later, key=KEY)
    old = members_at(store).select("learner_id", old="segment_id")
    same = found.by_champion.join(old, on="learner_id")
    assert (same["segment_id"] == same["old"]).mean() > 0.99


def test_a_challenger_is_told_by_stability_and_by_outcomes(store, table, tmp_path):
    found, added, plan = planned(store, table, tmp_path / "new")
    assert found.challenger.jaccard == found.champion.jaccard > 0.5
    assert {one.outcome for one in found.outcomes} >= {"role change"}
    assert all(one.gain == 0 for one in found.outcomes)
    strict = Layer(min_gain=-1.0, max_moved=1.0, min_jaccard=1.0)
    plan = plan_of(store, added.id, found, policy=strict)
    assert plan.decision == "ask"
    assert "least stable segment is found again to" in plan.reason
    worse = replace(found.outcomes[0], gain=-0.2, low=-0.3, high=-0.1)
    found = replace(found, outcomes=(worse,))
    easy = Layer(min_gain=-1.0, max_moved=1.0, min_jaccard=0.0)
    assert "it tells less of" in plan_of(store, added.id, found, policy=easy).reason


def test_a_table_of_others_is_asked_about_first(store, table, tmp_path):
    others = table.with_columns(pl.col(LEARNER) + "x")
    _, _, plan = planned(store, others, tmp_path / "new")
    assert plan.decision == "ask"
    assert plan.reason.startswith("0.0% of the learners in use are in the new table")


def test_a_refit_repeated_before_it_is_promoted_is_the_same_version(
    store, table, tmp_path
):
    more = replace(CONFIG, selection=replace(CONFIG.selection, k=6))
    _, one, plan = planned(store, table, tmp_path / "one", config=more)
    _, other, again = planned(store, table, tmp_path / "two", config=more)
    assert (other.id, other.is_new) == (one.id, False)
    assert again.events == plan.events
    assert again.shifts.equals(plan.shifts)
