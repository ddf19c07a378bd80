"""A page for each team: its actions, whom they are for, and how to know they worked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from learnstrata.report.actions import pools, targets
from learnstrata.summary.contract.results import Action, DisclosedSummary
from learnstrata.wording.tables import Table

__all__ = ["TEAMS", "TeamAction", "TeamPage", "list_path", "team_pages"]

# By team: where its page is, and what the page is called.
TEAMS: Mapping[str, tuple[str, str]] = {
    "product": ("product", "Product"),
    "mentoring": ("mentoring", "Mentoring"),
    "career services": ("careers", "Career services"),
}


@dataclass(frozen=True, slots=True)
class TeamAction:
    """An action as its team reads it; a table without rows is left out."""

    id: str
    title: str
    why: str
    tables: tuple[Table, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TeamPage:
    """What a team can do, in the order in which it can begin."""

    id: str
    title: str
    actions: tuple[TeamAction, ...]


def team_pages(summary: DisclosedSummary) -> tuple[TeamPage, ...]:
    """Give the page of each team, with the actions that it owns.

    Parameters
    ----------
    summary : DisclosedSummary
    """
    return tuple(
        TeamPage(
            place,
            title,
            tuple(_action(summary, one) for one in summary.actions if one.team == team),
        )
        for team, (place, title) in TEAMS.items()
    )


def list_path(action: Action) -> str:
    """Say where the list of an action lies in the run folder.

    Parameters
    ----------
    action : Action
    """
    return f"private/lists/{action.list}"


def _action(summary: DisclosedSummary, action: Action) -> TeamAction:
    found = (targets(summary, action), pools(summary, action))
    return TeamAction(
        action.id,
        action.title,
        action.why,
        tuple(table for table in found if table.rows),
        tuple(_facts(action)),
    )


def _facts(action: Action) -> Iterator[tuple[str, str]]:
    yield "First step", action.first_step
    if action.list:
        yield "The list", f"{list_path(action)}, for the owner of the run alone"
    others = [TEAMS[team][1] for team in action.teams if team != action.team]
    if others:
        yield "Together with", ", ".join(others)
    yield "How to know that it worked", action.measure
    yield "When", action.horizon
