"""What the mentoring team can do: pools by role, where demand meets supply."""

from learnstrata.decisions.trials import IN_ARM, horizon_of, measure_of, trial_of
from learnstrata.privacy.disclosure.rounding import share_of
from learnstrata.summary.contract.decisions import Action, Target, Trial
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import Results

__all__ = ["LEAST_POOL", "MOST_POOLS", "mentor_pools"]

LEAST_POOL = 50  # learners of a role, for a pool of its own
MOST_POOLS = 8


def mentor_pools(results: Results, told: Trial | None) -> Action:
    """Give the largest roles a pool of mentors each, with how many are lacking.

    Parameters
    ----------
    results : Results
    told : Trial or None
        Of the disclosed form: the exact one has the same.
    """
    roles = [
        one
        for one in results.questions.mentor_roles
        if one.learners is not None and one.learners >= LEAST_POOL
    ][:MOST_POOLS]
    trial = trial_of(results, lot=_mentees(results), told=told)
    return Action(
        id="mentor_pools",
        team="mentoring",
        teams=("mentoring",),
        title="Build mentor pools by role",
        why=_pools_in_words(roles, results),
        targets=tuple(_pool(one, results, trial) for one in roles),
        first_step=_first_pool(roles, results, is_tried=bool(trial and trial.is_drawn)),
        measure=measure_of(
            trial, also="Before that: share of learners matched within a week."
        ),
        horizon=horizon_of(trial),
        list="could_mentor.csv" if _is_known(results) and roles else "",
    )


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
        share=share_of(size, results.segmented),
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
    if role.per_mentor is not None:
        told = f"{told}, {role.per_mentor:.1f} for each of these"
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
    share = share_of(n, results.segmented)
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
    told = (
        "Ask the first learners on the list, whose roles have most learners for each "
        f"mentor, whether they would mentor others, {results.questions.mentees} at "
        "most. Who they could mentor is on could_be_mentored.csv"
    )
    return f"{told}; those {IN_ARM} get no mentor yet." if is_tried else f"{told}."
