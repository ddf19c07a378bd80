"""Commands about learners, by the model or the benchmarks of a run."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learnstrata.app.cli.options import (
    ColumnsOption,
    JsonOption,
    ModelOption,
    OverwriteOption,
    QuietOption,
    RunArgument,
    SheetOption,
    TableArgument,
)
from learnstrata.app.cli.output import print_json, sheets_told, shown
from learnstrata.app.cli.peers import (
    PEERS,
    ExperienceOption,
    RoleOption,
    TierOption,
    choices_of,
)
from learnstrata.app.cli.reading import EngineOfFiles, given_learners
from learnstrata.exceptions import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from learnstrata.config.stages import Columns, Pay
    from learnstrata.learners.sources.info import SourceInfo
    from learnstrata.segments.model.model import SegmentModel
    from learnstrata.summary.contract.pay import Benchmarks

__all__ = ["assign", "columns_in", "explain", "percentile"]

LaterOption = Annotated[
    int | None,
    typer.Option(
        "--as-of",
        min=1900,
        max=2200,
        help="Year that counts as now (default: the newest of the table, none before "
        "that of the run).",
    ),
]


def assign(
    table: TableArgument,
    model: ModelOption,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .csv or .parquet.")
    ] = Path("segments.csv"),
    config: ColumnsOption = None,
    as_of: LaterOption = None,
    sheet: SheetOption = None,
    engine: Annotated[
        EngineOfFiles,
        typer.Option(
            "--engine",
            case_sensitive=False,
            help="Where the records are: polars in memory, duckdb on disk (Parquet, "
            "regular text); auto goes by how large the table is.",
        ),
    ] = "auto",
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give the learners of a table their segments, by the model of a run."""
    from learnstrata.app import screens
    from learnstrata.assignment import assign_in_pieces
    from learnstrata.layer.folder import check_table
    from learnstrata.layer.pieces import write_pieces

    check_table(out, overwrite=overwrite)
    fitted, named = _loaded(model, as_of), columns_in(config)
    notes: list[str] = []
    sizes = Counter[tuple[int, str]]()
    read: list[SourceInfo] = []

    def assigned(room: Path) -> "Iterator[pl.DataFrame]":
        with (
            given_learners(table, sheet, engine, room) as given,
            sheets_told(given.info),
        ):
            read.append(given.info)
            for piece in assign_in_pieces(
                given.handed_over(),
                fitted,
                room,
                columns=named,
                tell=notes.append,
                engine=given.engine,
            ):
                given.refuse_changed()
                counts = piece.group_by("segment_id", "segment_name").len()
                sizes.update({(one, name): n for one, name, n in counts.iter_rows()})
                yield piece

    path = write_pieces(assigned, out, overwrite=overwrite)
    with shown(written=path):
        if as_json:
            told = screens.assignment_as_json(sizes, path)
            print_json(told | screens.source_as_json(read[0]) | {"notes": notes})
        elif not quiet:
            screens.show_reading(read[0], notes)
            screens.show_assignment(sizes, path)


def _loaded(model: Path, as_of: int | None) -> "SegmentModel":
    """Load a model; a year that is given counts as now whatever the table says."""
    from learnstrata.assignment import as_of_year
    from learnstrata.layer.models import load_model

    fitted = load_model(model)
    return fitted if as_of is None else as_of_year(fitted, as_of)


def columns_in(config: Path | None) -> "Columns | None":
    """Read what the columns of a table are called, where a file says so.

    Parameters
    ----------
    config : path or None
        TOML file with `[columns]`.
    """
    from learnstrata.config.loading import load_config

    return load_config(path=config).columns if config else None


def explain(
    table: TableArgument,
    model: ModelOption,
    learner: Annotated[
        str, typer.Option("--learner", help="The id as it stands in the table.")
    ],
    config: ColumnsOption = None,
    as_of: LaterOption = None,
    sheet: SheetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why a learner is nearer to their segment than to the next."""
    from learnstrata.app import screens
    from learnstrata.learners.sources.files import read_source
    from learnstrata.pipeline import explain as explain_learner

    fitted = _loaded(model, as_of)
    frame, source = read_source(table, sheet=sheet)
    notes: list[str] = []
    named = columns_in(config)
    with sheets_told(source):
        found = explain_learner(
            frame, fitted, learner, columns=named, tell=notes.append
        )
    with shown():
        if as_json:
            told = screens.explanation_as_json(found, learner, fitted.names)
            print_json(told | screens.source_as_json(source) | {"notes": notes})
        else:
            screens.show_reading(source, notes)
            screens.show_explanation(found, learner, fitted.names)


def percentile(
    run: RunArgument,
    role: RoleOption = None,
    tier: TierOption = None,
    experience: ExperienceOption = None,
    pay: Annotated[
        str | None,
        typer.Option(
            "--pay",
            help="A year, in the currency of the run: 12LPA, '12 lakh', 1200000, or 12 "
            "in the unit that is shown.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say at which percentile a pay is among peers, from what a run shares alone.

    Left out, --role, --tier and --experience are listed: a run has its own.
    """
    from learnstrata.app import screens
    from learnstrata.facade import percentile_in
    from learnstrata.layer.reading import read_summary

    summary = read_summary(run)
    if role is None or tier is None or experience is None or pay is None:
        raise ParameterError(
            _wanted(summary.benchmarks, summary.settings.configured.pay)
        )
    found = percentile_in(
        summary, role_family=role, tier=tier, experience_band=experience, pay=pay
    )
    with shown():
        if as_json:
            print_json(asdict(found))
        else:
            screens.show_percentile(found)


def _wanted(benchmarks: "Benchmarks", pay: "Pay") -> str:
    """Say what a percentile needs to know, and what there is to choose from."""
    from learnstrata.learners.schema.one_pay import ways_to_type

    lines = [
        f"  --{option}: {', '.join(choices_of(benchmarks, column))}"
        for option, column in PEERS.items()
    ]
    lines.append(f"  --pay: a pay a year, such as {ways_to_type(pay)}")
    told = "\n".join(lines)
    return f"Expected --role, --tier, --experience and --pay:\n{told}"
