"""Commands that begin from a table of learners: run, check and demo-table."""

import re
from pathlib import Path
from typing import Annotated

import typer

from learnstrata.app.cli.options import (
    AllowOption,
    AsOfOption,
    ConfigOption,
    EngineOption,
    EvidenceOption,
    JsonOption,
    KeyFileOption,
    OutOption,
    OverwriteOption,
    PreviousOption,
    QuietOption,
    RecipeOption,
    SeedOption,
    SegmentsOption,
    SheetOption,
    SourceArgument,
    SparkMasterOption,
    SparkRemoteOption,
    TableArgument,
)
from learnstrata.app.cli.output import leaks_are_faults, print_json, sheets_told, shown
from learnstrata.app.cli.reading import Asked, given_table
from learnstrata.app.streams import say
from learnstrata.learners.sources.streams import CATALOGUED, ENDINGS
from learnstrata.wording.addresses import is_address, shown_address

__all__ = ["check", "demo_table", "key_of", "name_of", "run"]


def run(
    table: SourceArgument,
    out: OutOption = None,
    recipe: RecipeOption = "robust",
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    seed: SeedOption = None,
    evidence: EvidenceOption = None,
    k: SegmentsOption = None,
    sheet: SheetOption = None,
    allow: AllowOption = None,
    previous: PreviousOption = None,
    engine: EngineOption = "auto",
    spark_master: SparkMasterOption = None,
    spark_remote: SparkRemoteOption = None,
    key_file: KeyFileOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Segment a table of learners and write the report and the files."""
    from learnstrata.app import screens
    from learnstrata.config.loading import load_config
    from learnstrata.layer.folder import check_target

    target = out or Path("runs") / name_of(table)
    level = {"level": evidence} if evidence else None
    number = {"k": k} if k else None
    settings = load_config(
        recipe, config, seed=seed, as_of=as_of, evidence=level, selection=number
    )
    check_target(target, overwrite=overwrite)
    key = key_of(key_file, target)
    with screens.progress(shown=not (quiet or as_json)) as watch:
        from learnstrata.facade import segment

        watch("read")
        asked = Asked(table, sheet, engine, spark_master, spark_remote)
        with given_table(asked) as given, sheets_told(given.info):
            found = segment(
                given.handed_over(),
                config=settings,
                key=key,
                previous=previous,
                source=given.info,
                engine=given.engine,
                watch=watch,
            )
        watch("write")
        with leaks_are_faults():
            folder = found.save(target, overwrite=overwrite, allow=allow or ())
    with shown(written=folder):
        if as_json:
            print_json(screens.run_as_json(found.exact, found.summary, folder))
        elif not quiet:
            screens.show_run(found.exact, found.summary, folder)


def name_of(table: str) -> str:
    """Name the run of a table after it; what is piped has no name of its own."""
    path = Path(table)
    if table == "-" or path.is_relative_to("/dev"):
        return "piped"
    _, mark, of_database = table.rpartition("#")
    if path.exists() or not (mark or is_address(table)):
        in_catalogue = not path.exists() and CATALOGUED.fullmatch(table)
        is_name = in_catalogue and path.suffix.lower() not in ENDINGS
        return path.suffix[1:] if is_name else path.name.split(".")[0] or "piped"
    named = of_database.rpartition(".")[2] if mark else _folder_of(table)
    return re.sub(r"\W+", "-", named).strip("-") or "table"


def _folder_of(address: str) -> str:
    """Give the last folder of an address, which names no user and no host."""
    place = re.split("[?;]", shown_address(address))[0].partition(":")[2]
    folders = [part for part in place.split("/") if part and "@" not in part]
    return folders[-1].split(".")[0] if folders else ""


def key_of(path: Path | None, run: Path) -> bytes:
    """Read the key of the codes and aliases; the first run of a user makes it."""
    from learnstrata.privacy.keys import key_path, own_key, refuse_inside

    place = path or key_path()
    refuse_inside(place, run)
    return own_key(place)


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
    with shown():
        if as_json:
            print_json(screens.check_as_json(found, source))
        else:
            screens.show_check(found, source)
    if not found.ok:
        raise typer.Exit(2)


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
    with shown(written=path):
        if not quiet:
            say(f"{path}")
