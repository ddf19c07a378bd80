"""The command that writes the model of a run as SQL."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learnstrata.app.cli.learners import columns_in
from learnstrata.app.cli.options import (
    ColumnsOption,
    OverwriteOption,
    QuietOption,
    SheetOption,
    WholeRunArgument,
)
from learnstrata.app.cli.output import sheets_told, shown
from learnstrata.app.streams import say
from learnstrata.exceptions import ParameterError

if TYPE_CHECKING:
    from learnstrata.config.stages import Columns
    from learnstrata.layer.scoring.lookups import Lookups
    from learnstrata.segments.model.model import SegmentModel

__all__ = ["sql"]


def sql(
    run: WholeRunArgument,
    dialect: Annotated[
        str,
        typer.Option(
            "--dialect",
            help="Of the database: duckdb, postgres, sqlite or spark; others of "
            "sqlglot are written untried.",
        ),
    ],
    table: Annotated[
        str,
        typer.Option(
            "--table", help="What the table is called there, with its schema."
        ),
    ] = "learners",
    companies: Annotated[
        Path | None,
        typer.Option(
            "--companies",
            metavar="TABLE",
            help="A file with the companies and titles that are there, such as the "
            "table of the run: the lookups are made of it.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Folder for the SQL and its lookups (default: print)."
        ),
    ] = None,
    config: ColumnsOption = None,
    sheet: SheetOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the model of a run as one SELECT that gives segments in a database."""
    from learnstrata.layer.folder import check_target
    from learnstrata.layer.models import load_model
    from learnstrata.layer.scoring.folder import refuse_no_scoring, write_scoring
    from learnstrata.layer.scoring.query import checked_dialect, segment_query

    if out is not None:
        check_target(out, overwrite=overwrite, refuse=refuse_no_scoring)
    fitted, named = load_model(run), columns_in(config)
    query = segment_query(fitted, dialect, table=table, columns=named)
    if out is None:
        _refuse_unused(companies)
        with shown():
            say(query.rstrip("\n"))
        return
    lookups = _lookups(fitted, companies, sheet, named)
    dialect = checked_dialect(dialect)
    folder = write_scoring(out, query, lookups, dialect=dialect, overwrite=overwrite)
    with shown(written=folder):
        if not quiet:
            _show(folder, lookups)


def _refuse_unused(companies: Path | None) -> None:
    if companies is not None:
        raise ParameterError(
            f"Got --companies {companies} without --out, expected a folder that its "
            "lookups go to. Give --out, or leave both out to see the SELECT alone."
        )


def _lookups(
    model: "SegmentModel",
    companies: Path | None,
    sheet: str | None,
    columns: "Columns | None",
) -> "Lookups":
    """Make the lookups of a model from a file, where the model has a use for some."""
    from learnstrata.layer.scoring.lookups import Lookups, lookup_names, lookups_of
    from learnstrata.learners.sources.files import scan_source

    if companies is None and not lookup_names(model):
        return Lookups(None, None, None)
    if companies is None:
        raise ParameterError(
            "Got --out without --companies, expected a file with the texts that the "
            "database looks up. Give the table of the run, or another that has them: "
            "--companies learners.csv."
        )
    frame, source = scan_source(companies, sheet=sheet)
    with sheets_told(source):
        return lookups_of(model, frame, columns=columns)


def _show(folder: Path, lookups: "Lookups") -> None:
    for name, rows in lookups.tables.items():
        say(f"  {len(rows):>9,}  {name}")
    for note in lookups.notes:
        say(f"Note: {note}")
    say(f"Not to be shared: {folder / 'private'}")
