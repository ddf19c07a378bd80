"""The command line: a client of the library, one function a command.

Exit codes: 0 done; 2 the table, the options, the place to write to or the machine are
at fault; 1 we are, or what is to be shared names somebody; 130, 143 and 129 stopped by
Ctrl-C, SIGTERM and SIGHUP. Heavy modules are imported inside the commands, so that
``--help`` is quick.
"""

from typing import Annotated

import typer

from learnstrata.app.cli.learners import assign, explain, percentile
from learnstrata.app.cli.sharing import ReportCommand, report, scan
from learnstrata.app.cli.tables import check, demo_table, run
from learnstrata.app.endings import ended
from learnstrata.app.streams import say

__all__ = ["app", "main"]

app = typer.Typer(
    name="learnstrata",
    help="Segments of learners that teams can act on, with the evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command()(run)
app.command()(scan)
app.command(cls=ReportCommand)(report)
app.command()(check)
app.command()(assign)
app.command()(explain)
app.command()(percentile)
app.command("demo-table")(demo_table)


def _show_version(value: bool) -> None:  # noqa: FBT001 - the form Typer asks for
    if value:
        from importlib.metadata import version

        say(f"learnstrata {version('learnstrata')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Take the options that come before any command."""


def main() -> None:
    """Run a command; say any fault in one message, never as a traceback."""
    raise SystemExit(ended(app))
