"""Commands about what a run shares: scan and report."""

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from learnstrata.app.cli.options import (
    AllowOption,
    JsonOption,
    OverwriteOption,
    QuietOption,
    RunArgument,
    SheetOption,
)
from learnstrata.app.cli.output import leaks_are_faults, print_json, shown
from learnstrata.app.streams import say

__all__ = ["ReportCommand", "report", "scan"]


def scan(
    run: RunArgument,
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


class ReportCommand(TyperCommand):
    """A command whose ``--pdf`` may do without a value, which Typer has no word for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's own Context or Click's, by its version
        """Put an empty value after a ``--pdf`` that has none."""
        told: list[str] = []
        for word, following in pairwise([*args, "--"]):
            told.append(word)
            if word == "--pdf" and following.startswith("-"):
                told.append("")
        return super().parse_args(ctx, told)


def report(
    run: RunArgument,
    pdf: Annotated[
        str | None,
        typer.Option(
            "--pdf",
            metavar="[FILE]",
            help="The report as PDF too (default: share/report.pdf of the run).",
        ),
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", help="Folder for the charts.")
    ] = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Render the report of a run again; as PDF and as pictures, if asked."""
    from learnstrata.layer.places import folder_of_run
    from learnstrata.sharing import render_again

    run = folder_of_run(run)
    file = run / "share" / "report.pdf" if pdf == "" else pdf
    with leaks_are_faults():
        paths = render_again(run, pdf=file, figures=figures, overwrite=overwrite)
    with shown(written=paths[-1]):
        if not quiet:
            say("\n".join(map(str, paths)))
