"""What the product team can do: pathways, repair of records, the quarterly refit."""

from collections.abc import Iterator, Mapping, Sequence

from learnstrata.decisions.pathways import evidence_of, need_of
from learnstrata.decisions.trials import (
    first_drawn,
    hold_out,
    horizon_of,
    measure_of,
    trial_of,
    trials_of_segments,
)
from learnstrata.summary.contract.decisions import Action, Target, Trial
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.results import Results
from learnstrata.summary.findings import ONE_SEGMENT
from learnstrata.summary.wholes import shares_of
from learnstrata.wording import readings
from learnstrata.wording.words import counted

__all__ = ["FIRST_ROWS", "pathways", "quarterly_refit", "repair"]

FIRST_ROWS = 50  # of a list, to be looked at in one sitting


def pathways(results: Results, told: Mapping[int, Target]) -> Action:
    """Give each segment the learning pathway that it needs, the largest first.

    Parameters
    ----------
    results : Results
    told : mapping of int to Target
        By segment, of the disclosed form: its pathways hold, and whose past a trial
        goes by.
    """
    trials = _trials(results, told)
    targets = [
        _pathway(one, results, told.get(one.id), trials.get(one.id))
        for one in results.segments
    ]
    targets.sort(key=lambda one: (-(one.size or 0), one.segment_id or 0))
    trial = first_drawn([one.trial for one in targets])
    return Action(
        id="pathways",
        team="product",
        teams=("product", "career services"),
        title="Launch a learning pathway for each segment",
        why=_kinds_in_words(targets),
        targets=tuple(targets),
        first_step=_first_pathway(targets),
        measure=measure_of(trial, results, also="Who completes the pathway."),
        horizon=horizon_of(trial, results),
        list="pathways.csv" if targets else "",
    )


def _trials(results: Results, told: Mapping[int, Target]) -> Mapping[int, Trial | None]:
    """Give the trial of each segment; where some are told, it is in no other."""
    if not told:
        return trials_of_segments(results)
    shared = [(one, told[one.id].trial) for one in results.segments if one.id in told]
    return {one.id: trial_of(results, one, told=of) for one, of in shared if of}


def _pathway(
    segment: Segment, results: Results, told: Target | None, trial: Trial | None
) -> Target:
    programme = told.programme if told else need_of(segment, results).programme
    return Target(
        name=segment.name,
        size=segment.size,
        share=segment.share,
        why=evidence_of(segment, results),
        segment_id=segment.id,
        programme=programme,
        trial=trial,
    )


def _kinds_in_words(targets: list[Target]) -> str:
    if not targets:
        return "No segment has learners enough to be told of."
    n, kinds = len(targets), len({one.programme for one in targets})
    call = "segment calls" if n == 1 else f"{n} segments call"
    return f"The {call} for {counted(kinds, 'pathway')}, by what each needs."


def _first_pathway(targets: list[Target]) -> str:
    if not targets:
        return "Gather more learners: no segment can be told of yet."
    first = targets[0]
    held, invited = hold_out(first.trial), f'to "{first.programme}".'
    if not held:
        return f'Invite the learners of "{first.name}", first on the list, {invited}'
    return (
        f'Take the learners of "{first.name}" from the list. {held}, and invite the '
        f"others {invited}"
    )


def repair(results: Results) -> Action:
    """Have records looked at that fit no segment, or whose values were set aside.

    Parameters
    ----------
    results : Results
    """
    targets = list(_to_check(results))
    return Action(
        id="repair",
        team="product",
        teams=("product", "mentoring", "career services"),
        title="Check and repair records that look wrong",
        why=(
            "A wrong pay or year puts somebody in the wrong segment and on the wrong "
            "list."
            if targets
            else "Too few records look wrong, if any, to be told of here."
        ),
        targets=tuple(targets),
        first_step=(
            f"Check {_rows(targets)} of the list against their source, and correct the "
            "source."
            if targets
            else "Check private/lists/atypical_records.csv, if the run has it; look "
            "again after the next run."
        ),
        measure="Learners on this list after the next run: fewer than today.",
        horizon="The next run on a corrected table.",
        list="atypical_records.csv" if targets else "",
    )


def _rows(targets: Sequence[Target]) -> str:
    few = sum(one.size or 0 for one in targets) < FIRST_ROWS
    return "all rows" if few else f"the first {FIRST_ROWS} rows"


def _to_check(results: Results) -> Iterator[Target]:
    """Give what may be wrong, as far as somebody has it."""
    sure = results.evidence.certainty if results.evidence else None
    parts = (sure.atypical, sure.borderline, sure.core) if sure else (None,)
    found = (
        (
            "Far from everybody in their segment",
            parts,
            "further from the centre than nearly all others: a rare career, or a typo",
        ),
        (
            "A value was set aside",
            (results.ledger.set_aside,),
            "a pay or year that cannot be, so the segment was found without it",
        ),
    )
    for name, (size, *others), why in found:
        if size:
            share, *_ = shares_of(
                (size, *others), results.segmented, error=results.rounding_error
            )
            yield Target(name=name, size=size, share=share, why=why)


def quarterly_refit(results: Results) -> Action:
    """Run again every quarter, and look at the smallest segment first.

    Parameters
    ----------
    results : Results
    """
    least = min(results.segments, key=lambda one: one.size or 0, default=None)
    shown = "segment" if results.small_segments == 0 else "segment shown"
    targets = [
        Target(
            name=one.name,
            size=one.size,
            share=one.share,
            why=f"smallest {shown}: watch it first",
            segment_id=one.id,
        )
        for one in ([least] if least and not results.is_one_segment else [])
    ]
    return Action(
        id="quarterly_refit",
        team="product",
        teams=("product", "mentoring", "career services"),
        title="Refit and monitor every quarter",
        why=(
            f"{_stability(results)} Titles, pay and the mix of "
            f"{results.settings.units} move."
        ),
        targets=tuple(targets),
        first_step="Put the next export and the next run into the calendar.",
        measure=(
            "Share of learners who change segment between runs, and drift of each "
            "feature."
        ),
        horizon="One quarter, from one run to the next.",
        list="",
    )


def _stability(results: Results) -> str:
    """Claim no more than was measured."""
    if results.is_one_segment:
        return f"{ONE_SEGMENT}: the next refit may find more."
    chosen = results.selection.chosen
    jaccard = chosen.lowest_jaccard if chosen else None
    if jaccard is None:
        return (
            "Stability was not measured in this run, so the next refit has to show it."
        )
    stable = readings.stability(jaccard) in {"stable", "highly stable"}
    told = "Not every segment is sure to be found again"
    if stable and results.is_repeatable:
        told = "The cut holds for this table"
    elif stable and results.evidence is not None:
        told = "The cut is arbitrary, so the next refit may cut elsewhere"
    elif stable:
        told = "Whether the cut holds was not judged in this run"
    return (
        f"{told}: in halves of the {results.settings.units} that were cut anew, the "
        "least stable segment overlaps with itself by "
        f"{results.settings.numbers.share(jaccard)}."
    )
