"""Whom the recommended actions are for."""

from learnstrata.summary.contract.decisions import Action
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["targets"]


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
