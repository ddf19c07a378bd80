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
    StoreOption,
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
    from learnstrata.layer.monitoring.findings import Monitored
    from learnstrata.layer.monitoring.samples import Run
    from learnstrata.layer.store.opening import Store

__all__ = ["CODES", "monitor"]

CODES = {"keep": 0, "watch": 3, "refit": 4}  # 1 and 2 are faults, of ours and others


def monitor(
    table: TableArgument,
    against: Annotated[
        str,
        typer.Option(
            "--against",
            "-a",
            metavar="RUN|VERSION",
            help="The run folder whose segments are in use, with its private part; or "
            "the version of the store that was added from it.",
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
    store: StoreOption = None,
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
    opened, version, folder_of = _asked(against, store)
    run, columns = _configured(read_run(folder_of), config)
    key = key_of(key_file, out or folder_of)
    frame, source = scan_source(table, sheet=sheet)
    with sheets_told(source):
        found = monitor_table(frame, run, key=key, columns=columns)
    if opened is not None:
        _write_down(found, opened, version)
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


def _asked(against: str, store: str | None) -> tuple["Store | None", int, Path]:
    """Find the run that is meant; with a version, the store that has it."""
    if not against.isdigit() or Path(against).exists():
        return None, 0, Path(against)
    from learnstrata.layer.store.opening import open_store
    from learnstrata.layer.store.versions import folder_of_version

    opened, version = open_store(store, make=False), int(against)
    return opened, version, folder_of_version(opened, version)


def _write_down(found: "Monitored", store: "Store", version: int) -> None:
    """Keep what was found with the version, in the store."""
    from learnstrata.layer.store.watch import add_monitoring

    add_monitoring(
        store,
        version,
        verdict=found.advice,
        data_digest=found.digest,
        result=found.exact.model_dump(mode="json"),
    )


def _configured(run: "Run", path: Path | None) -> tuple["Run", "Columns | None"]:
    """Lay the limits of a file over those of a run, and give its columns."""
    if path is None:
        return run, None
    from learnstrata.config.loading import load_config, load_limits

    limits = load_limits(path, below=run.limits)
    return replace(run, limits=limits), load_config(path=path).columns
