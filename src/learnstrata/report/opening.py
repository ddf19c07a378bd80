"""The first screen: what was found, whom to begin with, how sure it is, what is new."""

from dataclasses import dataclass

from learnstrata.report.sureness import caveat, short_verdict
from learnstrata.report.teams import POOLS, TEAMS, list_path
from learnstrata.summary.contract.decisions import Action
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.words import counted

__all__ = ["Line", "headline", "opening_lines"]

NO_VERDICT = "No verdict: the evidence was not computed in this run."
MOST_NEW = 3  # sentences on what is new
REACHED = 0.5  # of all: as many programmes are counted in the headline


@dataclass(frozen=True, slots=True)
class Line:
    """One line beside the strip of segments: what it answers, and the answer."""

    key: str
    title: str
    sentences: tuple[str, ...]
    link: str = ""
    link_text: str = ""


def headline(summary: DisclosedSummary) -> str:
    """Give the finding in one line: how many segments, and how few reach half of all.

    Parameters
    ----------
    summary : DisclosedSummary

    Notes
    -----
    Programmes are counted where segments share one; else they would be the segments.
    """
    write, k = summary.settings.numbers, summary.selection.k
    told = (
        f"{write.count(summary.segmented)} {summary.settings.units} in "
        f"{counted(k, 'segment')}"
    )
    sizes, shared = [one.share for one in summary.segments], _programmes(summary)
    if 0 < len(shared) < len(sizes) and (reach := _reached(list(shared.values()))):
        n, share = reach
        verb = "programme reaches" if n == 1 else "programmes reach"
        return f"{told}: {_number(n)} {verb} {write.share(share)}"
    if None in sizes or not (reach := _reached([one or 0.0 for one in sizes])):
        return told
    n, share = reach
    held = "the largest holds" if n == 1 else f"the {_number(n)} largest hold"
    return f"{told}: {held} {write.share(share)}"


def _number(n: int) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(n, str(n))


def _programmes(summary: DisclosedSummary) -> dict[str, float]:
    """Give the share of all that each programme is for; empty where one is not told."""
    found: dict[str, float] = {}
    targets = [one for action in summary.actions for one in action.targets]
    for one in targets:
        if one.programme:
            if one.share is None:
                return {}
            found[one.programme] = found.get(one.programme, 0.0) + one.share
    return found


def _reached(shares: list[float]) -> tuple[int, float] | None:
    """Count the largest that reach half or more, if not all of them are needed."""
    reached = 0.0
    for n, share in enumerate(sorted(shares, reverse=True), start=1):
        reached += share
        if reached >= REACHED:
            return (n, reached) if n < len(shares) else None
    return None


def opening_lines(summary: DisclosedSummary) -> tuple[Line, ...]:
    """Give what stands beside the strip; without a run before nothing is new.

    Parameters
    ----------
    summary : DisclosedSummary
    """
    lines = (_do_first(summary), _sure(summary), _new(summary))
    return tuple(line for line in lines if line is not None)


def _do_first(summary: DisclosedSummary) -> Line | None:
    if not summary.actions:
        return None
    action = summary.actions[0]
    told = f"{TEAMS[action.team][1]}: {action.first_step}"
    return Line(
        "first",
        "Do this first",
        tuple(filter(None, (told, _for_whom(action, summary), caveat(summary)))),
        f"#{action.id}",
        "How, for whom, and how to know that it worked",
    )


def _for_whom(action: Action, summary: DisclosedSummary) -> str:
    """Say how many the first step is about, where the list is theirs, and where it is.

    The list of mentors is of others than the learners that the pools are for.
    """
    first = action.targets[0] if action.targets else None
    where = f"the list is {list_path(action)}" if action.list else ""
    if first is None or first.size is None or action.id == POOLS:
        return f"{where[:1].upper()}{where[1:]}." if where else ""
    who = f"{summary.settings.numbers.count(first.size)} {summary.settings.units}"
    if first.segment_id is not None and where:
        where = f"{where}, segment {first.segment_id}"
    return f"{who}; {where}." if where else f"{who}."


def _sure(summary: DisclosedSummary) -> Line:
    word, _, told = short_verdict(summary).partition(" - ")
    said = [f"{word.capitalize()}: {told}." if word else NO_VERDICT]
    said += list(summary.words.outcomes[:1])
    return Line("sure", "How sure this is", tuple(said), "#trust", "The evidence")


def _new(summary: DisclosedSummary) -> Line | None:
    found = summary.previous
    if found is None:
        return None
    told = (*found.sentences[:MOST_NEW], *found.names)
    return Line("new", "What is new", told, "#changes", "All that changed")
