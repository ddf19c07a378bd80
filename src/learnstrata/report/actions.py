"""Whom the recommended actions are for."""

from learnstrata.summary.contract.decisions import Action
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["actions", "targets"]


def targets(summary: Summary, action: Action) -> Table:
    """List whom an action is for, with their programmes where it has some."""
    programmes = [column("Programme", lambda one: one.programme)]
    return table_of(
        "Targets",
        action.targets,
        (
            column("For whom", lambda one: one.name),
            column(summary.settings.units.capitalize(), lambda one: one.size, "count"),
            column("Share", lambda one: one.share, "share"),
            *(programmes if action.id == "pathways" else []),
            column("Why", lambda one: one.why),
        ),
    )


def actions(summary: Summary) -> Table:
    """List all actions, a row for each of their targets."""
    return table_of(
        "Recommended actions",
        [(action, one) for action in summary.actions for one in action.targets],
        (
            column("Action", lambda pair: pair[0].title),
            column("Team", lambda pair: pair[0].team),
            column("For whom", lambda pair: pair[1].name),
            column(
                summary.settings.units.capitalize(), lambda pair: pair[1].size, "count"
            ),
            column("Share", lambda pair: pair[1].share, "share"),
            column("Programme", lambda pair: pair[1].programme),
            column("Why", lambda pair: pair[1].why),
            column("First step", lambda pair: pair[0].first_step),
            column("How to tell that it worked", lambda pair: pair[0].measure),
            column("By when", lambda pair: pair[0].horizon),
            column("List", lambda pair: pair[0].list),
        ),
        sheet="Actions",
    )
