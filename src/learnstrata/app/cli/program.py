"""The command line: a client of the library, one function a command.

Exit codes: 0 done; 2 the table, the options, the place to write to or the machine are
at fault; 1 we are, or what is to be shared names somebody; 3 and 4 are the advice of
`monitor` to watch and to refit; 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP.
Heavy modules are imported inside the commands, so that ``--help`` is quick.
"""

import os
from collections.abc import Callable
from typing import Annotated

import typer
from typer.core import TyperCommand

from learnstrata.app.cli import layers
from learnstrata.app.cli.comparing import compare
from learnstrata.app.cli.examples import EXAMPLES
from learnstrata.app.cli.learners import assign, explain, percentile
from learnstrata.app.cli.monitoring import monitor
from learnstrata.app.cli.pruning import store_prune
from learnstrata.app.cli.reports import ReportCommand, open_report, report
from learnstrata.app.cli.scoring import sql
from learnstrata.app.cli.searching import scan
from learnstrata.app.cli.tables import check, demo_table, run
from learnstrata.app.endings import ended
from learnstrata.app.streams import say

__all__ = ["app", "main"]

app = typer.Typer(
    name="learnstrata",
    help="Segments of learners that teams can act on, with the evidence.",
    epilog="COMMAND -h shows the options of a command, and two examples.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


stores = typer.Typer(
    help="Keep versions of the segmentation, check them, put them back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _add(
    name: str,
    does: Callable[..., None],
    short: str,
    *,
    cls: type[TyperCommand] | None = None,
) -> None:
    """Make a function a command, with a line that fits the list of commands."""
    lines = "\n".join(f"  {line}" for line in EXAMPLES[name])
    epilog = f"\b\nExamples:\n{lines}"  # \b keeps the lines
    group, _, own = name.rpartition(" ")
    under = stores if group else app
    under.command(own, cls=cls, short_help=short, epilog=epilog)(does)


_add("check", check, "Tell what is recognised in a table, and if a run takes it.")
_add("run", run, "Segment a table of learners; write report and files.")
_add("open", open_report, "Open the report of a run in the browser.")
_add("assign", assign, "Give the learners of a new table their segments.")
_add("explain", explain, "Say why a learner is in their segment, not the next.")
_add("percentile", percentile, "Say where a pay is among peers of role and tier.")
_add(
    "report",
    report,
    "Write a report again, as PDF and pictures too.",
    cls=ReportCommand,
)
_add("compare", compare, "Put two runs beside each other: who moved, what changed.")
_add("monitor", monitor, "Tell what moved since a run: keep, watch or refit.")
_add("sql", sql, "Write a model as SQL that gives segments in a database.")
_add("scan", scan, "Search what a run shares for names of anybody.")
_add("demo-table", demo_table, "Make an invented table to try things on.")
app.add_typer(stores, name="store", short_help="Keep versions of the segmentation.")
_add("store add", layers.store_add, "Add a run as a version.")
_add("store check", layers.store_check, "Look for anything that does not hold.")
_add("store backup", layers.store_backup, "Write all of a store to one file.")
_add("store restore", layers.store_restore, "Put back what a backup holds.")
_add("store drop-target", layers.store_drop_target, "Take a target off the list.")
_add("store prune", store_prune, "Remove learners who are kept too long.")
_add("refit", layers.refit, "Fit a challenger; say what it would change.")
_add("approve", layers.approve, "Approve a version, where that is asked for.")
_add("promote", layers.promote, "Make a version what is used.")
_add("rollback", layers.rollback, "Make a version of before what is used again.")
_add("history", layers.history, "Show versions and releases, or a learner's stays.")
_add("members", layers.members, "Write who is in which segment, now or then.")
_add("publish", layers.publish, "Make a database hold who is in which segment.")
_add("forget", layers.forget, "Remove learners from all that holds them.")
_add("access", layers.access, "Say what is held of a learner, and who was given it.")


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
    # before numpy is loaded: threads of BLAS wait busily beside our own workers
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    raise SystemExit(ended(app))
