"""Whom actions are for, as tables."""

from charted import with_
from learnstrata.report.actions import actions, mentor_pools, targets
from learnstrata.summary.contract.decisions import Action, Target

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


def test_the_sheet_has_a_row_for_each_target(summary):
    table = actions(with_(summary, actions=(ACTION,)))
    assert [row[2] for row in table.rows] == ["Senior", "Early"]
    assert {row[1] for row in table.rows} == {"product"}
    assert {row[-3:] for row in table.rows} == {
        (ACTION.measure, ACTION.horizon, ACTION.list)
    }


def test_mentor_pools_tell_demand_by_experience_supply_and_what_lacks(summary):
    role = summary.questions.mentor_roles[0]
    short = role.model_copy(update={"demand": 1000, "supply": 150})
    few = role.model_copy(update={"supply": None})
    questions = summary.questions.model_copy(
        update={"mentor_roles": (role, short, few)}
    )
    table = mentor_pools(with_(summary, questions=questions))
    assert len(table.columns) == len(role.levels) + 5
    levels = tuple(one.demand for one in role.levels)
    of_role, of_short, of_few = table.rows
    assert of_role[:-2] == (role.role, *levels, role.demand, role.supply)
    assert of_short[-2:] == (1000 / 150, 50)
    assert of_role[-2:] == (role.per_mentor, 0)
    assert of_few[-2:] == (None, None)


def test_a_table_without_experience_has_no_levels_of_mentors(bare):
    questions = bare.questions.model_copy(update={"mentor_roles": ()})
    assert mentor_pools(with_(bare, questions=questions)).rows == ()
