"""How sure the cut is, said in one voice: every sentence follows from the verdict."""

from learnstrata.segments.evidence.verdict import ADMITTED, AGREEMENT, SAMPLES
from learnstrata.summary.contract.evidence import Ground, SegmentJaccard
from learnstrata.summary.contract.results import Results
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.readings import stability
from learnstrata.wording.words import listed

__all__ = ["caveat", "found_again", "jaccard_of", "overlap", "short_verdict"]

A_CHOICE = "where a segment ends is a choice"
SHORT = {
    "natural": "groups that stand apart",
    "repeatable": f"halves of the learners are cut alike, but {A_CHOICE}",
    "undivided": "no cut of these learners was made",
}
ALONE = (
    "Stability alone proves nothing, since even structureless data can be cut the "
    "same way twice."
)


def short_verdict(results: Results) -> str:
    """Give the verdict in one short sentence; empty where there is none.

    Parameters
    ----------
    results : Results
    """
    if results.selection.chosen is None:
        return f"undivided - {SHORT['undivided']}"
    if results.evidence is None:
        return ""
    word = results.evidence.verdict.word
    if word in SHORT:
        return f"{word} - {SHORT[word]}"
    doubts = _doubts(results)
    return f"{word} - {f'{listed(doubts)}: ' if doubts else ''}{A_CHOICE}"


def _doubts(results: Results) -> list[str]:
    """Say which conditions of a repeatable cut are not met."""
    grounds = results.evidence.verdict.grounds if results.evidence else ()
    missed = {one.condition: one for one in grounds if not one.met}
    told = [
        say(missed[condition])
        for condition, say in _SAID.items()
        if condition in missed
    ]
    if not told and ADMITTED in missed:
        return ["the rule that chose k does not admit it"]
    return told


def _halves_differ(ground: Ground) -> str:
    if ground.value is None or ground.limit is None:
        return "no halves of the learners were compared"
    return f"in a quarter of the halvings agreement is under {ground.limit:.6g}"


def _samples_differ(ground: Ground) -> str:
    return (
        f"halves of other samples agree as well {ground.value or 0.0:.6g} times, and "
        f"{ground.limit or 0.0:.6g} are asked for"
    )


_SAID = {AGREEMENT: _halves_differ, SAMPLES: _samples_differ}


def caveat(results: Results) -> str:
    """Say beside a step to take that the cut is arbitrary; empty where it is not.

    Parameters
    ----------
    results : Results
    """
    found = results.evidence
    if found is None or found.verdict.word != "arbitrary":
        return ""
    return "The cut is arbitrary: use the list to organise work, not to judge people."


def found_again(results: Results) -> str:
    """Say how stable the least stable segment is, in a word where the verdict bears it.

    Parameters
    ----------
    results : Results
    """
    chosen = results.selection.chosen
    jaccard = chosen.lowest_jaccard if chosen else None
    if jaccard is None:
        return "Stability was not measured in this run."
    told = (
        f"in halves of the {results.settings.units} that were cut from scratch the "
        "least stable segment overlaps with itself by a Jaccard of "
        f"{results.settings.numbers.statistic(jaccard)} on average"
    )
    if results.is_repeatable:
        return f"{stability(jaccard).capitalize()}: {told}. {ALONE}"
    if results.evidence is None:
        return f"{told[:1].upper()}{told[1:]}. {ALONE}"
    doubts = _doubts(results)
    if not doubts:
        return f"Not surely: {told}. {ALONE}"
    return f"Not surely: {told}, but {listed(doubts)}. {ALONE}"


def jaccard_of(results: Results, segment_id: int) -> SegmentJaccard | None:
    """Give how far a segment overlaps with itself in halves, if that is known.

    Parameters
    ----------
    results : Results
    segment_id : int
    """
    found = results.evidence.stability if results.evidence else None
    rows = found.per_segment if found else ()
    own = (one for one in rows if one.segment_id == segment_id)
    return next((one for one in own if one.jaccard is not None), None)


def overlap(row: SegmentJaccard, write: Numbers) -> str:
    """Say how far a segment overlaps with itself, and how far in the worst quarter.

    Parameters
    ----------
    row : SegmentJaccard
    write : Numbers
    """
    mean = f"{write.share(row.jaccard)} on average"
    if row.low is None:
        return mean
    return f"{mean}, {write.share(row.low)} or less in a quarter of them"
