"""Whom the recommended actions are for, and how a trial tells whether they worked."""

import math
from collections.abc import Callable, Sequence

from learnstrata.decisions.arms import ARMED
from learnstrata.decisions.mentoring import neediest
from learnstrata.decisions.trials import (
    ALL,
    ITS_OWN,
    OTHER_ROLE,
    OWN,
    TOGETHER,
    WHOLE,
    shown_by_halves,
)
from learnstrata.summary.contract.decisions import Action, Target, Trial
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.numbers import NOTHING
from learnstrata.wording.tables import Getter, Table, column, table_of

__all__ = [
    "ASK",
    "drawn",
    "pools",
    "targets",
    "trial_columns",
    "trial_sentence",
    "trials",
]

PATHWAYS = "pathways"
NO_TRIAL = "it cannot change so far"
UNSURE = "too few are known to say what share it is today"
# Short, so that all columns of a table fit beside each other.
LOTS = {ITS_OWN: "segment", TOGETHER: "small ones", WHOLE: "list"}
UNCOUNTED = "how many there are is not known"
IN_EACH = "Learners in each arm"
ENOUGH = "Enough for both arms"
ASK = (
    "Ask both arms for the outcome, down to the last row that was reached: with so "
    "many in each, the change is found four times in five. Where there are too few, "
    "nobody is held out."
)


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


def trials(summary: Summary, action: Action) -> Table:
    """Say of each target how its outcome is today and what a hold-out takes.

    Parameters
    ----------
    summary : Summary
    action : Action

    Returns
    -------
    Table
        Without rows where all have the same trial: `trial_sentence` tells of that.
    """
    return table_of(
        "How a hold-out would tell",
        [] if _shared(action) else [one for one in action.targets if one.trial],
        (column("For whom", lambda one: one.name), *trial_columns(summary)),
        note=f"{drawn(action)} {ASK}".strip(),
    )


def trial_columns(summary: Summary) -> tuple[Getter, ...]:
    """Give what is told of the trial of a target, on the page and in the workbook.

    A trial counts learners, also where records are segmented.

    Parameters
    ----------
    summary : Summary
    """

    def lot(one: Target) -> str | None:
        return one.trial and _lot(one.trial, summary)

    return (
        column("Outcome", lambda one: one.trial and _outcome(one.trial)),
        column("Known of", lambda one: one.trial and one.trial.known, "index"),
        column("Out of", lambda one: one.trial and one.trial.whole, "index"),
        column("Today", lambda one: one.trial and one.trial.base, "share"),
        column("Today is of", lambda one: one.trial and _whose(one.trial)),
        column("Change to be seen", lambda one: one.trial and _points(one.trial)),
        column(IN_EACH, lambda one: one.trial and one.trial.per_arm, "index"),
        column("One lot of", lot),
        column(ENOUGH, lambda one: one.trial and _enough(one.trial)),
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
    if trial.per_arm and trial.is_drawn:
        return (
            f"{_asked(trial, summary)} Compare both groups down to the last row that "
            f"was reached: with {trial.per_arm:,} learners in each, a change by "
            f"{_points(trial)} shows four times in five."
        )
    span = f", by records {trial.span}" if trial.span else ""
    known = f"known of {_known(trial, summary)}{span}"
    if trial.base is None:
        return f"No trial is planned: {UNSURE} ({known})."
    today = f"Today {write.share(trial.base)} have the outcome ({known})"
    if trial.per_arm is None:
        return f"{today}; {NO_TRIAL}."
    today = f"{today}.{_beside(trial)}"
    if trial.lot is None:
        return f"{today} Nobody is held out: {UNCOUNTED}."
    have = "have" if trial.lot_of == TOGETHER else "has"
    return (
        f"{today} Nobody is held out: {trial.lot_of} {have} {write.count(trial.lot)} "
        f"learners, where two arms take {2 * trial.per_arm:,} to show a change by "
        f"{_points(trial)} four times in five; {_halves(trial)}."
    )


def _asked(trial: Trial, summary: Summary) -> str:
    """Say what to ask both groups for, since it is known of a part alone today."""
    asked = f"the outcome ({trial.outcome})"
    if trial.span:
        asked = "their pay in a year"
    elif trial.outcome == OTHER_ROLE:
        asked = "their role at the next export"
    only = "only " if (trial.known or 0) < (trial.whole or 0) / 2 else ""
    of = f"pay {trial.span}" if trial.span else "it"
    share = summary.settings.numbers.share(trial.base)
    return (
        f"Ask all of both groups for {asked}: {only}{_known(trial, summary)} have {of} "
        f"today, and {share} of these have the outcome.{_beside(trial)}"
    )


def _known(trial: Trial, summary: Summary) -> str:
    write = summary.settings.numbers
    out_of = "" if trial.whole is None else f" of {write.count(trial.whole)}"
    return f"{write.count(trial.known)}{out_of}"


def _beside(trial: Trial) -> str:
    """Say so where those whose past is known are others than those of the list."""
    of_others = trial.lot_of == WHOLE and trial.whom == ALL
    return " That is of all learners, not of this list." if of_others else ""


def drawn(action: Action) -> str:
    """Say where it is told who is held out; nothing where no lots were drawn.

    Parameters
    ----------
    action : Action
    """
    if not any(one.is_tried for one in action.targets):
        return ""
    name = ARMED[action.id]
    return f'Who is held out is in the column "arm" of private/lists/{name}.'


def _shared(action: Action) -> Trial | None:
    """Give the trial that is the same for all targets; None where there is none."""
    found = [one.trial for one in action.targets]
    return found[0] if found and all(one == found[0] for one in found) else None


def _points(trial: Trial) -> str:
    return _in_points(f"{100 * trial.change:g}")


def _in_points(number: str) -> str:
    return f"{number} {'point' if number == '1' else 'points'}"


def _outcome(trial: Trial) -> str:
    return ", by records ".join(filter(None, (trial.outcome, trial.span)))


def _whose(trial: Trial) -> str:
    return "segment" if trial.whom == OWN else "all"


def _lot(trial: Trial, summary: Summary) -> str:
    told = LOTS[trial.lot_of]
    if trial.lot is None:
        return told
    return f"{told}: {summary.settings.numbers.count(trial.lot)}"


def _enough(trial: Trial) -> str:
    if trial.base is None:
        return f"no: {UNSURE}"
    if trial.per_arm is None:
        return f"no: {NO_TRIAL}"
    if trial.lot is None:
        return f"no: {UNCOUNTED}"
    return "yes" if trial.is_drawn else f"no: {_halves(trial)}"


def _halves(trial: Trial) -> str:
    """Say what a half against a half would show, never less than it takes."""
    seen = shown_by_halves(trial)
    if seen is None:
        return "half against half would show no change"
    points = _in_points(f"{math.ceil(round(100 * seen, 6)):g}")
    return f"half against half would show {points} or more"


def pools(summary: Summary, roles: Sequence[MentorRole]) -> Table:
    """Set those who could have a mentor beside those who could be one, a role a row.

    Roles with most learners for each mentor come first.

    Parameters
    ----------
    summary : Summary
    roles : sequence of MentorRole
        Those of which neither is known are left out.
    """
    found = summary.questions
    years, units = f"{found.mentor_years:g}", summary.settings.units.capitalize()
    levels = dict.fromkeys(level.level for one in roles for level in one.levels)

    def ratio(role: MentorRole) -> float | None:
        found = role.per_mentor(error=summary.rounding_error)
        return None if found is None else round(found, 1)

    return table_of(
        "Demand and supply of mentors by role and experience",
        neediest(
            one for one in roles if one.supply is not None or one.demand is not None
        ),
        (
            column("Role", lambda one: one.role),
            column(units, lambda one: one.learners, "count"),
            column(f"Under {years} years", lambda one: one.demand, "count"),
            *(column(f"Of them, {one}", _demand_of(one), "count") for one in levels),
            column(f"Could mentor: {years} years", lambda one: one.supply, "count"),
            column("Learners for each mentor", ratio, "plain"),
            column("Mentors lacking", lambda r: _lacking(r, summary), "plain"),
        ),
        note=f"Lacking if each takes {found.mentees}. Who could mentor may not want "
        "to: ask first. Those who tell no experience are in neither.",
    )


def _demand_of(level: str) -> Callable[[MentorRole], int | str | None]:
    def told(role: MentorRole) -> int | str | None:
        if not role.levels:
            return NOTHING
        return next((one.demand for one in role.levels if one.level == level), 0)

    return told


def _lacking(role: MentorRole, summary: Summary) -> int | None:
    """Count what is lacking, if rounding leaves it no matter; to spare is no lack."""
    gap = role.gap(summary.questions.mentees, error=summary.rounding_error)
    return None if gap is None else max(gap, 0)
