"""The command line: a client of the library, one function a command.

Exit codes: 0 done; 2 the table, the options, the place to write to or the machine are
at fault; 1 we are, or what is to be shared names somebody; 130, 143 and 129 stopped by
Ctrl-C, SIGTERM and SIGHUP. Heavy modules are imported inside the commands, so that
``--help`` is quick.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from learnstrata.app.endings import ended
from learnstrata.app.streams import say, taken_fault
from learnstrata.exceptions import OutputError, PrivacyError, SchemaError

if TYPE_CHECKING:
    from learnstrata.config.stages import Columns
    from learnstrata.learners.sources.info import SourceInfo

__all__ = ["app", "main"]

app = typer.Typer(
    name="learnstrata",
    help="Segments of learners that teams can act on, with the evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

TableArgument = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE",
        help="CSV, Parquet (a file or a folder) or Excel (.xlsx); - is standard input.",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="TOML file: maps columns, changes the recipe."),
]
RecipeOption = Annotated[
    str, typer.Option("--recipe", help="robust (the default) or notebook.")
]
ModelOption = Annotated[
    Path,
    typer.Option("--model", "-m", help="A run folder, or its private/model.json."),
]
ColumnsOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="TOML file whose [columns] say what the columns are called in this table.",
    ),
]
RunArgument = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A run folder, or its share/summary.json."),
]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        help="A text that names nobody though a company is called so, such as a city; "
        "may be given again.",
    ),
]
SheetOption = Annotated[
    str | None,
    typer.Option(
        "--sheet", help="Sheet of an Excel file (default: the first with a table)."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print only faults.")]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace what is there.")
]
EvidenceOption = Annotated[
    Literal["none", "quick", "full"] | None,
    typer.Option(
        "--evidence",
        help="How much to compute on how far the result can be trusted "
        "(default: recipe; robust is quick).",
    ),
]
SegmentsOption = Annotated[
    int | None,
    typer.Option(
        "--k",
        min=1,
        max=50,
        help="Number of segments to take, whatever the rule says (default: the rule's "
        "choice).",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Repeats a run exactly.")
]
AsOfOption = Annotated[
    int | None,
    typer.Option(
        "--as-of", min=1900, max=2200, help="Year that counts as now (default: recipe)."
    ),
]


@app.command()
def run(
    table: TableArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder for the results (default: runs/ and the name of the table).",
        ),
    ] = None,
    recipe: RecipeOption = "robust",
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    seed: SeedOption = None,
    evidence: EvidenceOption = None,
    k: SegmentsOption = None,
    sheet: SheetOption = None,
    allow: AllowOption = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            help="Key of aliases and codes; made where it is not there yet.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Segment a table of learners and write the report and the files."""
    from learnstrata.app import screens
    from learnstrata.config.loading import load_config
    from learnstrata.layer.folder import check_target

    target = out or Path("runs") / _name_of(table)
    level = {"level": evidence} if evidence else None
    number = {"k": k} if k else None
    settings = load_config(
        recipe, config, seed=seed, as_of=as_of, evidence=level, selection=number
    )
    check_target(target, overwrite=overwrite)
    key = _key(key_file, target)
    with screens.progress(shown=not (quiet or as_json)) as watch:
        from learnstrata.facade import segment
        from learnstrata.learners.sources.files import read_source

        watch("read")
        frame, source = read_source(table, sheet=sheet)
        with _sheets_told(source):
            found = segment(frame, config=settings, key=key, source=source, watch=watch)
        watch("write")
        with _leaks_are_faults():
            folder = found.save(target, overwrite=overwrite, allow=allow or ())
    with _shown(written=folder):
        if as_json:
            _print_json(screens.run_as_json(found.exact, found.summary, folder))
        elif not quiet:
            screens.show_run(found.exact, found.summary, folder)


@contextmanager
def _sheets_told(source: "SourceInfo") -> Iterator[None]:
    """Name the sheet of a refused table, where one on another could be meant."""
    from learnstrata.app.screens import told_sheets

    try:
        yield
    except SchemaError as error:
        if others := told_sheets(source):
            message = f"{error} This is the sheet {source.sheet!r}; {others}"
            raise SchemaError(message) from error
        raise


def _name_of(table: Path) -> str:
    """Name the run of a table after its file; what is piped has no name of its own."""
    is_piped = table.name == "-" or table.is_relative_to("/dev")
    name = table.name.split(".")[0]
    return "piped" if is_piped or not name else name


def _key(path: Path | None, run: Path) -> bytes:
    """Read the key of the codes and aliases; the first run of a user makes it."""
    from learnstrata.privacy.keys import key_path, own_key, refuse_inside

    place = path or key_path()
    refuse_inside(place, run)
    return own_key(place)


@contextmanager
def _leaks_are_faults() -> Iterator[None]:
    try:
        yield
    except PrivacyError as error:
        say(f"learnstrata: {error}", stream=sys.stderr)
        raise typer.Exit(1) from None


@contextmanager
def _shown(*, written: Path | None = None) -> Iterator[None]:
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


@app.command()
def scan(
    run: RunArgument,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table", help="Look for the names of this table, not of the run's own."
        ),
    ] = None,
    sheet: SheetOption = None,
    allow: AllowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search all that a run shares for names of companies and ids of learners."""
    from learnstrata.app import screens
    from learnstrata.layer.folder import find_leaks
    from learnstrata.layer.names import find_names
    from learnstrata.layer.places import folder_of_run
    from learnstrata.layer.reading import read_summary
    from learnstrata.learners.sources.files import read_source
    from learnstrata.report.interactive import shipped_scripts
    from learnstrata.sharing import write_without_data

    run = folder_of_run(run)
    frame, source = read_source(table, sheet=sheet) if table else (None, None)
    names = find_names(run, table=frame, allow=allow or ())
    found = find_leaks(
        run / "share",
        names,
        own=partial(write_without_data, read_summary(run)),
        shipped=shipped_scripts(),
    )
    with _shown():
        if as_json:
            told = screens.scan_as_json(found, names, run)
            _print_json(told | screens.source_as_json(source))
        else:
            if source:
                screens.show_reading(source)
            screens.show_scan(found, names, run)
    if found.leaks:
        raise typer.Exit(1)


class _ReportCommand(TyperCommand):
    """A command whose ``--pdf`` may do without a value, which Typer has no word for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's own Context or Click's, by its version
        told: list[str] = []
        for word, following in pairwise([*args, "--"]):
            told.append(word)
            if word == "--pdf" and following.startswith("-"):
                told.append("")
        return super().parse_args(ctx, told)


@app.command(cls=_ReportCommand)
def report(
    run: RunArgument,
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
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Render the report of a run again; as PDF and as pictures, if asked."""
    from learnstrata.layer.places import folder_of_run
    from learnstrata.sharing import render_again

    run = folder_of_run(run)
    file = run / "share" / "report.pdf" if pdf == "" else pdf
    with _leaks_are_faults():
        paths = render_again(run, pdf=file, figures=figures, overwrite=overwrite)
    with _shown(written=paths[-1]):
        if not quiet:
            say("\n".join(map(str, paths)))


@app.command()
def check(
    table: TableArgument,
    recipe: RecipeOption = "robust",
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    sheet: SheetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what is recognised in a table, what it lacks, and whether a run takes it."""
    from learnstrata.app import screens
    from learnstrata.config.loading import load_config
    from learnstrata.facade import check_table
    from learnstrata.learners.sources.files import read_source

    settings = load_config(recipe, config, as_of=as_of)
    frame, source = read_source(table, sheet=sheet)
    found = check_table(frame, settings)
    with _shown():
        if as_json:
            _print_json(screens.check_as_json(found, source))
        else:
            screens.show_check(found, source)
    if not found.ok:
        raise typer.Exit(2)


@app.command()
def assign(
    table: TableArgument,
    model: ModelOption,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .csv or .parquet.")
    ] = Path("segments.csv"),
    config: ColumnsOption = None,
    sheet: SheetOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give the learners of a table their segments, by the model of a run."""
    from learnstrata.app import screens
    from learnstrata.facade import load_model
    from learnstrata.layer.folder import check_table, write_table
    from learnstrata.learners.sources.files import read_source
    from learnstrata.pipeline import assign as assign_table

    check_table(out, overwrite=overwrite)
    fitted = load_model(model)
    frame, source = read_source(table, sheet=sheet)
    notes: list[str] = []
    named = _columns(config)
    with _sheets_told(source):
        labels = assign_table(frame, fitted, columns=named, tell=notes.append)
    path = write_table(labels, out, overwrite=overwrite)
    with _shown(written=path):
        if as_json:
            told = screens.assignment_as_json(labels, path)
            _print_json(told | screens.source_as_json(source) | {"notes": notes})
        elif not quiet:
            screens.show_reading(source, notes)
            screens.show_assignment(labels, path)


def _columns(config: Path | None) -> "Columns | None":
    """Read what the columns of a table are called, where a file says so."""
    from learnstrata.config.loading import load_config

    return load_config(path=config).columns if config else None


@app.command()
def explain(
    table: TableArgument,
    model: ModelOption,
    learner: Annotated[
        str, typer.Option("--learner", help="The id as it stands in the table.")
    ],
    config: ColumnsOption = None,
    sheet: SheetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why a learner is nearer to their segment than to the next."""
    from learnstrata.app import screens
    from learnstrata.facade import load_model
    from learnstrata.learners.sources.files import read_source
    from learnstrata.pipeline import explain as explain_learner

    fitted = load_model(model)
    frame, source = read_source(table, sheet=sheet)
    notes: list[str] = []
    named = _columns(config)
    with _sheets_told(source):
        found = explain_learner(
            frame, fitted, learner, columns=named, tell=notes.append
        )
    with _shown():
        if as_json:
            told = screens.explanation_as_json(found, learner, fitted.names)
            _print_json(told | screens.source_as_json(source) | {"notes": notes})
        else:
            screens.show_reading(source, notes)
            screens.show_explanation(found, learner, fitted.names)


@app.command()
def percentile(
    run: RunArgument,
    role: Annotated[str, typer.Option("--role", help="Role family.")],
    tier: Annotated[str, typer.Option("--tier", help="Company tier.")],
    experience: Annotated[str, typer.Option("--experience", help="Experience band.")],
    pay: Annotated[
        float, typer.Option("--pay", help="In currency units a year, such as 1250000.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Say at which percentile a pay is among peers, from what a run shares alone."""
    from learnstrata.app import screens
    from learnstrata.facade import percentile_in
    from learnstrata.layer.reading import read_summary

    found = percentile_in(
        read_summary(run),
        role_family=role,
        tier=tier,
        experience_band=experience,
        pay=pay,
    )
    with _shown():
        if as_json:
            _print_json(asdict(found))
        else:
            screens.show_percentile(found)


@app.command("demo-table")
def demo_table(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .csv or .parquet.")
    ] = Path("demo.csv"),
    learners: Annotated[
        int, typer.Option("--learners", min=1, max=5_000_000, help="How many.")
    ] = 153_443,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 7,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make an invented table with the shape and the dirt of a real one."""
    from learnstrata.layer.folder import check_table, write_table
    from learnstrata.learners.demo.tables import make_learners

    check_table(out, overwrite=overwrite)
    path = write_table(make_learners(learners, rng=seed), out, overwrite=overwrite)
    with _shown(written=path):
        if not quiet:
            say(f"{path}")


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


def _print_json(value: dict[str, Any]) -> None:
    say(json.dumps(value, indent=1, allow_nan=False))


def main() -> None:
    """Run a command; say any fault in one message, never as a traceback."""
    raise SystemExit(ended(app))
