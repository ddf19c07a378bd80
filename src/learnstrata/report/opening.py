"""The first screen: what was found, whom to begin with, what is sure, what is new."""

from dataclasses import dataclass

from learnstrata.report.teams import TEAMS, list_path
from learnstrata.report.trust import SHORT, short_verdict
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
    """Give the finding in one line: how many segments, and what few programmes reach.

    Parameters
    ----------
    summary : DisclosedSummary
    """
    write, k = summary.settings.numbers, summary.selection.k
    told = (
        f"{write.count(summary.segmented)} {summary.settings.units} in "
        f"{counted(k, 'segment')}"
    )
    reach = _reached(_programmes(summary))
    if not reach:
        return told
    n, share = reach
    words = "one programme reaches" if n == 1 else f"{_number(n)} programmes reach"
    return f"{told}: {words} {write.share(share)}"


def _number(n: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five"}.get(n, str(n))


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


def _reached(programmes: dict[str, float]) -> tuple[int, float] | None:
    """Count the largest programmes that reach half or more, if not all are needed."""
    shares, reached = sorted(programmes.values(), reverse=True), 0.0
    for n, share in enumerate(shares, start=1):
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
        tuple(filter(None, (told, _for_whom(action, summary)))),
        f"#{action.id}",
        "How, for whom, and how to know that it worked",
    )


def _for_whom(action: Action, summary: DisclosedSummary) -> str:
    told = action.targets[0].size if action.targets else None
    who = f"{summary.settings.numbers.count(told)} {summary.settings.units}"
    where = f"the list is {list_path(action)}" if action.list else ""
    if not told:
        return f"{where[:1].upper()}{where[1:]}." if where else ""
    return f"{who}; {where}." if where else f"{who}."


def _sure(summary: DisclosedSummary) -> Line:
    word, _, told = short_verdict(summary).partition(" - ")
    if summary.selection.chosen is None:
        word, told = "undivided", SHORT["undivided"]
    said = [f"{word.capitalize()}: {told}." if word else NO_VERDICT]
    said += list(summary.words.outcomes[:1])
    return Line("sure", "What is sure", tuple(said), "#trust", "The evidence")


def _new(summary: DisclosedSummary) -> Line | None:
    found = summary.previous
    if found is None:
        return None
    return Line("new", "What is new", found.sentences[:MOST_NEW])
