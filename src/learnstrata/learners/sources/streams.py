"""What is read is read once, whole, into memory: files, pipes and standard input.

A file that is written anew meanwhile cannot change what was read, and a pipe gives its
bytes only once.
"""

import os
import re
import select
import stat
from pathlib import Path

from learnstrata.disk.nearness import did_you_mean
from learnstrata.exceptions import SourceError
from learnstrata.wording.addresses import is_address, shown_address

__all__ = [
    "DATABASES",
    "ENDINGS",
    "STANDARD_INPUT",
    "read_once",
    "refuse_absent",
    "shown",
]

STANDARD_INPUT = "-"
PATIENCE = 5.0  # seconds until somebody must have opened a named pipe to write to it
BLOCK = 1 << 20
TO_ENGINES = (
    "only learnstrata run reads it, with --engine {}; for all else export it to "
    "Parquet, and give that file."
)
DATABASES = {".duckdb", ".ddb", ".db"}
CATALOGUED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*){1,2}")  # SCHEMA.TABLE
ENDINGS = {
    *(".csv", ".tsv", ".tab", ".txt", ".dat", ".parquet", ".pq", ".xlsx", ".xls"),
    *(".ods", ".gz", ".zst", ".zip", ".json", ".duckdb", ".db", ".toml"),
}
DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]+)")


def shown(path: Path) -> Path:
    """Give how messages call a place to read from."""
    return Path("standard input") if str(path) == STANDARD_INPUT else path


def read_once(path: Path, *, patience: float = PATIENCE) -> bytes:
    """Read all bytes of a file, a pipe, or standard input (``-``).

    Parameters
    ----------
    path : Path
    patience : float, default=5
        Seconds to wait for somebody to open a named pipe for writing; who has opened it
        is waited for as long as it takes.

    Returns
    -------
    bytes

    Raises
    ------
    SourceError
        If there is no such file, nobody writes to the pipe, or it is a terminal or a
        device.
    OSError
        If the system does not let it be read.
    """
    descriptor = _descriptor(path)
    if descriptor is not None:
        return _read_descriptor(descriptor, path)
    refuse_absent(path)
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode):
        return _read_pipe(path, patience)
    if not stat.S_ISREG(mode):
        raise SourceError(
            f"{path} is a device or a socket. Expected a file, a pipe, or - for "
            "standard input."
        )
    return path.read_bytes()


def refuse_absent(path: Path) -> None:
    """Refuse what is not there, with the name that was most likely meant.

    Raises
    ------
    SourceError
    """
    if path.exists():
        return
    if is_address(str(path)):
        told = shown_address(str(path))
        raise SourceError(f"{told} is no file: {TO_ENGINES.format('spark')}")
    database, mark, _ = str(path).rpartition("#")
    if mark and Path(database).suffix.lower() in DATABASES:
        if Path(database).is_file():
            raise SourceError(f"{path} is no file: {TO_ENGINES.format('duckdb')}")
        path = Path(database)
    folder = path.parent
    hint = did_you_mean(path) or _of_catalogue(path)
    if not folder.is_dir():
        raise SourceError(
            f"There is no {path}: the folder {folder} does not exist.{hint}"
        )
    place = "this folder" if folder == Path() else str(folder)
    raise SourceError(f"There is no {path.name} in {place}.{hint}")


def _of_catalogue(path: Path) -> str:
    """Say what to do where the table of a catalogue could be meant."""
    is_name = CATALOGUED.fullmatch(str(path)) and path.suffix.lower() not in ENDINGS
    told = f" If it is a table of the catalogue of Spark, {TO_ENGINES.format('spark')}"
    return told if is_name else ""


def _descriptor(path: Path) -> int | None:
    """Give the number of the open file that a path stands for, if it does."""
    if str(path) in {STANDARD_INPUT, "/dev/stdin"}:
        return 0
    found = DESCRIPTOR.fullmatch(str(path))
    return int(found[1]) if found else None


def _read_descriptor(descriptor: int, path: Path) -> bytes:
    """Read what the caller has open: opened anew, a pipe would not know its writer."""
    if os.isatty(descriptor):
        raise SourceError(
            f"{shown(path)} is a terminal, so there is no table to read. Give a file, "
            "or pass a table on: cat learners.csv | learnstrata check -"
        )
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read()


def _read_pipe(path: Path, patience: float) -> bytes:
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(pipe, "rb") as file:
        first = _first_bytes(pipe, path, patience)
        os.set_blocking(pipe, True)
        return first + file.read()


def _first_bytes(pipe: int, path: Path, patience: float) -> bytes:
    """Wait until somebody has the pipe open, or had; give what came meanwhile."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN | select.POLLHUP)
    if poll.poll(1_000 * patience):
        return b""
    try:
        first = os.read(pipe, BLOCK)
    except BlockingIOError:  # open at the other end, and nothing said yet
        return b""
    if not first:
        raise SourceError(
            f"{path} is a pipe that nobody writes to: waited {patience:g} seconds. "
            "Start what writes to it first, or give a file."
        )
    return first
