"""What a command says: one JSON object, and faults with what to know of them."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from learnstrata.app.streams import say, taken_fault
from learnstrata.exceptions import OutputError, PrivacyError, SchemaError

if TYPE_CHECKING:
    from learnstrata.learners.sources.info import SourceInfo

__all__ = ["leaks_are_faults", "print_json", "sheets_told", "shown"]


@contextmanager
def sheets_told(source: "SourceInfo | None") -> Iterator[None]:
    """Name the sheet of a refused table, where one on another could be meant."""
    from learnstrata.app.screens import told_sheets

    try:
        yield
    except SchemaError as error:
        if source and (others := told_sheets(source)):
            message = f"{error} This is the sheet {source.sheet!r}; {others}"
            raise SchemaError(message) from error
        raise


@contextmanager
def leaks_are_faults() -> Iterator[None]:
    """End with 1 where somebody would be named."""
    try:
        yield
    except PrivacyError as error:
        say(f"learnstrata: {error}", stream=sys.stderr)
        raise typer.Exit(1) from None


@contextmanager
def shown(*, written: Path | str | None = None) -> Iterator[None]:
    """Mind what cannot be shown: a warning once files are written, else a fault.

    Who closes a pipe has read enough.
    """
    yield
    fault = taken_fault(sys.stdout)
    if fault is None:
        return
    why = f"the output could not be shown: {fault.strerror}"
    if written is not None:
        say(f"learnstrata: {written} is written, but {why}.", stream=sys.stderr)
    elif not isinstance(fault, BrokenPipeError):
        raise OutputError(f"T{why[1:]}. Send it elsewhere.")


def print_json(value: dict[str, Any]) -> None:
    """Print one object; a number that is none is a fault."""
    say(json.dumps(value, indent=1, allow_nan=False))
