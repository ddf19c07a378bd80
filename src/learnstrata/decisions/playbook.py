"""Segments and cohorts become actions, each with whom it is for and why.

Actions are made from the numbers of results alone, exact or disclosed.
"""

from collections.abc import Iterable, Sequence

from learnstrata.decisions.careers import for_cohorts, pay_benchmarks
from learnstrata.decisions.mentoring import mentor_pools
from learnstrata.decisions.product import pathways, quarterly_refit, repair
from learnstrata.summary.contract.decisions import Action, ActionId, Target, Trial
from learnstrata.summary.contract.results import Results, Summary
from learnstrata.wording.words import EVERYBODY

__all__ = ["programmes_of", "recommend"]

MAKERS = (
    pay_benchmarks,
    repair,
    quarterly_refit,
)


def recommend(results: Results, *, told: Sequence[Action] = ()) -> tuple[Action, ...]:
    """Give the seven actions, what can start first first.

    First come those that have targets and a list of people; of these, those with
    learners enough for both arms of a trial; then those that reach more
    people. Among equals the order is ours.

    Parameters
    ----------
    results : Results
        Exact, or disclosed: an action holds no other numbers than these.
    told : sequence of Action, default=()
        Of the disclosed form: its order, its pathways and its trials hold for the exact
        one, so that owner and teams read the same.

    Returns
    -------
    tuple of Action
        ``pathways``, ``lagging_pay``, ``transitions``, ``mentor_pools``,
        ``pay_benchmarks``, ``repair`` and ``quarterly_refit``, in that order or not.
    """
    trials = _trials_of(told)
    made = (
        pathways(results, _of_segments(told)),
        *for_cohorts(results, trials),
        mentor_pools(results, _told_of("mentor_pools", told)),
        *(make(results) for make in MAKERS),
    )
    if not told:
        return tuple(sorted(made, key=_readiness))
    place = {action.id: i for i, action in enumerate(told)}
    return tuple(sorted(made, key=lambda action: place[action.id]))


def programmes_of(*summaries: Summary) -> dict[int, str]:
    """Give the pathway of each segment; what a later summary says of one counts.

    Parameters
    ----------
    *summaries : Summary
        The exact one, then the disclosed one, which small segments are not in.
    """
    every = (one for summary in summaries for one in summary.actions)
    return {i: target.programme for i, target in _of_segments(every).items()}


def _of_segments(actions: Iterable[Action]) -> dict[int, Target]:
    """Give the target of each segment that has a pathway."""
    return {
        target.segment_id: target
        for action in actions
        for target in action.targets
        if target.segment_id is not None and target.programme
    }


def _told_of(action: ActionId, told: Sequence[Action]) -> Action | None:
    return next((one for one in told if one.id == action), None)


def _trials_of(told: Sequence[Action]) -> dict[ActionId, Trial]:
    """Give the trial of each action that has one, of its first target.

    Where too few are known for one of a whole list, so it is for a list of nobody.
    """
    trials: dict[ActionId, Trial] = {}
    for action in told:
        if action.targets and (trial := action.targets[0].trial):
            trials[action.id] = trial
    few = next((one for one in trials.values() if one.base is None), None)
    if few:
        trials |= {action.id: few for action in told if not action.targets}
    return trials


def _readiness(action: Action) -> tuple[bool, bool, int]:
    has_people = bool(action.list and action.targets)
    can_tell = any(one.is_tried for one in action.targets)
    return not has_people, not can_tell, -_reached(action.targets)


def _reached(targets: Sequence[Target]) -> int:
    """Count the people of all targets; where the first is all of them, the first."""
    sizes = [one.size or 0 for one in targets]
    return sizes[0] if targets and targets[0].name == EVERYBODY else sum(sizes)
