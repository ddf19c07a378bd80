"""The command that looks whether a new table has moved away from a run."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learnstrata.app.cli.options import (
    AllowOption,
    JsonOption,
    KeyFileOption,
    OverwriteOption,
    QuietOption,
    SheetOption,
    TableArgument,
)
from learnstrata.app.cli.output import (
    leaks_are_faults,
    print_json,
    sheets_told,
    shown,
)
from learnstrata.app.cli.tables import key_of

if TYPE_CHECKING:
    from learnstrata.config.stages import Columns
    from learnstrata.layer.monitoring.samples import Run

__all__ = ["CODES", "monitor"]

CODES = {"keep": 0, "watch": 3, "refit": 4}  # 1 and 2 are faults, of ours and others


def monitor(
    table: TableArgument,
    against: Annotated[
        Path,
        typer.Option(
            "--against",
            "-a",
            metavar="RUN",
            help="The run folder whose segments are in use, with its private part.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the page, and the exact numbers."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="TOML file: [columns] of this table, limits in [monitoring].",
        ),
    ] = None,
    sheet: SheetOption = None,
    allow: AllowOption = None,
    key_file: KeyFileOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Tell what moved since a run, and whether to keep, watch or refit its segments.

    Exits with 0 for keep, 3 for watch and 4 for refit.
    """
    from learnstrata.app.drifts import monitoring_as_json, show_monitoring
    from learnstrata.finished import monitor as monitor_table
    from learnstrata.layer.contents import refuse_no_monitoring
    from learnstrata.layer.folder import check_target
    from learnstrata.layer.monitoring.samples import read_run
    from learnstrata.learners.sources.files import scan_source

    if out is not None:
        check_target(out, overwrite=overwrite, refuse=refuse_no_monitoring)
    run, columns = _configured(read_run(against), config)
    key = key_of(key_file, out or against)
    frame, source = scan_source(table, sheet=sheet)
    with sheets_told(source):
        found = monitor_table(frame, run, key=key, columns=columns)
    folder = None
    if out is not None:
        with leaks_are_faults():
            folder = found.save(out, overwrite=overwrite, allow=allow or ())
    with shown(written=folder):
        if as_json:
            print_json(monitoring_as_json(found, folder))
        elif not quiet:
            show_monitoring(found, folder)
    if code := CODES[found.advice]:
        raise typer.Exit(code)


def _configured(run: "Run", path: Path | None) -> tuple["Run", "Columns | None"]:
    """Lay the limits of a file over those of a run, and give its columns."""
    if path is None:
        return run, None
    from learnstrata.config.loading import load_config, load_limits

    limits = load_limits(path, below=run.limits)
    return replace(run, limits=limits), load_config(path=path).columns
