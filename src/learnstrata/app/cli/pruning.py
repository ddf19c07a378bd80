"""The command that removes what is kept too long, and what others end with."""

import getpass
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from learnstrata.app.cli.options import (
    JsonOption,
    QuietOption,
    StoreOption,
    WhoOption,
)
from learnstrata.app.cli.output import print_json, shown
from learnstrata.app.streams import say
from learnstrata.exceptions import OutputError

if TYPE_CHECKING:
    from learnstrata.layer.store.opening import Store
    from learnstrata.layer.store.retention import Due

__all__ = ["prune_after", "store_prune", "user_of"]


def user_of(who: str | None) -> str:
    """Give who does something, for the record."""
    return who or os.environ.get("LEARNSTRATA_WHO") or getpass.getuser()


def prune_after(store: "Store", who: str | None) -> "Due | None":
    """Remove from a store what is due, once a release was made.

    The release is made: should it fail, that is a warning.

    Returns
    -------
    Due or None
        None where nothing was due, or nothing says how long learners are kept.
    """
    from learnstrata.layer.store.retention import prune

    try:
        return prune(store, who=user_of(who)) or None
    except OutputError as error:
        say(
            f"learnstrata: the release is made, but pruning did not come to its end. "
            f"{error} Do it again by: learnstrata store prune.",
            stream=sys.stderr,
        )
        return None


def store_prune(
    store: StoreOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is due, and remove nothing.")
    ] = False,
    runs: Annotated[
        bool,
        typer.Option("--runs", help="Remove run folders that hold such learners too."),
    ] = False,
    targets: Annotated[
        list[str] | None,
        typer.Option("--target", help="A target besides those published to."),
    ] = None,
    who: WhoOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove learners who are not in use and kept longer than is configured."""
    from learnstrata import pruning
    from learnstrata.app import prunings
    from learnstrata.layer.store.opening import open_store

    opened, given = open_store(store, make=False), tuple(targets or ())
    found = pruning.outlook(opened, targets=given)
    told = not (quiet or as_json)
    if told:
        prunings.show_due(found)
    if not dry_run:
        found = pruning.prune(opened, who=user_of(who), runs=runs, targets=given)
    with shown():
        if as_json:
            print_json(prunings.pruning_as_json(found))
        elif told and not dry_run:
            prunings.show_removed(found)
    if found.faults:
        raise OutputError(" ".join(found.faults))
