"""Pathways, repair and refit: whom they are for, and what is claimed."""

import pytest

from acted import actions, changed


@pytest.fixture(scope="module")
def found(small_results):
    return actions(small_results)


def test_the_refit_watches_the_smallest_segment(found, small_results):
    least = min(small_results.segments, key=lambda one: one.size)
    (target,) = found["quarterly_refit"].targets
    assert (target.name, target.size, target.share) == (
        least.name,
        least.size,
        least.share,
    )
    assert target.why == "smallest segment: watch it first"
    some = actions(changed(small_results, small_segments=1))["quarterly_refit"]
    assert some.targets[0].why == "smallest segment shown: watch it first"


def measured(results, jaccard):
    rows = tuple(
        changed(row, lowest_jaccard=jaccard) for row in results.selection.table
    )
    return changed(results, selection=changed(results.selection, table=rows))


def test_stability_that_was_not_measured_is_said(small_results):
    why = actions(measured(small_results, None))["quarterly_refit"].why
    assert why.startswith("Stability was not measured in this run")
    assert "holds" not in why


@pytest.mark.parametrize(
    ("jaccard", "words"),
    [
        (0.97, "The cut holds for this table: "),
        (0.75, "The cut holds for this table: "),
        (0.749, "Not every segment is sure to be found again: "),
        (0.3, "Not every segment is sure to be found again: "),
    ],
)
def test_the_cut_holds_only_where_every_segment_is_stable(
    small_results, jaccard, words
):
    sure = judged(measured(small_results, jaccard), "repeatable")
    why = actions(sure)["quarterly_refit"].why
    assert why.startswith(
        f"{words}in halves of the learners that were cut anew, the least stable segment"
    )
    assert f"overlaps with itself by {100 * jaccard:g}%" in why


def judged(results, word):
    verdict = changed(results.evidence.verdict, word=word)
    return changed(results, evidence=changed(results.evidence, verdict=verdict))


def test_an_arbitrary_cut_and_one_that_was_not_judged_do_not_hold(small_results):
    stable = measured(small_results, 0.97)
    why = actions(judged(stable, "arbitrary"))["quarterly_refit"].why
    assert why.startswith("The cut is arbitrary, so the next refit may cut elsewhere: ")
    bare = actions(changed(stable, evidence=None))["quarterly_refit"].why
    assert bare.startswith("Whether the cut holds was not judged in this run: ")


def test_one_segment_is_compared_with_nothing(small_results):
    whole = changed(
        small_results, segments=small_results.segments[:1], small_segments=0
    )
    found = actions(whole)
    assert found["quarterly_refit"].targets == ()
    assert found["quarterly_refit"].why.startswith(
        "There is one segment: the next refit may find more."
    )
    (target,) = found["pathways"].targets
    assert "median pay" in target.why
    assert "(all" not in target.why


def test_records_to_repair_are_the_atypical_and_those_set_aside(found, small_results):
    sizes = {one.name: one.size for one in found["repair"].targets}
    assert list(sizes.values()) == [
        small_results.evidence.certainty.atypical,
        small_results.ledger.set_aside,
    ]
    clean = changed(
        small_results,
        evidence=None,
        ledger=changed(small_results.ledger, set_aside=0),
    )
    action = actions(clean)["repair"]
    assert (action.targets, action.list) == ((), "")
    assert action.why == "Too few records look wrong, if any, to be told of here."
    assert action.first_step.startswith("Check private/lists/atypical_records.csv, if ")


def test_of_few_records_to_repair_all_are_checked(small_results):
    few = changed(
        small_results,
        evidence=None,
        ledger=changed(small_results.ledger, set_aside=3),
    )
    assert actions(few)["repair"].first_step.startswith("Check all rows of the list")
