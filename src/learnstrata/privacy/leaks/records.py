"""The keys and values of JSON, and the cells of tables in plain text."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from learnstrata.privacy.leaks.pieces import Piece

__all__ = ["Json", "parsed", "read_delimited", "read_json", "walked"]

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | float | bool | None"


def read_json(text: str) -> list[Piece]:
    """Give keys and values of JSON, or of JSON lines.

    Raises
    ------
    ValueError
        If it is neither.
    """
    try:
        value = parsed(text)
    except json.JSONDecodeError:
        value = [parsed(line) for line in text.splitlines() if line.strip()]
    return walked(value)


def parsed(text: str) -> Json:
    """Read JSON in which every key stands once: what is told twice would be lost.

    Raises
    ------
    ValueError
        If it is no JSON, or a key of an object stands twice.
    """
    return json.loads(text, object_pairs_hook=_single)


def _single(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object of the JSON has a key twice")
    return found


def walked(value: Json, path: str = "$", field: str = "") -> list[Piece]:
    """Give keys and values of JSON with their paths; a list's items bear its name."""
    pieces: list[Piece] = []
    _collect(value, path, field, pieces)
    return pieces


def _collect(value: Json, path: str, field: str, into: list[Piece]) -> None:
    # One list for the whole tree: a generator a level costs twice the time.
    if isinstance(value, str):
        into.append(Piece(path, value, field=field))
    elif isinstance(value, dict):
        headings = _headings(value)
        for key, inner in value.items():
            into.append(Piece(f"{path}, a key", key, field=field))
            if headings and key == "rows":
                _collect_rows(inner, f"{path}.rows", headings, into)
            else:
                _collect(inner, f"{path}.{key}", key, into)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            if inner is not None and not isinstance(inner, float):
                _collect(inner, f"{path}[{i}]", field, into)
    elif isinstance(value, int) and not isinstance(value, bool):
        into.append(Piece(path, str(value), field=field))


def _headings(value: Mapping[str, Json]) -> list[str]:
    """Give the names of the columns where an object is a table: columns and rows."""
    columns, rows = value.get("columns"), value.get("rows")
    if not (isinstance(columns, list) and isinstance(rows, list)):
        return []
    return [str(c.get("name", "") if isinstance(c, dict) else c) for c in columns]


def _collect_rows(
    rows: Json, path: str, headings: list[str], into: list[Piece]
) -> None:
    for i, row in enumerate(rows if isinstance(rows, list) else [rows]):
        cells = row if isinstance(row, list) else [row]
        for j, cell in enumerate(cells):
            heading = headings[j] if j < len(headings) else ""
            _collect(cell, f"{path}[{i}][{j}]", heading, into)


def _lines_of(text: str, delimiter: str) -> list[list[str]]:
    """Read with fields of any length; the limit is the process's, so it is put back."""
    limit = csv.field_size_limit(len(text) + 1)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    finally:
        csv.field_size_limit(limit)


def read_delimited(text: str, delimiter: str = ",") -> Iterator[Piece]:
    """Give the cells of a table in plain text, and the names of its columns."""
    rows = iter(_lines_of(text, delimiter))
    names = dict(enumerate(next(rows, [])))
    for i, name in names.items():
        yield Piece("row 1, a column's name", name, spot=f"1,{i}")
    for number, row in enumerate(rows, start=2):
        for i, cell in enumerate(row):
            name = names.get(i, "")
            place = f"row {number}, column {name!r}"
            yield Piece(place, cell, field=name, spot=f"{number},{i}")
