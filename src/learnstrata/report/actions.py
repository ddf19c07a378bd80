"""Whom the recommended actions are for."""

from learnstrata.summary.contract.results import Action, Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["actions", "targets"]


def targets(summary: Summary, action: Action) -> Table:
    """List whom an action is for."""
    return table_of(
        "Targets",
        action.targets,
        (
            column("For whom", lambda one: one.name),
            column(summary.settings.units.capitalize(), lambda one: one.size, "count"),
            column("Share", lambda one: one.share, "share"),
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
            column("Teams", lambda pair: ", ".join(pair[0].teams)),
            column("For whom", lambda pair: pair[1].name),
            column(
                summary.settings.units.capitalize(), lambda pair: pair[1].size, "count"
            ),
            column("Share", lambda pair: pair[1].share, "share"),
            column("Why", lambda pair: pair[1].why),
            column("How to tell that it worked", lambda pair: pair[0].measure),
        ),
        sheet="Actions",
    )
