"""How a hold-out would show that an action worked, from the outcomes a table has.

An outcome of the user's that is yes or no comes first, then pay that grew, then another
role. The numbers are those of the results, so that whoever has these can redo them.
"""

from collections.abc import Iterator

from learnstrata.stats.power import size_per_arm
from learnstrata.summary.contract.decisions import Target, Trial
from learnstrata.summary.contract.meaning import Progression, Segment
from learnstrata.summary.contract.model import Number
from learnstrata.summary.contract.results import Results
from learnstrata.summary.outcomes import own_first

__all__ = ["RECORD", "hold_out", "horizon_of", "measure_of", "trial_of"]

ALL = "all of whom it is known"
OWN = "learners of the segment of whom it is known"
RECORD = (
    "The table has no outcome to judge it by: keep pay with its year and export the "
    "table again in a year, or name a yes/no column as an outcome in [columns]."
)
UNDATED = "No time can be set: the table has no outcome and no dates."


def trial_of(results: Results, segment: Segment | None = None) -> Trial | None:
    """Give the trial of an action for a segment, or for whom no past of theirs tells.

    A cohort that is chosen for its low pay has grown less by choice: it is held to all.

    Parameters
    ----------
    results : Results
    segment : Segment, default=None
        Its own past is taken where enough of it is known.

    Returns
    -------
    Trial or None
        None where the table has no outcome.
    """
    for outcome, whom, known, met, base in _outcomes(results, segment):
        if base is not None:
            change = results.settings.configured.decisions.change
            return Trial(
                outcome=outcome,
                whom=whom,
                known=known,
                met=met,
                base=base,
                change=change,
                per_arm=_per_arm(base, change),
            )
    return None


Told = tuple[str, str, int | None, int | None, Number]


def _outcomes(results: Results, segment: Segment | None) -> Iterator[Told]:
    yield from _own_outcomes(results, segment)
    whose = segment or next(iter(results.segments), None)
    if whose and (found := whose.progression):
        yield from _pay_grown(found, results, own=segment is not None)
        yield from _other_role(found, own=segment is not None)


def _own_outcomes(results: Results, segment: Segment | None) -> Iterator[Told]:
    for one in own_first(results):
        if one.is_ours or one.kind != "yes/no":
            continue
        groups = [(OWN, one.of_segment(segment.id))] if segment else []
        for of, group in (*groups, (ALL, one.of_all)):
            answer = group.answer(1) if group else None
            if group and answer:
                name = f"{one.label}: {answer.answer}"
                yield name, of, group.n, answer.count, answer.share


def _pay_grown(found: Progression, results: Results, *, own: bool) -> Iterator[Told]:
    grown = results.settings.configured.decisions.grown
    name = f"pay grown by {100 * grown:g} % a year or more"
    if own:
        yield name, OWN, found.n_growth, found.n_grown, found.grown
    yield name, ALL, found.n_growth_of_all, found.n_grown_of_all, found.grown_of_all


def _other_role(found: Progression, *, own: bool) -> Iterator[Told]:
    name = "named another role"
    if own:
        yield name, OWN, found.n_roles, found.n_changed, found.role_change
    of_all = (found.n_roles_of_all, found.n_changed_of_all, found.role_change_of_all)
    yield name, ALL, *of_all


def _per_arm(base: float, change: float) -> int | None:
    """Give what a change in either direction takes, as far as both are possible."""
    ends = [round(base + change, 9), round(base - change, 9)]
    there = [size_per_arm(base, one) for one in ends if 0 <= one <= 1]
    return max(there, default=None)


def measure_of(trial: Trial | None, *, also: str = "") -> str:
    """Say what is compared with what, or what to record so that it can be.

    Parameters
    ----------
    trial : Trial or None
    also : str, default=""
        What shows earlier that the action runs.
    """
    if trial is None:
        return f"{also} {RECORD}".strip()
    told = (
        f"Share of learners with the outcome ({trial.outcome}), against a hold-out "
        "drawn at random."
    )
    return f"{told} {also}".strip()


def hold_out(target: Target) -> str:
    """Say how many of a target to leave alone, so that the others can be compared.

    Parameters
    ----------
    target : Target
    """
    if target.is_enough and target.trial:
        return f"Keep {target.trial.per_arm:,} of them out, drawn at random"
    return "Keep a random half of them out"


def horizon_of(trial: Trial | None) -> str:
    """Say how long it takes until the outcome can be seen, and why.

    Parameters
    ----------
    trial : Trial or None
    """
    if trial is None:
        return UNDATED
    if trial.outcome.startswith("pay grown"):
        return (
            "One year at least, since pay is dated by the year; today's share is of "
            "records that lie one or more years apart."
        )
    if trial.outcome == "named another role":
        return "Until the next export with newer records: roles have no date."
    return "As long as the outcome takes to be recorded: the table does not date it."
