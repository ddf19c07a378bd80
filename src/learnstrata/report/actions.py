"""Whom the recommended actions are for, and how a trial tells whether they worked."""

from collections.abc import Callable, Sequence

from learnstrata.summary.contract.decisions import Action, Target, Trial
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["pools", "targets", "trial_sentence", "trials"]

PATHWAYS = "pathways"
NO_TRIAL = "it cannot change so far"


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
    return table_of(
        "How a hold-out would tell",
        [] if _shared(action) else found,
        (
            column("For whom", lambda pair: pair[0].name),
            column("Outcome", lambda pair: pair[1].outcome),
            column("Known of", lambda pair: pair[1].known, "count"),
            column("Today", lambda pair: pair[1].base, "share"),
            column("Change to be seen", lambda pair: _points(pair[1])),
            column("Learners with it, and as many without", _per_arm),
            column("Enough of them", _enough),
        ),
        note="Draw by lot who gets it, and ask both for the outcome. With so many in "
        "each arm, the change is found four times in five.",
    )


def trial_sentence(summary: Summary, action: Action) -> str:
    """Say what a hold-out takes where it is the same for all targets; else nothing.

    Parameters
    ----------
    summary : Summary
    action : Action
    """
    trial = _shared(action)
    if trial is None:
        return ""
    write = summary.settings.numbers
    today = (
        f"Today {write.share(trial.base)} have the outcome ({trial.whom}: "
        f"{write.count(trial.known)})"
    )
    if trial.per_arm is None:
        return f"{today}; {NO_TRIAL}."
    few = sum(not one.is_enough for one in action.targets)
    told = (
        f"{today}. Drawn by lot and all asked, {trial.per_arm:,} learners with it and "
        f"as many without show a change by {_points(trial)} four times in five"
    )
    if not few:
        return f"{told}."
    return f"{told}; {few} of {len(action.targets)} rows above have too few for it."


def _shared(action: Action) -> Trial | None:
    """Give the trial that is the same for all targets; None where there is none."""
    found = [one.trial for one in action.targets]
    return found[0] if found and all(one == found[0] for one in found) else None


def _points(trial: Trial) -> str:
    points = f"{100 * trial.change:g}"
    return f"{points} {'point' if points == '1' else 'points'}"


def _per_arm(pair: tuple[Target, Trial]) -> str:
    needed = pair[1].per_arm
    return NO_TRIAL if needed is None else f"{needed:,}"


def _enough(pair: tuple[Target, Trial]) -> str:
    target, trial = pair
    if trial.per_arm is None:
        return "no"
    return "yes" if target.is_enough else "no: put targets together"


def pools(summary: Summary, roles: Sequence[MentorRole]) -> Table:
    """Set those who could have a mentor beside those who could be one, a role a row.

    Parameters
    ----------
    summary : Summary
    roles : sequence of MentorRole
        Those of which neither is known are left out.
    """
    found = summary.questions
    years, units = f"{found.mentor_years:g}", summary.settings.units.capitalize()
    levels = dict.fromkeys(level.level for one in roles for level in one.levels)
    return table_of(
        "Demand and supply of mentors by role and experience",
        [one for one in roles if one.supply is not None or one.demand is not None],
        (
            column("Role", lambda one: one.role),
            column(units, lambda one: one.learners, "count"),
            column(f"Under {years} years", lambda one: one.demand, "count"),
            *(column(f"Of them, {one}", _demand_of(one), "count") for one in levels),
            column(f"Could mentor: {years} years", lambda one: one.supply, "count"),
            column("Learners for each mentor", lambda one: one.per_mentor, "number"),
            column("Mentors lacking", lambda r: _lacking(r, summary), "plain"),
        ),
        note=f"Lacking if each takes {found.mentees}. Who could mentor may not want "
        "to: ask first. Those who tell no experience are in neither.",
    )


def _demand_of(level: str) -> Callable[[MentorRole], int | None]:
    def told(role: MentorRole) -> int | None:
        return next((one.demand for one in role.levels if one.level == level), 0)

    return told


def _lacking(role: MentorRole, summary: Summary) -> int | None:
    """Count what is lacking, if rounding leaves it no matter; to spare is no lack."""
    gap = role.gap(summary.questions.mentees, error=summary.rounding_error)
    return None if gap is None else max(gap, 0)
