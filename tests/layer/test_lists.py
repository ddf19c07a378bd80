"""Lists of people: who is on them, in which order, why, and for whose eyes."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

import learnstrata as ls
from learnstrata.config.loading import load_config
from learnstrata.decisions.arms import ARMED, Lot, lots_of
from learnstrata.decisions.playbook import programmes_of
from learnstrata.exceptions import SourceError
from learnstrata.layer.contents import LISTS
from learnstrata.layer.lists import make_lists
from learnstrata.learners.factors import as_text
from learnstrata.pipeline import run
from learnstrata.segments.questions.mentors import MentorRole
from learnstrata.sharing import summaries_of
from thrift import LITTLE_EVIDENCE, NO_EVIDENCE

KEY = bytes(32)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def lists_of(run, *summaries):
    """Give the lists of a run by what its summaries recommend."""
    programmes, lots = programmes_of(*summaries), lots_of(*summaries)
    return make_lists(run, programmes, lots=lots, key=KEY)


@pytest.fixture(scope="module", params=["small_run", "notebook_run"])
def either(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def told(small_run):
    exact, disclosed = summaries_of(small_run, key=KEY)
    return exact, lists_of(small_run, exact, disclosed)


def test_a_list_has_as_many_rows_as_are_counted(small_run):
    exact, _ = summaries_of(small_run, key=KEY)
    lists = lists_of(small_run, exact)
    sizes = {name: len(rows) for name, rows in lists.items()}
    cohorts = {one.key: one.learners for one in exact.cohorts}
    roles, sure = exact.questions.mentor_roles, exact.evidence
    repaired = exact.ledger.set_aside + (sure.certainty.atypical if sure else 0)
    counted = {
        "stalled_pay.csv": cohorts["stalled"],
        "high_upside.csv": cohorts["high_upside"],
        "could_mentor.csv": sum(one.supply for one in roles),
        "could_be_mentored.csv": sum(one.demand for one in roles),
        "atypical_records.csv": repaired,
        "pathways.csv": exact.segmented,
    }
    assert sizes == {name: n for name, n in counted.items() if n}
    assert set(sizes) <= set(LISTS)


def test_what_an_action_counts_is_on_its_list(told):
    exact, lists = told
    for action in exact.actions:
        if not action.list:
            continue
        rows = lists[action.list]
        for target in action.targets:
            if target.segment_id is not None:
                own = rows.filter(segment_id=target.segment_id)
                assert len(own) == target.size
                assert set(own["programme"]) == {target.programme}
        if action.id == "mentor_pools":
            wanting = lists["could_be_mentored.csv"]
            for target in action.targets:
                assert len(wanting.filter(role=target.name)) == target.size


def test_who_is_on_a_list_of_a_cohort_is_its_member(small_run, told):
    learners = small_run.meaning.learners["learner_id"]
    for key, name in (
        ("stalled", "stalled_pay.csv"),
        ("high_upside", "high_upside.csv"),
    ):
        found = next(one for one in small_run.meaning.cohorts if one.key == key)
        members = learners.filter(pl.Series(found.members))
        assert sorted(told[1][name]["learner_id"]) == sorted(members)


def test_reasons_tell_the_numbers_of_the_learner(small_run, told):
    people = {p["learner_id"]: p for p in small_run.meaning.learners.to_dicts()}
    for row in told[1]["stalled_pay.csv"].to_dicts():
        own = people[row["learner_id"]]
        years, pay, half = map(float, NUMBER.findall(row["why"]))
        assert years == own["years_of_experience"]
        assert pay == pytest.approx(own["pay"] / 1e5, abs=0.051)
        assert pay <= half
        assert row["band"] == own["experience_band"]
        assert (row["role"], row["tier"]) == (own["role"], own["tier"])
    for row in told[1]["high_upside.csv"].to_dicts():
        assert float(NUMBER.findall(row["why"])[1]) >= 1.5
        assert row["tier"] in row["why"]


def test_the_most_urgent_come_first_and_doubtful_records_last(small_run, told):
    found = next(one for one in small_run.meaning.cohorts if one.key == "stalled")
    learners, beside = small_run.meaning.learners, found.beside
    place = dict(
        zip(learners["learner_id"][beside["row"]], beside["residual"], strict=True)
    )
    standing = dict(zip(learners["learner_id"], learners["standing"], strict=True))
    ids = told[1]["stalled_pay.csv"]["learner_id"].to_list()
    far = {one: standing[one] == "atypical" or place[one] < -math.log(4) for one in ids}
    keys = [(far[one], place[one]) for one in ids]
    assert keys == sorted(keys)
    assert {doubtful for doubtful, _ in keys} == {False, True}
    rows = told[1]["could_mentor.csv"]
    doubtful = [standing[one] == "atypical" for one in rows["learner_id"]]
    assert doubtful == sorted(doubtful)
    sure = rows.filter(~pl.Series(doubtful))
    years = [float(w.split("; ")[1].split()[0]) for w in sure["why"]]
    assert (
        sure["why"]
        .str.contains(
            r"^.+: [\d.]+ learners under 8 years for each who could mentor; \d"
        )
        .all()
    )
    roles = sure["role"].to_list()
    for role in set(roles):
        own = [y for y, r in zip(years, roles, strict=True) if r == role]
        assert own == sorted(own, reverse=True)
        assert min(own) >= 8
    assert len({*roles}) == sum(a != b for a, b in pairwise(roles)) + 1
    sizes = told[1]["pathways.csv"]["segment_id"].unique(maintain_order=True).to_list()
    by_size = sorted(told[0].segments, key=lambda one: (-one.size, one.id))
    assert sizes == [one.id for one in by_size]


def test_values_that_were_set_aside_are_told_with_their_rule(small_run, told):
    ledger = small_run.base.account.ledger.filter(state="set_aside").collect()
    whys = told[1]["atypical_records.csv"]["why"]
    said = whys.filter(whys.str.contains("was set aside"))
    assert len(said) == len(ledger) > 0
    rules = {rule.replace("_", " ") for rule in ledger["rule"]}
    assert {why.split("(")[1].rstrip(").") for why in said} == rules


def test_no_cell_of_a_list_is_a_formula_and_ids_survive_for_programs(tmp_path):
    marks = ["=1+1", "+1", "-1", "@x", "\tx", "x"]
    ids = [f"{marks[i % 6]}{i}" for i in range(600)]
    table = ls.make_learners(600, rng=6)
    own = table["email_hash"].unique(maintain_order=True).to_list()
    table = table.with_columns(
        pl.col("email_hash").replace_strict(own, ids[: len(own)])
    )
    config = load_config("robust", evidence=NO_EVIDENCE, selection={"k": 2})
    found = ls.segment(table, config=config, key=KEY).renamed({1: "=SUM(A1)"})
    folder = found.save(tmp_path / "run") / "private"
    for path in (folder / "lists").iterdir():
        for column in pl.read_csv(path, infer_schema=False):
            assert not column.drop_nulls().str.contains(r"^[=+\-@\t\r]").any()
    written = pl.read_csv(folder / "lists" / "pathways.csv", infer_schema=False)
    assert "'=1+10" in written["learner_id"]
    assert set(written["segment"]) >= {"'=SUM(A1)"}
    raw = ls.load(folder.parent)
    assert {*raw.lists["pathways.csv"]["learner_id"]} == {*found.learners["learner_id"]}
    for name in ("segments.csv", "segments.parquet"):
        read = pl.read_csv if name.endswith("csv") else pl.read_parquet
        assert read(folder / name)["learner_id"].equals(found.learners["learner_id"])


def test_a_list_has_only_what_the_table_tells():
    table = ls.make_learners(600, rng=6).select("email_hash", "orgyear", "ctc")
    config = load_config(
        "robust", as_of=2021, evidence=LITTLE_EVIDENCE, selection={"k": 2}
    )
    found = make_lists(run(table, config), {}, lots={}, key=KEY)
    assert not {"could_mentor.csv", "could_be_mentored.csv", "high_upside.csv"} & {
        *found
    }
    for rows in found.values():
        assert not {"role", "tier"} & set(rows.columns)
        assert {"learner_id", "segment_id", "segment", "why"} <= set(rows.columns)
        assert rows["why"].null_count() == 0


def test_the_order_of_the_table_does_not_matter(small_table, small_run, told):
    mixed = small_table.sample(fraction=1, shuffle=True, seed=3)
    config = small_run.config
    other = run(mixed, config)
    again = lists_of(other, told[0])
    assert {name: len(rows) for name, rows in again.items()} == {
        name: len(rows) for name, rows in told[1].items()
    }
    ids = [rows["stalled_pay.csv"]["learner_id"].to_list() for rows in (again, told[1])]
    assert sorted(ids[0]) == sorted(ids[1])


def test_no_list_has_arms_where_no_trial_can_show_anything(told):
    exact, lists = told
    assert any(t.trial for one in exact.actions for t in one.targets)
    assert not any(t.is_tried for one in exact.actions for t in one.targets)
    assert not [name for name, rows in lists.items() if "arm" in rows.columns]


@pytest.fixture(scope="module")
def many():
    """As many learners as it takes that rounding leaves shares of few as they are."""
    return ls.make_learners(6000, rng=3)


@pytest.fixture(scope="module")
def seen(many):
    """A segmentation whose trials look for a large change, so that few are enough."""
    change = {"change": 0.2}
    config = load_config(
        "robust", evidence=NO_EVIDENCE, selection={"k": 4}, decisions=change
    )
    return ls.segment(many, config=config, key=KEY)


def test_as_many_are_held_out_as_page_and_owner_are_told(seen):
    for summary in (seen.summary, seen.exact):
        made = {one.id: one for one in summary.actions}
        trials = {t.segment_id: t.trial for t in made["pathways"].targets}
        assert any(one.is_drawn for one in trials.values())
        rows = seen.lists["pathways.csv"]
        held = dict(rows.filter(arm="hold-out")["segment_id"].value_counts().rows())
        own = {i: t for i, t in trials.items() if t.lot_of == "this segment"}
        for segment, trial in own.items():
            assert held.get(segment, 0) == (trial.per_arm if trial.is_drawn else 0)
    trial = made["mentor_pools"].targets[0].trial
    rows = seen.lists["could_be_mentored.csv"]
    assert trial.is_drawn
    assert len(rows.filter(arm="hold-out")) == trial.per_arm
    tried = {one.id for one in made.values() if any(t.is_tried for t in one.targets)}
    armed = {name for name, rows in seen.lists.items() if "arm" in rows.columns}
    assert armed == {ARMED[one] for one in tried}


def test_rows_of_no_lot_have_no_arm(small_run):
    lots = {"pathways": (Lot(40, (1, 2)),), "lagging_pay": (Lot(5),)}
    lists = make_lists(small_run, {}, lots=lots, key=KEY)
    rows = lists["pathways.csv"]
    assert len(rows.filter(arm="hold-out")) == 40
    without = rows.filter(pl.col("arm").is_null())
    assert set(without["segment_id"]) == {3, 4}
    assert len(lists["stalled_pay.csv"].filter(arm="hold-out")) == 5
    assert "arm" not in lists["could_be_mentored.csv"].columns


def test_of_records_the_newest_of_a_learner_decides(notebook_run):
    learners = as_text(notebook_run.meaning.learners)
    newest = learners.group_by("learner_id").agg(pl.col("pay_year").max())
    assert len(newest) < len(learners)
    lists = make_lists(notebook_run, {}, lots={}, key=KEY)
    assert len(lists["pathways.csv"]) == len(newest)
    for name in set(lists) - {"atypical_records.csv"}:
        assert lists[name]["learner_id"].is_unique().all()
    both = [
        lists[f"could_{one}.csv"]["learner_id"] for one in ("mentor", "be_mentored")
    ]
    assert not {*both[0]} & {*both[1]}
    rows = lists["pathways.csv"].join(newest, on="learner_id")
    own = learners.select("learner_id", "pay_year", "segment_id", "role").unique()
    there = rows.join(own, on=["learner_id", "pay_year", "segment_id", "role"])
    assert len(there) == len(newest)


def test_a_role_that_nobody_has_is_on_no_list(small_run, told):
    meaning = small_run.meaning
    roles = (*meaning.questions.mentor_roles, MentorRole("Blacksmith", 5, 4, 1))
    asked = replace(meaning.questions, mentor_roles=roles)
    other = replace(small_run, meaning=replace(meaning, questions=asked))
    lists = make_lists(other, {}, lots={}, key=KEY)
    for name in ("could_mentor.csv", "could_be_mentored.csv"):
        columns = set(lists[name].columns) - {"arm"}
        assert lists[name].select(columns).equals(told[1][name].select(columns))


def test_a_reason_tells_what_the_segments_were_cut_on():
    rng = np.random.default_rng(3)
    n = 400
    plans = np.repeat(["A", "B"], n // 2)
    table = pl.DataFrame(
        {
            "teacher": [f"t{i}" for i in range(n)],
            "quiz_score": np.round(rng.normal(50, 8, n), 1),
            "plan": plans,
        }
    )
    columns = {
        "learner": "teacher",
        "numeric": ["quiz_score"],
        "categorical": ["plan"],
    }
    config = load_config(
        "robust", evidence=LITTLE_EVIDENCE, selection={"k": 2}, columns=columns
    )
    lists = make_lists(run(table, config), {}, lots={}, key=KEY)
    score = dict(table.select("teacher", "quiz_score").rows())
    for name, rows in lists.items():
        for row in rows.iter_rows(named=True):
            own = f"{score[row['learner_id']]:.1f}".removesuffix(".0")
            assert f": quiz score {own}, plan " in row["why"], name
    assert "atypical_records.csv" in lists


def test_the_order_of_the_table_decides_no_arm(many, seen):
    other = many.sample(fraction=1, shuffle=True, seed=2)
    again = ls.segment(other, config=seen.exact.settings.configured, key=KEY)
    arms = [
        dict(one.lists["could_be_mentored.csv"].select("learner_id", "arm").iter_rows())
        for one in (again, seen)
    ]
    assert arms[0] == arms[1]


@pytest.fixture(scope="module")
def saved(tmp_path_factory, small_table):
    config = load_config("robust", evidence=LITTLE_EVIDENCE, selection={"k": 4})
    found = ls.segment(small_table, config=config, key=KEY)
    return found.save(tmp_path_factory.mktemp("lists") / "run")


def test_lists_are_saved_for_the_owner_alone_and_kept(saved, tmp_path):
    lists = {path.name: path for path in (saved / "private" / "lists").iterdir()}
    assert set(lists) <= set(LISTS)
    assert len(lists) >= 4
    assert {path.stat().st_mode & 0o777 for path in lists.values()} == {0o600}
    assert not [path for path in (saved / "share").rglob("*") if path.name in LISTS]
    again = ls.load(saved)
    assert set(again.lists) == set(lists)
    copy = again.save(tmp_path / "copy")
    for name, path in lists.items():
        assert (copy / "private" / "lists" / name).read_bytes() == path.read_bytes()
    again.save(copy, overwrite=True)
    shared = (saved / "share" / "summary.json").read_text(encoding="utf-8")
    for learner in again.lists["stalled_pay.csv"]["learner_id"]:
        assert learner not in shared


def test_a_damaged_list_is_told(saved, tmp_path):
    copy = ls.load(saved).save(tmp_path / "copy")
    (copy / "private" / "lists" / "pathways.csv").write_bytes(b'a,b\n"x')
    (copy / "private" / "lists" / "stalled_pay.csv").write_bytes(b"")
    with pytest.raises(SourceError, match=r"Cannot read .*stalled_pay\.csv"):
        ls.load(copy)


def test_lists_bear_the_names_that_segments_were_given():
    config = load_config("robust", evidence=NO_EVIDENCE, selection={"k": 3})
    found = ls.segment(ls.make_learners(300, rng=1), config=config, key=KEY)
    one = found.renamed({1: "=SUM(A1)", 2: "Ready to mentor"})
    again = one.renamed({1: "Plain again"})
    for name, rows in one.lists.items():
        ids = {1: "=SUM(A1)", 2: "Ready to mentor"}
        told = rows.filter(pl.col("segment_id").is_in([1, 2]))
        assert told["segment"].to_list() == [ids[i] for i in told["segment_id"]]
        first = again.lists[name].filter(segment_id=1)
        assert set(first["segment"]) <= {"Plain again"}
    assert {"=SUM(A1)", "Ready to mentor"} <= set(one.learners["segment_name"])


def test_owner_teams_and_list_read_the_same_programmes(either):
    exact, disclosed = summaries_of(either, key=KEY)
    told = programmes_of(disclosed)
    assert [one.id for one in exact.actions] == [one.id for one in disclosed.actions]
    own = programmes_of(exact)
    assert told
    assert all(own[segment] == name for segment, name in told.items())
    rows = lists_of(either, exact, disclosed)["pathways.csv"]
    listed = dict(rows.select("segment_id", "programme").unique().iter_rows())
    assert listed == own
