"""Arguments and options that several commands share, each with its help."""

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = [
    "AllowOption",
    "AsOfOption",
    "ColumnsOption",
    "ConfigOption",
    "EngineOption",
    "EvidenceOption",
    "JsonOption",
    "KeyFileOption",
    "ModelOption",
    "OutOption",
    "OverwriteOption",
    "PreviousOption",
    "QuietOption",
    "RecipeOption",
    "RunArgument",
    "SeedOption",
    "SegmentsOption",
    "SheetOption",
    "SourceArgument",
    "SparkMasterOption",
    "SparkRemoteOption",
    "StoreOption",
    "TableArgument",
    "WhoOption",
    "WholeRunArgument",
]

TableArgument = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE",
        help="CSV, Parquet (a file or a folder) or Excel (.xlsx); - is standard input.",
    ),
]
SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help="CSV, Parquet (a file or a folder) or Excel (.xlsx); - is standard input; "
        "FILE.duckdb#TABLE, jdbc:ADDRESS#TABLE or s3a://FOLDER for an engine.",
    ),
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="sqlite:///FILE, postgresql://HOST/DATABASE or a file (default: "
        "LEARNSTRATA_DATABASE, else runs/store.db).",
    ),
]
WhoOption = Annotated[
    str | None,
    typer.Option("--who", help="Who does it, for the record (default: this user)."),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="Folder for the results (default: runs/ and the name of the table).",
    ),
]
PreviousOption = Annotated[
    Path | None,
    typer.Option(
        "--previous",
        metavar="RUN",
        help="An earlier run: segments that continue keep their names, and the "
        "report says what is new.",
    ),
]
EngineOption = Annotated[
    Literal["auto", "polars", "duckdb", "spark"],
    typer.Option(
        "--engine",
        case_sensitive=False,
        help="What reads and cleans the table: polars in memory, duckdb with the disk, "
        "spark on a cluster; auto goes by where it lies and how large it is.",
    ),
]
SparkMasterOption = Annotated[
    str | None,
    typer.Option(
        "--spark-master",
        metavar="URL",
        help="Cluster that Spark runs on (default: this machine).",
    ),
]
SparkRemoteOption = Annotated[
    str | None,
    typer.Option("--spark-remote", metavar="URL", help="Server of Spark Connect."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="TOML file: maps columns, changes the recipe."),
]
RecipeOption = Annotated[
    Literal["robust", "notebook"],
    typer.Option(
        "--recipe", case_sensitive=False, help="notebook is the original analysis."
    ),
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
WholeRunArgument = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A run folder with its private part."),
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
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file", help="Key of aliases and codes; made where it is not there yet."
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print only faults.")]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace what is there.")
]
EvidenceOption = Annotated[
    Literal["none", "quick", "full"] | None,
    typer.Option(
        "--evidence",
        case_sensitive=False,
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
