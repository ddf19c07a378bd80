"""Whom actions are for, as tables."""

import math

from learnstrata.decisions.trials import ALL, OWN, shown_by_halves
from learnstrata.report.actions import pools, targets, trial_sentence, trials
from learnstrata.stats.power import size_per_arm
from learnstrata.summary.contract.decisions import Action, Target, Trial

ACTION = Action(
    id="pathways",
    team="product",
    title="Launch a pathway for each segment",
    teams=("product", "career services"),
    targets=(
        Target(
            name="Senior", size=120, share=0.02, why="median pay 20", programme="Lead"
        ),
        Target(name="Early", size=None, share=None, why="few of them"),
    ),
    why="Segments differ.",
    first_step="Invite them.",
    measure="Completion of the pathway.",
    horizon="One year.",
    list="pathways.csv",
)


def test_targets_are_counted_in_the_unit_of_the_run(notebook):
    table = targets(notebook, ACTION)
    assert [one.heading for one in table.columns][1] == "Records"
    assert table.rows == tuple(
        (t.name, t.size, t.share, t.programme, t.why) for t in ACTION.targets
    )


def test_pools_tell_demand_by_experience_supply_and_what_lacks(summary):
    role = summary.questions.mentor_roles[0]
    short = role.model_copy(update={"demand": 1000, "supply": 150})
    few = role.model_copy(update={"supply": None})
    table = pools(summary, (role, short, few))
    assert len(table.columns) == len(role.levels) + 6
    levels = tuple(one.demand for one in role.levels)
    of_short, of_role, of_few = table.rows
    told = (role.role, role.learners, role.demand, *levels, role.supply)
    assert of_role[:-2] == told
    assert of_short[-2:] == (short.per_mentor(error=summary.rounding_error), 50)
    assert of_role[-2:] == (round(role.per_mentor(error=summary.rounding_error), 1), 0)
    assert of_few[-2:] == (None, None)


def test_a_role_of_which_neither_is_known_has_no_pool(bare):
    role = {"demand": None, "supply": None, "levels": ()}
    unknown = [one.model_copy(update=role) for one in bare.questions.mentor_roles]
    assert pools(bare, unknown).rows == ()


def trial(**changed):
    told = {"outcome": "passed", "whom": "all", "span": "", "whole": 3000}
    told |= {"known": 900, "met": 360, "base": 0.4, "change": 0.05, "per_arm": 1500}
    told |= {"lot_of": "this segment", "lot": 4000}
    return Trial(**(told | changed))


def tried(*rows):
    targets = [
        Target(name=str(i), size=size, share=None, why="", trial=one)
        for i, (size, one) in enumerate(rows)
    ]
    return ACTION.model_copy(update={"targets": tuple(targets)})


def test_trials_that_differ_have_a_row_each_with_today_and_the_goal(summary):
    rising = trial(base=0.98, per_arm=None, span="one year apart")
    small = {"lot_of": "small segments together", "lot": 220}
    few = trial(base=0.5, whom=OWN, **small)
    action = tried((4000, trial()), (200, few), (9000, rising))
    table = trials(summary, action)
    known, apart = (900, 3000), ", by records one year apart"
    whose, whole = ("all", "5 points"), "segment: 4,000"
    never = "no: it cannot change so far"
    halves = "no: half against half would show 19 points or more"
    of_few = ("segment", "5 points", 1500, "small ones: 220", halves)
    assert table.rows == (
        ("0", "passed", *known, 0.4, *whose, 1500, whole, "yes"),
        ("1", "passed", *known, 0.5, *of_few),
        ("2", f"passed{apart}", *known, 0.98, *whose, None, whole, never),
    )
    assert 'the column "arm" of private/lists/pathways.csv.' in table.note
    assert "down to the last row that was reached" in table.note
    nobody = trials(summary, tried((200, few), (9000, rising)))
    assert "column" not in nobody.note
    assert "nobody is held out" in nobody.note


def test_one_trial_for_all_targets_is_told_in_a_sentence(summary):
    action = tried((4000, trial()), (2000, trial()))
    assert trials(summary, action).rows == ()
    assert trial_sentence(summary, action) == (
        "Ask all of both groups for the outcome (passed): only 900 of 3,000 have it "
        "today, and 40% of these have the outcome. Compare both groups down to the "
        "last row that was reached: with 1,500 learners in each, a change by 5 points "
        "shows four times in five."
    )
    grown = trial(span="one year apart", lot_of="the whole list", known=1500, whom=ALL)
    assert trial_sentence(summary, tried((4000, grown))).startswith(
        "Ask all of both groups for their pay in a year: 1,500 of 3,000 have pay one "
        "year apart today, and 40% of these have the outcome. That is of all learners, "
        "not of this list. Compare"
    )
    dated = trial(span="one year apart", whole=None, per_arm=None)
    assert trial_sentence(summary, tried((4000, dated))) == (
        "Today 40% have the outcome (known of 900, by records one year apart); it "
        "cannot change so far."
    )
    none = tried((4000, None))
    assert (trials(summary, none).rows, trial_sentence(summary, none)) == ((), "")
    mixed = tried((4000, trial()), (2000, None))
    assert len(trials(summary, mixed).rows) == 1
    assert trial_sentence(summary, mixed) == ""


def test_without_a_share_of_today_no_trial_is_planned(summary):
    unsure = trial(base=None, per_arm=None)
    assert trial_sentence(summary, tried((4000, unsure))) == (
        "No trial is planned: too few are known to say what share it is today (known "
        "of 900 of 3,000)."
    )


def test_too_few_for_a_hold_out_say_what_they_could_show(summary):
    today = "Today 40% have the outcome (known of 900 of 3,000)"
    few = trial(lot=110, lot_of="the whole list", whom=ALL)
    change = shown_by_halves(few)
    assert 1.05 * 55 > size_per_arm(0.4, 0.4 + change) >= 55
    assert trial_sentence(summary, tried((110, few), (60, few))) == (
        f"{today}. That is of all learners, not of this list. Nobody is held out: "
        "the whole list has 110 learners, where two arms "
        "take 3,000 to show a change by 5 points four times in five; half against half "
        f"would show {math.ceil(100 * change)} points or more."
    )
    nobody = trial(lot=4, lot_of="small segments together")
    assert "together have 4 learners" in trial_sentence(summary, tried((4, nobody)))
    assert "would show no change" in trial_sentence(summary, tried((4, nobody)))
    uncounted = trial(lot=None)
    assert trial_sentence(summary, tried((None, uncounted))) == (
        f"{today}. Nobody is held out: how many there are is not known."
    )


def test_trials_of_records_count_learners(notebook):
    (action,) = (one for one in notebook.actions if one.id == "pathways")
    table = trials(notebook, action)
    headings = [one.heading for one in table.columns]
    assert "Learners in each arm" in headings
    assert not [one for one in headings if "Records" in one]
    out_of = [row[headings.index("Out of")] for row in table.rows]
    assert None not in out_of
    for target in action.targets:
        if target.trial.lot_of == "this segment":
            assert target.trial.lot < target.size
            assert target.trial.whole in {target.trial.lot, notebook.input.learners}
