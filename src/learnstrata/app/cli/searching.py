"""The command that searches what a run shares for names: scan."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from learnstrata.app.cli.options import (
    AllowOption,
    JsonOption,
    SheetOption,
    WholeRunArgument,
)
from learnstrata.app.cli.output import print_json, sheets_told, shown

__all__ = ["scan"]


def scan(
    run: WholeRunArgument,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table", help="Look for the names of this table, not of the run's own."
        ),
    ] = None,
    sheet: SheetOption = None,
    allow: AllowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search all that a run shares for names of companies and ids of learners."""
    from learnstrata.app import screens
    from learnstrata.layer.folder import find_leaks
    from learnstrata.layer.names import find_names
    from learnstrata.layer.places import folder_of_run
    from learnstrata.layer.reading import read_summary
    from learnstrata.learners.sources.files import read_source
    from learnstrata.report.interactive import shipped_scripts
    from learnstrata.sharing import write_without_data

    run = folder_of_run(run)
    frame, source = read_source(table, sheet=sheet) if table else (None, None)
    with sheets_told(source):
        names = find_names(run, table=frame, allow=allow or ())
    found = find_leaks(
        run / "share",
        names,
        own=partial(write_without_data, read_summary(run)),
        shipped=shipped_scripts(),
    )
    with shown():
        if as_json:
            told = screens.scan_as_json(found, names, run)
            print_json(told | screens.source_as_json(source))
        else:
            if source:
                screens.show_reading(source)
            screens.show_scan(found, names, run)
    if found.leaks:
        raise typer.Exit(1)
