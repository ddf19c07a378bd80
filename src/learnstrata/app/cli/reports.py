"""Commands about the report of a run: open it, render it again."""

import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from learnstrata.app.cli.options import (
    AllowOption,
    OverwriteOption,
    QuietOption,
    RunArgument,
    WholeRunArgument,
)
from learnstrata.app.cli.output import leaks_are_faults, shown
from learnstrata.app.streams import say
from learnstrata.disk.nearness import did_you_mean
from learnstrata.exceptions import SourceError

__all__ = ["ReportCommand", "open_report", "report"]


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
    run: WholeRunArgument,
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
    names: Annotated[
        Path | None,
        typer.Option(
            "--names",
            help="TOML file whose [names] are the names of segments from now on.",
        ),
    ] = None,
    allow: AllowOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Render the report of a run again; as PDF and as pictures, if asked.

    With --names the segments are renamed in all files of the run, without a new fit.
    """
    from learnstrata.config.loading import load_names
    from learnstrata.finished import rename_run
    from learnstrata.layer.places import folder_of_run
    from learnstrata.sharing import render_again

    run = folder_of_run(run)
    file = run / "share" / "report.pdf" if pdf == "" else pdf
    render = (
        render_again if names is None else partial(rename_run, names=load_names(names))
    )
    with leaks_are_faults():
        paths = render(
            run, pdf=file, figures=figures, overwrite=overwrite, allow=allow or ()
        )
    with shown(written=paths[-1]):
        if not quiet:
            say("\n".join(map(str, paths)))


def open_report(run: RunArgument) -> None:
    """Open the report of a run in the browser, and say where it is.

    Where there is no browser, the address can be opened by hand.
    """
    import webbrowser

    from learnstrata.layer.places import file_of_run

    page = file_of_run(run, "share/report.html").resolve()
    if not page.is_file():
        raise SourceError(
            f"There is no report {str(page)!r}. Give the folder of a run."
            f"{did_you_mean(page)}"
        )
    say(page.as_uri())
    if not webbrowser.open(page.as_uri()):
        say("learnstrata: no browser is here; open this address.", stream=sys.stderr)
