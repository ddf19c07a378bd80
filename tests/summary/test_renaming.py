"""Other names for segments: everywhere they stand, and nothing else changes."""

import json

import pytest

import learnstrata as ls
from learnstrata.summary.renaming import renamed
from thrift import LITTLE_EVIDENCE

TABLE = ls.make_learners(600, rng=2)
KEY = bytes(32)
ASKED = {"evidence": LITTLE_EVIDENCE, "selection": {"k": 4}}


def segmented(**more):
    return ls.segment(TABLE, config=ls.load_config(**ASKED, **more), key=KEY)


@pytest.fixture(scope="module")
def found():
    return segmented()


@pytest.fixture(scope="module")
def saved(found, tmp_path_factory):
    return found.save(tmp_path_factory.mktemp("runs") / "run")


def contents(folder):
    """Give the bytes of each file of a run; of its exact summary without timings."""
    files = {
        item.relative_to(folder).as_posix(): item.read_bytes()
        for item in folder.rglob("*.*")
    }
    exact = json.loads(files.pop("private/summary.json"))
    return files | {"exact": {**exact, "timings": {}}}


def test_a_run_renamed_is_the_run_that_had_these_names_from_the_start(saved, tmp_path):
    names = {2: "Ready to mentor", 4: "Newcomers"}
    again = ls.load(saved).renamed(names).save(tmp_path / "renamed")
    named = segmented(names=names).save(tmp_path / "named")
    assert contents(again) == contents(named)
    assert contents(again) != contents(saved)


def test_a_run_with_its_own_names_again_is_the_same_bytes(found, saved, tmp_path):
    other = found.renamed({1: "One", 2: "Two"})
    ours = {name: found.exact.segments[i].name for i, name in enumerate(("One", "Two"))}
    assert contents(other.renamed(ours).save(tmp_path / "back")) == contents(saved)


def test_learners_assigned_later_bear_the_names_given(found):
    assigned = found.renamed({1: "One"}).assign(TABLE)
    ids = assigned.filter(segment_name="One")["segment_id"].unique().to_list()
    assert ids == [1]
    assert assigned["subsegment_name"].str.starts_with("One").any()


def test_two_names_that_are_swapped_are_swapped_for_every_learner(found):
    one, two = (segment.name for segment in found.exact.segments[:2])
    swapped = found.renamed({1: two, 2: one})
    for segment_id, name in ((1, two), (2, one)):
        rows = swapped.learners.filter(segment_id=segment_id)
        assert rows["segment_name"].unique().to_list() == [name]
    assert swapped.learners.equals(swapped.assign(TABLE))


def test_no_old_name_is_left_anywhere(found):
    names = {i: f"Group {i}" for i in range(1, 5)}
    told = found.renamed(names).summary.model_copy(update={"segments": ()})
    text = told.model_dump_json()
    for one in found.exact.segments:
        assert f'"{one.name}"' not in text
        assert f"“{one.name}”" not in text


def test_results_that_are_renamed_are_not_changed(small_results):
    before = small_results.model_dump_json()
    assert renamed(small_results, {1: "One"}) != small_results
    assert small_results.model_dump_json() == before


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({9: "A"}, "names for the segments ['9'], but the segments are 1 to 4"),
        ({1: " "}, "empty name for the segments ['1']"),
        ({1: "A", 2: "a"}, "for more than one of the segments [1, 2]"),
    ],
)
def test_names_that_cannot_be_given_are_refused_and_nothing_changes(
    found, names, message
):
    with pytest.raises(ls.ParameterError) as fault:
        found.renamed(names)
    assert message in str(fault.value)
