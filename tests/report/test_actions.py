"""Whom actions are for, as tables."""

from learnstrata.report.actions import pools, targets, trial_sentence, trials
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
    of_role, of_short, of_few = table.rows
    told = (role.role, role.learners, role.demand, *levels, role.supply)
    assert of_role[:-2] == told
    assert of_short[-2:] == (1000 / 150, 50)
    assert of_role[-2:] == (role.per_mentor, 0)
    assert of_few[-2:] == (None, None)


def test_a_role_of_which_neither_is_known_has_no_pool(bare):
    role = {"demand": None, "supply": None, "levels": ()}
    unknown = [one.model_copy(update=role) for one in bare.questions.mentor_roles]
    assert pools(bare, unknown).rows == ()


def trial(**changed):
    told = {"outcome": "passed", "whom": "all", "span": "", "whole": 3000}
    told |= {"known": 900, "met": 360, "base": 0.4, "change": 0.05, "per_arm": 1500}
    return Trial(**(told | changed))


def tried(*rows):
    targets = [
        Target(name=str(i), size=size, share=None, why="", trial=one)
        for i, (size, one) in enumerate(rows)
    ]
    return ACTION.model_copy(update={"targets": tuple(targets)})


def test_trials_that_differ_have_a_row_each_with_today_and_the_goal(summary):
    rising = trial(base=0.98, per_arm=None, span="one year apart")
    action = tried((4000, trial()), (2000, trial(base=0.5)), (9000, rising))
    table = trials(summary, action)
    known = (900, 3000)
    never = "no: it cannot change so far"
    too_few, apart = "no: put targets together", ", by records one year apart"
    assert table.rows == (
        ("0", "passed", *known, 0.4, "5 points", 1500, "yes"),
        ("1", "passed", *known, 0.5, "5 points", 1500, too_few),
        ("2", f"passed{apart}", *known, 0.98, "5 points", None, never),
    )
    assert 'the column "arm" of private/lists/pathways.csv.' in table.note
    unlisted = action.model_copy(update={"id": "pay_benchmarks", "list": ""})
    assert trials(summary, unlisted).note.startswith("Draw by lot who gets it.")


def test_one_trial_for_all_targets_is_told_in_a_sentence(summary):
    action = tried((4000, trial()), (2000, trial()))
    assert trials(summary, action).rows == ()
    assert trial_sentence(summary, action) == (
        "Today 40% have the outcome (known of 900 of 3,000). Drawn by lot and all "
        "asked, 1,500 learners with it and as many without show a change by 5 points "
        "four times in five; 1 of 2 rows above have too few for it."
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
