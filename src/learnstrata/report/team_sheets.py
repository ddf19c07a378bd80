"""Sheets of the workbook for each team: what to do, for whom, how to tell it worked."""

from collections.abc import Iterator

from learnstrata.report.spreadsheet import Sheet
from learnstrata.summary.contract.results import Action, Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["team_sheets"]

TEAMS = ("product", "mentoring", "career services")


def team_sheets(summary: Summary) -> tuple[Sheet, ...]:
    """Give a sheet for each team that has something to do.

    Parameters
    ----------
    summary : Summary
    """
    return tuple(_sheets(summary))


def _sheets(summary: Summary) -> Iterator[Sheet]:
    for team in TEAMS:
        tables = tuple(_targets(summary, one) for one in _of(team, summary))
        if tables:
            name = team.capitalize()
            title = f"{name}: what to do, for whom, and how to tell that it worked"
            yield Sheet(name, title, tables, "Teams")


def _of(team: str, summary: Summary) -> list[Action]:
    return [one for one in summary.actions if team in one.teams]


def _targets(summary: Summary, action: Action) -> Table:
    units = summary.settings.units.capitalize()
    return table_of(
        action.title,
        action.targets,
        (
            column("For whom", lambda one: one.name),
            column(units, lambda one: one.size, "count"),
            column("Share", lambda one: one.share, "share"),
            column("Why", lambda one: one.why),
        ),
        note=f"{action.why} How to tell that it worked: {action.measure}",
    )
