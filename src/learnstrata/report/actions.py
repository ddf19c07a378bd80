"""Whom the recommended actions are for."""

from learnstrata.summary.contract.decisions import Action
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["actions", "mentor_pools", "targets"]


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


def mentor_pools(summary: Summary) -> Table:
    """List demand by experience, supply and what is lacking, a row for each role."""
    found = summary.questions
    roles = [one for one in found.mentor_roles if one.levels]
    levels = [one.level for one in roles[0].levels] if roles else []
    return table_of(
        f"Mentors by role: {found.mentor_years:g} years or more could mentor "
        f"{found.mentees} others",
        roles,
        (
            column("Role", lambda role: role.role),
            *(
                column(
                    f"{level}: want a mentor",
                    lambda r, i=i: r.levels[i].demand,
                    "count",
                )
                for i, level in enumerate(levels)
            ),
            column("Want a mentor", lambda role: role.demand, "count"),
            column("Could mentor", lambda role: role.supply, "count"),
            column("For each mentor", lambda role: role.per_mentor, "number"),
            column(
                "Mentors lacking",
                lambda role: _at_least_none(role.gap(found.mentees)),
                "plain",
            ),
        ),
        sheet="Mentor pools",
    )


def _at_least_none(gap: int | None) -> int | None:
    """Count what is lacking; what is to spare is no lack."""
    return None if gap is None else max(gap, 0)


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
