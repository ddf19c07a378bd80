"""A page for each team: its actions, whom they are for, and how to know they worked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from learnstrata.report.actions import pools, targets, trial_sentence, trials
from learnstrata.summary.contract.decisions import Action
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import DisclosedSummary
from learnstrata.wording.tables import Table

__all__ = [
    "ORDER",
    "POOLS",
    "TEAMS",
    "TeamAction",
    "TeamPage",
    "list_path",
    "team_pages",
]

POOLS = "mentor_pools"
ORDER = (
    "Ordered by what can start first: a list of people, then enough of them for a "
    "trial, then how many it reaches."
)
# By team: where its page is, and what the page is called.
TEAMS: Mapping[str, tuple[str, str]] = {
    "product": ("product", "Product"),
    "mentoring": ("mentoring", "Mentoring"),
    "career services": ("careers", "Career services"),
}


@dataclass(frozen=True, slots=True)
class TeamAction:
    """An action as its team reads it; its tables may have no rows."""

    id: str
    title: str
    first_step: str
    why: str
    whom: Table
    trials: Table
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TeamPage:
    """What a team can do, in the order in which it can begin."""

    id: str
    title: str
    order: str
    actions: tuple[TeamAction, ...]


def team_pages(summary: DisclosedSummary) -> tuple[TeamPage, ...]:
    """Give the page of each team, with the actions that it owns.

    Parameters
    ----------
    summary : DisclosedSummary
    """
    return tuple(
        _page(summary, *TEAMS[team], [a for a in summary.actions if a.team == team])
        for team in TEAMS
    )


def _page(
    summary: DisclosedSummary, place: str, title: str, actions: list[Action]
) -> TeamPage:
    order = ORDER if len(actions) > 1 else ""
    return TeamPage(place, title, order, tuple(_action(summary, a) for a in actions))


def list_path(action: Action) -> str:
    """Say where the list of an action lies in the run folder.

    Parameters
    ----------
    action : Action
    """
    return f"private/lists/{action.list}"


def _action(summary: DisclosedSummary, action: Action) -> TeamAction:
    demand = pools(summary, _roles(summary, action))
    return TeamAction(
        action.id,
        action.title,
        action.first_step,
        action.why,
        demand if demand.rows else targets(summary, action),
        trials(summary, action),
        tuple(_facts(summary, action)),
    )


def _roles(summary: DisclosedSummary, action: Action) -> list[MentorRole]:
    """Give the roles whose mentors an action is about."""
    named = {one.name for one in action.targets} if action.id == POOLS else set()
    return [one for one in summary.questions.mentor_roles if one.role in named]


def _facts(summary: DisclosedSummary, action: Action) -> Iterator[tuple[str, str]]:
    if action.list:
        yield (
            "The list",
            f"{list_path(action)} (names learners: the owner hands it to the team)",
        )
    yield "How to know that it worked", action.measure
    if told := trial_sentence(summary, action):
        yield "Hold-out", told
    yield "When", action.horizon
