"""Trials: outcomes of the table, their shares today, and learners that are needed."""

import pytest

from acted import changed, lacking
from learnstrata.decisions.trials import (
    first_drawn,
    hold_out,
    horizon_of,
    measure_of,
    trial_of,
    trials_of_segments,
)
from learnstrata.stats.power import size_per_arm
from learnstrata.summary.contract.outcomes import OutcomeAnswer, OutcomeGroup


def with_progression(results, **fields):
    segments = tuple(
        changed(one, progression=changed(one.progression, **fields))
        for one in results.segments
    )
    return changed(results, segments=segments)


KNOWN = {"n_one_year": 300, "n_grown_one_year": 240, "grown_one_year": 0.8}
OF_ALL = {f"{name}_of_all": value for name, value in KNOWN.items()}


def past(trial):
    """Give what a trial goes by, whatever its lot."""
    return trial.model_dump(exclude={"lot", "lot_of"})


def test_pay_that_grew_in_a_year_is_the_outcome_where_enough_are_known(small_results):
    known = with_progression(small_results, **KNOWN)
    segment = known.segments[0]
    found = trial_of(known, segment)
    assert found.outcome == "pay grown by 10 % a year or more"
    assert (found.known, found.met, found.base) == (300, 240, 0.8)
    assert (found.whole, found.span) == (segment.size, "one year apart")
    assert found.change == 0.05
    ends = [round(found.base + by, 9) for by in (0.05, -0.05)]
    exact = max(size_per_arm(found.base, end) for end in ends)
    assert exact <= found.per_arm < exact + 100
    assert found.per_arm % 100 == 0
    assert (found.lot_of, found.lot) == ("this segment", segment.size)
    assert (
        horizon_of(found, small_results) == "One year, since pay is dated by the year."
    )
    assert "pay grown by 10 %" in measure_of(found, small_results)


def test_a_segment_with_few_pays_one_year_apart_is_held_to_those_of_all(small_results):
    few = with_progression(small_results, **{**KNOWN, "n_one_year": 99}, **OF_ALL)
    found = trial_of(few, few.segments[0])
    assert (found.known, found.base) == (300, 0.8)
    assert found.whole == few.input.learners
    assert found.whom == "all of whom it is known"
    assert past(found) == past(trial_of(few))
    enough = with_progression(few, n_one_year=100)
    assert trial_of(enough, enough.segments[0]).known == 100
    assert trial_of(few, few.segments[0], told=found) == found
    own = trial_of(enough, enough.segments[0])
    assert trial_of(few, few.segments[0], told=own).known == 99


def test_with_few_pays_one_year_apart_any_years_count_and_it_is_said(small_results):
    counts = {"n_growth": 120, "n_grown": 60, "grown": 0.5}
    many = with_progression(small_results, **counts)
    segment = many.segments[0]
    assert segment.progression.n_one_year_of_all < 100
    found, of = trial_of(many, segment), segment.progression
    assert (found.known, found.met, found.base) == (of.n_growth, of.n_grown, of.grown)
    assert found.span == "one or more years apart"
    assert horizon_of(found, small_results) == (
        "One year at least, since pay is dated by the year; today's share is of "
        "records one or more years apart (under 100 learners have some one year apart)."
    )


def test_a_cohort_is_held_to_all(small_results):
    found, of = trial_of(small_results), small_results.segments[0].progression
    counts = (of.n_growth_of_all, of.n_grown_of_all, of.grown_of_all)
    assert (found.known, found.met, found.base) == counts
    assert found.whole == small_results.input.learners
    assert found.whom == "all of whom it is known"


def test_who_is_held_out_is_named_by_the_column_of_the_list(small_results):
    trial = changed(trial_of(small_results, lot=5000), per_arm=1300)
    assert trial.lot_of == "the whole list"
    told = 'Leave alone the 1,300 whose column "arm" says "hold-out"'
    assert hold_out(trial) == told
    shared = changed(trial, lot_of="small segments together")
    assert hold_out(shared) == 'Leave alone those whose column "arm" says "hold-out"'
    assert hold_out(changed(trial, lot=2599)) == hold_out(None) == ""


def test_what_is_compared_is_a_hold_out_only_where_one_is_drawn(small_results):
    trial = changed(trial_of(small_results, lot=5000), per_arm=1300)
    few, never = changed(trial, lot=2599), changed(trial, per_arm=None)
    assert measure_of(trial, small_results).endswith(
        "against a hold-out drawn at random."
    )
    assert measure_of(few, small_results).endswith(
        "beside today's share: there are too few for a hold-out."
    )
    assert measure_of(never, small_results).endswith("beside today's share.")
    assert first_drawn([None, few, trial]) == trial
    assert first_drawn([None, few, never]) == few
    assert first_drawn([None]) is None


def with_sizes(results, *sizes):
    """Give results of segments of these sizes whose own past is known."""
    known = with_progression(results, **KNOWN, **OF_ALL)
    pairs = zip(known.segments, sizes, strict=True)
    segments = tuple(changed(one, size=size) for one, size in pairs)
    whole = changed(known.input, learners=sum(sizes))
    return changed(known, segments=segments, input=whole)


def test_small_segments_have_one_lot_together(small_results):
    results = with_sizes(small_results, 3000, 1500, 900, 800)
    first, *small = trials_of_segments(results).values()
    assert (first.lot_of, first.lot, first.is_drawn) == ("this segment", 3000, True)
    for one in small:
        assert (one.lot_of, one.lot) == ("small segments together", 3200)
        assert one.whom == "all of whom it is known"
        assert one.is_drawn
    few = trials_of_segments(with_sizes(small_results, 3000, 500, 400, 300))
    assert [one.is_drawn for one in few.values()] == [True, False, False, False]
    alone = trials_of_segments(with_sizes(small_results, 3000, 3000, 3000, 300))
    (_, _, _, last) = alone.values()
    assert (last.lot_of, last.lot) == ("this segment", 300)
    assert not last.is_drawn


def test_a_past_of_which_few_are_known_is_not_gone_by(small_results):
    counts = {"n_growth": 99, "n_grown": 60, "grown": 0.6}
    few = with_progression(small_results, **counts)
    assert trial_of(few, few.segments[0]).whom == "all of whom it is known"
    enough = with_progression(few, n_growth=100)
    assert trial_of(enough, enough.segments[0]).known == 100


def test_a_segment_of_which_few_are_known_is_held_to_all(small_results):
    few = with_progression(small_results, n_grown=None, grown=None)
    assert past(trial_of(few, few.segments[0])) == past(trial_of(small_results))


def test_a_baseline_that_rounding_moves_much_is_not_told(small_results):
    """Of 90 of whom it is known 30 are told, who may be 10 to 59."""
    counts = {"n_one_year": 90, "n_grown_one_year": 30, "n_one_year_of_all": 150}
    own = {f"{n}{of}": None for n in ("grown", "role_change") for of in ("", "_of_all")}
    own |= {"grown_one_year": None, "grown_one_year_of_all": None}
    results = with_progression(small_results, **counts, **own)
    found = trial_of(results, results.segments[0])
    assert (found.base, found.per_arm, found.whom) == (
        None,
        None,
        "all of whom it is known",
    )
    assert measure_of(found, results).endswith(
        "beside those without the action: too few are known to say it today."
    )
    exact = trial_of(small_results, small_results.segments[0], told=found)
    assert (exact.base, exact.outcome) == (None, found.outcome)


def test_without_dated_pay_another_role_is_the_outcome(small_results):
    nothing = {"grown": None, "grown_of_all": None}
    roles = {"n_roles": 120, "n_changed": 60, "role_change": 0.5}
    bare = with_progression(small_results, **nothing, **roles)
    segment = bare.segments[0]
    found, of = trial_of(bare, segment), segment.progression
    assert found.outcome == "named another role"
    assert (found.known, found.met) == (of.n_roles, of.n_changed)
    assert horizon_of(found, small_results).startswith(
        "Until the next export with newer records"
    )


def group(segment_id, n, count):
    answer = OutcomeAnswer(
        place=1,
        answer="yes",
        count=count,
        learners=count,
        share=count / n,
        low=None,
        high=None,
    )
    nothing = dict.fromkeys(
        (
            *("mean", "low", "high", "cut_mean", "cut_low", "cut_high"),
            *("spread", "reach"),
        )
    )
    return OutcomeGroup(
        segment_id=segment_id, n=n, learners=n, answers=(answer,), **nothing
    )


def test_an_outcome_of_the_users_comes_first(small_results):
    ours = small_results.outcomes[0]
    own = changed(
        ours,
        outcome="promoted",
        label="promoted",
        kind="yes/no",
        of_all=group(None, 1000, 200),
        by_segment=(group(1, 300, 90),),
    )
    results = changed(small_results, outcomes=(*small_results.outcomes, own))
    first, second = (trial_of(results, results.segment(i)) for i in (1, 2))
    assert (first.outcome, first.known, first.met) == ("promoted: yes", 300, 90)
    assert (second.known, second.met, second.base) == (1000, 200, 0.2)
    assert past(trial_of(results)) == past(second)
    assert horizon_of(first, small_results).endswith("the table does not date it.")
    number = changed(own, kind="number")
    assert trial_of(changed(results, outcomes=(number,))) == trial_of(small_results)


def test_a_table_without_an_outcome_says_what_to_record(small_results):
    bare = tuple(changed(one, progression=None) for one in small_results.segments)
    found = trial_of(changed(small_results, segments=bare), bare[0])
    assert found is None
    assert measure_of(found, small_results, also="Who completes it.") == (
        "Who completes it. The table has no outcome to judge it by: export the table "
        "again in a year, or name a yes/no column as an outcome in [columns]."
    )
    assert horizon_of(found, small_results).endswith("too few have pay of two years.")
    assert trial_of(changed(small_results, segments=())) is None


@pytest.mark.parametrize(
    ("without", "kept", "when"),
    [
        (("pay",), False, "the table has no outcome, and no pay beside years."),
        (("pay_year",), True, "the table has no outcome and no dates."),
        (("pay", "pay_year"), False, "the table has no outcome and no dates."),
    ],
)
def test_what_to_record_goes_by_what_the_table_has(small_results, without, kept, when):
    bare = lacking(small_results, *without)
    assert ("keep pay with its year" in measure_of(None, bare)) is kept
    assert "as an outcome in [columns]" in measure_of(None, bare)
    assert horizon_of(None, bare) == f"No time can be set: {when}"


def test_what_shows_earlier_comes_before_the_outcome_where_there_is_one(small_results):
    told = measure_of(trial_of(small_results), small_results, also="Who completes it.")
    assert told.endswith(" Before that: who completes it.")


@pytest.mark.parametrize(
    ("base", "change", "end"),
    [(0.951, 0.05, 0.901), (0.02, 0.05, 0.07), (0.5, 0.6, None)],
)
def test_an_end_that_cannot_be_is_not_planned_for(small_results, base, change, end):
    decisions = small_results.settings.config["decisions"] | {"change": change}
    config = small_results.settings.config | {"decisions": decisions}
    settings = changed(small_results.settings, config=config)
    rates = {"n_growth": 120, "grown": base}
    high = with_progression(changed(small_results, settings=settings), **rates)
    found = trial_of(high, high.segments[0])
    if end is None:
        assert found.per_arm is None
    else:
        assert 0 <= found.per_arm - size_per_arm(base, end) < 10
