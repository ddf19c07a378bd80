"""Files of a run folder, read back: what is whole and of this version, or one fault."""

from pathlib import Path
from typing import TypeVar

import polars as pl
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from learnstrata.disk.nearness import did_you_mean
from learnstrata.exceptions import SourceError
from learnstrata.layer.contents import LISTS
from learnstrata.layer.handouts import read_for_people
from learnstrata.layer.places import SHARED, file_of_run
from learnstrata.learners.identities import NAMES_SCHEMA
from learnstrata.privacy.disclosure.kinds import Owner
from learnstrata.summary.contract.results import (
    SCHEMA_VERSION,
    DisclosedSummary,
    ExactSummary,
    Summary,
)
from learnstrata.summary.walk import values_in

__all__ = [
    "read_exact",
    "read_lists",
    "read_names",
    "read_private",
    "read_summary",
]

MOST_SHOWN = 60  # characters of a damaged value in a message

Form = TypeVar("Form", bound=Summary)


def read_summary(folder: str | Path) -> DisclosedSummary:
    """Read ``share/summary.json`` of a run: what may be shown to anybody.

    Parameters
    ----------
    folder : path
        A run folder, or the file itself, wherever it is.

    Raises
    ------
    SourceError
        If the folder is not that of a run, or the file is damaged, of another version,
        the exact one of the owner, or holds what is for the owner alone.
    """
    path = file_of_run(folder, SHARED)
    try:
        found = _read(path, DisclosedSummary)
    except (FileNotFoundError, NotADirectoryError):
        raise _no_run(Path(folder)) from None
    owned = [k.of for k, value in values_in(found) if isinstance(k, Owner) and value]
    if owned:
        raise SourceError(
            f"{path} holds what is for the owner alone: {owned[0]}. Do not share it; "
            "make the run again."
        )
    return found


def read_exact(folder: str | Path) -> ExactSummary:
    """Read ``private/summary.json`` of a run folder: every number, for its owner.

    Raises
    ------
    SourceError
        If it is not there, or the file is damaged or of another version.
    """
    path = Path(folder) / "private" / "summary.json"
    try:
        return _read(path, ExactSummary)
    except (FileNotFoundError, NotADirectoryError):
        raise _not_whole(folder, "summary.json") from None


def _read(path: Path, form: type[Form]) -> Form:
    try:
        found = form.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error}.") from None
    except ValidationError as error:
        fault = _fault(error.errors(include_url=False), form)
        raise SourceError(f"{path} {fault}") from None
    if untold := {"schema_version", "form"} - found.model_fields_set:
        raise SourceError(
            f"{path} does not say its {' and '.join(sorted(untold))}. Give the folder "
            "of a whole run."
        )
    return found


def _fault(errors: list[ErrorDetails], form: type[Summary]) -> str:
    """Say the one thing that is wrong: another version, the other form, or damage."""
    of = {error["loc"]: error for error in reversed(errors)}
    if version := of.get(("schema_version",)):
        return (
            f"is of version {version['input']!r}, expected {SCHEMA_VERSION}. Run again "
            "with --overwrite, or use the version of learnstrata that wrote it."
        )
    if other := of.get(("form",)):
        expected = form.model_fields["form"].default
        return (
            f"is the {other['input']} summary of a run, expected the {expected} one. "
            "The exact one is private/summary.json and for the owner alone, the "
            "disclosed one is share/summary.json: put each in its place."
        )
    first = errors[0]
    if first["type"] == "json_invalid":
        return f"is no JSON ({first['msg']}). Give the folder of a whole run."
    where = ".".join(map(str, first["loc"])) or "the top"
    return (
        f"is not the summary of a run: at {where}, {first['msg'].lower()}"
        f"{'' if first['type'] == 'missing' else ', got ' + _short(first['input'])}. "
        "Give the folder of a whole run."
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def _no_run(folder: Path) -> SourceError:
    if (folder / "summary.json").exists() and folder.name not in {"share", "private"}:
        return SourceError(
            f"{folder} is a run of an earlier version: its files lie side by side, "
            "those that name learners among them. Run again with --overwrite."
        )
    hint = "" if folder.exists() else did_you_mean(folder)
    return SourceError(
        f"{folder} has no share/summary.json. Give the folder of a run.{hint}"
    )


def _not_whole(folder: str | Path, name: str) -> SourceError:
    return SourceError(
        f"{folder} has no private/{name}: this takes the whole folder of a run, not "
        "only what is shared."
    )


def read_private(folder: str | Path, name: str) -> pl.DataFrame:
    """Read a table of the private part of a run folder.

    Raises
    ------
    SourceError
        If it is not there, may not be read, or is damaged.
    """
    path = Path(folder) / "private" / name
    try:
        return pl.read_parquet(path)
    except (FileNotFoundError, NotADirectoryError):
        raise _not_whole(folder, name) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"Cannot read {path}: {error}.") from None


def read_lists(folder: str | Path) -> dict[str, pl.DataFrame]:
    """Read the lists of people of a run folder by their names, all cells as texts.

    Raises
    ------
    SourceError
        If one may not be read, or is damaged.
    """
    found = {}
    for name in LISTS:
        path = Path(folder) / "private" / "lists" / name
        try:
            found[name] = read_for_people(path)
        except FileNotFoundError:
            continue
        except (OSError, pl.exceptions.PolarsError) as error:
            raise SourceError(f"Cannot read {path}: {error}.") from None
    return found


def read_names(folder: str | Path) -> pl.DataFrame:
    """Read whom a run must not name: ``kind`` and ``name``.

    Raises
    ------
    SourceError
        If it is not there, may not be read, or is damaged.
    """
    names = read_private(folder, "names.parquet")
    if dict(names.schema) != NAMES_SCHEMA:
        raise SourceError(
            f"{folder}/private/names.parquet has the columns {names.columns}, expected "
            f"{list(NAMES_SCHEMA)}. Make the run again."
        )
    return names
