"""The command that puts two runs beside each other."""

from pathlib import Path
from typing import Annotated

import typer

from learnstrata.app.cli.options import (
    AllowOption,
    JsonOption,
    KeyFileOption,
    OverwriteOption,
    QuietOption,
)
from learnstrata.app.cli.output import leaks_are_faults, print_json, shown
from learnstrata.app.cli.tables import key_of

__all__ = ["compare"]


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier run folder.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later run folder.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Folder for the comparison, and the list of movers."
        ),
    ] = None,
    allow: AllowOption = None,
    key_file: KeyFileOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put two runs beside each other: segments, movers, what changed.

    With what two runs share alone, sizes, names and numbers are compared; who moved
    takes the private part of both.
    """
    from learnstrata.app.differences import comparison_as_json, show_comparison
    from learnstrata.layer.compare import compare_sides, read_side
    from learnstrata.layer.contents import refuse_no_comparison
    from learnstrata.layer.folder import check_target

    if out is not None:
        check_target(out, overwrite=overwrite, refuse=refuse_no_comparison)
    before, after = read_side(old), read_side(new)
    key = key_of(key_file, out or new)
    found, folder = compare_sides(before, after, key=key), None
    if out is not None:
        with leaks_are_faults():
            folder = found.save(out, overwrite=overwrite, allow=allow or ())
    with shown(written=folder):
        if as_json:
            print_json(comparison_as_json(found, folder))
        elif not quiet:
            show_comparison(found, after.told.settings.numbers, folder)
