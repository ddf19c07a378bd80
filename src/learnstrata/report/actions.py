"""Whom the recommended actions are for, and how a trial tells whether they worked."""

from collections.abc import Callable

from learnstrata.summary.contract.decisions import Action, Target, Trial
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["actions", "pools", "targets", "trial_sentence", "trials"]

POOLS = "mentor_pools"
PATHWAYS = "pathways"
NO_TRIAL = "it cannot rise so far"


def targets(summary: Summary, action: Action) -> Table:
    """List whom an action is for, with their programmes where it has some.

    Parameters
    ----------
    summary : Summary
    action : Action
    """
    programmes = [column("Programme", lambda one: one.programme)]
    return table_of(
        "For whom",
        action.targets,
        (
            column("Who", lambda one: one.name),
            column(summary.settings.units.capitalize(), lambda one: one.size, "count"),
            column("Share", lambda one: one.share, "share"),
            *(programmes if action.id == PATHWAYS else []),
            column("Why", lambda one: one.why),
        ),
    )


def trials(action: Action) -> Table:
    """Say of each target how its outcome is today and what a hold-out takes.

    Parameters
    ----------
    action : Action

    Returns
    -------
    Table
        Without rows where all have the same outcome: `trial_sentence` tells of that.
    """
    found = [(one, one.trial) for one in action.targets if one.trial]
    alike = len({trial for _, trial in found}) < 2
    return table_of(
        "How a hold-out would tell",
        [] if alike else found,
        (
            column("For whom", lambda pair: pair[0].name),
            column("Outcome", lambda pair: pair[1].outcome),
            column("Known of", lambda pair: pair[1].known, "count"),
            column("Today", lambda pair: pair[1].base, "share"),
            column("To be seen", lambda pair: _goal(pair[1]), "share"),
            column("Learners with it, and as many without", _per_arm),
            column("Enough of them", _enough),
        ),
        note="Draw by lot who gets it. With so many in each arm, a rise from today's "
        "share to the one to be seen is found four times in five.",
    )


def trial_sentence(summary: Summary, action: Action) -> str:
    """Say what a hold-out takes where it is the same for all targets; else nothing.

    Parameters
    ----------
    summary : Summary
    action : Action
    """
    found = dict.fromkeys(one.trial for one in action.targets if one.trial)
    if len(found) != 1:
        return ""
    (trial,) = found
    write, goal = summary.settings.numbers, _goal(trial)
    today = (
        f"Today {write.share(trial.base)} have the outcome ({trial.whom}: "
        f"{write.count(trial.known)})"
    )
    if trial.per_arm is None:
        return f"{today}; {NO_TRIAL}."
    few = sum(not one.is_enough for one in action.targets)
    told = (
        f"{today}. Drawn by lot, {trial.per_arm:,} learners with it and as many "
        f"without show a rise to {write.share(goal)} four times in five"
    )
    if not few:
        return f"{told}."
    return f"{told}; {few} of {len(action.targets)} rows above have too few for it."


def _goal(trial: Trial) -> float | None:
    return None if trial.base is None else min(trial.base + trial.change, 1.0)


def _per_arm(pair: tuple[Target, Trial]) -> str:
    needed = pair[1].per_arm
    return NO_TRIAL if needed is None else f"{needed:,}"


def _enough(pair: tuple[Target, Trial]) -> str:
    target, trial = pair
    if trial.per_arm is None:
        return "no"
    return "yes" if target.is_enough else "no: put targets together"


def pools(summary: Summary, action: Action) -> Table:
    """Set those who want a mentor beside those who could be one, a role a row.

    Parameters
    ----------
    summary : Summary
    action : Action
        A table without rows for all but the pools of mentors.
    """
    found, mentees = summary.questions, summary.questions.mentees
    told = {one.name for one in action.targets} if action.id == POOLS else set()
    roles = [one for one in found.mentor_roles if one.role in told]
    levels = dict.fromkeys(level.level for one in roles for level in one.levels)
    return table_of(
        "Demand and supply by role and experience",
        [one for one in roles if one.supply is not None or one.demand is not None],
        (
            column("Role", lambda one: one.role),
            *(
                column(f"Demand: {level}", _demand_of(level), "count")
                for level in levels
            ),
            column("Demand in all", lambda one: one.demand, "count"),
            column(
                f"Could mentor ({found.mentor_years:g} years or more)",
                lambda one: one.supply,
                "count",
            ),
            column("Learners for each mentor", lambda one: one.per_mentor, "number"),
            column("Gap", lambda one: _gap(one, mentees)),
        ),
        note=(
            f"Gap: mentors that are lacking if each takes {mentees} learners. Could "
            "mentor is not wants to: ask them first."
        ),
    )


def _demand_of(level: str) -> Callable[[MentorRole], int | None]:
    def told(role: MentorRole) -> int | None:
        return next((one.demand for one in role.levels if one.level == level), 0)

    return told


def _gap(role: MentorRole, mentees: int) -> str:
    lacking = role.gap(mentees)
    if lacking is None:
        return "not known"
    return f"{lacking:,} lacking" if lacking > 0 else f"none: {-lacking:,} to spare"


def actions(summary: Summary) -> Table:
    """List all actions, a row for each of their targets.

    Parameters
    ----------
    summary : Summary
    """
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
            column("How to know that it worked", lambda pair: pair[0].measure),
            column("By when", lambda pair: pair[0].horizon),
            column("List", lambda pair: pair[0].list),
        ),
        sheet="Actions",
    )
