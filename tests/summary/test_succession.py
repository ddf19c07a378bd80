"""Names that stay with a segment, unless its numbers say otherwise."""

import pytest

from learnstrata.summary.renaming import renamed
from learnstrata.summary.succession import belied_in, names_that_stay

SAME = [(i, i) for i in range(1, 5)]


@pytest.fixture(scope="module")
def results(small_results):
    return small_results


def segment_with(results, segment_id=1, **numbers):
    """Give a segment whose medians stand above or below those of all."""
    one = results.segment(segment_id)
    typical = tuple(
        number.model_copy(update=numbers[number.feature])
        if number.feature in numbers
        else number
        for number in one.typical
    )
    return one.model_copy(update={"typical": typical})


def called(results, segment_id, name):
    one = results.segment(segment_id)
    return one.model_copy(update={"name": name, "name_by_numbers": name})


def test_names_given_stay_with_the_segment_that_continues(results):
    before = renamed(results, {1: "Ready to mentor", 3: "Newcomers"})
    moved = [(1, 2), (2, 1), (3, 3), (4, 4)]
    own = {1: renamed(before, {}).segment(1)}
    assert own[1].name == "Ready to mentor"
    found = names_that_stay(before, results, SAME)
    assert (found.names[1], found.names[3]) == ("Ready to mentor", "Newcomers")
    assert found.names[2] == results.segment(2).name
    assert found.notes == ()
    assert names_that_stay(before, results, []).names == {
        one.id: one.name for one in results.segments
    }
    assert set(names_that_stay(before, results, moved).names) == {1, 2, 3, 4}


def test_no_name_of_a_run_is_belied_by_its_own_numbers(results):
    assert [belied_in(one, one) for one in results.segments] == [""] * 4


@pytest.mark.parametrize(
    ("name", "numbers", "expected"),
    [
        ("Higher pay", {"pay": {"p50": 9.0, "base": 5.0}}, ""),
        ("Higher pay", {"pay": {"p50": 5.0, "base": 5.0}}, "higher pay"),
        ("Higher pay", {"pay": {"p50": 4.0, "base": 5.0}}, "higher pay"),
        ("Lower pay, X", {"pay": {"p50": 4.0, "base": 5.0}}, ""),
        ("X, Lower pay", {"pay": {"p50": 9.0, "base": 5.0}}, "lower pay"),
        ("Middle pay", {"pay": {"percentile": 0.5}}, ""),
        ("Middle pay", {"pay": {"percentile": 0.9}}, "middle pay"),
        ("Segment 1", {}, ""),
        ("Segment 4", {}, "segment 4"),
        ("Ready to mentor", {}, ""),
    ],
)
def test_a_number_that_turned_over_belies_the_name(results, name, numbers, expected):
    assert belied_in(called(results, 1, name), segment_with(results, **numbers)) == (
        expected
    )


def test_a_stage_that_most_no_longer_have_belies_the_name(results):
    for one in results.segments:
        bands = one.category("experience_band")
        most = max(bands, key=lambda band: band.count).value
        for stage, words in (("Early", "early career"), ("Senior", "senior")):
            found = belied_in(called(results, 1, words), one)
            assert found == ("" if stage == most else words), (one.id, most)


def test_a_value_that_is_not_more_common_than_among_all_belies_the_name(results):
    one = results.segment(1)
    roles = [role for role in one.category("role") if role.index]
    rare = min(roles, key=lambda role: role.index)
    often = max(roles, key=lambda role: role.index)
    assert rare.index < 100 < often.index
    assert belied_in(called(results, 1, rare.value), one) == rare.value.lower()
    assert belied_in(called(results, 1, often.value), one) == ""


def test_a_name_that_does_not_stay_is_told_with_what_is_no_longer_true(results):
    segments = (called(results, 1, "Middle pay, Stars"), *results.segments[1:])
    before = results.model_copy(update={"segments": segments})
    after = results.model_copy(
        update={
            "segments": (
                segment_with(results, pay={"percentile": 0.99}),
                *results.segments[1:],
            )
        }
    )
    found = names_that_stay(before, after, SAME)
    assert found.names[1] == results.segment(1).name
    assert found.notes == (
        f'"Middle pay, Stars" is now called "{results.segment(1).name}": "middle pay" '
        "is no longer true of it.",
    )


def test_a_name_that_another_segment_has_does_not_stay(results):
    before = renamed(results, {2: "Stars", 3: "Newcomers"})
    after = renamed(results, {1: "stars"})
    found = names_that_stay(before, after, SAME)
    assert found.names == {
        **{one.id: one.name for one in after.segments},
        3: "Newcomers",
    }
    assert found.notes == (
        f'"Stars" is now called "{results.segment(2).name}": another segment would '
        "have the same name.",
    )


def test_names_that_the_new_run_is_given_come_first(results):
    before = renamed(results, {1: "Ready to mentor"})
    after = renamed(results, {1: "Mentors to be"})
    assert names_that_stay(before, after, SAME).names[1] == "Mentors to be"
