"""What the mentoring team can do: pools by role, where demand meets supply."""

from collections.abc import Iterable

from learnstrata.decisions.trials import IN_ARM, horizon_of, measure_of, trial_of
from learnstrata.privacy.disclosure.rounding import share_of
from learnstrata.summary.contract.decisions import Action, Target, Trial
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import Results
from learnstrata.wording.words import counted

__all__ = ["LEAST_POOL", "MOST_POOLS", "mentor_pools", "neediest"]

LEAST_POOL = 50  # learners of a role, for a pool of its own
MOST_POOLS = 8
FIRST_ROLES, FIRST_ASKED = 3, 50  # roles to begin with, and whom to ask of each


def mentor_pools(results: Results, told: Action | None) -> Action:
    """Give the largest roles a pool of mentors each, the neediest of them first.

    Parameters
    ----------
    results : Results
    told : Action or None
        Of the disclosed form: the exact one has the same trial and first step, and its
        roles in the same order.
    """
    every = [
        one
        for one in results.questions.mentor_roles
        if one.learners is not None and one.learners >= LEAST_POOL
    ]
    roles = _in_order(every[:MOST_POOLS], told)
    is_begun = _is_known(results) and bool(
        told.list if told else _begun(roles, results)
    )
    of_told = told.targets[0].trial if told and told.targets else None
    lot = _mentees(results)
    trial = trial_of(results, lot=lot, told=of_told) if is_begun else None
    is_tried = bool(trial and trial.is_drawn)
    return Action(
        id="mentor_pools",
        team="mentoring",
        teams=("mentoring",),
        title="Build mentor pools by role",
        why=_pools_in_words(roles, results),
        targets=tuple(_pool(one, results, trial) for one in roles),
        first_step=(
            told.first_step if told else _first_pool(roles, results, is_tried=is_tried)
        ),
        measure=(
            measure_of(trial, results, also="Share of learners matched within a week.")
            if is_begun
            else "Nothing to measure before there is a pool."
        ),
        horizon=horizon_of(trial, results) if is_begun else "When there is a pool.",
        list="could_mentor.csv" if is_begun else "",
    )


def _in_order(roles: list[MentorRole], told: Action | None) -> list[MentorRole]:
    """Put the neediest first, or those first that were told first."""
    places = {one.name: i for i, one in enumerate(told.targets if told else ())}
    return sorted(neediest(roles), key=lambda one: places.get(one.role, len(places)))


def neediest(roles: Iterable[MentorRole]) -> list[MentorRole]:
    """Put the roles first that have most learners for each who could mentor.

    Parameters
    ----------
    roles : iterable of MentorRole
        Those of which this is not known come last, in their order.
    """
    return sorted(roles, key=lambda one: -(one.per_mentor() or 0))


def _is_known(results: Results) -> bool:
    return results.has("title", "years_of_experience")


def _mentees(results: Results) -> int | None:
    """Count those of any role who could be mentored: one lot is drawn of them."""
    if not _is_known(results):
        return None
    wanting = sum(one.demand or 0 for one in results.questions.mentor_roles)
    return min(wanting, results.input.learners or 0)


def _pool(role: MentorRole, results: Results, trial: Trial | None) -> Target:
    size = role.demand if _is_known(results) else role.learners
    return Target(
        name=role.role,
        size=size,
        share=share_of(size, results.segmented, error=results.rounding_error),
        why=_supply(role, results),
        trial=trial,
    )


def _supply(role: MentorRole, results: Results) -> str:
    """Say demand, supply and what is lacking between them."""
    if not _is_known(results):
        return "the table has no experience, so who could mentor is not known"
    write, questions = results.settings.numbers, results.questions
    years = f"{questions.mentor_years:g}"
    told = (
        f"{write.count(role.demand)} have fewer than {years} years, "
        f"{write.count(role.supply)} have {years} or more and could mentor"
    )
    gap = role.gap(questions.mentees, error=results.rounding_error)
    each = f"at {questions.mentees} a mentor"
    ratio = role.per_mentor(error=results.rounding_error)
    if ratio is not None:
        told = f"{told}, {round(ratio, 1):g} for each of these"
    if gap is None:
        return told
    if gap > 0:
        lacking = "mentor is" if gap == 1 else "mentors are"
        return f"{told}; {each}, {gap:,} {lacking} lacking"
    return f"{told}; {each}, all can have one"


def _pools_in_words(roles: list[MentorRole], results: Results) -> str:
    settings = results.settings
    if not results.has("title"):
        return "The table has no titles, so no role can be given a pool."
    if not roles:
        return f"No role is held by {LEAST_POOL} {settings.units} or more."
    n = sum(one.learners or 0 for one in roles)
    many = (
        "largest role holds" if len(roles) == 1 else f"{len(roles)} largest roles hold"
    )
    share = share_of(n, results.segmented, error=results.rounding_error)
    if share is None:
        return f"The {many} {settings.numbers.count(n)} {settings.units}."
    return f"The {many} {settings.numbers.share(share)} of all {settings.units}."


def _first_pool(roles: list[MentorRole], results: Results, *, is_tried: bool) -> str:
    if not results.has("title"):
        return "Add job titles to the table, then run again."
    if not roles:
        return f"Nothing yet: no role is held by {LEAST_POOL} or more."
    if not _is_known(results):
        return "Add start years or experience to the table, then run again."
    begun = _begun(roles, results)[:FIRST_ROLES]
    if not begun:
        return _no_pool(roles, results)
    names = ", ".join(one.role for one in begun)
    they, of_each = ("they have", " of each") if len(begun) > 1 else ("it has", "")
    told = (
        f"Begin with {names}: {they} most learners for each mentor. Ask the first "
        f"{FIRST_ASKED}{of_each} on the list, or all where there are fewer, whether "
        "they would mentor. Give whoever agrees up to "
        f"{counted(results.questions.mentees, 'learner')} of the same role from "
        "could_be_mentored.csv"
    )
    return f"{told}; those {IN_ARM} get no mentor yet." if is_tried else f"{told}."


def _begun(roles: list[MentorRole], results: Results) -> list[MentorRole]:
    """Give the roles in which a number of learners could mentor a number of others."""
    least = results.settings.base
    return [
        one
        for one in roles
        if (one.supply or 0) >= least and (one.demand or 0) >= least
    ]


def _no_pool(roles: list[MentorRole], results: Results) -> str:
    """Say which side of a pool is lacking, and what could be done."""
    least, years = results.settings.base, f"{results.questions.mentor_years:g}"
    mentors = any((one.supply or 0) >= least for one in roles)
    mentees = any((one.demand or 0) >= least for one in roles)
    if mentees and not mentors:
        return (
            f"Nothing yet: in each of these roles under {least} or none have {years} "
            "years or more and could mentor. Look for mentors elsewhere, or set fewer "
            "mentor_years in [decisions]."
        )
    if mentors and not mentees:
        return (
            f"Nothing to do: in each of these roles under {least} or none have fewer "
            f"than {years} years, so hardly anybody is to be mentored."
        )
    return (
        f"Nothing yet: none of these roles has both {least} who could mentor and "
        f"{least} with fewer than {years} years."
    )
