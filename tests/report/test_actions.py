"""Whom actions are for, as tables."""

from learnstrata.report.actions import targets
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
