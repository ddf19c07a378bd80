"""Sheets of the workbook for each team: what to do, for whom, how to tell it worked."""

from collections.abc import Iterator
from typing import get_args

from learnstrata.report.actions import ASK, drawn, pools, trial_columns
from learnstrata.report.spreadsheet import Sheet
from learnstrata.report.teams import list_path
from learnstrata.summary.contract.decisions import Action, Team
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["team_sheets"]


def team_sheets(summary: Summary) -> tuple[Sheet, ...]:
    """Give a sheet for each team that has something to do.

    Parameters
    ----------
    summary : Summary
    """
    return tuple(_sheets(summary))


def _sheets(summary: Summary) -> Iterator[Sheet]:
    for team in get_args(Team):
        concerned = [one for one in summary.actions if team in one.teams]
        if not concerned:
            continue
        owned = [one for one in concerned if one.team == team]
        tables = [_targets(summary, one, owned) for one in owned]
        if team == "mentoring":
            tables.append(pools(summary, summary.questions.mentor_roles))
        name = team.capitalize()
        title = f"{name}: what to do first, for whom, and how to know that it worked"
        filled = tuple(table for table in tables if table.rows)
        tried = any(target.trial for one in owned for target in one.targets)
        text = f"How a hold-out would tell: {ASK[:1].lower()}{ASK[1:]}" if tried else ""
        yield Sheet(name, title, filled, "Teams", text, _others(team, concerned))


def _others(team: Team, actions: list[Action]) -> str:
    """Say what other teams lead that concerns this one."""
    led = [
        f"{one.title} ({one.team}). {one.first_step}"
        for one in actions
        if one.team != team
    ]
    return "\n".join(["Led by other teams, with this one:", *led]) if led else ""


def _told(action: Action) -> str:
    """Say what stands over the targets of an action, a line each."""
    lines = {
        "First step": action.first_step,
        "List of learners": list_path(action) if action.list else "",
        "How to know that it worked": action.measure,
        "Hold-out": drawn(action),
        "By when": action.horizon,
        "Why": action.why,
    }
    return "\n".join(f"{name}: {text}" for name, text in lines.items() if text)


def _targets(summary: Summary, action: Action, beside: list[Action]) -> Table:
    """Give whom an action is for; columns as in the tables that it stands beside."""
    every = [target for one in beside for target in one.targets]
    units = summary.settings.units.capitalize()
    programme = column("Programme", lambda one: one.programme)
    return table_of(
        action.title,
        action.targets,
        (
            column("For whom", lambda one: one.name),
            column(units, lambda one: one.size, "count"),
            column("Share", lambda one: one.share, "share"),
            *(trial_columns(summary) if any(one.trial for one in every) else ()),
            *([programme] if any(one.programme for one in every) else []),
            column("Why", lambda one: one.why),
        ),
        note=_told(action),
    )
